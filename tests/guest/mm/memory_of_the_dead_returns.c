/* MemFree is back where it was after processes with 64 MiB each have ended, killed or not. */
#include "check.h"

static void hog(void) { memset(anon(64 << 20, PROT_READ | PROT_WRITE), 1, 64 << 20); }

static void hog_killed(void)
{
	hog();
	raise(SIGKILL);
}

int main(void)
{
	EQ(in_child(hog), 0);
	long before = proc_number("/proc/meminfo", "MemFree");
	for (int i = 0; i < 3; i++) {
		EQ(in_child(hog), 0);
		EQ(in_child(hog_killed), SIGKILL);
	}
	sleep_ms(50);
	long after = proc_number("/proc/meminfo", "MemFree");
	if (after < before - 8192)
		printf("MemFree: %ld kB before, %ld kB after\n", before, after);
	return after < before - 8192;
}
