/* SPDX-License-Identifier: MIT */
/*
 * Host tests that say in words what went wrong: the call, what came of it, what
 * was expected, and why. For kernel code on a fake kernel: each fake notes what
 * is asked of it, one line a call, and the test compares the notes.
 *
 * Include after the kernel's headers, cmocka.h and stdio.h.
 */
#ifndef TOLD_H
#define TOLD_H

/* What was asked for since the last ASKED, one line each, in order. */
static char asked[4096];

static inline __attribute__((format(printf, 1, 2))) void note(const char *fmt, ...)
{
	size_t at = strlen(asked);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(asked + at, sizeof(asked) - at, fmt, ap);
	va_end(ap);
}

/* "0", "-14 (EFAULT)", "-4711". */
static inline const char *told_errno(long value, char *buf, size_t size)
{
	static const struct {
		int value;
		const char *name;
	} names[] = {{ENOENT, "ENOENT"},   {EINTR, "EINTR"},   {EIO, "EIO"},
		     {ENOEXEC, "ENOEXEC"}, {ENOMEM, "ENOMEM"}, {EACCES, "EACCES"},
		     {EFAULT, "EFAULT"},   {EEXIST, "EEXIST"}, {EINVAL, "EINVAL"},
		     {ELIBBAD, "ELIBBAD"}};

	snprintf(buf, size, "%ld", value);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].value == -value)
			snprintf(buf, size, "%ld (%s)", value, names[i].name);
	return buf;
}

static inline void told_result(const char *call, long got, long expected, const char *why,
			       const char *file, int line)
{
	char a[32], b[32];

	if (got == expected)
		return;
	print_error("%s\n  returned %s, expected %s: %s\n", call, told_errno(got, a, sizeof(a)),
		    told_errno(expected, b, sizeof(b)), why);
	_fail(file, line);
}

static inline void told_failure(const char *call, long got, const char *why, const char *file,
				int line)
{
	if (got < 0)
		return;
	print_error("%s\n  returned %ld, expected an error: %s\n", call, got, why);
	_fail(file, line);
}

static inline void told_number(const char *what, unsigned long got, unsigned long expected,
			       const char *why, const char *file, int line)
{
	if (got == expected)
		return;
	print_error("%s is %#lx, expected %#lx: %s\n", what, got, expected, why);
	_fail(file, line);
}

static inline void told_lines(const char *head, const char *text)
{
	print_error("%s\n", head);
	if (!*text)
		print_error("  (nothing)\n");
	while (*text) {
		size_t n = strlen(text), at = 0;

		while (at < n && text[at] != '\n')
			at++;
		print_error("  %.*s\n", (int)at, text);
		text += at + (at < n);
	}
}

static inline void told_calls(const char *expected, const char *why, const char *file, int line)
{
	if (strcmp(asked, expected) != 0) {
		print_error("not the calls that were expected: %s\n", why);
		told_lines("expected:", expected);
		told_lines("got:", asked);
		_fail(file, line);
	}
	asked[0] = '\0';
}

/* @call, an int that is 0 or -errno, must be @expected; FAILS: any error. */
#define RETURNS(expected, call, why) told_result(#call, call, expected, why, __FILE__, __LINE__)
#define FAILS(call, why)	     told_failure(#call, call, why, __FILE__, __LINE__)
#define IS(expected, what, why)	     told_number(#what, what, expected, why, __FILE__, __LINE__)
/* The notes are @text, and are forgotten. */
#define ASKED(text, why) told_calls(text, why, __FILE__, __LINE__)

#endif
