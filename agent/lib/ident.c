/* SPDX-License-Identifier: GPL-2.0-only */
/* Identity: judges names and ids, and makes the second from the first. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include "ident.h"
#include "utf8.h"
#include "told.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyz"
#define DIGITS	"0123456789"

const char *cg_ident_name_fault(const char *s)
{
	size_t len = strlen(s);
	uint32_t code;

	if (!len || s[0] == ' ' || s[len - 1] == ' ')
		return N_("a name without blanks around it");
	if (len >= CG_NAME_LEN)
		return N_("a name of at most 63 bytes");
	if (!strcasecmp(s, "all"))
		return N_("another name: commands use 'all' for every camera");
	for (size_t i = 0; i < len;) {
		size_t n = cg_utf8_next(s + i, len - i, &code);

		if (!n)
			return "UTF-8 text";
		if (cg_utf8_is_control(code))
			return N_("a name without control characters");
		i += n;
	}
	return NULL;
}

const char *cg_ident_id_fault(const char *s)
{
	if (strlen(s) >= CG_ID_LEN)
		return N_("at most 31 characters");
	if (!*s || !strchr(LETTERS DIGITS, *s) || s[strspn(s, LETTERS DIGITS "_-")])
		return N_("a-z, 0-9, _ and -, a letter or digit first");
	if (!strcmp(s, "all"))
		return N_("another id: commands use 'all' for every camera");
	return NULL;
}

/* FNV-1a */
static uint32_t hash(const char *s)
{
	uint32_t h = 2166136261u;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 16777619u;
	return h;
}

void cg_ident_make(const char *name, char ret_id[static CG_ID_LEN])
{
	char slug[CG_NAME_LEN];
	unsigned int h = hash(name) >> 8;
	bool lost = false;
	size_t n = 0;

	for (const char *p = name; *p && n < sizeof(slug) - 1; p++) {
		char c = *p;

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		lost |= (unsigned char)c >= 0x80;
		if ((c == '_' && n) || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			slug[n++] = c;
		else if (n && slug[n - 1] != '-')
			slug[n++] = '-';
	}
	while (n && slug[n - 1] == '-')
		n--;
	slug[n] = '\0';
	if (lost || !n)
		snprintf(ret_id, CG_ID_LEN, "cam-%06x", h);
	else if (n < CG_ID_LEN)
		strcpy(ret_id, slug);
	else
		snprintf(ret_id, CG_ID_LEN, "%.24s-%06x", slug, h);
}
