/* SPDX-License-Identifier: GPL-2.0-only */
/* Devices that are no cameras, in the kernel in memory. */
#ifndef CG_FAKE_DEVICES_H
#define CG_FAKE_DEVICES_H

#include "../../agent/kern/devices.h"
#include "fake.h"

#define FAKE_DEVICES (CG_MAX_DEVICES + 8)
#define FAKE_HEARD   64

struct fake_device {
	struct cg_mac mac;
	bool there; /* it has an entry */
	bool settled;
	struct cg_device device;
	int freed, forgotten; /* how often */
	uint32_t freed_at_generation;
};

struct fake_devices {
	struct fake_device v[FAKE_DEVICES];
	size_t n;
	struct cg_heard heard[FAKE_HEARD];
	size_t nheard;
	uint64_t unheard;
	struct cg_datapath_tap tap; /* as set last */
	int taps, reads;	    /* how often */
	int fd;			    /* an eventfd; 0 = none yet */
};

extern struct fake_devices fake_devices;

void fake_devices_reset(void);
struct fake_device *fake_device_find(const struct cg_mac *mac);
/* A frame of it came: it has an entry. addr may be NULL. */
struct cg_device *fake_device(const char *mac, uint64_t now_ns, uint32_t ifindex, const char *addr);
/* Its windows up to now look like video, and it sent so many bytes more. */
void fake_device_streams(const char *mac, uint64_t now_ns, uint64_t bytes);
/* The packet path copied this. */
void fake_heard(const struct cg_heard *heard);

#endif
