/* SPDX-License-Identifier: GPL-2.0-only */
/* Frames of one device: its MAC in six bytes, then for each which reader (a port of cg_clues_ports, the sender's where bit 7 is set; past them TCP), its length in two bytes, how much more was sent, and the bytes. */
#include <arpa/inet.h>
#include <lib/clue_kind.h>
#include <lib/likeness.h>
#include "../discover/check.h"
#include "../discover/frames.h"
#include "fuzz.h"

#define FRAMES 32
/* As many clues as any file of the corpus has. */
#define MOST   7

static const uint16_t tcp_ports[] = { 80, 554, 9000, 34567, 37777 };

static struct cg_heard frame(const struct cg_mac *mac, unsigned int which, const uint8_t *data,
			     size_t n, size_t more)
{
	const uint16_t *ports;
	size_t nports = cg_clues_ports(&ports), at = which & 0x7f;
	struct cg_heard h;

	if (at < nports && which & 0x80)
		h = heard_ip(mac, IPPROTO_UDP, ports[at], 40000, data, n);
	else if (at < nports)
		h = heard_ip(mac, IPPROTO_UDP, 40000, ports[at], data, n);
	else
		h = heard_ip(mac, IPPROTO_TCP, tcp_ports[at % 5], 40000, data, n);
	h.payload = (uint16_t)(n + more);
	/* The one server that tftp is asked for. */
	if (which & 0x80)
		memcpy(h.dst + 12, "\xc0\xa8\x01\x0d", 4);
	return h;
}

static void judged(const struct cg_clues *c, const uint8_t *data, size_t size)
{
	struct cg_device d = { .first_ns = 0 };
	char buf[CG_CLUE_SENTENCE];
	struct cg_likeness l;

	memcpy(&d, data, size < sizeof(d) ? size : sizeof(d));
	cg_likeness_judge(c, &d, d.last_ns, &l);
	FUZZ_PROMISE(l.score >= 0 && l.score <= 100);
	FUZZ_PROMISE(!l.identifies || !l.user);
	FUZZ_PROMISE(!l.settled || l.class == CG_LIKENESS_OTHER);
	for (size_t i = 0; i < c->n; i++) {
		FUZZ_PROMISE(check_text(cg_clue_sentence(&c->clue[i], buf), sizeof(buf)));
		FUZZ_PROMISE(cg_clue_by_word(cg_clue_word(c->clue[i].kind)) == c->clue[i].kind);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *whole = data;
	struct cg_clues c = { 0 };
	struct cg_mac mac = { { 0 } };
	size_t all = size;

	for (int i = 0; i < 6; i++)
		mac.b[i] = (uint8_t)fuzz_number(&data, &size, 1);
	cg_clues_mac(&c, &mac);
	FUZZ_PROMISE(!cg_clues_mac(&c, &mac));
	for (int i = 0; i < FRAMES && size; i++) {
		unsigned int which = fuzz_number(&data, &size, 1);
		size_t n = fuzz_number(&data, &size, 2), more = fuzz_number(&data, &size, 1);
		struct cg_heard h;
		const char *wrong;

		n = n < size ? n : size;
		h = frame(&mac, which, data, n, more);
		wrong = check_frame(&c, &h);
		if (wrong)
			dprintf(2, "frame %d: %s\n", i, wrong);
		FUZZ_PROMISE(!wrong);
		data += n;
		size -= n;
	}
	fuzz_plant(c.n, MOST);
	judged(&c, whole, all);
	return 0;
}
