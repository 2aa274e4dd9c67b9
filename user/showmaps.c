/* SPDX-License-Identifier: MIT */
/*
 * showmaps [PID]: draws the address space of a process, the parent's if none is named. A line is a
 * VMA, high addresses above; its bar has a letter for each page, or group of pages, in memory.
 * showmaps -w [N]: all processes, again and again (N times), while they fork, exec and exit. Those
 * that come and go between two looks are in Exon's exec film; Linux has none.
 */
#include <fcntl.h>
#include <linux/time_types.h>
#include <stdbool.h>
#include "mini.h"

#define PAGE	   4096UL
#define MAX_VMAS   1024
#define MAX_TASKS  64
#define MAX_ENDED  8 /* rows for processes that came and went between two looks */
#define BAR	   28
#define MOST_PAGES (1UL << 16) /* of a VMA that are looked at */
#define PM_FILE	   (1UL << 61)
#define PM_PRESENT (1UL << 63)
#define TCGETS	   0x5401
#define FRAME_TIME 300000000 /* ns */

struct vma {
	unsigned long start, end;
	char perm[5];
	char name[24];
};

static struct vma vmas[MAX_VMAS];
static int nr_vmas;
static char text[1 << 16], out[1 << 16];
static size_t out_len;
static bool color;

/* ---- output, written at once so that a screen does not flicker ----------------- */

static void flush(void)
{
	syscall3(__NR_write, 1, out, out_len);
	out_len = 0;
}

static void emit_char(char c)
{
	if (out_len == sizeof(out))
		flush();
	out[out_len++] = c;
}

/* @s in at least @width columns; a negative width: blanks on the right. */
static void emit(const char *s, int width)
{
	int blanks = (width < 0 ? -width : width) - (int)str_len(s);

	for (int i = 0; width > 0 && i < blanks; i++)
		emit_char(' ');
	for (const char *p = s; *p; p++)
		emit_char(*p);
	for (int i = 0; width < 0 && i < blanks; i++)
		emit_char(' ');
}

static void emit_number(unsigned long v, unsigned int base, const char *unit, int width)
{
	char buf[24], *p = buf + sizeof(buf) - 2;

	p[0] = *unit;
	p[1] = '\0';
	do {
		*--p = "0123456789abcdef"[v % base];
		v /= base;
	} while (v);
	emit(p, width);
}

/* At most four digits and a unit. */
static void emit_size(unsigned long bytes, int width)
{
	const char *unit = "KMGT";

	for (bytes /= 1024; bytes > 9999 && unit[1]; bytes /= 1024)
		unit++;
	emit_number(bytes, 10, unit, width);
}

/* Yellow: can be written; cyan: can be executed; white: only read. Black letters on it. */
static void set_color(const char *perm)
{
	if (!color)
		return;
	if (perm[1] == 'w')
		emit("\033[30;43m", 0);
	else if (perm[2] == 'x')
		emit("\033[30;46m", 0);
	else
		emit("\033[30;47m", 0);
}

static void reset_color(void)
{
	if (color)
		emit("\033[0m", 0);
}

/* ---- what the kernel shows ----------------------------------------------------- */

/* Opens /proc/PID/name. */
static long open_of(unsigned long pid, const char *name)
{
	char path[48] = "/proc/", digits[12];
	char *p = path + 6;
	int n = 0;

	do
		digits[n++] = '0' + pid % 10;
	while (pid /= 10);
	while (n)
		*p++ = digits[--n];
	*p++ = '/';
	while (*name)
		*p++ = *name++;
	*p = '\0';
	return syscall3(__NR_open, path, O_RDONLY, 0);
}

/* The file's text in text[], with a NUL; false: it cannot be read. */
static bool read_of(unsigned long pid, const char *name)
{
	long fd = open_of(pid, name), n;
	size_t all = 0;

	if (fd < 0)
		return false;
	while ((n = syscall3(__NR_read, fd, text + all, sizeof(text) - 1 - all)) > 0)
		all += n;
	syscall1(__NR_close, fd);
	text[all] = '\0';
	return n >= 0;
}

static unsigned long number(const char **p, unsigned int base)
{
	unsigned long v = 0;

	for (;; ++*p) {
		char c = **p;

		if (c >= '0' && c <= '9')
			v = v * base + c - '0';
		else if (base == 16 && c >= 'a' && c <= 'f')
			v = v * base + c - 'a' + 10;
		else
			return v;
	}
}

static const char *skip_word(const char *p)
{
	while (*p && *p != ' ' && *p != '\n')
		p++;
	while (*p == ' ')
		p++;
	return p;
}

/* One line of maps; the name is kept without its folder. Returns the next line. */
static const char *parse_line(const char *p, struct vma *v)
{
	const char *name;
	size_t n = 0;

	v->start = number(&p, 16);
	p++;
	v->end = number(&p, 16);
	p++;
	memcpy(v->perm, p, 4);
	for (int i = 0; i < 4; i++)
		p = skip_word(p);
	while (*p >= '0' && *p <= '9')
		p++;
	while (*p == ' ')
		p++;
	for (name = p; *p && *p != '\n'; p++)
		if (*p == '/')
			name = p + 1;
	for (; name < p && n < sizeof(v->name) - 1; n++)
		v->name[n] = *name++;
	v->name[n] = '\0';
	return *p ? p + 1 : p;
}

static bool read_vmas(unsigned long pid)
{
	const char *p = text;

	nr_vmas = 0;
	if (!read_of(pid, "maps"))
		return false;
	while (*p && nr_vmas < MAX_VMAS)
		p = parse_line(p, &vmas[nr_vmas++]);
	return true;
}

/* ---- one process ----------------------------------------------------------------- */

/* f: pages of the file; a: private to the process; +: of both kinds; .: none. Returns the pages. */
static unsigned long look_at_pages(long pagemap, const struct vma *v, char *bar)
{
	static unsigned long entries[512];
	unsigned long count = (v->end - v->start) / PAGE, cells = count < BAR ? count : BAR;
	unsigned long present = 0;

	for (unsigned long i = 0; i < cells; i++)
		bar[i] = '.';
	bar[cells] = '\0';
	for (unsigned long page = 0; page < count && page < MOST_PAGES; page++) {
		unsigned long i = page % 512;
		char *cell = &bar[page * cells / count], kind;

		if (i == 0 && syscall4(__NR_pread64, pagemap, entries, sizeof(entries),
				       (v->start / PAGE + page) * sizeof(long)) <= 0)
			return present;
		if (!(entries[i] & PM_PRESENT))
			continue;
		present++;
		kind = entries[i] & PM_FILE ? 'f' : 'a';
		*cell = *cell == '.' || *cell == kind ? kind : '+';
	}
	return present;
}

static void draw_vma(long pagemap, const struct vma *v)
{
	char bar[BAR + 1];
	unsigned long present = look_at_pages(pagemap, v, bar);

	emit_number(v->start, 16, "", 16);
	emit(" ", 0);
	set_color(v->perm);
	emit(v->perm, 0);
	emit(" ", 0);
	emit(bar, 0);
	reset_color();
	emit("", BAR + 1 - (int)str_len(bar));
	emit_size(v->end - v->start, 6);
	emit_number(present * 4, 10, "K", 7);
	emit("  ", 0);
	emit(v->name, 0);
	emit("\n", 0);
}

static int draw_process(unsigned long pid)
{
	unsigned long total = 0, above = 0;
	long pagemap;

	if (!read_vmas(pid)) {
		say("showmaps: no process %d, or it may not be looked at\n", pid);
		return 1;
	}
	pagemap = open_of(pid, "pagemap");
	emit("           start perm f file, a private, . not there    size in mem  name\n", 0);
	for (int i = nr_vmas - 1; i >= 0; i--) {
		if (above && above != vmas[i].end) {
			emit("                  ~ nothing: ", 0);
			emit_size(above - vmas[i].end, 0);
			emit(" ~\n", 0);
		}
		draw_vma(pagemap, &vmas[i]);
		above = vmas[i].start;
		total += vmas[i].end - vmas[i].start;
	}
	emit_number(nr_vmas, 10, "", 0);
	emit(" VMAs, ", 0);
	emit_size(total, 0);
	emit("\n", 0);
	flush();
	syscall1(__NR_close, pagemap);
	return 0;
}

/* ---- the exec film since the last look --------------------------------------------- */

/* A process: what its records say. */
struct news {
	unsigned long pid, execs, pages;
	char comm[16];
	bool ended;
};

static struct news news[MAX_TASKS];
static int nr_news;

static bool begins(const char *s, const char *with)
{
	while (*with && *s == *with)
		s++, with++;
	return !*with;
}

/* What stands behind @key in a line of JSON; "": it has no such key. */
static const char *value_of(const char *line, const char *key)
{
	for (; *line; line++)
		if (begins(line, key))
			return line + str_len(key);
	return "";
}

static void copy_comm(char *comm, const char *from, char end)
{
	size_t i = 0;

	for (; i < sizeof(news->comm) - 1 && from[i] && from[i] != end; i++)
		comm[i] = from[i];
	comm[i] = '\0';
}

static struct news *find_news(unsigned long pid)
{
	static struct news no_room;

	for (int i = 0; i < nr_news; i++)
		if (news[i].pid == pid)
			return &news[i];
	if (nr_news == MAX_TASKS)
		return &no_room;
	news[nr_news] = (struct news){.pid = pid};
	return &news[nr_news++];
}

static void take_record(const char *line)
{
	static const char *const pages[] = {"file", "shared", "cow", "anon", "zero"};
	const char *pid = value_of(line, "\"pid\":"), *kind = value_of(line, "\"kind\":\"");
	struct news *n;

	if (!*pid)
		return;
	n = find_news(number(&pid, 10));
	copy_comm(n->comm, value_of(line, "\"comm\":\""), '"');
	n->execs += begins(value_of(line, "\"stage\":\""), "start-thread");
	n->ended |= begins(kind, "unmap\",\"start\":\"0\"");
	for (size_t i = 0; i < sizeof(pages) / sizeof(*pages); i++)
		n->pages += begins(kind, pages[i]);
}

/* The records that were made since the last call: the file goes on where its reader has stopped. */
static void read_news(long film)
{
	static char line[4096];
	static size_t len;
	long n;

	nr_news = 0;
	while ((n = syscall3(__NR_read, film, text, sizeof(text))) > 0) {
		for (const char *p = text; p < text + n; p++) {
			line[len] = *p == '\n' ? '\0' : *p;
			if (!line[len])
				take_record(line);
			len = line[len] && len < sizeof(line) - 1 ? len + 1 : 0;
		}
	}
}

/* ---- all processes, live ----------------------------------------------------------- */

struct seen {
	unsigned long pid, size;
	int nr_vmas;
	char comm[16];
	bool here;
};

static struct seen seen[MAX_TASKS];

static struct seen *find_seen(unsigned long pid)
{
	struct seen *unused = NULL;

	for (int i = 0; i < MAX_TASKS; i++) {
		if (seen[i].pid == pid)
			return &seen[i];
		if (!seen[i].pid && !unused)
			unused = &seen[i];
	}
	return unused;
}

/* One letter a VMA, low addresses first; a blank where two do not touch. */
static void draw_strip(void)
{
	int room = 37;

	for (int i = 0; i < nr_vmas && room > 1; i++, room--) {
		const char *perm = vmas[i].perm;
		char letter = perm[2] == 'x' ? 'x' : perm[1] == 'w' ? 'w' : perm[0];

		if (i && vmas[i - 1].end != vmas[i].start) {
			emit_char(' ');
			room--;
		}
		set_color(perm);
		emit_char(letter);
		reset_color();
	}
}

static void draw_row(char mark, const struct seen *s, unsigned long resident)
{
	emit_char(mark);
	emit_number(s->pid, 10, "", 5);
	emit(" ", 0);
	emit(s->comm, -15);
	emit_number(s->nr_vmas, 10, "", 5);
	emit_size(s->size, 7);
	emit_size(resident, 7);
	emit("  ", 0);
}

static bool did_exec(unsigned long pid)
{
	for (int i = 0; i < nr_news; i++)
		if (news[i].pid == pid)
			return news[i].execs;
	return false;
}

/* + new; * execve since the last look; ~ other VMAs than before. */
static void draw_task(unsigned long pid)
{
	struct seen *s = find_seen(pid), now = {.pid = pid, .here = true};
	unsigned long resident = 0;
	const char *p = text;
	char mark = ' ';

	if (!s || !read_of(pid, "comm"))
		return;
	copy_comm(now.comm, text, '\n');
	if (read_of(pid, "statm")) {
		number(&p, 10);
		p++;
		resident = number(&p, 10) * PAGE;
	}
	if (!read_vmas(pid) || !nr_vmas)
		return; /* a kernel thread, or gone by now */
	now.nr_vmas = nr_vmas;
	for (int i = 0; i < nr_vmas; i++)
		now.size += vmas[i].end - vmas[i].start;
	if (!s->pid)
		mark = '+';
	else if (!str_eq(s->comm, now.comm) || did_exec(pid))
		mark = '*';
	else if (s->nr_vmas != now.nr_vmas || s->size != now.size)
		mark = '~';
	*s = now;
	draw_row(mark, s, resident);
	draw_strip();
	emit("\033[K\n", 0);
}

static void draw_gone(struct seen *s)
{
	if (s->pid && !s->here) {
		draw_row('-', s, 0);
		emit("gone\033[K\n", 0);
		s->pid = 0;
	}
	s->here = false;
}

static bool came_and_went(const struct news *n)
{
	for (int i = 0; i < MAX_TASKS; i++)
		if (seen[i].pid == n->pid)
			return false;
	return n->ended;
}

/* Those that no look has found, in the order in which they came. */
static void draw_ended(void)
{
	unsigned long more = 0;
	int rows = 0;

	for (int i = 0; i < nr_news; i++) {
		const struct news *n = &news[i];

		if (!came_and_went(n) || (rows == MAX_ENDED && ++more))
			continue;
		rows++;
		emit_char('-');
		emit_number(n->pid, 10, "", 5);
		emit(" ", 0);
		emit(n->comm, -36);
		emit("came and went: ", 0);
		emit_number(n->execs, 10, "", 0);
		emit(n->execs == 1 ? " exec, " : " execs, ", 0);
		emit_number(n->pages, 10, "", 0);
		emit(" pages\033[K\n", 0);
	}
	if (more) {
		emit("      and ", 0);
		emit_number(more, 10, "", 0);
		emit(" more\033[K\n", 0);
	}
}

static void draw_all(void)
{
	static char entries[4096];
	long fd = syscall3(__NR_open, "/proc", O_RDONLY | O_DIRECTORY, 0), n;

	emit("\033[H  pid program         VMAs   size in mem  address space, low to high\033[K\n",
	     0);
	while ((n = syscall3(__NR_getdents64, fd, entries, sizeof(entries))) > 0) {
		for (char *e = entries; e < entries + n; e += *(unsigned short *)(e + 16)) {
			const char *name = e + 19;
			unsigned long pid = number(&name, 10);

			if (pid && !*name)
				draw_task(pid);
		}
	}
	syscall1(__NR_close, fd);
	draw_ended();
	for (int i = 0; i < MAX_TASKS; i++)
		draw_gone(&seen[i]);
	emit("+ new  * exec  ~ other VMAs  - gone; Ctrl-C ends\033[K\n\033[J", 0);
	flush();
}

static int watch(unsigned long frames)
{
	struct __kernel_timespec t = {.tv_nsec = FRAME_TIME};
	long film = syscall3(__NR_open, "/proc/exec_trace.jsonl", O_RDONLY, 0);

	read_news(film);
	nr_news = 0;
	emit("\033[2J", 0);
	for (unsigned long i = 0; !frames || i < frames; i++) {
		draw_all();
		syscall2(__NR_nanosleep, &t, 0);
		read_news(film);
	}
	return 0;
}

int main(long *stack)
{
	char **argv = (char **)(stack + 1), termios[64];
	const char *p = stack[0] > 1 ? argv[1] : "";

	color = syscall3(__NR_ioctl, 1, TCGETS, termios) == 0;
	if (str_eq(p, "-w")) {
		p = stack[0] > 2 ? argv[2] : "";
		return watch(number(&p, 10));
	}
	if (*p && (*p < '0' || *p > '9')) {
		say("usage: showmaps [PID], or showmaps -w [N] for all processes, live\n");
		return 2;
	}
	return draw_process(*p ? number(&p, 10) : (unsigned long)syscall0(__NR_getppid));
}
