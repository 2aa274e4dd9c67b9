/* flags: -static */
/* SPDX-License-Identifier: MIT */
/*
 * A program, and its interpreter, must not be open for writing when it is executed, nor be opened
 * so while it runs.
 */
#include "duty.h"
#include <elf.h>

static void copy(const char *from, const char *to)
{
	static char buf[1 << 16];
	int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0755);
	ssize_t n;

	CHECK(in >= 0 && out >= 0);
	while ((n = read(in, buf, sizeof(buf))) > 0)
		CHECK(write(out, buf, n) == n);
	close(in);
	close(out);
}

/*
 * A program of nothing but a header, one segment and the name of its interpreter, in @size bytes.
 */
static void make(const char *file, const char *interp, size_t size)
{
	struct {
		Elf64_Ehdr e;
		Elf64_Phdr p[2];
		char name[256];
	} f = {
		.e = {.e_ident = ELFMAG,
		      .e_type = ET_EXEC,
		      .e_machine = EM_X86_64,
		      .e_phoff = sizeof(Elf64_Ehdr),
		      .e_phentsize = sizeof(Elf64_Phdr),
		      .e_phnum = 2},
		.p = {{PT_INTERP, PF_R, sizeof(f.e) + sizeof(f.p), 0, 0, size, size, 1},
		      {PT_LOAD, PF_R, 0, 0x10000000, 0, 512, 512, 4096}},
	};
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0755);

	memcpy(f.name, interp, strlen(interp));
	CHECK(write(fd, &f, sizeof(f)) == sizeof(f));
	close(fd);
}

static const char *to_run;

static void run(void)
{
	execl(to_run, "x", "sleep", (char *)NULL);
	_exit(errno);
}

static int try(const char *file)
{
	to_run = file;
	return in_child(run);
}

int main(int argc, char **argv)
{
	int fd, pid, status, ready[2];
	char c;

	if (argc > 1)
		return write(9, "x", 1) == 1 ? pause() : 0;
	(void)argv;
	copy("/proc/self/exe", "prog");
	copy("/proc/self/exe", "ld");
	make("uses", "ld", 3);
	CHECK(try("uses") != ETXTBSY << 8);
	fd = open("ld", O_RDWR);
	CHECK(try("uses") == ETXTBSY << 8);
	close(fd);
	fd = open("prog", O_RDWR);
	CHECK(try("prog") == ETXTBSY << 8);
	close(fd);
	CHECK(try("prog") == 0);

	CHECK(pipe(ready) == 0 && dup2(ready[1], 9) == 9);
	pid = fork();
	if (!pid) {
		to_run = "prog";
		run();
	}
	CHECK(read(ready[0], &c, 1) == 1);
	CHECK(open("prog", O_WRONLY) == -1 && errno == ETXTBSY);
	CHECK(truncate("prog", 0) == -1 && errno == ETXTBSY);
	CHECK(open("ld", O_WRONLY) >= 0);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	fd = open("prog", O_WRONLY);
	CHECK(fd >= 0);
	close(fd);

	make("i", "/none", 6);
	CHECK(try("i") == ENOENT << 8);
	make("i", "/tmp", 5);
	CHECK(try("i") == EACCES << 8);
	make("i", "/dev/null", 10);
	CHECK(try("i") == EACCES << 8);
	make("i", "/proc/self/status", 18);
	CHECK(try("i") == EACCES << 8);
	make("i", "prog", 4);
	CHECK(try("i") == ENOEXEC << 8);
	make("i", "p", 1);
	CHECK(try("i") == ENOEXEC << 8);
	make("i", "prog", 4097);
	CHECK(try("i") == ENOEXEC << 8);
	make("i", "prog", 4096);
	CHECK(try("i") == EIO << 8);
	make("script", "prog", 5);
	fd = open("script", O_WRONLY | O_TRUNC);
	CHECK(write(fd, "#!/none\n", 8) == 8);
	close(fd);
	make("i", "script", 7);
	CHECK(try("i") == EIO << 8);
	return 0;
}
