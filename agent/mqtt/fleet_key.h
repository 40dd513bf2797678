/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Addresses under the fleet's key: the same viewer has the same name in every home that holds the
 * key, and who has not got it cannot find the address. HMAC-SHA256 (RFC 2104, FIPS 180-4), the
 * first 16 bytes of it as digits (RFC 2104, section 5). Pure, but for the file.
 *
 * There are 2^32 IPv4 addresses: whoever has the key tries them all in minutes. These are
 * pseudonyms, nothing anonymous.
 */
#ifndef CG_MQTT_FLEET_KEY_H
#define CG_MQTT_FLEET_KEY_H

#include <stdint.h>
#include "../lib/addr.h"
#include "../lib/diag.h"

#define CG_FLEET_KEY_BYTES 32
#define CG_FLEET_KEY_ID	   9 /* 8 digits, which say which key it was */

struct cg_fleet_key {
	uint8_t b[CG_FLEET_KEY_BYTES];
	char id[CG_FLEET_KEY_ID];
};

/* "h:KEY:DIGITS" */
#define CG_FLEET_NAME_LEN (2 + CG_FLEET_KEY_ID + 32 + 1)

/* A file of 64 hexadecimal digits and a line's end. -EACCES: others may read it; -EINVAL, or the
 * errno of the file; diag set. */
int cg_fleet_key_read(const char *path, struct cg_diag *diag,
		      struct cg_fleet_key *ret_key) __must_check;
void cg_fleet_key_wipe(struct cg_fleet_key *key);

/* What a viewer is told apart by: an IPv4 address whole, IPv6 by its /64, a network as it is. */
struct cg_prefix cg_fleet_viewer(const struct cg_prefix *peer);
/* What it is a part of: IPv4 by /24, IPv6 by /48. */
struct cg_prefix cg_fleet_net(const struct cg_prefix *viewer);
/* The 16 bytes of the address, then its length as a byte, under the key. Returns buf. */
const char *cg_fleet_name(const struct cg_fleet_key *key, const struct cg_prefix *p,
			  char buf[static CG_FLEET_NAME_LEN]);
/* A camera of a home: "GATEWAY/ID", under the key. Returns buf. */
const char *cg_fleet_cam(const struct cg_fleet_key *key, const char *gateway, const char *cam,
			 char buf[static CG_FLEET_NAME_LEN]);

#endif
