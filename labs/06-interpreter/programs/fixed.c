/* flags: @labs/06-interpreter/programs/fixed.flags */
/* SPDX-License-Identifier: MIT */
/* ET_EXEC without an interpreter: it is where the file says. */
#include "where.h"

int main(long *stack)
{
	show_where("program", stack);
	show_maps();
	return 0;
}
