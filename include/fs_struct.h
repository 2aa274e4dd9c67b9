/* SPDX-License-Identifier: MIT */
/* A task's view of the tree of files: fs/fs_struct.c. */
#ifndef FS_STRUCT_H
#define FS_STRUCT_H

#include <atomic.h>
#include <fs.h>
#include <spinlock.h>

struct task_struct;

/* Shared by CLONE_FS. lock guards root and pwd. */
struct fs_struct {
	atomic_t users;
	int umask;
	int in_exec; /* an exec is under way: no clone may share this struct */
	spinlock_t lock;
	struct path root, pwd; /* own references */
};

void get_fs_root(struct fs_struct *fs, struct path *p); /* with references */
void get_fs_pwd(struct fs_struct *fs, struct path *p);
void set_fs_root(struct fs_struct *fs, const struct path *p); /* takes references of its own */
void set_fs_pwd(struct fs_struct *fs, const struct path *p);
struct fs_struct *copy_fs_struct(struct fs_struct *old);     /* one user. NULL: no memory */
void change_fs(struct task_struct *t, struct fs_struct *fs); /* drops the one it had */
static inline void exit_fs(struct task_struct *t) { change_fs(t, NULL); }

#endif
