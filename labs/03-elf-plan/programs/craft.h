/* SPDX-License-Identifier: MIT */
/*
 * ELF files made by hand, good and broken, and what the kernel says to them.
 *
 *   0     Ehdr | 8 Phdr        0x400  path of the interpreter
 *   0x240 code: pause for ever 0x1000 .. 0x3000  bytes of data segments
 */
#ifndef CRAFT_H
#define CRAFT_H

#include "check.h"
#include <elf.h>
#include <linux/limits.h>

#define BASE	  0x400000UL
#define CODE	  0x240UL
#define PATH	  0x400UL
#define FILE_SIZE 0x3000UL

struct elf_file {
	Elf64_Ehdr eh;
	Elf64_Phdr ph[8];
	unsigned char rest[FILE_SIZE - sizeof(Elf64_Ehdr) - 8 * sizeof(Elf64_Phdr)];
};
_Static_assert(sizeof(struct elf_file) == FILE_SIZE, "a file");
_Static_assert(sizeof(Elf64_Ehdr) + 8 * sizeof(Elf64_Phdr) <= CODE,
	       "the tables end before the code");

static inline Elf64_Phdr segment(unsigned int flags, unsigned long off, unsigned long vaddr,
				 unsigned long filesz, unsigned long memsz)
{
	return (Elf64_Phdr){PT_LOAD, flags, off, vaddr, vaddr, filesz, memsz, PAGE};
}

/* A good program of one segment, of headers and code. @base: 0 for ET_DYN. */
static inline struct elf_file good_file(unsigned int type, unsigned long base)
{
	/* 1: mov $34 (pause), %eax; syscall; jmp 1b */
	static const unsigned char code[] = {0xb8, 34, 0, 0, 0, 0x0f, 0x05, 0xeb, 0xf7};
	struct elf_file f = {
		.eh = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
				   EV_CURRENT},
		       .e_type = type,
		       .e_machine = EM_X86_64,
		       .e_version = EV_CURRENT,
		       .e_entry = base + CODE,
		       .e_phoff = sizeof(Elf64_Ehdr),
		       .e_ehsize = sizeof(Elf64_Ehdr),
		       .e_phentsize = sizeof(Elf64_Phdr),
		       .e_phnum = 1},
	};

	f.ph[0] = segment(PF_R | PF_X, 0, base, 0x1000, 0x1000);
	memcpy((char *)&f + CODE, code, sizeof(code));
	return f;
}

static inline Elf64_Phdr *add(struct elf_file *f, Elf64_Phdr ph)
{
	f->ph[f->eh.e_phnum] = ph;
	return &f->ph[f->eh.e_phnum++];
}

static inline Elf64_Phdr *add_interp(struct elf_file *f, const char *path)
{
	strcpy((char *)f + PATH, path);
	return add(f, (Elf64_Phdr){.p_type = PT_INTERP,
				   .p_flags = PF_R,
				   .p_offset = PATH,
				   .p_vaddr = f->ph[0].p_vaddr + PATH,
				   .p_filesz = strlen(path) + 1,
				   .p_memsz = strlen(path) + 1,
				   .p_align = 1});
}

static inline void write_file(const char *path, const struct elf_file *f, unsigned long size)
{
	int fd = OK(open(path, O_CREAT | O_TRUNC | O_WRONLY, 0755));

	EQ(write(fd, f, size), size);
	close(fd);
}

static inline int read_proc(pid_t pid, const char *name, char *buf, int size)
{
	char path[64];
	int fd, n, len = 0;

	sprintf(path, "/proc/%d/%s", pid, name);
	fd = OK(open(path, O_RDONLY));
	while ((n = read(fd, buf + len, size - 1 - len)) > 0)
		len += n;
	close(fd);
	buf[len] = 0;
	return len;
}

/* Waits until @pid sleeps in its pause, or is dead: that takes a while after vfork has returned. */
static inline void wait_until_it_rests(pid_t pid)
{
	static char stat[4096];

	for (int i = 0; i < 500; i++) {
		read_proc(pid, "stat", stat, sizeof(stat));
		if (strchr("SZ", strrchr(stat, ')')[2]))
			return;
		sleep_ms(1);
	}
}

static int exec_errno;

/* The process that runs @path, or -1 and exec_errno. */
static __attribute__((noinline, unused)) pid_t start(const char *path)
{
	char *argv[] = {(char *)path, NULL}, *envp[] = {NULL};
	pid_t pid;
	int status;

	exec_errno = 0;
	pid = vfork();
	if (!pid) {
		execve(path, argv, envp);
		exec_errno = errno;
		_exit(1);
	}
	CHECK(pid > 0);
	if (!exec_errno) {
		wait_until_it_rests(pid);
		return pid;
	}
	waitpid(pid, &status, 0);
	return -1;
}

/* How the process that was started ends: killed by us ("runs"), or by a signal of its own. */
static inline const char *end_of(pid_t pid)
{
	static char text[32];
	int status;

	if (waitpid(pid, &status, WNOHANG) == pid) {
		sprintf(text, "killed by signal %d", WTERMSIG(status));
		return text;
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return "runs";
}

/* One line: @what, and an errno, a signal or "runs". */
static inline void try_size(const char *what, const struct elf_file *f, unsigned long size)
{
	pid_t pid;

	write_file("crafted", f, size);
	pid = start("crafted");
	dprintf(1, "%-52s %s\n", what, pid < 0 ? strerrorname_np(exec_errno) : end_of(pid));
}

static inline void try(const char *what, const struct elf_file *f) { try_size(what, f, FILE_SIZE); }

/* What the kernel made of the plan: the numbers of stat, some of auxv, and the VMAs. */
static inline void show(const char *what, const struct elf_file *f)
{
	static char stat[4096], maps[8192];
	static unsigned long auxv[128];
	unsigned long n[60] = {0};
	int i = 2;
	pid_t pid;

	write_file("crafted", f, FILE_SIZE);
	pid = start("crafted");
	dprintf(1, "%s: %s\n", what, pid < 0 ? strerrorname_np(exec_errno) : "");
	if (pid < 0)
		return;
	read_proc(pid, "stat", stat, sizeof(stat));
	for (char *p = strtok(strrchr(stat, ')') + 1, " "); p && i < 60; p = strtok(NULL, " "))
		n[++i] = strtoul(p, NULL, 10);
	dprintf(1, "  code %lx-%lx, data %lx-%lx, brk %lx\n", n[26], n[27], n[45], n[46], n[47]);
	read_proc(pid, "auxv", (char *)auxv, sizeof(auxv));
	for (i = 0; auxv[i]; i += 2)
		if (auxv[i] == AT_PHDR || auxv[i] == AT_ENTRY || auxv[i] == AT_BASE ||
		    auxv[i] == AT_PHNUM)
			dprintf(1, "  %s %lx\n",
				auxv[i] == AT_PHDR    ? "AT_PHDR"
				: auxv[i] == AT_ENTRY ? "AT_ENTRY"
				: auxv[i] == AT_BASE  ? "AT_BASE"
						      : "AT_PHNUM",
				auxv[i + 1]);
	read_proc(pid, "maps", maps, sizeof(maps));
	for (char *line = strtok(maps, "\n"); line; line = strtok(NULL, "\n")) {
		char *name = strrchr(line, ' ');

		if (!strstr(line, "[v"))
			dprintf(1, "  %.*s %s\n", (int)(strchr(strchr(line, ' ') + 1, ' ') - line),
				line, name + 1);
	}
	dprintf(1, "  %s\n", end_of(pid));
}

#endif
