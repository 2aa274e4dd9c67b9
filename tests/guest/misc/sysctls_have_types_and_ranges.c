/* SPDX-License-Identifier: MIT */
/* /proc/sys: who may write what, which numbers are taken, and what a write leaves. */
#include "check.h"

/* Writes @text; returns 0 or the errno. */
static int put(const char *name, const char *text)
{
	char path[100];
	int fd, err = 0;

	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	fd = OK(open(path, O_WRONLY));
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		err = errno;
	close(fd);
	return err;
}

static const char *get(const char *name)
{
	static char text[100];
	char path[100];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	fd = OK(open(path, O_RDONLY));
	n = OK(read(fd, text, sizeof(text) - 1));
	text[n] = 0;
	close(fd);
	return text;
}

/* @lo and @hi are taken, their neighbours are not; then the old value comes back. */
static void range(const char *name, const char *below, const char *lo, const char *hi,
		  const char *above)
{
	char old[100];

	strcpy(old, get(name));
	EQ(put(name, below), EINVAL);
	STREQ(get(name), old);
	EQ(put(name, above), EINVAL);
	STREQ(get(name), old);
	EQ(put(name, hi), 0);
	STREQ(get(name), hi);
	EQ(put(name, old), 0);
	EQ(put(name, lo), 0);
	EQ(put(name, old), 0);
	STREQ(get(name), old);
}

static void as_nobody(void)
{
	become_nobody();
	ERR(open("/proc/sys/vm/overcommit_memory", O_WRONLY), EACCES);
	ERR(open("/proc/sys/kernel/pid_max", O_RDWR), EACCES);
	ERR(syscall(SYS_syslog, 10, NULL, 0), EPERM); /* dmesg_restrict */
	ERR(syscall(SYS_syslog, 3, NULL, 0), EPERM);
}

int main(void)
{
	char uuid[100], c;
	int fd;

	EQ(put("kernel/core_pattern", ""), 0); /* no bytes: nothing changes */
	STREQ(get("kernel/core_pattern"), "core\n");
	range("vm/overcommit_memory", "-1\n", "0\n", "2\n", "3\n");
	range("vm/max_map_count", "-1\n", "100\n", "2147483647\n", "2147483648\n");
	range("kernel/pid_max", "300\n", "301\n", "4194304\n", "4194305\n");
	range("kernel/threads-max", "0\n", "1\n", "1073741816\n", "2147483648\n");
	range("kernel/dmesg_restrict", "-1\n", "0\n", "1\n", "2\n");
	range("kernel/panic", "-2147483649\n", "-2147483648\n", "2147483647\n", "2147483648\n");
	range("fs/nr_open", "63\n", "64\n", "2147483584\n", "2147483585\n");
	range("fs/file-max", "-1\n", "8192\n", "9223372036854775807\n", "18446744073709551616\n");
	range("fs/pipe-max-size", "-1\n", "1\n", "2147483648\n", "4294967296\n");
	range("vm/overcommit_kbytes", "-1\n", "0\n", "9223372036854775807\n",
	      "99999999999999999999\n");

	/* A write to one of the pair clears the other. */
	EQ(put("vm/overcommit_ratio", "50\n"), 0);
	STREQ(get("vm/overcommit_kbytes"), "0\n");
	EQ(put("vm/overcommit_ratio", " 0x10\n"), 0);
	STREQ(get("vm/overcommit_ratio"), "16\n");
	EQ(put("vm/overcommit_ratio", "010"), 0);
	STREQ(get("vm/overcommit_ratio"), "8\n");
	fd = OK(open("/proc/sys/vm/overcommit_ratio", O_RDWR));
	EQ(write(fd, "1 2\n", 4), 2);
	EQ(write(fd, "2\n", 2), 2); /* not at the beginning: without effect */
	STREQ(get("vm/overcommit_ratio"), "1\n");
	EQ(put("vm/overcommit_ratio", "1x\n"), EINVAL);
	EQ(put("vm/overcommit_ratio", "\n"), EINVAL);
	EQ(put("vm/overcommit_ratio", "50\n"), 0);
	EQ(put("fs/pipe-max-size", "5000\n"), 0);
	STREQ(get("fs/pipe-max-size"), "8192\n");
	EQ(put("fs/pipe-max-size", "1048576\n"), 0);
	EQ(put("kernel/printk", "3\n"), 0);
	STREQ(get("kernel/printk"), "3\t4\t1\t7\n");
	EQ(put("kernel/printk", "4 5 1\n"), 0);
	STREQ(get("kernel/printk"), "4\t5\t1\t7\n");
	EQ(put("kernel/printk", "4\t4\t1\t7\n"), 0);

	/* A number is read at once. */
	fd = OK(open("/proc/sys/kernel/pid_max", O_RDONLY));
	EQ(read(fd, &c, 1), 1);
	EQ(read(fd, &c, 1), 0);

	strcpy(uuid, get("kernel/random/boot_id"));
	EQ(strlen(uuid), 37);
	STREQ(get("kernel/random/boot_id"), uuid);
	strcpy(uuid, get("kernel/random/uuid"));
	EQ(uuid[14], '4');
	CHECK(strcmp(get("kernel/random/uuid"), uuid));
	STREQ(get("kernel/random/entropy_avail"), "256\n");
	EQ(in_child(as_nobody), 0);
	return 0;
}
