/* SPDX-License-Identifier: MIT */
/*
 * Up to seven processes, of which one acts at a time. The first process directs the others: it
 * writes one command to one of them and waits until all are asleep, stopped or dead. So the order
 * is the same on both kernels. No pid is shown, only the number of the process; 0 is the first one.
 */
#ifndef TASKS_SHOWN_H
#define TASKS_SHOWN_H

#include "steps.h"
#include <sched.h>
#include <stdarg.h>
#include <sys/prctl.h>

#define PROCESSES 7

/* Process @i as an argument of does(). */
#define P(i) (7000000000L + (i))

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
		long arg[3];
	} command;
	char outcome[512];	    /* of the command */
	char heard[PROCESSES][256]; /* signals that handlers have got since then */
} * shared;

static int me;
static int pipes[PROCESSES][2];

__attribute__((format(printf, 1, 2))) static inline void note(const char *format, ...)
{
	size_t len = strlen(shared->outcome);
	va_list ap;

	va_start(ap, format);
	vsnprintf(shared->outcome + len, sizeof(shared->outcome) - len, format, ap);
	va_end(ap);
}

/* The pid for P(i), - the pid for -P(i); any other number stays. */
static inline long pid_of(long arg)
{
	long i = labs(arg) - P(0);

	return i < 0 || i >= shared->count ? arg : arg < 0 ? -shared->pid[i] : shared->pid[i];
}

/* "3" for the process with that number, "-3" for its group. */
static inline const char *number_of(pid_t pid)
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

static inline void handler(int sig, siginfo_t *info, void *context)
{
	char *log = shared->heard[me];

	(void)context;
	/* Two children that die at the same time may send one SIGCHLD or two. */
	if (sig != SIGCHLD && strlen(log) < 200)
		sprintf(log + strlen(log), " %d(%d from %s value %d)", sig, info->si_code,
			number_of(info->si_pid), info->si_code == SI_QUEUE ? info->si_int : 0);
}

static inline void play(void);

static inline const char *outcome(long r)
{
	static char text[24];

	sprintf(text, "%ld", r == -1 ? -(long)errno : r);
	return text;
}

static inline void start(int number, int flags)
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
	note("clone(%#x) = %s", flags, pid < 0 ? outcome(-1) : "a process");
}

static inline void do_wait(long which, int flags)
{
	int status = 0;
	pid_t pid = waitpid(which, &status, flags);

	note("waitpid(%s, %#x) = ", number_of(which), flags);
	note("%s status %#x", pid > 0 ? number_of(pid) : outcome(pid), status);
}

static inline void do_waitid(int type, pid_t which, int flags)
{
	siginfo_t info = {0};
	int r = waitid(type, which, &info, flags);

	note("waitid(%d, %s, %#x) = %s", type, number_of(which), flags, outcome(r));
	note(" %s code %d status %d", info.si_pid ? number_of(info.si_pid) : "nobody", info.si_code,
	     info.si_status);
}

static inline void do_mask(int how, uint64_t mask)
{
	uint64_t old = 0;
	int r = syscall(SYS_rt_sigprocmask, how, &mask, &old, 8);

	note("sigprocmask(%d, %#lx) = %s", how, (long)mask, outcome(r));
	note(" old %#lx", (long)old);
}

/*
 * No signal comes before the result is said: a child that ends at once may send its parent one that
 * kills.
 */
static inline void say_sent(pid_t pid, int sig, const union sigval *value)
{
	uint64_t all = ~0UL, old = 0;

	note("%s(%s, %d)", value ? "sigqueue" : "kill", number_of(pid), sig);
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &old, 8);
	note(" = %s", outcome(value ? sigqueue(pid, sig, *value) : kill(pid, sig)));
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &old, NULL, 8);
}

static inline void do_action(int sig, int kind, int flags)
{
	struct sigaction sa = {.sa_flags = flags | (kind == 2 ? SA_SIGINFO : 0)}, old = {0};
	int r;

	if (kind == 2)
		sa.sa_sigaction = handler;
	else
		sa.sa_handler = kind ? SIG_IGN : SIG_DFL;
	r = sigaction(sig, &sa, &old);
	note("sigaction(%d, %d, %#x) = %s", sig, kind, flags, outcome(r));
	note(" old flags %#x", old.sa_flags & ~0x4000000);
}

static inline void do_timedwait(uint64_t mask)
{
	struct timespec zero = {0, 0};
	siginfo_t info = {0};
	int r = syscall(SYS_rt_sigtimedwait, &mask, &info, &zero, 8);

	note("sigtimedwait(%#lx) = %s code %d", (long)mask, outcome(r), info.si_code);
}

/* One command, in the process that has got it. */
static inline void act(const struct command *c)
{
	const long a[] = {pid_of(c->arg[0]), pid_of(c->arg[1]), c->arg[2]};
	uint64_t pending = 0;
	union sigval value = {.sival_int = a[2]};

	switch (c->act) {
	case FORK:
		start(shared->count, SIGCHLD);
		break;
	case CLONE:
		start(shared->count, a[0]);
		break;
	case EXIT:
		note("exit(%ld)", a[0]);
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
		note("setpgid(%s, %s)", number_of(a[0]), number_of(a[1]));
		note(" = %s", outcome(setpgid(a[0], a[1])));
		break;
	case SETSID:
		note("setsid() = %s", setsid() < 0 ? outcome(-1) : "a session");
		break;
	case WAIT:
		do_wait(a[0], a[1]);
		break;
	case WAITID:
		do_waitid(a[0], a[1], a[2]);
		break;
	case IDS:
		note("getpgid(%s) = %s", number_of(a[0]), number_of(getpgid(a[0])));
		note(" getsid %s getppid %s", number_of(getsid(a[0])), number_of(getppid()));
		break;
	case PENDING:
		syscall(SYS_rt_sigpending, &pending, 8);
		note("sigpending %#lx", (long)pending);
		break;
	case DEATHSIG:
		note("PR_SET_PDEATHSIG(%ld) = %s", a[0], outcome(prctl(PR_SET_PDEATHSIG, a[0])));
		break;
	case REAPER:
		note("PR_SET_CHILD_SUBREAPER(%ld) = %s", a[0],
		     outcome(prctl(PR_SET_CHILD_SUBREAPER, a[0])));
		break;
	default:
		do_timedwait(a[0]);
	}
}

/* What all but the first process do. */
static inline void play(void)
{
	ssize_t n;
	char c;

	for (int i = 0; i < PROCESSES; i++)
		close(pipes[i][1]);
	while ((n = read(pipes[me][0], &c, 1))) {
		if (n < 0)
			continue;
		act(&shared->command);
		shared->done = 1;
	}
	_exit(0); /* the first process has ended */
}

struct task_state {
	char letter;
	int ppid, pgrp, session;
};

/* Its file stays open: the first process looks at all of them after each step. */
static inline struct task_state task_of(int i)
{
	static int stat_of[PROCESSES];
	struct task_state s = {.letter = '-'};
	char name[40], text[512] = "";

	if (!stat_of[i]) {
		sprintf(name, "/proc/%d/stat", shared->pid[i]);
		stat_of[i] = open(name, O_RDONLY);
	}
	if (pread(stat_of[i], text, sizeof(text) - 1, 0) > 0 && strrchr(text, ')'))
		sscanf(strrchr(text, ')') + 1, " %c %d %d %d", &s.letter, &s.ppid, &s.pgrp,
		       &s.session);
	return s;
}

static inline int is_asleep(int i) { return task_of(i).letter == 'S'; }

/* Until @actor is done or can do no more, and nobody runs. */
static inline void settle(int actor)
{
	for (int quiet = 0; quiet < 2;) {
		sched_yield();
		quiet++;
		for (int i = 1; i < shared->count; i++) {
			char letter = task_of(i).letter;

			if (letter == 'R' || letter == 'D' ||
			    (i == actor && letter == 'S' && !shared->done))
				quiet = 0;
		}
	}
}

/* What comes of it if process @actor does this. */
static inline const char *does(int actor, enum act what, long a, long b, long c)
{
	shared->command = (struct command){what, {a, b, c}};
	memset(shared->outcome, 0, sizeof(shared->outcome));
	memset(shared->heard, 0, sizeof(shared->heard));
	shared->done = 0;
	if (!actor) {
		act(&shared->command);
		shared->done = 1;
	} else if (write(pipes[actor][1], "", 1) != 1) {
		_exit(98);
	}
	settle(actor);
	return shared->outcome;
}

/*
 * The lines of a process's status about signals. One that kills stays pending in a process that
 * slept, and not in one that was about to sleep, so what is pending for the dead is left out.
 */
static inline const char *signals_of(int i)
{
	static const char *const names[] = {"SigPnd", "ShdPnd", "SigBlk", "SigIgn", "SigCgt"};
	static char text[sizeof(names) * 30];
	char name[40], *end = text, *line, *status;
	int dead = task_of(i).letter == 'Z';

	*end = 0;
	sprintf(name, "/proc/%d/status", shared->pid[i]);
	status = proc_text(name);
	for (size_t n = dead ? 2 : 0; n < sizeof(names) / sizeof(names[0]); n++) {
		line = strstr(status, names[n]);
		if (line)
			end += sprintf(end, "%.6s %.16s\n", line, line + 8);
	}
	return text;
}

/* Of each process: its state, its parent, group and session, the signals that its handlers got. */
static inline const char *all_processes(void)
{
	static char text[PROCESSES * 400];
	char *end = text;

	for (int i = 0; i < shared->count; i++) {
		struct task_state s = task_of(i);

		end += sprintf(end, "%d: %c parent %s group %s session %s%s\n", i,
			       i ? s.letter : 'S', i ? number_of(s.ppid) : "", number_of(s.pgrp),
			       number_of(s.session), shared->heard[i]);
	}
	return text;
}

/* The first process and three children. */
static inline void start_tasks(void)
{
	shared = OK(mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			 -1, 0));
	shared->pid[0] = getpid();
	shared->count = 1;
	setsid();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	for (int i = 0; i < PROCESSES; i++)
		OK(pipe(pipes[i]));
	for (int i = 0; i < 3; i++)
		start(shared->count, SIGCHLD);
	settle(0);
}

#endif
