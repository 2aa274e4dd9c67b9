/* SPDX-License-Identifier: MIT */
/*
 * The identity and privileges of a task. A cred never changes after a task points to it: copy,
 * change, commit.
 */
#ifndef CRED_H
#define CRED_H

#include <atomic.h>
#include <types.h>

#define NGROUPS_MAX_EXON 64
#define CAP_ALL		 ((1UL << 41) - 1) /* CAP_LAST_CAP of Linux 6.1 is 40 */

/*
 * Who may see the addresses in a record of kernel/trace/: the user and group of the task, or
 * TRACE_PRIVATE twice: only CAP_SYS_PTRACE.
 */
struct trace_owner {
	u32 uid, gid;
};

#define TRACE_PRIVATE (~0U)

enum { ID_REAL, ID_SAVED, ID_EFFECTIVE, ID_FS, ID_KINDS }; /* places in uids and gids */

struct cred {
	atomic_t usage;
	union {
		struct {
			uid_t uid, suid, euid, fsuid;
		};
		uid_t uids[ID_KINDS];
	};
	union {
		struct {
			gid_t gid, sgid, egid, fsgid;
		};
		gid_t gids[ID_KINDS];
	};
	u64 cap_inheritable, cap_permitted, cap_effective, cap_bset, cap_ambient;
	unsigned int securebits;
	unsigned int ngroups;
	gid_t groups[NGROUPS_MAX_EXON];
};

/* kernel/capability.c: the prctls about capabilities; -EINVAL: @option is not one of them. */
long cap_prctl(int option, unsigned long a2, unsigned long a3, unsigned long a4, unsigned long a5);

/* kernel/task/cred.c */
extern struct cred init_cred;	  /* root with every capability; never freed */
struct cred *prepare_creds(void); /* a private copy of current's; NULL: no memory */
struct cred *get_cred(const struct cred *c);
void put_cred(const struct cred *c);
int commit_creds(struct cred *new_cred); /* current takes it over, with its reference; 0 */
bool in_group_p(gid_t gid);		 /* current's fsgid or one of its groups */
bool capable(int cap);			 /* CAP_*, effective set of current */
extern int suid_dumpable;		 /* /proc/sys/fs/suid_dumpable: SUID_DUMP_* */

/* What is counted for each user; kernel/task/user.c has a table. */
enum user_count { USER_TASKS, USER_SIGPENDING, USER_PIPE_BUFS, USER_INFLIGHT, USER_COUNTS };
long account_user(uid_t uid, enum user_count what, long n); /* @n more; the sum or -ENOMEM */

#endif
