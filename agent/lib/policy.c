/* SPDX-License-Identifier: GPL-2.0-only */
/* Policy: turns the config as written into values that are all known to be good, or says which is not and why. */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include "cleanup.h"
#include "fleetconf.h"
#include "ident.h"
#include "keeping.h"
#include "lists.h"
#include "optional.h"
#include "maker.h"
#include "mqttconf.h"
#include "policy.h"
#include "quarantine.h"
#include "servers.h"
#include "staying.h"
#include "timing.h"
#include "unique.h"
#include "value.h"
#include "viewers.h"
#include "viewing.h"
#include "zones.h"

struct builder {
	const struct cg_config *config;
	struct cg_policy *policy;
	struct cg_diag *diag;
	size_t ndefault_rules;
};

static const char *const EXPOSURES[] = { "sealed", "closed", "open", NULL };
static const char *const LAN_VIEWINGS[] = { "all", "viewers", "none", NULL };
static const char *const MODES[] = { "enforce", "monitor", NULL };
static const char *const GUARDS[] = { "off", "count", "drop", NULL };
static const char *const MODULES[] = { "auto", "no", NULL };
static const char *const ATTACHES[] = { "auto", "tc", NULL };
static const char *const CLOCKS[] = { "auto", "trusted", NULL };
static const char *const READERS[] = { "root", "all", NULL };

/* The policy outlives the config: its positions point into its own copies. */
static struct cg_pos own_pos(const struct builder *b, struct cg_pos pos)
{
	for (size_t i = 0; i < b->config->nfiles; i++) {
		if (b->config->files[i] == pos.file) {
			pos.file = b->policy->files[i];
			return pos;
		}
	}
	pos.file = NULL;
	return pos;
}

/* ---- global keys ---- */

static int build_lan(struct builder *b)
{
	const struct cg_texts *lan = &b->config->lan;
	struct cg_policy *p = b->policy;
	int r;

	if (lan->n > CG_MAX_LANS)
		return cg_diag_set(b->diag, &lan->v[CG_MAX_LANS].pos, -E2BIG,
				   "lan: found %zu interfaces, expected at most %d", lan->n,
				   CG_MAX_LANS);
	p->lan = calloc(lan->n + 1, sizeof(*p->lan));
	if (!p->lan)
		return -ENOMEM;
	for (size_t i = 0; i < lan->n; i++) {
		r = cg_value_ifname(&lan->v[i], "lan", b->diag, p->lan[p->nlan]);
		if (r)
			return r;
		for (size_t j = 0; j < i; j++)
			if (!strcmp(p->lan[j], lan->v[i].s))
				return cg_diag_set(b->diag, &lan->v[i].pos, -EEXIST,
						   "lan: '%s' is listed twice, expected it once",
						   lan->v[i].s);
		p->nlan++;
	}
	return 0;
}

static int build_home(struct builder *b)
{
	const struct cg_texts *home = &b->config->home;
	struct cg_policy *p = b->policy;
	struct cg_addr a;
	int r;

	if (home->n > CG_MAX_NETS / 2)
		return cg_diag_set(b->diag, &home->v[CG_MAX_NETS / 2].pos, -E2BIG,
				   "home: found %zu entries, expected at most %d", home->n,
				   CG_MAX_NETS / 2);
	p->home = calloc(home->n + 1, sizeof(*p->home));
	if (!p->home)
		return -ENOMEM;
	for (size_t i = 0; i < home->n; i++) {
		const struct cg_text *t = &home->v[i];
		struct cg_policy_home *h = &p->home[p->nhome];

		if (strpbrk(t->s, "/:") || !cg_addr_parse(t->s, &a)) {
			r = cg_value_home(t, b->diag, &h->prefix);
		} else {
			r = cg_value_ifname(t, "home", b->diag, h->ifname);
			for (size_t j = 0; j < p->nlan && !r; j++)
				if (!strcmp(p->lan[j], t->s))
					r = cg_diag_set(
						b->diag, &t->pos, -EEXIST,
						"home: '%s' is listed as lan too, expected one of the two",
						t->s);
		}
		if (r)
			return r;
		p->nhome++;
	}
	return 0;
}

static int build_guard(struct builder *b)
{
	struct cg_mark *mark = &b->policy->mark;
	int guard, module, attach, r;

	r = cg_value_word(&b->config->guard, "guard", GUARDS, CG_GUARD_OFF, b->diag, &guard);
	if (!r)
		r = cg_value_word(&b->config->module, "module", MODULES, 0, b->diag, &module);
	if (!r)
		r = cg_value_word(&b->config->attach, "attach", ATTACHES, 0, b->diag, &attach);
	if (!r)
		r = cg_value_mark(&b->config->guard_mark, "guard_mark", CG_MARK_DEFAULT, b->diag,
				  &mark->bits);
	if (!r)
		r = cg_value_mark(&b->config->guard_mask, "guard_mask", mark->bits, b->diag,
				  &mark->mask);
	if (!r)
		r = cg_mark_check(mark, b->config->guard_mask.s ? &b->config->guard_mask.pos : NULL,
				  b->diag);
	if (r)
		return r;
	if (!CG_WITH_GUARD && guard != CG_GUARD_OFF)
		return cg_diag_set(b->diag, &b->config->guard.pos, -EINVAL,
				   "guard: found '%s' in a config of a camgate that is built "
				   "without it, expected off",
				   b->config->guard.s);
	b->policy->guard = (enum cg_guard_mode)guard;
	b->policy->module = module == 0;
	b->policy->tcx = attach == 0;
	return 0;
}

/* ---- cameras ---- */

static int build_identity(struct builder *b, const struct cg_config_cam *c,
			  struct cg_policy_cam *cam)
{
	const char *fault = cg_ident_name_fault(c->name.s);

	if (fault)
		return cg_diag_set(b->diag, &c->name.pos, -EINVAL,
				   "camera: found name '%s', expected %s", c->name.s, fault);
	strcpy(cam->name, c->name.s);
	if (!c->id.s) {
		cg_ident_make(c->name.s, cam->id);
		/* "All!" makes a slug that is no id */
		if (!cg_ident_id_fault(cam->id))
			return 0;
		return cg_diag_set(
			b->diag, &c->name.pos, -EINVAL,
			"camera '%s': no id can be made from this name, expected id = \"…\"",
			c->name.s);
	}
	fault = cg_ident_id_fault(c->id.s);
	if (fault)
		return cg_diag_set(b->diag, &c->id.pos, -EINVAL, "id: found '%s', expected %s",
				   c->id.s, fault);
	strcpy(cam->id, c->id.s);
	return 0;
}

static int build_macs(struct builder *b, const struct cg_config_cam *c, struct cg_policy_cam *cam)
{
	int r;

	if (!c->mac.n)
		return cg_diag_set(b->diag, &c->name.pos, -EINVAL,
				   "camera '%s': no mac, expected mac = {\"02:ca:00:00:00:01\"}",
				   c->name.s);
	if (c->mac.n > CG_MAX_MACS)
		return cg_diag_set(b->diag, &c->mac.v[CG_MAX_MACS].pos, -E2BIG,
				   "mac: found %zu, expected at most %d", c->mac.n, CG_MAX_MACS);
	for (; cam->nmac < c->mac.n; cam->nmac++) {
		r = cg_value_mac(&c->mac.v[cam->nmac], b->diag, &cam->mac[cam->nmac]);
		if (r)
			return r;
	}
	return 0;
}

static int build_addresses(struct builder *b, const struct cg_config_cam *c,
			   struct cg_policy_cam *cam)
{
	int r;

	if (c->address.n > CG_MAX_CAM_ADDRS)
		return cg_diag_set(b->diag, &c->address.v[CG_MAX_CAM_ADDRS].pos, -E2BIG,
				   "address: found %zu, expected at most %d", c->address.n,
				   CG_MAX_CAM_ADDRS);
	for (; cam->naddr < c->address.n; cam->naddr++) {
		const struct cg_text *t = &c->address.v[cam->naddr];

		r = cg_value_unicast(t, "address", b->diag, &cam->addr[cam->naddr]);
		if (r)
			return r;
		for (size_t j = 0; j < cam->naddr; j++)
			if (!memcmp(&cam->addr[j], &cam->addr[cam->naddr], sizeof(cam->addr[j])))
				return cg_diag_set(
					b->diag, &t->pos, -EEXIST,
					"address: '%s' is listed twice, expected it once", t->s);
	}
	return 0;
}

static const struct cg_text *either(const struct cg_text *own, const struct cg_text *defaults)
{
	return own->s ? own : defaults;
}

static int build_words(struct builder *b, const struct cg_config_cam *c, struct cg_policy_cam *cam)
{
	const struct cg_config_cam *d = &b->config->defaults;
	int exposure, lan_viewing, mode, r;

	r = cg_value_word(either(&c->exposure, &d->exposure), "exposure", EXPOSURES, CG_CLOSED,
			  b->diag, &exposure);
	if (!r)
		r = cg_value_word(either(&c->lan_viewing, &d->lan_viewing), "lan_viewing",
				  LAN_VIEWINGS, CG_LAN_ALL, b->diag, &lan_viewing);
	if (!r)
		r = cg_value_word(either(&c->mode, &d->mode), "mode", MODES, 0, b->diag, &mode);
	if (!r)
		r = cg_value_flag(either(&c->gateway_viewing, &d->gateway_viewing),
				  "gateway_viewing", false, b->diag, &cam->via_gateway);
	if (r)
		return r;
	cam->exposure = (enum cg_exposure_state)exposure;
	cam->lan_viewing = (enum cg_lan_viewing)lan_viewing;
	cam->monitor = mode == 1;
	return 0;
}

/* ---- rules ---- */

static int add_rules(struct builder *b, struct cg_policy_cam *cam, const struct cg_texts *texts,
		     enum cg_rule_kind kind)
{
	for (size_t i = 0; i < texts->n; i++) {
		const struct cg_text *t = &texts->v[i];
		struct cg_policy_rule *rule = &cam->rules[cam->nrules];
		int r = 0;

		rule->kind = kind;
		rule->pos = own_pos(b, t->pos);
		if (kind == CG_RULE_VIEWER)
			r = cg_viewers_rule(b->policy, t, b->diag, rule);
		else
			r = cg_rule_parse(t->s, &t->pos, b->diag, &rule->text);
		if (r)
			return r;
		cam->nrules++;
		if (rule->text.list)
			rule->list = cg_lists_find(b->policy, rule->text.list);
	}
	return 0;
}

static bool written_before(const struct cg_policy_rule *a, const struct cg_policy_rule *b)
{
	return a->pos.line != b->pos.line ? a->pos.line < b->pos.line :
					    a->pos.column < b->pos.column;
}

/* allow, upload and viewers stand in one file: as written means by position. */
static int add_others(struct builder *b, struct cg_policy_cam *cam, const struct cg_config_cam *c)
{
	size_t first = cam->nrules;
	int r = add_rules(b, cam, &c->allow, CG_RULE_ALLOW);

	if (!r)
		r = add_rules(b, cam, &c->upload, CG_RULE_UPLOAD);
	if (!r)
		r = add_rules(b, cam, &c->viewers, CG_RULE_VIEWER);
	if (r)
		return r;
	for (size_t i = first + 1; i < cam->nrules; i++) {
		struct cg_policy_rule moved = cam->rules[i];
		size_t j = i;

		for (; j > first && written_before(&moved, &cam->rules[j - 1]); j--)
			cam->rules[j] = cam->rules[j - 1];
		cam->rules[j] = moved;
	}
	return 0;
}

static size_t count_rules(const struct cg_config_cam *c)
{
	return c->deny.n + c->allow.n + c->upload.n + c->viewers.n;
}

static void mark_profile(struct cg_policy_cam *cam, size_t from, size_t to)
{
	for (; from < to; from++)
		cam->rules[from].of_profile = true;
}

/* All absent. A constant would lie in the file. */
static struct cg_config_cam none;

static int build_rules(struct builder *b, const struct cg_config_cam *c, struct cg_policy_cam *cam)
{
	const struct cg_config_cam *d = &b->config->defaults, *p;
	const struct cg_config_profile *profile = cg_maker_profile(b->config, c);
	size_t n, first, next;
	int r;

	p = profile ? &profile->rules : &none;
	n = count_rules(c) + count_rules(d) + count_rules(p);
	if (n > CG_MAX_RULES)
		return cg_diag_set(
			b->diag, &c->name.pos, -E2BIG,
			"camera '%s': found %zu rules, defaults and profile included, expected at most %d",
			c->name.s ? c->name.s : "of defaults", n, CG_MAX_RULES);
	cam->rules = calloc(n + 1, sizeof(*cam->rules));
	if (!cam->rules)
		return -ENOMEM;
	r = add_rules(b, cam, &d->deny, CG_RULE_DENY);
	if (!r)
		r = add_rules(b, cam, &c->deny, CG_RULE_DENY);
	first = cam->nrules;
	if (!r)
		r = add_rules(b, cam, &p->deny, CG_RULE_DENY);
	next = cam->nrules;
	if (!r)
		r = add_others(b, cam, c);
	mark_profile(cam, first, next);
	first = cam->nrules;
	if (!r)
		r = add_others(b, cam, p);
	mark_profile(cam, first, cam->nrules);
	if (!r)
		r = add_others(b, cam, d);
	return r;
}

static int check_viewers(struct builder *b, const struct cg_config_cam *c,
			 const struct cg_policy_cam *cam)
{
	const struct cg_config_cam *d = &b->config->defaults;
	const struct cg_text *t = either(&c->lan_viewing, &d->lan_viewing);

	if (cam->lan_viewing == CG_LAN_VIEWERS && !c->viewers.n && !d->viewers.n)
		return cg_diag_set(
			b->diag, &t->pos, -EINVAL,
			"lan_viewing: found 'viewers' but no viewer for camera '%s', expected viewers = {\"192.168.1.30\"}",
			c->name.s);
	return 0;
}

static int build_times(struct builder *b, const struct cg_config_cam *c, struct cg_policy_cam *cam)
{
	int r = cg_timing_build(c, &b->config->defaults, b->diag, cam);

	cam->zone_pos = own_pos(b, cam->zone_pos);
	for (size_t i = 0; i < cam->nwindows; i++) {
		cam->windows[i].pos = own_pos(b, cam->windows[i].pos);
		cam->windows[i].zone_pos = own_pos(b, cam->windows[i].zone_pos);
	}
	return r;
}

static int build_cam(struct builder *b, const struct cg_config_cam *c, struct cg_policy_cam *cam)
{
	int r;

	cam->pos = own_pos(b, c->name.pos);
	r = build_identity(b, c, cam);
	if (!r)
		r = build_macs(b, c, cam);
	if (!r)
		r = build_addresses(b, c, cam);
	if (!r)
		r = build_words(b, c, cam);
	if (!r)
		r = cg_maker_words(b->config, c, b->diag, cam);
	if (!r)
		r = build_times(b, c, cam);
	if (!r)
		r = cg_mqttconf_cam(c, &b->config->defaults, b->diag, b->policy, cam);
	if (!r)
		r = cg_viewing_words(c, &b->config->defaults, b->diag, cam);
	if (!r)
		r = cg_staying_words(c, &b->config->defaults, b->diag, b->policy, cam);
	if (!r)
		r = build_rules(b, c, cam);
	if (!r)
		r = cg_staying_rules(b->policy, cam, b->diag);
	if (!r)
		r = cg_viewing_number(b->policy, cam, b->diag);
	if (!r)
		r = check_viewers(b, c, cam);
	return r;
}

static void cam_free(struct cg_policy_cam *cam)
{
	free(cam->windows);
	for (size_t i = 0; i < cam->nrules; i++)
		cg_rule_clear(&cam->rules[i].text);
	free(cam->rules);
}

/* The defaults are wrong where they stand, even if no camera uses them. */
static int check_defaults(struct builder *b)
{
	struct cg_policy_cam cam = { 0 };
	size_t n = count_rules(&b->config->defaults);
	int r;

	if (n > CG_MAX_RULES)
		return cg_diag_set(b->diag, NULL, -E2BIG,
				   "defaults: found %zu rules, expected at most %d", n,
				   CG_MAX_RULES);
	r = build_words(b, &none, &cam);
	if (!r)
		r = cg_maker_words(b->config, &none, b->diag, &cam);
	if (!r)
		r = build_times(b, &none, &cam);
	if (!r)
		r = cg_mqttconf_cam(&none, &b->config->defaults, b->diag, b->policy, &cam);
	if (!r)
		r = cg_viewing_words(&none, &b->config->defaults, b->diag, &cam);
	cg_viewing_defaults(&cam, b->policy);
	if (!r)
		r = build_rules(b, &none, &cam);
	cam_free(&cam);
	return r;
}

static int copy_files(struct builder *b)
{
	struct cg_policy *p = b->policy;

	p->files = calloc(b->config->nfiles + 1, sizeof(*p->files));
	if (!p->files)
		return -ENOMEM;
	for (; p->nfiles < b->config->nfiles; p->nfiles++) {
		p->files[p->nfiles] = strdup(b->config->files[p->nfiles]);
		if (!p->files[p->nfiles])
			return -ENOMEM;
	}
	return 0;
}

static int build(struct builder *b)
{
	const struct cg_config *config = b->config;
	struct cg_policy *p = b->policy;
	int word, r;

	r = copy_files(b);
	if (!r)
		r = build_lan(b);
	if (!r)
		r = build_home(b);
	if (!r)
		r = cg_viewers_build(config, b->diag, p);
	if (!r)
		r = cg_value_path(&config->notify, "notify", b->diag, &p->notify);
	if (!r)
		r = cg_lists_build(config, b->diag, p);
	if (!r)
		r = cg_staying_files(config, b->diag, p);
	if (!r)
		r = cg_servers_resolvers(&config->resolver, b->diag, &p->resolver, &p->nresolver,
					 &p->resolver_gateway);
	if (!r)
		r = cg_value_word(&config->readers, "readers", READERS, 0, b->diag, &word);
	if (r)
		return r;
	p->readers_all = word == 1;
	r = cg_value_word(&config->clock, "clock", CLOCKS, 0, b->diag, &word);
	if (r)
		return r;
	p->clock_trusted = word == 1;
	r = cg_value_flag(&config->force, "force", false, b->diag, &p->force);
	if (!r)
		r = build_guard(b);
	if (!r)
		r = cg_keeping_build(config, b->diag, p);
	if (!r)
		r = cg_mqttconf_build(config, b->diag, p);
	if (p->mqtt)
		p->mqtt->pos = own_pos(b, config->mqtt_pos);
	if (!r)
		r = cg_fleetconf_build(config, b->diag, p);
	if (!r)
		r = cg_quarantine_build(config, b->diag, p);
	if (!r)
		r = check_defaults(b);
	if (r)
		return r;
	if (config->ncams > CG_MAX_CAMERAS)
		return cg_diag_set(b->diag, &config->cams[CG_MAX_CAMERAS].name.pos, -E2BIG,
				   "found %zu cameras, expected at most %d", config->ncams,
				   CG_MAX_CAMERAS);
	p->cams = calloc(config->ncams + 1, sizeof(*p->cams));
	if (!p->cams)
		return -ENOMEM;
	while (p->ncams < config->ncams && !r) {
		size_t i = p->ncams++;

		r = build_cam(b, &config->cams[i], &p->cams[i]);
	}
	if (!r && p->ncams && !p->nlan)
		r = cg_diag_set(
			b->diag, &config->cams[0].name.pos, -EINVAL,
			"found a camera but no lan, expected lan = {\"br-lan\"} in the config");
	return r ? r : cg_unique_check(config, p->cams, p->ncams, b->diag);
}

int cg_policy_build(const struct cg_config *config, struct cg_diag *diag,
		    struct cg_policy **ret_policy)
{
	struct builder b = { .config = config, .diag = diag };
	struct cg_pos pos = { config->path, 0, 0 };
	int r = -ENOMEM;

	b.policy = calloc(1, sizeof(*b.policy));
	if (b.policy)
		r = build(&b);
	if (r) {
		cg_policy_free(&b.policy);
		return cg_diag_set(diag, &pos, r, "%s", strerror(-r));
	}
	*ret_policy = b.policy;
	return 0;
}

void cg_policy_free(struct cg_policy **policy)
{
	struct cg_policy *p = *policy;

	*policy = NULL;
	if (!p)
		return;
	for (size_t i = 0; i < p->ncams; i++)
		cam_free(&p->cams[i]);
	for (size_t i = 0; i < p->nfiles; i++)
		free(p->files[i]);
	free(p->cams);
	free(p->files);
	free(p->lan);
	free(p->home);
	free(p->resolver);
	cg_viewers_free(p);
	free(p->notify);
	cg_mqttconf_free(p);
	free(p->fleet.key_file);
	cg_lists_free(p);
	free(p->country_database);
	free(p->network_database);
	cg_zones_free(p);
	free(p);
}

const struct cg_policy_cam *cg_policy_find(const struct cg_policy *policy, const char *id_or_name)
{
	for (size_t i = 0; i < policy->ncams; i++)
		if (!strcmp(policy->cams[i].id, id_or_name) ||
		    !strcmp(policy->cams[i].name, id_or_name))
			return &policy->cams[i];
	return NULL;
}
