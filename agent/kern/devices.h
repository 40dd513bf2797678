/* SPDX-License-Identifier: GPL-2.0-only */
/* Devices that are no cameras, seen from the agent: a part of datapath.h. */
#ifndef CG_DEVICES_H
#define CG_DEVICES_H

#include <camgate/discover_abi.h>
#include "datapath.h"

/*
 * Puts the tap in force: ports (host order) of UDP whose datagrams are copied, whether
 * a device never seen is in probation. on = false: no frame of a device that is no camera
 * goes further than before there was a tap, and nothing is held. Survives the agent; made
 * anew with maps of another version. Comes after cg_datapath_nets_apply: without networks
 * all are remotes.
 */
struct cg_datapath_tap {
	bool on;
	bool probation;
	const uint16_t *ports;
	size_t nports;
};
int cg_datapath_tap_set(struct cg_datapath *dp, const struct cg_datapath_tap *tap) __must_check;

/* Pollable; -1 if none. As cg_datapath_events_read; a record's len is within its data. */
int cg_datapath_heard_fd(struct cg_datapath *dp);
int cg_datapath_heard_read(struct cg_datapath *dp, int max,
			   void (*cb)(void *ctx, const struct cg_heard *heard),
			   void *ctx) __must_check;
/* Frames that were to be copied and found no room in the ring. */
int cg_datapath_unheard_read(struct cg_datapath *dp, uint64_t *ret_lost) __must_check;

/* Every device with an entry; cb returns nonzero to stop. A snapshot. */
int cg_datapath_devices_read(struct cg_datapath *dp,
			     int (*cb)(void *ctx, const struct cg_mac *mac,
				       const struct cg_device *device),
			     void *ctx) __must_check;
/* -ENOENT: none of it. */
int cg_datapath_device_read(struct cg_datapath *dp, const struct cg_mac *mac,
			    struct cg_device *ret_device) __must_check;
/* CG_DEVICE_FREE and not CG_DEVICE_HELD from now on; a device without entry gets one, whose
 * first_ns is 0 until its first frame, told as any first. -E2BIG: there is no room. */
int cg_datapath_device_free(struct cg_datapath *dp, const struct cg_mac *mac) __must_check;
/* Its entry goes: its next frame is its first. 0 also where there was none. */
int cg_datapath_device_forget(struct cg_datapath *dp, const struct cg_mac *mac) __must_check;
/* Settled devices cost the packet path least and are not listened to. -ENOSPC: no place
 * for it, it goes on being listened to. */
int cg_datapath_device_settle(struct cg_datapath *dp, const struct cg_mac *mac,
			      bool settled) __must_check;

#endif
