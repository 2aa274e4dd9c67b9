/*
 * AT_SYSINFO_EHDR names an ELF image inside [vdso] whose symbol table has the five functions with
 * code inside it.
 */
#include "check.h"
#include <elf.h>
#include <sys/auxv.h>

static void *base;

static void *find(const char *name)
{
	Elf64_Ehdr *eh = base;
	Elf64_Phdr *ph = base + eh->e_phoff;
	Elf64_Dyn *d = NULL;
	Elf64_Sym *sym = NULL;
	char *str = NULL;
	Elf32_Word *hash = NULL;

	for (int i = 0; i < eh->e_phnum; i++)
		if (ph[i].p_type == PT_DYNAMIC)
			d = base + ph[i].p_offset;
	CHECK(d);
	for (; d->d_tag; d++) {
		if (d->d_tag == DT_SYMTAB)
			sym = base + d->d_un.d_ptr;
		if (d->d_tag == DT_STRTAB)
			str = base + d->d_un.d_ptr;
		if (d->d_tag == DT_HASH)
			hash = base + d->d_un.d_ptr;
	}
	CHECK(sym && str && hash);
	for (unsigned int i = 0; i < hash[1]; i++)
		if (!strcmp(str + sym[i].st_name, name) && sym[i].st_shndx)
			return base + sym[i].st_value;
	dprintf(1, "%s is missing\n", name);
	return NULL;
}

int main(void)
{
	static const char *const names[] = {"__vdso_clock_gettime", "__vdso_gettimeofday",
					    "__vdso_time", "__vdso_clock_getres", "__vdso_getcpu"};

	base = (void *)getauxval(AT_SYSINFO_EHDR);
	CHECK(base && !memcmp(base, ELFMAG, SELFMAG));
	CHECK(strstr(map_of(base), "[vdso]") && strstr(map_of(base), " r-xp "));
	for (int i = 0; i < 5; i++)
		CHECK(strstr(map_of(find(names[i])), "[vdso]"));
	int (*get)(clockid_t, struct timespec *) = find(names[0]);
	struct timespec a, b;
	EQ(get(CLOCK_MONOTONIC, &a), 0);
	OK(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &b));
	CHECK(b.tv_sec - a.tv_sec <= 1);
	unsigned int cpu = 9, node = 9;
	EQ(((int (*)(unsigned int *, unsigned int *, void *))find(names[4]))(&cpu, &node, NULL), 0);
	EQ(cpu + node, 0);
	EQ(get(99, &a), -EINVAL);
	return 0;
}
