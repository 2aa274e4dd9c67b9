/* uname() of personalities for old programs; I/O priorities are kept; drop_caches takes 1 to 4. */
#include "check.h"
#include <linux/ioprio.h>
#include <sys/personality.h>
#include <sys/utsname.h>

static void old_machine(void)
{
	struct utsname u;

	OK(personality(PER_LINUX32));
	OK(uname(&u));
	STREQ(u.machine, "i686");
	OK(personality(UNAME26));
	OK(uname(&u));
	STREQ(u.machine, "x86_64");
	u.release[6] = '\0';
	STREQ(u.release, "2.6.61");
}

static void io_priority(void)
{
	int idle = IOPRIO_PRIO_VALUE(IOPRIO_CLASS_IDLE, 0), rt = IOPRIO_PRIO_VALUE(1, 4);

	EQ(syscall(SYS_ioprio_get, IOPRIO_WHO_PROCESS, 0), 0);
	OK(syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, rt));
	EQ(syscall(SYS_ioprio_get, IOPRIO_WHO_PROCESS, getpid()), rt);
	ERR(syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, 3), EINVAL);
	ERR(syscall(SYS_ioprio_get, IOPRIO_WHO_PROCESS, 99999), ESRCH);
	ERR(syscall(SYS_ioprio_get, 9, 0), EINVAL);
	become_nobody();
	OK(syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, idle));
	EQ(syscall(SYS_ioprio_get, IOPRIO_WHO_PROCESS, 0), idle);
	ERR(syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, rt), EPERM);
	ERR(syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 1, idle), EPERM);
}

static long put(const char *file, const char *text)
{
	int fd = OK(open(file, O_WRONLY));
	long ret = write(fd, text, strlen(text));

	close(fd);
	return ret;
}

int main(void)
{
	EQ(in_child(old_machine), 0);
	EQ(in_child(io_priority), 0);
	EQ(put("/proc/sys/vm/drop_caches", "3"), 1);
	ERR(put("/proc/sys/vm/drop_caches", "5"), EINVAL);
	EQ(put("/proc/self/coredump_filter", "+3"), 2);
	ERR(put("/proc/self/coredump_filter", "99999999999999999999"), ERANGE);
	ERR(put("/proc/self/coredump_filter", "1 2"), EINVAL);
	ERR(put("/proc/self/oom_score_adj", "99999999999999999999"), ERANGE);
	ERR(put("/proc/self/oom_score_adj", "1001"), EINVAL);
	return 0;
}
