/* SPDX-License-Identifier: GPL-2.0-only */
/* Every command: its arguments, its options, a line about it. */
#include "../lib/optional.h"
#include "commands.h"
#include "i18n.h"

/* Those of features that may be left out: run is NULL then. */
CG_OPTIONAL(cg_cmd_log);
CG_OPTIONAL(cg_cmd_report);
CG_OPTIONAL(cg_cmd_top);
CG_OPTIONAL(cg_cmd_learn);
CG_OPTIONAL(cg_cmd_rule);
CG_OPTIONAL(cg_cmd_undo);
CG_OPTIONAL(cg_cmd_audit);
CG_OPTIONAL(cg_cmd_mappings);
CG_OPTIONAL(cg_cmd_discover);
CG_OPTIONAL(cg_cmd_adopt);
CG_OPTIONAL(cg_cmd_keep);
CG_OPTIONAL(cg_cmd_forget);
CG_OPTIONAL(cg_cmd_release);
CG_OPTIONAL(cg_cmd_mud);
CG_OPTIONAL(cg_cmd_update_lists);
CG_OPTIONAL(cg_cmd_setup);
CG_OPTIONAL(cg_cmd_metrics);
CG_OPTIONAL(cg_cmd_check);
CG_OPTIONAL(cg_cmd_doctor);
CG_OPTIONAL(cg_cmd_mqtt);
CG_OPTIONAL(cg_cmd_notify);

const struct cg_command cg_commands[] = {
	{ "status", "",
	  N_("what is open, what was stopped, what schedules do, what needs attention"), 0, 0, 0,
	  cg_cmd_status },
	{ "open", "CAM [TIME | until CLOCK] [--to VIEWER] [--force]",
	  N_("let a camera be watched from outside for a while; without a time 30m, at most "
	     "what its open_time leaves"),
	  CG_OPTION_TO | CG_OPTION_FORCE, 1, 4, cg_cmd_open },
	{ "close", "CAM|all", N_("nobody watches from outside; ends what runs now"), 0, 1, 1,
	  cg_cmd_stricter },
	{ "seal", "CAM|all", N_("nothing leaves the camera's LAN at all"), 0, 1, 1,
	  cg_cmd_stricter },
	{ "block", "CAM|all", N_("the same as seal"), 0, 1, 1, cg_cmd_stricter },
	{ "auto", "CAM|all",
	  N_("take back what was done by hand: configuration and schedule hold again"), 0, 1, 1,
	  cg_cmd_auto },
	{ "off", "[TIME]", N_("let everything pass for a while; without a time 10m"), 0, 0, 1,
	  cg_cmd_off },
	{ "on", "", N_("end off"), 0, 0, 0, cg_cmd_on },
	{ "who", "CAM", N_("whom a camera talks to now"), 0, 1, 1, cg_cmd_who },
	{ "blocked", "CAM [--since TIME]",
	  N_("what of a camera was stopped lately, and what to type where it breaks"),
	  CG_OPTION_SINCE, 1, 1, cg_cmd_blocked },
	{ "why", "CAM ADDRESS[:PORT][/PROTOCOL]",
	  N_("what would become of a packet, and by which rule"), 0, 2, 2, cg_cmd_why },
	{ "sessions", "[CAM] [--follow]",
	  N_("who outside is connected with a camera now: watching, talk, stopped until when"),
	  CG_OPTION_FOLLOW, 0, 1, cg_cmd_sessions },
	{ "log",
	  CG_IF(RECORD,
		"[--since TIME] [--cam CAM] | verify [--anchor COUNT:HASH] | erase CAM [--yes]"),
	  CG_IF(RECORD,
		N_("who watched from outside, was stopped, or tried; is that record as it was written; "
		   "erase a camera from it")),
	  CG_OPTION_SINCE | CG_OPTION_CAM | CG_OPTION_ANCHOR | CG_OPTION_YES, 0, 2, cg_cmd_log },
	{ "report",
	  CG_IF(REPORT, "[--from TIME] [--to TIME] [--cam CAM] [--format text|json|csv|html]"),
	  CG_IF(REPORT, N_("what left the house and to where, what was stopped, who opened")),
	  CG_OPTION_FROM | CG_OPTION_TO | CG_OPTION_CAM | CG_OPTION_FORMAT, 0, 0, cg_cmd_report },
	{ "top", CG_IF(TOP, "[--once]"),
	  CG_IF(TOP, N_("cameras and their sessions by rate, live; q ends it")), CG_OPTION_ONCE, 0,
	  0, cg_cmd_top },
	{ "learn", CG_IF(LEARN, "CAM [TIME] [--show | --stop]"),
	  CG_IF(LEARN, N_("record what a camera sends to, print rules for it; without a time 24h")),
	  CG_OPTION_SHOW | CG_OPTION_STOP, 1, 2, cg_cmd_learn },
	{ "allow", CG_IF(EDIT, "CAM NAME|ADDRESS[/BITS][:PORT[-PORT]][/PROTOCOL]"),
	  CG_IF(EDIT, N_("write a rule that lets a camera send there")), 0, 2, 2, cg_cmd_rule },
	{ "deny", CG_IF(EDIT, "CAM NAME|ADDRESS[/BITS][:PORT[-PORT]][/PROTOCOL]"),
	  CG_IF(EDIT, N_("write a rule that never lets a camera send there")), 0, 2, 2,
	  cg_cmd_rule },
	{ "undo", "", CG_IF(EDIT, N_("take the last allow or deny back")), 0, 0, 0, cg_cmd_undo },
	{ "audit", CG_IF(AUDIT, "[CAM] [--probe] [--html[=FILE]]"),
	  CG_IF(AUDIT, N_("what is wrong with cameras, and what to do about it")),
	  CG_OPTION_PROBE | CG_OPTION_HTML, 0, 1, cg_cmd_audit },
	{ "mappings", CG_IF(MAPPINGS, "[CAM] [--close]"),
	  CG_IF(MAPPINGS,
		N_("which openings of ports lead from outside to cameras, and who made them")),
	  CG_OPTION_CLOSE, 0, 1, cg_cmd_mappings },
	{ "setup",
	  CG_IF(SETUP,
		"[--yes] [--lan NAME] [--home NAME] [--probe] [--adopt NR|MAC=NAME] [--try TIME] [--start] "
		"[--show]"),
	  CG_IF(SETUP,
		N_("the first steps, asked one by one: which interfaces are your LAN, which devices are "
		   "cameras")),
	  CG_OPTION_YES | CG_OPTION_LAN | CG_OPTION_HOME | CG_OPTION_PROBE | CG_OPTION_ADOPT |
		  CG_OPTION_TRY | CG_OPTION_START | CG_OPTION_SHOW,
	  0, 0, cg_cmd_setup },
	{ "discover", CG_IF(DISCOVER, "[--probe]"),
	  CG_IF(DISCOVER,
		N_("devices that are no cameras of the configuration, and how much each is like one")),
	  CG_OPTION_PROBE, 0, 0, cg_cmd_discover },
	{ "adopt",
	  CG_IF(DISCOVER, "NR|MAC NAME [--profile PROFILE] [--try TIME] [--show] [--force]"),
	  CG_IF(DISCOVER, N_("make a device of discover's list a camera of the configuration")),
	  CG_OPTION_PROFILE | CG_OPTION_TRY | CG_OPTION_SHOW | CG_OPTION_FORCE, 2, 2,
	  cg_cmd_adopt },
	{ "keep", CG_IF(DISCOVER, "CAM"), CG_IF(DISCOVER, N_("an adoption on trial is for good")),
	  0, 1, 1, cg_cmd_keep },
	{ "forget", CG_IF(DISCOVER, "CAM|MAC [--force]"),
	  CG_IF(DISCOVER, N_("take out what adopt wrote, or what is known of a device")),
	  CG_OPTION_FORCE, 1, 1, cg_cmd_forget },
	{ "release", CG_IF(DISCOVER, "NR|MAC"),
	  CG_IF(DISCOVER, N_("let a held device go, and never hold it again")), 0, 1, 1,
	  cg_cmd_release },
	{ "counters", "[CAM]", N_("packets and bytes by reason"), 0, 0, 1, cg_cmd_counters },
	{ "metrics", CG_IF(METRICS, "[--textfile FILE]"),
	  CG_IF(METRICS, N_("figures for Prometheus and the like, nobody's address among them")),
	  CG_OPTION_TEXT, 0, 0, cg_cmd_metrics },
	{ "mqtt", CG_IF(MQTT, "[on | off]"),
	  CG_IF(MQTT, N_("which MQTT broker is told of cameras, and how that fares; end it")), 0, 0,
	  1, cg_cmd_mqtt },
	{ "check", CG_IF(CHECK, "[FILE]"),
	  CG_IF(CHECK, N_("judge a configuration; needs no agent, changes nothing")), 0, 0, 1,
	  cg_cmd_check },
	{ "mud", CG_IF(MUD, "import FILE [--camera NAME] | export CAM [--url URL] [--learned]"),
	  CG_IF(MUD, N_("a maker's MUD file as rules, and rules as a MUD file")),
	  CG_OPTION_CAMERA | CG_OPTION_URL | CG_OPTION_LEARNED, 2, 2, cg_cmd_mud },
	{ "reload", "", N_("put the changed configuration in force"), 0, 0, 0, cg_cmd_reload },
	{ "update-lists", "",
	  CG_IF(COUNTRY,
		N_("read the databases of countries and networks, and lists, again; one that is no good "
		   "changes nothing")),
	  0, 0, 0, cg_cmd_update_lists },
	{ "doctor", CG_IF(DOCTOR, "[--fix]"),
	  CG_IF(DOCTOR, N_("look for what keeps camgate from doing its job")), CG_OPTION_FIX, 0, 0,
	  cg_cmd_doctor },
	{ "notify", CG_IF(NOTIFY, "[--test]"),
	  CG_IF(NOTIFY, N_("is the program of `notify` told, how did it end; run it once to see")),
	  CG_OPTION_TEST, 0, 0, cg_cmd_notify },
	{ "detach", "", N_("take camgate out of the packet path altogether"), 0, 0, 0,
	  cg_cmd_detach },
	{ "version", "", N_("versions of the command and the agent"), 0, 0, 0, cg_cmd_version },
	{ "help", "[COMMAND]", N_("this, or more about a command"), 0, 0, 1, cg_cmd_help },
};
const size_t cg_ncommands = sizeof(cg_commands) / sizeof(cg_commands[0]);
_Static_assert(sizeof(cg_commands) / sizeof(cg_commands[0]) <= CG_COMMANDS_MAX, "more commands");
