/*
 * flags: -Os -static -nostdlib -ffreestanding -fno-pie -no-pie -fno-stack-protector
 * -fcf-protection=none -Wl,--build-id=none
 */
/* SPDX-License-Identifier: MIT */
/* How the bytes between "#!" and the newline become a path and at most one argument. */
#include "try.h"

int main(long *stack __attribute__((unused)))
{
	SCRIPT("#! /t/argv\n");
	SCRIPT("#!\t \t/t/argv\n");
	SCRIPT("#!/t/argv -a -b  -c\n");
	SCRIPT("#!/t/argv \t -a\n");
	SCRIPT("#!/t/argv\t-a\n");
	SCRIPT("#!/t/argv one  argument\t here\n");
	SCRIPT("#!/t/argv   \t \n");
	SCRIPT("#!/t/argv -a  \t \n");
	SCRIPT("#!/t/argv \"quotes stay\"\n");
	SCRIPT("#!/t/argv -a\r\n");
	SCRIPT("#!/t/argv\r\n");
	SCRIPT("#!/t/argv #!/t/argv\n");
	SCRIPT("#!/t/argv -a\n-b\n");
	SCRIPT("#!\n");
	SCRIPT("#! \t \n");
	SCRIPT("#! \n/t/argv\n");
	SCRIPT("# !/t/argv\n");
	SCRIPT(" #!/t/argv\n");
	SCRIPT("!#/t/argv\n");
	return 0;
}
