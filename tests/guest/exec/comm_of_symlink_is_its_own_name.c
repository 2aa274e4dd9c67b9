/* Through a symbolic link comm is the link's name, /proc/self/exe the target's path. */
#include "check.h"
#include <sys/prctl.h>

int main(int argc, char **argv)
{
	char name[16], *args[] = {"x", "x", NULL};

	(void)argv;
	if (argc > 1) {
		prctl(PR_GET_NAME, name);
		STREQ(name, "linkname");
		STREQ(self(), "/tmp/link_target");
		return 0;
	}
	copy_self("link_target", 0755);
	unlink("linkname");
	OK(symlink("link_target", "linkname"));
	execv("./linkname", args);
	return 1;
}
