/* SPDX-License-Identifier: GPL-2.0-only */
/* Likeness: weights of clues added, each kind once; windows of traffic looked at for video. */
#include "clue_kind.h"
#include "likeness.h"

#define WINDOWS	   4
#define ENOUGH	   3
/* 128 kbit/s; sessions without a picture stay below 10 (facts rates.tsv, separation). */
#define LEAST_UP   (128000 / 8 * (CG_WINDOW_NS / 1000000000ULL))
/* A picture has 20 and more up to one down, a call one to one (the same row). */
#define RATIO	   CG_WINDOW_RATIO
/* Video in datagrams below a full packet: Hik-Connect's have 229 to 361 bytes. */
#define LEAST_MEAN 200

static bool like_video(const struct cg_device_window *w)
{
	return w->up_bytes >= LEAST_UP && w->up_bytes / RATIO >= w->down_bytes && w->up_packets;
}

bool cg_likeness_streams(const struct cg_device *device, uint64_t now_ns)
{
	unsigned int n = 0, big = 0;
	uint32_t low = UINT32_MAX, high = 0;
	uint64_t age;

	if (!device->window_ns || now_ns < device->window_ns)
		return false;
	/* Whole windows since: window[0] is whole once it is over, and what came after is empty. */
	age = (now_ns - device->window_ns) / CG_WINDOW_NS;
	for (uint64_t back = 1; back <= WINDOWS; back++) {
		const struct cg_device_window *w;
		uint32_t mean;

		if (back < age)
			continue;
		w = &device->window[back - age];
		if (!like_video(w))
			continue;
		n++;
		mean = w->up_bytes / w->up_packets;
		low = mean < low ? mean : low;
		high = mean > high ? mean : high;
		/* Half of them full: 50 % of the Yi camera's (rates.tsv), fragments between. */
		big += (uint64_t)w->up_big * 5 >= (uint64_t)w->up_packets * 2;
	}
	if (n < ENOUGH)
		return false;
	return big >= ENOUGH || (low >= LEAST_MEAN && high - low <= low / 4);
}

static enum cg_likeness_class class_of(const struct cg_likeness *l, bool other)
{
	if (l->score >= CG_LIKENESS_CAMERA)
		return CG_LIKENESS_IS;
	if (l->score >= CG_LIKENESS_PERHAPS)
		return CG_LIKENESS_MAYBE;
	return other ? CG_LIKENESS_OTHER : CG_LIKENESS_UNKNOWN;
}

void cg_likeness_judge(const struct cg_clues *clues, const struct cg_device *device,
		       uint64_t now_ns, struct cg_likeness *ret)
{
	struct cg_likeness l = { .streams = device && cg_likeness_streams(device, now_ns) };
	bool identifies = false, other = false, system = false, long_heard;
	int score = 0;

	for (int kind = 1; kind < __CG_CLUE_MAX; kind++) {
		const struct cg_clue_row *row = &cg_clue_rows[kind];

		if (!cg_clue_has(clues, (enum cg_clue_kind)kind) &&
		    !(kind == CG_CLUE_SHAPE && l.streams))
			continue;
		score += row->weight;
		identifies |= row->proof == CG_CLUE_IDENTIFIES && row->weight > 0;
		l.user |= row->proof == CG_CLUE_IS_USER;
		other |= row->proof == CG_CLUE_IS_USER || row->proof == CG_CLUE_IS_OTHER;
		system |= kind == CG_CLUE_USER_SYSTEM;
	}
	l.score = score < 0 ? 0 : score > 100 ? 100 : score;
	l.identifies = identifies && !l.user;
	long_heard = device && now_ns >= device->first_ns &&
		     now_ns - device->first_ns >= CG_LIKENESS_LISTEN_S * 1000000000ULL;
	l.class = class_of(&l, other || long_heard);
	/* A camera is listened to as long as it is there. */
	l.settled = l.class == CG_LIKENESS_OTHER && !l.streams && (system || long_heard);
	*ret = l;
}
