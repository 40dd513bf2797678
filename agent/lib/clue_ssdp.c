/* SPDX-License-Identifier: GPL-2.0-only */
/* SSDP (UPnP Device Architecture 1.1, 1): what is looked for, what is announced, and the server's own words. */
#include "clue_kind.h"
#include "clue_read.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define LINES_MAX    64

/* What a search looks for, beginnings. */
static const char *const asks_igd[] = {
	"urn:schemas-upnp-org:device:InternetGatewayDevice:",
	"urn:schemas-upnp-org:service:WANIPConnection:",
	"urn:schemas-upnp-org:service:WANPPPConnection:",
};

/* What is announced, beginnings of NT and ST. */
static const struct {
	const char *type;
	enum cg_clue_kind kind;
	const char *text;
} types[] = {
	{ "hnap:NetworkCamera", CG_CLUE_SERVICE, "hnap:NetworkCamera" }, /* pcaps: D-LinkCam */
	/* UPnP Forum, DigitalSecurityCamera:1 */
	{ "urn:schemas-upnp-org:device:DigitalSecurityCamera:", CG_CLUE_SERVICE,
	  "DigitalSecurityCamera" },
	{ "urn:cellvision:", CG_CLUE_MODEL, "Cellvision" }, /* pcaps: D-LinkDayCam */
	/* UPnP Forum's and makers' own types of what people use */
	{ "urn:schemas-upnp-org:device:MediaRenderer:", CG_CLUE_USER_SERVICE, "MediaRenderer" },
	{ "urn:schemas-upnp-org:device:MediaServer:", CG_CLUE_USER_SERVICE, "MediaServer" },
	{ "urn:schemas-upnp-org:device:Printer:", CG_CLUE_USER_SERVICE, "Printer" },
	{ "urn:schemas-upnp-org:device:ZonePlayer:", CG_CLUE_USER_SERVICE, "Sonos" },
	{ "urn:schemas-upnp-org:device:InternetGatewayDevice:", CG_CLUE_USER_SERVICE, "router" },
	{ "urn:dial-multiscreen-org:", CG_CLUE_USER_SERVICE, "DIAL" },
	{ "roku:ecp", CG_CLUE_USER_SERVICE, "Roku" },
	{ "urn:schemas-sony-com:service:ScalarWebAPI:", CG_CLUE_USER_SERVICE, "Sony" },
	{ "urn:samsung.com:device:RemoteControlReceiver:", CG_CLUE_USER_SERVICE, "Samsung TV" },
	{ "urn:lge-com:service:webos-second-screen:", CG_CLUE_USER_SERVICE, "LG TV" },
	{ "urn:lge:device:tv:", CG_CLUE_USER_SERVICE, "LG TV" },
};

/* Programs on phones and computers that search, anywhere in USER-AGENT. */
static const struct {
	const char *agent, *text;
} agents[] = {
	{ "Google Chrome/", "Chrome" },	     { "Chromium/", "Chromium" },
	{ "Microsoft Edge/", "Edge" },	     { "Xbox", "Xbox" },
	{ "Microsoft-Windows/", "Windows" },
};

static bool read_search(struct cg_clues *c, struct cg_span line)
{
	struct cg_span v;

	if (cg_span_header(line, "ST", &v)) {
		for (size_t i = 0; i < COUNT(asks_igd); i++)
			if (cg_span_begins(v, asks_igd[i]))
				return cg_clue_add(c, CG_CLUE_ASKS_IGD, NULL);
	} else if (cg_span_header(line, "USER-AGENT", &v)) {
		for (size_t i = 0; i < COUNT(agents); i++)
			if (cg_span_holds(v, agents[i].agent))
				return cg_clue_add(c, CG_CLUE_USER_SYSTEM, agents[i].text);
	}
	return false;
}

static bool read_type(struct cg_clues *c, struct cg_span type)
{
	for (size_t i = 0; i < COUNT(types); i++)
		if (cg_span_begins(type, types[i].type))
			return cg_clue_add(c, types[i].kind, types[i].text);
	/* "urn:schemas-upnp-org:device:DCS-935L:1": pcaps, D-LinkCam */
	return cg_clue_words(c, type);
}

static bool read_announced(struct cg_clues *c, struct cg_span line)
{
	struct cg_span v;
	size_t at;

	if (cg_span_header(line, "NT", &v) || cg_span_header(line, "ST", &v))
		return read_type(c, v);
	if (cg_span_header(line, "SERVER", &v))
		return cg_clue_words(c, v);
	if (cg_span_header(line, "LOCATION", &v)) {
		at = cg_span_find(v, 0, "://");
		at = at == CG_SPAN_NONE ? at : cg_span_find(v, at + 3, "/");
		return at != CG_SPAN_NONE && cg_clue_words(c, cg_span_from(v, at + 1));
	}
	/* "uuid:…::urn:…": the type again, where NT is missing */
	if (cg_span_header(line, "USN", &v)) {
		at = cg_span_find(v, 0, "::");
		return at != CG_SPAN_NONE && read_type(c, cg_span_from(v, at + 2));
	}
	return false;
}

bool cg_clue_ssdp(struct cg_clues *c, const struct cg_heard *heard, struct cg_span data)
{
	bool search = cg_span_begins(data, "M-SEARCH * HTTP/1."), new = false;
	struct cg_span line;

	(void)heard;
	if (!search && !cg_span_begins(data, "NOTIFY * HTTP/1.") &&
	    !cg_span_begins(data, "HTTP/1.1 200"))
		return false;
	for (int i = 0; i < LINES_MAX && cg_span_next(&data, "\n", &line); i++)
		new |= search ? read_search(c, line) : read_announced(c, line);
	return new;
}
