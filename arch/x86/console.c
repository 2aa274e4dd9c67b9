/* SPDX-License-Identifier: MIT */
/*
 * The VGA text screen, 80x25: console "tty0". Understands what shells, ls and
 * editors send to TERM=linux: colours, cursor moves, erase, insert and delete.
 *
 *        ESC          '['            digits, ';'
 *   TEXT ---> ESCAPE ----> CSI ---------+   final letter: csi_dispatch, back to TEXT
 *                           ^-----------+
 *
 * The screen lives in a copy in RAM; what changes is written through, since reading video
 * memory is slow. Abridges Linux's drivers/tty/vt/vt.c: one screen, no scrollback, no scroll
 * region, no saved cursor, and of UTF-8 only the ASCII part ('?' for the rest).
 */
#include <mm.h>
#include <printk.h>
#include <string.h>
#include <asm/irq.h>

#define COLS	     80
#define ROWS	     25
#define VGA_BASE     0xb8000
#define CRTC_INDEX   0x3d4
#define CRTC_DATA    0x3d5
#define MAX_PARAMS   8
#define DEFAULT_ATTR 0x07

enum state { TEXT, ESCAPE, CSI };

static struct {
	enum state state;
	int x, y;
	bool wrap; /* last column written: the next character goes to a new line */
	bool bold, reverse;
	u8 fg, bg; /* in VGA's order of colours */
	int param[MAX_PARAMS], nr_params;
	bool private; /* "ESC [ ?" */
	u16 cell[ROWS * COLS];
} vt = {.fg = 7};

static volatile u16 *video;

/* ANSI counts red 1, blue 4; VGA the other way round. */
static const u8 vga_color[8] = {0, 4, 2, 6, 1, 5, 3, 7};

static u16 blank(void) { return (vt.bg << 4 | DEFAULT_ATTR) << 8 | ' '; }

static u16 glyph(char c)
{
	u8 fg = vt.bold ? vt.fg | 8 : vt.fg;

	return (vt.reverse ? fg << 4 | vt.bg : vt.bg << 4 | fg) << 8 | (u8)c;
}

/* Copies cells [from, to) to the screen. */
static void show(int from, int to)
{
	for (; from < to; from++)
		video[from] = vt.cell[from];
}

static void fill(int from, int to)
{
	for (int i = from; i < to; i++)
		vt.cell[i] = blank();
	show(from, to);
}

/* Moves cells [from, to) by @by and clears what they leave. */
static void shift(int from, int to, int by)
{
	int n = to - from;

	by = min(max(by, -n), n);
	if (by < 0) {
		memmove(&vt.cell[from], &vt.cell[from - by], (n + by) * sizeof(u16));
		show(from, to + by);
		fill(to + by, to);
	} else {
		memmove(&vt.cell[from + by], &vt.cell[from], (n - by) * sizeof(u16));
		show(from + by, to);
		fill(from, from + by);
	}
}

static void move_to(int x, int y)
{
	vt.x = min(max(x, 0), COLS - 1);
	vt.y = min(max(y, 0), ROWS - 1);
	vt.wrap = false;
}

static void line_feed(void)
{
	if (vt.y < ROWS - 1)
		vt.y++;
	else
		shift(0, ROWS * COLS, -COLS);
	vt.wrap = false;
}

static void put_char(char c)
{
	int at;

	if (vt.wrap) {
		vt.x = 0;
		line_feed();
	}
	at = vt.y * COLS + vt.x;
	vt.cell[at] = glyph(c);
	show(at, at + 1);
	if (vt.x < COLS - 1)
		vt.x++;
	else
		vt.wrap = true;
}

static void reset_attributes(void)
{
	vt.bold = vt.reverse = false;
	vt.fg = 7;
	vt.bg = 0;
}

static void set_attribute(int p)
{
	if (p == 0)
		reset_attributes();
	else if (p == 1 || p == 22)
		vt.bold = p == 1;
	else if (p == 7 || p == 27)
		vt.reverse = p == 7;
	else if (p >= 30 && p <= 39)
		vt.fg = p < 38 ? vga_color[p - 30] : 7;
	else if (p >= 40 && p <= 49)
		vt.bg = p < 48 ? vga_color[p - 40] : 0;
}

/* 0: from the cursor on; 1: up to the cursor; 2, 3: everything, of cells [from, to). */
static void erase(int how, int from, int to)
{
	int at = vt.y * COLS + vt.x;

	if (how == 0)
		fill(at, to);
	else if (how == 1)
		fill(from, at + 1);
	else
		fill(from, to);
	vt.wrap = false;
}

/* clang-format off */
static void csi_dispatch(char c)
{
	int first = vt.param[0], n = max(first, 1), line = vt.y * COLS, at = line + vt.x;

	switch (c) {
	case 'A': move_to(vt.x, vt.y - n); break;
	case 'B': move_to(vt.x, vt.y + n); break;
	case 'C': move_to(vt.x + n, vt.y); break;
	case 'D': move_to(vt.x - n, vt.y); break;
	case 'G': move_to(n - 1, vt.y); break;
	case 'd': move_to(vt.x, n - 1); break;
	case 'H': move_to(max(vt.param[1], 1) - 1, n - 1); break;
	case 'J': erase(first, 0, ROWS * COLS); break;
	case 'K': erase(first, line, line + COLS); break;
	case '@': shift(at, line + COLS, n); break;
	case 'P': shift(at, line + COLS, -n); break;
	case 'L': shift(line, ROWS * COLS, min(n, ROWS) * COLS); break;
	case 'M': shift(line, ROWS * COLS, -min(n, ROWS) * COLS); break;
	case 'm':
		for (int i = 0; i <= vt.nr_params; i++)
			set_attribute(vt.param[i]);
		break;
	}
}
/* clang-format on */

static void csi_char(char c)
{
	if (c >= '0' && c <= '9') {
		int *p = &vt.param[vt.nr_params];

		*p = min(*p * 10 + c - '0', 9999);
	} else if (c == ';') {
		vt.nr_params = min(vt.nr_params + 1, MAX_PARAMS - 1);
	} else if (c >= '<' && c <= '?') {
		vt.private = true;
	} else if (c >= '@' && c <= '~') {
		vt.state = TEXT;
		if (!vt.private)
			csi_dispatch(c);
	}
}

/* Two-character sequences: only what begins a longer one, and the scroll backward. */
static void escape_char(char c)
{
	vt.state = c == '[' ? CSI : TEXT;
	vt.nr_params = 0;
	vt.private = false;
	memset(vt.param, 0, sizeof(vt.param));
	if (c == 'M' && vt.y > 0)
		move_to(vt.x, vt.y - 1);
	else if (c == 'M')
		shift(0, ROWS * COLS, COLS);
}

static void text_char(char c)
{
	if ((u8)c >= 0xc0) /* first byte of a UTF-8 character; the others are dropped */
		put_char('?');
	else if (c >= ' ' && c < 0x7f)
		put_char(c);
}

/* clang-format off */
/* Control characters act in every state, as on a real terminal. */
static void vt_char(char c)
{
	switch (c) {
	case '\b': move_to(vt.x - 1, vt.y); return;
	case '\t': move_to((vt.x | 7) + 1, vt.y); return;
	case '\n': line_feed(); return;
	case '\r': move_to(0, vt.y); return;
	case '\033': vt.state = ESCAPE; return;
	}
	switch (vt.state) {
	case TEXT: text_char(c); break;
	case ESCAPE: escape_char(c); break;
	case CSI: csi_char(c); break;
	}
}
/* clang-format on */

static void update_cursor(void)
{
	int at = vt.y * COLS + vt.x;

	outb(CRTC_INDEX, 0x0e);
	outb(CRTC_DATA, at >> 8);
	outb(CRTC_INDEX, 0x0f);
	outb(CRTC_DATA, at);
}

static void vga_write(const char *s, size_t n)
{
	while (n--)
		vt_char(*s++);
	update_cursor();
}

static struct console vga_console = {
	.name = "tty0",
	.write = vga_write,
};

/* Needs ioremap. Registers nothing where there is no text-mode video memory. */
void vga_init(void)
{
	volatile u16 *p = ioremap(VGA_BASE, sizeof(vt.cell));
	u16 old;

	if (!p)
		return;
	old = p[0];
	p[0] = 0x07a5;
	if (p[0] != 0x07a5)
		return;
	p[0] = old;
	video = p;
	fill(0, ROWS * COLS);
	register_console(&vga_console);
}
