/* SPDX-License-Identifier: MIT */
/*
 * Spinlocks. Kernel code is not preempted and runs on one CPU: nobody finds a lock taken, so none
 * spins, as in a Linux without SMP. A lock that an interrupt handler takes is taken with the
 * _irqsave form everywhere else, which keeps the handler out. A debug build (make DEBUG=1) checks
 * the order of the locks (docs/locks.md), and that no task sleeps while it holds one.
 */
#ifndef SPINLOCK_H
#define SPINLOCK_H

#include <types.h>
#include <asm/cpu.h>
#include <asm/irqflags.h>

/* The lock order, outermost first. Every lock that is held must have a lower class. */
enum lock_class {
	LOCK_NONE,	 /* unchecked: boot-time or leaf locks of one function */
	LOCK_CRED_GUARD, /* signal->cred_guard_mutex: one exec at a time */
	LOCK_PIPE,	 /* pipe mutex */
	LOCK_TTY,	 /* tty->read_lock */
	LOCK_RENAME,	 /* one rename at a time */
	LOCK_F_POS,	 /* file->f_pos_lock */
	LOCK_INODE,	 /* inode->i_rwsem: parent before child */
	LOCK_MMAP,	 /* mm->mmap_lock */
	LOCK_BINFMT,	 /* binfmt_lock: the list of formats */
	LOCK_FUTEX,	 /* futex hash bucket */
	LOCK_I_MMAP,	 /* address_space->i_mmap_lock */
	LOCK_PAGE_TABLE, /* mm->page_table_lock */
	LOCK_FILES,	 /* files->file_lock, fs->lock */
	LOCK_DCACHE,	 /* the dentry tree */
	LOCK_TASKLIST,	 /* tasklist_lock: tasks, pids, families */
	LOCK_SIGHAND,	 /* sighand->siglock */
	LOCK_TREE,	 /* address_space->tree_lock */
	LOCK_SLAB,
	LOCK_ZONE,
	LOCK_WAITQUEUE,
	LOCK_TIMER,
	LOCK_RUNQUEUE,
	LOCK_CONSOLE,
};

typedef struct {
	volatile int locked; /* for debuggers and tests */
	u8 class;
} spinlock_t;

#define SPIN_LOCK_INIT(cls) \
	{ \
		.locked = 0, .class = (cls) \
	}
#define DEFINE_SPINLOCK(name, cls) spinlock_t name = SPIN_LOCK_INIT(cls)

/* kernel/sched/lockdep.c; empty unless DEBUG=1 */
#ifdef DEBUG
void lock_acquired(const void *lock, u8 class, bool sleeping);
void lock_released(const void *lock);
/* Panics if a spinlock is held: called where a task may sleep. */
void might_sleep(void);
/* From here on locks are checked: per-CPU data is ready. */
void lockdep_start(void);
#else
static inline void lock_acquired(const void *lock __maybe_unused, u8 class __maybe_unused,
				 bool sleeping __maybe_unused)
{
}
static inline void lock_released(const void *lock __maybe_unused) {}
static inline void might_sleep(void) {}
static inline void lockdep_start(void) {}
#endif

static inline void spin_lock_init(spinlock_t *l, u8 class)
{
	l->locked = 0;
	l->class = class;
}

static inline void spin_lock(spinlock_t *l)
{
	lock_acquired(l, l->class, false);
	l->locked = 1;
}

static inline void spin_unlock(spinlock_t *l)
{
	l->locked = 0;
	lock_released(l);
}

static inline unsigned long __spin_lock_irqsave(spinlock_t *l)
{
	unsigned long flags = local_irq_save();

	spin_lock(l);
	return flags;
}

#define spin_lock_irqsave(l, flags) ((flags) = __spin_lock_irqsave(l))

static inline void spin_unlock_irqrestore(spinlock_t *l, unsigned long flags)
{
	spin_unlock(l);
	local_irq_restore(flags);
}

#endif
