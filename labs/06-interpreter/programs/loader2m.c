/*
 * flags: @labs/06-interpreter/programs/loader.flags
 * -Wl,-z,max-page-size=0x200000,-z,common-page-size=0x200000
 */
/* SPDX-License-Identifier: MIT */
/* The same with segments that want to be aligned to 2 MiB. */
#include "where.h"

int main(long *stack)
{
	show_where("program", stack);
	show_maps();
	return 0;
}
