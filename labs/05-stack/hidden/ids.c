/* flags: @labs/05-stack/programs/mini.flags */
/* SPDX-License-Identifier: MIT */
/*
 * The identity that a program finds in its auxiliary vector: of the caller, or of a set-user-ID
 * file.
 */
#include "../programs/execs.h"

static void show(long *stack)
{
	say("uid %d euid %d gid %d egid %d secure %d\n", aux(stack, AT_UID, -1),
	    aux(stack, AT_EUID, -1), aux(stack, AT_GID, -1), aux(stack, AT_EGID, -1),
	    aux(stack, AT_SECURE, -1));
}

int main(long *stack)
{
	static const char *const again[] = {"ids", "again", NULL};

	show(stack);
	if (stack[0] > 1)
		return 0;
	syscall3(__NR_setresgid, 21, 22, 22);
	syscall3(__NR_setresuid, 11, 0, 0);
	run("/t/ids", again, again + 2);
	syscall2(__NR_chmod, "/t/ids", 06755);
	syscall3(__NR_setresuid, 11, 12, 12);
	run("/t/ids", again, again + 2);
	return 0;
}
