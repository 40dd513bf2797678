/* SPDX-License-Identifier: GPL-2.0-only */
/* The block `unknown`, what follows from it for a device, and held devices as cameras of a policy. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ident.h"
#include "quarantine.h"
#include "value.h"
#include "told.h"

static const char *const MODES[] = {
	[CG_QUARANTINE_NONE] = "none",
	[CG_QUARANTINE_CAMERAS] = "cameras",
	[CG_QUARANTINE_ALL] = "all",
	[__CG_QUARANTINE_MAX] = NULL,
};

static const struct {
	const char *word, *text;
} HOLDS[__CG_HOLD_MAX] = {
	[CG_HOLD_NOT] = { "", "" },
	[CG_HOLD_IDENTIFIES] = { "identifies", N_("it shows itself to be a camera") },
	[CG_HOLD_LIKENESS] = { "likeness", N_("much of what it shows is a camera's") },
	[CG_HOLD_SHAPE] = { "shape", N_("it is new and sends as if it were video") },
	[CG_HOLD_PROBATION] = { "probation", N_("it began to send as if it were video at once") },
	[CG_HOLD_NEW] = { "new", N_("it was never seen before, and quarantine is `all`") },
	[CG_HOLD_KERNEL] = { "kept", N_("it was held before, why is not known any more") },
};

int cg_quarantine_build(const struct cg_config *config, struct cg_diag *diag,
			struct cg_policy *policy)
{
	const struct cg_text *probation = &config->unknown.probation;
	int quarantine, r;

	r = cg_value_flag(&config->unknown.notify, "notify", true, diag, &policy->unknown_notify);
	if (!r)
		r = cg_value_word(&config->unknown.quarantine, "quarantine", MODES,
				  CG_QUARANTINE_NONE, diag, &quarantine);
	if (!r)
		r = cg_value_flag(probation, "probation", false, diag, &policy->probation);
	if (r)
		return r;
	if (policy->probation && quarantine == CG_QUARANTINE_NONE)
		return cg_diag_set(
			diag, &probation->pos, -EINVAL,
			"probation: found 'yes' where nothing is held, expected quarantine = cameras or all with it");
	policy->quarantine = (enum cg_quarantine)quarantine;
	return 0;
}

/* A family's phones and laptops are never held, whatever they do. */
enum cg_hold cg_quarantine_judge(enum cg_quarantine mode, const struct cg_quarantine_case *c)
{
	const struct cg_likeness *like = c->like;

	if (mode == CG_QUARANTINE_NONE || like->user)
		return CG_HOLD_NOT;
	if (like->identifies)
		return CG_HOLD_IDENTIFIES;
	if (like->class == CG_LIKENESS_IS)
		return CG_HOLD_LIKENESS;
	/* Something else, and enough of it is known. */
	if (like->class == CG_LIKENESS_OTHER && like->settled)
		return CG_HOLD_NOT;
	if (c->stopped)
		return CG_HOLD_PROBATION;
	if (like->streams && c->age_s < CG_LIKENESS_LISTEN_S)
		return CG_HOLD_SHAPE;
	if (mode == CG_QUARANTINE_ALL && !c->known && c->age_s >= CG_QUARANTINE_ASK_S)
		return CG_HOLD_NEW;
	return CG_HOLD_NOT;
}

bool cg_quarantine_stays(enum cg_quarantine mode, enum cg_hold why, const struct cg_likeness *like)
{
	switch (why) {
	case CG_HOLD_NOT:
	case __CG_HOLD_MAX:
		return false;
	case CG_HOLD_NEW:
		return mode == CG_QUARANTINE_ALL && !like->user;
	/* Nothing but its traffic spoke: it may yet turn out a user's. */
	case CG_HOLD_SHAPE:
	case CG_HOLD_PROBATION:
		return mode != CG_QUARANTINE_NONE && !like->user;
	case CG_HOLD_IDENTIFIES:
	case CG_HOLD_LIKENESS:
	case CG_HOLD_KERNEL:
		break;
	}
	return mode != CG_QUARANTINE_NONE;
}

const char *cg_quarantine_word(enum cg_quarantine mode)
{
	return MODES[mode];
}

const char *cg_hold_word(enum cg_hold why)
{
	return HOLDS[why].word;
}

enum cg_hold cg_hold_by_word(const char *word)
{
	for (int i = CG_HOLD_NOT + 1; i < __CG_HOLD_MAX; i++)
		if (!strcmp(HOLDS[i].word, word))
			return (enum cg_hold)i;
	return CG_HOLD_NOT;
}

const char *cg_hold_text(enum cg_hold why)
{
	return HOLDS[why].text;
}

/* ---- in the policy ---- */

#define PREFIX "held-"

void cg_held_names(const struct cg_mac *mac, char ret_id[static CG_ID_LEN],
		   char ret_name[static CG_NAME_LEN])
{
	const uint8_t *b = mac->b;
	char text[CG_MAC_STRLEN];

	(void)snprintf(ret_id, CG_ID_LEN, PREFIX "%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2], b[3],
		       b[4], b[5]);
	(void)snprintf(ret_name, CG_NAME_LEN, "unknown %s", cg_mac_format(mac, text));
}

int cg_held_mac(const char *id, struct cg_mac *ret_mac)
{
	static const char digits[] = "0123456789abcdef";
	struct cg_mac mac = { 0 };

	if (strncmp(id, PREFIX, strlen(PREFIX)) != 0)
		return -EINVAL;
	id += strlen(PREFIX);
	if (strlen(id) != 12 || strspn(id, digits) != 12)
		return -EINVAL;
	for (size_t i = 0; i < 12; i++)
		mac.b[i / 2] = (uint8_t)(mac.b[i / 2] << 4 | (strchr(digits, id[i]) - digits));
	*ret_mac = mac;
	return 0;
}

bool cg_held_is_configured(const struct cg_policy *policy, const struct cg_mac *mac)
{
	for (size_t i = 0; i < policy->ncams; i++)
		for (size_t m = 0; !policy->cams[i].held && m < policy->cams[i].nmac; m++)
			if (!memcmp(&policy->cams[i].mac[m], mac, sizeof(*mac)))
				return true;
	return false;
}

static void make(const struct cg_policy *policy, const struct cg_mac *mac,
		 struct cg_policy_cam *ret_cam)
{
	*ret_cam = (struct cg_policy_cam){
		.mac = { *mac },
		.nmac = 1,
		.exposure = CG_CLOSED,
		.lan_viewing = CG_LAN_ALL,
		.budget = { policy->budget[CG_BUDGET_CONTROL].text,
			    policy->budget[CG_BUDGET_UPLOAD].text },
		.dns = CG_SERVER_GATEWAY,
		.ntp = CG_SERVER_GATEWAY,
		.held = true,
	};
	cg_held_names(mac, ret_cam->id, ret_cam->name);
}

/* An id that the config gave a camera of its own. */
static bool id_taken(const struct cg_policy_cam *cams, size_t n, const char *id)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(cams[i].id, id) || !strcmp(cams[i].name, id))
			return true;
	return false;
}

int cg_held_cams(const struct cg_policy *policy, const struct cg_mac *mac, size_t n,
		 struct cg_policy_cam **ret_cams, size_t *ret_ncams)
{
	struct cg_policy_cam *cams = calloc(policy->ncams + n + 1, sizeof(*cams));
	size_t ncams = 0;

	if (!cams)
		return -ENOMEM;
	for (size_t i = 0; i < policy->ncams; i++)
		if (!policy->cams[i].held)
			cams[ncams++] = policy->cams[i];
	for (size_t i = 0; i < n && policy->nlan && ncams < CG_MAX_CAMERAS; i++) {
		if (cg_held_is_configured(policy, &mac[i]))
			continue;
		make(policy, &mac[i], &cams[ncams]);
		if (!id_taken(cams, ncams, cams[ncams].id) &&
		    !id_taken(cams, ncams, cams[ncams].name))
			ncams++;
	}
	*ret_cams = cams;
	*ret_ncams = ncams;
	return 0;
}

int cg_held_put(struct cg_policy *policy, const struct cg_mac *mac, size_t n)
{
	struct cg_policy_cam *cams;
	size_t ncams;
	int err = cg_held_cams(policy, mac, n, &cams, &ncams);

	if (err)
		return err;
	/* Those that were held have nothing to give back. */
	free(policy->cams);
	policy->cams = cams;
	policy->ncams = ncams;
	return 0;
}
