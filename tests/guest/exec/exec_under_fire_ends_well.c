/* SPDX-License-Identifier: MIT */
/*
 * A thread execs while its siblings map, fault, fork, exec and exit, while its file is written,
 * truncated and unlinked, and while others read its files in /proc: the exec succeeds, fails with
 * one of its errors, or the process is killed. Nobody waits for ever.
 * flags: -static
 */
#include "../check.h"
#include <dirent.h>
#include <pthread.h>

#define ROUNDS 20

static int round_nr;

static void *sibling(void *arg)
{
	for (long kind = (long)arg;; kind++) {
		char *p = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			       -1, 0);
		pid_t pid;

		if (p == MAP_FAILED)
			return NULL;
		memset(p, 1, 16 * PAGE);
		switch (kind % 6) {
		case 0:
			pid = fork();
			if (!pid)
				_exit(0);
			waitpid(pid, NULL, 0);
			break;
		case 1:
			mprotect(p + PAGE, PAGE, PROT_NONE);
			break;
		case 2:
			close(open("/proc/self/maps", O_RDONLY));
			break;
		case 3:
			if (round_nr % 5 == 1)
				execl("/tmp/fire", "fire", "told", NULL);
			break;
		case 4:
			if (round_nr % 7 == 2)
				return NULL;
			break;
		}
		munmap(p, 16 * PAGE);
	}
}

static void victim(void)
{
	static const int good[] = {ETXTBSY, ENOENT, ENOEXEC, EACCES, EAGAIN, EIO, ENOMEM};
	pthread_t thread;

	for (long i = 0; i < 4; i++)
		pthread_create(&thread, NULL, sibling, (void *)i);
	usleep(round_nr * 37 % 3000);
	execl("/tmp/fire", "fire", "told", NULL);
	for (unsigned int i = 0; i < sizeof(good) / sizeof(*good); i++)
		if (errno == good[i])
			_exit(0);
	dprintf(1, "exec: errno %d\n", errno);
	_exit(1);
}

/* Reads all that /proc has of @pid, again and again. */
static void read_proc_of(pid_t pid)
{
	char path[300], text[4096];
	struct dirent *e;
	DIR *dir;

	for (;;) {
		snprintf(path, sizeof(path), "/proc/%d", pid);
		dir = opendir(path);
		while (dir && (e = readdir(dir))) {
			int fd;

			snprintf(path, sizeof(path), "/proc/%d/%s", pid, e->d_name);
			fd = open(path, O_RDONLY | O_NONBLOCK);
			if (fd >= 0 && read(fd, text, sizeof(text)) < 0)
				readlink(path, text, sizeof(text));
			close(fd);
		}
		if (dir)
			closedir(dir);
	}
}

/* Writes, cuts, removes and replaces the program. */
static void spoil_file(void)
{
	for (int i = round_nr;; i++) {
		int fd = open("/tmp/fire", O_RDWR);

		if (fd >= 0 && i % 3 == 0)
			pwrite(fd,
			       "\x7f"
			       "ELF",
			       4, i % 64);
		if (i % 4 == 1)
			truncate("/tmp/fire", i * 1237 % 700000);
		close(fd);
		if (i % 2)
			unlink("/tmp/fire");
		if (access("/tmp/fire", F_OK))
			copy_self("/tmp/fire", 0755);
	}
}

static pid_t start(void (*fn)(void))
{
	pid_t pid = OK(fork());

	if (pid)
		return pid;
	fn();
	_exit(0);
}

static pid_t watched;

static void read_watched(void) { read_proc_of(watched); }

int main(int argc, char **argv)
{
	if (argc > 1)
		return strcmp(argv[1], "told");
	copy_self("/tmp/fire", 0755);
	for (round_nr = 0; round_nr < ROUNDS; round_nr++) {
		pid_t reader, spoiler = round_nr % 2 ? start(spoil_file) : 0;
		int status;

		alarm(30);
		watched = start(victim);
		reader = start(read_watched);
		EQ(waitpid(watched, &status, 0), watched);
		CHECK(WIFSIGNALED(status) || WEXITSTATUS(status) == 0 || round_nr % 2);
		kill(reader, SIGKILL);
		waitpid(reader, NULL, 0);
		if (spoiler) {
			kill(spoiler, SIGKILL);
			waitpid(spoiler, NULL, 0);
			copy_self("/tmp/fire", 0755);
		}
	}
	return 0;
}
