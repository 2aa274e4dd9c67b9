/* capget() and capset(), bounding and ambient set, securebits, and what setfsuid() drops. */
#include "check.h"
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>

#define V3 _LINUX_CAPABILITY_VERSION_3

static struct __user_cap_header_struct head;
static struct __user_cap_data_struct data[2];

static long get(int version, int pid)
{
	head = (struct __user_cap_header_struct){version, pid};
	return syscall(SYS_capget, &head, data);
}

static long set(unsigned effective, unsigned permitted, unsigned inheritable)
{
	head = (struct __user_cap_header_struct){V3, 0};
	data[0] = (struct __user_cap_data_struct){effective, permitted, inheritable};
	data[1] = (struct __user_cap_data_struct){0};
	return syscall(SYS_capset, &head, data);
}

/* The set of /proc/self/status with this name. */
static unsigned long caps(const char *name)
{
	char line[128];
	unsigned long value = -1;
	FILE *f = fopen("/proc/self/status", "r");

	CHECK(f);
	while (fgets(line, sizeof(line), f))
		if (!strncmp(line, name, 6))
			value = strtoul(line + 8, NULL, 16);
	fclose(f);
	return value;
}

static void sets(void)
{
	OK(get(V3, 0));
	EQ(data[0].permitted, -1U);
	EQ(data[1].effective, 0x1ff);
	EQ(data[0].inheritable, 0);
	OK(get(V3, 1));
	ERR(get(V3, -1), EINVAL);
	ERR(get(V3, 99999), ESRCH);
	ERR(get(5, 0), EINVAL);
	EQ(head.version, V3);
	EQ(syscall(SYS_capget, &head, NULL), 0);
	ERR(syscall(SYS_capget, NULL, NULL), EFAULT);
	head = (struct __user_cap_header_struct){V3, 1};
	ERR(syscall(SYS_capset, &head, data), EPERM);
	OK(set(0xff, 0xff, 0xff));
	EQ(caps("CapEff"), 0xff);
	ERR(set(0x1ff, 0xff, 0), EPERM);
	ERR(set(0xf, 0x1ff, 0), EPERM);
	ERR(set(0xf, 0xff, 0xfff), EPERM);
	OK(set(0xf, 0xf, 1));
	ERR(set(0xf, 0xf, 0xff), EPERM);
	EQ(caps("CapInh"), 1);
	EQ(caps("CapPrm"), 0xf);
	EQ(caps("CapBnd"), 0x1ffffffffff);
	EQ(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, 0, 0, 0), 0);
	OK(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 0, 0, 0));
	ERR(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 1, 0, 0), EPERM);
	ERR(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 41, 0, 0), EINVAL);
	EQ(caps("CapAmb"), 1);
	OK(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0));
	EQ(caps("CapAmb"), 0);
	EQ(prctl(PR_CAPBSET_READ, 40), 1);
	ERR(prctl(PR_CAPBSET_READ, 41), EINVAL);
	ERR(prctl(PR_CAPBSET_DROP, 3), EPERM);
	ERR(prctl(PR_SET_SECUREBITS, 1), EPERM);
}

/* A plain user keeps one capability over an exec by its ambient set. */
static void ambient(void)
{
	OK(prctl(PR_SET_KEEPCAPS, 1));
	OK(setresuid(1000, 1000, 1000));
	EQ(caps("CapEff"), 0);
	EQ(caps("CapPrm"), 0x1ffffffffff);
	OK(set(1 << CAP_SETUID, 1 << CAP_SETUID | 1 << CAP_SETGID, 1 << CAP_SETUID));
	OK(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SETUID, 0, 0));
	ERR(setgid(5), EPERM);
	EXEC_SELF("ambient");
}

static void securebits(void)
{
	OK(prctl(PR_CAPBSET_DROP, 3));
	EQ(prctl(PR_CAPBSET_READ, 3), 0);
	OK(prctl(PR_SET_SECUREBITS,
		 SECBIT_NO_SETUID_FIXUP | SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED));
	ERR(prctl(PR_SET_SECUREBITS, 0), EPERM);
	ERR(prctl(PR_SET_KEEPCAPS, 1), EPERM);
	EQ(prctl(PR_GET_SECUREBITS), 0x2c);
	OK(setuid(1000));
	EQ(caps("CapEff"), 0x1ffffffffff);
}

static void fs_ids(void)
{
	EQ(setfsuid(1000), 0);
	EQ(setfsuid(-1), 1000);
	EQ(caps("CapEff"), 0x1fef7fffde0);
	EQ(setfsgid(77), 0);
	EQ(setfsgid(-1), 77);
	EQ(setfsuid(0), 1000);
	EQ(caps("CapEff"), 0x1ffffffffff);
	become_nobody();
	EQ(setfsuid(0), NOBODY);
	EQ(setfsuid(-1), NOBODY);
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1) {
		EQ(caps("CapEff"), 1 << CAP_SETUID);
		EQ(caps("CapPrm"), 1 << CAP_SETUID);
		EQ(caps("CapAmb"), 1 << CAP_SETUID);
		return 0;
	}
	EQ(in_child(sets), 0);
	EQ(in_child(ambient), 0);
	EQ(in_child(securebits), 0);
	EQ(in_child(fs_ids), 0);
	EQ(prctl(PR_GET_TIMERSLACK), 50000);
	OK(prctl(PR_SET_TIMERSLACK, 7));
	EQ(prctl(PR_GET_TIMERSLACK), 7);
	return 0;
}
