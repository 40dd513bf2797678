/* SPDX-License-Identifier: GPL-2.0-only */
/* Devices that are no cameras of the configuration: the list, and what makes one a camera; for discover, adopt and setup. */
#ifndef CG_DISCOVER_H
#define CG_DISCOVER_H

#include <json-c/json.h>
#include <stdint.h>
#include "command.h"

/* A number of discover's list, or a MAC; NULL after having said what is wrong. */
struct json_object *cg_discover_device(const struct cg_cli *cli, const char *word);
/* Asks the LAN and waits for the answers; 0 or the exit code. */
int cg_discover_probe(const struct cg_cli *cli);
/* The list, with the reasons of those that may be cameras. */
void cg_discover_print(struct json_object *reply);

/* The request; takes device. try_s 0: for good. */
struct json_object *cg_discover_adopt_new(struct json_object *device, const char *name,
					  uint64_t try_s);
/* What came of it, or would where `show` was asked for. */
void cg_discover_adopted(struct json_object *reply, bool show);

#endif
