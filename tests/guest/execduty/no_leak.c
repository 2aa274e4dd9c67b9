/* flags: -static */
/* SPDX-License-Identifier: MIT */
/*
 * An exec that fails, before or past the point of no return, gives back all that it took: 5,000
 * times, and 500 times.
 */
#include "duty.h"
#include <elf.h>

static void make(const char *name, unsigned long vaddr, int cut)
{
	struct {
		Elf64_Ehdr e;
		Elf64_Phdr p[2];
	} f = {
		.e = {.e_ident = ELFMAG,
		      .e_type = ET_EXEC,
		      .e_machine = EM_X86_64,
		      .e_phoff = sizeof(Elf64_Ehdr),
		      .e_phentsize = sizeof(Elf64_Phdr),
		      .e_phnum = 2,
		      .e_entry = vaddr},
		.p = {{PT_LOAD, PF_R | PF_X, 0, 0x400000, 0, sizeof(f), sizeof(f), 4096},
		      {PT_LOAD, PF_R | PF_W, 0, vaddr, 0, sizeof(f), 0x10000, 4096}},
	};
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0755);

	CHECK(write(fd, &f, sizeof(f) - cut) == (ssize_t)sizeof(f) - cut);
	close(fd);
}

static long mem_free(void)
{
	char buf[256];
	int fd = open("/proc/meminfo", O_RDONLY);
	ssize_t n = read(fd, buf, sizeof(buf) - 1);

	close(fd);
	buf[n] = 0;
	return atol(strstr(buf, "MemFree:") + 8);
}

/* Only the first of ten copies many pages: a structure that stays is found by their number. */
static void soft(void)
{
	char *big = malloc(100000);

	memset(big, 'a', 99999);
	big[99999] = 0;
	for (int i = 0; i < 10; i++) {
		CHECK(execl("soft", "x", big, big, (char *)NULL) == -1 && errno == ENOEXEC);
		CHECK(execl("nothing", "x", big, (char *)NULL) == -1 && errno == ENOENT);
		big[1] = 0;
	}
	free(big);
}

static void deadly(void) { execl("deadly", "x", (char *)NULL); }

static void both(void)
{
	CHECK(in_child(soft) == 0);
	for (int i = 0; i < 2; i++)
		CHECK((in_child(deadly) & 0x7f) == SIGSEGV);
}

int main(void)
{
	long before, after;

	make("soft", 0x500000, 8);
	make("deadly", 0x800000000000, 0);
	for (int i = 0; i < 20; i++)
		both();
	before = mem_free();
	for (int i = 0; i < 250; i++)
		both();
	/* Some of it Linux frees a little later. */
	for (int tries = 0; after = mem_free(), before - after >= 1024 && tries < 50; tries++)
		usleep(100000);
	if (before - after >= 1024)
		printf("MemFree %ld kB before, %ld kB after\n", before, after);
	return before - after >= 1024;
}
