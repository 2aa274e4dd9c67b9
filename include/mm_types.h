/* SPDX-License-Identifier: MIT */
/*
 * struct page, vm_area_struct and mm_struct: the types of an address space.
 *
 *   task->mm ──> mm_struct ──mmap──> vma ──vm_next──> vma ... (sorted, never overlapping)
 *                    │                └─vm_file──> file ──f_mapping──> address_space ──> pages
 *                    └─pgd──> four levels of tables ──> page frames
 */
#ifndef MM_TYPES_H
#define MM_TYPES_H

#include <list.h>
#include <atomic.h>
#include <spinlock.h>
#include <treap.h>
#include <wait.h>
#include <asm/page.h>
#include <asm/pgtable_types.h>

struct file;
struct address_space;
struct vm_operations_struct;
struct linux_binfmt;
struct ldt_struct;

/*
 * One for every page frame, in the array at VMEMMAP_START. _refcount: the references to the frame
 * (0: free). _mapcount: the PTEs that map it. The page cache holds one reference to each of its
 * pages; mapping and index do not change during that time.
 */
struct page {
	unsigned long flags; /* PG_* */
	atomic_t _refcount;
	atomic_t _mapcount; /* PTEs */
	union {
		struct address_space *mapping; /* page cache: the file; otherwise NULL */
		struct page *head;	       /* slab: its first frame */
	};
	unsigned long index;   /* page cache: page number in the file */
	unsigned long private; /* buddy: order; slab: first free object; vmalloc: vm_struct */
	struct list_head lru;  /* buddy and slab lists */
	void *slab;	       /* slab: its kmem_cache */
};

enum pageflags {
	PG_dirty,
	PG_buddy, /* head of a free block of 2^private pages */
	PG_slab,
	PG_reserved, /* not the allocator's */
	PG_anon,
	PG_swapbacked, /* of a tmpfs */
	PG_head,       /* first page of an allocated block of 2^private pages, order > 0 */
};

/* vm_flags, with Linux's numbers. */
#define VM_READ	       0x00000001UL
#define VM_WRITE       0x00000002UL
#define VM_EXEC	       0x00000004UL
#define VM_SHARED      0x00000008UL
#define VM_MAYREAD     0x00000010UL
#define VM_MAYWRITE    0x00000020UL
#define VM_MAYEXEC     0x00000040UL
#define VM_MAYSHARE    0x00000080UL
#define VM_GROWSDOWN   0x00000100UL
#define VM_PFNMAP      0x00000400UL
#define VM_LOCKED      0x00002000UL
#define VM_IO	       0x00004000UL
#define VM_SEQ_READ    0x00008000UL
#define VM_RAND_READ   0x00010000UL
#define VM_DONTCOPY    0x00020000UL
#define VM_DONTEXPAND  0x00040000UL
#define VM_LOCKONFAULT 0x00080000UL
#define VM_ACCOUNT     0x00100000UL
#define VM_NORESERVE   0x00200000UL
#define VM_WIPEONFORK  0x02000000UL
#define VM_DONTDUMP    0x04000000UL
#define VM_SOFTDIRTY   0x08000000UL
#define VM_HUGEPAGE    0x20000000UL
#define VM_NOHUGEPAGE  0x40000000UL
#define VM_MERGEABLE   0x80000000UL
#define VM_STACK_FLAGS \
	(VM_GROWSDOWN | VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC | VM_ACCOUNT)
/* The temporary stack of an exec, not yet at its final place: see setup_arg_pages. */
#define VM_STACK_INCOMPLETE_SETUP (VM_RAND_READ | VM_SEQ_READ)
#define VM_ACCESS_FLAGS		  (VM_READ | VM_WRITE | VM_EXEC)
#define VM_SPECIAL		  (VM_IO | VM_DONTEXPAND | VM_PFNMAP)

/*
 * What VMAs with private pages have in common. Linux does not merge two VMAs whose anon_vmas
 * differ, which /proc/PID/maps shows.
 */
struct anon_vma {
	atomic_t refcount;
};

/*
 * A virtual memory area (VMA): [vm_start, vm_end), page aligned, with the same permissions and the
 * same backing everywhere. vm_mm->mmap_lock guards all fields (for writing: to change, for reading:
 * to use them); i_mmap_lock of the file's mapping guards shared_node as well.
 */
struct vm_area_struct {
	unsigned long vm_start, vm_end;
	struct vm_area_struct *vm_next, *vm_prev;
	struct mm_struct *vm_mm;
	pgprot_t vm_page_prot;
	unsigned long vm_flags; /* VM_* */
	/* NULL until the first private page; owns a reference */
	struct anon_vma *anon_vma;
	/* length of Linux's anon_vma_chain: 0, 1, + 1 a fork */
	unsigned int anon_chain;
	const struct vm_operations_struct *vm_ops; /* NULL: anonymous */
	/* in pages: of the file, or of vm_start for anonymous memory */
	unsigned long vm_pgoff;
	struct file *vm_file;	      /* owns a reference; NULL: anonymous */
	struct list_head shared_node; /* in vm_file->f_mapping->i_mmap */
	struct treap_node node;	      /* in mm->vma_tree */
};

/* The first two are PG_swapbacked of a page that is not anonymous. */
enum rss_counter { MM_FILEPAGES, MM_SHMEMPAGES, MM_ANONPAGES, NR_MM_COUNTERS };

/*
 * An address space. mmap_lock guards the list of VMAs and every number below it, page_table_lock
 * the page tables and rss. Invariants: the list is sorted and without overlaps, map_count is its
 * length, total_vm the sum of its pages.
 */
struct mm_struct {
	struct vm_area_struct *mmap; /* first VMA */
	/* last hit of find_vma, or NULL; readers set it, too: any VMA is valid */
	struct vm_area_struct *mmap_cache;
	struct treap_node *vma_tree; /* index of a long list, see mm/vma_tree.c */
	pgd_t *pgd;		     /* virtual address (direct map) of the top table */
	atomic_t mm_users;	     /* tasks that run in it; at 0 the VMAs go */
	atomic_t mm_count;	     /* references to the struct; all users are one */
	int map_count;
	unsigned int membarrier; /* commands of membarrier(2) that it has registered for */
	spinlock_t page_table_lock;
	struct rw_semaphore mmap_lock;

	unsigned long mmap_base;	/* mmap searches downward from here */
	unsigned long mmap_legacy_base; /* or upward from here */
	bool mmap_bottomup;		/* ADDR_COMPAT_LAYOUT: search upward always */
	unsigned long highest_vm_end;
	unsigned long hiwater_rss, hiwater_vm;			       /* pages */
	unsigned long total_vm, locked_vm, data_vm, exec_vm, stack_vm; /* pages */
	unsigned long acct_vm;	 /* pages of VMAs with VM_ACCOUNT */
	unsigned long def_flags; /* VM_LOCKED, VM_LOCKONFAULT: what a new VMA gets (mlockall) */
	unsigned long pgtables_bytes;
	unsigned long start_code, end_code, start_data, end_data;
	unsigned long start_brk, brk, start_stack;
	unsigned long arg_start, arg_end, env_start, env_end;
	long rss_stat[NR_MM_COUNTERS];		/* pages */
	unsigned long saved_auxv[2 * (20 + 2)]; /* as /proc/PID/auxv shows it */

	struct linux_binfmt *binfmt;
	struct file *exe_file; /* /proc/PID/exe; owns a reference; nobody may write to it */
	struct {
		void *vdso;		/* address of the vdso image in user space */
		struct ldt_struct *ldt; /* NULL: the program has made no segments */
	} context;
	/* MMF_*: dumpable in bits 0-1, coredump filter from bit 2, OOM from bit 21 */
	unsigned long flags;
};

#define MMF_OOM_SKIP		(1UL << 21) /* killing it would free nothing more */
#define MMF_UNSTABLE		(1UL << 22) /* its private pages were taken */
#define MMF_OOM_VICTIM		(1UL << 25) /* killed because memory was used up */
#define MMF_COPYING		(1UL << 26) /* fork makes its VMAs */
#define MMF_DUMPABLE_MASK	3
#define SUID_DUMP_DISABLE	0
#define SUID_DUMP_USER		1
#define SUID_DUMP_ROOT		2
#define MMF_DUMP_FILTER_SHIFT	2
#define MMF_DUMP_FILTER_MASK	(0x1ffUL << MMF_DUMP_FILTER_SHIFT)
#define MMF_DUMP_FILTER_DEFAULT (0x33UL << MMF_DUMP_FILTER_SHIFT)

static inline void set_dumpable(struct mm_struct *mm, int value) /* SUID_DUMP_* */
{
	mm->flags = (mm->flags & ~(unsigned long)MMF_DUMPABLE_MASK) | value;
}

typedef unsigned int vm_fault_t;
#define VM_FAULT_OOM	0x0001
#define VM_FAULT_SIGBUS 0x0002
#define VM_FAULT_NOPAGE 0x0100 /* ->fault installed the PTE itself */
#define VM_FAULT_ERROR	(VM_FAULT_OOM | VM_FAULT_SIGBUS)

#define FAULT_FLAG_WRITE       0x01
#define FAULT_FLAG_USER	       0x40
#define FAULT_FLAG_INSTRUCTION 0x100

struct vm_fault {
	struct vm_area_struct *vma;
	unsigned long address; /* page aligned */
	unsigned long pgoff;   /* page number in the file */
	unsigned int flags;    /* FAULT_FLAG_* */
	struct page *page;     /* out: the page, with a reference for the caller */
	pte_t *pte;	       /* NULL: its table is missing, see pte_alloc */
	pte_t orig_pte;
};

struct vm_operations_struct {
	const char *name;			   /* for maps: "[vdso]"; NULL: the file's */
	vm_fault_t (*fault)(struct vm_fault *vmf); /* mmap_lock held for reading */
	/*
	 * Read fault: maps the pages [first, last] of the file that are in memory already, around
	 * vmf->address, without sleeping.
	 */
	void (*map_pages)(struct vm_fault *vmf, unsigned long first, unsigned long last);
	void (*mremap)(struct vm_area_struct *vma); /* the VMA has moved */
};

#endif
