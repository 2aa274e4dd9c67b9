/* flags: @labs/06-interpreter/programs/pie.flags */
/* SPDX-License-Identifier: MIT */
/* ET_DYN with an interpreter of our own, /t/interp. */
#include "where.h"

int main(long *stack)
{
	show_where("program", stack);
	show_maps();
	return 0;
}
