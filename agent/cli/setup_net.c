/* SPDX-License-Identifier: GPL-2.0-only */
/* Asked of the kernel by the command itself: the agent need not run. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "i18n.h"
#include "print.h"
#include "setup_net.h"

static int names_take(const struct cg_lans_in *in, struct cg_setup_net *net)
{
	net->name = calloc(in->nlinks + 1, sizeof(*net->name));
	if (!net->name)
		return -ENOMEM;
	for (; net->nname < in->nlinks; net->nname++)
		memcpy(net->name[net->nname], in->links[net->nname].name, sizeof(*net->name));
	return 0;
}

int cg_setup_net_read(struct cg_setup_net *ret_net)
{
	_cleanup_(cg_setup_net_clear) struct cg_setup_net net = { 0 };
	_cleanup_free_ int *uplinks = NULL;
	struct cg_links *links = NULL;
	struct cg_lans_in in = { 0 };
	int r = cg_links_open(NULL, NULL, &links);

	if (r)
		return r;
	in.links = cg_links_table(links, &in.nlinks);
	in.addrs = cg_links_addrs(links, &in.naddrs);
	r = cg_links_uplinks_read(links, &uplinks, &in.nuplinks);
	in.uplinks = uplinks;
	if (!r)
		r = cg_lans_find(&in, &net.found, &net.nfound);
	if (!r)
		r = names_take(&in, &net);
	cg_links_close(&links);
	if (r)
		return r;
	*ret_net = net;
	net = (struct cg_setup_net){ 0 };
	return 0;
}

void cg_setup_net_clear(struct cg_setup_net *net)
{
	free(net->found);
	free(net->name);
	*net = (struct cg_setup_net){ 0 };
}

bool cg_setup_net_is_tunnel(const struct cg_lans_found *f)
{
	return f->kind == CG_LANS_WIREGUARD || f->kind == CG_LANS_TUN;
}

static const char *kind_text(const struct cg_lans_found *f)
{
	switch (f->kind) {
	case CG_LANS_BRIDGE:
		return *f->ports ? _("bridge of ") : _("bridge without a port");
	case CG_LANS_PLAIN:
		return _("interface");
	case CG_LANS_WIREGUARD:
		return _("WireGuard tunnel");
	case CG_LANS_TUN:
		return _("tunnel, as OpenVPN's");
	case __CG_LANS_KIND_MAX:
		break;
	}
	return "";
}

static const char *net_text(const struct cg_lans_found *f, char buf[static CG_PREFIX_STRLEN])
{
	char addr[CG_ADDR_STRLEN];

	*buf = '\0';
	if (f->has_net)
		(void)snprintf(buf, CG_PREFIX_STRLEN, "%s/%d", cg_addr_format(&f->addr, addr),
			       cg_addr_is_v4(&f->addr) ? f->len - 96 : f->len);
	return buf;
}

const char *cg_setup_net_text(const struct cg_lans_found *f, char buf[static CG_SETUP_NET_LEN])
{
	char net[CG_PREFIX_STRLEN];

	(void)snprintf(buf, CG_SETUP_NET_LEN, "%s%s%s%s%s%s", kind_text(f), f->ports,
		       f->has_net ? "; " : "", net_text(f, net),
		       f->uplink ? _("; the default route leads there") : "",
		       f->guests ? _("; of containers or virtual machines") : "");
	return buf;
}

void cg_setup_net_print(const struct cg_setup_net *net)
{
	char text[CG_SETUP_NET_LEN];

	cg_print_out(_("Interfaces of this machine:\n"));
	for (size_t i = 0; i < net->nfound; i++)
		cg_print_out("  %-10s %s\n", net->found[i].name,
			     cg_setup_net_text(&net->found[i], text));
}

struct json_object *cg_setup_net_json(const struct cg_setup_net *net)
{
	static const char *const kinds[__CG_LANS_KIND_MAX] = {
		[CG_LANS_BRIDGE] = "bridge",
		[CG_LANS_PLAIN] = "plain",
		[CG_LANS_WIREGUARD] = "wireguard",
		[CG_LANS_TUN] = "tun",
	};
	struct json_object *list = json_object_new_array();
	char text[CG_PREFIX_STRLEN];

	for (size_t i = 0; i < net->nfound; i++) {
		const struct cg_lans_found *f = &net->found[i];
		struct json_object *o = json_object_new_object();

		json_object_object_add(o, "name", json_object_new_string(f->name));
		json_object_object_add(o, "kind", json_object_new_string(kinds[f->kind]));
		if (f->has_net)
			json_object_object_add(o, "net", json_object_new_string(net_text(f, text)));
		json_object_object_add(o, "likely", json_object_new_boolean(f->likely));
		json_object_object_add(o, "uplink", json_object_new_boolean(f->uplink));
		json_object_array_add(list, o);
	}
	return list;
}
