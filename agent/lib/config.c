/* SPDX-License-Identifier: GPL-2.0-only */
/* The config as written: libconfuse parses what source and shape let through, and every value keeps its place. */
#include <confuse.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cleanup.h"
#include "config.h"
#include "lists.h"
#include "profile.h"
#include "room.h"
#include "shape.h"
#include "source.h"
#include "told.h"

/*
 * libconfuse sees text made from the tokens, one a line: its line number is the
 * token's number, and every value is in single quotes, where nothing is
 * expanded. What it keeps of a value is that number, as a pointer. Titles it does
 * not see: it would look through all before for each. The last key of all is ours and must arrive: text after a premature
 * end would be lost without a word.
 */
#define SENTINEL "camgate-end"

struct loader {
	struct cg_diag *diag;
	struct cg_source source;
	size_t *titles; /* tokens that name a camera or a viewer, in order */
	size_t ntitles;
};

/* clang-format off */
#define TEXT(name) { name, CG_SHAPE_TEXT, NULL }
#define LIST(name) { name, CG_SHAPE_LIST, NULL }
#define SHARED_KEYS \
	TEXT("exposure"), TEXT("lan_viewing"), TEXT("gateway_viewing"), TEXT("mode"), \
	TEXT("profile"), \
	TEXT("dns"), TEXT("dns_names"), TEXT("ntp"), \
	LIST("allow"), LIST("upload"), LIST("deny"), LIST("viewers"), \
	LIST("stay_in"), \
	TEXT("timezone"), TEXT("daily_upload"), TEXT("open_time"), \
	LIST("signs"), TEXT("control_budget"), TEXT("upload_budget"), TEXT("max_viewers"), \
	TEXT("mqtt_may_widen"), \
	{ "schedule", CG_SHAPE_BLOCKS, SCHEDULE }
/* clang-format on */

static const struct cg_shape_key SCHEDULE[] = {
	LIST("days"), TEXT("from"), TEXT("to"), TEXT("timezone"), TEXT("exposure"), { 0 },
};
static const struct cg_shape_key DEFAULTS[] = { SHARED_KEYS, { 0 } };
static const struct cg_shape_key CAMERA[] = {
	TEXT("id"), LIST("mac"), LIST("address"), SHARED_KEYS, { 0 },
};
static const struct cg_shape_key PROFILE[] = {
	TEXT("maker"), TEXT("protection"), TEXT("local_view"), TEXT("dns"),  TEXT("dns_names"),
	TEXT("ntp"),   LIST("allow"),	   LIST("upload"),     LIST("deny"), { 0 },
};
static const struct cg_shape_key VIEWER[] = {
	LIST("mac"), LIST("address"), LIST("domain"), LIST("interface"), { 0 },
};
static const struct cg_shape_key UNKNOWN[] = {
	TEXT("notify"),
	TEXT("quarantine"),
	TEXT("probation"),
	{ 0 },
};
static const struct cg_shape_key MQTT[] = {
	TEXT("enabled"),   TEXT("broker"),   TEXT("port"),	  TEXT("tls"), TEXT("ca_file"),
	TEXT("cert_file"), TEXT("key_file"), TEXT("credentials"), TEXT("id"),  TEXT("topic"),
	TEXT("discovery"), TEXT("viewers"),  TEXT("may_widen"),	  { 0 },
};
static const struct cg_shape_key FLEET[] = {
	TEXT("report"),	 TEXT("gateway"), TEXT("addresses"), TEXT("key_file"), TEXT("names"),
	TEXT("desired"), { 0 },
};
static const struct cg_shape_key TOP[] = {
	LIST("lan"),
	LIST("home"),
	LIST("resolver"),
	TEXT("readers"),
	TEXT("force"),
	TEXT("guard"),
	TEXT("guard_mark"),
	TEXT("guard_mask"),
	TEXT("module"),
	TEXT("attach"),
	TEXT("profiles"),
	TEXT("clock"),
	TEXT("record"),
	TEXT("record_days"),
	TEXT("record_every"),
	TEXT("record_size"),
	TEXT("notify"),
	TEXT("country_database"),
	TEXT("network_database"),
	{ "unknown", CG_SHAPE_BLOCK, UNKNOWN },
	{ "mqtt", CG_SHAPE_BLOCK, MQTT },
	{ "fleet", CG_SHAPE_BLOCK, FLEET },
	{ "viewer", CG_SHAPE_TITLED, VIEWER },
	{ "defaults", CG_SHAPE_BLOCK, DEFAULTS },
	{ "camera", CG_SHAPE_TITLED, CAMERA },
	{ 0 },
};
_Static_assert(sizeof(MQTT) / sizeof(MQTT[0]) == __CG_MQTTCONF_MAX + 1, "enum cg_mqttconf_key");
_Static_assert(sizeof(FLEET) / sizeof(FLEET[0]) == __CG_FLEET_KEYS + 1, "enum cg_fleet_setting");
_Static_assert(sizeof(CAMERA) / sizeof(CAMERA[0]) <= CG_SHAPE_MAX_KEYS, "too many keys");
_Static_assert(sizeof(TOP) / sizeof(TOP[0]) <= CG_SHAPE_MAX_KEYS, "too many keys");

/* libconfuse gives its error function no pointer of ours; its own parser is
 * not reentrant either. */
static struct loader *loading;

static struct cg_token *token_at(const struct loader *ld, int line)
{
	return line >= 1 && (size_t)line <= ld->source.tokens.n ? &ld->source.tokens.v[line - 1] :
								  NULL;
}

static int value_parse(cfg_t *cfg, cfg_opt_t *opt, const char *text, void *result)
{
	const struct cg_token *t = token_at(loading, cfg->line);

	(void)opt;
	/* Behind the last token stands our own key. */
	if (t && strcmp(t->text, text))
		return -1;
	*(void **)result = (void *)(intptr_t)cfg->line;
	return 0;
}

static void on_error(cfg_t *cfg, const char *fmt, va_list ap)
{
	const struct cg_token *t = token_at(loading, cfg->line);
	char text[256];

	vsnprintf(text, sizeof(text), fmt, ap);
	cg_diag_set(loading->diag, t ? &t->pos : NULL, -EINVAL, "found '%s': %s",
		    t ? t->text : N_("the end"), text);
}

static char *put_quoted(char *to, const char *s)
{
	*to++ = '\'';
	for (; *s; s++) {
		if (*s == '\\' || *s == '\'')
			*to++ = '\\';
		*to++ = *s;
	}
	*to++ = '\'';
	return to;
}

static char *make_text(const struct loader *ld)
{
	static const char end[] = SENTINEL " = 'yes'\n";
	const struct cg_tokens *ts = &ld->source.tokens;
	size_t room = sizeof(end), title = 0;
	char *text, *to;

	/* Each byte may be escaped, between quotes, on a line. */
	for (size_t i = 0; i < ts->n; i++)
		room += 2 * strlen(ts->v[i].text) + 3;
	text = malloc(room);
	if (!text)
		return NULL;
	to = text;
	for (size_t i = 0; i < ts->n; i++) {
		if (title < ld->ntitles && ld->titles[title] == i)
			title++;
		else if (cg_token_is_text(&ts->v[i]))
			to = put_quoted(to, ts->v[i].text);
		else
			to = stpcpy(to, ts->v[i].text);
		*to++ = '\n';
	}
	memcpy(to, end, sizeof(end));
	return text;
}

/* Blocks of the tables: unknown, mqtt, fleet, viewer, defaults, camera, and the schedule in the last two. */
#define NBLOCKS 8

/* libconfuse's table of ours; it is copied by cfg_init and for each block, which
 * finds its own where *room begins. */
static void make_opts(const struct cg_shape_key *keys, bool sentinel, cfg_opt_t **room,
		      cfg_opt_t *ret_opts)
{
	size_t n = 0;

	for (const struct cg_shape_key *k = keys; k->name; k++) {
		cfg_opt_t *o = &ret_opts[n++], *block;
		cfg_flag_t flags;

		switch (k->kind) {
		case CG_SHAPE_TEXT:
			*o = (cfg_opt_t)CFG_PTR_CB(k->name, NULL, CFGF_NONE, value_parse, NULL);
			break;
		case CG_SHAPE_LIST:
			*o = (cfg_opt_t)CFG_PTR_LIST_CB(k->name, NULL, CFGF_NONE, value_parse,
							NULL);
			break;
		case CG_SHAPE_BLOCK:
		case CG_SHAPE_BLOCKS:
		case CG_SHAPE_TITLED:
			block = *room;
			*room += CG_SHAPE_MAX_KEYS;
			make_opts(k->inner, false, room, block);
			flags = k->kind == CG_SHAPE_BLOCK ? CFGF_NODEFAULT : CFGF_MULTI;
			*o = (cfg_opt_t)CFG_SEC(k->name, block, flags);
			break;
		case __CG_SHAPE_MAX:
			break;
		}
	}
	if (sentinel)
		ret_opts[n++] = (cfg_opt_t)CFG_PTR_CB(SENTINEL, NULL, CFGF_NONE, value_parse, NULL);
	ret_opts[n] = (cfg_opt_t)CFG_END();
}

/* The token's text is the config's from then on. */
static struct cg_text take_text(cfg_opt_t *opt, unsigned int i, const struct loader *ld)
{
	void *value = i < cfg_opt_size(opt) ? cfg_opt_getnptr(opt, i) : NULL;
	struct cg_token *t = value ? token_at(ld, (int)(intptr_t)value) : NULL;

	return t ? (struct cg_text){ TAKE_PTR(t->text), t->pos } : (struct cg_text){ 0 };
}

static struct cg_text take(cfg_t *cfg, const char *key, const struct loader *ld)
{
	return take_text(cfg_getopt(cfg, key), 0, ld);
}

static int take_list(cfg_t *cfg, const char *key, const struct loader *ld, struct cg_texts *ret)
{
	cfg_opt_t *opt = cfg_getopt(cfg, key);
	unsigned int n = cfg_opt_size(opt);

	ret->v = calloc(n + 1, sizeof(*ret->v));
	if (!ret->v)
		return -ENOMEM;
	for (unsigned int i = 0; i < n; i++)
		ret->v[ret->n++] = take_text(opt, i, ld);
	return 0;
}

/* The block ends where it does; what it says first tells where it began. */
static struct cg_pos first_of(const struct cg_config_window *w, const struct cg_token *end)
{
	const struct cg_text *texts[] = { &w->from, &w->to, &w->timezone, &w->exposure, w->days.v };
	struct cg_pos pos = end ? end->pos : (struct cg_pos){ 0 };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i]->s &&
		    (texts[i]->pos.line < pos.line ||
		     (texts[i]->pos.line == pos.line && texts[i]->pos.column < pos.column)))
			pos = texts[i]->pos;
	return pos;
}

static int take_schedule(cfg_t *sec, const struct loader *ld, struct cg_config_cam *cam)
{
	unsigned int n = cfg_size(sec, "schedule");

	cam->schedule = calloc(n + 1, sizeof(*cam->schedule));
	if (!cam->schedule)
		return -ENOMEM;
	for (unsigned int i = 0; i < n; i++) {
		struct cg_config_window *w = &cam->schedule[cam->nschedule++];
		cfg_t *block = cfg_getnsec(sec, "schedule", i);
		int r = take_list(block, "days", ld, &w->days);

		if (r)
			return r;
		w->from = take(block, "from", ld);
		w->to = take(block, "to", ld);
		w->timezone = take(block, "timezone", ld);
		w->exposure = take(block, "exposure", ld);
		w->pos = first_of(w, token_at(ld, block->line));
	}
	return 0;
}

/* What a profile may hold, too. */
static int take_rules(cfg_t *sec, const struct loader *ld, struct cg_config_cam *cam)
{
	int r;

	cam->dns = take(sec, "dns", ld);
	cam->dns_names = take(sec, "dns_names", ld);
	cam->ntp = take(sec, "ntp", ld);
	r = take_list(sec, "allow", ld, &cam->allow);
	if (!r)
		r = take_list(sec, "upload", ld, &cam->upload);
	if (!r)
		r = take_list(sec, "deny", ld, &cam->deny);
	return r;
}

static int take_shared(cfg_t *sec, const struct loader *ld, struct cg_config_cam *cam)
{
	int r;

	cam->exposure = take(sec, "exposure", ld);
	cam->lan_viewing = take(sec, "lan_viewing", ld);
	cam->gateway_viewing = take(sec, "gateway_viewing", ld);
	cam->mode = take(sec, "mode", ld);
	cam->profile = take(sec, "profile", ld);
	r = take_rules(sec, ld, cam);
	if (!r)
		r = take_list(sec, "viewers", ld, &cam->viewers);
	if (!r)
		r = take_list(sec, "stay_in", ld, &cam->stay_in);
	cam->timezone = take(sec, "timezone", ld);
	cam->daily_upload = take(sec, "daily_upload", ld);
	cam->open_time = take(sec, "open_time", ld);
	if (!r)
		r = take_list(sec, "signs", ld, &cam->signs);
	cam->control_budget = take(sec, "control_budget", ld);
	cam->upload_budget = take(sec, "upload_budget", ld);
	cam->max_viewers = take(sec, "max_viewers", ld);
	cam->mqtt_may_widen = take(sec, "mqtt_may_widen", ld);
	return r ? r : take_schedule(sec, ld, cam);
}

static int take_cam(cfg_t *sec, const struct cg_token *title, const struct loader *ld,
		    struct cg_config_cam *cam)
{
	int r;

	cam->name = (struct cg_text){ strdup(title->text), title->pos };
	if (!cam->name.s)
		return -ENOMEM;
	cam->id = take(sec, "id", ld);
	r = take_list(sec, "mac", ld, &cam->mac);
	if (!r)
		r = take_list(sec, "address", ld, &cam->address);
	return r ? r : take_shared(sec, ld, cam);
}

static int take_viewer(cfg_t *sec, const struct cg_token *title, const struct loader *ld,
		       struct cg_config_viewer *v)
{
	int r;

	v->name = (struct cg_text){ strdup(title->text), title->pos };
	if (!v->name.s)
		return -ENOMEM;
	r = take_list(sec, "mac", ld, &v->mac);
	if (!r)
		r = take_list(sec, "address", ld, &v->address);
	if (!r)
		r = take_list(sec, "domain", ld, &v->domain);
	return r ? r : take_list(sec, "interface", ld, &v->ifname);
}

/* Titles stand behind the key that says of what. */
static int take_titled(cfg_t *cfg, const struct loader *ld, struct cg_config *config)
{
	int r = 0;

	config->cams = calloc(ld->ntitles + 1, sizeof(*config->cams));
	config->viewers = calloc(ld->ntitles + 1, sizeof(*config->viewers));
	if (!config->cams || !config->viewers)
		return -ENOMEM;
	for (size_t i = 0; i < ld->ntitles && !r; i++) {
		const struct cg_token *title = &ld->source.tokens.v[ld->titles[i]];
		const char *key = title[-1].text;

		bool cam = !strcmp(key, "camera");
		unsigned int n = (unsigned int)(cam ? config->ncams++ : config->nviewers++);

		r = cam ? take_cam(cfg_getnsec(cfg, key, n), title, ld, &config->cams[n]) :
			  take_viewer(cfg_getnsec(cfg, key, n), title, ld, &config->viewers[n]);
	}
	return r;
}

static int take_profile(cfg_t *cfg, const struct loader *ld, void *to)
{
	struct cg_config_profile *p = to;

	p->maker = take(cfg, "maker", ld);
	p->protection = take(cfg, "protection", ld);
	p->local_view = take(cfg, "local_view", ld);
	return take_rules(cfg, ld, &p->rules);
}

/* The texts of a block that is there at most once, in the order of its keys. */
static void take_block(cfg_t *cfg, const char *name, const struct cg_shape_key *keys,
		       const struct loader *ld, struct cg_text *to)
{
	for (size_t i = 0; cfg_size(cfg, name) && keys[i].name; i++)
		to[i] = take(cfg_getsec(cfg, name), keys[i].name, ld);
}

static void take_mqtt(cfg_t *cfg, const struct loader *ld, struct cg_config *config)
{
	const struct cg_token *end;

	if (!cfg_size(cfg, "mqtt"))
		return;
	take_block(cfg, "mqtt", MQTT, ld, config->mqtt);
	end = token_at(ld, cfg_getsec(cfg, "mqtt")->line);
	config->mqtt_pos = end ? end->pos : (struct cg_pos){ config->path, 0, 0 };
}

static int take_all(cfg_t *cfg, const struct loader *ld, void *to)
{
	struct cg_config *config = to;
	int r;

	r = take_list(cfg, "lan", ld, &config->lan);
	if (!r)
		r = take_list(cfg, "home", ld, &config->home);
	if (!r)
		r = take_list(cfg, "resolver", ld, &config->resolver);
	if (!r && cfg_size(cfg, "defaults"))
		r = take_shared(cfg_getsec(cfg, "defaults"), ld, &config->defaults);
	if (r)
		return r;
	config->readers = take(cfg, "readers", ld);
	config->force = take(cfg, "force", ld);
	config->guard = take(cfg, "guard", ld);
	config->guard_mark = take(cfg, "guard_mark", ld);
	config->guard_mask = take(cfg, "guard_mask", ld);
	config->module = take(cfg, "module", ld);
	config->attach = take(cfg, "attach", ld);
	config->profiles = take(cfg, "profiles", ld);
	config->clock = take(cfg, "clock", ld);
	config->record = take(cfg, "record", ld);
	config->record_days = take(cfg, "record_days", ld);
	config->record_every = take(cfg, "record_every", ld);
	config->record_size = take(cfg, "record_size", ld);
	config->notify = take(cfg, "notify", ld);
	config->country_database = take(cfg, "country_database", ld);
	config->network_database = take(cfg, "network_database", ld);
	if (cfg_size(cfg, "unknown")) {
		cfg_t *sec = cfg_getsec(cfg, "unknown");

		config->unknown.notify = take(sec, "notify", ld);
		config->unknown.quarantine = take(sec, "quarantine", ld);
		config->unknown.probation = take(sec, "probation", ld);
	}
	take_mqtt(cfg, ld, config);
	take_block(cfg, "fleet", FLEET, ld, config->fleet);
	return take_titled(cfg, ld, config);
}

/* What a file holds and who takes it over from the parser. */
/* Measured: what libconfuse takes at most for a text of n bytes, with a margin. */
#define PARSER_ROOM(n) (64 * 1024 + 64 * (n))

struct kind {
	const struct cg_shape_key *keys;
	int (*take)(cfg_t *cfg, const struct loader *ld, void *to);
	const struct cg_config_counted *counted; /* NULL: nobody asks */
};

static int parse(struct loader *ld, const struct kind *kind, const char *path, void *to)
{
	cfg_opt_t blocks[NBLOCKS * CG_SHAPE_MAX_KEYS], *room = blocks, top[CG_SHAPE_MAX_KEYS];
	struct cg_pos whole = { path, 0, 0 };
	_cleanup_free_ char *text = make_text(ld);
	cfg_t *cfg;
	int r;

	make_opts(kind->keys, true, &room, top);
	/* libconfuse does not look whether there is memory. */
	cfg = text && cg_room(PARSER_ROOM(strlen(text))) ? cfg_init(top, CFGF_NONE) : NULL;
	if (!cfg)
		return -ENOMEM;
	loading = ld;
	cfg_set_error_function(cfg, on_error);
	r = cfg_parse_buf(cfg, text) == CFG_SUCCESS ? 0 : -EINVAL;
	loading = NULL;
	if (!r && (!cfg_size(cfg, SENTINEL) ||
		   (kind->keys == TOP &&
		    cfg_size(cfg, "camera") + cfg_size(cfg, "viewer") != ld->ntitles)))
		r = -EINVAL;
	if (r)
		cg_diag_set(ld->diag, &whole, r,
			    "the parser stopped early, expected it to read all");
	else
		r = kind->take(cfg, ld, to);
	cfg_free(cfg);
	return r;
}

/* The file's names are the config's from then on: positions point there. */
static int take_files(struct cg_config *config, struct cg_source *source)
{
	char **files =
		reallocarray(config->files, config->nfiles + source->nfiles + 1, sizeof(*files));

	if (!files)
		return -ENOMEM;
	config->files = files;
	for (size_t i = 0; i < source->nfiles; i++)
		files[config->nfiles++] = source->files[i];
	source->nfiles = 0;
	return 0;
}

static int load(struct cg_config *config, const struct kind *kind, const char *path,
		struct cg_diag *diag, void *to)
{
	struct loader ld = { .diag = diag };
	int r;

	r = cg_source_read(path, diag, &ld.source);
	if (r)
		return r;
	r = cg_shape_check(&ld.source.tokens, kind->keys, diag, &ld.titles, &ld.ntitles);
	if (!r && kind->counted)
		kind->counted->tell(kind->counted->ctx, ld.ntitles);
	if (!r)
		r = take_files(config, &ld.source);
	if (!r)
		r = parse(&ld, kind, path, to);
	free(ld.titles);
	cg_source_free(&ld.source);
	return r;
}

/* The profile a camera names, read once. */
static int load_profile(struct cg_config *config, const struct cg_text *name, struct cg_diag *diag)
{
	static const struct kind kind = { PROFILE, take_profile, NULL };
	_cleanup_free_ char *path = NULL;
	struct cg_config_profile *p;
	size_t file = config->nfiles;
	int r;

	if (!name->s || !strcmp(name->s, CG_PROFILE_NONE))
		return 0;
	for (size_t i = 0; i < config->nprofile; i++)
		if (!strcmp(config->profile[i].name, name->s))
			return 0;
	r = cg_profile_find(config->path, config->profiles.s, name->s, &name->pos, diag, &path);
	if (r)
		return r;
	p = reallocarray(config->profile, config->nprofile + 1, sizeof(*p));
	if (!p)
		return -ENOMEM;
	config->profile = p;
	p += config->nprofile++;
	*p = (struct cg_config_profile){ .name = strdup(name->s) };
	if (!p->name)
		return -ENOMEM;
	r = load(config, &kind, path, diag, p);
	if (!r)
		p->pos.file = config->files[file];
	return r;
}

static int load_all(struct cg_config *config, const char *path,
		    const struct cg_config_counted *counted, struct cg_diag *diag)
{
	const struct kind kind = { TOP, take_all, counted };
	int r;

	config->path = strdup(path);
	if (!config->path)
		return -ENOMEM;
	r = load(config, &kind, path, diag, config);
	if (!r)
		r = load_profile(config, &config->defaults.profile, diag);
	for (size_t i = 0; i < config->ncams && !r; i++)
		r = load_profile(config, &config->cams[i].profile, diag);
	return r ? r : cg_lists_read(config, diag);
}

int cg_config_read(const char *path, struct cg_diag *diag, struct cg_config **ret_config)
{
	return cg_config_read_counted(path, NULL, diag, ret_config);
}

int cg_config_read_counted(const char *path, const struct cg_config_counted *counted,
			   struct cg_diag *diag, struct cg_config **ret_config)
{
	struct cg_config *config = calloc(1, sizeof(*config));
	struct cg_pos pos = { path, 0, 0 };
	int r = config ? load_all(config, path, counted, diag) : -ENOMEM;

	if (r) {
		cg_config_free(&config);
		return cg_diag_set(diag, &pos, r, "%s", strerror(-r));
	}
	*ret_config = config;
	return 0;
}
