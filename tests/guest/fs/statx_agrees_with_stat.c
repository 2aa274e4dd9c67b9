/* statx() gives what stat() gives, a birth time, and a mask; unknown flags are EINVAL. */
#include "check.h"
#include <sys/sysmacros.h>

int main(void)
{
	struct statx x;
	struct stat st;

	put_file("statx", "12345", 0640);
	OK(chown("statx", 12, 34));
	OK(stat("statx", &st));
	memset(&x, 0xff, sizeof(x));
	OK(statx(AT_FDCWD, "statx", 0, STATX_BASIC_STATS | STATX_BTIME, &x));
	EQ(x.stx_mask & STATX_BASIC_STATS, STATX_BASIC_STATS);
	EQ(x.stx_size, 5);
	EQ(x.stx_mode, S_IFREG | 0640);
	EQ(x.stx_uid, 12);
	EQ(x.stx_gid, 34);
	EQ(x.stx_ino, st.st_ino);
	EQ(x.stx_nlink, 1);
	EQ(x.stx_blksize, st.st_blksize);
	EQ(x.stx_blocks, st.st_blocks);
	EQ(x.stx_mtime.tv_sec, st.st_mtim.tv_sec);
	EQ(x.stx_mtime.tv_nsec, st.st_mtim.tv_nsec);
	EQ(makedev(x.stx_dev_major, x.stx_dev_minor), st.st_dev);
	EQ(st.st_blksize, 4096);
	EQ(st.st_blocks, 8);
	ERR(statx(AT_FDCWD, "statx", 0x8000000, STATX_SIZE, &x), EINVAL);
	ERR(statx(AT_FDCWD, "statx", 0, STATX__RESERVED, &x), EINVAL);
	ERR(stat("statx", (void *)-PAGE), EFAULT);
	OK(stat("/dev/null", &st));
	EQ(st.st_rdev, makedev(1, 3));
	EQ(S_ISCHR(st.st_mode), 1);
	return 0;
}
