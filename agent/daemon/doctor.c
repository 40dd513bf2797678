/* SPDX-License-Identifier: GPL-2.0-only */
/* What could keep cameras unenforced on this machine, looked for one by one. Nothing is run, nothing is changed. */
#include <errno.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <camgate/ctl.h>
#include "../lib/jsonout.h"
#include "../lib/told.h"
#include "../kern/host.h"
#include "../kern/listens.h"
#include "../kern/offload.h"
#include "../kern/own.h"
#include "command.h"
#include "devices.h"
#include "doctor.h"
#include "guard.h"
#include "module.h"
#include "ending.h"
#include "resolvers.h"

#define JIT	  "/proc/sys/net/core/bpf_jit_enable"
#define BPF_MAGIC 0xcafe4a11UL /* of a bpffs; part of the kernel's ABI */

enum level {
	OK,
	WARN,
	FAIL,
};

struct findings {
	struct cg_agent *a;
	struct json_object *list;
	enum level worst;
};

static void __attribute__((format(printf, 5, 6)))
found(struct findings *f, enum level level, const char *what, const char *fix, const char *fmt, ...)
{
	static const char *const names[] = { [OK] = "ok", [WARN] = "warn", [FAIL] = "fail" };
	struct json_object *o = json_object_new_object();
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	cg_json_add(o, "level", json_object_new_string(names[level]));
	cg_json_add(o, "what", json_object_new_string(what));
	cg_json_add(o, "text", json_object_new_string(text));
	if (fix)
		cg_json_add(o, "fix", json_object_new_string(fix));
	cg_json_push(f->list, o);
	if (level > f->worst)
		f->worst = level;
}

static bool no_nft(const char *why)
{
	return !strcmp(why, "there is no nft");
}

/* By the names of the system it is run on. */
static const char *install_nft(const struct cg_agent *a, bool netdev)
{
	if (cg_host_kind(a->opts.root) == CG_HOST_OPENWRT)
		return netdev ? N_("install kmod-nft-netdev, or kmod-camgate") :
				N_("install nftables and kmod-nft-netdev, or kmod-camgate");
	return netdev ? N_("use a kernel with CONFIG_NF_TABLES_NETDEV") : N_("install nftables");
}

static void kernel(struct findings *f)
{
	unsigned int major = 0, minor = 0;
	struct utsname u;

	if (uname(&u) < 0 || sscanf(u.release, "%u.%u", &major, &minor) != 2) {
		found(f, WARN, "kernel", NULL, "its version cannot be read");
		return;
	}
	if (major < 5 || (major == 5 && minor < 10))
		found(f, WARN, "kernel", "use kernel 5.10 or later",
		      "%s is older than 5.10, the first this is tested on", u.release);
	else
		found(f, OK, "kernel", NULL, "%s", u.release);
}

static void bpffs(struct findings *f)
{
	const char *dir = f->a->opts.pin_dir;
	struct statfs fs;

	if (statfs(dir, &fs) < 0)
		found(f, FAIL, "bpffs", "mount -t bpf bpf /sys/fs/bpf, then restart camgated",
		      "%s: %s: maps and programs are pinned nowhere", dir, strerror(errno));
	else if ((unsigned long)fs.f_type != BPF_MAGIC)
		found(f, FAIL, "bpffs", "mount -t bpf bpf /sys/fs/bpf, then restart camgated",
		      "%s lies on no bpffs", dir);
	else
		found(f, OK, "bpffs", NULL, "maps and programs are pinned in %s", dir);
}

static void jit(struct findings *f)
{
	_cleanup_fclose_ FILE *file = fopen(JIT, "re");
	int on = 0;

	/* The switch is shown to the first network namespace only. */
	if (!file || fscanf(file, "%d", &on) != 1)
		found(f, OK, "jit", NULL, "whether programs are compiled is not told here");
	else if (!on)
		found(f, WARN, "jit", "sysctl -w net.core.bpf_jit_enable=1",
		      "programs are interpreted: the same verdicts, several times slower");
	else
		found(f, OK, "jit", NULL, "programs are compiled");
}

static void config(struct findings *f)
{
	const struct cg_agent *a = f->a;
	char text[CG_MARK_TEXT_LEN];
	const struct cg_mark_user *user;
	size_t at = 0;

	if (a->cfg.error[0])
		found(f, FAIL, "config", "camgate check", "%s; generation %u stays in force",
		      a->cfg.error, cg_datapath_generation(a->kern.dp));
	else
		found(f, OK, "config", NULL, "generation %u: %zu cameras, %zu rules",
		      cg_datapath_generation(a->kern.dp), a->policy.ncams, a->policy.nrules);
	while (a->policy.now && (user = cg_own_mark_user(a->policy.now, &at)))
		found(f, WARN, "mark", "set guard_mark to bits that nobody else uses", "%s",
		      cg_mark_text(a->policy.now->mark.mask, user, text));
}

/* Filters that are asked before ours may take a packet away from it. */
static void order(struct findings *f, const struct cg_agent_port *p, bool egress)
{
	_cleanup_free_ struct cg_link_filter *filters = NULL;
	size_t n = 0;

	if (cg_links_filters_read(f->a->kern.links, p->ifindex, egress, &filters, &n) < 0)
		return;
	for (size_t i = 0; i < n; i++)
		if (filters[i].pref < CG_TC_PRIO)
			found(f, WARN, "port", "give that filter a preference above 202",
			      "%s: a %s filter at preference %u %s is asked before ours and may pass packets by",
			      p->name, filters[i].kind, filters[i].pref,
			      egress ? N_("to the cameras") : N_("from the cameras"));
}

static const char *port_fix(const struct cg_agent *a, int err, char *buf, size_t n)
{
	if (err == -EBUSY)
		return N_("remove the `ingress` qdisc of this port");
	if (err != -ENOPKG && err != -ENOSYS)
		return NULL;
	(void)snprintf(buf, n, N_("install %s"),
		       cg_host_package(cg_host_kind(a->opts.root),
				       err == -ENOPKG ? CG_HOST_CLSACT : CG_HOST_CLS_BPF));
	return buf;
}

static void order_tcx(struct findings *f, const struct cg_agent_port *p)
{
	int n = cg_datapath_before(f->a->kern.dp, p->ifindex);

	if (n > 0)
		found(f, WARN, "port", "let that service attach behind camgate",
		      "%s: %d programs of others are asked by TCX before ours and may pass packets by",
		      p->name, n);
}

static void ports(struct findings *f)
{
	const struct cg_agent *a = f->a;

	for (size_t i = 0; a->run.plan && i < a->run.plan->nlan && i < a->policy.nlan; i++)
		if (a->run.plan->missing[i])
			found(f, FAIL, "lan", "check `lan` in the config", "%s is not there",
			      a->policy.lan[i]);
	if (!a->policy.nlan)
		found(f, a->policy.ncams ? FAIL : WARN, "lan",
		      "name the LAN interface: lan = { \"br-lan\" }",
		      "the config names no LAN interface: nothing is attached");
	for (size_t i = 0; i < a->run.nport; i++) {
		const struct cg_agent_port *p = &a->run.port[i];
		int there = cg_datapath_attached(a->kern.dp, p->ifindex);
		char fix[64];

		if (there > 0)
			found(f, OK, "port", NULL, "%s: attached%s", p->name,
			      there == CG_ATTACHED_TCX ? N_(" by TCX") : "");
		else
			found(f, FAIL, "port", port_fix(a, p->err, fix, sizeof(fix)),
			      "%s: not enforced: %s", p->name,
			      p->err	? strerror(-p->err) :
			      there < 0 ? strerror(-there) :
					  N_("filters are gone"));
		order_tcx(f, p);
		if (there == CG_ATTACHED_TCX)
			continue;
		order(f, p, false);
		order(f, p, true);
	}
	if (a->run.reattached)
		found(f, WARN, "filters", "find out which service clears tc on the LAN ports",
		      "somebody removed our filters %llu times; they were put back within %llu ms",
		      (unsigned long long)a->run.reattached,
		      (unsigned long long)((a->run.gap_ns + 999999) / 1000000));
}

static void offload(struct findings *f)
{
	struct cg_offload_found list[CG_OFFLOAD_FOUND_MAX];
	size_t n = cg_agent_offload(f->a, list);
	char text[300];

	for (size_t i = 0; i < n; i++)
		found(f, list[i].bypass ? FAIL : OK, "offload", cg_offload_fix(&list[i]), "%s",
		      cg_offload_text(&list[i], text, sizeof(text)));
	if (!n)
		found(f, OK, "offload", NULL, "nothing is seen that passes packets by the filters");
}

static void module(struct findings *f)
{
	const char *why = cg_module_why(f->a);

	if (why)
		found(f, OK, "module", NULL, "%s: counters come from the map of the packet path",
		      why);
	else
		found(f, OK, "module", NULL, "camgate.ko %s: counters come from it",
		      cg_module_version(f->a));
}

static void counters(struct findings *f)
{
	size_t compared = 0, differ = 0;

	for (size_t i = 0; i < f->a->policy.ncams; i++) {
		const struct cg_agent_cam *cam = &f->a->policy.cams[i];
		struct cg_module_source source;
		struct cg_stats stats;

		if (cg_module_stats(f->a, cam->slot, &stats, &source) < 0) {
			found(f, WARN, "counters", NULL, "%s: its counters cannot be read",
			      cam->name);
			continue;
		}
		compared += !strcmp(source.name, "module");
		differ += source.differs;
		if (source.differs)
			found(f, WARN, "counters", "camgate reload hands the module the map again",
			      "%s: the module counts otherwise than the map of the packet path",
			      cam->name);
	}
	if (compared && !differ)
		found(f, OK, "counters", NULL, "module and map agree on %zu cameras", compared);
}

static void boot(struct findings *f)
{
	const struct cg_agent *a = f->a;
	enum cg_host host = cg_host_kind(a->opts.root);
	char dir[PATH_MAX];
	int r = cg_host_bootguard(a->opts.root, dir);

	if (cg_host_in_memory(a->opts.state_dir))
		found(f, WARN, "state", "name a folder on flash or disk: --state-dir",
		      "%s lies in memory: the next boot knows of no camera and of nothing that was typed",
		      a->opts.state_dir);
	if (host == CG_HOST_OTHER || !a->policy.ncams)
		return;
	if (r == -ENOENT)
		found(f, WARN, "boot guard", N_("install camgate-bootguard"),
		      "not installed: while it boots the cameras are not held");
	else if (!r)
		found(f, WARN, "boot guard", cg_host_bootguard_command(host),
		      "installed, but no boot loads it: while it boots the cameras are not held");
	else if (*dir && strcmp(dir, a->opts.state_dir))
		found(f, WARN, "boot guard", "make the two the same",
		      "it reads %s, the agent writes %s", dir, a->opts.state_dir);
	else
		found(f, OK, "boot guard", NULL, "the next boot loads it");
}

static void guard(struct findings *f)
{
	struct cg_guard_state s;

	cg_guard_state_read(f->a, &s);
	if (s.boot_held)
		found(f, WARN, "boot guard", "mend the ports that are named here",
		      "cameras are denied forwarding until every port is enforced");
	if (s.mode == CG_GUARD_OFF) {
		found(f, OK, "guard", NULL, "off: nothing stands behind the filters");
		return;
	}
	if (!s.by) {
		found(f, WARN, "guard", install_nft(f->a, !no_nft(s.why)), "not in force%s%s",
		      *s.why ? ": " : "", s.why);
		return;
	}
	found(f, s.unmarked ? WARN : OK, "guard", NULL,
	      "%s on %zu ports, by %s; %llu packets of cameras had passed no filter%s",
	      s.mode == CG_GUARD_DROP ? N_("drops") : N_("counts"), s.ports, s.by,
	      (unsigned long long)s.unmarked,
	      !s.unmarked	      ? "" :
	      s.mode == CG_GUARD_DROP ? N_(" and were dropped") :
					N_(" and were let through"));
	if (s.left_out)
		found(f, WARN, "guard", "rename them to letters and digits",
		      "%zu ports cannot be guarded", s.left_out);
}

static void endings(struct findings *f)
{
	const struct cg_endings *e = f->a->endings;
	const char *resets = e ? cg_endings_no_resets(e) : NULL;
	const char *conntrack = e ? cg_endings_no_conntrack(e) : NULL;

	if (resets)
		found(f, WARN, "resets", "give camgated CAP_NET_RAW, or start it by its unit",
		      "%s: viewers and cameras are not told that a flow was stopped", resets);
	if (conntrack)
		found(f, WARN, "resets",
		      cg_host_kind(f->a->opts.root) == CG_HOST_OPENWRT ?
			      N_("install kmod-nf-conntrack-netlink") :
			      "modprobe nf_conntrack_netlink",
		      "%s: entries of flows that were stopped stay until they expire", conntrack);
	if (e && !resets && !conntrack)
		found(f, OK, "resets", NULL, "both ends of a flow that is stopped are told");
}

static void cameras(struct findings *f)
{
	const struct cg_agent *a = f->a;

	for (size_t i = 0; i < a->policy.ncams; i++) {
		const struct cg_agent_cam *cam = &a->policy.cams[i];
		struct cg_state state;

		if (cg_datapath_state_read(a->kern.dp, cam->slot, &state) < 0)
			found(f, WARN, "camera", NULL, "%s: its state cannot be read", cam->name);
		else if (!state.last_ns && !cg_devices_is_held(cam))
			found(f, WARN, "camera", "check the MAC, and that it is switched on",
			      "%s: never seen", cam->name);
		if (cam->policy && cam->policy->monitor)
			found(f, WARN, "camera", "set mode = enforce",
			      "%s: mode = monitor, nothing of it is stopped", cam->name);
	}
}

static bool asks_gateway(enum cg_server s)
{
	return s == CG_SERVER_GATEWAY || s == CG_SERVER_REDIRECT;
}

/* Cameras that may ask nobody else get no answer where the gateway has none. */
static void servers(struct findings *f)
{
	const struct cg_agent *a = f->a;
	size_t dns = 0, ntp = 0, unbound = cg_resolvers_unbound(a);
	bool openwrt = cg_host_kind(a->opts.root) == CG_HOST_OPENWRT;

	for (size_t i = 0; a->policy.now && i < a->policy.now->ncams; i++) {
		dns += asks_gateway(a->policy.now->cams[i].dns);
		ntp += asks_gateway(a->policy.now->cams[i].ntp);
	}
	if (dns && !cg_listens_udp(a->opts.root, 53) && !a->run.nresolver)
		found(f, WARN, "dns",
		      N_("install dnsmasq, or name the LAN's resolver: resolver = ADDRESS"),
		      "no DNS service here: %zu cameras that ask the gateway get no answer", dns);
	else if (dns)
		found(f, OK, "dns", NULL, "%zu cameras ask %s", dns,
		      a->run.nresolver ? N_("the gateway or the resolver of the config") :
					 N_("the gateway"));
	if (unbound)
		found(f, WARN, "dns", "switch it on, or write its MAC behind its address",
		      "%zu resolvers of the config were never seen: their answers are not believed",
		      unbound);
	if (ntp && !cg_listens_udp(a->opts.root, 123))
		found(f, WARN, "ntp",
		      openwrt ? "uci set system.ntp.enable_server=1" :
				N_("install chrony, with `allow` for the LAN"),
		      "no NTP service here: %zu cameras that ask the gateway get no time", ntp);
	else if (ntp)
		found(f, OK, "ntp", NULL, "%zu cameras have their time from the gateway", ntp);
}

static void running(struct findings *f)
{
	const struct cg_agent *a = f->a;
	uint64_t lost = 0, now = a->boot_ns(), off = cg_datapath_meta(a->kern.dp)->off_until_ns;

	if (off > now)
		found(f, WARN, "off", "camgate on", "nothing is stopped for another %llu s",
		      (unsigned long long)((off - now) / CG_SEC_NS));
	if (!cg_datapath_lost_read(a->kern.dp, &lost) && lost)
		found(f, WARN, "events", NULL,
		      "%llu events were lost: `blocked` is incomplete, verdicts are not touched",
		      (unsigned long long)lost);
	if (cg_links_overflows(a->kern.links))
		found(f, OK, "links", NULL,
		      "the kernel's messages overflowed %llu times, all was read again",
		      (unsigned long long)cg_links_overflows(a->kern.links));
	if (a->run.manual_dirty)
		found(f, WARN, "state", "free some room, or make the state folder writable",
		      "%s cannot be written: what was typed holds until the next boot",
		      a->opts.state_dir);
}

static void fixed(void *ctx, bool ok, const char *text)
{
	found(ctx, ok ? OK : WARN, "fix", NULL, "%s", text);
}

void cg_command_doctor(struct cg_command_call *c)
{
	static void (*const checks[])(struct findings * f) = {
		kernel, bpffs,	 jit,	  config,  ports,   offload, guard,
		boot,	endings, cameras, servers, running, module,  counters,
	};
	struct findings f = { .a = c->a, .list = json_object_new_array() };
	struct json_object *fix;

	if (json_object_object_get_ex(c->args, "fix", &fix) && json_object_get_boolean(fix)) {
		if (!c->privileged) {
			json_object_put(f.list);
			cg_command_fail(c, CG_EXIT_FAILED, NULL,
					N_("only root and members of group `camgate` may do this"));
			return;
		}
		cg_doctor_fix(c->a, fixed, &f);
		cg_guard_fix(c->a, fixed, &f);
	}

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		checks[i](&f);
	cg_command_put(c, "findings", f.list);
	if (f.worst == FAIL)
		cg_command_put(c, "code", json_object_new_int(CG_EXIT_PARTIAL));
}
