/* SPDX-License-Identifier: MIT */
/*
 * The tables on the stack of a new program. create_elf_tables, the last step of BUILD, writes them.
 * Abridges the same function of Linux's fs/binfmt_elf.c.
 *
 *   high  AT_EXECFN string                    copy_string_kernel
 *         envp strings, argv strings          copy_strings; the lowest is arg_start
 *         "x86_64"                            AT_PLATFORM points here
 *         16 random bytes                     AT_RANDOM points here
 *         (down to a multiple of 16)
 *         auxv: pairs, AT_NULL
 *         NULL, envp[envc-1] .. envp[0]
 *         NULL, argv[argc-1] .. argv[0]
 *   low   argc                                <- rsp at the first instruction
 */
#include <binfmts.h>
#include <cred.h>
#include <elf_image.h>
#include <linux/auxvec.h>
#include <errno.h>
#include <mm.h>
#include <random.h>
#include <sched.h>
#include <string.h>
#include <trace.h>
#include <asm/uaccess.h>

#define ELF_PLATFORM "x86_64"

struct auxv {
	unsigned long *next;
};

static void new_aux_ent(struct auxv *a, unsigned long id, unsigned long value)
{
	*a->next++ = id;
	*a->next++ = value;
}

/*
 * In the order of Linux 6.1. The rest of saved_auxv is zero, which is AT_NULL. AT_PHDR gets the
 * bias even if phdr_addr is 0. Returns the length in words, with the two of AT_NULL.
 */
static size_t fill_auxv(struct linux_binprm *bprm, const struct elf_image *img,
			const struct elf_layout *l, unsigned long random, unsigned long platform)
{
	struct mm_struct *mm = current->mm;
	const struct cred *cred = current->cred;
	struct auxv a = {mm->saved_auxv};

	memset(mm->saved_auxv, 0, sizeof(mm->saved_auxv));
	if (mm->context.vdso)
		new_aux_ent(&a, AT_SYSINFO_EHDR, (unsigned long)mm->context.vdso);
	new_aux_ent(&a, AT_MINSIGSTKSZ, get_sigframe_size());
	new_aux_ent(&a, AT_HWCAP, boot_cpu.hwcap);
	new_aux_ent(&a, AT_PAGESZ, PAGE_SIZE);
	new_aux_ent(&a, AT_CLKTCK, USER_HZ);
	new_aux_ent(&a, AT_PHDR, img->phdr_addr + l->load_bias);
	new_aux_ent(&a, AT_PHENT, sizeof(Elf64_Phdr));
	new_aux_ent(&a, AT_PHNUM, img->ehdr->e_phnum);
	new_aux_ent(&a, AT_BASE, l->interp_base);
	new_aux_ent(&a, AT_FLAGS, 0);
	new_aux_ent(&a, AT_ENTRY, img->ehdr->e_entry + l->load_bias);
	new_aux_ent(&a, AT_UID, cred->uid);
	new_aux_ent(&a, AT_EUID, cred->euid);
	new_aux_ent(&a, AT_GID, cred->gid);
	new_aux_ent(&a, AT_EGID, cred->egid);
	new_aux_ent(&a, AT_SECURE, bprm->secureexec);
	new_aux_ent(&a, AT_RANDOM, random);
	new_aux_ent(&a, AT_HWCAP2, boot_cpu.hwcap2);
	new_aux_ent(&a, AT_EXECFN, bprm->exec);
	new_aux_ent(&a, AT_PLATFORM, platform);
	if (bprm->have_execfd)
		new_aux_ent(&a, AT_EXECFD, bprm->execfd);
	return a.next + 2 - mm->saved_auxv;
}

/* Copies @n bytes to just below *p, and lowers *p to them. 0 or -EFAULT. */
static int push_bytes(unsigned long *p, const void *bytes, size_t n)
{
	*p -= n;
	return copy_to_user((void __user *)*p, bytes, n) ? -EFAULT : 0;
}

/*
 * Writes pointers to @count consecutive strings from *str on, then NULL. *sp ends after the NULL,
 * *str after the last string. 0, -EFAULT or -EINVAL.
 */
static int put_string_pointers(unsigned long __user **sp, unsigned long *str, int count)
{
	while (count-- > 0) {
		long len;

		if (put_user(*str, (*sp)++))
			return -EFAULT;
		len = strnlen_user((const char __user *)*str, MAX_ARG_STRLEN);
		if (!len || len > (long)MAX_ARG_STRLEN)
			return -EINVAL;
		*str += len;
	}
	return put_user(0, (*sp)++);
}

/* The strings of argv, then those of envp, follow each other from mm->arg_start on. */
static int write_tables(struct linux_binprm *bprm, size_t auxv_words)
{
	struct mm_struct *mm = current->mm;
	unsigned long __user *sp = (unsigned long __user *)bprm->p;
	unsigned long str = mm->arg_start;
	int err;

	if (put_user(bprm->argc, sp++))
		return -EFAULT;
	err = put_string_pointers(&sp, &str, bprm->argc);
	if (err)
		return err;
	mm->arg_end = mm->env_start = str;
	err = put_string_pointers(&sp, &str, bprm->envc);
	if (err)
		return err;
	mm->env_end = str;
	return copy_to_user(sp, mm->saved_auxv, auxv_words * sizeof(long)) ? -EFAULT : 0;
}

/*
 * The record reads the VMA, so it comes before the unlock. The tables are written after it, because
 * user memory may fault, and the fault takes mmap_lock.
 */
int create_elf_tables(struct linux_binprm *bprm, const struct elf_image *img,
		      const struct elf_layout *l)
{
	struct mm_struct *mm = current->mm;
	unsigned long p = arch_align_stack(bprm->p), random, platform;
	struct vm_area_struct *vma;
	size_t auxv_words, items;
	u8 bytes[16];

	if (push_bytes(&p, ELF_PLATFORM, sizeof(ELF_PLATFORM)))
		return -EFAULT;
	platform = p;
	get_random_bytes(bytes, sizeof(bytes));
	if (push_bytes(&p, bytes, sizeof(bytes)))
		return -EFAULT;
	random = p;
	auxv_words = fill_auxv(bprm, img, l, random, platform);
	items = 1 + (bprm->argc + 1) + (bprm->envc + 1);
	bprm->p = (p - (auxv_words + items) * sizeof(long)) & ~15UL;

	/*
	 * The tables may be longer than the 128 KiB that are mapped ahead: grow the stack down to
	 * them.
	 */
	if (mmap_write_lock_killable(mm))
		return -EINTR;
	vma = find_extend_vma(mm, bprm->p);
	if (vma)
		EXEC_STAGE_VMA(CREATE_TABLES, vma);
	mmap_write_unlock(mm);
	return vma ? write_tables(bprm, auxv_words) : -EFAULT;
}
