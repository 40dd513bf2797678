/* SPDX-License-Identifier: GPL-2.0-only */
/* What devices.json holds: devices that are no cameras of the config, and cameras adopted on trial. Pure. */
#ifndef CG_DEVSTATE_H
#define CG_DEVSTATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <camgate/limits.h>
#include "addr.h"
#include "cleanup.h"
#include "clue.h"
#include "policy.h"
#include "quarantine.h"

#define CG_DEVSTATE_FILE      "devices.json"
#define CG_DEVSTATE_MAX_BYTES (4 * 1024 * 1024)
/* Adoptions under trial at once. */
#define CG_MAX_TRIALS	      16
#define CG_DEVSTATE_BOOT_LEN  40
#define CG_DEVSTATE_FILE_LEN  1024

enum cg_device_what {
	CG_DEVICE_SEEN,
	CG_DEVICE_IN_QUARANTINE,
	CG_DEVICE_RELEASED, /* by hand: never held again */
};

/* Of one device, what is known over restart and reboot. */
struct cg_device_note {
	struct cg_mac mac;
	uint8_t what; /* enum cg_device_what */
	uint8_t why;  /* enum cg_hold */
	bool told;    /* somebody was told of it */
	bool known;   /* it was there before quarantine = all was */
	uint32_t nr;  /* what it is called by in `discover`; 0: it never was */
	int64_t first_s, last_s;
	uint64_t up_bytes;   /* to remotes, before the boot of struct cg_devstate */
	uint64_t boot_bytes; /* and since */
	struct cg_addr addr; /* all zero: none seen */
	char port[16];
	struct cg_clues clues;
};

/* A camera file that goes again unless somebody says otherwise. */
struct cg_device_trial {
	char id[CG_ID_LEN];
	char file[CG_DEVSTATE_FILE_LEN];
	struct cg_mac mac;
	uint8_t why; /* it was held before, for that; CG_HOLD_NOT: it was not */
	/* When: by the clock of that boot, after another by that of the wall; and never
	 * more than for_s after a boot. */
	char boot[CG_DEVSTATE_BOOT_LEN];
	uint64_t until_ns;
	int64_t until_s;
	uint32_t for_s;
};

struct cg_devstate {
	enum cg_quarantine mode; /* that was in force */
	char boot[CG_DEVSTATE_BOOT_LEN];
	struct cg_device_note **dev;
	size_t ndev;
	struct cg_device_trial *trial;
	size_t ntrial;
};

/* 1: of a later version, of which is taken what is known; -EPROTO: not one of ours.
 * Members that are not known are passed over, and so is a device that makes no sense. */
int cg_devstate_parse(const char *text, struct cg_devstate *ret_state) __must_check;
/* With an end of line; freed by the caller. */
int cg_devstate_print(const struct cg_devstate *s, char **ret_text) __must_check;
void cg_devstate_free(struct cg_devstate *s);

#endif
