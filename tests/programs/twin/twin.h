/* SPDX-License-Identifier: MIT */
/*
 * Twin programs: the frame that the families share. A family has steps; step N of the program with
 * seed S is the same on both kernels, and says what it did and what came of it, as statements of C.
 * tools/twin.py compares what both kernels said. A line that begins with # is only compared.
 *
 * The commands come from standard input, one a line:
 *   run FIRST COUNT   "@ HASH HASH ...", one hash for each program
 *   text SEED MASK    what the program says, then "@ HASH"; step N is left out if MASK[N] is 0
 *   quit
 * The random numbers of a step depend on the seed and on the step's number alone, so that a step
 * stays the same when others are left out.
 */
#ifndef TWIN_H
#define TWIN_H

#include "steps.h"
#include <stdarg.h>
#include <termios.h>

#define MAX_STEPS 64

/* A family may have shorter programs. */
#ifndef STEPS
#define STEPS (16 + below(MAX_STEPS - 16))
#endif

/* What the program says: shared, so that it outlives the process. */
static struct transcript {
	size_t len;
	char text[(1 << 20) - sizeof(size_t)];
} * said;

static uint64_t random_state;
static int step_now, step_end; /* the loop of run_steps */
static char step_mask[MAX_STEPS + 1];

/* A family defines these. */
static void begin(void);
static void step(void);
static void finish(void);

__attribute__((format(printf, 1, 2))) static inline void say(const char *format, ...)
{
	size_t room = sizeof(said->text) - said->len;
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(said->text + said->len, room, format, ap);
	va_end(ap);
	said->len += (size_t)n < room ? (size_t)n : 0;
}

/* splitmix64 */
static inline uint64_t random64(void)
{
	uint64_t z = (random_state += 0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

/* 0 .. n - 1 */
static inline unsigned long below(unsigned long n) { return random64() % n; }

/* True once in @n times. */
static inline int one_in(unsigned long n) { return !below(n); }

#define LENGTH(array) ((int)(sizeof(array) / sizeof((array)[0])))
#define PICK(array)   ((array)[below(LENGTH(array))])

/* What a function of the family's header returned: text of several lines. */
static inline void say_text(const char *function, const char *text)
{
	say("STREQ(%s,\n      \"", function);
	while (*text) {
		size_t n = strcspn(text, "\n\"\\");

		say("%.*s", (int)n, text);
		text += n;
		if (*text == '\n')
			say("\\n%s", text[1] ? "\"\n      \"" : "");
		else if (*text)
			say("\\%c", *text);
		text += !!*text;
	}
	say("\");\n");
}

/* A call of the C library, and what it returned. */
#define STEP(call, format, ...) \
	do { \
		long r_ = (call); \
		if (r_ == -1) \
			say("ERR(" format ", %s);\n", __VA_ARGS__, strerrorname_np(errno)); \
		else \
			say("EQ(" format ", %ld);\n", __VA_ARGS__, r_); \
	} while (0)

/* A system call, and what it returned: -errno for an error. */
static inline long say_call(const char *name, long nr, int count, const long *a)
{
	long result = syscall(nr, a[0], a[1], a[2], a[3], a[4], a[5]);

	if (result == -1)
		result = -errno;
	say("EQ(call(SYS_%s", name);
	for (int i = 0; i < count; i++)
		say(a[i] > -4096 && a[i] < 10 ? ", %ld" : ", %#lx", a[i]);
	if (result < 0)
		say("), -%s);\n", strerrorname_np(-result));
	else
		say(result < 10 ? "), %ld);\n" : "), %#lx);\n", result);
	return result;
}

#define ARGS_(...)	((const long[6]){__VA_ARGS__})
#define COUNT_(...)	((int)(sizeof((const long[]){__VA_ARGS__}) / sizeof(long)))
#define CALL(name, ...) say_call(#name, __NR_##name, COUNT_(__VA_ARGS__), ARGS_(__VA_ARGS__))

/* A child runs the next @count steps; the parent goes on after them. */
static inline void say_fork(int count)
{
	int status = 0, end = step_now + 1 + count;
	pid_t pid = fork();

	if (!pid) {
		say("if (!(pid = fork())) {\n");
		if (end < step_end)
			step_end = end;
		return;
	}
	waitpid(pid, &status, 0);
	say("_exit(0);\n}\nEQ(status_of(pid), %#x);\n", status);
	step_now += count;
}

static inline void run_steps(uint64_t seed)
{
	random_state = seed * 0x2545f4914f6cdd1d;
	random64();
	step_end = STEPS;
	begin();
	for (step_now = 0; step_now < step_end; step_now++) {
		if (step_mask[step_now] == '0')
			continue;
		random_state = (seed << 8) + step_now;
		random_state = random64();
		say("# step %d\n", step_now);
		step();
	}
	finish();
	_exit(0);
}

static inline uint32_t run_program(uint64_t seed)
{
	uint32_t hash = 2166136261;
	int status = 0;
	pid_t pid;

	said->len = 0;
	pid = fork();
	if (!pid) {
		alarm(20);
		run_steps(seed);
	}
	waitpid(pid, &status, 0);
	say("# status %#x\n", status);
	for (size_t i = 0; i < said->len; i++)
		hash = (hash ^ (unsigned char)said->text[i]) * 16777619;
	return hash;
}

static inline void put(const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(1, text, len);

		if (n <= 0)
			_exit(1);
		text += n;
		len -= n;
	}
}

static inline int read_line(char *line, size_t size)
{
	for (size_t n = 0; n < size - 1; n++) {
		if (read(0, line + n, 1) != 1)
			return 0;
		if (line[n] == '\n') {
			line[n] = 0;
			return 1;
		}
	}
	return 0;
}

static inline void command(const char *line)
{
	char word[16], mask[MAX_STEPS + 1] = "";
	unsigned long first = 0, count = 0;
	uint32_t hash;

	step_mask[0] = 0;
	if (sscanf(line, "run %lu %lu", &first, &count) == 2) {
		put("@", 1);
		for (; count; count--, first++)
			put(word, sprintf(word, " %08x", run_program(first)));
		put("\n", 1);
	} else if (sscanf(line, "text %lu %64s", &first, mask) >= 1) {
		memset(step_mask, '1', sizeof(step_mask));
		memcpy(step_mask, mask, strlen(mask));
		hash = run_program(first);
		put(said->text, said->len);
		put(word, sprintf(word, "@ %08x\n", hash));
	}
}

int main(void)
{
	static char line[256];
	struct termios t;

	if (!tcgetattr(0, &t)) {
		t.c_lflag &= ~(ECHO | ISIG);
		tcsetattr(0, TCSANOW, &t);
	}
	said = mmap((void *)0x200000000000, sizeof(*said), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED | MAP_POPULATE, -1, 0);
	put("@ready\n", 7);
	while (read_line(line, sizeof(line)) && strcmp(line, "quit"))
		command(line);
	put("@bye\n", 5);
	return 0;
}

#endif
