/* flags: -static */
/* SPDX-License-Identifier: MIT */
/*
 * Twin programs of files and descriptors: opening, links, renames, modes and owners, holes,
 * truncation under a mapping, locks, pipes. After each step the names and the descriptors are
 * shown. No call waits: everything is opened with O_NONBLOCK.
 */
#include "twin.h"
#include "files_shown.h"

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

static int some_mode(void)
{
	static const int mode[] = {0644,  0755,	 0600,	0,     0444, 0777,
				   04755, 02755, 02644, 01777, 06711};

	return PICK(mode);
}

/* Flags of open by name. O_TMPFILE contains O_DIRECTORY. */
static const char *named(int flags)
{
	static const char *const access_mode[] = {"O_RDONLY", "O_WRONLY", "O_RDWR", "3"};
	static const struct {
		int bits;
		const char *name;
	} flag[] = {{O_CREAT, "O_CREAT"},	  {O_EXCL, "O_EXCL"},
		    {O_TRUNC, "O_TRUNC"},	  {O_APPEND, "O_APPEND"},
		    {O_NONBLOCK, "O_NONBLOCK"},	  {O_TMPFILE, "O_TMPFILE"},
		    {O_DIRECTORY, "O_DIRECTORY"}, {O_PATH, "O_PATH"},
		    {O_NOFOLLOW, "O_NOFOLLOW"},	  {O_CLOEXEC, "O_CLOEXEC"},
		    {O_NOATIME, "O_NOATIME"},	  {O_SYNC, "O_SYNC"}};
	static char text[200];
	int n = sprintf(text, "%s", access_mode[flags & O_ACCMODE]);

	for (int i = 0; i < LENGTH(flag); i++)
		if ((flags & flag[i].bits) == flag[i].bits) {
			n += sprintf(text + n, " | %s", flag[i].name);
			flags &= ~flag[i].bits;
		}
	return text;
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

		STEP(openat(at, name, flags, mode), "openat(%d, \"%s\", %s, %#o)", at, name,
		     named(flags), mode);
	} else {
		STEP(open(name, flags, mode), "open(\"%s\", %s, %#o)", name, named(flags), mode);
	}
}

static void do_close(void)
{
	int fd = some_fd(), to = some_fd();

	switch (below(5)) {
	case 0:
		STEP(dup(fd), "dup(%d)", fd);
		break;
	case 1:
		if (to <= LAST_FD)
			STEP(dup2(fd, to), "dup2(%d, %d)", fd, to);
		break;
	case 2:
		if (to <= LAST_FD)
			STEP(dup3(fd, to, O_CLOEXEC), "dup3(%d, %d, O_CLOEXEC)", fd, to);
		break;
	default:
		STEP(close(fd), "close(%d)", fd);
	}
}

static long some_size(void)
{
	static const long odd[] = {0, 1, -1, 4095, 4096, 4097, 1L << 31, 1L << 62, -4096};

	return one_in(12) ? PICK(odd) : (long)below(3 * PAGE);
}

/* A read or write of a pipe or a directory, too. */
static void do_io(void)
{
	int fd = some_fd(), letter = (one_in(2) ? 'a' : 'A') + below(26);
	long n = below(one_in(3) ? 3 * PAGE : 300), off = some_size(), got = -1;

	switch (below(6)) {
	case 0:
	case 1:
		STEP(got = read(fd, buf, n), "read(%d, buf, %ld)", fd, n);
		break;
	case 2:
		STEP(got = pread(fd, buf, n, off), "pread(%d, buf, %ld, %ld)", fd, n, off);
		break;
	case 3:
		STEP(pwrite(fd, letters(letter, n), n, off & 0xffff),
		     "pwrite(%d, letters('%c', %ld), %ld, %ld)", fd, letter, n, n, off & 0xffff);
		break;
	default:
		STEP(write(fd, letters(letter, n), n), "write(%d, letters('%c', %ld), %ld)", fd,
		     letter, n, n);
	}
	if (got > 0)
		say("EQ(sum_of(%ld), %#x);\n", got, sum_of(got));
}

static void do_seek(void)
{
	int fd = some_fd(), whence = one_in(20) ? 5 + (int)below(3) : (int)below(allocates ? 3 : 5);
	long off = some_size();

	STEP(lseek(fd, off, whence), "lseek(%d, %ld, %d)", fd, off, whence);
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
		STEP(truncate(name, size), "truncate(\"%s\", %ld)", name, size);
		break;
	case 1:
		if (off > 1L << 30)
			off = 3;
		STEP(fallocate(fd, m, off, size), "fallocate(%d, %d, %ld, %ld)", fd, m, off, size);
		break;
	default:
		STEP(ftruncate(fd, size), "ftruncate(%d, %ld)", fd, size);
	}
}

static void do_link(void)
{
	static const int rename_flags[] = {0, 0, 0, 1, 2, 3, 8};
	const char *from = some_name(), *to = some_name();
	unsigned int flags = PICK(rename_flags);
	int follow = one_in(3) ? AT_SYMLINK_FOLLOW : one_in(10) ? AT_EMPTY_PATH : 0;
	long n = below(12), got;

	switch (below(10)) {
	case 0:
		STEP(symlink(from, to), "symlink(\"%s\", \"%s\")", from, to);
		break;
	case 1:
		STEP(got = readlink(from, buf, n), "readlink(\"%s\", buf, %ld)", from, n);
		if (got > 0)
			say("STREQ(text_read(%ld), \"%s\");\n", got, text_read(got));
		break;
	case 2:
	case 3:
		STEP(linkat(AT_FDCWD, from, AT_FDCWD, to, follow),
		     "linkat(AT_FDCWD, \"%s\", AT_FDCWD, \"%s\", %#x)", from, to, follow);
		break;
	case 4:
	case 5:
		STEP(rename(from, to), "rename(\"%s\", \"%s\")", from, to);
		break;
	case 6:
		STEP(syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags),
		     "syscall(SYS_renameat2, AT_FDCWD, \"%s\", AT_FDCWD, \"%s\", %u)", from, to,
		     flags);
		break;
	case 7:
		STEP(rmdir(from), "rmdir(\"%s\")", from);
		break;
	case 8:
		STEP(unlink(from), "unlink(\"%s\")", from);
		break;
	default:
		STEP(unlinkat(AT_FDCWD, from, flags ? AT_REMOVEDIR : 0),
		     "unlinkat(AT_FDCWD, \"%s\", %#x)", from, flags ? AT_REMOVEDIR : 0);
	}
}

static void do_make(void)
{
	static const int type[] = {S_IFIFO, S_IFREG, 0, S_IFDIR, S_IFSOCK};
	const char *name = some_name();
	int mode = some_mode(), t = PICK(type);

	if (one_in(3))
		STEP(mknod(name, t | mode, 0), "mknod(\"%s\", %#o, 0)", name, t | mode);
	else
		STEP(mkdir(name, mode), "mkdir(\"%s\", %#o)", name, mode);
}

static void do_mode(void)
{
	static const int ids[] = {-1, 0, 1000, 1000, 65534};
	const char *name = some_name();
	int fd = some_fd(), mode = some_mode(), u = PICK(ids), g = PICK(ids);

	switch (below(6)) {
	case 0:
		STEP(chmod(name, mode), "chmod(\"%s\", %#o)", name, mode);
		break;
	case 1:
		STEP(fchmod(fd, mode), "fchmod(%d, %#o)", fd, mode);
		break;
	case 2:
		STEP(fchown(fd, u, g), "fchown(%d, %d, %d)", fd, u, g);
		break;
	case 3:
		STEP(lchown(name, u, g), "lchown(\"%s\", %d, %d)", name, u, g);
		break;
	case 4:
		STEP(umask(mode), "umask(%#o)", mode);
		break;
	default:
		STEP(chown(name, u, g), "chown(\"%s\", %d, %d)", name, u, g);
	}
}

static void do_access(void)
{
	static const int how[] = {0, AT_EACCESS, AT_SYMLINK_NOFOLLOW};
	const char *name = some_name();
	int mode = below(9), flags = PICK(how);
	long sec = below(1000000), nsec = one_in(3) ? UTIME_OMIT : below(1000000000),
	     new_sec = below(1000000), new_nsec = below(one_in(9) ? 2000000000 : 1000000000);

	if (one_in(3)) {
		flags &= AT_SYMLINK_NOFOLLOW;
		STEP(utimensat(AT_FDCWD, name, times(sec, nsec, new_sec, new_nsec), flags),
		     "utimensat(AT_FDCWD, \"%s\", times(%ld, %ld, %ld, %ld), %#x)", name, sec, nsec,
		     new_sec, new_nsec, flags);
		say("STREQ(modified(\"%s\", %#x), \"%s\");\n", name, flags, modified(name, flags));
		return;
	}
	STEP(syscall(SYS_faccessat2, AT_FDCWD, name, mode, flags),
	     "syscall(SYS_faccessat2, AT_FDCWD, \"%s\", %d, %#x)", name, mode, flags);
}

static void do_lock(void)
{
	static const int operation[] = {LOCK_SH, LOCK_EX, LOCK_UN, LOCK_SH, LOCK_EX, 0, 16};
	static const int command[] = {F_SETLK, F_SETLK, F_GETLK, F_OFD_SETLK, F_OFD_GETLK};
	int fd = some_fd(), op = PICK(operation) | LOCK_NB, cmd = PICK(command);
	int type = below(one_in(9) ? 5 : 3), whence = below(3);
	long start = below(60), len = one_in(4) ? 0 : (long)below(30) - 5;

	if (one_in(3)) {
		STEP(flock(fd, op), "flock(%d, %#x)", fd, op);
		return;
	}
	STEP(fcntl(fd, cmd, lock(type, whence, start, len)),
	     "fcntl(%d, %d, lock(%d, %d, %ld, %ld))", fd, cmd, type, whence, start, len);
	if (cmd == F_GETLK || cmd == F_OFD_GETLK)
		say("STREQ(lock_found(), \"%s\");\n", lock_found());
}

static void do_fcntl(void)
{
	static const int flags[] = {0, O_APPEND, O_APPEND, O_NOATIME, O_TRUNC};
	int fd = some_fd(), f = PICK(flags) | O_NONBLOCK, size = 1 << (10 + below(9));

	switch (below(5)) {
	case 0:
		STEP(fcntl(fd, F_SETFL, f), "fcntl(%d, F_SETFL, %s)", fd, named(f));
		break;
	case 1:
		STEP(fcntl(fd, F_SETFD, f & 1), "fcntl(%d, F_SETFD, %d)", fd, f & 1);
		break;
	case 2:
		STEP(fcntl(fd, F_DUPFD, 5), "fcntl(%d, F_DUPFD, 5)", fd);
		break;
	case 3:
		STEP(fcntl(fd, F_SETPIPE_SZ, size), "fcntl(%d, F_SETPIPE_SZ, %d)", fd, size);
		break;
	default:
		STEP(fcntl(fd, F_GETPIPE_SZ), "fcntl(%d, F_GETPIPE_SZ)", fd);
	}
}

/* What a copy of a file to itself reads depends on what it has written. */
static int same_file(int a, int b)
{
	struct stat x, y;

	return !fstat(a, &x) && !fstat(b, &y) && x.st_ino == y.st_ino;
}

/* A pipe may share pages with a file: what it holds changes with the file. */
static void do_splice(int from, int to, long n)
{
	off_t at = some_size();
	int flags = below(one_in(9) ? 32 : 16);

	switch (below(5)) {
	case 0:
		STEP(tee(from, to, n, flags), "tee(%d, %d, %ld, %d)", from, to, n, flags);
		break;
	case 1:
		STEP(vmsplice(from, given(at, n), 1, flags | SPLICE_F_NONBLOCK),
		     "vmsplice(%d, given(%ld, %ld), 1, %d)", from, at, n,
		     flags | SPLICE_F_NONBLOCK);
		break;
	case 2:
		STEP(splice(from, (off_t[]){at}, to, NULL, n, flags),
		     "splice(%d, (off_t[]){%ld}, %d, NULL, %ld, %d)", from, at, to, n, flags);
		break;
	case 3:
		STEP(splice(from, NULL, to, (off_t[]){at & 0xffff}, n, flags),
		     "splice(%d, NULL, %d, (off_t[]){%ld}, %ld, %d)", from, to, at & 0xffff, n,
		     flags);
		break;
	default:
		STEP(splice(from, NULL, to, NULL, n, flags), "splice(%d, NULL, %d, NULL, %ld, %d)",
		     from, to, n, flags);
	}
}

static void do_pipe(void)
{
	int from = some_fd(), to = some_fd();
	long n = below(9000);

	switch (below(5)) {
	case 0:
		STEP(pipe2((int[2]){0}, O_NONBLOCK), "pipe2((int[2]){0}, %s)", "O_NONBLOCK");
		break;
	case 3:
	case 4:
		do_splice(from, to, n);
		break;
	case 1:
		if (same_file(from, to))
			return;
		STEP(sendfile(to, from, NULL, n), "sendfile(%d, %d, NULL, %ld)", to, from, n);
		break;
	default:
		STEP(copy_file_range(from, NULL, to, NULL, n, 0),
		     "copy_file_range(%d, NULL, %d, NULL, %ld, 0)", from, to, n);
	}
}

static void do_map(void)
{
	int fd = some_fd(), flags = one_in(2) ? MAP_SHARED : MAP_PRIVATE,
	    prot = one_in(3) ? PROT_READ : PROT_READ | PROT_WRITE;
	long off = below(3) * PAGE;

	STEP(map_file(prot, flags, fd, off), "map_file(%d, %d, %d, %#lx)", prot, flags, fd, off);
}

static void do_touch(void)
{
	int write = below(2);

	for (int i = 0; i < 3; i++) {
		unsigned long addr = MAPPED + i * PAGE + below(PAGE);

		say("EQ(touch(%#lx, %d), %d);\n", addr, write, touch(addr, write));
	}
}

static void do_list(void)
{
	const char *name = some_name();

	/* What else is there is not the same on both kernels. */
	if (strcmp(name, "/") && strcmp(name, ".."))
		say("STREQ(list(\"%s\"), \"%s\");\n", name, list(name));
}

static void do_move(void)
{
	static const int ids[] = {0, 1000, 65534};
	const char *name = some_name();
	int fd = some_fd(), id = PICK(ids);
	long n;

	switch (below(5)) {
	case 0:
		if (strcmp(name, "/") && strcmp(name, "..") && strcmp(name, "d/.."))
			STEP(chdir(name), "chdir(\"%s\")", name);
		break;
	case 1:
		STEP(fchdir(fd), "fchdir(%d)", fd);
		break;
	case 2:
		STEP(n = syscall(SYS_getcwd, buf, 64), "syscall(SYS_getcwd, buf, %d)", 64);
		if (n > 0)
			say("STREQ(text_read(%ld), \"%s\");\n", n, text_read(n));
		break;
	default:
		STEP(seteuid(id), "seteuid(%d)", id);
		STEP(setegid(id), "setegid(%d)", id);
	}
}

static void do_fork(void) { say_fork(1 + below(10)); }

static void (*const steps[])(void) = {
	do_open, do_open, do_open,  do_open,   do_open, do_close, do_io,   do_io,
	do_io,	 do_io,	  do_seek,  do_size,   do_size, do_link,  do_link, do_link,
	do_make, do_mode, do_mode,  do_access, do_lock, do_lock,  do_lock, do_fcntl,
	do_pipe, do_map,  do_touch, do_list,   do_move, do_fork,
};

static void open_some(const char *name, int flags)
{
	STEP(open(name, flags | O_NONBLOCK, 0666), "open(\"%s\", %s, 0666)", name,
	     named(flags | O_NONBLOCK));
}

static void begin(void)
{
	allocates = below(2);
	start_files();
	say("start_files();\n");
	open_some(one_in(2) ? "a" : "b", O_RDWR | O_CREAT);
	open_some(PICK(names), O_RDWR | O_CREAT);
	open_some(PICK(names), O_RDONLY);
	if (one_in(3))
		STEP(seteuid(1000), "seteuid(%d)", 1000);
}

static void step(void)
{
	PICK(steps)();
	say_text("all_names()", all_names());
	if (one_in(3))
		say_text("all_descriptors()", all_descriptors());
}

static void finish(void)
{
	say_text("all_descriptors()", all_descriptors());
	say_text("all_contents()", all_contents());
}
