/* SPDX-License-Identifier: MIT */
/*
 * The stack of the new program while an exec builds it: the strings are copied to it from the top
 * down, then the stack is moved to its final address. Abridges the same functions of Linux's
 * fs/exec.c.
 *
 *   STACK_TOP_MAX  ----------------------  vma->vm_end
 *                  8 bytes of zero
 *                  file name               bprm->exec, AT_EXECFN
 *                  envp[envc-1] .. envp[0]
 *                  argv[argc-1] .. argv[0] <- bprm->p: never below bprm->argmin
 *                  ----------------------  vma->vm_start, moves down as p does
 *
 * The VMA is in bprm->mm, which is not the mm of the caller: get_arg_page faults the pages in, and
 * the kernel writes to them through the direct map.
 */
#include <binfmts.h>
#include <errno.h>
#include <frames.h>
#include <mm.h>
#include <sched.h>
#include <string.h>
#include <trace.h>
#include <asm/uaccess.h>
#include <linux/limits.h>

#define STACK_EXPAND 131072UL /* bytes of stack mapped ahead of use */

/* ---- strings: from the old address space to the new stack -------------- */

/*
 * Returns the page of the new stack that holds @pos, and grows the stack down to it if @write. bprm
 * keeps the reference, because the next string probably begins in the same page. NULL: no memory,
 * or the stack may not grow that far.
 */
static struct page *get_arg_page(struct linux_binprm *bprm, unsigned long pos, bool write)
{
	struct mm_struct *mm = bprm->mm;
	struct page *page = ERR_PTR(-EFAULT);

	if (bprm->arg_page && bprm->arg_page_addr == PAGE_ALIGN_DOWN(pos))
		return bprm->arg_page;
	mmap_write_lock(mm);
	if (!write || pos >= bprm->vma->vm_start || expand_stack(bprm->vma, pos) == 0)
		page = get_user_page(mm, pos, write, false);
	mmap_write_unlock(mm);
	put_arg_page(bprm);
	if (IS_ERR(page))
		return NULL;
	bprm->arg_page = page;
	bprm->arg_page_addr = PAGE_ALIGN_DOWN(pos);
	return page;
}

void put_arg_page(struct linux_binprm *bprm)
{
	if (bprm->arg_page)
		put_page(bprm->arg_page);
	bprm->arg_page = NULL;
}

/*
 * Copies the pages in descending order, so that the stack grows downward, through the direct map,
 * because the new mm is not in use yet. After an error bprm->p does not matter.
 */
static int push_string(struct linux_binprm *bprm, const char *str, unsigned long len, bool user)
{
	unsigned long pos = bprm->p;

	bprm->p -= len;
	if (bprm->p < bprm->argmin)
		return -E2BIG;
	while (len > 0) {
		unsigned long room = offset_in_page(pos) ? offset_in_page(pos) : PAGE_SIZE;
		unsigned long n = min(room, len), left = 0;
		struct page *page = get_arg_page(bprm, pos - n, true);
		char *kaddr;

		if (!page)
			return -E2BIG;
		pos -= n;
		len -= n;
		kaddr = (char *)page_address(page) + offset_in_page(pos);
		if (user)
			left = copy_from_user(kaddr, (const char __user *)str + len, n);
		else
			memcpy(kaddr, str + len, n);
		if (left)
			return -EFAULT;
		if (fatal_signal_pending(current))
			return -ERESTARTNOHAND;
	}
	return 0;
}

/* Pushes a string of the kernel: the file name, or an argument of "#!". 0 or -E2BIG. */
int copy_string_kernel(const char *arg, struct linux_binprm *bprm)
{
	unsigned long len = strnlen(arg, MAX_ARG_STRLEN) + 1;

	return len > MAX_ARG_STRLEN ? -E2BIG : push_string(bprm, arg, len, false);
}

/* Sets *str to string @i, or to NULL after the last one. 0 or -EFAULT. */
static int get_arg(struct arg_ptr argv, int i, const char **str)
{
	*str = NULL;
	if (argv.kernel)
		*str = argv.kernel[i];
	else if (argv.user && get_user(*str, argv.user + i))
		return -EFAULT;
	return IS_ERR(*str) ? -EFAULT : 0;
}

/* Copies the last string first, so that the first one ends up lowest. */
static int copy_strings(int argc, struct arg_ptr argv, struct linux_binprm *bprm)
{
	int err = 0;

	while (!err && argc-- > 0) {
		const char *str;
		long len;

		if (get_arg(argv, argc, &str))
			return -EFAULT;
		if (argv.kernel) {
			err = copy_string_kernel(str, bprm);
			continue;
		}
		len = strnlen_user((const char __user *)str, MAX_ARG_STRLEN);
		if (!len)
			return -EFAULT;
		err = len > (long)MAX_ARG_STRLEN ? -E2BIG : push_string(bprm, str, len, true);
	}
	return err;
}

/* Removes argv[0] from the new stack: moves p past its NUL. 0 or -EFAULT. */
int remove_arg_zero(struct linux_binprm *bprm)
{
	if (!bprm->argc)
		return 0;
	for (;;) {
		struct page *page = get_arg_page(bprm, bprm->p, false);
		unsigned long room = PAGE_SIZE - offset_in_page(bprm->p), n;

		if (!page)
			return -EFAULT;
		n = strnlen((char *)page_address(page) + offset_in_page(bprm->p), room);
		bprm->p += n;
		if (n < room)
			break;
	}
	bprm->p++;
	bprm->argc--;
	return 0;
}

/* Returns the number of strings before the NULL, -EFAULT, -E2BIG or -ERESTARTNOHAND. */
static int count(struct arg_ptr argv, int max)
{
	for (int i = 0;; i++) {
		const char *str;

		if (get_arg(argv, i, &str))
			return -EFAULT;
		if (!str)
			return i;
		if (i >= max)
			return -E2BIG;
		if (fatal_signal_pending(current))
			return -ERESTARTNOHAND;
	}
}

/*
 * Sets argmin. Strings and the pointers to them may take a quarter of the stack limit, at most
 * 6 MiB, at least 128 KiB. An empty argv becomes one "", so it counts as one. 0 or -E2BIG.
 */
static int bprm_stack_limits(struct linux_binprm *bprm)
{
	unsigned long limit = min(_STK_LIM / 4 * 3, (unsigned long)bprm->rlim_stack.rlim_cur / 4);
	unsigned long pointers = (max(bprm->argc, 1) + bprm->envc) * sizeof(void *);

	limit = max(limit, (unsigned long)ARG_MAX);
	if (limit <= pointers)
		return -E2BIG;
	bprm->argmin = bprm->p - (limit - pointers);
	return 0;
}

/* ---- the new address space and its stack -------------------------------- */

/* Maps the temporary stack: one page at the top of user space. setup_arg_pages moves it. */
static int __bprm_mm_init(struct linux_binprm *bprm)
{
	struct mm_struct *mm = bprm->mm;
	struct vm_area_struct *vma = vm_area_alloc(mm);
	int err;

	if (!vma)
		return -ENOMEM;
	mmap_write_lock(mm);
	vma->vm_end = STACK_TOP_MAX;
	vma->vm_start = vma->vm_end - PAGE_SIZE;
	vma->vm_flags = VM_SOFTDIRTY | VM_STACK_FLAGS | VM_STACK_INCOMPLETE_SETUP;
	vma->vm_page_prot = vm_get_page_prot(vma->vm_flags);
	err = insert_vm_struct(mm, vma);
	if (!err)
		vm_stat_account(mm, vma->vm_flags, 1);
	mmap_write_unlock(mm);
	if (err) {
		vm_area_free(vma);
		return err;
	}
	bprm->vma = vma;
	bprm->p = vma->vm_end - sizeof(void *);
	EXEC_STAGE_VMA(MM_INIT, vma);
	return 0;
}

int bprm_mm_init(struct linux_binprm *bprm)
{
	bprm->mm = mm_alloc();
	if (!bprm->mm)
		return -ENOMEM;
	/* Read once, so that another thread cannot change the limit while the exec is under way. */
	bprm->rlim_stack = current->signal->rlim[RLIMIT_STACK];
	return __bprm_mm_init(bprm);
}

/*
 * Moves the stack down by @shift bytes. mmap_lock held for writing. 1) compute the new ends; 2)
 * widen the VMA over the old and the new range; 3) move the PTEs; 4) free the page tables that are
 * empty now; 5) narrow the VMA to the new range.
 */
static int shift_arg_pages(struct vm_area_struct *vma, unsigned long shift)
{
	struct mm_struct *mm = vma->vm_mm;
	unsigned long old_start = vma->vm_start, old_end = vma->vm_end;
	unsigned long new_start = old_start - shift, new_end = old_end - shift;
	unsigned long length = old_end - old_start;
	unsigned long next_start;

	if (find_vma(mm, new_start) != vma)
		return -EFAULT;
	if (vma_adjust(vma, new_start, old_end, vma->vm_pgoff))
		return -ENOMEM;
	if (move_page_tables(vma, old_start, new_start, length) != length)
		return -ENOMEM;
	next_start = vma->vm_next ? vma->vm_next->vm_start : 0; /* 0: no bound */
	free_pgtables(mm, max(new_end, old_start), old_end, new_end, next_start);
	return vma_adjust(vma, new_start, new_end, vma->vm_pgoff);
}

/* The final stack is readable and writable, and executable if PT_GNU_STACK asks for it. */
static unsigned long stack_vm_flags(int executable_stack)
{
	return VM_STACK_FLAGS | (executable_stack == EXSTACK_ENABLE_X ? VM_EXEC : 0);
}

/* Maps 128 KiB ahead of use, if the limit of this exec allows it. mmap_lock held for writing. */
static int expand_initial_stack(const struct linux_binprm *bprm, struct vm_area_struct *vma)
{
	unsigned long limit = bprm->rlim_stack.rlim_cur & PAGE_MASK;
	unsigned long size = vma->vm_end - vma->vm_start;
	unsigned long base = vma->vm_start - STACK_EXPAND;

	if (size + STACK_EXPAND > limit)
		base = vma->vm_end - limit;
	return expand_stack(vma, base) ? -EFAULT : 0;
}

/* Moves the stack to its final address below @stack_top and sets its permissions. 0 or -errno. */
int setup_arg_pages(struct linux_binprm *bprm, unsigned long stack_top, int executable_stack)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma = bprm->vma, *prev = NULL;
	unsigned long shift, size = vma->vm_end - vma->vm_start;
	int err;

	stack_top = PAGE_ALIGN(arch_align_stack(stack_top));
	if (stack_top < MMAP_MIN_ADDR || size >= stack_top - MMAP_MIN_ADDR)
		return -ENOMEM;
	shift = vma->vm_end - stack_top;
	bprm->p -= shift;
	bprm->exec -= shift;
	mm->arg_start = bprm->p;

	put_arg_page(bprm); /* or the page is shared, and the next write copies it */
	if (mmap_write_lock_killable(mm))
		return -EINTR;
	err = mprotect_fixup(vma, &prev, vma->vm_start, vma->vm_end,
			     stack_vm_flags(executable_stack) | VM_STACK_INCOMPLETE_SETUP);
	if (!err && shift)
		err = shift_arg_pages(vma, shift);
	if (!err) {
		vma->vm_flags &= ~VM_STACK_INCOMPLETE_SETUP;
		mm->start_stack = bprm->p;
		err = expand_initial_stack(bprm, vma);
	}
	if (!err)
		EXEC_STAGE_VMA(ARG_PAGES, vma);
	mmap_write_unlock(mm);
	return err;
}

/* Counts and copies all strings, the file name highest. 0 or -errno. */
int lay_strings(struct linux_binprm *bprm, struct arg_ptr argv, struct arg_ptr envp)
{
	int err;

	bprm->argc = count(argv, MAX_ARG_STRINGS);
	if (bprm->argc < 0)
		return bprm->argc;
	bprm->envc = count(envp, MAX_ARG_STRINGS);
	if (bprm->envc < 0)
		return bprm->envc;
	err = bprm_stack_limits(bprm);
	if (!err)
		err = copy_string_kernel(bprm->filename, bprm);
	bprm->exec = bprm->p;
	if (!err)
		err = copy_strings(bprm->envc, envp, bprm);
	if (!err)
		err = copy_strings(bprm->argc, argv, bprm);
	/* A program that begins at argv[1] would walk into envp: an empty argv becomes one "". */
	if (!err && bprm->argc == 0) {
		err = copy_string_kernel("", bprm);
		bprm->argc = 1;
	}
	return err;
}
