/*
 * On a mount with MS_NOSUID, and under no_new_privs, the setuid bit gives nothing; noexec is
 * EACCES.
 */
#include "check.h"
#include <sys/auxv.h>
#include <sys/mount.h>
#include <sys/prctl.h>

static char *args[] = {"x", "run", NULL};

static void on_mount(void)
{
	become_nobody();
	execv("/tmp/nosuid/suid", args);
	_exit(errno);
}

static void no_new_privs(void)
{
	OK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	on_mount();
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return 100 + (geteuid() == 0) + 2 * getauxval(AT_SECURE);
	OK(mkdir("nosuid", 0755));
	OK(mount("none", "nosuid", "tmpfs", 0, NULL));
	copy_self("nosuid/suid", 04755);
	EQ(in_child(on_mount), 103 << 8);
	EQ(in_child(no_new_privs), 100 << 8);
	OK(mount("none", "/tmp/nosuid", NULL, MS_REMOUNT | MS_NOSUID, NULL));
	EQ(in_child(on_mount), 100 << 8);
	OK(mount("none", "/tmp/nosuid", NULL, MS_REMOUNT | MS_NOEXEC, NULL));
	EQ(in_child(on_mount), EACCES << 8);
	OK(umount2("nosuid", 0));
	return 0;
}
