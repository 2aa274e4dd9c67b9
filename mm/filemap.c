/* SPDX-License-Identifier: MIT */
/*
 * The page cache: the bytes of files in memory, for read, write and mmap alike.
 * Abridges Linux's mm/filemap.c, mm/truncate.c and the reading side of mm/shmem.c; leaves out
 * disks, and with them write-back, readahead and eviction. A file has no other copy than these
 * pages, and a page that is not here is a hole of zeros.
 *
 *   inode ─i_mapping─> address_space ─pages (radix tree)─> page 0, page 3, ...
 *                           └─i_mmap─> the VMAs that map the file
 *
 * Locks (outermost first): i_rwsem > mmap_lock > i_mmap_lock > page_table_lock > tree_lock. The
 * tree holds one reference to each page. Copies to and from user memory may fault, so they are made
 * without a spinlock, with a reference to the page.
 */
#include <errno.h>
#include <frames.h>
#include <fs.h>
#include <mm.h>
#include <pagecache.h>
#include <printk.h>
#include <string.h>
#include <asm/uaccess.h>
#include <linux/magic.h>
#include "internal.h"

static unsigned long nr_cached; /* pages in all trees */

unsigned long nr_file_pages(void) { return nr_cached; }

/* ---- the tree -------------------------------------------------------------- */

struct page *find_get_page(struct address_space *mapping, unsigned long index)
{
	struct page *page;

	spin_lock(&mapping->tree_lock);
	page = radix_tree_lookup(&mapping->pages, index);
	if (page)
		get_page(page);
	spin_unlock(&mapping->tree_lock);
	return page;
}

int add_to_page_cache(struct address_space *mapping, struct page *page, unsigned long index)
{
	int err;

	spin_lock(&mapping->tree_lock);
	err = radix_tree_insert(&mapping->pages, index, page);
	if (!err) {
		get_page(page);
		page->mapping = mapping;
		page->index = index;
		if (mapping->host->i_sb->s_magic == TMPFS_MAGIC)
			page->flags |= BIT(PG_swapbacked);
		mapping->nrpages++;
		nr_cached++;
	}
	spin_unlock(&mapping->tree_lock);
	return err;
}

/*
 * Returns a page of zeros that is not in the tree, or ERR_PTR: -ENOMEM, or -ENOSPC if files fill
 * half of the RAM, which is the limit of tmpfs.
 */
static struct page *new_page(void)
{
	struct page *page;

	if (nr_cached >= totalram_pages() / 2)
		return ERR_PTR(-ENOSPC);
	page = alloc_user_page(__GFP_ZERO);
	return page ? page : ERR_PTR(-ENOMEM);
}

struct page *read_mapping_page(struct address_space *mapping, unsigned long index)
{
	for (;;) {
		struct page *page = find_get_page(mapping, index);
		int err;

		if (page)
			return page;
		page = new_page();
		if (IS_ERR(page))
			return page;
		err = add_to_page_cache(mapping, page, index);
		if (!err)
			return page;
		put_page(page);
		if (err != -EEXIST)
			return ERR_PTR(err);
	}
}

/* ---- read -------------------------------------------------------------------- */

/* Returns the number of bytes copied, less than @n if user memory faults. */
static size_t copy_out(void *to, const void *from, size_t n, bool user)
{
	if (user)
		return n - copy_to_user(to, from, n);
	memcpy(to, from, n);
	return n;
}

static size_t copy_in(void *to, const void *from, size_t n, bool user)
{
	if (user) /* what was not copied stays as it is: others see it */
		return n - raw_copy_from_user(to, from, n);
	memcpy(to, from, n);
	return n;
}

/* A hole reads as zeros; no page is allocated for it. */
ssize_t filemap_read(struct file *f, void *buf, size_t n, loff_t *pos, bool user)
{
	struct address_space *mapping = f->f_mapping;
	size_t done = 0;

	while (done < n && *pos < mapping->host->i_size) {
		unsigned long offset = offset_in_page(*pos);
		size_t left = min_t(size_t, n - done, mapping->host->i_size - *pos);
		size_t chunk = min_t(size_t, left, PAGE_SIZE - offset), copied;
		struct page *page = find_get_page(mapping, *pos >> PAGE_SHIFT);
		const char *bytes = page_address(page ? page : zero_page);

		copied = copy_out((char *)buf + done, bytes + offset, chunk, user);
		if (page)
			put_page(page);
		done += copied;
		*pos += copied;
		if (copied < chunk)
			return done ? done : -EFAULT;
	}
	return done;
}

/* ---- write ------------------------------------------------------------------- */

/*
 * Writes to one page at most. A new page enters the tree after its bytes are copied, so that a
 * fault leaves nothing behind. Returns the bytes written, or -errno; -EEXIST: another task has made
 * the page, try again.
 */
static ssize_t write_page(struct address_space *mapping, loff_t pos, const void *buf, size_t n,
			  bool user)
{
	struct page *known = find_get_page(mapping, pos >> PAGE_SHIFT);
	struct page *page = known ? known : new_page();
	size_t copied;
	int err = 0;

	if (IS_ERR(page))
		return PTR_ERR(page);
	copied = copy_in((char *)page_address(page) + offset_in_page(pos), buf, n, user);
	page->flags |= BIT(PG_dirty);
	if (!copied)
		err = -EFAULT;
	else if (!known)
		err = add_to_page_cache(mapping, page, pos >> PAGE_SHIFT);
	put_page(page);
	return err ? err : (ssize_t)copied;
}

/* *pos + n must not overflow (the caller has checked it against the largest file). */
ssize_t filemap_write(struct file *f, const void *buf, size_t n, loff_t *pos, bool user)
{
	struct address_space *mapping = f->f_mapping;
	struct inode *inode = mapping->host;
	size_t done = 0;

	while (done < n) {
		size_t chunk = min_t(size_t, n - done, PAGE_SIZE - offset_in_page(*pos));
		ssize_t wrote = write_page(mapping, *pos, (const char *)buf + done, chunk, user);

		if (wrote == -EEXIST)
			continue;
		if (wrote < 0)
			return done ? (ssize_t)done : wrote;
		done += wrote;
		*pos += wrote;
		inode->i_size = max(inode->i_size, *pos);
	}
	return done;
}

/* ---- mmap -------------------------------------------------------------------- */

/* A part of a page at the end counts as a page. */
static unsigned long size_in_pages(const struct inode *inode)
{
	return DIV_ROUND_UP((unsigned long)inode->i_size, PAGE_SIZE);
}

static vm_fault_t filemap_fault(struct vm_fault *vmf)
{
	struct address_space *mapping = vmf->vma->vm_file->f_mapping;

	if (vmf->pgoff >= size_in_pages(mapping->host))
		return VM_FAULT_SIGBUS;
	vmf->page = read_mapping_page(mapping, vmf->pgoff);
	if (!IS_ERR(vmf->page))
		return 0;
	return PTR_ERR(vmf->page) == -ENOMEM ? VM_FAULT_OOM : VM_FAULT_SIGBUS;
}

/* Maps those of @n pages that are in memory and not mapped yet. page_table_lock held. */
static void map_run(struct vm_area_struct *vma, pte_t *pte, void **slot, unsigned long n)
{
	bool shmem = vma->vm_file->f_mapping->host->i_sb->s_magic == TMPFS_MAGIC;
	long *rss = &vma->vm_mm->rss_stat[shmem ? MM_SHMEMPAGES : MM_FILEPAGES];
	pgprot_t prot = vma->vm_page_prot;

	for (unsigned long i = 0; i < n; i++) {
		struct page *page = slot[i];

		if (!page || !pte_none(pte[i]))
			continue;
		get_page(page);
		atomic_inc(&page->_mapcount);
		++*rss;
		pte[i] = pfn_pte(page_to_pfn(page), prot);
	}
}

static void filemap_map_pages(struct vm_fault *vmf, unsigned long first, unsigned long last)
{
	struct address_space *mapping = vmf->vma->vm_file->f_mapping;
	spinlock_t *ptl = &vmf->vma->vm_mm->page_table_lock;
	unsigned long end = min(last + 1, size_in_pages(mapping->host)), found = first, n;

	spin_lock(ptl);
	spin_lock(&mapping->tree_lock);
	/* Without a page in memory no table is made, unless ->fault finds one. */
	if (!vmf->pte &&
	    !(radix_tree_next(&mapping->pages, &found) && found < end && pte_alloc(vmf)))
		end = first;
	for (unsigned long index = first; index < end; index += n) {
		void **slot = radix_tree_slot(&mapping->pages, index);

		n = min(radix_tree_run(&mapping->pages, index), end - index);
		if (slot)
			map_run(vmf->vma, vmf->pte + (long)(index - vmf->pgoff), slot, n);
	}
	spin_unlock(&mapping->tree_lock);
	spin_unlock(ptl);
}

const struct vm_operations_struct generic_file_vm_ops = {
	.fault = filemap_fault,
	.map_pages = filemap_map_pages,
};

/* ->mmap of files with pages. Always 0. The access time is set in fs/. */
int generic_file_mmap(struct file *f __maybe_unused, struct vm_area_struct *vma)
{
	vma->vm_ops = &generic_file_vm_ops;
	return 0;
}

/* ---- truncate ------------------------------------------------------------------ */

/* @dirty: also pages that were written to. */
static void delete_pages(struct address_space *mapping, unsigned long index, unsigned long last,
			 bool dirty)
{
	struct page *page;

	spin_lock(&mapping->tree_lock);
	for (; (page = radix_tree_next(&mapping->pages, &index)) && index <= last; index++) {
		if (!dirty && (page->flags & BIT(PG_dirty)))
			continue;
		radix_tree_delete(&mapping->pages, index);
		page->mapping = NULL;
		mapping->nrpages--;
		nr_cached--;
		put_page(page);
	}
	spin_unlock(&mapping->tree_lock);
}

/* Zeroes the bytes of one page, from @start to before @end. A page that is not there is zero. */
static void zero_part(struct address_space *mapping, loff_t start, loff_t end)
{
	struct page *page = start < end ? find_get_page(mapping, start >> PAGE_SHIFT) : NULL;

	if (!page)
		return;
	memset((char *)page_address(page) + offset_in_page(start), 0, end - start);
	page->flags |= BIT(PG_dirty);
	put_page(page);
}

/* i_size is @newsize already, so a fault after the unmapping gets SIGBUS. */
void truncate_pagecache(struct inode *inode, loff_t newsize)
{
	struct address_space *mapping = inode->i_mapping;
	unsigned long first = DIV_ROUND_UP((unsigned long)newsize, PAGE_SIZE);

	unmap_mapping_range(mapping, first, ~0UL >> PAGE_SHIFT, true);
	delete_pages(mapping, first, ~0UL, true);
	zero_part(mapping, newsize, (loff_t)(first << PAGE_SHIFT));
}

void truncate_pagecache_range(struct inode *inode, loff_t start, loff_t end)
{
	struct address_space *mapping = inode->i_mapping;
	loff_t first = ALIGN(start, PAGE_SIZE), last = ALIGN_DOWN(end, PAGE_SIZE);

	if (first < last) {
		unmap_mapping_range(mapping, first >> PAGE_SHIFT, (last >> PAGE_SHIFT) - 1, false);
		delete_pages(mapping, first >> PAGE_SHIFT, (last >> PAGE_SHIFT) - 1, true);
	}
	zero_part(mapping, start, min(first, end));
	if (last >= first)
		zero_part(mapping, last, end);
}

void truncate_inode_pages(struct address_space *mapping) { delete_pages(mapping, 0, ~0UL, true); }

void invalidate_mapping_pages(struct address_space *mapping, unsigned long first,
			      unsigned long last)
{
	unmap_mapping_range(mapping, first, last, false);
	delete_pages(mapping, first, last, false);
}
