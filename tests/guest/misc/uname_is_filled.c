/*
 * uname(): sysname Linux, machine x86_64, release 6.1; sethostname() sets nodename, for root only.
 */
#include "check.h"
#include <sys/utsname.h>

static void as_nobody(void)
{
	become_nobody();
	ERR(sethostname("y", 1), EPERM);
}

int main(void)
{
	struct utsname u, was;

	OK(uname(&was));
	STREQ(was.sysname, "Linux");
	STREQ(was.machine, "x86_64");
	CHECK(!strncmp(was.release, "6.1", 3));
	OK(sethostname("some.name", 9));
	OK(uname(&u));
	STREQ(u.nodename, "some.name");
	EQ(in_child(as_nobody), 0);
	OK(sethostname(was.nodename, strlen(was.nodename)));
	ERR(syscall(SYS_sethostname, "x", 65), EINVAL);
	ERR(syscall(SYS_uname, 8), EFAULT);
	return 0;
}
