/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What learning one answer costs the packet path: question and answer through its
 * filters, the answer timed, less what a packet costs there that is no DNS. One
 * JSON object a line; the median of many, spread by quartiles.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <sched.h>
#include <stdlib.h>
#include "../bpf/frames.h"
#include "../bpf/names.h"

#define ANSWERS 4000
#define NAME	"api.vendor.example"

static struct names n;

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* ns of one run of cg_names_down. */
static double timed(const struct pkt *p)
{
	struct __sk_buff in = { .ifindex = IF_LAN };
	static uint8_t out[4096];
	LIBBPF_OPTS(bpf_test_run_opts, o, .data_in = p->data, .data_size_in = p->len,
		    .data_out = out, .data_size_out = sizeof(out), .ctx_in = &in,
		    .ctx_size_in = sizeof(in));

	if (bpf_prog_test_run_opts(n.down, &o))
		env_die(1, "test run: %m");
	return o.duration;
}

static struct pkt answer(const char *name, unsigned int id, unsigned int naddr, uint16_t sport)
{
	struct msg m;
	struct pkt p;

	m_head(&m, (uint16_t)id, 0x8180, name, T_A);
	for (unsigned int i = 0; i < naddr; i++) {
		char addr[20];

		snprintf(addr, sizeof(addr), "198.51.100.%u", 1 + i);
		m_addr(&m, NULL, addr, 60);
	}
	pk_build(&(struct pk){ .smac = GW,
			       .dmac = CAM1,
			       .src = GW_4,
			       .dst = CAM1_4,
			       UDP(sport, 4000),
			       .raw = m.b,
			       .payload = (uint16_t)m.n },
		 &p);
	return p;
}

static void measure(const char *figure, const char *name, unsigned int naddr)
{
	static double ns[ANSWERS], none[ANSWERS];
	double value;

	names_reset(&n);
	names_rule(&n, 1, CG_RULE_ALLOW, NAME, 443, 1);
	for (unsigned int i = 0; i < ANSWERS; i++) {
		struct pkt p = answer(name, i, naddr, 53), other = answer(name, i, naddr, 54);
		struct msg q;

		m_head(&q, (uint16_t)i, 0x0100, name, T_A);
		names_ask(&n, 1, GW_4, 4000, &q);
		ns[i] = timed(&p);
		none[i] = timed(&other);
	}
	qsort(ns, ANSWERS, sizeof(*ns), by_size);
	qsort(none, ANSWERS, sizeof(*none), by_size);
	value = ns[ANSWERS / 2] - none[ANSWERS / 2];
	printf("{\"name\":\"%s\",\"value\":%.0f,\"unit\":\"ns\",\"baseline\":\"dns/no-dns\",\"ratio\":"
	       "%.2f,\"spread_pct\":%.1f}\n",
	       figure, value, none[ANSWERS / 2] ? ns[ANSWERS / 2] / none[ANSWERS / 2] : 0,
	       100 * (ns[ANSWERS * 3 / 4] - ns[ANSWERS / 4]) / ns[ANSWERS / 2]);
}

static void insns_print(const char *figure, int fd)
{
	struct bpf_prog_info info = { 0 };
	uint32_t len = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		env_die(1, "program information: %m");
	printf("{\"name\":\"%s\",\"value\":%u,\"unit\":\"instructions\",\"baseline\":\"%s\","
	       "\"ratio\":1,\"spread_pct\":0}\n",
	       figure, info.xlated_prog_len / 8, figure);
}

int main(void)
{
	cpu_set_t cpu;

	CPU_ZERO(&cpu);
	CPU_SET(0, &cpu);
	(void)sched_setaffinity(0, sizeof(cpu), &cpu);
	names_open(&n, env_open());
	measure("dns/learn-1a", NAME, 1);
	measure("dns/learn-16a", NAME, 16);
	measure("dns/not-allowed", "other.example", 1);
	insns_print("dns/insns-names-up", n.up);
	insns_print("dns/insns-names-down", n.down);
	return 0;
}
