/* SPDX-License-Identifier: MIT */
/*
 * Memory: frames (mm/frames/page_alloc.c, mm/frames/slab.c, mm/frames/vmalloc.c, mm/frames/pgtable.c: they stand
 * below the scheduler and call only lib/), and address spaces above them.
 * Functions whose name ends in _locked, and those that say so, want mmap_lock held.
 */
#ifndef MM_H
#define MM_H

#include <mm_types.h>
#include <asm/pgtable.h>
#include <errno.h>

struct task_struct;
struct file;
struct inode;
struct boot_info;

/* ---- frames ---------------------------------------------------------- */

typedef unsigned int gfp_t;
#define GFP_KERNEL	0u
#define __GFP_ZERO	1u
#define GFP_ZERO	__GFP_ZERO
#define __GFP_USER	2u		/* leaves the reserve alone: see alloc_user_page */

#define MAX_ORDER	11		/* largest block: 2^10 pages */

#define pfn_to_page(pfn)	((struct page *)VMEMMAP_START + (pfn))
#define page_to_pfn(p)		((pfn_t)((p) - (struct page *)VMEMMAP_START))
#define page_to_phys(p)		((phys_addr_t)(page_to_pfn(p) << PAGE_SHIFT))
#define page_address(p)		phys_to_virt(page_to_phys(p))
#define virt_to_page(v)		pfn_to_page(virt_to_phys(v) >> PAGE_SHIFT)

/*
 * mem_init: builds the direct map, vmemmap and the buddy allocator from the
 * memory map in @bi; what @bi reserves (kernel, initramfs, boot tables) stays
 * out until free_reserved. Panics with a clear message if RAM does not suffice.
 */
void mem_init(const struct boot_info *bi);
/* Gives a boot-time range (initramfs) to the allocator. */
void free_reserved(phys_addr_t start, phys_addr_t end);

/* 2^order contiguous frames with one reference, or NULL. Never sleeps. Any context. */
struct page *alloc_pages(gfp_t gfp, unsigned int order);
void __free_pages(struct page *page, unsigned int order);
static inline struct page *alloc_page(gfp_t gfp) { return alloc_pages(gfp, 0); }
void *__get_free_pages(gfp_t gfp, unsigned int order);	/* the same by virtual address */
void free_pages(void *addr, unsigned int order);
static inline void get_page(struct page *p) { atomic_inc(&p->_refcount); }
void put_page(struct page *p);		/* frees the frame with the last reference */
unsigned long nr_free_pages(void);
unsigned long totalram_pages(void);
void clear_page(void *p);
void copy_page(void *to, const void *from);
extern struct page *zero_page;		/* one frame of zeros, mapped read-only and special */

struct kmem_cache;
struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align);
void *kmem_cache_alloc(struct kmem_cache *c, gfp_t gfp);
void kmem_cache_free(struct kmem_cache *c, void *obj);
void *kmalloc(size_t size, gfp_t gfp);	/* any size up to 4 MiB; NULL if there is none; 16-byte aligned */
static inline void *kzalloc(size_t size) { return kmalloc(size, __GFP_ZERO); }
void kfree(const void *p);
char *kstrdup(const char *s);
void *kmemdup(const void *p, size_t n);
void slab_init(void);
unsigned long slab_pages(void);		/* frames held by slabs */

/* Page-wise memory in the vmalloc area; one unmapped guard page below each piece. */
void *vmalloc(size_t size);
void vfree(void *p);
/* Maps device registers, uncached. */
void *ioremap(phys_addr_t pa, size_t size);

/* Kernel half of the tables. Maps [va, va+size) to @pa. Panics when no frame is left for a table. */
void map_kernel_range(unsigned long va, phys_addr_t pa, size_t size, pgprot_t prot);
/* The leaf entry for @va in the kernel's or a user's tables, NULL if a level is absent. *level: 1 = 4 KiB, 2 = 2 MiB, 3 = 1 GiB. */
pte_t *lookup_address(pgd_t *pgd, unsigned long va, unsigned int *level);
extern pgd_t *init_pgd;			/* the kernel's own top table */
/* ptdump.c: panics if a kernel page is writable and executable; empty unless DEBUG=1. */
#ifdef DEBUG
void ptdump_check_wx(void);
#else
static inline void ptdump_check_wx(void) {}
#endif

/* ---- page tables of an address space: mm/frames/pgtable.c, mm/memory.c ------ */

pgd_t *pgd_alloc(void);			/* a top table whose kernel half is init_pgd's; NULL */
void pgd_free(pgd_t *pgd);
/* The entry for @addr; tables are made when @alloc. NULL: absent, or no memory. page_table_lock held, or mm private. */
pte_t *walk_pte(struct mm_struct *mm, unsigned long addr, bool alloc);
/* The first entry in [*addr, end) that is not empty, *addr becoming its address; NULL: no more. */
pte_t *next_pte(struct mm_struct *mm, unsigned long *addr, unsigned long end);
/* Frees the tables that lie wholly within [floor, ceiling) and have no area left in [start, end). */
void free_pgtables(struct mm_struct *mm, unsigned long start, unsigned long end,
		   unsigned long floor, unsigned long ceiling);
void flush_tlb_range(struct mm_struct *mm, unsigned long start, unsigned long end);
pgprot_t vm_get_page_prot(unsigned long vm_flags);

/* Removes all PTEs in [start, end) and drops their pages; rss goes down. mmap_lock held (write, or read for MADV_DONTNEED). */
void zap_page_range(struct vm_area_struct *vma, unsigned long start, unsigned long end);
/* fork: copies @src's PTEs into @dst, write-protecting both where private. 0 or -ENOMEM. */
int copy_page_range(struct vm_area_struct *dst, struct vm_area_struct *src);
/* mprotect: rewrites the rights of the present PTEs to @vma->vm_page_prot. */
void change_protection(struct vm_area_struct *vma, unsigned long start, unsigned long end);
/* mremap and shift_arg_pages: moves PTEs. Returns the number of bytes moved (less than @len: -ENOMEM on the way). */
unsigned long move_page_tables(struct vm_area_struct *vma, unsigned long old_addr,
			       unsigned long new_addr, unsigned long len);
/* Serves one fault. mmap_lock held for read. Returns VM_FAULT_*. */
vm_fault_t handle_mm_fault(struct vm_area_struct *vma, unsigned long address, unsigned int flags);
/* Truncation: removes every mapping of pages from @first on of @mapping in all address spaces. */
void unmap_mapping_range(struct address_space *mapping, unsigned long first);

/* Faults @addr's page in and returns it with a reference. Foreign mm allowed. mmap_lock held for read. ERR_PTR(-EFAULT...). */
struct page *get_user_page(struct mm_struct *mm, unsigned long addr, bool write, bool force);
/* Reads or writes another process's memory through its page tables; takes mmap_lock; returns bytes done. */
int access_remote_vm(struct mm_struct *mm, unsigned long addr, void *buf, int len, bool write);
/* Faults in all that is mapped of [start, start + len) in current's. mmap_lock NOT held. 0, or an area's -errno. */
int mm_populate(unsigned long start, unsigned long len);

/* ---- areas: mm/mmap.c, mprotect.c, mremap.c, mm_init.c, vdso.c ------- */

struct mm_struct *mm_alloc(void);	/* empty address space, mm_users = 1; NULL */
void mmput(struct mm_struct *mm);	/* drops a user; the last one unmaps everything (exit_mmap) */
void mmdrop(struct mm_struct *mm);	/* drops a reference to the struct */
void set_dumpable(struct mm_struct *mm, int value);	/* SUID_DUMP_* */
int get_dumpable(struct mm_struct *mm);
static inline void mmgrab(struct mm_struct *mm) { atomic_inc(&mm->mm_count); }
static inline void mmget(struct mm_struct *mm) { atomic_inc(&mm->mm_users); }
struct mm_struct *get_task_mm(struct task_struct *t);	/* with a user reference, or NULL */
/* fork: a copy of @oldmm with its areas copied, pages shared copy-on-write. NULL: no memory. */
struct mm_struct *dup_mm(struct mm_struct *oldmm);
void exit_mmap(struct mm_struct *mm);
/* Replaces exe_file (with deny-write on the new, allow-write on the old). */
int set_mm_exe_file(struct mm_struct *mm, struct file *f);
struct file *get_mm_exe_file(struct mm_struct *mm);

static inline void mmap_read_lock(struct mm_struct *mm) { down_read(&mm->mmap_lock); }
static inline bool mmap_read_trylock(struct mm_struct *mm) { return down_read_trylock(&mm->mmap_lock); }
static inline void mmap_read_unlock(struct mm_struct *mm) { up_read(&mm->mmap_lock); }
static inline void mmap_write_lock(struct mm_struct *mm) { down_write(&mm->mmap_lock); }
static inline int mmap_write_lock_killable(struct mm_struct *mm) { return down_write_killable(&mm->mmap_lock); }
static inline void mmap_write_unlock(struct mm_struct *mm) { up_write(&mm->mmap_lock); }

struct vm_area_struct *vm_area_alloc(struct mm_struct *mm);	/* zeroed, vm_mm set; NULL */
void vm_area_free(struct vm_area_struct *vma);			/* the struct only */
/* First area with vm_end > addr, or NULL. mmap_lock held, for reading at least. */
struct vm_area_struct *find_vma(struct mm_struct *mm, unsigned long addr);
/* The area that covers @addr, growing a stack area down to it if need be; NULL. mmap_lock held, for reading at least. */
struct vm_area_struct *find_extend_vma(struct mm_struct *mm, unsigned long addr);
/* First area that overlaps [start, end), or NULL. */
struct vm_area_struct *find_vma_intersection(struct mm_struct *mm, unsigned long start, unsigned long end);
/* Links a new area into the list. 0 or -ENOMEM (it overlaps). mmap_lock held for write. */
int insert_vm_struct(struct mm_struct *mm, struct vm_area_struct *vma);
struct vm_area_struct *vma_merge(struct mm_struct *mm, struct vm_area_struct *prev, unsigned long addr,
				 unsigned long end, unsigned long vm_flags, struct anon_vma *anon_vma,
				 struct file *file, unsigned long pgoff);
int split_vma(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, int new_below);
/* Moves the edges of an area (exec's stack); neighbours must not be hit. 0 or -ENOMEM. */
int vma_adjust(struct vm_area_struct *vma, unsigned long start, unsigned long end, unsigned long pgoff);
int expand_stack(struct vm_area_struct *vma, unsigned long address);	/* 0 or -errno; checks rlimit and gap */
unsigned long vm_start_gap(struct vm_area_struct *vma);
extern unsigned long stack_guard_gap;	/* bytes: 256 pages */
/* Gives @vma an anon_vma (or its mergeable neighbour's). 0 or -ENOMEM. Called by the fault handler. */
int anon_vma_prepare(struct vm_area_struct *vma);
int anon_vma_fork(struct vm_area_struct *dst, struct vm_area_struct *src);
void unlink_anon_vma(struct vm_area_struct *vma);
bool may_expand_vm(struct mm_struct *mm, unsigned long vm_flags, unsigned long npages);
void vm_stat_account(struct mm_struct *mm, unsigned long vm_flags, long npages);

/*
 * mmap(2) of a struct file. @len is rounded up to whole pages, @offset is in bytes. *addr: the
 * hint, or the fixed place; on return where the mapping begins. 0, -EINVAL (@offset or the fixed
 * place is not page aligned, @len 0), -EEXIST (MAP_FIXED_NOREPLACE), -ENOMEM (no room, or above
 * user space).
 */
int vm_mmap(struct file *file, unsigned long *addr, unsigned long len, unsigned long prot,
	    unsigned long flags, unsigned long offset);
int do_munmap(struct mm_struct *mm, unsigned long start, size_t len);	/* lock held for write */
/* do_munmap of current. 0, also if nothing was mapped there; -EINVAL: @len 0, @start not page aligned, no user space. */
int vm_munmap(unsigned long start, size_t len);
/*
 * Anonymous memory at a fixed place, as a bss is: @flags may be VM_EXEC. Replaces what is there.
 * 0, also for @len 0: then nothing is done. -ENOMEM: above user space, a limit; -EINVAL: @addr not page aligned.
 */
int vm_brk_flags(unsigned long addr, unsigned long len, unsigned long flags);
/* Finds room in current's. *addr: the wish (0: none). @flags: MAP_FIXED or 0. 0, -ENOMEM or -EINVAL. */
int get_unmapped_area(unsigned long *addr, unsigned long len, unsigned long flags);
/* Picks mmap_base from the stack limit and, if PF_RANDOMIZE, a random offset. arch/x86/mm/mmap.c in Linux. */
void arch_pick_mmap_layout(struct mm_struct *mm, unsigned long stack_rlim);
/* mm/randomize.c */
#define STACK_RND_MASK	0x3fffffUL	/* pages: 16 GiB */
unsigned long arch_align_stack(unsigned long sp);
unsigned long arch_randomize_brk(struct mm_struct *mm);
unsigned long arch_mmap_rnd(void);	/* a random number of bytes, whole pages; 0 without PF_RANDOMIZE */
unsigned long randomize_stack_top(unsigned long stack_top);
int mprotect_fixup(struct vm_area_struct *vma, struct vm_area_struct **pprev, unsigned long start,
		   unsigned long end, unsigned long newflags);

/* Maps [vvar] and [vdso]; sets mm->context.vdso. 0 or -errno. */
struct linux_binprm;
int arch_setup_additional_pages(struct linux_binprm *bprm, int uses_interp);
/* The name that maps shows for a kernel-made area ("[vdso]"), or NULL. */
const char *arch_vma_name(struct vm_area_struct *vma);

static inline bool vma_is_anonymous(const struct vm_area_struct *vma) { return !vma->vm_ops; }
static inline unsigned long vma_pages(const struct vm_area_struct *vma)
{
	return (vma->vm_end - vma->vm_start) >> PAGE_SHIFT;
}

/* The page of the file, or of memory as a whole, that @addr shows. */
static inline unsigned long vma_pgoff(const struct vm_area_struct *vma, unsigned long addr)
{
	return vma->vm_pgoff + ((addr - vma->vm_start) >> PAGE_SHIFT);
}

/* [vsyscall]: a gate area of every process, never in the list. mm/gate.c */
enum vsyscall_mode { VSYSCALL_NONE, VSYSCALL_XONLY, VSYSCALL_EMULATE };
extern enum vsyscall_mode vsyscall_mode;	/* "vsyscall=" on the command line; default none, as Debian's */
struct vm_area_struct *get_gate_vma(struct mm_struct *mm);

/* ---- page cache: mm/filemap.c ---------------------------------------- */

/* The page @index of @mapping with a reference, or NULL. */
struct page *find_get_page(struct address_space *mapping, unsigned long index);
/* The same, made and read in if absent; uptodate, unlocked. ERR_PTR(-ENOMEM, -ENOSPC). */
struct page *read_mapping_page(struct address_space *mapping, unsigned long index);
/* read(2) of a file that has pages: from *pos to a user or kernel buffer. Bytes, 0 at the end, -EFAULT... */
ssize_t filemap_read(struct file *f, void *buf, size_t n, loff_t *pos, bool user);
/* write(2) into the page cache, i_rwsem held; grows i_size. */
ssize_t filemap_write(struct file *f, const void *buf, size_t n, loff_t *pos, bool user);
extern const struct vm_operations_struct generic_file_vm_ops;
int generic_file_mmap(struct file *f, struct vm_area_struct *vma);
/* Drops the pages from byte @newsize on (and zeroes the tail of the last), unmapping them first. */
void truncate_pagecache(struct inode *inode, loff_t newsize);
void truncate_inode_pages(struct address_space *mapping);	/* all, at inode death */
unsigned long nr_file_pages(void);
/* Anonymous shared memory (MAP_SHARED|MAP_ANONYMOUS, /dev/zero): a file "/dev/zero (deleted)". Filled in by fs/ramfs.c. */
extern struct file *(*shmem_file_setup)(const char *name, loff_t size);

/* Physical pages reserved for commit accounting: MAP_NORESERVE, overcommit as Linux's heuristic mode. */
int security_vm_enough_memory(long pages);	/* 0 or -ENOMEM: refuses only the obviously absurd */

/* ---- areas: what the files of mm/ share (mm/vma.c, mmap.c, mlock.c, layout.c) --- */

#define MAX_MAP_COUNT		65530		/* areas an address space may have: vm.max_map_count */
#define MMAP_MIN_ADDR		65536UL		/* below it only CAP_SYS_RAWIO may map: vm.mmap_min_addr */
extern int randomize_va_space;			/* 0: no ASLR, 1: all but brk, 2: all */

static inline bool vma_is_accessible(const struct vm_area_struct *vma)
{
	return vma->vm_flags & VM_ACCESS_FLAGS;
}

/* As find_vma; *pprev is the area before it (the last one of all, if there is none above @addr), or NULL. */
struct vm_area_struct *find_vma_prev(struct mm_struct *mm, unsigned long addr, struct vm_area_struct **pprev);
/* A copy that is in no list, with a reference to the file, without anon_vma. NULL. */
struct vm_area_struct *vm_area_copy(const struct vm_area_struct *vma);
/* An area of anonymous memory that is in no list yet. NULL. */
struct vm_area_struct *vm_area_new(struct mm_struct *mm, unsigned long start, unsigned long end,
				   unsigned long vm_flags);
/*
 * Links @vma, which overlaps nothing, after @prev (NULL: first) into the list and its file's i_mmap;
 * counts it, and leaves a record of who made it (mm_trace.h).
 */
void vma_link(struct mm_struct *mm, struct vm_area_struct *vma, struct vm_area_struct *prev);
/* Undoes vma_link; the area keeps its references. */
void vma_unlink(struct mm_struct *mm, struct vm_area_struct *vma);
/* Closes an unlinked area: drops its file and anon_vma, frees the struct. */
void remove_vma(struct vm_area_struct *vma);
/* split_vma without the limit on the number of areas. */
int __split_vma(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, int new_below);
/* vma_merge for a range that no area covers, with mmap's own preference. @prev, @next: its neighbours. */
struct vm_area_struct *vma_merge_new(struct mm_struct *mm, struct vm_area_struct *prev,
				     struct vm_area_struct *next, unsigned long addr, unsigned long end,
				     unsigned long vm_flags, struct file *file, unsigned long pgoff);
bool can_vma_merge_after(struct vm_area_struct *vma, unsigned long addr, unsigned long vm_flags,
			 struct anon_vma *anon_vma, struct file *file, unsigned long pgoff);
/*
 * Gives [start, end) of @vma the flags @vm_flags: merged with a neighbour that
 * has them already, or split off. *pprev: in the area before @start (or @vma),
 * out the area that now covers the range. 0 or -errno.
 */
int vma_carve(struct vm_area_struct *vma, struct vm_area_struct **pprev, unsigned long start,
	      unsigned long end, unsigned long vm_flags);
/* What to do to [start, end), which lies in @vma; *pprev as in vma_carve. 0 or -errno. */
typedef int area_fn(struct vm_area_struct *vma, struct vm_area_struct **pprev, unsigned long start,
		    unsigned long end, unsigned long arg);
/*
 * Calls @fn for each area's part of [start, end) until one fails. A hole makes the result -ENOMEM:
 * at once, or with @skip_holes in the end.
 */
int walk_areas(struct mm_struct *mm, unsigned long start, unsigned long end, bool skip_holes,
	       area_fn *fn, unsigned long arg);
/* @dst, which has none, gets @src's anon_vma, if there is one, with a reference of its own. No error. */
void anon_vma_clone(struct vm_area_struct *dst, const struct vm_area_struct *src);
/* Does RLIMIT_MEMLOCK leave room for @npages more? */
bool may_lock(const struct mm_struct *mm, unsigned long npages);

/* ---- oom_kill.c -------------------------------------------------------- */

/* A page for user space or a file. If there is none a process is killed. NULL: current is to die, or has no mm. May sleep. */
struct page *alloc_user_page(gfp_t gfp);
/* Kills the process with the most points, unless one is dying already. True: try again. Holds no spinlock; may sleep. */
bool out_of_memory(void);
/* The points of a process: pages, and a thousandth of @totalpages for each of oom_score_adj. INT64_MIN: not killable. tasklist_lock held. */
long oom_badness(struct task_struct *p, unsigned long totalpages);

#endif
