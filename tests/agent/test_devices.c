/* SPDX-License-Identifier: GPL-2.0-only */
/* Devices that are no cameras, through the real kernel: the tap on, off and taken over, what is heard, freed, forgotten, settled. */
#include <bpf/bpf.h>
#include <check.h>
#include <errno.h>
#include <linux/pkt_cls.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "../../agent/kern/dp.h"
#include "../../agent/kern/pins.h"
#include "../bpf/packets.h"

static const struct cg_mac DEV = { { 0x02, 0xde, 0, 0, 0, 1 } },
			   DEV2 = { { 0x02, 0xde, 0, 0, 0, 2 } };
static const uint8_t GW[6] = { 0x02, 0, 0, 0, 0, 0xfe };
static const uint16_t PORTS[] = { 5353, 1900 };

static char pins[64];
static struct cg_datapath *dp;

static void said(void *ctx, const char *line)
{
	(void)ctx;
	if (getenv("CG_TEST_VERBOSE"))
		fprintf(stderr, "%s\n", line);
}

static int open_dp(uint32_t slots)
{
	const struct cg_datapath_opts opts = { .pin_dir = pins, .slots = slots, .debug = said };
	int r = cg_datapath_open(&opts, &dp);

	return r ? r : cg_datapath_complete(dp);
}

/* As an agent that starts: whose pins are made with the first policy. */
static void policy(void)
{
	const struct cg_datapath_net net = {
		.prefix = { .addr = { .b = { [10] = 0xff, [11] = 0xff, 192, 168, 1 } },
			    .len = 120 },
		.net = { .kind = CG_NET_LAN, .lan = 1 },
	};
	const struct cg_datapath_if port = { .ifindex = 1,
					     .type = { .kind = CG_NET_LAN, .lan = 1 } };
	struct cg_mapset set = { .gen = cg_datapath_generation(dp) + 1 };

	ck_assert_int_eq(cg_datapath_apply(dp, &set), 0);
	ck_assert_int_eq(cg_datapath_nets_apply(dp, &net, 1, &port, 1), 0);
}

static void tap(bool on, bool probation)
{
	const struct cg_datapath_tap t = { on, probation, PORTS, 2 };

	ck_assert_int_eq(cg_datapath_tap_set(dp, &t), 0);
}

/* Each test is a process of its own: its mount, and what is pinned there, end with it. */
static void setup(void)
{
	char dir[] = "/tmp/cgdevXXXXXX";

	ck_assert_int_eq(unshare(CLONE_NEWNS | CLONE_NEWNET), 0);
	ck_assert_int_eq(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	ck_assert_int_eq(mount("tmpfs", "/tmp", "tmpfs", 0, NULL), 0);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(pins, sizeof(pins), "%s/pins", dir);
	ck_assert_int_eq(open_dp(1), 0);
	policy();
}

static void teardown(void)
{
	cg_datapath_close(&dp);
	ck_assert_int_ge(cg_pins_detach(pins, NULL, NULL), 0);
	ck_assert_int_eq(access(pins, F_OK), -1);
}

static bool runs(const struct pkt *p)
{
	struct __sk_buff in = { .ifindex = 1 };
	LIBBPF_OPTS(bpf_test_run_opts, o, .data_in = p->data, .data_size_in = p->len, .ctx_in = &in,
		    .ctx_size_in = sizeof(in));

	ck_assert_int_eq(bpf_prog_test_run_opts(cg_datapath_prog_fd(dp), &o), 0);
	return o.retval == (uint32_t)TC_ACT_UNSPEC;
}

static bool sends(const struct cg_mac *mac, const char *to, uint16_t port, uint16_t payload)
{
	return runs(PK(.smac = mac->b, .dmac = GW, .src = "192.168.1.40", .dst = to,
		       .proto = IPPROTO_UDP, .sport = 4000, .dport = port, .payload = payload));
}

struct ears {
	struct cg_heard last;
	int n;
};

static void on_heard(void *ctx, const struct cg_heard *heard)
{
	struct ears *e = ctx;

	e->last = *heard;
	e->n++;
}

static int heard(struct ears *e)
{
	int r;

	memset(e, 0, sizeof(*e));
	r = cg_datapath_heard_read(dp, 1000, on_heard, e);
	ck_assert_int_eq(r, e->n);
	return r;
}

static int count(void *ctx, const struct cg_mac *mac, const struct cg_device *device)
{
	unsigned int *n = ctx;

	ck_assert(device->first_ns && mac->b[0] == 0x02 && mac->b[1] == 0xde);
	++*n;
	return 0;
}

static unsigned int devices(void)
{
	unsigned int n = 0;

	ck_assert_int_eq(cg_datapath_devices_read(dp, count, &n), 0);
	return n;
}

START_TEST(on_and_off)
{
	struct cg_device d;
	struct ears e;

	ck_assert(sends(&DEV, "198.51.100.1", 5353, 40));
	ck_assert_int_eq(heard(&e), 0);
	ck_assert_int_eq(cg_datapath_device_read(dp, &DEV, &d), -ENOENT);
	tap(true, false);
	ck_assert(sends(&DEV, "198.51.100.1", 5353, 40));
	ck_assert_int_eq(heard(&e), 1);
	ck_assert_int_eq(e.last.type, CG_HEARD_NEW);
	ck_assert_int_eq(e.last.len, 40);
	ck_assert_mem_eq(e.last.mac, DEV.b, 6);
	ck_assert_int_eq(cg_datapath_device_read(dp, &DEV, &d), 0);
	ck_assert_uint_eq(d.up_bytes, 68);
	ck_assert(sends(&DEV2, "198.51.100.1", 9, 40));
	ck_assert_uint_eq(devices(), 2);
	ck_assert_int_eq(heard(&e), 1);
	ck_assert_mem_eq(e.last.mac, DEV2.b, 6);
	ck_assert_int_eq(e.last.len, 0);
	tap(false, false);
	ck_assert(sends(&DEV, "198.51.100.1", 5353, 40));
	ck_assert_int_eq(heard(&e), 0);
	tap(true, false);
	ck_assert(sends(&DEV, "198.51.100.1", 5353, 40));
	ck_assert_int_eq(heard(&e), 1);
	ck_assert_int_eq(e.last.type, CG_HEARD_FRAME);
}
END_TEST

START_TEST(other_ports)
{
	const uint16_t other[] = { 0, 65535 };
	struct ears e;

	tap(true, false);
	ck_assert(sends(&DEV, "198.51.100.1", 1900, 5));
	ck_assert(sends(&DEV, "198.51.100.1", 65535, 5));
	ck_assert_int_eq(heard(&e), 1);
	ck_assert_int_eq(
		cg_datapath_tap_set(dp, &(struct cg_datapath_tap){ true, false, other, 2 }), 0);
	ck_assert(sends(&DEV, "198.51.100.1", 1900, 5));
	ck_assert_int_eq(heard(&e), 0);
	ck_assert(sends(&DEV, "198.51.100.1", 65535, 5));
	ck_assert_int_eq(heard(&e), 1);
}
END_TEST

/* Bytes that get out of one that sends all the time, at once. */
static unsigned int streams(const struct cg_mac *mac)
{
	unsigned int out = 0;

	for (int i = 0; i < 100; i++)
		out += sends(mac, "198.51.100.1", 9000, 972) ? 1000 : 0;
	return out;
}

START_TEST(free_and_forget)
{
	struct cg_device d;
	struct ears e;

	tap(true, true);
	ck_assert_uint_lt(streams(&DEV), 2 * CG_PROBATION_BURST);
	ck_assert_int_eq(cg_datapath_device_read(dp, &DEV, &d), 0);
	d.flags = CG_DEVICE_HELD;
	ck_assert_int_eq(bpf_map_update_elem(dp->map[CG_DP_DEVICES],
					     &(uint64_t){ cg_mac_word(DEV.b) }, &d, BPF_ANY),
			 0);
	ck_assert_uint_eq(streams(&DEV), 0);
	ck_assert(sends(&DEV, "192.168.1.30", 9000, 100));
	ck_assert_int_eq(cg_datapath_device_free(dp, &DEV), 0);
	ck_assert_uint_eq(streams(&DEV), 100000);
	ck_assert_int_eq(cg_datapath_device_read(dp, &DEV, &d), 0);
	ck_assert_uint_eq(d.flags, CG_DEVICE_FREE);
	ck_assert_int_eq(cg_datapath_device_free(dp, &DEV), 0);
	(void)heard(&e);
	ck_assert_int_eq(cg_datapath_device_forget(dp, &DEV), 0);
	ck_assert_int_eq(cg_datapath_device_forget(dp, &DEV), 0);
	ck_assert_int_eq(cg_datapath_device_read(dp, &DEV, &d), -ENOENT);
	ck_assert_uint_lt(streams(&DEV), 2 * CG_PROBATION_BURST);
	ck_assert_int_eq(heard(&e), 1);
	ck_assert_int_eq(e.last.type, CG_HEARD_NEW);
	/* Before it ever came. */
	ck_assert_int_eq(cg_datapath_device_free(dp, &DEV2), 0);
	ck_assert_uint_eq(streams(&DEV2), 100000);
	ck_assert_int_eq(heard(&e), 1);
	ck_assert_int_eq(e.last.type, CG_HEARD_NEW);
	tap(true, false);
	ck_assert_uint_eq(streams(&DEV), 100000);
}
END_TEST

START_TEST(settle)
{
	struct cg_mac macs[CG_SETTLED_WAYS + 1] = { 0 };
	unsigned int n = 0;
	struct ears e;

	tap(true, true);
	for (uint32_t i = 0; n <= CG_SETTLED_WAYS; i++) {
		const struct cg_mac one = { { 0x02, 0xde, 1, (uint8_t)(i >> 16), (uint8_t)(i >> 8),
					      (uint8_t)i } };

		if (!n ||
		    cg_settled_set(cg_mac_word(one.b)) == cg_settled_set(cg_mac_word(macs[0].b)))
			macs[n++] = one;
	}
	for (n = 0; n < CG_SETTLED_WAYS; n++) {
		ck_assert_int_eq(cg_datapath_device_settle(dp, &macs[n], true), 0);
		ck_assert_int_eq(cg_datapath_device_settle(dp, &macs[n], true), 0);
	}
	ck_assert_int_eq(cg_datapath_device_settle(dp, &macs[n], true), -ENOSPC);
	ck_assert_uint_eq(streams(&macs[1]), 100000);
	ck_assert_uint_eq(streams(&macs[3]), 100000);
	ck_assert_int_eq(heard(&e), 0);
	ck_assert_uint_eq(devices(), 0);
	ck_assert_int_eq(cg_datapath_device_settle(dp, &macs[1], false), 0);
	ck_assert_int_eq(cg_datapath_device_settle(dp, &macs[1], false), 0);
	ck_assert_uint_lt(streams(&macs[1]), 2 * CG_PROBATION_BURST);
	ck_assert_int_eq(heard(&e), 1);
	ck_assert_int_eq(cg_datapath_device_settle(dp, &macs[n], true), 0);
	ck_assert_uint_eq(streams(&macs[n]), 100000);
	ck_assert_int_eq(cg_datapath_device_settle(dp, &(struct cg_mac){ 0 }, true), -EINVAL);
}
END_TEST

START_TEST(unheard)
{
	uint64_t lost = 1;
	struct ears e;
	int n;

	tap(true, false);
	ck_assert_int_eq(cg_datapath_unheard_read(dp, &lost), 0);
	ck_assert_uint_eq(lost, 0);
	for (uint8_t i = 0; i < 20; i++)
		for (int k = 0; k < 20; k++)
			ck_assert(sends(&(struct cg_mac){ { 0x02, 0xde, 2, 0, 0, i } },
					"198.51.100.1", 5353, 9));
	ck_assert_int_ge(cg_datapath_heard_fd(dp), 0);
	n = cg_datapath_heard_read(dp, 5, on_heard, &e);
	ck_assert_int_eq(n, 5);
	n += heard(&e);
	ck_assert_int_eq(cg_datapath_unheard_read(dp, &lost), 0);
	ck_assert_int_gt(n, 100);
	ck_assert_int_lt(n, 400);
	ck_assert_uint_eq(n + lost, 400);
}
END_TEST

static uint64_t boot_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (uint64_t)t.tv_sec * 1000000000ULL + (uint64_t)t.tv_nsec;
}

/* What is known outlives the agent, other programs, and maps of more room. */
START_TEST(taken_over)
{
	struct cg_device was, is;
	struct timespec tick;
	unsigned int out;
	char path[96];
	struct ears e;

	tap(true, true);
	ck_assert_int_eq(cg_datapath_device_settle(dp, &DEV2, true), 0);
	ck_assert_uint_lt(streams(&DEV), 2 * CG_PROBATION_BURST);
	ck_assert_int_eq(cg_datapath_device_read(dp, &DEV, &was), 0);
	(void)heard(&e);
	cg_datapath_close(&dp);
	for (int how = 0; how < 3; how++) {
		if (how == 1) { /* programs of another build */
			ck_assert_int_eq(open_dp(1), 0);
			memset(dp->meta->build, 'x', sizeof(dp->meta->build));
			cg_datapath_close(&dp);
		}
		ck_assert_int_eq(open_dp(how == 2 ? 100 : 1), 0);
		ck_assert_int_eq(cg_datapath_taken_over(dp), how == 0);
		if (how == 2)
			policy();
		ck_assert_uint_eq(devices(), 1);
		ck_assert_int_eq(cg_datapath_device_read(dp, &DEV, &is), 0);
		ck_assert_uint_eq(is.first_ns, was.first_ns);
		ck_assert_uint_ge(is.probation_tat_ns, was.probation_tat_ns);
		/* Loading may have taken longer than probation does. */
		out = streams(&DEV);
		if (boot_ns() < was.remote_ns + CG_PROBATION_NS)
			ck_assert_uint_lt(out, 2 * CG_PROBATION_BURST);
		ck_assert_int_eq(heard(&e), 0);
		ck_assert_uint_eq(streams(&DEV2), 100000);
		ck_assert(sends(&DEV, "192.168.1.30", 1900, 100));
		ck_assert_int_eq(heard(&e), 1);
		ck_assert_int_eq(e.last.type, CG_HEARD_FRAME);
		cg_datapath_close(&dp);
	}
	/* And off is off. */
	ck_assert_int_eq(open_dp(1), 0);
	/* A second in ticks, whatever this kernel's is. */
	ck_assert_int_eq(clock_getres(CLOCK_MONOTONIC_COARSE, &tick), 0);
	ck_assert_uint_eq(dp->meta->fast_ticks, 1000000000 / tick.tv_nsec);
	tap(false, false);
	cg_datapath_close(&dp);
	ck_assert_int_eq(open_dp(1), 0);
	ck_assert_uint_eq(streams(&DEV), 100000);
	ck_assert_int_eq(heard(&e), 0);
	cg_datapath_close(&dp);
	/* Pins of a version that had no such maps: nothing is left for later. */
	snprintf(path, sizeof(path), "%s/cg_settled", pins);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(cg_datapath_open(&(struct cg_datapath_opts){ .pin_dir = pins, .slots = 1 },
					  &dp),
			 0);
	ck_assert_int_ge(dp->prog[CG_DP_TO_DEVICE], 0);
}
END_TEST

static bool bpf_refused(void)
{
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "cg_probe", 4, 4, 1, NULL);

	if (fd < 0)
		return true;
	close(fd);
	return false;
}

int main(void)
{
	Suite *s = suite_create("devices");
	TCase *tc = tcase_create("devices");
	SRunner *r;
	int failed;

	if (bpf_refused()) {
		printf("skip devices: the kernel refuses BPF here\n");
		return 77;
	}
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, on_and_off);
	tcase_add_test(tc, other_ports);
	tcase_add_test(tc, free_and_forget);
	tcase_add_test(tc, settle);
	tcase_add_test(tc, unheard);
	tcase_add_test(tc, taken_over);
	suite_add_tcase(s, tc);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
