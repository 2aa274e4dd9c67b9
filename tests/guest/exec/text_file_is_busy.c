/*
 * ETXTBSY: a file open for writing is not executed, a running one is neither opened for writing nor
 * cut.
 */
#include "check.h"

int main(int argc, char **argv)
{
	char *args[] = {"x", "run", NULL};

	if (argc > 1) {
		ERR(open("busy", O_WRONLY), ETXTBSY);
		ERR(open("busy", O_RDWR | O_TRUNC), ETXTBSY);
		ERR(truncate("busy", 0), ETXTBSY);
		OK(close(OK(open("busy", O_RDONLY))));
		OK(unlink("busy"));
		return argv[1][0] != 'r';
	}
	copy_self("busy", 0755);
	int fd = OK(open("busy", O_RDWR));
	ERR(execv("./busy", args), ETXTBSY);
	close(fd);
	execv("./busy", args);
	return 1;
}
