/* SPDX-License-Identifier: MIT */
/* vm.overcommit_memory: 0 refuses what exceeds RAM, 1 nothing, 2 what exceeds the commit limit. */
#include "check.h"

#define GiB (1UL << 30)

static void put(const char *name, const char *text)
{
	int fd = OK(open(name, O_WRONLY));

	EQ(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void mode(const char *text) { put("/proc/sys/vm/overcommit_memory", text); }

static int fits(size_t size, int flags)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1,
		       0);

	if (p == MAP_FAILED) {
		EQ(errno, ENOMEM);
		return 0;
	}
	OK(munmap(p, size));
	return 1;
}

int main(void)
{
	long limit, before, ram = proc_number("/proc/meminfo", "MemTotal") * 1024;
	char *p, *q;

	CHECK(!fits(64 * GiB, 0));
	CHECK(fits(64 * GiB, MAP_NORESERVE));
	mode("1");
	CHECK(fits(64 * GiB, 0));
	mode("2");
	limit = proc_number("/proc/meminfo", "CommitLimit") * 1024;
	EQ(limit / 8192, ram / 16384);
	CHECK(!fits(limit, 0));
	CHECK(!fits(limit, MAP_NORESERVE));
	CHECK(fits(limit / 2, 0));

	/* Half of the limit is taken: it is counted until it is unmapped, or cannot be written. */
	before = proc_number("/proc/meminfo", "Committed_AS");
	p = anon(limit / 2 & -PAGE, PROT_READ | PROT_WRITE);
	CHECK(proc_number("/proc/meminfo", "Committed_AS") - before > limit / 2048 - 200);
	CHECK(!fits(limit / 2, 0));
	q = anon(limit / 2 & -PAGE, PROT_READ);
	ERR(mprotect(q, limit / 2 & -PAGE, PROT_READ | PROT_WRITE), ENOMEM);
	ERR(fork(), ENOMEM);
	OK(munmap(p, limit / 2 & -PAGE));
	CHECK(fits(limit / 2, 0));
	OK(mprotect(q, limit / 2 & -PAGE, PROT_READ | PROT_WRITE));
	OK(munmap(q, limit / 2 & -PAGE));

	put("/proc/sys/vm/overcommit_kbytes", "20000");
	EQ(proc_number("/proc/meminfo", "CommitLimit"), 20000);
	CHECK(!fits(20 << 20, 0));
	put("/proc/sys/vm/overcommit_ratio", "50");
	mode("0");
	return 0;
}
