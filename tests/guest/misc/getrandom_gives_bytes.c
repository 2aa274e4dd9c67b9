/* getrandom() fills the whole buffer, differently each time; flags are checked. */
#include "check.h"
#include <sys/random.h>

int main(void)
{
	static unsigned char a[1000], b[1000];
	int bits = 0;

	EQ(getrandom(a, 1000, 0), 1000);
	EQ(getrandom(b, 1000, GRND_NONBLOCK), 1000);
	for (int i = 0; i < 1000; i++)
		bits += __builtin_popcount(a[i] ^ b[i]);
	CHECK(bits > 3500 && bits < 4500);
	ERR(getrandom(a, 10, 0x100), EINVAL);
	EQ(getrandom(a, 0, 0), 0);
	ERR(syscall(SYS_getrandom, 8, 10, 0), EFAULT);
	return 0;
}
