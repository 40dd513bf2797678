/* SPDX-License-Identifier: GPL-2.0-only */
/* setup's first questions: behind which interfaces cameras are, and by which tunnels the household comes home. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <camgate/ctl.h>
#include "../lib/addr.h"
#include "../lib/near.h"
#include "i18n.h"
#include "print.h"
#include "say.h"
#include "setup_ask.h"
#include "setup_run.h"

static bool is_interface(const struct cg_setup_run *run, const char *name)
{
	for (size_t i = 0; i < run->net.nname; i++)
		if (!strcmp(run->net.name[i], name))
			return true;
	return false;
}

static int no_interface(const struct cg_setup_run *run, const char *name)
{
	_cleanup_free_ const char **names = calloc(run->net.nname + 1, sizeof(*names));
	const char *near[CG_NEAR_MAX];
	char list[128], hint[192] = "";
	size_t n;

	for (size_t i = 0; names && i < run->net.nname; i++)
		names[i] = run->net.name[i];
	n = names ? cg_near_find(name, names, run->net.nname, near) : 0;
	if (n)
		(void)snprintf(hint, sizeof(hint), _("did you mean %s?"),
			       cg_near_format(near, n, list, sizeof(list)));
	return cg_say_error(run->cli, CG_EXIT_FAILED, *hint ? hint : NULL,
			    _("there is no interface '%s'"), name);
}

/* Words of a line, which stay in it. -E2BIG. */
static int words_cut(char *line, const char **words, size_t *ret_n)
{
	char *rest = line, *word;
	size_t n = 0;

	while ((word = strsep(&rest, " ,\t"))) {
		if (!*word)
			continue;
		if (n == CG_WORDS_MAX)
			return -E2BIG;
		words[n++] = word;
	}
	*ret_n = n;
	return 0;
}

/* What the config has, else what looks like one; "a, b". */
static void lan_guess(const struct cg_setup_run *run, char buf[static CG_SETUP_LINE])
{
	size_t at = 0;

	*buf = '\0';
	for (size_t i = 0; i < run->config->lan.n && at < CG_SETUP_LINE; i++)
		at += (size_t)snprintf(buf + at, CG_SETUP_LINE - at, "%s%s", at ? ", " : "",
				       run->config->lan.v[i].s);
	for (size_t i = 0; !run->config->lan.n && i < run->net.nfound && at < CG_SETUP_LINE; i++)
		if (run->net.found[i].likely)
			at += (size_t)snprintf(buf + at, CG_SETUP_LINE - at, "%s%s", at ? ", " : "",
					       run->net.found[i].name);
}

static bool all_there(const struct cg_setup_run *run, const char *const *words, size_t n,
		      const char **ret_missing)
{
	for (size_t i = 0; i < n; i++) {
		bool known = is_interface(run, words[i]);

		for (size_t k = 0; !known && k < run->config->lan.n; k++)
			known = !strcmp(run->config->lan.v[k].s, words[i]);
		if (!known) {
			*ret_missing = words[i];
			return false;
		}
	}
	return true;
}

/* Which are the LAN; 0, -ECANCELED or the exit code. */
int cg_setup_lan_choose(struct cg_setup_run *run)
{
	const struct cg_cli *cli = run->cli;
	char guess[CG_SETUP_LINE];
	const char *missing;
	int r;

	if (cli->lan.n) {
		memcpy(run->lan, cli->lan.v, sizeof(run->lan));
		run->file.nlan = cli->lan.n;
		return all_there(run, run->lan, run->file.nlan, &missing) ?
			       0 :
			       no_interface(run, missing);
	}
	lan_guess(run, guess);
	for (;;) {
		if (run->ask) {
			r = cg_setup_ask(_("Cameras are behind which of them (lan)?"), guess,
					 run->lan_line, sizeof(run->lan_line));
			if (r)
				return r;
		} else {
			memcpy(run->lan_line, guess, sizeof(guess));
		}
		r = words_cut(run->lan_line, run->lan, &run->file.nlan);
		if (!r && run->file.nlan && all_there(run, run->lan, run->file.nlan, &missing))
			return 0;
		if (!run->ask)
			return cg_say_error(cli, CG_EXIT_FAILED, _("--lan NAME says which it is."),
					    _("no interface looks like the LAN"));
		if (!r && run->file.nlan)
			(void)no_interface(run, missing);
	}
}

static bool is_home(const struct cg_setup_run *run, const char *name)
{
	for (size_t i = 0; i < run->config->home.n; i++)
		if (!strcmp(run->config->home.v[i].s, name))
			return true;
	return false;
}

/* A tunnel may as well lead to somebody who sells privacy: never taken unasked. */
int cg_setup_home_choose(struct cg_setup_run *run)
{
	const struct cg_cli *cli = run->cli;
	struct cg_prefix p;
	char text[CG_SETUP_LINE];

	for (size_t i = 0; i < cli->home.n; i++) {
		int r = cg_prefix_parse(cli->home.v[i], &p);

		if (r && r != -ERANGE && !is_interface(run, cli->home.v[i]) &&
		    !is_home(run, cli->home.v[i]))
			return no_interface(run, cli->home.v[i]);
		run->home[run->file.nhome++] = cli->home.v[i];
	}
	for (size_t i = 0; i < run->net.nfound && !cli->home.n; i++) {
		const struct cg_lans_found *f = &run->net.found[i];
		bool yes = false;
		int r;

		if (!cg_setup_net_is_tunnel(f) || is_home(run, f->name) ||
		    run->file.nhome == CG_WORDS_MAX)
			continue;
		if (!run->ask && !cli->json)
			cg_print_out(_("%s is a tunnel: --home %s makes it count as home\n"),
				     f->name, f->name);
		if (!run->ask)
			continue;
		(void)snprintf(
			text, sizeof(text),
			_("%s is a tunnel. Do only people of this house come in by it (home)?"),
			f->name);
		r = cg_setup_ask_yes(text, false, &yes);
		if (r)
			return r;
		if (yes)
			run->home[run->file.nhome++] = f->name;
	}
	return 0;
}
