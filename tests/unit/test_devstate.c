/* SPDX-License-Identifier: GPL-2.0-only */
/* devices.json: what was written is read again, what is torn or foreign is refused, what makes no sense is passed over. */
#include <lib/devstate.h>
#include "unit.h"

static const char whole[] =
	"{\"v\":1,\"quarantine\":\"all\",\"boot\":\"b-1\",\"devices\":["
	"{\"mac\":\"02:ca:00:00:00:07\",\"what\":\"held\",\"why\":\"identifies\",\"told\":true,"
	"\"nr\":3,\"first_s\":1700000000,\"last_s\":1700000100,\"up_bytes\":77,\"boot_bytes\":11,"
	"\"address\":\"192.168.1.77\",\"port\":\"lan1\",\"hostname\":\"cam\",\"maker\":\"Acme\","
	"\"model\":\"C1\",\"firmware\":\"1.2\",\"profile\":\"reolink\",\"not_activated\":1,"
	"\"cloud\":2,\"clues\":[[\"rtsp\",\"Server/1\"],[\"onvif\",\"\"]]},"
	"{\"mac\":\"02:ca:00:00:00:08\",\"what\":\"released\",\"known\":true,\"clues\":[]},"
	"{\"mac\":\"02:ca:00:00:00:09\",\"what\":\"seen\",\"clues\":[]}],"
	"\"trials\":[{\"id\":\"attic\",\"file\":\"/etc/camgate/cameras.d/attic.conf\","
	"\"mac\":\"02:ca:00:00:00:0a\",\"why\":\"shape\",\"boot\":\"b-1\",\"until_ns\":99,"
	"\"until_s\":1700000600,\"for_s\":600}]}";

static void check_whole(const struct cg_devstate *s)
{
	const struct cg_device_note *d;

	ck_assert_int_eq(s->mode, CG_QUARANTINE_ALL);
	ck_assert_str_eq(s->boot, "b-1");
	ck_assert_uint_eq(s->ndev, 3);
	d = s->dev[0];
	ck_assert_int_eq(d->mac.b[5], 7);
	ck_assert_int_eq(d->what, CG_DEVICE_IN_QUARANTINE);
	ck_assert_int_eq(d->why, CG_HOLD_IDENTIFIES);
	ck_assert(d->told && !d->known);
	ck_assert_uint_eq(d->nr, 3);
	ck_assert_int_eq(d->first_s, 1700000000);
	ck_assert_int_eq(d->last_s, 1700000100);
	ck_assert_uint_eq(d->up_bytes, 77);
	ck_assert_uint_eq(d->boot_bytes, 11);
	ck_assert_int_eq(d->addr.b[15], 77);
	ck_assert_str_eq(d->port, "lan1");
	ck_assert_str_eq(d->clues.hostname, "cam");
	ck_assert_str_eq(d->clues.maker, "Acme");
	ck_assert_str_eq(d->clues.model, "C1");
	ck_assert_str_eq(d->clues.firmware, "1.2");
	ck_assert_str_eq(d->clues.profile, "reolink");
	ck_assert_int_eq(d->clues.not_activated, CG_CLUE_YES);
	ck_assert_int_eq(d->clues.cloud, CG_CLUE_NO);
	ck_assert_uint_eq(d->clues.n, 2);
	ck_assert(cg_clue_has(&d->clues, CG_CLUE_RTSP) && cg_clue_has(&d->clues, CG_CLUE_ONVIF));
	ck_assert_int_eq(s->dev[1]->what, CG_DEVICE_RELEASED);
	ck_assert(s->dev[1]->known);
	ck_assert_int_eq(s->dev[2]->what, CG_DEVICE_SEEN);
	ck_assert_uint_eq(s->ntrial, 1);
	ck_assert_str_eq(s->trial[0].id, "attic");
	ck_assert_str_eq(s->trial[0].file, "/etc/camgate/cameras.d/attic.conf");
	ck_assert_int_eq(s->trial[0].mac.b[5], 10);
	ck_assert_int_eq(s->trial[0].why, CG_HOLD_SHAPE);
	ck_assert_str_eq(s->trial[0].boot, "b-1");
	ck_assert_uint_eq(s->trial[0].until_ns, 99);
	ck_assert_int_eq(s->trial[0].until_s, 1700000600);
	ck_assert_uint_eq(s->trial[0].for_s, 600);
}

START_TEST(there_and_back)
{
	struct cg_devstate s = { 0 }, again = { 0 };
	char *text = NULL;

	ck_assert_int_eq(cg_devstate_parse(whole, &s), 0);
	check_whole(&s);
	ck_assert_int_eq(cg_devstate_print(&s, &text), 0);
	ck_assert_int_eq(cg_devstate_parse(text, &again), 0);
	check_whole(&again);
	cg_devstate_free(&s);
	cg_devstate_free(&again);
	ck_assert_ptr_null(again.dev);
	free(text);
}
END_TEST

/* Cut at any byte, it is none. */
START_TEST(torn)
{
	for (size_t n = 0; n < sizeof(whole) - 1; n++) {
		struct cg_devstate s = { 0 };
		char *text = strndup(whole, n);

		ck_assert_msg(cg_devstate_parse(text, &s) == -EPROTO, "cut at %zu", n);
		ck_assert_ptr_null(s.dev);
		free(text);
	}
}
END_TEST

START_TEST(foreign)
{
	static const char *const rows[] = {
		"[]",	"7",	   "{}", "{\"v\":0}", "{\"v\":\"1\"}", "{\"devices\":[]}",
		"null", "not json"
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cg_devstate s = { 0 };

		ck_assert_msg(cg_devstate_parse(rows[i], &s) == -EPROTO, "%s", rows[i]);
	}
}
END_TEST

START_TEST(later_and_older)
{
	struct cg_devstate s = { 0 };

	ck_assert_int_eq(cg_devstate_parse("{\"v\":2,\"new\":[1],\"devices\":[{\"mac\":"
					   "\"02:ca:00:00:00:07\",\"what\":\"judged\"}]}",
					   &s),
			 1);
	ck_assert_uint_eq(s.ndev, 1);
	ck_assert_int_eq(s.dev[0]->what, CG_DEVICE_SEEN);
	cg_devstate_free(&s);
	/* nothing but the version */
	ck_assert_int_eq(cg_devstate_parse("{\"v\":1}", &s), 0);
	ck_assert_uint_eq(s.ndev, 0);
	ck_assert_int_eq(s.mode, CG_QUARANTINE_NONE);
	cg_devstate_free(&s);
}
END_TEST

START_TEST(nonsense)
{
	struct cg_devstate s = { 0 };

	ck_assert_int_eq(
		cg_devstate_parse(
			"{\"v\":1,\"quarantine\":\"some\",\"devices\":[7,{},{\"mac\":\"x\"},"
			"{\"mac\":\"02:ca:00:00:00:07\",\"what\":\"held\",\"why\":\"moon\","
			"\"first_s\":-4,\"nr\":99999999,\"up_bytes\":9223372036854775807,"
			"\"address\":\"here\",\"port\":\"a-name-that-is-too-long\","
			"\"not_activated\":5,\"clues\":[[\"rtsp\"],[1,2],\"x\",[\"moon\",\"\"]]},"
			"{\"mac\":\"02:ca:00:00:00:07\",\"what\":\"released\"},"
			"{\"mac\":\"02:ca:00:00:00:08\",\"what\":\"seen\",\"why\":\"shape\"}],"
			"\"trials\":[{\"id\":\"a\"},{\"id\":\"a\",\"mac\":\"02:ca:00:00:00:07\","
			"\"file\":\"relative.conf\"},{\"id\":\"\",\"mac\":\"02:ca:00:00:00:07\","
			"\"file\":\"/x\"},4]}",
			&s),
		0);
	/* a device once, the first that was said of it */
	ck_assert_uint_eq(s.ndev, 2);
	ck_assert_int_eq(s.dev[0]->what, CG_DEVICE_IN_QUARANTINE);
	ck_assert_int_eq(s.dev[0]->why, CG_HOLD_KERNEL);
	ck_assert_int_eq(s.dev[0]->first_s, 0);
	ck_assert_uint_eq(s.dev[0]->nr, 0);
	ck_assert_uint_eq(s.dev[0]->up_bytes, 0);
	ck_assert_int_eq(s.dev[0]->addr.b[15], 0);
	ck_assert_str_eq(s.dev[0]->port, "");
	ck_assert_uint_eq(s.dev[0]->clues.n, 0);
	ck_assert_int_eq(s.dev[1]->why, CG_HOLD_NOT);
	ck_assert_uint_eq(s.ntrial, 0);
	ck_assert_int_eq(s.mode, CG_QUARANTINE_NONE);
	cg_devstate_free(&s);
}
END_TEST

START_TEST(bounded)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);
	struct cg_devstate s = { 0 };

	fputs("{\"v\":1,\"devices\":[", f);
	for (int i = 0; i < 3 * CG_MAX_DEVICES; i++)
		fprintf(f, "%s{\"mac\":\"02:00:00:00:%02x:%02x\"}", i ? "," : "", i >> 8, i & 255);
	fputs("],\"trials\":[", f);
	for (int i = 0; i < 3 * CG_MAX_TRIALS; i++)
		fprintf(f, "%s{\"id\":\"c%d\",\"file\":\"/f\",\"mac\":\"02:00:00:00:00:01\"}",
			i ? "," : "", i);
	fputs("]}", f);
	fclose(f);
	ck_assert_int_eq(cg_devstate_parse(text, &s), 0);
	ck_assert_uint_eq(s.ndev, CG_MAX_DEVICES);
	ck_assert_uint_eq(s.ntrial, CG_MAX_TRIALS);
	cg_devstate_free(&s);
	free(text);
}
END_TEST

/* As much as it can ever hold fits what is read of it. */
START_TEST(largest)
{
	struct cg_devstate s = { .ndev = CG_MAX_DEVICES };
	char *text = NULL;

	s.dev = calloc(CG_MAX_DEVICES, sizeof(struct cg_device_note *));
	for (size_t i = 0; i < s.ndev; i++) {
		struct cg_device_note *d = calloc(1, sizeof(*d));

		d->mac.b[4] = (uint8_t)(i >> 8);
		d->mac.b[5] = (uint8_t)i;
		memset(d->clues.hostname, 'h', CG_NAME_LEN - 1);
		memset(d->clues.model, 'm', CG_NAME_LEN - 1);
		memset(d->clues.maker, 'm', CG_NAME_LEN - 1);
		memset(d->clues.firmware, 'f', CG_NAME_LEN - 1);
		for (; d->clues.n < CG_CLUES_MAX; d->clues.n++) {
			d->clues.clue[d->clues.n].kind = CG_CLUE_USER_SERVICE;
			/* each an escape of two */
			memset(d->clues.clue[d->clues.n].text, '"', CG_CLUE_TEXT - 1);
		}
		s.dev[i] = d;
	}
	ck_assert_int_eq(cg_devstate_print(&s, &text), 0);
	ck_assert_uint_lt(strlen(text), CG_DEVSTATE_MAX_BYTES);
	cg_devstate_free(&s);
	free(text);
}
END_TEST

int main(void)
{
	return UNIT_RUN("devstate", 60, there_and_back, torn, foreign, later_and_older, nonsense,
			bounded, largest);
}
