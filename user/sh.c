/* SPDX-License-Identifier: MIT */
/*
 * A tiny shell for a root tree without Debian: words between blanks, '&' at the end, and a few
 * commands of its own. It reads a script or the terminal.
 */
#include <fcntl.h>
#include <linux/reboot.h>
#include "mini.h"

#define MAX_WORDS 32

static char line[512];
static char *words[MAX_WORDS + 1];
static char **env;

/* One line without its newline; 0 at the end of input. */
static int read_line(int fd)
{
	size_t n = 0;
	char c;

	for (;;) {
		if (syscall3(__NR_read, fd, &c, 1) != 1)
			break;
		if (c == '\n') {
			line[n] = '\0';
			return 1;
		}
		if (n < sizeof(line) - 1)
			line[n++] = c;
	}
	line[n] = '\0';
	return n > 0;
}

static int split(void)
{
	int n = 0;
	char *p = line;

	while (n < MAX_WORDS) {
		while (*p == ' ' || *p == '\t')
			*p++ = '\0';
		if (!*p || *p == '#')
			break;
		words[n++] = p;
		while (*p && *p != ' ' && *p != '\t')
			p++;
	}
	words[n] = NULL;
	return n;
}

static void cat(const char *path)
{
	static char buf[4096];
	long fd = syscall3(__NR_open, path, O_RDONLY, 0), n;

	if (fd < 0) {
		say("cat: cannot open %s (error %d)\n", path, -fd);
		return;
	}
	while ((n = syscall3(__NR_read, fd, buf, sizeof(buf))) > 0)
		syscall3(__NR_write, 1, buf, n);
	syscall1(__NR_close, fd);
}

/* The shell's own commands. Returns 0 if it is not one of them. */
static int builtin(void)
{
	if (str_eq(words[0], "cat") && words[1]) {
		cat(words[1]);
	} else if (str_eq(words[0], "cd")) {
		if (syscall1(__NR_chdir, words[1] ? words[1] : "/") < 0)
			say("cd: cannot go to %s\n", words[1]);
	} else if (str_eq(words[0], "exit")) {
		syscall1(__NR_exit_group, 0);
	} else if (str_eq(words[0], "poweroff")) {
		syscall4(__NR_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
			 LINUX_REBOOT_CMD_POWER_OFF, 0);
	} else if (str_eq(words[0], "help")) {
		say("cat FILE, cd DIR, poweroff, exit, or a program: showstack, inf &, /bin/sh\n"
		    "Try: cat /proc/self/maps\n");
	} else {
		return 0;
	}
	return 1;
}

/* Execs the word as a path, then in /bin and /usr/local/bin. */
static void execute(void)
{
	static const char *const dirs[] = {"", "/bin/", "/usr/local/bin/"};
	char path[600];

	for (unsigned int i = 0; i < 3; i++) {
		size_t n = str_len(dirs[i]);

		memcpy(path, dirs[i], n);
		memcpy(path + n, words[0], str_len(words[0]) + 1);
		syscall3(__NR_execve, path, words, env);
	}
	say("sh: cannot execute %s\n", words[0]);
	syscall1(__NR_exit_group, 127);
}

static void run(int n)
{
	int background = str_eq(words[n - 1], "&"), status;
	long pid;

	if (background)
		words[n - 1] = NULL;
	if (!words[0] || builtin())
		return;
	pid = syscall0(__NR_fork);
	if (pid == 0)
		execute();
	if (background)
		say("[%d]\n", pid);
	else
		syscall4(__NR_wait4, pid, &status, 0, 0);
}

int main(long *stack)
{
	long argc = stack[0], fd = 0;
	char **argv = (char **)stack + 1;

	env = argv + argc + 1;
	if (argc > 1)
		fd = syscall3(__NR_open, argv[1], O_RDONLY | O_CLOEXEC, 0);
	for (;;) {
		int n;

		if (argc == 1)
			say("exon$ ");
		if (fd < 0 || !read_line(fd))
			return 0;
		n = split();
		if (n)
			run(n);
	}
}
