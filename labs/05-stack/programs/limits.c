/* flags: @labs/05-stack/programs/mini.flags */
/* SPDX-License-Identifier: MIT */
/*
 * Arguments at the limits of what execve takes, and addresses that it cannot
 * read: the errno of each, or what "count" says.
 */
#include "execs.h"
#include <sys/mman.h>
#include <sys/resource.h>

#define LONGEST (128 * 1024UL) /* bytes of a string, with its NUL */
#define COUNT	"/t/count"

static char text[LONGEST + 1];
static const char *many[100];
static const char *const nothing[] = {NULL};

static void show(const char *what, long result)
{
	say("%s: ", what);
	if (result < 0)
		say("errno %d\n", (unsigned long)-result);
	else
		say("status %d\n", (unsigned long)result);
}

static void fill(unsigned long length)
{
	for (unsigned long i = 0; i < length; i++)
		text[i] = 'a' + (i * 7 + i / 4096) % 26;
	text[length] = '\0';
}

static void lengths(void)
{
	const char *argv[] = {"count", text, "behind", NULL};

	fill(LONGEST - 1);
	show("longest string", run(COUNT, argv, nothing));
	show("longest in the environment", run(COUNT, nothing, argv));
	fill(LONGEST);
	show("one byte more", run(COUNT, argv, nothing));
	show("one byte more in the environment", run(COUNT, nothing, argv));
	show("one byte more, and no such file", run("/t/none", argv, nothing));
}

/* The largest number of 100,000 byte strings that is taken with this stack limit. */
static void share(const char *what, unsigned long stack)
{
	struct rlimit old, lim;
	unsigned long n;
	long result;

	syscall2(__NR_getrlimit, RLIMIT_STACK, &old);
	lim = old;
	lim.rlim_cur = stack;
	syscall2(__NR_setrlimit, RLIMIT_STACK, &lim);
	fill(99999);
	for (n = 1; n < 99; n++) {
		many[0] = "/t/count";
		many[n] = NULL;
		result = run("/t/true", many, nothing);
		if (result)
			break;
		many[n] = text;
	}
	syscall2(__NR_setrlimit, RLIMIT_STACK, &old);
	say("%s: not with %d strings, ", what, n - 1);
	show("then", result);
}

static void bad_addresses(void)
{
	char *page = (char *)syscall6(__NR_mmap, 0, 8192, PROT_READ | PROT_WRITE,
				      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
	     *end = page + 4096;
	const char *argv[] = {"count", "middle", "last", NULL};
	const char **high = (const char **)end - 2;

	syscall2(__NR_munmap, end, 4096);
	end[-2] = 'x';
	end[-1] = '\0';
	argv[1] = end - 2;
	show("a string up to the page's end", run(COUNT, argv, nothing));
	end[-1] = 'y';
	show("a string that runs into nothing", run(COUNT, argv, nothing));
	argv[1] = (char *)8;
	show("a pointer to nothing", run(COUNT, argv, nothing));
	show("the same in the environment", run(COUNT, nothing, argv));
	argv[1] = (char *)0xffffffff80000000;
	show("a pointer into the kernel", run(COUNT, argv, nothing));
	show("no array", run(COUNT, (void *)8, nothing));
	high[0] = high[1] = "count";
	show("an array that runs into nothing", run(COUNT, high, nothing));
	high[1] = NULL;
	show("an array up to the page's end", run(COUNT, high, nothing));
}

int main(long *stack __attribute__((unused)))
{
	lengths();
	bad_addresses();
	share("stack of 1 MiB", 1 << 20);
	share("stack of 4 MiB", 4 << 20);
	return 0;
}
