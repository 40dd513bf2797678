/* SPDX-License-Identifier: GPL-2.0-only */
/* Scripts for nft, made with stdio into memory. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include "memtext.h"
#include "nftext.h"

/*
 * Behind tc ingress comes everything at this hook, whatever its priority;
 * among what is hooked in here a flow table (priority `filter`, but anybody may
 * write another) must come after the guard. So: the lowest there is.
 */
#define GUARD_PRIORITY "-2147483648"
/* Before the rule that puts a flow into a flow table, and before NAT. */
#define BOOT_PRIORITY  "-300"

bool cg_nftext_name_ok(const char *name)
{
	size_t n = strlen(name);

	return n && n < 16 &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
			    "_.@+-") == n;
}

static int finish(FILE *f, char **text, char **ret_text)
{
	if (cg_memtext_end(f, text))
		return -ENOMEM;
	*ret_text = *text;
	return 0;
}

static void elements(FILE *f, const struct cg_mac *mac, size_t n)
{
	char buf[CG_MAC_STRLEN];

	for (size_t i = 0; i < n; i++)
		(void)fprintf(f, "%s%s", i ? ", " : "", cg_mac_format(&mac[i], buf));
}

/* nft refuses a list of elements that is empty. */
static void set(FILE *f, const struct cg_mac *mac, size_t n)
{
	(void)fprintf(f, "\tset cams {\n\t\ttype ether_addr\n");
	if (n) {
		(void)fprintf(f, "\t\telements = { ");
		elements(f, mac, n);
		(void)fprintf(f, " }\n");
	}
	(void)fprintf(f, "\t}\n");
}

static void anew(FILE *f, const char *family, const char *table)
{
	/* `destroy table` came with nft 1.0.7. */
	(void)fprintf(f, "add table %s %s\ndelete table %s %s\n", family, table, family, table);
}

/* ---- the guard ---- */

static void chain(FILE *f, const struct cg_nftext_guard *g, const struct cg_nftext_port *p)
{
	char where[64];

	(void)snprintf(where, sizeof(where), "netdev " CG_NFTEXT_GUARD_TABLE " if%d", p->ifindex);
	(void)fprintf(
		f,
		"add chain %s { type filter hook ingress device \"%s\" priority " GUARD_PRIORITY
		"; policy accept; }\n",
		where, p->name);
	(void)fprintf(f, "flush chain %s\n", where);
	(void)fprintf(f, "add rule %s ether saddr != @cams accept\n", where);
	(void)fprintf(f,
		      "add rule %s meta mark & 0x%08" PRIx32 " != 0x%08" PRIx32
		      " counter name " CG_NFTEXT_GUARD_UNMARKED " %s\n",
		      where, g->mark.mask, g->mark.bits, g->drop ? "drop" : "accept");
	/* What comes later, prerouting first, must not see the bit: saved in a
	 * connection's mark it would come back on frames that no filter saw. */
	(void)fprintf(f,
		      "add rule %s counter name " CG_NFTEXT_GUARD_MARKED
		      " meta mark set meta mark & 0x%08" PRIx32 "\n",
		      where, ~g->mark.mask);
}

static const struct cg_nftext_port *port_of(const struct cg_nftext_guard *g,
					    const struct cg_nftext_port *p)
{
	for (size_t i = 0; g && i < g->nport; i++)
		if (g->port[i].ifindex == p->ifindex && !strcmp(g->port[i].name, p->name))
			return &g->port[i];
	return NULL;
}

static bool rules_same(const struct cg_nftext_guard *a, const struct cg_nftext_guard *b)
{
	return a->drop == b->drop && a->mark.bits == b->mark.bits && a->mark.mask == b->mark.mask;
}

static bool macs_same(const struct cg_nftext_guard *a, const struct cg_nftext_guard *b)
{
	return a->nmac == b->nmac &&
	       (!a->nmac || !memcmp(a->mac, b->mac, a->nmac * sizeof(*a->mac)));
}

static void guard_update(FILE *f, const struct cg_nftext_guard *g,
			 const struct cg_nftext_guard *was)
{
	for (size_t i = 0; i < was->nport; i++) {
		int ifindex = was->port[i].ifindex;

		if (port_of(g, &was->port[i]) || !cg_nftext_name_ok(was->port[i].name))
			continue;
		/* Gone with its device on most kernels; a plain chain of that name
		 * can be deleted on all. */
		(void)fprintf(f, "add chain netdev " CG_NFTEXT_GUARD_TABLE " if%d\n", ifindex);
		(void)fprintf(f, "flush chain netdev " CG_NFTEXT_GUARD_TABLE " if%d\n", ifindex);
		(void)fprintf(f, "delete chain netdev " CG_NFTEXT_GUARD_TABLE " if%d\n", ifindex);
	}
	if (macs_same(g, was))
		return;
	(void)fprintf(f, "flush set netdev " CG_NFTEXT_GUARD_TABLE " cams\n");
	if (!g->nmac)
		return;
	(void)fprintf(f, "add element netdev " CG_NFTEXT_GUARD_TABLE " cams { ");
	elements(f, g->mac, g->nmac);
	(void)fprintf(f, " }\n");
}

int cg_nftext_guard(const struct cg_nftext_guard *g, const struct cg_nftext_guard *was,
		    char **ret_text)
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	if (!f)
		return -ENOMEM;
	if (was) {
		guard_update(f, g, was);
	} else {
		anew(f, "netdev", CG_NFTEXT_GUARD_TABLE);
		(void)fprintf(f, "table netdev " CG_NFTEXT_GUARD_TABLE " {\n"
				 "\tcounter " CG_NFTEXT_GUARD_UNMARKED " { }\n"
				 "\tcounter " CG_NFTEXT_GUARD_MARKED " { }\n");
		set(f, g->mac, g->nmac);
		(void)fprintf(f, "}\n");
	}
	for (size_t i = 0; i < g->nport; i++)
		if (cg_nftext_name_ok(g->port[i].name) &&
		    !(was && rules_same(g, was) && port_of(was, &g->port[i])))
			chain(f, g, &g->port[i]);
	return finish(f, &text, ret_text);
}

/* ---- the boot guard ---- */

static void drop_forwarded(FILE *f)
{
	(void)fprintf(f, "\tchain forward {\n"
			 "\t\ttype filter hook forward priority " BOOT_PRIORITY "; policy accept;\n"
			 "\t\tether saddr @cams counter drop\n"
			 "\t\tether daddr @cams counter drop\n"
			 "\t}\n");
}

int cg_nftext_boot(const struct cg_mac *mac, size_t n, char **ret_text)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return -ENOMEM;
	(void)fprintf(
		f,
		"# Cameras of this house are not forwarded until camgated is ready. Written by it.\n");
	anew(f, "inet", CG_NFTEXT_BOOT_TABLE);
	(void)fprintf(f, "table inet " CG_NFTEXT_BOOT_TABLE " {\n");
	set(f, mac, n);
	/* A packet to a camera has no such address here yet: it is held at the
	 * bridge, and nothing answers it. */
	drop_forwarded(f);
	(void)fprintf(f, "}\n");
	return finish(f, &text, ret_text);
}

int cg_nftext_boot_bridge(const struct cg_mac *mac, size_t n, char **ret_text)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return -ENOMEM;
	(void)fprintf(
		f,
		"# Cameras of this house are not bridged until camgated is ready. Written by it.\n");
	anew(f, "bridge", CG_NFTEXT_BOOT_TABLE);
	(void)fprintf(f, "table bridge " CG_NFTEXT_BOOT_TABLE " {\n");
	set(f, mac, n);
	drop_forwarded(f);
	/* What is routed to a camera leaves here, with what the gateway itself
	 * says: an address, names and time are all a camera needs of it. */
	(void)fprintf(f, "\tchain output {\n"
			 "\t\ttype filter hook output priority " BOOT_PRIORITY "; policy accept;\n"
			 "\t\tether daddr != @cams accept\n"
			 "\t\tether type != { ip, ip6 } accept\n"
			 "\t\tmeta l4proto { icmp, ipv6-icmp } accept\n"
			 "\t\tudp sport { 53, 67, 123, 547 } accept\n"
			 "\t\tcounter drop\n"
			 "\t}\n}\n");
	return finish(f, &text, ret_text);
}

/* ---- out of the flow table ---- */

int cg_nftext_fw4(const struct cg_mac *mac, size_t n, const struct cg_mark *mark, bool rules,
		  char **ret_text)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return -ENOMEM;
	(void)fprintf(
		f,
		"# Keeps the cameras' connections out of the flow table. Written by camgated.\n");
	(void)fprintf(f, "add set inet fw4 " CG_NFTEXT_FW4_SET " { type ether_addr; }\n"
			 "flush set inet fw4 " CG_NFTEXT_FW4_SET "\n");
	if (n) {
		(void)fprintf(f, "add element inet fw4 " CG_NFTEXT_FW4_SET " { ");
		elements(f, mac, n);
		(void)fprintf(f, " }\n");
	}
	if (!rules)
		return finish(f, &text, ret_text);
	/* Each goes to the head: the last one comes first. The flow table also takes
	 * connections without an answer, after a first packet that was let through
	 * ("confirmed"): a stream of UDP one way, or towards a camera whose MAC is
	 * not in these packets. */
	(void)fprintf(f, "insert rule inet fw4 forward ct state new ct status confirmed"
			 " accept comment \"" CG_NFTEXT_FW4_COMMENT "\"\n");
	(void)fprintf(f,
		      "insert rule inet fw4 forward ct mark & 0x%08" PRIx32 " == 0x%08" PRIx32
		      " ct state established,related accept comment \"" CG_NFTEXT_FW4_COMMENT
		      "\"\n",
		      mark->mask, mark->bits);
	(void)fprintf(f,
		      "insert rule inet fw4 forward ether saddr @" CG_NFTEXT_FW4_SET
		      " ct mark set ct mark & 0x%08" PRIx32 " | 0x%08" PRIx32
		      " comment \"" CG_NFTEXT_FW4_COMMENT "\"\n",
		      ~mark->mask, mark->bits);
	return finish(f, &text, ret_text);
}

int cg_nftext_remove(const char *family, const char *table, char **ret_text)
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	if (!f)
		return -ENOMEM;
	anew(f, family, table);
	return finish(f, &text, ret_text);
}
