/* SPDX-License-Identifier: MIT */
/*
 * openat2(2): an open that can say where its walk must not go (scope.c), and that refuses flags
 * which it does not know.
 * Abridges Linux's fs/open.c.
 * Not on the road of an exec.
 */
#include <fs.h>
#include <namei.h>
#include <syscalls.h>
#include <asm/uaccess.h>
#include <linux/fcntl.h>
#include <linux/openat2.h>
#include "internal.h"

#define MAY_CREATE   (O_CREAT | __O_TMPFILE)
#define O_PATH_FLAGS (O_DIRECTORY | O_NOFOLLOW | O_PATH | O_CLOEXEC)

static int lookup_of(const struct open_how *how)
{
	static const struct {
		int resolve, lookup;
	} rules[] = {
		{RESOLVE_NO_XDEV, LOOKUP_NO_XDEV},
		{RESOLVE_BENEATH, LOOKUP_BENEATH},
		{RESOLVE_NO_SYMLINKS, LOOKUP_NO_SYMLINKS},
		{RESOLVE_IN_ROOT, LOOKUP_IN_ROOT},
		{RESOLVE_CACHED, LOOKUP_CACHED},
		{RESOLVE_NO_MAGICLINKS, LOOKUP_NO_MAGICLINKS},
	};
	int lookup = 0;

	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		if (how->resolve & rules[i].resolve)
			lookup |= rules[i].lookup;
	if ((lookup & LOOKUP_CACHED) && (how->flags & (MAY_CREATE | O_TRUNC)))
		lookup |= LOOKUP_UNCACHED;
	return lookup;
}

static int check_how(const struct open_how *how)
{
	const u64 resolve = RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS |
			    RESOLVE_BENEATH | RESOLVE_IN_ROOT | RESOLVE_CACHED;
	const u64 flags = (VALID_OPEN_FLAGS & ~__FMODE_EXEC) | O_TMPFILE | O_PATH | O_CLOEXEC;

	if ((how->flags & ~flags) || (how->resolve & ~resolve))
		return -EINVAL;
	if ((how->resolve & RESOLVE_BENEATH) && (how->resolve & RESOLVE_IN_ROOT))
		return -EINVAL;
	if (how->mode & ~(how->flags & MAY_CREATE ? 07777ULL : 0))
		return -EINVAL;
	if ((how->flags & O_PATH) && (how->flags & ~O_PATH_FLAGS))
		return -EINVAL;
	return 0;
}

/* Copies the user's struct, whose later versions may be longer: -E2BIG if what follows is not 0. */
static int copy_how(struct open_how *how, const void __user *from, size_t size)
{
	const char __user *rest = from;
	char c;

	if (size < sizeof(*how))
		return -EINVAL;
	if (size > PAGE_SIZE)
		return -E2BIG;
	for (size_t i = sizeof(*how); i < size; i++) {
		if (get_user(c, rest + i))
			return -EFAULT;
		if (c)
			return -E2BIG;
	}
	return copy_from_user(how, from, sizeof(*how)) ? -EFAULT : 0;
}

long sys_openat2(int dfd, const char __user *name, const struct open_how __user *uhow, size_t size)
{
	struct open_how how;
	long ret = copy_how(&how, uhow, size) ?: check_how(&how);

	return ret ? ret : do_sys_open(dfd, name, how.flags, how.mode, lookup_of(&how));
}
