/* SPDX-License-Identifier: GPL-2.0-only */
/* What surrounds the agent fails: clocks, nft, /proc, bpffs, descriptors, maps without room, a disk that is full. */
#include <camgate/ctl.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "../../agent/lib/exposure.h"
#include "../fake/disk.h"
#include "../fault.h"
#include "harness.h"

#define STATUS	"{\"v\":1,\"cmd\":\"status\"}"
#define VERSION "{\"v\":1,\"cmd\":\"version\"}"
#define RELOAD	"{\"v\":1,\"cmd\":\"reload\"}"
#define SEAL	"{\"v\":1,\"cmd\":\"seal\",\"cam\":\"nursery\"}"
#define OPEN	"{\"v\":1,\"cmd\":\"open\",\"cam\":\"nursery\",\"for_s\":3600}"
#define WINDOW                                                                  \
	"lan = { \"br-lan\" }\n"                                                \
	"camera \"nursery\" { mac = { \"02:ca:00:00:00:01\" } timezone = UTC\n" \
	"\tschedule { from = \"00:00\" to = \"23:59\" exposure = open } }\n"    \
	"camera \"garden\" { mac = { \"02:ca:00:00:00:02\" } exposure = sealed }\n"

static struct house h;

static void setup(void)
{
	house_make(&h);
	fake_guards.nft = true;
	house_config(&h, CONFIG_TWO);
	ck_assert_int_eq(house_start(&h), 0);
}

static void teardown(void)
{
	disk_watch(NULL);
	house_end(&h);
}

static const struct cg_exposure *exposure(const char *id)
{
	return &fake_kernel.exposure[cg_agent_find(&h.a, id)->slot];
}

static uint8_t now(const char *id)
{
	return (uint8_t)cg_exposure_now(exposure(id), h.a.boot_ns());
}

/* As it was: two cameras in force on both ports. */
static bool enforces(void)
{
	return fake_kernel.set && fake_kernel.set->nslots == 2 && fake_attached(IF_LAN1) &&
	       fake_attached(IF_LAN2);
}

static bool says(const char *request, const char *what)
{
	struct json_object *r = house_ask(&h, request);
	bool has = r &&
		   strstr(json_object_to_json_string_ext(r, JSON_C_TO_STRING_NOSLASHESCAPE), what);

	json_object_put(r);
	return has;
}

/* ---- clocks ---- */

/* The wall clock jumps while a camera is open: its deadline is the boot clock's. */
static const struct {
	const char *id;
	int64_t real_s;
} jumps[] = {
	{ "clock/ahead", REAL_START + 7 * 3600 },
	{ "clock/back", REAL_START - 7 * 3600 },
	{ "clock/to-1970", 5 },
};

START_TEST(wall_clock_jumps)
{
	uint64_t deadline, after;
	bool open, ended;

	ck_assert_int_eq(house_code(&h, OPEN), 0);
	deadline = cg_exposure_deadline(exposure("nursery"));
	house_clock(jumps[_i].real_s, CG_CLOCK_SYNCED);
	house_later(&h, 10);
	after = cg_exposure_deadline(exposure("nursery"));
	open = now("nursery") == CG_OPEN;
	house_later(&h, 3590);
	ended = now("nursery") == CG_CLOSED;
	ck_assert(fault_say(
		jumps[_i].id,
		after == deadline && open && ended && now("garden") == CG_SEALED && enforces(),
		"the deadline moved by %lld ns; open before it: %s, closed after 3600 s "
		"of the boot clock: %s",
		(long long)(after - deadline), open ? "yes" : "no", ended ? "yes" : "no"));
}
END_TEST

/* The machine sleeps: the boot clock has gone on, no tick was run. */
START_TEST(suspend)
{
	ck_assert_int_eq(house_code(&h, OPEN), 0);
	house_pass(8 * 3600);
	ck_assert(fault_say("clock/suspend", now("nursery") == CG_CLOSED && enforces(),
			    "after 8 hours asleep, before any tick, the camera is %s",
			    now("nursery") == CG_CLOSED ? "closed" : "open"));
}
END_TEST

/* Nothing speaks for the clock: no window opens. */
START_TEST(no_clock)
{
	uint8_t before, after;

	house_config(&h, WINDOW);
	house_clock(5, CG_CLOCK_NONE);
	ck_assert_int_eq(house_code(&h, RELOAD), 0);
	house_later(&h, 60);
	before = now("nursery");
	house_clock(1800000000, CG_CLOCK_SYNCED);
	house_later(&h, 1);
	after = now("nursery");
	ck_assert(fault_say(
		"clock/never-set", before == CG_CLOSED && after == CG_OPEN,
		"in its window the camera is %s while the clock says 1970, %s once it is "
		"right",
		before == CG_CLOSED ? "closed" : "open", after == CG_OPEN ? "open" : "closed"));
}
END_TEST

/* ---- nft ---- */

static const struct {
	const char *id, *call;
	int err;
	bool none;
} nfts[] = {
	{ "nft/fork-fails", "nft_start", -EAGAIN, false },
	{ "nft/hangs", "nft_finish", -ETIMEDOUT, false },
	{ "nft/none", "", 0, true },
	{ "nft/refuses", "nft_finish", -EPROTO, false },
};

START_TEST(nft_fails)
{
	bool up, answers, told, later;

	house_config(&h, "guard = drop\n" CONFIG_TWO);
	if (nfts[_i].none)
		fake_guards.nft = false;
	else
		fake_fail(nfts[_i].call, 1, nfts[_i].err);
	up = house_code(&h, RELOAD) == 0;
	house_later(&h, 1);
	told = says(STATUS, "the guard is not in force");
	answers = house_code(&h, VERSION) == 0;
	fake_guards.nft = true;
	for (int i = 0; i < 10 && !fake_guards.by_nft.on; i++)
		house_later(&h, 60);
	later = fake_guards.by_nft.on;
	ck_assert(fault_say(
		nfts[_i].id,
		up && answers && told && later && enforces() && !fake_guards.false_drops,
		"the reload %s, cameras %s, `status` %s, the guard is %s later, %d allowed "
		"frames dropped",
		up ? "went through" : "failed", enforces() ? "are held" : "are not held",
		told ? "says that there is no guard" : "is silent", later ? "on" : "off",
		fake_guards.false_drops));
}
END_TEST

/* ---- the system ---- */

START_TEST(no_proc)
{
	struct json_object *r;
	int status, doctor;

	/* There is nothing below the root that is given. */
	r = house_ask(&h, STATUS);
	status = (int)reply_int(r, "code");
	json_object_put(r);
	r = house_ask(&h, "{\"v\":1,\"cmd\":\"doctor\"}");
	doctor = (int)reply_int(r, "code");
	json_object_put(r);
	ck_assert(fault_say("system/no-proc",
			    enforces() && status == CG_EXIT_PARTIAL && doctor >= 0,
			    "cameras %s, `status` ends with %d, `doctor` with %d",
			    enforces() ? "are held" : "are not held", status, doctor));
}
END_TEST

START_TEST(no_bpffs)
{
	_cleanup_free_ char *log = NULL;
	int code, again;

	house_stop(&h);
	fake_reset();
	house_make(&h);
	house_config(&h, CONFIG_TWO);
	fake_fail("open", 1, -ENOTSUP);
	code = house_start_logged(&h, &log);
	again = house_start(&h);
	ck_assert(fault_say(
		"system/no-bpffs", code == CG_EXIT_FAILED && strstr(log, "packet path: ") && !again,
		"the start ended with %d and says why: %s; the next one, with it, with %d", code,
		strstr(log, "packet path: ") ? "yes" : "no", again));
}
END_TEST

/* No descriptor for one client more: those that are there are served, later it is, too. */
START_TEST(no_descriptors)
{
	struct rlimit was, none;
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), before, after;
	bool first, later;
	char *line;

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", h.socket);
	before = client_open(&h);
	after = dup(before);
	close(after);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &was), 0);
	none = (struct rlimit){ (rlim_t)after, was.rlim_max };
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&sun, sizeof(sun)), 0);
	client_send(fd, VERSION "\n", strlen(VERSION) + 1);
	house_pump(&h);
	client_send(before, VERSION "\n", strlen(VERSION) + 1);
	line = client_line(&h, before);
	first = line;
	free(line);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &was), 0);
	line = client_line(&h, fd);
	later = line;
	free(line);
	close(before);
	close(fd);
	ck_assert(fault_say("system/no-descriptors", first && later && enforces(),
			    "a client that was there is %s, the new one is %s once there are some",
			    first ? "served" : "not served", later ? "served" : "not served"));
}
END_TEST

/* ---- maps ---- */

static const struct {
	const char *id, *call;
} maps[] = {
	{ "map/nets", "nets_apply" },
	{ "map/policy", "apply" },
};

/* The kernel has no room for what is new: what is in force stays, and it is said. */
START_TEST(map_without_room)
{
	uint32_t gen = fake_kernel.meta.generation;
	size_t nets = fake_kernel.nnets;
	bool said, kept, later;

	house_config(&h, CONFIG_TWO "camera \"porch\" { mac = { \"02:ca:00:00:00:03\" } }\n");
	if (!_i)
		fake_addr_add(IF_BR, "10.5.0.1/16", UINT64_MAX);
	fake_fail(maps[_i].call, 1, -E2BIG);
	if (_i) {
		said = house_code(&h, RELOAD) == CG_EXIT_FAILED;
		kept = enforces() && fake_kernel.meta.generation == gen;
		later = house_code(&h, RELOAD) == 0;
	} else {
		fake_links_changed(CG_LINKS_ADDR);
		house_pump(&h);
		said = says(STATUS, "\"partial\"");
		kept = enforces() && fake_kernel.nnets == nets;
		house_later(&h, 1);
		later = fake_kernel.nnets > nets;
	}
	ck_assert(fault_say(maps[_i].id, said && kept && later,
			    "it is %s, what was in force %s, with room it is taken: %s",
			    said ? "said" : "not said", kept ? "stays" : "is gone",
			    later ? "yes" : "no"));
}
END_TEST

/* ---- the disk under the running agent ---- */

static const struct {
	const char *id;
	int err;
} disks[] = {
	{ "disk/agent-full", ENOSPC },
	{ "disk/agent-read-only", EROFS },
};

START_TEST(disk_of_the_agent)
{
	_cleanup_free_ char *text = NULL;
	char path[128];
	bool sealed, again;
	int code;

	disk_watch(h.state_dir);
	disk_fail(1, disks[_i].err, true);
	code = house_code(&h, SEAL);
	house_later(&h, 1);
	sealed = now("nursery") == CG_SEALED;
	disk_watch(NULL);
	house_later(&h, 1);
	snprintf(path, sizeof(path), "%s/state.json", h.state_dir);
	text = file_text(path);
	again = strstr(text, "\"seal\"");
	ck_assert(fault_say(
		disks[_i].id, !code && sealed && again && enforces(),
		"`seal` ended with %d, the camera is %s, on the disk once it takes it: %s", code,
		sealed ? "sealed" : "not sealed", again ? "yes" : "no"));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("around");
	TCase *t = tcase_create("surroundings");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, wall_clock_jumps, 0, sizeof(jumps) / sizeof(jumps[0]));
	tcase_add_test(t, suspend);
	tcase_add_test(t, no_clock);
	tcase_add_loop_test(t, nft_fails, 0, sizeof(nfts) / sizeof(nfts[0]));
	tcase_add_test(t, no_proc);
	tcase_add_test(t, no_bpffs);
	tcase_add_test(t, no_descriptors);
	tcase_add_loop_test(t, map_without_room, 0, sizeof(maps) / sizeof(maps[0]));
	tcase_add_loop_test(t, disk_of_the_agent, 0, sizeof(disks) / sizeof(disks[0]));
	suite_add_tcase(s, t);
	return suite_run(s);
}
