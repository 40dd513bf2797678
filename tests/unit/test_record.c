/* SPDX-License-Identifier: GPL-2.0-only */
/* The record: lines there and back, what is cut, what is put together, what is too old. */
#include <lib/recordlist.h>
#include <lib/spans.h>
#include <camgate/session_abi.h>
#include <netinet/in.h>
#include "unit.h"

#define T0 1800000000LL

static struct cg_prefix prefix(const char *text)
{
	struct cg_prefix p;

	ck_assert_int_eq(cg_prefix_parse(text, &p), 0);
	return p;
}

static const char *peer_of(const struct cg_record *r)
{
	static char buf[CG_PREFIX_STRLEN];

	return r->peer.len == 128 ? cg_addr_format(&r->peer.addr, buf) :
				    cg_prefix_format(&r->peer, buf);
}

static struct cg_record made(uint64_t id, enum cg_record_what what, const char *peer)
{
	struct cg_record r = {
		.id = id,
		.what = (uint8_t)what,
		.count = 1,
		.cam = "nursery",
		.cam_name = "婴儿房",
		.peer = prefix(peer),
		.first_s = T0,
		.last_s = T0 + 60,
		.sign = CG_SIGN_SIGNATURE,
		.signature = CG_SIG_PPPP_SESSION,
		.proto = IPPROTO_UDP,
		.up_bytes = 1000,
		.opening = { .uid = -1 },
	};

	return r;
}

static struct cg_record through(const struct cg_record *r)
{
	struct cg_record again;
	char *line = NULL;

	ck_assert_int_eq(cg_record_print(r, &line), 0);
	/* a line, and one only */
	ck_assert_ptr_eq(strchr(line, '\n'), line + strlen(line) - 1);
	ck_assert_msg(!cg_record_parse(line, &again), "%s", line);
	free(line);
	return again;
}

START_TEST(there_and_back)
{
	struct cg_record r = made(77, CG_RECORD_STOPPED, "203.0.113.9"), b;

	r.running = r.by_peer = r.monitored = r.unsure = true;
	r.peer_port = 32100;
	r.cam_port = 40000;
	r.asked = strdup("p2p1.\"maker\".example");
	r.country = strdup("XX");
	r.network = strdup("AS64500");
	r.viewer = prefix("198.51.100.7");
	r.duration_s = 61;
	r.count = 3;
	r.down_bytes = 20;
	r.stopped_bytes = 30;
	r.up_packets = 4;
	r.down_packets = 5;
	r.windows = 7;
	r.nfirst = 16;
	for (int i = 0; i < 16; i++)
		r.first[i] = (uint8_t)(0xf1 - i);
	r.rule = strdup("allow 203.0.113.0/24\nx");
	r.file = strdup("/etc/camgate/camgate.conf");
	r.line = 12;
	r.opening = (struct cg_record_opening){ "hand", T0 - 9, T0 + 900, 1000, "anna" };
	r.blocked_s = T0 + 120;
	b = through(&r);
	ck_assert_uint_eq(b.id, 77);
	ck_assert_uint_eq(b.what, CG_RECORD_STOPPED);
	ck_assert(b.running && b.by_peer && b.monitored && b.unsure);
	ck_assert_str_eq(b.cam, "nursery");
	ck_assert_str_eq(b.cam_name, "婴儿房");
	ck_assert_str_eq(peer_of(&b), "203.0.113.9");
	ck_assert_uint_eq(b.peer_port, 32100);
	ck_assert_uint_eq(b.cam_port, 40000);
	ck_assert_uint_eq(b.proto, IPPROTO_UDP);
	ck_assert_str_eq(b.asked, r.asked);
	ck_assert_str_eq(b.country, "XX");
	ck_assert_str_eq(b.network, "AS64500");
	ck_assert(!memcmp(&b.viewer, &r.viewer, sizeof(b.viewer)));
	ck_assert_int_eq(b.first_s, T0);
	ck_assert_int_eq(b.last_s, T0 + 60);
	ck_assert_uint_eq(b.duration_s, 61);
	ck_assert_uint_eq(b.count, 3);
	ck_assert_uint_eq(b.up_bytes, 1000);
	ck_assert_uint_eq(b.down_bytes, 20);
	ck_assert_uint_eq(b.stopped_bytes, 30);
	ck_assert_uint_eq(b.up_packets, 4);
	ck_assert_uint_eq(b.down_packets, 5);
	ck_assert_uint_eq(b.windows, 7);
	ck_assert_uint_eq(b.sign, CG_SIGN_SIGNATURE);
	ck_assert_uint_eq(b.signature, CG_SIG_PPPP_SESSION);
	ck_assert_uint_eq(b.nfirst, 16);
	ck_assert(!memcmp(b.first, r.first, 16));
	ck_assert_str_eq(b.rule, r.rule);
	ck_assert_str_eq(b.file, r.file);
	ck_assert_int_eq(b.line, 12);
	ck_assert_str_eq(b.opening.by, "hand");
	ck_assert_int_eq(b.opening.since_s, T0 - 9);
	ck_assert_int_eq(b.opening.until_s, T0 + 900);
	ck_assert_int_eq(b.opening.uid, 1000);
	ck_assert_str_eq(b.opening.user, "anna");
	ck_assert_int_eq(b.blocked_s, T0 + 120);
	cg_record_clear(&r);
	cg_record_clear(&b);
}
END_TEST

/* What nobody knows is not in the line at all, and root is somebody. */
START_TEST(left_out)
{
	static const char *const absent[] = { "asked",	 "country",   "network",  "rule",
					      "file",	 "opening",   "viewer",	  "blocked",
					      "running", "monitored", "cam_port", "first\":",
					      "windows", "unsure",    "signature" };
	struct cg_record r = made(1, CG_RECORD_REFUSED, "2001:db8::/48"), b;
	char *line = NULL;

	r.signature = CG_SIG_NONE;
	r.sign = CG_SIGN_INBOUND;
	ck_assert_int_eq(cg_record_print(&r, &line), 0);
	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
		ck_assert_msg(!strstr(line, absent[i]), "%s: %s", absent[i], line);
	free(line);
	b = through(&r);
	ck_assert_str_eq(peer_of(&b), "2001:db8::/48");
	ck_assert_int_eq(b.opening.uid, -1);
	ck_assert_ptr_null(b.rule);
	cg_record_clear(&b);
	r.opening = (struct cg_record_opening){ .by = "hand" };
	r.peer = (struct cg_prefix){ 0 };
	b = through(&r);
	ck_assert_int_eq(b.opening.uid, 0);
	ck_assert_uint_eq(b.peer.len, 0);
	cg_record_clear(&b);
}
END_TEST

START_TEST(no_entry)
{
	static const char *const lines[] = {
		"",
		"nonsense",
		"[]",
		"7",
		"{\"v\":1}",
		"{\"v\":3,\"what\":\"stopped\",\"cam\":\"a\",\"peer\":\"192.0.2.1\"}",
		"{\"v\":0,\"what\":\"stopped\",\"cam\":\"a\",\"peer\":\"192.0.2.1\"}",
		"{\"v\":1,\"what\":\"forgotten\",\"cam\":\"a\",\"peer\":\"192.0.2.1\"}",
		"{\"v\":1,\"what\":\"stopped\",\"cam\":\"\",\"peer\":\"192.0.2.1\"}",
		"{\"v\":1,\"what\":\"stopped\",\"cam\":\"a\",\"peer\":\"somebody\"}",
		"{\"v\":1,\"what\":\"stopped\",\"cam\":\"a\",\"peer\":\"192.0.2.1\",\"viewer\":\"x\"}",
		"{\"v\":1,\"what\":\"stopped\",\"cam\":\"a\",\"peer\":\"192.0",
	};
	struct cg_record r;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		ck_assert_msg(cg_record_parse(lines[i], &r) == -EPROTO, "%s", lines[i]);
	/* Odd members are nothing, and no more than what they stand for. */
	ck_assert_int_eq(
		cg_record_parse(
			"{\"v\":1,\"what\":\"stopped\",\"cam\":\"a\",\"peer\":\"192.0.2.1\","
			"\"count\":-5,\"up_bytes\":\"many\",\"peer_port\":70000,\"evidence\":"
			"{\"first\":\"00112233445566778899aabbccddeeff0011\"},\"opening\":7}",
			&r),
		0);
	ck_assert_uint_eq(r.count + r.up_bytes + r.peer_port, 0);
	ck_assert_uint_eq(r.nfirst, CG_FIRST_BYTES);
	cg_record_clear(&r);
}
END_TEST

/* What is too long is not cut inside a letter: it would be written, and never read again. */
START_TEST(whole_letters)
{
	static const char line[] =
		"{\"v\":1,\"what\":\"allowed\",\"cam\":\"%.30sé\",\"name\":\"%.62sé\","
		"\"peer\":\"192.0.2.1\",\"opening\":{\"by\":\"%.10sé\",\"user\":\"%.31sé\"}}";
	char a[CG_NAME_LEN], text[512];
	struct cg_record r, again;

	memset(a, 'a', sizeof(a));
	(void)snprintf(text, sizeof(text), line, a, a, a, a);
	ck_assert_int_eq(cg_record_parse(text, &r), 0);
	again = through(&r);
	ck_assert_uint_eq(strlen(again.cam), CG_ID_LEN - 2);
	ck_assert_uint_eq(strlen(again.cam_name), CG_NAME_LEN - 2);
	ck_assert_uint_eq(strlen(again.opening.by), CG_RECORD_BY_LEN - 2);
	ck_assert_uint_eq(strlen(again.opening.user), CG_RECORD_USER_LEN - 2);
	cg_record_clear(&r);
	cg_record_clear(&again);
}
END_TEST

static struct cg_record cut(enum cg_record_what what, enum cg_sign sign, const char *peer,
			    enum cg_record_mode mode)
{
	struct cg_record r = made(1, what, peer);

	r.sign = (uint8_t)sign;
	r.nfirst = 2;
	r.first[0] = 0xf1;
	r.viewer = prefix("198.51.100.77");
	cg_record_minimise(&r, mode);
	return r;
}

START_TEST(minimal)
{
	struct cg_record r =
		cut(CG_RECORD_ALLOWED, CG_SIGN_SIGNATURE, "203.0.113.9", CG_RECORD_MINIMAL);
	char *line = NULL;

	ck_assert_str_eq(peer_of(&r), "203.0.113.0/24");
	ck_assert_uint_eq(r.nfirst + r.first[0], 0);
	/* Nowhere in the line. */
	ck_assert_int_eq(cg_record_print(&r, &line), 0);
	ck_assert_ptr_null(strstr(line, "203.0.113.9"));
	ck_assert_ptr_null(strstr(line, "198.51.100.77"));
	ck_assert_ptr_null(strstr(line, "f1"));
	free(line);
	r = cut(CG_RECORD_ALLOWED, CG_SIGN_INBOUND, "2001:db8:1:2:3::4", CG_RECORD_MINIMAL);
	ck_assert_str_eq(peer_of(&r), "2001:db8:1::/48");
	r = cut(CG_RECORD_REFUSED, CG_SIGN_INBOUND, "203.0.113.9", CG_RECORD_MINIMAL);
	ck_assert_str_eq(peer_of(&r), "203.0.113.0/24");
	/* Of a stopped session, and what it tries behind that, all there is. */
	r = cut(CG_RECORD_STOPPED, CG_SIGN_INBOUND, "203.0.113.9", CG_RECORD_MINIMAL);
	ck_assert_str_eq(peer_of(&r), "203.0.113.9");
	ck_assert_uint_eq(r.nfirst, 2);
	ck_assert_uint_eq(r.viewer.len, 128);
	r = cut(CG_RECORD_REFUSED, CG_SIGN_RATE, "203.0.113.9", CG_RECORD_MINIMAL);
	ck_assert_str_eq(peer_of(&r), "203.0.113.9");
	/* full: whole addresses, but no content of what was allowed all the same. */
	r = cut(CG_RECORD_ALLOWED, CG_SIGN_SIGNATURE, "203.0.113.9", CG_RECORD_FULL);
	ck_assert_str_eq(peer_of(&r), "203.0.113.9");
	ck_assert_uint_eq(r.nfirst, 0);
	/* What is wider than that stays. */
	r = cut(CG_RECORD_REFUSED, CG_SIGN_INBOUND, "::/0", CG_RECORD_MINIMAL);
	ck_assert_uint_eq(r.peer.len, 0);
}
END_TEST

static void add(struct cg_records *list, struct cg_record r, int64_t first_s, int64_t last_s)
{
	r.first_s = first_s;
	r.last_s = last_s;
	ck_assert_int_eq(cg_records_add(list, &r), 0);
}

START_TEST(said_anew)
{
	struct cg_record r = made(5, CG_RECORD_ALLOWED, "203.0.113.0/24");
	struct cg_records l = { 0 };

	/* Begun, then stopped, then over; the last one forgot who had opened. */
	r.opening = (struct cg_record_opening){ "hand", T0, T0 + 9, 1000, "anna" };
	r.running = true;
	add(&l, r, T0, T0 + 10);
	r.what = CG_RECORD_STOPPED;
	r.peer = prefix("203.0.113.9");
	r.opening = (struct cg_record_opening){ .by = "hand", .uid = -1 };
	r.up_bytes = 5000;
	add(&l, r, T0, T0 + 30);
	r.running = false;
	r.up_bytes = 6000;
	add(&l, r, T0 + 1, T0 + 40);
	/* Another camera's with that number is another. */
	strcpy(r.cam, "attic");
	add(&l, r, T0, T0 + 10);
	cg_records_settle(&l);
	ck_assert_uint_eq(l.n, 2);
	ck_assert_str_eq(l.v[0].cam, "nursery");
	ck_assert_uint_eq(l.v[0].what, CG_RECORD_STOPPED);
	ck_assert_uint_eq(l.v[0].count, 1);
	ck_assert_uint_eq(l.v[0].up_bytes, 6000);
	ck_assert_int_eq(l.v[0].first_s, T0);
	ck_assert_int_eq(l.v[0].last_s, T0 + 40);
	ck_assert(!l.v[0].running);
	ck_assert_str_eq(peer_of(&l.v[0]), "203.0.113.9");
	ck_assert_str_eq(l.v[0].opening.user, "anna");
	cg_records_free(&l);
}
END_TEST

START_TEST(attempts_are_one)
{
	struct cg_records l = { 0 };
	struct cg_record other = made(9, CG_RECORD_STOPPED, "203.0.113.10");

	add(&l, made(1, CG_RECORD_STOPPED, "203.0.113.9"), T0, T0 + 10);
	add(&l, made(2, CG_RECORD_REFUSED, "203.0.113.9"), T0 + 100, T0 + 110);
	/* to the second an hour behind it */
	add(&l, made(3, CG_RECORD_REFUSED, "203.0.113.9"), T0 + 110 + 3600, T0 + 4000);
	/* and one more */
	add(&l, made(4, CG_RECORD_STOPPED, "203.0.113.9"), T0 + 4000 + 3601, T0 + 9000);
	add(&l, other, T0 + 5, T0 + 10);
	other = made(10, CG_RECORD_STOPPED, "203.0.113.9");
	other.sign = CG_SIGN_RATE;
	add(&l, other, T0 + 6, T0 + 10);
	add(&l, made(11, CG_RECORD_ALLOWED, "203.0.113.9"), T0 + 7, T0 + 10);
	cg_records_settle(&l);
	ck_assert_uint_eq(l.n, 5);
	ck_assert_uint_eq(l.v[0].count, 3);
	ck_assert_uint_eq(l.v[0].up_bytes, 3000);
	ck_assert_uint_eq(l.v[0].what, CG_RECORD_STOPPED);
	ck_assert_int_eq(l.v[0].last_s, T0 + 4000);
	ck_assert_str_eq(peer_of(&l.v[1]), "203.0.113.10");
	ck_assert_uint_eq(l.v[2].sign, CG_SIGN_RATE);
	ck_assert_uint_eq(l.v[3].what, CG_RECORD_ALLOWED);
	ck_assert_uint_eq(l.v[4].count, 1);
	ck_assert_int_eq(l.v[4].first_s, T0 + 7601);
	cg_records_free(&l);
}
END_TEST

static char *line_of(int64_t last_s, bool unsure, const char *asked)
{
	struct cg_record r = made((uint64_t)last_s, CG_RECORD_STOPPED, "203.0.113.9");
	char *line = NULL;

	r.last_s = last_s;
	r.unsure = unsure;
	r.asked = strdup(asked);
	ck_assert_int_eq(cg_record_print(&r, &line), 0);
	cg_record_clear(&r);
	return line;
}

static char *text_of(char **lines, size_t n)
{
	char *text = calloc(1, 65536);

	for (size_t i = 0; i < n; i++) {
		strcat(text, lines[i]);
		free(lines[i]);
	}
	return text;
}

START_TEST(too_old)
{
	char *lines[] = {
		line_of(1000, true, "unsure, before an old one"),
		line_of(T0 - 1, false, "old"),
		line_of(1001, true, "unsure, before a young one"),
		line_of(T0, false, "young to the second"),
		strdup("{\"v\":1,\"half a li\n"),
		strdup("\n"),
		line_of(T0 - 1, false, "says \"last_s\":1900000000 of itself"),
		line_of(T0 + 5, false, "youngest"),
		line_of(1002, true, "unsure, at the end"),
		strdup("{\"v\":1,\"last_s\":1900000000,\"cut"),
	};
	struct unit_dir d = unit_dir_new();
	char *text = text_of(lines, sizeof(lines) / sizeof(lines[0]));
	bool drop[10] = { false };
	struct cg_chain_files files;
	char kept[11];

	unit_write(&d, "record.jsonl", text, strlen(text));
	free(text);
	ck_assert_int_eq(cg_chain_files_read(d.path, &files), 0);
	ck_assert_uint_eq(files.n, 10);
	cg_retain_old(&files, T0, drop);
	for (size_t i = 0; i < files.n; i++)
		kept[i] = drop[i] ? '-' : 'k';
	kept[10] = '\0';
	/* What is no line is as old as the next, and half a line may be written just now. */
	ck_assert_str_eq(kept, "--kk---kkk");
	cg_retain_old(&files, T0 + 100, drop);
	for (size_t i = 0; i < files.n; i++)
		kept[i] = drop[i] ? '-' : 'k';
	/* Of the rest only what nobody knows the age of. */
	ck_assert_str_eq(kept, "--------kk");
	memset(drop, 0, sizeof(drop));
	cg_retain_size(&files, 10 + files.v[9].len + files.v[8].len, drop);
	for (size_t i = 0; i < files.n; i++)
		kept[i] = drop[i] ? '-' : 'k';
	ck_assert_str_eq(kept, "--------kk");
	memset(drop, 0, sizeof(drop));
	cg_retain_cam(&files, "nurser", drop);
	ck_assert(!memchr(drop, 1, sizeof(drop)));
	cg_retain_cam(&files, "nursery", drop);
	ck_assert(drop[0] && drop[8] && !drop[4] && !drop[9]);
	cg_chain_files_free(&files);
	unit_dir_free(&d);
}
END_TEST

static size_t read_back(const struct unit_dir *d, int64_t since_s, const char *cam)
{
	struct cg_records l = { 0 };
	size_t n;

	ck_assert_int_eq(cg_records_read(d->path, since_s, cam, &l), 0);
	n = l.n;
	for (size_t i = 1; i < n; i++)
		ck_assert_int_gt(l.v[i].last_s, l.v[i - 1].last_s);
	cg_records_free(&l);
	return n;
}

/* Oldest file first, by camera and by time; what is broken hides nothing. */
START_TEST(from_files)
{
	struct unit_dir d = unit_dir_new();
	char *old[] = { line_of(T0, false, "a"), line_of(T0 + 1, false, "b") };
	char *now[] = { line_of(T0 + 2, false, "c"), strdup("rubbish\n"),
			line_of(T0 + 3, false, "d"), strdup("{\"v\":1,") };
	char *o = text_of(old, 2), *n = text_of(now, 4);
	struct cg_records l = { 0 };

	ck_assert_uint_eq(read_back(&d, 0, NULL), 0);
	unit_write(&d, "record.jsonl.3", o, strlen(o));
	unit_write(&d, "record.jsonl", n, strlen(n));
	/* no file of ours */
	unit_write(&d, "record.jsonl.4", o, strlen(o));
	ck_assert_uint_eq(read_back(&d, 0, NULL), 4);
	ck_assert_uint_eq(read_back(&d, T0 + 1, NULL), 3);
	ck_assert_uint_eq(read_back(&d, T0 + 4, NULL), 0);
	ck_assert_uint_eq(read_back(&d, 0, "nursery"), 4);
	ck_assert_uint_eq(read_back(&d, 0, "婴儿房"), 4);
	ck_assert_uint_eq(read_back(&d, 0, "attic"), 0);
	free(o);
	free(n);
	/* One that cannot be read is said, the others are there. */
	{
		char path[128];

		ck_assert_int_eq(mkdir(unit_path(&d, "record.jsonl.1", path), 0700), 0);
	}
	ck_assert_int_eq(cg_records_read(d.path, 0, NULL, &l), -EINVAL);
	ck_assert_uint_eq(l.n, 4);
	cg_records_free(&l);
	unit_dir_free(&d);
}
END_TEST

int main(void)
{
	return UNIT_RUN("record", 30, there_and_back, left_out, no_entry, whole_letters, minimal,
			said_anew, attempts_are_one, too_old, from_files);
}
