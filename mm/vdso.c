/* SPDX-License-Identifier: MIT */
/*
 * The two VMAs of the kernel's own pages that every program has: the vdso image and, below it, the
 * pages of data that it reads.
 * Abridges Linux 6.1's arch/x86/entry/vdso/vma.c and the special mappings of mm/mmap.c; leaves out
 * time namespaces and paravirtual clocks (their vvar pages are in the map, and fault with SIGBUS).
 *
 *   addr                      AT_SYSINFO_EHDR
 *   | [vvar] 4 pages r--p      | [vdso] 2 pages r-xp |
 *   | vdso_data | - | - | -    | ELF image: arch/x86/vdso/image.asm |
 */
#include <binfmts.h>
#include <errno.h>
#include <frames.h>
#include <mm.h>
#include <random.h>
#include <sched.h>
#include <trace.h>
#include <vdso.h>
#include "internal.h"

#define VVAR_SIZE  (4 * PAGE_SIZE)
#define IMAGE_SIZE ((unsigned long)(vdso_image_end - vdso_image_start))

const char *arch_vma_name(struct vm_area_struct *vma)
{
	return vma->vm_ops ? vma->vm_ops->name : NULL;
}

/* Returns vmf->page with a reference. */
static vm_fault_t vdso_fault(struct vm_fault *vmf)
{
	unsigned long offset = vmf->pgoff << PAGE_SHIFT;

	if (offset >= IMAGE_SIZE)
		return VM_FAULT_SIGBUS;
	vmf->page = virt_to_page(vdso_image_start + offset);
	get_page(vmf->page);
	return 0;
}

static void vdso_mremap(struct vm_area_struct *vma)
{
	current->mm->context.vdso = (void *)vma->vm_start;
}

/*
 * The kernel always writes to the data page, so its PTE is special: no reference, no rss. The other
 * pages are for clocks that Exon does not have.
 */
static vm_fault_t vvar_fault(struct vm_fault *vmf)
{
	spinlock_t *ptl = &vmf->vma->vm_mm->page_table_lock;
	pfn_t pfn = virt_to_phys(&vdso_data_page) >> PAGE_SHIFT;

	if (vmf->pgoff != 0)
		return VM_FAULT_SIGBUS;
	spin_lock(ptl);
	if (pte_alloc(vmf) && pte_none(*vmf->pte))
		*vmf->pte = pte_mkspecial(pfn_pte(pfn, vmf->vma->vm_page_prot));
	spin_unlock(ptl);
	return vmf->pte ? VM_FAULT_NOPAGE : VM_FAULT_OOM;
}

static const struct vm_operations_struct vdso_ops = {
	.name = "[vdso]",
	.fault = vdso_fault,
	.mremap = vdso_mremap,
};

static const struct vm_operations_struct vvar_ops = {
	.name = "[vvar]",
	.fault = vvar_fault,
};

/* A new VMA of the kernel's own pages. 0 or -ENOMEM. mmap_lock held for writing. */
static int install_special_mapping(struct mm_struct *mm, unsigned long addr, unsigned long len,
				   unsigned long vm_flags, const struct vm_operations_struct *ops)
{
	struct vm_area_struct *vma =
		vm_area_new(mm, addr, addr + len, vm_flags | VM_DONTEXPAND | VM_SOFTDIRTY);

	if (!vma)
		return -ENOMEM;
	vma->vm_ops = ops;
	vma->vm_pgoff = 0;
	if (insert_vm_struct(mm, vma)) {
		vm_area_free(vma);
		return -ENOMEM;
	}
	vm_stat_account(mm, vma->vm_flags, len >> PAGE_SHIFT);
	EXEC_STAGE_VMA(VDSO, vma);
	return 0;
}

/* Returns a hint above the stack: a random page within the same lowest page table (2 MiB). */
static unsigned long vdso_addr(unsigned long start, unsigned long len)
{
	unsigned long end;

	start = PAGE_ALIGN(start);
	end = min(ALIGN(start + len, PMD_SIZE), TASK_SIZE) - len;
	if (end <= start)
		return start;
	return start + (get_random_u64() % (((end - start) >> PAGE_SHIFT) + 1) << PAGE_SHIFT);
}

/*
 * [vvar] is below the image. Without VM_MAYWRITE and VM_MAYEXEC nothing can make it writable or
 * executable. VM_MAYWRITE of the image lets debuggers set breakpoints in a private copy. mmap_lock
 * held for writing.
 */
static int map_vdso(struct mm_struct *mm, unsigned long addr)
{
	int err = get_unmapped_area(&addr, VVAR_SIZE + IMAGE_SIZE, 0);

	if (!err)
		err = install_special_mapping(mm, addr, VVAR_SIZE,
					      VM_READ | VM_MAYREAD | VM_IO | VM_DONTDUMP |
						      VM_PFNMAP,
					      &vvar_ops);
	if (!err)
		err = install_special_mapping(mm, addr + VVAR_SIZE, IMAGE_SIZE,
					      VM_READ | VM_EXEC | VM_MAYREAD | VM_MAYWRITE |
						      VM_MAYEXEC,
					      &vdso_ops);
	if (!err)
		mm->context.vdso = (void *)(addr + VVAR_SIZE);
	return err;
}

/* Needs mm->start_stack. */
int arch_setup_additional_pages(struct linux_binprm *bprm __maybe_unused,
				int uses_interp __maybe_unused)
{
	struct mm_struct *mm = current->mm;
	int err;

	if (mmap_write_lock_killable(mm))
		return -EINTR;
	err = map_vdso(mm, vdso_addr(mm->start_stack, VVAR_SIZE + IMAGE_SIZE));
	mmap_write_unlock(mm);
	return err;
}
