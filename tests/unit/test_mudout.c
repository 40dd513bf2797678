/* SPDX-License-Identifier: GPL-2.0-only */
/* What MUD files become and how rules are written as one: a block that is config, and the same rules when read again. */
#include <json-c/json.h>
#include <lib/config.h>
#include <lib/mud_write.h>
#include "mudfile.h"

/* ---- the block ---- */

/* The policy of a config made of the block. */
static struct cg_policy *policy_of(const char *text)
{
	struct unit_dir dir = unit_dir_new();
	struct cg_config *config = NULL;
	struct cg_policy *policy = NULL;
	struct cg_diag d = { "" };
	char path[128], *whole;

	ck_assert_int_gt(asprintf(&whole, "lan = { \"br-lan\" }\n%s", text), 0);
	unit_write(&dir, "c.conf", whole, strlen(whole));
	ck_assert_msg(!cg_config_read(unit_path(&dir, "c.conf", path), &d, &config), "%s: %s",
		      d.text, whole);
	ck_assert_msg(!cg_policy_build(config, &d, &policy), "%s: %s", d.text, whole);
	cg_config_free(&config);
	unit_dir_free(&dir);
	free(whole);
	return policy;
}

static void check_block(const char *file)
{
	static const char *const names[] = { "cam", "a \"quoted\" \\ name", "婴儿房" };

	for (size_t k = 0; k < 3; k++) {
		struct cg_mud *mud = read_fixture(file);
		char *text = block(mud, names[k]);
		struct cg_policy *policy = policy_of(text);
		struct cg_name slot = { 0 };
		struct cg_mapset *set = built(policy, 1, &slot, 1);

		/* nothing of the file has become config */
		ck_assert_uint_eq(policy->ncams, 1);
		ck_assert_str_eq(policy->cams[0].name, names[k]);
		ck_assert_uint_eq(policy->cams[0].nrules, mud->nrules);
		for (const char *c = text; *c; c++)
			ck_assert((unsigned char)*c >= ' ' || *c == '\n' || *c == '\t');
		cg_mapset_free(&set);
		cg_policy_free(&policy);
		free(text);
		cg_mud_free(&mud);
	}
}

START_TEST(block_is_config)
{
	for (size_t i = 0; i < NGOOD; i++)
		check_block(mud_good[i]);
}
END_TEST

START_TEST(block_with_macs)
{
	static const char *const macs[] = { "02:ca:00:00:00:01", "02:ca:00:00:00:02" };
	struct cg_mud *mud = read_fixture("plain");
	char *text = cg_mud_block(mud, "f", "cam", macs, 2);
	struct cg_policy *policy = policy_of(text);

	ck_assert_uint_eq(policy->cams[0].nmac, 2);
	cg_policy_free(&policy);
	free(text);
	cg_mud_free(&mud);
}
END_TEST

/* ---- out and back ---- */

static struct cg_mud *export(const struct cg_policy_cam *cam, size_t *ret_missing)
{
	struct json_object *root = NULL, *missing = NULL;
	struct cg_mud *mud;
	const char *text;

	ck_assert_int_eq(cg_mud_write(cam, NULL, 1774353600, &root, &missing), 0);
	text = json_object_to_json_string_ext(root, JSON_C_TO_STRING_PLAIN);
	mud = read_text(text, strlen(text));
	*ret_missing = json_object_array_length(missing);
	json_object_put(root);
	json_object_put(missing);
	return mud;
}

static bool has_rule(const struct cg_mud *mud, const char *text)
{
	char rule[CG_RULE_STRLEN + 8];

	for (size_t i = 0; i < mud->nrules; i++)
		if (!strcmp(rule_text(&mud->rules[i], rule), text))
			return true;
	return false;
}

static size_t settings(const struct cg_mud *mud, enum cg_mud_outcome outcome)
{
	size_t n = 0;

	for (size_t i = 0; i < mud->naces; i++)
		n += mud->aces[i].outcome == outcome;
	return n;
}

/* export(import(F)) has the rules of F, all of them and no others. */
static void there_and_back(const char *file)
{
	struct cg_mud *first = read_fixture(file), *second;
	char *text = block(first, "cam"), rule[CG_RULE_STRLEN + 8];
	struct cg_policy *policy = policy_of(text);
	size_t missing;

	second = export(&policy->cams[0], &missing);
	ck_assert_uint_eq(missing, 0);
	ck_assert_uint_eq(cg_mud_lost(second), 0);
	ck_assert_uint_eq(second->nrules, first->nrules);
	for (size_t i = 0; i < first->nrules; i++)
		ck_assert_msg(has_rule(second, rule_text(&first->rules[i], rule)), "%s: %s", file,
			      rule);
	/* without a word in the first the defaults are what they are */
	ck_assert_uint_gt(settings(second, CG_MUD_LAN), 0);
	ck_assert_uint_gt(settings(second, CG_MUD_DNS), 0);
	ck_assert_uint_gt(settings(second, CG_MUD_NTP), 0);
	cg_policy_free(&policy);
	free(text);
	cg_mud_free(&first);
	cg_mud_free(&second);
}

START_TEST(round_trip)
{
	for (size_t i = 0; i < NGOOD; i++)
		there_and_back(mud_good[i]);
}
END_TEST

START_TEST(written_rules)
{
	static const char *const rules[] = { "allow 198.51.100.0/24:5000-5010/tcp",
					     "allow 198.51.100.0/24:5000-5010/udp",
					     "allow [2001:db8::/32]:443/tcp",
					     "allow [2001:db8::/32]:443/udp",
					     "allow any:123/udp",
					     "allow a.example:443/tcp",
					     "allow 203.0.113.9/icmp",
					     "allow any/icmp6",
					     "allow 203.0.113.9/esp",
					     "allow up.example:443/tcp",
					     "deny 203.0.113.66",
					     "deny b.example" };
	struct cg_policy *p = policy_of("camera \"c\" { mac = { \"02:ca:00:00:00:01\" }\n"
					"deny = { \"203.0.113.66\", \"b.example\" }\n"
					"upload = { \"up.example:443/tcp\" }\n"
					"allow = { \"198.51.100.0/24:5000-5010\","
					" \"[2001:db8::/32]:443\", \"any:123/udp\","
					" \"a.example:443/tcp\", \"203.0.113.9/icmp\","
					" \"any/icmp6\", \"203.0.113.9/esp\" } }\n");
	size_t missing, n = sizeof(rules) / sizeof(rules[0]);
	struct cg_mud *mud = export(&p->cams[0], &missing);

	ck_assert_uint_eq(missing, 1); /* an upload is written as an allow */
	ck_assert(cg_mud_whole(mud));
	ck_assert_uint_eq(mud->nrules, n);
	for (size_t i = 0; i < n; i++)
		ck_assert_msg(has_rule(mud, rules[i]), "%s", rules[i]);
	cg_mud_free(&mud);
	cg_policy_free(&p);
}
END_TEST

/* What a MUD file has no words for is told, one by one. */
START_TEST(not_written)
{
	static const struct {
		const char *keys, *text;
	} rows[] = {
		{ "", NULL },
		{ "allow = { \"a.example\" }", NULL },
		{ "ntp = drop", NULL },
		{ "lan_viewing = none", NULL },
		{ "allow = { \"*.example\" }", "*.example: a MUD file has whole names only" },
		{ "deny = { \"p2p*.example:443\" }",
		  "p2p*.example:443: a MUD file has whole names" },
		{ "upload = { \"a.example\" }", "a.example: written as an allow" },
		{ "allow = { \"a.example:443/tcp rate=64k\" }",
		  "a.example:443/tcp rate=64k: a MUD file has no budgets" },
		{ "control_budget = \"rate=1k\"", "control_budget, upload_budget: a MUD file" },
		{ "upload_budget = \"hour=1M\"", "control_budget, upload_budget: a MUD file" },
		{ "signs = { rate }", "signs: a MUD file does not tell viewing" },
		{ "max_viewers = 2", "max_viewers = 2: a MUD file does not count viewers" },
		{ "lan_viewing = viewers\nviewers = { \"192.168.1.30\" }",
		  "192.168.1.30: who may watch at home" },
		{ "dns = redirect", "dns = redirect" },
		{ "dns = any", "dns = any" },
		{ "ntp = redirect", "ntp = redirect" },
		{ "dns_names = allowed", "dns_names = allowed" },
		{ "exposure = sealed", "exposure = sealed" },
		{ "exposure = open", "exposure = open" },
		{ "mode = monitor", "mode = monitor" },
		{ "gateway_viewing = yes", "gateway_viewing = yes" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct json_object *root = NULL, *missing = NULL;
		char text[512];
		struct cg_policy *p;

		snprintf(text, sizeof(text),
			 "camera \"c\" { mac = { \"02:ca:00:00:00:01\" }\n%s\n}\n", rows[i].keys);
		p = policy_of(text);
		ck_assert_int_eq(cg_mud_write(&p->cams[0], NULL, 0, &root, &missing), 0);
		ck_assert_uint_eq(json_object_array_length(missing), rows[i].text ? 1 : 0);
		if (rows[i].text)
			UNIT_HOLDS(json_object_get_string(json_object_array_get_idx(missing, 0)),
				   rows[i].text);
		json_object_put(root);
		json_object_put(missing);
		cg_policy_free(&p);
	}
}
END_TEST

static struct json_object *at(struct json_object *o, const char *key)
{
	struct json_object *v = NULL;

	ck_assert_msg(json_object_object_get_ex(o, key, &v), "no %s", key);
	return v;
}

/* The leaves that RFC 8520 calls mandatory, its ranges, keys that are unique and refer to what is there. */
START_TEST(written_shape)
{
	struct cg_policy *p = policy_of(
		"camera \"A camera with a name of more than sixty letters: 12345678901\" {\n"
		"id = \"c\" mac = { \"02:ca:00:00:00:01\" } allow = { \"a.example:443/tcp\" } }\n");
	struct json_object *root, *missing, *mud, *acl, *aces;

	ck_assert_int_eq(cg_mud_write(&p->cams[0], "https://h.example/c.json", 1774353600, &root,
				      &missing),
			 0);
	mud = at(root, "ietf-mud:mud");
	ck_assert_int_eq(json_object_get_int(at(mud, "mud-version")), 1);
	ck_assert_str_eq(json_object_get_string(at(mud, "mud-url")), "https://h.example/c.json");
	ck_assert_str_eq(json_object_get_string(at(mud, "last-update")), "2026-03-24T12:00:00Z");
	ck_assert(json_object_get_boolean(at(mud, "is-supported")));
	ck_assert_uint_eq(strlen(json_object_get_string(at(mud, "systeminfo"))), 60);
	acl = at(at(root, "ietf-access-control-list:acls"), "acl");
	ck_assert_uint_eq(json_object_array_length(acl), 4);
	for (size_t i = 0; i < 4; i++) {
		struct json_object *list = json_object_array_get_idx(acl, i);
		const char *policy = i < 2 ? "from-device-policy" : "to-device-policy";
		struct json_object *named = at(at(at(mud, policy), "access-lists"), "access-list");

		ck_assert_str_eq(json_object_get_string(at(list, "name")),
				 json_object_get_string(
					 at(json_object_array_get_idx(named, i % 2), "name")));
		ck_assert_str_eq(json_object_get_string(at(list, "type")),
				 i % 2 ? "ipv6-acl-type" : "ipv4-acl-type");
		aces = at(at(list, "aces"), "ace");
		ck_assert_uint_eq(json_object_array_length(aces), 5);
		for (size_t k = 0; k < 5; k++) {
			struct json_object *a = json_object_array_get_idx(aces, k);

			at(a, "matches");
			at(at(a, "actions"), "forwarding");
			for (size_t m = 0; m < k; m++)
				ck_assert_str_ne(
					json_object_get_string(at(a, "name")),
					json_object_get_string(
						at(json_object_array_get_idx(aces, m), "name")));
		}
	}
	ck_assert_str_eq(cg_mud_url_fault("http://h.example/"), "https://");
	ck_assert_ptr_nonnull(cg_mud_url_fault("https://h.example/\""));
	ck_assert_ptr_nonnull(cg_mud_url_fault("https://h.example/\n"));
	ck_assert_ptr_null(cg_mud_url_fault("https://h.example/c.json"));
	json_object_put(root);
	json_object_put(missing);
	cg_policy_free(&p);
}
END_TEST

int main(void)
{
	return UNIT_RUN("mudout", 30, block_is_config, block_with_macs, round_trip, written_rules,
			not_written, written_shape);
}
