/* SPDX-License-Identifier: GPL-2.0-only */
/* The looking, the sentences, and what procfs, sysfs and debugfs tell. */
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "offload.h"
#include "../lib/told.h"

/* Each takes connections out of the kernel's way once it knows them. */
static const char *const vendors[] = {
	"ecm",
	"qca_nss_ecm",
	"qca_nss_sfe",
	"shortcut_fe",
	"shortcut_fe_cm",
	"shortcut_fe_ipv6",
	"fast_classifier",
	"mtkhnat",
	"mtk_hnat",
	"hw_nat",
	"hwnat",
	"natflow",
	"ppa",
	"ltq_ppa",
	"ctf",
	"fc",
	"fcache",
	"pktflow",
	"pktrunner",
	"bcm_fc",
	"bcmfc",
	"cavium_ip_offload",
};
/* mt76 drivers that can hand Wi-Fi frames to the engine. */
static const char *const wed_drivers[] = { "mt7915e", "mt7996e" };

struct look {
	const struct cg_offload_in *in;
	struct cg_offload_found *found;
	size_t n;
};

static void __attribute__((format(printf, 5, 6)))
note(struct look *l, enum cg_offload_kind kind, bool bypass, unsigned int count, const char *fmt,
     ...)
{
	struct cg_offload_found *f = &l->found[l->n];
	va_list ap;

	if (l->n == CG_OFFLOAD_FOUND_MAX)
		return;
	l->n++;
	*f = (struct cg_offload_found){ .kind = kind, .bypass = bypass, .count = count };
	va_start(ap, fmt);
	(void)vsnprintf(f->name, sizeof(f->name), fmt, ap);
	va_end(ap);
}

static FILE *open_at(const struct look *l, const char *fmt, const char *a, const char *b)
{
	char path[PATH_MAX], tail[256];

	(void)snprintf(tail, sizeof(tail), fmt, a, b);
	if (snprintf(path, sizeof(path), "%s%s", l->in->root, tail) >= (int)sizeof(path))
		return NULL;
	return fopen(path, "re");
}

/* The first word of a file; "" where there is none. */
static const char *word(const struct look *l, const char *fmt, const char *a, const char *b,
			char buf[static 64])
{
	_cleanup_fclose_ FILE *f = open_at(l, fmt, a, b);

	if (!f || fscanf(f, "%63s", buf) != 1)
		buf[0] = '\0';
	return buf;
}

static void flow_tables(struct look *l)
{
	struct cg_offload_flows flows = { 0 };
	char name[48];
	int n = cg_offload_tables(false, name, sizeof(name));

	if (n > 0)
		note(l, CG_OFFLOAD_TABLE, !l->in->kept_out, (unsigned int)n, "%s", name);
	/* Nothing else puts connections there: what is not there is not asked for. */
	if (n > 0 || cg_offload_tables(true, name, sizeof(name)) > 0) {
		if (cg_offload_flows_read(l->in->addr, l->in->naddr, &flows))
			return;
		if (flows.hw)
			note(l, CG_OFFLOAD_FLOWS_HW, true, flows.hw, "hardware");
		if (flows.sw)
			note(l, CG_OFFLOAD_FLOWS_SW, false, flows.sw, "software");
	}
}

static void modules(struct look *l)
{
	_cleanup_fclose_ FILE *f = open_at(l, "/proc/modules%s%s", "", "");
	char line[512], name[64];

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%63s", name) != 1)
			continue;
		for (size_t i = 0; i < sizeof(vendors) / sizeof(vendors[0]); i++)
			if (!strcmp(name, vendors[i]))
				note(l, CG_OFFLOAD_VENDOR, true, 1, "%s", name);
	}
}

static void engines(struct look *l)
{
	/* The first name is that of kernels before 6.0. */
	static const char *const nr[] = { "mtk_ppe", "ppe0", "ppe1", "ppe2" };
	char line[256];

	for (size_t i = 0; i < sizeof(nr) / sizeof(nr[0]); i++) {
		_cleanup_fclose_ FILE *f = open_at(l, "/sys/kernel/debug/%s/bind%s", nr[i], "");
		unsigned int bound = 0;

		while (f && fgets(line, sizeof(line), f))
			bound++;
		/* Whose they are is told by the connections; the engine idles
		 * where nothing is handed to it. */
		if (bound)
			note(l, CG_OFFLOAD_PPE, !l->in->kept_out, bound, "%s", nr[i]);
	}
}

static void wed(struct look *l)
{
	char buf[64];

	for (size_t i = 0; i < sizeof(wed_drivers) / sizeof(wed_drivers[0]); i++)
		if (*word(l, "/sys/module/%s/parameters/wed_enable%s", wed_drivers[i], "", buf) ==
		    'Y')
			note(l, CG_OFFLOAD_WED, !l->in->kept_out, 1, "%s", wed_drivers[i]);
}

/* What tells switches apart: their own id, or for a DSA port without one the
 * device that leads to the processor; "" = this is no port of a switch. */
static const char *switch_of(const struct look *l, const char *port, char buf[static 64])
{
	char path[64], line[128], conduit[64];
	_cleanup_fclose_ FILE *f = NULL;
	bool dsa = false;

	if (*word(l, "/sys/class/net/%s/phys_switch_id%s", port, "", buf))
		return buf;
	(void)snprintf(path, sizeof(path), "/sys/class/net/%s/uevent", port);
	f = open_at(l, "%s%s", path, "");
	while (f && !dsa && fgets(line, sizeof(line), f))
		dsa = !strcmp(line, "DEVTYPE=dsa\n");
	buf[0] = '\0';
	if (dsa && *word(l, "/sys/class/net/%s/iflink%s", port, "", conduit))
		(void)snprintf(buf, 64, "dsa %.59s", conduit);
	return buf;
}

/* Ports of one switch, in one bridge, of which not both are isolated. */
static bool switched(const struct look *l, const char *a, const char *b)
{
	char x[64], y[64];

	return *switch_of(l, a, x) && !strcmp(x, switch_of(l, b, y)) &&
	       *word(l, "/sys/class/net/%s/brport/bridge/ifindex%s", a, "", x) &&
	       !strcmp(x, word(l, "/sys/class/net/%s/brport/bridge/ifindex%s", b, "", y)) &&
	       !(*word(l, "/sys/class/net/%s/brport/isolated%s", a, "", x) == '1' &&
		 *word(l, "/sys/class/net/%s/brport/isolated%s", b, "", y) == '1');
}

static void switches(struct look *l)
{
	for (size_t i = 0; i < l->in->nport; i++)
		for (size_t j = i + 1; j < l->in->nport; j++)
			if (switched(l, l->in->port[i], l->in->port[j])) {
				note(l, CG_OFFLOAD_SWITCH, true, 1, "%s and %s", l->in->port[i],
				     l->in->port[j]);
				return;
			}
}

static void mesh(struct look *l)
{
	_cleanup_fclose_ FILE *wireless = open_at(l, "/sys/class/ieee80211%s%s", "", "");
	char name[16];

	/* Where it is absent, asking for nl80211 would have its module loaded. */
	if (wireless && cg_offload_mesh(name) > 0)
		note(l, CG_OFFLOAD_MESH, true, 1, "%s", name);
	for (size_t i = 0; l->in->kind && i < l->in->nport; i++)
		if (!strcmp(l->in->kind[i], "batadv"))
			note(l, CG_OFFLOAD_BATMAN, true, 1, "%s", l->in->port[i]);
}

static void filters(struct look *l)
{
	for (size_t i = 0; l->in->in_hw && i < l->in->nport; i++)
		if (l->in->in_hw[i])
			note(l, CG_OFFLOAD_TC, true, 1, "%s", l->in->port[i]);
}

size_t cg_offload_look(const struct cg_offload_in *in,
		       struct cg_offload_found ret_found[static CG_OFFLOAD_FOUND_MAX])
{
	static void (*const looks[])(struct look * l) = {
		flow_tables, modules, engines, wed, switches, mesh, filters,
	};
	struct look l = { .in = in, .found = ret_found };

	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++)
		looks[i](&l);
	return l.n;
}

const char *cg_offload_text(const struct cg_offload_found *f, char *buf, size_t n)
{
	switch (f->kind) {
	case CG_OFFLOAD_TABLE:
		(void)snprintf(
			buf, n,
			f->bypass ?
				N_("flow table '%s' is offloaded to hardware: its packets pass no filter") :
				N_("flow table '%s' is offloaded to hardware, cameras are kept out of it"),
			f->name);
		break;
	case CG_OFFLOAD_FLOWS_HW:
		(void)snprintf(buf, n,
			       N_("%u connections of cameras are in hardware: no filter sees them"),
			       f->count);
		break;
	case CG_OFFLOAD_FLOWS_SW:
		(void)snprintf(
			buf, n,
			N_("%u connections of cameras are in a software flow table: the filters on the ports see them"),
			f->count);
		break;
	case CG_OFFLOAD_VENDOR:
		(void)snprintf(
			buf, n,
			N_("the vendor's module '%s' forwards connections past every filter"),
			f->name);
		break;
	case CG_OFFLOAD_PPE:
		(void)snprintf(buf, n,
			       N_("the packet engine %s forwards %u connections by itself%s"),
			       f->name, f->count,
			       f->bypass ? N_(": no filter sees them") :
					   N_(", cameras are kept out of it"));
		break;
	case CG_OFFLOAD_WED:
		(void)snprintf(buf, n,
			       N_("the Wi-Fi driver %s hands frames to the packet engine (WED)%s"),
			       f->name,
			       f->bypass ? N_(": no filter sees those it forwards") :
					   N_(", cameras are kept out of it"));
		break;
	case CG_OFFLOAD_SWITCH:
		(void)snprintf(
			buf, n,
			N_("%s are ports of one switch: what it carries between them is seen by no filter, so watching within the LAN is not controlled there"),
			f->name);
		break;
	case CG_OFFLOAD_MESH:
		(void)snprintf(
			buf, n,
			N_("%s is an 802.11s mesh: frames it forwards for other nodes pass no filter"),
			f->name);
		break;
	case CG_OFFLOAD_BATMAN:
		(void)snprintf(
			buf, n,
			N_("%s is a batman-adv mesh: frames between its other nodes pass no filter here"),
			f->name);
		break;
	case CG_OFFLOAD_TC:
		(void)snprintf(
			buf, n,
			N_("%s: hardware carries out a filter of another program (bridger?): what that forwards passes no filter of ours"),
			f->name);
		break;
	case __CG_OFFLOAD_MAX:
		buf[0] = '\0';
		break;
	}
	return buf;
}

const char *cg_offload_fix(const struct cg_offload_found *f)
{
	if (!f->bypass)
		return NULL;
	switch (f->kind) {
	case CG_OFFLOAD_TABLE:
	case CG_OFFLOAD_PPE:
		return N_(
			"camgate doctor --fix keeps cameras out of it (fw4), or remove `flags offload`");
	case CG_OFFLOAD_FLOWS_HW:
		return N_(
			"camgate doctor --fix, then delete these connections: conntrack -D -s ADDRESS");
	case CG_OFFLOAD_VENDOR:
		return N_("unload that module, or switch its acceleration off");
	case CG_OFFLOAD_WED:
		return N_("camgate doctor --fix, or options mt7915e wed_enable=N");
	case CG_OFFLOAD_SWITCH:
		return N_(
			"bridge link set dev PORT isolated on, for the camera's port and its peers', or a VLAN of its own");
	case CG_OFFLOAD_TC:
		return N_("stop that program, or `ethtool -K PORT hw-tc-offload off`");
	case CG_OFFLOAD_MESH:
	case CG_OFFLOAD_BATMAN:
		return N_("let cameras join an access point of this gateway");
	case CG_OFFLOAD_FLOWS_SW:
	case __CG_OFFLOAD_MAX:
		break;
	}
	return NULL;
}
