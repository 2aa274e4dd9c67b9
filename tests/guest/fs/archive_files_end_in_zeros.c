/* SPDX-License-Identifier: MIT */
/*
 * Files that came with the archive: a mapping shows what read(2) returns, and behind the end
 * of the file zeros up to the end of the page, not what follows in the archive.
 */
#include "check.h"

static void check_file(const char *path)
{
	static char bytes[PAGE];
	int fd = OK(open(path, O_RDONLY));
	struct stat st;
	char *p;

	OK(fstat(fd, &st));
	CHECK(st.st_size > (long)PAGE && st.st_size % PAGE);
	p = OK(mmap(NULL, st.st_size, PROT_READ, MAP_SHARED, fd, 0));
	for (long at = 0; at < st.st_size; at += PAGE) {
		memset(bytes, 0, PAGE);
		CHECK(OK(pread(fd, bytes, PAGE, at)) > 0);
		CHECK(!memcmp(p + at, bytes, PAGE));
	}
	munmap(p, st.st_size);
	close(fd);
}

int main(int argc, char **argv)
{
	(void)argc;
	check_file(argv[0]);
	check_file("/bin/bash");
	check_file("/bin/busybox");
	check_file("/lib64/ld-linux-x86-64.so.2");
	return 0;
}
