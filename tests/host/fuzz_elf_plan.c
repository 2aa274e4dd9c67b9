/* links: exec/elf_plan.c */
/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as an ELF file: the plan of exec/elf_plan.c must come out or be
 * refused, read nothing outside of header and table, depend on nothing but
 * them, and keep the promises of elf_image.h. `make fuzz SECONDS=60`.
 *
 *	input:  | Ehdr | ... e_phoff: Phdr Phdr ... |	its length is the file size
 */
#include <elf_image.h>
#include <binfmts.h>
#include <errno.h>
#include <linux/limits.h>
#include <string.h>

void *malloc(size_t size);
void free(void *p);
void abort(void) __attribute__((noreturn));
int printf(const char *fmt, ...);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

#define CHECK(cond) \
	do { \
		if (!(cond)) { \
			printf("%s:%d: not so: %s\n", __FILE__, __LINE__, #cond); \
			abort(); \
		} \
	} while (0)

/*
 * The table in a piece of memory of its exact size, so that ASan sees a step beyond it. NULL:
 * refused.
 */
static Elf64_Phdr *read_table(const Elf64_Ehdr *eh, const u8 *data, size_t file_size)
{
	size_t size = elf_phdrs_size(eh);
	Elf64_Phdr *table;

	CHECK(size <= PAGE_SIZE && size % sizeof(Elf64_Phdr) == 0);
	CHECK(!size || size == eh->e_phnum * sizeof(Elf64_Phdr));
	if (!size || eh->e_phoff > file_size || file_size - eh->e_phoff < size)
		return NULL;
	table = malloc(size);
	memcpy(table, data + eh->e_phoff, size);
	return table;
}

static void check_interp(const struct elf_image *img, int err, const u8 *data, size_t file_size)
{
	const Elf64_Phdr *i = img->interp;

	for (const Elf64_Phdr *ph = img->phdr; ph < img->phdr + img->ehdr->e_phnum; ph++)
		if (ph->p_type == PT_INTERP) {
			CHECK(i == ph);
			break;
		}
	if (!i) {
		CHECK(err == 0);
		return;
	}
	CHECK(i >= img->phdr && i < img->phdr + img->ehdr->e_phnum && i->p_type == PT_INTERP);
	CHECK((err == 0) == (i->p_filesz >= 2 && i->p_filesz <= PATH_MAX));
	if (err == 0 && i->p_offset < file_size && i->p_filesz <= file_size - i->p_offset) {
		const char *path = (const char *)data + i->p_offset;

		CHECK(elf_interp_path_ok(path, i->p_filesz) == !path[i->p_filesz - 1]);
	}
}

/* What must hold whatever the segments are. */
static void check_always(const struct elf_image *img)
{
	int stack = EXSTACK_DEFAULT;
	unsigned int loads = 0;

	for (const Elf64_Phdr *ph = img->phdr; ph < img->phdr + img->ehdr->e_phnum; ph++) {
		if (ph->p_type == PT_GNU_STACK)
			stack = ph->p_flags & PF_X ? EXSTACK_ENABLE_X : EXSTACK_DISABLE_X;
		if (ph->p_type != PT_LOAD)
			continue;
		loads++;
		CHECK(img->brk >= ph->p_vaddr + ph->p_memsz);
		CHECK(img->start_data >= ph->p_vaddr &&
		      img->end_data >= ph->p_vaddr + ph->p_filesz);
		CHECK(!(ph->p_flags & PF_X) || img->start_code <= ph->p_vaddr);
		CHECK(!(ph->p_flags & PF_X) || img->end_code >= ph->p_vaddr + ph->p_filesz);
		CHECK(!ph->p_align || (ph->p_align & (ph->p_align - 1)) ||
		      img->alignment >= ph->p_align);
	}
	CHECK(img->executable_stack == stack);
	CHECK((img->alignment & (img->alignment - 1)) == 0 && img->alignment % PAGE_SIZE == 0);
	CHECK(loads || (!img->total_size && !img->alignment && !img->brk && !img->phdr_addr));
}

/* When all segments lie in user space the numbers do, too, and nothing has wrapped. */
static void check_sane(const struct elf_image *img)
{
	unsigned long low = -1UL, high = 0;

	for (const Elf64_Phdr *ph = img->phdr; ph < img->phdr + img->ehdr->e_phnum; ph++) {
		if (ph->p_type != PT_LOAD)
			continue;
		if (!elf_segment_fits(ph, ph->p_vaddr))
			return;
		low = min(low, PAGE_ALIGN_DOWN(ph->p_vaddr));
		high = max(high, ph->p_vaddr + ph->p_memsz);
	}
	if (low == -1UL)
		return;
	CHECK(img->total_size == high - low && img->brk == high && high <= TASK_SIZE);
	CHECK(img->end_code <= high && img->end_data <= high && img->start_data <= high);
}

static bool same_plan(const struct elf_image *a, const struct elf_image *b)
{
	return a->ehdr == b->ehdr && a->phdr == b->phdr && a->interp == b->interp &&
	       a->executable_stack == b->executable_stack && a->total_size == b->total_size &&
	       a->alignment == b->alignment && a->phdr_addr == b->phdr_addr &&
	       a->start_code == b->start_code && a->end_code == b->end_code &&
	       a->start_data == b->start_data && a->end_data == b->end_data && a->brk == b->brk;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct elf_image img, again;
	Elf64_Phdr *table;
	Elf64_Ehdr eh;
	int err;

	if (size < sizeof(eh))
		return 0;
	memcpy(&eh, data, sizeof(eh));
	if (!elf_header_ok(&eh))
		return 0;
	table = read_table(&eh, data, size);
	if (!table)
		return 0;
	memset(&img, 0xa5, sizeof(img));
	memset(&again, 0x5a, sizeof(again));
	err = elf_plan(&eh, table, &img);
	CHECK(err == 0 || err == -ENOEXEC);
	CHECK(elf_plan(&eh, table, &again) == err && same_plan(&img, &again));
	check_interp(&img, err, data, size);
	check_always(&img);
	check_sane(&img);
	free(table);
	return 0;
}
