/* SPDX-License-Identifier: MIT */
/*
 * VMAs that never touch one with equal permissions: they are found and listed in order,
 * and none is split or merged.
 */
#include "vmas.h"

int main(void)
{
	show_window("nothing yet");
	map(100, 104, RW);
	show_window("one");
	map(20, 22, PROT_READ);
	show_window("one below");
	map(60, 64, PROT_READ);
	show_window("one between");
	map(500, 501, PROT_NONE);
	show_window("one above");
	map(104, 108, PROT_READ | PROT_EXEC);
	show_window("one that touches another");
	page(103)[0] = 'x';
	EQ(page(60)[0], 0);
	EQ(page(103)[0], 'x');
	unmap(60, 64);
	show_window("one is gone");
	unmap(0, 1000);
	show_window("all are gone");
	return 0;
}
