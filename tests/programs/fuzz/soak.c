/* flags: -static */
/* SPDX-License-Identifier: MIT */
/*
 * A long run: execs of all kinds and forks for some seconds, one line of progress a second, then a
 * table and what is missing afterwards. For a kernel of make DEBUG=1.
 *
 *	soak SECONDS
 */
#include "use.h"
#include <pthread.h>

#define EACH 10 /* of one kind, one after the other */

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void exec_of(const char *path)
{
	char *const argv[] = {(char *)path, NULL};
	char *const envp[] = {"PATH=/bin", NULL};

	execve(path, argv, envp);
	_exit(100 + errno);
}

static void exec_static(void) { exec_of("/t/true"); }
static void exec_dynamic(void) { exec_of("/bin/true"); }
static void exec_script(void) { exec_of("/tmp/soak/script"); }
static void exec_missing(void) { exec_of("/tmp/soak/missing"); }
static void exec_forbidden(void) { exec_of("/tmp/soak/forbidden"); }
static void exec_garbage(void) { exec_of("/tmp/soak/garbage"); }
static void fork_only(void) { _exit(0); }

static void *thread(void *exec)
{
	if (exec)
		exec_static();
	for (;;)
		pause();
	return NULL;
}

static void exec_in_thread(void)
{
	pthread_t t;

	pthread_create(&t, NULL, thread, NULL);
	pthread_create(&t, NULL, thread, "");
	for (;;)
		pause();
}

static struct kind {
	const char *name;
	void (*run)(void);
	int status; /* expected */
	long count;
} kinds[] = {
	{"static", exec_static, 0, 0},
	{"dynamic", exec_dynamic, 0, 0},
	{"script", exec_script, 0, 0},
	{"from a thread", exec_in_thread, 0, 0},
	{"missing", exec_missing, 100 + ENOENT, 0},
	{"forbidden", exec_forbidden, 100 + EACCES, 0},
	{"garbage", exec_garbage, 100 + ENOEXEC, 0},
	{"fork alone", fork_only, 0, 0},
};

#define KINDS (int)(sizeof(kinds) / sizeof(*kinds))

static void run_one(struct kind *k)
{
	int status = 0;
	pid_t pid = OK(fork());

	if (!pid)
		k->run();
	EQ(waitpid(pid, &status, 0), pid);
	EQ(status, k->status << 8);
	k->count++;
}

static void run_all(void)
{
	for (int i = 0; i < KINDS; i++)
		for (int n = 0; n < EACH; n++)
			run_one(&kinds[i]);
}

static long total(void)
{
	long n = 0;

	for (int i = 0; i < KINDS; i++)
		n += kinds[i].count;
	return n;
}

static void make(const char *name, const char *text, int mode)
{
	int fd = OK(open(name, O_WRONLY | O_CREAT | O_TRUNC, mode));

	OK(write(fd, text, strlen(text)));
	close(fd);
}

static void soak(double seconds)
{
	struct use before, after;
	double start, shown = 0;

	OK(mkdir("/tmp/soak", 0755));
	make("/tmp/soak/script", "#!/t/true an argument\n", 0755);
	make("/tmp/soak/forbidden", "", 0644);
	make("/tmp/soak/garbage", "garbage\n", 0755);
	for (int i = 0; i < 3; i++) /* what the kernel keeps about the last execs */
		run_all();
	before = in_use();
	for (start = now(); now() - start < seconds;) {
		run_all();
		if (now() - start < shown + 1)
			continue;
		shown = now() - start;
		printf("%5.0f s: %ld runs, %+ld KiB free, %+ld objects\n", shown, total(),
		       in_use().free - before.free, in_use().objects - before.objects);
		fflush(stdout);
	}
	sleep_ms(100);
	after = in_use();
	for (int i = 0; i < KINDS; i++)
		printf("%-14s %8ld\n", kinds[i].name, kinds[i].count);
	printf("soak: %+ld KiB free, %+ld objects\n", after.free - before.free,
	       after.objects - before.objects);
}

int main(int argc, char **argv)
{
	CHECK(argc == 2);
	soak(atof(argv[1]));
	return 0;
}
