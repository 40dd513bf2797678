/* SPDX-License-Identifier: GPL-2.0-only */
/* One look for openings, in steps: at once for a command, in between for the loop. */
#ifndef CG_MAPPINGS_LOOK_H
#define CG_MAPPINGS_LOOK_H

#include "../kern/nft.h"
#include "mappings.h"

/* Whose address it is, as far as is known. */
struct cg_mappings_known {
	struct cg_addr addr;
	uint32_t slot;
	bool sure; /* the neighbours say so now, or the config */
};

struct cg_mappings_look {
	struct cg_mappings_known *known; /* by address, each once */
	struct cg_addr *addr;
	char (*lan)[16];
	struct cg_prefix *net;
	struct cg_mapping_want want;
	bool upnp; /* there is a miniupnpd.conf */
};

/* cam NULL: every camera. */
int cg_mappings_look_make(struct cg_agent *a, const struct cg_agent_cam *cam,
			  struct cg_mappings_look *ret_look) __must_check;
void cg_mappings_look_free(struct cg_mappings_look *look);
/* What a job of cg_nft_list_start() said, into found; it is no more. -ENOMEM. */
int cg_mappings_take(struct cg_nft_job *job, const struct cg_mappings_look *look,
		     struct cg_mappings_found *found) __must_check;
/* A script that asks for the maps that were not told; NULL: none. */
int cg_mappings_maps(struct cg_mapping_list *list, char **ret_script) __must_check;
/* Lease files, whose each one is, and the order. */
int cg_mappings_finish(struct cg_agent *a, const struct cg_mappings_look *look,
		       struct cg_mappings_found *found) __must_check;
/* Adds a sentence; said: by nft. */
void cg_mappings_why(struct cg_mappings_found *found, int err, const char *said);

#endif
