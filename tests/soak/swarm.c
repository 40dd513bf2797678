/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Cameras by the hundred, and who scans them from outside: each frame carries what the
 * reference says will become of it.
 *
 *   swarm config            the cameras, as camgate.conf has them
 *   swarm neigh DEVICE      their neighbour entries, for `ip -batch`
 *   swarm up|down DEVICE MAC SECONDS [PACKETS_PER_SECOND]
 *
 * up: what the cameras send; down: what the internet sends them. Both as fast as the
 * machine takes it, or at a rate; they print how many frames were sent that pass, and how
 * many that do not. The first four bytes of the payload are FATE_PASS or FATE_DROP.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include "../bpf/reference.h"
#include "../bpf/run.h"

#define CAMS	  512
#define KINDS	  8
#define FLOWS	  520 /* of each camera, as long as it runs; a fifth of them pass */
#define OF_OPEN	  216 /* of one that is open: nearly all of these pass */
#define KNOCKS	  128 /* frames for each camera from outside */
#define FRIENDS	  16  /* of them at a camera that is open, whose table has room for these besides */
#define BATCH	  64
#define SIZE	  160
#define CHURN_MS  1500 /* each camera ends a flow and begins another */
/* Flows of a camera that pass at once: those that ended keep their places for three
 * minutes more, 120 at most, of which a third passed; the quota is beyond both. */
#define PASSING	  170
#define FATE_PASS "CGSP"
#define FATE_DROP "CGSD"

struct text_rule {
	enum cg_rule_kind kind;
	const char *prefix;
	uint16_t lo, hi; /* 0: any */
	uint8_t proto;	 /* 0: TCP and UDP */
};

struct kind {
	enum cg_exposure_state exposure;
	struct text_rule rule[4];
};

static const struct kind kinds[KINDS] = {
	{ CG_CLOSED, { { CG_RULE_ALLOW, "198.51.0.0/16", 0, 0, IPPROTO_UDP } } },
	{ CG_CLOSED,
	  { { CG_RULE_ALLOW, "198.51.0.0/16", 80, 5001, 0 },
	    { CG_RULE_DENY, "198.51.100.64/26", 0, 0, 0 } } },
	{ CG_SEALED, { { CG_RULE_ALLOW, "198.51.100.0/24", 0, 0, 0 } } },
	{ CG_OPEN, { { CG_RULE_DENY, "203.0.113.0/24", 0, 0, 0 } } },
	{ CG_CLOSED,
	  { { CG_RULE_UPLOAD, "198.51.0.0/16", 0, 0, IPPROTO_UDP },
	    { CG_RULE_UPLOAD, "2001:db8:c10d::/48", 443, 443, 0 } } },
	{ CG_CLOSED, { { 0 } } },
	{ CG_CLOSED,
	  { { CG_RULE_ALLOW, "203.0.113.0/24", 443, 443, IPPROTO_TCP },
	    { CG_RULE_DENY, "2001:db8:bad::/48", 0, 0, 0 },
	    { CG_RULE_ALLOW, "2001:db8::/32", 80, 5001, 0 } } },
	{ CG_CLOSED,
	  { { CG_RULE_ALLOW, "2001:db8:c10d::/64", 0, 0, 0 },
	    { CG_RULE_DENY, "2001:db8:c10d::10", 444, 444, 0 } } },
};

/* Few enough that each camera's sessions have room. */
static const char *const peers[] = {
	"198.51.100.10",     "198.51.100.70",	 "198.51.101.9",
	"203.0.113.66",	     "203.0.113.67",	 "2001:db8:c10d::10",
	"2001:db8:c10d::11", "2001:db8:bad::66", "2001:db8:99::1",
};
static const uint16_t ports[] = { 80, 443, 444, 5000, 5001 };

struct frame {
	uint16_t len;
	bool passes;
	uint8_t data[SIZE];
};

static struct env_cam cams[KINDS];
static uint32_t passing[CAMS];
static uint64_t seed = 88172645463325252ULL;
static volatile sig_atomic_t over;

static uint32_t rnd(uint32_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (seed >> 16) % n;
}

static void ended(int sig)
{
	(void)sig;
	over = 1;
}

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ULL + t.tv_nsec / 1000000;
}

static void mac_of(uint32_t c, uint8_t mac[6])
{
	const uint8_t m[6] = { 0x02, 0xcb, 0, 0, c >> 8, c };

	memcpy(mac, m, 6);
}

static void addr_of(uint32_t c, bool v6, char buf[64])
{
	if (v6)
		snprintf(buf, 64, "2001:db8:1:1::c%03x", c);
	else
		snprintf(buf, 64, "10.50.%u.%u", 1 + c / 200, 1 + c % 200);
}

static void cams_make(void)
{
	for (uint32_t k = 0; k < KINDS; k++)
		for (const struct text_rule *t = kinds[k].rule; t->prefix; t++) {
			struct env_rule *r = &cams[k].rules[cams[k].nrules++];

			if (!addr_prefix_parse(t->prefix, r->addr, &r->bits))
				exit(2);
			r->rule.kind = t->kind;
			r->rule.proto = t->proto ? t->proto :
					t->lo	 ? CG_PROTO_TCPUDP :
						   CG_PROTO_ANY;
			r->rule.port_lo = t->lo;
			r->rule.port_hi = t->lo ? t->hi : 65535;
			if (t->proto && !t->lo)
				r->rule.port_lo = 0;
		}
}

static void config(void)
{
	static const char *const exposures[] = {
		[CG_SEALED] = "sealed", [CG_CLOSED] = "closed", [CG_OPEN] = "open"
	};
	static const char *const keys[] = {
		[CG_RULE_DENY] = "deny", [CG_RULE_ALLOW] = "allow", [CG_RULE_UPLOAD] = "upload"
	};

	for (uint32_t c = 0; c < CAMS; c++) {
		const struct kind *k = &kinds[c % KINDS];
		uint8_t m[6];

		mac_of(c, m);
		/* So much is no talk: of the signs only the one that the reference knows. */
		printf("camera \"swarm%u\" {\n\tid = \"swarm%u\"\n\texposure = %s\n\tsigns = { inbound }\n"
		       "\tmac = { \"%02x:%02x:%02x:%02x:%02x:%02x\" }\n",
		       c, c, exposures[k->exposure], m[0], m[1], m[2], m[3], m[4], m[5]);
		for (const struct text_rule *t = k->rule; t->prefix; t++) {
			bool v6 = strchr(t->prefix, ':') && t->lo;

			printf("\t%s += { \"%s%s%s", keys[t->kind], v6 ? "[" : "", t->prefix,
			       v6 ? "]" : "");
			if (t->lo)
				printf(":%u", t->lo);
			if (t->hi > t->lo)
				printf("-%u", t->hi);
			printf("%s\" }\n", t->proto == IPPROTO_UDP ? "/udp" :
					   t->proto == IPPROTO_TCP ? "/tcp" :
								     "");
		}
		printf("}\n");
	}
}

static void neigh(const char *dev)
{
	char addr[64];
	uint8_t m[6];

	for (uint32_t c = 0; c < CAMS; c++)
		for (int v6 = 0; v6 < 2; v6++) {
			mac_of(c, m);
			addr_of(c, v6, addr);
			printf("neigh replace %s lladdr %02x:%02x:%02x:%02x:%02x:%02x dev %s nud permanent\n",
			       addr, m[0], m[1], m[2], m[3], m[4], m[5], dev);
		}
}

/* Builds it and asks the reference. */
static void make(struct frame *f, uint32_t c, struct pk *s, struct ref_packet *p)
{
	const struct kind *k = &kinds[c % KINDS];
	uint64_t word = (uint64_t)k->exposure << CG_WORD_BASE_SHIFT, want;
	static const uint8_t nobody[16];
	static struct pkt pkt;

	if (!addr_parse(p->dir == UP ? s->dst : s->src, p->peer))
		exit(2);
	p->proto = s->proto;
	want = ref_decide(&cams[c % KINDS], word, nobody, 1, p);
	f->passes = want & ANY_PASS;
	/* Whatever may be either is not asked here. */
	if (f->passes && want & ANY_DROP)
		exit(2);
	s->raw = (const uint8_t *)(f->passes ? FATE_PASS : FATE_DROP);
	s->payload = 4;
	pk_build(s, &pkt);
	f->len = pkt.len;
	memcpy(f->data, pkt.data, pkt.len);
}

static void up_pick(struct frame *f, uint32_t c, const uint8_t gw[6], uint16_t port)
{
	struct ref_packet p = { .dir = UP };
	struct pk s = { .dmac = gw, .sport = port };
	char addr[64];
	uint8_t mac[6];

	mac_of(c, mac);
	s.smac = mac;
	s.dst = peers[rnd(sizeof(peers) / sizeof(peers[0]))];
	addr_of(c, strchr(s.dst, ':'), addr);
	s.src = addr;
	s.proto = rnd(3) ? IPPROTO_UDP : IPPROTO_TCP;
	s.flags = s.proto == IPPROTO_TCP ? TCP_SYN : 0;
	p.peer_port = s.dport = ports[rnd(sizeof(ports) / sizeof(ports[0]))];
	make(f, c, &s, &p);
}

/* In place of what f was. */
static void up_make(struct frame *f, uint32_t c, const uint8_t gw[6], uint16_t port)
{
	passing[c] -= f->passes;
	do
		up_pick(f, c, gw, port);
	while (f->passes && passing[c] == PASSING);
	passing[c] += f->passes;
}

static void down_make(struct frame *f, uint32_t c, const uint8_t gw[6], uint32_t i)
{
	struct ref_packet p = { .dir = DOWN, .from_wan = true, .inbound = true };
	static const uint8_t router[6] = { 0x02, 0x9a, 0, 0, 0, 0x77 };
	struct pk s = { .smac = router, .dmac = gw };
	char addr[64], peer[64];
	bool few = kinds[c % KINDS].exposure == CG_OPEN;

	addr_of(c, true, addr);
	s.dst = addr;
	/* Scans come from everywhere; those that are let in are always the same few. */
	snprintf(peer, sizeof(peer), "2001:db8:5ca%x::%x", few ? 0 : rnd(16),
		 few ? 1 + i % FRIENDS : 1 + rnd(65535));
	s.src = peer;
	s.proto = (few ? i : rnd(2)) & 1 ? IPPROTO_UDP : IPPROTO_TCP;
	s.flags = s.proto == IPPROTO_TCP ? TCP_SYN : 0;
	p.peer_port = s.sport = few ? 4000 + i % FRIENDS : 1024 + rnd(60000);
	s.dport = few ? 554 : 1 + rnd(9999);
	make(f, c, &s, &p);
}

static int socket_open(const char *dev)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = if_nametoindex(dev) };
	int fd = socket(AF_PACKET, SOCK_RAW, 0), one = 1;

	if (fd < 0 || setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof(one)) ||
	    bind(fd, (struct sockaddr *)&to, sizeof(to))) {
		perror("swarm: packet socket");
		exit(1);
	}
	return fd;
}

/* Sends the n frames round and round; churn: now and then others take their place. */
static void run(int fd, struct frame *frames, uint32_t n, uint64_t ms, uint64_t rate,
		const uint8_t *churn_gw)
{
	static struct mmsghdr msg[BATCH];
	static struct iovec io[BATCH];
	uint64_t began = now_ms(), now = began, fresh = began + CHURN_MS, sent[2] = { 0 };
	uint32_t at = 0, port = 40000;
	int r;

	for (int i = 0; i < BATCH; i++) {
		msg[i].msg_hdr.msg_iov = &io[i];
		msg[i].msg_hdr.msg_iovlen = 1;
	}
	while (!over && now < began + ms) {
		for (uint32_t i = 0; i < BATCH; i++) {
			struct frame *f = &frames[(at + i) % n];

			io[i].iov_base = f->data;
			io[i].iov_len = f->len;
		}
		r = sendmmsg(fd, msg, BATCH, 0);
		now = now_ms();
		if (r < 0 && errno != ENOBUFS && errno != EAGAIN && errno != EINTR) {
			perror("swarm: send");
			exit(1);
		}
		for (int i = 0; i < r; i++)
			sent[frames[(at + i) % n].passes]++;
		at = (at + (r > 0 ? r : 0)) % n;
		while (rate && !over && (sent[0] + sent[1]) * 1000 > rate * (now - began + 1)) {
			nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
			now = now_ms();
		}
		if (churn_gw && now >= fresh) {
			/* The flow of this number of each camera; the open ones have no room. */
			for (uint32_t c = 0; c < CAMS; c++)
				if (kinds[c % KINDS].exposure != CG_OPEN)
					up_make(&frames[(port % FLOWS) * CAMS + c], c, churn_gw,
						port);
			port = port < 60000 ? port + 1 : 40000;
			fresh += CHURN_MS;
		}
	}
	printf("pass %llu drop %llu ms %llu\n", (unsigned long long)sent[1],
	       (unsigned long long)sent[0], (unsigned long long)(now - began));
}

int main(int argc, char **argv)
{
	struct frame *frames;
	bool up;
	uint32_t each, n = 0;
	uint8_t gw[6];

	cams_make();
	if (argc == 2 && !strcmp(argv[1], "config")) {
		config();
		return 0;
	}
	if (argc == 3 && !strcmp(argv[1], "neigh")) {
		neigh(argv[2]);
		return 0;
	}
	if (argc < 5 || sscanf(argv[3], "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", gw, gw + 1, gw + 2, gw + 3,
			       gw + 4, gw + 5) != 6)
		return 2;
	up = !strcmp(argv[1], "up");
	each = up ? FLOWS : KNOCKS;
	frames = calloc((size_t)CAMS * each, sizeof(*frames));
	if (!frames)
		return 1;
	for (uint32_t i = 0; i < each; i++)
		for (uint32_t c = 0; c < CAMS; c++, n++) {
			if (up && i >= OF_OPEN && kinds[c % KINDS].exposure == CG_OPEN)
				frames[n] = frames[(i - OF_OPEN) * CAMS + c];
			else if (up)
				up_make(&frames[n], c, gw, 20000 + i);
			else
				down_make(&frames[n], c, gw, i);
		}
	signal(SIGTERM, ended);
	run(socket_open(argv[2]), frames, n, strtoull(argv[4], NULL, 10) * 1000,
	    argc > 5 ? strtoull(argv[5], NULL, 10) : 0, up ? gw : NULL);
	free(frames);
	return 0;
}
