/* SPDX-License-Identifier: MIT */
/*
 * rseq(2): a critical section in which a signal arrives, or that is preempted, goes on at its
 * abort address. One that cannot be read, or without the signature, is SIGSEGV.
 */
#include "check.h"
#include <linux/rseq.h>
#include <pthread.h>
#include <sched.h>
#include <sys/time.h>

#define SIG 0x53053053

static struct rseq area;
static struct rseq_cs section;
static volatile unsigned long rounds;

static long rseq(void *p, unsigned int len, int flags, unsigned int sig)
{
	return syscall(SYS_rseq, p, len, flags, sig) < 0 ? -errno : 0;
}

/* Counts to @limit in a critical section. Returns whether it went on at abort_ip. */
static __attribute__((noinline)) int critical(struct rseq *r, struct rseq_cs *cs,
					      unsigned long limit)
{
	int aborted = 0;

	rounds = 0;
	__asm__ volatile("	leaq	1f(%%rip), %%rax\n"
			 "	movq	%%rax, 8(%[cs])\n" /* start_ip */
			 "	leaq	2f(%%rip), %%rcx\n"
			 "	subq	%%rax, %%rcx\n"
			 "	movq	%%rcx, 16(%[cs])\n" /* post_commit_offset */
			 "	leaq	3f(%%rip), %%rax\n"
			 "	movq	%%rax, 24(%[cs])\n" /* abort_ip */
			 "	movq	%[cs], 8(%[r])\n"
			 "1:	incq	%[rounds]\n"
			 "	cmpq	%[limit], %[rounds]\n"
			 "	jb	1b\n"
			 "2:	jmp	4f\n"
			 "	.long	0x53053053\n"
			 "3:	movl	$1, %[aborted]\n"
			 "4:\n"
			 : [aborted] "+r"(aborted), [rounds] "+m"(rounds)
			 : [r] "r"(r), [cs] "r"(cs), [limit] "r"(limit)
			 : "rax", "rcx", "memory", "cc");
	return aborted;
}

/* After this the area names a good section. What is preempted before it is asked, loses it. */
static void enter_section(void)
{
	for (int i = 0; i < 1000; i++) {
		if (!critical(&area, &section, 10) && area.rseq_cs)
			return;
	}
	CHECK(!"always interrupted");
}

static volatile unsigned long interrupted_at;

static void on_alarm(int sig __attribute__((unused)), siginfo_t *info __attribute__((unused)),
		     void *ctx)
{
	interrupted_at = ((ucontext_t *)ctx)->uc_mcontext.gregs[REG_RIP];
}

static void errors(void)
{
	char *bytes = (char *)&area;

	EQ(rseq(&area, 32, RSEQ_FLAG_UNREGISTER, SIG), -EINVAL);
	EQ(rseq(bytes + 8, 32, 0, SIG), -EINVAL);
	EQ(rseq(&area, 31, 0, SIG), -EINVAL);
	EQ(rseq(&area, 64, 0, SIG), -EINVAL);
	EQ(rseq(&area, 32, 2, SIG), -EINVAL);
	EQ(rseq(&area, 32, 3, SIG), -EINVAL);
	EQ(rseq((void *)0xffff800000000000, 32, 0, SIG), -EFAULT);
	EQ(rseq((void *)0xffff800000000000, 31, 0, SIG), -EINVAL);
	area.cpu_id = area.cpu_id_start = 77;
	EQ(rseq(&area, 32, 0, SIG), 0);
	EQ(area.cpu_id, 0);
	EQ(area.cpu_id_start, 0);
	EQ(rseq(&area, 32, 0, SIG), -EBUSY);
	EQ(rseq(&area, 32, 0, SIG + 1), -EPERM);
	EQ(rseq(&area, 31, 0, SIG), -EINVAL);
	EQ(rseq(&section, 32, 0, SIG), -EINVAL);
	EQ(rseq(&area, 32, RSEQ_FLAG_UNREGISTER, SIG + 1), -EPERM);
	EQ(rseq(&area, 31, RSEQ_FLAG_UNREGISTER, SIG), -EINVAL);
	EQ(rseq(&section, 32, RSEQ_FLAG_UNREGISTER, SIG), -EINVAL);
	area.cpu_id_start = 5;
	EQ(rseq(&area, 32, RSEQ_FLAG_UNREGISTER, SIG), 0);
	EQ(area.cpu_id, 0xffffffffU);
	EQ(area.cpu_id_start, 0);
	EQ(rseq(&area, 32, 0, SIG), 0);
}

static void restarts(void)
{
	struct itimerval often = {{0, 30000}, {0, 30000}}, never = {{0, 0}, {0, 0}};
	struct sigaction sa = {.sa_sigaction = on_alarm, .sa_flags = SA_SIGINFO};
	pid_t pid;

	enter_section();
	EQ(sigaction(SIGALRM, &sa, NULL), 0);
	setitimer(ITIMER_REAL, &often, NULL);
	do { /* it may also be preempted, and the signal may come afterwards */
		EQ(critical(&area, &section, -1UL), 1);
		EQ(area.rseq_cs, 0);
	} while (interrupted_at != section.abort_ip);
	setitimer(ITIMER_REAL, &never, NULL);

	/* Preempted by a child that never sleeps. */
	pid = fork();
	if (!pid)
		for (;;)
			;
	area.cpu_id = area.cpu_id_start = 9;
	EQ(critical(&area, &section, -1UL), 1);
	EQ(area.cpu_id, 0);
	EQ(area.cpu_id_start, 0);
	/* Outside of the section only the pointer is cleared. */
	area.rseq_cs = (unsigned long)&section;
	while (*(volatile __u64 *)&area.rseq_cs)
		;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static unsigned long spoilt; /* the pointer to the section, or what is in its place */

/*
 * What @spoil does to the section kills a child that is preempted or gets a signal with it in the
 * area. It may be preempted before, when all is still good; so it names the section again.
 */
static void dies(void (*spoil)(void), int want)
{
	struct itimerval often = {{0, 20000}, {0, 20000}};
	int status;
	pid_t pid = fork();

	if (!pid) {
		enter_section();
		spoilt = (unsigned long)&section;
		spoil();
		setitimer(ITIMER_REAL, &often, NULL);
		for (;;)
			*(volatile __u64 *)&area.rseq_cs = spoilt;
	}
	waitpid(pid, &status, 0);
	EQ(status & 0x7f, want);
}

static void good(void) { signal(SIGALRM, SIG_DFL); }
static void pointer(void) { spoilt = 8; }
static void kernel_pointer(void) { spoilt = 0xffff800000000000; }
static void version(void) { section.version = 1; }
static void start(void) { section.start_ip = -4096UL; }
static void length(void) { section.post_commit_offset = 1UL << 47; }
static void wraps(void) { section.post_commit_offset = -8UL - section.start_ip; }
static void aborts_inside(void) { section.abort_ip = section.start_ip; }
static void signature(void) { section.abort_ip++; }
static void flags_outside(void)
{
	signal(SIGALRM, SIG_DFL);
	section.flags = 1;
}
static void area_flags_outside(void)
{
	signal(SIGALRM, SIG_DFL);
	area.flags = 1;
}

static void dies_inside(int section_flags, int area_flags)
{
	struct itimerval soon = {{0, 0}, {0, 20000}};
	int status;
	pid_t pid = fork();

	if (!pid) {
		section.flags = section_flags;
		area.flags = area_flags;
		setitimer(ITIMER_REAL, &soon, NULL);
		critical(&area, &section, -1UL);
		_exit(3);
	}
	waitpid(pid, &status, 0);
	EQ(status & 0x7f, SIGSEGV);
}

static void *in_thread(void *other)
{
	EQ(rseq(&area, 32, RSEQ_FLAG_UNREGISTER, SIG), -EINVAL);
	EQ(rseq(other, 32, 0, SIG), 0);
	EQ(rseq(other, 32, RSEQ_FLAG_UNREGISTER, SIG), 0);
	return NULL;
}

static void children(void)
{
	static struct rseq other;
	int status;
	pthread_t t;
	pid_t pid = fork();

	if (!pid) {
		EQ(rseq(&area, 32, 0, SIG), -EBUSY);
		EQ(rseq(&area, 32, RSEQ_FLAG_UNREGISTER, SIG), 0);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	EQ(status, 0);
	EQ(pthread_create(&t, NULL, in_thread, &other), 0);
	EQ(pthread_join(t, NULL), 0);
	EQ(rseq(&area, 32, 0, SIG), -EBUSY);
	pid = vfork();
	if (!pid)
		_exit(rseq(&area, 32, RSEQ_FLAG_UNREGISTER, SIG) == -EINVAL ? 0 : 1);
	waitpid(pid, &status, 0);
	EQ(status, 0);
}

/* Memory that is gone: nobody writes the CPU there. */
static void area_unmapped(void)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		char *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			       0);

		EQ(rseq(&area, 32, RSEQ_FLAG_UNREGISTER, SIG), 0);
		EQ(rseq(p, 32, 0, SIG), 0);
		munmap(p, PAGE);
		sched_yield();
		kill(getpid(), SIGALRM);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	EQ(status & 0x7f, SIGSEGV);
}

int main(int argc, char **argv)
{
	struct {
		void (*spoil)(void);
		int signal;
	} cases[] = {
		{good, SIGALRM},
		{pointer, SIGSEGV},
		{kernel_pointer, SIGSEGV},
		{version, SIGSEGV},
		{start, SIGSEGV},
		{length, SIGSEGV},
		{wraps, SIGSEGV},
		{aborts_inside, SIGSEGV},
		{signature, SIGSEGV},
		{flags_outside, SIGALRM},
		{area_flags_outside, SIGALRM},
	};

	if (argc == 1) { /* the C library must not register its own */
		setenv("GLIBC_TUNABLES", "glibc.pthread.rseq=0", 1);
		execl("/proc/self/exe", argv[0], "again", NULL);
		_exit(1);
	}
	errors();
	restarts();
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		dies(cases[i].spoil, cases[i].signal);
	dies_inside(1, 0);
	dies_inside(8, 0);
	dies_inside(0, 1);
	dies_inside(0, 0x100);
	children();
	area_unmapped();
	return 0;
}
