/* SPDX-License-Identifier: MIT */
/*
 * calls SEED COUNT [user]: COUNT system calls with random numbers and hostile arguments, in
 * processes that may die of it; with "user" they are nobody's. The machine must survive. The same
 * SEED makes the same calls, as far as their results are the same. Half of the calls have arguments
 * of the right kinds, most of them at least (the shapes below): they reach further. Left out are
 * calls that end the machine or other processes by intent: reboot, and signals to others.
 */
#include "../../guest/check.h"
#include <linux/sched.h>
#include <linux/sched/types.h>
#include <linux/futex.h>
#include <asm/ldt.h>
#include <sys/epoll.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#define LAST_CALL 460
#define BUFFERS	  8
#define HANG_MS	  100

/* What the processes share. */
struct state {
	volatile unsigned long calls, left;
	unsigned long random;
	volatile long last[7]; /* number and arguments of the newest call */
};

static struct state *state;
static char *buffer[BUFFERS]; /* a page each; an unmapped page follows */
static char *read_only;
static pid_t own, victim; /* the victim may be traced, and gets signals */
static int null;	  /* opened before a call can remove it */

static unsigned long next_random(void)
{
	state->random ^= state->random << 13;
	state->random ^= state->random >> 7;
	state->random ^= state->random << 17;
	return state->random;
}

static unsigned long below(unsigned long n) { return next_random() % n; }

static const char *const paths[] = {
	"a",
	"b",
	"dir",
	"dir/c",
	".",
	"..",
	"link",
	"/proc/self/mem",
	"/proc/self/maps",
	"/proc/self/fd",
	"/proc/self/exe",
	"/proc/self/stat",
	"/proc/self/environ",
	"/dev/zero",
	"/dev/null",
	"/dev/ptmx",
	"/proc/self/task",
	"",
	"/tmp/fuzz/a",
	"/proc/self/fd/3",
	"#!a",
	"/proc/exec_trace",
	"/dev/tty",
	"/proc/self/map_files",
	"/dev/full",
	"/proc/self/oom_score_adj",
};

static unsigned long pointer(void)
{
	static const unsigned long bad[] = {
		0,
		8,
		0x7ffffffff000,
		0x7fffffffeff8,
		0x7ffffffffff8,
		0x800000000000,
		0xffff888000000000,
		0xffff888000100000,
		0xffffffff80100000,
		0xffffffffff600000,
		0xfffffffffffffff8,
		~0UL,
		0xdead000000000000,
		0x10000,
		0x400000,
	};
	char *page = buffer[below(BUFFERS)];

	switch (below(8)) {
	case 0:
		return bad[below(sizeof(bad) / sizeof(*bad))];
	case 1:
		return (unsigned long)page + PAGE - below(64);
	case 2:
		return (unsigned long)read_only + below(PAGE);
	case 3:
		return (unsigned long)strcpy(page + below(16) * 128,
					     paths[below(sizeof(paths) / sizeof(*paths))]);
	case 4:
		return (unsigned long)page + below(PAGE);
	default:
		return (unsigned long)page + below(64) * 64;
	}
}

static unsigned long number(void)
{
	static const unsigned long edges[] = {
		~0UL,	    ~0UL - 4095, 1UL << 31,	  (1UL << 31) - 1,
		1UL << 32,  1UL << 63,	 (1UL << 63) - 1, 4096,
		4095,	    65536,	 1UL << 20,	  1UL << 47,
		0xffffffff, -100UL,	 0x1000000,
	};

	switch (below(6)) {
	case 0:
		return edges[below(sizeof(edges) / sizeof(*edges))];
	case 1:
		return 1UL << below(64);
	case 2:
		return below(1UL << below(20)) & below(1UL << below(20));
	default:
		return below(24);
	}
}

static unsigned long argument(void) { return below(2) ? pointer() : number(); }

/* Words of a buffer are arguments themselves: vectors, and structs with pointers. */
static void fill_buffer(void)
{
	unsigned long *word = (unsigned long *)buffer[below(BUFFERS)] + below(400);

	for (int i = 0; i < 16; i++) {
		unsigned long value = argument();

		word[i] = below(4) ? value : (value << 32 | below(8));
	}
}

/* ---- calls whose arguments are of the right kinds -------------------------------------------- */

/* @size zeroed bytes, aligned. */
static void *room(size_t size)
{
	return memset(buffer[below(BUFFERS)] + below(PAGE / 64 - size / 64 - 1) * 64, 0, size);
}

static void *file_name(void)
{
	return strcpy(room(64), paths[below(sizeof(paths) / sizeof(*paths))]);
}

static void *socket_name(void)
{
	struct sockaddr_un *name = room(sizeof(*name));

	name->sun_family = below(8) ? AF_UNIX : below(48);
	snprintf(name->sun_path + below(2), 8, "s%lu", below(3));
	return name;
}

static void *vector(void)
{
	struct iovec *v = room(4 * sizeof(*v));

	for (int i = 0; i < 4; i++)
		v[i] = (struct iovec){(void *)pointer(), below(200)};
	return v;
}

/* With files, and credentials now and then. */
static void *message(void)
{
	char *control = room(128);
	struct msghdr *m = room(sizeof(*m));
	struct cmsghdr *c = (struct cmsghdr *)control;

	c->cmsg_len = CMSG_LEN(below(8) * sizeof(int));
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = below(4) ? SCM_RIGHTS : SCM_CREDENTIALS;
	for (int i = 0; i < 8; i++)
		((int *)CMSG_DATA(c))[i] = below(24);
	*m = (struct msghdr){.msg_iov = vector(), .msg_iovlen = below(5)};
	if (below(2))
		m->msg_control = control, m->msg_controllen = below(96);
	if (!below(3))
		m->msg_name = socket_name(), m->msg_namelen = below(sizeof(struct sockaddr_un) + 8);
	return m;
}

static void *event(void)
{
	struct epoll_event *e = room(sizeof(*e));

	e->events = below(2) ? EPOLLIN | EPOLLOUT : next_random();
	return e;
}

static void *segment(void)
{
	struct user_desc *d = room(sizeof(*d));

	*d = (struct user_desc){.entry_number = below(40), .limit = next_random()};
	d->base_addr = pointer();
	d->seg_32bit = below(2), d->contents = below(4), d->seg_not_present = below(2);
	d->useable = d->limit_in_pages = below(2);
	return d;
}

static void *scheduling(void)
{
	struct sched_attr *a = room(sizeof(*a));

	*a = (struct sched_attr){.size = sizeof(*a), .sched_policy = below(8)};
	a->sched_priority = below(4) * below(100);
	a->sched_runtime = 1UL << below(30);
	a->sched_deadline = a->sched_runtime << below(4);
	a->sched_period = a->sched_deadline << below(3);
	return a;
}

static void *clone_struct(void)
{
	struct clone_args *c = room(sizeof(*c));

	*c = (struct clone_args){.flags = next_random() & next_random() & ~CLONE_VFORK};
	c->exit_signal = below(65);
	if (below(2))
		c->flags &= 0xffff00UL & ~CLONE_VFORK;
	c->parent_tid = c->child_tid = c->pidfd = pointer();
	return c;
}

static void *short_time(void)
{
	struct timespec *t = room(2 * sizeof(*t));

	t[0].tv_nsec = t[1].tv_nsec = below(1000000);
	return t;
}

/*
 * One letter an argument. f: a descriptor, o: a small number, 0 and 1: themselves, n: any number,
 * p: a pointer, u: an aligned word, v and w: the victim and the process itself, g: a signal, r: a
 * request of ptrace, F: an operation of futex, z: the size of the struct before; other capitals:
 * names and structs.
 */
static const struct shape {
	short nr;
	const char *args;
} shapes[] = {
	{SYS_ptrace, "rvpp"},
	{SYS_ptrace, "rvou"},
	{SYS_ptrace, "rvuu"},
	{SYS_wait4, "vuou"},
	{SYS_kill, "vg"},
	{SYS_tgkill, "vvg"},
	{SYS_socketpair, "1o0u"},
	{SYS_socket, "1o0"},
	{SYS_bind, "fNz"},
	{SYS_connect, "fNz"},
	{SYS_listen, "fo"},
	{SYS_accept4, "fuuo"},
	{SYS_sendmsg, "fMn"},
	{SYS_sendmsg, "fM0"},
	{SYS_recvmsg, "fMn"},
	{SYS_recvmsg, "fMo"},
	{SYS_sendto, "fponNz"},
	{SYS_recvfrom, "fponpu"},
	{SYS_setsockopt, "f1ouo"},
	{SYS_getsockopt, "f1ouu"},
	{SYS_shutdown, "fo"},
	{SYS_epoll_create1, "0"},
	{SYS_epoll_ctl, "fofE"},
	{SYS_epoll_wait, "fpo1"},
	{SYS_epoll_pwait2, "fpoT0o"},
	{SYS_pidfd_open, "v0"},
	{SYS_pidfd_open, "w0"},
	{SYS_pidfd_send_signal, "fgp0"},
	{SYS_waitid, "ofpou"},
	{SYS_futex, "uFoTuo"},
	{SYS_futex, "uFoTuo"},
	{SYS_set_robust_list, "uo"},
	{SYS_modify_ldt, "1Dz"},
	{SYS_modify_ldt, "oDz"},
	{SYS_sched_setattr, "wS0"},
	{SYS_sched_setattr, "vS0"},
	{SYS_sched_getattr, "vuz0"},
	{SYS_sched_setscheduler, "vou"},
	{SYS_clone3, "Cz"},
	{SYS_eventfd2, "oo"},
	{SYS_timerfd_create, "o0"},
	{SYS_timerfd_settime, "foTp"},
	{SYS_signalfd4, "fpoo"},
	{SYS_timer_create, "o0u"},
	{SYS_timer_settime, "ooTp"},
	{SYS_memfd_create, "Po"},
	{SYS_pipe2, "u0"},
	{SYS_splice, "f0f0no"},
	{SYS_splice, "fufuno"},
	{SYS_tee, "ffno"},
	{SYS_vmsplice, "fVoo"},
	{SYS_sendfile, "ff0n"},
	{SYS_open, "Pno"},
	{SYS_openat, "fPno"},
	{SYS_rename, "PP"},
	{SYS_link, "PP"},
	{SYS_mkdir, "Po"},
	{SYS_unlink, "P"},
	{SYS_readv, "fVo"},
	{SYS_writev, "fVo"},
	{SYS_pwritev, "fVoo0"},
	{SYS_process_vm_readv, "vVoVo0"},
	{SYS_process_vm_writev, "vVoVo0"},
	{SYS_ioctl, "fnu"},
	{SYS_fcntl, "fou"},
	{SYS_mmap, "pnoof0"},
	{SYS_mremap, "pnnop"},
	{SYS_madvise, "pno"},
	{SYS_rseq, "uzoo"},
	{SYS_close_range, "fo0"},
	{SYS_getdents64, "fpn"},
};

static long shaped(char letter, size_t *size)
{
	static const short requests[] = {PTRACE_SEIZE, PTRACE_INTERRUPT, PTRACE_LISTEN, 0x4200,
					 0x4201,       0x4202,		 0x4203,	0x4204,
					 0x4205,       0x4209,		 0x420a,	0x420b,
					 0x420e};
	switch (letter) {
	case '0':
	case '1':
		return letter - '0';
	case 'f':
		return below(24);
	case 'o':
		return below(16);
	case 'n':
		return number();
	case 'u':
		return (long)room(64);
	case 'v':
		return victim;
	case 'w':
		return own;
	case 'g':
		return below(65);
	case 'r':
		return below(2) ? (long)below(34) : requests[below(sizeof(requests) / 2)];
	case 'F':
		return below(14) | below(2) * FUTEX_PRIVATE_FLAG | !below(4) * FUTEX_CLOCK_REALTIME;
	case 'z':
		return below(8) ? *size : below(200);
	case 'P':
		return (long)file_name();
	case 'N':
		*size = sizeof(struct sockaddr_un);
		return (long)socket_name();
	case 'V':
		return (long)vector();
	case 'M':
		return (long)message();
	case 'E':
		return (long)event();
	case 'D':
		*size = sizeof(struct user_desc);
		return (long)segment();
	case 'S':
		return (long)scheduling();
	case 'C':
		*size = sizeof(struct clone_args);
		return (long)clone_struct();
	case 'T':
		return (long)short_time();
	default:
		return pointer();
	}
}

/* Fills @a; an argument that is no process may be wrong. Returns the number. */
static long shaped_call(long *a)
{
	const struct shape *s = &shapes[below(sizeof(shapes) / sizeof(*shapes))];
	size_t size = 32;

	for (int i = 0; s->args[i]; i++) {
		a[i] = shaped(s->args[i], &size);
		if (!strchr("vwg", s->args[i]) && !below(10))
			a[i] = argument();
	}
	return s->nr;
}

/* A process that does little, and ends with its parent. */
static void start_victim(void)
{
	victim = fork();
	if (victim)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int i = 0; i < 2000 && getppid() != 1; i++)
		sleep_ms(1);
	_exit(0);
}

/* ---- any call -------------------------------------------------------------------------------- */

static int ends_much(long nr)
{
	return nr == SYS_exit || nr == SYS_exit_group || nr == SYS_pause ||
	       nr == SYS_rt_sigsuspend || nr == SYS_rt_sigreturn || nr == SYS_munmap ||
	       nr == SYS_vfork;
}

static int takes_a_pid(long nr)
{
	return nr == SYS_kill || nr == SYS_tkill || nr == SYS_tgkill || nr == SYS_rt_sigqueueinfo ||
	       nr == SYS_rt_tgsigqueueinfo || nr == SYS_prlimit64 || nr == SYS_setpriority ||
	       nr == SYS_sched_setaffinity || nr == SYS_sched_setscheduler ||
	       nr == SYS_sched_setparam || nr == SYS_sched_setattr || nr == SYS_pidfd_open ||
	       nr == SYS_process_vm_writev;
}

static void one_call(void)
{
	long nr = below(LAST_CALL), a[6];
	int any = below(2);

	if (nr == SYS_reboot || nr == SYS_kexec_load || (ends_much(nr) && below(40)))
		return;
	if (!below(3))
		fill_buffer();
	for (int i = 0; i < 6; i++)
		a[i] = argument();
	if (!any)
		nr = shaped_call(a);
	else if (takes_a_pid(nr))
		a[0] = a[1] = own;
	else if (nr == SYS_ptrace)
		a[1] = own;
	state->last[0] = nr;
	for (int i = 0; i < 6; i++)
		state->last[i + 1] = a[i];
	syscall(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
	state->calls++;
	if (syscall(SYS_getpid) != own)
		_exit(0);
}

static void wakes(int sig) { (void)sig; }

/* A call that waits is interrupted, as long as the calls leave the timer and the handler alone. */
static void start_alarm(void)
{
	struct sigaction sa = {.sa_handler = wakes};
	struct itimerval tick = {{0, 10000}, {0, 10000}};

	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &tick, NULL);
}

static void worker(int user)
{
	struct rlimit limit = {.rlim_cur = 64, .rlim_max = 64};

	for (int i = 0; i < BUFFERS; i++) {
		buffer[i] = anon(2 * PAGE, PROT_READ | PROT_WRITE);
		munmap(buffer[i] + PAGE, PAGE);
	}
	read_only = anon(PAGE, PROT_READ);
	for (int fd = 0; fd < 3; fd++)
		OK(dup2(null, fd));
	setsid();
	own = getpid();
	setrlimit(RLIMIT_NPROC, &limit);
	limit.rlim_cur = limit.rlim_max = 64 << 20;
	setrlimit(RLIMIT_AS, &limit);
	limit.rlim_cur = limit.rlim_max = 1 << 20;
	setrlimit(RLIMIT_FSIZE, &limit);
	if (user)
		become_nobody();
	start_victim();
	start_alarm();
	while (state->left) {
		state->left--;
		one_call();
	}
	_exit(0);
}

/* Ends it when it waits for too long. */
static void watch(pid_t pid)
{
	unsigned long seen = ~0UL;

	for (int ms = 0; waitpid(pid, NULL, WNOHANG) != pid; ms += 5) {
		sleep_ms(5);
		if (ms % HANG_MS)
			continue;
		if (state->calls == seen) {
			kill(pid, SIGCONT);
			kill(pid, SIGKILL);
		}
		seen = state->calls;
	}
}

static void remove_all(void)
{
	OK(chdir("/tmp"));
	while (!umount("/tmp/fuzz") || !umount("/tmp/fuzz/dir"))
		;
	EQ(system("busybox rm -rf /tmp/fuzz"), 0);
}

int main(int argc, char **argv)
{
	unsigned long workers = 0;
	pid_t pid;

	CHECK(argc > 2);
	null = OK(open("/dev/null", O_RDWR | O_CLOEXEC));
	state = OK(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
	state->random = strtoul(argv[1], NULL, 0) * 0x9e3779b97f4a7c15 | 1;
	state->left = strtoul(argv[2], NULL, 0);
	OK(prctl(PR_SET_CHILD_SUBREAPER, 1));
	while (state->left) {
		OK(mkdir("/tmp/fuzz", 0777));
		OK(chmod("/tmp/fuzz", 0777));
		OK(chdir("/tmp/fuzz"));
		for (int i = 0; i < 200 && state->left; i++, workers++) {
			pid = fork();
			if (!pid)
				worker(argc > 3);
			CHECK(pid > 0);
			watch(pid);
			while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
				;
		}
		remove_all();
	}
	printf("seed %s: %lu calls returned in %lu processes\n", argv[1], state->calls, workers);
	return 0;
}
