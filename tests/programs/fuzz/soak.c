/* flags: -static */
/* SPDX-License-Identifier: MIT */
/*
 * A long run: execs of all kinds and forks for some seconds, or until there were that many of each,
 * one line of progress a second, then a table and what is missing afterwards. For a kernel of make
 * DEBUG=1.
 *
 *	soak SECONDS RUNS
 */
#include "use.h"
#include <pthread.h>

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

/* ---- an exec under fire: siblings, the file, and readers of /proc files go on ---- */

#define FIRE  "/tmp/soak/fire"
#define TRIES 4

static void *maps_and_faults(void *unused)
{
	for (;;) {
		char *p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			       -1, 0);

		if (p == MAP_FAILED)
			continue;
		p[0] = p[3 * PAGE] = 1;
		mprotect(p, PAGE, PROT_READ);
		munmap(p, 4 * PAGE);
	}
	return unused;
}

static void *ends_at_once(void *unused) { return unused; }

static void *forks_and_clones(void *unused)
{
	for (pthread_t t;;) {
		pid_t pid = fork();

		if (!pid)
			_exit(0);
		waitpid(pid, NULL, 0);
		if (!pthread_create(&t, NULL, ends_at_once, NULL))
			pthread_join(t, NULL);
	}
	return unused;
}

static void under_fire(void)
{
	pthread_t t;

	pthread_create(&t, NULL, maps_and_faults, NULL);
	pthread_create(&t, NULL, forks_and_clones, NULL);
	usleep(1000);
	for (;;)
		execl(FIRE, FIRE, NULL);
}

/* A new file, a shorter one, none. */
static void change_file(const char *bytes, size_t size, int step)
{
	int fd;

	if (step % 3 == 1 && !truncate(FIRE, size / 2))
		return;
	if (step % 3 == 2)
		unlink(FIRE);
	fd = open(FIRE, O_WRONLY | O_CREAT, 0755);
	if (fd < 0)
		return;
	if (write(fd, bytes, size) < 0)
		_exit(1);
	close(fd);
}

static void read_proc(pid_t pid)
{
	static const char *const names[] = {"maps", "smaps", "cmdline", "environ", "auxv",
					    "stat", "mem",   "wchan",	"pagemap", "exe"};
	char path[40], bytes[512];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		int fd;

		snprintf(path, sizeof(path), "/proc/%d/%s", pid, names[i]);
		fd = open(path, O_RDONLY);
		while (fd >= 0 && i < 5 && read(fd, bytes, sizeof(bytes)) > 0)
			;
		close(fd);
	}
}

/* One process that execs what is changed meanwhile. It may end in any way. */
static void fire(void)
{
	static char bytes[64 << 10];
	int fd = OK(open("/t/true", O_RDONLY)), status;
	ssize_t size = OK(read(fd, bytes, sizeof(bytes)));
	pid_t pid;

	close(fd);
	for (int n = 0; n < TRIES; n++) {
		change_file(bytes, size, 0);
		pid = OK(fork());
		if (!pid)
			under_fire();
		for (int step = n; !waitpid(pid, &status, WNOHANG); step++) {
			change_file(bytes, size, step);
			read_proc(pid);
		}
	}
	unlink(FIRE);
	_exit(0);
}

static struct kind {
	const char *name;
	void (*run)(void);
	int status; /* expected */
	int each;   /* one after the other */
	long count;
} kinds[] = {
	{"static", exec_static, 0, 10, 0},
	{"dynamic", exec_dynamic, 0, 10, 0},
	{"script", exec_script, 0, 10, 0},
	{"from a thread", exec_in_thread, 0, 10, 0},
	{"missing", exec_missing, 100 + ENOENT, 10, 0},
	{"forbidden", exec_forbidden, 100 + EACCES, 10, 0},
	{"garbage", exec_garbage, 100 + ENOEXEC, 10, 0},
	{"fork alone", fork_only, 0, 70, 0},
	{"under fire", fire, 0, 1, 0}, /* has tries of its own */
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

/* Only the tenth round is under fire: it takes as long as all others. */
static void run_all(long round)
{
	for (int i = 0; i < KINDS; i++)
		for (int n = 0; n < kinds[i].each && (kinds[i].run != fire || !(round % 10)); n++)
			run_one(&kinds[i]);
}

static long forks(void) { return kinds[KINDS - 2].count; }

static long execs(void)
{
	long n = 0;

	for (int i = 0; i < KINDS - 2; i++)
		n += kinds[i].count;
	return n;
}

static void make(const char *name, const char *text, int mode)
{
	int fd = OK(open(name, O_WRONLY | O_CREAT | O_TRUNC, mode));

	OK(write(fd, text, strlen(text)));
	close(fd);
}

static void soak(double seconds, long runs)
{
	struct use before, after;
	double start, shown = 0;
	long round = 0;

	OK(mkdir("/tmp/soak", 0755));
	make("/tmp/soak/script", "#!/t/true an argument\n", 0755);
	make("/tmp/soak/forbidden", "", 0644);
	make("/tmp/soak/garbage", "garbage\n", 0755);
	for (int i = 0; i < 3; i++) /* what the kernel keeps about the last execs */
		run_all(0);
	before = in_use();
	for (start = now(); now() - start < seconds || execs() < runs || forks() < runs;) {
		run_all(round++);
		if (now() - start < shown + 1)
			continue;
		shown = now() - start;
		after = in_use();
		printf("%5.0f s: %ld execs, %ld forks, %+ld KiB free, %+ld objects\n", shown,
		       execs(), forks(), after.free - before.free, after.objects - before.objects);
		fflush(stdout);
	}
	sleep_ms(100);
	after = in_use();
	for (int i = 0; i < KINDS; i++)
		printf("%-14s %8ld\n", kinds[i].name, kinds[i].count);
	printf("%-14s %8ld\n", "all execs", execs());
	printf("soak: %+ld KiB free, %+ld objects\n", after.free - before.free,
	       after.objects - before.objects);
}

int main(int argc, char **argv)
{
	CHECK(argc == 3);
	soak(atof(argv[1]), atol(argv[2]));
	return 0;
}
