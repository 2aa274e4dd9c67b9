/* SPDX-License-Identifier: MIT */
/*
 * Address spaces: the functions of mm/ for higher floors. Page frames and page tables are in
 * frames.h, the pages of files in pagecache.h.
 */
#ifndef MM_H
#define MM_H

#include <mm_types.h>
#include <sanitize.h>

struct task_struct;
struct file;
struct linux_binprm;

/* ---- the life of an address space: mm_init.c --------------------------- */

struct mm_struct *mm_alloc(void); /* empty address space, mm_users = 1; NULL */
/* fork: a copy of @oldmm with its VMAs copied, pages shared copy-on-write. NULL: no memory. */
struct mm_struct *dup_mm(struct mm_struct *oldmm);
static inline void mmgrab(struct mm_struct *mm) { refcount_inc(&mm->mm_count); }
void mmdrop(struct mm_struct *mm); /* drops a reference to the struct */
static inline void mmget(struct mm_struct *mm) { refcount_inc(&mm->mm_users); }
/* Drops a user; the last one unmaps everything (exit_mmap). */
void mmput(struct mm_struct *mm);
struct mm_struct *get_task_mm(struct task_struct *t); /* with a user reference, or NULL */
int get_dumpable(struct mm_struct *mm);		      /* SUID_DUMP_*, which set_dumpable sets */
/* Replaces exe_file (with deny-write on the new, allow-write on the old). */
int set_mm_exe_file(struct mm_struct *mm, struct file *f);
struct file *get_mm_exe_file(struct mm_struct *mm);

static inline void mmap_read_lock(struct mm_struct *mm) { down_read(&mm->mmap_lock); }
static inline bool mmap_read_trylock(struct mm_struct *mm)
{
	return down_read_trylock(&mm->mmap_lock);
}
#define mmap_read_unlock(mm) (mm_verify(mm), up_read(&(mm)->mmap_lock))
static inline void mmap_write_lock(struct mm_struct *mm) { down_write(&mm->mmap_lock); }
static inline int mmap_write_lock_killable(struct mm_struct *mm)
{
	return down_write_killable(&mm->mmap_lock);
}
#define mmap_write_unlock(mm) (mm_verify(mm), up_write(&(mm)->mmap_lock))

/* Pages in memory: VmRSS. */
static inline unsigned long get_mm_rss(const struct mm_struct *mm)
{
	return mm->rss_stat[MM_FILEPAGES] + mm->rss_stat[MM_ANONPAGES] +
	       mm->rss_stat[MM_SHMEMPAGES];
}

/* The most pages that there ever were: VmHWM. */
static inline unsigned long get_mm_hiwater_rss(const struct mm_struct *mm)
{
	return max(mm->hiwater_rss, get_mm_rss(mm));
}

#define MMAP_MIN_ADDR 65536UL /* below it only CAP_SYS_RAWIO may map: vm.mmap_min_addr */

/* ---- VMAs: vma.c, expand_stack.c, vdso.c, gate.c -------------------------- */

struct vm_area_struct *vm_area_alloc(struct mm_struct *mm); /* zeroed, vm_mm set; NULL */
void vm_area_free(struct vm_area_struct *vma);		    /* the struct only */
/* The first VMA with vm_end > @addr, or NULL. mmap_lock held, for reading at least. */
struct vm_area_struct *find_vma(struct mm_struct *mm, unsigned long addr);
/* The VMA that contains @addr, or NULL. mmap_lock held, for reading at least. */
static inline struct vm_area_struct *vma_lookup(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma = find_vma(mm, addr);

	return vma && vma->vm_start <= addr ? vma : NULL;
}

/* Grows @vma down to @address. 0 or -errno: not a stack, the limit, the gap. */
int expand_stack(struct vm_area_struct *vma, unsigned long address);
/* vma_lookup, but a stack above @addr grows down to it if it may. mmap_lock as above. */
static inline struct vm_area_struct *find_extend_vma(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma = find_vma(mm, addr);

	return vma && (vma->vm_start <= addr || !expand_stack(vma, addr)) ? vma : NULL;
}

/* Links a new VMA into the list. 0 or -ENOMEM (it overlaps). mmap_lock held for writing. */
int insert_vm_struct(struct mm_struct *mm, struct vm_area_struct *vma);
/* Moves the edges of a VMA (exec's stack). 0, or -ENOMEM if it would overlap a neighbour. */
int vma_adjust(struct vm_area_struct *vma, unsigned long start, unsigned long end,
	       unsigned long pgoff);

/* Adds @npages, which may be negative, to the totals that count VMAs with @vm_flags. */
void vm_stat_account(struct mm_struct *mm, unsigned long vm_flags, long npages);

static inline bool vma_is_anonymous(const struct vm_area_struct *vma) { return !vma->vm_ops; }
static inline unsigned long vma_pages(const struct vm_area_struct *vma)
{
	return (vma->vm_end - vma->vm_start) >> PAGE_SHIFT;
}

/* The number of the page at @addr: in its file, or for anonymous memory in the address space. */
static inline unsigned long vma_pgoff(const struct vm_area_struct *vma, unsigned long addr)
{
	return vma->vm_pgoff + ((addr - vma->vm_start) >> PAGE_SHIFT);
}

/* Maps [vvar] and [vdso]; sets mm->context.vdso. 0 or -errno. */
int arch_setup_additional_pages(struct linux_binprm *bprm, int uses_interp);
/* The name that maps shows for a VMA of the kernel's own pages ("[vdso]"), or NULL. */
const char *arch_vma_name(struct vm_area_struct *vma);

/* [vsyscall]: a VMA of every process, never in the list. */
enum vsyscall_mode { VSYSCALL_NONE, VSYSCALL_XONLY, VSYSCALL_EMULATE };
extern enum vsyscall_mode vsyscall_mode; /* vsyscall= on the command line; none as on Debian */
struct vm_area_struct *get_gate_vma(struct mm_struct *mm);

/* ---- mappings: mmap.c, brk.c, mprotect.c, ptes.c --------------------------- */

/*
 * mmap(2) of a struct file. @len is rounded up to whole pages, @offset is in bytes. *addr: in the
 * hint or the fixed address, out the start of the mapping. 0, -EINVAL (@offset or the fixed address
 * is not page aligned, @len 0), -EEXIST (MAP_FIXED_NOREPLACE), -ENOMEM (no room, or above user
 * space).
 */
int vm_mmap(struct file *file, unsigned long *addr, unsigned long len, unsigned long prot,
	    unsigned long flags, unsigned long offset);
/* munmap(2). 0, also if nothing was mapped there. -EINVAL: @len 0, unaligned, not user space. */
int vm_munmap(unsigned long start, size_t len);
/*
 * Maps anonymous memory at a fixed address, as for a bss; @flags may be VM_EXEC. Replaces what is
 * there. 0, also for @len 0, which does nothing. -ENOMEM: above user space, or a limit; -EINVAL:
 * @addr not page aligned.
 */
int vm_brk_flags(unsigned long addr, unsigned long len, unsigned long flags);
int mprotect_fixup(struct vm_area_struct *vma, struct vm_area_struct **pprev, unsigned long start,
		   unsigned long end, unsigned long newflags);
/* Moves PTEs. Returns the number of bytes moved; less than @len: no memory for a table. */
unsigned long move_page_tables(struct vm_area_struct *vma, unsigned long old_addr,
			       unsigned long new_addr, unsigned long len);

/* ---- addresses: layout.c, randomize.c --------------------------------------- */

/* Picks mmap_base from the stack limit and, if PF_RANDOMIZE, a random offset. */
void arch_pick_mmap_layout(struct mm_struct *mm, unsigned long stack_rlim);
#define STACK_RND_MASK 0x3fffffUL /* pages: 16 GiB */
extern int randomize_va_space;	  /* 0: no ASLR, 1: all but brk, 2: all */
unsigned long arch_align_stack(unsigned long sp);
unsigned long arch_randomize_brk(struct mm_struct *mm);
unsigned long arch_mmap_rnd(void); /* random bytes, whole pages; 0 without PF_RANDOMIZE */
unsigned long low_mmap_rnd(void);
unsigned long randomize_stack_top(unsigned long stack_top);

/* ---- pages: memory.c, gup.c ----------------------------------------------- */

/* Handles one page fault. mmap_lock held for reading. VM_FAULT_*. */
vm_fault_t handle_mm_fault(struct vm_area_struct *vma, unsigned long address, unsigned int flags);
/*
 * Faults in the page at @addr, of any mm, and returns it with a reference. mmap_lock held for
 * reading. ERR_PTR(-EFAULT, -ENOMEM).
 */
struct page *get_user_page(struct mm_struct *mm, unsigned long addr, bool write, bool force);
/* Reads or writes the memory of any address space; takes mmap_lock. Returns the bytes done. */
int access_remote_vm(struct mm_struct *mm, unsigned long addr, void *buf, int len, bool write);

/* ---- when memory is used up: oom_kill.c -------------------------------------- */

/* Kills the process with the most points, unless one is dying. True: try again. May sleep. */
bool out_of_memory(void);
/*
 * The points of a process: its pages, and a thousandth of @totalpages for each point of
 * oom_score_adj. INT64_MIN: must not be killed. tasklist_lock held.
 */
long oom_badness(struct task_struct *p, unsigned long totalpages);

/* ---- /proc/sys/vm: account.c -------------------------------------------- */

#define OVERCOMMIT_GUESS  0 /* no single request for more than there is in RAM */
#define OVERCOMMIT_ALWAYS 1
#define OVERCOMMIT_NEVER  2 /* all together up to the limit */

extern int sysctl_max_map_count; /* VMAs that an address space may have */
extern int sysctl_overcommit_memory, sysctl_overcommit_ratio;
extern unsigned long sysctl_overcommit_kbytes; /* 0: the ratio counts */
unsigned long vm_commit_limit(void);	       /* pages */
unsigned long vm_committed_as(void);	       /* pages */

#endif
