/* SPDX-License-Identifier: GPL-2.0-only */
/* Values: words, interface names, MACs and addresses of the config. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <camgate/limits.h>
#include "duration.h"
#include "near.h"
#include "mark.h"
#include "value.h"
#include "told.h"

int cg_value_word(const struct cg_text *t, const char *key, const char *const *words, int fallback,
		  struct cg_diag *diag, int *ret_word)
{
	char text[128];
	size_t n = 0;

	if (!t->s) {
		*ret_word = fallback;
		return 0;
	}
	for (; words[n]; n++) {
		if (!strcmp(words[n], t->s)) {
			*ret_word = (int)n;
			return 0;
		}
	}
	return cg_diag_set(diag, &t->pos, -EINVAL, "%s: found '%s', expected %s", key, t->s,
			   cg_near_format(words, n, text, sizeof(text)));
}

int cg_value_flag(const struct cg_text *t, const char *key, bool fallback, struct cg_diag *diag,
		  bool *ret)
{
	static const char *const words[] = { "no", "yes", NULL };
	int word, r = cg_value_word(t, key, words, fallback, diag, &word);

	if (!r)
		*ret = word == 1;
	return r;
}

int cg_value_ifname(const struct cg_text *t, const char *key, struct cg_diag *diag,
		    char ret_name[static 16])
{
	size_t len = strlen(t->s);
	bool ok = len > 0 && len < 16 && strcmp(t->s, ".") && strcmp(t->s, "..");

	for (const char *p = t->s; *p && ok; p++)
		ok = (unsigned char)*p > ' ' && (unsigned char)*p < 0x7f && *p != '/' && *p != ':';
	if (!ok)
		return cg_diag_set(
			diag, &t->pos, -EINVAL,
			"%s: found '%s', expected the name of an interface, 1 to 15 characters",
			key, t->s);
	memcpy(ret_name, t->s, len + 1);
	return 0;
}

int cg_value_mac(const struct cg_text *t, struct cg_diag *diag, struct cg_mac *ret_mac)
{
	static const struct cg_mac zero, broadcast = { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } };
	struct cg_mac m;

	if (cg_mac_parse(t->s, &m))
		return cg_diag_set(
			diag, &t->pos, -EINVAL,
			"mac: found '%s', expected six hex pairs as in 02:ca:00:00:00:01", t->s);
	if (!memcmp(&m, &zero, sizeof(m)) || (m.b[0] & 1))
		return cg_diag_set(diag, &t->pos, -EINVAL,
				   "mac: '%s' is %s, expected a camera's own MAC", t->s,
				   !memcmp(&m, &broadcast, sizeof(m)) ? N_("broadcast") :
				   m.b[0] & 1			      ? N_("multicast") :
									N_("all zero"));
	*ret_mac = m;
	return 0;
}

int cg_value_unicast(const struct cg_text *t, const char *key, struct cg_diag *diag,
		     struct cg_addr *ret_addr)
{
	struct cg_addr a;

	if (cg_addr_parse(t->s, &a) || !cg_addr_is_unicast(&a))
		return cg_diag_set(diag, &t->pos, -EINVAL,
				   "%s: found '%s', expected the address of one device", key, t->s);
	*ret_addr = a;
	return 0;
}

int cg_value_home(const struct cg_text *t, struct cg_diag *diag, struct cg_prefix *ret_prefix)
{
	static const struct cg_addr v4 = { .b = { [10] = 0xff, [11] = 0xff } };
	char text[CG_PREFIX_STRLEN];
	struct cg_prefix p;
	int r = cg_prefix_parse(t->s, &p);

	if (r == -ERANGE)
		return cg_diag_set(diag, &t->pos, -EINVAL,
				   "home: '%s' has bits set behind its prefix length, expected %s",
				   t->s, cg_prefix_format(&p, text));
	if (r)
		return cg_diag_set(diag, &t->pos, -EINVAL,
				   "home: found '%s', expected an interface or a prefix", t->s);
	if (p.len <= 96 && cg_prefix_contains(&p, &v4))
		return cg_diag_set(
			diag, &t->pos, -EINVAL,
			"home: '%s' would make the whole internet home, expected a narrower prefix",
			t->s);
	*ret_prefix = p;
	return 0;
}

int cg_value_mark(const struct cg_text *t, const char *key, uint32_t fallback, struct cg_diag *diag,
		  uint32_t *ret_mark)
{
	unsigned long long mark = 0;
	char *end = NULL;

	if (!t->s) {
		*ret_mark = fallback;
		return 0;
	}
	/* strtoull would take a sign, a space and an octal number. */
	if (t->s[0] >= '1' && t->s[0] <= '9')
		mark = strtoull(t->s, &end, 10);
	else if (t->s[0] == '0' && (t->s[1] == 'x' || t->s[1] == 'X') &&
		 isxdigit((unsigned char)t->s[2]))
		mark = strtoull(t->s, &end, 16);
	if (!end || *end || !mark || mark > UINT32_MAX)
		return cg_diag_set(diag, &t->pos, -EINVAL,
				   "%s: found '%s', expected bits of a mark such as 0x%08x", key,
				   t->s, CG_MARK_DEFAULT);
	*ret_mark = (uint32_t)mark;
	return 0;
}

int cg_value_zone(const struct cg_text *t, struct cg_diag *diag,
		  char ret_name[static CG_VALUE_ZONE_LEN])
{
	size_t len = t->s ? strlen(t->s) : 0;

	if (t->s && (!len || len >= CG_VALUE_ZONE_LEN))
		return cg_diag_set(
			diag, &t->pos, -EINVAL,
			"timezone: found '%s', expected a time zone such as Europe/Berlin", t->s);
	memcpy(ret_name, t->s ? t->s : "", len + 1);
	return 0;
}

int cg_value_daily_size(const struct cg_text *t, const char *key, struct cg_diag *diag,
			uint64_t *ret_bytes)
{
	static const char units[] = "KMG";
	uint64_t n = 0;
	const char *s = t->s, *unit;

	*ret_bytes = 0;
	if (!s)
		return 0;
	for (; *s >= '0' && *s <= '9' && n < CG_DAILY_MAX; s++)
		n = n * 10 + (uint64_t)(*s - '0');
	unit = *s ? strchr(units, *s) : NULL;
	if (unit) {
		for (size_t i = 0; i <= (size_t)(unit - units) && n < CG_DAILY_MAX; i++)
			n *= 1000;
		s++;
	}
	if (*s || s == t->s || n < CG_DAILY_MIN || n > CG_DAILY_MAX)
		return cg_diag_set(
			diag, &t->pos, -EINVAL,
			"%s: found '%s', expected bytes a day such as 200M, 64K to 1000G", key,
			t->s);
	*ret_bytes = n;
	return 0;
}

int cg_value_daily_time(const struct cg_text *t, const char *key, struct cg_diag *diag,
			uint32_t *ret_s)
{
	const char *slash = t->s ? strchr(t->s, '/') : NULL;
	char text[32];
	uint64_t s = 0;
	size_t len;

	*ret_s = 0;
	if (!t->s)
		return 0;
	len = slash ? (size_t)(slash - t->s) : strlen(t->s);
	if (len < sizeof(text)) {
		memcpy(text, t->s, len);
		text[len] = '\0';
	}
	if (len >= sizeof(text) || (slash && strcmp(slash, "/day")) ||
	    cg_duration_parse(text, 24 * 3600, &s))
		return cg_diag_set(
			diag, &t->pos, -EINVAL,
			"%s: found '%s', expected a time a day such as 2h/day, at most 24h", key,
			t->s);
	*ret_s = (uint32_t)s;
	return 0;
}

int cg_value_path(const struct cg_text *t, const char *key, struct cg_diag *diag, char **ret_path)
{
	*ret_path = NULL;
	if (!t->s)
		return 0;
	if (*t->s != '/' || strlen(t->s) >= PATH_MAX)
		return cg_diag_set(diag, &t->pos, -EINVAL,
				   "%s: found '%s', expected a whole path such as /etc/camgate/%s",
				   key, t->s, key);
	*ret_path = strdup(t->s);
	return *ret_path ? 0 : -ENOMEM;
}
