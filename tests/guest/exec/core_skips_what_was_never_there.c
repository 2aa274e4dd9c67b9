/* SPDX-License-Identifier: MIT */
/* A core of a mapping of 16 GiB with three pages has these pages at their places, and holes. */
#include "../check.h"
#include <elf.h>

#define SIZE (16UL << 30)
#define BASE 0x100000000000UL

static const unsigned long places[] = {BASE, BASE + SIZE / 3 / PAGE *PAGE, BASE + SIZE - PAGE};

static void dump(void)
{
	OK(mmap((void *)BASE, SIZE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0));
	for (int i = 0; i < 3; i++)
		*(volatile char *)places[i] = 'a' + i;
	abort();
}

int main(void)
{
	struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
	Elf64_Ehdr eh;
	Elf64_Phdr ph = {0};
	int fd, status;
	char c;

	OK(setrlimit(RLIMIT_CORE, &unlimited));
	unlink("core");
	status = in_child(dump);
	CHECK(WIFSIGNALED(status) && WCOREDUMP(status));
	fd = OK(open("core", O_RDONLY));
	unlink("core");
	EQ(read(fd, &eh, sizeof(eh)), sizeof(eh));
	for (int i = 0; i < eh.e_phnum && ph.p_vaddr != BASE; i++)
		EQ(pread(fd, &ph, sizeof(ph), eh.e_phoff + i * sizeof(ph)), sizeof(ph));
	EQ(ph.p_vaddr, BASE);
	EQ(ph.p_filesz, SIZE);
	for (int i = 0; i < 3; i++) {
		EQ(pread(fd, &c, 1, ph.p_offset + places[i] - BASE), 1);
		EQ(c, 'a' + i);
	}
	EQ(pread(fd, &c, 1, ph.p_offset + PAGE), 1);
	EQ(c, 0);
	return 0;
}
