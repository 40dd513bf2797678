/* SPDX-License-Identifier: GPL-2.0-only */
/* One function a list of the report. */
#include <json-c/json.h>
#include <string.h>
#include "addr.h"
#include "auditjson.h"
#include "facts.h"
#include "guess.h"
#include "jsonout.h"

static void put_text(struct json_object *o, const char *key, const char *s)
{
	cg_json_add(o, key, json_object_new_string(s));
}

static void put_known(struct json_object *o, const char *key, const char *s)
{
	if (*s)
		put_text(o, key, s);
}

static void put_num(struct json_object *o, const char *key, uint64_t n)
{
	cg_json_add(o, key, json_object_new_int64(n > INT64_MAX ? INT64_MAX : (int64_t)n));
}

static struct json_object *services(const struct cg_view_time *t, const struct cg_audit_seen *seen)
{
	struct json_object *list = json_object_new_array();
	char proto[8];

	for (size_t i = 0; i < seen->nservices; i++) {
		const struct cg_audit_service *s = &seen->service[i];
		const struct cg_audit_port *port = cg_audit_port(s->proto, s->port);
		struct json_object *o = json_object_new_object();

		put_num(o, "port", s->port);
		put_text(o, "proto", cg_view_proto(s->proto, proto));
		put_text(o, "kind", cg_audit_kind_name(s->kind));
		put_text(o, "what", port ? port->what : "");
		put_text(o, "state", cg_audit_state_name(s->state));
		put_text(o, "how", s->probed ? "probed" : "seen");
		cg_json_add(o, "when_s", json_object_new_int64(cg_view_epoch(t, s->ns)));
		put_known(o, "text", s->text);
		cg_json_push(list, o);
	}
	return list;
}

static struct json_object *findings(const struct cg_audit_view *v)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < v->nfinding; i++) {
		const struct cg_audit_finding *f = &v->finding[i];
		struct json_object *o = json_object_new_object();

		put_text(o, "id", f->row->id);
		put_text(o, "level", cg_audit_level_name(f->row->level));
		put_text(o, "provision", f->row->provision);
		put_text(o, "requires", f->row->requires);
		put_text(o, "text", f->words);
		put_text(o, "advice", f->row->advice);
		cg_json_push(list, o);
	}
	return list;
}

/* Oldest first, as they are read: [bytes from the camera, bytes to it, tries stopped]. */
static struct json_object *hours(const struct cg_traffic_row *row)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = CG_TRAFFIC_HOURS; i--;) {
		const struct cg_traffic_cell *c = &row->cell[i];
		struct json_object *o = json_object_new_array();

		cg_json_push(o, json_object_new_int64((int64_t)c->up_bytes));
		cg_json_push(o, json_object_new_int64((int64_t)c->down_bytes));
		cg_json_push(o, json_object_new_int64(c->tries));
		cg_json_push(list, o);
	}
	return list;
}

static struct cg_traffic_cell sum_of(const struct cg_traffic_row *row)
{
	struct cg_traffic_cell sum = { 0 };

	for (size_t i = 0; i < CG_TRAFFIC_HOURS; i++) {
		sum.up_bytes += row->cell[i].up_bytes;
		sum.down_bytes += row->cell[i].down_bytes;
		sum.tries += row->cell[i].tries;
	}
	return sum;
}

static void put_sum(struct json_object *o, const struct cg_traffic_cell *sum)
{
	put_num(o, "up_bytes", sum->up_bytes);
	put_num(o, "down_bytes", sum->down_bytes);
	put_num(o, "tries", sum->tries);
}

static struct json_object *destination(const struct cg_traffic_row *row,
				       const struct cg_audit_place *place, bool with_hours)
{
	struct json_object *o = json_object_new_object();
	struct cg_traffic_cell sum = sum_of(row);
	const struct cg_fact *fact;
	char text[CG_ADDR_STRLEN];
	struct cg_addr addr;

	memcpy(&addr, row->peer, sizeof(addr));
	if (row->rest) {
		cg_json_add(o, "rest", json_object_new_boolean(true));
	} else {
		put_text(o, "peer", cg_addr_format(&addr, text));
		fact = row->name ? cg_facts_name(row->name) : cg_facts_addr(&addr);
		if (row->name)
			put_text(o, "name", row->name);
		if (fact) {
			put_text(o, "role", cg_guess_name(fact->role));
			put_known(o, "maker", fact->maker ? fact->maker : "");
		}
		if (place) {
			put_known(o, "country", place->country);
			put_known(o, "network", place->network);
		}
	}
	put_sum(o, &sum);
	if (with_hours)
		cg_json_add(o, "hours", hours(row));
	return o;
}

/* All destinations together; those that nobody knows the country of, as one. */
static struct json_object *countries(const struct cg_audit_view *v)
{
	struct json_object *list = json_object_new_array();
	bool done[CG_TRAFFIC_PER_CAM] = { false };

	for (size_t i = 0; i < v->nrow; i++) {
		const char *country = v->row[i]->rest ? "" : v->place[i].country;
		struct cg_traffic_cell sum = { 0 };
		struct json_object *o;

		if (done[i])
			continue;
		for (size_t k = i; k < v->nrow; k++) {
			struct cg_traffic_cell one = sum_of(v->row[k]);

			if (strcmp(v->row[k]->rest ? "" : v->place[k].country, country))
				continue;
			done[k] = true;
			sum.up_bytes += one.up_bytes;
			sum.down_bytes += one.down_bytes;
			sum.tries += one.tries;
		}
		o = json_object_new_object();
		put_known(o, "country", country);
		put_sum(o, &sum);
		cg_json_push(list, o);
	}
	return list;
}

struct json_object *cg_audit_json(const struct cg_view_time *t, const struct cg_audit_view *v)
{
	struct json_object *o = json_object_new_object(), *list = json_object_new_array();
	const struct cg_audit_seen *seen = v->seen;
	uint64_t hour_ns = t->now_ns / CG_TRAFFIC_HOUR_NS * CG_TRAFFIC_HOUR_NS;

	put_text(o, "id", v->id);
	put_text(o, "name", v->name);
	cg_json_add(o, "probing", json_object_new_boolean(v->probing));
	if (seen->probed_ns)
		cg_json_add(o, "probed_s",
			    json_object_new_int64(cg_view_epoch(t, seen->probed_ns)));
	if (v->unasked)
		put_text(o, "unasked", v->unasked);
	put_known(o, "maker", seen->maker);
	put_known(o, "model", seen->model);
	put_known(o, "firmware", seen->firmware);
	cg_json_add(o, "services", services(t, seen));
	cg_json_add(o, "findings", findings(v));
	for (size_t i = 0; i < v->nrow; i++)
		cg_json_push(list,
			     destination(v->row[i], v->place ? &v->place[i] : NULL, v->hours));
	cg_json_add(o, "destinations", list);
	if (v->place)
		cg_json_add(o, "countries", countries(v));
	/* The hour under way, the last of `hours`, began then. */
	cg_json_add(o, "hour_s", json_object_new_int64(cg_view_epoch(t, hour_ns)));
	return o;
}
