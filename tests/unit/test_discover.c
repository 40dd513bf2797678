/* SPDX-License-Identifier: GPL-2.0-only */
/* Cameras among ordinary devices, by what each sends at first: the lists of tests/discover, and public captures below CG_PCAPS where that is set. */
#include <lib/clue_kind.h>
#include <lib/likeness.h>
#include "../discover/check.h"
#include "../discover/corpus.h"
#include "../discover/pcap.h"
#include "unit.h"

#define SECOND	     1000000000ULL
#define REAL_DEVICES 4096

static struct cg_likeness judge(const struct cg_clues *c)
{
	struct cg_likeness l;

	cg_likeness_judge(c, NULL, 0, &l);
	return l;
}

static struct cg_clues clues_of(const struct corpus_device *d)
{
	struct cg_clues c = { 0 };

	cg_clues_mac(&c, &d->mac);
	for (size_t i = 0; i < d->n; i++) {
		const char *wrong = check_frame(&c, &d->frame[i]);

		ck_assert_msg(!wrong, "%s, frame %zu: %s", d->name, i, wrong);
	}
	return c;
}

/* Without what identifies: as if it weighed nothing. */
static struct cg_clues without(const struct cg_clues *c)
{
	struct cg_clues left = { 0 };

	for (size_t i = 0; i < c->n; i++)
		if (cg_clue_rows[c->clue[i].kind].proof != CG_CLUE_IDENTIFIES)
			left.clue[left.n++] = c->clue[i];
	return left;
}

static void report(FILE *f, const char *name, const struct cg_clues *c)
{
	static const char *const classes[] = { "unknown", "other", "maybe", "camera" };
	struct cg_likeness l = judge(c);
	char buf[CG_CLUE_SENTENCE];

	if (!f)
		return;
	fprintf(f, "%-7s %3d %s\n", classes[l.class], l.score, name);
	for (size_t i = 0; i < c->n; i++)
		fprintf(f, "            %s\n", cg_clue_sentence(&c->clue[i], buf));
}

/* NULL: not at home, nobody collects figures. */
static FILE *raw_file(const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), CG_BUILD "/tests/unit/%s", name);
	return fopen(path, "w");
}

static void figure(const char *name, double value, const char *op, int limit, size_t n,
		   size_t control, const char *raw)
{
	const char *file = getenv("CG_FIGURES");
	FILE *f = fopen(file && *file ? file : CG_TOP "/build/figures.jsonl", "a");

	if (!f)
		return;
	fprintf(f,
		"{\"name\":\"discover/%s\",\"value\":%.2f,\"op\":\"%s\",\"limit\":%d,"
		"\"unit\":\"%%\",\"n\":%zu,\"control\":%zu,\"raw\":\"%s/tests/unit/%s\"}\n",
		name, value, op, limit, n, control, CG_BUILD + strlen(CG_TOP "/"), raw);
	fclose(f);
}

START_TEST(synth_cameras)
{
	struct corpus *cameras = corpus_read(CG_TOP "/tests/discover/cameras.txt");
	size_t found = 0, hinted = 0, control = 0;
	FILE *f = raw_file("discover_cameras.txt");

	for (size_t i = 0; i < cameras->n; i++) {
		struct cg_clues c = clues_of(&cameras->device[i]), left = without(&c);
		bool is = judge(&c).class == CG_LIKENESS_IS;

		report(f, cameras->device[i].name, &c);
		found += is;
		/* Two hints together: a maker of cameras mostly, at a rendezvous. */
		hinted += left.n == c.n;
		control += judge(&left).class == CG_LIKENESS_IS && left.n < c.n;
		ck_assert_msg(is, "%s: %d", cameras->device[i].name, judge(&c).score);
		ck_assert_msg(judge(&c).identifies || left.n == c.n, "%s", cameras->device[i].name);
		ck_assert(!judge(&c).settled);
	}
	ck_assert_uint_ge(cameras->n, 40);
	ck_assert_uint_le(hinted, 3);
	/* What identifies taken away, nothing is left of the others. */
	ck_assert_uint_eq(control, 0);
	if (f) {
		fclose(f);
		figure("cameras_found_pct@synth", 100.0 * (double)found / (double)cameras->n,
		       ">=", 100, cameras->n, cameras->n - hinted, "discover_cameras.txt");
	}
	free(cameras);
}
END_TEST

START_TEST(synth_others)
{
	struct corpus *others = corpus_read(CG_TOP "/tests/discover/others.txt");
	FILE *f = raw_file("discover_others.txt");
	size_t called = 0, control = 0;

	for (size_t i = 0; i < others->n; i++) {
		struct cg_clues c = clues_of(&others->device[i]), worse = c;

		report(f, others->device[i].name, &c);
		if (judge(&c).class == CG_LIKENESS_IS)
			called++;
		/* None is held, whatever it is called. */
		ck_assert_msg(!judge(&c).identifies, "%s", others->device[i].name);
		/* Had each a camera's name as well, most would be called one. */
		cg_clue_add(&worse, CG_CLUE_MODEL, "ipcam");
		control += judge(&worse).class == CG_LIKENESS_IS;
	}
	ck_assert_uint_ge(others->n, 60);
	ck_assert_uint_gt(control, 0);
	ck_assert_uint_le(called * 100, 2 * others->n);
	if (f) {
		fclose(f);
		figure("others_called_cameras_pct@synth",
		       100.0 * (double)called / (double)others->n, "<=", 2, others->n, control,
		       "discover_others.txt");
	}
	free(others);
}
END_TEST

START_TEST(phones_settle)
{
	struct corpus *others = corpus_read(CG_TOP "/tests/discover/others.txt");
	size_t n = 0;

	/* Whatever names its system is left alone at once. */
	for (size_t i = 0; i < others->n; i++) {
		struct cg_clues c = clues_of(&others->device[i]);

		if (!cg_clue_has(&c, CG_CLUE_USER_SYSTEM))
			continue;
		n++;
		ck_assert_msg(judge(&c).settled, "%s", others->device[i].name);
	}
	ck_assert_uint_ge(n, 25);
	free(others);
}
END_TEST

/* ---- public captures ---- */

/* Cameras of facts/pcaps.tsv, by the MACs they have there. */
static const char *const real_cameras[] = {
	"b0:c5:54:25:5b:0e", /* D-LinkCam */
	"b0:c5:54:1c:71:85", /* D-LinkDayCam */
	"74:da:38:80:7a:08", /* EdimaxCam1 */
	"74:da:38:80:79:fc", /* EdimaxCam2 */
	"3c:49:37:03:17:db", /* EdnetCam1 */
	"3c:49:37:03:17:f0", /* EdnetCam2 */
	"0c:8c:24:0b:be:fb", /* Yi, safeguards-study camera.pcap */
	"b0:d5:9d:b9:f0:b4", /* Yi, intl-iot yi_camera_sample.pcap */
};

static bool is_real_camera(const struct cg_mac *mac)
{
	for (size_t i = 0; i < sizeof(real_cameras) / sizeof(real_cameras[0]); i++) {
		struct cg_mac m;

		ck_assert_int_eq(cg_mac_parse(real_cameras[i], &m), 0);
		if (!memcmp(m.b, mac->b, 6))
			return true;
	}
	return false;
}

/* In one file; each of its boots is a device. Its first minute begins when it has joined: the
 * handshake of Wi-Fi (EAPOL, LLC) goes to the access point and is no frame of the LAN yet. */
struct heard_device {
	struct cg_mac mac;
	uint64_t first_ns, budget_ns;
	struct cg_clues clues;
};

static struct {
	struct heard_device device[REAL_DEVICES];
	size_t n;
	size_t cameras, found, others, called, files;
	FILE *raw;
} real;

/* As CG_HEARD_RATE and CG_HEARD_BURST have it. */
static bool in_budget(struct heard_device *d, uint64_t ns)
{
	const uint64_t step = SECOND / CG_HEARD_RATE;

	if (d->budget_ns < ns)
		d->budget_ns = ns;
	if (d->budget_ns - ns > (CG_HEARD_BURST - 1) * step)
		return false;
	d->budget_ns += step;
	return true;
}

static void on_real(void *ctx, const struct cg_heard *heard, bool tapped)
{
	struct heard_device *d = NULL;

	(void)ctx;
	if (ntohs(heard->ethertype) < 0x600 || heard->ethertype == htons(0x888e))
		return;
	for (size_t i = 0; i < real.n; i++)
		if (!memcmp(real.device[i].mac.b, heard->mac, 6))
			d = &real.device[i];
	if (!d) {
		ck_assert_uint_lt(real.n, REAL_DEVICES);
		d = &real.device[real.n++];
		*d = (struct heard_device){ .first_ns = heard->ns };
		memcpy(d->mac.b, heard->mac, 6);
		cg_clues_mac(&d->clues, &d->mac);
	}
	if (tapped && heard->ns - d->first_ns <= 60 * SECOND && in_budget(d, heard->ns)) {
		const char *wrong = check_frame(&d->clues, heard);

		ck_assert_msg(!wrong, "%s", wrong);
	}
}

static int on_file(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	size_t n = strlen(path);
	char name[CG_MAC_STRLEN + 256];

	(void)st;
	(void)ftw;
	if (flag != FTW_F || n < 5 || strcmp(path + n - 5, ".pcap"))
		return 0;
	real.n = 0;
	if (!pcap_read(path, on_real, NULL))
		return 0;
	real.files++;
	for (size_t i = 0; i < real.n; i++) {
		struct heard_device *d = &real.device[i];
		bool is = judge(&d->clues).class == CG_LIKENESS_IS;
		char mac[CG_MAC_STRLEN];

		snprintf(name, sizeof(name), "%s %.200s", cg_mac_format(&d->mac, mac),
			 n > 200 ? path + n - 200 : path);
		report(real.raw, name, &d->clues);
		if (is_real_camera(&d->mac)) {
			real.cameras++;
			real.found += is;
		} else {
			real.others++;
			real.called += is;
		}
	}
	return 0;
}

START_TEST(real_captures)
{
	const char *folder = getenv("CG_PCAPS");

	if (!folder || !*folder) {
		puts("# discover/cameras_found_pct@real: not measured (CG_PCAPS is not set)");
		return;
	}
	real.raw = raw_file("discover_real.txt");
	ck_assert_int_eq(nftw(folder, on_file, 16, FTW_PHYS), 0);
	printf("# @real: %zu files, %zu of %zu boots of cameras found, %zu of %zu others called cameras\n",
	       real.files, real.found, real.cameras, real.called, real.others);
	fflush(stdout);
	ck_assert_msg(real.cameras && real.others, "no captures in %s", folder);
	if (real.raw) {
		fclose(real.raw);
		figure("cameras_found_pct@real", 100.0 * (double)real.found / (double)real.cameras,
		       ">=", 100, real.cameras, real.cameras, "discover_real.txt");
		figure("others_called_cameras_pct@real",
		       100.0 * (double)real.called / (double)real.others, "<=", 2, real.others,
		       real.others, "discover_real.txt");
	}
	ck_assert_uint_eq(real.found, real.cameras);
	ck_assert_uint_le(real.called * 100, 2 * real.others);
}
END_TEST

int main(void)
{
	return UNIT_RUN("discover", 120, synth_cameras, synth_others, phones_settle, real_captures);
}
