/* SPDX-License-Identifier: GPL-2.0-only */
/* The first bytes a device answers over TCP: RTSP (RFC 2326), HTTP, and makers' own media protocols by their port. */
#include <arpa/inet.h>
#include <string.h>
#include "clue_kind.h"
#include "clue_read.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define LINES_MAX    64

/* Servers that only cameras and their recorders have, beginnings. Source: facts
 * discovery.tsv, RTSP Server header and HTTP title; inbound_ports.tsv, Xiongmai. */
static const struct {
	const char *server, *maker;
} servers[] = {
	{ "Dahua Rtsp Server", "Dahua" },
	{ "H264DVR ", "Xiongmai" },
	{ "Hipcam RealServer/", NULL },
	{ "iCanSystem/", NULL },
	{ "ALi feng/", NULL },
	{ "Hikvision-Webs", "Hikvision" },
	{ "App-webs/", "Hikvision" },
	{ "DNVRS-Webs", "Hikvision" },
	{ "Netwave IP Camera", NULL },
	{ "IPCamera HTTP/ONVIF/P2P/RTSP/VOD", NULL },
	{ "NETSurveillance WEB", "Xiongmai" }, /* the title of its page */
};

/* Servers of RTSP that are programs on computers and loudspeakers, beginnings: their own
 * source has the name. What they hand on may be a camera's, but is not theirs. */
static const struct {
	const char *server, *text;
} programs[] = {
	{ "AirTunes/", "AirPlay" },
	{ "gortsplib", "media server" },
	{ "go2rtc", "media server" },
	{ "VLC/", "VLC" },
};

static bool read_server(struct cg_clues *c, struct cg_span v)
{
	bool new;

	for (size_t i = 0; i < COUNT(servers); i++) {
		if (!cg_span_begins(v, servers[i].server))
			continue;
		new = cg_clue_add_span(c, CG_CLUE_BANNER, v);
		if (servers[i].maker)
			new |= cg_clue_maker(c, servers[i].maker);
		return new;
	}
	/* Routers have it as well as cameras. */
	if (cg_span_begins(v, "GoAhead"))
		return cg_clue_add_span(c, CG_CLUE_EMBEDDED, v);
	return cg_clue_words(c, v);
}

/* realm="DCS-930LB": facts discovery.tsv, HTTP title/Server */
static bool read_realm(struct cg_clues *c, struct cg_span line)
{
	size_t at = cg_span_find(line, 0, "realm=\"");
	struct cg_span realm;

	if (at == CG_SPAN_NONE)
		return false;
	line = cg_span_from(line, at + strlen("realm=\""));
	return cg_span_next(&line, "\"", &realm) && cg_clue_words(c, realm);
}

static bool read_head(struct cg_clues *c, struct cg_span head)
{
	struct cg_span line, v;
	bool new = false;

	for (int i = 0; i < LINES_MAX && cg_span_next(&head, "\n", &line); i++) {
		if (!cg_span_trim(line).n)
			break;
		if (cg_span_header(line, "Server", &v))
			new |= read_server(c, v);
		else if (cg_span_header(line, "WWW-Authenticate", &v))
			new |= read_realm(c, v);
	}
	return new;
}

static bool read_rtsp(struct cg_clues *c, struct cg_span data)
{
	struct cg_span rest = data, line, v, server = { data.p, 0 };
	bool new;

	for (int i = 0; i < LINES_MAX && cg_span_next(&rest, "\n", &line); i++)
		if (cg_span_header(line, "Server", &v))
			server = v;
	for (size_t i = 0; i < COUNT(programs); i++)
		if (cg_span_begins(server, programs[i].server))
			return cg_clue_add(c, CG_CLUE_USER_SERVICE, programs[i].text);
	new = cg_clue_add_span(c, CG_CLUE_RTSP, server);
	new |= read_head(c, data);
	return new;
}

static bool read_http(struct cg_clues *c, struct cg_span data)
{
	struct cg_span title;
	bool new = read_head(c, data);
	size_t at = 0;

	if (cg_span_xml(data, &at, "title", &title))
		new |= read_server(c, title);
	return new;
}

/* Its own protocol at its own port, answered: facts inbound_ports.tsv. */
static const struct {
	uint16_t port;
	const char *head;
	size_t n;
	const char *protocol, *maker;
} media[] = {
	{ 9000, "\xf0\xde\xbc\x0a", 4, "Baichuan", "Reolink" },
	{ 34567, "\xff\x01\0\0", 4, "DVRIP", "Xiongmai" },
	{ 37777, "\xf4\0\0\x58", 4, "Dahua", "Dahua" },
};

bool cg_clue_tcp(struct cg_clues *c, const struct cg_heard *heard, struct cg_span data)
{
	bool new;

	for (size_t i = 0; i < COUNT(media); i++) {
		if (ntohs(heard->sport) != media[i].port || data.n < media[i].n ||
		    memcmp(data.p, media[i].head, media[i].n))
			continue;
		new = cg_clue_add(c, CG_CLUE_VENDOR, media[i].protocol);
		new |= cg_clue_maker(c, media[i].maker);
		return new;
	}
	if (cg_span_begins(data, "RTSP/1.0 "))
		return read_rtsp(c, data);
	if (cg_span_begins(data, "HTTP/1."))
		return read_http(c, data);
	/* What UPnP asks a router for: WANIPConnection:1, 2.4.16 */
	return cg_span_begins(data, "POST ") && cg_span_holds(data, "#AddPortMapping") &&
	       cg_clue_add(c, CG_CLUE_ASKS_IGD, "a port by UPnP");
}
