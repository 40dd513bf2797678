/* SPDX-License-Identifier: GPL-2.0-only */
/* Uniqueness: sorts what must differ and reports the second use together with the first. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "cleanup.h"
#include "unique.h"
#include "told.h"

struct word {
	const char *s;
	size_t cam;
	bool id;
	const struct cg_pos *pos;
};

struct mac_use {
	struct cg_mac mac;
	size_t cam;
	const struct cg_pos *pos;
};

static int by_word(const void *a, const void *b)
{
	const struct word *x = a, *y = b;
	int r = strcmp(x->s, y->s);

	return r ? r : (x->cam > y->cam) - (x->cam < y->cam);
}

static int by_mac(const void *a, const void *b)
{
	const struct mac_use *x = a, *y = b;
	int r = memcmp(&x->mac, &y->mac, sizeof(x->mac));

	return r ? r : (x->cam > y->cam) - (x->cam < y->cam);
}

/* Ids and names are one space: a command takes either. */
static int check_words(const struct cg_config *config, const struct cg_policy_cam *cams,
		       size_t ncams, struct cg_diag *diag)
{
	_cleanup_free_ struct word *v = calloc(ncams * 2 + 1, sizeof(*v));
	size_t n = 0;

	if (!v)
		return -ENOMEM;
	for (size_t i = 0; i < ncams; i++) {
		const struct cg_config_cam *c = &config->cams[i];

		v[n++] = (struct word){ cams[i].name, i, false, &c->name.pos };
		v[n++] = (struct word){ cams[i].id, i, true, c->id.s ? &c->id.pos : &c->name.pos };
	}
	qsort(v, n, sizeof(*v), by_word);
	for (size_t i = 1; i < n; i++) {
		const struct word *a = &v[i - 1], *b = &v[i];

		if (strcmp(a->s, b->s) || a->cam == b->cam)
			continue;
		return cg_diag_set(
			diag, b->pos, -EEXIST,
			"%s '%s'%s is used twice, first at %s:%d:%d%s, expected another %s",
			b->id ? "id" : "name", b->s,
			b->id && !config->cams[b->cam].id.s ? N_(" (made from the name)") : "",
			a->pos->file ? a->pos->file : "?", a->pos->line, a->pos->column,
			a->id == b->id ? "" :
			a->id	       ? N_(" as an id") :
					 N_(" as a name"),
			b->id ? "id" : "name");
	}
	return 0;
}

static const struct cg_addr *shared_addr(const struct cg_policy_cam *a,
					 const struct cg_policy_cam *b)
{
	for (size_t i = 0; i < a->naddr; i++)
		for (size_t j = 0; j < b->naddr; j++)
			if (!memcmp(&a->addr[i], &b->addr[j], sizeof(a->addr[i])))
				return &a->addr[i];
	return NULL;
}

static int check_pair(const struct cg_policy_cam *cams, const struct mac_use *a,
		      const struct mac_use *b, struct cg_diag *diag)
{
	const struct cg_addr *addr = shared_addr(&cams[a->cam], &cams[b->cam]);
	char mac[CG_MAC_STRLEN], text[CG_ADDR_STRLEN];
	const struct cg_pos none = { "?", 0, 0 }, *first = a->pos->file ? a->pos : &none;

	cg_mac_format(&b->mac, mac);
	if (a->cam == b->cam)
		return cg_diag_set(diag, b->pos, -EEXIST,
				   "MAC %s is used twice, first at %s:%d:%d, expected it once", mac,
				   first->file, first->line, first->column);
	if (!cams[a->cam].naddr || !cams[b->cam].naddr)
		return cg_diag_set(
			diag, b->pos, -EEXIST,
			"MAC %s is used twice, first at %s:%d:%d by '%s', expected another MAC, or address = {…} in both cameras",
			mac, first->file, first->line, first->column, cams[a->cam].name);
	if (addr)
		return cg_diag_set(
			diag, b->pos, -EEXIST,
			"MAC %s with address %s is used twice, first at %s:%d:%d by '%s', expected different addresses",
			mac, cg_addr_format(addr, text), first->file, first->line, first->column,
			cams[a->cam].name);
	return 0;
}

static int check_macs(const struct cg_config *config, const struct cg_policy_cam *cams,
		      size_t ncams, struct cg_diag *diag)
{
	_cleanup_free_ struct mac_use *v = calloc(ncams * CG_MAX_MACS + 1, sizeof(*v));
	size_t n = 0;
	int r = 0;

	if (!v)
		return -ENOMEM;
	for (size_t i = 0; i < ncams; i++)
		for (size_t j = 0; j < cams[i].nmac; j++)
			v[n++] = (struct mac_use){ cams[i].mac[j], i,
						   &config->cams[i].mac.v[j].pos };
	qsort(v, n, sizeof(*v), by_mac);
	for (size_t i = 1; i < n && !r; i++)
		for (size_t j = i;
		     j > 0 && !memcmp(&v[j - 1].mac, &v[i].mac, sizeof(v[i].mac)) && !r; j--)
			r = check_pair(cams, &v[j - 1], &v[i], diag);
	return r;
}

int cg_unique_check(const struct cg_config *config, const struct cg_policy_cam *cams, size_t ncams,
		    struct cg_diag *diag)
{
	int r = check_words(config, cams, ncams, diag);

	return r ? r : check_macs(config, cams, ncams, diag);
}
