/* SPDX-License-Identifier: MIT */
/*
 * procfs is made of tables: an entry says what a name is, and its file is
 * written anew each time that somebody reads it from the start.
 */
#ifndef FS_PROC_INTERNAL_H
#define FS_PROC_INTERNAL_H

#include <fs.h>
#include <sched.h>

struct proc_entry {
	const char *name;			/* NULL: end of the table */
	umode_t mode;
	/* Regular file: its text. m->private is the entry; @t is NULL outside /proc/PID. 0 or -errno. */
	int (*show)(struct seq_file *m, struct task_struct *t);
	/* Takes a written text (NUL-ended, @n bytes); returns bytes taken or -errno. NULL: -EIO. */
	ssize_t (*store)(const struct proc_entry *e, struct task_struct *t, char *text, size_t n);
	/* Symbolic link: a place (get_path), or a text as snprintf gives it. */
	int (*get_path)(struct task_struct *t, struct path *out);
	int (*link_text)(char *buf, int len);
	/* Directory: a table, or its own operations. */
	const struct proc_entry *children;
	const struct inode_operations *iop;
	const struct file_operations *fop;
	void *data;				/* sysctl variable, with its range */
	int min, max;
	bool ptrace;				/* only for those who may look into the process */
};

#define PROC_DIR(n, m, ...)	{ .name = (n), .mode = S_IFDIR | (m), __VA_ARGS__ }
#define PROC_REG(n, m, ...)	{ .name = (n), .mode = S_IFREG | (m), __VA_ARGS__ }
#define PROC_LNK(n, ...)	{ .name = (n), .mode = S_IFLNK | 0777, __VA_ARGS__ }

/* What inode->i_private of procfs is; owns its reference to pid. */
struct proc_inode {
	const struct proc_entry *entry;
	struct pid *pid;			/* NULL: not below /proc/PID */
	unsigned int fd;			/* in /proc/PID/fd */
};

static inline struct proc_inode *PROC_I(const struct inode *inode) { return inode->i_private; }

/* inode.c */
/* A new inode for @e; @pid (may be NULL) gets a reference of its own. NULL: no memory. */
struct inode *proc_new_inode(struct super_block *sb, const struct proc_entry *e, struct pid *pid, u64 ino);
void proc_evict_inode(struct inode *inode);
struct task_struct *get_proc_task(const struct inode *inode);	/* with a reference; NULL: gone, or no /proc/PID */
u64 proc_entry_ino(const struct proc_entry *e, struct pid *pid);
int proc_table_lookup(struct inode *dir, struct dentry *d);	/* ->lookup of a directory with children */
/* Emits "." and "..", then the table; ctx->pos 2 + i is entry i. True: the table is through. */
bool proc_table_emit(struct file *f, struct dir_context *ctx);
bool proc_emit_dots(struct file *f, struct dir_context *ctx);
extern const struct inode_operations proc_table_iops;
extern const struct file_operations proc_table_fops;

/* base.c */
#define PROC_FD_INO		0x10000		/* + fd; numbers below are entries */
#define PROC_PID_INO(nr, what)	((u64)(nr) << 24 | (what))
extern const struct dentry_operations proc_pid_dops;
void proc_pid_update_inode(struct inode *inode, struct task_struct *t);
bool ptrace_may_read(struct task_struct *t);	/* PTRACE_MODE_READ_FSCREDS */
int proc_pid_lookup(struct inode *dir, struct dentry *d);
int proc_pid_readdir(struct file *f, struct dir_context *ctx, loff_t first);
bool proc_name_to_int(const struct qstr *name, unsigned int *nr);
int proc_self_text(char *buf, int len);
int proc_thread_self_text(char *buf, int len);
extern const struct inode_operations proc_fd_iops;		/* fd.c */
extern const struct file_operations proc_fd_fops;

/* array.c, task_mmu.c, mounts.c */
int proc_tgid_stat(struct seq_file *m, struct task_struct *t);
int proc_tid_stat(struct seq_file *m, struct task_struct *t);
int proc_pid_statm(struct seq_file *m, struct task_struct *t);
int proc_pid_status(struct seq_file *m, struct task_struct *t);
int proc_pid_limits(struct seq_file *m, struct task_struct *t);
int proc_pid_maps(struct seq_file *m, struct task_struct *t);
int proc_pid_mounts(struct seq_file *m, struct task_struct *t);
int proc_pid_mountinfo(struct seq_file *m, struct task_struct *t);

/* generic.c, cpuinfo.c, sysctl.c */
extern const struct proc_entry proc_root_entries[];
extern const struct proc_entry proc_sys_entries[];
int proc_cpuinfo(struct seq_file *m, struct task_struct *t);

#endif
