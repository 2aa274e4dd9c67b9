/* SPDX-License-Identifier: MIT */
/*
 * Where the waiters of futexes are: keys, buckets, and the sleep on a word of user memory.
 * Not on the road of an exec.
 *
 * Abridges Linux's kernel/futex/core.c. The head of kernel/futex.c has the picture.
 */
#include "futex.h"
#include <errno.h>
#include <fs.h>
#include <frames.h>
#include <mm.h>
#include <asm/uaccess.h>

#define FUTEX_BUCKETS 64

DEFINE_SPINLOCK(futex_lock, LOCK_FUTEX);
static struct list_head buckets[FUTEX_BUCKETS];

struct list_head *bucket_of(const struct futex_key *key)
{
	u64 h = ((u64)key->object >> 4) ^ (key->offset >> 2);
	struct list_head *b = &buckets[(h ^ h >> 12) % FUTEX_BUCKETS];

	if (!b->next)
		INIT_LIST_HEAD(b);
	return b;
}

bool same_key(const struct futex_key *a, const struct futex_key *b)
{
	return a->object == b->object && a->offset == b->offset;
}

/*
 * Returns 0, or -EFAULT if there is no page, or a page that no process can write to, so that nobody
 * could change the word. mmap_lock held.
 */
static int fault_in_word(struct vm_area_struct *vma, unsigned long addr)
{
	bool write = vma->vm_flags & VM_WRITE;
	struct page *page;

	if (!write && !vma->vm_file)
		return -EFAULT;
	page = get_user_page(vma->vm_mm, addr & PAGE_MASK, write, false);
	if (IS_ERR(page))
		return -EFAULT;
	put_page(page);
	return 0;
}

/* 0, -EINVAL (not aligned) or -EFAULT. */
int get_futex_key(u32 __user *uaddr, bool shared, struct futex_key *key)
{
	unsigned long addr = (unsigned long)uaddr;
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	int ret = 0;

	if (addr % sizeof(u32))
		return -EINVAL;
	if (!access_ok(uaddr, sizeof(u32)))
		return -EFAULT;
	*key = (struct futex_key){.object = mm, .offset = addr};
	if (!shared)
		return 0;
	mmap_read_lock(mm);
	vma = find_vma(mm, addr);
	if (!vma || vma->vm_start > addr)
		ret = -EFAULT;
	else if (vma->vm_file && (vma->vm_flags & VM_SHARED)) {
		key->object = vma->vm_file->f_mapping;
		key->offset = (vma->vm_pgoff << PAGE_SHIFT) + (addr - vma->vm_start);
	}
	if (!ret)
		ret = fault_in_word(vma, addr);
	mmap_read_unlock(mm);
	return ret;
}

/*
 * Returns the kernel address of the word at @uaddr, or ERR_PTR. Its page has a reference. Accesses
 * to that address neither fault nor sleep.
 */
u32 *pin_word(u32 __user *uaddr, bool write)
{
	unsigned long addr = (unsigned long)uaddr;
	struct page *page;

	if (!access_ok(uaddr, sizeof(u32)))
		return ERR_PTR(-EFAULT);
	mmap_read_lock(current->mm);
	page = get_user_page(current->mm, addr & PAGE_MASK, write, false);
	mmap_read_unlock(current->mm);
	if (IS_ERR(page))
		return ERR_PTR(-EFAULT);
	return (u32 *)((char *)page_address(page) + offset_in_page(addr));
}

/* @word: of pin_word, or an error of it. */
void unpin_word(u32 *word)
{
	if (!IS_ERR(word))
		put_page(virt_to_page(word));
}

/* ---- waiting ----------------------------------------------------------- */

void enqueue_futex(struct futex_q *q)
{
	struct list_head *bucket = bucket_of(&q->key);
	struct futex_q *other;

	/* Without a real-time priority nobody is behind it. */
	if (q->task->rt_priority)
		list_for_each_entry(other, bucket, list)
			if (other->task->rt_priority < q->task->rt_priority) {
				list_add_tail(&q->list, &other->list);
				return;
			}
	list_add_tail(&q->list, bucket);
}

int futex_wait_setup(u32 __user *uaddr, u32 val, struct futex_q *q)
{
	u32 now;

	spin_lock(&futex_lock);
	enqueue_futex(q);
	spin_unlock(&futex_lock);
	if (get_user(now, uaddr))
		return -EFAULT;
	return now == val ? 0 : -EAGAIN;
}

/* Returns whether it was woken already. */
bool unqueue_me(struct futex_q *q)
{
	bool woken;

	spin_lock(&futex_lock);
	woken = q->woken;
	if (!woken)
		list_del_init(&q->list);
	spin_unlock(&futex_lock);
	return woken;
}

/* Sleeps until a wake-up, @expires or a signal. @q is queued. 0, -ETIMEDOUT or -ERESTARTSYS. */
long sleep_on_futex(struct futex_q *q, ktime_t expires)
{
	for (;;) {
		int left = -EINTR;

		set_current_state(TASK_INTERRUPTIBLE);
		if (!READ_ONCE(q->woken))
			left = schedule_hrtimeout(expires);
		__set_current_state(TASK_RUNNING);
		if (READ_ONCE(q->woken))
			return 0;
		if (!left)
			return -ETIMEDOUT;
		if (signal_pending(current))
			return -ERESTARTSYS;
	}
}

/* @q is on its way out of the bucket, or its owner takes it out. futex_lock held. */
void wake_futex(struct futex_q *q)
{
	q->woken = true;
	wake_up_process(q->task);
}
