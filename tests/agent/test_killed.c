/* SPDX-License-Identifier: GPL-2.0-only */
/* The agent is killed at every call it makes into the kernel: what was in force stays, and the next one takes it over. */
#include <camgate/ctl.h>
#include <dirent.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include "../../agent/daemon/command.h"
#include "../../agent/daemon/stages.h"
#include "../../agent/lib/exposure.h"
#include "../fake/fake_devices.h"
#include "../fault.h"
#include "harness.h"

#define OPEN  "{\"v\":1,\"cmd\":\"open\",\"cam\":\"nursery\",\"for_s\":600}"
#define SEAL  "{\"v\":1,\"cmd\":\"seal\",\"cam\":\"garden\"}"
#define THREE CONFIG_TWO "camera \"porch\" { mac = { \"02:ca:00:00:00:03\" } }\n"

static struct house h;
static jmp_buf dead;
static int left; /* calls until it is killed */

static void call(const char *name)
{
	(void)name;
	if (left && !--left)
		longjmp(dead, 1);
}

static void setup(void)
{
	house_make(&h);
	house_config(&h, CONFIG_TWO);
	fake_guards.nft = true;
	ck_assert_int_eq(house_start(&h), 0);
	ck_assert_int_eq(house_code(&h, OPEN), 0);
	ck_assert_int_eq(house_code(&h, SEAL), 0);
	fake_on_call = call;
}

/* A process that ends leaves its memory, and every descriptor. */
static void bury(int above)
{
	/* But libev knows one loop a signal. */
	ev_signal_stop(h.a.loop, &h.a.ev.sigterm);
	ev_signal_stop(h.a.loop, &h.a.ev.sigint);
	ev_signal_stop(h.a.loop, &h.a.ev.sighup);
	ev_loop_destroy(h.a.loop);
	for (int fd = above; fd < 256; fd++)
		if (fd != fake_links.fd && fd != fake_kernel.events_fd && fd != fake_devices.fd)
			close(fd);
	h.up = false;
}

static int first_free(void)
{
	int fd = dup(STDIN_FILENO);

	close(fd);
	return fd;
}

static uint8_t now(const char *id)
{
	const struct cg_agent_cam *cam = cg_agent_find(&h.a, id);

	return cam ? (uint8_t)cg_exposure_now(&fake_kernel.exposure[cam->slot], h.a.boot_ns()) :
		     0xff;
}

struct deaths {
	unsigned int points, wrong, gaps;
};

/* Is all there after a death, before and after the next agent's start? */
static void look(struct deaths *d, uint64_t deadline)
{
	bool whole = fake_kernel.set &&
		     (fake_kernel.set->nslots == 2 || fake_kernel.set->nslots == 3) &&
		     fake_kernel.set->gen == fake_kernel.meta.generation;
	uint32_t gen = fake_kernel.meta.generation;

	d->points++;
	d->gaps += !fake_attached(IF_LAN1) || !fake_attached(IF_LAN2);
	d->wrong += !whole;
	left = 0;
	if (house_start(&h)) {
		d->wrong++;
		return;
	}
	d->wrong +=
		fake_kernel.meta.generation != gen + 1 || now("nursery") != CG_OPEN ||
		now("garden") != CG_SEALED ||
		cg_exposure_deadline(&fake_kernel.exposure[cg_agent_find(&h.a, "nursery")->slot]) !=
			deadline;
	d->gaps += !fake_attached(IF_LAN1) || !fake_attached(IF_LAN2);
}

static void reload(void)
{
	struct cg_agent_applied applied;
	struct cg_diag diag = { 0 };

	(void)cg_agent_reload(&h.a, &diag, &applied);
}

static void restart(void)
{
	house_stop(&h);
	(void)house_start(&h);
}

/* Every table of links is another, and what is done now and then is due. */
static void links(void)
{
	fake_addr_add(IF_BR, "10.9.0.1/16", UINT64_MAX);
	fake_links_changed(CG_LINKS_LINK | CG_LINKS_ADDR | CG_LINKS_FILTER);
	house_later(&h, 1);
}

static const struct {
	const char *id;
	void (*work)(void);
	unsigned int at_least;
} works[] = {
	{ "killed/in-reload", reload, 4 },
	{ "killed/in-start", restart, 6 },
	{ "killed/in-links", links, 1 },
};

/* Does it come to its end before the nth call? */
static bool survives(int nth, void (*work)(void), int first)
{
	left = nth;
	if (setjmp(dead)) {
		bury(first);
		return false;
	}
	work();
	left = 0;
	house_stop(&h);
	return true;
}

START_TEST(killed)
{
	uint64_t deadline =
		cg_exposure_deadline(&fake_kernel.exposure[cg_agent_find(&h.a, "nursery")->slot]);
	struct deaths d = { 0 };
	bool ended = false;
	int first;

	house_stop(&h);
	first = first_free();
	ck_assert_int_eq(house_start(&h), 0);
	for (int nth = 1; !ended && nth < 100; nth++) {
		house_config(&h, nth % 2 ? THREE : CONFIG_TWO);
		ended = survives(nth, works[_i].work, first);
		look(&d, deadline);
	}
	ck_assert(fault_say(works[_i].id,
			    ended && d.points > works[_i].at_least && !d.wrong && !d.gaps,
			    "killed at %u points: %u times something other than before in force, "
			    "%u times a port without filters",
			    d.points - 1, d.wrong, d.gaps));
}
END_TEST

/* An opening ends in the packet path, with nobody there. */
START_TEST(opening_without_an_agent)
{
	const struct cg_exposure *e = &fake_kernel.exposure[cg_agent_find(&h.a, "nursery")->slot];
	uint64_t deadline = cg_exposure_deadline(e);
	bool open, ended, restarted;

	fake_on_call = NULL;
	house_stop(&h);
	open = cg_exposure_now(e, deadline - 1) == CG_OPEN;
	ended = cg_exposure_now(e, deadline) == CG_CLOSED;
	ck_assert_int_eq(house_start(&h), 0);
	restarted = now("nursery") == CG_OPEN && cg_exposure_deadline(e) == deadline;
	ck_assert(fault_say(
		"killed/opening", open && ended && restarted,
		"open until its deadline: %s; closed from then on: %s; a restart moved it: %s",
		open ? "yes" : "no", ended ? "yes" : "no", restarted ? "no" : "yes"));
}
END_TEST

static void teardown(void)
{
	fake_on_call = NULL;
	house_end(&h);
}

int main(void)
{
	Suite *s = suite_create("killed");
	TCase *t = tcase_create("at every call");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 600); /* a loaded machine */
	tcase_add_loop_test(t, killed, 0, sizeof(works) / sizeof(works[0]));
	tcase_add_test(t, opening_without_an_agent);
	suite_add_tcase(s, t);
	return suite_run(s);
}
