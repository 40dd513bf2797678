/* SPDX-License-Identifier: GPL-2.0-only */
/* Names that are known: of cameras, of the systems people use, of makers and the profile that fits. */
#include <string.h>
#include "clue_kind.h"
#include "clue_read.h"
#include "oui.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* What cameras are called, by patterns of cg_span_like(). Source: the row of
 * facts/discovery.tsv, or facts/pcaps.tsv. */
static const struct {
	const char *pattern, *maker;
} cameras[] = {
	{ "*dcs-###*", "D-Link" },	    /* DHCP hostname/vendor; SSDP */
	{ "*ic-####*", "Edimax" },	    /* pcaps: EdimaxCam1, IC-3115W in mDNS */
	{ "*hikvision ds-*", "Hikvision" }, /* mDNS */
	{ "axis,*", "Axis" },		    /* DHCP hostname/vendor */
	{ "axis-%%%%%%%%%%%%", "Axis" },
	{ "cellvision upnp/*", NULL }, /* SSDP */
	{ "localcam", NULL },	       /* mDNS */
	{ "iotcam*", NULL },	       /* mDNS */
	{ "*network camera*", NULL },  /* pcaps: EdimaxCam1 */
	{ "*internet camera*", NULL }, /* D-Link */
	{ "*ip camera*", NULL },       /* RTSP Server header / HTTP title */
	{ "*ipcam*", NULL },	       /* pcaps: EdimaxCam1, IPCamDesc.xml */
	{ "*ip-camera*", NULL },
	{ "*ip_camera*", NULL },
	{ "*network-camera*", NULL },
};

/* What systems that people use call themselves unless told otherwise, and their DHCP
 * vendor classes. Their makers' own defaults, none of which a camera has. */
static const struct {
	const char *pattern, *text;
} users[] = {
	{ "android-dhcp-*", "Android" },
	{ "msft *", "Windows" },
	{ "*iphone*", "iPhone" },
	{ "*ipad*", "iPad" },
	{ "*macbook*", "Mac" },
	{ "*imac", "Mac" },
	{ "mac-mini*", "Mac" },
	{ "apple-tv*", "Apple TV" },
	{ "appletv*", "Apple TV" },
	{ "apple-watch*", "Apple Watch" },
	{ "android-%%%%%%%%%%%%%%%%", "Android" },
	{ "android_%%%%%%%%%%%%%%%%", "Android" },
	{ "galaxy-*", "Samsung phone" },
	{ "pixel-*", "Pixel" },
	{ "redmi-*", "Xiaomi phone" },
	{ "oneplus-*", "OnePlus" },
	{ "huawei_p*", "Huawei phone" },
	{ "desktop-*", "Windows" },
	{ "laptop-*", "Windows" },
	{ "chromecast*", "Chromecast" },
	{ "google-home*", "Google Home" },
	{ "xbox*", "Xbox" },
	{ "ps4-*", "PlayStation" },
	{ "ps5-*", "PlayStation" },
	{ "lgwebostv*", "LG TV" },
	{ "roku*", "Roku" },
	{ "sonoszp*", "Sonos" },
	{ "npi%%%%%%", "HP printer" },
	{ "hp%%%%%%", "HP printer" },
	{ "hewlett-packard jetdirect*", "HP printer" },
	{ "brn%%%%%%%%%%%%", "Brother printer" },
	{ "brw%%%%%%%%%%%%", "Brother printer" },
	{ "epson%%%%%%", "Epson printer" },
	{ "canon%%%%%%", "Canon printer" },
	{ "diskstation*", "Synology NAS" },
};

/* Maker, in the words of packaging/data/oui-cameras.tsv or of a reader, and the profile. */
static const struct {
	const char *maker, *profile;
} profiles[] = {
	{ "Hikvision", "hikvision" },
	{ "EZVIZ", "ezviz" },
	{ "Dahua", "dahua" },
	{ "Imou/Lechange", "dahua" },
	{ "Imou ODM Zhilian", "dahua" },
	{ "Amcrest", "dahua" },
	{ "Reolink", "reolink" },
	{ "D-Link", "dlink" },
	{ "TP-Link", "tplink" },
	{ "Tuya", "tuya" },
	{ "Wyze", "wyze" },
	{ "Xiaomi", "xiaomi" },
	{ "Yi (Xiaoyi)", "yi" },
	{ "Eufy/Anker", "eufy" },
	{ "Nest (Google)", "nest" },
	{ "Ring", "ring" },
	{ "Blink/Immedia", "blink" },
	{ "Jovision", "jovision" },
	{ "Aqara/Lumi", "aqara" },
	{ "Xiongmai", "xiongmai" },
};

static bool keep(char *field, size_t size, struct cg_span text)
{
	return !field[0] && cg_span_print(text, field, size);
}

bool cg_clue_maker(struct cg_clues *c, const char *maker)
{
	bool new = keep(c->maker, sizeof(c->maker), cg_span_of(maker));

	for (size_t i = 0; new &&i < COUNT(profiles); i++)
		if (!c->profile[0] && !strcmp(profiles[i].maker, maker))
			strcpy(c->profile, profiles[i].profile);
	return new;
}

bool cg_clue_words(struct cg_clues *c, struct cg_span words)
{
	bool new = false;

	words = cg_span_trim(words);
	for (size_t i = 0; i < COUNT(cameras); i++) {
		if (!cg_span_like(words, cameras[i].pattern))
			continue;
		new = cg_clue_add_span(c, CG_CLUE_MODEL, words);
		if (cameras[i].maker)
			new |= cg_clue_maker(c, cameras[i].maker);
		break;
	}
	return new;
}

bool cg_clue_system(struct cg_clues *c, struct cg_span name)
{
	for (size_t i = 0; i < COUNT(users); i++)
		if (cg_span_like(name, users[i].pattern))
			return cg_clue_add(c, CG_CLUE_USER_SYSTEM, users[i].text);
	return false;
}

bool cg_clue_hostname(struct cg_clues *c, struct cg_span name)
{
	bool new = keep(c->hostname, sizeof(c->hostname), name);

	new |= cg_clue_words(c, name);
	new |= cg_clue_system(c, cg_span_trim(name));
	return new;
}

bool cg_clue_model(struct cg_clues *c, struct cg_span model)
{
	bool new = keep(c->model, sizeof(c->model), model);

	new |= cg_clue_words(c, model);
	return new;
}

bool cg_clue_firmware(struct cg_clues *c, struct cg_span version)
{
	return keep(c->firmware, sizeof(c->firmware), version);
}

bool cg_clues_mac(struct cg_clues *c, const struct cg_mac *mac)
{
	static const enum cg_clue_kind kinds[] = {
		[CG_OUI_CAMERA] = CG_CLUE_OUI_CAMERA, [CG_OUI_MOSTLY] = CG_CLUE_OUI_MOSTLY,
		[CG_OUI_MIXED] = CG_CLUE_OUI_MIXED,   [CG_OUI_MODULE] = CG_CLUE_OUI_MODULE,
		[CG_OUI_NONE] = CG_CLUE_OUI_OTHER,
	};
	const struct cg_oui *row = cg_oui_find(mac);
	const char *maker;
	bool new;

	if (!row)
		return false;
	maker = cg_oui_makers[row->maker];
	new = cg_clue_add(c, kinds[row->class], maker);
	/* A module's maker is not the device's. */
	if (row->class != CG_OUI_MODULE || !strcmp(maker, "Tuya"))
		new |= cg_clue_maker(c, maker);
	return new;
}
