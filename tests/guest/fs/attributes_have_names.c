/* Extended attributes: which names a file system takes, and a socket's only one. */
#include "check.h"
#include <sys/socket.h>
#include <sys/xattr.h>

static void as_nobody(void)
{
	char v[8];

	become_nobody();
	ERR(getxattr("/init", "trusted.x", v, 8), ENODATA);
	ERR(setxattr("/init", "trusted.x", v, 8, 0), EPERM);
	ERR(removexattr("/init", "trusted.x"), EPERM);
	ERR(removexattr("/init", "user.x"), EACCES);
}

#define BAD ((char *)bad)
static volatile unsigned long bad = 8, too_much = 65537;

int main(void)
{
	int s = OK(socket(AF_UNIX, SOCK_STREAM, 0)), d = OK(socket(AF_INET, SOCK_DGRAM, 0));
	char v[64], longest[300] = "trusted.";

	ERR(getxattr("/init", "trusted.x", v, 64), ENODATA);
	ERR(getxattr("/init", "security.x", v, 64), ENODATA);
	ERR(getxattr("/init", "system.posix_acl_access", v, 64), ENODATA);
	ERR(getxattr("/init", "trusted.", v, 64), EINVAL);
	ERR(getxattr("/init", "user.x", v, 64), EOPNOTSUPP);
	ERR(getxattr("/init", "foo", v, 64), EOPNOTSUPP);
	ERR(getxattr("/init", "", v, 64), ERANGE);
	memset(longest + 8, 'x', 247);
	ERR(getxattr("/init", longest, v, 64), ENODATA);
	longest[255] = 'x';
	ERR(getxattr("/init", longest, v, 64), ERANGE);
	ERR(getxattr("/init", BAD, v, 64), EFAULT);
	ERR(getxattr("/nonexistent", BAD, v, 64), ENOENT);
	ERR(getxattr("/proc/self/maps", "trusted.x", v, 64), EOPNOTSUPP);
	ERR(getxattr("/dev/null", "user.x", v, 64), ENODATA);
	ERR(setxattr("/dev/null", "user.x", v, 4, 0), EPERM);
	ERR(setxattr("/init", "user.x", v, 4, 0), EOPNOTSUPP);
	ERR(setxattr("/init", "user.x", v, 4, 4), EINVAL);
	ERR(setxattr("/init", "user.x", v, too_much, 0), E2BIG);
	ERR(setxattr("/init", "user.x", BAD, 4, 0), EFAULT);
	ERR(removexattr("/init", "trusted.x"), ENODATA);
	ERR(removexattr("/init", "user.x"), EOPNOTSUPP);
	EQ(listxattr("/init", v, 64), 0);
	ERR(flistxattr(99, v, 64), EBADF);

	EQ(fgetxattr(s, "system.sockprotoname", v, 64), 12);
	STREQ(v, "UNIX-STREAM");
	EQ(fgetxattr(s, "system.sockprotoname", v, 0), 12);
	ERR(fgetxattr(s, "system.sockprotoname", v, 11), ERANGE);
	ERR(fgetxattr(s, "system.sockprotoname", BAD, 64), EFAULT);
	EQ(fgetxattr(d, "system.sockprotoname", v, 64), 4);
	STREQ(v, "UDP");
	EQ(flistxattr(d, v, 64), 21);
	STREQ(v, "system.sockprotoname");
	ERR(fgetxattr(d, "security.x", v, 64), EOPNOTSUPP);
	EQ(in_child(as_nobody), 0);
	return 0;
}
