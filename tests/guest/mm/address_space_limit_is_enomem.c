/* RLIMIT_AS and RLIMIT_DATA bound mmap() with ENOMEM. */
#include "check.h"

#define TRY(bytes) mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)

int main(void)
{
	struct rlimit lim = {64 << 20, RLIM_INFINITY};

	OK(setrlimit(RLIMIT_AS, &lim));
	ERR(TRY(64 << 20), ENOMEM);
	OK(munmap(OK(TRY(16 << 20)), 16 << 20));
	lim.rlim_cur = RLIM_INFINITY;
	OK(setrlimit(RLIMIT_AS, &lim));
	lim.rlim_cur = 8 << 20;
	OK(setrlimit(RLIMIT_DATA, &lim));
	ERR(TRY(16 << 20), ENOMEM);
	OK(TRY(1 << 20));
	return 0;
}
