/* SPDX-License-Identifier: GPL-2.0-only */
/* The end of a line is looked at byte by byte: one text, one reading, whatever a JSON parser would forgive. */
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <string.h>
#include "chain.h"
#include "jsonin.h"
#include "jsonout.h"

#define HEAD_VERSION 1
#define HEX_LEN	     (2 * (size_t)CG_HASH_LEN)
#define SALT_HEX     (2 * (size_t)CG_SALT_LEN)
#define N	     ",\"n\":"
#define SALT	     ",\"salt\":\""
#define PREV	     "\",\"prev\":\""
#define END	     "\"}"
/* From the salt's comma to the end. */
#define TAIL_LEN     (strlen(SALT) + SALT_HEX + strlen(PREV) + HEX_LEN + strlen(END))
#define DIGITS_MAX   18

_Static_assert(CG_HASH_LEN == SHA256_DIGEST_SIZE, "another hash");

void cg_chain_hash(const char *line, size_t n, uint8_t ret_hash[static CG_HASH_LEN])
{
	struct sha256_ctx ctx;

	sha256_init(&ctx);
	sha256_update(&ctx, n, (const uint8_t *)line);
	sha256_digest(&ctx, CG_HASH_LEN, ret_hash);
}

/* ---- digits ---- */

static char *hex(const uint8_t *bytes, size_t n, char *buf)
{
	static const char digit[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		buf[2 * i] = digit[bytes[i] >> 4];
		buf[2 * i + 1] = digit[bytes[i] & 15];
	}
	buf[2 * n] = '\0';
	return buf;
}

static int digit_of(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

char *cg_hash_format(const uint8_t hash[static CG_HASH_LEN], char buf[static 2 * CG_HASH_LEN + 1])
{
	return hex(hash, CG_HASH_LEN, buf);
}

bool cg_hash_parse(const char *text, size_t digits, uint8_t *ret_bytes)
{
	for (size_t i = 0; i < digits; i++)
		if (digit_of(text[i]) < 0)
			return false;
	for (size_t i = 0; i < digits / 2; i++)
		ret_bytes[i] = (uint8_t)(digit_of(text[2 * i]) << 4 | digit_of(text[2 * i + 1]));
	return true;
}

/* n digits without a zero in front, more than nothing. */
static bool number(const char *text, size_t n, uint64_t *ret)
{
	uint64_t v = 0;

	if (!n || n > DIGITS_MAX || text[0] == '0')
		return false;
	for (size_t i = 0; i < n; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		v = 10 * v + (uint64_t)(text[i] - '0');
	}
	*ret = v;
	return true;
}

/* ---- lines ---- */

static bool is(const char *at, const char *text)
{
	return !memcmp(at, text, strlen(text));
}

bool cg_chain_read(const char *line, size_t n, struct cg_chain_link *ret_link)
{
	const char *salt = n > TAIL_LEN ? line + n - TAIL_LEN : NULL, *count;
	uint8_t bytes[CG_SALT_LEN];
	struct cg_chain_link link;

	if (!salt || line[0] != '{' || !is(salt, SALT) ||
	    !cg_hash_parse(salt + strlen(SALT), SALT_HEX, bytes) ||
	    !is(salt + strlen(SALT) + SALT_HEX, PREV) ||
	    !cg_hash_parse(line + n - strlen(END) - HEX_LEN, HEX_LEN, link.prev) ||
	    !is(line + n - strlen(END), END))
		return false;
	for (count = salt; count > line && count[-1] >= '0' && count[-1] <= '9';)
		count--;
	if (count < line + 1 + strlen(N) || !is(count - strlen(N), N) ||
	    !number(count, (size_t)(salt - count), &link.n))
		return false;
	*ret_link = link;
	return true;
}

int cg_chain_add(FILE *f, const char *line, const uint8_t salt[static CG_SALT_LEN],
		 struct cg_anchor *at)
{
	char prev[HEX_LEN + 1], salted[SALT_HEX + 1];
	_cleanup_free_ char *text = NULL;
	size_t n = strcspn(line, "\n");
	int len;

	if (n < 3 || line[0] != '{' || line[n - 1] != '}')
		return -EINVAL;
	len = asprintf(&text, "%.*s" N "%" PRIu64 SALT "%s" PREV "%s" END "\n", (int)(n - 1), line,
		       at->n + 1, hex(salt, CG_SALT_LEN, salted), cg_hash_format(at->hash, prev));
	if (len < 0) {
		text = NULL;
		return -ENOMEM;
	}
	at->n++;
	cg_chain_hash(text, (size_t)len - 1, at->hash);
	(void)fputs(text, f);
	return 0;
}

/* ---- anchors ---- */

char *cg_anchor_format(const struct cg_anchor *at, char buf[static CG_ANCHOR_STRLEN])
{
	char hash[HEX_LEN + 1];

	(void)snprintf(buf, CG_ANCHOR_STRLEN, "%" PRIu64 ":%s", at->n,
		       cg_hash_format(at->hash, hash));
	return buf;
}

int cg_anchor_parse(const char *text, struct cg_anchor *ret_at, size_t *ret_bytes)
{
	const char *colon = strchr(text, ':');
	size_t digits = colon ? strlen(colon + 1) : 0;
	struct cg_anchor at = { 0 };

	if (digits < CG_ANCHOR_DIGITS || digits > HEX_LEN || digits % 2 ||
	    !number(text, (size_t)(colon - text), &at.n) ||
	    !cg_hash_parse(colon + 1, digits, at.hash))
		return -EINVAL;
	*ret_at = at;
	*ret_bytes = digits / 2;
	return 0;
}

/* ---- the head ---- */

static int64_t member(struct json_object *o, const char *key)
{
	struct json_object *v;

	if (!json_object_object_get_ex(o, key, &v) || !json_object_is_type(v, json_type_int))
		return -1;
	return json_object_get_int64(v);
}

int cg_head_parse(const char *text, struct cg_head *ret_head)
{
	_cleanup_(cg_json_freep) struct json_object *o = NULL;
	struct json_object *hash = NULL, *open = NULL;
	struct cg_head head = { 0 };
	int r = cg_json_read(text, strlen(text), &o);

	if (r)
		return r;
	if (!json_object_is_type(o, json_type_object) || member(o, "v") != HEAD_VERSION ||
	    member(o, "n") < 0 || member(o, "bytes") < 0 ||
	    !json_object_object_get_ex(o, "hash", &hash) ||
	    !json_object_is_type(hash, json_type_string) ||
	    (size_t)json_object_get_string_len(hash) != HEX_LEN ||
	    !cg_hash_parse(json_object_get_string(hash), HEX_LEN, head.at.hash))
		return -EPROTO;
	head.at.n = (uint64_t)member(o, "n");
	head.bytes = (uint64_t)member(o, "bytes");
	head.time_s = member(o, "time_s");
	head.open = json_object_object_get_ex(o, "open", &open) && json_object_get_boolean(open);
	*ret_head = head;
	return 0;
}

int cg_head_print(const struct cg_head *head, char **ret_text)
{
	_cleanup_(cg_json_freep) struct json_object *o = json_object_new_object();
	char hash[HEX_LEN + 1];
	size_t n;

	cg_json_add(o, "v", json_object_new_int(HEAD_VERSION));
	cg_json_add(o, "n", json_object_new_int64((int64_t)head->at.n));
	cg_json_add(o, "hash", json_object_new_string(cg_hash_format(head->at.hash, hash)));
	cg_json_add(o, "bytes", json_object_new_int64((int64_t)head->bytes));
	cg_json_add(o, "time_s", json_object_new_int64(head->time_s));
	cg_json_add(o, "open", json_object_new_boolean(head->open));
	return cg_json_text(o, false, ret_text, &n);
}
