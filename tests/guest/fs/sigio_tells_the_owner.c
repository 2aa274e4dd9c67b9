/* A pipe or socket with O_ASYNC sends its owner SIGIO, or what F_SETSIG says. */
#include "check.h"
#include <sys/ioctl.h>
#include <sys/socket.h>

static volatile int sig, code, band, from_fd;

static void handler(int s, siginfo_t *i, void *context)
{
	(void)context;
	sig = s;
	code = i->si_code;
	band = i->si_band;
	from_fd = i->si_fd;
}

static int seen(void)
{
	int s = sig;

	sig = 0;
	return s;
}

static void owners(int fd)
{
	struct f_owner_ex o = {9, 9};
	pid_t me = getpid();

	OK(setpgid(0, 0));
	EQ(fcntl(fd, F_GETOWN), 0);
	OK(fcntl(fd, F_GETOWN_EX, &o));
	EQ(o.type, F_OWNER_TID);
	EQ(o.pid, 0);
	for (int type = F_OWNER_TID; type <= F_OWNER_PGRP; type++) {
		o = (struct f_owner_ex){type, me};
		OK(fcntl(fd, F_SETOWN_EX, &o));
		o = (struct f_owner_ex){9, 9};
		OK(fcntl(fd, F_GETOWN_EX, &o));
		EQ(o.type, type);
		EQ(o.pid, me);
		if (type != F_OWNER_PGRP)
			EQ(fcntl(fd, F_GETOWN), me);
	}
	EQ(fcntl(fd, F_GETOWN), -me); /* by F_GETOWN_EX: see fcntl(2) */
	o = (struct f_owner_ex){3, me};
	ERR(fcntl(fd, F_SETOWN_EX, &o), EINVAL);
	o = (struct f_owner_ex){F_OWNER_TID, 99999};
	ERR(fcntl(fd, F_SETOWN_EX, &o), ESRCH);
	ERR(fcntl(fd, F_SETOWN_EX, 8), EFAULT);
	ERR(fcntl(fd, F_SETOWN, 99999), ESRCH);
	ERR(fcntl(fd, F_SETOWN, 0x80000000), EINVAL);
	OK(fcntl(fd, F_SETOWN, 0));
}

int main(void)
{
	struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_RESTART};
	int p[2], s[2], on = 1, fd;
	uint64_t hint = 7;
	char c;

	for (int i = 1; i < 65; i++)
		if (i == SIGIO || i == SIGUSR1 || i == 40)
			OK(sigaction(i, &sa, NULL));
	OK(pipe(p));
	owners(p[0]);
	OK(fcntl(p[0], F_SETOWN, getpid()));
	EQ(write(p[1], "x", 1), 1);
	EQ(seen(), 0);
	OK(fcntl(p[0], F_SETFL, O_ASYNC));
	EQ(fcntl(p[0], F_GETFL), O_ASYNC);
	EQ(write(p[1], "x", 1), 1);
	EQ(seen(), SIGIO);
	EQ(code, SI_KERNEL);
	EQ(read(p[0], &c, 1), 1);
	EQ(seen(), 0);
	OK(fcntl(p[0], F_SETSIG, 40));
	EQ(fcntl(p[0], F_GETSIG), 40);
	EQ(write(p[1], "x", 1), 1);
	EQ(seen(), 40);
	EQ(code, POLL_IN);
	EQ(band, 0x41);
	EQ(from_fd, p[0]);
	ERR(fcntl(p[0], F_SETSIG, 65), EINVAL);
	OK(fcntl(p[0], F_SETFL, 0));
	EQ(write(p[1], "x", 1), 1);
	EQ(seen(), 0);
	OK(ioctl(p[0], FIOASYNC, &on));
	EQ(fcntl(p[0], F_GETFL), O_ASYNC);
	OK(fcntl(p[1], F_SETFL, O_ASYNC));
	OK(fcntl(p[1], F_SETSIG, SIGUSR1));
	OK(fcntl(p[1], F_SETOWN, getpid()));
	EQ(read(p[0], &c, 1), 1);
	EQ(seen(), SIGUSR1);
	EQ(code, POLL_OUT);
	EQ(band, 0x304);
	OK(close(p[1]));
	EQ(seen(), 40);

	OK(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	OK(fcntl(s[0], F_SETFL, O_ASYNC));
	EQ(write(s[1], "x", 1), 1);
	EQ(seen(), 0);
	on = getpid();
	OK(ioctl(s[0], FIOSETOWN, &on));
	on = 0;
	OK(ioctl(s[0], FIOGETOWN, &on));
	EQ(on, getpid());
	EQ(write(s[1], "x", 1), 1);
	EQ(seen(), SIGIO);
	OK(close(s[1]));
	EQ(seen(), SIGIO);

	fd = scratch();
	OK(fcntl(fd, F_SETFL, O_ASYNC));
	EQ(fcntl(fd, F_GETFL), 0x8000 | O_RDWR);
	ERR(ioctl(fd, FIOASYNC, &on), ENOTTY);
	OK(fcntl(fd, F_GET_RW_HINT, &hint));
	EQ(hint, 0);
	hint = RWH_WRITE_LIFE_LONG;
	OK(fcntl(fd, F_SET_RW_HINT, &hint));
	hint = 0;
	OK(fcntl(fd, F_GET_RW_HINT, &hint));
	EQ(hint, RWH_WRITE_LIFE_LONG);
	hint = 6;
	ERR(fcntl(fd, F_SET_RW_HINT, &hint), EINVAL);
	ERR(fcntl(fd, F_SET_RW_HINT, 8), EFAULT);
	EQ(fcntl(fd, F_GETLEASE), F_UNLCK);
	return 0;
}
