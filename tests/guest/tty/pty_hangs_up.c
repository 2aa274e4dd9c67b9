/* A closed slave is EIO for the master; a closed master hangs the session up. */
#include "pty.h"

static void session(void)
{
	int fd;

	OK(setsid());
	fd = OK(open(slave_name(), O_RDWR));
	close(master);
	EQ(tcgetsid(fd), getpid());
	EQ(tcgetpgrp(fd), getpid());
	EQ(write(fd, "r", 1), 1);
	pause();
}

static void deaf_session(void)
{
	char c;
	int fd, tty;

	OK(setsid());
	signal(SIGHUP, SIG_IGN);
	fd = OK(open(slave_name(), O_RDWR));
	close(master);
	tty = OK(open("/dev/tty", O_RDWR));
	EQ(write(tty, "r", 1), 1);
	ERR(read(fd, &c, 1), EIO);  /* it waits meanwhile */
	while (read(fd, &c, 1) < 0) /* the hangup of Linux is not complete yet */
		sleep_ms(1);
	EQ(read(fd, &c, 1), 0);
	EQ(read(tty, &c, 1), 0);
	ERR(write(fd, &c, 1), EIO);
	ERR(ioctl(fd, FIONREAD, &c), EIO);
	EQ(events_of(fd), POLLIN | POLLOUT | POLLERR | POLLHUP);
	ERR(open("/dev/tty", O_RDWR), ENXIO);
}

int main(void)
{
	char c, name[32];
	int status;
	pid_t pid;

	open_pty();
	EQ(write(slave, "end", 3), 3);
	EQ(events_of(master), POLLIN | POLLOUT);
	close(slave);
	EQ(events_of(master), POLLIN | POLLOUT | POLLHUP);
	STREQ(text_of(master), "end");
	ERR(read(master, &c, 1), EIO);
	EQ(events_of(master), POLLOUT | POLLHUP);
	slave = OK(open(slave_name(), O_RDWR | O_NOCTTY));
	EQ(events_of(master), POLLOUT);
	close(slave);
	pid = OK(fork());
	if (!pid) {
		session();
		_exit(1);
	}
	while (read(master, &c, 1) != 1)
		sleep_ms(5);
	EQ(tcgetpgrp(master), pid);
	EQ(tcgetsid(master), pid);
	strcpy(name, slave_name());
	close(master);
	EQ(waitpid(pid, &status, 0), pid);
	EQ(status, SIGHUP);
	ERR(open(name, O_RDWR | O_NOCTTY), ENOENT);
	open_pty();
	pid = OK(fork());
	if (!pid) {
		close(slave);
		deaf_session();
		_exit(0);
	}
	close(slave);
	while (read(master, &c, 1) != 1)
		sleep_ms(5);
	sleep_ms(30);
	close(master);
	EQ(waitpid(pid, &status, 0), pid);
	EQ(status, 0);
	return 0;
}
