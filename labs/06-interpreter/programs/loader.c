/* flags: @labs/06-interpreter/programs/loader.flags */
/* SPDX-License-Identifier: MIT */
/* ET_DYN without an interpreter, as ld.so is: it goes where mmap puts it. */
#include "where.h"

int main(long *stack)
{
	show_where("program", stack);
	show_maps();
	return 0;
}
