/* SPDX-License-Identifier: MIT */
/*
 * Making and removing areas: mmap, munmap, brk, the growth of stacks, and the
 * end of an address space. mm/vma.c keeps the list, mm/layout.c says where an
 * area may go, mm/memory.c has the page tables.
 * Abridges Linux 6.1 mm/mmap.c; leaves out hugetlb, memory policies, seals,
 * and strict overcommit. The order of the checks, and what each is worth in
 * errno, is Linux's.
 *
 *   do_mmap:  check the wish -> find the place -> check file and rights
 *             -> map_region: limits -> unmap what is there -> merge, or a new area
 */
#include <mm.h>
#include <fs.h>
#include <sched.h>
#include <syscalls.h>
#include <linux/capability.h>
#include <linux/personality.h>
#include <linux/mman.h>
#include <linux/mount.h>
#include <asm/mman.h>

#define LEGACY_MAP_MASK                                                                            \
	(MAP_SHARED | MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS | MAP_DENYWRITE | MAP_EXECUTABLE |   \
	 MAP_UNINITIALIZED | MAP_GROWSDOWN | MAP_LOCKED | MAP_NORESERVE | MAP_POPULATE |           \
	 MAP_NONBLOCK | MAP_STACK | MAP_HUGETLB | MAP_32BIT | MAP_HUGE_2MB | MAP_HUGE_1GB)
/* Above every area, and a multiple of what the top-level entries map: no table straddles it. */
#define PGTABLES_CEILING ALIGN(TASK_SIZE, PGDIR_SIZE)

unsigned long stack_guard_gap = 256 * PAGE_SIZE;
struct file *(*shmem_file_setup)(const char *name, loff_t size);

/* Everything that a new area is made of. */
struct map_request {
	struct file *file;
	unsigned long addr, len; /* bytes, page aligned */
	unsigned long vm_flags;
	unsigned long pgoff;
};

/* ---- accounting ------------------------------------------------------- */

static bool is_exec_mapping(unsigned long flags)
{
	return (flags & (VM_EXEC | VM_WRITE | VM_GROWSDOWN)) == VM_EXEC;
}

static bool is_data_mapping(unsigned long flags)
{
	return (flags & (VM_WRITE | VM_SHARED | VM_GROWSDOWN)) == VM_WRITE;
}

/* May current's limits bear @npages more with these flags in @mm? */
bool may_expand_vm(struct mm_struct *mm, unsigned long vm_flags, unsigned long npages)
{
	const struct rlimit64 *data = &current->signal->rlim[RLIMIT_DATA];

	if (mm->total_vm + npages > rlimit(RLIMIT_AS) >> PAGE_SHIFT)
		return false;
	if (!is_data_mapping(vm_flags) || mm->data_vm + npages <= data->rlim_cur >> PAGE_SHIFT)
		return true;
	/* A soft limit of 0 stands for "old meaning, brk only": then the hard one counts. */
	return data->rlim_cur == 0 && mm->data_vm + npages <= data->rlim_max >> PAGE_SHIFT;
}

/* Adds @npages (or takes them, negative) to the totals that areas with @vm_flags count in. */
void vm_stat_account(struct mm_struct *mm, unsigned long vm_flags, long npages)
{
	mm->total_vm += npages;
	mm->hiwater_vm = max(mm->hiwater_vm, mm->total_vm);
	if (is_exec_mapping(vm_flags))
		mm->exec_vm += npages;
	else if (vm_flags & VM_GROWSDOWN)
		mm->stack_vm += npages;
	else if (is_data_mapping(vm_flags))
		mm->data_vm += npages;
}

int security_vm_enough_memory(struct mm_struct *mm __maybe_unused, long pages)
{
	return pages > (long)totalram_pages() ? -ENOMEM : 0;
}

static bool accountable_mapping(unsigned long vm_flags)
{
	return (vm_flags & (VM_NORESERVE | VM_SHARED | VM_WRITE)) == VM_WRITE;
}

void vma_set_page_prot(struct vm_area_struct *vma)
{
	unsigned long flags = vma->vm_flags;

	if ((flags & (VM_WRITE | VM_SHARED)) == (VM_WRITE | VM_SHARED) && vma->vm_ops &&
	    vma->vm_ops->page_mkwrite)
		flags &= ~VM_SHARED;
	vma->vm_page_prot = vm_get_page_prot(flags);
}

/* ---- munmap ----------------------------------------------------------- */

/*
 * Unlinks all areas of [start, end), whose ends are at its edges, into a list of their own.
 * Gives its head.
 */
static struct vm_area_struct *detach_areas(struct mm_struct *mm, struct vm_area_struct *vma,
					   unsigned long end)
{
	struct vm_area_struct *head = vma, **link = &head;

	while (vma && vma->vm_start < end) {
		struct vm_area_struct *next = vma->vm_next;

		if (vma->vm_flags & VM_LOCKED)
			mm->locked_vm -= vma_pages(vma);
		vma_unlink(mm, vma);
		*link = vma;
		link = &vma->vm_next;
		vma = next;
	}
	*link = NULL;
	return head;
}

static void free_areas(struct mm_struct *mm, struct vm_area_struct *vma)
{
	while (vma) {
		struct vm_area_struct *next = vma->vm_next;

		vm_stat_account(mm, vma->vm_flags, -(long)vma_pages(vma));
		remove_vma(vma);
		vma = next;
	}
}

/*
 * Cuts at @start and @end where they lie inside an area; *first becomes the first area of the
 * range.
 */
static int split_at_edges(struct mm_struct *mm, struct vm_area_struct **first, unsigned long start,
			  unsigned long end)
{
	struct vm_area_struct *vma = *first, *last;
	int err;

	if (start > vma->vm_start) {
		/* A hole in the middle makes one area more; at the limit that is refused. */
		if (end < vma->vm_end && mm->map_count >= MAX_MAP_COUNT)
			return -ENOMEM;
		err = __split_vma(mm, vma, start, 0);
		if (err)
			return err;
		vma = vma->vm_next;
	}
	last = find_vma(mm, end - 1);
	if (last && last->vm_start < end && end < last->vm_end) {
		err = __split_vma(mm, last, end, 1);
		if (err)
			return err;
		if (last == vma)
			vma = last->vm_prev;
	}
	*first = vma;
	return 0;
}

static int unmap_areas(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long start,
		       unsigned long end)
{
	struct vm_area_struct *prev, *next, *head, *v;
	int err = split_at_edges(mm, &vma, start, end);

	if (err)
		return err;
	prev = vma->vm_prev;
	head = detach_areas(mm, vma, end);
	next = prev ? prev->vm_next : mm->mmap;
	for (v = head; v; v = v->vm_next)
		zap_page_range(v, v->vm_start, v->vm_end);
	free_pgtables(mm, start, end, prev ? prev->vm_end : 0,
		      next ? next->vm_start : PGTABLES_CEILING);
	free_areas(mm, head);
	return 0;
}

/* -EINVAL for a bad range; a range without areas is fine. */
int do_munmap(struct mm_struct *mm, unsigned long start, size_t len)
{
	struct vm_area_struct *vma;
	unsigned long end;

	if (offset_in_page(start) || start > TASK_SIZE || len > TASK_SIZE - start)
		return -EINVAL;
	end = start + PAGE_ALIGN(len);
	if (end == start)
		return -EINVAL;
	vma = find_vma_intersection(mm, start, end);
	return vma ? unmap_areas(mm, vma, start, end) : 0;
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
 * The last user of @mm is gone: all areas, their pages and tables go. Takes no lock: nobody is
 * left to hold it.
 */
void exit_mmap(struct mm_struct *mm)
{
	struct vm_area_struct *vma, *head = detach_areas(mm, mm->mmap, TASK_SIZE);

	if (!head)
		return;
	for (vma = head; vma; vma = vma->vm_next)
		zap_page_range(vma, vma->vm_start, vma->vm_end);
	free_pgtables(mm, 0, TASK_SIZE, 0, PGTABLES_CEILING);
	free_areas(mm, head);
}

/* ---- mmap ------------------------------------------------------------- */

static unsigned long count_pages_in_range(struct mm_struct *mm, unsigned long start,
					  unsigned long end)
{
	struct vm_area_struct *vma = find_vma(mm, start);
	unsigned long bytes = 0;

	for (; vma && vma->vm_start < end; vma = vma->vm_next)
		bytes += min(vma->vm_end, end) - max(vma->vm_start, start);
	return bytes >> PAGE_SHIFT;
}

/*
 * Gives a new area its backing: the file's own mmap, a file for shared anonymous memory, or
 * none.
 */
static int vma_set_backing(struct vm_area_struct *vma, struct file *file)
{
	int err;

	if (file) {
		vma->vm_file = get_file(file);
		err = file->f_op->mmap(file, vma);
		if (err) {
			fput(vma->vm_file);
			vma->vm_file = NULL;
		}
		return err;
	}
	if (!(vma->vm_flags & VM_SHARED))
		return 0;
	if (!(vma->vm_flags & VM_NORESERVE) &&
	    security_vm_enough_memory(vma->vm_mm, vma_pages(vma)))
		return -ENOMEM;
	file = shmem_file_setup("dev/zero", vma->vm_end - vma->vm_start);
	if (IS_ERR(file))
		return PTR_ERR(file);
	vma->vm_file = file;
	vma->vm_ops = &generic_file_vm_ops;
	return 0;
}

/* An area of its own for @r, after @prev. ERR_PTR. */
static struct vm_area_struct *new_area(struct mm_struct *mm, struct vm_area_struct *prev,
				       const struct map_request *r)
{
	struct vm_area_struct *merged, *vma = vm_area_alloc(mm);
	int err;

	if (!vma)
		return ERR_PTR(-ENOMEM);
	vma->vm_start = r->addr;
	vma->vm_end = r->addr + r->len;
	vma->vm_flags = r->vm_flags;
	vma->vm_page_prot = vm_get_page_prot(r->vm_flags);
	vma->vm_pgoff = r->pgoff;
	err = vma_set_backing(vma, r->file);
	if (err) {
		vm_area_free(vma);
		return ERR_PTR(err);
	}
	/* The driver may have changed the flags: now it may fit. */
	if (r->file && vma->vm_flags != r->vm_flags && prev) {
		merged = vma_merge(mm, prev, vma->vm_start, vma->vm_end, vma->vm_flags, NULL,
				   vma->vm_file, vma->vm_pgoff);
		if (merged) {
			fput(vma->vm_file);
			vm_area_free(vma);
			return merged;
		}
	}
	vma_link(mm, vma, prev);
	return vma;
}

static void account_new(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long vm_flags,
			long npages)
{
	vm_stat_account(mm, vm_flags, npages);
	if (!(vm_flags & VM_LOCKED))
		return;
	if (vm_flags & VM_SPECIAL)
		vma->vm_flags &= VM_LOCKED_CLEAR_MASK;
	else
		mm->locked_vm += npages;
}

/* Past all checks of rights: limits, then the deed. 0 or -errno. */
static int map_region(struct mm_struct *mm, struct map_request *r)
{
	unsigned long npages = r->len >> PAGE_SHIFT, end = r->addr + r->len;
	struct vm_area_struct *prev, *next, *vma;

	/* What a MAP_FIXED replaces does not count. */
	if (!may_expand_vm(mm, r->vm_flags, npages) &&
	    !may_expand_vm(mm, r->vm_flags, npages - count_pages_in_range(mm, r->addr, end)))
		return -ENOMEM;
	if (do_munmap(mm, r->addr, r->len))
		return -ENOMEM;
	if (accountable_mapping(r->vm_flags)) {
		if (security_vm_enough_memory(mm, npages))
			return -ENOMEM;
		r->vm_flags |= VM_ACCOUNT;
	}
	next = find_vma_prev(mm, r->addr, &prev);
	vma = vma_merge_new(mm, prev, next, r->addr, end, r->vm_flags, r->file, r->pgoff);
	if (!vma) {
		vma = new_area(mm, prev, r);
		if (IS_ERR(vma))
			return PTR_ERR(vma);
		r->vm_flags = vma->vm_flags;
	}
	account_new(mm, vma, r->vm_flags, npages);
	vma->vm_flags |= VM_SOFTDIRTY;
	vma_set_page_prot(vma);
	return 0;
}

static bool file_noexec(const struct file *file)
{
	const struct vfsmount *mnt = file->f_path.mnt;

	return (mnt && (mnt->mnt_flags & MS_NOEXEC)) || (file->f_inode->i_sb->s_flags & MS_NOEXEC);
}

/* Does the range fit what the file can address? */
static bool file_mmap_ok(const struct file *file, unsigned long pgoff, unsigned long len)
{
	umode_t mode = file->f_inode->i_mode;
	bool sized = S_ISREG(mode) || S_ISBLK(mode) || S_ISSOCK(mode);
	unsigned long max_bytes = sized ? INT64_MAX : UINT64_MAX;

	return len <= max_bytes && pgoff <= (max_bytes - len) >> PAGE_SHIFT;
}

static int check_shared_file(struct file *file, unsigned long prot, unsigned long flags,
			     unsigned long *vm_flags)
{
	/*
	 * Plain MAP_SHARED ignores flags that it does not know; MAP_SHARED_VALIDATE promises
	 * not to.
	 */
	if ((flags & MAP_TYPE) == MAP_SHARED_VALIDATE && (flags & ~(unsigned long)LEGACY_MAP_MASK))
		return -EOPNOTSUPP;
	if ((prot & PROT_WRITE) && !(file->f_mode & FMODE_WRITE))
		return -EACCES;
	*vm_flags |= VM_SHARED | VM_MAYSHARE;
	if (!(file->f_mode & FMODE_WRITE))
		*vm_flags &= ~(VM_MAYWRITE | VM_SHARED);
	return 0;
}

static int check_file_mapping(struct file *file, unsigned long prot, unsigned long flags,
			      struct map_request *r)
{
	unsigned long type = flags & MAP_TYPE;
	int err;

	if (!file_mmap_ok(file, r->pgoff, r->len))
		return -EOVERFLOW;
	if (type != MAP_PRIVATE && type != MAP_SHARED && type != MAP_SHARED_VALIDATE)
		return -EINVAL;
	if (type != MAP_PRIVATE) {
		err = check_shared_file(file, prot, flags, &r->vm_flags);
		if (err)
			return err;
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
	switch (flags & MAP_TYPE) {
	case MAP_SHARED:
		if (r->vm_flags & VM_GROWSDOWN)
			return -EINVAL;
		r->pgoff = 0;
		r->vm_flags |= VM_SHARED | VM_MAYSHARE;
		return 0;
	case MAP_PRIVATE:
		r->pgoff = r->addr >> PAGE_SHIFT;
		return 0;
	default:
		return -EINVAL;
	}
}

static unsigned long calc_vm_flags(unsigned long prot, unsigned long flags)
{
	unsigned long vm_flags = VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC;

	/*
	 * PROT_* and VM_* share their low three bits; MAP_GROWSDOWN and MAP_LOCKED are VM_*'s
	 * bits too.
	 */
	vm_flags |= prot & (PROT_READ | PROT_WRITE | PROT_EXEC);
	return vm_flags | (flags & (MAP_GROWSDOWN | MAP_LOCKED));
}

_Static_assert(PROT_READ == VM_READ && PROT_WRITE == VM_WRITE && PROT_EXEC == VM_EXEC &&
		       MAP_GROWSDOWN == VM_GROWSDOWN && MAP_LOCKED == VM_LOCKED,
	       "see calc_vm_flags");

static unsigned long round_hint_to_min(unsigned long hint)
{
	hint &= PAGE_MASK;
	return hint && hint < MMAP_MIN_ADDR ? MMAP_MIN_ADDR : hint;
}

/* Checks the numbers and finds the place: r->addr, r->len. */
static int place_mapping(struct mm_struct *mm, struct map_request *r, unsigned long flags)
{
	int err;

	if (!(flags & MAP_FIXED))
		r->addr = round_hint_to_min(r->addr);
	r->len = PAGE_ALIGN(r->len);
	if (!r->len)
		return -ENOMEM;
	if (r->pgoff + (r->len >> PAGE_SHIFT) < r->pgoff)
		return -EOVERFLOW;
	if (mm->map_count > MAX_MAP_COUNT)
		return -ENOMEM;
	err = get_unmapped_area(r->file, &r->addr, r->len, r->pgoff, flags);
	if (err)
		return err;
	if ((flags & MAP_FIXED_NOREPLACE) && find_vma_intersection(mm, r->addr, r->addr + r->len))
		return -EEXIST;
	return 0;
}

int do_mmap(struct file *file, unsigned long *addr, unsigned long len, unsigned long prot,
	    unsigned long flags, unsigned long pgoff, unsigned long *populate)
{
	struct map_request r = {.file = file, .addr = *addr, .len = len, .pgoff = pgoff};
	struct mm_struct *mm = current->mm;
	int err;

	*populate = 0;
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
	if (err)
		return err;
	if (flags & MAP_NORESERVE)
		r.vm_flags |= VM_NORESERVE;
	err = map_region(mm, &r);
	if (err)
		return err;
	*addr = r.addr;
	if ((r.vm_flags & VM_LOCKED) || (flags & (MAP_POPULATE | MAP_NONBLOCK)) == MAP_POPULATE)
		*populate = r.len;
	return 0;
}

static int vm_mmap_pgoff(struct file *file, unsigned long *addr, unsigned long len,
			 unsigned long prot, unsigned long flags, unsigned long pgoff)
{
	struct mm_struct *mm = current->mm;
	unsigned long populate;
	int err;

	if (mmap_write_lock_killable(mm))
		return -EINTR;
	err = do_mmap(file, addr, len, prot, flags, pgoff, &populate);
	mmap_write_unlock(mm);
	if (!err && populate)
		mm_populate(*addr, populate);
	return err;
}

int vm_mmap(struct file *file, unsigned long *addr, unsigned long len, unsigned long prot,
	    unsigned long flags, unsigned long offset)
{
	if (offset + PAGE_ALIGN(len) < offset || offset_in_page(offset))
		return -EINVAL;
	return vm_mmap_pgoff(file, addr, len, prot, flags, offset >> PAGE_SHIFT);
}

/* fget lives a floor above; mmap needs no more of it than this. */
static struct file *file_of_fd(unsigned long fd)
{
	struct files_struct *files = current->files;
	struct file *file = NULL;

	spin_lock(&files->file_lock);
	if ((unsigned int)fd < files->max_fds)
		file = files->fd[(unsigned int)fd].file;
	if (file && (file->f_mode & FMODE_PATH))
		file = NULL;
	if (file)
		get_file(file);
	spin_unlock(&files->file_lock);
	return file;
}

long sys_mmap(unsigned long addr, unsigned long len, unsigned long prot, unsigned long flags,
	      unsigned long fd, unsigned long off)
{
	struct file *file = NULL;
	int err;

	if (offset_in_page(off))
		return -EINVAL;
	if (!(flags & MAP_ANONYMOUS)) {
		file = file_of_fd(fd);
		if (!file)
			return -EBADF;
	}
	if (flags & MAP_HUGETLB) /* no file is of huge pages, and no huge page is set aside */
		err = file ? -EINVAL : -ENOMEM;
	else
		err = vm_mmap_pgoff(file, &addr, len, prot, flags, off >> PAGE_SHIFT);
	if (file)
		fput(file);
	return err ? err : (long)addr;
}

/* ---- brk -------------------------------------------------------------- */

static int check_brk_limits(unsigned long addr, unsigned long len)
{
	int err = get_unmapped_area(NULL, &addr, len, 0, MAP_FIXED);

	return err ? err : mlock_future_check(current->mm, current->mm->def_flags, len);
}

static unsigned long data_default_flags(void)
{
	unsigned long exec = current->personality & READ_IMPLIES_EXEC ? VM_EXEC : 0;

	return VM_READ | VM_WRITE | exec | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC;
}

/*
 * [addr, addr + len), which is free, becomes anonymous memory: appended to
 * @brkvma if that fits, else an area after @prev.
 */
static int do_brk_flags(struct vm_area_struct *brkvma, struct vm_area_struct *prev,
			unsigned long addr, unsigned long len, unsigned long flags)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma = brkvma;
	long npages = len >> PAGE_SHIFT;

	flags |= data_default_flags() | VM_ACCOUNT | mm->def_flags;
	if (!may_expand_vm(mm, flags, npages) || mm->map_count > MAX_MAP_COUNT ||
	    security_vm_enough_memory(mm, npages))
		return -ENOMEM;
	if (vma && vma->vm_end == addr &&
	    can_vma_merge_after(vma, flags, NULL, NULL, addr >> PAGE_SHIFT)) {
		vma_adjust(vma, vma->vm_start, addr + len, vma->vm_pgoff);
	} else {
		vma = vm_area_alloc(mm);
		if (!vma)
			return -ENOMEM;
		vma->vm_start = addr;
		vma->vm_end = addr + len;
		vma->vm_pgoff = addr >> PAGE_SHIFT;
		vma->vm_flags = flags;
		vma->vm_page_prot = vm_get_page_prot(flags);
		vma_link(mm, vma, prev);
	}
	/* The break counts as data, even if READ_IMPLIES_EXEC made it executable. */
	mm->total_vm += npages;
	mm->hiwater_vm = max(mm->hiwater_vm, mm->total_vm);
	mm->data_vm += npages;
	if (flags & VM_LOCKED)
		mm->locked_vm += npages;
	vma->vm_flags |= VM_SOFTDIRTY;
	return 0;
}

int vm_brk_flags(unsigned long addr, unsigned long request, unsigned long flags)
{
	struct mm_struct *mm = current->mm;
	unsigned long len = PAGE_ALIGN(request);
	struct vm_area_struct *prev;
	bool populate;
	int err;

	if (len < request)
		return -ENOMEM;
	if (!len)
		return 0;
	if (flags & ~VM_EXEC)
		return -EINVAL;
	if (mmap_write_lock_killable(mm))
		return -EINTR;
	err = check_brk_limits(addr, len);
	if (!err)
		err = do_munmap(mm, addr, len);
	if (!err) {
		find_vma_prev(mm, addr, &prev);
		err = do_brk_flags(prev, prev, addr, len, flags);
	}
	populate = !err && (mm->def_flags & VM_LOCKED);
	mmap_write_unlock(mm);
	if (populate)
		mm_populate(addr, len);
	return err;
}

/* Is [start_brk, brk) with the data segment within RLIMIT_DATA? */
static bool brk_within_rlimit(const struct mm_struct *mm, unsigned long brk)
{
	u64 limit = rlimit(RLIMIT_DATA);

	return limit == RLIM64_INFINITY ||
	       (brk - mm->start_brk) + (mm->end_data - mm->start_data) <= limit;
}

static int shrink_brk(struct mm_struct *mm, unsigned long newbrk, unsigned long oldbrk)
{
	struct vm_area_struct *vma = find_vma_intersection(mm, newbrk, oldbrk);

	return vma ? unmap_areas(mm, vma, newbrk, oldbrk) : -EINVAL;
}

static int grow_brk(struct mm_struct *mm, unsigned long oldbrk, unsigned long newbrk)
{
	struct vm_area_struct *next, *prev, *brkvma;
	int err = check_brk_limits(oldbrk, newbrk - oldbrk);

	if (err)
		return err;
	next = find_vma_prev(mm, oldbrk, &prev);
	if (next && newbrk + PAGE_SIZE > vm_start_gap(next))
		return -ENOMEM;
	/*
	 * Only what lies above start_brk is the break: a bss that ends there stays an area of
	 * its own.
	 */
	brkvma = prev && prev->vm_end > mm->start_brk ? prev : NULL;
	return do_brk_flags(brkvma, prev, oldbrk, newbrk - oldbrk, 0);
}

/* The break after the call: the old one if it could not be moved. */
long sys_brk(unsigned long brk)
{
	struct mm_struct *mm = current->mm;
	unsigned long oldbrk, newbrk, result;
	bool populate = false;

	if (mmap_write_lock_killable(mm))
		return -EINTR;
	result = mm->brk;
	oldbrk = PAGE_ALIGN(mm->brk);
	newbrk = PAGE_ALIGN(brk);
	if (brk < mm->start_brk || !brk_within_rlimit(mm, brk))
		goto out;
	if (newbrk != oldbrk) {
		if (brk <= mm->brk ? shrink_brk(mm, newbrk, oldbrk) : grow_brk(mm, oldbrk, newbrk))
			goto out;
	}
	populate = newbrk > oldbrk && (mm->def_flags & VM_LOCKED);
	result = mm->brk = brk;
out:
	mmap_write_unlock(mm);
	if (populate)
		mm_populate(oldbrk, newbrk - oldbrk);
	return result;
}

/* ---- stacks ----------------------------------------------------------- */

static int acct_stack_growth(struct vm_area_struct *vma, unsigned long size, unsigned long grow)
{
	struct mm_struct *mm = vma->vm_mm;

	if (!may_expand_vm(mm, vma->vm_flags, grow) || size > rlimit(RLIMIT_STACK))
		return -ENOMEM;
	if (mlock_future_check(mm, vma->vm_flags, grow << PAGE_SHIFT))
		return -ENOMEM;
	return security_vm_enough_memory(mm, grow);
}

/*
 * Extends a VM_GROWSDOWN area so that it contains @address, which lies in the
 * hole below it. Also -EFAULT for any other area, -EPERM below
 * MMAP_MIN_ADDR. mmap_lock held, for reading at least: page_table_lock
 * keeps two such growths apart.
 */
int expand_stack(struct vm_area_struct *vma, unsigned long address)
{
	struct mm_struct *mm = vma->vm_mm;
	struct vm_area_struct *prev = vma->vm_prev;
	unsigned long grow;
	int err;

	if (!(vma->vm_flags & VM_GROWSDOWN))
		return -EFAULT;
	address &= PAGE_MASK;
	if (address < MMAP_MIN_ADDR)
		return -EPERM;
	if (prev && !(prev->vm_flags & VM_GROWSDOWN) && vma_is_accessible(prev) &&
	    address - prev->vm_end < stack_guard_gap)
		return -ENOMEM;
	if (anon_vma_prepare(vma))
		return -ENOMEM;
	if (address >= vma->vm_start)
		return 0;
	grow = (vma->vm_start - address) >> PAGE_SHIFT;
	if (grow > vma->vm_pgoff)
		return -ENOMEM;
	err = acct_stack_growth(vma, vma->vm_end - address, grow);
	if (err)
		return err;
	spin_lock(&mm->page_table_lock);
	if (vma->vm_flags & VM_LOCKED)
		mm->locked_vm += grow;
	vm_stat_account(mm, vma->vm_flags, grow);
	vma->vm_start = address;
	vma->vm_pgoff -= grow;
	spin_unlock(&mm->page_table_lock);
	return 0;
}

struct vm_area_struct *find_extend_vma(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma;
	unsigned long start;

	addr &= PAGE_MASK;
	vma = find_vma(mm, addr);
	if (!vma || vma->vm_start <= addr)
		return vma;
	start = vma->vm_start;
	if (expand_stack(vma, addr))
		return NULL;
	if (vma->vm_flags & VM_LOCKED)
		populate_vma_page_range(vma, addr, start, vma->vm_flags & VM_WRITE);
	return vma;
}
