/* flags: @labs/06-interpreter/programs/fixed.flags */
/* SPDX-License-Identifier: MIT */
/*
 * Copies of "pie" whose PT_INTERP names odd files, or is odd itself: the errno
 * of each execve.
 */
#include "where.h"

static char program[65536], interp[65536];
static long program_size, interp_size;
static Elf64_Phdr *ph; /* PT_INTERP in program[] */

static void write_file(const char *path, const void *data, long size, int mode)
{
	int fd;

	syscall1(__NR_unlink, path);
	fd = syscall3(__NR_open, path, O_CREAT | O_WRONLY, 0600);
	syscall3(__NR_write, fd, data, size);
	syscall2(__NR_fchmod, fd, mode);
	syscall1(__NR_close, fd);
}

static long read_file(const char *path, char *buf, long size)
{
	int fd = syscall3(__NR_open, path, O_RDONLY, 0);
	long n = syscall3(__NR_read, fd, buf, size);

	syscall1(__NR_close, fd);
	return n;
}

static void result(const char *what)
{
	long r;

	write_file("/tmp/odd", program, program_size, 0755);
	say("%s: ", what);
	r = run("/tmp/odd");
	if (r < 0)
		say("errno %d\n", (unsigned long)-r);
	else
		say("status %d\n", (unsigned long)r);
}

/*
 * The same program with this interpreter; the path goes behind the file's end, where there is room.
 */
static void with_path(const char *what, const char *path, long size)
{
	memcpy(program + program_size, path, size);
	ph->p_offset = program_size;
	ph->p_filesz = size;
	program_size += size;
	result(what);
	program_size -= size;
}

#define WITH(what, path) with_path(what, path, sizeof(path))

static void files(void)
{
	Elf64_Ehdr *eh = (Elf64_Ehdr *)interp;

	WITH("no such file", "/t/none");
	WITH("a directory", "/t");
	write_file("/tmp/text",
		   "no program at all, but long enough to have the size of a header of ELF\n", 71,
		   0755);
	WITH("a text", "/tmp/text");
	write_file("/tmp/short", "short\n", 6, 0755);
	WITH("a text shorter than a header", "/tmp/short");
	write_file("/tmp/noexec", interp, interp_size, 0644);
	WITH("a file that is not executable", "/tmp/noexec");
	write_file("/tmp/script",
		   "#!/t/fixed\n# a script is a program, but no interpreter of an ELF file\n", 71,
		   0755);
	WITH("a script", "/tmp/script");
	eh->e_machine = EM_AARCH64;
	write_file("/tmp/other", interp, interp_size, 0755);
	WITH("of another machine", "/tmp/other");
	eh->e_machine = EM_X86_64;
	eh->e_phentsize = 55;
	write_file("/tmp/entry", interp, interp_size, 0755);
	WITH("with headers of another size", "/tmp/entry");
	eh->e_phentsize = sizeof(Elf64_Phdr);
}

static void paths(void)
{
	WITH("an empty path", "");
	with_path("a path without its NUL", "/t/interp", 9);
	with_path("NUL, but more behind it", "/t/none\0junk", 13);
	with_path("one byte", "/", 1);
	with_path("two bytes", "/", 2);
	ph->p_filesz = 0;
	result("no byte");
	ph->p_filesz = 4097;
	result("longer than a path may be");
	ph->p_filesz = 10;
	ph->p_offset = 1 << 30;
	result("behind the end of the file");
}

int main(long *stack __attribute__((unused)))
{
	program_size = read_file("/t/pie", program, sizeof(program) / 2);
	interp_size = read_file("/t/interp", interp, sizeof(interp));
	ph = (Elf64_Phdr *)(program + ((Elf64_Ehdr *)program)->e_phoff);
	while (ph->p_type != PT_INTERP)
		ph++;
	files();
	paths();
	return 0;
}
