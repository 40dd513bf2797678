/* SPDX-License-Identifier: GPL-2.0-only */
/* Files of the state folder that are old, new, broken or somebody else's: the agent starts, says so, loses nothing it need not lose. */
#include <camgate/ctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../../agent/lib/exposure.h"
#include "../fault.h"
#include "harness.h"

#define SEAL "{\"v\":1,\"cmd\":\"seal\",\"cam\":\"nursery\"}"

static struct house h;
static char path[128], kept[160];

static void begin(const char *file)
{
	house_make(&h);
	house_config(&h, CONFIG_TWO);
	ck_assert_int_eq(house_start(&h), 0);
	ck_assert_int_eq(house_code(&h, SEAL), 0);
	house_stop(&h);
	snprintf(path, sizeof(path), "%s/%s", h.state_dir, file);
	snprintf(kept, sizeof(kept), "%s.kept", path);
}

static bool sealed(void)
{
	const struct cg_agent_cam *cam = cg_agent_find(&h.a, "nursery");

	return cam && cg_exposure_now(&fake_kernel.exposure[cam->slot], h.a.boot_ns()) == CG_SEALED;
}

static void bytes_put(const char *text, size_t n)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(text, 1, n, f), n);
	fclose(f);
}

/* ---- state.json ---- */

static void put_folder(void)
{
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(mkdir(path, 0700), 0);
}

static void put_zeros(void)
{
	static const char zeros[512];

	bytes_put(zeros, sizeof(zeros));
}

static void put_large(void)
{
	size_t n = CG_SAVED_MAX_BYTES + 1;
	char *text = malloc(n);

	memset(text, ' ', n);
	bytes_put(text, n);
	free(text);
}

static void put_none(void)
{
	ck_assert_int_eq(unlink(path), 0);
}

static const struct {
	const char *id;
	const char *text;
	void (*put)(void);
	bool said;   /* something is wrong with it */
	bool stays;  /* the seal is known from it */
	bool copied; /* its content is kept */
} states[] = {
	{ "state/earlier", "{\"v\":1,\"manual\":{\"nursery\":\"seal\"}}", NULL, false, true,
	  false },
	{ "state/empty", "", NULL, true, false, true },
	{ "state/folder", NULL, put_folder, true, false, true },
	{ "state/foreign", "{\"cameras\":[{\"name\":\"nursery\"}],\"version\":\"3.1\"}", NULL, true,
	  false, true },
	{ "state/large", NULL, put_large, true, false, true },
	{ "state/later",
	  "{\"v\":2,\"manual\":{\"nursery\":\"seal\",\"garden\":\"veil\"},\"veils\":[1]}", NULL,
	  true, true, true },
	{ "state/missing", NULL, put_none, false, false, false },
	{ "state/senseless",
	  "{\"v\":1,\"manual\":{\"nursery\":\"seal\",\"x\":7,\"y\":null},\"lan\":[null],\"home\":3}",
	  NULL, false, true, false },
	{ "state/truncated", "{\"v\":1,\"manual\":{\"nursery\":\"seal\"},\"lan\":[\"br", NULL, true,
	  false, true },
	{ "state/zeros", NULL, put_zeros, true, false, true },
};

static void put(int i)
{
	if (states[i].put)
		states[i].put();
	else
		bytes_put(states[i].text, strlen(states[i].text));
}

START_TEST(state_file)
{
	bool over_restart, over_reboot, said, copied;
	_cleanup_free_ char *log = NULL, *again = NULL, *now = NULL, *copy = NULL;
	struct stat st;
	int first, second;

	begin("state.json");
	put(_i);
	first = house_start_logged(&h, &log);
	over_restart = sealed();
	said = strstr(log, "state.json: ");
	copied = !stat(kept, &st);
	if (copied && states[_i].text) {
		copy = file_text(kept);
		copied = !strcmp(copy, states[_i].text);
	}
	/* What is written from now on can be read again. */
	now = file_text(path);
	house_end(&h);
	begin("state.json");
	put(_i);
	second = house_reboot(&h);
	over_reboot = sealed();
	house_end(&h);
	ck_assert(fault_say(
		states[_i].id,
		!first && !second && over_restart && over_reboot == states[_i].stays &&
			said == states[_i].said && copied == states[_i].copied &&
			strstr(now, "\"seal\""),
		"started with %d and %d, %s, seal %s over a restart and %s over a boot, "
		"the file %s, a right one in its place: %s",
		first, second, said ? "said so" : "silent", over_restart ? "kept" : "lost",
		over_reboot ? "kept" : "lost", copied ? "kept beside" : "not kept",
		strstr(now, "\"seal\"") ? "yes" : "no"));
}
END_TEST

/* ---- usage.json ---- */

static const struct {
	const char *id, *text;
	bool known;
} usages[] = {
	{ "state/usage-later",
	  "{\"v\":2,\"boot\":\"\",\"cams\":{\"nursery\":{\"day\":19675,\"passed\":19674,\"open_ns\":0,"
	  "\"up_bytes\":4242,\"seen_ns\":0,\"seen_bytes\":0,\"ends_ns\":0,\"frames\":1}}}",
	  true },
	{ "state/usage-truncated", "{\"v\":1,\"boot\":\"\",\"cams\":{\"nursery\":{\"day\":196",
	  false },
};

START_TEST(usage_file)
{
	_cleanup_free_ char *log = NULL, *copy = NULL, *after = NULL;
	bool said, copied, known;
	int code;

	begin("usage.json");
	bytes_put(usages[_i].text, strlen(usages[_i].text));
	code = house_start_logged(&h, &log);
	said = strstr(log, "usage.json: ");
	copy = file_text(kept);
	copied = !strcmp(copy, usages[_i].text);
	house_stop(&h);
	after = file_text(path);
	known = strstr(after, "4242");
	ck_assert(fault_say(usages[_i].id, !code && said && copied && known == usages[_i].known,
			    "started with %d, %s, the file %s, what was used %s", code,
			    said ? "said so" : "silent", copied ? "kept beside" : "not kept",
			    known ? "counts on" : "begins anew"));
	house_end(&h);
}
END_TEST

/* ---- the record, and copies of the config ---- */

START_TEST(record_of_a_later_version)
{
	char line[256];
	struct json_object *r, *list = NULL;
	char *after;
	size_t n;

	begin("record.jsonl");
	snprintf(line, sizeof(line),
		 "{\"v\":3,\"id\":9,\"what\":\"seen\",\"cam\":\"nursery\",\"last_s\":%lld}\n",
		 REAL_START);
	bytes_put(line, strlen(line));
	ck_assert_int_eq(house_start(&h), 0);
	house_later(&h, 600);
	r = ASK(&h, CG_EXIT_OK, "{\"v\":1,\"cmd\":\"log\"}");
	json_object_object_get_ex(r, "entries", &list);
	n = json_object_array_length(list);
	json_object_put(r);
	after = file_text(path);
	ck_assert(fault_say("state/record-later", !n && !strcmp(after, line),
			    "%zu entries shown of it, the line %s", n,
			    strcmp(after, line) ? "is gone" : "is still there"));
	free(after);
	house_end(&h);
}
END_TEST

static const struct {
	const char *id, *text;
} undos[] = {
	{ "state/undo-foreign", "{\"not\":\"ours\"}\n\n\n\n" },
	{ "state/undo-truncated", "camgate undo 1\n/etc/camg" },
};

START_TEST(undo_file)
{
	_cleanup_free_ char *config = NULL, *copy = NULL;
	int code;

	begin("undo");
	ck_assert_int_eq(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/undo/00000007", h.state_dir);
	bytes_put(undos[_i].text, strlen(undos[_i].text));
	ck_assert_int_eq(house_start(&h), 0);
	code = house_code(&h, "{\"v\":1,\"cmd\":\"undo\"}");
	config = file_text(h.config);
	copy = file_text(path);
	ck_assert(fault_say(undos[_i].id,
			    code == CG_EXIT_FAILED && !strcmp(config, CONFIG_TWO) &&
				    !strcmp(copy, undos[_i].text),
			    "`undo` ended with %d, config %s, copy %s", code,
			    strcmp(config, CONFIG_TWO) ? "changed" : "as it was",
			    strcmp(copy, undos[_i].text) ? "changed" : "as it was"));
	house_end(&h);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("state");
	TCase *t = tcase_create("files");

	tcase_add_loop_test(t, state_file, 0, sizeof(states) / sizeof(states[0]));
	tcase_add_loop_test(t, usage_file, 0, sizeof(usages) / sizeof(usages[0]));
	tcase_add_test(t, record_of_a_later_version);
	tcase_add_loop_test(t, undo_file, 0, sizeof(undos) / sizeof(undos[0]));
	suite_add_tcase(s, t);
	return suite_run(s);
}
