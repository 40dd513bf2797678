/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of devices as the files that work on it share it. */
#ifndef CG_DEVICES_STATE_H
#define CG_DEVICES_STATE_H

#include "../kern/devices.h"
#include "../lib/devstate.h"
#include "devices.h"

#define CG_DEVICES_SAVE_NS   (3600 * CG_SEC_NS)
/* Settled devices are listened to again so often, and so long. */
#define CG_DEVICES_AGAIN_NS  (6 * 3600 * CG_SEC_NS)
#define CG_DEVICES_LISTEN_NS (60 * CG_SEC_NS)
#define CG_DEVICES_TELL_MAX  4 /* a second */

struct cg_device_known {
	struct cg_device_note note;
	struct cg_device device; /* as last read; first_ns 0: nothing of it was */
	struct cg_likeness like;
	bool news;	   /* something is known that was not judged yet */
	bool stopped;	   /* the packet path shut it out */
	bool freed;	   /* and was told not to */
	bool settled;	   /* nothing of it is copied */
	bool fresh;	   /* held in the notes, and not yet in force */
	uint64_t begun_ns; /* known since, of this agent */
	uint64_t again_ns; /* listened to again then; or, not settled, no sooner than then */
};

struct cg_devices {
	struct cg_device_known **v;
	size_t n;
	struct cg_device_trial trial[CG_MAX_TRIALS];
	size_t ntrial;
	enum cg_quarantine mode; /* that was last in force */
	char boot[CG_DEVSTATE_BOOT_LEN];
	ev_io heard;
	bool listening;
	bool held_dirty; /* other devices are to be held than are */
	bool dirty;	 /* the file is older, and that matters */
	bool news;	 /* the file is older */
	bool too_many;	 /* CG_MAX_HELD kept one from being held */
	uint64_t saved_ns, read_ns;
	uint64_t probed_ns;    /* questions were sent last */
	uint64_t probe_end_ns; /* when nobody waits for answers any more */
	int probe_fd[CG_MAX_LANS];
	size_t nprobe;
	struct cg_log_limit limit_read, limit_save, limit_hold;
};

/* ---- devices.c: the table ---- */

struct cg_device_known *cg_devices_find(const struct cg_agent *a, const struct cg_mac *mac);
/* Made where it is not there; NULL: no device that counts, or no room. */
struct cg_device_known *cg_devices_get(struct cg_agent *a, const struct cg_mac *mac);
void cg_devices_drop(struct cg_agent *a, const struct cg_mac *mac);
void cg_devices_judge(struct cg_device_known *d, uint64_t now_ns);
/* A locally administered MAC, which many devices make up anew for each network. */
static inline bool cg_devices_is_private(const struct cg_mac *mac)
{
	return mac->b[0] & 2;
}

/* ---- devices_hold.c ---- */

void cg_devices_decide(struct cg_agent *a, struct cg_device_known *d, uint64_t now_ns);
/* Whoever is held by the policy that came into force is the packet path's no longer, and
 * is told of. */
void cg_devices_in_force(struct cg_agent *a);
/* The policy in force with those devices held that are to be. -EAGAIN: no policy is
 * known; on failure nothing has changed. */
int cg_devices_apply(struct cg_agent *a) __must_check;
/* By hand: never held, from now on. */
int cg_devices_release(struct cg_agent *a, struct cg_device_known *d) __must_check;

/* ---- devices_tell.c ---- */

/* Log and `notify` of the household. */
void cg_devices_tell(struct cg_agent *a, const char *event, struct cg_device_known *d);
void cg_devices_tell_trial(struct cg_agent *a, const struct cg_device_trial *t);
/* "02:ca:00:00:00:07 (porch-cam, 192.168.1.77 on lan1)" */
#define CG_DEVICES_WHO 256
const char *cg_devices_who(const struct cg_device_known *d, char buf[static CG_DEVICES_WHO]);
/* Its clues in one line; "" for none. */
#define CG_DEVICES_REASONS 512
const char *cg_devices_reasons(const struct cg_device_known *d,
			       char buf[static CG_DEVICES_REASONS]);
struct json_object *cg_devices_json(struct cg_agent *a, struct cg_device_known *d);

/* ---- devices_file.c ---- */

int cg_devices_load(struct cg_agent *a) __must_check;
int cg_devices_save(struct cg_agent *a) __must_check;
void cg_devices_save_tick(struct cg_agent *a, uint64_t now_ns);

/* ---- adopt_end.c ---- */

struct cg_device_trial *cg_adopt_trial(const struct cg_agent *a, const char *id);
void cg_adopt_trial_drop(struct cg_agent *a, struct cg_device_trial *trial);
void cg_adopt_tick(struct cg_agent *a, uint64_t now_ns);

/* ---- probe.c ---- */

/* Asks every LAN; ret_n: how many. -EAGAIN: it was done just now. */
#define CG_PROBE_EVERY_S 10
#define CG_PROBE_WAIT_S	 4
int cg_probe_send(struct cg_agent *a, size_t *ret_n) __must_check;
void cg_probe_end(struct cg_agent *a);

#endif
