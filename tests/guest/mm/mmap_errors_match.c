/* Each wrong argument of mmap() and munmap() has its errno. */
#include "check.h"

#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

int main(void)
{
	int pipes[2], fd = scratch(), ro = OK(open("/proc/self/exe", O_RDONLY)), wo,
		      dir = OK(open("/", O_RDONLY));

	OK(pipe(pipes));
	wo = OK(open("mmap_errors.tmp", O_WRONLY | O_CREAT, 0600));
	OK(unlink("mmap_errors.tmp"));
	ERR(mmap(NULL, 0, PROT_READ, ANON, -1, 0), EINVAL);
	ERR(mmap(NULL, PAGE, PROT_READ, MAP_ANONYMOUS, -1, 0), EINVAL);
	ERR(syscall(SYS_mmap, 0, PAGE, PROT_READ, MAP_PRIVATE, fd, 1), EINVAL);
	ERR(mmap(NULL, -1UL, PROT_READ, ANON, -1, 0), ENOMEM);
	ERR(mmap(NULL, 1UL << 47, PROT_READ, ANON, -1, 0), ENOMEM);
	ERR(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, -1, 0), EBADF);
	ERR(mmap(NULL, PAGE, PROT_WRITE, MAP_SHARED, ro, 0), EACCES);
	ERR(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, wo, 0), EACCES);
	ERR(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, pipes[0], 0), ENODEV);
	ERR(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, dir, 0), ENODEV);
	ERR(syscall(SYS_mmap, 0, 2 * PAGE, PROT_READ, MAP_PRIVATE, fd, -PAGE), EOVERFLOW);
	ERR(mmap(NULL, PAGE, PROT_READ, MAP_SHARED_VALIDATE | 0x200, fd, 0), EOPNOTSUPP);
	OK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED_VALIDATE | 0x1f << 26, fd, 0));
	ERR(mmap((void *)-1UL, PAGE, PROT_READ, ANON | MAP_FIXED, -1, 0), EPERM);
	ERR(mmap((void *)-22UL, PAGE, PROT_READ, ANON | MAP_FIXED, -1, 0), EINVAL);
	ERR(mmap((void *)-PAGE, PAGE, PROT_READ, ANON | MAP_FIXED, -1, 0), ENOMEM);
	ERR(munmap((void *)1, PAGE), EINVAL);
	ERR(munmap(NULL, 0), EINVAL);
	ERR(munmap((void *)PAGE, -PAGE), EINVAL);
	EQ(munmap((void *)0x10000000000, PAGE), 0);
	char *p = OK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, ro, 0));
	ERR(mprotect(p, PAGE, PROT_READ | PROT_WRITE), EACCES);
	return 0;
}
