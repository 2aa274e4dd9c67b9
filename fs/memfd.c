/* SPDX-License-Identifier: MIT */
/*
 * memfd_create: a file in memory without a name in any directory; and seals, which
 * forbid forever that such a file shrinks, grows or is written to.
 * Abridges Linux's mm/memfd.c. Left out: huge pages (ENOSYS).
 * Not on the road of an exec.
 */
#include <anon_inodes.h>
#include <file.h>
#include <mm_types.h>
#include <pagecache.h>
#include <string.h>
#include <syscalls.h>
#include <asm/uaccess.h>
#include <linux/fcntl.h>
#include <linux/memfd.h>
#include <linux/mman.h>
#include "internal.h"

/* Huge pages, and their size in six bits. */
#define MFD_HUGE	 (MFD_HUGETLB | (unsigned int)MFD_HUGE_MASK << MFD_HUGE_SHIFT)
#define MFD_NAME_PREFIX	 "memfd:"
#define MFD_NAME_MAX	 249 /* a file name with the prefix has 255 bytes */
#define F_SEAL_ANY_WRITE (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)
#define F_ALL_SEALS	 (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_ANY_WRITE)

int seal_check_write(const struct inode *inode, loff_t end)
{
	if (inode->i_seals & F_SEAL_ANY_WRITE)
		return -EPERM;
	return (inode->i_seals & F_SEAL_GROW) && end > inode->i_size ? -EPERM : 0;
}

int seal_check_size(const struct inode *inode, loff_t size)
{
	unsigned int seals = inode->i_seals;

	return ((seals & F_SEAL_SHRINK) && size < inode->i_size) ||
			       ((seals & F_SEAL_GROW) && size > inode->i_size)
		       ? -EPERM
		       : 0;
}

int seal_check_mmap(const struct inode *inode, struct vm_area_struct *vma)
{
	if (!(inode->i_seals & F_SEAL_ANY_WRITE) || !(vma->vm_flags & VM_SHARED))
		return 0;
	if (vma->vm_flags & VM_WRITE)
		return -EPERM;
	vma->vm_flags &= ~VM_MAYWRITE;
	return 0;
}

/* Is the file mapped so that it can be written to, now or after mprotect? */
static bool is_mapped_shared(struct address_space *mapping)
{
	const unsigned long shared = VM_SHARED | VM_MAYWRITE;
	struct vm_area_struct *vma;
	bool found = false;

	mutex_lock(&mapping->i_mmap_lock);
	list_for_each_entry(vma, &mapping->i_mmap, shared_node)
		found |= (vma->vm_flags & shared) == shared;
	mutex_unlock(&mapping->i_mmap_lock);
	return found;
}

static long add_seals(struct file *f, unsigned int seals)
{
	struct inode *inode = f->f_inode;
	long err = 0;

	if (!(f->f_mode & FMODE_WRITE))
		return -EPERM;
	if (seals & ~F_ALL_SEALS)
		return -EINVAL;
	down_write(&inode->i_rwsem);
	if (inode->i_seals & F_SEAL_SEAL)
		err = -EPERM;
	else if ((seals & F_SEAL_WRITE) && !(inode->i_seals & F_SEAL_WRITE) &&
		 is_mapped_shared(inode->i_mapping))
		err = -EBUSY;
	else
		inode->i_seals |= seals;
	up_write(&inode->i_rwsem);
	return err;
}

long memfd_fcntl(struct file *f, unsigned int cmd, unsigned int arg)
{
	if (!(f->f_inode->i_seals & SEALABLE))
		return -EINVAL;
	return cmd == F_ADD_SEALS ? add_seals(f, arg) : (long)(f->f_inode->i_seals & F_ALL_SEALS);
}

long sys_memfd_create(const char __user *uname, unsigned int flags)
{
	char name[sizeof(MFD_NAME_PREFIX) + MFD_NAME_MAX + 1] = MFD_NAME_PREFIX;
	struct file *f;
	long n;

	if (flags & ~(MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_HUGE))
		return -EINVAL;
	if (flags & MFD_HUGE)
		return flags & MFD_HUGETLB ? -ENOSYS : -EINVAL;
	n = strncpy_from_user(name + strlen(name), uname, MFD_NAME_MAX + 1);
	if (n < 0)
		return -EFAULT;
	if (n > MFD_NAME_MAX)
		return -EINVAL;
	f = shmem_file_setup(name, 0);
	if (IS_ERR(f))
		return PTR_ERR(f);
	f->f_flags |= O_LARGEFILE;
	/* Its writer does not count, so that it can be executed. */
	put_write_access(f->f_inode);
	f->f_mode &= ~FMODE_WRITER;
	if (flags & MFD_ALLOW_SEALING)
		f->f_inode->i_seals &= ~F_SEAL_SEAL;
	return fd_install_new(f, flags & MFD_CLOEXEC ? O_CLOEXEC : 0);
}
