/* Owner, group and others: just one class counts; directories need x to pass and w to change. */
#include "check.h"

static void as_nobody(void)
{
	become_nobody();
	ERR(open("none", O_RDONLY), EACCES);
	ERR(open("mine", O_RDONLY), EACCES);
	OK(open("theirs", O_RDONLY));
	ERR(open("theirs", O_WRONLY), EACCES);
	ERR(open("new", O_CREAT | O_WRONLY, 0600), EACCES);
	ERR(mkdir("d", 0755), EACCES);
	ERR(unlink("theirs"), EACCES);
	ERR(rename("theirs", "x"), EACCES);
	ERR(chmod("theirs", 0777), EPERM);
	ERR(chown("mine", 0, 0), EPERM);
	OK(chmod("mine", 0400));
	OK(open("mine", O_RDONLY));
	ERR(open("mine", O_RDWR), EACCES);
	ERR(open("closed/f", O_RDONLY), EACCES);
	ERR(chdir("closed"), EACCES);
	ERR(open("passable", O_RDONLY), EACCES);
	OK(open("passable/f", O_RDONLY));
	EQ(access("theirs", R_OK), 0);
	ERR(access("theirs", W_OK), EACCES);
	ERR(access("theirs", X_OK), EACCES);
	ERR(truncate("theirs", 0), EACCES);
	ERR(mknod("node", S_IFCHR | 0600, 0x103), EACCES);
	ERR(chroot("/"), EPERM);
}

int main(void)
{
	OK(mkdir("perm", 0755));
	OK(chdir("perm"));
	put_file("none", "x", 0770);
	put_file("mine", "x", 0077);
	OK(chown("mine", NOBODY, NOBODY));
	put_file("theirs", "x", 0704);
	OK(mkdir("closed", 0744));
	put_file("closed/f", "x", 0644);
	OK(mkdir("passable", 0711));
	put_file("passable/f", "x", 0644);
	OK(open("none", O_RDWR));
	ERR(access("none", F_OK | 8), EINVAL);
	EQ(in_child(as_nobody), 0);
	return 0;
}
