/* Without any interface, even lo: what connect, bind and sendto say of each kind of address. */
#include "check.h"
#include <arpa/inet.h>
#include <sys/socket.h>

static int try(int family, int type, const char *text, char what)
{
	struct sockaddr_in6 a6 = {.sin6_family = AF_INET6, .sin6_port = htons(9999)};
	struct sockaddr_in a4 = {.sin_family = AF_INET, .sin_port = htons(9999)};
	void *a = family == AF_INET ? (void *)&a4 : (void *)&a6;
	int len = family == AF_INET ? sizeof(a4) : sizeof(a6), s = OK(socket(family, type, 0)), err;

	EQ(inet_pton(family, text,
		     family == AF_INET ? (void *)&a4.sin_addr : (void *)&a6.sin6_addr),
	   1);
	err = what == 'c'   ? connect(s, a, len)
	      : what == 'b' ? bind(s, a, len)
			    : sendto(s, "x", 1, 0, a, len);
	err = err < 0 ? errno : err;
	close(s);
	return err;
}

int main(void)
{
	static const struct {
		const char *text;
		int connect, connect_dgram, bind, sendto;
	} six[] = {
		{"::1", EADDRNOTAVAIL, EADDRNOTAVAIL, EADDRNOTAVAIL, EADDRNOTAVAIL},
		{"::", EADDRNOTAVAIL, EADDRNOTAVAIL, 0, EADDRNOTAVAIL},
		{"fe80::1", EINVAL, EINVAL, EINVAL, EADDRNOTAVAIL},
		{"2001:db8::1", EADDRNOTAVAIL, EADDRNOTAVAIL, EADDRNOTAVAIL, EADDRNOTAVAIL},
		{"ff02::1", ENETUNREACH, EINVAL, EINVAL, EADDRNOTAVAIL},
		{"::ffff:127.0.0.1", ENETUNREACH, ENETUNREACH, 0, ENETUNREACH},
	};

	for (unsigned int i = 0; i < sizeof(six) / sizeof(six[0]); i++) {
		EQ(try(AF_INET6, SOCK_STREAM, six[i].text, 'c'), six[i].connect);
		EQ(try(AF_INET6, SOCK_DGRAM, six[i].text, 'c'), six[i].connect_dgram);
		EQ(try(AF_INET6, SOCK_STREAM, six[i].text, 'b'), six[i].bind);
		EQ(try(AF_INET6, SOCK_DGRAM, six[i].text, 'b'), six[i].bind);
		EQ(try(AF_INET6, SOCK_DGRAM, six[i].text, 's'), six[i].sendto);
	}
	EQ(try(AF_INET, SOCK_DGRAM, "0.0.0.0", 's'), 1);
	EQ(try(AF_INET, SOCK_DGRAM, "127.0.0.1", 's'), ENETUNREACH);
	EQ(try(AF_INET, SOCK_STREAM, "127.0.0.1", 'b'), 0);
	return 0;
}
