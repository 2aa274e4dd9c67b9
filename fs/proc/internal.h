/* SPDX-License-Identifier: MIT */
/*
 * procfs consists of tables. An entry describes a name; the text of its file is made each time that
 * the file is read.
 */
#ifndef FS_PROC_INTERNAL_H
#define FS_PROC_INTERNAL_H

#include <fs.h>
#include <seq_file.h>
#include <wait.h>

struct mm_struct;
struct pid;
struct seq_operations;
struct task_struct;
struct vm_area_struct;

struct proc_entry {
	const char *name; /* NULL: end of the table */
	unsigned int len; /* of the name */
	umode_t mode;
	/* Regular file: a constant text, or the function that writes it. */
	const char *text;
	/* m->private is the proc_inode; @t is NULL outside /proc/PID. 0 or -errno. */
	int (*show)(struct seq_file *m, struct task_struct *t);
	/*
	 * The same for a text about an address space, which is the one that the process had when
	 * the file was opened.
	 */
	int (*show_mm)(struct seq_file *m, struct mm_struct *mm);
	/* The same, record by record; m is that of a struct proc_file. */
	const struct seq_operations *seq;
	/* No text but bytes of such an address space at @pos. Returns the bytes done or -errno. */
	ssize_t (*rw_mm)(struct mm_struct *mm, char __user *buf, size_t n, loff_t pos, bool write);
	/*
	 * A write of @text (@n bytes, then a NUL). Returns the bytes used or -errno. NULL: a write
	 * fails with -EIO, or -EINVAL in /proc/PID.
	 */
	ssize_t (*store)(const struct proc_entry *e, struct task_struct *t, char *text, size_t n);
	size_t max_text; /* how many bytes of a write are used; 0: a page */
	/* The same for a variable of /proc/sys, with the position of the file. */
	ssize_t (*set)(const struct proc_entry *e, char *text, size_t n, loff_t pos);
	/*
	 * Symbolic link: a location, if current may look into @t; or a text, as snprintf returns
	 * it.
	 */
	int (*get_path)(struct task_struct *t, unsigned long key, struct path *out);
	int (*link_text)(char *buf, int len);
	const struct proc_entry *children;  /* directory: a table, */
	const struct proc_numbers *numbers; /* then names that are numbers */
	bool guarded;			    /* only for those who may look into the process */
	void *data;			    /* sysctl: the variable, or a struct sysctl_var */
	/* sysctl: constant value, or size; stat: true for the whole process; ns: the kind */
	int arg;
	/* No seq_file on Linux: its end is 0, and lseek takes positions up to this. */
	loff_t max_pos;
	bool strict;	/* see struct seq_file */
	bool once;	/* numbers: only the first read or write of a file has an effect */
	bool sysctl;	/* below /proc/sys */
	bool immutable; /* the directory of a process: nobody may change it */
};

#define PROC_DIR(n, m, ...) \
	{ \
		.name = (n), .len = sizeof(n) - 1, .mode = S_IFDIR | (m), __VA_ARGS__ \
	}
#define PROC_REG(n, m, ...) \
	{ \
		.name = (n), .len = sizeof(n) - 1, .mode = S_IFREG | (m), __VA_ARGS__ \
	}
#define PROC_LNK(n, ...) \
	{ \
		.name = (n), .len = sizeof(n) - 1, .mode = S_IFLNK | 0777, __VA_ARGS__ \
	}

/* A name that is a number. */
struct proc_number {
	unsigned long key;	  /* process, thread, descriptor; or a VMA's start */
	unsigned long end;	  /* of the VMA */
	umode_t mode;		  /* of a link */
	struct task_struct *task; /* the process or thread, with a reference */
};

/* A directory of such names. @of is the process of the directory, NULL in /proc. */
struct proc_numbers {
	const struct proc_entry *entry; /* what each of them is */
	bool ranges;			/* VMAs: the names are "start-end" in hexadecimal */
	u32 ino, key_size;		/* for inode numbers: a PROC_*_INO, or 0: by the process */
	loff_t first;			/* position of number 0 in the directory */
	/* Fills in *n for n->key. False: it is not there. */
	bool (*find)(struct task_struct *of, struct proc_number *n);
	/* Moves n->key to the first at or after it that is there. */
	bool (*next)(struct task_struct *of, struct proc_number *n);
};

/* An inode of procfs; owns its reference to pid. */
struct proc_inode {
	struct inode vfs_inode;
	const struct proc_entry *entry;
	struct pid *pid;   /* NULL: not below /proc/PID */
	unsigned long key; /* of a proc_number, or entry->arg */
};

/* An open regular file. */
struct proc_file {
	struct mutex lock; /* one reader at a time; guards seq and task */
	struct seq_file seq;
	struct task_struct *task; /* during a read */
	/* for show_mm, seq and rw_mm: as it was at open, or NULL */
	struct mm_struct *mm;
	bool mm_held; /* seq: start has locked mm */
};

static inline struct proc_inode *PROC_I(const struct inode *inode)
{
	return container_of(inode, struct proc_inode, vfs_inode);
}

/* root.c: a new super block with root directory @dir; NULL: no memory. */
struct super_block *proc_new_super(struct file_system_type *t, unsigned long magic,
				   const struct proc_entry *dir, u64 ino);

/* generic.c */
#define PROC_FD_INO	       0x10000	/* + fd; numbers below are entries */
#define PROC_MAP_FILES_INO     0x400000 /* + page of the VMA's start, cut */
#define PROC_FDINFO_INO	       0x800000 /* + fd */
#define PROC_NUMBERS	       0x400000 /* so many inode numbers are for each of these */
#define PROC_PID_INO(nr, what) ((u64)(nr) << 24 | (what))
/* A new inode for @e; @pid (may be NULL) gets a reference of its own. NULL: no memory. */
struct inode *proc_new_inode(struct super_block *sb, const struct proc_entry *e, struct pid *pid,
			     u64 ino);
void proc_evict_inode(struct inode *inode);
extern struct dentry *proc_last_found; /* with a reference, so that it stays */

/* access.c */
/* The inode's process with a reference; NULL: it is gone, or the inode is outside /proc/PID. */
struct task_struct *get_proc_task(const struct inode *inode);
/* The same into *t; -ESRCH if it is gone. *t is NULL outside /proc/PID. */
int get_task_for(const struct inode *inode, struct task_struct **t);
bool ptrace_may_read(struct task_struct *t); /* PTRACE_MODE_READ_FSCREDS */
int proc_permission(struct inode *inode, int mask);
void proc_pid_update_inode(struct inode *inode, struct task_struct *t);
int proc_setattr(struct dentry *d, struct iattr *attr);
int proc_getattr(const struct path *p, struct kstat *st);
extern const struct dentry_operations proc_pid_dops;

/* regular.c */
extern const struct inode_operations proc_reg_iops, proc_text_link_iops, proc_path_link_iops;
/* For the files of processes, which cannot be polled: with and without a write. */
extern const struct file_operations proc_reg_fops, proc_pid_fops, proc_pid_read_fops;
ssize_t proc_reg_read(struct file *f, char __user *buf, size_t n, loff_t *pos);
int proc_reg_open(struct inode *inode, struct file *f);
int proc_reg_release(struct inode *inode, struct file *f);
loff_t proc_reg_llseek(struct file *f, loff_t off, int whence);
unsigned int proc_reg_poll(struct file *f, struct poll_table_struct *pt);

/* base.c, fd.c, map_files.c */
extern const struct proc_numbers proc_processes, proc_fd_links, proc_fdinfo_files, proc_map_files;

/* array.c, task_mmu.c, mounts.c */
int proc_pid_stat(struct seq_file *m, struct task_struct *t);
int proc_pid_statm(struct seq_file *m, struct task_struct *t);
int proc_pid_status(struct seq_file *m, struct task_struct *t);
int proc_pid_limits(struct seq_file *m, struct task_struct *t);
extern const struct seq_operations proc_pid_maps_ops;
ssize_t proc_pid_pagemap(struct mm_struct *mm, char __user *buf, size_t n, loff_t pos, bool write);
int proc_pid_mounts(struct seq_file *m, struct task_struct *t);
int proc_pid_mountinfo(struct seq_file *m, struct task_struct *t);
int proc_pid_mountstats(struct seq_file *m, struct task_struct *t);

/* task_mmu.c, for smaps: the VMAs of an address space as records, and one line of maps. */
void *m_start(struct seq_file *m, loff_t *pos);
void *m_next(struct seq_file *m, void *v, loff_t *pos);
void m_stop(struct seq_file *m, void *v);
void show_map_vma(struct seq_file *m, struct vm_area_struct *vma);
/* smaps.c */
extern const struct seq_operations proc_pid_smaps_ops;

int proc_pid_smaps_rollup(struct seq_file *m, struct mm_struct *mm);
ssize_t proc_pid_clear_refs(const struct proc_entry *e, struct task_struct *t, char *text,
			    size_t n);
/* kstack.c */
int proc_pid_syscall(struct seq_file *m, struct task_struct *t);
int proc_pid_stack(struct seq_file *m, struct task_struct *t);
int proc_pid_wchan(struct seq_file *m, struct task_struct *t);

/* exec_trace.c */
extern const struct seq_operations proc_exec_trace_ops, proc_exec_trace_jsonl_ops;
ssize_t proc_set_exec_trace(const struct proc_entry *e, struct task_struct *t, char *text,
			    size_t n);

/* mem.c */
int proc_pid_cmdline(struct seq_file *m, struct task_struct *t);
int proc_pid_environ(struct seq_file *m, struct mm_struct *mm);
int proc_pid_auxv(struct seq_file *m, struct mm_struct *mm);
#define U32_MAX_TEXT 34 /* bytes of a write to coredump_filter that are used */
int proc_pid_coredump_filter(struct seq_file *m, struct task_struct *t);
ssize_t proc_pid_set_coredump_filter(const struct proc_entry *e, struct task_struct *t, char *text,
				     size_t n);
ssize_t proc_pid_mem(struct mm_struct *mm, char __user *buf, size_t n, loff_t addr, bool write);

/* oom.c */
#define INT_TEXT 12UL /* bytes of a write that are used, and that it returns at most */
/* Reads an int with white space around it; base 0: as in C. Returns 0, -EINVAL or -ERANGE. */
int proc_parse_int(char *text, unsigned int base, long *value);
int proc_pid_oom_score(struct seq_file *m, struct task_struct *t);
int proc_pid_oom_score_adj(struct seq_file *m, struct task_struct *t);
int proc_pid_oom_adj(struct seq_file *m, struct task_struct *t);
ssize_t proc_pid_set_oom_score_adj(const struct proc_entry *e, struct task_struct *t, char *text,
				   size_t n);
ssize_t proc_pid_set_oom_adj(const struct proc_entry *e, struct task_struct *t, char *text,
			     size_t n);

/* ns.c, cpuinfo.c, locks.c */
extern const struct proc_entry proc_ns_entries[];
int proc_cpuinfo(struct seq_file *m, struct task_struct *t);
int proc_locks(struct seq_file *m, struct task_struct *t);

/* system.c, sysctl.c, proc_sysctl.c */
extern const struct proc_entry proc_root_entries[];
extern const struct proc_entry proc_sys_entries[];
extern const struct file_operations proc_sys_fops;
int proc_sys_permission(const struct inode *inode, int mask);

#endif
