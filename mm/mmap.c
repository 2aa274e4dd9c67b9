/* SPDX-License-Identifier: MIT */
/*
 * Making and removing VMAs: mmap, munmap, and the end of an address space. mm/vma.c has the list,
 * mm/layout.c chooses addresses, mm/account.c checks the limits. Abridges Linux 6.1's mm/mmap.c;
 * leaves out hugetlb, memory policies, and seals. The order of the checks, and the errno of each,
 * is Linux's.
 *
 *   do_mmap:  check the numbers -> find an address -> check file and permissions
 *             -> map_region: limits -> unmap what is there -> merge, or a new VMA
 */
#include <errno.h>
#include <file.h>
#include <frames.h>
#include <fs.h>
#include <mm.h>
#include <mm_trace.h>
#include <mount.h>
#include <pagecache.h>
#include <sched.h>
#include <syscalls.h>
#include <printk.h>
#include <linux/mman.h>
#include <linux/mount.h>
#include <linux/personality.h>
#include <asm/mman.h>
#include "internal.h"

#define LEGACY_MAP_MASK \
	(MAP_SHARED | MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS | MAP_DENYWRITE | MAP_EXECUTABLE | \
	 MAP_GROWSDOWN | MAP_LOCKED | MAP_NORESERVE | MAP_POPULATE | MAP_NONBLOCK | MAP_STACK | \
	 MAP_32BIT | 0x1fUL << MAP_HUGE_SHIFT)
/* Above every VMA, and a multiple of what a top-level entry covers: no page table crosses it. */
#define PGTABLES_CEILING ALIGN(TASK_SIZE, PGDIR_SIZE)
#define CLOSE_TOGETHER	 (32 * PAGE_SIZE) /* to look at these PTEs is quicker than another walk */

struct file *(*shmem_file_setup)(const char *name, loff_t size);

/* The parameters of a new VMA. */
struct map_request {
	struct file *file;
	unsigned long addr, len; /* bytes, page aligned */
	struct vma_place at;	 /* of addr */
	unsigned long vm_flags;
	unsigned long pgoff;
};

/* ---- munmap ----------------------------------------------------------- */

/*
 * Drops the pages and the page tables of the VMAs from @vma to @stop: one range for each, or for
 * several that are close together, because many TiB without tables may be between them.
 */
static void unmap_region(struct mm_struct *mm, struct vm_area_struct *vma,
			 const struct vm_area_struct *stop, unsigned long floor)
{
	while (vma != stop) {
		struct vm_area_struct *first = vma;
		unsigned long end;

		do {
			end = vma->vm_end;
			vma = vma->vm_next;
		} while (vma != stop && vma->vm_start <= end + CLOSE_TOGETHER);
		zap_page_range(first, first->vm_start, end, true);
		free_pgtables(mm, first->vm_start, end, floor,
			      vma ? vma->vm_start : PGTABLES_CEILING);
	}
}

/*
 * Removes at->vma and the VMAs after it that begin below @end, with their pages and the page tables
 * that become empty. at->vma becomes the first VMA that is left.
 */
static void remove_vmas(struct mm_struct *mm, struct vma_place *at, unsigned long end)
{
	struct vm_area_struct *first = at->vma, *vma, *next;

	while (at->vma && at->vma->vm_start < end)
		at->vma = at->vma->vm_next;
	unmap_region(mm, first, at->vma, at->prev ? at->prev->vm_end : 0);
	for (vma = first; vma != at->vma; vma = next) {
		next = vma->vm_next;
		vm_stat_account(mm, vma->vm_flags, -(long)vma_pages(vma));
		vma_unlink(mm, vma);
		remove_vma(vma);
	}
}

/* VMAs that were split before an error stay split. */
int unmap_at(struct mm_struct *mm, struct vma_place *at, unsigned long start, unsigned long end)
{
	struct vm_area_struct *vma = at->vma;
	int err = 0;

	if (!vma || vma->vm_start >= end)
		return 0;
	if (start > vma->vm_start) {
		/* A hole in the middle makes one VMA more, which is refused at the limit. */
		if (end < vma->vm_end && mm->map_count >= sysctl_max_map_count)
			return -ENOMEM;
		err = __split_vma(mm, vma, start, 0);
		if (err)
			return err;
		*at = (struct vma_place){.prev = vma, .vma = vma->vm_next};
	}
	for (vma = at->vma; vma && vma->vm_start < end && !err; vma = vma->vm_next)
		if (end < vma->vm_end)
			err = __split_vma(mm, vma, end, 0);
	if (!err) {
		remove_vmas(mm, at, end);
		mm_trace(mm, start, end, MM_TRACE_UNMAP, &no_vma);
	}
	return err;
}

/* -EINVAL for a bad range; a range without VMAs is fine. */
int do_munmap(struct mm_struct *mm, unsigned long start, size_t len)
{
	struct vma_place at;

	if (!len || offset_in_page(start) || start > TASK_SIZE || len > TASK_SIZE - start)
		return -EINVAL;
	at = find_vma_place(mm, start);
	return unmap_at(mm, &at, start, start + PAGE_ALIGN(len));
}

/* do_munmap of current with the lock. -EINTR on a fatal signal. */
int vm_munmap(unsigned long start, size_t len)
{
	struct mm_struct *mm = current->mm;
	int err;

	if (mmap_write_lock_killable(mm))
		return -EINTR;
	err = do_munmap(mm, start, len);
	mmap_write_unlock(mm);
	return err;
}

long sys_munmap(unsigned long addr, size_t len) { return vm_munmap(addr, len); }

/*
 * The last user of @mm is gone: frees all VMAs, pages and page tables. No other task can reach @mm.
 */
void exit_mmap(struct mm_struct *mm)
{
	struct vma_place first = {.vma = mm->mmap};

	mm->vma_tree = NULL;
	remove_vmas(mm, &first, TASK_SIZE);
	BUG_ON(mm->pgtables_bytes);
	mm_trace(mm, 0, TASK_SIZE, MM_TRACE_UNMAP, &no_vma);
}

/* ---- mmap ------------------------------------------------------------- */

/* Counts the mapped pages of [start, end). @vma: the first VMA that ends above @start. */
static unsigned long count_pages_in_range(const struct vm_area_struct *vma, unsigned long start,
					  unsigned long end)
{
	unsigned long bytes = 0;

	for (; vma && vma->vm_start < end; vma = vma->vm_next)
		bytes += min(vma->vm_end, end) - max(vma->vm_start, start);
	return bytes >> PAGE_SHIFT;
}

/*
 * Sets what @vma maps: the file, by its ->mmap; a new file for shared anonymous memory; or nothing.
 * 0 or -errno.
 */
static int vma_set_backing(struct vm_area_struct *vma, struct file *file)
{
	int err;

	if (file) {
		vma->vm_file = get_file(file);
		err = file->f_op->mmap(file, vma);
		if (err)
			fput(vma->vm_file);
		return err;
	}
	if (!(vma->vm_flags & VM_SHARED))
		return 0;
	if (!(vma->vm_flags & VM_NORESERVE) && security_vm_enough_memory(vma_pages(vma)))
		return -ENOMEM;
	file = shmem_file_setup("dev/zero", vma->vm_end - vma->vm_start);
	if (IS_ERR(file))
		return PTR_ERR(file);
	vma->vm_file = file;
	vma->vm_ops = &generic_file_vm_ops;
	return 0;
}

struct vm_area_struct *vm_area_new(struct mm_struct *mm, unsigned long start, unsigned long end,
				   unsigned long vm_flags)
{
	struct vm_area_struct *vma = vm_area_alloc(mm);

	if (!vma)
		return NULL;
	vma->vm_start = start;
	vma->vm_end = end;
	vma->vm_pgoff = start >> PAGE_SHIFT;
	vma->vm_flags = vm_flags;
	vma->vm_page_prot = vm_get_page_prot(vm_flags);
	return vma;
}

/* Makes a new VMA for @r. 0 or -errno. */
static int new_vma(struct mm_struct *mm, const struct map_request *r)
{
	struct vm_area_struct *vma = vm_area_new(mm, r->addr, r->addr + r->len, r->vm_flags);
	int err;

	if (!vma)
		return -ENOMEM;
	vma->vm_pgoff = r->pgoff;
	err = vma_set_backing(vma, r->file);
	if (err)
		vm_area_free(vma);
	else
		vma_link(mm, vma, r->at.prev);
	return err;
}

/* The permissions are checked already. Checks the limits, then maps. 0 or -errno. */
static int map_region(struct mm_struct *mm, struct map_request *r)
{
	unsigned long npages = r->len >> PAGE_SHIFT, end = r->addr + r->len;
	int err = 0;

	/* The pages that a MAP_FIXED replaces do not count. */
	if (!may_expand_vm(mm, r->vm_flags, npages) &&
	    !may_expand_vm(mm, r->vm_flags, npages - count_pages_in_range(r->at.vma, r->addr, end)))
		return -ENOMEM;
	if (unmap_at(mm, &r->at, r->addr, end))
		return -ENOMEM;
	if ((r->vm_flags & (VM_NORESERVE | VM_SHARED | VM_WRITE)) == VM_WRITE) {
		if (security_vm_enough_memory(npages))
			return -ENOMEM;
		r->vm_flags |= VM_ACCOUNT;
	}
	if (!vma_merge_new(mm, r->at.prev, r->at.vma, r->addr, end, r->vm_flags, r->file, r->pgoff))
		err = new_vma(mm, r);
	if (!err)
		vm_stat_account(mm, r->vm_flags, npages);
	return err;
}

static bool file_noexec(const struct file *file)
{
	const struct vfsmount *mnt = file->f_path.mnt;

	return mnt && ((mnt->mnt_flags & MS_NOEXEC) || mnt->mnt_sb->s_noexec);
}

/* Can offsets of the file express the range? */
static bool file_mmap_ok(const struct file *file, unsigned long pgoff, unsigned long len)
{
	umode_t mode = file->f_inode->i_mode;
	bool sized = S_ISREG(mode) || S_ISBLK(mode) || S_ISSOCK(mode);
	unsigned long max_bytes = sized ? INT64_MAX : UINT64_MAX;

	return len <= max_bytes && pgoff <= (max_bytes - len) >> PAGE_SHIFT;
}

static int check_file_mapping(struct file *file, unsigned long prot, unsigned long flags,
			      struct map_request *r)
{
	unsigned long type = flags & MAP_TYPE;
	bool writable = file->f_mode & FMODE_WRITE;

	if (!file_mmap_ok(file, r->pgoff, r->len))
		return -EOVERFLOW;
	if (type != MAP_PRIVATE && type != MAP_SHARED && type != MAP_SHARED_VALIDATE)
		return -EINVAL;
	/* Plain MAP_SHARED ignores unknown flags; MAP_SHARED_VALIDATE refuses them. */
	if (type == MAP_SHARED_VALIDATE && (flags & ~(MAP_TYPE | LEGACY_MAP_MASK)))
		return -EOPNOTSUPP;
	if (type != MAP_PRIVATE) {
		if ((prot & PROT_WRITE) && !writable)
			return -EACCES;
		r->vm_flags |= VM_MAYSHARE | (writable ? VM_SHARED : 0);
		if (!writable)
			r->vm_flags &= ~VM_MAYWRITE;
	}
	if (!(file->f_mode & FMODE_READ))
		return -EACCES;
	if (file_noexec(file)) {
		if (r->vm_flags & VM_EXEC)
			return -EPERM;
		r->vm_flags &= ~VM_MAYEXEC;
	}
	if (!file->f_op->mmap)
		return -ENODEV;
	return r->vm_flags & VM_GROWSDOWN ? -EINVAL : 0;
}

static int check_anon_mapping(unsigned long flags, struct map_request *r)
{
	bool shared = (flags & MAP_TYPE) == MAP_SHARED;

	if (shared ? r->vm_flags & VM_GROWSDOWN : (flags & MAP_TYPE) != MAP_PRIVATE)
		return -EINVAL;
	r->pgoff = shared ? 0 : r->addr >> PAGE_SHIFT;
	r->vm_flags |= shared ? VM_SHARED | VM_MAYSHARE : 0;
	return 0;
}

/* PROT_* are the low three bits of VM_*; MAP_GROWSDOWN and MAP_LOCKED are the same bits as VM_*. */
static unsigned long calc_vm_flags(unsigned long prot, unsigned long flags)
{
	bool noreserve = (flags & MAP_NORESERVE) && sysctl_overcommit_memory != OVERCOMMIT_NEVER;

	return VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC | (noreserve ? VM_NORESERVE : 0) |
	       (prot & (PROT_READ | PROT_WRITE | PROT_EXEC)) |
	       (flags & (MAP_GROWSDOWN | MAP_LOCKED)) | VM_SOFTDIRTY;
}

_Static_assert(PROT_READ == VM_READ && PROT_WRITE == VM_WRITE && PROT_EXEC == VM_EXEC &&
		       MAP_GROWSDOWN == VM_GROWSDOWN && MAP_LOCKED == VM_LOCKED,
	       "see calc_vm_flags");

/* Checks the numbers and chooses the address: sets r->addr, r->len, r->at. 0 or -errno. */
static int place_mapping(struct mm_struct *mm, struct map_request *r, unsigned long flags)
{
	int err;

	if (!(flags & MAP_FIXED)) {
		r->addr &= PAGE_MASK;
		if (r->addr)
			r->addr = max(r->addr, MMAP_MIN_ADDR);
	}
	r->len = PAGE_ALIGN(r->len);
	if (!r->len)
		return -ENOMEM;
	if (r->pgoff + (r->len >> PAGE_SHIFT) < r->pgoff)
		return -EOVERFLOW;
	if (mm->map_count > sysctl_max_map_count)
		return -ENOMEM;
	err = get_unmapped_place(&r->addr, r->len, flags, &r->at);
	if (err)
		return err;
	if ((flags & MAP_FIXED_NOREPLACE) && r->at.vma && r->at.vma->vm_start < r->addr + r->len)
		return -EEXIST;
	return 0;
}

/*
 * The core of mmap. @flags: MAP_*. *addr: in the hint, out the address. *populate: the caller must
 * fault the pages in. mmap_lock held for writing. 0 or -errno.
 */
static int do_mmap(struct file *file, unsigned long *addr, unsigned long len, unsigned long prot,
		   unsigned long flags, unsigned long pgoff, bool *populate)
{
	struct map_request r = {.file = file, .addr = *addr, .len = len, .pgoff = pgoff};
	struct mm_struct *mm = current->mm;
	int err;

	if (!len)
		return -EINVAL;
	if ((prot & PROT_READ) && (current->personality & READ_IMPLIES_EXEC) &&
	    !(file && file_noexec(file)))
		prot |= PROT_EXEC;
	if (flags & MAP_FIXED_NOREPLACE)
		flags |= MAP_FIXED;
	err = place_mapping(mm, &r, flags);
	if (err)
		return err;
	r.vm_flags = calc_vm_flags(prot, flags) | mm->def_flags;
	if ((flags & MAP_LOCKED) && !can_do_mlock())
		return -EPERM;
	err = mlock_future_check(mm, r.vm_flags, r.len);
	if (err)
		return err;
	err = file ? check_file_mapping(file, prot, flags, &r) : check_anon_mapping(flags, &r);
	if (!err)
		err = map_region(mm, &r);
	*addr = r.addr;
	*populate =
		(r.vm_flags & VM_LOCKED) || (flags & (MAP_POPULATE | MAP_NONBLOCK)) == MAP_POPULATE;
	return err;
}

static int vm_mmap_pgoff(struct file *file, unsigned long *addr, unsigned long len,
			 unsigned long prot, unsigned long flags, unsigned long pgoff)
{
	struct mm_struct *mm = current->mm;
	bool populate;
	int err;

	if (mmap_write_lock_killable(mm))
		return -EINTR;
	err = do_mmap(file, addr, len, prot, flags, pgoff, &populate);
	mmap_write_unlock(mm);
	/* The mapping has succeeded even if its pages cannot be faulted in. */
	if (!err && populate)
		mm_populate(*addr, PAGE_ALIGN(len));
	return err;
}

int vm_mmap(struct file *file, unsigned long *addr, unsigned long len, unsigned long prot,
	    unsigned long flags, unsigned long offset)
{
	if (offset + PAGE_ALIGN(len) < offset || offset_in_page(offset))
		return -EINVAL;
	return vm_mmap_pgoff(file, addr, len, prot, flags, offset >> PAGE_SHIFT);
}

/* 0 stands for the default, the others for pages of 2 MiB and 1 GiB. */
static bool huge_size_exists(unsigned long flags)
{
	unsigned long log = flags >> MAP_HUGE_SHIFT & MAP_HUGE_MASK;

	return !log || log == PMD_SHIFT || log == PUD_SHIFT;
}

long sys_mmap(unsigned long addr, unsigned long len, unsigned long prot, unsigned long flags,
	      unsigned long fd, unsigned long off)
{
	struct file *file = NULL;
	int err;

	if (offset_in_page(off))
		return -EINVAL;
	if (!(flags & MAP_ANONYMOUS)) {
		file = fget_files(current->files, fd, FMODE_PATH);
		if (!file)
			return -EBADF;
	}
	if (flags & MAP_HUGETLB) /* there is no pool of huge pages */
		err = file || !huge_size_exists(flags) ? -EINVAL : -ENOMEM;
	else
		err = vm_mmap_pgoff(file, &addr, len, prot, flags, off >> PAGE_SHIFT);
	if (file)
		fput(file);
	return err ? err : (long)addr;
}
