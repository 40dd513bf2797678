/* SPDX-License-Identifier: GPL-2.0-only */
/* Budgets: what is written, what becomes of it, what is refused. */
#include <lib/budget.h>
#include "unit.h"

static const struct cg_pos AT = { "b.conf", 3, 5 };

static struct cg_budget_text read_text(const char *s)
{
	struct cg_budget_text t = { 7, 7, 7 };
	struct cg_diag d = { "" };

	ck_assert_msg(!cg_budget_parse(s, "control_budget", &AT, &d, &t), "%s", d.text);
	return t;
}

START_TEST(words)
{
	static const struct {
		const char *text, *back;
		uint64_t rate, burst, hour;
	} good[] = {
		{ "rate=64k burst=8M hour=200M", "rate=64k burst=8M hour=200M", 64000, 8000000,
		  200000000 },
		{ "hour=1G", "hour=1G", 0, 0, 1000000000 },
		{ "  burst=100\trate=1500 ", "rate=1500 burst=100", 1500, 100, 0 },
		{ "rate=2K", "rate=2k", 2000, 0, 0 },
		{ "rate=1000000000 hour=1000001", "rate=1G hour=1000001", 1000000000, 0, 1000001 },
	};
	char text[CG_BUDGET_STRLEN];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct cg_budget_text t = read_text(good[i].text);

		ck_assert_uint_eq(t.rate, good[i].rate);
		ck_assert_uint_eq(t.burst, good[i].burst);
		ck_assert_uint_eq(t.hour, good[i].hour);
		ck_assert_str_eq(cg_budget_format(&t, text), good[i].back);
	}
}
END_TEST

START_TEST(longest)
{
	struct cg_budget_text t = { 999999999, 999999999, 999999999 };
	char text[CG_BUDGET_STRLEN];

	cg_budget_format(&t, text);
	t = read_text(text);
	ck_assert_uint_eq(t.hour, 999999999);
	t = (struct cg_budget_text){ 0 };
	ck_assert_str_eq(cg_budget_format(&t, text), "");
	ck_assert(!cg_budget_is_set(&t));
}
END_TEST

START_TEST(faults)
{
	static const struct {
		const char *text, *found, *expected;
	} bad[] = {
		{ "", "found nothing", "rate=2k burst=64k hour=4M" },
		{ "  ", "found nothing", "expected a budget" },
		{ "rate", "found 'rate'", "expected rate=BYTES, burst=BYTES or hour=BYTES" },
		{ "rate=", "found 'rate='", "expected rate=bytes a second" },
		{ "rate=99", "found 'rate=99'", "100 to 1G" },
		{ "rate=0", "found 'rate=0'", "100 to 1G" },
		{ "burst=2G", "found 'burst=2G'", "expected burst=bytes at once" },
		{ "burst=1001M", "found 'burst=1001M'", "100 to 1G" },
		{ "hour=10T", "found 'hour=10T'", "expected hour=bytes an hour" },
		{ "hour=10m", "found 'hour=10m'", "such as 64k" },
		{ "hour=10kk", "found 'hour=10kk'", "such as 64k" },
		{ "hour=k", "found 'hour=k'", "such as 64k" },
		{ "hour=-5k", "found 'hour=-5k'", "such as 64k" },
		{ "hour=99999999999999999999999", "found 'hour=9999", "such as 64k" },
		{ "rate=1k rate=1k", "rate is written twice", "expected it once" },
		{ "rate=1k, burst=1k", "found 'rate=1k,'", "such as 64k" },
		{ "speed=1k", "found 'speed=1k'", "expected rate=BYTES" },
		{ "=1k", "found '=1k'", "expected rate=BYTES" },
	};
	struct cg_budget_text t = { 7, 7, 7 };
	struct cg_diag d;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		d.text[0] = '\0';
		ck_assert_msg(cg_budget_parse(bad[i].text, "upload_budget", &AT, &d, &t) == -EINVAL,
			      "took '%s'", bad[i].text);
		UNIT_HOLDS(d.text, "b.conf:3:5: upload_budget: ", bad[i].found, bad[i].expected);
		ck_assert_uint_eq(t.rate, 7);
	}
}
END_TEST

/* What a GCRA lets pass of v bytes a packet within s seconds, counted one by one. */
static uint64_t passes(const struct cg_budget *b, uint64_t s, uint64_t v)
{
	uint64_t tat = 0, hour = 0, sent = 0;

	for (uint64_t now = 1000000000000ULL, end = now + s * 1000000000ULL; now < end;
	     now += 1000000) {
		tat = tat > now ? tat : now;
		hour = hour > now ? hour : now;
		if (tat + v * b->ns_256 / 256 > now + b->burst_ns ||
		    hour + v * b->hour_ns_256 / 256 > now + b->hour_burst_ns)
			continue;
		tat += v * b->ns_256 / 256;
		hour += v * b->hour_ns_256 / 256;
		sent += v;
	}
	return sent;
}

START_TEST(times)
{
	struct cg_budget_text t = { 2000, 64000, 4000000 };
	struct cg_budget b = cg_budget_make(&t, false);

	ck_assert_uint_eq(b.ns_256, 128000000);
	ck_assert_uint_eq(b.burst_ns, 32000000000ULL);
	ck_assert_uint_eq(b.hour_ns_256, 256 * 1800000ULL);
	ck_assert_uint_eq(b.hour_burst_ns, 3600000000000ULL);
	ck_assert_uint_eq(b.grant, 4000);
	/* at once, and then a second's worth a second */
	ck_assert_uint_eq(passes(&b, 1, 1000) / 1000, 65);
	ck_assert_uint_eq(passes(&b, 60, 1000) / 1000, 183);
	t = (struct cg_budget_text){ 1000000, 8000000, 10000000 };
	b = cg_budget_make(&t, true);
	ck_assert_uint_eq(b.grant, 64 * 1024);
	/* half of the hour's at once, the other in its course */
	ck_assert_uint_eq(passes(&b, 60, 1000) / 1000, 5083);
	t = (struct cg_budget_text){ 100, 100, 100 };
	b = cg_budget_make(&t, true);
	ck_assert_uint_eq(b.grant, 6);
	t = (struct cg_budget_text){ 1000000000, 1000000000, 1000000000 };
	b = cg_budget_make(&t, false);
	ck_assert_uint_eq(b.ns_256, 256);
	ck_assert_uint_eq(b.grant, 16 * 1024);
	ck_assert_uint_gt(b.hour_ns_256, 0);
}
END_TEST

START_TEST(under)
{
	struct cg_budget_text t = { .burst = 5000 }, d = cg_budget_default(true);

	cg_budget_under(&t, &d);
	ck_assert_uint_eq(t.rate, CG_UPLOAD_BYTES_S);
	ck_assert_uint_eq(t.burst, 5000);
	ck_assert_uint_eq(t.hour, CG_UPLOAD_HOUR);
	ck_assert(!cg_budget_same(&t, &d));
	ck_assert(cg_budget_same(&d, &d));
	d = cg_budget_default(false);
	ck_assert_uint_eq(d.rate, CG_CONTROL_BYTES_S);
	ck_assert_uint_eq(d.burst, CG_CONTROL_BURST);
	ck_assert_uint_eq(d.hour, CG_CONTROL_HOUR);
}
END_TEST

int main(void)
{
	return UNIT_RUN("budget", 60, words, longest, faults, times, under);
}
