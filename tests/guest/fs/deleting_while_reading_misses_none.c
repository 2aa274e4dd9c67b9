/* 2000 files, each deleted as readdir() tells it: every one is told once. */
#include "check.h"
#include <dirent.h>

int main(void)
{
	char name[20];
	int n = 0;
	struct dirent *e;

	OK(mkdir("many", 0755));
	OK(chdir("many"));
	for (int i = 0; i < 2000; i++) {
		sprintf(name, "file%d", i);
		close(OK(open(name, O_CREAT | O_WRONLY, 0600)));
	}
	DIR *d = opendir(".");
	CHECK(d);
	while ((e = readdir(d)))
		if (e->d_name[0] != '.') {
			EQ(e->d_type, DT_REG);
			OK(unlink(e->d_name));
			n++;
		}
	EQ(n, 2000);
	rewinddir(d);
	for (n = 0; readdir(d); n++)
		;
	EQ(n, 2);
	OK(rmdir("../many"));
	ERR(open("x", O_CREAT | O_WRONLY, 0600), ENOENT);
	EQ(readdir(d), NULL);
	return 0;
}
