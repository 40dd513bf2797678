/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * {"nftables": [{"rule": {...}}, ...]}: taken apart object by object, so that a ruleset of
 * megabytes is never in memory as a tree. Two passes, as a map's elements come before the
 * rule that asks for them.
 */
#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include "jsonin.h"
#include "mapping_item.h"

/* The object that begins at text, quotes and nesting looked at; 0: it has no end. */
static size_t object_len(const char *text, size_t n)
{
	size_t depth = 0;
	bool quoted = false;

	for (size_t i = 0; i < n; i++) {
		char c = text[i];

		if (quoted) {
			if (c == '\\')
				i++;
			else if (c == '"')
				quoted = false;
			continue;
		}
		if (c == '"')
			quoted = true;
		else if (c == '{' || c == '[')
			depth++;
		else if ((c == '}' || c == ']') && !--depth)
			return i + 1;
	}
	return 0;
}

static bool has(const char *text, size_t n, const char *word)
{
	return memmem(text, n, word, strlen(word));
}

/* Most rules of most gateways have none of these: where it leads, or a destination that it is
 * about, in words or as miniupnpd has it. */
static bool worth_it(const char *text, size_t n)
{
	return has(text, n, "\"dnat\"") || has(text, n, "\"xt\"") || has(text, n, "\"daddr\"") ||
	       has(text, n, "\"nh\"");
}

static void chain_take(struct cg_mapping_read *r, struct json_object *chain)
{
	const char *hook = cg_mapping_text(chain, "hook");
	struct cg_mapping_base *b = &r->base[r->nbase];

	/* Where the table of them is full, one is taken for a chain that others jump to. */
	if (!*hook || r->nbase == CG_MAPPING_BASES)
		return;
	r->nbase++;
	cg_mapping_copy(b->family, sizeof(b->family), cg_mapping_text(chain, "family"));
	cg_mapping_copy(b->table, sizeof(b->table), cg_mapping_text(chain, "table"));
	cg_mapping_copy(b->chain, sizeof(b->chain), cg_mapping_text(chain, "name"));
	b->forward = !strcmp(hook, "forward");
	b->output = !strcmp(hook, "output");
}

static int item(struct cg_mapping_read *r, const char *text, size_t n, bool maps)
{
	_cleanup_(cg_json_freep) struct json_object *o = NULL;
	struct json_object *what;
	int err;

	if (maps ? !r->list->nmap || !has(text, n, "\"map\"") :
		   !has(text, n, "\"chain\"") || !(has(text, n, "\"hook\"") || worth_it(text, n)))
		return 0;
	if (n > CG_MAPPING_ITEM_MAX)
		return 0;
	err = cg_json_read(text, n, &o);
	if (err)
		return err;
	what = cg_mapping_get(o, "map");
	if (maps)
		return what ? cg_mapping_map_read(r, what) : 0;
	what = cg_mapping_get(o, "chain");
	if (what)
		chain_take(r, what);
	what = cg_mapping_get(o, "rule");
	return what ? cg_mapping_rule_read(r, what) : 0;
}

/* Behind the '[' of a document; *at is moved behind its end. */
static int document(struct cg_mapping_read *r, const char *text, size_t n, size_t *at, bool maps)
{
	while (*at < n) {
		size_t len;
		int err;

		if (text[*at] == ']') {
			++*at;
			return 0;
		}
		if (strchr(" ,\t\r\n", text[*at]) && text[*at]) {
			++*at;
			continue;
		}
		len = text[*at] == '{' ? object_len(text + *at, n - *at) : 0;
		if (!len)
			return -EPROTO;
		err = item(r, text + *at, len, maps);
		if (err)
			return err;
		*at += len;
	}
	return -EPROTO;
}

/* nft's warnings stand on lines of their own, before and behind. */
static int pass(struct cg_mapping_read *r, const char *text, size_t n, bool maps)
{
	static const char begin[] = "{\"nftables\":";
	bool any = false;

	for (size_t at = 0; at < n;) {
		const char *found = memmem(text + at, n - at, begin, sizeof(begin) - 1);
		int err;

		if (!found)
			break;
		at = (size_t)(found - text) + sizeof(begin) - 1;
		while (at < n && text[at] == ' ')
			at++;
		if (at == n || text[at] != '[')
			return -EPROTO;
		at++;
		err = document(r, text, n, &at, maps);
		if (err)
			return err;
		any = true;
	}
	return any ? 0 : -EPROTO;
}

int cg_mapping_nft_read(const char *text, size_t n, const struct cg_mapping_want *want,
			struct cg_mapping_list *list)
{
	struct cg_mapping_read *r = calloc(1, sizeof(*r));
	int err;

	if (!r)
		return -ENOMEM;
	r->want = want;
	r->list = list;
	err = pass(r, text, n, false);
	if (!err && list->nmap)
		err = pass(r, text, n, true);
	free(r);
	return err;
}
