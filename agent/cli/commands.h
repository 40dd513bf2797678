/* SPDX-License-Identifier: GPL-2.0-only */
/* Every command's function, for the table; each is a `run` of struct cg_command. */
#ifndef CG_COMMANDS_H
#define CG_COMMANDS_H

#include "command.h"

#define CG_COMMANDS_MAX 64
extern const struct cg_command cg_commands[]; /* cg_ncommands of them */
extern const size_t cg_ncommands;

int cg_cmd_status(const struct cg_cli *cli, int argc, char **argv);

int cg_cmd_open(const struct cg_cli *cli, int argc, char **argv);
int cg_cmd_stricter(const struct cg_cli *cli, int argc, char **argv); /* close, seal, block */
int cg_cmd_auto(const struct cg_cli *cli, int argc, char **argv);
int cg_cmd_off(const struct cg_cli *cli, int argc, char **argv);
int cg_cmd_on(const struct cg_cli *cli, int argc, char **argv);

int cg_cmd_who(const struct cg_cli *cli, int argc, char **argv);
int cg_cmd_blocked(const struct cg_cli *cli, int argc, char **argv);
int cg_cmd_why(const struct cg_cli *cli, int argc, char **argv);
int cg_cmd_counters(const struct cg_cli *cli, int argc, char **argv);
int cg_cmd_metrics(const struct cg_cli *cli, int argc, char **argv);

int cg_cmd_sessions(const struct cg_cli *cli, int argc, char **argv);
int cg_cmd_log(const struct cg_cli *cli, int argc, char **argv);
int cg_cmd_report(const struct cg_cli *cli, int argc, char **argv);
int cg_cmd_top(const struct cg_cli *cli, int argc, char **argv);

int cg_cmd_rule(const struct cg_cli *cli, int argc, char **argv); /* allow, deny */
int cg_cmd_undo(const struct cg_cli *cli, int argc, char **argv);

int cg_cmd_mappings(const struct cg_cli *cli, int argc, char **argv);

int cg_cmd_learn(const struct cg_cli *cli, int argc, char **argv);
int cg_cmd_audit(const struct cg_cli *cli, int argc, char **argv);
int cg_cmd_mud(const struct cg_cli *cli, int argc, char **argv);

int cg_cmd_mqtt(const struct cg_cli *cli, int argc, char **argv);

int cg_cmd_setup(const struct cg_cli *cli, int argc, char **argv);
int cg_cmd_discover(const struct cg_cli *cli, int argc, char **argv);
int cg_cmd_adopt(const struct cg_cli *cli, int argc, char **argv);
int cg_cmd_keep(const struct cg_cli *cli, int argc, char **argv);
int cg_cmd_forget(const struct cg_cli *cli, int argc, char **argv);
int cg_cmd_release(const struct cg_cli *cli, int argc, char **argv);

int cg_cmd_check(const struct cg_cli *cli, int argc, char **argv);
int cg_cmd_update_lists(const struct cg_cli *cli, int argc, char **argv);
int cg_cmd_reload(const struct cg_cli *cli, int argc, char **argv);
int cg_cmd_doctor(const struct cg_cli *cli, int argc, char **argv);
int cg_cmd_notify(const struct cg_cli *cli, int argc, char **argv);
int cg_cmd_detach(const struct cg_cli *cli, int argc, char **argv);
int cg_cmd_version(const struct cg_cli *cli, int argc, char **argv);
int cg_cmd_help(const struct cg_cli *cli, int argc, char **argv); /* in main.c */

/* The main of the command, where both programs are one: agent/one. */
int cg_camgate(int argc, char **argv);

#endif
