/*
 * SA_SIGINFO: kill() gives SI_USER with pid and uid, tgkill SI_TKILL, sigqueue SI_QUEUE with its
 * value.
 */
#include "check.h"

static volatile siginfo_t got;
static volatile int count;

static void handler(int sig, siginfo_t *info, void *context)
{
	(void)context;
	memcpy((void *)&got, info, sizeof(got));
	count += got.si_signo == sig;
}

int main(void)
{
	struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};

	OK(sigaction(SIGUSR1, &sa, NULL));
	OK(kill(getpid(), SIGUSR1));
	EQ(count, 1);
	EQ(got.si_code, SI_USER);
	EQ(got.si_pid, getpid());
	EQ(got.si_uid, 0);
	OK(syscall(SYS_tgkill, getpid(), getpid(), SIGUSR1));
	EQ(got.si_code, SI_TKILL);
	EQ(got.si_pid, getpid());
	OK(sigqueue(getpid(), SIGUSR1, (union sigval){.sival_int = 1234}));
	EQ(got.si_code, SI_QUEUE);
	EQ(got.si_value.sival_int, 1234);
	EQ(got.si_pid, getpid());
	EQ(count, 3);
	pid_t pid = OK(fork());
	if (!pid) {
		become_nobody();
		ERR(kill(getppid(), SIGUSR1), EPERM);
		_exit(0);
	}
	EQ(waitpid(pid, NULL, 0), pid);
	EQ(count, 3);
	return 0;
}
