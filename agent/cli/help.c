/* SPDX-License-Identifier: GPL-2.0-only */
/* camgate help: every command and option from the table itself. */
#include <stdio.h>
#include <camgate/bpf_abi.h>
#include <camgate/ctl.h>
#include "help.h"
#include "i18n.h"
#include "print.h"

struct option_help {
	unsigned int option; /* CG_OPTION_*, 0: every command's */
	const char *text, *help;
};

static const struct option_help options[] = {
	{ CG_OPTION_TO, "--to ADDRESS", N_("let in this one viewer only") },
	{ CG_OPTION_FORCE, "--force", N_("also where the camera is sealed") },
	{ CG_OPTION_SINCE, "--since TIME", N_("how far back; without it all that is known, 1h") },
	{ CG_OPTION_FIX, "--fix", N_("keep cameras out of the flow table, name what is missing") },
	{ CG_OPTION_CAMERA, "--camera NAME", N_("what the camera is called in the block") },
	{ CG_OPTION_URL, "--url URL", N_("where the file will be; it is not fetched") },
	{ CG_OPTION_LEARNED, "--learned", N_("with what `camgate learn` has seen") },
	{ CG_OPTION_SHOW, "--show", N_("what was seen so far, as lines of the configuration") },
	{ CG_OPTION_STOP, "--stop", N_("end it, and the same") },
	{ 0, "-j, --json", N_("the reply as one JSON object") },
	{ 0, "-c, --config FILE", N_("configuration; " CG_CONFIG_PATH) },
	{ 0, "--socket PATH", N_("the agent's socket; " CG_CTL_PATH) },
	{ 0, "--pin-dir DIR", N_("the packet path's pins; " CG_PIN_DIR) },
	{ 0, "--state-dir DIR", N_("what outlives a reboot; " CG_STATE_DIR) },
	{ 0, "--timeout TIME", N_("how long to wait for the agent; 30s") },
	{ 0, "-h, --help", N_("this, or what is behind a command") },
	{ 0, "-V, --version", N_("the command's version") },
};

static void print_options(unsigned int which)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (which ? options[i].option & which : !options[i].option)
			cg_print_out("  %-20s %s\n", options[i].text, _(options[i].help));
}

void cg_help_all(const struct cg_command *commands, size_t n)
{
	cg_print_out(_("camgate: who may watch your cameras, and where they may send.\n\n"
		       "Usage: camgate [OPTIONS] [COMMAND …]   (alone: status)\n\n"));
	for (size_t i = 0; i < n; i++)
		cg_print_out("  %s%s%s\n      %s\n", commands[i].name, *commands[i].args ? " " : "",
			     commands[i].args, _(commands[i].help));
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
