/*
 * vmsplice() puts the pages of the program into a pipe: what it writes to them later is read from
 * the pipe, unless the page was one of zeros. From a pipe it copies.
 */
#include "check.h"
#include <sys/uio.h>

static char out[8 * PAGE];
static int ends[2];

static long vm(void *p, size_t n)
{
	struct iovec v = {p, n};

	return vmsplice(ends[1], &v, 1, 0);
}

int main(void)
{
	char *p = anon(4 * PAGE, PROT_READ | PROT_WRITE);
	struct iovec v[3] = {{p, 3}, {p + 100, 0}, {p + PAGE - 1, 2}};

	OK(pipe(ends));
	OK(mprotect(p + 2 * PAGE, PAGE, PROT_NONE));
	memset(p, 'a', PAGE);
	EQ(vm(p, 5), 5);
	EQ(vm(p + PAGE, 2), 2);
	memset(p, 'b', 2 * PAGE);
	EQ(write(ends[1], "c", 1), 1);
	EQ(read(ends[0], out, 100), 8);
	CHECK(!memcmp(out, "bbbbb\0\0c", 8));
	CHECK(p[5] == 'b');

	/* A slot for each page that is touched. Memory that faults ends it. */
	EQ(vmsplice(ends[1], v, 3, SPLICE_F_GIFT), 5);
	EQ(vm(p + 10, 3 * PAGE), 2 * PAGE - 10);
	ERR(vm(p + 2 * PAGE, 1), EFAULT);
	ERR(vm(NULL, 1), EFAULT);
	EQ(read(ends[0], out, sizeof(out)), 5 + 2 * PAGE - 10);
	OK(fcntl(ends[1], F_SETPIPE_SZ, 2 * PAGE));
	EQ(vmsplice(ends[1], v, 3, 0), 4);
	EQ(read(ends[0], out, sizeof(out)), 4);

	/* Memory that is gone stays in the pipe. */
	strcpy(p, "gone");
	EQ(vm(p, 4), 4);
	OK(munmap(p, PAGE));
	EQ(read(ends[0], out, sizeof(out)), 4);
	CHECK(!memcmp(out, "gone", 4));

	/* From a pipe. */
	EQ(write(ends[1], "0123456789", 10), 10);
	v[0] = (struct iovec){out, 4};
	v[1] = (struct iovec){out + 10, 3};
	v[2] = (struct iovec){out + 20, 0};
	EQ(vmsplice(ends[0], v, 3, 0), 7);
	CHECK(!memcmp(out, "0123", 4) && !memcmp(out + 10, "456", 3));
	v[0] = (struct iovec){p + 2 * PAGE, 1};
	ERR(vmsplice(ends[0], v, 1, 0), EFAULT);
	EQ(read(ends[0], out, 100), 3);
	return 0;
}
