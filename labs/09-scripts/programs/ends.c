/*
 * flags: -Os -static -nostdlib -ffreestanding -fno-pie -no-pie -fno-stack-protector
 * -fcf-protection=none -Wl,--build-id=none
 */
/* SPDX-License-Identifier: MIT */
/*
 * Lines that end otherwise than by a newline: at the end of the file, at the
 * end of the kernel's buffer, at a NUL.
 */
#include "try.h"

static char text[600];

/* A line "#!/t/argv" + blanks up to @at + @tail, and a newline behind it if @newline. */
static void padded(size_t at, const char *tail, int newline)
{
	size_t n = str_len(tail);

	memset(text, ' ', sizeof(text));
	memcpy(text, "#!/t/argv", 9);
	memcpy(text + at, tail, n);
	text[at + n] = newline ? '\n' : 'z';
	say("== blanks up to byte %d, then \"%s\" and %s\n", at, tail,
	    newline ? "a newline" : "'z', no newline");
	run_script(text, at + n + 1);
}

/* A path of slashes that ends with t/argv at byte @end; @next is what follows. */
static void long_path(size_t end, const char *next, size_t next_size)
{
	memset(text, '/', sizeof(text));
	memcpy(text, "#!", 2);
	memcpy(text + end - 6, "t/argv", 6);
	memcpy(text + end, next, next_size);
	say("== a path that ends before byte %d\n", end);
	run_script(text, end + next_size);
}

int main(long *stack __attribute__((unused)))
{
	put("-- no newline in the file\n");
	SCRIPT("#!/t/argv");
	SCRIPT("#!/t/argv -a -b");
	SCRIPT("#!/t/argv -a  ");
	SCRIPT("#!/t/argv ");
	SCRIPT("#!");
	SCRIPT("#! ");
	put("-- no newline in the buffer of 256 bytes\n");
	padded(20, "-a", 1);
	for (size_t at = 250; at <= 256; at++) {
		padded(at, "-abc", 1);
		padded(at, "-abc", 0);
	}
	padded(300, "-abc", 1);
	for (size_t end = 252; end <= 258; end++) {
		long_path(end, "\n", 1);
		long_path(end, "", 0);
		long_path(end, " -a\n", 4);
	}
	memset(text, ' ', sizeof(text));
	memcpy(text, "#!", 2);
	put("== nothing but blanks\n");
	run_script(text, 500);
	put("-- a NUL in the line\n");
	SCRIPT("#!/t/argv\0-a\n");
	SCRIPT("#!/t/argv -a\0-b\n");
	SCRIPT("#!/t/argv \0-b\n");
	SCRIPT("#!\0/t/argv\n");
	SCRIPT("#! \0/t/argv\n");
	return 0;
}
