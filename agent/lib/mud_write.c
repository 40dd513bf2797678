/* SPDX-License-Identifier: GPL-2.0-only */
/* A camera's rules as a MUD file: four lists, of both families and both directions. */
#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "mud.h"
#include "mud_json.h"
#include "mud_write.h"
#include "utf8.h"
#include "told.h"

#define URN	      "urn:ietf:params:mud:"
#define URL_MAX	      253
#define SYSTEM_CHARS  60 /* RFC 8520 */
#define VALID_HOURS   48 /* RFC 8520's own default */
#define ACE_NAME_LEN  65
#define LIST_NAME_LEN 65

enum family { V4, V6, NFAMILIES };
enum direction { FROM, TO, NDIRECTIONS };

static const char *const family_name[] = { "v4", "v6" };
static const char *const ip[] = { "ipv4", "ipv6" };
static const char *const types[] = { "ipv4-acl-type", "ipv6-acl-type" };
static const char *const way[] = { "fr", "to" };
static const char *const networks[NDIRECTIONS][NFAMILIES] = {
	{ "destination-ipv4-network", "destination-ipv6-network" },
	{ "source-ipv4-network", "source-ipv6-network" },
};
static const char *const dnsnames[] = { "ietf-acldns:dst-dnsname", "ietf-acldns:src-dnsname" };
static const char *const ports[] = { "destination-port", "source-port" };

struct writer {
	const struct cg_policy_cam *cam;
	struct json_object *aces[NDIRECTIONS][NFAMILIES];
	struct json_object *missing;
};

static void put_text(struct json_object *o, const char *key, const char *s)
{
	json_object_object_add(o, key, json_object_new_string(s));
}

static void put_number(struct json_object *o, const char *key, int n)
{
	json_object_object_add(o, key, json_object_new_int(n));
}

__attribute__((format(printf, 2, 3))) static void missing(struct writer *w, const char *fmt, ...)
{
	char text[CG_RULE_STRLEN + 128];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	json_object_array_add(w->missing, json_object_new_string(text));
}

const char *cg_mud_url_fault(const char *s)
{
	if (strncmp(s, "https://", 8) || !s[8])
		return "https://";
	if (strlen(s) > URL_MAX)
		return N_("at most 253 characters");
	for (; *s; s++)
		if (*s <= ' ' || *s > '~' || strchr("\"<>\\^`{|}", *s))
			return N_("the characters of an address of the web");
	return NULL;
}

/* ---- one entry ---- */

/* matches and name are taken over. */
static void add_ace(struct writer *w, enum direction d, enum family f, const char *name,
		    struct json_object *matches, bool drop)
{
	struct json_object *ace = json_object_new_object(), *actions = json_object_new_object();

	put_text(ace, "name", name);
	json_object_object_add(ace, "matches", matches);
	put_text(actions, "forwarding", drop ? "drop" : "accept");
	json_object_object_add(ace, "actions", actions);
	json_object_array_add(w->aces[d][f], ace);
}

static struct json_object *port_range(uint16_t lo, uint16_t hi)
{
	struct json_object *o = json_object_new_object();

	if (lo == hi) {
		put_text(o, "operator", "eq");
		put_number(o, "port", lo);
	} else {
		put_number(o, "lower-port", lo);
		put_number(o, "upper-port", hi);
	}
	return o;
}

/* The tcp or udp of matches; a connection that is let pass begins at the camera. */
static void put_transport(struct json_object *matches, enum direction d, uint8_t proto, uint16_t lo,
			  uint16_t hi, bool drop)
{
	struct json_object *o;

	if (proto != IPPROTO_TCP && proto != IPPROTO_UDP)
		return;
	o = json_object_new_object();
	if (proto == IPPROTO_TCP && !drop)
		put_text(o, "ietf-mud:direction-initiated", "from-device");
	if (lo != 0 || hi != UINT16_MAX)
		json_object_object_add(o, ports[d], port_range(lo, hi));
	if (json_object_object_length(o))
		json_object_object_add(matches, proto == IPPROTO_TCP ? "tcp" : "udp", o);
	else
		json_object_put(o);
}

/* ---- rules ---- */

static void put_peer(struct json_object *o, const struct cg_rule_text *t, enum direction d,
		     enum family f)
{
	char addr[CG_ADDR_STRLEN], prefix[CG_PREFIX_STRLEN];

	if (t->name)
		put_text(o, dnsnames[d], t->name);
	if (t->name || !t->dst.len)
		return;
	/* with its length, where camgate leaves it out */
	snprintf(prefix, sizeof(prefix), "%s/%u", cg_addr_format(&t->dst.addr, addr),
		 t->dst.len - (f == V4 ? 96u : 0u));
	put_text(o, networks[d][f], prefix);
}

static void write_one(struct writer *w, size_t nr, const struct cg_policy_rule *rule, enum family f,
		      uint8_t proto)
{
	const struct cg_rule_text *t = &rule->text;
	bool drop = rule->kind == CG_RULE_DENY;
	char name[ACE_NAME_LEN];

	for (int d = FROM; d < NDIRECTIONS; d++) {
		struct json_object *matches = json_object_new_object();
		struct json_object *l3 = json_object_new_object();

		put_peer(l3, t, d, f);
		if (proto != CG_PROTO_ANY)
			put_number(l3, "protocol", proto);
		json_object_object_add(matches, ip[f], l3);
		put_transport(matches, d, proto, t->port_lo, t->port_hi, drop);
		snprintf(name, sizeof(name), "rule%zu-%u-%s%s", nr, proto, family_name[f], way[d]);
		add_ace(w, d, f, name, matches, drop);
	}
}

static bool in_family(const struct cg_rule_text *t, enum family f)
{
	if (t->proto == IPPROTO_ICMP || t->proto == IPPROTO_ICMPV6)
		return (t->proto == IPPROTO_ICMP) == (f == V4);
	if (t->name || !t->dst.len)
		return true;
	return cg_addr_is_v4(&t->dst.addr) == (f == V4);
}

/* What a MUD file has no words for; NULL: it has. */
static const char *rule_fault(const struct cg_policy_rule *rule)
{
	const struct cg_rule_text *t = &rule->text;

	if (rule->kind == CG_RULE_VIEWER)
		return N_("who may watch at home is not in a MUD file");
	if (t->name && cg_namepat_is_wild(t->name))
		return N_("a MUD file has whole names only");
	if (t->kind != CG_DST_ADDRESS)
		return N_("a MUD file has no countries, networks or lists");
	return NULL;
}

static void write_rule(struct writer *w, size_t nr, const struct cg_policy_rule *rule)
{
	const char *fault = rule_fault(rule);
	char text[CG_RULE_STRLEN];

	if (fault) {
		missing(w, "%s: %s",
			rule->viewer ? rule->viewer->name : cg_rule_format(&rule->text, text),
			fault);
		return;
	}
	if (rule->kind == CG_RULE_UPLOAD)
		missing(w, "%s: written as an allow, a MUD file does not tell uploads apart",
			cg_rule_format_end(&rule->text, text));
	if (cg_budget_is_set(&rule->text.budget))
		missing(w, "%s: a MUD file has no budgets", cg_rule_format(&rule->text, text));
	for (int f = V4; f < NFAMILIES; f++) {
		if (!in_family(&rule->text, f))
			continue;
		if (rule->text.proto == CG_PROTO_TCPUDP) {
			write_one(w, nr, rule, f, IPPROTO_TCP);
			write_one(w, nr, rule, f, IPPROTO_UDP);
		} else {
			write_one(w, nr, rule, f, rule->text.proto);
		}
	}
}

/* ---- settings ---- */

static void write_home(struct writer *w)
{
	char name[ACE_NAME_LEN];

	for (int d = FROM; d < NDIRECTIONS; d++) {
		for (int f = V4; f < NFAMILIES; f++) {
			struct json_object *matches = json_object_new_object();
			struct json_object *mud = json_object_new_object();
			struct json_object *leaf = json_object_new_array();

			json_object_array_add(leaf, NULL);
			json_object_object_add(mud, "local-networks", leaf);
			json_object_object_add(matches, "ietf-mud:mud", mud);
			snprintf(name, sizeof(name), "home-%s%s", family_name[f], way[d]);
			add_ace(w, d, f, name, matches, false);
		}
	}
}

static void write_server(struct writer *w, const char *which, uint8_t proto, uint16_t port)
{
	char name[ACE_NAME_LEN], urn[64];

	snprintf(urn, sizeof(urn), URN "%s", which);
	for (int d = FROM; d < NDIRECTIONS; d++) {
		for (int f = V4; f < NFAMILIES; f++) {
			struct json_object *matches = json_object_new_object();
			struct json_object *mud = json_object_new_object();
			struct json_object *l3 = json_object_new_object();

			put_text(mud, "controller", urn);
			json_object_object_add(matches, "ietf-mud:mud", mud);
			put_number(l3, "protocol", proto);
			json_object_object_add(matches, ip[f], l3);
			put_transport(matches, d, proto, port, port, false);
			snprintf(name, sizeof(name), "%s-%u-%s%s", which, proto, family_name[f],
				 way[d]);
			add_ace(w, d, f, name, matches, false);
		}
	}
}

static bool has_own_budget(const struct cg_policy_cam *cam)
{
	for (int upload = 0; upload < 2; upload++) {
		struct cg_budget_text t = cg_budget_default(upload);

		if (!cg_budget_same(&t, &cam->budget[upload]))
			return true;
	}
	return false;
}

/* How viewing is told is nothing a MUD file knows of. */
static void write_viewing(struct writer *w)
{
	const struct cg_policy_cam *cam = w->cam;

	if (has_own_budget(cam))
		missing(w, "control_budget, upload_budget: a MUD file has no budgets");
	if (cam->signs_off)
		missing(w, "signs: a MUD file does not tell viewing");
	if (cam->max_viewers)
		missing(w, "max_viewers = %u: a MUD file does not count viewers", cam->max_viewers);
}

static void write_settings(struct writer *w)
{
	static const char *const servers[] = { "gateway", "redirect", "any", "drop" };
	const struct cg_policy_cam *cam = w->cam;

	if (cam->lan_viewing == CG_LAN_ALL)
		write_home(w);
	write_server(w, "dns", IPPROTO_UDP, 53);
	write_server(w, "dns", IPPROTO_TCP, 53);
	if (cam->ntp != CG_SERVER_NONE)
		write_server(w, "ntp", IPPROTO_UDP, 123);
	if (cam->dns != CG_SERVER_GATEWAY)
		missing(w, "dns = %s: the file has the gateway", servers[cam->dns]);
	if (cam->ntp != CG_SERVER_GATEWAY && cam->ntp != CG_SERVER_NONE)
		missing(w, "ntp = %s: the file has the gateway", servers[cam->ntp]);
	if (cam->dns_allowed)
		missing(w, "dns_names = allowed: a MUD file does not limit the names asked for");
	if (cam->exposure != CG_CLOSED)
		missing(w, "exposure = %s: the file has the rules of a closed camera",
			cam->exposure == CG_OPEN ? "open" : "sealed");
	if (cam->monitor)
		missing(w, "mode = monitor: the file has the rules, which stop nothing yet");
	if (cam->via_gateway)
		missing(w,
			"gateway_viewing = yes: a MUD file does not know the gateway's programs");
	write_viewing(w);
}

/* ---- the file ---- */

static struct json_object *policy_lists(const struct cg_policy_cam *cam, enum direction d)
{
	struct json_object *policy = json_object_new_object(), *lists = json_object_new_object();
	struct json_object *list = json_object_new_array();
	char name[LIST_NAME_LEN];

	for (int f = V4; f < NFAMILIES; f++) {
		struct json_object *o = json_object_new_object();

		snprintf(name, sizeof(name), "mud-%s-%s%s", cam->id, family_name[f], way[d]);
		put_text(o, "name", name);
		json_object_array_add(list, o);
	}
	json_object_object_add(lists, "access-list", list);
	json_object_object_add(policy, "access-lists", lists);
	return policy;
}

static struct json_object *head(const struct cg_policy_cam *cam, const char *url, time_t now)
{
	struct json_object *mud = json_object_new_object();
	char text[URL_MAX + 1];
	size_t n = 0, len = strlen(cam->name);
	struct tm tm;
	uint32_t code;

	put_number(mud, "mud-version", 1);
	snprintf(text, sizeof(text), "https://camgate.invalid/%s", cam->id);
	put_text(mud, "mud-url", url ? url : text);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &tm));
	put_text(mud, "last-update", text);
	put_number(mud, "cache-validity", VALID_HOURS);
	json_object_object_add(mud, "is-supported", json_object_new_boolean(true));
	for (int i = 0; i < SYSTEM_CHARS && n < len; i++)
		n += cg_utf8_next(cam->name + n, len - n, &code);
	json_object_object_add(mud, "systeminfo", json_object_new_string_len(cam->name, (int)n));
	json_object_object_add(mud, "from-device-policy", policy_lists(cam, FROM));
	json_object_object_add(mud, "to-device-policy", policy_lists(cam, TO));
	return mud;
}

/* Takes the entries over. */
static struct json_object *acls(struct writer *w)
{
	struct json_object *o = json_object_new_object(), *list = json_object_new_array();
	char name[LIST_NAME_LEN];

	for (int d = FROM; d < NDIRECTIONS; d++) {
		for (int f = V4; f < NFAMILIES; f++) {
			struct json_object *acl = json_object_new_object();
			struct json_object *aces = json_object_new_object();

			snprintf(name, sizeof(name), "mud-%s-%s%s", w->cam->id, family_name[f],
				 way[d]);
			put_text(acl, "name", name);
			put_text(acl, "type", types[f]);
			json_object_object_add(aces, "ace", w->aces[d][f]);
			json_object_object_add(acl, "aces", aces);
			json_object_array_add(list, acl);
		}
	}
	json_object_object_add(o, "acl", list);
	return o;
}

int cg_mud_write(const struct cg_policy_cam *cam, const char *url, time_t now,
		 struct json_object **ret_root, struct json_object **ret_missing)
{
	struct writer w = { .cam = cam, .missing = json_object_new_array() };
	struct json_object *root = json_object_new_object();

	if (!root || !w.missing) {
		json_object_put(root);
		json_object_put(w.missing);
		return -ENOMEM;
	}
	for (int d = FROM; d < NDIRECTIONS; d++)
		for (int f = V4; f < NFAMILIES; f++)
			w.aces[d][f] = json_object_new_array();
	for (size_t i = 0; i < cam->nrules; i++)
		if (cam->rules[i].kind == CG_RULE_DENY)
			write_rule(&w, i + 1, &cam->rules[i]);
	write_settings(&w);
	for (size_t i = 0; i < cam->nrules; i++)
		if (cam->rules[i].kind != CG_RULE_DENY)
			write_rule(&w, i + 1, &cam->rules[i]);
	json_object_object_add(root, "ietf-mud:mud", head(cam, url, now));
	json_object_object_add(root, "ietf-access-control-list:acls", acls(&w));
	*ret_root = root;
	*ret_missing = w.missing;
	return 0;
}
