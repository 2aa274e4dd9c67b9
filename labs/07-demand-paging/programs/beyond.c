/* SPDX-License-Identifier: MIT */
/* A mapping reaches further than its file: what each access gets. */
#include "check.h"

static void row(const char *what, void (*access)(void *), char *p, char *base)
{
	struct fault f = fault_of(access, p);

	dprintf(1, "%-42s signal %d code %d", what, f.sig, f.code);
	if (f.sig)
		dprintf(1, " at page %ld + %ld", ((char *)f.addr - base) / (long)PAGE,
			((char *)f.addr - base) % (long)PAGE);
	dprintf(1, "\n");
}

int main(void)
{
	int fd = scratch();

	EQ(write(fd, "abc", 3), 3);
	char *s = OK(mmap(NULL, 40 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
	char *p = OK(mmap(NULL, 40 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));

	row("private, read in the last page", read_byte, p + 2, p);
	dprintf(1, "  %c, then zeros: %d\n", p[2], p[3] | p[PAGE - 1]);
	row("private, write in the last page", write_byte, p + 100, p);
	row("private, read beyond it", read_byte, p + PAGE, p);
	row("private, write beyond it", write_byte, p + PAGE + 5, p);
	row("private, read far beyond it", read_byte, p + 39 * PAGE, p);
	row("shared, read beyond the last page", read_byte, s + PAGE, s);
	row("shared, write beyond the last page", write_byte, s + 2 * PAGE + 5, s);
	dprintf(1, "read(2) into a page beyond: %s\n",
		read(OK(open("/dev/zero", O_RDONLY)), p + 3 * PAGE, 8) == -1 && errno == EFAULT
			? "EFAULT"
			: "no EFAULT");
	OK(ftruncate(fd, 2 * PAGE));
	row("the file is longer now: private, write", write_byte, p + PAGE, p);
	row("the file is longer now: shared, write", write_byte, s + PAGE + 1, s);
	dprintf(1, "  the private one reads %d %d, the shared one %d %d\n", p[PAGE], p[PAGE + 1],
		s[PAGE], s[PAGE + 1]);
	row("still beyond", read_byte, s + 2 * PAGE, s);
	return 0;
}
