/* SPDX-License-Identifier: GPL-2.0-only */
/* camgate: the options, the exit code. */
#include <errno.h>
#include <getopt.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <camgate/bpf_abi.h>
#include <camgate/ctl.h>
#include "../lib/duration.h"
#include "../lib/near.h"
#include "commands.h"
#include "help.h"
#include "i18n.h"
#include "print.h"
#include "say.h"

/* More words than any command takes. */
#define WORDS_MAX     8
#define TIMEOUT_MAX_S 3600

enum {
	OPT_WORD = 1,
	OPT_PIN_DIR = 256,
	OPT_SOCKET,
	OPT_STATE_DIR,
	OPT_TIMEOUT,
	OPT_TO,
	OPT_FORCE,
	OPT_SINCE,
	OPT_FIX,
	OPT_CAMERA,
	OPT_URL,
	OPT_SHOW,
	OPT_STOP,
	OPT_LEARNED,
	OPT_FOLLOW,
	OPT_CAM,
	OPT_ONCE,
	OPT_ANCHOR,
	OPT_YES,
	OPT_FROM,
	OPT_FORMAT,
	OPT_PROBE,
	OPT_HTML,
	OPT_CLOSE,
	OPT_PROFILE,
	OPT_TRY,
	OPT_TEXTFILE,
	OPT_LAN,
	OPT_HOME,
	OPT_ADOPT,
	OPT_START,
	OPT_TEST,
};

static const struct option longopts[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "pin-dir", required_argument, NULL, OPT_PIN_DIR },
	{ "socket", required_argument, NULL, OPT_SOCKET },
	{ "state-dir", required_argument, NULL, OPT_STATE_DIR },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "to", required_argument, NULL, OPT_TO },
	{ "force", no_argument, NULL, OPT_FORCE },
	{ "since", required_argument, NULL, OPT_SINCE },
	{ "fix", no_argument, NULL, OPT_FIX },
	{ "camera", required_argument, NULL, OPT_CAMERA },
	{ "url", required_argument, NULL, OPT_URL },
	{ "show", no_argument, NULL, OPT_SHOW },
	{ "stop", no_argument, NULL, OPT_STOP },
	{ "learned", no_argument, NULL, OPT_LEARNED },
	{ "follow", no_argument, NULL, OPT_FOLLOW },
	{ "cam", required_argument, NULL, OPT_CAM },
	{ "once", no_argument, NULL, OPT_ONCE },
	{ "anchor", required_argument, NULL, OPT_ANCHOR },
	{ "yes", no_argument, NULL, OPT_YES },
	{ "from", required_argument, NULL, OPT_FROM },
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "probe", no_argument, NULL, OPT_PROBE },
	{ "html", optional_argument, NULL, OPT_HTML },
	{ "close", no_argument, NULL, OPT_CLOSE },
	{ "profile", required_argument, NULL, OPT_PROFILE },
	{ "try", required_argument, NULL, OPT_TRY },
	{ "textfile", required_argument, NULL, OPT_TEXTFILE },
	{ "lan", required_argument, NULL, OPT_LAN },
	{ "home", required_argument, NULL, OPT_HOME },
	{ "adopt", required_argument, NULL, OPT_ADOPT },
	{ "start", no_argument, NULL, OPT_START },
	{ "test", no_argument, NULL, OPT_TEST },
	{ "json", no_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

struct line {
	struct cg_cli cli;
	char *words[WORDS_MAX + 1];
	int nwords;
	bool help, version;
};

static const char *from_env(const char *name, const char *otherwise)
{
	const char *v = getenv(name);

	return v && *v ? v : otherwise;
}

/* Names are UTF-8 whatever the locale says: their width is asked of LC_CTYPE. */
static void init_locale(bool json)
{
	setlocale(LC_CTYPE, "");
	if (strcmp(nl_langinfo(CODESET), "UTF-8"))
		setlocale(LC_CTYPE, "C.UTF-8");
	/* What programs read is the same in every language. */
	if (json)
		return;
	setlocale(LC_MESSAGES, "");
	CG_I18N_INIT(from_env("CAMGATE_LOCALE_DIR", CG_LOCALEDIR));
}

static const struct cg_command *find(const char *name)
{
	for (size_t i = 0; i < cg_ncommands; i++)
		if (!strcmp(cg_commands[i].name, name))
			return &cg_commands[i];
	return NULL;
}

static int unknown(const struct cg_cli *cli, const char *what, const char *word,
		   const char *const *names, size_t n)
{
	const char *near[CG_NEAR_MAX];
	char list[128], hint[192];
	size_t nnear = cg_near_find(word, names, n, near);

	if (nnear)
		snprintf(hint, sizeof(hint), _("did you mean %s?"),
			 cg_near_format(near, nnear, list, sizeof(list)));
	else
		snprintf(hint, sizeof(hint), "%s", _("`camgate help` lists them."));
	return cg_say_error(cli, CG_EXIT_USAGE, hint, what, word);
}

static int unknown_command(const struct cg_cli *cli, const char *word)
{
	const char *names[CG_COMMANDS_MAX];

	for (size_t i = 0; i < cg_ncommands; i++)
		names[i] = cg_commands[i].name;
	return unknown(cli, _("there is no command '%s'"), word, names, cg_ncommands);
}

/* What getopt found wrong: its own message would not be JSON. */
static int bad_option(const struct cg_cli *cli, char **argv)
{
	static char written[sizeof(longopts) / sizeof(longopts[0])][16];
	const char *names[sizeof(longopts) / sizeof(longopts[0])];
	const char *word = argv[optind - 1];
	size_t n = 0;

	if (optopt >= OPT_PIN_DIR || optopt == 'c')
		return cg_say_error(cli, CG_EXIT_USAGE, NULL, _("'%s' needs a value"), word);
	if (optopt && strncmp(word, "--", 2)) {
		char shorter[] = { '-', (char)optopt, '\0' };

		return cg_say_error(cli, CG_EXIT_USAGE, _("`camgate help` lists them."),
				    _("there is no option '%s'"), shorter);
	}
	for (const struct option *o = longopts; o->name; o++, n++) {
		snprintf(written[n], sizeof(written[n]), "--%s", o->name);
		names[n] = written[n];
	}
	return unknown(cli, _("there is no option '%s'"), word, names, n);
}

static int add_word(struct line *line, char *word)
{
	if (line->nwords == WORDS_MAX)
		return cg_say_error(&line->cli, CG_EXIT_USAGE,
				    _("A name with spaces is written in quotes."),
				    _("too many arguments: '%s'"), word);
	line->words[line->nwords++] = word;
	return 0;
}

static int add_value(struct cg_cli *cli, unsigned int option, struct cg_words *words,
		     const char *value)
{
	if (words->n == CG_WORDS_MAX)
		return cg_say_error(cli, CG_EXIT_USAGE, NULL, _("too many arguments: '%s'"), value);
	words->v[words->n++] = value;
	cli->given |= option;
	return 0;
}

static int set_timeout(struct cg_cli *cli, const char *text)
{
	uint64_t s;

	if (cg_duration_parse(text, TIMEOUT_MAX_S, &s))
		return cg_say_error(cli, CG_EXIT_USAGE, NULL,
				    _("--timeout '%s': no time, such as 5s"), text);
	cli->timeout_ms = (int)s * 1000;
	return 0;
}

/* Before anything can be wrong: an error must be JSON then. */
static bool wants_json(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++)
		if (!strcmp(argv[i], "--json") || !strcmp(argv[i], "-j"))
			return true;
	return false;
}

static int read_line(struct line *line, int argc, char **argv)
{
	struct cg_cli *cli = &line->cli;
	int c, r = 0;

	opterr = 0;
	/* '-': words come in order, in between options, whatever POSIXLY_CORRECT says */
	while (!r && (c = getopt_long(argc, argv, "-c:jhV", longopts, NULL)) >= 0) {
		switch (c) {
		case OPT_WORD:
			r = add_word(line, optarg);
			break;
		case 'c':
			cli->config = optarg;
			break;
		case OPT_PIN_DIR:
			cli->pin_dir = optarg;
			break;
		case OPT_SOCKET:
			cli->socket = optarg;
			break;
		case OPT_STATE_DIR:
			cli->state_dir = optarg;
			break;
		case OPT_TIMEOUT:
			r = set_timeout(cli, optarg);
			break;
		case OPT_TO:
			cli->to = optarg;
			cli->given |= CG_OPTION_TO;
			break;
		case OPT_FORCE:
			cli->given |= CG_OPTION_FORCE;
			break;
		case OPT_SINCE:
			cli->since = optarg;
			cli->given |= CG_OPTION_SINCE;
			break;
		case OPT_FIX:
			cli->given |= CG_OPTION_FIX;
			break;
		case OPT_CAMERA:
			cli->camera = optarg;
			cli->given |= CG_OPTION_CAMERA;
			break;
		case OPT_URL:
			cli->url = optarg;
			cli->given |= CG_OPTION_URL;
			break;
		case OPT_SHOW:
			cli->given |= CG_OPTION_SHOW;
			break;
		case OPT_STOP:
			cli->given |= CG_OPTION_STOP;
			break;
		case OPT_LEARNED:
			cli->given |= CG_OPTION_LEARNED;
			break;
		case OPT_FOLLOW:
			cli->given |= CG_OPTION_FOLLOW;
			break;
		case OPT_CAM:
			cli->cam = optarg;
			cli->given |= CG_OPTION_CAM;
			break;
		case OPT_ONCE:
			cli->given |= CG_OPTION_ONCE;
			break;
		case OPT_ANCHOR:
			cli->anchor = optarg;
			cli->given |= CG_OPTION_ANCHOR;
			break;
		case OPT_YES:
			cli->given |= CG_OPTION_YES;
			break;
		case OPT_FROM:
			cli->from = optarg;
			cli->given |= CG_OPTION_FROM;
			break;
		case OPT_FORMAT:
			cli->format = optarg;
			cli->given |= CG_OPTION_FORMAT;
			break;
		case OPT_PROBE:
			cli->given |= CG_OPTION_PROBE;
			break;
		case OPT_HTML:
			cli->html = optarg;
			cli->given |= CG_OPTION_HTML;
			break;
		case OPT_CLOSE:
			cli->given |= CG_OPTION_CLOSE;
			break;
		case OPT_PROFILE:
			cli->profile = optarg;
			cli->given |= CG_OPTION_PROFILE;
			break;
		case OPT_TRY:
			cli->trial = optarg;
			cli->given |= CG_OPTION_TRY;
			break;
		case OPT_TEXTFILE:
			cli->textfile = optarg;
			cli->given |= CG_OPTION_TEXT;
			break;
		case OPT_LAN:
			r = add_value(cli, CG_OPTION_LAN, &cli->lan, optarg);
			break;
		case OPT_HOME:
			r = add_value(cli, CG_OPTION_HOME, &cli->home, optarg);
			break;
		case OPT_ADOPT:
			r = add_value(cli, CG_OPTION_ADOPT, &cli->adopt, optarg);
			break;
		case OPT_START:
			cli->given |= CG_OPTION_START;
			break;
		case OPT_TEST:
			cli->given |= CG_OPTION_TEST;
			break;
		case 'j':
			cli->json = true;
			setlocale(LC_MESSAGES, "C");
			break;
		case 'h':
			line->help = true;
			break;
		case 'V':
			line->version = true;
			break;
		default:
			r = bad_option(cli, argv);
			break;
		}
	}
	while (!r && optind < argc)
		r = add_word(line, argv[optind++]);
	return r;
}

static int wrong_usage(const struct cg_cli *cli, const struct cg_command *command, const char *what,
		       const char *word)
{
	char hint[192];

	snprintf(hint, sizeof(hint), _("Usage: camgate %s%s%s"), command->name,
		 *command->args ? " " : "", command->args);
	return cg_say_error(cli, CG_EXIT_USAGE, hint, what, command->name, word);
}

static int help(const struct cg_cli *cli, const char *word)
{
	const struct cg_command *command;
	struct json_object *reply, *list;

	if (word) {
		command = find(word);
		if (!command)
			return unknown_command(cli, word);
	}
	if (!cli->json) {
		if (word)
			cg_help_one(command);
		else
			cg_help_all(cg_commands, cg_ncommands);
		return CG_EXIT_OK;
	}
	reply = cg_say_new(CG_EXIT_OK);
	list = json_object_new_array();
	for (size_t i = 0; i < cg_ncommands; i++) {
		struct json_object *o = json_object_new_object();

		if ((word && &cg_commands[i] != command) || !cg_commands[i].run) {
			json_object_put(o);
			continue;
		}
		json_object_object_add(o, "name", json_object_new_string(cg_commands[i].name));
		json_object_object_add(o, "args", json_object_new_string(cg_commands[i].args));
		json_object_object_add(o, "help", json_object_new_string(_(cg_commands[i].help)));
		json_object_array_add(list, o);
	}
	json_object_object_add(reply, "commands", list);
	cg_say_json(reply);
	json_object_put(reply);
	return CG_EXIT_OK;
}

int cg_cmd_help(const struct cg_cli *cli, int argc, char **argv)
{
	return help(cli, argc > 1 ? argv[1] : NULL);
}

static int run(struct line *line)
{
	const struct cg_cli *cli = &line->cli;
	const struct cg_command *command = find(line->words[0]);
	char option[CG_HELP_OPTION_LEN];
	unsigned int wrong;

	if (!command)
		return unknown_command(cli, line->words[0]);
	wrong = cli->given & ~command->options;
	if (line->help)
		return help(cli, command->run != cg_cmd_help ? command->name : line->words[1]);
	if (wrong)
		return wrong_usage(cli, command, _("'%s' has no option %s"),
				   cg_help_option(wrong, option));
	if (line->nwords - 1 < command->min)
		return wrong_usage(cli, command, _("'%s' needs an argument%s"), "");
	if (line->nwords - 1 > command->max)
		return wrong_usage(cli, command, _("'%s' cannot do with '%s'"),
				   line->words[command->max + 1]);
	if (!command->run)
		return cg_say_error(cli, CG_EXIT_FAILED, NULL,
				    _("'%s' is not built into this camgate"), command->name);
	return command->run(cli, line->nwords, line->words);
}

int main(int argc, char **argv)
{
	static char status[] = "status";
	struct line line = {
		.cli = {
			.config = from_env("CAMGATE_CONFIG", CG_CONFIG_PATH),
			.pin_dir = from_env("CAMGATE_PIN_DIR", CG_PIN_DIR),
			.socket = from_env("CAMGATE_SOCKET", CG_CTL_PATH),
			.state_dir = from_env("CAMGATE_STATE_DIR", CG_STATE_DIR),
		},
	};
	int code;

	line.cli.json = wants_json(argc, argv);
	init_locale(line.cli.json);
	code = read_line(&line, argc, argv);
	if (!code && line.version) {
		printf("camgate %s\n", CG_VERSION);
	} else if (!code && !line.nwords && line.help) {
		code = help(&line.cli, NULL);
	} else if (!code) {
		if (!line.nwords)
			line.words[line.nwords++] = status;
		code = run(&line);
	}
	/* a full disk or a closed pipe must not look like success */
	if ((fflush(stdout) || ferror(stdout)) && code == CG_EXIT_OK) {
		fprintf(stderr, "camgate: %s\n", strerror(errno));
		code = CG_EXIT_FAILED;
	}
	return code;
}
