/* SPDX-License-Identifier: GPL-2.0-only */
/* STATE_DIR/devices.json: written at once when something was decided, else hourly, for flash wears out. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include "../kern/clock.h"
#include "../kern/pins.h"
#include "../lib/wholefile.h"
#include "devices_state.h"
#include "statedir.h"

#define QUIET_NS (3600 * CG_SEC_NS)

static int read_it(const struct cg_agent *a, struct cg_devstate *s)
{
	_cleanup_free_ char *text = NULL;
	int r = cg_statedir_read(a, CG_DEVSTATE_FILE, CG_DEVSTATE_MAX_BYTES, &text);

	return r ? r : cg_devstate_parse(text, s);
}

static struct cg_device_known *put(struct cg_agent *a, const struct cg_device_note *note)
{
	struct cg_devices *t = a->devices;
	struct cg_device_known *d = t->n < CG_MAX_DEVICES ? calloc(1, sizeof(*d)) : NULL;

	if (!d)
		return NULL;
	d->note = *note;
	d->begun_ns = a->boot_ns();
	d->news = true;
	(void)cg_clues_mac(&d->note.clues, &d->note.mac);
	t->v[t->n++] = d;
	cg_devices_judge(d, d->begun_ns);
	d->news = true;
	return d;
}

/* Without notes the kernel still knows who is held. */
static void recover(struct cg_agent *a)
{
	struct cg_device_note note = { .what = CG_DEVICE_IN_QUARANTINE, .why = CG_HOLD_KERNEL };
	struct cg_pins pins;

	if (cg_pins_open(a->opts.pin_dir, &pins) < 0)
		return;
	note.first_s = note.last_s = a->real_s();
	note.told = true;
	for (size_t i = 0; i < pins.nnames; i++) {
		char id[CG_ID_LEN];

		memcpy(id, pins.names[i].id, sizeof(id));
		id[sizeof(id) - 1] = '\0';
		if (!cg_held_mac(id, &note.mac) && put(a, &note))
			cg_log_notice("devices: %s stays held, as the kernel has it", id);
	}
	cg_pins_close(&pins);
}

int cg_devices_load(struct cg_agent *a)
{
	_cleanup_(cg_devstate_free) struct cg_devstate s = { 0 };
	struct cg_devices *t = a->devices;
	int r = read_it(a, &s);
	bool same;

	(void)cg_clock_boot_id(a->opts.root, t->boot, sizeof(t->boot));
	if (r == -ENOMEM)
		return r;
	if (r && r != -ENOENT)
		cg_statedir_unread(a, CG_DEVSTATE_FILE, r,
				   "who was released is not known any more");
	if (r < 0) {
		recover(a);
		t->dirty = t->n;
		return 0;
	}
	same = *t->boot && !strcmp(t->boot, s.boot);
	t->mode = s.mode;
	for (size_t i = 0; i < s.ndev; i++) {
		struct cg_device_known *d = put(a, s.dev[i]);

		if (!d)
			return -ENOMEM;
		if (!same)
			d->note.up_bytes += d->note.boot_bytes;
	}
	for (size_t i = 0; i < s.ntrial; i++)
		t->trial[t->ntrial++] = s.trial[i];
	return 0;
}

int cg_devices_save(struct cg_agent *a)
{
	struct cg_devices *t = a->devices;
	_cleanup_free_ struct cg_device_note **dev = calloc(t->n + 1, sizeof(*dev));
	struct cg_devstate s = {
		.mode = t->mode, .dev = dev, .ndev = t->n, .trial = t->trial, .ntrial = t->ntrial
	};
	_cleanup_free_ char *text = NULL;
	char path[PATH_MAX];
	uint64_t held;
	int err;

	if (!dev)
		return -ENOMEM;
	memcpy(s.boot, t->boot, sizeof(s.boot));
	for (size_t i = 0; i < t->n; i++) {
		dev[i] = &t->v[i]->note;
		dev[i]->boot_bytes = t->v[i]->device.up_bytes;
	}
	err = cg_statedir_path(a, CG_DEVSTATE_FILE, path);
	if (!err)
		err = cg_devstate_print(&s, &text);
	if (!err)
		err = cg_wholefile_replace(path, text, strlen(text), 0640, geteuid(), getegid());
	t->saved_ns = a->boot_ns();
	if (err < 0) {
		if (cg_log_limit_pass(&t->limit_save, t->saved_ns, QUIET_NS, &held))
			cg_log_warning(
				"%s: %s, who is held or released is known until the next boot",
				path, strerror(-err));
		return err;
	}
	t->dirty = t->news = false;
	return 0;
}

void cg_devices_save_tick(struct cg_agent *a, uint64_t now_ns)
{
	struct cg_devices *t = a->devices;

	if ((t->dirty || (t->news && now_ns >= t->saved_ns + CG_DEVICES_SAVE_NS)) &&
	    cg_devices_save(a) < 0)
		cg_log_debug("devices: saving is tried again");
}
