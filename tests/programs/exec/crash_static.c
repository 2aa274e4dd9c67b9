/* flags: -static -g */
/* SPDX-License-Identifier: MIT */
#include "crash.h"

int main(int argc, char **argv)
{
	if (argc > 1 && argv[1][0] == 'n')
		prctl(PR_SET_DUMPABLE, 0);
	if (argc > 1 && argv[1][0] == 'a')
		abort();
	map_areas();
	return first(1);
}
