/* SPDX-License-Identifier: GPL-2.0-only */
/* `doctor --fix`: what the kernel refuses, by the package that brings it, and the boot guard switched on. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "../kern/host.h"
#include "../kern/nft.h"
#include "../kern/offload.h"
#include "doctor.h"
#include "../lib/told.h"

/* What the kernel would take, asked one thing at a time. lo is everywhere. */
static const struct {
	enum cg_host_need need;
	const char *script, *what;
} wanted[] = {
	{ CG_HOST_NFT_NETDEV,
	  "add table netdev camgate_probe\n"
	  "add chain netdev camgate_probe c { type filter hook ingress device \"lo\" priority 0; }\n",
	  N_("rules at an interface, which the guard needs") },
	{ CG_HOST_NFT_BRIDGE,
	  "add table bridge camgate_probe\n"
	  "add chain bridge camgate_probe c { type filter hook forward priority 0; }\n",
	  N_("rules in a bridge, by which the boot guard holds what is not routed") },
	{ CG_HOST_NFT_FLOW,
	  "add table inet camgate_probe\n"
	  "add flowtable inet camgate_probe f { hook ingress priority 0; devices = { lo }; }\n",
	  N_("flow tables, which the firewall is configured to use") },
};

static bool asked(const struct cg_agent *a, enum cg_host_need need)
{
	switch (need) {
	case CG_HOST_NFT_NETDEV:
		return a->policy.now && a->policy.now->guard != CG_GUARD_OFF;
	case CG_HOST_NFT_BRIDGE:
		return a->policy.ncams;
	case CG_HOST_NFT_FLOW:
		return cg_host_wants_flow(a->opts.root);
	default:
		return false;
	}
}

static void by_nft(const struct cg_agent *a, enum cg_host host,
		   void (*say)(void *ctx, bool ok, const char *text), void *ctx)
{
	char why[200], text[300];

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		int r = asked(a, wanted[i].need) ?
				cg_nft_check(wanted[i].script, why, sizeof(why)) :
				0;

		if (!r)
			continue;
		if (r == -ENOENT) {
			(void)snprintf(text, sizeof(text), N_("there is no nft: install %s"),
				       cg_host_package(host, CG_HOST_NFT));
			say(ctx, false, text);
			return;
		}
		(void)snprintf(text, sizeof(text), N_("the kernel has no %s: install %s"),
			       wanted[i].what, cg_host_package(host, wanted[i].need));
		say(ctx, false, text);
	}
}

/* Without it a camera in a flow table is not seen there. */
static void by_conntrack(enum cg_host host, void (*say)(void *ctx, bool ok, const char *text),
			 void *ctx)
{
	struct cg_offload_flows flows;
	char name[64], text[200];

	if (cg_offload_tables(true, name, sizeof(name)) < 1 ||
	    cg_offload_flows_read(NULL, 0, &flows) != -EOPNOTSUPP)
		return;
	(void)snprintf(text, sizeof(text),
		       N_("the kernel does not tell what is in flow table '%s': install %s"), name,
		       cg_host_package(host, CG_HOST_CT_NETLINK));
	say(ctx, false, text);
}

static void by_tc(const struct cg_agent *a, enum cg_host host,
		  void (*say)(void *ctx, bool ok, const char *text), void *ctx)
{
	bool clsact = false, cls_bpf = false;
	char text[200];

	for (size_t i = 0; i < a->run.nport; i++) {
		clsact |= a->run.port[i].err == -ENOPKG;
		cls_bpf |= a->run.port[i].err == -ENOSYS;
	}
	if (clsact) {
		(void)snprintf(
			text, sizeof(text),
			N_("the kernel has no place for filters on a port (clsact): install %s"),
			cg_host_package(host, CG_HOST_CLSACT));
		say(ctx, false, text);
	}
	if (cls_bpf) {
		(void)snprintf(text, sizeof(text),
			       N_("the kernel takes no BPF program as a filter: install %s"),
			       cg_host_package(host, CG_HOST_CLS_BPF));
		say(ctx, false, text);
	}
}

static void bootguard(const struct cg_agent *a, enum cg_host host,
		      void (*say)(void *ctx, bool ok, const char *text), void *ctx)
{
	const char *command = cg_host_bootguard_command(host);
	char dir[PATH_MAX], text[200];
	int r;

	if (cg_host_bootguard(a->opts.root, dir))
		return;
	r = cg_host_bootguard_enable(a->opts.root);
	if (!r)
		(void)snprintf(text, sizeof(text), N_("the boot guard is loaded at the next boot"));
	else
		(void)snprintf(text, sizeof(text),
			       N_("the boot guard is not loaded at boot: run `%s`"), command);
	say(ctx, !r, text);
}

void cg_doctor_fix(struct cg_agent *a, void (*say)(void *ctx, bool ok, const char *text), void *ctx)
{
	enum cg_host host = cg_host_kind(a->opts.root);

	by_tc(a, host, say, ctx);
	by_nft(a, host, say, ctx);
	by_conntrack(host, say, ctx);
	bootguard(a, host, say, ctx);
}
