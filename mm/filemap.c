/* SPDX-License-Identifier: MIT */
/*
 * The page cache: the bytes of files in memory, for read, write and mmap alike. Abridges Linux's
 * mm/filemap.c, mm/truncate.c and the reading side of mm/shmem.c. Leaves out write-back,
 * readahead and eviction: a file system without ->read_page lives in these pages alone, and then
 * a page that is not here is a hole of zeros.
 *
 *   inode ─i_mapping─> address_space ─pages (radix tree)─> page 0, page 3, ...
 *                           └─i_mmap─> the areas that map the file
 *
 * Locks (outermost first): i_rwsem > mmap_lock > i_mmap_lock > page_table_lock > tree_lock. A
 * page in the tree is always up to date; it holds one reference for being there. Copies to and
 * from user memory are made with a reference to the page and without any spinlock: they may
 * fault.
 */
#include <asm/uaccess.h>
#include <fs.h>
#include <mm.h>
#include <printk.h>
#include <string.h>
#include "internal.h"

static unsigned long nr_cached; /* pages in all trees */

/* The file system keeps its files nowhere else. */
static bool memory_only(const struct address_space *mapping)
{
	return !mapping->a_ops || !mapping->a_ops->read_page;
}

/* tmpfs's usual limit: files that have no other home may fill half of the memory. */
static bool memory_full(const struct address_space *mapping)
{
	return memory_only(mapping) && nr_cached >= totalram_pages() / 2;
}

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

/* The tree takes a reference of its own. 0, -EEXIST, -ENOMEM. */
static int add_to_page_cache(struct address_space *mapping, struct page *page, unsigned long index)
{
	int err;

	spin_lock(&mapping->tree_lock);
	err = radix_tree_insert(&mapping->pages, index, page);
	if (!err) {
		get_page(page);
		page->mapping = mapping;
		page->index = index;
		page->flags |= BIT(PG_uptodate);
		mapping->nrpages++;
		nr_cached++;
	}
	spin_unlock(&mapping->tree_lock);
	return err;
}

/* Takes the first page at or after *index out of the tree and drops it; false: none. */
static bool delete_next_page(struct address_space *mapping, unsigned long *index)
{
	struct page *page;

	spin_lock(&mapping->tree_lock);
	page = radix_tree_next(&mapping->pages, index);
	if (page) {
		radix_tree_delete(&mapping->pages, *index);
		page->mapping = NULL;
		mapping->nrpages--;
		nr_cached--;
	}
	spin_unlock(&mapping->tree_lock);
	if (page)
		put_page(page);
	return page;
}

/* A page with the file's bytes, not yet in the tree. ERR_PTR. */
static struct page *read_new_page(struct address_space *mapping, unsigned long index)
{
	bool zero = memory_only(mapping);
	struct page *page;
	int err;

	if (memory_full(mapping))
		return ERR_PTR(-ENOSPC);
	page = alloc_page(zero ? GFP_ZERO : GFP_KERNEL);
	if (!page)
		return ERR_PTR(-ENOMEM);
	if (zero)
		return page;
	page->index = index;
	page->flags |= BIT(PG_locked);
	err = mapping->a_ops->read_page(mapping, page);
	page->flags &= ~BIT(PG_locked);
	if (!err)
		return page;
	put_page(page);
	return ERR_PTR(err);
}

/* ERR_PTR(-ENOSPC) too: a memory file system is full. */
struct page *read_mapping_page(struct address_space *mapping, unsigned long index)
{
	for (;;) {
		struct page *page = find_get_page(mapping, index);
		int err;

		if (page)
			return page;
		page = read_new_page(mapping, index);
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

/* Bytes copied, less than @n if the user's memory faults. */
static size_t copy_out(void *to, const void *from, size_t n, bool user)
{
	if (user)
		return n - copy_to_user(to, from, n);
	memcpy(to, from, n);
	return n;
}

static size_t copy_in(void *to, const void *from, size_t n, bool user)
{
	if (user)
		return n - copy_from_user(to, from, n);
	memcpy(to, from, n);
	return n;
}

/* The page to read from; a hole of a memory file shows zeros without taking memory. */
static struct page *page_for_read(struct address_space *mapping, unsigned long index)
{
	struct page *page;

	if (!memory_only(mapping))
		return read_mapping_page(mapping, index);
	page = find_get_page(mapping, index);
	if (page)
		return page;
	get_page(zero_page);
	return zero_page;
}

ssize_t filemap_read(struct file *f, void *buf, size_t n, loff_t *pos, bool user)
{
	struct address_space *mapping = f->f_mapping;
	size_t done = 0;

	while (done < n && *pos < mapping->host->i_size) {
		unsigned long offset = offset_in_page(*pos);
		size_t chunk = min_t(size_t, n - done, PAGE_SIZE - offset), copied;
		struct page *page = page_for_read(mapping, *pos >> PAGE_SHIFT);

		if (IS_ERR(page))
			return done ? done : PTR_ERR(page);
		/* The size may have shrunk while the page was read. */
		chunk = min_t(size_t, chunk, max_t(loff_t, mapping->host->i_size - *pos, 0));
		copied = copy_out((char *)buf + done, (char *)page_address(page) + offset, chunk,
				  user);
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
 * A write to where no page is: bytes first, then into the tree, so that a fault leaves nothing
 * behind.
 */
static ssize_t write_new_page(struct address_space *mapping, unsigned long index,
			      unsigned long offset, const void *buf, size_t n, bool user)
{
	bool whole = n == PAGE_SIZE && memory_only(mapping);
	struct page *page;
	size_t copied;
	int err;

	if (whole && memory_full(mapping))
		return -ENOSPC;
	page = whole ? alloc_page(GFP_KERNEL) : read_new_page(mapping, index);
	if (IS_ERR(page))
		return PTR_ERR(page);
	if (!page)
		return -ENOMEM;
	copied = copy_in((char *)page_address(page) + offset, buf, n, user);
	if (whole && copied < n)
		memset((char *)page_address(page) + copied, 0, n - copied);
	err = copied ? add_to_page_cache(mapping, page, index) : -EFAULT;
	page->flags |= BIT(PG_dirty);
	put_page(page);
	return err ? err : (ssize_t)copied;
}

/* At most to the end of one page. Bytes written; -EEXIST: another task made the page, try again. */
static ssize_t write_page(struct address_space *mapping, loff_t pos, const void *buf, size_t n,
			  bool user)
{
	unsigned long offset = offset_in_page(pos);
	struct page *page = find_get_page(mapping, pos >> PAGE_SHIFT);
	size_t copied;

	if (!page)
		return write_new_page(mapping, pos >> PAGE_SHIFT, offset, buf, n, user);
	copied = copy_in((char *)page_address(page) + offset, buf, n, user);
	page->flags |= BIT(PG_dirty);
	put_page(page);
	return copied ? (ssize_t)copied : -EFAULT;
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
		if (*pos > inode->i_size)
			inode->i_size = *pos;
	}
	return done;
}

/* ---- mmap -------------------------------------------------------------------- */

/* Pages of the file, counting a part at the end as one. */
static unsigned long size_in_pages(const struct inode *inode)
{
	return DIV_ROUND_UP((unsigned long)inode->i_size, PAGE_SIZE);
}

vm_fault_t filemap_fault(struct vm_fault *vmf)
{
	struct address_space *mapping = vmf->vma->vm_file->f_mapping;
	struct page *page;

	if (vmf->pgoff >= size_in_pages(mapping->host))
		return VM_FAULT_SIGBUS;
	page = read_mapping_page(mapping, vmf->pgoff);
	if (IS_ERR(page))
		return PTR_ERR(page) == -ENOMEM ? VM_FAULT_OOM : VM_FAULT_SIGBUS;
	/* Truncated while it was read? */
	if (page->mapping != mapping) {
		put_page(page);
		return VM_FAULT_SIGBUS;
	}
	vmf->page = page;
	return 0;
}

static void filemap_map_pages(struct vm_fault *vmf, unsigned long first, unsigned long last)
{
	struct address_space *mapping = vmf->vma->vm_file->f_mapping;
	spinlock_t *ptl = &vmf->vma->vm_mm->page_table_lock;
	unsigned long size = size_in_pages(mapping->host);

	spin_lock(ptl);
	for (unsigned long index = first; index <= last && index < size; index++) {
		pte_t *pte = vmf->pte + (long)(index - vmf->pgoff);
		struct page *page = pte_none(*pte) ? find_get_page(mapping, index) : NULL;

		if (page)
			do_set_pte(vmf, pte, page, false);
	}
	spin_unlock(ptl);
}

const struct vm_operations_struct generic_file_vm_ops = {
	.fault = filemap_fault,
	.map_pages = filemap_map_pages,
};

/* ->mmap of files with pages. 0. The access time is the caller's floor's business. */
int generic_file_mmap(struct file *f __maybe_unused, struct vm_area_struct *vma)
{
	vma->vm_ops = &generic_file_vm_ops;
	return 0;
}

/* ---- truncate ------------------------------------------------------------------ */

static void delete_pages_from(struct address_space *mapping, unsigned long first)
{
	while (delete_next_page(mapping, &first))
		first++;
}

static void zero_tail(struct address_space *mapping, loff_t from)
{
	unsigned long offset = offset_in_page(from);
	struct page *page = offset ? find_get_page(mapping, from >> PAGE_SHIFT) : NULL;

	if (!page)
		return;
	memset((char *)page_address(page) + offset, 0, PAGE_SIZE - offset);
	put_page(page);
}

/* i_size is @newsize already: a fault after the unmapping finds no page there. */
void truncate_pagecache(struct inode *inode, loff_t newsize)
{
	struct address_space *mapping = inode->i_mapping;
	unsigned long first = DIV_ROUND_UP((unsigned long)newsize, PAGE_SIZE);

	unmap_mapping_range(mapping, first, -1UL, true);
	delete_pages_from(mapping, first);
	zero_tail(mapping, newsize);
}

void truncate_inode_pages(struct address_space *mapping) { delete_pages_from(mapping, 0); }
