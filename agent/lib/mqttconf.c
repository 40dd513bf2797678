/* SPDX-License-Identifier: GPL-2.0-only */
/* Without a word it is encrypted, tells nobody's address, and can only make cameras stricter. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "ident.h"
#include "mqttconf.h"
#include "utf8.h"
#include "value.h"

static int host(const struct cg_text *t, const struct cg_pos *block, struct cg_diag *diag,
		char ret[static CG_MQTT_HOST_LEN])
{
	static const char may[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:%";

	if (!t->s)
		return cg_diag_set(diag, block, -EINVAL,
				   "mqtt: no broker, expected broker = \"192.168.1.5\"");
	if (!*t->s || *t->s == '-' || t->s[strspn(t->s, may)] || strlen(t->s) >= CG_MQTT_HOST_LEN)
		return cg_diag_set(diag, &t->pos, -EINVAL,
				   "broker: found '%s', expected a name or an address, the port "
				   "apart",
				   t->s);
	strcpy(ret, t->s);
	return 0;
}

static int port(const struct cg_text *t, uint16_t fallback, struct cg_diag *diag, uint16_t *ret)
{
	unsigned long n;
	char *end;

	*ret = fallback;
	if (!t->s)
		return 0;
	n = strtoul(t->s, &end, 10);
	if (*t->s < '0' || *t->s > '9' || *end || strlen(t->s) > 5 || !n || n > 65535)
		return cg_diag_set(diag, &t->pos, -EINVAL,
				   "port: found '%s', expected a number of 1 to 65535", t->s);
	*ret = (uint16_t)n;
	return 0;
}

/* Where others may stand behind it: no wildcards (MQTT 3.1.1, 4.7), nothing of the broker's own. */
static int topic(const struct cg_text *t, const char *key, const char *fallback,
		 struct cg_diag *diag, char ret[static CG_MQTT_TOPIC_LEN])
{
	const char *s = t->s ? t->s : fallback;
	size_t len = strlen(s);
	uint32_t code;

	for (size_t i = 0, n; i < len; i += n) {
		n = cg_utf8_next(s + i, len - i, &code);
		if (!n || cg_utf8_is_control(code) || code == ' ')
			len = 0;
	}
	if (!len || len >= CG_MQTT_TOPIC_LEN || strpbrk(s, "+#\"\\") || *s == '$' || *s == '/' ||
	    s[len - 1] == '/')
		return cg_diag_set(diag, &t->pos, -EINVAL,
				   "%s: found '%s', expected the beginning of a topic such as '%s'",
				   key, s, fallback);
	strcpy(ret, s);
	return 0;
}

static int id(const struct cg_text *t, struct cg_diag *diag, char ret[static CG_ID_LEN])
{
	const char *fault = t->s ? cg_ident_id_fault(t->s) : NULL;

	if (fault)
		return cg_diag_set(diag, &t->pos, -EINVAL, "id: found '%s', expected %s", t->s,
				   fault);
	strcpy(ret, t->s ? t->s : "gateway");
	return 0;
}

/* A certificate is shown with its key, and to nobody in the clear. */
static int check_tls(const struct cg_config *config, const struct cg_policy_mqtt *m,
		     struct cg_diag *diag)
{
	const struct cg_text *given[] = { &config->mqtt[CG_MQTTCONF_CA_FILE],
					  &config->mqtt[CG_MQTTCONF_CERT_FILE],
					  &config->mqtt[CG_MQTTCONF_KEY_FILE] };

	for (size_t i = 0; i < sizeof(given) / sizeof(given[0]) && !m->tls; i++)
		if (given[i]->s)
			return cg_diag_set(diag, &given[i]->pos, -EINVAL,
					   "mqtt: found '%s' with tls = no, expected none",
					   given[i]->s);
	if (!m->cert_file == !m->key_file)
		return 0;
	return cg_diag_set(diag,
			   m->cert_file ? &config->mqtt[CG_MQTTCONF_CERT_FILE].pos :
					  &config->mqtt[CG_MQTTCONF_KEY_FILE].pos,
			   -EINVAL,
			   "mqtt: found one of cert_file and key_file, expected both or none");
}

static int build(const struct cg_config *config, struct cg_diag *diag, struct cg_policy_mqtt *m)
{
	const struct cg_text *t = config->mqtt;
	int r = host(&t[CG_MQTTCONF_BROKER], &config->mqtt_pos, diag, m->broker);

	if (!r)
		r = cg_value_flag(&t[CG_MQTTCONF_ENABLED], "enabled", true, diag, &m->enabled);
	if (!r)
		r = cg_value_flag(&t[CG_MQTTCONF_TLS], "tls", true, diag, &m->tls);
	if (!r)
		r = port(&t[CG_MQTTCONF_PORT], m->tls ? 8883 : 1883, diag, &m->port);
	if (!r)
		r = cg_value_path(&t[CG_MQTTCONF_CA_FILE], "ca_file", diag, &m->ca_file);
	if (!r)
		r = cg_value_path(&t[CG_MQTTCONF_CERT_FILE], "cert_file", diag, &m->cert_file);
	if (!r)
		r = cg_value_path(&t[CG_MQTTCONF_KEY_FILE], "key_file", diag, &m->key_file);
	if (!r)
		r = cg_value_path(&t[CG_MQTTCONF_CREDENTIALS], "credentials", diag,
				  &m->credentials);
	if (!r)
		r = id(&t[CG_MQTTCONF_ID], diag, m->id);
	if (!r)
		r = topic(&t[CG_MQTTCONF_TOPIC], "topic", "camgate", diag, m->topic);
	if (!r)
		r = topic(&t[CG_MQTTCONF_DISCOVERY], "discovery", "homeassistant", diag,
			  m->discovery);
	if (!r)
		r = cg_value_flag(&t[CG_MQTTCONF_VIEWERS], "viewers", false, diag, &m->viewers);
	if (!r)
		r = cg_value_flag(&t[CG_MQTTCONF_MAY_WIDEN], "may_widen", false, diag,
				  &m->may_widen);
	if (!r)
		r = check_tls(config, m, diag);
	return r;
}

int cg_mqttconf_build(const struct cg_config *config, struct cg_diag *diag,
		      struct cg_policy *policy)
{
	struct cg_policy_mqtt *m;

	if (!config->mqtt_pos.file)
		return 0;
	m = policy->mqtt = calloc(1, sizeof(*m));
	return m ? build(config, diag, m) : -ENOMEM;
}

void cg_mqttconf_free(struct cg_policy *policy)
{
	struct cg_policy_mqtt *m = TAKE_PTR(policy->mqtt);

	if (!m)
		return;
	free(m->ca_file);
	free(m->cert_file);
	free(m->key_file);
	free(m->credentials);
	free(m);
}

int cg_mqttconf_cam(const struct cg_config_cam *c, const struct cg_config_cam *defaults,
		    struct cg_diag *diag, const struct cg_policy *policy, struct cg_policy_cam *cam)
{
	const struct cg_text *t = c->mqtt_may_widen.s ? &c->mqtt_may_widen :
							&defaults->mqtt_may_widen;

	return cg_value_flag(t, "mqtt_may_widen", policy->mqtt && policy->mqtt->may_widen, diag,
			     &cam->mqtt_may_widen);
}
