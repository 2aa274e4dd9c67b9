/*
 * sendfile() and copy_file_range() copy bytes and move just the offsets that they should. A pipe
 * without room or reader fails also when there is nothing to send.
 */
#include "check.h"
#include <sys/sendfile.h>

static void nothing_to_send(int empty)
{
	static char page[65536];
	int fds[2];

	signal(SIGPIPE, SIG_IGN);
	OK(pipe2(fds, O_NONBLOCK));
	EQ(sendfile(fds[1], empty, NULL, 10), 0);
	EQ(write(fds[1], page, sizeof(page)), sizeof(page));
	ERR(sendfile(fds[1], empty, NULL, 10), EAGAIN);
	ERR(sendfile(fds[1], empty, NULL, 0), EAGAIN);
	close(fds[0]);
	ERR(sendfile(fds[1], empty, NULL, 10), EPIPE);
}

int main(void)
{
	char buf[16] = "";
	int in = scratch(), out = scratch(), fds[2];
	off_t at = 2;

	EQ(write(in, "0123456789", 10), 10);
	EQ(sendfile(out, in, &at, 4), 4);
	EQ(at, 6);
	EQ(lseek(in, 0, SEEK_CUR), 10);
	EQ(lseek(in, 0, SEEK_SET), 0);
	EQ(sendfile(out, in, NULL, 100), 10);
	EQ(pread(out, buf, 16, 0), 14);
	STREQ(buf, "23450123456789");
	OK(pipe(fds));
	EQ(lseek(in, 5, SEEK_SET), 5);
	EQ(sendfile(fds[1], in, NULL, 3), 3);
	EQ(read(fds[0], buf, 16), 3);
	CHECK(!memcmp(buf, "567", 3));
	OK(fcntl(fds[1], F_SETFL, O_APPEND));
	EQ(sendfile(fds[1], in, NULL, 2), 2);
	OK(fcntl(out, F_SETFL, O_APPEND));
	ERR(sendfile(out, in, NULL, 2), EINVAL);
	OK(fcntl(out, F_SETFL, 0));
	off_t from = 8, to = 0;
	EQ(copy_file_range(in, &from, out, &to, 10, 0), 2);
	EQ(from, 10);
	EQ(pread(out, buf, 3, 0), 3);
	CHECK(!memcmp(buf, "894", 3));
	ERR(copy_file_range(in, &from, out, &to, 10, 1), EINVAL);
	nothing_to_send(scratch());
	return 0;
}
