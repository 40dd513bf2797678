/* SPDX-License-Identifier: GPL-2.0-only */
/* Who the bridge is at the broker: a file of two lines, user and password. */
#ifndef CG_MQTT_SECRET_H
#define CG_MQTT_SECRET_H

#include "../lib/cleanup.h"
#include "../lib/diag.h"

/* What is in a file that nobody else may read: at most size - 1 bytes and a NUL behind them. How
 * many; -EACCES: others may read it; or the errno of the file, diag set. The caller overwrites buf. */
int cg_mqtt_secret_file(const char *path, struct cg_diag *diag, char *buf,
			size_t size) __must_check;

struct cg_mqtt_secret {
	char *user;
	char *password; /* NULL: the file has one line */
};

/* -EACCES: others may read the file; -EINVAL: it is not one or two lines of text; or the errno of
 * the file; diag set. The caller clears it. */
int cg_mqtt_secret_read(const char *path, struct cg_diag *diag,
			struct cg_mqtt_secret *ret_secret) __must_check;
/* Overwritten before it is freed. */
void cg_mqtt_secret_clear(struct cg_mqtt_secret *secret);

#endif
