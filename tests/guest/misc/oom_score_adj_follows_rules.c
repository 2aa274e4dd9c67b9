/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID/oom_score_adj: what is taken, who may lower it, what children and
 * programs inherit; and oom_adj, the same on the older scale.
 */
#include "check.h"
#include <sys/prctl.h>

static int put(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY), err;

	CHECK(fd >= 0);
	err = write(fd, text, strlen(text)) == (ssize_t)strlen(text) ? 0 : errno;
	close(fd);
	return err;
}

static const char *get(const char *file)
{
	static char text[32];
	int fd = open(file, O_RDONLY);
	ssize_t n = read(fd, text, sizeof(text) - 1);

	CHECK(n > 0);
	text[n] = '\0';
	close(fd);
	return text;
}

#define ADJ "/proc/self/oom_score_adj"
#define OLD "/proc/self/oom_adj"

int main(int argc, char **argv)
{
	int status;

	if (argc > 1) { /* after an exec */
		STREQ(get(ADJ), "-7\n");
		return 0;
	}
	STREQ(get(ADJ), "0\n");
	STREQ(get(OLD), "0\n");
	EQ(put(ADJ, "1000"), 0);
	STREQ(get(ADJ), "1000\n");
	STREQ(get(OLD), "15\n");
	EQ(put(ADJ, "1001"), EINVAL);
	EQ(put(ADJ, "-1001\n"), EINVAL);
	EQ(put(ADJ, "x"), EINVAL);
	EQ(put(ADJ, "5x"), EINVAL);
	EQ(put(ADJ, ""), EINVAL);
	EQ(put(ADJ, " 0x10\n"), 0);
	STREQ(get(ADJ), "16\n");
	EQ(put(ADJ, "-1000"), 0);
	STREQ(get(OLD), "-17\n");
	STREQ(get("/proc/self/oom_score"), "0\n");
	EQ(put(OLD, "16"), EINVAL);
	EQ(put(OLD, "-18"), EINVAL);
	EQ(put(OLD, "5"), 0);
	STREQ(get(ADJ), "294\n");
	STREQ(get(OLD), "4\n");
	EQ(put(OLD, "15"), 0);
	STREQ(get(ADJ), "1000\n");
	EQ(put(ADJ, "-7"), 0);
	if (!fork()) {
		STREQ(get(ADJ), "-7\n");
		execv("/proc/self/exe", (char *[]){argv[0], "again", NULL});
		_exit(1);
	}
	CHECK(wait(&status) > 0);
	EQ(status, 0);
	/* A user may raise it, and go back to what was last set with CAP_SYS_RESOURCE. */
	EQ(setgroups(0, NULL), 0);
	EQ(setresgid(NOBODY, NOBODY, NOBODY), 0);
	EQ(setresuid(NOBODY, NOBODY, NOBODY), 0);
	prctl(PR_SET_DUMPABLE, 1);
	EQ(put(ADJ, "300"), 0);
	EQ(put(ADJ, "-8"), EACCES);
	EQ(put(ADJ, "-7"), 0);
	EQ(put(OLD, "-1"), EACCES);
	STREQ(get(ADJ), "-7\n");
	return 0;
}
