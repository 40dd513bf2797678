/* SPDX-License-Identifier: GPL-2.0-only */
/* A config as UCI: every key that there is, in the order of these tables. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include "ident.h"
#include "memtext.h"
#include "ucitext.h"

struct key {
	const char *name;
	size_t at;
	bool list;
};

/* clang-format off */
#define TEXT(type, member) { #member, offsetof(type, member), false }
#define LIST(type, member) { #member, offsetof(type, member), true }
#define TOP(member)	   TEXT(struct cg_config, member)
#define CAM(member)	   TEXT(struct cg_config_cam, member)
#define CAMS(member)	   LIST(struct cg_config_cam, member)

static const struct key TOP_KEYS[] = {
	LIST(struct cg_config, lan), LIST(struct cg_config, home), LIST(struct cg_config, resolver),
	TOP(readers), TOP(force), TOP(guard), TOP(guard_mark), TOP(guard_mask), TOP(module),
	TOP(attach), TOP(profiles), TOP(clock), TOP(record), TOP(record_days), TOP(record_every),
	TOP(record_size), TOP(notify), TOP(country_database), TOP(network_database), { 0 },
};
static const struct key UNKNOWN_KEYS[] = {
	{ "notify", offsetof(struct cg_config, unknown.notify), false },
	{ "quarantine", offsetof(struct cg_config, unknown.quarantine), false },
	{ "probation", offsetof(struct cg_config, unknown.probation), false }, { 0 },
};
#define MQTT(name, key)	   { name, offsetof(struct cg_config, mqtt[CG_MQTTCONF_##key]), false }
static const struct key MQTT_KEYS[] = {
	MQTT("enabled", ENABLED), MQTT("broker", BROKER), MQTT("port", PORT), MQTT("tls", TLS),
	MQTT("ca_file", CA_FILE), MQTT("cert_file", CERT_FILE), MQTT("key_file", KEY_FILE),
	MQTT("credentials", CREDENTIALS), MQTT("id", ID), MQTT("topic", TOPIC),
	MQTT("discovery", DISCOVERY), MQTT("viewers", VIEWERS), MQTT("may_widen", MAY_WIDEN), { 0 },
};
#define FLEET(name, key)   { name, offsetof(struct cg_config, fleet[CG_FLEET_##key]), false }
static const struct key FLEET_KEYS[] = {
	FLEET("report", REPORT), FLEET("gateway", GATEWAY), FLEET("addresses", ADDRESSES),
	FLEET("key_file", KEY_FILE), FLEET("names", NAMES), FLEET("desired", DESIRED), { 0 },
};
static const struct key VIEWER_KEYS[] = {
	LIST(struct cg_config_viewer, mac), LIST(struct cg_config_viewer, address),
	LIST(struct cg_config_viewer, domain),
	{ "interface", offsetof(struct cg_config_viewer, ifname), true }, { 0 },
};
/* Those that `defaults` has not are empty there. */
static const struct key CAM_KEYS[] = {
	CAM(id), CAMS(mac), CAMS(address), CAM(exposure), CAM(lan_viewing), CAM(gateway_viewing),
	CAM(mode), CAM(profile), CAM(dns), CAM(dns_names), CAM(ntp), CAMS(allow), CAMS(upload),
	CAMS(deny), CAMS(viewers), CAMS(stay_in), CAM(timezone), CAM(daily_upload), CAM(open_time),
	CAMS(signs), CAM(control_budget), CAM(upload_budget), CAM(max_viewers), CAM(mqtt_may_widen), { 0 },
};
/* clang-format on */

/* What uci itself writes: '…', a quote between as '\''. */
static void quote(FILE *f, const char *s)
{
	(void)fputc('\'', f);
	for (; *s; s++) {
		if (*s == '\'')
			(void)fputs("'\\''", f);
		else
			(void)fputc(*s, f);
	}
	(void)fputc('\'', f);
}

static void put(FILE *f, const char *what, const char *key, const char *value)
{
	(void)fprintf(f, "\t%s %s ", what, key);
	quote(f, value);
	(void)fputc('\n', f);
}

static void keys_put(FILE *f, const struct key *keys, const void *of)
{
	for (; keys->name; keys++) {
		const void *member = (const char *)of + keys->at;

		if (keys->list) {
			const struct cg_texts *l = member;

			for (size_t i = 0; i < l->n; i++)
				put(f, "list", keys->name, l->v[i].s);
		} else if (((const struct cg_text *)member)->s) {
			put(f, "option", keys->name, ((const struct cg_text *)member)->s);
		}
	}
}

static bool has_any(const struct key *keys, const void *of)
{
	for (; keys->name; keys++) {
		const void *member = (const char *)of + keys->at;

		if (keys->list ? ((const struct cg_texts *)member)->n > 0 :
				 ((const struct cg_text *)member)->s != NULL)
			return true;
	}
	return false;
}

static int schedule_put(FILE *f, const struct cg_config_cam *cam)
{
	for (size_t i = 0; i < cam->nschedule; i++) {
		const struct cg_config_window *w = &cam->schedule[i];
		_cleanup_free_ char *text = NULL;
		size_t len;
		FILE *to = open_memstream(&text, &len);

		if (!to)
			return -ENOMEM;
		for (size_t k = 0; k < w->days.n; k++)
			(void)fprintf(to, "%s%s", k ? "," : "", w->days.v[k].s);
		(void)fprintf(to, "%s%s-%s", w->days.n ? " " : "", w->from.s ? w->from.s : "",
			      w->to.s ? w->to.s : "");
		if (w->exposure.s)
			(void)fprintf(to, " %s", w->exposure.s);
		if (w->timezone.s)
			(void)fprintf(to, " %s", w->timezone.s);
		if (cg_memtext_end(to, &text))
			return -ENOMEM;
		put(f, "list", "schedule", text);
	}
	return 0;
}

static const struct cg_uci_section *section_find(const struct cg_uci *was, const char *type,
						 const char *title)
{
	for (size_t i = 0; was && i < was->n; i++) {
		const char *is = cg_uci_title(&was->v[i]);

		if (!strcmp(was->v[i].type, type) && (!title || (is && !strcmp(is, title))))
			return &was->v[i];
	}
	return NULL;
}

static bool is_taken(const struct cg_uci *was, const char *name)
{
	for (size_t i = 0; was && i < was->n; i++)
		if (was->v[i].name && !strcmp(was->v[i].name, name))
			return true;
	return false;
}

/* fallback: the name of a new section, if no other has it; NULL: it gets none. */
static void head_put(FILE *f, const struct cg_uci *was, const char *type, const char *title,
		     const char *fallback)
{
	const struct cg_uci_section *s = section_find(was, type, title);
	const char *name = s ? s->name : fallback;

	if (!s && fallback && is_taken(was, fallback))
		name = NULL;
	(void)fprintf(f, "\nconfig %s", type);
	if (name)
		(void)fprintf(f, " '%s'", name);
	(void)fputc('\n', f);
	if (title && !(name && !strcmp(name, title) && s && !cg_uci_get(s, "name")))
		put(f, "option", "name", title);
}

/* uci would make one section of two that are called the same. */
static bool section_name(const struct cg_config *config, const struct cg_config_cam *cam,
			 char ret_name[static CG_ID_LEN])
{
	static const char *const ours[] = { "main", "unknown", "mqtt", "fleet", "defaults" };
	char other[CG_ID_LEN] = "";
	size_t same = 0;

	for (size_t i = 0; i <= config->ncams; i++) {
		char *to = i ? other : ret_name;

		cg_ident_make(i ? config->cams[i - 1].name.s : cam->name.s, to);
		for (char *c = to; *c; c++)
			if (*c == '-')
				*c = '_';
		same += i && !strcmp(other, ret_name);
	}
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		same += !strcmp(ours[i], ret_name);
	return *ret_name && same == 1;
}

static int cam_put(FILE *f, const struct cg_config *config, const struct cg_config_cam *cam,
		   const struct cg_uci *was)
{
	char name[CG_ID_LEN], file[64];

	head_put(f, was, "camera", cam->name.s, section_name(config, cam, name) ? name : NULL);
	if (cg_uci_file_of(config, cam, file))
		put(f, "option", "file", file);
	keys_put(f, CAM_KEYS, cam);
	return schedule_put(f, cam);
}

bool cg_uci_file_of(const struct cg_config *config, const struct cg_config_cam *cam,
		    char ret_name[static 64])
{
	static const char dir[] = "/cameras.d/", suffix[] = ".conf";
	const char *slash = strrchr(config->path, '/'), *file = cam->name.pos.file;
	size_t base = slash ? (size_t)(slash - config->path) : 0, n;

	if (!file || strncmp(file, config->path, base) != 0 ||
	    strncmp(file + base, dir + !slash, strlen(dir) - !slash) != 0)
		return false;
	file += base + strlen(dir) - !slash;
	n = strlen(file);
	if (n <= strlen(suffix) || n - strlen(suffix) > 63 ||
	    strcmp(file + n - strlen(suffix), suffix) != 0)
		return false;
	(void)snprintf(ret_name, 64, "%.*s", (int)(n - strlen(suffix)), file);
	return !cg_ident_id_fault(ret_name);
}

int cg_uci_from_config(const struct cg_config *config, const struct cg_uci *was, char **ret_text,
		       size_t *ret_len)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);
	int r = 0;

	if (!f)
		return -ENOMEM;
	head_put(f, was, "camgate", NULL, "main");
	keys_put(f, TOP_KEYS, config);
	if (has_any(UNKNOWN_KEYS, config)) {
		head_put(f, was, "unknown", NULL, "unknown");
		keys_put(f, UNKNOWN_KEYS, config);
	}
	if (has_any(MQTT_KEYS, config)) {
		head_put(f, was, "mqtt", NULL, "mqtt");
		keys_put(f, MQTT_KEYS, config);
	}
	if (has_any(FLEET_KEYS, config)) {
		head_put(f, was, "fleet", NULL, "fleet");
		keys_put(f, FLEET_KEYS, config);
	}
	if (has_any(CAM_KEYS, &config->defaults) || config->defaults.nschedule) {
		head_put(f, was, "defaults", NULL, "defaults");
		keys_put(f, CAM_KEYS, &config->defaults);
		r = schedule_put(f, &config->defaults);
	}
	for (size_t i = 0; i < config->nviewers; i++) {
		head_put(f, was, "viewer", config->viewers[i].name.s, NULL);
		keys_put(f, VIEWER_KEYS, &config->viewers[i]);
	}
	for (size_t i = 0; i < config->ncams && !r; i++)
		r = cam_put(f, config, &config->cams[i], was);
	if (cg_memtext_end(f, &text) || r) {
		free(text);
		return -ENOMEM;
	}
	*ret_text = text;
	*ret_len = len;
	return 0;
}
