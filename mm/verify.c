/* SPDX-License-Identifier: MIT */
/*
 * The oracle of the address space, in the DEBUG kernel only (make DEBUG=1): whenever mmap_lock is
 * released, after a call that changed the address space or a fault, everything that is stored
 * twice is counted anew and compared. Nothing here uses the code of mm/ that it checks.
 * Linux's relatives are validate_mm of mm/mmap.c, check_mm of kernel/fork.c and
 * mm/page_table_check.c.
 *
 *   VMAs          sorted, no overlap, whole pages, below TASK_SIZE; both links, map_count,
 *                 highest_vm_end, mmap_cache
 *   sums of VMAs  total_vm, locked_vm, data_vm, exec_vm, stack_vm, acct_vm
 *   each PTE      is in a VMA; allows no more than the VMA; a writable page of a private VMA is
 *                 anonymous, and no other PTE maps it; a page of a file is the one that the VMA's
 *                 offset says; its frame is in use: _refcount >= _mapcount >= 1
 *   sums of PTEs  rss_stat by kind; pgtables_bytes
 *
 * Left out: whether two neighbours should have been merged. Linux leaves some apart (the heap and a
 * bss before it; what MREMAP_DONTUNMAP unlocks), so no rule about the list alone is right.
 * Not on the road of an exec.
 */
#include <frames.h>
#include <fs.h>
#include <mm.h>
#include <printk.h>
#include <sanitize.h>
#include <task.h>
#include <asm/current.h>

unsigned long mm_verified;
/*
 * VMAs and page tables to look at after each fault or call, on average: an address space that costs
 * ten times as much is compared after every tenth. A small one is compared after each call that had
 * the lock for writing.
 */
unsigned long mm_verify_rate = 256;
#define SMALL 2048
static unsigned long credit;

/* What should be, counted from the VMAs and the page tables. */
struct model {
	const struct mm_struct *mm;
	const void *call;		  /* an address in the function that releases the lock */
	const struct vm_area_struct *vma; /* the first with vm_end > the address of the walk */
	unsigned long count, end, total, locked, data, exec, stack, acct;
	unsigned long rss[NR_MM_COUNTERS], tables;
};

/* ---- reports ------------------------------------------------------------------ */

static void wrong(const struct model *m, const char *what, unsigned long addr)
{
	bug_found("address space of %s[%d] after %pS: %s at %lx", current->comm, current->pid,
		  m->call, what, addr);
}

static void compare(const struct model *m, const char *what, unsigned long is,
		    unsigned long should_be)
{
	if (is != should_be)
		bug_found("address space of %s[%d] after %pS: %s is %lu, should be %lu",
			  current->comm, current->pid, m->call, what, is, should_be);
}

/* ---- VMAs ------------------------------------------------------------------- */

static void count_vma(struct model *m, const struct vm_area_struct *vma)
{
	unsigned long flags = vma->vm_flags, n = (vma->vm_end - vma->vm_start) >> PAGE_SHIFT;

	m->count++;
	m->total += n;
	if (flags & VM_LOCKED)
		m->locked += n;
	if (flags & VM_ACCOUNT)
		m->acct += n;
	if (flags & VM_GROWSDOWN)
		m->stack += n;
	else if ((flags & VM_WRITE) && !(flags & VM_SHARED))
		m->data += n;
	else if ((flags & VM_EXEC) && !(flags & VM_WRITE))
		m->exec += n;
}

static void check_vma(const struct model *m, const struct vm_area_struct *vma,
		      const struct vm_area_struct *prev)
{
	if (vma->vm_mm != m->mm || vma->vm_prev != prev)
		wrong(m, "a wrong link of the VMA", vma->vm_start);
	if ((vma->vm_start | vma->vm_end) & ~PAGE_MASK)
		wrong(m, "a VMA that is not whole pages", vma->vm_start);
	if (vma->vm_start >= vma->vm_end || vma->vm_end > TASK_SIZE)
		wrong(m, "a VMA without pages, or beyond user space", vma->vm_start);
	if (vma->vm_start < m->end)
		wrong(m, "a VMA that overlaps the one before", vma->vm_start);
	if (pgprot_val(vma->vm_page_prot) != pgprot_val(vm_get_page_prot(vma->vm_flags)))
		wrong(m, "other permissions for PTEs than the VMA has", vma->vm_start);
}

static void check_vmas(struct model *m)
{
	const struct vm_area_struct *vma, *prev = NULL;
	bool cached = !m->mm->mmap_cache;

	for (vma = m->mm->mmap; vma; prev = vma, vma = vma->vm_next) {
		check_vma(m, vma, prev);
		count_vma(m, vma);
		m->end = vma->vm_end;
		cached = cached || vma == m->mm->mmap_cache;
	}
	if (!cached)
		wrong(m, "mmap_cache that is not in the list", (unsigned long)m->mm->mmap_cache);
	compare(m, "map_count", m->mm->map_count, m->count);
	compare(m, "highest_vm_end", m->mm->highest_vm_end, m->end);
	compare(m, "total_vm", m->mm->total_vm, m->total);
	compare(m, "locked_vm", m->mm->locked_vm, m->locked);
	compare(m, "data_vm", m->mm->data_vm, m->data);
	compare(m, "exec_vm", m->mm->exec_vm, m->exec);
	compare(m, "stack_vm", m->mm->stack_vm, m->stack);
	compare(m, "acct_vm", m->mm->acct_vm, m->acct);
}

/* ---- PTEs ------------------------------------------------------------------- */

/* A PTE whose frame is counted. */
static void check_page(struct model *m, unsigned long addr, pte_t pte)
{
	const struct vm_area_struct *vma = m->vma;
	const struct page *page = pte_page(pte);
	int maps = atomic_read(&page->_mapcount);
	bool anon = page->flags & BIT(PG_anon), shared = vma->vm_flags & VM_SHARED;

	if (maps < 1 || atomic_read(&page->_refcount) < maps)
		wrong(m, "a page with too few references", addr);
	if (page->flags & (BIT(PG_buddy) | BIT(PG_slab)))
		wrong(m, "a page that is not in use", addr);
	if (anon && (shared || !vma->anon_vma))
		wrong(m, "a private page in a VMA that has none", addr);
	if (!anon && !vma->vm_ops)
		wrong(m, "a page that is not private in anonymous memory", addr);
	if (!anon && vma->vm_file &&
	    (page->mapping != vma->vm_file->f_mapping || page->index != vma_pgoff(vma, addr)))
		wrong(m, "a page that is not the one of the file", addr);
	if (pte_write(pte) && !shared && (!anon || maps != 1))
		wrong(m, "a writable page that others have", addr);
	m->rss[anon				  ? MM_ANONPAGES
	       : page->flags & BIT(PG_swapbacked) ? MM_SHMEMPAGES
						  : MM_FILEPAGES]++;
}

static void check_pte(struct model *m, unsigned long addr, pte_t pte)
{
	unsigned long val = pte_val(pte), flags;

	while (m->vma && m->vma->vm_end <= addr)
		m->vma = m->vma->vm_next;
	if (!m->vma || m->vma->vm_start > addr) {
		wrong(m, "a PTE outside of all VMAs", addr);
		return;
	}
	flags = m->vma->vm_flags;
	if (!pte_present(pte) || (val & _PAGE_PRESENT && !(val & _PAGE_USER)))
		wrong(m, "a PTE of no kind", addr);
	if (val & _PAGE_PRESENT &&
	    (!(flags & VM_ACCESS_FLAGS) || (pte_write(pte) && !(flags & VM_WRITE)) ||
	     (!(val & _PAGE_NX) && !(flags & VM_EXEC))))
		wrong(m, "a PTE that allows more than its VMA", addr);
	if (!pte_special(pte))
		check_page(m, addr, pte);
	else if (pte_write(pte) && !(flags & VM_PFNMAP))
		wrong(m, "a zero page that may be written", addr);
}

/* The entries below @nr of a table at @level (1: of PTEs), whose first entry is for @addr. */
static void check_table(struct model *m, const pte_t *table, unsigned int level, unsigned long addr,
			unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++, addr += PAGE_SIZE << 9 * (level - 1)) {
		if (pte_none(table[i]))
			continue;
		if (level == 1) {
			check_pte(m, addr, table[i]);
			continue;
		}
		m->tables++;
		check_table(m, phys_to_virt(pte_val(table[i]) & PTE_PFN_MASK), level - 1, addr,
			    PTRS_PER_TABLE);
	}
}

static void check_ptes(struct model *m)
{
	m->vma = m->mm->mmap;
	check_table(m, (const pte_t *)m->mm->pgd, 4, 0, PTRS_PER_TABLE / 2);
	compare(m, "pgtables_bytes", m->mm->pgtables_bytes, m->tables * PAGE_SIZE);
	compare(m, "rss of files", m->mm->rss_stat[MM_FILEPAGES], m->rss[MM_FILEPAGES]);
	compare(m, "rss of private pages", m->mm->rss_stat[MM_ANONPAGES], m->rss[MM_ANONPAGES]);
	compare(m, "rss of shared memory", m->mm->rss_stat[MM_SHMEMPAGES], m->rss[MM_SHMEMPAGES]);
}

void mm_verify(struct mm_struct *mm)
{
	struct model m = {.mm = mm, .call = (char *)__builtin_return_address(0) - 1};
	unsigned long cost = mm->map_count + get_mm_rss(mm) + mm->pgtables_bytes / 64;
	bool changed = mm->mmap_lock.count < 0;

	credit += mm_verify_rate;
	if (credit < cost && !(changed && cost <= SMALL))
		return;
	credit = 0;
	mm_verified++;
	check_vmas(&m);
	check_ptes(&m);
}
