/*
 * RLIMIT_SIGPENDING: so many signals with their siginfo may a user have queued, and timers. What
 * kill() sends arrives all the same; without room its siginfo is lost.
 */
#include "check.h"

static char line[32];

/* "queued/limit" */
static const char *sigq(void)
{
	char buf[128];
	FILE *f = fopen("/proc/self/status", "r");

	CHECK(f);
	while (fgets(buf, sizeof(buf), f))
		if (!strncmp(buf, "SigQ:\t", 6))
			sscanf(buf + 6, "%31s", line);
	fclose(f);
	return line;
}

static long queue_to_thread(int sig)
{
	siginfo_t si = {.si_code = SI_QUEUE};

	return syscall(SYS_rt_tgsigqueueinfo, getpid(), gettid(), sig, &si);
}

static void other_user(void)
{
	OK(seteuid(0));
	become_nobody();
	STREQ(sigq(), "0/5");
	OK(sigqueue(getpid(), SIGRTMIN + 1, (union sigval){1}));
	STREQ(sigq(), "1/5");
}

int main(void)
{
	struct rlimit five = {5, 5};
	struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 3};
	struct itimerspec soon = {.it_value = {0, 1000000}};
	struct timespec now = {0, 0}, second = {1, 0};
	union sigval v = {1};
	timer_t t[6];
	sigset_t set;
	siginfo_t si;

	/* A user without other processes, for the signals of all of them count. */
	OK(setresuid(4242, 4242, 0));
	OK(setrlimit(RLIMIT_SIGPENDING, &five));
	sigfillset(&set);
	OK(sigprocmask(SIG_BLOCK, &set, NULL));
	STREQ(sigq(), "0/5");
	for (int i = 0; i < 5; i++)
		OK(sigqueue(getpid(), SIGRTMIN + 1, v));
	STREQ(sigq(), "5/5");
	ERR(sigqueue(getpid(), SIGRTMIN + 1, v), EAGAIN);
	ERR(queue_to_thread(SIGRTMIN + 1), EAGAIN);
	ERR(timer_create(CLOCK_MONOTONIC, &ev, &t[0]), EAGAIN);
	EQ(in_child(other_user), 0);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	OK(sigtimedwait(&set, &si, &now));
	/* kill and raise always arrive; of a standard signal even the siginfo, if kill sends it. */
	OK(kill(getpid(), SIGRTMIN + 2));
	OK(kill(getpid(), SIGUSR1));
	OK(syscall(SYS_tkill, gettid(), SIGUSR2));
	STREQ(sigq(), "6/5");
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN + 2);
	OK(sigtimedwait(&set, &si, &now));
	EQ(si.si_pid, 0);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	OK(sigtimedwait(&set, &si, &now));
	EQ(si.si_signo, SIGUSR2);
	EQ(si.si_pid, 0);
	OK(sigtimedwait(&set, &si, &now));
	EQ(si.si_signo, SIGUSR1);
	EQ(si.si_pid, getpid());
	sigaddset(&set, SIGRTMIN + 1);
	for (int i = 0; i < 5; i++)
		OK(sigtimedwait(&set, &si, &now));
	STREQ(sigq(), "0/5");
	/* A timer counts from its creation to its end; its signal does not count again. */
	for (int i = 0; i < 5; i++)
		OK(timer_create(CLOCK_MONOTONIC, &ev, &t[i]));
	ERR(timer_create(CLOCK_MONOTONIC, &ev, &t[5]), EAGAIN);
	OK(timer_settime(t[0], 0, &soon, NULL));
	sigaddset(&set, SIGRTMIN + 3);
	sleep_ms(20);
	STREQ(sigq(), "5/5");
	EQ(sigtimedwait(&set, &si, &second), SIGRTMIN + 3);
	EQ(si.si_code, SI_TIMER);
	for (int i = 0; i < 5; i++)
		OK(timer_delete(t[i]));
	STREQ(sigq(), "0/5");
	return 0;
}
