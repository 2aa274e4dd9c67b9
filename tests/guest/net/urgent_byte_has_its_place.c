/* MSG_OOB on a stream of AF_UNIX: one urgent byte, at which reads stop and which they drop. */
#include "check.h"
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#ifndef SIOCATMARK
#define SIOCATMARK 0x8905
#endif

static int from, to, urgent;
static char got[16];

static void on_urgent(int sig) { urgent = sig; }

static void new_pair(void)
{
	int s[2];

	close(from);
	close(to);
	OK(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	from = s[0];
	to = s[1];
	OK(fcntl(to, F_SETFL, O_NONBLOCK));
}

static void put(const char *s, int flags) { EQ(send(from, s, strlen(s), flags), strlen(s)); }

/* Receives @n bytes at most; the text is @want, or with @want NULL there is none. */
static void take(int n, int flags, const char *want)
{
	memset(got, 0, sizeof(got));
	if (!want) {
		ERR(recv(to, got, n, flags), EAGAIN);
		return;
	}
	EQ(recv(to, got, n, flags), strlen(want));
	STREQ(got, want);
}

static void no_urgent(void) { ERR(recv(to, got, 1, MSG_OOB), EINVAL); }

static void state(int mark, int bytes, int ready)
{
	struct pollfd p = {to, POLLIN | POLLPRI, 0};
	int v = -1;

	OK(ioctl(to, SIOCATMARK, &v));
	EQ(v, mark);
	OK(ioctl(to, FIONREAD, &v));
	EQ(v, bytes);
	poll(&p, 1, 0);
	EQ(p.revents, ready);
}

static void received_first(void)
{
	struct iovec v = {got, 1};
	struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1};

	new_pair();
	no_urgent();
	ERR(send(from, "", 0, MSG_OOB), EOPNOTSUPP);
	put("abc", MSG_OOB);
	state(0, 3, POLLIN | POLLPRI);
	take(1, MSG_OOB | MSG_PEEK, "c");
	EQ(recvmsg(to, &m, MSG_OOB), 1);
	EQ(got[0], 'c');
	EQ(m.msg_flags, MSG_OOB);
	state(0, 2, POLLIN);
	no_urgent();
	take(10, 0, "ab");
	state(0, 0, 0);
	put("abc", MSG_OOB);
	put("def", 0);
	take(1, MSG_OOB, "c");
	take(10, MSG_PEEK, "abdef");
	take(10, 0, "ab"); /* its place ends the read */
	take(10, 0, "def");
	put("a", MSG_OOB);
	take(1, MSG_OOB, "a");
	state(0, 0, POLLIN);
	put("b", MSG_OOB);
	take(1, 0, NULL);
	state(1, 1, POLLIN | POLLPRI);
	EQ(recv(to, got, 0, MSG_OOB), 1);
	no_urgent();
	put("a", MSG_OOB);
	ERR(recv(to, (void *)8, 1, MSG_OOB), EFAULT);
	no_urgent();
}

static void passed_by(void)
{
	new_pair();
	put("abc", MSG_OOB);
	put("def", 0);
	take(10, MSG_PEEK, "ab");
	take(10, 0, "ab");
	state(1, 4, POLLIN | POLLPRI);
	take(10, MSG_PEEK, "def");
	take(10, 0, "def");
	no_urgent();
	put("x", MSG_OOB);
	take(5, MSG_PEEK, NULL);
	state(1, 1, POLLIN | POLLPRI);
	take(10, 0, NULL);
	state(0, 0, 0);
	put("abc", MSG_OOB); /* an ordinary byte as soon as there is another urgent one */
	put("def", MSG_OOB);
	take(10, MSG_WAITALL, "abcde");
	take(10, MSG_OOB, "f");
}

static void in_line(void)
{
	int on = 1;

	new_pair();
	OK(setsockopt(to, SOL_SOCKET, SO_OOBINLINE, &on, sizeof(on)));
	put("abc", MSG_OOB);
	put("def", 0);
	no_urgent();
	take(10, 0, "ab");
	state(1, 4, POLLIN | POLLPRI);
	take(10, 0, "cdef");
	state(0, 0, 0);
}

static void the_end(void)
{
	struct sigaction sa = {.sa_handler = on_urgent};
	int v, s[2];

	OK(sigaction(SIGURG, &sa, NULL));
	new_pair();
	put("a", MSG_OOB);
	EQ(urgent, 0);
	OK(fcntl(to, F_SETOWN, getpid()));
	put("a", MSG_OOB);
	EQ(urgent, SIGURG);
	close(to);
	ERR(read(from, got, 1), ECONNRESET);
	new_pair();
	put("a", MSG_OOB);
	take(1, MSG_OOB, "a");
	close(to);
	EQ(read(from, got, 1), 0);
	ERR(send(from, "a", 1, MSG_OOB | MSG_NOSIGNAL), EPIPE);
	for (int type = SOCK_DGRAM; type <= SOCK_SEQPACKET; type += SOCK_SEQPACKET - SOCK_DGRAM) {
		OK(socketpair(AF_UNIX, type, 0, s));
		ERR(send(s[0], "a", 1, MSG_OOB), EOPNOTSUPP);
		ERR(recv(s[1], got, 1, MSG_OOB), EOPNOTSUPP);
		ERR(ioctl(s[0], SIOCATMARK, &v), EOPNOTSUPP);
	}
	ERR(ioctl(from, SIOCATMARK, 8), EFAULT);
	s[0] = OK(socket(AF_INET, SOCK_STREAM, 0));
	OK(ioctl(s[0], SIOCATMARK, &v));
	EQ(v, 0);
	s[0] = OK(socket(AF_INET, SOCK_DGRAM, 0));
	ERR(ioctl(s[0], SIOCATMARK, &v), ENOTTY);
}

int main(void)
{
	received_first();
	passed_by();
	in_line();
	the_end();
	return 0;
}
