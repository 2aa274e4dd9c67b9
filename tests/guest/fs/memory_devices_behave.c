/*
 * null swallows, zero gives zeros, full is ENOSPC, random differs each time; wrong numbers are
 * ENXIO.
 */
#include "check.h"

int main(void)
{
	unsigned char a[64], b[64];
	int null = OK(open("/dev/null", O_RDWR)), zero = OK(open("/dev/zero", O_RDWR));
	int full = OK(open("/dev/full", O_RDWR)), rnd = OK(open("/dev/urandom", O_RDONLY));

	EQ(read(null, a, 64), 0);
	EQ(write(null, a, 64), 64);
	EQ(lseek(null, 5, SEEK_SET), 0);
	memset(a, 1, 64);
	EQ(read(zero, a, 64), 64);
	for (int i = 0; i < 64; i++)
		EQ(a[i], 0);
	EQ(write(zero, a, 64), 64);
	EQ(read(full, a, 64), 64);
	ERR(write(full, a, 64), ENOSPC);
	EQ(read(rnd, a, 64), 64);
	EQ(read(rnd, b, 64), 64);
	CHECK(memcmp(a, b, 64));
	ERR(read(zero, (void *)-PAGE, 64), EFAULT);
	char *p = OK(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, zero, 0));
	p[0]++;
	EQ(p[0], 1);
	ERR(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, null, 0), ENODEV);
	unlink("odd");
	OK(mknod("odd", S_IFCHR | 0600, 0xfe77));
	ERR(open("odd", O_RDONLY), ENXIO);
	return 0;
}
