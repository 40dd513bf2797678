/* SPDX-License-Identifier: GPL-2.0-only */
/* What a home's record holds of a few days. Each kind of viewer that is ordinary is here on purpose. */
#include <string.h>
#include "world.h"

#define DAY_S 86400

struct home {
	FILE *f;
	unsigned int h, homes;
	uint64_t n, random;
	int64_t at_s;
};

static uint64_t draw(struct home *w, uint64_t below)
{
	uint64_t z = (w->random += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (z ^ (z >> 31)) % below;
}

unsigned int world_visited(unsigned int homes)
{
	return homes * 3 / 5;
}

unsigned int world_roamed(unsigned int homes)
{
	return homes * 2 / 5;
}

/* Every second home keeps networks only of whom it let in. */
static int minimal(const struct home *w)
{
	return w->h % 2;
}

/* more: members besides, with a comma behind each. */
static void line(struct home *w, const char *what, const char *peer, const char *more)
{
	char kept[80];
	char *dot;

	snprintf(kept, sizeof(kept), "%s", peer);
	dot = strrchr(kept, '.');
	if (minimal(w) && !strcmp(what, "allowed") && dot)
		strcpy(dot, ".0/24");
	w->n++;
	fprintf(w->f,
		"{\"v\":2,\"id\":%llu,\"what\":\"%s\",\"cam\":\"cam%u\",\"name\":\"Nursery %u\","
		"\"first_s\":%lld,\"last_s\":%lld,\"duration_s\":60,\"count\":1,\"peer\":\"%s\","
		"\"peer_port\":32100,\"proto\":\"udp\",%s\"sign\":\"rate\",\"up_bytes\":%llu,"
		"\"down_bytes\":2000,\"stopped_bytes\":0,\"evidence\":{\"up_packets\":10,"
		"\"down_packets\":5,\"first\":\"f1410014\"},\"n\":%llu,\"hash\":\"%016llx\"}\n",
		(unsigned long long)w->n, what, (unsigned int)draw(w, 2), w->h,
		(long long)w->at_s - 60, (long long)w->at_s, kept, more,
		(unsigned long long)draw(w, 5000000), (unsigned long long)w->n,
		(unsigned long long)((uint64_t)(w->h + 1) * 0x9e3779b97f4a7c15u ^ w->n << 32));
}

static void own(struct home *w, const char *peer)
{
	uint64_t how = draw(w, 10);

	if (how < 6)
		line(w, "allowed", peer, "\"opening\":{\"by\":\"hand\",\"user\":\"anna\"},");
	else if (how < 9)
		line(w, "allowed", peer, "\"rule\":\"viewer phone\",\"file\":\"f\",\"line\":3,");
	else /* they forgot to open it */
		line(w, "stopped", peer, "\"began\":\"peer\",");
}

/* A mobile network: some addresses for all who are on the way. */
static void on_the_way(struct home *w)
{
	char peer[64];

	snprintf(peer, sizeof(peer), "198.51.%u.%u", 100 + w->h / 3000,
		 1 + (unsigned int)draw(w, 2 + (w->homes < 3000 ? w->homes : 3000) / 25));
	own(w, peer);
}

static void from_work(struct home *w)
{
	char peer[64];

	snprintf(peer, sizeof(peer), "21.%u.%u.%u", w->h >> 16, w->h >> 8 & 255, w->h & 255);
	own(w, peer);
}

/* Another address of the same /64 each time. */
static void by_v6(struct home *w)
{
	char peer[64];

	snprintf(peer, sizeof(peer), "2a02:%x:%x::%x", 1 + w->h / 65000, w->h % 65000,
		 1 + (unsigned int)draw(w, 65000));
	own(w, peer);
}

static void servers(struct home *w)
{
	char peer[64];

	snprintf(peer, sizeof(peer), "52.94.1.%u", 1 + (unsigned int)draw(w, 4));
	line(w, draw(w, 2) ? "stopped" : "allowed", peer,
	     "\"asked\":\"relay.vendor.example\",\"began\":\"camera\",");
	if (w->h % 5)
		line(w, "allowed", "192.0.2.50",
		     "\"rule\":\"maintenance\",\"file\":\"f\",\"line\":9,");
}

static void strangers(struct home *w, unsigned int day)
{
	char peer[64];

	line(w, "refused", "45.83.64.1", "\"began\":\"peer\",");
	if (w->h < world_visited(w->homes) && day == w->h % 2)
		line(w, minimal(w) ? "stopped" : "allowed", WORLD_STRANGER,
		     minimal(w) ? "\"began\":\"peer\"," : "\"opening\":{\"by\":\"config\"},");
	if (w->h < world_roamed(w->homes) && day == 0) {
		snprintf(peer, sizeof(peer), "91.92.240.%u", 1 + w->h % 250);
		line(w, "stopped", peer, "\"began\":\"peer\",");
	}
}

uint64_t world_lines(FILE *f, unsigned int h, unsigned int homes, unsigned int days, int64_t now_s)
{
	struct home w = { .f = f, .h = h, .homes = homes, .random = h * 1000003u + 7 };

	for (unsigned int day = 0; day < days; day++) {
		w.at_s = now_s - (int64_t)day * DAY_S - (int64_t)draw(&w, 3600);
		on_the_way(&w);
		on_the_way(&w);
		from_work(&w);
		if (h % 3 == 0)
			by_v6(&w);
		servers(&w);
		strangers(&w, day);
		/* What is no session is a line, too. */
		w.n++;
		fprintf(f,
			"{\"v\":2,\"what\":\"day\",\"cam\":\"cam0\",\"last_s\":%lld,\"n\":%llu,"
			"\"hash\":\"%016llx\"}\n",
			(long long)w.at_s, (unsigned long long)w.n, (unsigned long long)w.n);
	}
	return w.n;
}
