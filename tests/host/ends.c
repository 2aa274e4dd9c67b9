/* SPDX-License-Identifier: MIT */
/*
 * How a host test says where it ended: a crash, an error that a sanitizer finds, a panic, too much
 * processor time. The first line names the function and the line of kernel code, and after it
 * come its callers. Frames of the sanitizers, of cmocka and of the floor under the tests
 * are left out.
 *
 *   ran out of time in find_vma (mm/vma.c:71)
 *     mm/vma.c:71     find_vma
 *     mm/vma.c:98     find_vma_place
 *     tests/host/test_vma.c:241     test_find_vma
 *
 * CMOCKA_CASE=name runs that case alone, with HOST_SECONDS of processor time (0: without a limit).
 * YOURS names source files: the first line is then one of theirs, if one of them is on the stack.
 */
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <unwind.h>
#include "ends.h"

#define FRAMES	     32 /* a recursion without end has thousands */
#define SHOWN	     16
#define HOST_SECONDS 10
#define PRINTED	     (32 << 10) /* bytes of printk that are shown */

/* What the sanitizers' runtime provides, and calls. */
void __sanitizer_symbolize_pc(void *pc, const char *fmt, char *out, size_t size);
const char *__asan_get_report_description(void);
void __ubsan_get_current_report_data(const char **kind, const char **message, const char **file,
				     unsigned int *line, unsigned int *column, char **address);
const char *__asan_default_options(void);
void __asan_on_error(void);
void __ubsan_on_report(void);
void cmocka_set_test_filter(const char *pattern);
/* cmocka's end of a test. The linker's --wrap calls the first in place of the second. */
void __wrap__fail(const char *file, int line);
void __real__fail(const char *file, int line);

struct place {
	char function[80], file[120];
	int line;
};

struct stack {
	int n;
	struct place places[FRAMES];
};

static struct stack stack;

/* The path below the tree; NULL for a file that is not the kernel's and not a test's. */
static const char *path_in_tree(const char *file)
{
	static const char *const floor[] = {"shims.c", "ends.c", "told.h", "machine.h"};
	const char *up = strstr(file, "/../../"), *base;

	file = up ? up + strlen("/../../") : strncmp(file, "./", 2) ? file : file + 2;
	base = strrchr(file, '/');
	if (!base || file[0] == '/' || file[0] == '.')
		return NULL;
	for (size_t i = 0; i < sizeof(floor) / sizeof(floor[0]); i++)
		if (!strcmp(base + 1, floor[i]))
			return NULL;
	return file;
}

static void add_place(struct stack *s, const char *text)
{
	struct place *p = &s->places[s->n];
	char file[400];
	const char *path;

	if (s->n == FRAMES || sscanf(text, "%79[^|]|%399[^|]|%d", p->function, file, &p->line) != 3)
		return;
	path = path_in_tree(file);
	if (!path || !strcmp(p->function, "main"))
		return;
	snprintf(p->file, sizeof(p->file), "%.119s", path);
	s->n++;
}

/* One frame is several places if functions are inlined. */
static _Unwind_Reason_Code add_frame(struct _Unwind_Context *context, void *arg)
{
	struct stack *s = arg;
	char text[4096] = "";
	int at_fault = 0;
	uintptr_t pc = _Unwind_GetIPInfo(context, &at_fault);

	/* The function looks up pc - 1, which is right for a return address only. */
	__sanitizer_symbolize_pc((void *)(pc + at_fault), "%f|%s|%l", text, sizeof(text) - 1);
	for (char *t = text; *t; t += strlen(t) + 1)
		add_place(s, t);
	return s->n == FRAMES ? _URC_NORMAL_STOP : _URC_NO_REASON;
}

static bool yours(const struct place *p)
{
	const char *files = getenv("YOURS");
	const char *at = files ? strstr(files, p->file) : NULL;

	return at && strchr(" ", at[strlen(p->file)]);
}

/* What the first line names: a place of yours, otherwise kernel code, otherwise the test. */
static int chosen_place(const struct stack *s)
{
	for (int i = 0; i < s->n; i++)
		if (yours(&s->places[i]))
			return i;
	for (int i = 0; i < s->n; i++)
		if (strncmp(s->places[i].file, "tests/", 6))
			return i;
	return 0;
}

static void print_callers(const struct stack *s, int first)
{
	for (int i = first; i < s->n && i < first + SHOWN; i++)
		dprintf(2, "  %s:%d\t%s\n", s->places[i].file, s->places[i].line,
			s->places[i].function);
	if (s->n > first + SHOWN)
		dprintf(2, "  ...\n");
}

__attribute__((noinline)) void host_end(void) { __asm__ volatile(""); }

void host_ended(const char *what, const char *why)
{
	int first;

	host_end();
	stack.n = 0;
	_Unwind_Backtrace(add_frame, &stack);
	first = chosen_place(&stack);
	if (stack.n)
		dprintf(2, "%s in %s (%s:%d)%s%s\n", what, stack.places[first].function,
			stack.places[first].file, stack.places[first].line, why ? ": " : "",
			why ? why : "");
	else
		dprintf(2, "%s%s%s\n", what, why ? ": " : "", why ? why : "");
	print_callers(&stack, first);
}

/* A check below a function of yours, in a function that it calls: says where that is. */
void __wrap__fail(const char *file, int line)
{
	int first;

	stack.n = 0;
	_Unwind_Backtrace(add_frame, &stack);
	first = chosen_place(&stack);
	if (stack.n && yours(&stack.places[first])) {
		fflush(stdout);
		dprintf(2, "it comes from %s (%s:%d)\n", stack.places[first].function,
			stack.places[first].file, stack.places[first].line);
		print_callers(&stack, first);
	}
	__real__fail(file, line);
}

/* ---- who calls it ---------------------------------------------------------- */

/* cmocka may not take these signals: it would only print their number. */
const char *__asan_default_options(void)
{
	return "handle_segv=2:handle_sigbus=2:handle_sigill=2:handle_sigfpe=2";
}

void __asan_on_error(void) { host_ended("it crashed", __asan_get_report_description()); }

void __ubsan_on_report(void)
{
	const char *kind, *message, *file;
	unsigned int line, column;
	char *address;

	__ubsan_get_current_report_data(&kind, &message, &file, &line, &column, &address);
	host_ended("undefined behaviour", message);
}

void host_panic(const char *fmt, va_list ap)
{
	static char text[1024];

	vsnprintf(text, sizeof(text), fmt, ap);
	fflush(stdout);
	if (strstr(text, "is yours to write"))
		dprintf(2, "%s\n", text);
	else
		host_ended("panic", text);
	abort();
}

static void out_of_time(int signal)
{
	(void)signal;
	host_ended("ran out of time", NULL);
	_exit(HOST_OUT_OF_TIME);
}

/* Each line of it begins with "printk: ". A level, the byte 1 and a digit, is left out. */
int host_printk(const char *fmt, va_list ap)
{
	static char text[1024];
	static int printed;
	static bool within;

	if (fmt[0] == 1 && fmt[1])
		fmt += 2;
	vsnprintf(text, sizeof(text), fmt, ap);
	if (printed > PRINTED)
		return strlen(text);
	fflush(stdout);
	for (const char *t = text; *t; t++) {
		printed += dprintf(2, "%s%c", within ? "" : "printk: ", *t);
		within = *t != '\n';
	}
	if (printed > PRINTED)
		dprintf(2, "%sprintk: the rest is not shown\n", within ? "\n" : "");
	return strlen(text);
}

__attribute__((constructor)) static void choose_case(void)
{
	const char *name = getenv("CMOCKA_CASE"), *seconds = getenv("HOST_SECONDS");
	struct rlimit limit;

	if (!name)
		return;
	cmocka_set_test_filter(name);
	getrlimit(RLIMIT_CPU, &limit);
	limit.rlim_cur = seconds ? strtoul(seconds, NULL, 10) : HOST_SECONDS;
	signal(SIGXCPU, out_of_time);
	if (limit.rlim_cur)
		setrlimit(RLIMIT_CPU, &limit);
}
