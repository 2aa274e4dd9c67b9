/* The master types, the slave reads lines; the master reads what the slave writes, and the echo. */
#include "pty.h"
#include <sched.h>

int main(void)
{
	struct winsize ws = {25, 80, 0, 0}, got;
	struct termios t;
	struct stat st;
	int one = 1, n, peer;

	master = OK(open("/dev/ptmx", O_RDWR | O_NOCTTY));
	OK(ioctl(master, TIOCGPTLCK, &n));
	EQ(n, 1);
	ERR(open(slave_name(), O_RDWR | O_NOCTTY), EIO);
	close(master);
	open_pty();
	OK(stat(slave_name(), &st));
	EQ(st.st_mode, S_IFCHR | 0600);
	EQ(st.st_rdev >> 8, 136);
	EQ(events_of(master), POLLOUT);
	EQ(events_of(slave), POLLOUT);
	type("hello\n");
	STREQ(text_of(slave), "hello\n");
	STREQ(text_of(master), "hello\r\n");
	type("ab\177c");
	STREQ(text_of(slave), "");
	STREQ(text_of(master), "ab\b \bc");
	type("\r");
	STREQ(text_of(slave), "ac\n");
	STREQ(text_of(master), "\r\n");
	EQ(write(slave, "x\ny", 3), 3);
	n = 0;
	while (n < 4) { /* Linux passes it on by a kernel thread */
		OK(ioctl(master, FIONREAD, &n));
		sched_yield();
	}
	EQ(n, 4);
	STREQ(text_of(master), "x\r\ny");
	type("\4");
	EQ(read(slave, &n, 4), 0);
	/* settings belong to both ends */
	OK(tcgetattr(master, &t));
	EQ(t.c_cflag & CBAUD, B38400);
	EQ(t.c_lflag & (ICANON | ECHO), ICANON | ECHO);
	t.c_lflag &= ~(ICANON | ECHO);
	OK(tcsetattr(master, TCSANOW, &t));
	OK(tcgetattr(slave, &t));
	EQ(t.c_lflag & (ICANON | ECHO), 0);
	type("q");
	STREQ(text_of(slave), "q");
	STREQ(text_of(master), "");
	OK(ioctl(master, TIOCSWINSZ, &ws));
	OK(ioctl(slave, TIOCGWINSZ, &got));
	EQ(got.ws_col, 80);
	EQ(isatty(master), 1);
	EQ(isatty(slave), 1);
	/* what has arrived at the other end cannot be called back */
	EQ(write(slave, "keep", 4), 4);
	sleep_ms(20);
	OK(tcflush(slave, TCOFLUSH));
	STREQ(text_of(master), "keep");
	EQ(write(slave, "drop", 4), 4);
	sleep_ms(20);
	OK(tcflush(master, TCIFLUSH));
	STREQ(text_of(master), "");
	type("keep");
	sleep_ms(20);
	OK(tcflush(master, TCOFLUSH));
	STREQ(text_of(slave), "keep");
	/* the other end, without its name */
	OK(ioctl(master, TIOCSPTLCK, &one));
	ERR(open(slave_name(), O_RDWR | O_NOCTTY), EIO);
	n = 0;
	OK(ioctl(master, TIOCSPTLCK, &n));
	peer = OK(ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
	EQ(OK(fcntl(peer, F_GETFD)), FD_CLOEXEC);
	STREQ(ttyname(peer), slave_name());
	ERR(ioctl(slave, TIOCGPTN, &n), ENOTTY);
	ERR(ioctl(master, TIOCGPTN, (void *)1), EFAULT);
	return 0;
}
