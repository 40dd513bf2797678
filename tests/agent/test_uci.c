/* SPDX-License-Identifier: GPL-2.0-only */
/* OpenWrt: the config made of UCI, an invalid one changing nothing, and commands that write there. */
#include "devices.h"

#define ALLOW	    "{\"v\":1,\"cmd\":\"allow\",\"cam\":\"nursery\",\"rule\":\"203.0.113.9:443/tcp\"}"
#define UNDO	    "{\"v\":1,\"cmd\":\"undo\"}"
#define ADOPT(more) "{\"v\":1,\"cmd\":\"adopt\",\"device\":\"" CAM "\",\"name\":\"Attic\"" more "}"
#define FORGET	    "{\"v\":1,\"cmd\":\"forget\",\"cam\":\"attic\"}"

#define NURSERY                            \
	"config camgate 'main'\n"          \
	"\tlist lan 'br-lan'\n"            \
	"\n"                               \
	"config camera 'nursery'\n"        \
	"\tlist mac '02:ca:00:00:00:01'\n" \
	"\tlist allow '198.51.100.0/24:443/tcp'\n"

static char attic[160];

static void set(const char *uci)
{
	file_write(h.uci, uci);
}

static void begin_with(const char *uci)
{
	house_make(&h);
	snprintf(h.uci, sizeof(h.uci), "%s/uci", h.dir);
	snprintf(attic, sizeof(attic), "%s/cameras.d/attic.conf", h.dir);
	set(uci);
	ck_assert_int_eq(house_start(&h), 0);
}

static bool says(const char *path, const char *what)
{
	char *text = file_text(path);
	bool is = strstr(text, what) != NULL;

	free(text);
	return is;
}

static bool is_there(const char *path)
{
	return !access(path, F_OK);
}

static size_t rules(void)
{
	return cg_agent_find(&h.a, "nursery")->policy->nrules;
}

static bool is_camera(const char *id)
{
	const struct cg_agent_cam *cam = cg_agent_find(&h.a, id);

	return cam && cam->policy;
}

START_TEST(made_of_uci)
{
	struct json_object *r;
	uint32_t generation;
	char *before, *after;

	begin_with(NURSERY);
	ck_assert_uint_eq(h.a.policy.ncams, 1);
	ck_assert(says(h.config, "list allow") == false);
	ck_assert(says(h.config, "allow += { '198.51.100.0/24:443/tcp' }"));
	generation = fake_kernel.meta.generation;
	set(NURSERY "\nconfig camera 'garden'\n\tlist mac '02:ca:00:00:00:02'\n");
	json_object_put(ASK(&h, 0, RELOAD));
	ck_assert_uint_eq(h.a.policy.ncams, 2);
	ck_assert_uint_gt(fake_kernel.meta.generation, generation);
	/* What is not valid changes nothing, and is said of the line that people wrote. */
	before = file_text(h.config);
	generation = fake_kernel.meta.generation;
	set(NURSERY "\toption exposure 'ajar'\n");
	r = ASK(&h, CG_EXIT_CONFIG, RELOAD);
	ck_assert_ptr_nonnull(strstr(reply_text(r, "error"), "/uci:7: exposure: found 'ajar'"));
	json_object_put(r);
	set(NURSERY "\tlist mac '02:ca:00:00:00:0");
	r = ASK(&h, CG_EXIT_CONFIG, RELOAD);
	ck_assert_ptr_nonnull(strstr(reply_text(r, "error"), "/uci:7: this text does not end"));
	json_object_put(r);
	/* Judged by all that a reload looks at: a MAC that is this machine's. */
	set(NURSERY "\tlist mac '02:00:00:00:00:06'\n\tlist mac 'ff:ff:ff:ff:ff:ff'\n");
	json_object_put(ASK(&h, CG_EXIT_CONFIG, RELOAD));
	after = file_text(h.config);
	ck_assert_str_eq(before, after);
	ck_assert_uint_eq(h.a.policy.ncams, 2);
	ck_assert_uint_eq(fake_kernel.meta.generation, generation);
	free(before);
	free(after);
	teardown();
}
END_TEST

/* One that was valid before is used, and status says why. */
START_TEST(invalid_at_start)
{
	struct json_object *r;

	begin_with(NURSERY);
	set("config nonsense\n");
	ck_assert_int_eq(house_reboot(&h), 0);
	ck_assert_uint_eq(h.a.policy.ncams, 1);
	ck_assert_uint_eq(rules(), 1);
	ck_assert_ptr_nonnull(strstr(h.a.cfg.error, "/uci:1: found 'nonsense'"));
	set(NURSERY);
	r = ASK(&h, 0, RELOAD);
	json_object_put(r);
	ck_assert_str_eq(h.a.cfg.error, "");
	/* Without one before there is nothing to go on with. */
	house_stop(&h);
	set("config nonsense\n");
	ck_assert_int_eq(unlink(h.config), 0);
	fake_kernel.meta.generation = 0;
	ck_assert_int_eq(house_reboot(&h), CG_EXIT_CONFIG);
	/* And none of UCI is none at all: the config holds. */
	ck_assert_int_eq(unlink(h.uci), 0);
	house_config(&h, CONFIG_TWO);
	ck_assert_int_eq(house_start(&h), 0);
	ck_assert_uint_eq(h.a.policy.ncams, 2);
	teardown();
}
END_TEST

START_TEST(rules_go_to_uci)
{
	begin_with(NURSERY);
	ck_assert_int_eq(house_code(&h, ALLOW), 0);
	ck_assert_uint_eq(rules(), 2);
	ck_assert(says(h.uci, "config camera 'nursery'\n"));
	ck_assert(says(h.uci, "\tlist allow '203.0.113.9:443/tcp'\n"));
	/* A reload finds both say the same, so that the edit can still be taken back. */
	ck_assert_int_eq(house_code(&h, RELOAD), 0);
	ck_assert_uint_eq(rules(), 2);
	ck_assert(says(h.config, "# camgate, 20"));
	ck_assert_int_eq(house_code(&h, UNDO), 0);
	ck_assert_uint_eq(rules(), 1);
	ck_assert(!says(h.uci, "203.0.113.9"));
	ck_assert_int_eq(house_code(&h, RELOAD), 0);
	ck_assert_uint_eq(rules(), 1);
	/* Taken out of UCI, it is gone. */
	ck_assert_int_eq(house_code(&h, ALLOW), 0);
	set(NURSERY);
	ck_assert_int_eq(house_code(&h, RELOAD), 0);
	ck_assert_uint_eq(rules(), 1);
	teardown();
}
END_TEST

/* What cannot be kept is not done. */
START_TEST(uci_cannot_be_written)
{
	char beside[128], *before, *after;

	begin_with(NURSERY);
	snprintf(beside, sizeof(beside), "%s.new", h.uci);
	ck_assert_int_eq(mkdir(beside, 0700), 0);
	before = file_text(h.config);
	ck_assert_int_eq(house_code(&h, ALLOW), CG_EXIT_FAILED);
	after = file_text(h.config);
	ck_assert_str_eq(before, after);
	free(before);
	free(after);
	ck_assert_uint_eq(rules(), 1);
	rtsp(CAM, "192.168.1.77");
	house_later(&h, 1);
	ck_assert_int_eq(house_code(&h, ADOPT()), CG_EXIT_FAILED);
	ck_assert(!is_there(attic) && !is_camera("attic"));
	ck_assert_int_eq(rmdir(beside), 0);
	ck_assert_int_eq(house_code(&h, ADOPT()), 0);
	ck_assert_int_eq(mkdir(beside, 0700), 0);
	ck_assert_int_eq(house_code(&h, FORGET), CG_EXIT_FAILED);
	ck_assert(is_there(attic) && is_camera("attic"));
	teardown();
}
END_TEST

static void adopted(const char *more)
{
	begin_with(NURSERY);
	rtsp(CAM, "192.168.1.77");
	house_later(&h, 1);
	ck_assert_int_eq(house_code(&h, more), 0);
	ck_assert(is_camera("attic") && is_there(attic));
	ck_assert(says(h.uci,
		       "config camera 'attic'\n\toption name 'Attic'\n\toption file 'attic'\n"));
	/* It stays where it is, and is read once. */
	ck_assert_int_eq(house_code(&h, RELOAD), 0);
	ck_assert(is_camera("attic") && is_there(attic));
	ck_assert(!says(h.config, "Attic"));
}

START_TEST(adopted_and_forgotten)
{
	adopted(ADOPT());
	ck_assert_int_eq(house_code(&h, FORGET), 0);
	ck_assert(!is_camera("attic") && !is_there(attic) && !says(h.uci, "Attic"));
	ck_assert_int_eq(house_code(&h, RELOAD), 0);
	ck_assert(!is_camera("attic"));
	teardown();
}
END_TEST

START_TEST(trial_ends)
{
	adopted(ADOPT(",\"try_s\":60"));
	house_later(&h, 61);
	ck_assert(!is_camera("attic") && !is_there(attic) && !says(h.uci, "Attic"));
	ck_assert_int_eq(house_code(&h, RELOAD), 0);
	ck_assert(!is_camera("attic"));
	teardown();
}
END_TEST

/* Taken out in UCI, or changed there: its file goes, what somebody wrote into it does not. */
START_TEST(adopted_then_by_uci)
{
	char undone[180], *text;

	adopted(ADOPT());
	text = file_text(h.uci);
	set(NURSERY);
	ck_assert_int_eq(house_code(&h, RELOAD), 0);
	ck_assert(!is_camera("attic") && !is_there(attic));
	/* Back, without the file: it is one of the config like any. */
	set(text);
	ck_assert_int_eq(house_code(&h, RELOAD), 0);
	ck_assert(is_camera("attic") && !is_there(attic) && says(h.config, "camera 'Attic' {"));
	/* Files that UCI does not know stay beside. */
	file_write(attic, "camera \"mine\" { mac = { \"02:ca:00:00:00:09\" } }\n");
	ck_assert_int_eq(house_code(&h, RELOAD), 0);
	snprintf(undone, sizeof(undone), "%s.undone", attic);
	ck_assert(!is_camera("mine") && !is_there(attic) && is_there(undone));
	free(text);
	teardown();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("uci");
	TCase *t = tcase_create("uci");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, made_of_uci);
	tcase_add_test(t, invalid_at_start);
	tcase_add_test(t, rules_go_to_uci);
	tcase_add_test(t, uci_cannot_be_written);
	tcase_add_test(t, adopted_and_forgotten);
	tcase_add_test(t, trial_ends);
	tcase_add_test(t, adopted_then_by_uci);
	suite_add_tcase(s, t);
	return suite_run(s);
}
