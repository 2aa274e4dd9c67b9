/* SPDX-License-Identifier: MIT */
/*
 * Memory runs out while a large process sleeps and a small one asks for pages:
 * the large one is killed. Then the same with the large one exempt
 * (oom_score_adj -1000): the small one is. Afterwards memory is there again.
 */
#include "check.h"

#define CHUNK (4UL << 20)

/* A line of /proc/meminfo, in KiB. */
static long meminfo(const char *name)
{
	FILE *f = fopen("/proc/meminfo", "r");
	size_t n = strlen(name);
	char line[100];
	long kib = 0;

	while (!kib && fgets(line, sizeof(line), f))
		if (!strncmp(line, name, n) && line[n] == ':')
			kib = atol(line + n + 1);
	fclose(f);
	return kib;
}

static void take(long chunks)
{
	while (chunks--) {
		char *m = mmap(NULL, CHUNK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			       0);

		if (m == MAP_FAILED)
			_exit(2);
		memset(m, 1, CHUNK);
	}
}

static pid_t start_large(const char *adj)
{
	int ready[2];
	pid_t pid;
	char c;

	CHECK(!pipe(ready));
	pid = fork();
	if (!pid) {
		int fd = open("/proc/self/oom_score_adj", O_WRONLY);

		CHECK(write(fd, adj, strlen(adj)) > 0);
		while (meminfo("MemAvailable") > 30000)
			take(1);
		CHECK(write(ready[1], "x", 1) == 1);
		for (;;)
			pause();
	}
	EQ(read(ready[0], &c, 1), 1);
	return pid;
}

static void show(const char *who, pid_t pid, int flags)
{
	int status, done = waitpid(pid, &status, flags);

	if (!done)
		printf("%s: lives\n", who);
	else if (WIFSIGNALED(status))
		printf("%s: signal %d\n", who, WTERMSIG(status));
	else
		printf("%s: exit %d\n", who, WEXITSTATUS(status));
	fflush(stdout);
}

/*
 * Linux's thread oom_reaper may free the last pages after their process has ended. MemAvailable
 * also counts what could be reclaimed, and Linux has reclaimed it.
 */
static int is_back(long wanted)
{
	for (int i = 0; i < 500 && meminfo("MemFree") <= wanted; i++)
		sleep_ms(10);
	return meminfo("MemFree") > wanted;
}

static void round_of(const char *adj)
{
	long before = meminfo("MemFree");
	pid_t large = start_large(adj), small = fork();

	if (!small) {
		take(10);
		_exit(0);
	}
	show("small", small, 0);
	show("large", large, WNOHANG);
	kill(large, SIGKILL);
	waitpid(large, NULL, 0);
	printf("memory is back: %d\n", is_back(before - 2000));
	fflush(stdout);
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	round_of("0");
	round_of("-1000");
	return 0;
}
