/* SPDX-License-Identifier: GPL-2.0-only */
/* `mappings`: which openings of ports lead to cameras, and their end; openings as words and as JSON. */
#include <errno.h>
#include <json-c/json.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <camgate/ctl.h>
#include "../lib/jsonout.h"
#include "../lib/told.h"
#include "command.h"
#include "mappings.h"
#include "notify.h"

static bool same_target(const struct cg_mapping *x, const struct cg_mapping *y)
{
	return x->slot == y->slot && x->proto == y->proto && x->in_lo == y->in_lo &&
	       x->in_hi == y->in_hi && !memcmp(&x->to, &y->to, sizeof(x->to));
}

bool cg_mappings_counts(const struct cg_mapping_list *list, size_t i)
{
	const struct cg_mapping *m = &list->m[i];

	if (m->kind == CG_MAPPING_FORWARD)
		return true;
	for (size_t j = 0; j < list->n; j++)
		if (list->m[j].kind < m->kind && same_target(&list->m[j], m))
			return false;
	return m->kind == CG_MAPPING_LEASE || !cg_addr_is_v4(&m->to);
}

/* ---- words ---- */

/* "80", "80-90", "" of any. */
static const char *ports_text(uint16_t lo, uint16_t hi, char buf[static 16])
{
	buf[0] = '\0';
	if (hi && lo == hi)
		(void)snprintf(buf, 16, "%u", lo);
	else if (hi && (lo || hi < 65535))
		(void)snprintf(buf, 16, "%u-%u", lo, hi);
	return buf;
}

static const char *target_text(const struct cg_mapping *m, char buf[static 80])
{
	char addr[CG_ADDR_STRLEN], port[16];
	bool bracket;

	(void)cg_addr_format(&m->to, addr);
	(void)ports_text(m->in_lo, m->in_hi, port);
	bracket = *port && !cg_addr_is_v4(&m->to);
	(void)snprintf(buf, 80, "%s%s%s%s%s", bracket ? "[" : "", addr, bracket ? "]" : "",
		       *port ? ":" : "", port);
	return buf;
}

const char *cg_mappings_text(const struct cg_mapping *m, char buf[static CG_MAPPINGS_TEXT])
{
	char port[16], outer[48], target[80], proto[8], from[CG_PREFIX_STRLEN];
	const char *who = m->has_from ? cg_prefix_format(&m->from, from) : N_("anybody outside");

	(void)ports_text(m->out_lo, m->out_hi, port);
	(void)snprintf(outer, sizeof(outer), *port ? N_("port %s/%s") : N_("any port%s/%s"), port,
		       cg_mapping_proto(m->proto, proto));
	(void)target_text(m, target);
	if (m->kind == CG_MAPPING_PASS)
		(void)snprintf(buf, CG_MAPPINGS_TEXT, N_("%s is let through to %s/%s"), who, target,
			       cg_mapping_proto(m->proto, proto));
	else
		(void)snprintf(buf, CG_MAPPINGS_TEXT,
			       m->kind == CG_MAPPING_LEASE ?
				       N_("%s of the gateway will lead to %s for %s") :
				       N_("%s of the gateway leads to %s for %s"),
			       outer, target, who);
	return buf;
}

const char *cg_mappings_where(const struct cg_mapping *m, char buf[static CG_MAPPINGS_TEXT])
{
	static const char *const made[] = {
		[CG_MAPPING_BY_HAND] = N_("by hand"),
		[CG_MAPPING_BY_FW4] = N_("by OpenWrt's firewall"),
		[CG_MAPPING_BY_IPTABLES] = N_("by iptables"),
		[CG_MAPPING_BY_UPNP] = N_("by UPnP, NAT-PMP or PCP"),
	};

	if (*m->file)
		(void)snprintf(buf, CG_MAPPINGS_TEXT, "%s, %s:%d", made[m->by], m->file, m->line);
	else
		(void)snprintf(buf, CG_MAPPINGS_TEXT, N_("%s, rule %llu of %s %s %s"), made[m->by],
			       (unsigned long long)m->handle, m->family, m->table, m->chain);
	return buf;
}

const char *cg_mappings_todo(const struct cg_mapping *m, bool tried,
			     char buf[static CG_MAPPINGS_TEXT])
{
	buf[0] = '\0';
	if (cg_mappings_closable(m) && !tried)
		(void)snprintf(buf, CG_MAPPINGS_TEXT, N_("`camgate mappings --close` closes it"));
	else if (m->by == CG_MAPPING_BY_FW4)
		(void)snprintf(buf, CG_MAPPINGS_TEXT,
			       N_("take the section '%s' out of /etc/config/firewall, then "
				  "`service firewall reload`"),
			       m->note);
	else if (m->by == CG_MAPPING_BY_UPNP && !m->sure)
		(void)snprintf(
			buf, CG_MAPPINGS_TEXT,
			N_("whose address it is now is not certain: switch the camera on and "
			   "ask again, or write its `address` in the config"));
	else if (*m->file)
		(void)snprintf(buf, CG_MAPPINGS_TEXT, N_("take line %d out of %s"), m->line,
			       m->file);
	else
		(void)snprintf(buf, CG_MAPPINGS_TEXT,
			       N_("take it out of the ruleset it comes from; until then: "
				  "`nft delete rule %s %s %s handle %llu`%s"),
			       m->family, m->table, m->chain, (unsigned long long)m->handle,
			       m->sole ? "" : N_(", which leads to others too"));
	return buf;
}

/* ---- JSON ---- */

static struct json_object *mapping_new(const struct cg_agent *a, const struct cg_mapping *m)
{
	const struct cg_agent_cam *cam = cg_agent_by_slot(a, m->slot);
	struct json_object *o = json_object_new_object();
	char text[CG_MAPPINGS_TEXT], addr[CG_ADDR_STRLEN], port[16], proto[8];

	if (cam) {
		cg_json_add(o, "cam", json_object_new_string(cam->id));
		cg_json_add(o, "name", json_object_new_string(cam->name));
	}
	cg_json_add(o, "kind", json_object_new_string(cg_mapping_kind_name(m->kind)));
	cg_json_add(o, "by", json_object_new_string(cg_mapping_by_name(m->by)));
	cg_json_add(o, "proto", json_object_new_string(cg_mapping_proto(m->proto, proto)));
	if (m->kind != CG_MAPPING_PASS && *ports_text(m->out_lo, m->out_hi, port))
		cg_json_add(o, "port", json_object_new_string(port));
	cg_json_add(o, "to", json_object_new_string(cg_addr_format(&m->to, addr)));
	if (*ports_text(m->in_lo, m->in_hi, port))
		cg_json_add(o, "to_port", json_object_new_string(port));
	if (m->has_from) {
		char from[CG_PREFIX_STRLEN];

		cg_json_add(o, "from", json_object_new_string(cg_prefix_format(&m->from, from)));
	}
	if (*m->file) {
		cg_json_add(o, "file", json_object_new_string(m->file));
		cg_json_add(o, "line", json_object_new_int(m->line));
	} else {
		cg_json_add(o, "family", json_object_new_string(m->family));
		cg_json_add(o, "table", json_object_new_string(m->table));
		cg_json_add(o, "chain", json_object_new_string(m->chain));
		cg_json_add(o, "handle", json_object_new_int64((int64_t)m->handle));
	}
	if (*m->note)
		cg_json_add(o, "note", json_object_new_string(m->note));
	cg_json_add(o, "where", json_object_new_string(cg_mappings_where(m, text)));
	cg_json_add(o, "text", json_object_new_string(cg_mappings_text(m, text)));
	return o;
}

void cg_mappings_blocked(const struct cg_agent *a, struct json_object *list)
{
	uint16_t http = cg_mappings_http_port(a);

	for (size_t i = 0; http && list && i < json_object_array_length(list); i++) {
		struct json_object *o = json_object_array_get_idx(list, i), *scope, *port, *proto;

		if (!json_object_object_get_ex(o, "scope", &scope) ||
		    !json_object_object_get_ex(o, "port", &port) ||
		    !json_object_object_get_ex(o, "proto", &proto) ||
		    strcmp(json_object_get_string(scope), "gateway") != 0 ||
		    strcmp(json_object_get_string(proto), "tcp") != 0 ||
		    json_object_get_int(port) != http)
			continue;
		cg_json_add(o, "guess", json_object_new_string("asks UPnP for a port"));
	}
}

void cg_mappings_tell(struct cg_agent *a, const char *event, const struct cg_mapping *m)
{
	struct json_object *e = mapping_new(a, m);

	cg_json_add(e, "v", json_object_new_int(1));
	cg_json_add(e, "event", json_object_new_string(event));
	cg_json_add(e, "time_s", json_object_new_int64(a->real_s()));
	cg_notify_event(a, e);
	json_object_put(e);
}

static struct json_object *list_new(const struct cg_agent *a, const struct cg_mapping_list *list,
				    bool todo, bool tried)
{
	struct json_object *l = json_object_new_array();
	char text[CG_MAPPINGS_TEXT];

	for (size_t i = 0; i < list->n; i++) {
		struct json_object *o = mapping_new(a, &list->m[i]);

		if (todo) {
			cg_json_add(o, "closable",
				    json_object_new_boolean(cg_mappings_closable(&list->m[i])));
			cg_json_add(
				o, "todo",
				json_object_new_string(cg_mappings_todo(&list->m[i], tried, text)));
		}
		cg_json_push(l, o);
	}
	return l;
}

static struct json_object *unread_new(const struct cg_mapping_list *list)
{
	struct json_object *l = json_object_new_array();
	char text[CG_MAPPINGS_TEXT];

	for (size_t i = 0; i < list->nunread && i < CG_MAPPING_UNREAD_MAX; i++) {
		const struct cg_mapping_unread *u = &list->unread[i];
		struct json_object *o = json_object_new_object();

		cg_json_add(o, "family", json_object_new_string(u->family));
		cg_json_add(o, "table", json_object_new_string(u->table));
		cg_json_add(o, "chain", json_object_new_string(u->chain));
		cg_json_add(o, "handle", json_object_new_int64((int64_t)u->handle));
		cg_json_add(o, "by", json_object_new_string(cg_mapping_by_name(u->by)));
		(void)snprintf(
			text, sizeof(text),
			N_("rule %llu of %s %s %s cannot be read here (%s): it may lead to a "
			   "camera%s"),
			(unsigned long long)u->handle, u->family, u->table, u->chain, u->what,
			u->by == CG_MAPPING_BY_IPTABLES ? N_("; `iptables -t nat -S` shows it") :
							  "");
		cg_json_add(o, "text", json_object_new_string(text));
		cg_json_push(l, o);
	}
	return l;
}

void cg_command_mappings(struct cg_command_call *c)
{
	struct cg_mappings_found found = { 0 };
	struct cg_mapping_list closed = { 0 };
	const struct cg_agent_cam *cam = NULL;
	struct json_object *close;
	char why[300] = "";
	size_t open = 0;
	bool shut;
	int err;

	if (cg_command_text(c, "cam")) {
		cam = cg_command_cam(c);
		if (!cam)
			return;
	}
	shut = json_object_object_get_ex(c->args, "close", &close) &&
	       json_object_get_boolean(close);
	err = shut ? cg_mappings_shut(c->a, cam, &closed, &found, why, sizeof(why)) :
		     cg_mappings_find(c->a, cam, &found);
	for (size_t i = 0; i < found.list.n; i++)
		open += cg_mappings_counts(&found.list, i);
	cg_command_put(c, "mappings", list_new(c->a, &found.list, true, shut));
	cg_command_put(c, "openings", json_object_new_int64((int64_t)(open + found.list.cut)));
	if (shut)
		cg_command_put(c, "closed", list_new(c->a, &closed, false, false));
	if (found.list.nunread)
		cg_command_put(c, "not_read", unread_new(&found.list));
	if (found.list.cut)
		cg_command_put(c, "left_out", json_object_new_int64((int64_t)found.list.cut));
	if (found.why[0])
		cg_command_put_text(c, "incomplete", found.why);
	if (err)
		cg_command_fail(c, CG_EXIT_FAILED, NULL, "port openings: %s", strerror(-err));
	else if (*why)
		cg_command_fail(c, CG_EXIT_FAILED, "what is listed stays open", "%s", why);
	cg_mappings_free(&found);
	cg_mapping_list_free(&closed);
}
