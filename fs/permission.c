/* SPDX-License-Identifier: MIT */
/*
 * Permissions: what current may do with a file. The mode, owner and group of the file are checked
 * against fsuid, fsgid and groups of current, then its capabilities.
 * Abridges the permission part of Linux's fs/namei.c and of fs/inode.c. Left out: ACLs, user
 * namespaces, security modules, immutable files.
 */
#include <cred.h>
#include <fs.h>
#include <mount.h>
#include <task.h>
#include <linux/capability.h>
#include <linux/mount.h>
#include "internal.h"

/* What the mode bits forbid, capabilities may permit. */
static noinline int capability_permission(umode_t mode, int mask)
{
	bool dir = S_ISDIR(mode), any_exec = mode & 0111;

	if ((dir ? !(mask & MAY_WRITE) : mask == MAY_READ) && capable(CAP_DAC_READ_SEARCH))
		return 0;
	if ((dir || !(mask & MAY_EXEC) || any_exec) && capable(CAP_DAC_OVERRIDE))
		return 0;
	return -EACCES;
}

/* Checks the mode bits of owner, group or others, then capabilities. Returns 0 or -EACCES. */
int generic_permission(struct inode *inode, int mask)
{
	unsigned int mode = inode->i_mode;

	mask &= MAY_READ | MAY_WRITE | MAY_EXEC;
	if (current->cred->fsuid == inode->i_uid)
		mode >>= 6;
	else if ((mask & (mode ^ (mode >> 3))) && in_group_p(inode->i_gid))
		mode >>= 3;
	return mask & ~mode ? capability_permission(inode->i_mode, mask) : 0;
}

/* Returns 0 if current may do @mask (MAY_*) with the file, otherwise -errno. */
int inode_permission(struct inode *inode, int mask)
{
	return inode->i_op->permission ? inode->i_op->permission(inode, mask)
				       : generic_permission(inode, mask);
}

/* True if nothing may be executed from here. */
bool path_noexec(const struct path *p) { return p->mnt->mnt_flags & MS_NOEXEC; }

bool inode_owner_or_capable(const struct inode *inode)
{
	return current->cred->fsuid == inode->i_uid || capable(CAP_FOWNER);
}

bool in_group_or_capable(gid_t gid) { return in_group_p(gid) || capable(CAP_FSETID); }
