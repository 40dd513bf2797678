/* SPDX-License-Identifier: GPL-2.0-only */
/* camgate mud: a maker's description of a camera (RFC 8520) as rules, and rules as such a file. Asks no net, and the agent only for what was learned. */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <camgate/ctl.h>
#include "../lib/config.h"
#include "../lib/ident.h"
#include "../lib/mud.h"
#include "../lib/mud_write.h"
#include "../lib/near.h"
#include "../lib/policy.h"
#include "../lib/wholefile.h"
#include "ask.h"
#include "commands.h"
#include "i18n.h"
#include "print.h"
#include "reply.h"
#include "say.h"
#include "told.h"

/* What the config says of the camera; NULL: nothing, or there is no config yet. */
static const struct cg_config_cam *known(const struct cg_config *config, const char *name)
{
	char id[CG_ID_LEN];

	for (size_t i = 0; config && i < config->ncams; i++) {
		const struct cg_config_cam *c = &config->cams[i];

		cg_ident_make(c->name.s, id);
		if (!strcmp(c->name.s, name) || !strcmp(c->id.s ? c->id.s : id, name))
			return c;
	}
	return NULL;
}

/* A name that nobody gave: of what the file calls the device. */
static const char *made_name(const struct cg_mud *mud, char buf[static CG_ID_LEN])
{
	const char *from = *mud->info[CG_MUD_MODEL] ? mud->info[CG_MUD_MODEL] :
						      mud->info[CG_MUD_SYSTEM];
	char text[CG_NAME_LEN];

	snprintf(text, sizeof(text), "%.*s", CG_NAME_LEN - 1, from);
	cg_ident_make(text, buf);
	return *from && !cg_ident_name_fault(buf) ? buf : strcpy(buf, "camera");
}

static char *block(const struct cg_cli *cli, const struct cg_mud *mud, const char *file)
{
	_cleanup_(cg_config_free) struct cg_config *config = NULL;
	const struct cg_config_cam *cam = NULL;
	const char *macs[CG_MAX_MACS];
	struct cg_diag diag = { "" };
	char made[CG_ID_LEN];
	size_t n = 0;

	/* a config that cannot be read has no MAC to tell */
	if (cli->camera && !cg_config_read(cli->config, &diag, &config))
		cam = known(config, cli->camera);
	for (; cam && n < cam->mac.n && n < CG_MAX_MACS; n++)
		macs[n] = cam->mac.v[n].s;
	return cg_mud_block(mud, file,
			    cam		? cam->name.s :
			    cli->camera ? cli->camera :
					  made_name(mud, made),
			    macs, n);
}

static const char *const outcomes[] = {
	[CG_MUD_RULE] = "rule", [CG_MUD_LAN] = "lan_viewing", [CG_MUD_DNS] = "dns",
	[CG_MUD_NTP] = "ntp",	[CG_MUD_DEFAULT] = "default", [CG_MUD_NOT] = "not",
};

static struct json_object *aces_json(const struct cg_mud *mud, bool taken)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < mud->naces; i++) {
		const struct cg_mud_ace *ace = &mud->aces[i];
		struct json_object *o;

		if ((ace->outcome != CG_MUD_NOT) != taken)
			continue;
		o = json_object_new_object();
		json_object_object_add(o, "ace", json_object_new_int64((int64_t)i + 1));
		json_object_object_add(o, "where", json_object_new_string(ace->where));
		if (taken)
			json_object_object_add(o, "as",
					       json_object_new_string(outcomes[ace->outcome]));
		if (ace->outcome == CG_MUD_RULE)
			json_object_object_add(o, "rule",
					       json_object_new_int64((int64_t)ace->rule));
		if (*ace->text)
			json_object_object_add(o, taken ? "note" : "reason",
					       json_object_new_string(ace->text));
		json_object_array_add(list, o);
	}
	for (size_t i = 0; !taken && i < mud->nmissing; i++) {
		struct json_object *o = json_object_new_object();

		json_object_object_add(o, "reason", json_object_new_string(mud->missing[i]));
		json_object_array_add(list, o);
	}
	return list;
}

static struct json_object *rules_json(const struct cg_mud *mud)
{
	struct json_object *list = json_object_new_array();
	char text[CG_RULE_STRLEN];

	for (size_t i = 0; i < mud->nrules; i++) {
		struct json_object *o = json_object_new_object();

		json_object_object_add(o, "key",
				       json_object_new_string(mud->rules[i].kind == CG_RULE_DENY ?
								      "deny" :
								      "allow"));
		json_object_object_add(
			o, "rule",
			json_object_new_string(cg_rule_format(&mud->rules[i].text, text)));
		json_object_array_add(list, o);
	}
	return list;
}

static void say_import(const struct cg_mud *mud, const char *file, const char *text, int code)
{
	struct json_object *reply = cg_say_new(code), *info = json_object_new_object();

	json_object_object_add(reply, "ok", json_object_new_boolean(true));
	json_object_object_add(reply, "file", json_object_new_string(file));
	for (size_t i = 0; i < __CG_MUD_INFO_MAX; i++)
		if (*mud->info[i])
			json_object_object_add(info, cg_mud_info_key[i],
					       json_object_new_string(mud->info[i]));
	json_object_object_add(reply, "info", info);
	json_object_object_add(reply, "aces", json_object_new_int64((int64_t)mud->naces));
	json_object_object_add(reply, "rules", rules_json(mud));
	json_object_object_add(reply, "taken", aces_json(mud, true));
	json_object_object_add(reply, "not_taken", aces_json(mud, false));
	json_object_object_add(reply, "block", json_object_new_string(text));
	cg_say_json(reply);
	json_object_put(reply);
}

static int import(const struct cg_cli *cli, const char *file)
{
	_cleanup_(cg_mud_free) struct cg_mud *mud = NULL;
	_cleanup_free_ char *text = NULL, *made = NULL;
	const char *fault = cli->camera ? cg_ident_name_fault(cli->camera) : NULL;
	struct cg_diag diag = { "" };
	size_t n;
	int r;

	if (fault)
		return cg_say_error(cli, CG_EXIT_USAGE, NULL, _("--camera '%s': expected %s"),
				    cli->camera, _(fault));
	r = cg_wholefile_read(file, CG_MUD_MAX_BYTES, &text, &n);
	if (!r)
		r = cg_mud_read(text, n, file, &diag, &mud);
	if (!r)
		r = cg_mud_fit(mud);
	if (!r)
		made = block(cli, mud, file);
	if (!r && !made)
		r = -ENOMEM;
	if (r == -E2BIG && !*diag.text)
		return cg_say_error(cli, CG_EXIT_FAILED, NULL,
				    _("%s: found a larger file, expected at most %d bytes"), file,
				    CG_MUD_MAX_BYTES);
	if (r && *diag.text)
		return cg_say_error(cli, CG_EXIT_FAILED, NULL, "%s", diag.text);
	if (r)
		return cg_say_error(cli, CG_EXIT_FAILED, NULL, "%s: %s", file, strerror(-r));
	r = cg_mud_whole(mud) ? CG_EXIT_OK : CG_EXIT_PARTIAL;
	if (cli->json) {
		say_import(mud, file, made, r);
		return r;
	}
	fputs(made, stdout);
	if (cg_mud_lost(mud))
		cg_print_err(_("camgate: %s: %zu of %zu entries are not taken, see the comments\n"),
			     file, cg_mud_lost(mud), mud->naces);
	else if (r)
		cg_print_err(
			_("camgate: %s: a deny stops more than the file says, see the comments\n"),
			file);
	return r;
}

static int no_camera(const struct cg_cli *cli, const struct cg_policy *policy)
{
	_cleanup_free_ const char **names = calloc(2 * policy->ncams + 1, sizeof(*names));
	const char *near[CG_NEAR_MAX];
	struct json_object *reply = cg_say_new(CG_EXIT_FAILED), *list = json_object_new_array();
	_cleanup_free_ char *error = NULL;
	size_t n = 0;

	for (size_t i = 0; names && i < policy->ncams; i++) {
		names[n++] = policy->cams[i].id;
		if (strcmp(policy->cams[i].id, policy->cams[i].name))
			names[n++] = policy->cams[i].name;
	}
	n = names ? cg_near_find(cli->camera, names, n, near) : 0;
	for (size_t i = 0; i < n; i++)
		json_object_array_add(list, json_object_new_string(near[i]));
	if (asprintf(&error, _("there is no camera '%s'"), cli->camera) < 0)
		error = NULL;
	json_object_object_add(reply, "error", json_object_new_string(error ? error : cli->camera));
	json_object_object_add(reply, "near", list);
	cg_say_refusal(cli, reply);
	json_object_put(reply);
	return CG_EXIT_FAILED;
}

/* The camera's rules, and behind them an allow for what the agent has learned of
 * it and no rule has. Those are the caller's: rules_free. */
static int add_learned(const struct cg_cli *cli, const struct cg_policy_cam *cam,
		       struct cg_policy_cam *ret_cam)
{
	struct json_object *request = cg_ask_new("learn"), *reply;
	struct cg_cli people = *cli;
	struct cg_diag diag = { "" };
	size_t n;
	int code;

	json_object_object_add(request, "cam", json_object_new_string(cam->id));
	json_object_object_add(request, "show", json_object_new_boolean(true));
	code = cg_ask_try(&people, request, &reply);
	if (code)
		return cg_ask_unreachable(cli, code);
	if (!cg_reply_bool(reply, "ok")) {
		code = cg_say_refusal(cli, reply);
		json_object_put(reply);
		return code;
	}
	*ret_cam = *cam;
	n = cg_reply_count(reply, "peers");
	ret_cam->rules = calloc(cam->nrules + n + 1, sizeof(*ret_cam->rules));
	for (size_t i = 0; ret_cam->rules && i < cam->nrules; i++)
		ret_cam->rules[i] = cam->rules[i];
	for (size_t i = 0; ret_cam->rules && i < n; i++) {
		const char *rule = cg_reply_str(cg_reply_at(reply, "peers", i), "rule");
		struct cg_policy_rule *new = &ret_cam->rules[ret_cam->nrules];
		bool twice = false;

		/* addresses of one name are one rule */
		for (size_t k = 0; k < i && !twice; k++)
			twice = !strcmp(cg_reply_str(cg_reply_at(reply, "peers", k), "rule"), rule);
		if (!*rule || twice || cg_rule_parse(rule, NULL, &diag, &new->text))
			continue;
		new->kind = CG_RULE_ALLOW;
		ret_cam->nrules++;
	}
	json_object_put(reply);
	return ret_cam->rules ? CG_EXIT_OK :
				cg_say_error(cli, CG_EXIT_FAILED, NULL, "%s", strerror(ENOMEM));
}

static int say_export(const struct cg_cli *cli, struct json_object *root,
		      struct json_object *missing)
{
	int code = json_object_array_length(missing) ? CG_EXIT_PARTIAL : CG_EXIT_OK;
	struct json_object *reply;

	if (!cli->json) {
		puts(json_object_to_json_string_ext(root, JSON_C_TO_STRING_PRETTY |
								  JSON_C_TO_STRING_SPACED |
								  JSON_C_TO_STRING_NOSLASHESCAPE));
		for (size_t i = 0; i < json_object_array_length(missing); i++) {
			const char *text =
				json_object_get_string(json_object_array_get_idx(missing, i));
			_cleanup_free_ char *told = cg_told(text);

			cg_print_err(_("camgate: not in the file: %s\n"), told ? told : text);
		}
		return code;
	}
	reply = cg_say_new(code);
	json_object_object_add(reply, "ok", json_object_new_boolean(true));
	json_object_object_add(reply, "mud", json_object_get(root));
	json_object_object_add(reply, "missing", json_object_get(missing));
	cg_say_json(reply);
	json_object_put(reply);
	return code;
}

static int export(const struct cg_cli *cli, const char *name)
{
	_cleanup_(cg_config_free) struct cg_config *config = NULL;
	_cleanup_(cg_policy_free) struct cg_policy *policy = NULL;
	const char *fault = cli->url ? cg_mud_url_fault(cli->url) : NULL;
	struct json_object *root, *missing;
	const struct cg_policy_cam *cam;
	struct cg_diag diag = { "" };
	struct cg_policy_cam with = { 0 };
	struct cg_cli asked = *cli;
	size_t own = 0;
	int r;

	if (fault)
		return cg_say_error(cli, CG_EXIT_USAGE, NULL, _("--url '%s': expected %s"),
				    cli->url, _(fault));
	r = cg_config_read(cli->config, &diag, &config);
	if (!r)
		r = cg_policy_build(config, &diag, &policy);
	if (r)
		return cg_say_error(cli, CG_EXIT_CONFIG, NULL, "%s",
				    *diag.text ? diag.text : strerror(-r));
	cam = cg_policy_find(policy, name);
	asked.camera = name;
	if (!cam)
		return no_camera(&asked, policy);
	if (cli->given & CG_OPTION_LEARNED) {
		r = add_learned(cli, cam, &with);
		if (r)
			return r;
		own = cam->nrules;
		cam = &with;
	}
	r = cg_mud_write(cam, cli->url, time(NULL), &root, &missing);
	for (size_t i = own; i < with.nrules; i++)
		cg_rule_clear(&with.rules[i].text);
	free(with.rules);
	if (r)
		return cg_say_error(cli, CG_EXIT_FAILED, NULL, "%s", strerror(-r));
	r = say_export(cli, root, missing);
	json_object_put(root);
	json_object_put(missing);
	return r;
}

int cg_cmd_mud(const struct cg_cli *cli, int argc, char **argv)
{
	bool in = !strcmp(argv[1], "import");
	unsigned int wrong = cli->given &
			     (in ? CG_OPTION_URL | CG_OPTION_LEARNED : CG_OPTION_CAMERA);

	(void)argc;
	if (!in && strcmp(argv[1], "export"))
		return cg_say_error(cli, CG_EXIT_USAGE, NULL,
				    _("mud: found '%s', expected import or export"), argv[1]);
	if (wrong)
		return cg_say_error(cli, CG_EXIT_USAGE, NULL, _("'mud %s' has no option %s"),
				    argv[1],
				    !in			  ? "--camera" :
				    wrong & CG_OPTION_URL ? "--url" :
							    "--learned");
	return in ? import(cli, argv[2]) : export(cli, argv[2]);
}
