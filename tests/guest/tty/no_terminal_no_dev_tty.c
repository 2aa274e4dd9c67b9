/*
 * Without a controlling terminal /dev/tty is ENXIO; a session leader gets one by TIOCSCTTY and
 * loses it by TIOCNOTTY.
 */
#include "check.h"
#include <sys/ioctl.h>
#include <termios.h>

static void session(void)
{
	pid_t pgrp;

	OK(setsid());
	ERR(open("/dev/tty", O_RDWR), ENXIO);
	int fd = OK(open("/dev/ttyS0", O_RDWR | O_NOCTTY | O_NONBLOCK));
	ERR(open("/dev/tty", O_RDWR), ENXIO);
	ERR(ioctl(fd, TIOCGPGRP, &pgrp), ENOTTY);
	OK(ioctl(fd, TIOCSCTTY, 0));
	int tty = OK(open("/dev/tty", O_RDWR | O_NONBLOCK));
	OK(ioctl(tty, TIOCGPGRP, &pgrp));
	EQ(pgrp, getpid());
	EQ(tcgetsid(tty), getpid());
	pgrp = 99999;
	ERR(ioctl(tty, TIOCSPGRP, &pgrp), ESRCH);
	signal(SIGHUP, SIG_IGN);
	OK(ioctl(tty, TIOCNOTTY, 0));
	ERR(open("/dev/tty", O_RDWR), ENXIO);
}

int main(void)
{
	EQ(in_child(session), 0);
	return 0;
}
