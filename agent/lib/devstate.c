/* SPDX-License-Identifier: GPL-2.0-only */
/* {"v":1,"quarantine":WORD,"devices":[{"mac":MAC,"what":WORD,…,"clues":[[WORD,TEXT]]}],"trials":[{"id":ID,"file":PATH,…}]} */
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include "devstate.h"
#include "jsonget.h"
#include "jsonin.h"
#include "jsonout.h"

#define VERSION 1

static const char *const WHATS[] = {
	[CG_DEVICE_SEEN] = "seen",
	[CG_DEVICE_IN_QUARANTINE] = "held",
	[CG_DEVICE_RELEASED] = "released",
};

void cg_devstate_free(struct cg_devstate *s)
{
	for (size_t i = 0; i < s->ndev; i++)
		free(s->dev[i]);
	free(s->dev);
	free(s->trial);
	*s = (struct cg_devstate){ 0 };
}

/* ---- from text ---- */

static const char *text_of(struct json_object *o, const char *key)
{
	struct json_object *v;

	return json_object_object_get_ex(o, key, &v) && json_object_is_type(v, json_type_string) ?
		       json_object_get_string(v) :
		       NULL;
}

static int64_t int_of(struct json_object *o, const char *key)
{
	struct json_object *v;
	int64_t n;

	if (!json_object_object_get_ex(o, key, &v) || !json_object_is_type(v, json_type_int))
		return 0;
	n = json_object_get_int64(v);
	return n < 0 || n == INT64_MAX ? 0 : n;
}

/* What does not fit is not taken. */
static void text_take(struct json_object *o, const char *key, char *ret, size_t size)
{
	const char *text = text_of(o, key);

	if (text && strlen(text) < size)
		memcpy(ret, text, strlen(text) + 1);
}

static void clues_take(struct cg_clues *c, struct json_object *from)
{
	struct json_object *list;
	size_t n;

	text_take(from, "hostname", c->hostname, sizeof(c->hostname));
	text_take(from, "model", c->model, sizeof(c->model));
	text_take(from, "maker", c->maker, sizeof(c->maker));
	text_take(from, "firmware", c->firmware, sizeof(c->firmware));
	text_take(from, "profile", c->profile, sizeof(c->profile));
	c->not_activated = (uint8_t)(int_of(from, "not_activated") % 3);
	c->cloud = (uint8_t)(int_of(from, "cloud") % 3);
	if (!json_object_object_get_ex(from, "clues", &list) ||
	    !json_object_is_type(list, json_type_array))
		return;
	n = json_object_array_length(list);
	for (size_t i = 0; i < n && i < CG_CLUES_MAX; i++) {
		struct json_object *one = json_object_array_get_idx(list, i), *word, *text;

		if (!json_object_is_type(one, json_type_array) ||
		    json_object_array_length(one) != 2)
			continue;
		word = json_object_array_get_idx(one, 0);
		text = json_object_array_get_idx(one, 1);
		if (json_object_is_type(word, json_type_string) &&
		    json_object_is_type(text, json_type_string) &&
		    cg_clue_by_word(json_object_get_string(word)) != CG_CLUE_NONE)
			(void)cg_clue_add(c, cg_clue_by_word(json_object_get_string(word)),
					  json_object_get_string(text));
	}
}

static enum cg_device_what what_by_word(const char *word)
{
	for (int i = CG_DEVICE_RELEASED; word && i > CG_DEVICE_SEEN; i--)
		if (!strcmp(word, WHATS[i]))
			return (enum cg_device_what)i;
	return CG_DEVICE_SEEN;
}

static bool dev_take(struct cg_device_note *d, struct json_object *o)
{
	const char *mac, *why, *addr;

	if (!json_object_is_type(o, json_type_object))
		return false;
	mac = text_of(o, "mac");
	if (!mac || cg_mac_parse(mac, &d->mac))
		return false;
	why = text_of(o, "why");
	addr = text_of(o, "address");
	d->what = (uint8_t)what_by_word(text_of(o, "what"));
	d->why = why ? (uint8_t)cg_hold_by_word(why) : CG_HOLD_NOT;
	if (d->what == CG_DEVICE_IN_QUARANTINE && d->why == CG_HOLD_NOT)
		d->why = CG_HOLD_KERNEL;
	if (d->what != CG_DEVICE_IN_QUARANTINE)
		d->why = CG_HOLD_NOT;
	d->told = cg_json_get_flag(o, "told");
	d->known = cg_json_get_flag(o, "known");
	d->nr = int_of(o, "nr") < 1000000 ? (uint32_t)int_of(o, "nr") : 0;
	d->first_s = int_of(o, "first_s");
	d->last_s = int_of(o, "last_s");
	d->up_bytes = (uint64_t)int_of(o, "up_bytes");
	d->boot_bytes = (uint64_t)int_of(o, "boot_bytes");
	if (addr && cg_addr_parse(addr, &d->addr))
		memset(&d->addr, 0, sizeof(d->addr));
	text_take(o, "port", d->port, sizeof(d->port));
	clues_take(&d->clues, o);
	return true;
}

static int devs_take(struct cg_devstate *s, struct json_object *from)
{
	size_t n = json_object_is_type(from, json_type_array) ? json_object_array_length(from) : 0;

	if (n > CG_MAX_DEVICES)
		n = CG_MAX_DEVICES;
	s->dev = calloc(n + 1, sizeof(struct cg_device_note *));
	if (!s->dev)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		struct cg_device_note *d = calloc(1, sizeof(*d));
		bool twice = false;

		if (!d)
			return -ENOMEM;
		if (dev_take(d, json_object_array_get_idx(from, i))) {
			for (size_t j = 0; j < s->ndev && !twice; j++)
				twice = !memcmp(&s->dev[j]->mac, &d->mac, sizeof(d->mac));
			if (!twice) {
				s->dev[s->ndev++] = d;
				continue;
			}
		}
		free(d);
	}
	return 0;
}

static bool trial_take(struct cg_device_trial *t, struct json_object *o)
{
	const char *mac, *why;

	if (!json_object_is_type(o, json_type_object))
		return false;
	*t = (struct cg_device_trial){ 0 };
	mac = text_of(o, "mac");
	why = text_of(o, "why");
	text_take(o, "id", t->id, sizeof(t->id));
	text_take(o, "file", t->file, sizeof(t->file));
	text_take(o, "boot", t->boot, sizeof(t->boot));
	t->why = why ? (uint8_t)cg_hold_by_word(why) : CG_HOLD_NOT;
	t->until_ns = (uint64_t)int_of(o, "until_ns");
	t->until_s = int_of(o, "until_s");
	t->for_s = int_of(o, "for_s") <= CG_LEARN_MAX_S ? (uint32_t)int_of(o, "for_s") : 0;
	return mac && !cg_mac_parse(mac, &t->mac) && *t->id && t->file[0] == '/';
}

static int trials_take(struct cg_devstate *s, struct json_object *from)
{
	size_t n = json_object_is_type(from, json_type_array) ? json_object_array_length(from) : 0;

	if (n > CG_MAX_TRIALS)
		n = CG_MAX_TRIALS;
	s->trial = calloc(CG_MAX_TRIALS, sizeof(*s->trial));
	if (!s->trial)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		s->ntrial += trial_take(&s->trial[s->ntrial], json_object_array_get_idx(from, i));
	return 0;
}

int cg_devstate_parse(const char *text, struct cg_devstate *ret_state)
{
	_cleanup_(cg_json_freep) struct json_object *root = NULL;
	_cleanup_(cg_devstate_free) struct cg_devstate s = { 0 };
	struct json_object *o = NULL;
	const char *mode;
	int r = cg_json_read(text, strlen(text), &root);
	int64_t version;

	if (r)
		return r;
	if (!json_object_is_type(root, json_type_object))
		return -EPROTO;
	version = int_of(root, "v");
	if (version < VERSION)
		return -EPROTO;
	mode = text_of(root, "quarantine");
	text_take(root, "boot", s.boot, sizeof(s.boot));
	for (int i = CG_QUARANTINE_NONE; mode && i < __CG_QUARANTINE_MAX; i++)
		if (!strcmp(mode, cg_quarantine_word((enum cg_quarantine)i)))
			s.mode = (enum cg_quarantine)i;
	(void)json_object_object_get_ex(root, "devices", &o);
	r = devs_take(&s, o);
	o = NULL;
	(void)json_object_object_get_ex(root, "trials", &o);
	r = r ? r : trials_take(&s, o);
	if (r)
		return r;
	*ret_state = s;
	s = (struct cg_devstate){ 0 };
	return version > VERSION;
}

/* ---- to text ---- */

static void text_put(struct json_object *o, const char *key, const char *text)
{
	if (*text)
		cg_json_add(o, key, json_object_new_string(text));
}

static void int_put(struct json_object *o, const char *key, int64_t n)
{
	if (n)
		cg_json_add(o, key, json_object_new_int64(n));
}

static void clues_put(struct json_object *o, const struct cg_clues *c)
{
	struct json_object *list = json_object_new_array();

	text_put(o, "hostname", c->hostname);
	text_put(o, "model", c->model);
	text_put(o, "maker", c->maker);
	text_put(o, "firmware", c->firmware);
	text_put(o, "profile", c->profile);
	int_put(o, "not_activated", c->not_activated);
	int_put(o, "cloud", c->cloud);
	for (size_t i = 0; i < c->n; i++) {
		struct json_object *one = json_object_new_array();

		cg_json_push(one, json_object_new_string(
					  cg_clue_word((enum cg_clue_kind)c->clue[i].kind)));
		cg_json_push(one, json_object_new_string(c->clue[i].text));
		cg_json_push(list, one);
	}
	cg_json_add(o, "clues", list);
}

static struct json_object *dev_new(const struct cg_device_note *d)
{
	static const struct cg_addr none;
	struct json_object *o = json_object_new_object();
	char buf[CG_ADDR_STRLEN];

	text_put(o, "mac", cg_mac_format(&d->mac, buf));
	text_put(o, "what", WHATS[d->what]);
	text_put(o, "why", cg_hold_word((enum cg_hold)d->why));
	if (d->told)
		cg_json_add(o, "told", json_object_new_boolean(true));
	if (d->known)
		cg_json_add(o, "known", json_object_new_boolean(true));
	int_put(o, "nr", d->nr);
	int_put(o, "first_s", d->first_s);
	int_put(o, "last_s", d->last_s);
	int_put(o, "up_bytes", (int64_t)d->up_bytes);
	int_put(o, "boot_bytes", (int64_t)d->boot_bytes);
	if (memcmp(&d->addr, &none, sizeof(none)) != 0)
		text_put(o, "address", cg_addr_format(&d->addr, buf));
	text_put(o, "port", d->port);
	clues_put(o, &d->clues);
	return o;
}

static struct json_object *trial_new(const struct cg_device_trial *t)
{
	struct json_object *o = json_object_new_object();
	char buf[CG_MAC_STRLEN];

	text_put(o, "id", t->id);
	text_put(o, "file", t->file);
	text_put(o, "mac", cg_mac_format(&t->mac, buf));
	text_put(o, "why", cg_hold_word((enum cg_hold)t->why));
	text_put(o, "boot", t->boot);
	int_put(o, "until_ns", (int64_t)t->until_ns);
	int_put(o, "until_s", t->until_s);
	int_put(o, "for_s", t->for_s);
	return o;
}

int cg_devstate_print(const struct cg_devstate *s, char **ret_text)
{
	_cleanup_(cg_json_freep) struct json_object *root = json_object_new_object();
	struct json_object *devices = json_object_new_array(), *trials = json_object_new_array();
	size_t n;

	cg_json_add(root, "v", json_object_new_int(VERSION));
	cg_json_add(root, "quarantine", json_object_new_string(cg_quarantine_word(s->mode)));
	text_put(root, "boot", s->boot);
	for (size_t i = 0; i < s->ndev; i++)
		cg_json_push(devices, dev_new(s->dev[i]));
	for (size_t i = 0; i < s->ntrial; i++)
		cg_json_push(trials, trial_new(&s->trial[i]));
	cg_json_add(root, "devices", devices);
	cg_json_add(root, "trials", trials);
	return cg_json_text(root, false, ret_text, &n);
}
