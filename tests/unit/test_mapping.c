/* SPDX-License-Identifier: GPL-2.0-only */
/* Openings that lead to a camera: nft's JSON as it printed it, lease files as miniupnpd wrote them, and what is neither. */
#include <errno.h>
#include <lib/mapping.h>
#include "unit.h"

#define CAM   "192.168.1.20"
#define CAM6  "2001:db8:1:1::20"
#define PHONE "192.168.1.30"

static struct cg_addr addrs[2];
static struct cg_prefix net;
static const char lan[][16] = { "br-lan" };
static struct cg_mapping_want want = { .addr = addrs, .naddr = 2, .lan = lan, .nlan = 1 };
static struct cg_mapping_list list;

static void setup(void)
{
	/* As memcmp() orders them: IPv4 lies below ::ffff:0:0/96. */
	ck_assert_int_eq(cg_addr_parse(CAM, &addrs[0]), 0);
	ck_assert_int_eq(cg_addr_parse(CAM6, &addrs[1]), 0);
	ck_assert_int_eq(cg_prefix_parse("192.168.1.0/24", &net), 0);
	want.net = &net;
	want.nnet = 1;
	want.upnp = (struct cg_mapping_upnp){ 0 };
	memset(&list, 0, sizeof(list));
}

/* "forward/upnp tcp 18554 > 192.168.1.20:8554 sole; ", and what was not read. */
static const char *text_of(void)
{
	static char text[4096];
	size_t at = 0;

	text[0] = '\0';
	for (size_t i = 0; i < list.n; i++) {
		const struct cg_mapping *m = &list.m[i];
		char addr[CG_ADDR_STRLEN], proto[8], from[CG_PREFIX_STRLEN];

		at += (size_t)snprintf(text + at, sizeof(text) - at,
				       "%s%s/%s %s %u-%u > %s:%u-%u%s%s%s", i ? "; " : "",
				       cg_mapping_kind_name(m->kind), cg_mapping_by_name(m->by),
				       cg_mapping_proto(m->proto, proto), m->out_lo, m->out_hi,
				       cg_addr_format(&m->to, addr), m->in_lo, m->in_hi,
				       m->sole ? " sole" : "", m->has_from ? " from " : "",
				       m->has_from ? cg_prefix_format(&m->from, from) : "");
	}
	for (size_t i = 0; i < list.nunread && i < CG_MAPPING_UNREAD_MAX; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "?%s/%s",
				       cg_mapping_by_name(list.unread[i].by), list.unread[i].what);
	return text;
}

#define DOC(items) "{\"nftables\": [{\"metainfo\": {\"version\": \"1.0.6\"}}" items "]}\n"
#define RULE(family, table, chain, more, expr)                                                    \
	", {\"rule\": {\"family\": \"" family "\", \"table\": \"" table "\", \"chain\": \"" chain \
	"\", \"handle\": 4" more ", \"expr\": [" expr "]}}"
#define CHAIN(family, table, name, hook)                                                         \
	", {\"chain\": {\"family\": \"" family "\", \"table\": \"" table "\", \"name\": \"" name \
	"\", \"handle\": 1, \"type\": \"nat\", \"hook\": \"" hook "\", \"prio\": 0}}"
#define MATCH(left, right) "{\"match\": {\"op\": \"==\", \"left\": " left ", \"right\": " right "}}"
#define NOT(left, right)   "{\"match\": {\"op\": \"!=\", \"left\": " left ", \"right\": " right "}}"
#define FIELD(of, field)   "{\"payload\": {\"protocol\": \"" of "\", \"field\": \"" field "\"}}"
#define RAW(at, len)	   "{\"payload\": {\"base\": \"nh\", \"offset\": " #at ", \"len\": " #len "}}"
#define META(key)	   "{\"meta\": {\"key\": \"" key "\"}}"
#define DPORT(of, port)	   MATCH(FIELD(of, "dport"), port)
#define DADDR(of, addr)	   MATCH(FIELD(of, "daddr"), addr)
#define WAN		   MATCH(META("iif"), "\"wan0\"") ", "
#define DNAT(addr, more)   "{\"dnat\": {\"addr\": " addr more "}}"
#define ACCEPT		   "{\"accept\": null}"
#define SET(list)	   "{\"set\": [" list "]}"
#define PRE(expr)	   DOC(RULE("ip", "nat", "prerouting", "", expr))
#define FORWARD6(expr)	   DOC(RULE("inet", "fw", "forward", "", expr))
#define MAP(key, data)	   "{\"map\": {\"key\": " key ", \"data\": " data "}}"

static const struct {
	const char *what, *json, *found;
} rules[] = {
	{ "a port forward", PRE(DPORT("tcp", "8554") ", " DNAT("\"" CAM "\"", "")),
	  "forward/hand tcp 8554-8554 > " CAM ":8554-8554 sole" },
	{ "another port inside", PRE(DPORT("udp", "99") ", " DNAT("\"" CAM "\"", ", \"port\": 9")),
	  "forward/hand udp 99-99 > " CAM ":9-9 sole" },
	{ "to the phone", PRE(DPORT("tcp", "8554") ", " DNAT("\"" PHONE "\"", "")), "" },
	{ "everything", PRE(DNAT("\"" CAM "\"", "")), "forward/hand any 0-0 > " CAM ":0-0 sole" },
	{ "two ports",
	  PRE(DPORT("tcp", SET("80, {\"range\": [443, 445]}")) ", " DNAT("\"" CAM "\"", "")),
	  "forward/hand tcp 80-80 > " CAM ":80-80 sole; forward/hand tcp 443-445 > " CAM
	  ":443-445 sole" },
	{ "of both protocols",
	  PRE(MATCH(META("l4proto"),
		    SET("\"tcp\", \"udp\"")) ", " DPORT("th", "99") ", " DNAT("\"" CAM "\"", "")),
	  "forward/hand tcp+udp 99-99 > " CAM ":99-99 sole" },
	{ "to a range", PRE(DNAT("{\"range\": [\"192.168.1.10\", \"192.168.1.40\"]}", "")),
	  "forward/hand any 0-0 > " CAM ":0-0" },
	{ "to a prefix with it",
	  PRE(DNAT("{\"prefix\": {\"addr\": \"192.168.1.20\", \"len\": 31}}", "")),
	  "forward/hand any 0-0 > " CAM ":0-0" },
	{ "to a prefix without it",
	  PRE(DNAT("{\"prefix\": {\"addr\": \"192.168.1.32\", \"len\": 27}}", "")), "" },
	{ "a redirect is the gateway's own",
	  PRE(DPORT("tcp", "80") ", {\"redirect\": {\"port\": 22}}"), "" },
	{ "another port of the gateway", PRE("{\"dnat\": {\"port\": 22}}"), "" },
	{ "from the house", PRE(MATCH(META("iifname"), "\"br-lan\"") ", " DNAT("\"" CAM "\"", "")),
	  "" },
	{ "not from the house",
	  PRE(NOT(META("iifname"), "\"br-lan\"") ", " DNAT("\"" CAM "\"", "")),
	  "forward/hand any 0-0 > " CAM ":0-0 sole" },
	{ "from the house's addresses",
	  PRE(MATCH(FIELD("ip", "saddr"),
		    SET("{\"prefix\": {\"addr\": \"192.168.1.0\", \"len\": 24}}")) ", " DNAT("\"" CAM
											     "\"",
											     "")),
	  "" },
	{ "from one outside",
	  PRE(MATCH(FIELD("ip", "saddr"), "\"203.0.113.9\"") ", " DNAT("\"" CAM "\"", "")),
	  "forward/hand any 0-0 > " CAM ":0-0 sole from 203.0.113.9/32" },
	{ "a map",
	  PRE("{\"dnat\": {\"addr\": " MAP(FIELD("tcp", "dport"),
					   SET("[1000, \"" CAM "\"], [2000, \"" PHONE "\"]")) "}}"),
	  "forward/hand tcp 1000-1000 > " CAM ":1000-1000" },
	{ "a map of two keys",
	  PRE("{\"dnat\": {\"family\": \"ip\", \"addr\": " MAP(
		  "{\"concat\": [" FIELD("ip", "daddr") ", " FIELD("tcp", "dport") "]}",
		  SET("[{\"concat\": [\"1.2.3.4\", 80]}, {\"concat\": [\"" CAM "\", 81]}]")) "}}"),
	  "forward/hand tcp 80-80 > " CAM ":81-81" },
	{ "a map by turns",
	  PRE("{\"dnat\": {\"addr\": " MAP("{\"numgen\": {\"mode\": \"inc\", \"mod\": 2}}",
					   SET("[0, \"" CAM "\"], [1, \"" PHONE "\"]")) "}}"),
	  "forward/hand any 0-0 > " CAM ":0-0" },
	{ "a named map, told before",
	  DOC(", {\"map\": {\"family\": \"ip\", \"name\": \"fw\", \"table\": \"nat\", \"type\": "
	      "\"inet_service\", \"map\": \"ipv4_addr . inet_service\", \"elem\": [[8080, "
	      "{\"concat\": [\"" CAM "\", 80]}], [{\"range\": [8081, 8082]}, {\"concat\": [\"" PHONE
	      "\", 80]}]]}}" RULE("ip", "nat", "pre", "",
				  "{\"dnat\": {\"addr\": " MAP(FIELD("tcp", "dport"),
							       "\"@fw\"") "}}")),
	  "forward/hand tcp 8080-8080 > " CAM ":80-80" },
	{ "what cannot be read", PRE("{\"dnat\": {\"addr\": {\"jhash\": 1}}}"), "?hand/dnat" },
	{ "what cannot be read, from the house",
	  PRE(MATCH(META("iifname"), "\"br-lan\"") ", {\"dnat\": {\"addr\": {\"jhash\": 1}}}"),
	  "" },
	{ "of the gateway itself",
	  DOC(CHAIN("ip", "nat", "out", "output")
		      RULE("ip", "nat", "out", "", DNAT("\"" CAM "\"", ""))),
	  "" },
	{ "fw4's redirect",
	  DOC(RULE("inet", "fw4", "dstnat_wan", ", \"comment\": \"!fw4: cam\"",
		   DPORT("tcp", "80") ", " DNAT("\"" CAM "\"", ", \"port\": 80"))),
	  "forward/fw4 tcp 80-80 > " CAM ":80-80 sole" },
	{ "iptables",
	  PRE(DPORT("tcp", "77") ", {\"counter\": {\"packets\": 0, \"bytes\": 0}}, {\"xt\": "
				 "{\"type\": \"target\", \"name\": \"DNAT\"}}"),
	  "?iptables/DNAT" },
	{ "iptables, another target", PRE("{\"xt\": {\"type\": \"target\", \"name\": \"LOG\"}}"),
	  "" },
	{ "iptables, old", PRE("{\"xt\": null}"), "?iptables/xt" },
	{ "UPnP",
	  DOC(RULE("inet", "fw4", "upnp_prerouting", "",
		   WAN MATCH(RAW(72, 8), "6") ", " DPORT("th", "18554") ", " DNAT(
			   "\"" CAM "\"", ", \"port\": 8554, \"family\": \"ip\""))),
	  "forward/upnp tcp 18554-18554 > " CAM ":8554-8554 sole" },
	{ "UPnP, let through",
	  DOC(RULE("inet", "fw4", "upnp_forward", "",
		   WAN DPORT("th", "8554") ", " MATCH(RAW(128, 32), "3232235796") ", " MATCH(
			   RAW(72, 8), "17") ", " ACCEPT)),
	  "pass/upnp udp 8554-8554 > " CAM ":8554-8554 sole" },
	{ "UPnP, the phone's",
	  DOC(RULE("inet", "fw4", "upnp_forward", "",
		   DPORT("th", "8554") ", " MATCH(RAW(128, 32), "3232235806") ", " ACCEPT)),
	  "" },
	{ "a pinhole by UPnP",
	  DOC(RULE(
		  "inet", "fw4", "upnp_forward", "",
		  WAN DPORT("th", "8554") ", " MATCH(
			  RAW(192, 128),
			  "\"0x20010db8000100010000000000000020\"") ", " MATCH(RAW(64, 128),
									       "0") ", " MATCH(RAW(48,
												   8),
											       "6") ", " ACCEPT)),
	  "pass/upnp tcp 8554-8554 > " CAM6 ":8554-8554 sole" },
	{ "a pinhole by hand",
	  FORWARD6(DADDR("ip6", "\"" CAM6 "\"") ", " DPORT("tcp", "80") ", " ACCEPT),
	  "pass/hand tcp 80-80 > " CAM6 ":80-80 sole" },
	{ "IPv4 let through leads nowhere without NAT",
	  FORWARD6(DADDR("ip", "\"" CAM "\"") ", " DPORT("tcp", "80") ", " ACCEPT), "" },
	{ "answers",
	  FORWARD6(DADDR("ip6", "\"" CAM6 "\"") ", " MATCH(
		  "{\"ct\": {\"key\": \"state\"}}", "[\"established\", \"related\"]") ", " ACCEPT),
	  "" },
	{ "what begins",
	  FORWARD6(DADDR("ip6", "\"" CAM6 "\"") ", " MATCH(
		  "{\"ct\": {\"key\": \"state\"}}", "[\"established\", \"new\"]") ", " ACCEPT),
	  "pass/hand any 0-0 > " CAM6 ":0-0 sole" },
	{ "two addresses",
	  FORWARD6(DADDR("ip6", SET("\"" CAM6 "\", \"2001:db8:1:1::30\"")) ", " ACCEPT),
	  "pass/hand any 0-0 > " CAM6 ":0-0" },
	{ "by the end of the address",
	  FORWARD6(MATCH("{\"&\": [" FIELD("ip6", "daddr") ", \"::ffff:ffff:ffff:ffff\"]}",
			 "\"::20\"") ", " ACCEPT),
	  "pass/hand any 0-0 > " CAM6 ":0-0" },
	{ "by ports, a verdict each",
	  FORWARD6(DADDR("ip6", "\"" CAM6 "\"") ", {\"vmap\": {\"key\": " FIELD(
		  "udp",
		  "dport") ", \"data\": " SET("[5, {\"accept\": null}], [6, {\"drop\": null}]") "}}"),
	  "pass/hand any 5-5 > " CAM6 ":5-5 sole" },
	{ "by address, a verdict each",
	  FORWARD6("{\"vmap\": {\"key\": " FIELD("ip6", "daddr") ", \"data\": " SET(
		  "[\"" CAM6
		  "\", {\"accept\": null}], [\"2001:db8:1:1::30\", {\"accept\": null}]") "}}"),
	  "pass/hand any 0-0 > " CAM6 ":0-0" },
	{ "address and port together",
	  FORWARD6(MATCH("{\"concat\": [" FIELD("ip6", "daddr") ", " FIELD("tcp", "dport") "]}",
			 SET("{\"concat\": [\"" CAM6 "\", 80]}")) ", " ACCEPT),
	  "pass/hand any 0-0 > " CAM6 ":0-0 sole" },
	{ "a chain of its own",
	  FORWARD6(DADDR("ip6", "\"" CAM6 "\"") ", {\"jump\": {\"target\": \"x\"}}"),
	  "?hand/jump" },
	{ "a named set", FORWARD6(DADDR("ip6", "\"@s\"") ", " ACCEPT), "?hand/set" },
	{ "to the gateway itself",
	  DOC(CHAIN("inet", "fw", "in", "input")
		      RULE("inet", "fw", "in", "", DADDR("ip6", "\"" CAM6 "\"") ", " ACCEPT)),
	  "" },
	{ "dropped", FORWARD6(DADDR("ip6", "\"" CAM6 "\"") ", {\"drop\": null}"), "" },
	{ "of a bridge",
	  DOC(RULE("bridge", "b", "f", "", DADDR("ip6", "\"" CAM6 "\"") ", " ACCEPT)), "" },
	{ "warnings around it",
	  "# Warning: table ip nat is managed by iptables-nft, do not touch!\n" PRE(
		  DNAT("\"" CAM "\"", "")) "# Warning\n",
	  "forward/hand any 0-0 > " CAM ":0-0 sole" },
	{ "a bracket in a comment",
	  DOC(RULE("ip", "nat", "p", ", \"comment\": \"]}\\\"{\"", DNAT("\"" CAM "\"", ""))),
	  "forward/hand any 0-0 > " CAM ":0-0 sole" },
};

static int nft(const char *json)
{
	return cg_mapping_nft_read(json, strlen(json), &want, &list);
}

START_TEST(a_rule_is_read)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		setup();
		ck_assert_msg(!nft(rules[i].json), "%s: refused", rules[i].what);
		ck_assert_msg(!strcmp(text_of(), rules[i].found), "%s: '%s', not '%s'",
			      rules[i].what, text_of(), rules[i].found);
		cg_mapping_list_free(&list);
	}
}
END_TEST

START_TEST(where_it_is_written)
{
	const struct cg_mapping *m;

	setup();
	ck_assert_int_eq(nft(DOC(RULE("inet", "fw4", "dstnat_wan", ", \"comment\": \"!fw4: cam\"",
				      DNAT("\"" CAM "\"", "")))),
			 0);
	m = list.m;
	ck_assert_str_eq(m->family, "inet");
	ck_assert_str_eq(m->table, "fw4");
	ck_assert_str_eq(m->chain, "dstnat_wan");
	ck_assert_uint_eq(m->handle, 4);
	ck_assert_str_eq(m->note, "cam");
	cg_mapping_list_free(&list);
}
END_TEST

START_TEST(chains_that_the_conf_names_are_upnp)
{
	const char *json = DOC(RULE("inet", "mine", "holes", "", DNAT("\"" CAM "\"", "")));

	setup();
	ck_assert_int_eq(nft(json), 0);
	ck_assert_int_eq(list.m[0].by, CG_MAPPING_BY_HAND);
	cg_mapping_upnp_read(
		"# upnp_nat_chain=other\n upnp_nat_chain = holes \r\n"
		"upnp_nat_table_name=mine\nlease_file=/var/lib/upnp.leases\nnonsense\nhttp_port=5000\n",
		&want.upnp);
	ck_assert_str_eq(want.upnp.leases, "/var/lib/upnp.leases");
	ck_assert_uint_eq(want.upnp.http_port, 5000);
	cg_mapping_list_free(&list);
	ck_assert_int_eq(nft(json), 0);
	ck_assert_int_eq(list.m[0].by, CG_MAPPING_BY_UPNP);
	cg_mapping_list_free(&list);
	ck_assert_int_eq(nft(DOC(RULE("inet", "other", "holes", "", DNAT("\"" CAM "\"", "")))), 0);
	ck_assert_int_eq(list.m[0].by, CG_MAPPING_BY_HAND);
	cg_mapping_list_free(&list);
}
END_TEST

START_TEST(a_map_that_is_told_later)
{
	const char *map =
		"{\"nftables\": [{\"map\": {\"family\": \"ip\", \"name\": \"fw\", \"table\": "
		"\"nat\", \"map\": \"ipv4_addr\", \"elem\": [[{\"elem\": {\"val\": 8080, "
		"\"timeout\": 5}}, \"" CAM "\"]]}}]}";

	setup();
	ck_assert_int_eq(
		nft(DOC(", {\"map\": {\"family\": \"ip\", \"name\": \"fw\", \"table\": \"nat\"}}" RULE(
			"ip", "nat", "pre", "",
			"{\"dnat\": {\"addr\": " MAP(FIELD("udp", "dport"), "\"@fw\"") "}}"))),
		0);
	ck_assert_uint_eq(list.n, 0);
	ck_assert_uint_eq(list.nmap, 1);
	ck_assert(!list.map[0].told);
	ck_assert_int_eq(nft(map), 0);
	ck_assert(list.map[0].told);
	ck_assert_str_eq(text_of(), "forward/hand udp 8080-8080 > " CAM ":8080-8080");
	cg_mapping_list_free(&list);
}
END_TEST

static const char *const broken[] = {
	"",
	"{}",
	"{\"nftables\": 1}",
	"{\"nftables\": [",
	"{\"nftables\": [{]}",
	"{\"nftables\": [1]}",
	"Error: JSON support not compiled-in\n",
	DOC(", {\"rule\": {\"chain\": 1, \"dnat\": tru}}"),
};

START_TEST(what_is_none)
{
	setup();
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		ck_assert_msg(nft(broken[i]) == -EPROTO, "taken: %s", broken[i]);
}
END_TEST

/* None of these says where it leads; none does harm. */
static const char *const odd[] = {
	DOC(", {\"rule\": {\"chain\": 1, \"accept\": 1}}"),
	DOC(RULE("ip", "nat", "p", "", "1, null, {\"dnat\": 5}, {\"match\": []}, {\"vmap\": 1}")),
	DOC(RULE("ip", "nat", "p", "", DPORT("tcp", "\"http\"") ", {\"dnat\": {\"addr\": null}}")),
	DOC(RULE("ip", "nat", "p", "", DPORT("tcp", "70000") ", {\"dnat\": {}}")),
};

START_TEST(odd_rules_do_no_harm)
{
	setup();
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		ck_assert_int_eq(nft(odd[i]), 0);
	ck_assert_uint_eq(list.n, 0);
}
END_TEST

START_TEST(ten_thousand_rules)
{
	static const char one[] = RULE("ip", "nat", "prerouting", "",
				       DPORT("tcp", "80") ", " DNAT("\"" CAM "\"", ""));
	const size_t n = 10000, each = sizeof(one) - 1;
	char *text = malloc(n * each + 64), *at = text;

	setup();
	ck_assert_ptr_nonnull(text);
	at += sprintf(at, "{\"nftables\": [{\"metainfo\": {}}");
	for (size_t i = 0; i < n; i++, at += each)
		memcpy(at, one, each);
	strcpy(at, "]}\n");
	ck_assert_int_eq(nft(text), 0);
	ck_assert_uint_eq(list.n, CG_MAPPINGS_MAX);
	ck_assert_uint_eq(list.cut, n - CG_MAPPINGS_MAX);
	free(text);
	cg_mapping_list_free(&list);
}
END_TEST

#define LEASES                                             \
	"TCP:18554:" CAM ":8554:1796353521:libminiupnpc\n" \
	"UDP:17001:" PHONE ":7001:1795752321:phone: x\n"   \
	"TCP:17000:" CAM ":7000:0:NAT-PMP 17000 tcp\n"     \
	"no lease\nTCP:99999:" CAM ":1:0:x\n"              \
	"TCP;" CAM6 ";8554;;0;1;1796353521;pinhole\n"      \
	"UDP;" CAM6 ";9;2001:db8::9;77;2;0;one; two\n"

static int leases(const char *text)
{
	return cg_mapping_leases_read(text, strlen(text), "/l", &want, &list);
}

START_TEST(leases_are_read)
{
	setup();
	ck_assert_int_eq(leases(LEASES), 0);
	ck_assert_str_eq(text_of(), "lease/upnp tcp 18554-18554 > " CAM ":8554-8554 sole; "
				    "lease/upnp tcp 17000-17000 > " CAM ":7000-7000 sole; "
				    "lease/upnp tcp 8554-8554 > " CAM6 ":8554-8554 sole; "
				    "lease/upnp udp 9-9 > " CAM6 ":9-9 sole from 2001:db8::9/128");
	ck_assert_str_eq(list.m[0].file, "/l");
	ck_assert_int_eq(list.m[1].line, 3);
	ck_assert_str_eq(list.m[1].note, "NAT-PMP 17000 tcp");
	ck_assert_int_eq(list.m[2].line, 6);
	cg_mapping_list_free(&list);
}
END_TEST

START_TEST(leases_of_a_camera_are_taken_out)
{
	size_t len = 0, gone = 0;
	char *text = NULL;

	setup();
	ck_assert_int_eq(leases(LEASES), 0);
	ck_assert_int_eq(cg_mapping_leases_without(LEASES, strlen(LEASES), list.m, list.n, &text,
						   &len, &gone),
			 0);
	ck_assert_uint_eq(gone, 4);
	ck_assert_uint_eq(len, strlen(text));
	ck_assert_str_eq(text, "UDP:17001:" PHONE ":7001:1795752321:phone: x\n"
			       "no lease\nTCP:99999:" CAM ":1:0:x\n");
	free(text);
	/* One of them; the others stay, the last line without its end too. */
	ck_assert_int_eq(cg_mapping_leases_without(LEASES "TCP:1:" CAM ":1:0:x",
						   sizeof(LEASES) + 24, list.m, 1, &text, &len,
						   &gone),
			 0);
	ck_assert_uint_eq(gone, 1);
	ck_assert_ptr_nonnull(strstr(text, "TCP:17000"));
	free(text);
	cg_mapping_list_free(&list);
}
END_TEST

START_TEST(what_a_camera_calls_it)
{
	char text[128], line[512];

	setup();
	snprintf(line, sizeof(line), "TCP:1:" CAM ":1:0:\xff\xc3(\x1b[2J\xe5\xa9\xb4\n");
	ck_assert_int_eq(leases(line), 0);
	ck_assert_str_eq(list.m[0].note, "?"
					 "?(?[2J\xe5\xa9\xb4");
	cg_mapping_list_free(&list);
	/* Cut between two characters. */
	text[0] = '\0';
	for (int i = 0; i < 30; i++)
		strcat(text, "\xe5\xa9\xb4");
	snprintf(line, sizeof(line), "TCP:1:" CAM ":1:0:%s\n", text);
	ck_assert_int_eq(leases(line), 0);
	ck_assert_uint_eq(strlen(list.m[0].note), 63);
	snprintf(line, sizeof(line), "TCP:1:" CAM ":1:0:x%s\n", text);
	cg_mapping_list_free(&list);
	ck_assert_int_eq(leases(line), 0);
	ck_assert_uint_eq(strlen(list.m[0].note), 61);
	cg_mapping_list_free(&list);
}
END_TEST

START_TEST(names_that_may_stand_in_a_script)
{
	ck_assert(cg_mapping_name_ok("upnp_forward"));
	ck_assert(cg_mapping_name_ok("MINIUPNPD-POSTROUTING"));
	ck_assert(!cg_mapping_name_ok(""));
	ck_assert(!cg_mapping_name_ok("a b"));
	ck_assert(!cg_mapping_name_ok("x;flush"));
	ck_assert(!cg_mapping_name_ok("-x"));
	/* One that was cut is another. */
	ck_assert(!cg_mapping_name_ok(
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
}
END_TEST

START_TEST(words)
{
	char buf[8];

	ck_assert_str_eq(cg_mapping_proto(6, buf), "tcp");
	ck_assert_str_eq(cg_mapping_proto(132, buf), "132");
	ck_assert_str_eq(cg_mapping_kind_name(9), "");
	ck_assert_str_eq(cg_mapping_by_name(0), "");
}
END_TEST

int main(void)
{
	return UNIT_RUN("mapping", 10, a_rule_is_read, where_it_is_written,
			chains_that_the_conf_names_are_upnp, a_map_that_is_told_later, what_is_none,
			odd_rules_do_no_harm, ten_thousand_rules, leases_are_read,
			leases_of_a_camera_are_taken_out, what_a_camera_calls_it,
			names_that_may_stand_in_a_script, words);
}
