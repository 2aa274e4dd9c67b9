/* A write from memory that faults changes only the bytes that it returns. */
#include "check.h"
#include <sys/uio.h>

static char page[PAGE], got[3 * PAGE];
static char *volatile nowhere = (char *)8;

/* Bytes of the file from @from to @to are all @want. */
static void bytes(int fd, long from, long to, char want)
{
	EQ(pread(fd, got, to - from, from), to - from);
	for (long i = 0; i < to - from; i++)
		if (got[i] != want) {
			dprintf(1, "byte %ld is %d, expected %d\n", from + i, got[i], want);
			_exit(1);
		}
}

static void fill(int fd)
{
	EQ(lseek(fd, 0, SEEK_SET), 0);
	memset(page, 'a', PAGE);
	EQ(write(fd, page, PAGE), (long)PAGE);
	memset(page, 'b', PAGE);
	EQ(write(fd, page, PAGE), (long)PAGE);
	memset(page, 'c', PAGE);
	EQ(write(fd, page, PAGE), (long)PAGE);
	memset(page, 'x', PAGE);
}

static void keeps(int fd)
{
	char *p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct iovec v[2] = {{page, 10}, {nowhere, 100}};
	long n;

	munmap(p + PAGE, PAGE);
	memset(p, 'y', PAGE);
	fill(fd);
	ERR(pwrite(fd, nowhere, 2 * PAGE, 100), EFAULT);
	bytes(fd, 0, PAGE, 'a');
	bytes(fd, PAGE, 2 * PAGE, 'b');
	ERR(pwrite(fd, p + PAGE, 20, PAGE - 10), EFAULT);
	bytes(fd, 0, PAGE, 'a');
	bytes(fd, PAGE, 2 * PAGE, 'b');
	/* 20 bytes can be read. */
	n = OK(pwrite(fd, p + PAGE - 20, 200, 300));
	CHECK(n <= 20);
	bytes(fd, 300, 300 + n, 'y');
	bytes(fd, 300 + n, PAGE, 'a');
	EQ(pwritev(fd, v, 2, 2 * PAGE + 5), 10);
	bytes(fd, 2 * PAGE, 2 * PAGE + 5, 'c');
	bytes(fd, 2 * PAGE + 5, 2 * PAGE + 15, 'x');
	bytes(fd, 2 * PAGE + 15, 3 * PAGE, 'c');
	EQ(lseek(fd, 0, SEEK_END), 3 * (long)PAGE);
}

int main(void)
{
	int fd = OK(open("kept", O_RDWR | O_CREAT | O_TRUNC, 0644));

	keeps(fd);
	OK(unlink("kept"));
	keeps(OK(memfd_create("kept", 0)));
	return 0;
}
