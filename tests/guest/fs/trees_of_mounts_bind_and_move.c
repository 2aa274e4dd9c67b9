/* SPDX-License-Identifier: MIT */
/* MS_REC binds a tree of mounts, MS_MOVE moves it; MNT_DETACH takes it away while it is used. */
#include "check.h"
#include <sys/mount.h>

static void touch(const char *name) { OK(close(OK(open(name, O_RDWR | O_CREAT, 0644)))); }

/* a (tmpfs) has f and the directory q; a/s (tmpfs) has f2. */
static void make_trees(void)
{
	OK(mkdir("mounts", 0755));
	OK(chdir("mounts"));
	OK(mkdir("a", 0755));
	OK(mkdir("b", 0755));
	OK(mkdir("c", 0755));
	touch("file");
	OK(mount("t1", "a", "tmpfs", 0, NULL));
	OK(mkdir("a/s", 0755));
	OK(mkdir("a/q", 0755));
	touch("a/f");
	OK(mount("t2", "a/s", "tmpfs", 0, NULL));
	touch("a/s/f2");
}

static void a_bind_takes_the_tree_or_not(void)
{
	OK(mount("a", "b", NULL, MS_BIND, NULL));
	ERR(access("b/s/f2", F_OK), ENOENT);
	OK(umount("b"));
	OK(mount("a", "b", NULL, MS_BIND | MS_REC, NULL));
	OK(access("b/s/f2", F_OK));
	ERR(umount("b"), EBUSY);
	OK(umount2("b", MNT_DETACH));
	ERR(umount2("b", MNT_DETACH), EINVAL);
	OK(access("a/s/f2", F_OK));
	OK(mount("a", "a/q", NULL, MS_BIND | MS_REC, NULL));
	OK(access("a/q/s/f2", F_OK));
	ERR(access("a/q/q/f", F_OK), ENOENT);
	OK(umount2("a/q", MNT_DETACH));
}

static void a_move_takes_all_along(void)
{
	OK(mount("a", "b", NULL, MS_MOVE, NULL));
	OK(access("b/s/f2", F_OK));
	ERR(access("a/f", F_OK), ENOENT);
	ERR(mount("b", "b/q", NULL, MS_MOVE, NULL), ELOOP);
	ERR(mount("b", "b/s", NULL, MS_MOVE, NULL), ELOOP);
	ERR(mount("b/q", "c", NULL, MS_MOVE, NULL), EINVAL);
	ERR(mount("b", "file", NULL, MS_MOVE, NULL), EINVAL);
	ERR(mount("/", "c", NULL, MS_MOVE, NULL), EINVAL);
	ERR(mount(NULL, "c", NULL, MS_MOVE, NULL), EINVAL);
	ERR(mount("nosuch", "c", NULL, MS_MOVE, NULL), ENOENT);
	OK(mount("b/s", "c", NULL, MS_MOVE, NULL));
	OK(access("c/f2", F_OK));
	OK(mount("c", "b/s", NULL, MS_MOVE, NULL));
	OK(mount("b", "a", NULL, MS_MOVE, NULL));
	OK(access("a/s/f2", F_OK));
}

static void types_of_propagation_are_checked(void)
{
	OK(mount("none", "a", NULL, MS_PRIVATE, NULL));
	OK(mount("none", "a", NULL, MS_SLAVE | MS_REC, NULL));
	ERR(mount("none", "a", NULL, MS_PRIVATE | MS_SLAVE, NULL), EINVAL);
	ERR(mount("none", "a", NULL, MS_PRIVATE | MS_RDONLY, NULL), EINVAL);
	ERR(mount("none", "a/q", NULL, MS_PRIVATE, NULL), EINVAL);
	OK(mount("none", "a/s", NULL, MS_UNBINDABLE, NULL));
	ERR(mount("a/s", "b", NULL, MS_BIND, NULL), EINVAL);
	OK(mount("a", "b", NULL, MS_BIND | MS_REC, NULL));
	ERR(access("b/s/f2", F_OK), ENOENT);
	OK(umount("b"));
	OK(mount("none", "a", NULL, MS_PRIVATE | MS_REC, NULL));
	OK(mount("a/s", "b", NULL, MS_BIND, NULL));
	OK(umount("b"));
}

static void what_is_used_can_be_detached(void)
{
	int fd = OK(open("a", O_RDONLY | O_DIRECTORY));

	ERR(umount("a"), EBUSY);
	ERR(umount2("a", 0x10), EINVAL);
	OK(umount2("a", MNT_DETACH));
	ERR(access("a/f", F_OK), ENOENT);
	OK(faccessat(fd, "f", F_OK, 0));
	ERR(faccessat(fd, "s/f2", F_OK, 0), ENOENT);
	OK(close(OK(openat(fd, "new", O_RDWR | O_CREAT, 0600))));
	OK(close(fd));
	ERR(umount2("/", MNT_DETACH), EINVAL);
	ERR(umount2("nosuch", MNT_DETACH), ENOENT);
}

static void nobody_moves_nothing(void)
{
	become_nobody();
	ERR(mount("a", "b", NULL, MS_MOVE, NULL), EPERM);
	ERR(mount("none", "a", NULL, MS_PRIVATE, NULL), EPERM);
	ERR(umount2("a", MNT_DETACH), EPERM);
}

int main(void)
{
	make_trees();
	a_bind_takes_the_tree_or_not();
	a_move_takes_all_along();
	types_of_propagation_are_checked();
	EQ(in_child(nobody_moves_nothing), 0);
	what_is_used_can_be_detached();
	return 0;
}
