/* SPDX-License-Identifier: GPL-2.0-only */
/* Places: countries as two letters and a number, networks as a sorted list. */
#include <errno.h>
#include <string.h>
#include "place.h"

#define V4 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff

/* The officially assigned codes of ISO 3166-1, and XK, which is for users to assign and
 * which databases of countries all use for Kosovo. */
static const char CODES[] =
	"ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZ"
	"CACCCDCFCGCHCICKCLCMCNCOCRCUCVCWCXCYCZDEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFR"
	"GAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQIRISITJEJMJOJP"
	"KEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMT"
	"MUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRURW"
	"SASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZUAUG"
	"UMUSUYUZVAVCVEVGVIVNVUWFWSXKYEYTZAZMZW";

uint16_t cg_country_number(const char *s, size_t n)
{
	if (n != 2 || s[0] < 'A' || s[0] > 'Z' || s[1] < 'A' || s[1] > 'Z')
		return 0;
	return (uint16_t)(1 + (s[0] - 'A') * 26 + (s[1] - 'A'));
}

static const struct {
	uint16_t country;
	const char *text;
} WORDS[] = {
	{ CG_COUNTRY_UNKNOWN, "unknown" },
	{ CG_COUNTRY_PRIVATE, "private" },
	{ CG_COUNTRY_SHARED, "shared" },
};
#define NWORDS (sizeof(WORDS) / sizeof(WORDS[0]))

const char *cg_country_format(uint16_t country, char buf[static CG_COUNTRY_STRLEN])
{
	bool known = country && country < CG_COUNTRY_UNKNOWN;

	for (size_t i = 0; i < NWORDS; i++)
		if (WORDS[i].country == country)
			return strcpy(buf, WORDS[i].text);
	buf[0] = known ? (char)('A' + (country - 1) / 26) : '?';
	buf[1] = known ? (char)('A' + (country - 1) % 26) : '?';
	buf[2] = '\0';
	return buf;
}

bool cg_country_is_known(uint16_t country)
{
	for (size_t i = 0; country && i + 2 < sizeof(CODES); i += 2)
		if (cg_country_number(CODES + i, 2) == country)
			return true;
	return false;
}

uint16_t cg_country_of(const char *s)
{
	uint16_t country = cg_country_number(s, strlen(s));

	for (size_t i = 0; i < NWORDS; i++)
		if (!strcmp(WORDS[i].text, s))
			return WORDS[i].country;
	return cg_country_is_known(country) ? country : 0;
}

const char *cg_country_meant(const char *s)
{
	if (!strcmp(s, "UK"))
		return "GB";
	if (!strcmp(s, "EL"))
		return "GR";
	return NULL;
}

/* RFC 1918, 3927, 6598, 4193, 4291. */
static const struct cg_place_range RANGES[] = {
	{ { V4, 10 }, 96 + 8, CG_COUNTRY_PRIVATE },
	{ { V4, 172, 16 }, 96 + 12, CG_COUNTRY_PRIVATE },
	{ { V4, 192, 168 }, 96 + 16, CG_COUNTRY_PRIVATE },
	{ { V4, 169, 254 }, 96 + 16, CG_COUNTRY_PRIVATE },
	{ { V4, 100, 64 }, 96 + 10, CG_COUNTRY_SHARED },
	{ { 0xfc }, 7, CG_COUNTRY_PRIVATE },
	{ { 0xfe, 0x80 }, 10, CG_COUNTRY_PRIVATE },
};

const struct cg_place_range *cg_place_ranges(size_t *ret_n)
{
	*ret_n = sizeof(RANGES) / sizeof(RANGES[0]);
	return RANGES;
}

uint16_t cg_place_special(const struct cg_addr *addr)
{
	for (size_t i = 0; i < sizeof(RANGES) / sizeof(RANGES[0]); i++) {
		struct cg_prefix p = { .len = RANGES[i].len };

		memcpy(p.addr.b, RANGES[i].addr, sizeof(p.addr.b));
		if (cg_prefix_contains(&p, addr))
			return RANGES[i].country;
	}
	return 0;
}

struct cg_addr cg_place_inside(const struct cg_addr *addr)
{
	static const uint8_t nat64[12] = { 0x00, 0x64, 0xff, 0x9b };
	struct cg_addr a = *addr;
	bool sixto4 = a.b[0] == 0x20 && a.b[1] == 0x02;

	if (!sixto4 && memcmp(a.b, nat64, sizeof(nat64)))
		return a;
	if (sixto4)
		memcpy(a.b + 12, addr->b + 2, 4);
	memset(a.b, 0, 10);
	memset(a.b + 10, 0xff, 2);
	return a;
}

bool cg_place_nowhere(const struct cg_addr *addr)
{
	static const uint8_t none[12], teredo[4] = { 0x20, 0x01 };

	return !memcmp(addr->b, none, sizeof(none)) || !memcmp(addr->b, teredo, sizeof(teredo));
}

void cg_places_country(struct cg_places *p, uint16_t country)
{
	if (country < CG_COUNTRIES)
		p->country[country / 8] |= (uint8_t)(1 << country % 8);
}

bool cg_places_has_country(const struct cg_places *p, uint16_t country)
{
	return country < CG_COUNTRIES && p->country[country / 8] >> country % 8 & 1;
}

/* The first that is not below. */
static size_t lower(const struct cg_places *p, uint32_t network)
{
	size_t lo = 0, hi = p->nnetwork;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (p->network[mid] < network)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

int cg_places_network(struct cg_places *p, uint32_t network)
{
	size_t at = lower(p, network);

	if (at < p->nnetwork && p->network[at] == network)
		return 0;
	if (p->nnetwork == CG_MAX_NETWORKS)
		return -E2BIG;
	memmove(&p->network[at + 1], &p->network[at], (p->nnetwork - at) * sizeof(p->network[0]));
	p->network[at] = network;
	p->nnetwork++;
	return 0;
}

bool cg_places_has_network(const struct cg_places *p, uint32_t network)
{
	size_t at = lower(p, network);

	return at < p->nnetwork && p->network[at] == network;
}

bool cg_places_any_country(const struct cg_places *p)
{
	for (size_t i = 0; i < sizeof(p->country); i++)
		if (p->country[i])
			return true;
	return false;
}

bool cg_places_any(const struct cg_places *p)
{
	return p->nnetwork || cg_places_any_country(p);
}

bool cg_places_hold(const struct cg_places *p, const struct cg_places *part)
{
	for (size_t i = 0; i < sizeof(p->country); i++)
		if (part->country[i] & ~p->country[i])
			return false;
	for (size_t i = 0; i < part->nnetwork; i++)
		if (!cg_places_has_network(p, part->network[i]))
			return false;
	return true;
}

int cg_places_join(struct cg_places *p, const struct cg_places *more)
{
	int r = 0;

	for (size_t i = 0; i < sizeof(p->country); i++)
		p->country[i] |= more->country[i];
	for (size_t i = 0; !r && i < more->nnetwork; i++)
		r = cg_places_network(p, more->network[i]);
	return r;
}
