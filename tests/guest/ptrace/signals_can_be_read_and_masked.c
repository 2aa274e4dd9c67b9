/*
 * PTRACE_PEEKSIGINFO reads the queues of a tracee without taking from them, GETSIGMASK and
 * SETSIGMASK its mask, SETSIGINFO what its handler gets.
 */
#include "ptrace/tracee.h"

static volatile int value;

static void handler(int sig, siginfo_t *info, void *context)
{
	(void)sig, (void)context;
	value = info->si_value.sival_int;
}

static void child(void)
{
	struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
	sigset_t set;

	OK(sigaction(SIGUSR2, &sa, NULL));
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	sigaddset(&set, SIGUSR1);
	OK(sigprocmask(SIG_BLOCK, &set, NULL));
	for (int i = 0; i < 3; i++)
		OK(sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = 100 + i}));
	OK(raise(SIGUSR1));
	OK(sigqueue(getpid(), SIGUSR2, (union sigval){.sival_int = 7}));
	_exit(value);
}

int main(void)
{
	struct ptrace_peeksiginfo_args args = {.nr = 8, .flags = PTRACE_PEEKSIGINFO_SHARED};
	siginfo_t info[8];
	unsigned long mask, expected = 1UL << (SIGRTMIN - 1) | 1UL << (SIGUSR1 - 1);
	pid_t pid = tracee(child);

	EQ(resume(PTRACE_CONT, pid, 0), STOP(SIGUSR2));
	EQ(PT(PTRACE_PEEKSIGINFO, pid, &args, info), 3);
	EQ(info[0].si_value.sival_int, 100);
	EQ(info[2].si_value.sival_int, 102);
	EQ(info[2].si_code, SI_QUEUE);
	args.off = 2;
	EQ(PT(PTRACE_PEEKSIGINFO, pid, &args, info), 1);
	args.off = -1;
	EQ(PT(PTRACE_PEEKSIGINFO, pid, &args, info), 0);
	args = (struct ptrace_peeksiginfo_args){.nr = 8};
	EQ(PT(PTRACE_PEEKSIGINFO, pid, &args, info), 1);
	EQ(info[0].si_signo, SIGUSR1);
	args.nr = -1;
	ERR(PT(PTRACE_PEEKSIGINFO, pid, &args, info), EINVAL);
	args = (struct ptrace_peeksiginfo_args){.nr = 1, .flags = 8};
	ERR(PT(PTRACE_PEEKSIGINFO, pid, &args, info), EINVAL);
	args.flags = 0;
	ERR(PT(PTRACE_PEEKSIGINFO, pid, &args, 8), EFAULT);
	ERR(PT(PTRACE_PEEKSIGINFO, pid, 8, info), EFAULT);

	EQ(PT(PTRACE_GETSIGMASK, pid, 8, &mask), 0);
	EQ(mask, expected);
	ERR(PT(PTRACE_GETSIGMASK, pid, 4, &mask), EINVAL);
	ERR(PT(PTRACE_GETSIGMASK, pid, 8, 8), EFAULT);
	ERR(PT(PTRACE_SETSIGMASK, pid, 8, 8), EFAULT);
	mask = -1UL;
	OK(PT(PTRACE_SETSIGMASK, pid, 8, &mask));
	EQ(PT(PTRACE_GETSIGMASK, pid, 8, &mask), 0);
	EQ(mask, ~(1UL << (SIGKILL - 1) | 1UL << (SIGSTOP - 1)));
	OK(PT(PTRACE_SETSIGMASK, pid, 8, &expected));
	OK(PT(PTRACE_GETSIGINFO, pid, 0, info));
	EQ(info->si_value.sival_int, 7);
	info->si_value.sival_int = 42;
	OK(PT(PTRACE_SETSIGINFO, pid, 0, info));
	ERR(PT(PTRACE_SETSIGINFO, pid, 0, 8), EFAULT);
	EQ(resume(PTRACE_CONT, pid, SIGUSR2), 42 << 8);
	return 0;
}
