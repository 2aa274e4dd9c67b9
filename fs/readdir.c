/* SPDX-License-Identifier: MIT */
/*
 * Directories as files: getdents, getcwd, and the operations of directories that
 * consist only of dentries.
 *
 * A position in such a directory must stay valid while entries come and go (rm -r
 * unlinks what it has just read). So every child has a number, d_seq, that falls
 * along the list; its position is DIR_POS_MAX minus this number:
 *
 *   pos      0    1    MAX-9 MAX-7 MAX-3      (rises along the listing)
 *   entry    .    ..    c     b     a
 *   d_seq               9     7     3         (newest child first, as Linux's tmpfs)
 *
 * Abridges Linux's fs/readdir.c and the dcache half of fs/libfs.c.
 * Not on the road of an exec.
 */
#include <file.h>
#include <fs.h>
#include <fs_struct.h>
#include <namei.h>
#include <slab.h>
#include <string.h>
#include <syscalls.h>
#include <task.h>
#include <asm/uaccess.h>
#include <linux/fs.h>
#include <linux/limits.h>

#define DIR_POS_MAX ((u64)INT64_MAX)

/*
 * Numbers the new children. Returns the first whose position is @pos or later, or NULL at the
 * end.
 */
static struct dentry *dir_seek(struct dentry *dir, loff_t pos)
{
	static u64 last_seq;
	u64 from = DIR_POS_MAX - pos, seq = 0;
	struct dentry *found = NULL;

	spin_lock(&dcache_lock);
	for (struct list_head *e = dir->d_subdirs.prev; e != &dir->d_subdirs; e = e->prev) {
		struct dentry *d = list_entry(e, struct dentry, d_child);

		if (d->d_seq <= seq)
			d->d_seq = ++last_seq;
		seq = d->d_seq;
		if (seq > from)
			break; /* the children before it are new, or were read already */
		found = d;
	}
	spin_unlock(&dcache_lock);
	return found;
}

bool dir_emit_dots(struct file *f, struct dir_context *ctx)
{
	struct dentry *dir = f->f_path.dentry;

	for (; ctx->pos < 2; ctx->pos++) {
		struct dentry *d = ctx->pos ? dir->d_parent : dir;

		if (!ctx->actor(ctx, "..", ctx->pos + 1, ctx->pos, d->d_inode->i_ino,
				S_IFDIR >> 12))
			return false;
	}
	return true;
}

/* i_rwsem held, so the list does not change while the actor sleeps. */
static int dcache_readdir(struct file *f, struct dir_context *ctx)
{
	struct dentry *dir = f->f_path.dentry, *d;

	if (!dir_emit_dots(f, ctx))
		return 0;
	d = dir_seek(dir, ctx->pos);
	while (d && &d->d_child != &dir->d_subdirs) {
		ctx->pos = DIR_POS_MAX - d->d_seq;
		if (!ctx->actor(ctx, d->d_name.name, d->d_name.len, ctx->pos, d->d_inode->i_ino,
				(d->d_inode->i_mode & S_IFMT) >> 12))
			return 0;
		ctx->pos++;
		d = list_entry(d->d_child.next, struct dentry, d_child);
	}
	return 0;
}

static loff_t dcache_dir_lseek(struct file *f, loff_t off, int whence)
{
	return whence > SEEK_CUR ? -EINVAL : generic_file_llseek(f, off, whence);
}

ssize_t generic_read_dir(struct file *f __maybe_unused, char __user *buf __maybe_unused,
			 size_t n __maybe_unused, loff_t *pos __maybe_unused)
{
	return -EISDIR;
}

const struct file_operations simple_dir_operations = {
	.llseek = dcache_dir_lseek,
	.read = generic_read_dir,
	.iterate = dcache_readdir,
	.fsync = noop_fsync,
};

/* ---- getdents ------------------------------------------------------------------ */

struct linux_dirent64 {
	u64 d_ino;
	s64 d_off;
	unsigned short d_reclen;
	unsigned char d_type;
	char d_name[];
};

/*
 * d_off of an entry is the position of the next one, and is written when that is known. An entry of
 * the old getdents is as long, but has the name where d_type is, and the type in its last byte.
 */
struct getdents_callback {
	struct dir_context ctx;
	char __user *next;
	unsigned int prev_reclen; /* 0: no entry yet */
	unsigned int room;	  /* bytes */
	bool old;
	int error;
};

static int set_prev_off(struct getdents_callback *cb, loff_t pos)
{
	struct linux_dirent64 __user *prev = (void __user *)(cb->next - cb->prev_reclen);

	return cb->prev_reclen ? put_user(pos, &prev->d_off) : 0;
}

/* The actor: appends one entry. */
static bool filldir(struct dir_context *ctx, const char *name, int len, loff_t pos, u64 ino,
		    unsigned int type)
{
	struct getdents_callback *cb = container_of(ctx, struct getdents_callback, ctx);
	unsigned int name_at = cb->old ? offsetof(struct linux_dirent64, d_type)
				       : offsetof(struct linux_dirent64, d_name);
	unsigned int reclen = ALIGN(offsetof(struct linux_dirent64, d_name) + len + 1, sizeof(u64));
	char buf[ALIGN(offsetof(struct linux_dirent64, d_name) + NAME_MAX + 1,
		       sizeof(u64))] __aligned(8) = {0};
	struct linux_dirent64 *de = (void *)buf;

	*de = (struct linux_dirent64){.d_ino = ino, .d_reclen = reclen, .d_type = type};
	memcpy(buf + name_at, name, len);
	if (reclen > cb->room) {
		cb->error = -EINVAL; /* returned only if no entry has fitted */
		return false;
	}
	/* Without the padding, which may lie beyond the user's memory. */
	if (set_prev_off(cb, pos) || copy_to_user(cb->next, de, name_at + len + 1) ||
	    (cb->old && put_user((char)type, cb->next + reclen - 1))) {
		cb->error = -EFAULT;
		return false;
	}
	cb->next += reclen;
	cb->room -= reclen;
	cb->prev_reclen = reclen;
	return true;
}

static int iterate_dir(struct file *f, struct dir_context *ctx)
{
	struct inode *inode = f->f_inode;
	int err = -ENOENT;

	if (!f->f_op->iterate)
		return -ENOTDIR;
	down_read(&inode->i_rwsem);
	if (inode->i_nlink) { /* 0: the directory has been removed */
		ctx->pos = f->f_pos;
		err = f->f_op->iterate(f, ctx);
		f->f_pos = ctx->pos;
		touch_atime(f);
	}
	up_read(&inode->i_rwsem);
	return err;
}

static long do_getdents(unsigned int fd, void __user *buf, unsigned int n, bool old)
{
	struct getdents_callback cb = {.ctx.actor = filldir, .next = buf, .room = n, .old = old};
	struct file *f = fget(fd);
	long err;

	if (!f)
		return -EBADF;
	mutex_lock(&f->f_pos_lock);
	err = iterate_dir(f, &cb.ctx);
	mutex_unlock(&f->f_pos_lock);
	fput(f);
	if (!cb.prev_reclen)
		return err < 0 ? err : cb.error;
	return set_prev_off(&cb, cb.ctx.pos) ? -EFAULT : (long)(n - cb.room);
}

long sys_getdents(unsigned int fd, void __user *buf, unsigned int n)
{
	return do_getdents(fd, buf, n, true);
}

long sys_getdents64(unsigned int fd, void __user *buf, unsigned int n)
{
	return do_getdents(fd, buf, n, false);
}

long sys_getcwd(char __user *ubuf, unsigned long n)
{
	char *buf = kmalloc(PATH_MAX, GFP_KERNEL), *text;
	unsigned long len;
	struct path pwd;
	long ret;

	if (!buf)
		return -ENOMEM;
	get_fs_pwd(current->fs, &pwd);
	text = d_cwd_path(&pwd, buf, PATH_MAX);
	path_put(&pwd);
	if (IS_ERR(text)) {
		ret = PTR_ERR(text);
	} else {
		len = strlen(text) + 1;
		ret = n < len ? -ERANGE : copy_to_user(ubuf, text, len) ? -EFAULT : (long)len;
	}
	kfree(buf);
	return ret;
}
