/* SPDX-License-Identifier: MIT */
/* What both kernels must agree on in /tmp/twin and in descriptors, and what the steps call. */
#ifndef FILES_SHOWN_H
#define FILES_SHOWN_H

#include "steps.h"
#include <dirent.h>
#include <sys/file.h>
#include <sys/sendfile.h>
#include <sys/uio.h>

#define MAPPED	0x10000000000UL
#define LAST_FD 15
#define TOP	"/tmp/twin"

static const char *const names[] = {
	"a", "b", "c", "l", "m", "p", "d", "d/a", "d/b", "d/l", "e", "e/a", "e/d", "e/d/a",
};
#define NAMES ((int)(sizeof(names) / sizeof(names[0])))

/* What calls read and write; zero is behind its end. */
static char buf[3 * PAGE + 1];
static const char never_written[4 * PAGE] __attribute__((aligned(PAGE))) = "what a pipe shares";
static struct flock asked;

static inline unsigned int sum_of(long n)
{
	unsigned int sum = 0;

	for (long i = 0; i < n; i++)
		sum = sum * 31 + (unsigned char)buf[i];
	return sum;
}

/* For vmsplice. */
static inline struct iovec *given(long off, long n)
{
	static struct iovec v;

	v.iov_base = (char *)never_written + (off & (PAGE - 1));
	v.iov_len = n;
	return &v;
}

/* @n equal letters. */
static inline char *letters(int letter, long n) { return memset(buf, letter, n); }

/* The first @n bytes of what was read. */
static inline const char *text_read(long n)
{
	buf[n > 0 ? n : 0] = 0;
	return buf;
}

static inline struct flock *lock(int type, int whence, long start, long len)
{
	asked = (struct flock){.l_type = type, .l_whence = whence, .l_start = start, .l_len = len};
	return &asked;
}

/* What F_GETLK has found: type, whence, start, length; a process has it or an open file. */
static inline const char *lock_found(void)
{
	static char text[80];

	sprintf(text, "%d %d %ld+%ld %s", asked.l_type, asked.l_whence, (long)asked.l_start,
		(long)asked.l_len,
		asked.l_pid > 0 ? "pid"
		: asked.l_pid	? "-1"
				: "0");
	return text;
}

static inline const struct timespec *times(long sec, long nsec, long modified, long modified_nsec)
{
	static struct timespec t[2];

	t[0] = (struct timespec){sec, nsec};
	t[1] = (struct timespec){modified, modified_nsec};
	return t;
}

/* When a file was modified, if a step has set that. */
static inline const char *modified(const char *name, int flags)
{
	static char text[40];
	struct stat st;

	text[0] = 0;
	if (!fstatat(AT_FDCWD, name, &st, flags) && st.st_mtime < 1000000)
		sprintf(text, "%ld.%09ld", (long)st.st_mtime, st.st_mtim.tv_nsec);
	return text;
}

/* 0, or -1. */
static inline int map_file(int prot, int flags, int fd, long off)
{
	void *p = mmap((void *)MAPPED, 3 * PAGE, prot, flags | MAP_FIXED, fd, off);

	return p == MAP_FAILED ? -1 : 0;
}

static inline int compare_names(const void *a, const void *b) { return strcmp(a, b); }

/* The names in a directory and their types, sorted; Linux lists the newest first. */
static inline const char *list(const char *name)
{
	static char names[32][32], text[32 * 32 + 32];
	int fd = open(name, O_RDONLY | O_DIRECTORY), count = 0;
	long n = fd < 0 ? 0 : syscall(SYS_getdents64, fd, buf, 3 * PAGE);
	char *end = text;

	if (fd < 0)
		return strerrorname_np(errno);
	for (long pos = 0; pos < n && count < 32;) {
		struct dirent64 *d = (void *)(buf + pos);

		snprintf(names[count++], 32, "%.20s %d", d->d_name, d->d_type);
		pos += d->d_reclen;
	}
	close(fd);
	qsort(names, count, sizeof(names[0]), compare_names);
	*end = 0;
	for (int i = 0; i < count; i++)
		end += sprintf(end, "%s%s", i ? ", " : "", names[i]);
	return text;
}

/* Every name that is there, with what stat says. */
static inline const char *all_names(void)
{
	static char text[NAMES * 200];
	char path[64], *end = text;
	struct stat st;

	*end = 0;
	for (int i = 0; i < NAMES; i++) {
		snprintf(path, sizeof(path), TOP "/%s", names[i]);
		if (!lstat(path, &st))
			end += sprintf(end, "%s %o links %ld owner %d %d size %ld blocks %ld\n",
				       names[i], st.st_mode, (long)st.st_nlink, st.st_uid,
				       st.st_gid, (long)st.st_size, (long)st.st_blocks);
	}
	return text;
}

static inline const char *all_descriptors(void)
{
	static char text[(LAST_FD + 1) * 200];
	char *end = text;
	struct stat st;

	*end = 0;
	for (int fd = 3; fd <= LAST_FD; fd++) {
		int flags = fcntl(fd, F_GETFL);

		if (flags == -1)
			continue;
		end += sprintf(end, "%d: flags %#o %d at ", fd, flags, fcntl(fd, F_GETFD));
		flags = lseek(fd, 0, SEEK_CUR);
		end += sprintf(end, flags < 0 ? "%s" : "%.0s%d", strerrorname_np(errno), flags);
		if (!fstat(fd, &st))
			end += sprintf(end, " mode %o links %ld size %ld", st.st_mode,
				       (long)st.st_nlink, (long)st.st_size);
		end += sprintf(end, "\n");
	}
	return text;
}

/* The first bytes of what is open, as sums. */
static inline const char *all_contents(void)
{
	static char text[(LAST_FD + 1) * 50];
	char *end = text;

	*end = 0;
	for (int fd = 3; fd <= LAST_FD; fd++) {
		long n = pread(fd, buf, 3 * PAGE, 0);

		if (n >= 0)
			end += sprintf(end, "%d: %ld bytes %08x\n", fd, n, sum_of(n));
	}
	return text;
}

static inline void remove_tree(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *d;

	if (!dir)
		return;
	while ((d = readdir(dir)))
		if (strcmp(d->d_name, ".") && strcmp(d->d_name, "..") &&
		    unlinkat(fd, d->d_name, 0)) {
			char below_it[300];

			snprintf(below_it, sizeof(below_it), "%.200s/%.90s", path, d->d_name);
			remove_tree(below_it);
		}
	closedir(dir);
	rmdir(path);
}

/* Work in an empty /tmp/twin, with a file, a directory, a link to each, and no open file. */
static inline void start_files(void)
{
	remove_tree(TOP);
	umask(022);
	OK(mkdir(TOP, 0777));
	OK(chmod(TOP, 0777));
	OK(chdir(TOP));
	syscall(SYS_close_range, 3, ~0U, 0);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	OK(mkdir("d", 0755));
	put_file("a", "the first file\n", 0644);
	OK(symlink("a", "l"));
	OK(symlink("d", "m"));
}

#endif
