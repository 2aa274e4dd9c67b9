/* flags: -static */
/* SPDX-License-Identifier: MIT */
/*
 * The interpreter of a "TEST:" file: shows its arguments, its file name and what lies behind
 * AT_EXECFD.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int fd = getauxval(AT_EXECFD), offset, n;
	char buf[128];

	for (int i = 0; i < argc; i++)
		printf("argv[%d] %s\n", i, argv[i]);
	printf("AT_EXECFN %s AT_EXECFD %d flags %o\n", (char *)getauxval(AT_EXECFN), fd,
	       fcntl(fd, F_GETFD));
	offset = lseek(fd, 0, SEEK_CUR);
	n = read(fd, buf, sizeof(buf));
	printf("offset %d, %d bytes: %.*s", offset, n, n, buf);
	return 0;
}
