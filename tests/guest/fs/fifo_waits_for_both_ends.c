/*
 * A fifo: a non-blocking open for writing without reader is ENXIO; blocking opens meet; EOF after
 * the writer.
 */
#include "check.h"

int main(void)
{
	char buf[10];
	struct stat st;

	unlink("fifo");
	OK(mkfifo("fifo", 0600));
	OK(stat("fifo", &st));
	EQ(S_ISFIFO(st.st_mode), 1);
	ERR(open("fifo", O_WRONLY | O_NONBLOCK), ENXIO);
	int r = OK(open("fifo", O_RDONLY | O_NONBLOCK));
	EQ(read(r, buf, 1), 0);
	int w = OK(open("fifo", O_WRONLY));
	ERR(read(r, buf, 1), EAGAIN);
	EQ(write(w, "x", 1), 1);
	EQ(read(r, buf, 10), 1);
	close(w);
	close(r);
	pid_t pid = OK(fork());
	if (!pid) {
		sleep_ms(20);
		w = OK(open("fifo", O_WRONLY));
		EQ(write(w, "hello", 5), 5);
		_exit(0);
	}
	r = OK(open("fifo", O_RDONLY));
	EQ(read(r, buf, 10), 5);
	EQ(read(r, buf, 10), 0);
	EQ(waitpid(pid, NULL, 0), pid);
	ERR(lseek(r, 0, SEEK_SET), ESPIPE);
	ERR(pread(r, buf, 1, 0), ESPIPE);
	return 0;
}
