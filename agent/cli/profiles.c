/* SPDX-License-Identifier: GPL-2.0-only */
/* Profiles: each camera's with what closing it stops and what it does not. */
#include <json-c/json.h>
#include <stdbool.h>
#include <string.h>
#include "../lib/profile.h"
#include "i18n.h"
#include "print.h"
#include "profiles.h"
#include "reply.h"
#include "sentence.h"

/* The place of word in a list ended by NULL; where it is not there, that of NULL. */
static int place(const char *const *words, const char *word)
{
	int i = 0;

	while (words[i] && strcmp(words[i], word))
		i++;
	return i;
}

void cg_profiles_print(struct json_object *cams)
{
	const struct cg_column columns[] = {
		{ .title = _("CAMERA") },
		{ .title = _("PROFILE") },
		{ .title = _("PROTECTION") },
		{ .title = _("WHAT THAT MEANS"), .flex = true },
	};
	struct cg_table *table = cg_print_table_new(columns, 4);
	char name[CG_REPLY_CAM_LEN];
	bool list = json_object_is_type(cams, json_type_array);
	size_t n = list ? json_object_array_length(cams) : 0, rows = 0;

	for (size_t i = 0; i < n; i++) {
		struct json_object *cam = json_object_array_get_idx(cams, i);
		const char *protection = cg_reply_str(cam, "protection");
		const char *local = cg_reply_str(cam, "local_view");

		if (!*cg_reply_str(cam, "profile"))
			continue;
		if (!rows++)
			cg_print_out("\n");
		cg_print_cell(table, CG_STYLE_NONE, "%s", cg_reply_cam(cam, name));
		cg_print_cell(table, CG_STYLE_NONE, "%s", cg_reply_str(cam, "profile"));
		cg_print_cell(table, CG_STYLE_NONE, "%s", cg_sentence_label(protection));
		cg_print_cell(table, CG_STYLE_NONE, "%s; %s",
			      _(cg_profile_protection_text((enum cg_protection)place(
				      cg_profile_protections, protection))),
			      _(cg_profile_local_view_text(
				      (enum cg_local_view)place(cg_profile_local_views, local))));
	}
	cg_print_table_end(&table);
}
