/* SPDX-License-Identifier: GPL-2.0-only */
/* Places: countries as two letters and a number, networks as a sorted list. */
#include <errno.h>
#include <string.h>
#include "place.h"

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

const char *cg_country_format(uint16_t country, char buf[static CG_COUNTRY_STRLEN])
{
	bool known = country && country < CG_COUNTRIES;

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

const char *cg_country_meant(const char *s)
{
	if (!strcmp(s, "UK"))
		return "GB";
	if (!strcmp(s, "EL"))
		return "GR";
	return NULL;
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
