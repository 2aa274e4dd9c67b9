/* ^C from the master, packet mode, a new window size, a writer that waits for the reader. */
#include "pty.h"

static volatile int seen;

static void handler(int sig) { seen = sig; }

static void session(void)
{
	struct sigaction sa = {.sa_handler = handler};
	sigset_t both, none;

	sigemptyset(&none);
	sigemptyset(&both);
	sigaddset(&both, SIGINT);
	sigaddset(&both, SIGWINCH);
	OK(sigprocmask(SIG_BLOCK, &both, NULL)); /* they come only in sigsuspend */
	close(master);
	OK(setsid());
	OK(ioctl(slave, TIOCSCTTY, 0));
	OK(sigaction(SIGINT, &sa, NULL));
	OK(sigaction(SIGWINCH, &sa, NULL));
	EQ(write(slave, "r\n", 2), 2);
	sigsuspend(&none);
	EQ(seen, SIGINT);
	EQ(write(slave, "s\n", 2), 2);
	sigsuspend(&none);
	EQ(seen, SIGWINCH);
	_exit(0);
}

int main(void)
{
	static char big[65536];
	int on = 1, status;
	struct winsize ws = {30, 90, 0, 0};
	struct termios t;
	char text[5];
	pid_t pid;

	open_pty();
	pid = OK(fork());
	if (!pid)
		session();
	read_all(master, text, 3);
	EQ(memcmp(text, "r\r\n", 3), 0);
	type("\3");
	/* Linux's echo is written by a thread of its own. */
	read_all(master, text, 5);
	CHECK(!memcmp(text, "^Cs\r\n", 5) || !memcmp(text, "s\r\n^C", 5));
	OK(ioctl(master, TIOCSWINSZ, &ws));
	EQ(waitpid(pid, &status, 0), pid);
	EQ(status, 0);
	close(master);
	close(slave);
	open_pty();
	OK(ioctl(master, TIOCPKT, &on));
	EQ(write(slave, "ab", 2), 2);
	EQ(read(master, big, 10), 3);
	EQ(big[0], TIOCPKT_DATA);
	EQ(big[2], 'b');
	type("\23");
	/* Linux's line discipline runs in a thread of its own. */
	for (int i = 0; i < 200 && !(events_of(master) & POLLPRI); i++)
		sleep_ms(5);
	EQ(events_of(master), POLLIN | POLLOUT | POLLPRI);
	EQ(read(master, big, 10), 1);
	EQ(big[0], TIOCPKT_STOP);
	type("\21");
	EQ(read(master, big, 10), 1);
	EQ(big[0], TIOCPKT_START);
	OK(tcflush(slave, TCIFLUSH));
	EQ(read(master, big, 10), 1);
	EQ(big[0], TIOCPKT_FLUSHREAD);
	OK(tcgetattr(slave, &t));
	t.c_iflag &= ~IXON;
	t.c_oflag &= ~OPOST;
	t.c_lflag &= ~(ICANON | ECHO);
	OK(tcsetattr(slave, TCSANOW, &t));
	EQ(read(master, big, 10), 1);
	EQ(big[0], TIOCPKT_NOSTOP);
	on = 0;
	OK(ioctl(master, TIOCPKT, &on));
	pid = OK(fork());
	if (!pid) {
		memset(big, 'x', sizeof(big));
		EQ(write(slave, big, sizeof(big)), sizeof(big));
		_exit(0);
	}
	read_all(master, big, sizeof(big));
	EQ(waitpid(pid, &status, 0), pid);
	EQ(status, 0);
	pid = OK(fork());
	if (!pid) {
		EQ(write(master, big, sizeof(big)), sizeof(big));
		_exit(0);
	}
	read_all(slave, big, sizeof(big));
	EQ(waitpid(pid, &status, 0), pid);
	EQ(status, 0);
	return 0;
}
