/*
 * In a sticky directory only the owner of a file, of the directory, or root removes and renames it.
 */
#include "check.h"

static void as_nobody(void)
{
	become_nobody();
	ERR(unlink("sticky/root"), EPERM);
	ERR(rename("sticky/root", "sticky/x"), EPERM);
	close(OK(open("sticky/own", O_CREAT | O_WRONLY, 0600)));
	ERR(rename("sticky/own", "sticky/root"), EPERM);
	OK(rename("sticky/own", "sticky/own2"));
	OK(unlink("sticky/own2"));
	OK(unlink("free/root"));
}

int main(void)
{
	OK(mkdir("sticky", 0700));
	OK(chmod("sticky", 01777));
	OK(mkdir("free", 0700));
	OK(chmod("free", 0777));
	put_file("sticky/root", "x", 0666);
	put_file("free/root", "x", 0600);
	EQ(in_child(as_nobody), 0);
	return 0;
}
