/* Record locks and flock(): conflict between processes, F_GETLK tells the owner, close releases. */
#include "check.h"
#include <sys/file.h>

static int fd;
static pid_t parent;

static void child(void)
{
	struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 5, .l_len = 10};

	ERR(fcntl(fd, F_SETLK, &l), EAGAIN);
	OK(fcntl(fd, F_GETLK, &l));
	EQ(l.l_type, F_WRLCK);
	EQ(l.l_pid, parent);
	EQ(l.l_start, 0);
	EQ(l.l_len, 10);
	l = (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 10, .l_len = 1};
	OK(fcntl(fd, F_SETLK, &l));
	int other = OK(open("locked", O_RDWR));
	ERR(flock(other, LOCK_SH | LOCK_NB), EWOULDBLOCK);
	OK(flock(fd, LOCK_SH | LOCK_NB));
	OK(flock(other, LOCK_SH | LOCK_NB));
}

int main(void)
{
	struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 10};

	put_file("locked", "0123456789", 0600);
	fd = OK(open("locked", O_RDWR));
	parent = getpid();
	OK(fcntl(fd, F_SETLK, &l));
	OK(flock(fd, LOCK_EX));
	EQ(in_child(child), 0);
	l.l_type = 9;
	ERR(fcntl(fd, F_SETLK, &l), EINVAL);
	ERR(flock(fd, 16), EINVAL);
	OK(flock(fd, 32));
	return 0;
}
