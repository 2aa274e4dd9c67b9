/* SPDX-License-Identifier: MIT */
/*
 * calls SEED COUNT [user]: COUNT system calls with random numbers and hostile arguments, in
 * processes that may die of it; with "user" they are nobody's. The machine must survive. The same
 * SEED makes the same calls, as far as their results are the same. Left out are calls that end the
 * machine or other processes by intent: reboot, and signals to others.
 */
#include "../../guest/check.h"
#include <sys/mount.h>
#include <sys/prctl.h>

#define LAST_CALL 460
#define BUFFERS	  8
#define HANG_MS	  100

/* What the processes share. */
struct state {
	volatile unsigned long calls, left;
	unsigned long random;
	volatile long last[7]; /* number and arguments of the newest call */
};

static struct state *state;
static char *buffer[BUFFERS]; /* a page each; an unmapped page follows */
static char *read_only;
static pid_t own;
static int null; /* opened before a call can remove it */

static unsigned long next_random(void)
{
	state->random ^= state->random << 13;
	state->random ^= state->random >> 7;
	state->random ^= state->random << 17;
	return state->random;
}

static unsigned long below(unsigned long n) { return next_random() % n; }

static const char *const paths[] = {
	"a",
	"b",
	"dir",
	"dir/c",
	".",
	"..",
	"link",
	"/proc/self/mem",
	"/proc/self/maps",
	"/proc/self/fd",
	"/proc/self/exe",
	"/proc/self/stat",
	"/proc/self/environ",
	"/dev/zero",
	"/dev/null",
	"/dev/ptmx",
	"/proc/self/task",
	"",
	"/tmp/fuzz/a",
	"/proc/self/fd/3",
	"#!a",
	"/proc/exec_trace",
	"/dev/tty",
	"/proc/self/map_files",
	"/dev/full",
	"/proc/self/oom_score_adj",
};

static unsigned long pointer(void)
{
	static const unsigned long bad[] = {
		0,
		8,
		0x7ffffffff000,
		0x7fffffffeff8,
		0x7ffffffffff8,
		0x800000000000,
		0xffff888000000000,
		0xffff888000100000,
		0xffffffff80100000,
		0xffffffffff600000,
		0xfffffffffffffff8,
		~0UL,
		0xdead000000000000,
		0x10000,
		0x400000,
	};
	char *page = buffer[below(BUFFERS)];

	switch (below(8)) {
	case 0:
		return bad[below(sizeof(bad) / sizeof(*bad))];
	case 1:
		return (unsigned long)page + PAGE - below(64);
	case 2:
		return (unsigned long)read_only + below(PAGE);
	case 3:
		return (unsigned long)strcpy(page + below(16) * 128,
					     paths[below(sizeof(paths) / sizeof(*paths))]);
	case 4:
		return (unsigned long)page + below(PAGE);
	default:
		return (unsigned long)page + below(64) * 64;
	}
}

static unsigned long number(void)
{
	static const unsigned long edges[] = {
		~0UL,	    ~0UL - 4095, 1UL << 31,	  (1UL << 31) - 1,
		1UL << 32,  1UL << 63,	 (1UL << 63) - 1, 4096,
		4095,	    65536,	 1UL << 20,	  1UL << 47,
		0xffffffff, -100UL,	 0x1000000,
	};

	switch (below(6)) {
	case 0:
		return edges[below(sizeof(edges) / sizeof(*edges))];
	case 1:
		return 1UL << below(64);
	case 2:
		return below(1UL << below(20)) & below(1UL << below(20));
	default:
		return below(24);
	}
}

static unsigned long argument(void) { return below(2) ? pointer() : number(); }

/* Words of a buffer are arguments themselves: vectors, and structs with pointers. */
static void fill_buffer(void)
{
	unsigned long *word = (unsigned long *)buffer[below(BUFFERS)] + below(400);

	for (int i = 0; i < 16; i++) {
		unsigned long value = argument();

		word[i] = below(4) ? value : (value << 32 | below(8));
	}
}

static int ends_much(long nr)
{
	return nr == SYS_exit || nr == SYS_exit_group || nr == SYS_pause ||
	       nr == SYS_rt_sigsuspend || nr == SYS_rt_sigreturn || nr == SYS_munmap ||
	       nr == SYS_vfork;
}

static int takes_a_pid(long nr)
{
	return nr == SYS_kill || nr == SYS_tkill || nr == SYS_tgkill || nr == SYS_rt_sigqueueinfo ||
	       nr == SYS_rt_tgsigqueueinfo || nr == SYS_prlimit64 || nr == SYS_setpriority ||
	       nr == SYS_sched_setaffinity || nr == SYS_sched_setscheduler ||
	       nr == SYS_sched_setparam || nr == SYS_sched_setattr || nr == SYS_pidfd_open ||
	       nr == SYS_process_vm_writev;
}

static void one_call(void)
{
	long nr = below(LAST_CALL), a[6];

	if (nr == SYS_reboot || nr == SYS_kexec_load || (ends_much(nr) && below(40)))
		return;
	if (!below(3))
		fill_buffer();
	for (int i = 0; i < 6; i++)
		a[i] = argument();
	if (takes_a_pid(nr))
		a[0] = a[1] = own;
	if (nr == SYS_ptrace)
		a[1] = own;
	state->last[0] = nr;
	for (int i = 0; i < 6; i++)
		state->last[i + 1] = a[i];
	syscall(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
	state->calls++;
	if (syscall(SYS_getpid) != own)
		_exit(0);
}

static void worker(int user)
{
	struct rlimit limit = {.rlim_cur = 64, .rlim_max = 64};

	for (int i = 0; i < BUFFERS; i++) {
		buffer[i] = anon(2 * PAGE, PROT_READ | PROT_WRITE);
		munmap(buffer[i] + PAGE, PAGE);
	}
	read_only = anon(PAGE, PROT_READ);
	for (int fd = 0; fd < 3; fd++)
		OK(dup2(null, fd));
	setsid();
	own = getpid();
	setrlimit(RLIMIT_NPROC, &limit);
	limit.rlim_cur = limit.rlim_max = 64 << 20;
	setrlimit(RLIMIT_AS, &limit);
	limit.rlim_cur = limit.rlim_max = 1 << 20;
	setrlimit(RLIMIT_FSIZE, &limit);
	if (user)
		become_nobody();
	while (state->left) {
		state->left--;
		one_call();
	}
	_exit(0);
}

/* Ends it when it waits for too long. */
static void watch(pid_t pid)
{
	unsigned long seen = ~0UL;

	for (int ms = 0; waitpid(pid, NULL, WNOHANG) != pid; ms += 5) {
		sleep_ms(5);
		if (ms % HANG_MS)
			continue;
		if (state->calls == seen) {
			kill(pid, SIGCONT);
			kill(pid, SIGKILL);
		}
		seen = state->calls;
	}
}

static void remove_all(void)
{
	OK(chdir("/tmp"));
	while (!umount("/tmp/fuzz") || !umount("/tmp/fuzz/dir"))
		;
	EQ(system("busybox rm -rf /tmp/fuzz"), 0);
}

int main(int argc, char **argv)
{
	unsigned long workers = 0;
	pid_t pid;

	CHECK(argc > 2);
	null = OK(open("/dev/null", O_RDWR | O_CLOEXEC));
	state = OK(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
	state->random = strtoul(argv[1], NULL, 0) * 0x9e3779b97f4a7c15 | 1;
	state->left = strtoul(argv[2], NULL, 0);
	OK(prctl(PR_SET_CHILD_SUBREAPER, 1));
	while (state->left) {
		OK(mkdir("/tmp/fuzz", 0777));
		OK(chmod("/tmp/fuzz", 0777));
		OK(chdir("/tmp/fuzz"));
		for (int i = 0; i < 200 && state->left; i++, workers++) {
			pid = fork();
			if (!pid)
				worker(argc > 3);
			CHECK(pid > 0);
			watch(pid);
			while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
				;
		}
		remove_all();
	}
	printf("seed %s: %lu calls returned in %lu processes\n", argv[1], state->calls, workers);
	return 0;
}
