/* flags: -static */
/* SPDX-License-Identifier: MIT */
/*
 * Twin programs of processes: fork, clone flags, waits of all kinds, groups, sessions, signals and
 * their masks, stops, orphans.
 */
#include "twin.h"
#include "tasks_shown.h"

/* In the order of enum act. */
static const char *const act_names[] = {
	"FORK", "CLONE",  "EXIT", "KILL",    "MASK",  "ACTION",	  "SETPGID", "SETSID",
	"WAIT", "WAITID", "IDS",  "PENDING", "QUEUE", "DEATHSIG", "REAPER",  "TIMEDWAIT",
};

static int some_signal(void)
{
	static const int often[] = {SIGTERM, SIGUSR1, SIGUSR1, SIGUSR2, SIGSTOP, SIGSTOP, SIGCONT,
				    SIGCONT, SIGCONT, SIGTSTP, SIGTTIN, SIGKILL, SIGHUP,  SIGCHLD,
				    SIGALRM, 34,      35,      0,	SIGURG,	 SIGWINCH};

	return one_in(30) ? (int)below(70) : PICK(often);
}

static long some_process(void) { return P(below(shared->count)); }

/* Not the first one, nor its group. */
static long some_target(void)
{
	int i = shared->count > 1 ? 1 + below(shared->count - 1) : 0;
	pid_t group;

	if (!i)
		return 1 << 29;
	group = getpgid(shared->pid[i]);
	if (one_in(4) && group > 0 && group != getpgid(0))
		for (int leader = 0; leader < shared->count; leader++)
			if (shared->pid[leader] == group)
				return -P(leader);
	return P(i);
}

static uint64_t some_mask(void)
{
	uint64_t mask = 0;

	for (int n = below(4); n; n--)
		mask |= 1UL << (some_signal() & 63) >> 1;
	return mask;
}

static long some_waited(void)
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
	long *a = c->arg, one = some_process(), other = some_process();

	memset(c, 0, sizeof(*c));
	c->act = one_in(3) ? KILL : one_in(4) ? WAIT : one_in(5) ? FORK : (enum act)below(ACTS);
	if ((c->act == FORK || c->act == CLONE) && shared->count == PROCESSES)
		c->act = WAITID;
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
		a[2] = c->act == QUEUE ? below(100) : 0;
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
		a[0] = one_in(3) ? 0 : one;
		a[1] = one_in(3) ? 0 : other;
		break;
	case IDS:
		a[0] = one;
		break;
	case WAIT:
		a[0] = some_waited();
		a[1] = WNOHANG | (one_in(2) ? WUNTRACED : 0) | (one_in(2) ? WCONTINUED : 0) |
		       (one_in(6) ? __WALL : 0) | (one_in(9) ? __WCLONE : 0);
		break;
	case WAITID:
		a[0] = one_in(20) ? 4 : below(3);
		a[1] = other;
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

/* An argument of does(). */
static const char *text_of(long arg)
{
	static char text[4][24];
	static int next;
	char *t = text[next++ & 3];
	long i = labs(arg) - P(0);

	if (i >= 0 && i < PROCESSES)
		sprintf(t, "%sP(%ld)", arg < 0 ? "-" : "", i);
	else
		sprintf(t, labs(arg) < 1000 ? "%ld" : "%#lx", arg);
	return t;
}

static void begin(void)
{
	start_tasks();
	say("start_tasks();\n");
}

static void step(void)
{
	int actor = below(shared->count);
	struct command c;
	char function[40];

	some_command(&c);
	/* The first process must not end. */
	if (actor && !is_asleep(actor))
		actor = 0;
	if (!actor && (c.act == EXIT || c.act == REAPER || c.act == DEATHSIG || c.act == CLONE))
		c = (struct command){.act = PENDING};
	say("STREQ(does(%d, %s, %s, %s, %s), ", actor, act_names[c.act], text_of(c.arg[0]),
	    text_of(c.arg[1]), text_of(c.arg[2]));
	say("\"%s\");\n", does(actor, c.act, c.arg[0], c.arg[1], c.arg[2]));
	say_text("all_processes()", all_processes());
	for (int i = 0; i < shared->count; i++)
		if (one_in(5)) {
			sprintf(function, "signals_of(%d)", i);
			say_text(function, signals_of(i));
		}
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
