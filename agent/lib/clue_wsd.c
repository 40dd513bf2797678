/* SPDX-License-Identifier: GPL-2.0-only */
/* Discovery in XML: WS-Discovery 2005/04 with ONVIF's types and scopes (ONVIF Core, 7.3), and Hikvision's SADP. */
#include <string.h>
#include "clue_kind.h"
#include "clue_read.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define WORDS_MAX    64
#define ONVIF	     "onvif://www.onvif.org/"

/* Types, without their namespace. */
static const struct {
	const char *type;
	enum cg_clue_kind kind;
	const char *text;
} types[] = {
	{ "NetworkVideoTransmitter", CG_CLUE_ONVIF, "NetworkVideoTransmitter" },
	/* Windows: MS-DPWSSN, WSDMON */
	{ "Computer", CG_CLUE_USER_SYSTEM, "Windows" },
	{ "PrintDeviceType", CG_CLUE_USER_SERVICE, "printer" },
	{ "ScanDeviceType", CG_CLUE_USER_SERVICE, "scanner" },
};

/* Scopes of cameras, behind ONVIF: what sends video, by type or profile S and T. */
static const char *const scopes[] = {
	"type/video_encoder",
	"type/Network_Video_Transmitter",
	"type/NetworkVideoTransmitter",
	"type/ptz",
	"Profile/Streaming",
	"Profile/T",
};

static bool read_types(struct cg_clues *c, struct cg_span text)
{
	struct cg_span word;
	bool new = false;

	for (int i = 0; i < WORDS_MAX && cg_span_next(&text, " \t\r\n", &word); i++) {
		size_t colon = cg_span_find(word, 0, ":");

		if (colon != CG_SPAN_NONE)
			word = cg_span_from(word, colon + 1);
		for (size_t t = 0; t < COUNT(types); t++)
			if (cg_span_is(word, types[t].type))
				new |= cg_clue_add(c, types[t].kind, types[t].text);
	}
	return new;
}

static int hex(unsigned int digit)
{
	digit |= 0x20;
	if (digit >= '0' && digit <= '9')
		return (int)digit - '0';
	return digit >= 'a' && digit <= 'f' ? (int)digit - 'a' + 10 : -1;
}

/* "%20" and the like undone (RFC 3986, 2.1), into buf. */
static struct cg_span unescape(struct cg_span s, uint8_t *buf, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n && n < size; i++) {
		int high = hex(cg_span_8(s, i + 1)), low = hex(cg_span_8(s, i + 2));

		if (s.p[i] == '%' && i + 2 < s.n && high >= 0 && low >= 0) {
			buf[n++] = (uint8_t)(high << 4 | low);
			i += 2;
		} else {
			buf[n++] = s.p[i];
		}
	}
	return (struct cg_span){ buf, n };
}

static bool read_scopes(struct cg_clues *c, struct cg_span text)
{
	struct cg_span word;
	bool new = false;

	for (int i = 0; i < WORDS_MAX && cg_span_next(&text, " \t\r\n", &word); i++) {
		if (!cg_span_begins(word, ONVIF))
			continue;
		word = cg_span_from(word, strlen(ONVIF));
		for (size_t s = 0; s < COUNT(scopes); s++)
			if (cg_span_is(word, scopes[s]))
				new |= cg_clue_add(c, CG_CLUE_ONVIF, scopes[s]);
	}
	return new;
}

/* Makers that write their name into the scope "name", and their profile's word. */
static const char *const names[][2] = {
	{ "hikvision", "Hikvision" }, { "dahua", "Dahua" },	{ "axis", "Axis" },
	{ "reolink", "Reolink" },     { "amcrest", "Amcrest" }, { "tp-link", "TP-Link" },
	{ "d-link", "D-Link" },
};

/* "name/…" and "hardware/…" of a camera. */
static bool read_name(struct cg_clues *c, struct cg_span scope)
{
	uint8_t buf[CG_NAME_LEN];
	struct cg_span name;
	bool new = false;

	if (cg_span_begins(scope, ONVIF "hardware/"))
		return cg_clue_model(c, unescape(cg_span_from(scope, strlen(ONVIF "hardware/")),
						 buf, sizeof(buf)));
	if (!cg_span_begins(scope, ONVIF "name/"))
		return false;
	name = unescape(cg_span_from(scope, strlen(ONVIF "name/")), buf, sizeof(buf));
	for (size_t i = 0; i < COUNT(names); i++)
		if (cg_span_begins(name, names[i][0]))
			new |= cg_clue_maker(c, names[i][1]);
	return new;
}

static bool read_names(struct cg_clues *c, struct cg_span text)
{
	struct cg_span word;
	bool new = false;

	for (int i = 0; i < WORDS_MAX && cg_span_next(&text, " \t\r\n", &word); i++)
		new |= read_name(c, word);
	return new;
}

/* Every element of that name. */
static bool each(struct cg_clues *c, struct cg_span data, size_t at, const char *name,
		 bool (*read)(struct cg_clues *c, struct cg_span text))
{
	struct cg_span text;
	bool new = false;

	for (int i = 0; i < WORDS_MAX && cg_span_xml(data, &at, name, &text); i++)
		new |= read(c, text);
	return new;
}

bool cg_clue_wsd(struct cg_clues *c, const struct cg_heard *heard, struct cg_span data)
{
	struct cg_span text;
	size_t at = 0;
	bool new;

	(void)heard;
	/* A probe tells what is looked for, not what it is. */
	if (!cg_span_xml(data, &at, "Hello", &text) &&
	    !cg_span_xml(data, &at, "ProbeMatches", &text) &&
	    !cg_span_xml(data, &at, "ResolveMatches", &text))
		return false;
	new = each(c, data, at, "Types", read_types);
	new |= each(c, data, at, "Scopes", read_scopes);
	/* Whose names are a camera's is known only now. */
	if (cg_clue_has(c, CG_CLUE_ONVIF))
		new |= each(c, data, at, "Scopes", read_names);
	return new;
}

/* ---- SADP: facts discovery.tsv, Hikvision SADP ---- */

static bool element(struct cg_span data, const char *name, struct cg_span *ret_text)
{
	size_t at = 0;

	return cg_span_xml(data, &at, name, ret_text) && ret_text->n;
}

static bool answer(struct cg_span data, const char *name, uint8_t *field)
{
	struct cg_span v;
	uint8_t said = 0;

	if (*field || !element(data, name, &v))
		return false;
	if (cg_span_is(v, "true"))
		said = CG_CLUE_YES;
	else if (cg_span_is(v, "false") || cg_span_is(v, "flase")) /* its own spelling */
		said = CG_CLUE_NO;
	*field = said;
	return said != 0;
}

bool cg_clue_sadp(struct cg_clues *c, const struct cg_heard *heard, struct cg_span data)
{
	struct cg_span model, v;
	uint8_t activated = 0;
	bool new;

	(void)heard;
	/* Whoever asks names no device. */
	if (!element(data, "DeviceDescription", &model) || !element(data, "DeviceSN", &v))
		return false;
	new = cg_clue_add(c, CG_CLUE_VENDOR, "SADP");
	new |= cg_clue_model(c, model);
	new |= cg_clue_maker(c, "Hikvision");
	if (element(data, "SoftwareVersion", &v))
		new |= cg_clue_firmware(c, v);
	if (!c->not_activated && answer(data, "Activated", &activated)) {
		c->not_activated = activated == CG_CLUE_YES ? CG_CLUE_NO : CG_CLUE_YES;
		new = true;
	}
	new |= answer(data, "HCPlatformEnable", &c->cloud);
	return new;
}
