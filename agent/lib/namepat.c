/* SPDX-License-Identifier: GPL-2.0-only */
/* Name patterns: one star in the first label at most, everything else plain host names. */
#include <errno.h>
#include <string.h>
#include "cleanup.h"
#include "namepat.h"
#include "told.h"

#define NAME_MAX_LEN  253 /* RFC 1035 2.3.4, without the root */
#define LABEL_MAX_LEN 63

static bool is_label_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* One label of n letters, in small letters; the first may end in a star. */
static const char *label_fault(const char *s, size_t n, bool first)
{
	if (!n)
		return N_("a name without empty labels");
	if (n > LABEL_MAX_LEN)
		return N_("labels of at most 63 letters");
	for (size_t i = 0; i < n; i++) {
		if (is_label_char(s[i]))
			continue;
		if (s[i] == '*' && first && i == n - 1)
			continue;
		if (s[i] == '*')
			return N_(
				"a star at the end of the first label only, as in *.example.com or p2p*.example.com");
		if (s[i] & 0x80)
			return N_("an international name in its ASCII form, xn--…");
		return N_("a name of letters, digits, - and _");
	}
	return NULL;
}

static const char *fault(const char *s)
{
	const char *label = s, *dot, *why;
	size_t labels = 0;

	if (strlen(s) > NAME_MAX_LEN)
		return N_("a name of at most 253 letters");
	for (;; label = dot + 1) {
		dot = strchr(label, '.');
		why = label_fault(label, dot ? (size_t)(dot - label) : strlen(label), !labels++);
		if (why)
			return why;
		if (!dot)
			break;
	}
	if (labels < 2)
		return N_("a name with a dot, such as www.example.com");
	/* No such name exists; it is an address somebody mistyped. */
	if (!label[strspn(label, "0123456789")])
		return N_("an address, or a name whose last label is no number");
	return NULL;
}

int cg_namepat_parse(const char *s, size_t n, char ret_pattern[static CG_NAMEPAT_LEN],
		     const char **ret_expected)
{
	char text[CG_NAMEPAT_LEN];
	const char *why;

	if (n && s[n - 1] == '.')
		n--;
	if (n >= sizeof(text)) {
		*ret_expected = N_("a name of at most 253 letters");
		return -EINVAL;
	}
	for (size_t i = 0; i < n; i++)
		text[i] = lower(s[i]);
	text[n] = '\0';
	why = fault(text);
	if (why) {
		*ret_expected = why;
		return -EINVAL;
	}
	memcpy(ret_pattern, text, n + 1);
	return 0;
}

bool cg_namepat_is_wild(const char *pattern)
{
	return strchr(pattern, '*');
}

bool cg_namepat_fits(const char *pattern, const char *name)
{
	const char *star = strchr(pattern, '*'), *rest;
	size_t stem, tail, n = strlen(name);

	if (!star)
		return !strcmp(pattern, name);
	stem = (size_t)(star - pattern);
	rest = star + 1; /* ".example.com" */
	tail = strlen(rest);
	if (n <= tail || strcmp(name + n - tail, rest))
		return false;
	/* the label directly in front of it */
	for (n -= tail; n && name[n - 1] != '.'; n--)
		;
	return !strncmp(name + n, pattern, stem);
}

/* Appends the labels of s, last first, each with its dot. */
static size_t reverse(const char *s, uint8_t *out)
{
	size_t n = strlen(s), at = 0;

	while (n) {
		size_t first = n;

		while (first && s[first - 1] != '.')
			first--;
		memcpy(out + at, s + first, n - first);
		at += n - first;
		out[at++] = '.';
		n = first ? first - 1 : 0;
	}
	return at;
}

/* A whole name fits nothing longer: the NUL says that it ends there. */
static void close_key(struct cg_namekey *key)
{
	if (key->len < CG_NAMEKEY_LEN)
		key->len++;
}

void cg_namepat_key(const char *pattern, struct cg_namekey *ret_key)
{
	const char *star = strchr(pattern, '*');

	memset(ret_key, 0, sizeof(*ret_key));
	ret_key->len = (uint16_t)reverse(star ? star + 2 : pattern, ret_key->name);
	if (!star) {
		close_key(ret_key);
		return;
	}
	memcpy(ret_key->name + ret_key->len, pattern, (size_t)(star - pattern));
	ret_key->len = (uint16_t)(ret_key->len + (star - pattern));
}

bool cg_namepat_apex(const char *pattern, struct cg_namekey *ret_key)
{
	if (pattern[0] != '*')
		return false;
	cg_namepat_key(pattern + 2, ret_key);
	return true;
}

uint64_t cg_namepat_id(const char *name)
{
	uint64_t h = CG_NAME_HASH_INIT;

	while (*name) {
		size_t n = strcspn(name, ".");

		h = (h ^ n) * CG_NAME_HASH_PRIME;
		for (size_t i = 0; i < n; i++)
			h = (h ^ (uint8_t)name[i]) * CG_NAME_HASH_PRIME;
		name += n;
		name += *name == '.';
	}
	return h;
}

const char *cg_namepat_text(const uint8_t *key, size_t len, char buf[static CG_NAMEPAT_LEN])
{
	size_t end = len > CG_NAMEKEY_LEN ? CG_NAMEKEY_LEN : len, at = 0;

	if (end && key[end - 1] == '.')
		end--;
	while (end) {
		size_t first = end;

		while (first && key[first - 1] != '.')
			first--;
		memcpy(buf + at, key + first, end - first);
		at += end - first;
		end = first ? first - 1 : 0;
		if (end)
			buf[at++] = '.';
	}
	buf[at] = '\0';
	return buf;
}
