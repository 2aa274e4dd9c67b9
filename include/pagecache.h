/* SPDX-License-Identifier: MIT */
/* The page cache: the pages of files. mm/filemap.c. */
#ifndef PAGECACHE_H
#define PAGECACHE_H

#include <types.h>

struct address_space;
struct file;
struct inode;
struct page;
struct vm_area_struct;
struct vm_operations_struct;

/* The page @index of @mapping with a reference, or NULL. */
struct page *find_get_page(struct address_space *mapping, unsigned long index);
/* As find_get_page, but makes a page that is absent. ERR_PTR(-ENOMEM, -ENOSPC). */
struct page *read_mapping_page(struct address_space *mapping, unsigned long index);
/* Makes @page the page @index; the cache takes a reference of its own. 0, -EEXIST, -ENOMEM. */
int add_to_page_cache(struct address_space *mapping, struct page *page, unsigned long index);
/*
 * read(2) of a file that has pages: from *pos to a user or kernel buffer. Bytes, 0 at the end,
 * -EFAULT...
 */
ssize_t filemap_read(struct file *f, void *buf, size_t n, loff_t *pos, bool user);
/* write(2) into the page cache, i_rwsem held; grows i_size. */
ssize_t filemap_write(struct file *f, const void *buf, size_t n, loff_t *pos, bool user);
extern const struct vm_operations_struct generic_file_vm_ops;
int generic_file_mmap(struct file *f, struct vm_area_struct *vma);
/* Drops the pages from byte @newsize on (and zeroes the tail of the last), unmapping them first. */
void truncate_pagecache(struct inode *inode, loff_t newsize);
/* Makes the bytes from @start to before @end a hole: whole pages go, parts of pages become zero. */
void truncate_pagecache_range(struct inode *inode, loff_t start, loff_t end);
void truncate_inode_pages(struct address_space *mapping); /* all, at inode death */
/* Drops those of the pages @first to @last to which nobody has written: they are zeros. */
void invalidate_mapping_pages(struct address_space *mapping, unsigned long first,
			      unsigned long last);
unsigned long nr_file_pages(void);
/*
 * The file behind anonymous shared memory (MAP_SHARED|MAP_ANONYMOUS, /dev/zero): "/dev/zero
 * (deleted)". fs/ramfs.c sets the pointer.
 */
extern struct file *(*shmem_file_setup)(const char *name, loff_t size);

#endif
