/*
 * chown() clears the setuid and setgid bits, so does a write by nobody; setgid directories pass
 * their group on.
 */
#include "check.h"

static mode_t mode_of(const char *path)
{
	struct stat st;

	OK(stat(path, &st));
	return st.st_mode & 07777;
}

static void as_nobody(void)
{
	become_nobody();
	int fd = OK(open("clear", O_WRONLY));
	EQ(write(fd, "y", 1), 1);
	EQ(mode_of("clear"), 0777);
	close(fd);
	close(OK(open("sgid_dir/f", O_CREAT | O_WRONLY, 0600)));
}

int main(void)
{
	struct stat st;

	put_file("clear", "x", 06777);
	OK(chown("clear", 1, 1));
	EQ(mode_of("clear"), 0777);
	OK(chmod("clear", 06777));
	OK(mkdir("sgid_dir", 0700));
	OK(chown("sgid_dir", 0, 77));
	OK(chmod("sgid_dir", 02777));
	EQ(in_child(as_nobody), 0);
	OK(stat("sgid_dir/f", &st));
	EQ(st.st_gid, 77);
	EQ(st.st_uid, NOBODY);
	OK(mkdir("sgid_dir/d", 0700));
	EQ(mode_of("sgid_dir/d"), 02700);
	OK(chmod("clear", 02767));
	OK(chown("clear", -1, -1));
	EQ(mode_of("clear"), 02767);
	return 0;
}
