/* SPDX-License-Identifier: GPL-2.0-only */
/* The set of clues, their words, and what a MAC says. */
#include <lib/clue_kind.h>
#include <lib/oui.h>
#include <lib/utf8.h>
#include "unit.h"

START_TEST(each_once)
{
	struct cg_clues c = { 0 };

	ck_assert(cg_clue_add(&c, CG_CLUE_RTSP, NULL));
	ck_assert(!cg_clue_add(&c, CG_CLUE_RTSP, ""));
	ck_assert(cg_clue_add(&c, CG_CLUE_RTSP, "Dahua Rtsp Server"));
	ck_assert(!cg_clue_add(&c, CG_CLUE_RTSP, "Dahua Rtsp Server"));
	ck_assert_uint_eq(c.n, 2);
	ck_assert(cg_clue_has(&c, CG_CLUE_RTSP));
	ck_assert(!cg_clue_has(&c, CG_CLUE_ONVIF));
	ck_assert(!cg_clue_add(&c, CG_CLUE_NONE, "x"));
	ck_assert(!cg_clue_add(&c, __CG_CLUE_MAX, "x"));
}
END_TEST

START_TEST(texts)
{
	struct cg_clues c = { 0 };
	char longer[200];

	cg_clue_add(&c, CG_CLUE_MODEL, " \tCam\x1b[31m\xff\xc3\xa9\xe2\x80\xae!\n ");
	ck_assert_str_eq(c.clue[0].text, "Cam[31m\xc3\xa9!");
	/* Cut in front of a letter that does not fit, not in it. */
	memset(longer, 'a', sizeof(longer));
	strcpy(longer + CG_CLUE_TEXT - 2, "\xc3\xa9 and more");
	cg_clue_add(&c, CG_CLUE_MODEL, longer);
	ck_assert_uint_eq(strlen(c.clue[1].text), CG_CLUE_TEXT - 2);
}
END_TEST

START_TEST(full)
{
	struct cg_clues c = { 0 };
	char text[16];

	/* A device that makes up names drives nothing out that is of another kind. */
	cg_clue_add(&c, CG_CLUE_EMBEDDED, "udhcp");
	for (int i = 0; i < 1000; i++) {
		snprintf(text, sizeof(text), "%d", i);
		cg_clue_add(&c, CG_CLUE_USER_SERVICE, text);
	}
	ck_assert_uint_eq(c.n, CG_CLUES_MAX);
	ck_assert(cg_clue_has(&c, CG_CLUE_EMBEDDED));
	for (int kind = 1; kind < __CG_CLUE_MAX; kind++) {
		cg_clue_add(&c, (enum cg_clue_kind)kind, "x");
		ck_assert(cg_clue_has(&c, (enum cg_clue_kind)kind));
	}
	/* The stronger stays, the weaker does not come in. */
	ck_assert(cg_clue_add(&c, CG_CLUE_VENDOR, "SADP"));
	ck_assert(!cg_clue_add(&c, CG_CLUE_EMBEDDED, "dhcpcd"));
	ck_assert_uint_eq(c.n, CG_CLUES_MAX);
}
END_TEST

START_TEST(words)
{
	struct cg_clue clue = { .kind = CG_CLUE_RTSP };
	char buf[CG_CLUE_SENTENCE];

	ck_assert_str_eq(cg_clue_sentence(&clue, buf), "answers RTSP");
	strcpy(clue.text, "Dahua Rtsp Server");
	ck_assert_str_eq(cg_clue_sentence(&clue, buf), "answers RTSP (Dahua Rtsp Server)");
	clue = (struct cg_clue){ .kind = CG_CLUE_OUI_CAMERA, .text = "Dahua" };
	ck_assert_str_eq(cg_clue_sentence(&clue, buf), "MAC prefix of Dahua, camera-only");
	clue = (struct cg_clue){ .kind = CG_CLUE_ASKS_IGD };
	ck_assert_str_eq(cg_clue_sentence(&clue, buf), "asks for Internet Gateway Device");
	clue = (struct cg_clue){ .kind = 200, .text = "x" };
	ck_assert_str_eq(cg_clue_sentence(&clue, buf), "says nothing");
	memset(clue.text, 'x', sizeof(clue.text));
	for (int kind = 1; kind < __CG_CLUE_MAX; kind++) {
		enum cg_clue_kind k = (enum cg_clue_kind)kind;

		ck_assert_int_eq(cg_clue_by_word(cg_clue_word(k)), k);
		for (int other = 1; other < kind; other++)
			ck_assert_str_ne(cg_clue_word(k), cg_clue_word((enum cg_clue_kind)other));
		/* The longest text fits, to its last bracket. */
		clue.kind = (uint8_t)kind;
		ck_assert_uint_lt(strlen(cg_clue_sentence(&clue, buf)), CG_CLUE_SENTENCE - 1);
	}
	ck_assert_int_eq(cg_clue_by_word("none"), CG_CLUE_NONE);
	ck_assert_int_eq(cg_clue_by_word("nothing-of-ours"), CG_CLUE_NONE);
	ck_assert_str_eq(cg_clue_word(__CG_CLUE_MAX), "none");
}
END_TEST

static struct cg_clues of_mac(const char *text)
{
	struct cg_clues c = { 0 };
	struct cg_mac mac;

	ck_assert_int_eq(cg_mac_parse(text, &mac), 0);
	ck_assert(cg_clues_mac(&c, &mac) == (c.n > 0));
	ck_assert(!cg_clues_mac(&c, &mac));
	return c;
}

START_TEST(macs)
{
	struct cg_clues c = of_mac("08:ED:ED:01:02:03");
	char buf[CG_CLUE_SENTENCE];

	ck_assert_uint_eq(c.n, 1);
	ck_assert_str_eq(cg_clue_sentence(&c.clue[0], buf), "MAC prefix of Dahua, camera-only");
	ck_assert_str_eq(c.maker, "Dahua");
	ck_assert_str_eq(c.profile, "dahua");
	c = of_mac("20:BB:BC:01:02:03");
	ck_assert_int_eq(c.clue[0].kind, CG_CLUE_OUI_MOSTLY);
	ck_assert_str_eq(c.profile, "ezviz");
	c = of_mac("B0:C5:54:01:02:03");
	ck_assert_int_eq(c.clue[0].kind, CG_CLUE_OUI_MIXED);
	/* A module's maker says nothing of who sold the device. */
	c = of_mac("0C:8C:24:01:02:03");
	ck_assert_int_eq(c.clue[0].kind, CG_CLUE_OUI_MODULE);
	ck_assert_str_eq(c.maker, "");
	/* 28 bits: Reolink's block of a shared 24; the next block is another's. */
	c = of_mac("54:91:AF:E1:02:03");
	ck_assert_str_eq(c.maker, "Reolink");
	ck_assert_uint_eq(of_mac("54:91:AF:01:02:03").n, 0);
	/* 36 bits. */
	c = of_mac("8C:1F:64:D5:A2:03");
	ck_assert_int_eq(c.clue[0].kind, CG_CLUE_OUI_MODULE);
	ck_assert_uint_eq(of_mac("8C:1F:64:D5:B2:03").n, 0);
	c = of_mac("98:E8:FA:01:02:03");
	ck_assert_uint_eq(c.n, 1);
	ck_assert_str_eq(cg_clue_sentence(&c.clue[0], buf),
			 "MAC prefix of Nintendo, who makes no cameras");
	/* Made up, a group, nobody's. */
	ck_assert_uint_eq(of_mac("0A:ED:ED:01:02:03").n, 0);
	ck_assert_uint_eq(of_mac("09:ED:ED:01:02:03").n, 0);
	ck_assert_uint_eq(of_mac("00:00:00:00:00:00").n, 0);
}
END_TEST

START_TEST(local_macs)
{
	struct cg_mac mac = { { 0xda, 0xa1, 0x19 } };

	ck_assert(cg_mac_is_local(&mac));
	mac.b[0] = 0xd8;
	ck_assert(!cg_mac_is_local(&mac));
}
END_TEST

START_TEST(table)
{
	ck_assert_uint_gt(cg_oui_count, 5000);
	for (size_t i = 0; i < cg_oui_count; i++) {
		const struct cg_oui *row = &cg_oui_rows[i], *next = row + 1;
		uint64_t word = row->prefix << (48 - row->bits);
		struct cg_mac mac;

		ck_assert(row->bits == 24 || row->bits == 28 || row->bits == 36);
		ck_assert_uint_lt(row->class, __CG_OUI_MAX);
		ck_assert_uint_lt(row->maker, cg_oui_maker_count);
		if (i + 1 < cg_oui_count)
			ck_assert(row->bits < next->bits ||
				  (row->bits == next->bits && row->prefix < next->prefix));
		for (int b = 0; b < 6; b++)
			mac.b[b] = (uint8_t)(word >> (40 - 8 * b));
		if (mac.b[0] & 3)
			continue;
		/* Found, itself or a longer one in it. */
		ck_assert_ptr_nonnull(cg_oui_find(&mac));
		ck_assert_uint_ge(cg_oui_find(&mac)->bits, row->bits);
	}
}
END_TEST

int main(void)
{
	return UNIT_RUN("clue", 20, each_once, texts, full, words, macs, local_macs, table);
}
