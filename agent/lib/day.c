/* SPDX-License-Identifier: GPL-2.0-only */
/* Bounded whatever a camera does: the first of a day have a place of their own. */
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include "civil.h"
#include "day.h"
#include "jsonin.h"
#include "jsonget.h"
#include "jsonout.h"
#include "reason.h"

#define IS "\"what\":\"day\""

static struct cg_prefix net_of(const struct cg_addr *addr)
{
	struct cg_prefix p = { .addr = *addr, .len = cg_addr_is_v4(addr) ? 96 + 24 : 48 };

	memset(p.addr.b + p.len / 8, 0, sizeof(p.addr.b) - p.len / 8);
	return p;
}

void cg_day_clear(struct cg_day *day)
{
	for (uint32_t i = 0; i < day->npeer; i++)
		free(day->peer[i].name);
	free(day->peer);
	day->peer = NULL;
	day->npeer = day->nstop = day->nother = 0;
	day->other = (struct cg_day_peer){ 0 };
	day->country = day->network = (struct cg_day_places){ 0 };
}

/* Takes p's name, where there is room. */
static struct cg_day_peer *peer_add(struct cg_day *day, const struct cg_day_peer *p)
{
	uint32_t n = day->npeer;

	if (n == CG_DAY_PEERS)
		return NULL;
	if (!(n & (n - 1))) {
		struct cg_day_peer *v = reallocarray(day->peer, n ? 2 * n : 1, sizeof(*v));

		if (!v)
			return NULL;
		day->peer = v;
	}
	day->peer[n] = *p;
	return &day->peer[day->npeer++];
}

struct cg_day_peer *cg_day_peer(struct cg_day *day, const char *name, const struct cg_addr *addr)
{
	struct cg_day_peer new = { .net = net_of(addr) }, *p;

	for (uint32_t i = 0; i < day->npeer; i++) {
		p = &day->peer[i];
		if (name ? p->name && !strcmp(p->name, name) :
			   !p->name && !memcmp(&p->net, &new.net, sizeof(new.net)))
			return p;
	}
	new.name = name ? strdup(name) : NULL;
	p = name && !new.name ? NULL : peer_add(day, &new);
	if (p)
		return p;
	free(new.name);
	day->nother++;
	return &day->other;
}

void cg_day_stop(struct cg_day *day, const struct cg_day_stop *stop)
{
	for (uint32_t i = 0; i < day->nstop; i++) {
		struct cg_day_stop *s = &day->stop[i];

		if (s->reason != stop->reason || s->up != stop->up ||
		    s->monitored != stop->monitored)
			continue;
		s->packets += stop->packets;
		s->bytes += stop->bytes;
		return;
	}
	if (day->nstop < CG_DAY_STOPS)
		day->stop[day->nstop++] = *stop;
}

bool cg_day_empty(const struct cg_day *day)
{
	return !day->npeer && !day->nstop;
}

const char *cg_day_class(enum cg_reason reason)
{
	switch ((unsigned int)reason) {
	case CG_DROP_LAN_VIEWING:
	case CG_DROP_NARROWED:
		return "lan";
	case CG_DROP_GATEWAY:
	case CG_DROP_FROM_GATEWAY:
	case CG_DROP_PORTMAP:
	case CG_DROP_DNS:
	case CG_DROP_DNS_NAME:
	case CG_DROP_TIME:
		return "gateway";
	case CG_DROP_SPOOF:
	case CG_DROP_SPOOF_ND:
	case CG_DROP_RA:
	case CG_DROP_DHCP_SERVER:
	case CG_DROP_REDIRECT:
		return "forged";
	case CG_DROP_ETHERTYPE:
	case CG_DROP_VLAN:
	case CG_DROP_MALFORMED:
	case CG_DROP_FRAGMENT:
	case CG_DROP_FRAG_ORDER:
	case CG_DROP_ICMP:
		return "malformed";
	}
	return "remote";
}

/* ---- out ---- */

static void put_text(struct json_object *o, const char *key, const char *s)
{
	if (*s)
		cg_json_add(o, key, json_object_new_string(s));
}

static void put_num(struct json_object *o, const char *key, uint64_t n)
{
	if (n)
		cg_json_add(o, key, json_object_new_int64(n > INT64_MAX ? INT64_MAX : (int64_t)n));
}

static struct json_object *peer_json(const struct cg_day_peer *p)
{
	struct json_object *o = json_object_new_object();
	char net[CG_PREFIX_STRLEN];

	put_text(o, "name", p->name ? p->name : "");
	if (p->net.len)
		put_text(o, "net", cg_prefix_format(&p->net, net));
	put_text(o, "country", p->country);
	put_text(o, "network", p->network);
	put_num(o, "up_bytes", p->up_bytes);
	put_num(o, "down_bytes", p->down_bytes);
	put_num(o, "stopped_bytes", p->stopped_bytes);
	return o;
}

static struct json_object *stop_json(const struct cg_day_stop *s)
{
	struct json_object *o = json_object_new_object();

	put_text(o, "class", cg_day_class((enum cg_reason)s->reason));
	put_text(o, "reason", cg_reason_name(s->reason));
	put_text(o, "direction", s->up ? "up" : "down");
	if (s->monitored)
		cg_json_add(o, "monitored", json_object_new_boolean(true));
	put_num(o, "packets", s->packets);
	put_num(o, "bytes", s->bytes);
	return o;
}

static void put_places(struct json_object *o, const char *as, const struct cg_day_places *list,
		       const char *key)
{
	if (list->n)
		cg_json_add(o, as, cg_day_places_json(list, key));
}

struct json_object *cg_day_to_json(const struct cg_day *day)
{
	struct json_object *o = json_object_new_object(), *list;
	struct cg_civil date = cg_civil_date(day->day);
	uint64_t up = day->other.up_bytes, down = day->other.down_bytes;
	char text[40];

	if (!o)
		return NULL;
	for (uint32_t i = 0; i < day->npeer; i++) {
		up += day->peer[i].up_bytes;
		down += day->peer[i].down_bytes;
	}
	put_num(o, "v", CG_RECORD_VERSION);
	put_text(o, "what", "day");
	put_text(o, "cam", day->cam);
	put_text(o, "name", day->cam_name);
	(void)snprintf(text, sizeof(text), "%04" PRId64 "-%02d-%02d", date.year, date.month,
		       date.day);
	put_text(o, "day", text);
	cg_json_add(o, "first_s", json_object_new_int64(day->first_s));
	cg_json_add(o, "last_s", json_object_new_int64(day->last_s));
	if (day->unsure)
		cg_json_add(o, "clock_unsure", json_object_new_boolean(true));
	put_num(o, "up_bytes", up);
	put_num(o, "down_bytes", down);
	list = json_object_new_array();
	for (uint32_t i = 0; i < day->npeer; i++)
		cg_json_push(list, peer_json(&day->peer[i]));
	cg_json_add(o, "to", list);
	if (day->nother) {
		struct json_object *other = peer_json(&day->other);

		put_num(other, "count", day->nother);
		cg_json_add(o, "others", other);
	}
	put_places(o, "countries", &day->country, "country");
	put_places(o, "networks", &day->network, "network");
	list = json_object_new_array();
	for (uint32_t i = 0; i < day->nstop; i++)
		cg_json_push(list, stop_json(&day->stop[i]));
	cg_json_add(o, "stopped", list);
	return o;
}

int cg_day_print(const struct cg_day *day, char **ret_line)
{
	_cleanup_(cg_json_freep) struct json_object *o = cg_day_to_json(day);
	size_t n;

	return cg_json_text(o, false, ret_line, &n);
}

/* ---- in ---- */

bool cg_day_is(const char *line, size_t n)
{
	return memmem(line, n, IS, strlen(IS));
}

static bool take_peer(struct json_object *o, struct cg_day_peer *ret)
{
	struct cg_day_peer p = { 0 };

	if (!json_object_is_type(o, json_type_object) ||
	    (*cg_json_get_text(o, "net") &&
	     cg_prefix_parse(cg_json_get_text(o, "net"), &p.net) < 0))
		return false;
	if (*cg_json_get_text(o, "name")) {
		p.name = strdup(cg_json_get_text(o, "name"));
		if (!p.name)
			return false;
	}
	(void)snprintf(p.country, sizeof(p.country), "%s", cg_json_get_text(o, "country"));
	(void)snprintf(p.network, sizeof(p.network), "%s", cg_json_get_text(o, "network"));
	p.up_bytes = cg_json_get_count(o, "up_bytes");
	p.down_bytes = cg_json_get_count(o, "down_bytes");
	p.stopped_bytes = cg_json_get_count(o, "stopped_bytes");
	*ret = p;
	return true;
}

static bool take_stop(struct json_object *o, struct cg_day_stop *ret)
{
	struct cg_day_stop s = { .up = !strcmp(cg_json_get_text(o, "direction"), "up"),
				 .monitored = cg_json_get_flag(o, "monitored"),
				 .packets = cg_json_get_count(o, "packets"),
				 .bytes = cg_json_get_count(o, "bytes") };
	const char *name = cg_json_get_text(o, "reason");

	for (unsigned int i = CG_REASON_DROP; *name && i < CG_REASONS; i++)
		if (!strcmp(cg_reason_name(i), name))
			s.reason = (uint8_t)i;
	*ret = s;
	return s.reason;
}

static bool take_date(const char *s, int64_t *ret_day)
{
	int year, month, day, n = 0;

	if (sscanf(s, "%4d-%2d-%2d%n", &year, &month, &day, &n) != 3 || s[n] || month < 1 ||
	    month > 12 || day < 1 || day > 31 || year < 1)
		return false;
	*ret_day = cg_civil_days(year, month, day);
	return true;
}

int cg_day_parse(const char *line, size_t n, struct cg_day *ret_day)
{
	_cleanup_(cg_json_freep) struct json_object *o = NULL;
	struct json_object *list = NULL, *other = NULL;
	struct cg_day_peer p;
	struct cg_day d = { 0 };
	int r = cg_json_read(line, n, &o);

	if (r)
		return r;
	if (!json_object_is_type(o, json_type_object) ||
	    cg_json_get_num(o, "v") != CG_RECORD_VERSION ||
	    strcmp(cg_json_get_text(o, "what"), "day") || !*cg_json_get_text(o, "cam") ||
	    !take_date(cg_json_get_text(o, "day"), &d.day))
		return -EPROTO;
	(void)snprintf(d.cam, sizeof(d.cam), "%s", cg_json_get_text(o, "cam"));
	(void)snprintf(d.cam_name, sizeof(d.cam_name), "%s", cg_json_get_text(o, "name"));
	d.first_s = cg_json_get_num(o, "first_s");
	d.last_s = cg_json_get_num(o, "last_s");
	d.unsure = cg_json_get_flag(o, "clock_unsure");
	if (json_object_object_get_ex(o, "to", &list) && json_object_is_type(list, json_type_array))
		for (size_t i = 0; i < json_object_array_length(list) && d.npeer < CG_DAY_PEERS;
		     i++)
			if (take_peer(json_object_array_get_idx(list, i), &p) &&
			    !peer_add(&d, &p)) {
				free(p.name);
				cg_day_clear(&d);
				return -ENOMEM;
			}
	if (json_object_object_get_ex(o, "others", &other) && take_peer(other, &d.other)) {
		uint64_t more = cg_json_get_count(other, "count");

		d.nother = more > UINT32_MAX ? UINT32_MAX : (uint32_t)more;
		d.other.net = (struct cg_prefix){ 0 };
		free(d.other.name);
		d.other.name = NULL;
		/* Of nobody there is nothing. */
		if (!more)
			d.other = (struct cg_day_peer){ 0 };
	}
	if (json_object_object_get_ex(o, "countries", &list))
		cg_day_places_parse(list, "country", &d.country);
	if (json_object_object_get_ex(o, "networks", &list))
		cg_day_places_parse(list, "network", &d.network);
	if (json_object_object_get_ex(o, "stopped", &list) &&
	    json_object_is_type(list, json_type_array))
		for (size_t i = 0; i < json_object_array_length(list) && d.nstop < CG_DAY_STOPS;
		     i++)
			d.nstop += take_stop(json_object_array_get_idx(list, i), &d.stop[d.nstop]);
	*ret_day = d;
	return 0;
}
