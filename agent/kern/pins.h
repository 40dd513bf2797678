/* SPDX-License-Identifier: GPL-2.0-only */
/* The pinned maps as anybody with the right may reach them, agent alive or dead. */
#ifndef CG_PINS_H
#define CG_PINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <camgate/bpf_abi.h>
#include "../lib/cleanup.h"

struct cg_pins {
	struct cg_meta *meta;	      /* mapped, writable */
	struct cg_exposure *exposure; /* mapped, writable; meta->slots entries */
	struct cg_name *names;	      /* a copy; nnames entries */
	size_t nnames;
	size_t meta_size, exposure_size;
};

/* dir: CG_PIN_DIR. -ENOENT: nothing is pinned; -EACCES/-EPERM; -ESTALE: pins
 * of another ABI version. */
int cg_pins_open(const char *dir, struct cg_pins *ret_pins) __must_check;
/* Is there nothing, as before a first start or after a detach? */
bool cg_pins_none(const char *dir);
void cg_pins_close(struct cg_pins *pins);
/* Slot by id or name; -ENOENT. */
int cg_pins_find(const struct cg_pins *pins, const char *id_or_name,
		 uint32_t *ret_slot) __must_check;
/* Sums over CPUs; needs no cg_pins_open. pins_stats.c */
int cg_pins_stats_read(const char *dir, uint32_t slot, struct cg_stats *ret_stats) __must_check;
/* The same of a mapped cg_stats. */
void cg_pins_stats_sum(const struct cg_count *counts, uint32_t cpus, uint32_t slots, uint32_t slot,
		       struct cg_stats *ret_stats);
/* CPUs up to the highest number there may be; numbers may be left out. */
int cg_pins_cpus_read(uint32_t *ret_cpus) __must_check;
/* Removes every filter of ours on every interface of this network namespace,
 * then every pin below dir and dir itself. Works with the agent dead; needs no
 * pins to be there. Returns how many things were removed, or -errno. */
int cg_pins_detach(const char *dir, void (*say)(void *ctx, const char *what),
		   void *ctx) __must_check;

#endif
