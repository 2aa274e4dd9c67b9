/* SPDX-License-Identifier: MIT */
/*
 * Parent's and child's map after fork, and after the child has mapped more beside what it
 * inherited.
 */
#include <sys/mman.h>
#include <sys/wait.h>
#include "show.h"

int main(void)
{
	char *at = (char *)0x20000000;

	mmap(at, 8 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	at[0] = 1;
	if (fork() == 0) {
		char *p = mmap(at + 8 * 4096, 8 * 4096, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

		p[0] = 1;
		at[0] = 2;
		show_maps();
		_exit(0);
	}
	wait(0);
	mmap(at + 8 * 4096, 8 * 4096, PROT_READ | PROT_WRITE,
	     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	show_maps();
	return 0;
}
