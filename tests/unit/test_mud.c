/* SPDX-License-Identifier: GPL-2.0-only */
/* MUD files: what becomes of every entry, what is refused, and that no entry is lost without a word. */
#include <json-c/json.h>
#include "mudfile.h"

/* A file that can be read, and what it must become: keys and rules in order. */
static const struct good {
	const char *name;
	size_t aces, lost;
	bool whole;
	const char *rules[12];
	const char *holds[6]; /* lines of the block, in order */
} good[] = {
	{ "plain",
	  10,
	  0,
	  true,
	  { "allow api.camera.example:443/tcp", "allow push.camera.example:5000-5010/udp",
	    "allow 198.51.100.0/24:8443/tcp", "allow [2001:db8:7::/48]:8443/tcp" },
	  { "# mud-url: https://camera.example/mud/indoor.json", "# mfg-name: Example Cameras",
	    "# systeminfo: Indoor Camera", "# cache-validity: 48 hours", "# is-supported: true",
	    "# ace 6: ic2-v4to/api: answers" } },
	{ "ports",
	  19,
	  9,
	  false,
	  { "allow eq.example:443/tcp", "allow eq.example:444/tcp", "allow lte.example:1-1023/tcp",
	    "allow gte.example:49152-65535/udp", "allow gte0.example/udp",
	    "allow neq.example:1-24/tcp", "allow neq.example:26-65535/tcp",
	    "allow neq1.example:2-65535/tcp", "allow neql.example:1-65534/tcp",
	    "allow range.example:1-65535/tcp", "allow range.example:7000/udp" },
	  { "ace 11: p/backwards: the range of its destination-port is empty",
	    "ace 13: p/too-big: the port of its destination-port is no number",
	    "ace 17: p/no-operator: the operator", "ace 18: p/both:" } },
	{ "no_ports",
	  6,
	  4,
	  false,
	  { "allow b.example/tcp", "allow c.example" },
	  { "not taken: ace 1: p/empty: its destination-port has neither a port nor a range",
	    "ace 2: p/operator-alone", "ace 3: p/list: destination-port is no object",
	    "ace 6: p/icmp-ports" } },
	{ "classes",
	  18,
	  12,
	  false,
	  { NULL },
	  { "lan_viewing = all", "# ace 18: to/dns\n\tdns = gateway", "ntp = gateway",
	    "not taken: ace 1: fr/my-controller: my-controller:",
	    "not taken: ace 3: fr/same-manufacturer", "ace 7: fr/home-port: local-networks" } },
	{ "conditions",
	  35,
	  28,
	  false,
	  { "allow a.example/icmp", "allow 198.51.100.7/gre", "allow 10.1.0.0/16",
	    "allow 198.51.100.0/24/udp", "allow log.example", "allow unnamed.example" },
	  { "ace 28: c/logged: its logging is not taken", "ace 11: c/own-port: a rule cannot name",
	    "ace 14: c/name-and-net", "ace 16: c/ssdp", "ace 23: c/inbound: what begins outside",
	    "ace 34: t/alone: no entry lets the camera send there" } },
	{ "draft_lists",
	  5,
	  0,
	  true,
	  { "allow a.example:443/tcp", "allow b.example:4000-4001/udp", "allow c.example:80/tcp" },
	  { "ace 4: d-v4fr/bare-class: of one direction", "lan_viewing = all",
	    "ace 5: d-v4fr/denied", "(stopped without a rule)" } },
	{ "draft_mixed",
	  2,
	  0,
	  true,
	  { "allow new.example:443/tcp", "allow old.example:443/tcp" },
	  { "ace 1: new/n: of IPv4 only, the rule of IPv6 too", "ace 2: old/o" } },
	{ "draft_oldest",
	  2,
	  0,
	  true,
	  { "allow old.example:443/tcp" },
	  { "# systeminfo: An old draft", "ace 1: in/in0: answers" } },
	{ "types",
	  9,
	  8,
	  false,
	  { "allow t.example:443/tcp", "allow t.example:444/tcp" },
	  { "ace 1: eth/e1: its list is of a type", "ace 5: none/n-both: it is of both",
	    "ace 6: wrong/w: its list is not of type ipv4-acl-type",
	    "ace 8: unnamed-by-policies/u: no policy names its list",
	    "ace 9: twice/t: its list is named by both",
	    "not taken: from-device-policy names the list not-there" } },
	{ "order",
	  10,
	  0,
	  false,
	  { "deny 198.51.100.66", "allow 198.51.100.0/24", "deny 198.51.0.0/16/tcp",
	    "allow 198.48.0.0/12/tcp" },
	  { "ace 3: f/stop-rest-of-16: an entry before it", "ace 5: f/stop-tail",
	    "ace 10: t/stop-rest", "(stopped without a rule)" } },
	{ "stop_all", 2, 0, true, { "deny any" }, { NULL } },
	{ "any",
	  7,
	  1,
	  false,
	  { "allow any:443/tcp", "allow 0.0.0.0/0:80/tcp", "allow any/icmp",
	    "allow [2000::/3]:81/tcp", "allow any/icmp6" },
	  { "ace 7: g/ping4: protocol 1 is not of its family" } },
	{ "hostile",
	  8,
	  8,
	  false,
	  { "allow a.example:443/tcp" },
	  { "# systeminfo: x\"?}?camera", "# The maker no longer supports", "# What its extensions",
	    "ace 4:", "its domain name is no text", "names the list gone?}" } },
	{ "too_many",
	  80,
	  16,
	  false,
	  { "allow 198.51.100.7:1/tcp" },
	  { "ace 65: m/r64: more rules" } },
};
_Static_assert(sizeof(good) / sizeof(good[0]) == NGOOD, "every file has a row");

static const struct refused {
	const char *name;
	int err;
	const char *text;
} refused[] = {
	{ "bad_truncated", -EPROTO, ":22:29: found the end of the file" },
	{ "bad_trailing", -EPROTO, "expected JSON" },
	{ "bad_twice", -EPROTO, "found a key twice in one object" },
	{ "bad_version", -EINVAL, "another mud-version, expected 1" },
	{ "bad_not_mud", -EINVAL, "found no ietf-mud:mud" },
	{ "bad_ace_object", -EINVAL, "found an ace that is no list" },
	{ "bad_hidden_aces", -EINVAL, "found 1 entries where RFC 8520 has none" },
};
#define NREFUSED (sizeof(refused) / sizeof(refused[0]))

static void check_good(const struct good *g)
{
	struct cg_mud *mud = read_fixture(g->name);
	char *text = block(mud, "cam"), rule[CG_RULE_STRLEN + 8];
	size_t n = 0;

	ck_assert_msg(mud->naces == g->aces && cg_mud_lost(mud) == g->lost, "%s: %zu, lost %zu",
		      g->name, mud->naces, cg_mud_lost(mud));
	ck_assert_int_eq(cg_mud_whole(mud), g->whole);
	for (; n < 12 && g->rules[n]; n++) {
		ck_assert_uint_lt(n, mud->nrules);
		ck_assert_str_eq(rule_text(&mud->rules[n], rule), g->rules[n]);
	}
	ck_assert_uint_eq(mud->nrules, strcmp(g->name, "too_many") ? n : 64);
	for (n = 0; n < 6 && g->holds[n]; n++)
		;
	unit_holds(text, g->holds, n);
	free(text);
	cg_mud_free(&mud);
	ck_assert_ptr_null(mud);
	cg_mud_free(&mud);
}

START_TEST(good_files)
{
	for (size_t i = 0; i < NGOOD; i++) {
		ck_assert_str_eq(good[i].name, mud_good[i]);
		check_good(&good[i]);
	}
}
END_TEST

static void check_refused(const struct refused *f)
{
	struct cg_mud *mud = NULL;
	struct cg_diag d = { "" };
	size_t n;
	char *text = fixture(f->name, &n);

	ck_assert_int_eq(cg_mud_read(text, n, "maker.json", &d, &mud), f->err);
	ck_assert_ptr_null(mud);
	UNIT_HOLDS(d.text, "maker.json", f->text);
	free(text);
}

START_TEST(refused_files)
{
	for (size_t i = 0; i < NREFUSED; i++)
		check_refused(&refused[i]);
}
END_TEST

/* ---- bounds ---- */

static int judge(const char *text, size_t n, struct cg_diag *diag)
{
	struct cg_mud *mud = NULL;
	int r = cg_mud_read(text, n, "f", diag, &mud);

	cg_mud_free(&mud);
	return r;
}

START_TEST(one_mebibyte)
{
	struct cg_diag d = { "" };
	size_t n;
	char *plain = fixture("plain", &n), *text = malloc(CG_MUD_MAX_BYTES + 1);

	memset(text, ' ', CG_MUD_MAX_BYTES + 1);
	memcpy(text, plain, n);
	ck_assert_int_eq(judge(text, CG_MUD_MAX_BYTES, &d), 0);
	ck_assert_int_eq(judge(text, CG_MUD_MAX_BYTES + 1, &d), -E2BIG);
	UNIT_HOLDS(d.text, "1048577 bytes", "1048576");
	free(text);
	free(plain);
}
END_TEST

START_TEST(deep_nesting)
{
	static const char head[] = "{\"ietf-mud:mud\":{\"x\":", tail[] = "}}";
	char *text = malloc(CG_MUD_MAX_BYTES);
	const size_t depths[] = { 16, 40, CG_MUD_MAX_BYTES / 2 - 64 };

	for (size_t i = 0; i < 3; i++) {
		struct cg_diag d = { "" };
		size_t n = strlen(strcpy(text, head));

		memset(text + n, '[', depths[i]);
		memset(text + n + depths[i], ']', depths[i]);
		strcpy(text + n + 2 * depths[i], tail);
		ck_assert_int_eq(judge(text, strlen(text), &d), i ? -E2BIG : 0);
		if (i)
			UNIT_HOLDS(d.text, "levels of nesting");
	}
	free(text);
}
END_TEST

/* entries of nothing: reported, up to the limit; beyond it the file is refused */
START_TEST(many_entries)
{
	static const char head[] =
		"{\"ietf-mud:mud\":{},\"ietf-access-control-list:acls\":{\"acl\":[{\"name\":\"a\",\"aces\":{\"ace\":[";
	char *text = malloc(CG_MUD_MAX_BYTES);

	for (size_t more = 0; more <= 1; more++) {
		struct cg_diag d = { "" };
		struct cg_mud *mud = NULL;
		size_t n = strlen(strcpy(text, head));

		for (size_t i = 0; i < CG_MUD_MAX_ACES + more; i++)
			n += (size_t)sprintf(text + n, "%s{}", i ? "," : "");
		strcpy(text + n, "]}}]}}");
		ck_assert_int_eq(cg_mud_read(text, strlen(text), "f", &d, &mud), more ? -E2BIG : 0);
		if (mud)
			ck_assert_uint_eq(cg_mud_lost(mud), CG_MUD_MAX_ACES);
		cg_mud_free(&mud);
	}
	free(text);
}
END_TEST

START_TEST(broken_anywhere)
{
	size_t n;
	char *text = fixture("plain", &n), *cut;

	while (n && text[n - 1] != '}')
		n--;
	ck_assert_int_eq(judge(text, n, &(struct cg_diag){ "" }), 0);
	/* every beginning of a file, each in memory of its own for the sanitizers */
	for (size_t i = 0; i < n; i += 7) {
		struct cg_diag d = { "" };

		cut = malloc(i + 1);
		memcpy(cut, text, i);
		ck_assert_int_lt(judge(cut, i, &d), 0);
		ck_assert_ptr_nonnull(strstr(d.text, "f:"));
		free(cut);
	}
	/* more text behind a NUL would not be seen */
	cut = malloc(2 * n + 1);
	memcpy(cut, text, n);
	cut[n] = '\0';
	memcpy(cut + n + 1, text, n);
	ck_assert_int_eq(judge(cut, 2 * n + 1, &(struct cg_diag){ "" }), -EPROTO);
	free(cut);
	free(text);
}
END_TEST

/* ---- nothing is lost ---- */

/* Entries as the file has them, counted without the reader: elements of any "ace". */
static size_t entries(struct json_object *o)
{
	size_t n = 0;

	if (json_object_is_type(o, json_type_array))
		for (size_t i = 0; i < json_object_array_length(o); i++)
			n += entries(json_object_array_get_idx(o, i));
	if (json_object_is_type(o, json_type_object)) {
		json_object_object_foreach(o, key, value) {
			if (!strcmp(key, "ace") && json_object_is_type(value, json_type_array))
				n += json_object_array_length(value);
			n += entries(value);
		}
	}
	return n;
}

/* Numbers of entries that the text names, each once, whether taken or not. */
static size_t told(const char *text, size_t most)
{
	bool *met = calloc(most + 1, sizeof(*met));
	size_t n = 0, nr;

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += strspn(line, "\n\t");
		if (sscanf(line, "# ace %zu: ", &nr) != 1 &&
		    sscanf(line, "# not taken: ace %zu: ", &nr) != 1)
			continue;
		ck_assert_uint_le(nr, most);
		n += !met[nr];
		met[nr] = true;
	}
	free(met);
	return n;
}

/* Takes out the first line that says what was not taken, else the first of an entry. */
static bool forget_one(char *text)
{
	char *line = strstr(text, "# not taken: ace"), *end;

	if (!line)
		line = strstr(text, "# ace");
	if (!line)
		return false;
	end = strchr(line, '\n');
	memmove(line, end, strlen(end) + 1);
	return true;
}

static void figure(size_t lost, size_t n, size_t control)
{
	const char *file = getenv("CG_FIGURES");
	FILE *f = fopen(CG_BUILD "/tests/unit/mud_lost.txt", "w");

	if (!f) /* not at home: nobody collects figures */
		return;
	fprintf(f, "%zu of %zu entries lost; with one left out of each file %zu\n", lost, n,
		control);
	fclose(f);
	f = fopen(file && *file ? file : CG_TOP "/build/figures.jsonl", "a");
	if (!f)
		return;
	fprintf(f,
		"{\"name\":\"mud/rules_silently_lost\",\"value\":%zu,\"op\":\"==\",\"limit\":0,"
		"\"unit\":\"entries\",\"n\":%zu,\"control\":%zu,\"raw\":\"%s\"}\n",
		lost, n, control, (CG_BUILD "/tests/unit/mud_lost.txt") + strlen(CG_TOP "/"));
	fclose(f);
}

START_TEST(none_lost)
{
	size_t n = 0, lost = 0, control = 0;

	for (size_t i = 0; i < NGOOD; i++) {
		struct cg_mud *mud = read_fixture(good[i].name);
		char *text = block(mud, "cam"), *json;
		struct json_object *root;
		size_t want, size;

		json = fixture(good[i].name, &size);
		root = json_tokener_parse(json);
		want = entries(root);
		n += want;
		lost += want - told(text, want);
		if (forget_one(text))
			control += want - told(text, want);
		json_object_put(root);
		free(json);
		free(text);
		cg_mud_free(&mud);
	}
	figure(lost, n, control);
	ck_assert_uint_gt(n, 150);
	ck_assert_uint_eq(lost, 0);
	ck_assert_uint_eq(control, NGOOD);
}
END_TEST

int main(void)
{
	return UNIT_RUN("mud", 30, good_files, refused_files, one_mebibyte, deep_nesting,
			many_entries, broken_anywhere, none_lost);
}
