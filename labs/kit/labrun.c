/* SPDX-License-Identifier: MIT */
/*
 * The first process of a graded machine (rdinit=/lab/run). Runs the commands of
 * /lab/commands one after the other, and tells what each printed and how it
 * ended, in records on the second serial port: the console belongs to the kernel.
 *
 *   @NONCE NUMBER o 68656c6c6f0a        bytes of the output, in hex
 *   @NONCE NUMBER e STATUS LENGTH       the end: wait(2)'s status, all bytes
 *   @NONCE done                         after the last command
 *
 * /lab/commands: for each command its words, each ended by NUL, and one more
 * NUL. /lab/nonce: a word that only this boot knows, so that no other bytes
 * look like a record. Works with vfork, for a kernel whose fork is yet to be
 * written.
 */
#include <mini.h>
#include <fcntl.h>
#include <termios.h>

#define RECORD	     256 /* bytes of output a line */
#define MAX_WORDS    64
#define OUTPUT_LIMIT (256 * 1024L) /* bytes a command: more is cut */

static char commands[65536], nonce[64], block[RECORD];
static const char *const environment[] = {
	"PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
	"HOME=/root",
	"TERM=linux",
	NULL,
};
static int port; /* of the records */

static long open_file(const char *path, int flags)
{
	return syscall3(__NR_open, path, flags, 0600);
}

/* Up to @size - 1 bytes; the rest of @buf stays zero. */
static void read_file(const char *path, char *buf, size_t size)
{
	int fd = open_file(path, O_RDONLY);
	size_t got = 0;
	long n;

	while (fd >= 0 && got < size - 1 &&
	       (n = syscall3(__NR_read, fd, buf + got, size - 1 - got)) > 0)
		got += n;
	syscall1(__NR_close, fd);
}

/* Linux's port is a terminal, which would turn each newline into two bytes. */
static void open_port(void)
{
	struct termios t;

	port = open_file("/dev/ttyS1", O_RDWR | O_NOCTTY);
	if (syscall3(__NR_ioctl, port, 0x5401, &t) == 0) {
		t.c_oflag &= ~OPOST;
		syscall3(__NR_ioctl, port, 0x5402, &t);
	}
	syscall3(__NR_fcntl, port, F_SETFD, FD_CLOEXEC);
}

/* One record: a write for each would cost the machine more than the test. */
static void send_bytes(unsigned long number, const char *bytes, long n)
{
	char hex[2 * RECORD + 1], *p = hex;

	for (long i = 0; i < n; i++) {
		*p++ = "0123456789abcdef"[(unsigned char)bytes[i] >> 4];
		*p++ = "0123456789abcdef"[bytes[i] & 15];
	}
	*p = '\0';
	say("@%s %d o %s\n", nonce, number, hex);
}

/* All that /lab/output holds; returns its length. */
static unsigned long send_output(unsigned long number)
{
	int fd = open_file("/lab/output", O_RDONLY);
	unsigned long total = 0;
	long n;

	while (total < OUTPUT_LIMIT && (n = syscall3(__NR_read, fd, block, RECORD)) > 0) {
		send_bytes(number, block, n);
		total += n;
	}
	syscall1(__NR_close, fd);
	return total;
}

/* Runs one command with its output in /lab/output; returns wait's status. */
static __attribute__((noinline)) int run(const char **argv)
{
	int status = -1;
	long pid = syscall0(__NR_vfork);

	if (pid == 0) {
		int out = open_file("/lab/output",
				    O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC);

		syscall2(__NR_dup2, open_file("/dev/null", O_RDONLY | O_CLOEXEC), 0);
		syscall2(__NR_dup2, out, 1);
		syscall2(__NR_dup2, out, 2);
		syscall3(__NR_execve, argv[0], argv, environment);
		syscall1(__NR_exit, 127);
	}
	if (pid > 0)
		syscall4(__NR_wait4, pid, &status, 0, NULL);
	return status;
}

/* Splits the next command's words; returns what follows it. */
static char *next_command(char *p, const char **argv)
{
	int n = 0;

	for (; *p; p += str_len(p) + 1)
		if (n < MAX_WORDS - 1)
			argv[n++] = p;
	argv[n] = NULL;
	return p + 1;
}

int main(long *stack __attribute__((unused)))
{
	const char *argv[MAX_WORDS];
	unsigned long number = 0;
	char *p = commands;

	syscall5(__NR_mount, "proc", "/proc", "proc", 0, NULL);
	read_file("/lab/commands", commands, sizeof(commands));
	read_file("/lab/nonce", nonce, sizeof(nonce));
	open_port();
	/* From here on what we say goes to the port. */
	syscall3(__NR_dup3, port, 1, O_CLOEXEC);
	for (; *p; number++) {
		int status;

		p = next_command(p, argv);
		syscall1(__NR_unlink, "/lab/output");
		syscall1(__NR_chdir, "/tmp");
		status = run(argv);
		say("@%s %d e %d %d\n", nonce, number, (unsigned long)status, send_output(number));
	}
	say("@%s done\n", nonce);
	for (;;)
		syscall4(__NR_wait4, -1, NULL, 0, NULL), syscall0(__NR_pause);
}
