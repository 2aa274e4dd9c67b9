/* madvise(): which advice is for which mapping, and what becomes of the pages. */
#include "check.h"

#define RW (PROT_READ | PROT_WRITE)

static int fd;

/* 0: private anonymous, 1: shared anonymous, 2: a shared file, 3: a private read-only file. */
static char *area(int kind)
{
	int flags = kind == 1 || kind == 2 ? MAP_SHARED : MAP_PRIVATE;
	char *p = OK(mmap(NULL, 8 * PAGE, kind == 3 ? PROT_READ : RW,
			  flags | (kind < 2 ? MAP_ANONYMOUS : 0), kind < 2 ? -1 : fd, 0));

	if (kind != 3)
		p[PAGE] = 7;
	return p;
}

/* What advice on the pages 1 and 2 says. */
static int advise(char *p, int advice)
{
	errno = 0;
	madvise(p + PAGE, 2 * PAGE, advice);
	return errno;
}

static const struct {
	int advice, want[4];
} rows[] = {
	{MADV_WILLNEED, {0, 0, 0, 0}},
	{MADV_DONTNEED, {0, 0, 0, 0}},
	{MADV_FREE, {0, EINVAL, EINVAL, EINVAL}},
	{MADV_REMOVE, {EINVAL, 0, 0, EACCES}},
	{MADV_MERGEABLE, {0, 0, 0, 0}},
	{MADV_UNMERGEABLE, {0, 0, 0, 0}},
	{MADV_WIPEONFORK, {0, EINVAL, EINVAL, EINVAL}},
	{MADV_KEEPONFORK, {0, 0, 0, 0}},
	{MADV_COLD, {0, 0, 0, 0}},
	{MADV_PAGEOUT, {0, 0, 0, 0}},
	{MADV_POPULATE_READ, {0, 0, 0, 0}},
	{MADV_POPULATE_WRITE, {0, 0, 0, EINVAL}},
	{24 /* MADV_DONTNEED_LOCKED */, {0, 0, 0, 0}},
	{5, {EINVAL, EINVAL, EINVAL, EINVAL}},
	{26, {EINVAL, EINVAL, EINVAL, EINVAL}},
	{102, {EINVAL, EINVAL, EINVAL, EINVAL}},
};

static void table(void)
{
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		for (int kind = 0; kind < 4; kind++) {
			char *p = area(kind);
			int err = advise(p, rows[i].advice);

			if (err != rows[i].want[kind])
				dprintf(1, "advice %d, kind %d:\n", rows[i].advice, kind);
			EQ(err, rows[i].want[kind]);
			OK(munmap(p, 8 * PAGE));
		}
}

static void locked(void)
{
	char *p = area(0);
	unsigned char vec;

	OK(mlock(p, 8 * PAGE));
	EQ(advise(p, MADV_DONTNEED), EINVAL);
	EQ(advise(p, MADV_FREE), EINVAL);
	EQ(advise(p, MADV_COLD), EINVAL);
	EQ(advise(p, MADV_PAGEOUT), EINVAL);
	EQ(p[PAGE], 7);
	EQ(advise(p, 24), 0);
	OK(mincore(p + PAGE, PAGE, &vec));
	EQ(vec & 1, 0);
	OK(munmap(p, 8 * PAGE));
	p = area(1);
	OK(mlock(p, 8 * PAGE));
	EQ(advise(p, MADV_REMOVE), EINVAL);
	OK(munmap(p, 8 * PAGE));
}

static void hole_in_file(void)
{
	char *p = area(2), *q = OK(mmap(NULL, 8 * PAGE, RW, MAP_PRIVATE, fd, 0)), byte;

	p[2 * PAGE] = 8;
	p[3 * PAGE] = 9;
	q[2 * PAGE] = 5; /* a copy of its own, which stays */
	EQ(advise(p, MADV_REMOVE), 0);
	EQ(p[PAGE] + p[2 * PAGE], 0);
	EQ(q[2 * PAGE], 5);
	EQ(q[PAGE], 0);
	EQ(p[3 * PAGE], 9);
	EQ(pread(fd, &byte, 1, PAGE), 1);
	EQ(byte, 0);
	OK(munmap(p + 5 * PAGE, PAGE));
	ERR(madvise(p + 3 * PAGE, 4 * PAGE, MADV_REMOVE), ENOMEM); /* but what is there is done */
	EQ(p[3 * PAGE], 0);
	OK(munmap(p, 8 * PAGE));
	OK(munmap(q, 8 * PAGE));
}

static void populate(void)
{
	char *p = anon(4 * PAGE, RW);
	unsigned char vec[4];

	OK(madvise(p, 2 * PAGE, MADV_POPULATE_READ));
	OK(madvise(p + 2 * PAGE, PAGE, MADV_POPULATE_WRITE));
	OK(mincore(p, 4 * PAGE, vec));
	EQ(vec[0] & vec[1] & vec[2] & ~vec[3] & 1, 1);
	OK(mprotect(p, PAGE, PROT_NONE));
	ERR(madvise(p, PAGE, MADV_POPULATE_READ), EINVAL);
	OK(mprotect(p, PAGE, PROT_READ));
	OK(madvise(p, PAGE, MADV_POPULATE_READ));
	ERR(madvise(p, PAGE, MADV_POPULATE_WRITE), EINVAL);
	OK(munmap(p, PAGE));
	ERR(madvise(p, 2 * PAGE, MADV_POPULATE_READ), ENOMEM);
	p = OK(mmap(NULL, 16 * PAGE, RW, MAP_SHARED, fd, 0));
	ERR(madvise(p, 16 * PAGE, MADV_POPULATE_WRITE), EFAULT); /* beyond the end */
	OK(mincore(p + 7 * PAGE, PAGE, vec));
	EQ(vec[0] & 1, 1);
}

int main(void)
{
	fd = scratch();
	OK(ftruncate(fd, 8 * PAGE));
	table();
	locked();
	hole_in_file();
	populate();
	return 0;
}
