/* SPDX-License-Identifier: MIT */
/*
 * How far a stack grows, and what it says of itself afterwards. Distances are
 * in pages below the stack's end.
 */
#include "check.h"

static unsigned long lo, hi;

static void find_stack(void)
{
	EQ(sscanf(map_of(__builtin_frame_address(0)), "%lx-%lx", &lo, &hi), 2);
}

static void say(const char *what)
{
	find_stack();
	if (lo % PAGE)
		printf("the VMA begins at %lx, which is no page\n", lo);
	printf("%-44s %4lu pages, VmStk %ld kB, VmData %ld kB\n", what, (hi - lo) / PAGE,
	       proc_number("/proc/self/status", "VmStk"),
	       proc_number("/proc/self/status", "VmData"));
}

/* Writes a byte inside the page that is @pages below the end; tells if it faulted. */
static const char *try(unsigned long pages)
{
	struct fault f = fault_of(write_byte, (char *)hi - pages * PAGE + pages * 7 % PAGE);

	return !f.sig					   ? "yes"
	       : f.sig == SIGSEGV && f.code == SEGV_MAPERR ? "no, SEGV_MAPERR"
							   : "no, but not SEGV_MAPERR";
}

static void tries(const char *what, unsigned long pages)
{
	find_stack();
	printf("%-32s %5lu below: %s\n", what, pages, try(pages));
}

static void limit(int which, unsigned long pages)
{
	struct rlimit lim = {pages * PAGE, RLIM_INFINITY};

	OK(setrlimit(which, &lim));
}

static void old_bytes(void)
{
	volatile char *p = (char *)hi - 200 * PAGE;

	printf("new pages are zero: %d\n", p[1] | p[PAGE] | p[4095]);
}

int main(void)
{
	static char line[64];
	long size;

	setvbuf(stdout, NULL, _IOFBF, 8192);
	say("at the start");
	tries("just below the VMA", (hi - lo) / PAGE + 1);
	say("one page more");
	tries("far below", 200);
	say("all the way to it, in one VMA");
	old_bytes();
	fault_of(read_byte, (char *)hi - 240 * PAGE);
	say("a read grows it too");

	limit(RLIMIT_STACK, 300);
	tries("limit 300", 301);
	tries("limit 300", 300);
	tries("limit 300", 301);
	say("at its limit");
	limit(RLIMIT_STACK, 350);
	tries("limit 350", 350);
	limit(RLIMIT_STACK, 100);
	tries("limit lower than it is", 351);
	tries("limit lower than it is", 350);
	limit(RLIMIT_STACK, 4096);
	size = proc_number("/proc/self/status", "VmSize") / 4;
	limit(RLIMIT_AS, size + 10);
	tries("room for 10 in RLIMIT_AS", 361);
	tries("room for 10 in RLIMIT_AS", 360);
	limit(RLIMIT_AS, 1 << 20);
	say("in the end");
	printf("VmSize grew by %ld pages\n", proc_number("/proc/self/status", "VmSize") / 4 - size);
	/* A system call writes where the stack has yet to grow. */
	find_stack();
	printf("a system call's buffer: %ld\n",
	       (long)read(OK(open("/proc/self/stat", O_RDONLY)), (char *)lo - 20 * PAGE, 2));
	find_stack();
	snprintf(line, sizeof(line), "stack line: %.*s", 26, map_of((void *)lo));
	puts(line);
	fflush(stdout);
	return 0;
}
