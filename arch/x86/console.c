/* SPDX-License-Identifier: MIT */
/*
 * The VGA text screen, 80x25: console "tty0". Understands what programs send to
 * TERM=linux: colours, cursor moves, erase, insert and delete, scrolling.
 *
 *        ESC          '['            digits, ';'
 *   TEXT ---> ESCAPE ----> CSI ---------+   final letter: csi_dispatch, back to TEXT
 *                           ^-----------+
 *
 * The screen lives in a copy in RAM; what changes is written through, since reading video
 * memory is slow. Abridges Linux's drivers/tty/vt/vt.c: one screen, no scrollback, no scroll
 * region, and of UTF-8 only the ASCII part ('?' for the rest).
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

enum state { TEXT, ESCAPE, CSI, SKIP_ONE };

static struct {
	enum state state;
	int x, y, saved_x, saved_y;
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
	int i;

	for (i = from; i < to; i++)
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

static void reverse_line_feed(void)
{
	if (vt.y > 0)
		vt.y--;
	else
		shift(0, ROWS * COLS, COLS);
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

/* clang-format off */
static void set_attribute(int p)
{
	switch (p) {
	case 0: reset_attributes(); break;
	case 1: vt.bold = true; break;
	case 7: vt.reverse = true; break;
	case 21: case 22: vt.bold = false; break;
	case 27: vt.reverse = false; break;
	case 30 ... 37: vt.fg = vga_color[p - 30]; break;
	case 39: vt.fg = 7; break;
	case 40 ... 47: vt.bg = vga_color[p - 40]; break;
	case 49: vt.bg = 0; break;
	case 90 ... 97: vt.fg = vga_color[p - 90] | 8; break;
	case 100 ... 107: vt.bg = vga_color[p - 100]; break;
	}
}
/* clang-format on */

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
/* Insertion and deletion, of characters in the line and of lines in the screen. */
static void csi_edit(char c, int n)
{
	int at = vt.y * COLS + vt.x, line = vt.y * COLS;

	switch (c) {
	case '@': shift(at, line + COLS, n); break;
	case 'P': shift(at, line + COLS, -n); break;
	case 'X': fill(at, min(at + n, line + COLS)); break;
	case 'L': shift(line, ROWS * COLS, min(n, ROWS) * COLS); break;
	case 'M': shift(line, ROWS * COLS, -min(n, ROWS) * COLS); break;
	}
	vt.wrap = false;
}

static void csi_dispatch(char c)
{
	int i, first = vt.param[0], n = max(first, 1);

	switch (c) {
	case 'A': move_to(vt.x, vt.y - n); break;
	case 'B': case 'e': move_to(vt.x, vt.y + n); break;
	case 'C': case 'a': move_to(vt.x + n, vt.y); break;
	case 'D': move_to(vt.x - n, vt.y); break;
	case 'E': move_to(0, vt.y + n); break;
	case 'F': move_to(0, vt.y - n); break;
	case 'G': case '`': move_to(n - 1, vt.y); break;
	case 'd': move_to(vt.x, n - 1); break;
	case 'H': case 'f': move_to(max(vt.param[1], 1) - 1, n - 1); break;
	case 'J': erase(first, 0, ROWS * COLS); break;
	case 'K': erase(first, vt.y * COLS, (vt.y + 1) * COLS); break;
	case '@': case 'P': case 'X': case 'L': case 'M': csi_edit(c, n); break;
	case 'm':
		for (i = 0; i <= vt.nr_params; i++)
			set_attribute(vt.param[i]);
		break;
	case 's': vt.saved_x = vt.x; vt.saved_y = vt.y; break;
	case 'u': move_to(vt.saved_x, vt.saved_y); break;
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

static void escape_char(char c)
{
	vt.state = TEXT;
	switch (c) {
	case '[':
		vt.state = CSI;
		vt.nr_params = 0;
		vt.private = false;
		memset(vt.param, 0, sizeof(vt.param));
		break;
	case '(':
	case ')':
	case '#':
	case '%':
		vt.state = SKIP_ONE;
		break;
	case '7':
		vt.saved_x = vt.x;
		vt.saved_y = vt.y;
		break;
	case '8':
		move_to(vt.saved_x, vt.saved_y);
		break;
	case 'D':
		line_feed();
		break;
	case 'E':
		vt.x = 0;
		line_feed();
		break;
	case 'M':
		reverse_line_feed();
		break;
	case 'c':
		reset_attributes();
		fill(0, ROWS * COLS);
		move_to(0, 0);
		break;
	}
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
	case '\n': case '\v': case '\f': line_feed(); return;
	case '\r': move_to(0, vt.y); return;
	case '\033': vt.state = ESCAPE; return;
	}
	switch (vt.state) {
	case TEXT: text_char(c); break;
	case ESCAPE: escape_char(c); break;
	case CSI: csi_char(c); break;
	case SKIP_ONE: vt.state = TEXT; break;
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
