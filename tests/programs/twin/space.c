/* flags: -static */
/* SPDX-License-Identifier: MIT */
/*
 * Twin programs of the address space: mmap of all kinds, munmap, mprotect, mremap, brk, madvise,
 * mlock, mincore, msync, touches with caught signals, truncated files, forks. After each step the
 * VMAs and the page tables are shown.
 */
#include "twin.h"
#include "space_shown.h"

#define VVAR 0x7ffff7ff9000 /* has the time */

/* Addresses that mmap or mremap chose. */
static unsigned long chosen[4];
static pid_t held[8];
static int nr_held;
/* Chosen by begin(): how many pages the steps use, and whether they use rare values. */
static unsigned long pages = WINDOW_PAGES;
static int plain;

static unsigned long some_addr(void)
{
	unsigned long addr = WINDOW + below(pages) * PAGE;
	static const unsigned long odd[] = {0,	       PAGE,	       0x10000,	       -PAGE,
					    1UL << 63, 0x7ffffffff000, 0x800000000000, -PAGE * 2,
					    0xfffUL};

	if (plain)
		return addr;
	if (one_in(40))
		return PICK(odd);
	if (one_in(10))
		return PICK(chosen) + below(4) * PAGE;
	return one_in(50) ? addr + below(PAGE) : addr;
}

/* No range reaches the program or its stack. */
static unsigned long some_len(void)
{
	static const unsigned long odd[] = {0,	   1,	      4095,	 4097,	    -1UL,
					    -PAGE, -PAGE + 1, 1UL << 47, 1UL << 48, 1UL << 63};

	return !plain && one_in(30) ? PICK(odd) : (1 + below(one_in(4) ? 12 : 4)) * PAGE;
}

static int some_prot(void)
{
	static const int prot[] = {0, 1, 1, 3, 3, 3, 3, 5, 7, 2, 4};
	static const int odd[] = {0x1000001, 0x2000003, 0x3000001, 8, 11, 16, 0x1000003};

	return !plain && one_in(30) ? PICK(odd) : PICK(prot);
}

static void do_map(void)
{
	static const int flags[] = {0,
				    0,
				    0,
				    0,
				    MAP_POPULATE,
				    MAP_NORESERVE,
				    MAP_LOCKED,
				    MAP_GROWSDOWN,
				    MAP_STACK,
				    MAP_POPULATE | MAP_NONBLOCK,
				    MAP_32BIT,
				    MAP_DENYWRITE};
	static const int type[] = {MAP_PRIVATE, MAP_PRIVATE, MAP_PRIVATE, MAP_SHARED, MAP_SHARED};
	static const int fds[] = {10, 10, 10, 11, 11, 12, 13};
	unsigned long addr = !plain && one_in(8) ? 0 : some_addr();
	int f = PICK(type) | (plain ? 0 : PICK(flags)), fd = -1;
	unsigned long off = 0;
	long r;

	if (!plain && one_in(50))
		f = (f & ~MAP_TYPE) | below(16);
	if (plain || !one_in(6))
		f |= one_in(8) ? MAP_FIXED_NOREPLACE : MAP_FIXED;
	if (one_in(3)) {
		fd = PICK(fds);
		off = one_in(20) ? below(1 << 14) : below(7) * PAGE;
		if (one_in(60))
			off = -PAGE * below(3);
	} else {
		f |= MAP_ANONYMOUS;
	}
	r = CALL(mmap, addr, some_len(), some_prot(), f, fd, off);
	if (r > 0 && !(f & (MAP_FIXED | MAP_FIXED_NOREPLACE)))
		chosen[below(4)] = r;
}

static void do_remap(void)
{
	static const int flags[] = {0, 1, 1, 1, 3, 3, 5, 7, 2, 4};
	unsigned long old = some_len(), len = one_in(4) ? old : some_len();
	long r;

	if (one_in(12))
		old = 0;
	r = CALL(mremap, some_addr(), old, len, PICK(flags), some_addr());
	if (r > 0)
		chosen[below(4)] = r;
}

static void do_advise(void)
{
	static const int advice[] = {0,	 1,  2,	 3,  4,	 4,  4,	 9,  10, 11, 14, 15,
				     16, 17, 18, 19, 12, 13, 20, 22, 23, 24, 77};

	CALL(madvise, some_addr(), some_len(), PICK(advice));
}

static void do_lock(void)
{
	switch (below(8)) {
	case 0:
		CALL(mlockall, one_in(4) ? below(9) : MCL_FUTURE);
		break;
	case 1:
		CALL(munlockall, 0);
		break;
	case 2:
	case 3:
		CALL(munlock, some_addr(), some_len());
		break;
	case 4:
		CALL(mlock2, some_addr(), some_len(), one_in(10) ? 2 : one_in(2));
		break;
	default:
		CALL(mlock, some_addr(), some_len());
	}
}

static void do_mincore(void)
{
	unsigned long addr = some_addr(), len = (1 + below(8)) * PAGE;

	if (one_in(20))
		len = some_len() & 0xffff;
	say("STREQ(in_memory(%#lx, %#lx), \"%s\");\n", addr, len, in_memory(addr, len));
}

static void do_touch(void)
{
	unsigned long addr = some_addr(), count = 1 + below(5);
	int write = below(2);

	for (; count && (addr < VVAR || addr > VVAR + 4 * PAGE); count--, addr += PAGE)
		say("EQ(touch(%#lx, %d), %d);\n", addr, write, touch(addr, write));
}

static void do_file(void)
{
	switch (below(4)) {
	case 0:
		CALL(ftruncate, one_in(4) ? 12 : 10, below(7 * PAGE));
		break;
	case 1:
		CALL(pwrite64, one_in(4) ? 12 : 10, WINDOW + below(pages) * PAGE,
		     some_len() & 0xffff, below(6 * PAGE));
		break;
	default:
		CALL(pread64, one_in(4) ? 13 : 11, some_addr(), some_len() & 0xffff,
		     below(6 * PAGE));
	}
}

static void do_brk(void)
{
	long bytes = one_in(20) ? some_len() & 0x7fffffffffff : below(9 * PAGE);

	say("EQ(break_at(%#lx), %#lx);\n", bytes, break_at(bytes));
}

static void release(void)
{
	if (!nr_held)
		return;
	kill(held[--nr_held], SIGKILL);
	waitpid(held[nr_held], NULL, 0);
	say("end_child();\n");
}

static void do_fork(void)
{
	pid_t pid;

	switch (below(4)) {
	case 0:
		if (nr_held == 8)
			break;
		pid = fork();
		if (!pid) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			for (;;)
				pause();
		}
		held[nr_held++] = pid;
		say("child_waits();\n");
		break;
	case 1:
		release();
		break;
	default:
		pid = getpid();
		say_fork(1 + below(12));
		if (getpid() != pid)
			nr_held = 0;
	}
}

static void do_limit(void)
{
	static const int which[] = {RLIMIT_AS, RLIMIT_DATA, RLIMIT_MEMLOCK};
	struct rlimit r = {RLIM_INFINITY, RLIM_INFINITY};
	int limit = PICK(which);

	if (!one_in(3))
		r.rlim_cur = limit == RLIMIT_AS ? (1200 + below(60)) * PAGE : below(80) * PAGE;
	say("EQ(call(SYS_setrlimit, %d, &(struct rlimit){%#lx, -1}), %d);\n", limit,
	    (long)r.rlim_cur, setrlimit(limit, &r) ? -errno : 0);
}

static void (*const steps[])(void) = {
	do_map,	  do_map,    do_map,	do_map,	 do_map,  do_map,     do_remap, do_remap,
	do_remap, do_advise, do_advise, do_lock, do_lock, do_mincore, do_touch, do_touch,
	do_touch, do_touch,  do_file,	do_brk,	 do_fork, do_fork,    do_limit,
};

static void unmap(void) { CALL(munmap, some_addr(), some_len()); }

static void protect(void) { CALL(mprotect, some_addr(), some_len(), some_prot()); }

static void sync_(void) { CALL(msync, some_addr(), some_len(), one_in(4) ? below(8) : MS_SYNC); }

/* A guest test can compare the window alone: the rest depends on the program's size. */
static void say_shown(void)
{
	static char in_window[1 << 14];
	char *line, *rest = shown(0, -1UL), *end = in_window;

	while ((line = strsep(&rest, "\n")) && *line) {
		unsigned long start = strtoul(line, NULL, 16);

		if (!strchr(line, '-') || (start >= WINDOW && start < WINDOW_END))
			end += sprintf(end, "%s\n", line);
		else
			say("# %s\n", line);
	}
	say_text("window()", in_window);
}

/* The lines of smaps that both kernels have; one for each VMA. */
static void show_smaps(void)
{
	static const char *const names[] = {"Rss:",	     "Pss:",	       "Shared_Clean:",
					    "Shared_Dirty:", "Private_Clean:", "Private_Dirty:",
					    "Anonymous:",    "Locked:",	       "VmFlags:"};
	char *line, *rest = proc_text("/proc/self/smaps");
	int show = 0;

	while ((line = strsep(&rest, "\n")) && *line) {
		if (line[0] >= 'A' && line[0] <= 'Z') {
			for (int i = 0; show && i < LENGTH(names); i++)
				if (!strncmp(line, names[i], strlen(names[i])))
					say(i < 8 ? " %.0s%lu" : " %s", line + strlen(names[i]),
					    strtoul(line + strlen(names[i]), NULL, 10));
			continue;
		}
		if (show)
			say("\n");
		show = strtoul(line, NULL, 16) >= WINDOW && is_shown(line, strtoul(line, NULL, 16));
		if (show)
			say("# %.26s", line);
	}
	say("\n");
}

static void show_totals(void)
{
	static const char *const names[] = {"VmSize:", "VmLck:", "VmData:", "VmStk:"};
	char *line, *rest = proc_text("/proc/self/status");

	while ((line = strsep(&rest, "\n")))
		for (int i = 0; i < LENGTH(names); i++)
			if (!strncmp(line, names[i], strlen(names[i])))
				say("# %s\n", line);
}

static void begin(void)
{
	pages = 5 + below(WINDOW_PAGES - 8);
	plain = below(2);
	open_files();
	say("open_files();\n");
	if (one_in(3)) {
		become_nobody();
		prctl(PR_SET_DUMPABLE, 1);
		say("become_nobody();\nprctl(PR_SET_DUMPABLE, 1);\n");
	}
	if (one_in(20))
		CALL(personality, 0x400000);
}

static void step(void)
{
	int kind = below(LENGTH(steps) + 5);

	if (kind < LENGTH(steps))
		steps[kind]();
	else
		(kind & 1 ? unmap : kind & 2 ? protect : sync_)();
	say_shown();
	if (one_in(8))
		show_smaps();
	if (one_in(8))
		show_totals();
}

static void finish(void)
{
	say("STREQ(all_bytes(), \"%s\");\n", all_bytes());
	show_smaps();
	show_totals();
	while (nr_held)
		release();
}
