/* SPDX-License-Identifier: GPL-2.0-only */
/* Metadata of databases that would lead their library astray. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "../../agent/lib/geo_meta.h"
#include "unit.h"

#define MARKER "\xab\xcd\xefMaxMind.com"
#define COUNT  "\x4anode_count"
#define SIZE   "\x4brecord_size"
#define BITS24 SIZE "\xa1\x18"
/* A literal with its zeroes, without the last. */
#define OF(s)  (const uint8_t *)(s), sizeof(s) - 1

static int look(const uint8_t *bytes, size_t n, uint64_t size)
{
	return cg_geo_meta_look(bytes, n, size);
}

START_TEST(whole)
{
	/* 100 nodes of 6 bytes, and 16 behind them. */
	ck_assert_int_eq(look(OF(MARKER "\xe2" COUNT "\xc1\x64" BITS24), 616), 0);
	ck_assert_int_eq(look(OF(MARKER "\xe2" COUNT "\xc1\x64" BITS24), 615), -EINVAL);
	ck_assert_int_eq(look(OF(MARKER "\xe2" BITS24 COUNT "\xc1\x64"), 616), 0);
	/* Others may be anything that is whole: texts, a map of a list of maps, a pointer. */
	ck_assert_int_eq(look(OF("xx" MARKER "\xe4"
				 "\x41"
				 "d"
				 "\xe1\x42"
				 "en"
				 "\x01\x04\xe0" COUNT "\xc1\x01"
				 "\x41"
				 "p"
				 "\x28\x00\x00" BITS24),
			      1000),
			 0);
	/* The last marker counts. */
	ck_assert_int_eq(look(OF(MARKER "\xe2" COUNT "\xc4\xff\xff\xff\xff" BITS24 MARKER
					"\xe2" COUNT "\xc1\x01" BITS24),
			      1000),
			 0);
}
END_TEST

START_TEST(too_much)
{
	/* 2^32 - 1 nodes of 6 bytes: with 32 bits a few, with 64 more than there is. */
	ck_assert_int_eq(look(OF(MARKER "\xe2" COUNT "\xc4\xff\xff\xff\xff" BITS24), 1 << 20),
			 -EINVAL);
	ck_assert_int_eq(
		look(OF(MARKER "\xe2" COUNT "\x08\x02\xff\xff\xff\xff\xff\xff\xff\xff" BITS24),
		     1 << 20),
		-EINVAL);
	/* Twice: which one is believed? */
	ck_assert_int_eq(look(OF(MARKER "\xe3" COUNT "\xc1\x01" COUNT "\xc1\x02" BITS24), 1000),
			 -EINVAL);
	/* A key, or a count, that stands elsewhere. */
	ck_assert_int_eq(look(OF(MARKER "\xe3"
					"\x20\x00"
					"\xc1\x01" COUNT "\xc1\x02" BITS24),
			      1000),
			 -EINVAL);
	ck_assert_int_eq(look(OF(MARKER "\xe2" COUNT "\x20\x00" BITS24), 1000), -EINVAL);
	/* No size, a strange one, no count, no map, a list that never ends. */
	ck_assert_int_eq(look(OF(MARKER "\xe1" COUNT "\xc1\x01"), 1000), -EINVAL);
	ck_assert_int_eq(look(OF(MARKER "\xe2" COUNT "\xc1\x01" SIZE "\xa1\x40"), 1000), -EINVAL);
	ck_assert_int_eq(look(OF(MARKER "\xe1" BITS24), 1000), -EINVAL);
	ck_assert_int_eq(look(OF(MARKER "\x41x"), 1000), -EINVAL);
	ck_assert_int_eq(look(OF(MARKER "\xe3"
					"\x41"
					"l"
					"\x1f\x04\xff\xff\xff" COUNT "\xc1\x01" BITS24),
			      1000),
			 -EINVAL);
	/* A long key whose length is not there. */
	ck_assert_int_eq(look(OF(MARKER "\xe3"
					"\x5d"),
			      1000),
			 -EINVAL);
	ck_assert_int_eq(look(OF("no database"), 1000), -EINVAL);
	ck_assert_int_eq(look((const uint8_t *)"", 0, 0), -EINVAL);
}
END_TEST

START_TEST(cut_off)
{
	static const uint8_t all[] = MARKER "\xe3" COUNT "\xc1\x64"
					    "\x41"
					    "d"
					    "\xe1\x41"
					    "e"
					    "\x41"
					    "x" BITS24;
	uint8_t *room;

	ck_assert_int_eq(look(all, sizeof(all) - 1, 1000), 0);
	for (size_t n = 0; n < sizeof(all) - 1; n++) {
		/* At the end of its own memory. */
		room = malloc(n + 1);
		ck_assert_ptr_nonnull(room);
		memcpy(room, all, n);
		ck_assert_int_eq(look(room, n, 1000), -EINVAL);
		free(room);
	}
}
END_TEST

int main(void)
{
	return UNIT_RUN("geometa", 10, whole, too_much, cut_off);
}
