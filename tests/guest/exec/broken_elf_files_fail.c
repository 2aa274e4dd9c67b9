/* Patched copies of this program: each broken field has its errno, and nothing is killed. */
#include "check.h"
#include <elf.h>

static unsigned char image[1 << 20];
static size_t size;

static int result(void)
{
	char *argv[] = {"x", "ran", NULL};
	int fd = OK(open("broken", O_CREAT | O_TRUNC | O_WRONLY, 0755));

	EQ(write(fd, image, size), size);
	close(fd);
	pid_t pid = OK(fork());
	if (!pid) {
		execv("broken", argv);
		_exit(errno);
	}
	int status;
	EQ(waitpid(pid, &status, 0), pid);
	return status;
}

#define TRY(type, field, value, want) \
	do { \
		__typeof__((field)) old_ = (field); \
		(field) = (value); \
		EQ(result(), want); \
		(field) = old_; \
	} while (0)

int main(int argc, char **argv)
{
	if (argc > 1)
		return !argv[1][0];
	int fd = OK(open("/proc/self/exe", O_RDONLY));
	size = OK(read(fd, image, sizeof(image)));
	Elf64_Ehdr *eh = (Elf64_Ehdr *)image;
	Elf64_Phdr *ph = (Elf64_Phdr *)(image + eh->e_phoff);
	while (ph->p_type != PT_INTERP)
		ph++;
	char *interp = (char *)image + ph->p_offset;

	EQ(result(), 0);
	TRY(int, eh->e_type, ET_REL, ENOEXEC << 8);
	TRY(int, eh->e_machine, EM_AARCH64, ENOEXEC << 8);
	TRY(int, eh->e_phentsize, 55, ENOEXEC << 8);
	TRY(int, eh->e_phnum, 0, ENOEXEC << 8);
	TRY(int, eh->e_phoff, 1 << 30, ENOEXEC << 8);
	TRY(int, ph->p_filesz, 1, ENOEXEC << 8);
	TRY(int, ph->p_filesz, PAGE + 1, ENOEXEC << 8);
	TRY(int, ph->p_filesz, ph->p_filesz - 1, ENOEXEC << 8);
	TRY(int, ph->p_offset, 1 << 30, EIO << 8);
	TRY(int, interp[1], '_', ENOENT << 8);
	TRY(int, interp[1], 0, EACCES << 8);
	TRY(int, size, 100, ENOEXEC << 8);
	EQ(result(), 0);
	return 0;
}
