/* SPDX-License-Identifier: GPL-2.0-only */
/* camgate help: every command and option from the table itself. */
#include <stdio.h>
#include <string.h>
#include <camgate/bpf_abi.h>
#include <camgate/ctl.h>
#include "../lib/optional.h"
#include "help.h"
#include "i18n.h"
#include "print.h"

struct option_help {
	unsigned int option; /* CG_OPTION_*, 0: every command's */
	const char *text, *help;
};

static const struct option_help options[] = {
	{ CG_OPTION_TO, "--to VIEWER",
	  N_("let in only this viewer of the config, address or prefix; all: anyone. report: until "
	     "when") },
	{ CG_OPTION_FORCE, "--force",
	  N_("what is refused without: opening what is sealed, adopting the gateway, forgetting "
	     "a changed file") },
	{ CG_OPTION_SINCE, "--since TIME",
	  N_("how far back; without it all there is. log: 2h, 18:00, 2026-11-25") },
	{ CG_OPTION_CAM, "--cam CAM",
	  CG_IF(RECORD, N_("of this camera only, also of one that is gone")) },
	{ CG_OPTION_FOLLOW, "--follow", N_("each change as it comes, a line each") },
	{ CG_OPTION_ONCE, "--once", CG_IF(TOP, N_("what one screen would show, for scripts")) },
	{ CG_OPTION_ANCHOR, "--anchor COUNT:HASH",
	  CG_IF(RECORD, N_("hold it against what was noted down")) },
	{ CG_OPTION_YES, "--yes", CG_WITH_RECORD || CG_WITH_SETUP ? N_("do not ask") : "" },
	{ CG_OPTION_FROM, "--from TIME",
	  CG_IF(REPORT, N_("since when: 7d, 2026-11-01; without it all there is")) },
	{ CG_OPTION_FORMAT, "--format text|json|csv|html",
	  CG_IF(REPORT, N_("what it is printed as")) },
	{ CG_OPTION_PROBE, "--probe",
	  CG_WITH_AUDIT || CG_WITH_DISCOVER ?
		  N_("ask first and wait for the answers, seconds: discover the LAN, audit the "
		     "cameras what they answer anybody; no password is tried") :
		  "" },
	{ CG_OPTION_HTML, "--html[=FILE]",
	  CG_IF(AUDIT, N_("a page to print or show, instead of text")) },
	{ CG_OPTION_CLOSE, "--close",
	  CG_IF(MAPPINGS, N_("close those of cameras that UPnP, NAT-PMP or PCP made")) },
	{ CG_OPTION_FIX, "--fix",
	  CG_IF(DOCTOR, N_("keep cameras out of the flow table, name what is missing")) },
	{ CG_OPTION_CAMERA, "--camera NAME",
	  CG_IF(MUD, N_("what the camera is called in the block")) },
	{ CG_OPTION_URL, "--url URL", CG_IF(MUD, N_("where the file will be; it is not fetched")) },
	{ CG_OPTION_LEARNED, "--learned", CG_IF(MUD, N_("with what `camgate learn` has seen")) },
	{ CG_OPTION_SHOW, "--show",
	  CG_WITH_LEARN || CG_WITH_DISCOVER ?
		  N_("what was seen so far, or would be written, as lines of the configuration") :
		  "" },
	{ CG_OPTION_PROFILE, "--profile PROFILE", CG_IF(DISCOVER, N_("its make; none: without")) },
	{ CG_OPTION_TRY, "--try TIME",
	  CG_IF(DISCOVER, N_("undone after it unless you type keep")) },
	{ CG_OPTION_TEXT, "--textfile FILE",
	  CG_IF(METRICS, N_("write them there for a textfile collector")) },
	{ CG_OPTION_LAN, "--lan NAME",
	  CG_IF(SETUP, N_("an interface that cameras are behind; more than once")) },
	{ CG_OPTION_HOME, "--home NAME",
	  CG_IF(SETUP, N_("a tunnel or a prefix that counts as home; more than once")) },
	{ CG_OPTION_ADOPT, "--adopt NR=NAME",
	  CG_IF(SETUP,
		N_("a device of the list, by number or MAC, that is a camera; more than once")) },
	{ CG_OPTION_START, "--start",
	  CG_IF(SETUP, N_("have the service manager start the agent, where it is not running")) },
	{ CG_OPTION_TEST, "--test",
	  CG_IF(NOTIFY, N_("run the program once, and say what it ended with")) },
	{ CG_OPTION_STOP, "--stop", CG_IF(LEARN, N_("end it, and the same")) },
	{ 0, "-j, --json", N_("the reply as one JSON object") },
	{ 0, "-c, --config FILE", N_("configuration") },
	{ 0, "--socket PATH", N_("the agent's socket") },
	{ 0, "--pin-dir DIR", N_("the packet path's pins") },
	{ 0, "--state-dir DIR", N_("what outlives a reboot") },
	{ 0, "--timeout TIME", N_("how long to wait for the agent; 30s") },
	{ 0, "-h, --help", N_("this, or what is behind a command") },
	{ 0, "-V, --version", N_("the command's version") },
};

/* Of this build: no text that is translated may hold it. */
static const char *otherwise_of(const char *text)
{
	static const struct {
		const char *text, *path;
	} paths[] = {
		{ "-c, --config FILE", CG_CONFIG_PATH },
		{ "--socket PATH", CG_CTL_PATH },
		{ "--pin-dir DIR", CG_PIN_DIR },
		{ "--state-dir DIR", CG_STATE_DIR },
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (!strcmp(paths[i].text, text))
			return paths[i].path;
	return NULL;
}

static void print_options(unsigned int which)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		const struct option_help *o = &options[i];
		const char *otherwise = otherwise_of(o->text);

		if (which ? o->option & which : !o->option)
			cg_print_out("  %-20s %s%s%s\n", o->text, _(o->help), otherwise ? "; " : "",
				     otherwise ? otherwise : "");
	}
}

void cg_help_all(const struct cg_command *commands, size_t n)
{
	cg_print_out(_("camgate: who may watch your cameras, and where they may send.\n\n"
		       "Usage: camgate [OPTIONS] [COMMAND …]   (alone: status)\n\n"));
	for (size_t i = 0; i < n; i++)
		if (commands[i].run)
			cg_print_out("  %s%s%s\n      %s\n", commands[i].name,
				     *commands[i].args ? " " : "", commands[i].args,
				     _(commands[i].help));
	cg_print_out("\n");
	print_options(0);
	cg_print_out(_("\nCAM is a camera's id or name. Exit codes: 0 ok, 1 failed, 2 usage, 3 the "
		       "agent is\nnot running, 4 configuration invalid, 5 partly enforced. See "
		       "camgate(1).\n"));
}

void cg_help_one(const struct cg_command *command)
{
	cg_print_out(_("Usage: camgate %s%s%s\n%s\n"), command->name, *command->args ? " " : "",
		     command->args, _(command->help));
	if (command->options) {
		cg_print_out("\n");
		print_options(command->options);
	}
}

const char *cg_help_option(unsigned int which, char buf[static CG_HELP_OPTION_LEN])
{
	buf[0] = '\0';
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		const char *text = options[i].text;

		if (!(options[i].option & which))
			continue;
		(void)snprintf(buf, CG_HELP_OPTION_LEN, "%.*s", (int)strcspn(text, " [="), text);
		break;
	}
	return buf;
}
