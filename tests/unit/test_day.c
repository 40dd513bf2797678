/* SPDX-License-Identifier: GPL-2.0-only */
/* A camera's day: there and back, what is one, and what finds no place any more. */
#include <lib/day.h>
#include <lib/reason.h>
#include "unit.h"

static struct cg_addr addr(const char *text)
{
	struct cg_addr a;

	ck_assert_int_eq(cg_addr_parse(text, &a), 0);
	return a;
}

static struct cg_day_peer *peer(struct cg_day *d, const char *name, const char *text)
{
	struct cg_addr a = addr(text);

	return cg_day_peer(d, name, &a);
}

static struct cg_day made(void)
{
	return (struct cg_day){ .cam = "nursery",
				.cam_name = "婴儿房",
				.day = 20784,
				.first_s = 1795700000,
				.last_s = 1795786000 };
}

START_TEST(who_is_one)
{
	struct cg_day d = made();
	struct cg_day_peer *p = peer(&d, NULL, "198.51.100.7");

	ck_assert_ptr_eq(peer(&d, NULL, "198.51.100.8"), p);
	ck_assert_ptr_ne(peer(&d, NULL, "198.51.101.8"), p);
	/* By name, whatever its address; a network without one is another. */
	p = peer(&d, "a.example", "198.51.100.7");
	ck_assert_ptr_ne(peer(&d, NULL, "198.51.100.7"), p);
	ck_assert_ptr_eq(peer(&d, "a.example", "203.0.113.7"), p);
	ck_assert_ptr_ne(peer(&d, "b.example", "203.0.113.7"), p);
	ck_assert_ptr_eq(peer(&d, NULL, "2001:db8:1:2::1"), peer(&d, NULL, "2001:db8:1:9::2"));
	ck_assert_ptr_ne(peer(&d, NULL, "2001:db8:1:2::1"), peer(&d, NULL, "2001:db8:2::2"));
	cg_day_clear(&d);
}
END_TEST

START_TEST(there_and_back)
{
	struct cg_day d = made(), b;
	struct cg_day_stop stop = { CG_DROP_UNRULED, true, false, 12, 720 };
	struct cg_day_peer *p;
	char *line = NULL, *again = NULL;

	d.unsure = true;
	p = peer(&d, "p2p.\"maker\".example", "198.51.100.7");
	p->up_bytes = 5000;
	p->stopped_bytes = 9;
	strcpy(p->country, "XX");
	peer(&d, NULL, "2001:db8:1::1")->down_bytes = 7;
	for (int i = 0; i < CG_DAY_PEERS; i++) {
		char text[32];

		snprintf(text, sizeof(text), "21.0.%d.1", i);
		peer(&d, NULL, text)->up_bytes += 1;
	}
	ck_assert_uint_eq(d.npeer, CG_DAY_PEERS);
	ck_assert_uint_eq(d.nother, 2);
	ck_assert_uint_eq(d.other.up_bytes, 2);
	cg_day_stop(&d, &stop);
	cg_day_stop(&d, &stop);
	stop.up = false;
	stop.monitored = true;
	cg_day_stop(&d, &stop);
	ck_assert_uint_eq(d.nstop, 2);
	ck_assert_uint_eq(d.stop[0].packets, 24);
	ck_assert_int_eq(cg_day_print(&d, &line), 0);
	ck_assert(cg_day_is(line, strlen(line)));
	ck_assert_int_eq(cg_day_parse(line, strlen(line) - 1, &b), 0);
	ck_assert_int_eq(b.day, d.day);
	ck_assert_uint_eq(b.npeer, CG_DAY_PEERS);
	ck_assert_str_eq(b.peer[0].name, "p2p.\"maker\".example");
	ck_assert_str_eq(b.peer[0].country, "XX");
	ck_assert_uint_eq(b.nother, 2);
	ck_assert(b.stop[1].monitored && !b.stop[1].up && b.unsure);
	ck_assert_int_eq(cg_day_print(&b, &again), 0);
	ck_assert_str_eq(again, line);
	/* Without a database there is no country in it. */
	*d.peer[0].country = '\0';
	free(again);
	ck_assert_int_eq(cg_day_print(&d, &again), 0);
	ck_assert_ptr_null(strstr(again, "country"));
	free(line);
	free(again);
	cg_day_clear(&d);
	cg_day_clear(&b);
}
END_TEST

/* By country and by network: each its sum, those beyond the room together, and as written so read. */
START_TEST(places)
{
	struct cg_day d = made(), b;
	char *line = NULL, *again = NULL;
	char text[16];

	cg_day_place(&d.country, "DE")->up_bytes += 100;
	cg_day_place(&d.country, "unknown")->stopped_bytes += 7;
	cg_day_place(&d.country, "DE")->up_bytes += 20;
	cg_day_place(&d.country, "DE")->down_bytes += 3;
	ck_assert_uint_eq(d.country.n, 2);
	for (int i = 0; i < CG_DAY_PLACES + 3; i++) {
		snprintf(text, sizeof(text), "AS%d", 64500 + i);
		cg_day_place(&d.network, text)->up_bytes += 10;
	}
	ck_assert_uint_eq(d.network.n, CG_DAY_PLACES);
	ck_assert_uint_eq(d.network.nother, 3);
	ck_assert_int_eq(cg_day_print(&d, &line), 0);
	ck_assert_ptr_nonnull(strstr(line, "\"countries\":[{\"country\":\"DE\",\"up_bytes\":120,"
					   "\"down_bytes\":3},{\"country\":\"unknown\","
					   "\"stopped_bytes\":7}]"));
	ck_assert_ptr_nonnull(strstr(line, "{\"up_bytes\":30,\"others\":3}]"));
	ck_assert_int_eq(cg_day_parse(line, strlen(line) - 1, &b), 0);
	ck_assert_uint_eq(b.country.n, 2);
	ck_assert_str_eq(b.country.v[0].text, "DE");
	ck_assert_uint_eq(b.country.v[0].up_bytes, 120);
	ck_assert_uint_eq(b.country.v[1].stopped_bytes, 7);
	ck_assert_uint_eq(b.network.n, CG_DAY_PLACES);
	ck_assert_uint_eq(b.network.nother, 3);
	ck_assert_uint_eq(b.network.other.up_bytes, 30);
	ck_assert_int_eq(cg_day_print(&b, &again), 0);
	ck_assert_str_eq(again, line);
	cg_day_clear(&d);
	ck_assert_uint_eq(d.country.n + d.network.n + d.network.nother, 0);
	cg_day_clear(&b);
	free(line);
	free(again);
	/* What is odd in it is passed over. */
	line = strdup("{\"v\":2,\"what\":\"day\",\"cam\":\"a\",\"day\":\"2026-11-27\",\"to\":[],"
		      "\"countries\":[7,{},{\"country\":\"much-too-long-a-text\"},"
		      "{\"country\":\"CN\",\"up_bytes\":-4}],\"networks\":{},\"stopped\":[]}");
	ck_assert_int_eq(cg_day_parse(line, strlen(line), &b), 0);
	ck_assert_uint_eq(b.country.n, 1);
	ck_assert_uint_eq(b.country.v[0].up_bytes, 0);
	ck_assert_uint_eq(b.network.n, 0);
	cg_day_clear(&b);
	free(line);
}
END_TEST

START_TEST(none)
{
	static const char *const wrong[] = {
		"7",
		"{\"v\":1,\"what\":\"day\",\"cam\":\"a\",\"day\":\"2026-11-27\"}",
		"{\"v\":2,\"what\":\"days\",\"cam\":\"a\",\"day\":\"2026-11-27\"}",
		"{\"v\":2,\"what\":\"day\",\"cam\":\"\",\"day\":\"2026-11-27\"}",
		"{\"v\":2,\"what\":\"day\",\"cam\":\"a\",\"day\":\"2026-13-27\"}",
		"{\"v\":2,\"what\":\"day\",\"cam\":\"a\",\"day\":\"2026-11-27x\"}",
	};
	const struct cg_day_places no_places = { 0 };
	struct cg_day d = made();

	ck_assert_ptr_null(cg_day_places_json(&no_places, "country"));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_assert_msg(cg_day_parse(wrong[i], strlen(wrong[i]), &d) == -EPROTO, "%s",
			      wrong[i]);
	ck_assert(!cg_day_is(wrong[2], strlen(wrong[2])));
	/* What is odd in it is passed over. */
	{
		const char *odd =
			"{\"v\":2,\"what\":\"day\",\"cam\":\"a\",\"day\":\"2026-11-27\",\"to\":"
			"[7,{\"net\":\"x\"},{\"net\":\"192.0.2.0/24\",\"up_bytes\":-4}],"
			"\"stopped\":[{\"reason\":\"lan\"},{\"reason\":\"?\"},7]}";

		ck_assert_int_eq(cg_day_parse(odd, strlen(odd), &d), 0);
		ck_assert_uint_eq(d.npeer, 1);
		ck_assert_uint_eq(d.peer[0].up_bytes, 0);
		cg_day_clear(&d);
		ck_assert(d.nstop == 0 && cg_day_empty(&(struct cg_day){ .cam = "a" }));
	}
}
END_TEST

/* Every reason that drops has a class that people know. */
START_TEST(classes)
{
	static const char *const known[] = { "remote", "lan", "gateway", "forged", "malformed" };

	for (unsigned int r = CG_REASON_DROP; r < __CG_REASON_MAX; r++) {
		bool found = false;

		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			found |= !strcmp(cg_day_class((enum cg_reason)r), known[i]);
		ck_assert_msg(found, "%s", cg_reason_name(r));
	}
	ck_assert_str_eq(cg_day_class(CG_DROP_UNRULED), "remote");
	ck_assert_str_eq(cg_day_class(CG_DROP_PORTMAP), "gateway");
	ck_assert_str_eq(cg_day_class(CG_DROP_LAN_VIEWING), "lan");
	ck_assert_str_eq(cg_day_class(CG_DROP_SPOOF), "forged");
	ck_assert_str_eq(cg_day_class(CG_DROP_VLAN), "malformed");
}
END_TEST

int main(void)
{
	return UNIT_RUN("day", 30, who_is_one, there_and_back, places, none, classes);
}
