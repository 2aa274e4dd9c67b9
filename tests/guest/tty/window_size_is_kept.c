/* TIOCSWINSZ sets what TIOCGWINSZ gives. */
#include "check.h"
#include <sys/ioctl.h>

int main(void)
{
	struct winsize was, w = {33, 99, 1, 2}, now;
	int fd = OK(open("/dev/ttyS0", O_RDWR | O_NOCTTY | O_NONBLOCK));

	OK(ioctl(fd, TIOCGWINSZ, &was));
	OK(ioctl(fd, TIOCSWINSZ, &w));
	OK(ioctl(fd, TIOCGWINSZ, &now));
	EQ(now.ws_row, 33);
	EQ(now.ws_col, 99);
	EQ(now.ws_xpixel, 1);
	OK(ioctl(fd, TIOCSWINSZ, &was));
	return 0;
}
