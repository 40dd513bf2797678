/* SPDX-License-Identifier: GPL-2.0-only */
/* devices.h in memory: what a real packet path would have seen is what a test puts there. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "fake_devices.h"

struct fake_devices fake_devices;

void fake_devices_reset(void)
{
	int fd = fake_devices.fd;

	memset(&fake_devices, 0, sizeof(fake_devices));
	fake_devices.fd = fd;
}

int cg_datapath_tap_set(struct cg_datapath *dp, const struct cg_datapath_tap *tap)
{
	int err = fake_call("tap_set");

	(void)dp;
	if (err < 0)
		return err;
	fake_devices.tap = *tap;
	fake_devices.taps++;
	return 0;
}

int cg_datapath_heard_fd(struct cg_datapath *dp)
{
	(void)dp;
	if (fake_devices.fd <= 0)
		fake_devices.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	return fake_devices.fd;
}

int cg_datapath_heard_read(struct cg_datapath *dp, int max,
			   void (*cb)(void *ctx, const struct cg_heard *heard), void *ctx)
{
	int n = 0, err = fake_call("heard_read");
	uint64_t count;

	(void)dp;
	if (read(fake_devices.fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
		return -errno;
	if (err < 0)
		return err;
	for (; n < max && (size_t)n < fake_devices.nheard; n++)
		cb(ctx, &fake_devices.heard[n]);
	fake_devices.nheard = 0;
	return n;
}

int cg_datapath_unheard_read(struct cg_datapath *dp, uint64_t *ret_lost)
{
	(void)dp;
	*ret_lost = fake_devices.unheard;
	return 0;
}

struct fake_device *fake_device_find(const struct cg_mac *mac)
{
	for (size_t i = 0; i < fake_devices.n; i++)
		if (!memcmp(&fake_devices.v[i].mac, mac, sizeof(*mac)))
			return &fake_devices.v[i];
	return NULL;
}

static struct fake_device *make(const struct cg_mac *mac)
{
	struct fake_device *d = fake_device_find(mac);

	if (d || fake_devices.n == FAKE_DEVICES)
		return d;
	d = &fake_devices.v[fake_devices.n++];
	memset(d, 0, sizeof(*d));
	d->mac = *mac;
	return d;
}

int cg_datapath_devices_read(struct cg_datapath *dp,
			     int (*cb)(void *ctx, const struct cg_mac *mac,
				       const struct cg_device *device),
			     void *ctx)
{
	int err = fake_call("devices_read");

	(void)dp;
	fake_devices.reads++;
	if (err < 0)
		return err;
	for (size_t i = 0; i < fake_devices.n; i++)
		if (fake_devices.v[i].there &&
		    cb(ctx, &fake_devices.v[i].mac, &fake_devices.v[i].device))
			break;
	return 0;
}

int cg_datapath_device_read(struct cg_datapath *dp, const struct cg_mac *mac,
			    struct cg_device *ret_device)
{
	struct fake_device *d = fake_device_find(mac);

	(void)dp;
	if (!d || !d->there)
		return -ENOENT;
	*ret_device = d->device;
	return 0;
}

int cg_datapath_device_free(struct cg_datapath *dp, const struct cg_mac *mac)
{
	int err = fake_call("device_free");
	struct fake_device *d;

	(void)dp;
	if (err < 0)
		return err;
	d = make(mac);
	if (!d)
		return -ENOSPC;
	d->there = true;
	d->device.flags = CG_DEVICE_FREE;
	d->freed++;
	/* The policy's hold must be there when the packet path's goes. */
	d->freed_at_generation = fake_kernel.meta.generation;
	return 0;
}

int cg_datapath_device_forget(struct cg_datapath *dp, const struct cg_mac *mac)
{
	int err = fake_call("device_forget");
	struct fake_device *d;

	(void)dp;
	if (err < 0)
		return err;
	d = fake_device_find(mac);
	if (d)
		*d = (struct fake_device){ .mac = *mac, .forgotten = d->forgotten + 1 };
	return 0;
}

int cg_datapath_device_settle(struct cg_datapath *dp, const struct cg_mac *mac, bool settled)
{
	int err = fake_call("device_settle");
	struct fake_device *d;

	(void)dp;
	if (err < 0)
		return err;
	d = settled ? make(mac) : fake_device_find(mac);
	if (d)
		d->settled = settled;
	return settled && !d ? -ENOSPC : 0;
}

struct cg_device *fake_device(const char *mac, uint64_t now_ns, uint32_t ifindex, const char *addr)
{
	struct cg_mac m;
	struct cg_addr a = { 0 };
	struct fake_device *d;

	if (cg_mac_parse(mac, &m) || (addr && cg_addr_parse(addr, &a)))
		return NULL;
	d = make(&m);
	if (!d)
		return NULL;
	d->there = true;
	if (!d->device.first_ns)
		d->device.first_ns = now_ns;
	d->device.last_ns = now_ns;
	d->device.ifindex = ifindex;
	memcpy(d->device.addr, a.b, sizeof(d->device.addr));
	return &d->device;
}

void fake_device_streams(const char *mac, uint64_t now_ns, uint64_t bytes)
{
	struct cg_mac m;
	struct fake_device *d;

	if (cg_mac_parse(mac, &m))
		return;
	d = fake_device_find(&m);
	if (!d)
		return;
	d->device.window_ns = now_ns;
	for (int i = 0; i < CG_DEVICE_PAST; i++)
		d->device.window[i] = (struct cg_device_window){
			.up_bytes = 250000, .down_bytes = 4000, .up_packets = 200, .up_big = 180
		};
	d->device.up_bytes += bytes;
	d->device.last_ns = now_ns;
}

void fake_heard(const struct cg_heard *heard)
{
	uint64_t one = 1;

	if (fake_devices.nheard < FAKE_HEARD)
		fake_devices.heard[fake_devices.nheard++] = *heard;
	if (fake_devices.fd > 0 && write(fake_devices.fd, &one, sizeof(one)) < 0)
		perror("eventfd");
}
