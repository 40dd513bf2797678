/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs rows: one packet, its verdict, and the one counter that has to move. */
#include <linux/pkt_cls.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "run.h"

#define WATCHED 4 /* slots whose counters are looked at */

static unsigned int passed, failed, skipped;

static const char *const names[__CG_REASON_MAX] = {
	[CG_REASON_NONE] = "untouched",
	[CG_PASS_LAN] = "PASS_LAN",
	[CG_PASS_HOME] = "PASS_HOME",
	[CG_PASS_MULTICAST] = "PASS_MULTICAST",
	[CG_PASS_GATEWAY] = "PASS_GATEWAY",
	[CG_PASS_ARP] = "PASS_ARP",
	[CG_PASS_ND] = "PASS_ND",
	[CG_PASS_EAPOL] = "PASS_EAPOL",
	[CG_PASS_CONTROL] = "PASS_CONTROL",
	[CG_PASS_UPLOAD] = "PASS_UPLOAD",
	[CG_PASS_OPEN] = "PASS_OPEN",
	[CG_PASS_FRAGMENT] = "PASS_FRAGMENT",
	[CG_PASS_ICMP_ERROR] = "PASS_ICMP_ERROR",
	[CG_PASS_OFF] = "PASS_OFF",
	[CG_DROP_SEALED] = "DROP_SEALED",
	[CG_DROP_UNRULED] = "DROP_UNRULED",
	[CG_DROP_DENIED] = "DROP_DENIED",
	[CG_DROP_INBOUND] = "DROP_INBOUND",
	[CG_DROP_VIEWER] = "DROP_VIEWER",
	[CG_DROP_LAN_VIEWING] = "DROP_LAN_VIEWING",
	[CG_DROP_GATEWAY] = "DROP_GATEWAY",
	[CG_DROP_FROM_GATEWAY] = "DROP_FROM_GATEWAY",
	[CG_DROP_PORTMAP] = "DROP_PORTMAP",
	[CG_DROP_SPOOF] = "DROP_SPOOF",
	[CG_DROP_SPOOF_ND] = "DROP_SPOOF_ND",
	[CG_DROP_RA] = "DROP_RA",
	[CG_DROP_DHCP_SERVER] = "DROP_DHCP_SERVER",
	[CG_DROP_REDIRECT] = "DROP_REDIRECT",
	[CG_DROP_ETHERTYPE] = "DROP_ETHERTYPE",
	[CG_DROP_VLAN] = "DROP_VLAN",
	[CG_DROP_MALFORMED] = "DROP_MALFORMED",
	[CG_DROP_FRAGMENT] = "DROP_FRAGMENT",
	[CG_DROP_FRAG_ORDER] = "DROP_FRAG_ORDER",
	[CG_DROP_ICMP] = "DROP_ICMP",
	[CG_DROP_QUOTA] = "DROP_QUOTA",
	[CG_DROP_NARROWED] = "DROP_NARROWED",
	[CG_DROP_NO_POLICY] = "DROP_NO_POLICY",
	[CG_DROP_DNS] = "DROP_DNS",
	[CG_DROP_DNS_NAME] = "DROP_DNS_NAME",
	[CG_DROP_TIME] = "DROP_TIME",
	[CG_DROP_DAILY] = "DROP_DAILY",
	[CG_DROP_VIEWING] = "DROP_VIEWING",
	[CG_DROP_BUDGET] = "DROP_BUDGET",
	[CG_DROP_MAX_VIEWERS] = "DROP_MAX_VIEWERS",
	[CG_DROP_COUNTRY] = "DROP_COUNTRY",
};

const char *reason_name(unsigned int reason)
{
	return reason < __CG_REASON_MAX && names[reason] ? names[reason] : "?";
}

static void verdict_line(bool ok, const char *name, const char *fmt, va_list ap)
{
	if (ok) {
		passed++;
		printf("ok %s\n", name);
		return;
	}
	failed++;
	printf("not ok %s: ", name);
	vprintf(fmt, ap);
	printf("\n");
}

void run_check(bool ok, const char *name, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	verdict_line(ok, name, fmt, ap);
	va_end(ap);
}

void run_skip(const char *name, const char *why)
{
	skipped++;
	printf("skip %s: %s\n", name, why);
}

static void mask_text(uint64_t mask, char *buf, size_t size)
{
	size_t n = 0, i;

	if (mask == ANY_DROP || mask == ANY_PASS || mask == (ANY_PASS | ANY_DROP)) {
		snprintf(buf, size,
			 mask == ANY_DROP ? "any drop" :
			 mask == ANY_PASS ? "any pass" :
					    "anything");
		return;
	}
	*buf = 0;
	for (i = 0; i < __CG_REASON_MAX && n < size; i++)
		if (mask & R(i))
			n += snprintf(buf + n, size - n, "%s%s", n ? " or " : "", reason_name(i));
}

struct found {
	unsigned int moved; /* counters that moved at all, any slot */
	uint32_t slot, plane, reason, verdict;
	uint64_t packets, bytes;
};

static void look(struct env *e, const struct row *r, struct found *f)
{
	static struct cg_stats before[WATCHED], after[WATCHED];
	uint32_t s, p, i;

	memset(f, 0, sizeof(*f));
	for (s = 0; s < WATCHED; s++)
		env_stats(e, s, &before[s]);
	e->mark = r->mark;
	f->verdict = env_run(e, r->dir, r->pkt, r->port ? r->port : IF_LAN,
			     r->in || r->dir == DOWN ? r->in :
			     r->port		     ? r->port :
						       IF_LAN,
			     r->segs, r->size)
			     .verdict;
	for (s = 0; s < WATCHED; s++) {
		env_stats(e, s, &after[s]);
		for (p = 0; p < CG_REASON_PLANES; p++) {
			for (i = 0; i < CG_REASONS; i++) {
				struct cg_count *a = &after[s].c[p][i], *b = &before[s].c[p][i];

				if (a->packets == b->packets && a->bytes == b->bytes)
					continue;
				f->moved++;
				f->slot = s;
				f->plane = p;
				f->reason = i;
				f->packets = a->packets - b->packets;
				f->bytes = a->bytes - b->bytes;
			}
		}
	}
}

static bool consistent(const struct row *r, const struct found *f)
{
	bool dropped = f->verdict == TC_ACT_SHOT;

	if (!dropped && f->verdict != (uint32_t)TC_ACT_UNSPEC)
		return false;
	if (!f->moved)
		return !dropped;
	return f->moved == 1 && f->slot == (r->slot ? r->slot : 1) &&
	       f->packets == (r->packets ? r->packets : 1) &&
	       f->bytes == (r->bytes ? r->bytes : r->pkt->len) &&
	       f->plane == (r->dir == UP || r->up_plane ? 0U + CG_PLANE_UP : CG_PLANE_DOWN) +
				   (r->monitor && f->reason >= CG_REASON_DROP ? 2 : 0) &&
	       dropped == (f->reason >= CG_REASON_DROP && !r->monitor);
}

enum cg_reason run_quiet(struct env *e, const struct row *r, bool *ret_ok)
{
	struct found f;

	look(e, r, &f);
	*ret_ok = consistent(r, &f);
	return f.moved ? f.reason : CG_REASON_NONE;
}

enum cg_reason run_packet(struct env *e, const struct row *r)
{
	char want[512];
	struct found f;

	look(e, r, &f);
	mask_text(r->want, want, sizeof(want));
	run_check(
		consistent(r, &f) && r->want & R(f.moved ? f.reason : 0), r->name,
		"found %s, verdict %d, %u counter(s) moved (slot %u plane %u: %llu packets, %llu bytes)"
		" expected %s%s, slot %u, %llu bytes",
		f.moved ? reason_name(f.reason) : "untouched", (int)f.verdict, f.moved, f.slot,
		f.plane, (unsigned long long)f.packets, (unsigned long long)f.bytes, want,
		r->monitor ? " in monitor" : "", r->slot ? r->slot : 1,
		(unsigned long long)(r->bytes ? r->bytes : r->pkt->len));
	return f.moved ? f.reason : CG_REASON_NONE;
}

void run_rows(struct env *e, const struct row *rows, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		env_reset(e);
		env_state(e, rows[i].state);
		run_packet(e, &rows[i]);
	}
}

void run_measure(const char *name, const char *op, unsigned int limit, const char *unit,
		 unsigned int value, unsigned int n, unsigned int control)
{
	const char *file = getenv("CG_FIGURES"), *leaf = strrchr(name, '/');
	char raw[200];
	FILE *f;

	printf("# %s %u of %u, control %u\n", name, value, n, control);
	snprintf(raw, sizeof(raw), "build/tests/bpf/%s.txt", leaf ? leaf + 1 : name);
	f = fopen(raw, "w");
	if (!f) /* not at home: nobody collects figures */
		return;
	fprintf(f, "%u of %u %s, control %u\n", value, n, unit, control);
	fclose(f);
	f = fopen(file && *file ? file : "build/figures.jsonl", "a");
	if (!f)
		return;
	fprintf(f,
		"{\"name\":\"%s\",\"value\":%u,\"op\":\"%s\",\"limit\":%u,\"unit\":\"%s\",\"n\":%u,"
		"\"control\":%u,\"raw\":\"%s\"}\n",
		name, value, op, limit, unit, n, control, raw + strlen("build/"));
	fclose(f);
}

void run_figure(const char *name, const char *unit, unsigned int value, unsigned int n,
		unsigned int control)
{
	run_measure(name, "==", 0, unit, value, n, control);
}

int run_end(void)
{
	printf("%u passed, %u failed, %u skipped\n", passed, failed, skipped);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
