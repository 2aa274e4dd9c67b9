/* SPDX-License-Identifier: MIT */
/*
 * The lock checker of a debug build (make DEBUG=1; other builds leave this file out): a lock must
 * have a higher class than all locks that the same task holds, and no task may sleep with a
 * spinlock held.
 *
 * Abridges Linux's kernel/locking/lockdep.c. Left out: learning the order, which is declared here
 * (enum lock_class, explained in docs/locks.md).
 *
 * held[] has all locks that are held, with their owners; an interrupt handler counts as an owner of
 * its own. On one CPU nobody may find a spinlock taken, not even an interrupt handler: that is
 * checked too.
 */
#include <spinlock.h>
#include <printk.h>
#include <asm/current.h>

#define MAX_HELD 512

static struct held_lock {
	const void *lock;  /* NULL: free slot */
	const void *owner; /* the task, or the CPU in an interrupt */
	u8 class;
	bool sleeping;
} held[MAX_HELD];
static unsigned int nr_held; /* slots in use are below this */
static bool enabled;

static const char *const class_names[] = {
	[LOCK_NONE] = "none",	      [LOCK_CRED_GUARD] = "cred_guard",
	[LOCK_PIPE] = "pipe",	      [LOCK_TTY] = "tty",
	[LOCK_RENAME] = "rename",     [LOCK_INODE] = "inode",
	[LOCK_F_POS] = "f_pos",	      [LOCK_MMAP] = "mmap",
	[LOCK_BINFMT] = "binfmt",     [LOCK_FUTEX] = "futex",
	[LOCK_I_MMAP] = "i_mmap",     [LOCK_PAGE_TABLE] = "page_table",
	[LOCK_FILES] = "files",	      [LOCK_DCACHE] = "dcache",
	[LOCK_TASKLIST] = "tasklist", [LOCK_SIGHAND] = "sighand",
	[LOCK_TREE] = "tree",	      [LOCK_SLAB] = "slab",
	[LOCK_ZONE] = "zone",	      [LOCK_WAITQUEUE] = "waitqueue",
	[LOCK_TIMER] = "timer",	      [LOCK_RUNQUEUE] = "runqueue",
	[LOCK_CONSOLE] = "console",
};

void lockdep_start(void) { enabled = true; }

/* The locks that panic takes must not be checked. */
static __noreturn void complain(const struct held_lock *h, const void *lock, u8 class)
{
	enabled = false;
	if (h->lock == lock)
		panic("lock %s %pS is taken twice", class_names[class], lock);
	panic("lock order: %s %pS is taken while %s %pS is held", class_names[class], lock,
	      class_names[h->class], h->lock);
}

static const void *lock_owner(void)
{
	return this_cpu()->in_irq ? (const void *)this_cpu() : get_current();
}

/* Two of one class: directories, parent first; fork's copy of an address space; splice. */
static bool may_nest(u8 class)
{
	return class == LOCK_INODE || class == LOCK_MMAP || class == LOCK_PAGE_TABLE ||
	       class == LOCK_PIPE;
}

/* Called before the wait for the lock, so that a deadlock is reported before it happens. */
void lock_acquired(const void *lock, u8 class, bool sleeping)
{
	const void *owner;
	unsigned long flags;
	unsigned int slot;

	if (!enabled)
		return;
	flags = local_irq_save();
	owner = lock_owner();
	slot = nr_held;
	for (unsigned int i = 0; i < nr_held; i++) {
		const struct held_lock *h = &held[i];

		if (!h->lock) {
			slot = i;
			continue;
		}
		if (h->lock == lock && (!sleeping || h->owner == owner))
			complain(h, lock, class);
		if (h->owner != owner || h->class == LOCK_NONE || class == LOCK_NONE)
			continue;
		if (h->class > class || (h->class == class && !may_nest(class)))
			complain(h, lock, class);
	}
	if (slot == MAX_HELD)
		panic("lockdep: more than %d locks are held", MAX_HELD);
	held[slot] = (struct held_lock){lock, owner, class, sleeping};
	nr_held = max(nr_held, slot + 1);
	local_irq_restore(flags);
}

/* Another task may release a lock: the next one that runs releases the run queue's. */
void lock_released(const void *lock)
{
	unsigned long flags;

	if (!enabled)
		return;
	flags = local_irq_save();
	for (unsigned int i = nr_held; i-- > 0;) {
		if (held[i].lock == lock && (held[i].owner == lock_owner() || !held[i].sleeping)) {
			held[i].lock = NULL;
			break;
		}
	}
	while (nr_held && !held[nr_held - 1].lock)
		nr_held--;
	local_irq_restore(flags);
}

void might_sleep(void)
{
	if (!enabled)
		return;
	if (this_cpu()->in_irq)
		panic("sleeping in an interrupt handler");
	for (unsigned int i = 0; i < nr_held; i++) {
		const struct held_lock *h = &held[i];

		if (!h->lock || h->sleeping || h->owner != get_current())
			continue;
		enabled = false;
		panic("sleeping while %s %pS is held", class_names[h->class], h->lock);
	}
}
