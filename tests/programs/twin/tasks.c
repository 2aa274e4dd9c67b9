/* flags: -static */
/* SPDX-License-Identifier: MIT */
/*
 * Twin programs of processes: fork, clone flags, waits of all kinds, groups, sessions, signals and
 * their masks, stops, orphans. The first process directs the others: it writes one command to one
 * of them and waits until all are asleep, stopped or dead. So the order is the same on both
 * kernels. No pid is shown, only the number of the process; 0 is the first one.
 */
#include "twin.h"
#include <sched.h>
#include <sys/prctl.h>

#define PROCESSES 7

enum act {
	FORK,
	CLONE,
	EXIT,
	KILL,
	MASK,
	ACTION,
	SETPGID,
	SETSID,
	WAIT,
	WAITID,
	IDS,
	PENDING,
	QUEUE,
	DEATHSIG,
	REAPER,
	TIMEDWAIT,
	ACTS
};

/* Shared by all processes. */
static struct theatre {
	pid_t pid[PROCESSES];
	int count, done;
	struct command {
		enum act act;
		long arg[4];
	} command;
	char heard[PROCESSES][256]; /* signals that handlers have got */
} * shared;

static int me;
static int pipes[PROCESSES][2];

/* "3" for the process with that number, "-3" for its group. */
static const char *number_of(pid_t pid)
{
	static char text[8][16];
	static int next;
	char *t = text[next++ & 7];

	strcpy(t, pid == getpgid(getppid()) ? "outside" : "none");
	if (!pid || pid == -1)
		sprintf(t, pid ? "any" : "0000");
	for (int i = 0; i < shared->count; i++)
		if (pid == shared->pid[i] || pid == -shared->pid[i])
			sprintf(t, "%s%d", pid < 0 ? "-" : "", i);
	return t;
}

static void handler(int sig, siginfo_t *info, void *context)
{
	char *log = shared->heard[me];

	(void)context;
	/* Two children that die at the same time may send one SIGCHLD or two. */
	if (sig != SIGCHLD && strlen(log) < 200)
		sprintf(log + strlen(log), " %d(%d from %s value %d)", sig, info->si_code,
			number_of(info->si_pid), info->si_code == SI_QUEUE ? info->si_int : 0);
}

static void play(void);

static const char *outcome(long r)
{
	static char text[24];

	sprintf(text, "%ld", r == -1 ? -(long)errno : r);
	return text;
}

static void start(int number, int flags)
{
	pid_t pid = flags == SIGCHLD ? fork() : syscall(SYS_clone, flags, 0, 0, 0, 0);

	if (!pid) {
		me = number;
		play();
	}
	if (pid > 0) {
		shared->pid[number] = pid;
		shared->count = number + 1;
	}
	say("clone(%#x) = %s\n", flags, pid < 0 ? outcome(-1) : "a process");
}

static void do_wait(long which, int flags)
{
	int status = 0;
	pid_t pid = waitpid(which, &status, flags);

	say("waitpid(%s, %#x) = ", number_of(which), flags);
	say("%s status %#x\n", pid > 0 ? number_of(pid) : outcome(pid), status);
}

static void do_waitid(int type, pid_t which, int flags)
{
	siginfo_t info = {0};
	int r = waitid(type, which, &info, flags);

	say("waitid(%d, %s, %#x) = %s", type, number_of(which), flags, outcome(r));
	say(" %s code %d status %d\n", info.si_pid ? number_of(info.si_pid) : "nobody",
	    info.si_code, info.si_status);
}

static void do_mask(int how, uint64_t mask)
{
	uint64_t old = 0;
	int r = syscall(SYS_rt_sigprocmask, how, &mask, &old, 8);

	say("sigprocmask(%d, %#lx) = %s", how, (long)mask, outcome(r));
	say(" old %#lx\n", (long)old);
}

/*
 * No signal comes before the result is said: a child that ends at once may send its parent one that
 * kills.
 */
static void say_sent(pid_t pid, int sig, const union sigval *value)
{
	uint64_t all = ~0UL, old = 0;

	say("%s(%s, %d)", value ? "sigqueue" : "kill", number_of(pid), sig);
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &old, 8);
	say(" = %s\n", outcome(value ? sigqueue(pid, sig, *value) : kill(pid, sig)));
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &old, NULL, 8);
}

static void do_action(int sig, int kind, int flags)
{
	struct sigaction sa = {.sa_flags = flags | (kind == 2 ? SA_SIGINFO : 0)}, old = {0};
	int r;

	if (kind == 2)
		sa.sa_sigaction = handler;
	else
		sa.sa_handler = kind ? SIG_IGN : SIG_DFL;
	r = sigaction(sig, &sa, &old);
	say("sigaction(%d, %d, %#x) = %s", sig, kind, flags, outcome(r));
	say(" old flags %#x\n", old.sa_flags & ~0x4000000);
}

static void do_timedwait(uint64_t mask)
{
	struct timespec zero = {0, 0};
	siginfo_t info = {0};
	int r = syscall(SYS_rt_sigtimedwait, &mask, &info, &zero, 8);

	say("sigtimedwait(%#lx) = %s code %d\n", (long)mask, outcome(r), info.si_code);
}

/* One command, in the process that has got it. */
static void act(const struct command *c)
{
	const long *a = c->arg;
	uint64_t pending = 0;
	union sigval value = {.sival_int = a[2]};

	say("process %d: ", me);
	switch (c->act) {
	case FORK:
		start(shared->count, SIGCHLD);
		break;
	case CLONE:
		start(shared->count, a[0]);
		break;
	case EXIT:
		say("exit(%ld)\n", a[0]);
		_exit(a[0]);
	case KILL:
		say_sent(a[0], a[1], NULL);
		break;
	case QUEUE:
		say_sent(a[0], a[1], &value);
		break;
	case MASK:
		do_mask(a[0], a[1]);
		break;
	case ACTION:
		do_action(a[0], a[1], a[2]);
		break;
	case SETPGID:
		say("setpgid(%s, %s)", number_of(a[0]), number_of(a[1]));
		say(" = %s\n", outcome(setpgid(a[0], a[1])));
		break;
	case SETSID:
		say("setsid() = %s\n", setsid() < 0 ? outcome(-1) : "a session");
		break;
	case WAIT:
		do_wait(a[0], a[1]);
		break;
	case WAITID:
		do_waitid(a[0], a[1], a[2]);
		break;
	case IDS:
		say("getpgid(%s) = %s", number_of(a[0]), number_of(getpgid(a[0])));
		say(" getsid %s getppid %s\n", number_of(getsid(a[0])), number_of(getppid()));
		break;
	case PENDING:
		syscall(SYS_rt_sigpending, &pending, 8);
		say("sigpending %#lx\n", (long)pending);
		break;
	case DEATHSIG:
		say("PR_SET_PDEATHSIG(%ld) = %s\n", a[0], outcome(prctl(PR_SET_PDEATHSIG, a[0])));
		break;
	case REAPER:
		say("PR_SET_CHILD_SUBREAPER(%ld) = %s\n", a[0],
		    outcome(prctl(PR_SET_CHILD_SUBREAPER, a[0])));
		break;
	default:
		do_timedwait(a[0]);
	}
}

/* What all but the first process do. */
static void play(void)
{
	char c;

	for (;;) {
		if (read(pipes[me][0], &c, 1) != 1)
			continue;
		act(&shared->command);
		shared->done = 1;
	}
}

/* ---- the first process ------------------------------------------------------ */

struct state {
	char letter;
	int ppid, pgrp, session;
};

static struct state state_of(int i)
{
	struct state s = {.letter = '-'};
	char name[40], text[512] = "";
	int fd;

	sprintf(name, "/proc/%d/stat", shared->pid[i]);
	fd = open(name, O_RDONLY);
	if (fd < 0)
		return s;
	if (read(fd, text, sizeof(text) - 1) > 0 && strrchr(text, ')'))
		sscanf(strrchr(text, ')') + 1, " %c %d %d %d", &s.letter, &s.ppid, &s.pgrp,
		       &s.session);
	close(fd);
	return s;
}

static int is_asleep(int i) { return state_of(i).letter == 'S'; }

/* Until @actor is done or can do no more, and nobody runs. */
static void settle(int actor)
{
	for (int quiet = 0; quiet < 2;) {
		sched_yield();
		quiet++;
		for (int i = 1; i < shared->count; i++) {
			char letter = state_of(i).letter;

			if (letter == 'R' || letter == 'D' ||
			    (i == actor && letter == 'S' && !shared->done))
				quiet = 0;
		}
	}
}

static void direct(int actor)
{
	shared->done = 0;
	if (!actor) {
		act(&shared->command);
		shared->done = 1;
	} else if (write(pipes[actor][1], "", 1) != 1) {
		_exit(98);
	}
	settle(actor);
}

static int some_signal(void)
{
	static const int often[] = {SIGTERM, SIGUSR1, SIGUSR1, SIGUSR2, SIGSTOP, SIGSTOP, SIGCONT,
				    SIGCONT, SIGCONT, SIGTSTP, SIGTTIN, SIGKILL, SIGHUP,  SIGCHLD,
				    SIGALRM, 34,      35,      0,	SIGURG,	 SIGWINCH};

	return one_in(30) ? (int)below(70) : PICK(often);
}

static pid_t some_process(void) { return shared->pid[below(shared->count)]; }

/* Not the first one, nor its group. */
static pid_t some_target(void)
{
	int i = shared->count > 1 ? 1 + below(shared->count - 1) : 0;
	pid_t group;

	if (!i)
		return 1 << 29;
	group = getpgid(shared->pid[i]);
	if (one_in(4) && group > 0 && group != getpgid(0))
		return -group;
	return shared->pid[i];
}

static uint64_t some_mask(void)
{
	uint64_t mask = 0;

	for (int n = below(4); n; n--)
		mask |= 1UL << (some_signal() & 63) >> 1;
	return mask;
}

static pid_t some_waited(void)
{
	switch (below(4)) {
	case 0:
		return 0;
	case 1:
		return some_process();
	case 2:
		return -some_process();
	default:
		return -1;
	}
}

static void some_command(struct command *c)
{
	static const int flags[] = {SIGCHLD,	  SIGCHLD | CLONE_PARENT,  0,
				    SIGUSR1,	  CLONE_FILES | SIGCHLD,   CLONE_FS | SIGUSR2,
				    CLONE_PARENT, CLONE_SIGHAND | SIGCHLD, CLONE_THREAD | SIGCHLD};
	static const int action_flags[] = {
		0, SA_RESTART, SA_NODEFER, SA_RESETHAND, SA_NOCLDWAIT, SA_NOCLDSTOP};
	long *a = c->arg;

	memset(c, 0, sizeof(*c));
	c->act = one_in(3) ? KILL : one_in(4) ? WAIT : one_in(5) ? FORK : (enum act)below(ACTS);
	if ((c->act == FORK || c->act == CLONE) && shared->count == PROCESSES)
		c->act = WAITID;
	a[0] = some_process();
	a[1] = some_process();
	switch (c->act) {
	case CLONE:
		a[0] = PICK(flags);
		break;
	case EXIT:
		a[0] = below(300);
		break;
	case KILL:
	case QUEUE:
		a[0] = some_target();
		a[1] = some_signal();
		a[2] = below(100);
		break;
	case MASK:
		a[0] = one_in(20) ? 3 : below(3);
		a[1] = some_mask();
		break;
	case ACTION:
		a[0] = some_signal();
		a[1] = below(3);
		a[2] = PICK(action_flags);
		break;
	case SETPGID:
		a[0] = one_in(3) ? 0 : a[0];
		a[1] = one_in(3) ? 0 : a[1];
		break;
	case WAIT:
		a[0] = some_waited();
		a[1] = WNOHANG | (one_in(2) ? WUNTRACED : 0) | (one_in(2) ? WCONTINUED : 0) |
		       (one_in(6) ? __WALL : 0) | (one_in(9) ? __WCLONE : 0);
		break;
	case WAITID:
		a[0] = one_in(20) ? 4 : below(3);
		a[2] = WNOHANG | (one_in(4) ? 0 : WEXITED) | (one_in(2) ? WSTOPPED : 0) |
		       (one_in(2) ? WCONTINUED : 0) | (one_in(2) ? WNOWAIT : 0);
		break;
	case DEATHSIG:
		a[0] = one_in(3) ? SIGUSR1 : some_signal();
		break;
	case REAPER:
		a[0] = below(2);
		break;
	case TIMEDWAIT:
		a[0] = some_mask();
		break;
	default:
		break;
	}
}

/* The lines of status about signals. */
static void show_signals(int i)
{
	static const char *const names[] = {"SigPnd", "ShdPnd", "SigBlk", "SigIgn", "SigCgt"};
	char name[40];

	sprintf(name, "/proc/%d/status", shared->pid[i]);
	for (int n = 0; n < LENGTH(names); n++) {
		static char text[4096];
		int fd = open(name, O_RDONLY);
		char *line;

		memset(text, 0, sizeof(text));
		if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
			break;
		close(fd);
		line = strstr(text, names[n]);
		if (line)
			say(" %.24s", line + 7);
	}
	say("\n");
}

static void show(void)
{
	for (int i = 0; i < shared->count; i++) {
		struct state s = state_of(i);

		say("  %d: %c parent %s group %s session %s%s\n", i, i ? s.letter : 'S',
		    i ? number_of(s.ppid) : "", number_of(s.pgrp), number_of(s.session),
		    shared->heard[i]);
		shared->heard[i][0] = 0;
		if (one_in(5) && s.letter != '-')
			show_signals(i);
	}
}

static void begin(void)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	shared->pid[0] = getpid();
	shared->count = 1;
	setsid();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	for (int i = 0; i < PROCESSES; i++)
		if (pipe(pipes[i]))
			_exit(97);
	for (int i = 0; i < 3; i++)
		start(shared->count, SIGCHLD);
	settle(0);
}

static void step(void)
{
	int actor = below(shared->count);

	some_command(&shared->command);
	/* The first process must not end. */
	if (actor && !is_asleep(actor))
		actor = 0;
	if (!actor && (shared->command.act == EXIT || shared->command.act == REAPER ||
		       shared->command.act == DEATHSIG || shared->command.act == CLONE))
		shared->command.act = PENDING;
	direct(actor);
	show();
}

/* SIGHUP would come sooner or later when the deaths make a group an orphan. */
static void finish(void)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	for (int i = 1; i < shared->count; i++)
		if (shared->pid[i] > 0)
			kill(shared->pid[i], SIGKILL);
	while (waitpid(-1, NULL, __WALL) > 0)
		;
}
