/* SPDX-License-Identifier: MIT */
/* What fork must not make private, and what it must not make writable. */
#include "check.h"

static char *shared, *file, *constant, *opened, *closed;
static int fd;

static void child(void)
{
	struct fault f;

	dprintf(1, "child finds: %c %c %c %c\n", shared[0], file[0], constant[0], opened[0]);
	shared[0] = '1';
	shared[PAGE] = '2';
	file[0] = '3';
	f = fault_of(write_byte, constant);
	dprintf(1, "child's store to read-only memory: signal %d code %d, reads %c\n", f.sig,
		f.code, constant[0]);
	OK(mprotect(constant, PAGE, PROT_READ | PROT_WRITE));
	constant[0] = 'C';
	dprintf(1, "made writable, the child's reads %c\n", constant[0]);
	opened[0] = 'O';
	f = fault_of(read_byte, closed);
	dprintf(1, "child's read of PROT_NONE memory: signal %d code %d\n", f.sig, f.code);
	OK(mprotect(closed, PAGE, PROT_READ | PROT_WRITE));
	dprintf(1, "opened, it reads %c\n", closed[0]);
	closed[0] = 'P';
}

int main(void)
{
	char c = 0;

	fd = scratch();
	OK(ftruncate(fd, PAGE));
	shared =
		OK(mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
	file = OK(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
	constant = anon(PAGE, PROT_READ | PROT_WRITE);
	opened = anon(PAGE, PROT_READ | PROT_WRITE);
	closed = anon(PAGE, PROT_READ | PROT_WRITE);
	shared[0] = 's';
	file[0] = 'f';
	constant[0] = 'c';
	opened[0] = 'o';
	closed[0] = 'p';
	OK(mprotect(constant, PAGE, PROT_READ));
	OK(mprotect(closed, PAGE, PROT_NONE));
	dprintf(1, "child: status %d\n", in_child(child));
	OK(pread(fd, &c, 1, 0));
	dprintf(1, "parent finds: shared %c%c, file %c and %c, read-only %c, own %c\n", shared[0],
		shared[PAGE], file[0], c, constant[0], opened[0]);
	struct fault f = fault_of(write_byte, constant);
	dprintf(1, "parent's store to read-only memory: signal %d code %d, reads %c\n", f.sig,
		f.code, constant[0]);
	OK(mprotect(closed, PAGE, PROT_READ));
	dprintf(1, "parent's other page reads %c\n", closed[0]);
	shared[0] = 'S';
	file[0] = 'F';
	OK(pread(fd, &c, 1, 0));
	dprintf(1, "parent stores: shared %c, file has %c\n", shared[0], c);
	return 0;
}
