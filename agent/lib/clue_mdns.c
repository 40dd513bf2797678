/* SPDX-License-Identifier: GPL-2.0-only */
/* Multicast DNS, RFC 6762 and 6763: the names and services a device says are its own. What it asks for says nothing of it. */
#include <string.h>
#include "clue_kind.h"
#include "clue_read.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define HEAD	     12
#define RR_FIXED     10
#define TYPE_A	     1
#define TYPE_PTR     12
#define TYPE_TXT     16
#define TYPE_AAAA    28
#define TYPE_SRV     33
#define SRV_FIXED    6
#define ANSWER	     0x80
#define RECORDS_MAX  64
#define LABELS_MAX   12
#define NAME_STEPS   96

/* A name as its labels, which lie in the message. */
struct name {
	struct cg_span label[LABELS_MAX];
	size_t n;
};

/* Services, by the label in front of _tcp or _udp. */
static const struct {
	const char *label;
	enum cg_clue_kind kind;
	const char *text;
} services[] = {
	/* facts discovery.tsv, mDNS */
	{ "_axis-video", CG_CLUE_SERVICE, "axis-video" },
	{ "_axis-nvr", CG_CLUE_SERVICE, "axis-nvr" },
	{ "_rtsp", CG_CLUE_SERVICE, "rtsp" },
	{ "_arec", CG_CLUE_SERVICE, "Arecont" },
	/* What systems and machines people use register of themselves: their vendors'
	 * documentation, IANA's registry of service names. */
	{ "_companion-link", CG_CLUE_USER_SERVICE, "Apple" },
	{ "_airplay", CG_CLUE_USER_SERVICE, "AirPlay" },
	{ "_raop", CG_CLUE_USER_SERVICE, "AirPlay" },
	{ "_apple-mobdev2", CG_CLUE_USER_SERVICE, "Apple" },
	{ "_device-info", CG_CLUE_NONE, NULL }, /* its TXT: below */
	{ "_googlecast", CG_CLUE_USER_SERVICE, "Google Cast" },
	{ "_androidtvremote", CG_CLUE_USER_SERVICE, "Android TV" },
	{ "_androidtvremote2", CG_CLUE_USER_SERVICE, "Android TV" },
	{ "_amzn-wplay", CG_CLUE_USER_SERVICE, "Fire TV" },
	{ "_adb", CG_CLUE_USER_SERVICE, "Android" },
	{ "_adb-tls-connect", CG_CLUE_USER_SERVICE, "Android" },
	{ "_spotify-connect", CG_CLUE_USER_SERVICE, "Spotify Connect" },
	{ "_sonos", CG_CLUE_USER_SERVICE, "Sonos" },
	{ "_ipp", CG_CLUE_USER_SERVICE, "printer" },
	{ "_ipps", CG_CLUE_USER_SERVICE, "printer" },
	{ "_printer", CG_CLUE_USER_SERVICE, "printer" },
	{ "_pdl-datastream", CG_CLUE_USER_SERVICE, "printer" },
	{ "_uscan", CG_CLUE_USER_SERVICE, "scanner" },
	{ "_scanner", CG_CLUE_USER_SERVICE, "scanner" },
	{ "_smb", CG_CLUE_USER_SERVICE, "files" },
	{ "_afpovertcp", CG_CLUE_USER_SERVICE, "files" },
	{ "_adisk", CG_CLUE_USER_SERVICE, "Time Machine" },
	{ "_nvstream", CG_CLUE_USER_SERVICE, "game streaming" },
	{ "_workstation", CG_CLUE_USER_SERVICE, "workstation" },
	{ "_ssh", CG_CLUE_USER_SERVICE, "workstation" },
	{ "_sftp-ssh", CG_CLUE_USER_SERVICE, "workstation" },
	{ "_home-assistant", CG_CLUE_USER_SERVICE, "home server" },
	{ "_rfb", CG_CLUE_USER_SERVICE, "remote desktop" },
	{ "_daap", CG_CLUE_USER_SERVICE, "music" },
	{ "_roku-rcp", CG_CLUE_USER_SERVICE, "Roku" },
	{ "_webos", CG_CLUE_USER_SERVICE, "LG TV" },
};

/* The name at `at`, and where what follows it begins; 0: it lies. */
static size_t read_name(struct cg_span msg, size_t at, struct name *ret)
{
	size_t limit = at, next = 0;

	ret->n = 0;
	for (int steps = 0; steps < NAME_STEPS; steps++) {
		unsigned int len = cg_span_8(msg, at);

		if (at >= msg.n)
			return 0;
		if (!len)
			return next ? next : at + 1;
		if (len >= 0xc0) {
			size_t to = cg_span_be16(msg, at) & 0x3fff;

			/* only ever back: no loop */
			if (at + 2 > msg.n || to >= limit)
				return 0;
			if (!next)
				next = at + 2;
			at = limit = to;
			continue;
		}
		if (len > 63 || at + 1 + len > msg.n)
			return 0;
		if (ret->n < LABELS_MAX)
			ret->label[ret->n++] = cg_span_part(msg, at + 1, len);
		at += 1 + len;
	}
	return 0;
}

static const struct cg_span none = { (const uint8_t *)"", 0 };

/* "_ipp" of "Office._ipp._tcp.local"; empty: it is the name of no service. */
static struct cg_span service_of(const struct name *name)
{
	for (size_t i = 1; i < name->n; i++)
		if (cg_span_is(name->label[i], "_tcp") || cg_span_is(name->label[i], "_udp"))
			return name->label[i - 1];
	return none;
}

static bool is_host(const struct name *name)
{
	return name->n == 2 && cg_span_is(name->label[1], "local") &&
	       cg_span_8(name->label[0], 0) != '_';
}

static bool read_service(struct cg_clues *c, const struct name *name)
{
	struct cg_span service = service_of(name);

	for (size_t i = 0; service.n && i < COUNT(services); i++)
		if (cg_span_is(service, services[i].label))
			return cg_clue_add(c, services[i].kind, services[i].text);
	return false;
}

/* The instance in front of the service, where that says what the device is. */
static bool read_instance(struct cg_clues *c, const struct name *name)
{
	struct cg_span service = service_of(name);

	if (!service.n || cg_span_8(name->label[0], 0) == '_')
		return false;
	return cg_clue_words(c, name->label[0]);
}

/* HomeKit accessory categories 17 (IP camera) and 18 (video doorbell): HAP specification, 13-1. */
static bool read_pair(struct cg_clues *c, struct cg_span service, struct cg_span key,
		      struct cg_span value)
{
	if (cg_span_is(service, "_hap"))
		return cg_span_is(key, "ci") &&
		       (cg_span_is(value, "17") || cg_span_is(value, "18")) &&
		       cg_clue_add(c, CG_CLUE_SERVICE, "HomeKit camera");
	/* Plugs and sensors have _dhnap as well: the model says which (pcaps: D-LinkCam) */
	if (cg_span_is(service, "_dhnap"))
		return cg_span_is(key, "model_number") && cg_clue_model(c, value);
	if (cg_span_is(service, "_device-info"))
		return cg_span_is(key, "model") && cg_clue_words(c, value);
	return false;
}

static bool read_txt(struct cg_clues *c, const struct name *name, struct cg_span txt)
{
	struct cg_span service = service_of(name);
	bool new = false;

	for (size_t at = 0; at < txt.n; at += 1 + cg_span_8(txt, at)) {
		struct cg_span pair = cg_span_part(txt, at + 1, cg_span_8(txt, at));
		size_t eq = cg_span_find(pair, 0, "=");

		if (eq == CG_SPAN_NONE) /* a sentence instead of a pair: pcaps, EdimaxCam1 */
			new |= cg_clue_words(c, pair);
		else
			new |= read_pair(c, service, cg_span_part(pair, 0, eq),
					 cg_span_from(pair, eq + 1));
	}
	return new;
}

static bool read_record(struct cg_clues *c, struct cg_span msg, const struct name *owner,
			unsigned int type, size_t at, size_t len)
{
	struct name name;
	bool new = false;

	switch (type) {
	case TYPE_A:
	case TYPE_AAAA:
		return is_host(owner) && cg_clue_hostname(c, owner->label[0]);
	case TYPE_SRV:
		if (read_name(msg, at + SRV_FIXED, &name) && is_host(&name))
			new = cg_clue_hostname(c, name.label[0]);
		break;
	case TYPE_PTR:
		if (!read_name(msg, at, &name))
			return false;
		owner = &name;
		break;
	case TYPE_TXT:
		new = read_txt(c, owner, cg_span_part(msg, at, len));
		break;
	default:
		return false;
	}
	new |= read_service(c, owner);
	new |= read_instance(c, owner);
	return new;
}

bool cg_clue_mdns(struct cg_clues *c, const struct cg_heard *heard, struct cg_span data)
{
	unsigned int questions = cg_span_be16(data, 4), answers = cg_span_be16(data, 6);
	unsigned int records = answers + cg_span_be16(data, 8) + cg_span_be16(data, 10);
	/* In a question, what others are known to have comes first, what is claimed after. */
	unsigned int skip = cg_span_8(data, 2) & ANSWER ? 0 : answers;
	struct name name;
	size_t at = HEAD;
	bool new = false;

	(void)heard;
	if (data.n < HEAD)
		return false;
	for (unsigned int i = 0; i < questions; i++) {
		if (i == RECORDS_MAX)
			return false;
		at = read_name(data, at, &name);
		if (!at)
			return false;
		at += 4;
	}
	for (unsigned int i = 0; i < records && i < RECORDS_MAX; i++) {
		size_t len;

		at = read_name(data, at, &name);
		if (!at || at + RR_FIXED > data.n)
			return new;
		len = cg_span_be16(data, at + 8);
		if (i >= skip)
			new |= read_record(c, data, &name, cg_span_be16(data, at), at + RR_FIXED,
					   len);
		at += RR_FIXED + len;
	}
	return new;
}
