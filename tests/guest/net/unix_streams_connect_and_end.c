/* AF_UNIX streams: socketpair, connect by path and abstract name, shutdown, close, errors. */
#include "check.h"
#include <poll.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

static struct sockaddr_un name;

static socklen_t make_name(const char *s, int abstract)
{
	memset(&name, 0, sizeof(name));
	name.sun_family = AF_UNIX;
	strcpy(name.sun_path + abstract, s);
	return offsetof(struct sockaddr_un, sun_path) + strlen(s) + 1;
}

static short events(int fd)
{
	struct pollfd p = {fd, POLLIN | POLLOUT | POLLRDHUP, 0};

	OK(poll(&p, 1, 0));
	return p.revents;
}

static int option(int fd, int which)
{
	int v = -1;
	socklen_t len = sizeof(v);

	OK(getsockopt(fd, SOL_SOCKET, which, &v, &len));
	EQ(len, sizeof(v));
	return v;
}

static void pairs(void)
{
	char buf[16];
	int s[2], n;

	OK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, s));
	EQ(OK(fcntl(s[0], F_GETFD)), FD_CLOEXEC);
	EQ(events(s[0]), POLLOUT);
	EQ(write(s[0], "hello", 5), 5);
	EQ(write(s[0], "world", 5), 5);
	OK(ioctl(s[1], FIONREAD, &n));
	EQ(n, 10);
	EQ(events(s[1]), POLLIN | POLLOUT);
	EQ(recv(s[1], buf, 16, MSG_PEEK), 10);
	EQ(recv(s[1], buf, 3, MSG_PEEK), 3);
	EQ(read(s[1], buf, 7), 7);
	EQ(memcmp(buf, "hellowo", 7), 0);
	EQ(recv(s[1], buf, 16, 0), 3);
	ERR(recv(s[1], buf, 16, MSG_DONTWAIT), EAGAIN);
	OK(shutdown(s[0], SHUT_WR));
	EQ(events(s[1]), POLLIN | POLLOUT | POLLRDHUP);
	EQ(read(s[1], buf, 16), 0);
	ERR(send(s[0], "x", 1, MSG_NOSIGNAL), EPIPE);
	EQ(write(s[1], "back", 4), 4);
	close(s[1]);
	EQ(read(s[0], buf, 16), 4);
	EQ(events(s[0]), POLLIN | POLLOUT | POLLRDHUP | POLLHUP);
	close(s[0]);
	OK(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	EQ(write(s[0], "lost", 4), 4);
	close(s[1]);
	EQ(option(s[0], SO_ERROR), ECONNRESET);
	EQ(option(s[0], SO_ERROR), 0);
	EQ(read(s[0], buf, 16), 0);
	signal(SIGPIPE, SIG_IGN);
	ERR(write(s[0], "x", 1), EPIPE);
	ERR(shutdown(s[0], 3), EINVAL);
	close(s[0]);
}

static void by_name(int abstract)
{
	socklen_t len = make_name("sock.name", abstract), n;
	struct sockaddr_un got;
	struct stat st;
	int l = OK(socket(AF_UNIX, SOCK_STREAM, 0)), c = OK(socket(AF_UNIX, SOCK_STREAM, 0)), a;
	struct ucred cred;
	char buf[8];

	ERR(connect(c, (void *)&name, len), abstract ? ECONNREFUSED : ENOENT);
	ERR(listen(l, 1), EINVAL);
	OK(bind(l, (void *)&name, len));
	ERR(bind(l, (void *)&name, len), abstract ? EINVAL : EADDRINUSE);
	ERR(bind(c, (void *)&name, len), EADDRINUSE);
	if (!abstract) {
		OK(stat("sock.name", &st));
		EQ(st.st_mode, S_IFSOCK | 0755);
		ERR(open("sock.name", O_RDWR), ENXIO);
	}
	ERR(connect(c, (void *)&name, len), ECONNREFUSED);
	ERR(accept(l, NULL, NULL), EINVAL);
	OK(listen(l, 1));
	EQ(option(l, SO_ACCEPTCONN), 1);
	EQ(events(l), 0);
	ERR(send(c, "x", 1, MSG_NOSIGNAL), ENOTCONN);
	EQ(events(c), POLLOUT | POLLHUP);
	OK(connect(c, (void *)&name, len));
	ERR(connect(c, (void *)&name, len), EISCONN);
	EQ(write(c, "early", 5), 5);
	EQ(events(l), POLLIN);
	n = sizeof(got);
	a = OK(accept4(l, (void *)&got, &n, SOCK_NONBLOCK));
	EQ(n, 2);
	EQ(OK(fcntl(a, F_GETFL)), O_RDWR | O_NONBLOCK);
	EQ(read(a, buf, 8), 5);
	ERR(read(a, buf, 8), EAGAIN);
	n = sizeof(got);
	OK(getpeername(c, (void *)&got, &n));
	EQ(n, len);
	EQ(memcmp(&got, &name, len), 0);
	n = sizeof(cred);
	OK(getsockopt(a, SOL_SOCKET, SO_PEERCRED, &cred, &n));
	EQ(cred.pid, getpid());
	ERR(getpeername(l, (void *)&got, &n), ENOTCONN);
	ERR(accept4(l, NULL, NULL, 1), EINVAL);
	OK(fcntl(l, F_SETFL, O_NONBLOCK));
	ERR(accept(l, NULL, NULL), EAGAIN);
	close(a);
	EQ(read(c, buf, 8), 0);
	close(c);
	c = OK(socket(AF_UNIX, SOCK_STREAM, 0));
	OK(connect(c, (void *)&name, len));
	close(l);
	ERR(read(c, buf, 8), ECONNRESET);
	close(c);
	unlink("sock.name");
}

int main(void)
{
	struct sockaddr_un bad = {.sun_family = AF_UNIX};
	char text[64] = "", want[64], path[32];
	struct stat st;
	int fd = OK(socket(AF_UNIX, SOCK_DGRAM, 0)), v[2];
	socklen_t four = 4;

	EQ(option(fd, SO_TYPE), SOCK_DGRAM);
	EQ(option(fd, SO_DOMAIN), AF_UNIX);
	EQ(option(fd, SO_SNDBUF), 212992);
	ERR(getsockopt(fd, SOL_SOCKET, 999, v, &four), ENOPROTOOPT);
	ERR(socket(AF_UNIX, SOCK_STREAM, 7), EPROTONOSUPPORT);
	ERR(socket(AF_UNIX, SOCK_RDM, 0), ESOCKTNOSUPPORT);
	ERR(socket(99, SOCK_STREAM, 0), EAFNOSUPPORT);
	ERR(socket(AF_UNIX, 77, 0), EINVAL);
	ERR(bind(fd, (void *)&bad, 1), EINVAL);
	ERR(bind(0, (void *)&bad, 3), ENOTSOCK);
	ERR(bind(99, (void *)&bad, 3), EBADF);
	ERR(listen(fd, 1), EOPNOTSUPP);
	OK(fstat(fd, &st));
	EQ(st.st_mode, S_IFSOCK | 0777);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	OK(readlink(path, text, 63));
	snprintf(want, sizeof(want), "socket:[%lu]", st.st_ino);
	STREQ(text, want);
	ERR(open(path, O_RDWR), ENXIO);
	ERR(lseek(fd, 0, SEEK_SET), ESPIPE);
	pairs();
	by_name(1);
	by_name(0);
	return 0;
}
