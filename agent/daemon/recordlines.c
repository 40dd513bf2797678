/* SPDX-License-Identifier: GPL-2.0-only */
/* `lines`: the record as it is written, by number, for who carries it on and must not miss any. */
#include <errno.h>
#include <json-c/json.h>
#include <string.h>
#include <camgate/ctl.h>
#include "../lib/chainfiles.h"
#include "../lib/jsonin.h"
#include "../lib/jsonout.h"
#include "command.h"
#include "sessions_state.h"

/* Of one reply: a page is held in memory on both sides. */
#define LINES_MAX 64
#define HASH_KEPT 16

/* Without the salt: it keeps what is erased later from being guessed. */
static int line_push(struct json_object *list, const struct cg_chain_line *line)
{
	char hash[2 * CG_HASH_LEN + 1];
	uint8_t bytes[CG_HASH_LEN];
	struct json_object *o;
	int r = cg_json_read(line->at, line->len, &o);

	if (r == -ENOMEM)
		return r;
	/* A link without an object before it is nobody's line. */
	if (r || !json_object_is_type(o, json_type_object)) {
		json_object_put(o);
		return 0;
	}
	cg_chain_hash(line->at, line->len, bytes);
	cg_hash_format(bytes, hash);
	hash[HASH_KEPT] = '\0';
	json_object_object_del(o, "salt");
	json_object_object_del(o, "prev");
	cg_json_add(o, "hash", json_object_new_string(hash));
	cg_json_push(list, o);
	return 0;
}

static int page(const struct cg_chain_files *files, uint64_t after, uint64_t max,
		struct json_object *list, struct cg_command_call *c)
{
	uint64_t first = 0, last = 0, n = 0;
	int r = 0;

	for (size_t i = 0; i < files->n; i++) {
		const struct cg_chain_line *line = &files->v[i];

		if (!line->whole || !line->linked)
			continue;
		if (!first)
			first = line->link.n;
		last = line->link.n;
		if (r || line->link.n <= after || n == max)
			continue;
		r = line_push(list, line);
		n++;
	}
	cg_command_put(c, "first", json_object_new_int64((int64_t)first));
	cg_command_put(c, "last", json_object_new_int64((int64_t)last));
	return r;
}

void cg_command_lines(struct cg_command_call *c)
{
	_cleanup_(cg_chain_files_free) struct cg_chain_files files = { 0 };
	uint64_t after = 0, max = LINES_MAX;
	struct json_object *list;
	int r;

	if (cg_command_number(c, "after", &after) == -EINVAL ||
	    cg_command_number(c, "max", &max) == -EINVAL || !max) {
		cg_command_fail(c, CG_EXIT_USAGE, NULL,
				"'after' and 'max' are whole numbers, 'max' of at least 1");
		return;
	}
	r = cg_chain_files_read(c->a->opts.state_dir, &files);
	if (r < 0) {
		cg_command_fail(c, CG_EXIT_FAILED, NULL, "%s/%s: %s", c->a->opts.state_dir,
				CG_RECORD_FILE, strerror(-r));
		return;
	}
	list = json_object_new_array();
	r = page(&files, after, max < LINES_MAX ? max : LINES_MAX, list, c);
	cg_command_put(c, "lines", list);
	if (r < 0)
		cg_command_fail(c, CG_EXIT_FAILED, NULL, "%s", strerror(-r));
}
