/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID/ns: a link for each kind of namespace. There is one namespace of each kind, and all
 * processes are in it: the links say so, and setns(2) may enter it again.
 * Abridges Linux's fs/proc/namespaces.c, fs/nsfs.c and setns of kernel/nsproxy.c.
 * Not on the road of an exec.
 */
#include <anon_inodes.h>
#include <cred.h>
#include <file.h>
#include <fs_struct.h>
#include <mount.h>
#include <pid.h>
#include <printk.h>
#include <ptrace.h>
#include <sched.h>
#include <syscalls.h>
#include <asm/uaccess.h>
#include <linux/capability.h>
#include <linux/fcntl.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include "internal.h"

enum { NS_NET, NS_UTS, NS_IPC, NS_PID, NS_USER, NS_MNT, NS_CGROUP, NS_TIME, NR_NS };

#define FOR_CHILDREN 0x100 /* of a process's children: they are in the same one */

#define CLONE_NEW_ALL \
	(CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWUSER | CLONE_NEWNS | \
	 CLONE_NEWCGROUP | CLONE_NEWTIME)

/* The numbers are those of Linux's first namespaces. */
static struct namespace
{
	const char *name;
	unsigned int nr, type;
	struct inode *inode; /* NULL until it is first needed */
}
namespaces[NR_NS] = {
	[NS_NET] = {"net", 4026531840, CLONE_NEWNET, NULL},
	[NS_UTS] = {"uts", 4026531838, CLONE_NEWUTS, NULL},
	[NS_IPC] = {"ipc", 4026531839, CLONE_NEWIPC, NULL},
	[NS_PID] = {"pid", 4026531836, CLONE_NEWPID, NULL},
	[NS_USER] = {"user", 4026531837, CLONE_NEWUSER, NULL},
	[NS_MNT] = {"mnt", 4026531841, CLONE_NEWNS, NULL},
	[NS_CGROUP] = {"cgroup", 4026531835, CLONE_NEWCGROUP, NULL},
	[NS_TIME] = {"time", 4026531834, CLONE_NEWTIME, NULL},
};

static const struct file_operations ns_file_operations;

/* ---- nsfs ----------------------------------------------------------------- */

static char *ns_dname(struct dentry *d, char *buf, int len)
{
	if (snprintf(buf, len, "%s:[%lu]", d->d_name.name, d->d_inode->i_ino) >= len)
		return ERR_PTR(-ENAMETOOLONG);
	return buf;
}

/* Nobody may write to the file of a namespace, */
static int ns_permission(struct inode *inode, int mask)
{
	return mask & MAY_WRITE ? -EPERM : generic_permission(inode, mask);
}

/* or change it. */
static int ns_setattr(struct dentry *d __maybe_unused, struct iattr *attr __maybe_unused)
{
	return -EPERM;
}

/* The inode of @ns, with a reference; NULL without memory. */
static struct inode *ns_inode(struct pseudo_fs *fs, struct namespace *ns)
{
	static const struct inode_operations iops = {
		.permission = ns_permission,
		.setattr = ns_setattr,
	};
	struct path p;

	if (!ns->inode) {
		if (pseudo_new(fs, S_IFREG | 0444, &p))
			return NULL;
		ns->inode = igrab(p.dentry->d_inode);
		ns->inode->i_uid = ns->inode->i_gid = 0;
		ns->inode->i_ino = ns->nr;
		ns->inode->i_op = &iops;
		ns->inode->i_fop = &ns_file_operations;
		ns->inode->i_private = ns;
		path_put(&p);
	}
	return igrab(ns->inode);
}

static int ns_path(struct namespace *ns, struct path *out)
{
	static const struct dentry_operations dops = {.d_dname = ns_dname};
	static struct pseudo_fs nsfs = {
		.type = {.name = "nsfs", .mount = pseudo_mount},
		.magic = NSFS_MAGIC,
		.d_op = &dops,
	};
	struct inode *inode = ns_inode(&nsfs, ns);

	return inode ? pseudo_path(&nsfs, ns->name, inode, out) : -ENOMEM;
}

/* The user namespace, which owns all others, as a new descriptor. */
static long ns_get_owner(void)
{
	struct path p;
	struct file *f;
	int err = ns_path(&namespaces[NS_USER], &p);

	if (err)
		return err;
	f = dentry_open(&p, O_RDONLY);
	path_put(&p);
	return IS_ERR(f) ? PTR_ERR(f) : fd_install_new(f, O_CLOEXEC);
}

static long ns_ioctl(struct file *f, unsigned int cmd, unsigned long arg)
{
	const struct namespace *ns = f->f_inode->i_private;

	switch (cmd) {
	case NS_GET_NSTYPE:
		return ns->type;
	case NS_GET_USERNS:
		return ns->type == CLONE_NEWUSER ? -EPERM : ns_get_owner();
	case NS_GET_PARENT: /* only these two kinds have parents, but not the first of a kind */
		return ns->type & (CLONE_NEWUSER | CLONE_NEWPID) ? -EPERM : -EINVAL;
	case NS_GET_OWNER_UID:
		if (ns->type != CLONE_NEWUSER)
			return -EINVAL;
		return put_user((uid_t)0, (uid_t __user *)arg) ? -EFAULT : 0;
	}
	return -ENOTTY;
}

static const struct file_operations ns_file_operations = {.ioctl = ns_ioctl};

/* ---- /proc/PID/ns ----------------------------------------------------------- */

/* A task that ends leaves its namespaces, but for two. */
static int proc_ns_link(struct task_struct *t, unsigned long kind, struct path *out)
{
	if ((t->flags & PF_EXITING) && kind != NS_PID && kind != NS_USER)
		return -ENOENT;
	return ns_path(&namespaces[kind & ~FOR_CHILDREN], out);
}

#define NS_LNK(name, kind) PROC_LNK(name, .get_path = proc_ns_link, .arg = (kind))

const struct proc_entry proc_ns_entries[] = {
	NS_LNK("net", NS_NET),
	NS_LNK("uts", NS_UTS),
	NS_LNK("ipc", NS_IPC),
	NS_LNK("pid", NS_PID),
	NS_LNK("pid_for_children", NS_PID | FOR_CHILDREN),
	NS_LNK("user", NS_USER),
	NS_LNK("mnt", NS_MNT),
	NS_LNK("cgroup", NS_CGROUP),
	NS_LNK("time", NS_TIME),
	NS_LNK("time_for_children", NS_TIME | FOR_CHILDREN),
	{0},
};

/* ---- setns(2) --------------------------------------------------------------- */

/* May current enter namespaces of these kinds, in which it is? */
static int may_enter(unsigned int types)
{
	if (types & CLONE_NEWUSER)
		return -EINVAL;
	if ((types & CLONE_NEWTIME) && !thread_group_empty(current))
		return -EUSERS;
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if ((types & CLONE_NEWNS) && !capable(CAP_SYS_CHROOT))
		return -EPERM;
	return (types & CLONE_NEWNS) && atomic_read(&current->fs->users) != 1 ? -EINVAL : 0;
}

/* The kinds that setns of @f with @flags means, or -errno. */
static long types_of(struct file *f, int fd, int flags)
{
	const struct namespace *ns = f->f_inode->i_private;
	struct task_struct *t;
	struct pid *pid;
	bool nonblock;
	long ret = flags;

	if (f->f_op == &ns_file_operations)
		return flags && flags != (int)ns->type ? -EINVAL : ns->type;
	pid = pidfd_ops.get_pid(fd, &nonblock);
	if (IS_ERR(pid) || !flags || (flags & ~CLONE_NEW_ALL))
		ret = -EINVAL;
	t = ret < 0 ? NULL : find_get_task_by_vpid(pid->nr);
	if (ret >= 0 && (!t || t->thread_pid != pid))
		ret = -ESRCH;
	else if (ret >= 0 && !ptrace_may_access(t, PTRACE_MODE_READ | PTRACE_MODE_REALCREDS))
		ret = -EPERM;
	put_task_struct(t);
	if (!IS_ERR(pid))
		put_pid(pid);
	return ret;
}

/* A task that enters a mount namespace is at its root. */
long sys_setns(int fd, int flags)
{
	struct path root = {.mnt = root_mnt, .dentry = root_mnt->mnt_root};
	struct file *f = fget(fd);
	long types, err;

	if (!f)
		return -EBADF;
	types = types_of(f, fd, flags);
	fput(f);
	err = types < 0 ? types : may_enter(types);
	if (!err && (types & CLONE_NEWNS)) {
		set_fs_root(current->fs, &root);
		set_fs_pwd(current->fs, &root);
	}
	return err;
}
