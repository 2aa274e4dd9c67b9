/* SPDX-License-Identifier: MIT */
/*
 * Areas whose pages are the kernel's own, and the two that every program gets:
 * the vdso image and, below it, the pages of data that it reads.
 * Abridges Linux 6.1 arch/x86/entry/vdso/vma.c and the special mappings of
 * mm/mmap.c; leaves out time namespaces and paravirtual clocks (their vvar
 * pages are in the map, and fault with SIGBUS).
 *
 *   addr                      text_start = AT_SYSINFO_EHDR
 *   | [vvar] 4 pages r--p      | [vdso] 2 pages r-xp |
 *   | vdso_data | - | - | -    | ELF image: arch/x86/vdso/image.asm |
 */
#include <mm.h>
#include <binfmts.h>
#include <boot_info.h>
#include <sched.h>
#include <trace.h>
#include <vdso.h>

#define VVAR_SIZE (4 * PAGE_SIZE)

/* Having a ->close, if an empty one, keeps vma_merge away. */
static void special_mapping_close(struct vm_area_struct *vma __maybe_unused) {}

static vm_fault_t special_mapping_fault(struct vm_fault *vmf)
{
	const struct vm_special_mapping *sm = vmf->vma->vm_private_data;

	return sm->fault(sm, vmf);
}

static int special_mapping_mremap(struct vm_area_struct *vma)
{
	const struct vm_special_mapping *sm = vma->vm_private_data;

	return sm->mremap ? sm->mremap(sm, vma) : 0;
}

static const char *special_mapping_name(struct vm_area_struct *vma)
{
	return ((const struct vm_special_mapping *)vma->vm_private_data)->name;
}

/* The kernel counts on the number of pages: they are never cut. */
static int special_mapping_may_split(struct vm_area_struct *vma __maybe_unused,
				     unsigned long addr __maybe_unused)
{
	return -EINVAL;
}

static const struct vm_operations_struct special_mapping_vmops = {
	.close = special_mapping_close,
	.fault = special_mapping_fault,
	.mremap = special_mapping_mremap,
	.name = special_mapping_name,
	.may_split = special_mapping_may_split,
};

/*
 * A new area [addr, addr + len) with the pages of @spec, which must outlive it.
 * ERR_PTR(-ENOMEM). mmap_lock held for write.
 */
struct vm_area_struct *_install_special_mapping(struct mm_struct *mm, unsigned long addr,
						unsigned long len, unsigned long vm_flags,
						const struct vm_special_mapping *spec)
{
	struct vm_area_struct *vma = vm_area_alloc(mm);
	int err;

	if (!vma)
		return ERR_PTR(-ENOMEM);
	vma->vm_start = addr;
	vma->vm_end = addr + len;
	vma->vm_flags =
		(vm_flags | mm->def_flags | VM_DONTEXPAND | VM_SOFTDIRTY) & VM_LOCKED_CLEAR_MASK;
	vma->vm_page_prot = vm_get_page_prot(vma->vm_flags);
	vma->vm_ops = &special_mapping_vmops;
	vma->vm_private_data = (void *)spec;
	err = insert_vm_struct(mm, vma);
	if (err) {
		vm_area_free(vma);
		return ERR_PTR(err);
	}
	vm_stat_account(mm, vma->vm_flags, len >> PAGE_SHIFT);
	return vma;
}

bool vma_is_special_mapping(const struct vm_area_struct *vma, const struct vm_special_mapping *sm)
{
	return vma->vm_private_data == sm && vma->vm_ops == &special_mapping_vmops;
}

const char *arch_vma_name(struct vm_area_struct *vma)
{
	return vma->vm_ops && vma->vm_ops->name ? vma->vm_ops->name(vma) : NULL;
}

static vm_fault_t vdso_fault(const struct vm_special_mapping *sm __maybe_unused,
			     struct vm_fault *vmf)
{
	unsigned long offset = vmf->pgoff << PAGE_SHIFT;

	if (offset >= (unsigned long)(vdso_image_end - vdso_image_start))
		return VM_FAULT_SIGBUS;
	vmf->page = virt_to_page(vdso_image_start + offset);
	get_page(vmf->page);
	return 0;
}

static int vdso_mremap(const struct vm_special_mapping *sm __maybe_unused,
		       struct vm_area_struct *vma)
{
	current->mm->context.vdso = (void *)vma->vm_start;
	return 0;
}

/*
 * The data page is the kernel's to write for ever: no reference, no rss, hence an entry made
 * here.
 */
static vm_fault_t vvar_fault(const struct vm_special_mapping *sm __maybe_unused,
			     struct vm_fault *vmf)
{
	struct mm_struct *mm = vmf->vma->vm_mm;
	pfn_t pfn = virt_to_phys(&vdso_data_page) >> PAGE_SHIFT;
	pte_t *pte;

	if (vmf->pgoff != 0)
		return VM_FAULT_SIGBUS;
	spin_lock(&mm->page_table_lock);
	pte = walk_pte(mm, vmf->address, true);
	if (pte && pte_none(*pte))
		*pte = pte_mkspecial(pfn_pte(pfn, vmf->vma->vm_page_prot));
	spin_unlock(&mm->page_table_lock);
	return pte ? VM_FAULT_NOPAGE : VM_FAULT_OOM;
}

static const struct vm_special_mapping vdso_mapping = {
	.name = "[vdso]",
	.fault = vdso_fault,
	.mremap = vdso_mremap,
};

static const struct vm_special_mapping vvar_mapping = {
	.name = "[vvar]",
	.fault = vvar_fault,
};

/* Above the stack, at a random page of the rest of its page table. */
static unsigned long vdso_addr(unsigned long start, unsigned long len)
{
	unsigned long end;

	start = PAGE_ALIGN(start);
	end = min(ALIGN(start + len, PMD_SIZE), TASK_SIZE) - len;
	if (end <= start)
		return start;
	return start + (get_random_u64() % (((end - start) >> PAGE_SHIFT) + 1) << PAGE_SHIFT);
}

/* Both areas, at @addr if that is free. 0 or -errno; after an error neither is there. */
static int map_vdso(struct mm_struct *mm, unsigned long addr)
{
	unsigned long image_size = vdso_image_end - vdso_image_start;
	struct vm_area_struct *vdso, *vvar;
	int err = get_unmapped_area(NULL, &addr, VVAR_SIZE + image_size, 0, 0);

	if (err)
		return err;
	vdso = _install_special_mapping(mm, addr + VVAR_SIZE, image_size,
					VM_READ | VM_EXEC | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC,
					&vdso_mapping);
	if (IS_ERR(vdso))
		return PTR_ERR(vdso);
	vvar = _install_special_mapping(mm, addr, VVAR_SIZE,
					VM_READ | VM_MAYREAD | VM_IO | VM_DONTDUMP | VM_PFNMAP,
					&vvar_mapping);
	if (IS_ERR(vvar)) {
		do_munmap(mm, addr + VVAR_SIZE, image_size);
		return PTR_ERR(vvar);
	}
	mm->context.vdso = (void *)vdso->vm_start;
	EXEC_STAGE_VMA(VDSO, vvar);
	EXEC_STAGE_VMA(VDSO, vdso);
	return 0;
}

/* Asked of the command line once: no exec should search it again. */
static bool vdso_enabled(void)
{
	static enum { UNKNOWN, NO, YES } enabled;
	char value[4];

	if (enabled == UNKNOWN)
		enabled = cmdline_get("vdso", value, sizeof(value)) && value[0] == '0' ? NO : YES;
	return enabled == YES;
}

/* Needs mm->start_stack. "vdso=0" on the command line leaves the program without one. */
int arch_setup_additional_pages(struct linux_binprm *bprm __maybe_unused,
				int uses_interp __maybe_unused)
{
	struct mm_struct *mm = current->mm;
	unsigned long image_size = vdso_image_end - vdso_image_start;
	int err;

	if (!vdso_enabled())
		return 0;
	if (mmap_write_lock_killable(mm))
		return -EINTR;
	err = map_vdso(mm, vdso_addr(mm->start_stack, VVAR_SIZE + image_size));
	mmap_write_unlock(mm);
	return err;
}
