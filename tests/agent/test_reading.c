/* SPDX-License-Identifier: GPL-2.0-only */
/* An agent that answers while it reads databases, whatever is asked of it meanwhile. */
#include <sys/resource.h>
#include "places.h"

#ifdef CG_HAVE_MAXMINDDB

static void read_setup(void)
{
	/* The load of others is not what is measured. */
	(void)setpriority(PRIO_PROCESS, 0, -15);
	begin();
	config_put("deny = { \"country:CN\" } allow = { any }");
	ck_assert_int_eq(house_start(&h), 0);
}

static void hold(bool held)
{
	__atomic_store_n(&fake_kernel.geo_held, held, __ATOMIC_SEQ_CST);
}

static int readings(void)
{
	return __atomic_load_n(&fake_kernel.geo_readings, __ATOMIC_SEQ_CST);
}

/* A request on its way; returns when so many readings were begun in all. */
static int asked(const char *request, int n)
{
	double until = ms() + 5000;
	int fd = client_open(&h);

	client_send(fd, request, strlen(request));
	client_send(fd, "\n", 1);
	while (readings() < n && ms() < until)
		house_pump(&h);
	ck_assert_int_eq(readings(), n);
	return fd;
}

static void no_reply(int fd)
{
	char c;

	house_pump(&h);
	ck_assert(recv(fd, &c, 1, MSG_PEEK) < 0 && errno == EAGAIN);
}

static int replied(int fd)
{
	int code = code_of(client_line(&h, fd));

	close(fd);
	house_pump(&h);
	return code;
}

static double status_ms(void)
{
	double begun = ms();

	ck_assert_int_eq(house_code(&h, STATUS), CG_EXIT_PARTIAL);
	return ms() - begun;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Of many: what else this machine does is not measured. */
static double median_ms(double *v, size_t n)
{
	qsort(v, n, sizeof(*v), by_size);
	return v[n / 2];
}

static double statuses_ms(void)
{
	double v[21];

	for (size_t i = 0; i < 21; i++)
		v[i] = status_ms();
	return median_ms(v, 21);
}

START_TEST(answers_meanwhile)
{
	double took;
	int before = fake_kernel.geo_applied, fd;

	db_put(db, "CN", 0, NEW);
	hold(true);
	fd = asked(UPDATE, readings() + 1);
	took = statuses_ms();
	ck_assert_msg(took <= SOON_MS, "status took %.1f ms", took);
	no_reply(fd);
	/* What is in force stays so until all of the new one is there. */
	ck_assert_int_eq(fake_kernel.geo_applied, before);
	ck_assert_uint_eq(fake_kernel.geo.country_built, OLD);
	hold(false);
	ck_assert_int_eq(replied(fd), 0);
	ck_assert_int_eq(fake_kernel.geo_applied, before + 1);
	ck_assert_uint_eq(fake_kernel.geo.country_built, NEW);
}
END_TEST

/* A reload that needs the same files waits for the same reading; what it finds is of its own time. */
START_TEST(reload_meanwhile)
{
	int begun = readings(), update, reload;

	db_put(db, "CN", 0, NEW);
	hold(true);
	update = asked(UPDATE, begun + 1);
	config_put("deny = { \"country:CN\", \"192.0.2.1\" } allow = { any }");
	reload = asked(RELOAD, begun + 1);
	no_reply(update);
	no_reply(reload);
	ck_assert_uint_eq(h.a.policy.now->cams[0].nrules, 2);
	hold(false);
	ck_assert_int_eq(replied(reload), 0);
	ck_assert_int_eq(replied(update), 0);
	ck_assert_int_eq(readings(), begun + 1);
	ck_assert_uint_eq(fake_kernel.geo.country_built, NEW);
	ck_assert_uint_eq(h.a.policy.now->cams[0].nrules, 3);
}
END_TEST

/* One that needs no reading is not held up by somebody else's. */
START_TEST(reload_of_no_place)
{
	int begun = readings(), update;

	db_put(db, "CN", 0, NEW);
	hold(true);
	update = asked(UPDATE, begun + 1);
	house_config(&h, CONFIG_TWO);
	ck_assert_int_eq(house_code(&h, RELOAD), 0);
	ck_assert(!fake_kernel.has_geo);
	no_reply(update);
	hold(false);
	/* By now nothing names a place. */
	ck_assert_int_eq(replied(update), 0);
	ck_assert(!fake_kernel.has_geo);
}
END_TEST

/* Read at a time when it was another is not read. */
START_TEST(second_update)
{
	int begun = readings(), first, second, third;

	db_put(db, "CN", 0, NEW);
	hold(true);
	first = asked(UPDATE, begun + 1);
	/* Unchanged: one reading is enough for both. */
	second = asked(UPDATE, begun + 1);
	db_put(db, "CN", 0, NEWER);
	third = asked(UPDATE, begun + 2);
	no_reply(first);
	no_reply(second);
	no_reply(third);
	hold(false);
	ck_assert_int_eq(replied(first), 0);
	ck_assert_int_eq(replied(second), 0);
	ck_assert_int_eq(replied(third), 0);
	ck_assert_uint_eq(fake_kernel.geo.country_built, NEWER);
	ck_assert_int_eq(readings(), begun + 2);
	/* The twin: asked for anew it is read anew, though nothing changed. */
	ck_assert_int_eq(house_code(&h, UPDATE), 0);
	ck_assert_int_eq(readings(), begun + 3);
}
END_TEST

/* Rules that name what the table has not: read first, then written. */
START_TEST(allow_meanwhile)
{
	int begun = readings(), de, us;
	char *text;

	hold(true);
	de = asked("{\"v\":1,\"cmd\":\"allow\",\"cam\":\"nursery\",\"rule\":\"country:DE\"}",
		   begun + 1);
	/* Another is begun for both. */
	us = asked("{\"v\":1,\"cmd\":\"allow\",\"cam\":\"nursery\",\"rule\":\"country:US\"}",
		   begun + 2);
	text = file_text(h.config);
	ck_assert_ptr_null(strstr(text, "country:DE"));
	free(text);
	ck_assert_double_le(statuses_ms(), SOON_MS);
	hold(false);
	ck_assert_int_eq(replied(de), 0);
	ck_assert_int_eq(replied(us), 0);
	ck_assert_int_eq(readings(), begun + 2);
	text = file_text(h.config);
	ck_assert_ptr_nonnull(strstr(text, "country:DE"));
	ck_assert_ptr_nonnull(strstr(text, "country:US"));
	free(text);
	ck_assert(fake_kernel.geo.country[cg_country_number("DE", 2) / 8] >>
			  cg_country_number("DE", 2) % 8 &
		  1);
	ck_assert_uint_eq(h.a.policy.now->cams[0].nrules, 4);
}
END_TEST

/* One that is no good is no reason to read for ever, and nobody waits for nothing. */
START_TEST(bad_meanwhile)
{
	int begun = readings(), fd;
	struct json_object *r;

	file_write(db, "<html>not found</html>\n");
	r = ASK(&h, CG_EXIT_FAILED, UPDATE);
	ck_assert_ptr_nonnull(strstr(reply_text(r, "error"), "the one in force stays"));
	json_object_put(r);
	ck_assert_int_eq(readings(), begun);
	ck_assert_uint_eq(fake_kernel.geo.country_built, OLD);
	db_put(db, "CN", 0, NEW);
	fake_fail("geo_apply", 1, -ENOMEM);
	hold(true);
	fd = asked(UPDATE, begun + 1);
	hold(false);
	ck_assert_int_eq(replied(fd), CG_EXIT_FAILED);
	ck_assert_int_eq(house_code(&h, UPDATE), 0);
	ck_assert_uint_eq(fake_kernel.geo.country_built, NEW);
}
END_TEST

START_TEST(stop_meanwhile)
{
	double begun;
	int fd;

	db_put(db, "CN", 0, NEW);
	hold(true);
	fd = asked(UPDATE, readings() + 1);
	begun = ms();
	house_stop(&h);
	ck_assert_double_le(ms() - begun, 1000);
	close(fd);
	/* What was in force is so still. */
	ck_assert_uint_eq(fake_kernel.geo.country_built, OLD);
	ck_assert_int_eq(fake_kernel.geo_applied, 1);
}
END_TEST

/* A table from before is as good as it was: a start does not wait for its file. */
START_TEST(start_meanwhile)
{
	double begun, until;

	house_stop(&h);
	db_put(db, "CN", 0, NEW);
	hold(true);
	begun = ms();
	ck_assert_int_eq(house_start(&h), 0);
	ck_assert_double_le(ms() - begun, 1000);
	ck_assert_double_le(statuses_ms(), SOON_MS);
	ck_assert_uint_eq(fake_kernel.geo.country_built, OLD);
	hold(false);
	for (until = ms() + 5000; fake_kernel.geo.country_built == OLD && ms() < until;)
		house_pump(&h);
	ck_assert_uint_eq(fake_kernel.geo.country_built, NEW);
	/* And is not read once more for that. */
	begun = readings();
	ck_assert_int_eq(house_code(&h, RELOAD), 0);
	ck_assert_int_eq(readings(), (int)begun);
}
END_TEST

/* Nobody waits for its outcome: SIGHUP, or whoever asked has gone. */
START_TEST(nobody_waits)
{
	struct cg_agent_applied applied;
	uint32_t generation = cg_datapath_generation(h.a.kern.dp);
	struct cg_diag diag = { "" };
	double until;
	int fd;

	db_put(db, "CN", 0, NEW);
	hold(true);
	ck_assert_int_eq(cg_agent_reload(&h.a, &diag, &applied), -EINPROGRESS);
	ck_assert_uint_eq(cg_datapath_generation(h.a.kern.dp), generation);
	ck_assert_str_eq(h.a.cfg.error, "");
	hold(false);
	for (until = ms() + 5000;
	     cg_datapath_generation(h.a.kern.dp) == generation && ms() < until;)
		house_pump(&h);
	ck_assert_uint_eq(cg_datapath_generation(h.a.kern.dp), generation + 1);
	ck_assert_uint_eq(fake_kernel.geo.country_built, NEW);
	db_put(db, "CN", 0, NEWER);
	hold(true);
	fd = asked(UPDATE, readings() + 1);
	close(fd);
	ck_assert_double_le(statuses_ms(), SOON_MS);
	hold(false);
	for (until = ms() + 5000; fake_kernel.geo.country_built == NEW && ms() < until;)
		house_pump(&h);
	ck_assert_uint_eq(fake_kernel.geo.country_built, NEWER);
	ck_assert_double_le(statuses_ms(), SOON_MS);
}
END_TEST

/* A database as large as there are, read for good: everybody is answered meanwhile. */
START_TEST(a_large_one)
{
	enum { ROWS = 200000, ASKED = 4096 };
	static double v[ASKED];
	static const char *const codes[] = { "CN", "DE", "US", "BR", "FR", "NL", "JP", "IN" };
	const struct mmdb_opts o = { 28, false, true, MMDB_MAXMIND, NEW };
	const char *file = getenv("CG_FIGURES");
	struct mmdb_row *rows = calloc(ROWS, sizeof(*rows));
	double begun, all, took;
	uint64_t seed = 20261127;
	size_t asked_n = 0;
	uint8_t *bytes;
	FILE *f, *raw;
	size_t n;
	int fd;

	ck_assert_ptr_nonnull(rows);
	for (size_t i = 0; i < ROWS; i++) {
		struct mmdb_row *r = &rows[i];

		r->v4 = i % 2;
		r->len = r->v4 ? (int)(14 + i * 10 / ROWS) : (int)(28 + i * 20 / ROWS);
		for (int k = 0; k < (r->v4 ? 4 : 16); k++) {
			seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
			r->addr[k] = (uint8_t)(seed >> 33);
		}
		r->country = codes[seed >> 40 & 7];
		if (!r->v4)
			r->addr[0] = 0x24 | (r->addr[0] & 0xb);
	}
	bytes = mmdb_make(rows, ROWS, &o, &n);
	bytes_put(db, bytes, n);
	free(bytes);
	free(rows);
	raw = fopen(CG_BUILD "/tests/agent/status_reading.txt", "w");
	ck_assert_ptr_nonnull(raw);
	begun = ms();
	fd = client_open(&h);
	client_send(fd, UPDATE "\n", strlen(UPDATE "\n"));
	house_pump(&h);
	for (;;) {
		char c;

		if (recv(fd, &c, 1, MSG_PEEK) > 0)
			break;
		v[asked_n % ASKED] = status_ms();
		fprintf(raw, "%.2f ms\n", v[asked_n++ % ASKED]);
	}
	all = ms() - begun;
	took = median_ms(v, asked_n < ASKED ? asked_n : ASKED);
	ck_assert_int_eq(replied(fd), 0);
	fprintf(raw, "read for %.0f ms\n", all);
	fclose(raw);
	ck_assert_uint_eq(fake_kernel.geo.country_built, NEW);
	/* It could have failed: whoever waits for it waits longer than that. */
	ck_assert_msg(all > SOON_MS, "read within %.1f ms", all);
	f = fopen(file && *file ? file : CG_BUILD "/figures.jsonl", "a");
	ck_assert_ptr_nonnull(f);
	fprintf(f,
		"{\"name\":\"country/status_ms_reading\",\"value\":%.1f,\"op\":\"<=\",\"limit\":%d,"
		"\"unit\":\"ms\",\"n\":%zu,\"control\":%.0f,\"raw\":\"tests/agent/status_reading.txt\"}\n",
		took, SOON_MS, asked_n, all);
	fclose(f);
	ck_assert_msg(took <= SOON_MS, "status took %.1f ms", took);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("reading");
	TCase *read = tcase_create("read");

	tcase_add_checked_fixture(read, read_setup, teardown);
	tcase_set_timeout(read, 60);
	tcase_add_test(read, answers_meanwhile);
	tcase_add_test(read, reload_meanwhile);
	tcase_add_test(read, reload_of_no_place);
	tcase_add_test(read, second_update);
	tcase_add_test(read, allow_meanwhile);
	tcase_add_test(read, bad_meanwhile);
	tcase_add_test(read, stop_meanwhile);
	tcase_add_test(read, start_meanwhile);
	tcase_add_test(read, nobody_waits);
	tcase_add_test(read, a_large_one);
	suite_add_tcase(s, read);
	return suite_run(s);
}

#else

int main(void)
{
	printf("skipped: built without libmaxminddb\n");
	return 77;
}

#endif
