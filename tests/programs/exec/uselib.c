/* flags: -static -no-pie */
/* SPDX-License-Identifier: MIT */
/*
 * uselib(2): libraries of the days before ld.so, made here byte by byte. Each
 * line is what one of them gave: an errno, or what is found in memory then.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BASE 0x60000000UL
#define CODE 0x200

static struct library {
	Elf64_Ehdr ehdr;
	Elf64_Phdr phdr[3];
	char rest[8192];
} lib;

static void good_library(void)
{
	/* mov $42, %eax; ret */
	static const unsigned char code[] = {0xb8, 42, 0, 0, 0, 0xc3};

	memset(&lib, 0, sizeof(lib));
	memcpy(lib.ehdr.e_ident, ELFMAG, SELFMAG);
	lib.ehdr.e_type = ET_EXEC;
	lib.ehdr.e_machine = EM_X86_64;
	lib.ehdr.e_phoff = sizeof(lib.ehdr);
	lib.ehdr.e_phentsize = sizeof(Elf64_Phdr);
	lib.ehdr.e_phnum = 1;
	lib.phdr[0] = (Elf64_Phdr){PT_LOAD, PF_R | PF_X, 0, BASE, BASE, 0x800, 0x5000, 4096};
	memset(lib.rest, 'x', sizeof(lib.rest));
	memcpy((char *)&lib + CODE, code, sizeof(code));
}

static void write_library(size_t size)
{
	int fd = open("lib", O_RDWR | O_CREAT | O_TRUNC, 0755);

	if (write(fd, &lib, size) != (ssize_t)size)
		exit(1);
	close(fd);
}

static int try(const char *what, const char *name)
{
	long ret = syscall(SYS_uselib, name);

	printf("%s: %s\n", what, ret ? strerrorname_np(errno) : "0");
	return ret;
}

static void show_memory(void)
{
	char line[256];
	FILE *f = fopen("/proc/self/maps", "r");

	while (fgets(line, sizeof(line), f))
		if (strncmp(line, "6000", 4) == 0)
			printf("  %.31s%s\n", line, strchr(line, '/') ? " lib" : "");
	fclose(f);
}

static void broken(const char *what, void (*change)(void))
{
	good_library();
	change();
	write_library(sizeof(lib));
	if (try(what, "lib") == 0)
		show_memory();
	munmap((void *)BASE, 0x100000);
}

static void is_good(void) {}
static void is_dyn(void) { lib.ehdr.e_type = ET_DYN; }
static void is_386(void) { lib.ehdr.e_machine = EM_386; }
static void no_magic(void) { lib.ehdr.e_ident[0] = 0; }
static void no_headers(void) { lib.ehdr.e_phnum = 0; }
static void two_headers(void)
{
	lib.ehdr.e_phnum = 2;
	lib.phdr[1].p_type = PT_NOTE;
}
static void load_second(void)
{
	two_headers();
	lib.phdr[1] = lib.phdr[0];
	lib.phdr[0].p_type = PT_NOTE;
}
static void two_loads(void)
{
	two_headers();
	lib.phdr[1] = lib.phdr[0];
}
static void three_headers(void)
{
	lib.ehdr.e_phnum = 3;
	lib.phdr[1].p_type = lib.phdr[2].p_type = PT_NOTE;
}
static void phoff_far(void) { lib.ehdr.e_phoff = 1UL << 40; }
static void entsize(void) { lib.ehdr.e_phentsize = 1; }
static void no_bss(void) { lib.phdr[0].p_memsz = lib.phdr[0].p_filesz; }
static void odd_start(void)
{
	lib.phdr[0].p_vaddr += 0x123;
	lib.phdr[0].p_offset += 0x123;
}
static void misaligned(void) { lib.phdr[0].p_offset += 0x123; }
static void kernel_address(void) { lib.phdr[0].p_vaddr = 0xffff800000000000UL; }
static void occupied(void) { lib.phdr[0].p_vaddr = 0x400000; }
static void no_bytes(void) { lib.phdr[0].p_filesz = 0; }

int main(void)
{
	int (*code)(void) = (int (*)(void))(BASE + CODE);
	int fd;

	setvbuf(stdout, NULL, _IONBF, 0);
	good_library();
	write_library(sizeof(lib));
	if (try("good", "lib") == 0) {
		char *mem = (char *)BASE;

		show_memory();
		printf("  code %d, last byte %x, behind it %x, bss %x\n", code(), mem[0x7ff],
		       mem[0x800], mem[0x4fff]);
		mem[0x4fff] = mem[1] = 1;
	}
	try("again", "lib");
	munmap((void *)BASE, 0x100000);

	broken("no change", is_good);
	broken("ET_DYN", is_dyn);
	broken("EM_386", is_386);
	broken("no magic", no_magic);
	broken("no headers", no_headers);
	broken("two headers", two_headers);
	broken("load second", load_second);
	broken("two loads", two_loads);
	broken("three headers", three_headers);
	broken("e_phoff", phoff_far);
	broken("e_phentsize", entsize);
	broken("filesz = memsz", no_bss);
	broken("odd start", odd_start);
	broken("misaligned", misaligned);
	broken("kernel address", kernel_address);
	broken("occupied", occupied);
	broken("no bytes", no_bytes);
	good_library();
	write_library(40);
	try("short", "lib");
	write_library(0);
	try("empty", "lib");
	write_library(sizeof(lib));
	chmod("lib", 0644);
	try("not executable", "lib");
	try("missing", "nothing");
	try("folder", ".");
	try("device", "/dev/null");
	try("script", "/t/script");
	try("bad pointer", (char *)16);
	try("empty name", "");
	chmod("lib", 0755);
	fd = open("lib", O_RDWR);
	try("open for writing", "lib");
	close(fd);
	munmap((void *)BASE, 0x100000);
	if (setuid(1000))
		return 1;
	try("as a user", "lib");
	try("unreadable", "/t/unreadable");
	try("not executable", "/t/data");
	return 0;
}
