/* flags: -static */
/* SPDX-License-Identifier: MIT */
/*
 * Twin programs of files and descriptors: opening, links, renames, modes and owners, holes,
 * truncation under a mapping, locks, pipes. After each step the names and the descriptors are
 * shown. No call waits: everything is opened with O_NONBLOCK.
 */
#include "twin.h"
#include <dirent.h>
#include <sys/file.h>
#include <sys/sendfile.h>

#define MAPPED	((unsigned char *)0x10000000000)
#define LAST_FD 15
#define TOP	"/tmp/twin"

static const char *const names[] = {
	"a", "b", "c", "l", "m", "p", "d", "d/a", "d/b", "d/l", "e", "e/a", "e/d", "e/d/a",
};
static const char *const odd_names[] = {
	"",	     ".",   "..",  "d/.",  "d/..",	  "a/b",       "x/y", "d/", "a/",
	"../twin/a", "l/a", "./a", "d//a", "/tmp/twin/b", "/dev/null", "/",   "m/", "l/",
};

/*
 * Chosen by begin(): fallocate makes pages, or SEEK_DATA and SEEK_HOLE look for them. Not both, for
 * Linux knows that such pages are no data yet.
 */
static int allocates;

static const char *some_name(void) { return one_in(8) ? PICK(odd_names) : PICK(names); }

static int some_fd(void)
{
	static const int odd[] = {-1, 99, AT_FDCWD, 1023, 1 << 30};

	return one_in(25) ? PICK(odd) : 3 + (int)below(6);
}

static const char *text_of(long result)
{
	static char text[32];

	snprintf(text, sizeof(text), "%ld", result == -1 ? -(long)errno : result);
	return text;
}

#define SAY(call, format, ...) \
	do { \
		long r_ = (call); \
		say(format " = %s\n", __VA_ARGS__, text_of(r_)); \
	} while (0)

static int some_mode(void)
{
	static const int mode[] = {0644,  0755,	 0600,	0,     0444, 0777,
				   04755, 02755, 02644, 01777, 06711};

	return PICK(mode);
}

static void do_open(void)
{
	static const int access_mode[] = {O_RDONLY, O_RDONLY, O_WRONLY, O_RDWR, O_RDWR, O_RDWR, 3};
	static const int more[] = {0,
				   0,
				   O_CREAT,
				   O_CREAT,
				   O_CREAT,
				   O_CREAT | O_EXCL,
				   O_TRUNC,
				   O_CREAT | O_TRUNC,
				   O_APPEND,
				   O_CREAT | O_APPEND,
				   O_DIRECTORY,
				   O_PATH,
				   O_NOFOLLOW,
				   O_CREAT | O_NOFOLLOW,
				   O_PATH | O_NOFOLLOW,
				   O_DIRECTORY | O_CREAT,
				   O_CLOEXEC,
				   O_NOATIME,
				   O_TMPFILE,
				   O_SYNC};
	int flags = PICK(access_mode) | PICK(more) | O_NONBLOCK, mode = some_mode();
	const char *name = some_name();

	if (one_in(4)) {
		int at = some_fd();

		SAY(openat(at, name, flags, mode), "openat(%d, \"%s\", %#x, %#o)", at, name, flags,
		    mode);
	} else {
		SAY(open(name, flags, mode), "open(\"%s\", %#x, %#o)", name, flags, mode);
	}
}

static void do_close(void)
{
	int fd = some_fd(), to = some_fd();

	switch (below(5)) {
	case 0:
		SAY(dup(fd), "dup(%d)", fd);
		break;
	case 1:
		if (to <= LAST_FD)
			SAY(dup2(fd, to), "dup2(%d, %d)", fd, to);
		break;
	case 2:
		if (to <= LAST_FD)
			SAY(dup3(fd, to, O_CLOEXEC), "dup3(%d, %d, O_CLOEXEC)", fd, to);
		break;
	default:
		SAY(close(fd), "close(%d)", fd);
	}
}

static unsigned char buf[3 * PAGE];

static unsigned int sum_of(long n)
{
	unsigned int sum = 0;

	for (long i = 0; i < n; i++)
		sum = sum * 31 + buf[i];
	return sum;
}

static long some_size(void)
{
	static const long odd[] = {0, 1, -1, 4095, 4096, 4097, 1L << 31, 1L << 62, -4096};

	return one_in(12) ? PICK(odd) : (long)below(3 * PAGE);
}

/* A read or write of a pipe or a directory, too. */
static void do_io(void)
{
	int fd = some_fd();
	long n = below(one_in(3) ? sizeof(buf) : 300), off = some_size();

	switch (below(6)) {
	case 0:
	case 1:
		memset(buf, 0, sizeof(buf));
		n = read(fd, buf, n);
		say("read(%d) = %ld %08x\n", fd, n < 0 ? -errno : n, sum_of(n));
		break;
	case 2:
		memset(buf, 0, sizeof(buf));
		n = pread(fd, buf, n, off);
		say("pread(%d, %ld) = %ld %08x\n", fd, off, n < 0 ? -errno : n, sum_of(n));
		break;
	case 3:
		memset(buf, 'A' + below(26), n);
		SAY(pwrite(fd, buf, n, off & 0xffff), "pwrite(%d, %ld, %ld)", fd, n, off & 0xffff);
		break;
	default:
		memset(buf, 'a' + below(26), n);
		SAY(write(fd, buf, n), "write(%d, %ld)", fd, n);
	}
}

static void do_seek(void)
{
	int fd = some_fd(), whence = one_in(20) ? 5 + (int)below(3) : (int)below(allocates ? 3 : 5);
	long off = some_size();

	SAY(lseek(fd, off, whence), "lseek(%d, %ld, %d)", fd, off, whence);
}

static void do_size(void)
{
	static const int mode[] = {0, 1, 3, 2, 0x10, 8, 0x20, 0x40};
	int fd = some_fd(), m = mode[allocates ? below(8) : 2 + below(6)];
	const char *name = some_name();
	long size = some_size(), off = some_size();

	if (size > 1L << 30)
		size = -size;
	switch (below(4)) {
	case 0:
		SAY(truncate(name, size), "truncate(\"%s\", %ld)", name, size);
		break;
	case 1:
		if (off > 1L << 30)
			off = 3;
		SAY(fallocate(fd, m, off, size), "fallocate(%d, %d, %ld, %ld)", fd, m, off, size);
		break;
	default:
		SAY(ftruncate(fd, size), "ftruncate(%d, %ld)", fd, size);
	}
}

static void do_link(void)
{
	static const int rename_flags[] = {0, 0, 0, 1, 2, 3, 8};
	const char *from = some_name(), *to = some_name();
	unsigned int flags = PICK(rename_flags);
	int follow = one_in(3) ? AT_SYMLINK_FOLLOW : one_in(10) ? AT_EMPTY_PATH : 0;
	static char target[64];
	long n;

	switch (below(10)) {
	case 0:
		SAY(symlink(from, to), "symlink(\"%s\", \"%s\")", from, to);
		break;
	case 1:
		memset(target, 0, sizeof(target));
		n = readlink(from, target, below(12));
		say("readlink(\"%s\") = %ld \"%s\"\n", from, n < 0 ? -errno : n, target);
		break;
	case 2:
	case 3:
		SAY(linkat(AT_FDCWD, from, AT_FDCWD, to, follow), "linkat(\"%s\", \"%s\", %#x)",
		    from, to, follow);
		break;
	case 4:
	case 5:
		SAY(rename(from, to), "rename(\"%s\", \"%s\")", from, to);
		break;
	case 6:
		SAY(syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags),
		    "renameat2(\"%s\", \"%s\", %u)", from, to, flags);
		break;
	case 7:
		SAY(rmdir(from), "rmdir(\"%s\")", from);
		break;
	case 8:
		SAY(unlink(from), "unlink(\"%s\")", from);
		break;
	default:
		SAY(unlinkat(AT_FDCWD, from, flags ? AT_REMOVEDIR : 0), "unlinkat(\"%s\", %d)",
		    from, !!flags);
	}
}

static void do_make(void)
{
	static const int type[] = {S_IFIFO, S_IFREG, 0, S_IFDIR, S_IFSOCK};
	const char *name = some_name();
	int mode = some_mode(), t = PICK(type);

	if (one_in(3))
		SAY(mknod(name, t | mode, 0), "mknod(\"%s\", %#o)", name, t | mode);
	else
		SAY(mkdir(name, mode), "mkdir(\"%s\", %#o)", name, mode);
}

static void do_mode(void)
{
	static const int ids[] = {-1, 0, 1000, 1000, 65534};
	const char *name = some_name();
	int fd = some_fd(), mode = some_mode(), u = PICK(ids), g = PICK(ids);

	switch (below(6)) {
	case 0:
		SAY(chmod(name, mode), "chmod(\"%s\", %#o)", name, mode);
		break;
	case 1:
		SAY(fchmod(fd, mode), "fchmod(%d, %#o)", fd, mode);
		break;
	case 2:
		SAY(fchown(fd, u, g), "fchown(%d, %d, %d)", fd, u, g);
		break;
	case 3:
		SAY(lchown(name, u, g), "lchown(\"%s\", %d, %d)", name, u, g);
		break;
	case 4:
		say("umask(%#o) = %#o\n", mode, umask(mode));
		break;
	default:
		SAY(chown(name, u, g), "chown(\"%s\", %d, %d)", name, u, g);
	}
}

static void do_access(void)
{
	static const int how[] = {0, AT_EACCESS, AT_SYMLINK_NOFOLLOW};
	const char *name = some_name();
	int mode = below(9), flags = PICK(how);
	struct timespec t[2] = {{below(1000000), one_in(3) ? UTIME_OMIT : below(1000000000)},
				{below(1000000), one_in(9) ? 1000000000 : below(1000000000)}};
	struct stat st;

	if (one_in(3)) {
		SAY(utimensat(AT_FDCWD, name, t, flags & AT_SYMLINK_NOFOLLOW),
		    "utimensat(\"%s\", %ld, %#x)", name, (long)t[1].tv_sec, flags);
		if (!fstatat(AT_FDCWD, name, &st, flags & AT_SYMLINK_NOFOLLOW) &&
		    st.st_mtime < 1000000)
			say("mtime %ld.%09ld\n", (long)st.st_mtime, st.st_mtim.tv_nsec);
		return;
	}
	SAY(syscall(SYS_faccessat2, AT_FDCWD, name, mode, flags), "faccessat2(\"%s\", %d, %#x)",
	    name, mode, flags);
}

static void do_lock(void)
{
	static const int operation[] = {LOCK_SH, LOCK_EX, LOCK_UN, LOCK_SH, LOCK_EX, 0, 16};
	static const int command[] = {F_SETLK, F_SETLK, F_GETLK, F_OFD_SETLK, F_OFD_GETLK};
	int fd = some_fd(), op = PICK(operation) | LOCK_NB, cmd = PICK(command);
	struct flock l = {.l_type = below(one_in(9) ? 5 : 3),
			  .l_whence = below(3),
			  .l_start = below(60),
			  .l_len = one_in(4) ? 0 : (long)below(30) - 5};
	struct flock asked = l;

	if (one_in(3)) {
		SAY(flock(fd, op), "flock(%d, %#x)", fd, op);
		return;
	}
	SAY(fcntl(fd, cmd, &l), "fcntl(%d, %d, %d from %d %ld+%ld)", fd, cmd, asked.l_type,
	    asked.l_whence, (long)asked.l_start, (long)asked.l_len);
	if (cmd == F_GETLK || cmd == F_OFD_GETLK)
		say("lock %d %d %ld+%ld %s\n", l.l_type, l.l_whence, (long)l.l_start, (long)l.l_len,
		    l.l_pid > 0 ? "pid"
		    : l.l_pid	? "-1"
				: "0");
}

static void do_fcntl(void)
{
	static const int flags[] = {0, O_APPEND, O_APPEND, O_NOATIME, O_TRUNC};
	int fd = some_fd(), f = PICK(flags) | O_NONBLOCK;

	switch (below(5)) {
	case 0:
		SAY(fcntl(fd, F_SETFL, f), "fcntl(%d, F_SETFL, %#x)", fd, f);
		break;
	case 1:
		SAY(fcntl(fd, F_SETFD, f & 1), "fcntl(%d, F_SETFD, %d)", fd, f & 1);
		break;
	case 2:
		SAY(fcntl(fd, F_DUPFD, 5), "fcntl(%d, F_DUPFD, 5)", fd);
		break;
	case 3:
		SAY(fcntl(fd, F_SETPIPE_SZ, 1 << (10 + below(9))), "fcntl(%d, F_SETPIPE_SZ)", fd);
		break;
	default:
		SAY(fcntl(fd, F_GETPIPE_SZ), "fcntl(%d, F_GETPIPE_SZ)", fd);
	}
}

/* What a copy of a file to itself reads depends on what it has written. */
static int same_file(int a, int b)
{
	struct stat x, y;

	return !fstat(a, &x) && !fstat(b, &y) && x.st_ino == y.st_ino;
}

static void do_pipe(void)
{
	int fd[2] = {-1, -1}, from = some_fd(), to = some_fd();
	long n = below(9000);

	switch (below(3)) {
	case 0:
		SAY(pipe2(fd, O_NONBLOCK), "pipe2(%s)", "");
		break;
	case 1:
		if (same_file(from, to))
			return;
		SAY(sendfile(to, from, NULL, n), "sendfile(%d, %d, %ld)", to, from, n);
		break;
	default:
		SAY(copy_file_range(from, NULL, to, NULL, n, 0), "copy_file_range(%d, %d, %ld)",
		    from, to, n);
	}
}

static void do_map(void)
{
	int fd = some_fd(), shared = below(2),
	    prot = one_in(3) ? PROT_READ : PROT_READ | PROT_WRITE;
	void *p = mmap(MAPPED, 3 * PAGE, prot, (shared ? MAP_SHARED : MAP_PRIVATE) | MAP_FIXED, fd,
		       below(3) * PAGE);

	say("mmap(%d, %d, %s) = %s\n", prot, fd, shared ? "shared" : "private",
	    p == MAP_FAILED ? text_of(-1) : "there");
}

static void do_touch(void)
{
	int write = below(2);

	for (int i = 0; i < 3; i++) {
		unsigned char *p = MAPPED + i * PAGE + below(PAGE);
		struct fault fault = fault_of(write ? write_byte : read_byte, p);

		say("%s page %d: signal %d %d value %d\n", write ? "write" : "read", i, fault.sig,
		    fault.code, fault.sig ? 0 : *p);
	}
}

static int compare_names(const void *a, const void *b) { return strcmp(a, b); }

/* Linux lists the newest name first; here the names are sorted. */
static void do_list(void)
{
	static char list[32][32];
	const char *name = some_name();
	int fd = open(name, O_RDONLY | O_DIRECTORY), count = 0;
	long n = fd < 0 ? 0 : syscall(SYS_getdents64, fd, buf, sizeof(buf));

	say("list(\"%s\") = %s", name, fd < 0 ? text_of(-1) : "");
	for (long pos = 0; pos < n && count < 32;) {
		struct dirent64 *d = (void *)(buf + pos);

		snprintf(list[count++], 32, "%.20s %d", d->d_name, d->d_type);
		pos += d->d_reclen;
	}
	close(fd);
	if (!strcmp(name, "/") || !strcmp(name, ".."))
		count = 0;
	qsort(list, count, sizeof(list[0]), compare_names);
	for (int i = 0; i < count; i++)
		say(" %s,", list[i]);
	say("\n");
}

static void do_move(void)
{
	static const int ids[] = {0, 1000, 65534};
	const char *name = some_name();
	int fd = some_fd(), id = PICK(ids);
	static char cwd[64];

	switch (below(5)) {
	case 0:
		if (strcmp(name, "/") && strcmp(name, "..") && strcmp(name, "d/.."))
			SAY(chdir(name), "chdir(\"%s\")", name);
		break;
	case 1:
		SAY(fchdir(fd), "fchdir(%d)", fd);
		break;
	case 2:
		memset(cwd, 0, sizeof(cwd));
		say("getcwd() = %ld", syscall(SYS_getcwd, cwd, sizeof(cwd)));
		say(" \"%s\"\n", cwd);
		break;
	default:
		SAY(seteuid(id), "seteuid(%d)", id);
		SAY(setegid(id), "setegid(%d)", id);
	}
}

static void do_fork(void) { say_fork(1 + below(10)); }

static void (*const steps[])(void) = {
	do_open, do_open, do_open,  do_open,   do_open, do_close, do_io,   do_io,
	do_io,	 do_io,	  do_seek,  do_size,   do_size, do_link,  do_link, do_link,
	do_make, do_mode, do_mode,  do_access, do_lock, do_lock,  do_lock, do_fcntl,
	do_pipe, do_map,  do_touch, do_list,   do_move, do_fork,
};

static void show_names(void)
{
	struct stat st;

	for (int i = 0; i < LENGTH(names); i++) {
		char path[64];

		snprintf(path, sizeof(path), TOP "/%s", names[i]);
		if (!lstat(path, &st))
			say("  %s %o links %ld owner %d %d size %ld blocks %ld\n", names[i],
			    st.st_mode, (long)st.st_nlink, st.st_uid, st.st_gid, (long)st.st_size,
			    (long)st.st_blocks);
	}
}

static void show_descriptors(void)
{
	struct stat st;

	for (int fd = 3; fd <= LAST_FD; fd++) {
		int flags = fcntl(fd, F_GETFL);

		if (flags == -1)
			continue;
		say("  %d: flags %#o %d", fd, flags, fcntl(fd, F_GETFD));
		say(" at %s", text_of(lseek(fd, 0, SEEK_CUR)));
		if (!fstat(fd, &st))
			say(" mode %o links %ld size %ld", st.st_mode, (long)st.st_nlink,
			    (long)st.st_size);
		say("\n");
	}
}

static void remove_tree(const char *path)
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

			snprintf(below_it, sizeof(below_it), "%s/%s", path, d->d_name);
			remove_tree(below_it);
		}
	closedir(dir);
	rmdir(path);
}

static void begin(void)
{
	allocates = below(2);
	remove_tree(TOP);
	umask(022);
	mkdir(TOP, 0777);
	chmod(TOP, 0777);
	if (chdir(TOP))
		_exit(99);
	syscall(SYS_close_range, 3, ~0U, 0);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	mkdir("d", 0755);
	put_file("a", "the first file\n", 0644);
	open(one_in(2) ? "a" : "b", O_RDWR | O_CREAT | O_NONBLOCK, 0666);
	open(PICK(names), O_RDWR | O_CREAT | O_NONBLOCK, 0666);
	open(PICK(names), O_RDONLY | O_NONBLOCK);
	if (symlink("a", "l") || symlink("d", "m"))
		_exit(99);
	if (one_in(3) && !seteuid(1000))
		say("as user 1000\n");
}

static void step(void)
{
	PICK(steps)();
	show_names();
	if (one_in(3))
		show_descriptors();
}

static void finish(void)
{
	show_descriptors();
	for (int fd = 3; fd <= LAST_FD; fd++) {
		long n = pread(fd, buf, sizeof(buf), 0);

		if (n >= 0)
			say("%d has %ld bytes %08x\n", fd, n, sum_of(n));
	}
}
