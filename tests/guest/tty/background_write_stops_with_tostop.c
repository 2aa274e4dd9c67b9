/*
 * A background process that writes to its terminal is stopped by SIGTTOU when TOSTOP is set;
 * tcsetpgrp too.
 */
#include "check.h"
#include <sys/ioctl.h>
#include <termios.h>

static int fd;

static void session(void)
{
	struct termios was, t;
	int status;

	OK(setsid());
	signal(SIGHUP, SIG_IGN);
	fd = OK(open("/dev/ttyS0", O_RDWR | O_NOCTTY | O_NONBLOCK));
	OK(ioctl(fd, TIOCSCTTY, 0));
	OK(tcgetattr(fd, &was));
	t = was;
	t.c_lflag |= TOSTOP;
	OK(tcsetattr(fd, TCSANOW, &t));
	pid_t pid = OK(fork());
	if (!pid) {
		OK(setpgid(0, 0));
		EQ(write(fd, "", 0), 0);
		write(fd, "\r", 1);
		tcsetpgrp(fd, getpid());
		_exit(tcgetpgrp(fd) == getpid() ? 5 : 6);
	}
	EQ(waitpid(pid, &status, WUNTRACED), pid);
	EQ(status, SIGTTOU << 8 | 0x7f);
	OK(tcsetattr(fd, TCSANOW, &was));
	OK(kill(-pid, SIGCONT));
	EQ(waitpid(pid, &status, WUNTRACED), pid);
	EQ(status, SIGTTOU << 8 | 0x7f);
	OK(tcsetpgrp(fd, pid));
	OK(kill(-pid, SIGCONT));
	EQ(waitpid(pid, &status, WUNTRACED), pid);
	EQ(status, 5 << 8);
	signal(SIGTTOU, SIG_IGN);
	OK(tcsetpgrp(fd, getpid()));
}

int main(void)
{
	EQ(in_child(session), 0);
	return 0;
}
