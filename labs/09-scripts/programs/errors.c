/*
 * flags: -Os -static -nostdlib -ffreestanding -fno-pie -no-pie -fno-stack-protector
 * -fcf-protection=none -Wl,--build-id=none
 */
/* SPDX-License-Identifier: MIT */
/* Each way in which a path cannot be executed has its errno; no script among them. */
#include "try.h"
#include <linux/resource.h>

static char image[1 << 16], big[(128 << 10) + 1];

static void attempt(const char *what, const char *path, const char *const *argv)
{
	say("== %s\n", what);
	run(path, argv, NULL);
}

int main(long *stack __attribute__((unused)))
{
	const char *argv[] = {"name", "x", NULL}, *bad_argv[] = {"name", (char *)8, NULL},
		   *big_argv[] = {"name", big, NULL};
	long fd, n = get_file("/t/argv", image, sizeof(image));
	char name[300];

	memset(name, 'n', sizeof(name));
	name[299] = '\0';
	memset(big, 'b', sizeof(big) - 1);
	put_file("/tmp/good", image, n, 0755);
	put_file("/tmp/no-x-bit", image, n, 0644);
	put_file("/tmp/empty", "", 0, 0755);
	put_file("/tmp/text", "echo no first line\n", 19, 0755);
	put_file("/tmp/almost-elf",
		 "\x7f"
		 "ELF, says the file",
		 19, 0755);
	put_file("/tmp/only-hash", "#", 1, 0755);
	put_file("/tmp/cut-elf", image, 80, 0755);
	syscall2(__NR_symlink, "loop", "/tmp/loop");
	attempt("a good program", "/tmp/good", argv);
	attempt("no such file", "/tmp/missing", argv);
	attempt("an empty path", "", argv);
	attempt("a path at an address that is not mapped", (char *)8, argv);
	attempt("no x bit, even for root", "/tmp/no-x-bit", argv);
	attempt("a directory", "/tmp", argv);
	attempt("a device", "/dev/null", argv);
	attempt("a file as a directory", "/tmp/good/x", argv);
	attempt("a symbolic link to itself", "/tmp/loop", argv);
	attempt("a name of 299 bytes", name, argv);
	attempt("an empty file", "/tmp/empty", argv);
	attempt("a text without #!", "/tmp/text", argv);
	attempt("a file that begins like ELF", "/tmp/almost-elf", argv);
	attempt("a file of one #", "/tmp/only-hash", argv);
	attempt("an ELF file that ends after 80 bytes", "/tmp/cut-elf", argv);
	attempt("argv at an address that is not mapped", "/tmp/good", (const char **)8);
	attempt("an argument at such an address", "/tmp/good", bad_argv);
	attempt("an argument of 128 KiB and its NUL", "/tmp/good", big_argv);
	big[(128 << 10) - 1] = '\0';
	attempt("an argument of 128 KiB with its NUL", "/tmp/good", big_argv);
	fd = syscall2(__NR_open, "/tmp/good", O_RDWR);
	attempt("a file that is open for writing", "/tmp/good", argv);
	syscall1(__NR_close, fd);
	attempt("the same file, closed", "/tmp/good", argv);
	return 0;
}
