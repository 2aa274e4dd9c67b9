/*
 * /dev/ttyS0 is a terminal: TCGETS gives cooked modes, TCSETS keeps what is set, other files are
 * ENOTTY.
 */
#include "check.h"
#include <sys/ioctl.h>
#include <termios.h>

int main(void)
{
	struct termios t, was, now;
	int fd = OK(open("/dev/ttyS0", O_RDWR | O_NOCTTY | O_NONBLOCK)), n = -1;

	OK(tcgetattr(fd, &was));
	EQ(isatty(fd), 1);
	EQ(was.c_lflag & (ICANON | ECHO | ISIG), ICANON | ECHO | ISIG);
	EQ(was.c_oflag & (OPOST | ONLCR), OPOST | ONLCR);
	EQ(was.c_iflag & ICRNL, ICRNL);
	EQ(was.c_cc[VINTR], 3);
	EQ(was.c_cc[VEOF], 4);
	EQ(was.c_cc[VERASE], 127);
	EQ(was.c_cc[VSUSP], 26);
	t = was;
	t.c_lflag &= ~(ICANON | ECHO);
	t.c_cc[VMIN] = 0;
	t.c_cc[VTIME] = 1;
	OK(tcsetattr(fd, TCSANOW, &t));
	OK(tcgetattr(fd, &now));
	EQ(now.c_lflag, t.c_lflag);
	EQ(now.c_cc[VTIME], 1);
	OK(tcsetattr(fd, TCSADRAIN, &was));
	OK(ioctl(fd, FIONREAD, &n));
	EQ(n, 0);
	ERR(ioctl(fd, 0x54ff, 0), ENOTTY);
	ERR(ioctl(OK(open("/dev/null", O_RDWR)), TCGETS, &t), ENOTTY);
	ERR(ioctl(scratch(), TCGETS, &t), ENOTTY);
	ERR(ioctl(fd, TCGETS, NULL), EFAULT);
	ERR(lseek(fd, 0, SEEK_SET), ESPIPE);
	return 0;
}
