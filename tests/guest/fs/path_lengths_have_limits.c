/* A name of 255 bytes passes and 256 are ENAMETOOLONG; a path of 4095 passes, 4096 do not. */
#include "check.h"

int main(void)
{
	static char name[300], path[5000];

	OK(mkdir("len", 0755));
	OK(chdir("len"));
	memset(name, 'n', 255);
	close(OK(open(name, O_CREAT | O_WRONLY, 0600)));
	name[255] = 'n';
	ERR(open(name, O_CREAT | O_WRONLY, 0600), ENAMETOOLONG);
	ERR(mkdir(name, 0700), ENAMETOOLONG);
	for (int i = 0; i < 4094; i += 2)
		memcpy(path + i, "./", 2);
	path[4094] = '.';
	EQ(access(path, F_OK), 0);
	path[4095] = '/';
	ERR(access(path, F_OK), ENAMETOOLONG);
	EQ(access("..//../tmp/./len///", F_OK), 0);
	EQ(access("/../../tmp", F_OK), 0);
	return 0;
}
