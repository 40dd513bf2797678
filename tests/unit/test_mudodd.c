/* SPDX-License-Identifier: GPL-2.0-only */
/* Odd MUD files: each oddity of an entry or of a file by itself is named, and flows are compared as sets of packets. */
#include <lib/mud_ace.h>
#include <netinet/in.h>
#include "mudfile.h"

#define HEAD                                                                                \
	"{\"ietf-mud:mud\":{\"mud-version\":1,\"from-device-policy\":{\"access-lists\":{"   \
	"\"access-list\":[{\"name\":\"f\"}]}}},\"ietf-access-control-list:acls\":{\"acl\":" \
	"[{\"name\":\"f\",\"aces\":{\"ace\":["
#define TAIL	  "]}}]}}"
#define ACT	  "\"actions\":{\"forwarding\":\"accept\"}"
#define ENTRY(m)  "{\"name\":\"e\",\"matches\":" m "," ACT "}"
#define TO_A(m)	  ENTRY("{\"ipv4\":{\"dst-dnsname\":\"a.example\"}," m "}")
#define TCP_A(m)  TO_A("\"tcp\":{" m "}")
#define EQ(field) "\"" field "\":{\"operator\":\"eq\",\"port\":443}"

/* ---- entries ---- */

static const struct {
	const char *ace, *text;
} odd[] = {
	{ ENTRY("{\"ipv4\":{\"destination-ipv4-network\":7}}"), "its network is no text" },
	{ ENTRY("{\"ipv4\":{\"dst-dnsname\":\"a.example\"},\"ipv6\":{}}"),
	  "it is of both IPv4 and IPv6" },
	{ ENTRY("{\"ipv6\":{},\"l3\":{\"destination-ipv4-network\":\"198.51.100.0/24\"}}"),
	  "it is of both IPv4 and IPv6" },
	{ TO_A("\"tcp\":{\"direction-initiated\":\"from-device\"},"
	       "\"direction-initiated\":\"from-device\""),
	  "it says direction-initiated twice" },
	{ TCP_A("\"destination-port\":{\"operator\":\"eq\",\"port\":443,\"mask\":1}"),
	  "'mask' in its destination-port is not known" },
	{ TCP_A("\"destination-port\":{\"lower-port\":70000,\"upper-port\":70001}"),
	  "the range of its destination-port is not of numbers from 0 to 65535" },
	{ TCP_A("\"destination-port\":{\"port\":5,\"upper-port\":7}"),
	  "the range of its destination-port is not of numbers from 0 to 65535" },
	{ TO_A("\"tcp\":{" EQ("destination-port") "},\"l4\":{" EQ("destination-port") "}"),
	  "it has the ports of its peer twice" },
	{ ENTRY("{\"mud\":{\"controller\":7}}"), "controller is no text" },
	{ ENTRY("{\"mud\":{\"model\":null}}"), "model is no text" },
	{ ENTRY("{\"ipv4\":7}"), "a part of its matches is no object" },
	{ ENTRY("[]"), "a part of its matches is no object" },
	{ "{\"name\":\"e\",\"matches\":{},\"actions\":{}}",
	  "it does not say what becomes of the packet" },
	{ "{\"name\":\"e\",\"matches\":{},\"actions\":{\"forwarding\":7}}",
	  "it does not say what becomes of the packet" },
	{ TO_A(EQ("destination-port")), "it has ports and no protocol" },
	{ "7", "it is no object" },
};

START_TEST(entries)
{
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		struct cg_mud *mud;
		char *text, *said;

		ck_assert_int_gt(asprintf(&text, "%s%s%s", HEAD, odd[i].ace, TAIL), 0);
		mud = read_text(text, strlen(text));
		ck_assert_uint_eq(mud->naces, 1);
		ck_assert_msg(mud->aces[0].outcome == CG_MUD_NOT &&
				      !strcmp(mud->aces[0].text, odd[i].text),
			      "%s: outcome %d, '%s'", odd[i].ace, mud->aces[0].outcome,
			      mud->aces[0].text);
		ck_assert_uint_eq(mud->nrules, 0);
		ck_assert_uint_eq(cg_mud_lost(mud), 1);
		/* and in the block that is printed */
		said = block(mud, "cam");
		UNIT_HOLDS(said, "# not taken: ace 1: f/", odd[i].text);
		free(said);
		free(text);
		cg_mud_free(&mud);
	}
}
END_TEST

/* Its twins are taken: it is the oddity that is refused. */
START_TEST(plain_twins)
{
	static const struct {
		const char *ace, *rule;
	} twins[] = {
		{ ENTRY("{\"ipv4\":{\"destination-ipv4-network\":\"198.51.100.0/24\"}}"),
		  "allow 198.51.100.0/24" },
		{ TO_A("\"tcp\":{\"direction-initiated\":\"from-device\"}"),
		  "allow a.example/tcp" },
		{ TCP_A("\"destination-port\":{\"lower-port\":700,\"upper-port\":701}"),
		  "allow a.example:700-701/tcp" },
		{ TCP_A(EQ("destination-port")), "allow a.example:443/tcp" },
		/* from port 0 on is every port there is */
		{ TCP_A("\"destination-port\":{\"operator\":\"lte\",\"port\":80}"),
		  "allow a.example:1-80/tcp" },
	};

	for (size_t i = 0; i < sizeof(twins) / sizeof(twins[0]); i++) {
		char *text, rule[CG_RULE_STRLEN + 8];
		struct cg_mud *mud;

		ck_assert_int_gt(asprintf(&text, "%s%s%s", HEAD, twins[i].ace, TAIL), 0);
		mud = read_text(text, strlen(text));
		ck_assert_uint_eq(mud->nrules, 1);
		ck_assert_str_eq(rule_text(&mud->rules[0], rule), twins[i].rule);
		ck_assert_uint_eq(cg_mud_lost(mud), 0);
		free(text);
		cg_mud_free(&mud);
	}
}
END_TEST

/* More rules than a camera can have: what is behind them is named, not lost. */
START_TEST(too_many_rules)
{
	const size_t n = CG_MAX_RULES + 3;
	char *text = malloc(sizeof(HEAD) + sizeof(TAIL) + n * 256), *to = stpcpy(text, HEAD);
	struct cg_diag d = { "" };
	struct cg_mud *mud = NULL;

	for (size_t i = 0; i < n; i++)
		to += sprintf(
			to,
			"%s{\"name\":\"n%zu\",\"matches\":{\"ipv4\":{\"destination-ipv4-network\":"
			"\"198.51.%zu.%zu/32\"}}," ACT "}",
			i ? "," : "", i, i / 256, i % 256);
	strcpy(to, TAIL);
	ck_assert_int_eq(cg_mud_read(text, strlen(text), "f", &d, &mud), 0);
	ck_assert_uint_eq(mud->naces, n);
	ck_assert_uint_eq(mud->nrules, CG_MAX_RULES);
	ck_assert_uint_eq(cg_mud_lost(mud), 3);
	ck_assert_int_eq(mud->aces[CG_MAX_RULES - 1].outcome, CG_MUD_RULE);
	ck_assert_int_eq(mud->aces[CG_MAX_RULES].outcome, CG_MUD_NOT);
	ck_assert_str_eq(mud->aces[CG_MAX_RULES].text, "a camera can have no more rules");
	free(text);
	cg_mud_free(&mud);
}
END_TEST

/* ---- files ---- */

#define MUD(policy) "{\"ietf-mud:mud\":{\"mud-version\":1,\"from-device-policy\":" policy "}"
#define ACLS(acl)                                      \
	MUD("{\"access-lists\":{\"access-list\":[]}}") \
	",\"ietf-access-control-list:acls\":{\"acl\":" acl "}}"

static const struct {
	const char *text, *said;
} files[] = {
	{ MUD("{}") "}", "found a policy without a list of access lists, expected one" },
	{ MUD("{\"access-lists\":{\"access-list\":7}}") "}",
	  "found a policy without a list of access lists, expected one" },
	{ MUD("{\"access-lists\":{\"access-list\":[{\"name\":7}]}}") "}",
	  "found a policy's access list without a name, expected one" },
	{ ACLS("7"), "found an acl that is no list, expected a list of access lists" },
	{ ACLS("[7]"), "found an access list that is no object, expected one" },
	{ ACLS("[{\"name\":\"f\",\"aces\":[]}]"),
	  "found an access list whose aces are no object, expected one" },
};

static int judged(const char *text, struct cg_diag *diag)
{
	struct cg_mud *mud = NULL;
	int r;

	*diag = (struct cg_diag){ "" };
	r = cg_mud_read(text, strlen(text), "maker.json", diag, &mud);
	ck_assert_int_eq(!r, mud != NULL);
	cg_mud_free(&mud);
	return r;
}

START_TEST(odd_files)
{
	struct cg_diag d;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		ck_assert_msg(judged(files[i].text, &d) == -EINVAL, "%s: %s", files[i].text,
			      d.text);
		UNIT_HOLDS(d.text, "maker.json", files[i].said);
	}
	ck_assert_int_eq(judged(ACLS("[{\"name\":\"f\",\"aces\":{}}]"), &d), 0);
}
END_TEST

START_TEST(many_lists)
{
	char *text = malloc(8192);

	for (size_t more = 0; more <= 1; more++) {
		char *to = stpcpy(text,
				  "{\"ietf-mud:mud\":{\"mud-version\":1,\"from-device-policy\":"
				  "{\"access-lists\":{\"access-list\":[");
		struct cg_diag d;

		for (size_t i = 0; i < CG_MUD_MAX_LISTS + more; i++)
			to += sprintf(to, "%s{\"name\":\"l%zu\"}", i ? "," : "", i);
		strcpy(to, "]}}}}");
		ck_assert_int_eq(judged(text, &d), more ? -E2BIG : 0);
		if (more)
			UNIT_HOLDS(d.text,
				   "found a policy of 65 access lists, expected at most 64");
	}
	free(text);
}
END_TEST

/* A list whose type is no text: none of its entries is taken for one of both families. */
START_TEST(odd_type)
{
	static const char text[] =
		"{\"ietf-mud:mud\":{\"mud-version\":1,\"from-device-policy\":{\"access-lists\":{"
		"\"access-list\":[{\"name\":\"f\"}]}}},\"ietf-access-control-list:acls\":{\"acl\":"
		"[{\"name\":\"f\",\"type\":4,\"aces\":{\"ace\":[" ENTRY(
			"{\"ipv4\":{\"dst-dnsname\":\"a.example\"}}") TAIL;
	struct cg_mud *mud = read_text(text, sizeof(text) - 1);

	ck_assert_uint_eq(mud->naces, 1);
	ck_assert_int_eq(mud->aces[0].outcome, CG_MUD_NOT);
	ck_assert_str_eq(mud->aces[0].text, "the type of its list is no text");
	ck_assert_uint_eq(mud->nrules, 0);
	cg_mud_free(&mud);
}
END_TEST

/* ---- flows ---- */

static struct cg_mud_flow flow(enum cg_mud_peer peer, const char *at, uint8_t proto, uint16_t lo,
			       uint16_t hi)
{
	struct cg_mud_flow f = {
		.families = CG_MUD_V4 | CG_MUD_V6,
		.proto = proto,
		.peer = peer,
		.nports = 1,
		.ports = { { lo, hi } },
	};

	if (peer == CG_MUD_PEER_NAME)
		snprintf(f.name, sizeof(f.name), "%s", at);
	if (peer == CG_MUD_PEER_PREFIX)
		ck_assert_int_eq(cg_prefix_parse(at, &f.prefix), 0);
	return f;
}

#define NAME(at, lo, hi)   flow(CG_MUD_PEER_NAME, at, IPPROTO_TCP, lo, hi)
#define PREFIX(at, lo, hi) flow(CG_MUD_PEER_PREFIX, at, IPPROTO_TCP, lo, hi)

static void compared(struct cg_mud_flow a, struct cg_mud_flow b, bool covers, bool meets)
{
	ck_assert_int_eq(cg_mud_flow_covers(&a, &b), covers);
	ck_assert_int_eq(cg_mud_flow_meets(&a, &b), meets);
	ck_assert_int_eq(cg_mud_flow_meets(&b, &a), meets);
}

START_TEST(flows)
{
	const struct cg_mud_flow a = NAME("a.example", 80, 90);
	struct cg_mud_flow v4 = PREFIX("198.51.100.0/24", 1, 9), v6 = v4, any = v4;

	compared(a, a, true, true);
	compared(a, NAME("b.example", 80, 90), false, false);
	compared(a, NAME("*.example", 80, 90), false, true);
	/* ports: part of, over the edge, beside */
	compared(a, NAME("a.example", 81, 89), true, true);
	compared(a, NAME("a.example", 85, 95), false, true);
	compared(a, NAME("a.example", 70, 80), false, true);
	compared(a, NAME("a.example", 91, 95), false, false);
	/* protocols */
	compared(a, flow(CG_MUD_PEER_NAME, "a.example", IPPROTO_UDP, 80, 90), false, false);
	compared(flow(CG_MUD_PEER_NAME, "a.example", CG_PROTO_ANY, 80, 90), a, true, true);
	/* networks */
	compared(PREFIX("198.51.0.0/16", 1, 9), v4, true, true);
	compared(v4, PREFIX("198.51.0.0/16", 1, 9), false, true);
	compared(v4, PREFIX("203.0.113.0/24", 1, 9), false, false);
	/* a name may be any address */
	compared(v4, NAME("a.example", 1, 9), false, true);
	compared(flow(CG_MUD_PEER_ANY, "", IPPROTO_TCP, 1, 9), v4, true, true);
	/* families */
	v4.families = CG_MUD_V4;
	v6.families = CG_MUD_V6;
	compared(v4, v6, false, false);
	compared(v4, any, false, true);
	compared(any, v4, true, true);
	ck_assert(!cg_mud_flow_is_all(&any));
	any = flow(CG_MUD_PEER_ANY, "", CG_PROTO_ANY, 0, UINT16_MAX);
	ck_assert(cg_mud_flow_is_all(&any));
}
END_TEST

int main(void)
{
	return UNIT_RUN("mudodd", 30, entries, plain_twins, too_many_rules, odd_files, many_lists,
			odd_type, flows);
}
