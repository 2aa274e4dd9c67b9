/* SPDX-License-Identifier: MIT */
/* A read of a terminal returns what fitted before memory that is not mapped. */
#include "pty.h"

int main(void)
{
	char *page = anon(2 * PAGE, PROT_READ | PROT_WRITE), *end = page + PAGE;

	OK(munmap(end, PAGE));
	open_pty();
	type("hello\nagain\n");
	EQ(read(slave, end - 3, 100), 3);
	EQ(memcmp(end - 3, "hel", 3), 0);
	ERR(read(slave, end, 100), EFAULT);
	EQ(write(slave, "output", 6), 6);
	EQ(read(master, end - 3, 100), 3);
	return 0;
}
