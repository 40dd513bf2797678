/* SPDX-License-Identifier: GPL-2.0-only */
/* Lists: read with the config, a line at a time, so that what is wrong has a place. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include "ident.h"
#include "lists.h"
#include "namepat.h"
#include "rule.h"
#include "wholefile.h"

#define FOLDER "lists"

static bool is_listed(const struct cg_config *config, const char *name, size_t n)
{
	for (size_t i = 0; i < config->nlists; i++)
		if (strlen(config->lists[i].name) == n && !memcmp(config->lists[i].name, name, n))
			return true;
	return false;
}

/* lists/NAME.txt, where the config is; the file's name is the config's from then on. */
static int path_make(struct cg_config *config, const char *name, const char **ret_path)
{
	const char *slash = strrchr(config->path, '/');
	char **files = reallocarray(config->files, config->nfiles + 1, sizeof(*files));
	char *path;

	if (!files)
		return -ENOMEM;
	config->files = files;
	if (asprintf(&path, "%.*s" FOLDER "/%s.txt", slash ? (int)(slash - config->path) + 1 : 0,
		     config->path, name) < 0)
		return -ENOMEM;
	files[config->nfiles++] = path;
	*ret_path = path;
	return 0;
}

static int add(struct cg_config_list *list, const char *s, size_t n, const struct cg_pos *pos)
{
	struct cg_texts *e = &list->entries;

	/* doubles at every power of two */
	if (!(e->n & (e->n - 1))) {
		struct cg_text *v = reallocarray(e->v, e->n ? 2 * e->n : 1, sizeof(*v));

		if (!v)
			return -ENOMEM;
		e->v = v;
	}
	e->v[e->n] = (struct cg_text){ strndup(s, n), *pos };
	return e->v[e->n].s ? (e->n++, 0) : -ENOMEM;
}

/* One word a line, and a comment. */
static int line_read(struct cg_config_list *list, const char *s, const struct cg_pos *at,
		     struct cg_diag *diag)
{
	size_t lead = strspn(s, " \t"), n = strcspn(s + lead, " \t\r#;");
	const char *rest = s + lead + n + strspn(s + lead + n, " \t\r");
	struct cg_pos pos = *at;

	pos.column = (int)lead + 1;
	if (*rest && !strchr("#;", *rest))
		return cg_diag_set(diag, &pos, -EINVAL,
				   "found '%.64s', expected one prefix or name a line", s + lead);
	return n ? add(list, s + lead, n, &pos) : 0;
}

static int lines_read(struct cg_config_list *list, char *text, size_t len, struct cg_diag *diag)
{
	struct cg_pos pos = { list->pos.file, 0, 1 };
	char *s = text, *end;

	if (memchr(text, '\0', len))
		return cg_diag_set(
			diag, &list->pos, -EINVAL,
			"found a file of bytes, expected prefixes and names, one a line");
	if (len && text[len - 1] != '\n')
		return cg_diag_set(
			diag, &list->pos, -EINVAL,
			"the last line does not end, expected a newline: the file was cut off");
	for (; s < text + len; s = end + 1) {
		int r;

		end = strchr(s, '\n');
		*end = '\0';
		pos.line++;
		r = line_read(list, s, &pos, diag);
		if (r)
			return r;
	}
	if (!list->entries.n)
		return cg_diag_set(diag, &list->pos, -EINVAL,
				   "found nothing, expected at least one prefix or name");
	return 0;
}

static int list_read(struct cg_config *config, const char *name, size_t n, const struct cg_pos *at,
		     struct cg_diag *diag)
{
	_cleanup_free_ char *text = NULL;
	struct cg_config_list *list;
	struct stat st;
	size_t len;
	int r;

	if (config->nlists == CG_MAX_LISTS)
		return cg_diag_set(diag, at, -E2BIG, "found one list too many, expected at most %d",
				   CG_MAX_LISTS);
	list = reallocarray(config->lists, config->nlists + 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	config->lists = list;
	list += config->nlists++;
	*list = (struct cg_config_list){ .name = strndup(name, n) };
	if (!list->name)
		return -ENOMEM;
	r = path_make(config, list->name, &list->pos.file);
	if (r)
		return r;
	if (!stat(list->pos.file, &st))
		list->written_s = st.st_mtim.tv_sec;
	r = cg_wholefile_read(list->pos.file, CG_MAX_CONFIG_BYTES, &text, &len);
	if (r == -ENOMEM)
		return r;
	if (r)
		return cg_diag_set(diag, at, -EINVAL, "cannot read '%s': %s, expected a list there",
				   list->pos.file, strerror(-r));
	return lines_read(list, text, len, diag);
}

static int texts_read(struct cg_config *config, const struct cg_texts *texts, struct cg_diag *diag)
{
	int r = 0;

	for (size_t i = 0; !r && i < texts->n; i++) {
		const char *s = texts->v[i].s, *name = s + strlen(CG_RULE_LIST);
		char id[CG_ID_LEN];
		size_t n;

		if (strncmp(s, CG_RULE_LIST, strlen(CG_RULE_LIST)))
			continue;
		n = strcspn(name, ":/ \t");
		/* One that is no name is refused where the rule is. */
		if (n >= sizeof(id))
			continue;
		memcpy(id, name, n);
		id[n] = '\0';
		if (!cg_ident_id_fault(id) && !is_listed(config, name, n))
			r = list_read(config, name, n, &texts->v[i].pos, diag);
	}
	return r;
}

static int rules_read(struct cg_config *config, const struct cg_config_cam *c, struct cg_diag *diag)
{
	int r = texts_read(config, &c->allow, diag);

	if (!r)
		r = texts_read(config, &c->upload, diag);
	return r ? r : texts_read(config, &c->deny, diag);
}

int cg_lists_read(struct cg_config *config, struct cg_diag *diag)
{
	int r = rules_read(config, &config->defaults, diag);

	for (size_t i = 0; !r && i < config->ncams; i++)
		r = rules_read(config, &config->cams[i], diag);
	for (size_t i = 0; !r && i < config->nprofile; i++)
		r = rules_read(config, &config->profile[i].rules, diag);
	return r;
}

static int by_prefix(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct cg_prefix));
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Public lists name one thing twice. */
static void once(struct cg_policy_list *list)
{
	size_t kept = 0;

	qsort(list->prefix, list->nprefix, sizeof(list->prefix[0]), by_prefix);
	for (size_t i = 0; i < list->nprefix; i++)
		if (!kept || by_prefix(&list->prefix[kept - 1], &list->prefix[i]))
			list->prefix[kept++] = list->prefix[i];
	list->nprefix = kept;
	kept = 0;
	qsort(list->domain, list->ndomain, sizeof(list->domain[0]), by_text);
	for (size_t i = 0; i < list->ndomain; i++)
		if (!kept || strcmp(list->domain[kept - 1], list->domain[i]))
			list->domain[kept++] = list->domain[i];
		else
			free(list->domain[i]);
	list->ndomain = kept;
}

/* The whole internet is no list, not by its halves either. */
static int entry_add(struct cg_policy_list *list, const struct cg_text *t, struct cg_diag *diag)
{
	struct cg_rule_text rule = { 0 };
	int r;

	r = cg_rule_parse(t->s, &t->pos, diag, &rule);
	if (r)
		return r;
	if (rule.kind != CG_DST_ADDRESS || rule.proto != CG_PROTO_ANY || rule.anywhere) {
		cg_rule_clear(&rule);
		return cg_diag_set(diag, &t->pos, -EINVAL,
				   "found '%s', expected a prefix or a name, without port", t->s);
	}
	if (rule.name) {
		list->domain[list->ndomain++] = TAKE_PTR(rule.name);
		return 0;
	}
	if (rule.dst.len < (cg_addr_is_v4(&rule.dst.addr) ? 96 : 0) + 3)
		return cg_diag_set(diag, &t->pos, -EINVAL,
				   "found '%s', expected less of the internet in a list", t->s);
	list->prefix[list->nprefix++] = rule.dst;
	return 0;
}

int cg_lists_build(const struct cg_config *config, struct cg_diag *diag, struct cg_policy *policy)
{
	size_t all = 0;

	policy->lists = calloc(config->nlists + 1, sizeof(*policy->lists));
	if (!policy->lists)
		return -ENOMEM;
	for (size_t i = 0; i < config->nlists; i++) {
		const struct cg_config_list *from = &config->lists[i];
		struct cg_policy_list *list = &policy->lists[policy->nlists++];
		int r = 0;

		all += from->entries.n;
		if (all > CG_MAX_LISTED)
			return cg_diag_set(diag, &from->pos, -E2BIG,
					   "found more lines than all lists may have, expected %d",
					   CG_MAX_LISTED);
		strcpy(list->name, from->name);
		list->written_s = from->written_s;
		list->prefix = calloc(from->entries.n + 1, sizeof(*list->prefix));
		list->domain = calloc(from->entries.n + 1, sizeof(*list->domain));
		if (!list->prefix || !list->domain)
			return -ENOMEM;
		for (size_t k = 0; !r && k < from->entries.n; k++)
			r = entry_add(list, &from->entries.v[k], diag);
		if (r)
			return r;
		once(list);
	}
	return 0;
}

void cg_lists_free(struct cg_policy *policy)
{
	for (size_t i = 0; i < policy->nlists; i++) {
		struct cg_policy_list *list = &policy->lists[i];

		for (size_t k = 0; k < list->ndomain; k++)
			free(list->domain[k]);
		free(list->domain);
		free(list->prefix);
	}
	free(policy->lists);
}

const struct cg_policy_list *cg_lists_find(const struct cg_policy *policy, const char *name)
{
	for (size_t i = 0; i < policy->nlists; i++)
		if (!strcmp(policy->lists[i].name, name))
			return &policy->lists[i];
	return NULL;
}
