/* SPDX-License-Identifier: GPL-2.0-only */
/* A house with one camera and a wall clock: what tests of schedules and quotas share. */
#ifndef CG_TIMED_H
#define CG_TIMED_H

#include <camgate/ctl.h>
#include <stdio.h>
#include <string.h>
#include "../../agent/lib/civil.h"
#include "../../agent/lib/exposure.h"
#include "harness.h"

#define STATUS	  "{\"v\":1,\"cmd\":\"status\"}"
#define CMD(cmd)  "{\"v\":1,\"cmd\":\"" cmd "\",\"cam\":\"nursery\"}"
#define OPEN_S(s) "{\"v\":1,\"cmd\":\"open\",\"cam\":\"nursery\",\"for_s\":" s "}"

#define CAM(extra)               \
	"lan = { \"br-lan\" }\n" \
	"camera \"nursery\" { mac = { \"02:ca:00:00:00:01\" } timezone = UTC\n" extra "}\n"
#define EVENING " schedule { from = \"22:00\" to = \"22:30\" exposure = open }\n"

static struct house h;

/* A Monday. */
static inline int64_t at(int hour, int min, int s)
{
	return cg_civil_days(2027, 1, 4) * CG_DAY_S + hour * 3600 + min * 60 + s;
}

static inline void boot_id(const char *id)
{
	char cmd[512];

	snprintf(
		cmd, sizeof(cmd),
		"mkdir -p %s/proc/sys/kernel/random && echo \"%s\" >%s/proc/sys/kernel/random/boot_id",
		h.dir, id, h.dir);
	ck_assert_int_eq(system(cmd), 0);
}

static inline void begin(const char *config, int64_t when, enum cg_clock_evidence evidence)
{
	house_config(&h, config);
	house_clock(when, evidence);
	ck_assert_int_eq(house_start(&h), 0);
	fake_kernel.state[0].last_ns = BOOT_START;
}

static inline void setup(void)
{
	house_make(&h);
	boot_id("one");
}

static inline void teardown(void)
{
	house_end(&h);
}

/* "open/schedule" */
static inline const char *now(void)
{
	static char text[64];
	struct json_object *r = house_ask(&h, STATUS);

	snprintf(text, sizeof(text), "%s/%s", reply_text(r, "cams/0/exposure"), "");
	strncat(text, reply_text(r, "cams/0/why"), 32);
	json_object_put(r);
	return text;
}

#define IS(text) ck_assert_str_eq(now(), text)

static inline uint64_t deadline_in(void)
{
	uint64_t d = cg_exposure_deadline(&fake_kernel.exposure[0]), n = h.a.boot_ns();

	return d > n ? (d - n) / CG_SEC_NS : 0;
}

static inline enum cg_exposure_state later_state(uint64_t s)
{
	return cg_exposure_now(&fake_kernel.exposure[0], h.a.boot_ns() + s * CG_SEC_NS);
}

static inline void ask(const char *request, int code)
{
	ck_assert_msg(house_code(&h, request) == code, "%s", request);
}

/* As a power cut would: the kernel's memory is gone, the disk is not. */
static inline void reboot(void)
{
	struct fake_links links = fake_links;
	static int boots;
	char id[32];

	house_stop(&h);
	fake_links.fd = 0;
	fake_reset();
	close(fake_links.fd);
	fake_links = links;
	fake_links.what = 0;
	snprintf(id, sizeof(id), "boot %d", ++boots);
	boot_id(id);
	ck_assert_int_eq(house_start(&h), 0);
	fake_kernel.state[0].last_ns = BOOT_START;
}

static inline int timed_run(const char *name, const TTest *const *tests, size_t n)
{
	Suite *s = suite_create(name);
	TCase *t = tcase_create(name);

	tcase_add_checked_fixture(t, setup, teardown);
	for (size_t i = 0; i < n; i++)
		tcase_add_test(t, tests[i]);
	suite_add_tcase(s, t);
	return suite_run(s);
}

#endif
