/* SPDX-License-Identifier: GPL-2.0-only */
/* How much a device is like a camera, and what follows from it. */
#ifndef CG_LIKENESS_H
#define CG_LIKENESS_H

#include <stdbool.h>
#include <stdint.h>
#include "clue.h"

/* Thresholds of score, stated in camgate.conf(5). */
#define CG_LIKENESS_CAMERA  60
#define CG_LIKENESS_PERHAPS 30

enum cg_likeness_class {
	CG_LIKENESS_UNKNOWN, /* nothing said yet */
	CG_LIKENESS_OTHER,   /* something else */
	CG_LIKENESS_MAYBE,   /* score of CG_LIKENESS_PERHAPS and more */
	CG_LIKENESS_IS,	     /* score of CG_LIKENESS_CAMERA and more */
};

struct cg_likeness {
	int score; /* 0..100 */
	enum cg_likeness_class class;
	bool identifies; /* by a frame of its own or a camera-only prefix, without a sign of a user's device */
	bool user;    /* a sign of a user's device */
	bool streams; /* its windows have the shape of video */
	bool settled; /* enough is known: it need not be listened to */
};

/* Time a device may stay without any sign before it counts as settled, and for which
 * shape alone may hold it. */
#define CG_LIKENESS_LISTEN_S 600

/* Do the windows look like video: steady upstream of at least 128 kbit/s for three of the
 * last four, mostly big packets or a steady size, far more up than down (facts rates.tsv)? */
bool cg_likeness_streams(const struct cg_device *device, uint64_t now_ns);
/* Pure. device may be NULL: no frame of it was ever counted. */
void cg_likeness_judge(const struct cg_clues *clues, const struct cg_device *device,
		       uint64_t now_ns, struct cg_likeness *ret);

#endif
