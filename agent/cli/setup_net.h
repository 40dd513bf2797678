/* SPDX-License-Identifier: GPL-2.0-only */
/* The interfaces of this machine, for setup: what may be a LAN, what is a tunnel, in words. */
#ifndef CG_SETUP_NET_H
#define CG_SETUP_NET_H

#include <json-c/json.h>
#include "../kern/lans.h"

struct cg_setup_net {
	struct cg_lans_found *found;
	size_t nfound;
	char (*name)[16]; /* every interface there is */
	size_t nname;
};

/* -errno. */
int cg_setup_net_read(struct cg_setup_net *ret_net) __must_check;
void cg_setup_net_clear(struct cg_setup_net *net);
bool cg_setup_net_is_tunnel(const struct cg_lans_found *f);

#define CG_SETUP_NET_LEN 256
/* "bridge of lan1, lan2; 192.168.1.1/24"; returns buf. */
const char *cg_setup_net_text(const struct cg_lans_found *f, char buf[static CG_SETUP_NET_LEN]);
void cg_setup_net_print(const struct cg_setup_net *net);
struct json_object *cg_setup_net_json(const struct cg_setup_net *net);

#endif
