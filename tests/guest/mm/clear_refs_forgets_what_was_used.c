/* /proc/PID/clear_refs forgets which pages were used; smaps_rollup is the sum of smaps. */
#include "check.h"

static int put(const char *value)
{
	int fd = OK(open("/proc/self/clear_refs", O_WRONLY)), n = write(fd, value, strlen(value));

	n = n < 0 ? -errno : n;
	close(fd);
	return n;
}

/* The sum of the lines @name of a file, kB. */
static long sum(const char *path, const char *name)
{
	FILE *f = fopen(path, "r");
	char line[256];
	long kb, all = 0;

	CHECK(f);
	while (fgets(line, sizeof(line), f))
		if (!strncmp(line, name, strlen(name)) &&
		    sscanf(line + strlen(name), ": %ld kB", &kb) == 1)
			all += kb;
	fclose(f);
	return all;
}

/* kB of the page at @p that were used, from smaps. */
static long referenced(const void *p)
{
	FILE *f = fopen("/proc/self/smaps", "r");
	char line[256];
	unsigned long start;
	long kb = -1;
	int here = 0;

	CHECK(f);
	while (kb < 0 && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx-", &start) == 1 && strchr(line, '-'))
			here = start == (unsigned long)p;
		if (here)
			sscanf(line, "Referenced: %ld kB", &kb);
	}
	fclose(f);
	return kb;
}

static void as_nobody(void)
{
	become_nobody();
	ERR(open("/proc/1/clear_refs", O_WRONLY), EACCES);
	ERR(open("/proc/1/smaps_rollup", O_RDONLY), EACCES);
}

/* Linux leaves the TLB alone, by which a page can be used unnoticed. New permissions flush it. */
static void flush_tlb(void *p)
{
	OK(mprotect(p, 4 * PAGE, PROT_READ));
	OK(mprotect(p, 4 * PAGE, PROT_READ | PROT_WRITE));
}

int main(void)
{
	char *p = OK(
		mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	char head[128];
	unsigned long start, end;
	int fd;

	OK(mprotect(p, 4 * PAGE, PROT_READ | PROT_WRITE));
	memset(p, 1, 4 * PAGE);
	OK(madvise(p, 4 * PAGE, MADV_DONTFORK)); /* a VMA of its own */
	EQ(referenced(p), 16);
	EQ(put("3"), 1); /* of files alone */
	EQ(referenced(p), 16);
	EQ(put("2\n"), 2);
	EQ(referenced(p), 0);
	flush_tlb(p);
	p[PAGE] = 2;
	EQ(referenced(p), 4);
	EQ(put(" 1 "), 3);
	EQ(referenced(p), 0);
	EQ(put("4"), 1);
	EQ(put("5"), 1);
	EQ(put("0"), -EINVAL);
	EQ(put("6"), -EINVAL);
	EQ(put("-1"), -EINVAL);
	EQ(put("x"), -EINVAL);
	EQ(put("1 2"), -EINVAL);
	EQ(put("0x1"), -EINVAL);
	EQ(put("99999999999"), -ERANGE);
	EQ(put("18446744073709551616"), -ERANGE);
	EQ(put("1           x"), 12); /* the rest is not read */
	fd = OK(open("/proc/self/clear_refs", O_WRONLY));
	EQ(pwrite(fd, "1", 1, 5), 1);
	close(fd);

	fd = OK(open("/proc/self/smaps_rollup", O_RDONLY));
	CHECK(read(fd, head, 100) == 100);
	head[100] = 0;
	EQ(sscanf(head, "%lx-%lx ---p 00000000 00:00 0", &start, &end), 2);
	CHECK(start < end && strstr(head, " [rollup]\nRss:"));
	EQ(strstr(head, "[rollup]") - head, 73);
	EQ(sum("/proc/self/smaps_rollup", "Anonymous"), sum("/proc/self/smaps", "Anonymous"));
	EQ(sum("/proc/self/smaps_rollup", "Rss"), sum("/proc/self/smaps", "Rss"));
	EQ(sum("/proc/self/smaps_rollup", "Pss_Anon") > 0, 1);
	EQ(in_child(as_nobody), 0);
	return 0;
}
