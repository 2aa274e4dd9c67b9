/* flags: -static */
/* SPDX-License-Identifier: MIT */
/*
 * dumped LIMIT FILTER UID PROGRAM [WORD]: run it with these, print its wait status and what lies in
 * the folder then.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void set_filter(const char *text)
{
	int fd = open("/proc/self/coredump_filter", O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		perror("coredump_filter");
	close(fd);
}

static int only_cores(const struct dirent *d) { return strncmp(d->d_name, "core", 4) == 0; }

static void show_name(const char *name, int pid)
{
	char text[16];
	const char *at;

	snprintf(text, sizeof(text), "%d", pid);
	at = strstr(name, text);
	if (at)
		printf("%.*sPID%s", (int)(at - name), name, at + strlen(text));
	else
		printf("%s", name);
}

int main(int argc, char **argv)
{
	struct rlimit lim = {strtoul(argv[1], NULL, 0), RLIM_INFINITY};
	struct dirent **names;
	struct stat st;
	int pid, status, n;

	(void)argc;
	pid = fork();
	if (!pid) {
		set_filter(argv[2]);
		setrlimit(RLIMIT_CORE, &lim);
		if (atoi(argv[3]) && setuid(atoi(argv[3])))
			_exit(98);
		execv(argv[4], argv + 4);
		_exit(99);
	}
	waitpid(pid, &status, 0);
	printf("status 0x%x\n", status);
	n = scandir(".", &names, only_cores, alphasort);
	for (int i = 0; i < n; i++) {
		lstat(names[i]->d_name, &st);
		show_name(names[i]->d_name, pid);
		printf(" %ld mode %o uid %d\n", (long)st.st_size, st.st_mode, st.st_uid);
	}
	return 0;
}
