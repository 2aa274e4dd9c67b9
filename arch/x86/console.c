/* SPDX-License-Identifier: MIT */
/*
 * The VGA text screen, 80x25: console "tty0". It handles what shells, ls and editors send to
 * TERM=linux: colours, cursor moves, erase, insert and delete.
 *
 *        ESC          '['            digits, ';'
 *   TEXT ---> ESCAPE ----> CSI ---------+   final letter: csi_dispatch, back to TEXT
 *                           ^-----------+
 *
 * vt.cell is a copy of the screen in RAM, because reading video memory is slow. Changes are written
 * to both.
 *
 * Abridges Linux's drivers/tty/vt/vt.c. Left out: more than one screen, scrolling back, scroll
 * regions, a saved cursor, and of UTF-8 all but ASCII ('?').
 * Not on the road of an exec.
 */
#include <printk.h>
#include <slab.h>
#include <string.h>
#include <asm/io.h>
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

/* Red is 1 and blue 4 for ANSI, but blue 1 and red 4 for VGA. */
static const u8 vga_color[8] = {0, 4, 2, 6, 1, 5, 3, 7};

/* Copies cells [from, to) to the screen. */
static void show(int from, int to)
{
	for (; from < to; from++)
		video[from] = vt.cell[from];
}

static void fill(int from, int to)
{
	for (int i = from; i < to; i++)
		vt.cell[i] = (vt.bg << 4 | DEFAULT_ATTR) << 8 | ' ';
	show(from, to);
}

/* Deletes the first @n of the cells [from, to): the others move up, and blanks follow. */
static void delete_cells(int from, int to, int n)
{
	n = min(n, to - from);
	memmove(&vt.cell[from], &vt.cell[from + n], (to - from - n) * sizeof(u16));
	show(from, to - n);
	fill(to - n, to);
}

static void insert_cells(int from, int to, int n)
{
	n = min(n, to - from);
	memmove(&vt.cell[from + n], &vt.cell[from], (to - from - n) * sizeof(u16));
	show(from + n, to);
	fill(from, from + n);
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
		delete_cells(0, ROWS * COLS, COLS);
	vt.wrap = false;
}

static void put_char(char c)
{
	int at, fg = vt.bold ? vt.fg | 8 : vt.fg;

	if (vt.wrap) {
		vt.x = 0;
		line_feed();
	}
	at = vt.y * COLS + vt.x;
	vt.cell[at] = (vt.reverse ? fg << 4 | vt.bg : vt.bg << 4 | fg) << 8 | (u8)c;
	show(at, at + 1);
	vt.wrap = vt.x == COLS - 1;
	vt.x += !vt.wrap;
}

static void set_attribute(int p)
{
	if (p == 0 || p == 39)
		vt.fg = 7;
	if (p == 0 || p == 49)
		vt.bg = 0;
	if (p == 0)
		vt.bold = vt.reverse = false;
	else if (p == 1 || p == 22)
		vt.bold = p == 1;
	else if (p == 7 || p == 27)
		vt.reverse = p == 7;
	else if (p >= 30 && p <= 37)
		vt.fg = vga_color[p - 30];
	else if (p >= 40 && p <= 47)
		vt.bg = vga_color[p - 40];
}

/* @how 0: from the cursor to @to; 1: from @from to the cursor; otherwise all cells [from, to). */
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
	case '@': insert_cells(at, line + COLS, n); break;
	case 'P': delete_cells(at, line + COLS, n); break;
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

/* "ESC [" begins a longer sequence; all other sequences of two characters are ignored. */
static void escape_char(char c)
{
	vt.state = c == '[' ? CSI : TEXT;
	vt.nr_params = 0;
	vt.private = false;
	memset(vt.param, 0, sizeof(vt.param));
}

/* Control characters act in every state, as on a real terminal. */
static void vt_char(char c)
{
	if (c == '\b')
		move_to(vt.x - 1, vt.y);
	else if (c == '\t')
		move_to((vt.x | 7) + 1, vt.y);
	else if (c == '\n')
		line_feed();
	else if (c == '\r')
		move_to(0, vt.y);
	else if (c == '\033')
		vt.state = ESCAPE;
	else if (vt.state == ESCAPE)
		escape_char(c);
	else if (vt.state == CSI)
		csi_char(c);
	else if ((u8)c >= 0xc0) /* first byte of a UTF-8 character; the others are dropped */
		put_char('?');
	else if (c >= ' ' && c < 0x7f)
		put_char(c);
}

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

/* After mem_init, for ioremap. Registers nothing if there is no video memory of text mode. */
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
