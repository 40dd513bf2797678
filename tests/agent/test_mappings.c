/* SPDX-License-Identifier: GPL-2.0-only */
/* Openings of ports as the agent has them: whose they are, what is closed and what never is, what is said of them and when. */
#include <camgate/ctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "harness.h"

#define LIST   "{\"v\":1,\"cmd\":\"mappings\"}"
#define CLOSE  "{\"v\":1,\"cmd\":\"mappings\",\"close\":true}"
#define CAM    "192.168.1.20"
#define PHONE  "192.168.1.30"
#define LEASES "/var/lib/upnp.leases"

static struct house h;

/* The rules there are: a port of the gateway, where it leads, in which chain. */
static struct rule {
	uint64_t handle;
	int port;
	const char *to, *table, *chain;
} rules[8];
static size_t nrules;

static const char *ruleset(void)
{
	static char text[4096];
	size_t at = (size_t)sprintf(text, "{\"nftables\": [{\"metainfo\": {}}");

	for (size_t i = 0; i < nrules; i++)
		at += (size_t)sprintf(
			text + at,
			", {\"rule\": {\"family\": \"inet\", \"table\": \"%s\", \"chain\": \"%s\", "
			"\"handle\": %d, \"expr\": [{\"match\": {\"op\": \"==\", \"left\": {\"payload\": "
			"{\"protocol\": \"tcp\", \"field\": \"dport\"}}, \"right\": %d}}, {\"dnat\": "
			"{\"addr\": \"%s\", \"port\": 554}}]}}",
			rules[i].table, rules[i].chain, (int)rules[i].handle, rules[i].port,
			rules[i].to);
	strcpy(text + at, "]}\n");
	return text;
}

static void deleted(const struct cg_nft_rule *rule)
{
	for (size_t i = 0; i < nrules; i++)
		if (rules[i].handle == rule->handle && !strcmp(rules[i].table, rule->table))
			rules[i--] = rules[--nrules];
}

static void rule_add(uint64_t handle, int port, const char *to, const char *table,
		     const char *chain)
{
	rules[nrules++] = (struct rule){ handle, port, to, table, chain };
	fake_guards.generation++;
}

static bool there(uint64_t handle)
{
	for (size_t i = 0; i < nrules; i++)
		if (rules[i].handle == handle)
			return true;
	return false;
}

static void neighbour(const char *addr, const char *mac)
{
	struct cg_neigh *n = &fake_links.neigh[fake_links.nneigh++];

	*n = (struct cg_neigh){ .ifindex = IF_BR };
	ck_assert_int_eq(cg_addr_parse(addr, &n->addr), 0);
	ck_assert_int_eq(cg_mac_parse(mac, &n->mac), 0);
}

/* The packet path has seen the first camera there. */
static void seen(const char *addr)
{
	struct cg_state *s = &fake_kernel.state[0];
	struct cg_addr a;

	ck_assert_int_eq(cg_addr_parse(addr, &a), 0);
	memcpy(s->addr[s->naddr++], a.b, sizeof(a.b));
	s->last_ns = 1;
}

static const char *root_path(const char *name)
{
	static char path[192];

	snprintf(path, sizeof(path), "%s/root%s", h.dir, name);
	return path;
}

static void setup(void)
{
	static char root[96];

	house_make(&h);
	nrules = 0;
	fake_guards.nft = true;
	fake_guards.ruleset = ruleset;
	fake_guards.deleted = deleted;
	house_config(&h, CONFIG_TWO);
	ck_assert_int_eq(house_start(&h), 0);
	snprintf(root, sizeof(root), "%s/root", h.dir);
	h.a.opts.root = root;
	ck_assert_int_eq(mkdir(root_path(""), 0700), 0);
	ck_assert_int_eq(mkdir(root_path("/etc"), 0700), 0);
	ck_assert_int_eq(mkdir(root_path("/var"), 0700), 0);
	ck_assert_int_eq(mkdir(root_path("/var/lib"), 0700), 0);
	file_write(root_path("/etc/miniupnpd.conf"), "lease_file=" LEASES "\n");
}

static void teardown(void)
{
	house_end(&h);
}

static size_t length(struct json_object *r, const char *key)
{
	struct json_object *o;

	return json_object_object_get_ex(r, key, &o) ? json_object_array_length(o) : 0;
}

START_TEST(what_leads_to_a_camera_is_listed)
{
	struct json_object *r;

	seen(CAM);
	neighbour(CAM, "02:ca:00:00:00:01");
	rule_add(4, 18554, CAM, "fw4", "upnp_prerouting");
	rule_add(5, 80, PHONE, "fw4", "upnp_prerouting");
	rule_add(6, 8080, CAM, "mine", "pre");
	file_write(root_path(LEASES),
		   "TCP:18554:" CAM ":554:0:cam\nTCP:80:" PHONE ":554:0:phone\n");
	r = ASK(&h, CG_EXIT_OK, LIST);
	ck_assert_uint_eq(length(r, "mappings"), 3);
	/* The lease is of what is in force. */
	ck_assert_int_eq(reply_int(r, "openings"), 2);
	ck_assert_str_eq(reply_text(r, "mappings/0/by"), "hand");
	ck_assert_str_eq(reply_text(r, "mappings/0/port"), "8080");
	ck_assert_str_eq(reply_text(r, "mappings/0/to_port"), "554");
	ck_assert_ptr_nonnull(
		strstr(reply_text(r, "mappings/0/todo"), "nft delete rule inet mine pre handle 6"));
	ck_assert_str_eq(reply_text(r, "mappings/1/by"), "upnp");
	ck_assert_str_eq(reply_text(r, "mappings/1/cam"), "nursery");
	ck_assert_str_eq(reply_text(r, "mappings/2/kind"), "lease");
	ck_assert_str_eq(reply_text(r, "mappings/2/file"), LEASES);
	json_object_put(r);
	r = ASK(&h, CG_EXIT_OK, "{\"v\":1,\"cmd\":\"mappings\",\"cam\":\"garden\"}");
	ck_assert_uint_eq(length(r, "mappings"), 0);
	json_object_put(r);
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"mappings\",\"cam\":\"attic\"}"),
			 CG_EXIT_FAILED);
}
END_TEST

START_TEST(only_what_upnp_made_for_cameras_is_closed)
{
	struct json_object *r;
	char *text;

	seen(CAM);
	neighbour(CAM, "02:ca:00:00:00:01");
	neighbour(PHONE, "02:fe:00:00:00:30");
	rule_add(4, 18554, CAM, "fw4", "upnp_prerouting");
	rule_add(5, 80, PHONE, "fw4", "upnp_prerouting");
	rule_add(6, 8080, CAM, "mine", "pre");
	file_write(root_path(LEASES),
		   "TCP:18554:" CAM ":554:0:cam\nTCP:80:" PHONE ":554:0:phone\n");
	ck_assert_int_eq(chmod(root_path(LEASES), 0644), 0);
	r = ASK(&h, CG_EXIT_OK, CLOSE);
	ck_assert_uint_eq(length(r, "closed"), 2);
	ck_assert_uint_eq(length(r, "mappings"), 1);
	ck_assert_str_eq(reply_text(r, "mappings/0/by"), "hand");
	json_object_put(r);
	ck_assert(!there(4) && there(5) && there(6));
	text = file_text(root_path(LEASES));
	ck_assert_str_eq(text, "TCP:80:" PHONE ":554:0:phone\n");
	free(text);
}
END_TEST

/* It had the address once, or sent in the phone's name: what leads there is the phone's. */
START_TEST(an_address_that_is_anothers_now)
{
	struct json_object *r;

	seen(PHONE);
	neighbour(PHONE, "02:fe:00:00:00:30");
	rule_add(5, 80, PHONE, "fw4", "upnp_prerouting");
	r = ASK(&h, CG_EXIT_OK, CLOSE);
	ck_assert_uint_eq(length(r, "mappings") + length(r, "closed"), 0);
	json_object_put(r);
	ck_assert(there(5));
	/* Nobody is there: it is not certain whose it is. */
	fake_links.nneigh = 0;
	r = ASK(&h, CG_EXIT_OK, CLOSE);
	ck_assert_uint_eq(length(r, "mappings"), 1);
	ck_assert_ptr_nonnull(strstr(reply_text(r, "mappings/0/todo"), "not certain"));
	json_object_put(r);
	ck_assert(there(5));
}
END_TEST

/* A camera that was off all the time is known by its `address`. */
START_TEST(an_address_of_the_config)
{
	struct json_object *r;

	house_config(&h, "lan = { br-lan }\ncamera \"nursery\" { mac = { \"02:ca:00:00:00:01\" } "
			 "address = { \"" CAM "\" } }\n");
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"reload\"}"), CG_EXIT_OK);
	rule_add(4, 18554, CAM, "fw4", "upnp_prerouting");
	r = ASK(&h, CG_EXIT_OK, CLOSE);
	ck_assert_uint_eq(length(r, "closed"), 1);
	json_object_put(r);
	ck_assert(!there(4));
	/* And where another device has it, it is that one's. */
	neighbour(CAM, "02:fe:00:00:00:30");
	rule_add(4, 18554, CAM, "fw4", "upnp_prerouting");
	ck_assert_int_eq(house_code(&h, CLOSE), CG_EXIT_OK);
	ck_assert(there(4));
}
END_TEST

static int changes; /* of the ruleset, by somebody else, right before this call */
static const char *before;

static void somebody(const char *name)
{
	if (!strcmp(name, before) && changes) {
		changes--;
		/* A reload of the firewall: the handles are given anew. */
		rules[0] = (struct rule){ 4, 80, PHONE, "fw4", "upnp_prerouting" };
		rules[1] = (struct rule){ 9, 18554, CAM, "fw4", "upnp_prerouting" };
		nrules = 2;
		fake_guards.generation++;
	}
}

START_TEST(a_handle_that_is_anothers_by_now)
{
	neighbour(CAM, "02:ca:00:00:00:01");
	rule_add(4, 18554, CAM, "fw4", "upnp_prerouting");
	changes = 1;
	before = "nft_rules_delete";
	fake_on_call = somebody;
	ck_assert_int_eq(house_code(&h, CLOSE), CG_EXIT_OK);
	ck_assert(there(4) && !there(9));
	/* Between the list and its number is no moment. */
	nrules = 0;
	rule_add(4, 18554, CAM, "fw4", "upnp_prerouting");
	changes = 1;
	before = "nft_generation";
	ck_assert_int_eq(house_code(&h, CLOSE), CG_EXIT_OK);
	ck_assert(there(4) && !there(9));
	before = "nft_rules_delete";
	/* Without end: it is said. */
	changes = 1000;
	rule_add(9, 18554, CAM, "fw4", "upnp_prerouting");
	ck_assert_int_eq(house_code(&h, CLOSE), CG_EXIT_FAILED);
	fake_on_call = NULL;
	ck_assert(there(4) && there(9));
}
END_TEST

START_TEST(what_cannot_be_closed_is_said)
{
	struct json_object *r;

	neighbour(CAM, "02:ca:00:00:00:01");
	rule_add(4, 18554, CAM, "fw4", "upnp_prerouting");
	fake_fail("nft_rules_delete", 1, -EPERM);
	r = ASK(&h, CG_EXIT_FAILED, CLOSE);
	ck_assert_ptr_nonnull(strstr(reply_text(r, "error"), "not permitted"));
	ck_assert_uint_eq(length(r, "mappings"), 1);
	json_object_put(r);
	ck_assert(there(4));
	/* No nft at all: leases are looked at all the same. */
	fake_guards.ruleset = NULL;
	file_write(root_path(LEASES), "TCP:18554:" CAM ":554:0:cam\n");
	r = ASK(&h, CG_EXIT_OK, LIST);
	ck_assert_uint_eq(length(r, "mappings"), 1);
	ck_assert_int_eq(reply_int(r, "openings"), 1);
	ck_assert_ptr_nonnull(strstr(reply_text(r, "incomplete"), "no nft"));
	json_object_put(r);
}
END_TEST

static size_t attention(const char *what)
{
	struct json_object *r = ASK(&h, CG_EXIT_PARTIAL, "{\"v\":1,\"cmd\":\"status\"}"), *o;
	size_t n = 0;

	ck_assert(json_object_object_get_ex(r, "attention", &o));
	for (size_t i = 0; i < json_object_array_length(o); i++)
		n += !!strstr(json_object_get_string(json_object_array_get_idx(o, i)), what);
	json_object_put(r);
	return n;
}

START_TEST(it_looks_by_itself)
{
	int lists;

	neighbour(CAM, "02:ca:00:00:00:01");
	house_later(&h, 1);
	house_later(&h, 30);
	ck_assert_uint_eq(attention("port opening"), 0);
	rule_add(4, 18554, CAM, "fw4", "upnp_prerouting");
	lists = fake_guards.lists;
	house_later(&h, 300);
	ck_assert_int_eq(fake_guards.lists, lists);
	house_later(&h, 301);
	ck_assert_int_eq(fake_guards.lists, lists + 1);
	ck_assert_uint_eq(attention("1 port opening leads to cameras"), 1);
	/* Closed by hand: soon nothing is said any more. */
	ck_assert_int_eq(house_code(&h, CLOSE), CG_EXIT_OK);
	house_later(&h, 70);
	ck_assert_uint_eq(attention("port opening"), 0);
}
END_TEST

static size_t told(const char *what)
{
	char path[160], *text, *at;
	size_t n = 0;

	snprintf(path, sizeof(path), "%s/out", h.dir);
	text = access(path, R_OK) ? strdup("") : file_text(path);
	for (at = text; (at = strstr(at, what)); at++)
		n++;
	free(text);
	return n;
}

START_TEST(what_is_new_is_told_once)
{
	char script[160], text[512];

	snprintf(script, sizeof(script), "%s/notify", h.dir);
	snprintf(text, sizeof(text), "#!/bin/sh\ncat >>%s/out\n", h.dir);
	file_write(script, text);
	ck_assert_int_eq(chmod(script, 0755), 0);
	snprintf(text, sizeof(text), "notify = \"%s\"\n" CONFIG_TWO, script);
	house_config(&h, text);
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"reload\"}"), CG_EXIT_OK);
	neighbour(CAM, "02:ca:00:00:00:01");
	rule_add(4, 18554, CAM, "fw4", "upnp_prerouting");
	house_later(&h, 1);
	house_later(&h, 30);
	for (int i = 0; i < 6000 && !told("18554"); i++) {
		house_pump(&h);
		usleep(5000);
	}
	ck_assert_uint_eq(told("mapping-found"), 1);
	/* A look that fails in between does not forget it. */
	fake_fail("nft_list_finish", 1, -EPROTO);
	house_later(&h, 601);
	house_later(&h, 601);
	rule_add(7, 18555, CAM, "fw4", "upnp_prerouting");
	house_later(&h, 601);
	for (int i = 0; i < 6000 && !told("18555"); i++) {
		house_pump(&h);
		usleep(5000);
	}
	ck_assert_uint_eq(told("mapping-found"), 2);
}
END_TEST

START_TEST(a_look_that_fails)
{
	neighbour(CAM, "02:ca:00:00:00:01");
	rule_add(4, 18554, CAM, "fw4", "upnp_prerouting");
	house_later(&h, 1);
	fake_fail("nft_list_finish", 1, -EPROTO);
	house_later(&h, 30);
	ck_assert_uint_eq(attention("port opening"), 0);
	house_later(&h, 601);
	ck_assert_uint_eq(attention("1 port opening leads"), 1);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("mappings");
	TCase *t = tcase_create("mappings");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, what_leads_to_a_camera_is_listed);
	tcase_add_test(t, only_what_upnp_made_for_cameras_is_closed);
	tcase_add_test(t, an_address_that_is_anothers_now);
	tcase_add_test(t, an_address_of_the_config);
	tcase_add_test(t, a_handle_that_is_anothers_by_now);
	tcase_add_test(t, what_cannot_be_closed_is_said);
	tcase_add_test(t, it_looks_by_itself);
	tcase_add_test(t, what_is_new_is_told_once);
	tcase_add_test(t, a_look_that_fails);
	suite_add_tcase(s, t);
	return suite_run(s);
}
