/* fallocate() of a file in memory: pages before they are written, holes, and the errors. */
#include "check.h"
#include <linux/falloc.h>

#define HOLE (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE)

static int f;

static void shape(long size, long pages)
{
	struct stat st;

	OK(fstat(f, &st));
	EQ(st.st_size, size);
	EQ(st.st_blocks, pages * 8);
}

static void room(void)
{
	OK(fallocate(f, 0, 100, 5000));
	shape(5100, 2);
	OK(fallocate(f, FALLOC_FL_KEEP_SIZE, 3 * PAGE, 1));
	shape(5100, 3);
	OK(ftruncate(f, 5100)); /* what lies beyond the size goes */
	shape(5100, 2);
	OK(ftruncate(f, 0));
	ERR(fallocate(f, 0, 0, 1L << 40), ENOSPC);
	shape(0, 0);
}

static void hole(void)
{
	char buf[4 * PAGE];
	char *shared = OK(mmap(NULL, 4 * PAGE, PROT_READ, MAP_SHARED, f, 0));
	char *copy = OK(mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, f, 0));

	memset(buf, 'x', sizeof(buf));
	EQ(pwrite(f, buf, sizeof(buf), 0), sizeof(buf));
	copy[2 * PAGE] = 'c';
	OK(fallocate(f, HOLE, 10, 20));
	shape(4 * PAGE, 4);
	EQ(shared[9], 'x');
	EQ(shared[10] + shared[29], 0);
	EQ(shared[30], 'x');
	OK(fallocate(f, HOLE, PAGE - 1, 2 * PAGE + 2));
	shape(4 * PAGE, 2);
	EQ(lseek(f, PAGE, SEEK_DATA), 3 * PAGE);
	EQ(shared[PAGE - 2], 'x');
	EQ(shared[PAGE - 1] + shared[PAGE] + shared[2 * PAGE] + shared[3 * PAGE], 0);
	EQ(shared[3 * PAGE + 1], 'x');
	EQ(copy[2 * PAGE], 'c');
	OK(fallocate(f, HOLE, 3 * PAGE, 100 * PAGE)); /* the size stays */
	shape(4 * PAGE, 3);			      /* the reads above have filled two */
	OK(fallocate(f, HOLE, 0, 0x7fffffffffffffff));
	shape(4 * PAGE, 0);
}

static void errors(void)
{
	int p[2], ro = OK(open("/proc/self/exe", O_RDONLY)), dir = OK(open("/tmp", O_RDONLY));
	int null = OK(open("/dev/null", O_RDWR)), comm = OK(open("/proc/self/comm", O_RDWR));

	OK(pipe(p));
	ERR(fallocate(f, 0, 0, 0), EINVAL);
	ERR(fallocate(f, 0, -1, 1), EINVAL);
	ERR(fallocate(f, 0, 0, -1), EINVAL);
	ERR(fallocate(f, 0, 1, 0x7fffffffffffffff), EFBIG);
	ERR(fallocate(f, FALLOC_FL_PUNCH_HOLE, 0, 1), EOPNOTSUPP);
	ERR(fallocate(f, FALLOC_FL_ZERO_RANGE, 0, 1), EOPNOTSUPP);
	ERR(fallocate(f, FALLOC_FL_COLLAPSE_RANGE | FALLOC_FL_KEEP_SIZE, 0, PAGE), EINVAL);
	ERR(fallocate(f, FALLOC_FL_INSERT_RANGE, 0, PAGE), EOPNOTSUPP);
	ERR(fallocate(f, FALLOC_FL_UNSHARE_RANGE | HOLE, 0, PAGE), EINVAL);
	ERR(fallocate(f, 4, 0, PAGE), EOPNOTSUPP);
	ERR(fallocate(ro, 0, 0, 1), EBADF);
	ERR(fallocate(dir, 0, 0, 1), EBADF);
	ERR(fallocate(p[0], 0, 0, 1), EBADF);
	ERR(fallocate(p[1], 0, 0, 1), ESPIPE);
	ERR(fallocate(null, 0, 0, 1), ENODEV);
	ERR(fallocate(comm, 0, 0, 1), EOPNOTSUPP);
	ERR(fallocate(-1, 0, 0, 1), EBADF);
}

static void limits(void)
{
	struct rlimit lim = {5000, 5000};
	struct stat st;

	OK(fchmod(f, 06777));
	become_nobody();
	OK(fallocate(f, HOLE, 0, 1)); /* a change of the contents, as a write is */
	OK(fstat(f, &st));
	EQ(st.st_mode & 07777, 0777);
	signal(SIGXFSZ, SIG_IGN);
	OK(setrlimit(RLIMIT_FSIZE, &lim));
	OK(ftruncate(f, 0));
	OK(fallocate(f, 0, 0, 5000));
	ERR(fallocate(f, FALLOC_FL_KEEP_SIZE, 0, 5001), EFBIG);
	signal(SIGXFSZ, SIG_DFL);
	fallocate(f, 0, 0, 5001);
}

int main(void)
{
	int status;

	f = scratch();
	room();
	hole();
	errors();
	status = in_child(limits);
	EQ(WTERMSIG(status), SIGXFSZ);
	return 0;
}
