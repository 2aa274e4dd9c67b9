/* setresuid() and friends: what nobody may take back, what root loses, capabilities with it. */
#include "check.h"

static void saved(void)
{
	uid_t r, e, s;

	OK(setresuid(NOBODY, NOBODY, 0));
	EQ(geteuid(), NOBODY);
	OK(seteuid(0));
	OK(seteuid(NOBODY));
	ERR(setuid(5), EPERM);
	OK(setresuid(-1, 0, -1));
	OK(setuid(7));
	OK(getresuid(&r, &e, &s));
	EQ(r + e + s, 21);
	ERR(seteuid(0), EPERM);
	ERR(setgid(3), EPERM);
	ERR(setgroups(0, NULL), EPERM);
}

static void groups(void)
{
	gid_t set[3] = {30, 10, 20}, got[3];

	OK(setgroups(3, set));
	EQ(getgroups(0, NULL), 3);
	ERR(getgroups(2, got), EINVAL);
	EQ(getgroups(3, got), 3);
	EQ(got[0] * 10000 + got[1] * 100 + got[2], 102030);
	put_file("grouped", "x", 0040);
	OK(chown("grouped", 0, 20));
	OK(setresuid(NOBODY, NOBODY, NOBODY));
	OK(open("grouped", O_RDONLY));
	ERR(open("grouped", O_WRONLY), EACCES);
}

int main(void)
{
	EQ(in_child(saved), 0);
	EQ(in_child(groups), 0);
	ERR(setuid(-1), EINVAL);
	EQ(proc_number("/proc/self/status", "Uid"), 0);
	return 0;
}
