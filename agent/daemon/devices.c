/* SPDX-License-Identifier: GPL-2.0-only */
/* The table: frames that the packet path copied and its counts, gathered a device each, and judged once a second. */
#include <errno.h>
#include <string.h>
#include "devices_state.h"

#define READ_MAX  64
#define RETRY_NS  (600 * CG_SEC_NS)
/* What could not be told of in time is found by this. */
#define REREAD_NS (5 * CG_SEC_NS)
#define QUIET_NS  (300 * CG_SEC_NS)

static bool same(const struct cg_mac *a, const struct cg_mac *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/* ---- the table ---- */

struct cg_device_known *cg_devices_find(const struct cg_agent *a, const struct cg_mac *mac)
{
	const struct cg_devices *t = a->devices;

	for (size_t i = 0; i < t->n; i++)
		if (same(&t->v[i]->note.mac, mac))
			return t->v[i];
	return NULL;
}

static bool is_own(const struct cg_agent *a, const struct cg_mac *mac)
{
	const struct cg_link *link;
	size_t n;

	link = cg_links_table(a->kern.links, &n);
	for (size_t i = 0; i < n; i++)
		if (same(&link[i].mac, mac))
			return true;
	return false;
}

/* What is a camera of the config, this machine's, or no device at all is none of ours. */
static bool counts(const struct cg_agent *a, const struct cg_mac *mac)
{
	static const struct cg_mac zero;

	return !(mac->b[0] & 1) && !same(mac, &zero) && !is_own(a, mac) &&
	       !(a->policy.now && cg_held_is_configured(a->policy.now, mac));
}

static void take_out(struct cg_agent *a, size_t i)
{
	struct cg_devices *t = a->devices;
	struct cg_device_known *d = t->v[i];

	/* Should it come back it is to be heard. */
	if (d->settled && cg_datapath_device_settle(a->kern.dp, &d->note.mac, false) < 0)
		cg_log_debug("devices: one that is forgotten is not listened to");
	t->v[i] = t->v[--t->n];
	free(d);
	t->news = true;
}

void cg_devices_drop(struct cg_agent *a, const struct cg_mac *mac)
{
	struct cg_devices *t = a->devices;

	for (size_t i = 0; i < t->n; i++) {
		if (!same(&t->v[i]->note.mac, mac))
			continue;
		take_out(a, i);
		t->dirty = true;
		return;
	}
}

/* The one that is missed least: it says nothing, and has not for the longest time. What
 * somebody decided about stays. */
static bool make_room(struct cg_agent *a)
{
	struct cg_devices *t = a->devices;
	size_t least = t->n;

	for (size_t i = 0; i < t->n; i++) {
		const struct cg_device_known *d = t->v[i], *l = least < t->n ? t->v[least] : NULL;
		bool says = d->like.score >= CG_LIKENESS_PERHAPS;

		if (d->note.what != CG_DEVICE_SEEN)
			continue;
		if (!l || says < (l->like.score >= CG_LIKENESS_PERHAPS) ||
		    (says == (l->like.score >= CG_LIKENESS_PERHAPS) &&
		     d->note.last_s < l->note.last_s))
			least = i;
	}
	if (least == t->n)
		return false;
	take_out(a, least);
	return true;
}

static struct cg_device_known *add(struct cg_agent *a, const struct cg_mac *mac)
{
	struct cg_devices *t = a->devices;
	struct cg_device_known *d;

	if (t->n >= CG_MAX_DEVICES && !make_room(a))
		return NULL;
	d = calloc(1, sizeof(*d));
	if (!d)
		return NULL;
	d->note.mac = *mac;
	d->note.first_s = d->note.last_s = a->real_s();
	d->begun_ns = a->boot_ns();
	d->news = true;
	(void)cg_clues_mac(&d->note.clues, mac);
	t->v[t->n++] = d;
	t->news = true;
	return d;
}

struct cg_device_known *cg_devices_get(struct cg_agent *a, const struct cg_mac *mac)
{
	struct cg_device_known *d;

	if (!counts(a, mac))
		return NULL;
	d = cg_devices_find(a, mac);
	return d ? d : add(a, mac);
}

/* ---- what is heard ---- */

static void seen_at(const struct cg_agent *a, struct cg_device_known *d, const uint8_t *addr,
		    uint32_t ifindex)
{
	const struct cg_link *port = cg_links_find(a->kern.links, (int)ifindex);
	struct cg_addr src;

	memcpy(&src, addr, sizeof(src));
	/* IPv4 is what people know it by. */
	if (cg_addr_is_unicast(&src) && (cg_addr_is_v4(&src) || !cg_addr_is_v4(&d->note.addr)))
		d->note.addr = src;
	if (port)
		memcpy(d->note.port, port->name, strlen(port->name) + 1);
}

static void take_frame(void *ctx, const struct cg_heard *heard)
{
	struct cg_agent *a = ctx;
	struct cg_device_known *d;
	struct cg_mac mac;

	memcpy(mac.b, heard->mac, sizeof(mac.b));
	d = cg_devices_get(a, &mac);
	if (!d)
		return;
	d->note.last_s = a->real_s();
	seen_at(a, d, heard->src, heard->ifindex);
	if (heard->type == CG_HEARD_HELD)
		d->stopped = d->news = true;
	if (heard->len && cg_clues_frame(&d->note.clues, heard))
		d->news = a->devices->news = true;
}

static void heard_ready(struct ev_loop *loop, ev_io *w, int revents)
{
	struct cg_agent *a = w->data;
	uint64_t held;
	int n;

	(void)loop;
	(void)revents;
	n = cg_datapath_heard_read(a->kern.dp, READ_MAX, take_frame, a);
	if (n < 0 && cg_log_limit_pass(&a->devices->limit_read, a->boot_ns(), QUIET_NS, &held))
		cg_log_warning("devices: what was heard cannot be read: %s", strerror(-n));
}

static int take_count(void *ctx, const struct cg_mac *mac, const struct cg_device *device)
{
	struct cg_agent *a = ctx;
	struct cg_device_known *d = cg_devices_get(a, mac);
	int64_t last_s;

	if (!d)
		return 0;
	d->device = *device;
	seen_at(a, d, device->addr, device->ifindex);
	last_s = cg_agent_epoch(a, device->last_ns);
	if (last_s > d->note.last_s)
		d->note.last_s = last_s;
	if (device->flags & CG_DEVICE_HELD)
		d->stopped = true;
	if (device->flags & CG_DEVICE_FREE)
		d->freed = true;
	return 0;
}

static void counts_read(struct cg_agent *a, uint64_t now_ns)
{
	uint64_t held;
	int err = cg_datapath_devices_read(a->kern.dp, take_count, a);

	a->devices->read_ns = now_ns;
	if (err < 0 && cg_log_limit_pass(&a->devices->limit_read, now_ns, QUIET_NS, &held))
		cg_log_warning("devices: the packet path's cannot be read: %s", strerror(-err));
}

static void tap_set(struct cg_agent *a)
{
	const struct cg_policy *p = a->policy.now;
	struct cg_datapath_tap tap = { 0 };
	uint64_t held;
	int err;

	/* Nobody knows what the config says: what was in force stays. */
	if (!p)
		return;
	tap.on = p->unknown_notify || p->quarantine != CG_QUARANTINE_NONE;
	tap.probation = p->probation;
	tap.nports = cg_clues_ports(&tap.ports);
	err = cg_datapath_tap_set(a->kern.dp, &tap);
	if (err < 0 && cg_log_limit_pass(&a->devices->limit_read, a->boot_ns(), QUIET_NS, &held))
		cg_log_warning("devices: unknown ones are not listened to: %s", strerror(-err));
}

void cg_devices_listen(struct cg_agent *a)
{
	struct cg_devices *t = a->devices;
	int fd = cg_datapath_heard_fd(a->kern.dp);

	if (!t)
		return;
	counts_read(a, a->boot_ns());
	/* What an earlier agent settled this one does not know. */
	for (size_t i = 0; i < t->n; i++) {
		t->v[i]->settled = false;
		if (cg_datapath_device_settle(a->kern.dp, &t->v[i]->note.mac, false) < 0)
			cg_log_debug("devices: one cannot be listened to again");
	}
	tap_set(a);
	if (fd < 0 || !a->loop)
		return;
	ev_io_init(&t->heard, heard_ready, fd, EV_READ);
	t->heard.data = a;
	ev_io_start(a->loop, &t->heard);
	t->listening = true;
}

void cg_devices_deaf(struct cg_agent *a)
{
	struct cg_devices *t = a->devices;

	if (!t || !t->listening)
		return;
	ev_io_stop(a->loop, &t->heard);
	t->listening = false;
}

/* ---- once a second ---- */

void cg_devices_judge(struct cg_device_known *d, uint64_t now_ns)
{
	cg_likeness_judge(&d->note.clues, d->device.first_ns ? &d->device : NULL, now_ns, &d->like);
	d->news = false;
}

/* What is no camera costs the packet path least that way. */
static void settle(struct cg_agent *a, struct cg_device_known *d, uint64_t now_ns)
{
	int err;

	if (d->note.what == CG_DEVICE_IN_QUARANTINE)
		return;
	if (d->settled && now_ns >= d->again_ns) {
		err = cg_datapath_device_settle(a->kern.dp, &d->note.mac, false);
		d->settled = err < 0;
		d->again_ns = now_ns + (err < 0 ? RETRY_NS : CG_DEVICES_LISTEN_NS);
		return;
	}
	if (d->settled || !d->like.settled || now_ns < d->again_ns)
		return;
	if (d->like.class == CG_LIKENESS_OTHER && !d->freed)
		d->freed = !cg_datapath_device_free(a->kern.dp, &d->note.mac);
	err = cg_datapath_device_settle(a->kern.dp, &d->note.mac, true);
	d->settled = !err;
	d->again_ns = now_ns + (err < 0 ? RETRY_NS : CG_DEVICES_AGAIN_NS);
}

static bool any_unsettled(const struct cg_devices *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (!t->v[i]->settled && t->v[i]->note.what != CG_DEVICE_IN_QUARANTINE)
			return true;
	return false;
}

static void tell_found(struct cg_agent *a)
{
	struct cg_devices *t = a->devices;
	int told = 0;

	for (size_t i = 0; i < t->n && told < CG_DEVICES_TELL_MAX; i++) {
		struct cg_device_known *d = t->v[i];

		if (d->note.told || d->note.what != CG_DEVICE_SEEN ||
		    d->like.class != CG_LIKENESS_IS || !a->policy.now->unknown_notify)
			continue;
		cg_devices_tell(a, "camera-found", d);
		told++;
	}
}

void cg_devices_tick(struct cg_agent *a, uint64_t now_ns)
{
	struct cg_devices *t = a->devices;

	if (!t)
		return;
	if (t->nprobe && now_ns >= t->probe_end_ns)
		cg_probe_end(a);
	cg_adopt_tick(a, now_ns);
	if (a->policy.now) {
		if (any_unsettled(t) || now_ns >= t->read_ns + REREAD_NS)
			counts_read(a, now_ns);
		for (size_t i = 0; i < t->n; i++) {
			struct cg_device_known *d = t->v[i];

			if (d->settled && !d->news && now_ns < d->again_ns)
				continue;
			cg_devices_judge(d, now_ns);
			cg_devices_decide(a, d, now_ns);
			settle(a, d, now_ns);
		}
		if (t->held_dirty && cg_devices_apply(a) < 0)
			cg_log_debug("devices: holding is tried again");
		tell_found(a);
	}
	cg_devices_save_tick(a, now_ns);
}

/* ---- a policy ---- */

static bool is_lan(const struct cg_agent *a, int ifindex)
{
	const struct cg_link *link = cg_links_find(a->kern.links, ifindex);

	for (size_t i = 0; link && i < a->policy.nlan; i++)
		if (!strcmp(a->policy.lan[i], link->name))
			return true;
	return false;
}

/* Who is in the house before `all` comes into force may stay as it is. */
static void know_all(struct cg_agent *a)
{
	_cleanup_free_ struct cg_neigh *neigh = NULL;
	struct cg_devices *t = a->devices;
	size_t n = 0;

	counts_read(a, a->boot_ns());
	if (cg_links_neighs_read(a->kern.links, &neigh, &n) < 0)
		n = 0;
	for (size_t i = 0; i < n; i++)
		if (is_lan(a, neigh[i].ifindex))
			(void)cg_devices_get(a, &neigh[i].mac);
	for (size_t i = 0; i < t->n; i++)
		t->v[i]->note.known = true;
}

void cg_devices_policy(struct cg_agent *a)
{
	struct cg_devices *t = a->devices;
	const struct cg_policy *p = a->policy.now;

	if (!t || !p)
		return;
	for (size_t i = t->n; i-- > 0;)
		if (!counts(a, &t->v[i]->note.mac))
			cg_devices_drop(a, &t->v[i]->note.mac);
	if (p->quarantine == CG_QUARANTINE_ALL && t->mode != CG_QUARANTINE_ALL)
		know_all(a);
	for (size_t i = 0; i < t->n; i++) {
		struct cg_device_note *note = &t->v[i]->note;

		if (note->what != CG_DEVICE_IN_QUARANTINE ||
		    cg_quarantine_stays(p->quarantine, (enum cg_hold)note->why, &t->v[i]->like))
			continue;
		note->what = CG_DEVICE_SEEN;
		note->why = CG_HOLD_NOT;
		t->v[i]->fresh = false;
		t->dirty = true;
	}
	t->dirty |= t->mode != p->quarantine;
	t->mode = p->quarantine;
	cg_devices_in_force(a);
	tap_set(a);
}

/* ---- open, close ---- */

int cg_devices_open(struct cg_agent *a)
{
	struct cg_devices *t = calloc(1, sizeof(*t));
	int err;

	if (!t)
		return -ENOMEM;
	t->v = calloc(CG_MAX_DEVICES, sizeof(struct cg_device_known *));
	if (!t->v) {
		free(t);
		return -ENOMEM;
	}
	a->devices = t;
	err = cg_devices_load(a);
	if (err < 0)
		cg_devices_close(a);
	return err;
}

void cg_devices_close(struct cg_agent *a)
{
	struct cg_devices *t = a->devices;

	if (!t)
		return;
	cg_probe_end(a);
	if ((t->dirty || t->news) && cg_devices_save(a) < 0)
		cg_log_debug("devices: not saved at the end");
	a->devices = NULL;
	for (size_t i = 0; i < t->n; i++)
		free(t->v[i]);
	free(t->v);
	free(t);
}
