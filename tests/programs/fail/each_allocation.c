/* SPDX-License-Identifier: MIT */
/*
 * Runs scenarios in a kernel of make DEBUG=1; in each run one more allocation of the scenario
 * fails (with the argument "copy": one more copy from or to user memory), until a run passes
 * through all of them. After each run as many pages and slab objects must be in use as before. A
 * call may fail only with an errno that the manual has for it; a scenario may be killed by SIGKILL,
 * SIGSEGV or SIGBUS. Arguments after the kind: the names of the scenarios, otherwise all run.
 */
#include "../../guest/check.h"
#include <dirent.h>
#include <poll.h>
#include <pty.h>
#include <linux/futex.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <sys/xattr.h>

static int copies; /* they fail, not allocations */

/* ---- what a call may answer ------------------------------------------------- */

/* An exit status from 64 on is an errno. */
static void check_errno(int line, int error)
{
	/* The last three are Linux's if an exec has no page for a string, or for a table. */
	static const int of_memory[] = {ENOMEM, EAGAIN, ENFILE,	 ENOSPC, ENOBUFS,
					ENOLCK, E2BIG,	ENOEXEC, ELIBBAD};
	int good = copies && error == EFAULT;

	for (unsigned int i = 0; !copies && i < sizeof(of_memory) / sizeof(*of_memory); i++)
		good |= error == of_memory[i];
	if (!good)
		dprintf(1, "line %d: errno %d (%s)\n", line, error, strerror(error));
	_exit(good ? 64 : 65);
}

/* Ends the scenario if the call fails. */
#define DO(call) \
	({ \
		__typeof__(call) r_ = (call); \
		if ((long)r_ == -1) \
			check_errno(__LINE__, errno); \
		r_; \
	})

static int wait_for(pid_t pid)
{
	int status;

	DO(waitpid(pid, &status, 0));
	return status;
}

/* ---- scenarios ---------------------------------------------------------------- */

static void exec_static(void)
{
	execl("/bin/busybox", "busybox", "true", NULL);
	check_errno(__LINE__, errno);
}

static void exec_dynamic(void)
{
	execl("/bin/true", "true", "argument", NULL);
	check_errno(__LINE__, errno);
}

static void exec_script(void)
{
	execl("/tmp/script", "script", "argument", NULL);
	check_errno(__LINE__, errno);
}

static void fork_50_vmas(void)
{
	char *p = DO(
		mmap(NULL, 100 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	pid_t pid;

	for (int i = 0; i < 100; i += 2) {
		p[i * PAGE] = 1;
		DO(mprotect(p + i * PAGE, PAGE, PROT_READ));
	}
	DO(open("/tmp", O_RDONLY));
	pid = DO(fork());
	if (!pid) {
		p[PAGE] = 2;
		_exit(0);
	}
	wait_for(pid);
}

static void mmap_storm(void)
{
	char *p[8];
	int fd = DO(open("/tmp/file", O_RDWR));

	for (int i = 0; i < 8; i++) {
		p[i] = DO(mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE,
			       i % 3   ? MAP_PRIVATE | MAP_ANONYMOUS
			       : i % 2 ? MAP_SHARED | MAP_ANONYMOUS
				       : MAP_PRIVATE,
			       i % 3 || i % 2 ? -1 : fd, 0));
		p[i][0] = p[i][3 * PAGE] = 1;
		DO(mprotect(p[i] + PAGE, PAGE, PROT_READ));
		if (i % 2)
			p[i] = DO(mremap(p[i] + 4 * PAGE, 4 * PAGE, 16 * PAGE, MREMAP_MAYMOVE));
	}
	DO(mlock(p[1], 2 * PAGE));
	DO(madvise(p[4], PAGE, MADV_DONTNEED));
	DO(munmap(p[2] + PAGE, PAGE));
	DO(msync(p[0], PAGE, MS_SYNC));
	DO(mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE,
		-1, 0));
	DO(syscall(SYS_brk, (long)sbrk(0) + 5 * PAGE));
	DO(mlockall(MCL_CURRENT));
}

static void pipes(void)
{
	char page[3000] = {0};
	int a[2], b[2];

	DO(pipe(a));
	DO(pipe2(b, O_NONBLOCK));
	for (int i = 0; i < 6; i++)
		DO(write(a[1], page, sizeof(page)));
	DO(fcntl(a[1], F_SETPIPE_SZ, 1 << 17));
	DO(read(a[0], page, sizeof(page)));
	DO(mkfifo("/tmp/fifo", 0600));
	DO(open("/tmp/fifo", O_RDWR));
}

static void files(void)
{
	char text[300] = "text", name[5000];
	struct dirent *entry;
	struct stat st;
	DIR *dir;
	int fd;

	DO(mkdir("/tmp/made", 0700));
	fd = DO(open("/tmp/made/file", O_RDWR | O_CREAT, 0600));
	DO(write(fd, text, sizeof(text)));
	DO(pwrite(fd, text, sizeof(text), 1 << 20));
	DO(pread(fd, text, sizeof(text), 100000));
	DO(ftruncate(fd, 5000));
	DO(fallocate(fd, 0, 0, 30000));
	DO(link("/tmp/made/file", "/tmp/made/link"));
	DO(symlink("file", "/tmp/made/symbolic"));
	DO(stat("/tmp/made/symbolic", &st));
	DO(readlink("/tmp/made/symbolic", name, sizeof(name)));
	DO(rename("/tmp/made/link", "/tmp/made/renamed"));
	DO(chmod("/tmp/made/file", 0640));
	DO(syscall(SYS_getcwd, name, sizeof(name)));
	DO(chdir("/tmp/core"));
	DO(fcntl(fd, F_SETLK, &(struct flock){.l_type = F_WRLCK, .l_start = 0, .l_len = 100}));
	DO(fcntl(fd, F_SETLK, &(struct flock){.l_type = F_UNLCK, .l_start = 10, .l_len = 10}));
	DO(flock(fd, LOCK_EX));
	DO(dup2(fd, 200));
	DO(sendfile(fd, DO(open("/tmp/file", O_RDONLY)), NULL, 5000));
	dir = opendir("/tmp/made");
	if (!dir)
		check_errno(__LINE__, errno);
	while ((errno = 0, entry = readdir(dir)))
		;
	if (errno)
		check_errno(__LINE__, errno);
	DO(unlink("/tmp/made/renamed"));
	DO(statfs("/tmp", (struct statfs *)name));
	DO(mount("none", "/tmp/made", "tmpfs", 0, "size=1m"));
	DO(open("/tmp/made/x", O_CREAT | O_RDWR, 0600));
}

static void read_all(const char *path)
{
	char text[2000];
	int fd = DO(open(path, O_RDONLY));

	while (DO(read(fd, text, sizeof(text))) > 0)
		;
	close(fd);
}

static void read_proc(void)
{
	static const char *const names[] = {"maps",    "smaps",	  "status",   "stat",
					    "cmdline", "environ", "auxv",     "mounts",
					    "limits",  "statm",	  "fdinfo/1", "comm"};
	char path[64], text[4096];

	for (unsigned int i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "/proc/self/%s", names[i]);
		read_all(path);
	}
	DO(readlink("/proc/self/exe", text, sizeof(text)));
	DO(getdents64(DO(open("/proc/self/fd", O_RDONLY)), text, sizeof(text)));
	DO(getdents64(DO(open("/proc/self/map_files", O_RDONLY)), text, sizeof(text)));
	DO(getdents64(DO(open("/proc/self/task", O_RDONLY)), text, sizeof(text)));
	DO(getdents64(DO(open("/proc", O_RDONLY)), text, sizeof(text)));
	read_all("/proc/exec_trace");
	read_all("/proc/meminfo");
	read_all("/proc/cpuinfo");
	read_all("/proc/sys/kernel/core_pattern");
	DO(open("/proc/self/fd/0", O_RDONLY));
}

static void dump_core(void)
{
	pid_t pid;

	DO(chdir("/tmp/core"));
	pid = DO(fork());
	if (!pid)
		kill(getpid(), SIGSEGV);
	wait_for(pid);
}

static void handler(int sig, siginfo_t *info, void *context)
{
	char frame[3 * PAGE];

	(void)sig;
	(void)info;
	(void)context;
	for (unsigned long i = 0; i < sizeof(frame); i += PAGE)
		((volatile char *)frame)[i] = 1;
}

static void signal_frames(void)
{
	struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK};
	struct itimerspec when = {.it_value.tv_nsec = 1};
	stack_t stack = {.ss_sp = DO(mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE,
					  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)),
			 .ss_size = 16 * PAGE};
	sigset_t set;
	timer_t id;

	sigemptyset(&set);
	DO(sigaction(SIGUSR1, &sa, NULL));
	DO(raise(SIGUSR1));
	DO(sigaltstack(&stack, NULL));
	DO(sigaction(SIGRTMIN, &sa, NULL));
	DO(sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = 1}));
	DO(sigprocmask(SIG_SETMASK, &set, NULL));
	DO(timer_create(CLOCK_MONOTONIC, NULL, &id));
	DO(sigaction(SIGALRM, &sa, NULL));
	DO(timer_settime(id, 0, &when, NULL));
	sleep_ms(1);
	kill(getpid(), SIGUSR1);
}

static void sockets(void)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "/tmp/socket"};
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(2 * sizeof(int))];
	} control = {.head = {CMSG_LEN(2 * sizeof(int)), SOL_SOCKET, SCM_RIGHTS}};
	char text[2000] = "";
	struct iovec v = {text, sizeof(text)};
	struct msghdr m = {.msg_iov = &v,
			   .msg_iovlen = 1,
			   .msg_control = &control,
			   .msg_controllen = sizeof(control)};
	int s[2], listener, peer, sent[2];

	DO(pipe(sent));

	DO(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	memcpy(CMSG_DATA(&control.head), sent, sizeof(sent));
	DO(sendmsg(s[0], &m, 0));
	m.msg_controllen = sizeof(control);
	DO(recvmsg(s[1], &m, 0));
	listener = DO(socket(AF_UNIX, SOCK_STREAM, 0));
	DO(bind(listener, (struct sockaddr *)&name, sizeof(name)));
	DO(listen(listener, 5));
	peer = DO(socket(AF_UNIX, SOCK_STREAM, 0));
	DO(connect(peer, (struct sockaddr *)&name, sizeof(name)));
	DO(send(peer, text, 1000, 0));
	DO(accept(listener, NULL, NULL));
	DO(socketpair(AF_UNIX, SOCK_DGRAM, 0, s));
	DO(send(s[0], text, 100, 0));
	DO(sendmsg(s[0], &m, 0));
}

static void descriptors(void)
{
	struct epoll_event e = {.events = EPOLLIN};
	struct pollfd polled[40];
	sigset_t set;
	int ep = DO(epoll_create1(0)), fd = DO(eventfd(0, 0)), master, mem;
	struct itimerspec when = {.it_value.tv_nsec = 1000};
	char buf[512];
	uint64_t one = 1;

	sigemptyset(&set);
	DO(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e));
	DO(write(fd, &one, 8));
	DO(epoll_wait(ep, &e, 1, 0));
	DO(epoll_ctl(DO(epoll_create1(0)), EPOLL_CTL_ADD, ep, &e));
	fd = DO(timerfd_create(CLOCK_MONOTONIC, 0));
	DO(timerfd_settime(fd, 0, &when, NULL));
	DO(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e));
	DO(read(fd, &one, 8));
	DO(signalfd(-1, &set, 0));
	mem = DO(memfd_create("name", MFD_ALLOW_SEALING));
	DO(ftruncate(mem, 10000));
	DO(write(mem, buf, sizeof(buf)));
	DO(fcntl(mem, F_ADD_SEALS, F_SEAL_SHRINK));
	DO(syscall(SYS_pidfd_open, getpid(), 0));
	for (int i = 0; i < 40; i++)
		polled[i] = (struct pollfd){.fd = fd, .events = POLLIN};
	DO(poll(polled, 40, 0));
	master = DO(open("/dev/ptmx", O_RDWR | O_NOCTTY));
	DO(unlockpt(master));
	DO(open(ptsname(master), O_RDWR | O_NOCTTY));
	DO(write(master, "text\n", 5));
	DO(read(master, buf, sizeof(buf)));
}

static int thread(void *arg) { return *(int *)arg; }

static void threads(void)
{
	static int word;
	char *stack = DO(
		mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	int status;

	DO(clone(thread, stack + 16 * PAGE,
		 CLONE_VM | CLONE_FILES | CLONE_FS | CLONE_SIGHAND | CLONE_THREAD |
			 CLONE_CHILD_CLEARTID,
		 &word, NULL, NULL, &word));
	sleep_ms(1);
	DO(waitpid(DO(clone(thread, stack + 16 * PAGE, CLONE_VM | CLONE_VFORK | SIGCHLD, &word)),
		   &status, 0));
	DO(waitpid(DO(clone(thread, stack + 16 * PAGE, CLONE_FS | SIGCHLD, &word)), &status, 0));
	DO(setgroups(3, (gid_t[]){1, 2, 3}));
	DO(setresuid(1, 1, 1));
	DO(setsid());
}

static int wait_for_lock(void *arg)
{
	int *word = arg;

	return syscall(SYS_futex, word, FUTEX_WAIT_REQUEUE_PI_PRIVATE, 0, NULL, word + 1, 0);
}

/* Moves two waiters to a lock: one gets it, one waits. After a failure nobody has it. */
static void locks(void)
{
	static int words[2];
	char *stack = DO(
		mmap(NULL, 32 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	long moved;

	for (int i = 1; i <= 2; i++)
		DO(clone(wait_for_lock, stack + i * 16 * PAGE,
			 CLONE_VM | CLONE_FILES | CLONE_FS | CLONE_SIGHAND | CLONE_THREAD, words));
	do {
		sched_yield();
		moved = syscall(SYS_futex, words, FUTEX_CMP_REQUEUE_PI_PRIVATE, 1, 1, words + 1, 0);
		if (moved < 0 && words[1]) {
			dprintf(1, "locks: %#x after errno %d\n", words[1], errno);
			_exit(65);
		}
	} while (!DO(moved));
}

static const struct {
	const char *name;
	void (*run)(void);
} scenarios[] = {
	{"exec_static", exec_static},
	{"exec_dynamic", exec_dynamic},
	{"exec_script", exec_script},
	{"fork_50_vmas", fork_50_vmas},
	{"mmap_storm", mmap_storm},
	{"pipes", pipes},
	{"files", files},
	{"read_proc", read_proc},
	{"dump_core", dump_core},
	{"signal_frames", signal_frames},
	{"sockets", sockets},
	{"descriptors", descriptors},
	{"threads", threads},
	{"locks", locks},
};

/* ---- the runs ------------------------------------------------------------------- */

static long number_in(const char *path)
{
	char text[32] = "";
	int fd = OK(open(path, O_RDONLY));

	OK(read(fd, text, sizeof(text) - 1));
	close(fd);
	return strtol(text, NULL, 0);
}

static const char *nth_file(void)
{
	return copies ? "/proc/sys/debug/fail_copy_nth" : "/proc/sys/debug/fail_alloc_nth";
}

static void tidy(void)
{
	umount("/tmp/made");
	unlink("/tmp/made/file");
	unlink("/tmp/made/link");
	unlink("/tmp/made/renamed");
	unlink("/tmp/made/symbolic");
	rmdir("/tmp/made");
	unlink("/tmp/fifo");
	unlink("/tmp/socket");
	unlink("/tmp/core/core");
}

struct use {
	long pages, objects;
};

static struct use in_use(void)
{
	/* First the objects: that frees what is in quarantine. */
	long objects = number_in("/proc/sys/debug/slab_objects");

	return (struct use){-proc_number("/proc/meminfo", "MemFree"), objects};
}

/* Runs @run with the @nth failure; 0: none. Returns the wait status. */
static int run_once(void (*run)(void), int nth)
{
	pid_t pid = OK(fork());
	char text[16];
	int fd;

	if (pid)
		return wait_for(pid);
	fd = OK(open("/proc/self/oom_score_adj", O_WRONLY));
	OK(write(fd, "1000", 4));
	close(fd);
	fd = OK(open(nth_file(), O_WRONLY));
	snprintf(text, sizeof(text), "%d", nth);
	alarm(20);
	if (write(fd, text, strlen(text)) < 0)
		_exit(66);
	close(fd);
	run();
	_exit(0);
}

/* 0, a signal that no memory may cause, or the errors of a program that got one. */
static int good_end(int status)
{
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGKILL || WTERMSIG(status) == SIGSEGV ||
		       WTERMSIG(status) == SIGBUS;
	return !WEXITSTATUS(status) || WEXITSTATUS(status) == 64 || WEXITSTATUS(status) == 127 ||
	       WEXITSTATUS(status) <= 2;
}

/* Returns whether a run with the @nth failure keeps memory. Its wait status goes to *status. */
static int leaks(void (*run)(void), int nth, int *status, struct use *more)
{
	struct use before = in_use(), after;

	*status = run_once(run, nth);
	tidy();
	/* Init may still have to wait for an orphan. */
	for (int i = 0; i < 20; i++) {
		after = in_use();
		if (after.pages <= before.pages && after.objects <= before.objects)
			return 0;
		sleep_ms(5);
	}
	*more = (struct use){after.pages - before.pages, after.objects - before.objects};
	return 1;
}

/*
 * Returns how many runs were bad. A leak is there again in a second run; what is kept only once
 * is a table for kernel stacks, or the last slab of a cache.
 */
static int run_all(const char *name, void (*run)(void))
{
	struct use more = {0, 0};
	int nth, status, leak, bad = 0;

	for (int i = 0; i < 3; i++) {
		leak = leaks(run, 0, &status, &more);
		if (status || (leak && i == 2))
			printf("%s: status %#x without a failure\n", name, status);
		bad += status || (leak && i == 2);
	}
	for (nth = 1;; nth++) {
		leak = leaks(run, nth, &status, &more);
		if (number_in(nth_file()))
			break;
		leak = leak && leaks(run, nth, &status, &more);
		if (good_end(status) && !leak)
			continue;
		bad++;
		printf("%s: failure %d: status %#x, pages %+ld KiB, objects %+ld\n", name, nth,
		       status, leak ? more.pages : 0, leak ? more.objects : 0);
	}
	tidy();
	printf("%s: %d failures, %d bad\n", name, nth - 1, bad);
	fflush(stdout);
	return bad;
}

int main(int argc, char **argv)
{
	static char buffer[4096] = "its page is there";
	int bad = 0, null = OK(open("/dev/null", O_WRONLY));

	setvbuf(stdout, buffer, _IOLBF, sizeof(buffer));
	copies = argc > 1 && !strcmp(argv[1], "copy");
	OK(dup2(null, 2));
	put_file("/tmp/script", "#!/bin/busybox true\n", 0755);
	put_file("/tmp/file", "text", 0644);
	OK(truncate("/tmp/file", 8 * PAGE));
	OK(mkdir("/tmp/core", 0755));
	for (unsigned int i = 0; i < sizeof(scenarios) / sizeof(*scenarios); i++) {
		int chosen = argc < 3;

		for (int arg = 2; arg < argc; arg++)
			chosen |= !strcmp(argv[arg], scenarios[i].name);
		if (chosen)
			bad += run_all(scenarios[i].name, scenarios[i].run);
	}
	return bad ? 1 : 0;
}
