/* SPDX-License-Identifier: GPL-2.0-only */
/* camgate log verify, log erase: is the record as it was written, and taking a camera out of it. */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <camgate/ctl.h>
#include "../lib/recordlist.h"
#include "../lib/verify.h"
#include "ask.h"
#include "commands.h"
#include "i18n.h"
#include "print.h"
#include "record.h"
#include "reply.h"
#include "say.h"

/* The agent may be writing just now. */
#define TRIES	 3
#define AGAIN_NS (200 * 1000 * 1000L)

static const char *const faults[] = {
	[CG_VERIFY_WHOLE] = "",		 [CG_VERIFY_ALTERED] = "altered",
	[CG_VERIFY_FOREIGN] = "foreign", [CG_VERIFY_MISSING] = "missing",
	[CG_VERIFY_ORDER] = "reordered", [CG_VERIFY_CUT] = "cut-off",
	[CG_VERIFY_HEAD] = "head",	 [CG_VERIFY_ANCHOR] = "anchor",
};

int cg_record_verify(const char *dir, const struct cg_anchor *anchor, size_t bytes,
		     struct cg_verify *ret_verify)
{
	const struct timespec again = { .tv_nsec = AGAIN_NS };
	int r;

	for (int i = 0;; i++) {
		_cleanup_(cg_chain_files_free) struct cg_chain_files files = { 0 };
		struct cg_head head;
		int err = cg_chain_head_read(dir, &head);

		/* The head first: what is written after it is no fault. */
		if (err && err != -ENOENT && err != -EPROTO)
			return err;
		r = cg_chain_files_read(dir, &files);
		if (!r)
			r = cg_verify(&files, err ? NULL : &head, anchor, bytes, ret_verify);
		if (r || !ret_verify->what || i + 1 == TRIES)
			return r;
		(void)nanosleep(&again, NULL);
	}
}

/* ---- verify ---- */

static const char *place(const struct cg_cli *cli, const struct cg_verify *v,
			 char buf[static CG_RECORD_PATH_LEN])
{
	const char *path = cg_records_path(cli->state_dir, v->file, buf);

	return path ? path : CG_RECORD_FILE;
}

static struct json_object *verify_json(const struct cg_cli *cli, const struct cg_verify *v,
				       int code)
{
	struct json_object *o = cg_say_new(code);
	char path[CG_RECORD_PATH_LEN], anchor[CG_ANCHOR_STRLEN];

	json_object_object_add(o, "lines", json_object_new_int64((int64_t)v->lines));
	json_object_object_add(o, "not_chained", json_object_new_int64((int64_t)v->before));
	json_object_object_add(o, "gone", json_object_new_int64((int64_t)v->gone));
	json_object_object_add(o, "holes", json_object_new_int64((int64_t)v->holes));
	if (v->behind || v->bytes) {
		json_object_object_add(o, "behind", json_object_new_int64((int64_t)v->behind));
		json_object_object_add(o, "bytes", json_object_new_int64((int64_t)v->bytes));
	}
	if (v->good.n)
		json_object_object_add(o, "agrees",
				       json_object_new_string(cg_anchor_format(&v->good, anchor)));
	if (v->unknown)
		json_object_object_add(o, "anchor_gone", json_object_new_boolean(true));
	if (!v->what)
		return o;
	json_object_object_add(o, "fault", json_object_new_string(faults[v->what]));
	json_object_object_add(o, "file", json_object_new_string(place(cli, v, path)));
	json_object_object_add(o, "line", json_object_new_int64(v->row));
	if (v->n)
		json_object_object_add(o, "n", json_object_new_int64((int64_t)v->n));
	if (v->missing)
		json_object_object_add(o, "missing", json_object_new_int64((int64_t)v->missing));
	if (v->told)
		json_object_object_add(o, "noticed", json_object_new_boolean(true));
	return o;
}

static void print_fault(const struct cg_cli *cli, const struct cg_verify *v)
{
	unsigned long long n = v->n, to = v->n + (v->missing ? v->missing - 1 : 0);
	char path[CG_RECORD_PATH_LEN];

	cg_print_out("%s:%u: ", place(cli, v, path), v->row);
	switch (v->what) {
	case CG_VERIFY_WHOLE:
	case __CG_VERIFY_MAX:
		break;
	case CG_VERIFY_ALTERED:
		cg_print_out(_("altered: this is not what was written as number %llu\n"), n);
		break;
	case CG_VERIFY_FOREIGN:
		cg_print_out(_("foreign: this line is none of the record\n"));
		break;
	case CG_VERIFY_MISSING:
		cg_print_out(
			_("missing: numbers %llu to %llu are not there, and nothing says why\n"), n,
			to);
		break;
	case CG_VERIFY_ORDER:
		cg_print_out(_("reordered: number %llu stands in another place\n"), n);
		break;
	case CG_VERIFY_CUT:
		cg_print_out(_("cut off: numbers %llu to %llu are not there\n"), n, to);
		break;
	case CG_VERIFY_HEAD:
		cg_print_out(v->head ? _("%s says something else of number %llu\n") :
				       _("%s, which says how far the record goes, is not there or "
					 "cannot be read; the files end with number %llu\n"),
			     CG_RECORD_HEAD, n);
		break;
	case CG_VERIFY_ANCHOR:
		cg_print_out(_("another record: number %llu is not what the anchor was noted "
			       "down of\n"),
			     n);
		break;
	}
	if (v->told)
		cg_print_out(_("the agent noticed that they are gone, and wrote it down\n"));
}

static void print_verify(const struct cg_cli *cli, const struct cg_verify *v)
{
	char anchor[CG_ANCHOR_STRLEN];

	if (v->what)
		print_fault(cli, v);
	else if (!v->lines && !v->before)
		cg_print_out(_("nothing is recorded\n"));
	else
		cg_print_out(_("%llu lines are as they were written\n"),
			     (unsigned long long)v->lines);
	if (v->gone)
		cg_print_out(_("%llu lines are gone, and tombstones say why\n"),
			     (unsigned long long)v->gone);
	if (v->holes)
		cg_print_out(_("%llu holes: a power cut, or the agent was killed\n"),
			     (unsigned long long)v->holes);
	if (v->behind || v->bytes)
		cg_print_out(_("%llu lines and %llu bytes were being written when it ended\n"),
			     (unsigned long long)v->behind, (unsigned long long)v->bytes);
	if (v->before)
		cg_print_out(_("%llu older lines are not chained: of them nothing is known\n"),
			     (unsigned long long)v->before);
	if (v->unknown)
		cg_print_out(_("the line of that anchor is gone: there is nothing to hold it "
			       "against\n"));
	if (v->good.n)
		cg_print_out(v->what ? _("agrees up to %s\n") : _("anchor %s\n"),
			     cg_anchor_format(&v->good, anchor));
	else if (v->what)
		cg_print_out(_("there is no line up to which it agrees\n"));
}

static int verify(const struct cg_cli *cli)
{
	struct cg_anchor anchor;
	struct json_object *reply;
	struct cg_verify v;
	size_t bytes = 0;
	int r, code;

	if (cli->anchor && cg_anchor_parse(cli->anchor, &anchor, &bytes))
		return cg_say_error(cli, CG_EXIT_USAGE, NULL,
				    _("--anchor '%s': expected COUNT:HASH, of the hash at least "
				      "%d digits"),
				    cli->anchor, CG_ANCHOR_DIGITS);
	r = cg_record_verify(cli->state_dir, cli->anchor ? &anchor : NULL, bytes, &v);
	if (r == -EACCES || r == -EPERM)
		return cg_say_error(cli, CG_EXIT_FAILED, NULL,
				    _("%s/%s is for root and group '%s'"), cli->state_dir,
				    CG_RECORD_FILE, CG_CTL_GROUP);
	if (r)
		return cg_say_error(cli, CG_EXIT_FAILED, NULL, "%s/%s: %s", cli->state_dir,
				    CG_RECORD_FILE, strerror(-r));
	code = v.what ? CG_EXIT_FAILED : v.unknown ? CG_EXIT_PARTIAL : CG_EXIT_OK;
	if (!cli->json) {
		print_verify(cli, &v);
		return code;
	}
	reply = verify_json(cli, &v, code);
	cg_say_json(reply);
	json_object_put(reply);
	return code;
}

/* ---- erase ---- */

/* 1: yes, 0: no, -EINVAL: there is nobody to ask. */
static int asked(const char *cam)
{
	char answer[16];

	if (!isatty(STDIN_FILENO))
		return -EINVAL;
	cg_print_err(_("Erase all that the record holds of %s? What is erased cannot be brought "
		       "back. [y/N] "),
		     cam);
	return fgets(answer, sizeof(answer), stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}

static int erase(const struct cg_cli *cli, const char *cam)
{
	struct json_object *request, *reply;
	int code;

	if (!(cli->given & CG_OPTION_YES)) {
		int r = asked(cam);

		if (r < 0)
			return cg_say_error(cli, CG_EXIT_USAGE, NULL,
					    _("erasing needs --yes where nobody can be asked"));
		if (!r)
			return cg_say_error(cli, CG_EXIT_FAILED, NULL, _("nothing was erased"));
	}
	request = cg_ask_new("erase");
	json_object_object_add(request, "cam", json_object_new_string(cam));
	code = cg_ask(cli, request, &reply);
	if (!reply)
		return code;
	cg_print_out(_("%s: %lld lines erased, and the record says so\n"),
		     cg_reply_str(reply, "cam"), (long long)cg_reply_int(reply, "count"));
	if (cg_reply_has(reply, "anchor"))
		cg_print_out(_("anchor %s\n"), cg_reply_str(reply, "anchor"));
	json_object_put(reply);
	return code;
}

/* ---- log WHAT ---- */

int cg_record_command(const struct cg_cli *cli, int argc, char **argv)
{
	bool is_verify = !strcmp(argv[1], "verify"), is_erase = !strcmp(argv[1], "erase");
	unsigned int wrong = cli->given & ~(is_verify ? CG_OPTION_ANCHOR : CG_OPTION_YES);

	if (!is_verify && !is_erase)
		return cg_say_error(cli, CG_EXIT_USAGE, _("Usage: camgate log --cam CAM"),
				    _("'log' cannot do with '%s', expected verify or erase"),
				    argv[1]);
	if (wrong)
		return cg_say_error(cli, CG_EXIT_USAGE, NULL, _("'log %s' has no option %s"),
				    argv[1],
				    wrong & CG_OPTION_SINCE  ? "--since" :
				    wrong & CG_OPTION_CAM    ? "--cam" :
				    wrong & CG_OPTION_ANCHOR ? "--anchor" :
							       "--yes");
	if (is_verify && argc > 2)
		return cg_say_error(cli, CG_EXIT_USAGE, NULL, _("'log verify' cannot do with '%s'"),
				    argv[2]);
	if (is_erase && argc < 3)
		return cg_say_error(cli, CG_EXIT_USAGE, _("Usage: camgate log erase CAM [--yes]"),
				    _("'log erase' needs a camera"));
	return is_verify ? verify(cli) : erase(cli, argv[2]);
}
