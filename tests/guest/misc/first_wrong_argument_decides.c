/* SPDX-License-Identifier: MIT */
/* Calls with several wrong arguments: which of the errors is returned. */
#include "../check.h"
#include <asm/prctl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/random.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/random.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/timex.h>
#include <sys/uio.h>

#define BAD ((void *)-1L)

static void sockets(void)
{
	ERR(socketpair(-1, SOCK_STREAM, 0, NULL), EFAULT);
	ERR(socketpair(-1, -1, 0, NULL), EINVAL);
	ERR(connect(0, BAD, 8), EFAULT);
	ERR(connect(0, NULL, -1), EINVAL);
	ERR(connect(-1, BAD, -1), EBADF);
	ERR(accept4(-1, NULL, NULL, -1), EBADF);
	ERR(setsockopt(-1, 1, 1, BAD, -1), EINVAL);
	ERR(sendmsg(-1, BAD, 0x80000000), EINVAL);
	ERR(recvmsg(-1, BAD, 0x80000000), EINVAL);
	ERR(sendmmsg(-1, BAD, 1, 0x80000000), EINVAL);
	ERR(recvmmsg(-1, BAD, 1, 0x80000000, BAD), EINVAL);
}

static void files(int fd)
{
	struct iovec v = {NULL, 0};

	ERR(sendfile(-1, -1, BAD, 1), EFAULT);
	ERR(copy_file_range(-1, NULL, -1, NULL, 1, 1), EBADF);
	ERR(copy_file_range(fd, BAD, fd, NULL, 1, 1), EFAULT);
	ERR(copy_file_range(fd, NULL, fd, NULL, 1, 1), EINVAL);
	ERR(syscall(SYS_statx, -1, NULL, AT_STATX_SYNC_TYPE, 0, BAD), EINVAL);
	ERR(syscall(SYS_readahead, fd, 0L, -1L), EINVAL);
	EQ(syscall(SYS_readv, fd, &v, 1L << 40), 0);
	ERR(memfd_create(NULL, -1), EINVAL);
	ERR(getrandom(BAD, 0, 0), EFAULT);
	ERR(clock_adjtime(99, BAD), EFAULT);
}

static void ioctls(int fd)
{
	struct file_clone_range range = {.src_fd = fd};
	int nul = OK(open("/dev/null", O_RDWR)), proc = OK(open("/proc/uptime", O_RDONLY));
	int random = OK(open("/dev/urandom", O_RDONLY)), dir = OK(open(".", O_RDONLY)), n = 0;
	struct pollfd p = {.events = POLLOUT};
	struct file_dedupe_range dedupe = {0};
	struct fsxattr attr;

	ERR(ioctl(fd, FS_IOC_FIEMAP, BAD), EOPNOTSUPP);
	ERR(ioctl(fd, FICLONE, -1), EBADF);
	ERR(ioctl(fd, FICLONE, proc), EXDEV);
	ERR(ioctl(fd, FICLONE, nul), EINVAL);
	ERR(ioctl(fd, FICLONE, dir), EISDIR);
	ERR(ioctl(fd, FICLONERANGE, BAD), EFAULT);
	ERR(ioctl(fd, FICLONERANGE, &range), EOPNOTSUPP);
	ERR(ioctl(proc, FS_IOC_GETFLAGS, &n), ENOTTY);
	ERR(ioctl(proc, FS_IOC_SETFLAGS, BAD), EFAULT);
	ERR(ioctl(proc, FS_IOC_FSSETXATTR, BAD), EFAULT);
	ERR(ioctl(random, FS_IOC_GETFLAGS, &n), EINVAL);
	ERR(ioctl(fd, FIBMAP, BAD), EFAULT);
	ERR(ioctl(nul, FIDEDUPERANGE, BAD), EFAULT);
	ERR(ioctl(nul, FIDEDUPERANGE, &dedupe), EINVAL);
	ERR(ioctl(dir, FIDEDUPERANGE, &dedupe), EISDIR);
	ERR(ioctl(fd, FIDEDUPERANGE, &dedupe), EOPNOTSUPP);
	OK(ioctl(fd, FS_IOC_SETFLAGS, &n));
	ERR(ioctl(fd, FS_IOC_FSGETXATTR, BAD), EFAULT);
	OK(ioctl(fd, FS_IOC_FSGETXATTR, &attr));
	OK(ioctl(fd, FS_IOC_FSSETXATTR, &attr));
	ERR(ioctl(random, 0x5401, &n), EINVAL);
	OK(ioctl(random, RNDGETENTCNT, &n));
	EQ(n, 256);
	p.fd = OK(open("/dev/random", O_RDWR));
	EQ(poll(&p, 1, 0), 0);
}

static void no_owner(void)
{
	int n = 0, random = OK(open("/dev/urandom", O_RDONLY));

	ERR(ioctl(random, RNDADDTOENTCNT, BAD), EFAULT);
	OK(ioctl(random, RNDADDTOENTCNT, &n));
	OK(ioctl(random, RNDRESEEDCRNG));
	become_nobody();
	ERR(ioctl(random, RNDADDENTROPY, BAD), EPERM);
	ERR(ioctl(random, RNDZAPENTCNT), EPERM);
	ERR(ioctl(OK(open("/tmp", O_RDONLY)), FS_IOC_SETFLAGS, BAD), EFAULT);
	ERR(ioctl(OK(open("/tmp", O_RDONLY)), FS_IOC_SETFLAGS, &n), EPERM);
}

/* Structures and words that can only be read, or not at all. */
static void memory(void)
{
	char *high = anon(PAGE, PROT_READ | PROT_WRITE), *gone = anon(PAGE, PROT_NONE);

	memset(high, 0x80, PAGE); /* ADJ_ADJTIME without what it needs */
	OK(mprotect(high, PAGE, PROT_READ));
	ERR(syscall(SYS_adjtimex, high), EFAULT);
	ERR(clock_adjtime(CLOCK_REALTIME, (void *)high), EINVAL);
	ERR(syscall(SYS_sched_setattr, 0, high, 0), E2BIG);
	ERR(syscall(SYS_futex, high, 1, 1, 0), EFAULT); /* FUTEX_WAKE, shared */
	ERR(syscall(SYS_futex, gone, 1, 1, 0), EFAULT);
	EQ(syscall(SYS_futex, gone, 129, 1, 0), 0); /* private: not looked at */
	ERR(mount("none", "/none", "tmpfs", 0, gone), EFAULT);
	ERR(mount(high, "/none", "tmpfs", 0, NULL), EINVAL);
	ERR(mount("none", "/none", high, 0, NULL), EINVAL);
}

/* AMX tiles (18) are for CPUs that have them; nothing else is asked for. */
static void cpu_state(void)
{
	ERR(syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, 0), EOPNOTSUPP);
	ERR(syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, 17), EOPNOTSUPP);
	ERR(syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, 19), EINVAL);
	ERR(syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, -1L), EINVAL);
}

int main(void)
{
	int fd = scratch();

	sockets();
	files(fd);
	ioctls(fd);
	cpu_state();
	memory();
	EQ(in_child(no_owner), 0);
	return 0;
}
