/* Without a network: AF_INET sockets can be made and bound, and reach nobody. */
#include "check.h"
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

int main(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(80)}, got;
	int s = OK(socket(AF_INET, SOCK_STREAM, 0)), u = OK(socket(AF_INET, SOCK_DGRAM, 0)), v = -1,
	    pair[2];
	socklen_t n = sizeof(got);

	a.sin_addr.s_addr = htonl(0x08080808);
	ERR(connect(s, (void *)&a, sizeof(a)), ENETUNREACH);
	ERR(sendto(u, "x", 1, 0, (void *)&a, sizeof(a)), ENETUNREACH);
	ERR(send(u, "x", 1, 0), EDESTADDRREQ);
	ERR(bind(s, (void *)&a, 4), EINVAL);
	ERR(getpeername(s, (void *)&got, &n), ENOTCONN);
	a.sin_addr.s_addr = 0;
	a.sin_port = htons(8080);
	OK(bind(s, (void *)&a, sizeof(a)));
	ERR(bind(s, (void *)&a, sizeof(a)), EINVAL);
	OK(listen(s, 5));
	OK(getsockname(s, (void *)&got, &n));
	EQ(n, sizeof(got));
	EQ(ntohs(got.sin_port), 8080);
	OK(fcntl(s, F_SETFL, O_NONBLOCK));
	ERR(accept(s, NULL, NULL), EAGAIN);
	ERR(recv(u, &v, 4, MSG_DONTWAIT), EAGAIN);
	n = sizeof(v);
	OK(getsockopt(s, SOL_SOCKET, SO_TYPE, &v, &n));
	EQ(v, SOCK_STREAM);
	v = 1;
	OK(setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &v, sizeof(v)));
	ERR(socketpair(AF_INET, SOCK_STREAM, 0, pair), EOPNOTSUPP);
	ERR(socket(AF_INET, SOCK_STREAM, IPPROTO_UDP), EPROTONOSUPPORT);
	return 0;
}
