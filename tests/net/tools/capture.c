/* SPDX-License-Identifier: GPL-2.0-only */
/* Logs every packet at an interface, one line each, on CLOCK_MONOTONIC. */
#include "clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SNAP 512

struct packet {
	char src[INET6_ADDRSTRLEN];
	char dst[INET6_ADDRSTRLEN];
	unsigned int proto; /* IP protocol; 0 where ethertype is not IP */
	unsigned int sport;
	unsigned int dport;
	unsigned int ethertype;
	unsigned int tags; /* VLAN tags, metadata and payload */
	size_t payload;	   /* L4 payload; for fragments and others the L3 payload */
};

static volatile sig_atomic_t stop;

static void on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

static unsigned int be16(const unsigned char *p)
{
	return (unsigned int)p[0] << 8 | p[1];
}

/* have: bytes in p; left: bytes the packet has from p on, may be more. */
static void parse_l4(const unsigned char *p, size_t have, size_t left, struct packet *pkt)
{
	size_t head = 0;

	if (pkt->proto == IPPROTO_TCP && have >= 20)
		head = (size_t)(p[12] >> 4) * 4;
	else if (pkt->proto == IPPROTO_UDP && have >= 8)
		head = 8;
	if (head) {
		pkt->sport = be16(p);
		pkt->dport = be16(p + 2);
	}
	pkt->payload = left > head ? left - head : 0;
}

static void parse_ip4(const unsigned char *p, size_t have, size_t left, struct packet *pkt)
{
	size_t head, total;

	if (have < 20)
		return;
	head = (size_t)(p[0] & 15) * 4;
	total = be16(p + 2);
	/* A length of 0 is a super-packet past 64 KiB; else cut Ethernet padding. */
	if (total && total < left)
		left = total;
	inet_ntop(AF_INET, p + 12, pkt->src, sizeof(pkt->src));
	inet_ntop(AF_INET, p + 16, pkt->dst, sizeof(pkt->dst));
	pkt->proto = p[9];
	if (have < head || left < head)
		return;
	if (be16(p + 6) & 0x1fff)
		pkt->payload = left - head;
	else
		parse_l4(p + head, have - head, left - head, pkt);
}

static void parse_ip6(const unsigned char *p, size_t have, size_t left, struct packet *pkt)
{
	unsigned int next;
	size_t total;

	if (have < 40)
		return;
	total = be16(p + 4);
	if (total && total + 40 < left)
		left = total + 40;
	inet_ntop(AF_INET6, p + 8, pkt->src, sizeof(pkt->src));
	inet_ntop(AF_INET6, p + 24, pkt->dst, sizeof(pkt->dst));
	next = p[6];
	p += 40;
	have -= 40;
	left -= 40;
	while (next == IPPROTO_HOPOPTS || next == IPPROTO_ROUTING || next == IPPROTO_DSTOPTS ||
	       next == IPPROTO_FRAGMENT) {
		size_t len = next == IPPROTO_FRAGMENT || have < 2 ? 8 : ((size_t)p[1] + 1) * 8;

		if (have < 8 || have < len || left < len)
			break;
		if (next == IPPROTO_FRAGMENT && (be16(p + 2) & 0xfff8)) {
			pkt->proto = p[0];
			pkt->payload = left - len;
			return;
		}
		next = p[0];
		p += len;
		have -= len;
		left -= len;
	}
	pkt->proto = next;
	parse_l4(p, have, left, pkt);
}

static void parse(const unsigned char *p, size_t have, size_t left, struct packet *pkt)
{
	if (have < ETH_HLEN)
		return;
	pkt->ethertype = be16(p + 12);
	p += ETH_HLEN;
	have -= ETH_HLEN;
	left -= ETH_HLEN;
	while ((pkt->ethertype == ETH_P_8021Q || pkt->ethertype == ETH_P_8021AD) && have >= 4) {
		pkt->tags++;
		pkt->ethertype = be16(p + 2);
		p += 4;
		have -= 4;
		left -= 4;
	}
	if (pkt->ethertype == ETH_P_IP)
		parse_ip4(p, have, left, pkt);
	else if (pkt->ethertype == ETH_P_IPV6)
		parse_ip6(p, have, left, pkt);
	else
		pkt->payload = left;
}

/*
 * The kernel stamps packets on CLOCK_REALTIME; the distance of the two clocks
 * is taken anew for every packet, so that a step of the wall clock moves at
 * most the packets that were waiting at that moment.
 */
static uint64_t stamp_ns(struct msghdr *msg, unsigned int *ret_tags)
{
	uint64_t ns = now_ns(), wall = clock_ns(CLOCK_REALTIME);
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
			struct timespec ts;

			memcpy(&ts, CMSG_DATA(c), sizeof(ts));
			ns -= wall - ((uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec);
		} else if (c->cmsg_level == SOL_PACKET && c->cmsg_type == PACKET_AUXDATA) {
			struct tpacket_auxdata aux;

			memcpy(&aux, CMSG_DATA(c), sizeof(aux));
			if (aux.tp_status & TP_STATUS_VLAN_VALID)
				*ret_tags += 1;
		}
	}
	return ns;
}

static int read_one(int fd, FILE *log)
{
	unsigned char buf[SNAP];
	char control[256];
	struct sockaddr_ll from;
	struct iovec iov = { .iov_base = buf, .iov_len = sizeof(buf) };
	struct msghdr msg = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct packet pkt = { .src = "-", .dst = "-" };
	ssize_t n = recvmsg(fd, &msg, MSG_TRUNC);
	uint64_t ns;

	if (n < 0)
		return -errno;
	ns = stamp_ns(&msg, &pkt.tags);
	parse(buf, (size_t)n < sizeof(buf) ? (size_t)n : sizeof(buf), (size_t)n, &pkt);
	fprintf(log, "%llu %s %s %s %u %u %u %zu %zd %u 0x%04x\n", (unsigned long long)ns,
		from.sll_pkttype == PACKET_OUTGOING ? "out" : "in", pkt.src, pkt.dst, pkt.proto,
		pkt.sport, pkt.dport, pkt.payload, n, pkt.tags, pkt.ethertype);
	return 0;
}

static int open_socket(const char *ifname)
{
	struct sockaddr_ll addr = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)if_nametoindex(ifname),
	};
	struct timeval tick = { .tv_usec = 50000 };
	int fd, on = 1, big = 64 << 20;

	if (!addr.sll_ifindex)
		return -errno;
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &big, sizeof(big));
	setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
	setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tick, sizeof(tick));
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
		int r = -errno;

		close(fd);
		return r;
	}
	return fd;
}

/*
 * Line: ns in|out src dst proto sport dport payload frame_bytes vlan_tags ethertype
 * First line "# ready NS"; last "# end NS packets N lost N": N lost above 0
 * means the log cannot prove that nothing passed.
 */
int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = on_signal };
	struct tpacket_stats stats = { 0 };
	socklen_t len = sizeof(stats);
	unsigned long packets = 0;
	FILE *log;
	int fd, r;

	if (argc != 3) {
		fprintf(stderr, "usage: capture INTERFACE LOG\n");
		return 2;
	}
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	fd = open_socket(argv[1]);
	if (fd < 0) {
		fprintf(stderr, "capture: %s: %s\n", argv[1], strerror(-fd));
		return 1;
	}
	log = fopen(argv[2], "w");
	if (!log) {
		fprintf(stderr, "capture: %s: %s\n", argv[2], strerror(errno));
		return 1;
	}
	fprintf(log, "# ready %llu %s\n", (unsigned long long)now_ns(), argv[1]);
	fflush(log);
	for (;;) {
		r = read_one(fd, log);
		if (!r) {
			packets++;
			continue;
		}
		/* Idle: readers of the log see all there is; told to stop: all was read. */
		fflush(log);
		if (stop || (r != -EAGAIN && r != -EINTR))
			break;
	}
	if (getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &stats, &len) < 0)
		stats.tp_drops = 1;
	fprintf(log, "# end %llu packets %lu lost %u\n", (unsigned long long)now_ns(), packets,
		stats.tp_drops);
	return fclose(log) || (r != -EAGAIN && r != -EINTR) ? 1 : 0;
}
