/* AF_UNIX datagrams and sequenced packets: one message a call, names of senders, limits. */
#include "check.h"
#include <poll.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

static struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "\0msg"};
#define NAME_LEN (offsetof(struct sockaddr_un, sun_path) + 4)

static char big[300000];

static short events(int fd)
{
	struct pollfd p = {fd, POLLIN | POLLOUT, 0};

	OK(poll(&p, 1, 0));
	return p.revents;
}

int main(void)
{
	struct timeval tv = {0, 50000};
	struct sockaddr_un from;
	socklen_t n = sizeof(from);
	char buf[16];
	int a = OK(socket(AF_UNIX, SOCK_DGRAM, 0)), b = OK(socket(AF_UNIX, SOCK_DGRAM, 0)), s[2], i;

	ERR(send(a, "x", 1, 0), ENOTCONN);
	OK(bind(b, (void *)&name, NAME_LEN));
	EQ(sendto(a, "one", 3, 0, (void *)&name, NAME_LEN), 3);
	EQ(sendto(a, "", 0, 0, (void *)&name, NAME_LEN), 0);
	EQ(recvfrom(b, buf, 16, 0, (void *)&from, &n), 3);
	EQ(n, 0);
	EQ(events(b), POLLIN | POLLOUT);
	EQ(recv(b, buf, 16, 0), 0);
	OK(bind(a, (void *)&name, 2)); /* any name */
	n = sizeof(from);
	OK(getsockname(a, (void *)&from, &n));
	EQ(n, 8);
	EQ(from.sun_path[0], 0);
	OK(connect(a, (void *)&name, NAME_LEN));
	EQ(send(a, "long message", 12, 0), 12);
	EQ(send(a, "x", 1, 0), 1);
	OK(ioctl(b, FIONREAD, &i)); /* of datagrams the next */
	EQ(i, 12);
	n = sizeof(from);
	EQ(recvfrom(b, buf, 4, MSG_TRUNC, (void *)&from, &n), 12);
	EQ(n, 8);
	EQ(recv(b, buf, 16, 0), 1);
	ERR(send(a, big, 220000, 0), EMSGSIZE);
	ERR(recv(b, buf, 16, MSG_DONTWAIT), EAGAIN);
	OK(setsockopt(b, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)));
	ERR(recv(b, buf, 16, 0), EAGAIN);
	for (i = 0; send(a, "x", 1, MSG_DONTWAIT) == 1; i++)
		;
	EQ(errno, EAGAIN);
	EQ(i, 11);
	EQ(events(a), 0);
	EQ(recv(b, buf, 16, 0), 1);
	EQ(events(a), POLLOUT);
	close(b);
	ERR(send(a, "x", 1, 0), ECONNREFUSED);
	ERR(send(a, "x", 1, 0), ENOTCONN);
	OK(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, s));
	EQ(write(s[0], "abc", 3), 3);
	EQ(write(s[0], "de", 2), 2);
	OK(ioctl(s[1], FIONREAD, &i)); /* of sequenced packets it counts all, */
	EQ(i, 5);
	EQ(read(s[1], buf, 2), 2);
	EQ(read(s[1], buf, 16), 2);
	EQ(buf[0], 'd');
	close(s[0]);
	EQ(read(s[1], buf, 16), 0);
	ERR(write(s[1], "x", 1), EPIPE);
	a = OK(socket(AF_UNIX, SOCK_SEQPACKET, 0));
	ERR(read(a, buf, 1), ENOTCONN);
	/* a writer waits for the reader */
	OK(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	pid_t pid = OK(fork());
	if (!pid) {
		close(s[1]);
		EQ(write(s[0], big, sizeof(big)), sizeof(big));
		EQ(write(s[0], big, sizeof(big)), sizeof(big));
		_exit(0);
	}
	close(s[0]);
	EQ(recv(s[1], big, sizeof(big), MSG_WAITALL), sizeof(big));
	for (size_t done = 0; done < sizeof(big);)
		done += OK(read(s[1], big, 5000));
	EQ(read(s[1], big, 1), 0);
	EQ(waitpid(pid, &i, 0), pid);
	EQ(i, 0);
	return 0;
}
