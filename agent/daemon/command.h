/* SPDX-License-Identifier: GPL-2.0-only */
/* The commands of the control socket: one table, one function each. */
#ifndef CG_COMMAND_H
#define CG_COMMAND_H

#include "agent.h"

struct json_object;

struct cg_command_call {
	struct cg_agent *a;
	struct json_object *args;
	struct json_object *reply; /* {"v","ok","code"}; a command adds to it */
	bool privileged;
	int64_t uid; /* who asks; -1: not known */
	bool mqtt;   /* by way of the bridge */
};

/* The reply to a request of user uid; NULL without memory. privileged: may change things. */
struct json_object *cg_command_run(struct cg_agent *a, struct json_object *request, bool privileged,
				   int64_t uid);
/* The reply to what is no request. */
struct json_object *cg_command_refuse(int code, const char *error);

/* For the files that hold commands: makes the reply an error. hint may be NULL. */
void cg_command_fail(struct cg_command_call *c, int code, const char *hint, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* String argument or NULL; a wrong type is NULL as well. */
const char *cg_command_text(const struct cg_command_call *c, const char *key);
/* Is it there, and true? */
bool cg_command_flag(const struct cg_command_call *c, const char *key);
/* -ENOENT: absent; -EINVAL: not a whole number of at least 0. */
int cg_command_number(const struct cg_command_call *c, const char *key,
		      uint64_t *ret_n) __must_check;
/* The camera that "cam" names; NULL after having failed the call. */
const struct cg_agent_cam *cg_command_cam(struct cg_command_call *c);
void cg_command_put(struct cg_command_call *c, const char *key, struct json_object *value);
void cg_command_put_text(struct cg_command_call *c, const char *key, const char *value);

/* command_show.c */
void cg_command_status(struct cg_command_call *c);
void cg_command_who(struct cg_command_call *c);
void cg_command_blocked(struct cg_command_call *c);
void cg_command_why(struct cg_command_call *c);
void cg_command_counters(struct cg_command_call *c);
/* doctor.c */
void cg_command_doctor(struct cg_command_call *c);
/* learn.c */
void cg_command_learn(struct cg_command_call *c);
/* command_mappings.c */
void cg_command_mappings(struct cg_command_call *c);
/* command_discover.c */
void cg_command_discover(struct cg_command_call *c);
void cg_command_release(struct cg_command_call *c);
/* adopt.c, adopt_end.c */
void cg_command_adopt(struct cg_command_call *c);
void cg_command_keep(struct cg_command_call *c);
void cg_command_forget(struct cg_command_call *c);
/* edit.c */
void cg_command_allow(struct cg_command_call *c);
void cg_command_deny(struct cg_command_call *c);
void cg_command_undo(struct cg_command_call *c);
/* command_notify.c */
void cg_command_notify(struct cg_command_call *c);
/* setup.c */
void cg_command_setup(struct cg_command_call *c);
/* mqtt.c */
void cg_command_mqtt(struct cg_command_call *c);

#endif
