/* SPDX-License-Identifier: GPL-2.0-only */
/* Each use of the key has a word of its own in front: an address can never be taken for a camera. */
#include <errno.h>
#include <camgate/limits.h>
#include <nettle/hmac.h>
#include <stdio.h>
#include <string.h>
#include "fleet_key.h"
#include "secret.h"

#define DIGITS	   (2 * (size_t)CG_FLEET_KEY_BYTES)
#define NAME_BYTES 16
#define V4_BITS	   96

static void mac(const struct cg_fleet_key *key, const char *use, const void *data, size_t n,
		size_t digits, char *buf)
{
	struct hmac_sha256_ctx ctx;
	uint8_t digest[SHA256_DIGEST_SIZE];

	hmac_sha256_set_key(&ctx, sizeof(key->b), key->b);
	hmac_sha256_update(&ctx, strlen(use), (const uint8_t *)use);
	hmac_sha256_update(&ctx, n, data);
	hmac_sha256_digest(&ctx, sizeof(digest), digest);
	for (size_t i = 0; i < digits / 2; i++)
		(void)sprintf(buf + 2 * i, "%02x", digest[i]);
	explicit_bzero(&ctx, sizeof(ctx));
}

/* ---- the file ---- */

/* false: not the digits, nothing behind them but a line's end. */
static bool digits_read(const char *text, uint8_t ret[static CG_FLEET_KEY_BYTES])
{
	const char *rest = text + strspn(text, "0123456789abcdefABCDEF");

	if (rest != text + DIGITS || (*rest && strcmp(rest, "\n") != 0))
		return false;
	for (size_t i = 0; i < CG_FLEET_KEY_BYTES; i++)
		(void)sscanf(text + 2 * i, "%2hhx", &ret[i]);
	return true;
}

int cg_fleet_key_read(const char *path, struct cg_diag *diag, struct cg_fleet_key *ret_key)
{
	const struct cg_pos pos = { path, 1, 0 };
	char text[DIGITS + 3];
	int r = cg_mqtt_secret_file(path, diag, text, sizeof(text));

	if (r >= 0)
		r = digits_read(text, ret_key->b) ?
			    0 :
			    cg_diag_set(diag, &pos, -EINVAL,
					"found something else, expected %zu hexadecimal digits",
					DIGITS);
	explicit_bzero(text, sizeof(text));
	if (!r)
		mac(ret_key, "camgate fleet key", "", 0, CG_FLEET_KEY_ID - 1, ret_key->id);
	return r;
}

void cg_fleet_key_wipe(struct cg_fleet_key *key)
{
	explicit_bzero(key, sizeof(*key));
}

/* ---- what is named ---- */

static struct cg_prefix cut(const struct cg_prefix *p, uint8_t len)
{
	struct cg_prefix q = *p;

	if (q.len <= len)
		return q;
	q.len = len;
	for (unsigned int bit = len; bit < 128; bit++)
		q.addr.b[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
	return q;
}

struct cg_prefix cg_fleet_viewer(const struct cg_prefix *peer)
{
	return cut(peer, cg_addr_is_v4(&peer->addr) ? 128 : 64);
}

struct cg_prefix cg_fleet_net(const struct cg_prefix *viewer)
{
	return cut(viewer, cg_addr_is_v4(&viewer->addr) ? V4_BITS + 24 : 48);
}

static const char *name(const struct cg_fleet_key *key, const char *use, const void *data, size_t n,
			char buf[static CG_FLEET_NAME_LEN])
{
	char digits[2 * NAME_BYTES + 1];

	mac(key, use, data, n, 2 * NAME_BYTES, digits);
	(void)snprintf(buf, CG_FLEET_NAME_LEN, "h:%s:%s", key->id, digits);
	return buf;
}

const char *cg_fleet_name(const struct cg_fleet_key *key, const struct cg_prefix *p,
			  char buf[static CG_FLEET_NAME_LEN])
{
	uint8_t data[sizeof(p->addr.b) + 1];

	memcpy(data, p->addr.b, sizeof(p->addr.b));
	data[sizeof(p->addr.b)] = p->len;
	return name(key, "", data, sizeof(data), buf);
}

const char *cg_fleet_cam(const struct cg_fleet_key *key, const char *gateway, const char *cam,
			 char buf[static CG_FLEET_NAME_LEN])
{
	char data[2 * CG_ID_LEN + 1];
	int n = snprintf(data, sizeof(data), "%s/%s", gateway, cam);

	return name(key, "camera ", data, (size_t)n < sizeof(data) ? (size_t)n : sizeof(data) - 1,
		    buf);
}
