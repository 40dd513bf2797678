/* SPDX-License-Identifier: GPL-2.0-only */
/* What a MUD file says as a block of camgate's config, every entry named in it. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "mapset.h"
#include "memtext.h"
#include "mud.h"
#include "mud_json.h"
#include "policy.h"

void cg_mud_free(struct cg_mud **mud)
{
	struct cg_mud *m = *mud;

	*mud = NULL;
	if (!m)
		return;
	for (size_t i = 0; i < m->nrules; i++)
		cg_rule_clear(&m->rules[i].text);
	free(m->rules);
	free(m->aces);
	free(m->missing);
	free(m);
}

size_t cg_mud_lost(const struct cg_mud *mud)
{
	size_t n = mud->nmissing;

	for (size_t i = 0; i < mud->naces; i++)
		n += mud->aces[i].outcome == CG_MUD_NOT;
	return n;
}

bool cg_mud_whole(const struct cg_mud *mud)
{
	for (size_t i = 0; i < mud->naces; i++)
		if (mud->aces[i].narrower)
			return false;
	return !cg_mud_lost(mud);
}

/* ---- what a camera can have ---- */

/* The first n rules, as a reload would judge them; denies come first there. */
static int judge(const struct cg_mud *mud, size_t n, struct cg_diag *diag)
{
	_cleanup_free_ struct cg_policy_rule *rules = calloc(n + 1, sizeof(*rules));
	_cleanup_(cg_mapset_free) struct cg_mapset *set = NULL;
	struct cg_policy_cam cam = { .id = "mud", .name = "mud", .rules = rules };
	struct cg_policy policy = { .cams = &cam, .ncams = 1 };
	struct cg_name name = { 0 };

	if (!rules)
		return -ENOMEM;
	for (int deny = 1; deny >= 0; deny--)
		for (size_t i = 0; i < n; i++)
			if ((mud->rules[i].kind == CG_RULE_DENY) == deny)
				rules[cam.nrules++] = (struct cg_policy_rule){
					.text = mud->rules[i].text,
					.kind = mud->rules[i].kind,
				};
	return cg_mapset_build(&policy, 1, &name, 1, diag, &set);
}

int cg_mud_fit(struct cg_mud *mud)
{
	size_t lo = 0, hi = mud->nrules;
	struct cg_diag diag = { "" };
	int r = judge(mud, hi, &diag);

	if (r != -E2BIG)
		return r;
	/* lo rules fit, hi do not */
	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		r = judge(mud, mid, &diag);
		if (r && r != -E2BIG)
			return r;
		*(r ? &hi : &lo) = mid;
	}
	for (size_t i = 0; i < mud->naces; i++) {
		struct cg_mud_ace *ace = &mud->aces[i];

		if (ace->outcome != CG_MUD_RULE || ace->rule + ace->nrules <= lo)
			continue;
		ace->outcome = CG_MUD_NOT;
		snprintf(ace->text, sizeof(ace->text),
			 "more rules for the same addresses or names than a camera can have");
		/* half of "every port but this" would be wrong */
		if (ace->rule < lo)
			hi = lo = ace->rule;
	}
	for (size_t i = lo; i < mud->nrules; i++)
		cg_rule_clear(&mud->rules[i].text);
	mud->nrules = lo;
	return 0;
}

/* ---- text ---- */

static void entry(FILE *f, const struct cg_mud *mud, size_t i, const char *indent)
{
	const struct cg_mud_ace *ace = &mud->aces[i];

	fprintf(f, "%s# %sace %zu: %s%s%s\n", indent,
		ace->outcome == CG_MUD_NOT ? "not taken: " : "", i + 1, ace->where,
		*ace->text ? ": " : "", ace->text);
}

static void setting(FILE *f, const struct cg_mud *mud, enum cg_mud_outcome outcome,
		    const char *line)
{
	bool any = false;

	for (size_t i = 0; i < mud->naces; i++) {
		if (mud->aces[i].outcome != outcome)
			continue;
		entry(f, mud, i, "\t");
		any = true;
	}
	if (any)
		fprintf(f, "\t%s\n", line);
}

static void rules(FILE *f, const struct cg_mud *mud, enum cg_rule_kind kind, const char *key)
{
	char text[CG_RULE_STRLEN];
	bool open = false;

	for (size_t i = 0; i < mud->nrules; i++) {
		if (mud->rules[i].kind != kind)
			continue;
		if (!open)
			fprintf(f, "\t%s = {\n", key);
		open = true;
		for (size_t k = 0; k < mud->naces; k++)
			if (mud->aces[k].outcome == CG_MUD_RULE && mud->aces[k].rule == i)
				entry(f, mud, k, "\t\t");
		fprintf(f, "\t\t\"%s\",\n", cg_rule_format(&mud->rules[i].text, text));
	}
	if (open)
		fputs("\t}\n", f);
}

static void quoted(FILE *f, const char *s)
{
	fputc('"', f);
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			fputc('\\', f);
		fputc(*s, f);
	}
	fputc('"', f);
}

static void head(FILE *f, const struct cg_mud *mud, const char *file)
{
	size_t lost = cg_mud_lost(mud) - mud->nmissing;
	char shown[CG_MUD_TEXT_LEN];

	fprintf(f, "# From the MUD file %s: %zu entries, %zu taken, %zu not.\n",
		cg_mud_json_clean(file, shown, sizeof(shown)), mud->naces, mud->naces - lost, lost);
	for (size_t i = 0; i < __CG_MUD_INFO_MAX; i++)
		if (*mud->info[i])
			fprintf(f, "# %s: %s%s\n", cg_mud_info_key[i], mud->info[i],
				i == CG_MUD_VALIDITY ? " hours" : "");
	if (!strcmp(mud->info[CG_MUD_SUPPORTED], "false"))
		fputs("# The maker no longer supports this device.\n", f);
	if (*mud->info[CG_MUD_EXTENSIONS])
		fputs("# What its extensions add is not read.\n", f);
}

static void body(FILE *f, const struct cg_mud *mud)
{
	bool lan = false;

	for (size_t i = 0; i < mud->naces; i++)
		lan |= mud->aces[i].outcome == CG_MUD_LAN;
	setting(f, mud, CG_MUD_LAN, "lan_viewing = all");
	if (!lan)
		fputs("\t# The file does not let all of the LAN in; without lan_viewing camgate does.\n",
		      f);
	setting(f, mud, CG_MUD_DNS, "dns = gateway");
	setting(f, mud, CG_MUD_NTP, "ntp = gateway");
	rules(f, mud, CG_RULE_ALLOW, "allow");
	rules(f, mud, CG_RULE_DENY, "deny");
	setting(f, mud, CG_MUD_DEFAULT, "# (stopped without a rule)");
	for (size_t i = 0; i < mud->naces; i++)
		if (mud->aces[i].outcome == CG_MUD_NOT)
			entry(f, mud, i, "\t");
	for (size_t i = 0; i < mud->nmissing; i++)
		fprintf(f, "\t# not taken: %s\n", mud->missing[i]);
}

char *cg_mud_block(const struct cg_mud *mud, const char *file, const char *name,
		   const char *const *macs, size_t nmacs)
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	if (!f)
		return NULL;
	head(f, mud, file);
	fputs("camera ", f);
	quoted(f, name);
	fputs(" {\n\tmac = { ", f);
	for (size_t i = 0; i < nmacs; i++)
		fprintf(f, "%s\"%s\"", i ? ", " : "", macs[i]);
	fputs(nmacs ? " }\n" : "\"02:00:00:00:00:01\" } # the camera's own goes here\n", f);
	body(f, mud);
	fputs("}\n", f);
	return cg_memtext_end(f, &text) ? NULL : text;
}
