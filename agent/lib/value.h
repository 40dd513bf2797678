/* SPDX-License-Identifier: GPL-2.0-only */
/* Single values of the config: each is read or refused with what was found and what was expected. */
#ifndef CG_VALUE_H
#define CG_VALUE_H

#include <stdint.h>
#include "addr.h"
#include "cleanup.h"
#include "config.h"
#include "diag.h"

/* All -EINVAL with diag. words ends with NULL; the index of the word, or
 * fallback where the key is absent. */
int cg_value_word(const struct cg_text *t, const char *key, const char *const *words, int fallback,
		  struct cg_diag *diag, int *ret_word) __must_check;
/* no or yes. */
int cg_value_flag(const struct cg_text *t, const char *key, bool fallback, struct cg_diag *diag,
		  bool *ret) __must_check;
int cg_value_ifname(const struct cg_text *t, const char *key, struct cg_diag *diag,
		    char ret_name[static 16]) __must_check;
/* A MAC that a device can have. */
int cg_value_mac(const struct cg_text *t, struct cg_diag *diag,
		 struct cg_mac *ret_mac) __must_check;
int cg_value_unicast(const struct cg_text *t, const char *key, struct cg_diag *diag,
		     struct cg_addr *ret_addr) __must_check;
/* Bits of a packet's mark, hexadecimal or decimal, not 0. */
int cg_value_mark(const struct cg_text *t, const char *key, uint32_t fallback, struct cg_diag *diag,
		  uint32_t *ret_mark) __must_check;
/* What looks like a time zone; "" where the key is absent. */
#define CG_VALUE_ZONE_LEN 64
int cg_value_zone(const struct cg_text *t, struct cg_diag *diag,
		  char ret_name[static CG_VALUE_ZONE_LEN]) __must_check;
/* "200M": bytes a day, K, M and G being thousands; 0 where the key is absent. */
int cg_value_daily_size(const struct cg_text *t, const char *key, struct cg_diag *diag,
			uint64_t *ret_bytes) __must_check;
/* "2h" or "2h/day": seconds, up to a whole day; 0 where the key is absent. */
int cg_value_daily_time(const struct cg_text *t, const char *key, struct cg_diag *diag,
			uint32_t *ret_s) __must_check;
/* An absolute path; NULL where the key is absent. The caller frees it. */
int cg_value_path(const struct cg_text *t, const char *key, struct cg_diag *diag,
		  char **ret_path) __must_check;
/* A prefix that is not the whole internet. */
int cg_value_home(const struct cg_text *t, struct cg_diag *diag,
		  struct cg_prefix *ret_prefix) __must_check;

#endif
