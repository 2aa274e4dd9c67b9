/* SCM_RIGHTS and SCM_CREDENTIALS: what arrives, what is cut, what is refused. */
#include "check.h"
#include <sys/socket.h>

union control {
	char buf[256];
	struct cmsghdr h;
};

static ssize_t send_fds(int s, const int *fds, int n)
{
	union control c = {0};
	struct iovec v = {"x", 1};
	struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = &c};

	m.msg_controllen = CMSG_SPACE(n * sizeof(int));
	c.h = (struct cmsghdr){CMSG_LEN(n * sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
	memcpy(CMSG_DATA(&c.h), fds, n * sizeof(int));
	return sendmsg(s, &m, 0);
}

static struct msghdr got;
static union control in;

static ssize_t receive(int s, size_t room, int flags)
{
	static char buf[16];
	static struct iovec v;

	v = (struct iovec){buf, sizeof(buf)};
	memset(&in, 0, sizeof(in));
	got = (struct msghdr){.msg_iov = &v, .msg_iovlen = 1, .msg_control = &in};
	got.msg_controllen = room;
	return recvmsg(s, &got, flags);
}

static int first_fd(void)
{
	int fd;

	memcpy(&fd, CMSG_DATA(&in.h), sizeof(fd));
	return fd;
}

int main(void)
{
	int s[2], p[2], on = 1, three[3], fd;
	struct ucred cred = {0};
	char c;

	OK(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	OK(pipe(p));
	EQ(send_fds(s[0], &p[1], 1), 1);
	close(p[1]);
	EQ(receive(s[1], sizeof(in), MSG_CMSG_CLOEXEC), 1);
	EQ(got.msg_controllen, CMSG_SPACE(sizeof(int)));
	EQ(in.h.cmsg_len, CMSG_LEN(sizeof(int)));
	EQ(in.h.cmsg_type, SCM_RIGHTS);
	EQ(got.msg_flags, MSG_CMSG_CLOEXEC);
	fd = first_fd();
	EQ(OK(fcntl(fd, F_GETFD)), FD_CLOEXEC);
	EQ(write(fd, "y", 1), 1);
	close(fd);
	EQ(read(p[0], &c, 1), 1);
	EQ(read(p[0], &c, 1), 0);
	/* not enough room: the rest is closed */
	three[0] = three[1] = three[2] = p[0];
	EQ(send_fds(s[0], three, 3), 1);
	EQ(receive(s[1], CMSG_LEN(2 * sizeof(int)), 0), 1);
	EQ(in.h.cmsg_len, CMSG_LEN(2 * sizeof(int)));
	EQ(got.msg_flags, MSG_CTRUNC);
	EQ(send_fds(s[0], three, 3), 1);
	EQ(read(s[1], &c, 1), 1);
	/* bytes of two messages with files are not read at once */
	EQ(send_fds(s[0], three, 1), 1);
	EQ(send_fds(s[0], three, 1), 1);
	EQ(write(s[0], "z", 1), 1);
	EQ(receive(s[1], sizeof(in), 0), 1);
	EQ(receive(s[1], sizeof(in), 0), 1);
	EQ(receive(s[1], sizeof(in), 0), 1);
	/* a call for no bytes takes the files, too */
	EQ(send_fds(s[0], three, 1), 1);
	got.msg_iovlen = 0;
	got.msg_controllen = sizeof(in);
	EQ(recvmsg(s[1], &got, 0), 0);
	EQ(got.msg_controllen, CMSG_SPACE(sizeof(int)));
	EQ(receive(s[1], sizeof(in), 0), 1);
	EQ(got.msg_controllen, 0);
	ERR(recv(s[1], &c, 0, MSG_DONTWAIT), EAGAIN);
	EQ(read(s[1], &c, 0), 0);
	three[1] = 99;
	ERR(send_fds(s[0], three, 3), EBADF);
	/* who sends */
	OK(setsockopt(s[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)));
	EQ(write(s[0], "a", 1), 1);
	EQ(receive(s[1], sizeof(in), 0), 1);
	EQ(in.h.cmsg_type, SCM_CREDENTIALS);
	EQ(got.msg_controllen, CMSG_SPACE(sizeof(cred)));
	memcpy(&cred, CMSG_DATA(&in.h), sizeof(cred));
	EQ(cred.pid, getpid());
	EQ(cred.uid, 0);
	become_nobody();
	union control out = {0};
	struct iovec v = {"x", 1};
	struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = &out};
	m.msg_controllen = CMSG_SPACE(sizeof(cred));
	out.h = (struct cmsghdr){CMSG_LEN(sizeof(cred)), SOL_SOCKET, SCM_CREDENTIALS};
	memcpy(CMSG_DATA(&out.h), &cred, sizeof(cred));
	ERR(sendmsg(s[0], &m, 0), EPERM);
	out.h.cmsg_len = 3;
	ERR(sendmsg(s[0], &m, 0), EINVAL);
	return 0;
}
