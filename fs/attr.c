/* SPDX-License-Identifier: MIT */
/*
 * Changing the attributes of a file: who may set what, and what else changes
 * with it. Every change goes through notify_change; the system calls are in open.c.
 * Abridges Linux's fs/attr.c, do_truncate of fs/open.c and file_remove_privs of
 * fs/inode.c. Left out: quotas, ACLs, immutable and append-only files.
 * Not on the road of an exec.
 */
#include <cred.h>
#include <fs.h>
#include <signal.h>
#include <task.h>
#include <linux/capability.h>
#include "internal.h"

/* @inode's mode without the set-id bits that a change of the file clears. */
static umode_t mode_without_set_id(const struct inode *inode)
{
	umode_t mode = inode->i_mode & ~S_ISUID;

	return (mode & S_IXGRP) || !in_group_or_capable(inode->i_gid) ? mode & ~S_ISGID : mode;
}

/* Before a write: clears set-id bits. i_rwsem held. Returns 0 or -errno. */
int file_remove_privs(struct file *f)
{
	struct inode *inode = f->f_inode;
	struct iattr attr = {.ia_valid = ATTR_FORCE | ATTR_MODE};

	if (!(inode->i_mode & (S_ISUID | S_ISGID)) || !S_ISREG(inode->i_mode) ||
	    capable(CAP_FSETID))
		return 0;
	attr.ia_mode = mode_without_set_id(inode);
	return attr.ia_mode == inode->i_mode ? 0 : notify_change(f->f_path.dentry, &attr);
}

/*
 * For utimes: setting both times to now needs only write permission. Everything else, even one time
 * now and the other kept, needs the owner. A truncation is not checked here.
 */
static int may_set_times(struct inode *inode, unsigned int valid)
{
	unsigned int times = valid & (ATTR_ATIME | ATTR_MTIME | ATTR_ATIME_SET | ATTR_MTIME_SET);

	if (!times || (valid & (ATTR_SIZE | ATTR_FORCE)) || inode_owner_or_capable(inode))
		return 0;
	if (times == (ATTR_ATIME | ATTR_MTIME))
		return inode_permission(inode, MAY_WRITE);
	return -EPERM;
}

static bool chown_ok(const struct inode *inode, uid_t uid)
{
	return (current->cred->fsuid == inode->i_uid && uid == inode->i_uid) || capable(CAP_CHOWN);
}

static bool chgrp_ok(const struct inode *inode, gid_t gid)
{
	if (current->cred->fsuid == inode->i_uid && (gid == inode->i_gid || in_group_p(gid)))
		return true;
	return capable(CAP_CHOWN);
}

int inode_newsize_ok(const struct inode *inode, loff_t size)
{
	u64 limit = rlimit(RLIMIT_FSIZE);

	if (size < 0)
		return -EINVAL;
	if (size > inode->i_size && limit != RLIM64_INFINITY && (u64)size > limit) {
		send_sig(SIGXFSZ, current, 0);
		return -EFBIG;
	}
	return 0;
}

/*
 * Returns 0 if current may make this change, otherwise -errno. Clears the set-group-id bit of a
 * new mode if current may not set it.
 */
static int setattr_prepare(struct inode *inode, struct iattr *attr)
{
	unsigned int valid = attr->ia_valid;
	int err = valid & ATTR_SIZE ? inode_newsize_ok(inode, attr->ia_size) : 0;

	if (err || (valid & ATTR_FORCE))
		return err;
	if ((valid & ATTR_UID) && !chown_ok(inode, attr->ia_uid))
		return -EPERM;
	if ((valid & ATTR_GID) && !chgrp_ok(inode, attr->ia_gid))
		return -EPERM;
	if (!(valid & ATTR_MODE))
		return 0;
	if (!inode_owner_or_capable(inode))
		return -EPERM;
	if (!in_group_or_capable(valid & ATTR_GID ? attr->ia_gid : inode->i_gid))
		attr->ia_mode &= ~S_ISGID;
	return 0;
}

static void setattr_copy(struct inode *inode, const struct iattr *attr)
{
	ktime_t now = current_time();
	unsigned int valid = attr->ia_valid;

	if (valid & ATTR_UID)
		inode->i_uid = attr->ia_uid;
	if (valid & ATTR_GID)
		inode->i_gid = attr->ia_gid;
	if (valid & ATTR_ATIME)
		inode->i_atime = valid & ATTR_ATIME_SET ? attr->ia_atime : now;
	if (valid & ATTR_MTIME)
		inode->i_mtime = valid & ATTR_MTIME_SET ? attr->ia_mtime : now;
	if (valid & ATTR_MODE)
		inode->i_mode = (inode->i_mode & S_IFMT) | (attr->ia_mode & ~S_IFMT);
	if (valid & ~(ATTR_SIZE | ATTR_FORCE)) /* for a new size ->setattr sets it */
		inode->i_ctime = now;
}

/*
 * Changes attributes, after Linux's checks unless ATTR_FORCE is set. i_rwsem held for write.
 * Returns 0 or -errno.
 */
int notify_change(struct dentry *d, struct iattr *attr)
{
	struct inode *inode = d->d_inode;
	int err = may_set_times(inode, attr->ia_valid);

	if (err)
		return err;
	if ((attr->ia_valid & ATTR_MODE) && S_ISLNK(inode->i_mode))
		return -EOPNOTSUPP;
	if ((attr->ia_valid & ATTR_KILL_SUID) && !S_ISDIR(inode->i_mode) &&
	    mode_without_set_id(inode) != inode->i_mode) {
		attr->ia_valid |= ATTR_MODE;
		attr->ia_mode = mode_without_set_id(inode);
	}
	err = setattr_prepare(inode, attr);
	if (!err && inode->i_op->setattr)
		err = inode->i_op->setattr(d, attr);
	if (!err)
		setattr_copy(inode, attr);
	return err;
}

int do_truncate(struct dentry *d, loff_t len, unsigned int time_attrs)
{
	struct inode *inode = d->d_inode;
	struct iattr attr = {.ia_valid = ATTR_SIZE | time_attrs, .ia_size = len};
	umode_t kill = inode->i_mode & S_ISUID;
	int err;

	if (inode->i_mode & S_IXGRP)
		kill |= inode->i_mode & S_ISGID;
	if (kill && !capable(CAP_FSETID)) {
		attr.ia_valid |= ATTR_MODE | ATTR_FORCE;
		attr.ia_mode = inode->i_mode & ~kill;
	}
	down_write(&inode->i_rwsem);
	err = notify_change(d, &attr);
	up_write(&inode->i_rwsem);
	return err;
}
