/* memfd_create: a name, a file in memory, and seals that forbid what they say. */
#include "check.h"

int main(void)
{
	char text[64] = "", path[64], *p;
	struct stat st;
	int fd = OK(memfd_create("thing", MFD_CLOEXEC | MFD_ALLOW_SEALING)), plain, ro;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	OK(readlink(path, text, 63));
	STREQ(text, "/memfd:thing (deleted)");
	OK(fstat(fd, &st));
	EQ(st.st_mode, S_IFREG | 0777);
	EQ(st.st_nlink, 0);
	EQ(OK(fcntl(fd, F_GETFD)), FD_CLOEXEC);
	EQ(OK(fcntl(fd, F_GET_SEALS)), 0);
	EQ(write(fd, "hello", 5), 5);
	p = OK(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
	CHECK(strstr(map_of(p), "/memfd:thing (deleted)"));
	ERR(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), EBUSY);
	OK(munmap(p, 4096));
	OK(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW));
	ERR(ftruncate(fd, 10), EPERM);
	ERR(write(fd, "x", 1), EPERM);
	EQ(pwrite(fd, "J", 1, 0), 1);
	OK(ftruncate(fd, 4));
	ERR(fallocate(fd, 0, 0, 8192), EPERM);
	OK(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK));
	ERR(ftruncate(fd, 1), EPERM);
	OK(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
	ERR(pwrite(fd, "J", 1, 0), EPERM);
	ERR(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4), EPERM);
	ERR(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), EPERM);
	p = OK(mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0));
	EQ(p[0], 'J');
	ERR(mprotect(p, 4096, PROT_READ | PROT_WRITE), EACCES);
	p = OK(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));
	EQ(p[0], 'J');
	OK(fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL));
	ERR(fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL), EPERM);
	EQ(OK(fcntl(fd, F_GET_SEALS)), 15);
	ro = OK(open(path, O_RDONLY));
	ERR(fcntl(ro, F_ADD_SEALS, F_SEAL_GROW), EPERM);
	plain = OK(memfd_create("", 0));
	EQ(OK(fcntl(plain, F_GET_SEALS)), F_SEAL_SEAL);
	ERR(fcntl(plain, F_ADD_SEALS, F_SEAL_GROW), EPERM);
	fd = OK(memfd_create("future", MFD_ALLOW_SEALING));
	OK(ftruncate(fd, 4096));
	OK(fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE));
	ERR(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), EPERM);
	p = OK(mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0));
	ERR(mprotect(p, 4096, PROT_READ | PROT_WRITE), EACCES);
	plain = OK(memfd_create("read", MFD_ALLOW_SEALING));
	OK(ftruncate(plain, 4096));
	p = OK(mmap(NULL, 4096, PROT_READ, MAP_SHARED, plain, 0));
	ERR(fcntl(plain, F_ADD_SEALS, F_SEAL_WRITE), EBUSY);
	OK(munmap(p, 4096));
	OK(fcntl(plain, F_ADD_SEALS, F_SEAL_WRITE));
	ERR(memfd_create("x", 0x100), EINVAL);
	ERR(memfd_create((void *)1, 0), EFAULT);
	static char name[300];
	memset(name, 'n', 250);
	ERR(memfd_create(name, 0), EINVAL);
	name[249] = 0;
	OK(memfd_create(name, 0));
	return 0;
}
