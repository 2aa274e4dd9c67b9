/* SPDX-License-Identifier: MIT */
/* openat2: what each RESOLVE_* forbids, flags and modes that are refused, and a longer struct. */
#include "check.h"
#include <linux/openat2.h>
#include <sys/mount.h>

static int dir;

static long open2(const char *path, unsigned long flags, unsigned long mode, unsigned long resolve)
{
	struct open_how how = {flags, mode, resolve};

	return syscall(SYS_openat2, dir, path, &how, sizeof(how));
}

static void touch(const char *name) { OK(close(OK(open(name, O_RDWR | O_CREAT, 0644)))); }

static void make_tree(void)
{
	OK(mkdir("r", 0755));
	OK(chdir("r"));
	OK(mkdir("a", 0755));
	OK(mkdir("m", 0755));
	touch("f");
	touch("a/f");
	OK(symlink("a/f", "rel"));
	OK(symlink("/f", "abs"));
	OK(symlink("/proc/self/cwd", "magic"));
	OK(symlink("../..", "a/up"));
	OK(mount("t", "m", "tmpfs", 0, NULL));
	touch("m/f");
	dir = OK(open(".", O_RDONLY | O_DIRECTORY));
}

/* The path, and what happens without rules and with each of them: 0 or an errno. */
static const struct {
	const char *path;
	int none, no_xdev, no_magic, no_symlinks, beneath, in_root;
} walks[] = {
	{"f", 0, 0, 0, 0, 0, 0},
	{"a/../f", 0, 0, 0, 0, 0, 0},
	{"..", 0, 0, 0, 0, EXDEV, 0},
	{"../r/f", 0, 0, 0, 0, EXDEV, ENOENT},
	{"/f", ENOENT, ENOENT, ENOENT, ENOENT, EXDEV, 0},
	{"/../../f", ENOENT, ENOENT, ENOENT, ENOENT, EXDEV, 0},
	{"/proc", 0, EXDEV, 0, 0, EXDEV, ENOENT},
	{"rel", 0, 0, 0, ELOOP, 0, 0},
	{"abs", ENOENT, EXDEV, ENOENT, ELOOP, EXDEV, 0},
	{"a/up", 0, 0, 0, ELOOP, EXDEV, 0},
	{"magic", 0, EXDEV, ELOOP, ELOOP, EXDEV, ENOENT},
	{"m", 0, EXDEV, 0, 0, 0, 0},
	{"m/f", 0, EXDEV, 0, 0, 0, 0},
	{"m/../f", 0, EXDEV, 0, 0, 0, 0},
	{"", ENOENT, ENOENT, ENOENT, ENOENT, ENOENT, ENOENT},
	{"f/x", ENOTDIR, ENOTDIR, ENOTDIR, ENOTDIR, ENOTDIR, ENOTDIR},
};

static void walk(const char *path, unsigned long resolve, int want)
{
	long fd = open2(path, O_RDONLY, 0, resolve);

	if ((fd < 0 ? errno : 0) != want) {
		printf("\"%s\", resolve %#lx: errno %d, expected %d\n", path, resolve,
		       fd < 0 ? errno : 0, want);
		exit(1);
	}
	if (fd >= 0)
		OK(close(fd));
}

static void walks_end_where_they_must(void)
{
	for (size_t i = 0; i < sizeof(walks) / sizeof(walks[0]); i++) {
		walk(walks[i].path, 0, walks[i].none);
		walk(walks[i].path, RESOLVE_NO_XDEV, walks[i].no_xdev);
		walk(walks[i].path, RESOLVE_NO_MAGICLINKS, walks[i].no_magic);
		walk(walks[i].path, RESOLVE_NO_SYMLINKS, walks[i].no_symlinks);
		walk(walks[i].path, RESOLVE_BENEATH, walks[i].beneath);
		walk(walks[i].path, RESOLVE_IN_ROOT, walks[i].in_root);
	}
	walk("f", RESOLVE_CACHED, 0);
	walk("nosuch", RESOLVE_CACHED, EAGAIN);
	walk("f/x", RESOLVE_CACHED, EAGAIN);
	walk("f", RESOLVE_BENEATH | RESOLVE_IN_ROOT, EINVAL);
	walk("f", 64, EINVAL);
}

static void the_walk_to_a_new_file_has_rules(void)
{
	ERR(open2("../new", O_CREAT | O_WRONLY, 0600, RESOLVE_BENEATH), EXDEV);
	ERR(access("../new", F_OK), ENOENT);
	OK(close(OK(open2("/../new", O_CREAT | O_WRONLY, 0600, RESOLVE_IN_ROOT))));
	OK(unlink("new"));
	ERR(open2("m", O_TMPFILE | O_RDWR, 0600, RESOLVE_NO_XDEV), EXDEV);
	OK(close(OK(open2("a", O_TMPFILE | O_RDWR, 0600, RESOLVE_NO_XDEV))));
	ERR(open2("f", O_CREAT | O_RDWR, 0600, RESOLVE_CACHED), EAGAIN);
	ERR(open2("f", O_WRONLY | O_TRUNC, 0, RESOLVE_CACHED), EAGAIN);
	OK(close(OK(open2("rel", O_PATH | O_NOFOLLOW, 0, RESOLVE_NO_XDEV))));
	ERR(open2("rel", O_PATH | O_NOFOLLOW, 0, RESOLVE_NO_SYMLINKS | 64), EINVAL);
}

static void flags_and_modes_are_checked(void)
{
	ERR(open2("f", 0x20, 0, 0), EINVAL);
	ERR(open2("f", 1UL << 40, 0, 0), EINVAL);
	ERR(open2("f", O_RDONLY, 0600, 0), EINVAL);
	ERR(open2("f", O_CREAT | O_RDWR, 010000, 0), EINVAL);
	ERR(open2("f", O_CREAT | O_RDWR, 1UL << 32, 0), EINVAL);
	ERR(open2("f", O_PATH | O_RDWR, 0, 0), EINVAL);
	ERR(open2("a", O_TMPFILE, 0600, 0), EINVAL);
	EQ(fcntl(OK(open2("f", O_PATH | O_CLOEXEC, 0, 0)), F_GETFD), FD_CLOEXEC);
}

static void the_struct_may_grow(void)
{
	char how[2 * PAGE] = {0};
	char *pages = OK(
		mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));

	ERR(syscall(SYS_openat2, dir, "f", how, 23), EINVAL);
	OK(close(OK(syscall(SYS_openat2, dir, "f", how, PAGE))));
	ERR(syscall(SYS_openat2, dir, "f", how, PAGE + 1), E2BIG);
	how[30] = 1;
	OK(close(OK(syscall(SYS_openat2, dir, "f", how, 24))));
	ERR(syscall(SYS_openat2, dir, "f", how, 32), E2BIG);
	OK(munmap(pages + PAGE, PAGE));
	OK(close(OK(syscall(SYS_openat2, dir, "f", pages + PAGE - 24, 24))));
	ERR(syscall(SYS_openat2, dir, "f", pages + PAGE - 24, 32), EFAULT);
	ERR(syscall(SYS_openat2, dir, "f", pages + PAGE - 8, 24), EFAULT);
	ERR(syscall(SYS_openat2, dir, "f", NULL, 8), EINVAL);
	ERR(syscall(SYS_openat2, dir, (char *)8, pages, 24), EFAULT);
	pages[0] = 0x20;
	ERR(syscall(SYS_openat2, dir, (char *)8, pages, 24), EINVAL);
}

int main(void)
{
	make_tree();
	walks_end_where_they_must();
	the_walk_to_a_new_file_has_rules();
	flags_and_modes_are_checked();
	the_struct_may_grow();
	OK(umount("m"));
	return 0;
}
