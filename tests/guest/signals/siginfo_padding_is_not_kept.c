/*
 * A siginfo that a program makes is kept without the padding at its end, which comes back as zeros.
 * With a code of which the kernel does not know the fields, padding that is not zero is E2BIG.
 */
#include "check.h"

#define KEPT 48

static unsigned char info[128], got[128];
static volatile int count;

static void handler(int sig, siginfo_t *si, void *context)
{
	(void)context;
	memcpy(got, si, sizeof(got));
	count += si->si_signo == sig;
}

static void check_got(void)
{
	for (unsigned i = KEPT; i < sizeof(got); i++)
		EQ(got[i], 0);
	EQ(got[KEPT - 1], 0x5a);
}

/* The siginfo is full of @fill behind its code. */
static long send(int sig, int code, int fill)
{
	memset(info, fill, sizeof(info));
	((siginfo_t *)info)->si_code = code;
	return syscall(SYS_rt_sigqueueinfo, getpid(), sig, info);
}

static void by_handler(void)
{
	struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};

	OK(sigaction(SIGUSR1, &sa, NULL));
	OK(send(SIGUSR1, SI_QUEUE, 0x5a));
	EQ(count, 1);
	check_got();
}

static void by_sigtimedwait(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	OK(sigprocmask(SIG_BLOCK, &set, NULL));
	OK(send(SIGUSR2, SI_QUEUE, 0x5a));
	memset(got, 0xff, sizeof(got));
	EQ(syscall(SYS_rt_sigtimedwait, &set, got, NULL, 8), SIGUSR2);
	check_got();
}

/* Signal 0 asks only. */
static void unknown_codes(void)
{
	static const struct {
		int sig, code, known;
	} cases[] = {
		{SIGUSR1, SI_USER, 1},
		{SIGUSR1, -7, 1},
		{SIGUSR1, -8, 0},
		{SIGUSR1, -60, 1},
		{SIGUSR1, SI_KERNEL, 1},
		{SIGUSR1, 6, 1},
		{SIGUSR1, 7, 0},
		{SIGSEGV, 9, 1},
		{SIGSEGV, 10, 0},
		{SIGILL, 11, 1},
		{SIGILL, 12, 0},
		{SIGFPE, 15, 1},
		{SIGFPE, 16, 0},
		{SIGBUS, 5, 1},
		{SIGBUS, 6, 0},
		{SIGTRAP, 6, 1},
		{SIGTRAP, 7, 0},
		{SIGCHLD, 6, 1},
		{SIGCHLD, 7, 0},
		{SIGPOLL, 6, 1},
		{SIGPOLL, 7, 0},
		{SIGSYS, 2, 1},
		{SIGSYS, 3, 0},
		{0, 6, 1},
		{0, 7, 0},
		{40, 6, 1},
		{40, 7, 0},
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		signal(cases[i].sig, SIG_IGN);
		OK(send(cases[i].sig, cases[i].code, 0));
		if (cases[i].known)
			OK(send(cases[i].sig, cases[i].code, 1));
		else
			ERR(send(cases[i].sig, cases[i].code, 1), E2BIG);
	}
	memset(info, 1, KEPT);
	memset(info + KEPT, 0, sizeof(info) - KEPT);
	((siginfo_t *)info)->si_code = -8;
	OK(syscall(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, info));
	info[sizeof(info) - 1] = 1;
	ERR(syscall(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, info), E2BIG);
	ERR(syscall(SYS_rt_tgsigqueueinfo, getpid(), 0, SIGUSR1, info), E2BIG);
}

int main(void)
{
	by_handler();
	by_sigtimedwait();
	unknown_codes();
	return 0;
}
