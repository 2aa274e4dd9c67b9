/* SPDX-License-Identifier: MIT */
/*
 * exec/elf_map.c against a memory that only writes down what is asked of it: which
 * VMAs are mapped, from where in the file, and which bytes are zeroed. Its
 * source is included, for the host has no running task.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>

#include <elf_image.h>
#include <linux/mman.h>
#include <errno.h>
#include <mm.h>
#include <sched.h>
#include <string.h>
#include <trace.h>
#include <asm/uaccess.h>
#include "told.h"

static struct mm_struct this_mm;
static struct task_struct this_task = {.mm = &this_mm};
#undef current
#define current (&this_task)

#include "../../exec/elf_map.c"

#define ANYWHERE 0x7ffff7fc0000UL /* where a mapping without a wish goes */

static int map_error, unmap_error, brk_error, clear_error;
static struct file *const program = (struct file *)0x1000;

int vm_mmap(struct file *file, unsigned long *addr, unsigned long len, unsigned long prot,
	    unsigned long flags, unsigned long offset)
{
	if (file != program || offset_in_page(offset) || !(flags & MAP_PRIVATE))
		return -EINVAL;
	note("map %lx+%lx prot %lx from %lx\n", *addr, PAGE_ALIGN(len), prot, offset);
	if (!*addr)
		*addr = ANYWHERE;
	return map_error;
}

int vm_munmap(unsigned long start, size_t len)
{
	if (len)
		note("unmap %lx+%lx\n", start, PAGE_ALIGN(len));
	return len ? unmap_error : -EINVAL;
}

int vm_brk_flags(unsigned long addr, unsigned long len, unsigned long flags)
{
	if (offset_in_page(addr))
		return -EINVAL;
	if (len)
		note("zero pages %lx+%lx%s\n", addr, PAGE_ALIGN(len),
		     flags == VM_EXEC ? " exec"
		     : flags	      ? " ?"
				      : "");
	return len ? brk_error : 0;
}

unsigned long clear_user(void __user *to, unsigned long n)
{
	if (n)
		note("clear %lx+%lx\n", (unsigned long)to, n);
	return n && clear_error ? n : 0;
}

/* There is always a VMA, so that every record is seen. */
struct vm_area_struct *find_vma(struct mm_struct *mm, unsigned long addr)
{
	static struct vm_area_struct area;

	(void)mm;
	area.vm_start = addr;
	area.vm_end = addr + PAGE_SIZE;
	return &area;
}

void exec_stage(const struct exec_site *site, unsigned long start, unsigned long end,
		const struct vm_area_struct *vma, int error)
{
	(void)end, (void)vma, (void)error;
	note("record %s at %lx\n",
	     site->stage == EXEC_STAGE_MAP_SEGMENTS ? "map-segments"
	     : site->stage == EXEC_STAGE_SET_BRK    ? "set-brk"
						    : "of another stage",
	     start);
}

void down_read(struct rw_semaphore *sem) { (void)sem; }
void up_read(struct rw_semaphore *sem) { (void)sem; }

static int setup(void **state)
{
	(void)state;
	asked[0] = '\0';
	map_error = unmap_error = brk_error = clear_error = 0;
	return 0;
}

static Elf64_Phdr segment(unsigned long offset, unsigned long vaddr, unsigned long filesz,
			  unsigned long memsz)
{
	return (Elf64_Phdr){.p_type = PT_LOAD,
			    .p_offset = offset,
			    .p_vaddr = vaddr,
			    .p_filesz = filesz,
			    .p_memsz = memsz};
}

static void padzero_clears_to_the_pages_end(void **state)
{
	(void)state;
	RETURNS(0, padzero(0x500600), "the last page has 0xa00 bytes more");
	ASKED("clear 500600+a00\n", "padzero(0x500600)");
	RETURNS(0, padzero(0x500fff), "the last byte of a page");
	ASKED("clear 500fff+1\n", "padzero(0x500fff): the last byte of a page");
	RETURNS(0, padzero(0x500001), "all but the first byte of a page");
	ASKED("clear 500001+fff\n", "padzero(0x500001): all but the first byte of a page");
	RETURNS(0, padzero(0x501000), "nothing of the file's page is left");
	ASKED("", "padzero(0x501000): nothing of the file's page is left");
	clear_error = 1;
	RETURNS(-EFAULT, padzero(0x500600), "clear_user left some bytes");
}

static void set_brk_maps_whole_pages(void **state)
{
	(void)state;
	RETURNS(0, set_brk(0x500600, 0x505600, PROT_READ | PROT_WRITE), "five pages");
	ASKED("zero pages 501000+5000\nrecord set-brk at 501000\n", "a bss of five pages");
	RETURNS(0, set_brk(0x501000, 0x503000, PROT_READ | PROT_WRITE | PROT_EXEC), "executable");
	ASKED("zero pages 501000+2000 exec\nrecord set-brk at 501000\n",
	      "both ends are page borders; executable");
	RETURNS(0, set_brk(0x500600, 0x501000, PROT_READ | PROT_WRITE), "no page");
	ASKED("", "all of it is in the page that padzero has cleared: no page, no record");
	brk_error = -ENOMEM;
	RETURNS(-ENOMEM, set_brk(0x500600, 0x505600, PROT_READ), "vm_brk_flags's error");
	ASKED("zero pages 501000+5000\n", "vm_brk_flags failed: no record");
}

#define HERE (MAP_PRIVATE | MAP_FIXED)

static void elf_map_alone(void)
{
	Elf64_Phdr ph = segment(0x1400, 0x500400, 0x200, 0x5000);
	unsigned long addr = 0x500400;

	RETURNS(0, elf_map(program, &addr, &ph, PROT_READ, HERE, 0), "one page");
	IS(0x500000UL, addr, "*addr is where the mapping begins");
	ASKED("map 500000+1000 prot 1 from 1000\nrecord map-segments at 500000\n",
	      "0x200 bytes, 0x400 behind the start of a page");
	ph = segment(0x1400, 0x500400, 0xc01, 0xc01);
	addr = 0x7000500400;
	RETURNS(0, elf_map(program, &addr, &ph, PROT_READ, HERE, 0), "two pages");
	IS(0x7000500000UL, addr, "*addr, with a load bias");
	ASKED("map 7000500000+2000 prot 1 from 1000\nrecord map-segments at 7000500000\n",
	      "the last byte lies in a second page");
	ph = segment(0, 0x500000, 0, 0x1000);
	addr = 0x500000;
	RETURNS(0, elf_map(program, &addr, &ph, PROT_READ, HERE, 0), "no page");
	IS(0x500000UL, addr, "*addr, though nothing is mapped");
	ASKED("", "nothing in the file, at a page's start: nothing to map, no record");
	addr = TASK_SIZE;
	FAILS(elf_map(program, &addr, &ph, PROT_READ, HERE, 0),
	      "no page, and *addr is none of user space");
	map_error = -EEXIST;
	ph = segment(0x1400, 0x500400, 0x200, 0x200);
	addr = 0x500400;
	RETURNS(-EEXIST, elf_map(program, &addr, &ph, PROT_READ, MAP_PRIVATE, 0),
		"vm_mmap's error");
	ASKED("map 500000+1000 prot 1 from 1000\n", "vm_mmap failed: no record");
}

/* Room for all segments is found, and what the first does not need is given back. */
static void elf_map_with_total_size(void)
{
	Elf64_Phdr ph = segment(0, 0, 0x1234, 0x1234);
	unsigned long addr = 0;

	RETURNS(0, elf_map(program, &addr, &ph, PROT_READ, MAP_PRIVATE, 0x34567), "total_size");
	IS(ANYWHERE, addr, "*addr is what vm_mmap found");
	ASKED("map 0+35000 prot 1 from 0\nunmap 7ffff7fc2000+33000\n"
	      "record map-segments at 7ffff7fc0000\n",
	      "total_size 0x34567, two pages of its own; the record comes last");
	addr = 0;
	RETURNS(0, elf_map(program, &addr, &ph, PROT_READ, MAP_PRIVATE, 0x1234),
		"total_size is this segment alone: nothing to give back");
	ASKED("map 0+2000 prot 1 from 0\nrecord map-segments at 7ffff7fc0000\n",
	      "total_size is this segment alone: nothing to give back");
	unmap_error = -EINTR;
	addr = 0;
	RETURNS(0, elf_map(program, &addr, &ph, PROT_READ, MAP_PRIVATE, 0x34567),
		"vm_munmap failed: that does not count");
	asked[0] = '\0';
	map_error = -ENOMEM;
	addr = 0;
	RETURNS(-ENOMEM, elf_map(program, &addr, &ph, PROT_READ, MAP_PRIVATE, 0x34567), "no room");
	ASKED("map 0+35000 prot 1 from 0\n", "vm_mmap failed: nothing is given back, no record");
}

static void elf_map_asks_for_whole_pages(void **state)
{
	(void)state;
	elf_map_alone();
	map_error = 0;
	elf_map_with_total_size();
}

static void elf_load_does_its_steps_in_order(void **state)
{
	Elf64_Phdr ph = segment(0x1400, 0x500400, 0x200, 0x5200);
	unsigned long addr = 0x500400;

	(void)state;
	RETURNS(0, elf_load(program, &addr, &ph, PROT_READ | PROT_WRITE, HERE, 0), "all steps");
	IS(0x500000UL, addr, "*addr is the start of the segment's page");
	ASKED("map 500000+1000 prot 3 from 1000\nrecord map-segments at 500000\n"
	      "clear 500600+a00\nzero pages 501000+5000\nrecord set-brk at 501000\n",
	      "elf_map, padzero, set_brk");
	addr = 0x7000500400;
	RETURNS(0, elf_load(program, &addr, &ph, PROT_READ | PROT_WRITE, HERE, 0), "a load bias");
	ASKED("map 7000500000+1000 prot 3 from 1000\nrecord map-segments at 7000500000\n"
	      "clear 7000500600+a00\nzero pages 7000501000+5000\nrecord set-brk at 7000501000\n",
	      "all steps, with a load bias");
	ph.p_memsz = ph.p_filesz;
	addr = 0x500400;
	RETURNS(0, elf_load(program, &addr, &ph, PROT_READ | PROT_WRITE, HERE, 0), "no bss");
	ASKED("map 500000+1000 prot 3 from 1000\nrecord map-segments at 500000\n",
	      "no bss: the bytes behind the segment are left alone");
	ph.p_memsz = 0x1000;
	clear_error = 1;
	addr = 0x500400;
	RETURNS(0, elf_load(program, &addr, &ph, PROT_READ, HERE, 0),
		"a read-only segment keeps its bytes");
	ASKED("map 500000+1000 prot 1 from 1000\nrecord map-segments at 500000\n"
	      "clear 500600+a00\nzero pages 501000+1000\nrecord set-brk at 501000\n",
	      "a read-only segment: padzero fails, and set_brk comes all the same");
	map_error = -EEXIST;
	addr = 0x500400;
	RETURNS(-EEXIST, elf_load(program, &addr, &ph, PROT_READ, MAP_PRIVATE, 0),
		"elf_map's error");
	ASKED("map 500000+1000 prot 1 from 1000\n", "elf_map failed: no step more");
	map_error = 0;
	brk_error = -ENOMEM;
	addr = 0x500400;
	RETURNS(-ENOMEM, elf_load(program, &addr, &ph, PROT_READ, HERE, 0), "set_brk's error");
}

static void elf_load_of_nothing_in_the_file(void **state)
{
	Elf64_Phdr ph = segment(0x800, 0x502800, 0, 0x1000);
	unsigned long addr = 0x502800;

	(void)state;
	RETURNS(0, elf_load(program, &addr, &ph, PROT_READ | PROT_WRITE, HERE, 0), "p_filesz 0");
	IS(0x502000UL, addr, "*addr is the start of the segment's page");
	ASKED("zero pages 502000+2000\nrecord set-brk at 502000\n",
	      "p_filesz 0: zeros from the first page on");
	ph = segment(0x800, 0x502800, 0, 0);
	addr = 0x502800;
	RETURNS(0, elf_load(program, &addr, &ph, PROT_READ, HERE, 0), "p_filesz and p_memsz 0");
	ASKED("", "p_filesz and p_memsz 0: nothing is mapped");
	addr = TASK_SIZE + 0x1000;
	FAILS(elf_load(program, &addr, &ph, PROT_READ, HERE, 0), "*addr is none of user space");
	ph.p_memsz = 0x1000;
	addr = TASK_SIZE + 0x1000;
	FAILS(elf_load(program, &addr, &ph, PROT_READ, HERE, 0), "*addr is none of user space");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(padzero_clears_to_the_pages_end, setup),
		cmocka_unit_test_setup(set_brk_maps_whole_pages, setup),
		cmocka_unit_test_setup(elf_map_asks_for_whole_pages, setup),
		cmocka_unit_test_setup(elf_load_does_its_steps_in_order, setup),
		cmocka_unit_test_setup(elf_load_of_nothing_in_the_file, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
