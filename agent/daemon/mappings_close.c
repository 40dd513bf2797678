/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Only what UPnP made, and only for an address that is the camera's now. Rules go by their
 * handle while the ruleset is the one that was listed. miniupnpd asks the kernel for its rules
 * each time and opens its lease file by name each time, replacing it by another of that name
 * (upnpredirect.c lease_file_remove): so may we. Its own DeletePortMapping takes only the
 * device that asked for a mapping.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "../kern/nft.h"
#include "../lib/wholefile.h"
#include "../lib/told.h"
#include "mappings.h"

#define ROUNDS	  16
#define PER_ROUND 64

bool cg_mappings_closable(const struct cg_mapping *m)
{
	if (m->by != CG_MAPPING_BY_UPNP || !m->sole || !m->sure)
		return false;
	return *m->file ||
	       (m->handle && cg_mapping_name_ok(m->table) && cg_mapping_name_ok(m->chain));
}

static int remember(struct cg_mapping_list *closed, const struct cg_mapping *m)
{
	struct cg_mapping *more;

	if (closed->n == CG_MAPPINGS_MAX) {
		closed->cut++;
		return 0;
	}
	more = reallocarray(closed->m, closed->n + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	closed->m = more;
	closed->m[closed->n++] = *m;
	return 0;
}

static void say(struct cg_agent *a, const struct cg_mapping *m)
{
	const struct cg_agent_cam *cam = cg_agent_by_slot(a, m->slot);
	char text[CG_MAPPINGS_TEXT], where[CG_MAPPINGS_TEXT];

	if (cam)
		cg_log_notice("%s: closed: %s (%s)", cam->name, cg_mappings_text(m, text),
			      cg_mappings_where(m, where));
}

static int done(struct cg_agent *a, struct cg_mapping_list *closed, const struct cg_mapping *m)
{
	say(a, m);
	return remember(closed, m);
}

/* ---- rules ---- */

static uint8_t family_of(const struct cg_mapping *m)
{
	return !strcmp(m->family, "inet") ? CG_NFT_INET :
	       !strcmp(m->family, "ip6")  ? CG_NFT_IP6 :
					    CG_NFT_IP;
}

/* A rule for two ports, or for two addresses of a camera, is listed more than once. */
static bool is_picked(const struct cg_nft_rule *rule, size_t n, const struct cg_mapping *m)
{
	for (size_t i = 0; i < n; i++)
		if (rule[i].handle == m->handle && rule[i].family == family_of(m) &&
		    !strcmp(rule[i].table, m->table))
			return true;
	return false;
}

static size_t pick(const struct cg_mapping_list *list, struct cg_nft_rule rule[static PER_ROUND])
{
	size_t n = 0;

	for (size_t i = 0; i < list->n && n < PER_ROUND; i++) {
		const struct cg_mapping *m = &list->m[i];

		if (!cg_mappings_closable(m) || *m->file || is_picked(rule, n, m))
			continue;
		rule[n++] = (struct cg_nft_rule){ family_of(m), m->table, m->chain, m->handle };
	}
	return n;
}

/* What is not looked through whole is not closed in part: 0, or what there was to do. */
static int round_rules(struct cg_agent *a, uint32_t gen, const struct cg_mapping_list *list,
		       struct cg_mapping_list *closed, int *ret_refused)
{
	struct cg_nft_rule rule[PER_ROUND];
	size_t n = pick(list, rule);
	int err = n ? cg_nft_rules_delete(gen, rule, n) : 0;

	*ret_refused = err;
	if (err || !n)
		return 0;
	for (size_t i = 0; i < list->n; i++) {
		const struct cg_mapping *m = &list->m[i];

		if (!cg_mappings_closable(m) || *m->file || !is_picked(rule, n, m))
			continue;
		err = done(a, closed, m);
		if (err)
			return err;
	}
	return (int)n;
}

/* ---- files ---- */

static bool same_file(const struct stat *x, const struct stat *y)
{
	return x->st_ino == y->st_ino && x->st_size == y->st_size &&
	       x->st_mtim.tv_sec == y->st_mtim.tv_sec && x->st_mtim.tv_nsec == y->st_mtim.tv_nsec;
}

/* m: n leases of one file. */
static int file_less(struct cg_agent *a, const struct cg_mapping *m, size_t n,
		     struct cg_mapping_list *closed)
{
	_cleanup_free_ char *text = NULL, *less = NULL;
	size_t len = 0, kept = 0, gone = 0;
	struct stat was, is;
	char path[PATH_MAX];
	int err;

	(void)snprintf(path, sizeof(path), "%s%s", a->opts.root, m->file);
	if (stat(path, &was) < 0)
		return -errno;
	err = cg_wholefile_read(path, CG_MAPPING_LEASE_MAX, &text, &len);
	if (!err)
		err = cg_mapping_leases_without(text, len, m, n, &less, &kept, &gone);
	if (err || !gone)
		return err;
	if (stat(path, &is) < 0)
		return -errno;
	if (!same_file(&was, &is))
		return -EAGAIN;
	err = cg_wholefile_replace(path, less, kept, is.st_mode & 07777, is.st_uid, is.st_gid);
	for (size_t i = 0; i < n && !err; i++)
		err = done(a, closed, &m[i]);
	return err;
}

static int round_files(struct cg_agent *a, const struct cg_mapping_list *list,
		       struct cg_mapping_list *closed, char *why, size_t room)
{
	_cleanup_free_ struct cg_mapping *of = calloc(list->n + 1, sizeof(*of));
	int err = of ? 0 : -ENOMEM;

	for (size_t i = 0; i < list->n && !err; i++) {
		const char *file = list->m[i].file;
		bool first = *file;
		size_t n = 0;

		for (size_t j = 0; j < i && first; j++)
			first = strcmp(list->m[j].file, file) != 0 ||
				!cg_mappings_closable(&list->m[j]);
		if (!first || !cg_mappings_closable(&list->m[i]))
			continue;
		for (size_t j = i; j < list->n; j++)
			if (!strcmp(list->m[j].file, file) && cg_mappings_closable(&list->m[j]))
				of[n++] = list->m[j];
		for (int again = 0; again < 3; again++) {
			err = file_less(a, of, n, closed);
			if (err != -EAGAIN)
				break;
		}
		if (err && err != -ENOMEM) {
			(void)snprintf(why, room, "%s: %s", file, strerror(-err));
			err = 0;
		}
	}
	return err;
}

int cg_mappings_shut(struct cg_agent *a, const struct cg_agent_cam *cam,
		     struct cg_mapping_list *closed, struct cg_mappings_found *ret_left, char *why,
		     size_t n)
{
	int refused = 0, did = 1, err = 0;

	memset(ret_left, 0, sizeof(*ret_left));
	why[0] = '\0';
	for (int i = 0; i < ROUNDS && did > 0; i++) {
		uint32_t gen = 0;
		int no_gen;

		cg_mappings_free(ret_left);
		/* Before the list: what changes behind it is seen. */
		no_gen = cg_nft_generation(&gen);
		err = cg_mappings_find(a, cam, ret_left);
		if (err)
			return err;
		refused = no_gen;
		did = no_gen ? 0 : round_rules(a, gen, &ret_left->list, closed, &refused);
		if (refused == -ESTALE)
			did = 1;
	}
	if (did < 0)
		return did;
	if (refused)
		(void)snprintf(why, n, N_("rules of the firewall were not removed: %s"),
			       refused == -ESTALE ? N_("somebody changes it all the time") :
						    strerror(-refused));
	err = round_files(a, &ret_left->list, closed, why, n);
	if (!err && closed->n) {
		cg_mappings_free(ret_left);
		err = cg_mappings_find(a, cam, ret_left);
	}
	for (size_t i = 0; i < closed->n; i++)
		if (cg_mappings_counts(closed, i))
			cg_mappings_tell(a, "mapping-closed", &closed->m[i]);
	cg_mappings_moved(a);
	return err;
}
