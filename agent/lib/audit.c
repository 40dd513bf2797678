/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of findings, one row each. Provisions are of ETSI EN 303 645 V3.1.3 (2024-09), table
 * B.1; those named here have the same numbers in V2.1.1 (2020-06), but 6-1, which was 6.1. "5.6"
 * alone names a clause, where the household and not the maker has the choice.
 */
#include <stdio.h>
#include <string.h>
#include "audit.h"
#include "civil.h"
#include "told.h"

/* Two years: updates that come later than that are not timely by any reading of 5.3-8. */
#define OLD_DAYS 730

typedef const struct cg_audit_case audit_case;

static const char *state_text(const struct cg_audit_service *s)
{
	if (!s->probed)
		return N_("in use");
	return s->state == CG_AUDIT_ASKS ? N_("asks for a password") : N_("open");
}

/* "port 554, 8554": of a kind, those that want says; false: none. */
static bool ports_of(audit_case *c, unsigned int kind,
		     bool (*want)(const struct cg_audit_service *s), char *buf, size_t n)
{
	size_t at = 0;

	for (size_t i = 0; i < c->seen->nservices && at < n; i++) {
		const struct cg_audit_service *s = &c->seen->service[i];

		if (s->kind != kind || (want && !want(s)))
			continue;
		at += (size_t)snprintf(buf + at, n - at, "%s%u (%s)", at ? ", " : "port ", s->port,
				       state_text(s));
	}
	return at;
}

static bool is_plain(const struct cg_audit_service *s)
{
	return s->state != CG_AUDIT_MOVED;
}

static bool is_free(const struct cg_audit_service *s)
{
	return s->state == CG_AUDIT_FREE;
}

static bool telnet(audit_case *c, char *buf, size_t n)
{
	return ports_of(c, CG_AUDIT_TELNET, NULL, buf, n);
}

static bool console(audit_case *c, char *buf, size_t n)
{
	return ports_of(c, CG_AUDIT_DEBUG, NULL, buf, n);
}

static bool web(audit_case *c, char *buf, size_t n)
{
	return ports_of(c, CG_AUDIT_WEB, is_plain, buf, n);
}

static bool rtsp_free(audit_case *c, char *buf, size_t n)
{
	return ports_of(c, CG_AUDIT_RTSP, is_free, buf, n);
}

static bool vendor(audit_case *c, char *buf, size_t n)
{
	size_t at = 0;

	for (size_t i = 0; i < c->seen->nservices && at < n; i++) {
		const struct cg_audit_service *s = &c->seen->service[i];
		const struct cg_audit_port *p = cg_audit_port(s->proto, s->port);

		if (s->kind == CG_AUDIT_VENDOR)
			at += (size_t)snprintf(buf + at, n - at, "%sport %u (%s)", at ? ", " : "",
					       s->port, p ? p->what : N_("its maker's own"));
	}
	return at;
}

static bool onvif(audit_case *c, uint8_t state, char *buf, size_t n)
{
	(void)snprintf(buf, n, N_("port %u"), c->seen->onvif_port);
	return state == CG_AUDIT_FREE;
}

static bool onvif_users(audit_case *c, char *buf, size_t n)
{
	return onvif(c, c->seen->users, buf, n);
}

static bool onvif_profiles(audit_case *c, char *buf, size_t n)
{
	return onvif(c, c->seen->profiles, buf, n);
}

static bool onvif_info(audit_case *c, char *buf, size_t n)
{
	return onvif(c, c->seen->info, buf, n);
}

static bool not_activated(audit_case *c, char *buf, size_t n)
{
	(void)snprintf(buf, n, N_("SADP says so"));
	return c->seen->not_activated == CG_CLUE_YES;
}

static bool mapping(audit_case *c, char *buf, size_t n)
{
	(void)snprintf(buf, n, "%zu", c->mappings);
	return c->mappings;
}

static bool portmap(audit_case *c, char *buf, size_t n)
{
	(void)snprintf(buf, n, N_("UPnP, NAT-PMP or PCP"));
	return c->seen->portmap_ns;
}

static bool p2p(audit_case *c, char *buf, size_t n)
{
	const struct cg_audit_seen *s = c->seen;

	if (s->cloud == CG_CLUE_YES)
		(void)snprintf(
			buf, n,
			s->p2p_ns ? N_("the camera says its cloud platform is on, and it used %s") :
				    N_("the camera says its cloud platform is on"),
			s->p2p);
	else
		(void)snprintf(buf, n, N_("it used %s"), s->p2p);
	return s->cloud == CG_CLUE_YES || s->p2p_ns;
}

static bool firmware_old(audit_case *c, char *buf, size_t n)
{
	struct cg_civil date;
	int64_t day;

	if (!c->today || cg_audit_firmware_day(c->seen->firmware, &day) || day > c->today ||
	    c->today - day < OLD_DAYS)
		return false;
	date = cg_civil_date(day);
	(void)snprintf(buf, n, N_("%s, of %lld-%02d-%02d, %lld years old"), c->seen->firmware,
		       (long long)date.year, date.month, date.day,
		       (long long)((c->today - day) / 365));
	return true;
}

static bool stopped(audit_case *c, char *buf, size_t n)
{
	(void)snprintf(buf, n, "%zu", c->stopped);
	return c->stopped;
}

static bool monitor(audit_case *c, char *buf, size_t n)
{
	(void)snprintf(buf, n, "mode = monitor");
	return c->policy && c->policy->monitor;
}

static bool always_open(audit_case *c, char *buf, size_t n)
{
	(void)snprintf(buf, n, "exposure = open");
	return c->always_open;
}

static bool no_profile(audit_case *c, char *buf, size_t n)
{
	(void)n;
	*buf = '\0';
	return c->policy && !*c->policy->profile && !c->policy->nrules;
}

static bool partial(audit_case *c, char *buf, size_t n)
{
	if (!c->policy || !*c->policy->profile || c->policy->protection == CG_PROTECTION_FULL)
		return false;
	(void)snprintf(buf, n, N_("profile %s"), c->policy->profile);
	return true;
}

static bool guard_off(audit_case *c, char *buf, size_t n)
{
	(void)snprintf(buf, n, "guard = off");
	return c->policy && c->guard == CG_GUARD_OFF;
}

static bool lan_all(audit_case *c, char *buf, size_t n)
{
	(void)snprintf(buf, n, "lan_viewing = all");
	return c->policy && c->policy->lan_viewing == CG_LAN_ALL;
}

static const struct cg_audit_row rows[] = {
	{ "not-activated", CG_AUDIT_HIGH, "5.1-1", N_("passwords are set by the user or unique"),
	  N_("nobody has set a password: whoever reaches it first owns it (%s)"),
	  N_("set a strong password with the maker's tool now, or unplug it"), not_activated },
	{ "mapping", CG_AUDIT_HIGH, "5.5-4", N_("access only after authentication"),
	  N_("openings of ports on the router lead to it from the internet: %s"),
	  N_("`camgate mappings --close` closes those that UPnP made, and says where the others are; watch by VPN or `camgate open`"),
	  mapping },
	{ "rtsp-open", CG_AUDIT_HIGH, "5.5-4", N_("access only after authentication"),
	  N_("its pictures are given to anybody on the LAN, without a password: RTSP, %s"),
	  N_("switch RTSP authentication on in its settings, or set lan_viewing = viewers"),
	  rtsp_free },
	{ "onvif-users", CG_AUDIT_HIGH, "5.6-2", N_("nothing relevant is disclosed unasked"),
	  N_("it tells anybody on the LAN who its users are: ONVIF, %s"),
	  N_("switch ONVIF off, or its authentication on; set lan_viewing = viewers"),
	  onvif_users },
	{ "telnet", CG_AUDIT_HIGH, "5.6-5", N_("only services that are required are enabled"),
	  N_("telnet is there, which botnets look for: %s"),
	  N_("update it, or switch telnet off; if neither is possible, lan_viewing = viewers keeps others of the LAN away"),
	  telnet },
	{ "console", CG_AUDIT_HIGH, "5.6-5", N_("only services that are required are enabled"),
	  N_("a way in that its maker left for itself is there: %s"),
	  N_("update it; if the port stays, replace the camera or set lan_viewing = viewers"),
	  console },
	{ "exposure-open", CG_AUDIT_HIGH, "5.6", N_("exposed attack surfaces are minimized"),
	  N_("it can be watched from outside all the time: %s"),
	  N_("set exposure = closed and open it for a while when needed: `camgate open`"),
	  always_open },
	{ "monitor", CG_AUDIT_MEDIUM, "5.6", N_("exposed attack surfaces are minimized"),
	  N_("nothing of it is stopped, only counted: %s"), N_("set mode = enforce"), monitor },
	{ "onvif-profiles", CG_AUDIT_MEDIUM, "5.5-4", N_("access only after authentication"),
	  N_("it describes its streams to anybody on the LAN: ONVIF, %s"),
	  N_("switch ONVIF off, or its authentication on"), onvif_profiles },
	{ "web-plain", CG_AUDIT_MEDIUM, "5.5-1", N_("best practice cryptography is used"),
	  N_("its web pages come without TLS, a password typed there can be read on the LAN: %s"),
	  N_("switch HTTPS on and HTTP off in its settings; never forward this port"), web },
	{ "p2p", CG_AUDIT_MEDIUM, "5.6-5", N_("only services that are required are enabled"),
	  N_("its maker's service for watching from outside is on: %s"),
	  N_("switch P2P or cloud viewing off in its app unless it is used; camgate stops it while the camera is closed"),
	  p2p },
	{ "portmap-asked", CG_AUDIT_MEDIUM, "5.6-1", N_("unused interfaces are disabled"),
	  N_("it asked the router to open ports to itself, which was refused: %s"),
	  N_("switch UPnP off in its settings"), portmap },
	{ "firmware-old", CG_AUDIT_MEDIUM, "5.3-8", N_("security updates are timely"),
	  N_("its firmware is old: %s"),
	  N_("look for an update on its maker's pages, or in its app"), firmware_old },
	{ "protection", CG_AUDIT_LOW, "5.8-2",
	  N_("sensitive personal data is protected on its way"),
	  N_("a viewer in its maker's cloud cannot be told from its other traffic: %s"),
	  N_("`camgate seal` it when nobody is to watch; see its profile"), partial },
	{ "onvif-info", CG_AUDIT_LOW, "5.6-2", N_("nothing relevant is disclosed unasked"),
	  N_("it tells anybody on the LAN model and firmware: ONVIF, %s"),
	  N_("switch ONVIF off if nothing uses it"), onvif_info },
	{ "vendor-port", CG_AUDIT_LOW, "5.6-5", N_("only services that are required are enabled"),
	  N_("ports of its maker's protocol are open on the LAN: %s"),
	  N_("set lan_viewing = viewers, so that only who has to reaches them"), vendor },
	{ "guard-off", CG_AUDIT_LOW, "5.6", N_("exposed attack surfaces are minimized"),
	  N_("nothing watches while another service takes camgate's filters away: %s"),
	  N_("set guard = drop"), guard_off },
	{ "stopped", CG_AUDIT_NOTE, "6-1", N_("what is done with personal data is told"),
	  N_("destinations that no rule lets it reach, which it tried in the last day: %s"),
	  N_("`camgate blocked CAM` tells which; leave them stopped unless something breaks"),
	  stopped },
	{ "lan-all", CG_AUDIT_NOTE, "5.6", N_("exposed attack surfaces are minimized"),
	  N_("every device of the LAN may reach it: %s"),
	  N_("set lan_viewing = viewers and name those who watch"), lan_all },
	{ "no-profile", CG_AUDIT_NOTE, "5.6", N_("exposed attack surfaces are minimized"),
	  N_("no profile and no rules%s: it reaches nothing outside, updates neither"),
	  N_("set its profile, or `camgate learn CAM`"), no_profile },
};
#define NROWS (sizeof(rows) / sizeof(rows[0]))
_Static_assert(NROWS <= CG_AUDIT_FINDINGS, "a case may have more findings than have room");

const struct cg_audit_row *cg_audit_rows(size_t *ret_n)
{
	*ret_n = NROWS;
	return rows;
}

/* words with what stands for its %s. */
static void say(char dst[static CG_AUDIT_WORDS], const char *words, const char *details)
{
	const char *at = strstr(words, "%s");
	int head = at ? (int)(at - words) : (int)strlen(words);

	(void)snprintf(dst, CG_AUDIT_WORDS, "%.*s%s%s", head, words, at ? details : "",
		       at ? at + 2 : "");
}

size_t cg_audit_judge(const struct cg_audit_case *c,
		      struct cg_audit_finding ret_findings[static CG_AUDIT_FINDINGS])
{
	size_t found = 0;

	/* The table is in their order: worst first. */
	for (size_t i = 0; i < NROWS; i++) {
		char details[192] = "";

		if (!rows[i].found(c, details, sizeof(details)))
			continue;
		ret_findings[found].row = &rows[i];
		say(ret_findings[found].words, rows[i].words, details);
		found++;
	}
	return found;
}

const char *cg_audit_level_name(unsigned int level)
{
	static const char *const names[__CG_AUDIT_LEVEL_MAX] = {
		[CG_AUDIT_NOTE] = "note",
		[CG_AUDIT_LOW] = "low",
		[CG_AUDIT_MEDIUM] = "medium",
		[CG_AUDIT_HIGH] = "high",
	};

	return level < __CG_AUDIT_LEVEL_MAX ? names[level] : "note";
}

/* ---- what is seen ---- */

static struct cg_audit_service *service_find(struct cg_audit_seen *seen, uint8_t proto,
					     uint16_t port)
{
	for (size_t i = 0; i < seen->nservices; i++)
		if (seen->service[i].proto == proto && seen->service[i].port == port)
			return &seen->service[i];
	return NULL;
}

bool cg_audit_service_add(struct cg_audit_seen *seen, const struct cg_audit_service *service)
{
	struct cg_audit_service *s = service_find(seen, service->proto, service->port);

	/* What was asked is known better than what was seen. */
	if (s && s->probed && !service->probed) {
		s->ns = service->ns > s->ns ? service->ns : s->ns;
		return true;
	}
	if (!s) {
		if (seen->nservices == CG_AUDIT_SERVICES)
			return false;
		s = &seen->service[seen->nservices++];
	}
	*s = *service;
	return true;
}

static void service_drop(struct cg_audit_seen *seen, uint8_t proto, uint16_t port)
{
	struct cg_audit_service *s = service_find(seen, proto, port);

	if (s)
		*s = seen->service[--seen->nservices];
}

static void onvif_take(struct cg_audit_seen *seen, uint8_t *state, uint16_t port,
		       const struct cg_audit_answer *a)
{
	/* A camera that answers anybody at one of two ports does answer anybody. */
	if (a->state <= *state)
		return;
	*state = a->state;
	seen->onvif_port = port;
}

static void text_take(char dst[static CG_NAME_LEN], const char *text)
{
	if (*text)
		(void)snprintf(dst, CG_NAME_LEN, "%s", text);
}

void cg_audit_service_probed(struct cg_audit_seen *seen, const struct cg_audit_port *port,
			     enum cg_audit_ask ask, const struct cg_audit_answer *a,
			     uint64_t now_ns)
{
	struct cg_audit_service s = { .port = port->port,
				      .proto = port->proto,
				      .kind = port->kind,
				      .state = a->state,
				      .probed = true,
				      .ns = now_ns };

	text_take(s.text, a->text);
	text_take(seen->maker, a->maker);
	text_take(seen->model, a->model);
	text_take(seen->firmware, a->firmware);
	if (a->not_activated)
		seen->not_activated = a->not_activated;
	if (a->cloud)
		seen->cloud = a->cloud;
	if (ask == CG_AUDIT_INFO)
		onvif_take(seen, &seen->info, port->port, a);
	else if (ask == CG_AUDIT_USERS)
		onvif_take(seen, &seen->users, port->port, a);
	else if (ask == CG_AUDIT_PROFILES)
		onvif_take(seen, &seen->profiles, port->port, a);
	/* What ONVIF says of a port of web pages is no news of that. */
	if (ask != port->ask)
		return;
	if (a->state == CG_AUDIT_SHUT)
		service_drop(seen, port->proto, port->port);
	else
		(void)cg_audit_service_add(seen, &s);
}

static bool is_old(uint64_t ns, uint64_t now_ns)
{
	return now_ns >= ns && now_ns - ns >= CG_AUDIT_KEEP_NS;
}

void cg_audit_expire(struct cg_audit_seen *seen, uint64_t now_ns)
{
	for (size_t i = seen->nservices; i--;)
		if (is_old(seen->service[i].ns, now_ns))
			seen->service[i] = seen->service[--seen->nservices];
	if (is_old(seen->p2p_ns, now_ns))
		seen->p2p_ns = 0;
	if (is_old(seen->portmap_ns, now_ns))
		seen->portmap_ns = 0;
	if (seen->probed_ns && is_old(seen->probed_ns, now_ns)) {
		seen->probed_ns = 0;
		seen->info = seen->users = seen->profiles = 0;
		seen->not_activated = seen->cloud = 0;
		*seen->maker = *seen->model = *seen->firmware = '\0';
	}
}
