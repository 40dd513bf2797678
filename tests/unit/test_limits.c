/* SPDX-License-Identifier: GPL-2.0-only */
/* Limits of a config, of the maps and of what was saved: the last that fits is taken, one more is refused in words. */
#include <lib/saved.h>
#include <lib/usage.h>
#include "policies.h"
#include "../../agent/lib/config.h"

/* ---- a config ---- */

static int build(const char *text, struct cg_diag *diag)
{
	struct unit_dir dir = unit_dir_new();
	struct cg_config *config = NULL;
	struct cg_policy *policy = NULL;
	char path[128];
	int r;

	unit_write(&dir, "p.conf", text, strlen(text));
	*diag = (struct cg_diag){ "" };
	r = cg_config_read(unit_path(&dir, "p.conf", path), diag, &config);
	if (!r)
		r = cg_policy_build(config, diag, &policy);
	cg_policy_free(&policy);
	cg_config_free(&config);
	unit_dir_free(&dir);
	return r;
}

/* before, n entries made of how and their number, after. */
static int list(const char *before, const char *how, size_t n, const char *after,
		struct cg_diag *diag)
{
	char *text = malloc(200 + 64 * n), *to = stpcpy(text, before);
	int r;

	for (size_t i = 0; i < n; i++) {
		to = stpcpy(to, i ? ", " : "");
		to += sprintf(to, how, i / 256, i % 256);
	}
	strcpy(to, after);
	r = build(text, diag);
	free(text);
	return r;
}

#define LAN "lan = { \"br-lan\" }\n"

static const struct {
	const char *before, *how, *after;
	size_t most;
	const char *said;
} lists[] = {
	{ "lan = { ", "\"lan%zu-%zu\"", " }\n", CG_MAX_LANS,
	  "lan: found 17 interfaces, expected at most 16" },
	{ LAN "home = { ", "\"10.%zu.%zu.0/24\"", " }\n", CG_MAX_NETS / 2,
	  "home: found 513 entries, expected at most 512" },
	{ LAN "resolver = { ", "\"192.168.%zu.%zu\"", " }\n", CG_MAX_RESOLVERS,
	  "resolver: found 17 entries, expected at most 16" },
	{ LAN "defaults {\n\tallow = { ", "\"h%zu-%zu.example\"", " }\n}\n", CG_MAX_RULES,
	  "defaults: found 1025 rules, expected at most 1024" },
};

START_TEST(of_a_config)
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		struct cg_diag d;

		ck_assert_msg(!list(lists[i].before, lists[i].how, lists[i].most, lists[i].after,
				    &d),
			      "%s: %s", lists[i].before, d.text);
		ck_assert_int_eq(list(lists[i].before, lists[i].how, lists[i].most + 1,
				      lists[i].after, &d),
				 -E2BIG);
		UNIT_HOLDS(d.text, lists[i].said);
	}
}
END_TEST

/* ---- the maps ---- */

/* Cameras that share one list of rules: entries of the map are each camera's own. */
static struct cg_policy *sharing(size_t ncams, const char *how)
{
	struct cg_policy *p = policy_new(ncams);

	for (size_t i = 0; i < CG_MAX_RULES; i++) {
		char text[64];

		snprintf(text, sizeof(text), how, i / 256, i % 256);
		add_rule(&p->cams[0], CG_RULE_ALLOW, text);
	}
	for (size_t i = 1; i < ncams; i++) {
		p->cams[i].rules = p->cams[0].rules;
		p->cams[i].nrules = p->cams[0].nrules;
	}
	return p;
}

static void sharing_free(struct cg_policy *p)
{
	for (size_t i = 1; i < p->ncams; i++) {
		p->cams[i].rules = NULL;
		p->cams[i].nrules = 0;
	}
	cg_policy_free(&p);
}

static void full(const char *how, size_t most, const char *said)
{
	size_t ncams = most / CG_MAX_RULES;
	struct cg_policy *p = sharing(ncams + 1, how);
	struct cg_mapset *set = NULL;
	struct cg_diag d = { "" };

	ck_assert_int_eq(cg_mapset_build(p, 1, NULL, 0, &d, &set), -E2BIG);
	ck_assert_ptr_null(set);
	UNIT_HOLDS(d.text, said);
	sharing_free(p);
	p = sharing(ncams, how);
	ck_assert_int_eq(cg_mapset_build(p, 1, NULL, 0, &d, &set), 0);
	ck_assert_uint_eq(set->nrules + set->nnamerules, most);
	cg_mapset_free(&set);
	sharing_free(p);
}

START_TEST(prefixes)
{
	full("10.0.%zu.%zu:443/tcp", CG_MAX_PREFIXES / 2,
	     "one prefix too many, expected at most 1048576 in all");
}
END_TEST

START_TEST(names)
{
	full("h%zu-%zu.example:443/tcp", CG_MAX_NAMERULES / 2,
	     "one name too many, expected at most 524288 in all");
}
END_TEST

/* ---- what was saved ---- */

/* An object of n members "camN": what, in what stands around it. */
static char *members(const char *before, size_t n, const char *what, const char *after)
{
	char *text = malloc(strlen(before) + n * (strlen(what) + 24) + strlen(after) + 1),
	     *to = stpcpy(text, before);

	for (size_t i = 0; i < n; i++)
		to += sprintf(to, "%s\"cam%zu\":%s", i ? "," : "", i, what);
	strcpy(to, after);
	return text;
}

static int saved(const char *before, size_t n, const char *what, const char *after, size_t *ret_n)
{
	char *text = members(before, n, what, after);
	struct cg_saved s = { 0 };
	int r = cg_saved_parse(text, &s);

	*ret_n = s.nmanual + s.nopening;
	cg_saved_free(&s);
	free(text);
	return r;
}

START_TEST(of_state)
{
	struct cg_saved s = { 0 };
	char id[CG_ID_LEN + 1];
	size_t n;

	ck_assert_int_eq(saved("{\"v\":1,\"manual\":{", CG_MAX_CAMERAS, "\"seal\"", "}}", &n), 0);
	ck_assert_uint_eq(n, CG_MAX_CAMERAS);
	ck_assert_int_eq(saved("{\"v\":1,\"manual\":{", CG_MAX_CAMERAS + 1, "\"seal\"", "}}", &n),
			 -E2BIG);
	ck_assert_uint_eq(n, 0);
	ck_assert_int_eq(saved("{\"v\":1,\"manual\":{},\"opening\":{", CG_MAX_CAMERAS,
			       "{\"to\":\"\",\"until_ns\":1}", "}}", &n),
			 0);
	ck_assert_uint_eq(n, CG_MAX_CAMERAS);
	ck_assert_int_eq(saved("{\"v\":1,\"manual\":{},\"opening\":{", CG_MAX_CAMERAS + 1,
			       "{\"to\":\"\",\"until_ns\":1}", "}}", &n),
			 -E2BIG);
	ck_assert_uint_eq(n, 0);
	/* An id that has no room is not cut. */
	memset(id, 'a', CG_ID_LEN);
	id[CG_ID_LEN] = '\0';
	ck_assert_int_eq(cg_saved_set(&s, id, CG_MANUAL_SEAL), -E2BIG);
	id[CG_ID_LEN - 1] = '\0';
	ck_assert_int_eq(cg_saved_set(&s, id, CG_MANUAL_SEAL), 0);
	ck_assert_uint_eq(s.nmanual, 1);
	ck_assert_str_eq(s.manual[0].id, id);
	for (size_t i = 1; i < CG_MAX_CAMERAS; i++) {
		snprintf(id, sizeof(id), "cam%zu", i);
		ck_assert_int_eq(cg_saved_set(&s, id, CG_MANUAL_CLOSE), 0);
	}
	ck_assert_int_eq(cg_saved_set(&s, "one-more", CG_MANUAL_CLOSE), -E2BIG);
	/* One that is there can still change, and one that goes makes room. */
	ck_assert_int_eq(cg_saved_set(&s, "cam1", CG_MANUAL_SEAL), 0);
	ck_assert_int_eq(cg_saved_set(&s, "cam2", CG_MANUAL_AUTO), 0);
	ck_assert_int_eq(cg_saved_set(&s, "one-more", CG_MANUAL_CLOSE), 0);
	cg_saved_free(&s);
}
END_TEST

START_TEST(of_usage)
{
	static const char one[] = "{\"day\":1,\"passed\":0,\"open_ns\":0,\"up_bytes\":0,"
				  "\"seen_ns\":0,\"seen_bytes\":0,\"ends_ns\":0}";
	const size_t most = 2 * CG_MAX_CAMERAS;
	const struct cg_account account = { .id = "cam" };

	for (size_t more = 0; more <= 1; more++) {
		char *text = members("{\"v\":1,\"cams\":{", most + more, one, "}}");
		struct cg_usage u = { 0 };

		ck_assert_int_eq(cg_usage_parse(text, &u), more ? -E2BIG : 0);
		ck_assert_uint_eq(u.n, more ? 0 : most);
		if (!more)
			ck_assert_ptr_null(cg_usage_add(&u, &account));
		ck_assert_uint_eq(u.n, more ? 0 : most);
		cg_usage_free(&u);
		free(text);
	}
}
END_TEST

int main(void)
{
	return UNIT_RUN("limits", 60, of_a_config, prefixes, names, of_state, of_usage);
}
