/*
 * flags: -Os -static -nostdlib -ffreestanding -fno-pie -no-pie -fno-stack-protector
 * -fcf-protection=none -Wl,--build-id=none
 */
/* SPDX-License-Identifier: MIT */
/* Interpreters that cannot be run, each with its errno. */
#include "try.h"

static char image[1 << 16];

int main(long *stack __attribute__((unused)))
{
	long fd, n = get_file("/t/argv", image, sizeof(image));

	put_file("/tmp/no-x-bit", image, n, 0644);
	put_file("/tmp/text", "text\n", 5, 0755);
	put_file("/tmp/empty", "", 0, 0755);
	put_file("/tmp/busy", image, n, 0755);
	syscall2(__NR_symlink, "loop", "/tmp/loop");
	syscall2(__NR_symlink, "/t/argv", "/tmp/link");
	SCRIPT("#!/t/missing\n");
	SCRIPT("#!/t/argv/x\n");
	SCRIPT("#!/missing/argv -a\n");
	SCRIPT("#!/tmp/no-x-bit\n");
	SCRIPT("#!/tmp/text -a\n");
	SCRIPT("#!/tmp/empty\n");
	SCRIPT("#!/tmp\n");
	SCRIPT("#!/\n");
	SCRIPT("#!/dev/null\n");
	SCRIPT("#!/tmp/loop\n");
	SCRIPT("#!/tmp/link\n");
	SCRIPT("#!missing\n");
	put("-- an interpreter by a relative path: /tmp is the working directory\n");
	SCRIPT("#!link\n");
	SCRIPT("#!../t/argv -a\n");
	put("-- the interpreter is open for writing\n");
	fd = syscall2(__NR_open, "/tmp/busy", O_WRONLY);
	SCRIPT("#!/tmp/busy\n");
	syscall1(__NR_close, fd);
	SCRIPT("#!/tmp/busy\n");
	return 0;
}
