/* SPDX-License-Identifier: GPL-2.0-only */
/* Clues: the table of their kinds, a set of them that never loses a kind, and who reads which frame. */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include "clue.h"
#include "clue_kind.h"
#include "clue_read.h"
#include "told.h"

/* Weights: one that identifies is enough for CG_LIKENESS_CAMERA, two that hint are not
 * unless one is a rendezvous or the shape of video; makers of many things hint, no more. */
const struct cg_clue_row cg_clue_rows[] = {
	[CG_CLUE_NONE] = { "none", 0, CG_CLUE_HINTS, N_("says nothing"), NULL },
	[CG_CLUE_ONVIF] = { "onvif", 70, CG_CLUE_IDENTIFIES,
			    N_("says by ONVIF that it is a camera"),
			    "says by ONVIF that it is a camera (%.*s)" },
	[CG_CLUE_VENDOR] = { "vendor", 70, CG_CLUE_IDENTIFIES,
			     N_("speaks a camera maker's discovery"),
			     "speaks a camera maker's discovery (%.*s)" },
	[CG_CLUE_SERVICE] = { "service", 65, CG_CLUE_IDENTIFIES, N_("offers a service of cameras"),
			      "offers a service of cameras (%.*s)" },
	[CG_CLUE_MODEL] = { "model", 62, CG_CLUE_IDENTIFIES, N_("bears a camera's name"),
			    N_("calls itself %.*s, as cameras do") },
	[CG_CLUE_RTSP] = { "rtsp", 62, CG_CLUE_IDENTIFIES, N_("answers RTSP"),
			   "answers RTSP (%.*s)" },
	[CG_CLUE_BANNER] = { "banner", 62, CG_CLUE_IDENTIFIES, N_("has the web server of cameras"),
			     N_("has a server of cameras (%.*s)") },
	[CG_CLUE_OUI_CAMERA] = { "oui-camera", 62, CG_CLUE_IDENTIFIES,
				 N_("MAC prefix of a maker of cameras only"),
				 N_("MAC prefix of %.*s, camera-only") },
	[CG_CLUE_OUI_MOSTLY] = { "oui-mostly", 40, CG_CLUE_HINTS,
				 N_("MAC prefix of a maker of cameras mostly"),
				 N_("MAC prefix of %.*s, mostly cameras") },
	[CG_CLUE_OUI_MIXED] = { "oui-mixed", 12, CG_CLUE_HINTS,
				N_("MAC prefix of a maker of cameras, too"),
				N_("MAC prefix of %.*s, cameras among others") },
	[CG_CLUE_OUI_MODULE] = { "oui-module", 6, CG_CLUE_HINTS, N_("MAC prefix of a radio module"),
				 N_("MAC prefix of %.*s, in cameras too") },
	[CG_CLUE_RENDEZVOUS] = { "rendezvous", 42, CG_CLUE_HINTS,
				 N_("talks to a server by which cameras are watched from outside"),
				 "talks to a server by which cameras are watched from outside (%.*s)" },
	[CG_CLUE_ASKS_IGD] = { "asks-igd", 8, CG_CLUE_HINTS, N_("asks for Internet Gateway Device"),
			       "asks for Internet Gateway Device (%.*s)" },
	[CG_CLUE_EMBEDDED] = { "embedded", 6, CG_CLUE_HINTS, N_("is a small Linux or chip"),
			       "is a small Linux or chip (%.*s)" },
	[CG_CLUE_SHAPE] = { "shape", 35, CG_CLUE_HINTS, N_("sends as steadily as a picture does"),
			    "sends as steadily as a picture does (%.*s)" },
	[CG_CLUE_USER_SYSTEM] = { "user-system", -60, CG_CLUE_IS_USER,
				  N_("is a phone, computer or TV by its system"),
				  "is a phone, computer or TV by its system (%.*s)" },
	[CG_CLUE_USER_SERVICE] = { "user-service", -50, CG_CLUE_IS_USER,
				   N_("offers a service of phones, computers or TVs"),
				   "offers a service of phones, computers or TVs (%.*s)" },
	[CG_CLUE_OUI_OTHER] = { "oui-other", -20, CG_CLUE_IS_OTHER,
				N_("MAC prefix of a maker of no cameras"),
				N_("MAC prefix of %.*s, who makes no cameras") },
};
_Static_assert(sizeof(cg_clue_rows) / sizeof(cg_clue_rows[0]) == __CG_CLUE_MAX,
	       "a clue without a row");
_Static_assert(__CG_CLUE_MAX <= CG_CLUES_MAX, "no place for one clue of each kind");

static int strength(const struct cg_clue *clue)
{
	int weight = cg_clue_rows[clue->kind].weight;

	return weight < 0 ? -weight : weight;
}

/* The weakest that is not the first of its kind: none of these is ever given up, so that a
 * thousand names do not drive out what else is known. NULL: all are. */
static struct cg_clue *weakest(struct cg_clues *c)
{
	struct cg_clue *found = NULL;
	uint32_t seen = 0;

	for (size_t i = 0; i < c->n; i++) {
		uint32_t bit = 1U << c->clue[i].kind;

		if (seen & bit && (!found || strength(&c->clue[i]) < strength(found)))
			found = &c->clue[i];
		seen |= bit;
	}
	return found;
}

bool cg_clue_has(const struct cg_clues *c, enum cg_clue_kind kind)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->clue[i].kind == kind)
			return true;
	return false;
}

bool cg_clue_add_span(struct cg_clues *c, enum cg_clue_kind kind, struct cg_span text)
{
	struct cg_clue new = { .kind = (uint8_t)kind };
	struct cg_clue *place;

	if (kind <= CG_CLUE_NONE || kind >= __CG_CLUE_MAX)
		return false;
	cg_span_print(text, new.text, sizeof(new.text));
	for (size_t i = 0; i < c->n; i++)
		if (c->clue[i].kind == kind && !strcmp(c->clue[i].text, new.text))
			return false;
	if (c->n < CG_CLUES_MAX) {
		c->clue[c->n++] = new;
		return true;
	}
	place = weakest(c);
	if (!place || (cg_clue_has(c, kind) && strength(&new) <= strength(place)))
		return false;
	*place = new;
	return true;
}

bool cg_clue_add(struct cg_clues *c, enum cg_clue_kind kind, const char *text)
{
	return cg_clue_add_span(c, kind, cg_span_of(text ? text : ""));
}

const char *cg_clue_sentence(const struct cg_clue *clue, char buf[static CG_CLUE_SENTENCE])
{
	const struct cg_clue_row *row =
		&cg_clue_rows[clue->kind < __CG_CLUE_MAX ? clue->kind : CG_CLUE_NONE];

	if (!row->with || !clue->text[0])
		snprintf(buf, CG_CLUE_SENTENCE, "%s", row->words);
	else
		snprintf(buf, CG_CLUE_SENTENCE, row->with, CG_CLUE_TEXT, clue->text);
	return buf;
}

const char *cg_clue_word(enum cg_clue_kind kind)
{
	return cg_clue_rows[kind < __CG_CLUE_MAX ? kind : CG_CLUE_NONE].word;
}

enum cg_clue_kind cg_clue_by_word(const char *word)
{
	for (int i = 1; i < __CG_CLUE_MAX; i++)
		if (!strcmp(cg_clue_rows[i].word, word))
			return (enum cg_clue_kind)i;
	return CG_CLUE_NONE;
}

/* ---- frames ---- */

/* Host order; a port stands for the sender's as well as the receiver's. */
static const struct {
	uint16_t port;
	cg_clue_reader *read;
} readers[] = {
	{ 67, cg_clue_dhcp },	  { 547, cg_clue_dhcp6 },    { 5353, cg_clue_mdns },
	{ 1900, cg_clue_ssdp },	  { 3702, cg_clue_wsd },     { 37020, cg_clue_sadp },
	{ 37810, cg_clue_dahua }, { 5050, cg_clue_dahua1 },  { 10000, cg_clue_foscam },
	{ 8600, cg_clue_hichip }, { 7701, cg_clue_hanwha },  { 7711, cg_clue_hanwha },
	{ 2380, cg_clue_sony },	  { 10669, cg_clue_pana },   { 10670, cg_clue_pana },
	{ 1757, cg_clue_bosch },  { 1758, cg_clue_bosch },   { 62976, cg_clue_dlink },
	{ 10001, cg_clue_10001 }, { 2015, cg_clue_reolink }, { 2018, cg_clue_reolink },
	{ 32108, cg_clue_pppp },  { 32100, cg_clue_pppp },   { 8800, cg_clue_dhp2p },
	{ 9999, cg_clue_bcudp },  { 58200, cg_clue_bcudp },  { 6666, cg_clue_tuya },
	{ 6667, cg_clue_tuya },	  { 54321, cg_clue_miio },   { 8053, cg_clue_miio },
	{ 5351, cg_clue_natpmp }, { 69, cg_clue_tftp },
};
#define READERS (sizeof(readers) / sizeof(readers[0]))

static bool read_udp(struct cg_clues *c, const struct cg_heard *heard, struct cg_span data)
{
	bool new = false;

	for (size_t i = 0; i < READERS; i++)
		if (ntohs(heard->sport) == readers[i].port ||
		    ntohs(heard->dport) == readers[i].port)
			new |= readers[i].read(c, heard, data);
	new |= cg_clue_edimax(c, heard, data);
	return new;
}

bool cg_clues_frame(struct cg_clues *c, const struct cg_heard *heard)
{
	size_t len = heard->len < CG_HEARD_DATA ? heard->len : CG_HEARD_DATA;
	struct cg_span data = { heard->data, len < heard->payload ? len : heard->payload };

	if (!data.n)
		return false;
	if (heard->proto == IPPROTO_UDP)
		return read_udp(c, heard, data);
	return heard->proto == IPPROTO_TCP && cg_clue_tcp(c, heard, data);
}

size_t cg_clues_ports(const uint16_t **ret_ports)
{
	static uint16_t ports[READERS];

	for (size_t i = 0; i < READERS; i++)
		ports[i] = readers[i].port;
	*ret_ports = ports;
	return READERS;
}
