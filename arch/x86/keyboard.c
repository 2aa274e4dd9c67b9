/* SPDX-License-Identifier: MIT */
/*
 * The PS/2 keyboard at an i8042, scan code set 1, US layout: keys become the bytes that a Linux
 * console sends (TERM=linux) and go to console_input.
 *
 *   IRQ 1 -> scan code -> e0? press or release? -> shift, ctrl, alt, caps -> bytes
 *
 * Abridges Linux's drivers/tty/vt/keyboard.c and drivers/input. Left out: other layouts, LEDs, dead
 * keys; the keypad always sends digits.
 * Not on the road of an exec.
 */
#include <string.h>
#include <asm/io.h>
#include <asm/irq.h>

#define I8042_DATA    0x60
#define I8042_STATUS  0x64
#define STATUS_OUTPUT 0x01 /* a byte can be read */
#define STATUS_AUX    0x20 /* it is from the mouse */
#define RELEASED      0x80

#define KEY_LCTRL  0x1d
#define KEY_LSHIFT 0x2a
#define KEY_RSHIFT 0x36
#define KEY_LALT   0x38
#define KEY_CAPS   0x3a
#define KEY_F1	   0x3b
#define KEY_F10	   0x44
#define KEY_F11	   0x57
#define KEY_F12	   0x58

/* clang-format off */
/* Indexed by scan code; '\0': the key sends no byte. */
static const char plain[] =
	"\0\0331234567890-=\177\tqwertyuiop[]\r\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 "
	"\0\0\0\0\0\0\0\0\0\0\0\0\000789-456+1230.\0\0<";
static const char shifted[] =
	"\0\033!@#$%^&*()_+\177\tQWERTYUIOP{}\r\0ASDFGHJKL:\"~\0|ZXCVBNM<>?\0*\0 "
	"\0\0\0\0\0\0\0\0\0\0\0\0\000789-456+1230.\0\0>";

static const struct { u8 code; const char *bytes; } extended[] = {
	{ 0x48, "\033[A" }, { 0x50, "\033[B" }, { 0x4d, "\033[C" }, { 0x4b, "\033[D" },
	{ 0x47, "\033[1~" }, { 0x52, "\033[2~" }, { 0x53, "\033[3~" }, { 0x4f, "\033[4~" },
	{ 0x49, "\033[5~" }, { 0x51, "\033[6~" }, { 0x1c, "\r" }, { 0x35, "/" },
};

static const char *const function_keys[12] = {
	"\033[[A", "\033[[B", "\033[[C", "\033[[D", "\033[[E", "\033[17~",
	"\033[18~", "\033[19~", "\033[20~", "\033[21~", "\033[23~", "\033[24~",
};
/* clang-format on */

static bool shift, ctrl, alt, caps, e0;

static void send(const char *s, size_t n)
{
	if (console_input)
		console_input((const u8 *)s, n);
}

static bool modifier(u8 code, bool down)
{
	switch (code) {
	case KEY_LSHIFT:
	case KEY_RSHIFT:
		if (!e0) /* e0 2a is part of other keys' codes */
			shift = down;
		return true;
	case KEY_LCTRL:
		ctrl = down;
		return true;
	case KEY_LALT:
		alt = down;
		return true;
	case KEY_CAPS:
		caps ^= down;
		return true;
	}
	return false;
}

static bool special_key(u8 code)
{
	const char *s = NULL;
	size_t i;

	for (i = 0; e0 && i < ARRAY_SIZE(extended); i++)
		if (extended[i].code == code)
			s = extended[i].bytes;
	if (!e0 && code >= KEY_F1 && code <= KEY_F10)
		s = function_keys[code - KEY_F1];
	if (!e0 && (code == KEY_F11 || code == KEY_F12))
		s = function_keys[code - KEY_F11 + 10];
	if (s)
		send(s, strlen(s));
	return s || e0;
}

static void character_key(u8 code)
{
	char c, bytes[2] = {'\033'};
	bool letter;

	if (code >= sizeof(plain) - 1 || !plain[code])
		return;
	letter = plain[code] >= 'a' && plain[code] <= 'z';
	c = (shift ^ (caps && letter)) ? shifted[code] : plain[code];
	if (ctrl && c == ' ')
		c = '\0';
	else if (ctrl && c == '?')
		c = '\177';
	else if (ctrl && c >= '@' && c < '\177')
		c &= 0x1f;
	bytes[1] = c;
	send(alt ? bytes : bytes + 1, alt ? 2 : 1);
}

static void scan_code(u8 code)
{
	bool down = !(code & RELEASED);

	if (code == 0xe0) {
		e0 = true;
		return;
	}
	code &= ~RELEASED;
	if (!modifier(code, down) && down && !special_key(code))
		character_key(code);
	e0 = false;
}

static void keyboard_interrupt(unsigned int irq __maybe_unused)
{
	u8 status;

	while ((status = inb(I8042_STATUS)) & STATUS_OUTPUT) {
		u8 code = inb(I8042_DATA);

		if (!(status & STATUS_AUX))
			scan_code(code);
	}
}

/* After irq_init. Without an i8042 the port reads as all ones. */
void keyboard_init(void)
{
	int i;

	if (inb(I8042_STATUS) == 0xff)
		return;
	for (i = 0; i < 16 && inb(I8042_STATUS) & STATUS_OUTPUT; i++)
		inb(I8042_DATA);
	request_irq(IRQ_KEYBOARD, keyboard_interrupt);
}
