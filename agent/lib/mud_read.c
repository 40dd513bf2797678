/* SPDX-License-Identifier: GPL-2.0-only */
/* A MUD file's lists and policies: every entry is found, wherever a draft had it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "mud_json.h"
#include "mud_judge.h"

#define SHOWN_LEN 65 /* RFC 8519: a name has 64 */

const char *const cg_mud_info_key[__CG_MUD_INFO_MAX] = {
	[CG_MUD_URL] = "mud-url",
	[CG_MUD_MFG] = "mfg-name",
	[CG_MUD_MODEL] = "model-name",
	[CG_MUD_SYSTEM] = "systeminfo",
	[CG_MUD_FIRMWARE] = "firmware-rev",
	[CG_MUD_SOFTWARE] = "software-rev",
	[CG_MUD_UPDATE] = "last-update",
	[CG_MUD_VALIDITY] = "cache-validity",
	[CG_MUD_SUPPORTED] = "is-supported",
	[CG_MUD_EXTENSIONS] = "extensions",
};

static const char *const ACLS[] = { "ietf-access-control-list:acls", "acls", NULL };
static const char *const OLD_ACLS[] = { "ietf-access-control-list:access-lists", "access-lists",
					NULL };
static const char *const ACL[] = { "acl", "ietf-access-control-list:acl", NULL };
static const char *const NAME[] = { "name", "acl-name", "rule-name", NULL };
static const char *const TYPE[] = { "type", "acl-type", NULL };
static const char *const ACES[] = { "aces", "access-list-entries", NULL };
static const char *const ACE[] = { "ace", NULL };
static const char *const MUD[] = { "ietf-mud:mud", "ietf-mud:metainfo", NULL };
static const char *const DIRECTION[] = { "ietf-mud:packet-direction", NULL };
static const char *const FROM[] = { "from-device-policy", NULL };
static const char *const TO[] = { "to-device-policy", NULL };
static const char *const POLICY_LISTS[] = { "access-lists", "acls", NULL };
static const char *const POLICY_LIST[] = { "access-list", "acl", NULL };
static const char *const VERSION[] = { "mud-version", NULL };

struct named {
	const char *name;
	bool met;
};

struct policy {
	struct named list[CG_MUD_MAX_LISTS];
	size_t n;
};

struct reader {
	struct cg_diag *diag;
	struct cg_pos pos; /* the file as a whole */
	struct cg_mud *mud;
	struct policy from, to;
	struct cg_mud_entry *entries;
};

static int bad(struct reader *rd, const char *what)
{
	return cg_diag_set(rd->diag, &rd->pos, -EINVAL, "%s", what);
}

/* ---- the head ---- */

static void read_info(struct cg_mud *mud, struct json_object *head)
{
	for (size_t i = 0; i < __CG_MUD_INFO_MAX; i++) {
		struct json_object *v;

		if (json_object_object_get_ex(head, cg_mud_info_key[i], &v))
			cg_mud_json_clean(cg_mud_json_text(v) ?
						  cg_mud_json_text(v) :
						  json_object_to_json_string_ext(
							  v,
							  JSON_C_TO_STRING_PLAIN |
								  JSON_C_TO_STRING_NOSLASHESCAPE),
					  mud->info[i], sizeof(mud->info[i]));
	}
}

static int read_policy(struct reader *rd, struct json_object *policy, struct policy *ret)
{
	struct json_object *lists = cg_mud_json_get(policy, POLICY_LISTS), *v;

	if (!policy)
		return 0;
	v = cg_mud_json_get(lists, POLICY_LIST);
	if (!json_object_is_type(v, json_type_array))
		return bad(rd, "found a policy without a list of access lists, expected one");
	if (json_object_array_length(v) > CG_MUD_MAX_LISTS)
		return cg_diag_set(rd->diag, &rd->pos, -E2BIG,
				   "found a policy of %zu access lists, expected at most %d",
				   json_object_array_length(v), CG_MUD_MAX_LISTS);
	for (; ret->n < json_object_array_length(v); ret->n++) {
		struct json_object *o = json_object_array_get_idx(v, ret->n);

		ret->list[ret->n].name = cg_mud_json_text(cg_mud_json_get(o, NAME));
		if (!ret->list[ret->n].name)
			return bad(rd, "found a policy's access list without a name, expected one");
	}
	return 0;
}

static int read_head(struct reader *rd, struct json_object *root)
{
	struct json_object *head = cg_mud_json_get(root, MUD), *v;
	int r;

	if (!json_object_is_type(head, json_type_object))
		return bad(rd, "found no ietf-mud:mud, expected a MUD file (RFC 8520)");
	v = cg_mud_json_get(head, VERSION);
	if (v && json_object_get_int(v) != 1)
		return bad(rd, "found another mud-version, expected 1");
	read_info(rd->mud, head);
	r = read_policy(rd, cg_mud_json_get(head, FROM), &rd->from);
	return r ? r : read_policy(rd, cg_mud_json_get(head, TO), &rd->to);
}

/* ---- the lists ---- */

/* Families of a list's type; -1: no type of lists that we read. */
static int families_of(const char *type)
{
	static const char *const v4[] = { "ipv4-acl-type", "ipv4-acl", "ipv4", NULL };
	static const char *const v6[] = { "ipv6-acl-type", "ipv6-acl", "ipv6", NULL };

	type = cg_mud_json_key(type);
	for (size_t i = 0; v4[i]; i++) {
		if (!strcmp(type, v4[i]))
			return CG_MUD_V4;
		if (!strcmp(type, v6[i]))
			return CG_MUD_V6;
	}
	return !strcmp(type, "mixed-ipv4-ipv6-acl-type") ? CG_MUD_V4 | CG_MUD_V6 : -1;
}

static struct named *find_list(struct policy *p, const char *name, size_t *ret_at)
{
	for (size_t i = 0; name && i < p->n; i++) {
		if (!strcmp(p->list[i].name, name)) {
			*ret_at = i;
			return &p->list[i];
		}
	}
	return NULL;
}

struct list {
	const char *name, *type;
	const char *refused; /* why none of its entries is taken */
	bool to_device;
	int families;
	size_t place; /* in its policy */
};

static void judge_list(struct reader *rd, struct json_object *acl, struct list *l)
{
	const char *direction = cg_mud_json_text(cg_mud_json_get(acl, DIRECTION));
	struct named *from, *to;

	*l = (struct list){
		.name = cg_mud_json_text(cg_mud_json_get(acl, NAME)),
		.type = cg_mud_json_text(cg_mud_json_get(acl, TYPE)),
	};
	from = find_list(&rd->from, l->name, &l->place);
	to = find_list(&rd->to, l->name, &l->place);
	if (from)
		from->met = true;
	if (to)
		to->met = true;
	direction = direction ? cg_mud_json_key(direction) : "";
	l->to_device = to || (!from && !strcmp(direction, "to-device"));
	l->families = l->type ? families_of(l->type) : 0;
	if (from && to)
		l->refused = "its list is named by both policies";
	else if (!from && !to && strcmp(direction, "from-device") && strcmp(direction, "to-device"))
		l->refused = "no policy names its list";
	else if (l->families < 0)
		l->refused =
			"its list is of a type that is none of ipv4-acl-type and ipv6-acl-type";
	else if (!l->type && cg_mud_json_get(acl, TYPE))
		l->refused = "the type of its list is no text";
}

static void read_entry(struct reader *rd, const struct list *l, struct json_object *o, size_t nth)
{
	struct cg_mud_ace *ace = &rd->mud->aces[rd->mud->naces];
	struct cg_mud_entry *e = &rd->entries[rd->mud->naces++];
	const char *name = cg_mud_json_text(cg_mud_json_get(o, NAME));
	char shown[2][SHOWN_LEN];

	snprintf(ace->where, sizeof(ace->where), "%s/%s",
		 cg_mud_json_clean(l->name ? l->name : "(no name)", shown[0], SHOWN_LEN),
		 cg_mud_json_clean(name ? name : "(no name)", shown[1], SHOWN_LEN));
	ace->to_device = l->to_device;
	e->rank = l->place * (CG_MUD_MAX_ACES + 1) + nth;
	if (l->refused)
		cg_mud_refuse(ace, l->refused);
	else if (cg_mud_ace_read(o, l->to_device, (unsigned int)l->families, &e->flow, ace->text))
		ace->outcome = CG_MUD_NOT;
}

static int read_list(struct reader *rd, struct json_object *acl)
{
	struct json_object *aces = cg_mud_json_get(acl, ACES), *v;
	struct list l;

	if (!json_object_is_type(acl, json_type_object))
		return bad(rd, "found an access list that is no object, expected one");
	v = cg_mud_json_get(aces, ACE);
	if (aces && !json_object_is_type(aces, json_type_object))
		return bad(rd, "found an access list whose aces are no object, expected one");
	if (v && !json_object_is_type(v, json_type_array))
		return bad(rd, "found an ace that is no list, expected a list of entries");
	judge_list(rd, acl, &l);
	for (size_t i = 0; v && i < json_object_array_length(v); i++)
		read_entry(rd, &l, json_object_array_get_idx(v, i), i);
	return 0;
}

static int read_lists(struct reader *rd, struct json_object *lists)
{
	struct json_object *v = cg_mud_json_get(lists, ACL);
	int r = 0;

	if (!lists)
		return 0;
	if (v && !json_object_is_type(v, json_type_array))
		return bad(rd, "found an acl that is no list, expected a list of access lists");
	for (size_t i = 0; v && !r && i < json_object_array_length(v); i++)
		r = read_list(rd, json_object_array_get_idx(v, i));
	return r;
}

static int read_missing(struct reader *rd)
{
	struct policy *const policies[] = { &rd->from, &rd->to };
	struct cg_mud *mud = rd->mud;
	char shown[SHOWN_LEN];

	mud->missing = calloc(2UL * CG_MUD_MAX_LISTS, sizeof(*mud->missing));
	if (!mud->missing)
		return -ENOMEM;
	for (size_t p = 0; p < 2; p++)
		for (size_t i = 0; i < policies[p]->n; i++)
			if (!policies[p]->list[i].met)
				snprintf(
					mud->missing[mud->nmissing++], sizeof(*mud->missing),
					"%s-device-policy names the list %s, which the file has not",
					p ? "to" : "from",
					cg_mud_json_clean(policies[p]->list[i].name, shown,
							  sizeof(shown)));
	return 0;
}

static int read_root(struct reader *rd, struct json_object *root)
{
	size_t n = cg_mud_json_count(root, "ace");
	int r = read_head(rd, root);

	if (r)
		return r;
	if (n > CG_MUD_MAX_ACES)
		return cg_diag_set(rd->diag, &rd->pos, -E2BIG,
				   "found %zu entries of access lists, expected at most %d", n,
				   CG_MUD_MAX_ACES);
	rd->mud->aces = calloc(n + 1, sizeof(*rd->mud->aces));
	rd->entries = calloc(n + 1, sizeof(*rd->entries));
	if (!rd->mud->aces || !rd->entries)
		return -ENOMEM;
	r = read_lists(rd, cg_mud_json_get(root, ACLS));
	if (!r)
		r = read_lists(rd, cg_mud_json_get(root, OLD_ACLS));
	if (!r && rd->mud->naces != n)
		r = cg_diag_set(
			rd->diag, &rd->pos, -EINVAL,
			"found %zu entries where RFC 8520 has none, expected all in the lists of acls",
			n - rd->mud->naces);
	if (!r)
		r = read_missing(rd);
	return r ? r : cg_mud_judge(rd->mud, rd->entries);
}

int cg_mud_read(const char *text, size_t n, const char *file, struct cg_diag *diag,
		struct cg_mud **ret_mud)
{
	_cleanup_(cg_mud_free) struct cg_mud *mud = calloc(1, sizeof(*mud));
	_cleanup_(cg_json_putp) struct json_object *root = NULL;
	struct reader rd = { .diag = diag, .pos = { file, 0, 0 }, .mud = mud };
	int r;

	if (!mud)
		return -ENOMEM;
	r = cg_mud_json_parse(text, n, file, diag, &root);
	if (!r)
		r = read_root(&rd, root);
	free(rd.entries);
	if (r)
		return cg_diag_set(diag, &rd.pos, r, "%s", strerror(-r));
	*ret_mud = TAKE_PTR(mud);
	return 0;
}
