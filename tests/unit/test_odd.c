/* SPDX-License-Identifier: GPL-2.0-only */
/* What is refused of a device's answers, of nft's JSON, of a database and of what is kept: one odd thing of each, beside the same whole. */
#include <json-c/json.h>
#include <lib/audit.h>
#include <lib/chainfiles.h>
#include <lib/day.h>
#include <lib/geo.h>
#include <lib/geo_book.h>
#include <lib/gone.h>
#include <lib/mapping_item.h>
#include <lib/recordlist.h>
#include <lib/traffic.h>
#include <lib/view.h>
#include "../mmdb.h"
#include "unit.h"

static struct cg_audit_answer audit_of(enum cg_audit_ask ask, const char *text)
{
	struct cg_audit_answer a;

	cg_audit_answer_read(ask, text, strlen(text), &a);
	return a;
}

START_TEST(answers)
{
	int64_t day = -7;

	ck_assert_str_eq(audit_of(CG_AUDIT_INFO,
				  "HTTP/1.1 200 OK\r\n\r\n<GetDeviceInformationResponse>"
				  "<Model>C1</Model>")
				 .model,
			 "C1");
	/* Cut off inside a tag; no end of the head. */
	ck_assert_str_eq(audit_of(CG_AUDIT_INFO,
				  "HTTP/1.1 200 OK\r\n\r\n<GetDeviceInformationResponse>"
				  "<Model x=\"C1")
				 .model,
			 "");
	ck_assert_uint_eq(audit_of(CG_AUDIT_INFO,
				   "HTTP/1.1 200 OK\r\n<GetDeviceInformationResponse>"
				   "<Model>C1</Model>")
				  .state,
			  audit_of(CG_AUDIT_INFO, "HTTP/1.1 200 OK\r\n").state);
	ck_assert_int_eq(cg_audit_firmware_day("V5.5 build 180719", &day), 0);
	ck_assert_int_eq(day, 17731);
	day = -7;
	ck_assert_int_eq(cg_audit_firmware_day("V5.5 build 18071x", &day), -ENOENT);
	ck_assert_int_eq(cg_audit_firmware_day("20x1-03-15", &day), -ENOENT);
	ck_assert_int_eq(day, -7);
	ck_assert_ptr_nonnull(cg_audit_port(6, 554));
	ck_assert_ptr_null(cg_audit_port(6, 1));
	ck_assert_ptr_null(cg_audit_port(17, 554));
}
END_TEST

START_TEST(chains)
{
	static const uint8_t salt[CG_SALT_LEN] = { 7 };
	static const char *const lines[] = { "{}", "x", "[\"v\"]", "{\"v\":1", "" };
	struct unit_dir dir = unit_dir_new();
	struct cg_chain_files files = { 0 };
	struct cg_anchor at = { 0 };
	struct cg_head head;
	char path[CG_RECORD_PATH_LEN], far[CG_RECORD_PATH_LEN + 1], *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	ck_assert_int_eq(cg_chain_add(f, "{\"v\":1}", salt, &at), 0);
	ck_assert_uint_eq(at.n, 1);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		ck_assert_int_eq(cg_chain_add(f, lines[i], salt, &at), -EINVAL);
	ck_assert_uint_eq(at.n, 1);
	fclose(f);
	free(text);

	ck_assert_int_eq(cg_chain_files_read(dir.path, &files), 0);
	ck_assert_uint_eq(files.n, 0);
	cg_chain_files_free(&files);
	ck_assert_int_eq(cg_chain_head_read(dir.path, &head), -ENOENT);
	memset(far, 'x', CG_RECORD_PATH_LEN);
	far[0] = '/';
	far[CG_RECORD_PATH_LEN] = '\0';
	ck_assert_int_eq(cg_chain_files_read(far, &files), -ENAMETOOLONG);
	ck_assert_int_eq(cg_chain_head_read(far, &head), -ENAMETOOLONG);
	/* A folder in place of either. */
	snprintf(path, sizeof(path), "%s/" CG_RECORD_HEAD, dir.path);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_eq(cg_chain_head_read(dir.path, &head), -EPROTO);
	ck_assert_ptr_nonnull(cg_records_path(dir.path, 0, path));
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_lt(cg_chain_files_read(dir.path, &files), 0);
	unit_dir_free(&dir);
}
END_TEST

START_TEST(kept_lines)
{
	static const char half[] = "{\"v\":1,\"what\":\"day\"";
	struct cg_day day;
	struct cg_gone gone;

	ck_assert_int_lt(cg_day_parse(half, sizeof(half) - 1, &day), 0);
	ck_assert_int_lt(cg_gone_parse(half, sizeof(half) - 1, &gone), 0);
}
END_TEST

/* JSON with ' for ". */
static struct json_object *json(const char *text)
{
	struct json_object *o;
	char *s = strdup(text);

	for (char *at = s; (at = strchr(at, '\'')); at++)
		*at = '"';
	o = json_tokener_parse(s);
	ck_assert_msg(o != NULL, "%s", s);
	free(s);
	return o;
}

static bool addrs(const char *text)
{
	struct json_object *o = json(text);
	struct cg_mapping_addrs a;
	bool ok = cg_mapping_addrs_read(o, &a);

	json_object_put(o);
	return ok;
}

static bool proto(const char *text)
{
	struct json_object *o = json(text);
	uint8_t nr;
	bool ok = cg_mapping_proto_read(o, &nr);

	json_object_put(o);
	return ok;
}

static bool raw(const char *text, int bits)
{
	struct json_object *o = json(text);
	struct cg_addr a;
	bool ok = cg_mapping_raw_addr(o, bits, &a);

	json_object_put(o);
	return ok;
}

START_TEST(values_of_nft)
{
	uint8_t nr;

	ck_assert(addrs("{'prefix':{'addr':'192.0.2.0','len':24}}"));
	ck_assert(!addrs("{'prefix':{'addr':'192.0.2.0','len':'24'}}"));
	ck_assert(!addrs("{'prefix':{'addr':'192.0.2.x','len':24}}"));
	ck_assert(!addrs("{'prefix':{'addr':'192.0.2.0','len':33}}"));
	ck_assert(!addrs("{'prefix':{'addr':'2001:db8::','len':-1}}"));
	ck_assert(cg_mapping_proto_named("gre", &nr) && nr == 47);
	ck_assert(!cg_mapping_proto_named("ggp", &nr));
	ck_assert(proto("{'set':['tcp','udp']}"));
	ck_assert(!proto("{'set':'tcp'}"));
	ck_assert(!proto("{'set':[{'set':['tcp']}]}"));
	ck_assert(!proto("{'set':['ggp']}"));
	ck_assert(!proto("{'set':['tcp','icmp']}"));
	ck_assert(raw("3221225985", 32));
	ck_assert(!raw("4294967296", 32));
	ck_assert(!raw("-1", 32));
	ck_assert(!raw("'0xc0000201'", 32));
	ck_assert(raw("'0x20010db8000000000000000000000007'", 128));
	ck_assert(raw("7", 128));
	ck_assert(!raw("'20010db8'", 128));
	ck_assert(!raw("'0x'", 128));
	ck_assert(!raw("'0x2001_db8'", 128));
	ck_assert(!raw("'0x120010db8000000000000000000000007'", 128));
	ck_assert(!raw("[7]", 128));
}
END_TEST

/* Openings and things not read of a rule of the table nat with such an expression. */
static size_t rule(const char *expr, size_t *ret_unread)
{
	static const char lan[][16] = { "br-lan" };
	static struct cg_mapping_list list;
	struct cg_prefix net;
	struct cg_addr cam;
	struct cg_mapping_want want = {
		.addr = &cam, .naddr = 1, .lan = lan, .nlan = 1, .net = &net, .nnet = 1
	};
	char text[1024];
	size_t n;

	ck_assert_int_eq(cg_addr_parse("192.168.1.20", &cam), 0);
	ck_assert_int_eq(cg_prefix_parse("192.168.1.0/24", &net), 0);
	memset(&list, 0, sizeof(list));
	snprintf(
		text, sizeof(text),
		"{'nftables': [{'metainfo':{'version':'1.0.6'}},{'chain':{'family':'ip','table':'nat','name':'p','handle':1,'type':'nat',"
		"'hook':'prerouting','prio':0}},{'rule':{'family':'ip','table':'nat','chain':'p',"
		"'handle':4,'expr':[%s]}}]}",
		expr);
	for (char *at = text; (at = strchr(at, '\'')); at++)
		*at = '"';
	ck_assert_int_eq(cg_mapping_nft_read(text, strlen(text), &want, &list), 0);
	n = list.n;
	*ret_unread = list.nunread;
	cg_mapping_list_free(&list);
	return n;
}

#define DNAT(pairs)                                                                             \
	"{'dnat':{'addr':{'map':{'key':{'payload':{'protocol':'tcp','field':'dport'}},'data':{" \
	"'set':[" pairs "]}}}}}"

START_TEST(maps_of_nft)
{
	size_t unread;

	ck_assert_uint_eq(rule(DNAT("[8080,'192.168.1.20']"), &unread), 1);
	ck_assert_uint_eq(unread, 0);
	ck_assert_uint_eq(rule(DNAT("[8080,{'concat':['192.168.1.20',80]}]"), &unread), 1);
	ck_assert_uint_eq(unread, 0);
	ck_assert_uint_eq(rule(DNAT("8080"), &unread), 0);
	ck_assert_uint_eq(unread, 1);
	ck_assert_uint_eq(rule(DNAT("[8080]"), &unread), 0);
	ck_assert_uint_eq(unread, 1);
	ck_assert_uint_eq(rule(DNAT("[8080,'camera']"), &unread), 0);
	ck_assert_uint_eq(unread, 1);
	ck_assert_uint_eq(rule(DNAT("[8080,{'concat':['192.168.1.20','web']}]"), &unread), 0);
	ck_assert_uint_eq(unread, 1);
	/* From the LAN by its name is no opening; by a number, nothing is known. */
	ck_assert_uint_eq(
		rule("{'match':{'op':'==','left':{'meta':{'key':'iifname'}},'right':'br-lan'}},"
		     "{'dnat':{'addr':'192.168.1.20','port':80}}",
		     &unread),
		0);
	ck_assert_uint_eq(rule("{'match':{'op':'==','left':{'meta':{'key':'iif'}},'right':7}},"
			       "{'dnat':{'addr':'192.168.1.20','port':80}}",
			       &unread),
			  1);
}
END_TEST

START_TEST(leases)
{
	static struct cg_mapping_list list;
	static const char good[] = "TCP:18554:192.168.1.20:8554:0:cam\n",
			  v6[] = "TCP;2001:db8::20;8554;::;0;0;0;cam\n";
	struct cg_addr cams[2];
	struct cg_mapping_want want = { .addr = cams, .naddr = 2 };

	ck_assert_int_eq(cg_addr_parse("192.168.1.20", &cams[0]), 0);
	ck_assert_int_eq(cg_addr_parse("2001:db8::20", &cams[1]), 0);
	ck_assert_int_eq(cg_mapping_leases_read(good, strlen(good), "/l", &want, &list), 0);
	ck_assert_uint_eq(list.n, 1);
	ck_assert_int_eq(cg_mapping_leases_read(v6, strlen(v6), "/l", &want, &list), 0);
	ck_assert_uint_eq(list.n, 2);
	for (size_t i = 0; i < 4; i++) {
		static const char *const odd[] = { "TCP;2001:db8::20;8554\n",
						   "GGP;2001:db8::20;8554;::;0;0;0;cam\n",
						   "TCP;2001:db8::zz;8554;::;0;0;0;cam\n",
						   "TCP;2001:db8::20;web;::;0;0;0;cam\n" };

		ck_assert_int_eq(cg_mapping_leases_read(odd[i], strlen(odd[i]), "/l", &want, &list),
				 0);
		ck_assert_uint_eq(list.n, 2);
	}
	cg_mapping_list_free(&list);
}
END_TEST

#ifdef CG_HAVE_MAXMINDDB
/* A file that ends nowhere, a folder, what is none, and one that is not there. */
START_TEST(databases)
{
	struct unit_dir dir = unit_dir_new();
	struct cg_geo_table *t = NULL;
	struct cg_places want = { 0 };
	struct cg_diag d = { "" };
	struct cg_geo_book *book = NULL;
	char path[128];
	const struct mmdb_opts opts = { 24, true, false, MMDB_FLAT, 1780000000 };
	const struct mmdb_row row = { { 192, 0, 2 }, 24, true, "CN", 0 };
	uint8_t *bytes;
	size_t len;
	struct cg_addr a;
	FILE *f;

	cg_places_country(&want, cg_country_number("CN", 2));
	ck_assert_int_eq(cg_addr_parse("192.0.2.1", &a), 0);
	snprintf(path, sizeof(path), "%s/large.mmdb", dir.path);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(ftruncate(fileno(f), CG_MAX_GEO_BYTES + 1L), 0);
	fclose(f);
	ck_assert_int_eq(cg_geo_read(path, NULL, &want, &d, &t), -EINVAL);
	ck_assert_msg(strstr(d.text, "a larger file than any"), "%s", d.text);
	ck_assert_int_eq(cg_geo_read(dir.path, NULL, &want, &d, &t), -EINVAL);
	d.text[0] = '\0';
	ck_assert_int_eq(cg_geo_read("/nonexistent/x", NULL, &want, &d, &t), -EINVAL);
	ck_assert_msg(strstr(d.text, "No such file"), "%s", d.text);
	ck_assert_int_eq(cg_geo_book_open("/nonexistent/x", &d, &book), -EINVAL);
	/* One of countries knows no network. */
	bytes = mmdb_make(&row, 1, &opts, &len);
	unit_write(&dir, "c.mmdb", bytes, len);
	free(bytes);
	snprintf(path, sizeof(path), "%s/c.mmdb", dir.path);
	ck_assert_int_eq(cg_geo_book_open(path, &d, &book), 0);
	ck_assert_int_eq(cg_geo_book_country(book, &a), cg_country_number("CN", 2));
	ck_assert_int_eq(cg_geo_book_network(book, &a), 0);
	/* Nor does one of IPv4 know IPv6. */
	ck_assert_int_eq(cg_addr_parse("2a00::1", &a), 0);
	ck_assert_int_eq(cg_geo_book_country(book, &a), cg_country_of("unknown"));
	cg_geo_book_free(&book);
	ck_assert_ptr_null(t);
	unit_dir_free(&dir);
}
END_TEST
#define DATABASES databases,
#else
#define DATABASES
#endif

START_TEST(no_rule)
{
	char buf[64];

	ck_assert_ptr_null(cg_view_rule(NULL, buf, sizeof(buf)));
}
END_TEST

int main(void)
{
	return UNIT_RUN("odd", 60, answers, chains, kept_lines, values_of_nft, maps_of_nft, leases,
			DATABASES no_rule);
}
