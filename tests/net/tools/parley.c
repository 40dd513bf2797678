/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * parley udp|tcp connect|listen ADDRESS PORT SCRIPT: two ends say in turn what a script has,
 * and each prints of every line of the other how often it came: "LINE GOT OF".
 *
 *   > HEX [xN]   the end that connects sends it, N times
 *   < HEX [xN]   the end that listens does
 *
 * HEX: bytes, or HEX*N for N of one: "f1d00404 00*1028". Who waits in vain for a line goes
 * on after a while: it may have been stopped on the way.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define WAIT_MS 700

struct line {
	bool mine;
	unsigned int times;
	size_t n;
	unsigned char bytes[1500];
};

static struct line lines[64];
static size_t nlines;
static bool udp, listens;
static int fd;
static struct sockaddr_storage peer;
static socklen_t peer_len;

static void die(const char *what)
{
	fprintf(stderr, "parley: %s: %s\n", what, strerror(errno));
	exit(1);
}

static size_t bytes_of(const char *word, unsigned char *to, size_t room)
{
	const char *star = strchr(word, '*');
	size_t n = 0, k = star ? strtoul(star + 1, NULL, 10) : 0;
	unsigned int b;

	for (; word[0] && word[1] && word[0] != '*' && n < room && sscanf(word, "%2x", &b) == 1;
	     word += 2)
		to[n++] = b;
	for (; star && n && n < k && n < room; n++)
		to[n] = to[n - 1];
	return n;
}

static void script_read(const char *path)
{
	char text[4096], *word, *save;
	FILE *f = fopen(path, "re");

	if (!f)
		die(path);
	while (nlines < 64 && fgets(text, sizeof(text), f)) {
		struct line *l = &lines[nlines];

		word = strtok_r(text, " \n", &save);
		if (!word || (*word != '>' && *word != '<'))
			continue;
		l->mine = (*word == '<') == listens;
		l->times = 1;
		while ((word = strtok_r(NULL, " \n", &save)))
			if (*word == 'x')
				l->times = strtoul(word + 1, NULL, 10);
			else
				l->n += bytes_of(word, l->bytes + l->n, sizeof(l->bytes) - l->n);
		nlines++;
	}
	fclose(f);
}

static void address(const char *host, const char *port)
{
	struct addrinfo hints = { .ai_socktype = udp ? SOCK_DGRAM : SOCK_STREAM,
				  .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV },
			*a;
	int on = 1, s;

	if (getaddrinfo(host, port, &hints, &a))
		die(host);
	fd = s = socket(a->ai_family, a->ai_socktype, 0);
	if (s < 0)
		die("socket");
	(void)setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (listens) {
		if (bind(s, a->ai_addr, a->ai_addrlen))
			die("bind");
		if (!udp && (listen(s, 1) || (fd = accept(s, NULL, NULL)) < 0))
			die("accept");
	} else if (connect(s, a->ai_addr, a->ai_addrlen)) {
		die("connect");
	}
	freeaddrinfo(a);
}

/* A datagram, or of a stream as many bytes as the line has. */
static bool receive(size_t want, int wait_ms)
{
	unsigned char b[2048];
	size_t got = 0;

	while (!got || (!udp && got < want)) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		ssize_t n;

		if (poll(&p, 1, wait_ms) <= 0)
			return false;
		peer_len = sizeof(peer);
		n = udp ? recvfrom(fd, b, sizeof(b), 0, (struct sockaddr *)&peer, &peer_len) :
			  recv(fd, b, want - got < sizeof(b) ? want - got : sizeof(b), 0);
		if (n <= 0)
			return false;
		got += n;
	}
	return true;
}

static void say(const struct line *l)
{
	for (unsigned int i = 0; i < l->times; i++) {
		if (udp && listens)
			(void)sendto(fd, l->bytes, l->n, MSG_NOSIGNAL, (struct sockaddr *)&peer,
				     peer_len);
		else
			(void)send(fd, l->bytes, l->n, MSG_NOSIGNAL | MSG_DONTWAIT);
		usleep(3000);
	}
}

int main(int argc, char **argv)
{
	if (argc != 6) {
		fprintf(stderr, "usage: parley udp|tcp connect|listen ADDRESS PORT SCRIPT\n");
		return 2;
	}
	udp = !strcmp(argv[1], "udp");
	listens = !strcmp(argv[2], "listen");
	script_read(argv[5]);
	address(argv[3], argv[4]);
	for (size_t i = 0; i < nlines; i++) {
		const struct line *l = &lines[i];
		unsigned int got = 0;

		if (l->mine) {
			say(l);
			continue;
		}
		/* Who begins may be a while. */
		while (got < l->times && receive(l->n, listens && !i ? 10000 : WAIT_MS))
			got++;
		printf("%zu %u %u\n", i + 1, got, l->times);
		fflush(stdout);
	}
	close(fd);
	return 0;
}
