/* SPDX-License-Identifier: GPL-2.0-only */
/* LZMA: what xz packed comes out, the packet path's own object does, and whatever else comes stays inside. */
#include <errno.h>
#include <kern/object.h>
#include <lib/lzma.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "unit.h"

/* printf 'camgate camgate camgate' | xz --format=raw --lzma1=preset=9e,lc=0,lp=2,pb=3 */
static const unsigned char PACKED[] = { 0x00, 0x31, 0x98, 0x49, 0xa6, 0x73, 0x12, 0xbc, 0xfa, 0x06,
					0x28, 0xdd, 0x6d, 0xc8, 0x7b, 0xff, 0xfe, 0xba, 0x78, 0x00 };
static const char PLAIN[] = "camgate camgate camgate";
static const struct cg_lzma_props PROPS = { 0, 2, 3 };
#define LEN (sizeof(PLAIN) - 1)

/* Into exactly len bytes of the heap, so that ASan sees one too many. */
static int unpack(const unsigned char *from, size_t n, size_t len, unsigned char **ret_to)
{
	unsigned char *in = malloc(n ? n : 1);
	int r;

	*ret_to = malloc(len ? len : 1);
	memcpy(in, from, n);
	r = cg_lzma_unpack(&PROPS, in, n, *ret_to, len);
	free(in);
	return r;
}

static int judge(const unsigned char *from, size_t n, size_t len)
{
	unsigned char *to;
	int r = unpack(from, n, len, &to);

	free(to);
	return r;
}

START_TEST(as_xz_packed_it)
{
	static const unsigned char empty[] = { 0x00, 0x83, 0xff, 0xfb, 0xff,
					       0xff, 0xc0, 0x00, 0x00, 0x00 };
	unsigned char *to;

	ck_assert_int_eq(unpack(PACKED, sizeof(PACKED), LEN, &to), 0);
	ck_assert_mem_eq(to, PLAIN, LEN);
	free(to);
	ck_assert_int_eq(judge(empty, sizeof(empty), 0), 0);
}
END_TEST

START_TEST(another_length_is_none)
{
	ck_assert_int_eq(judge(PACKED, sizeof(PACKED), LEN), 0);
	for (size_t len = 0; len < 2 * LEN; len++)
		if (len != LEN)
			ck_assert_int_eq(judge(PACKED, sizeof(PACKED), len), -EBADMSG);
	for (size_t n = 0; n < sizeof(PACKED) - 1; n++)
		ck_assert_int_eq(judge(PACKED, n, LEN), -EBADMSG);
}
END_TEST

/* It has no checksum: other bytes may come out, but in their place and no more than that. */
START_TEST(a_changed_bit_stays_inside)
{
	unsigned char bad[sizeof(PACKED)];
	unsigned int seen = 0;

	for (size_t i = 0; i < 8 * sizeof(PACKED); i++) {
		int r;

		memcpy(bad, PACKED, sizeof(bad));
		bad[i / 8] ^= (unsigned char)(1U << i % 8);
		r = judge(bad, sizeof(bad), LEN);
		ck_assert(!r || r == -EBADMSG);
		seen += r != 0;
	}
	ck_assert_uint_gt(seen, 4 * sizeof(PACKED));
}
END_TEST

static void *object_file(size_t *ret_n)
{
	FILE *f = fopen(CG_BUILD "/camgate.bpf.o", "re");
	char *bytes = malloc(2 * cg_object_len);

	ck_assert_ptr_nonnull(f);
	*ret_n = fread(bytes, 1, 2 * cg_object_len, f);
	fclose(f);
	return bytes;
}

START_TEST(the_packet_path)
{
	struct cg_object o = { NULL };
	const void *first;
	size_t n;
	void *file = object_file(&n);

	ck_assert_int_eq(cg_object_unpack(&o), 0);
	ck_assert_uint_eq(cg_object_len, n);
	ck_assert_mem_eq(o.bytes, file, n);
	ck_assert_uint_lt(cg_object_packed_len, n / 4);
	/* Once. */
	first = o.bytes;
	ck_assert_int_eq(cg_object_unpack(&o), 0);
	ck_assert_ptr_eq(o.bytes, first);
	cg_object_free(&o);
	ck_assert_ptr_null(o.bytes);
	free(file);
}
END_TEST

/* Long matches, far distances, every state: bytes broken in the middle of all that. */
START_TEST(the_packet_path_broken)
{
	unsigned char *bad = malloc(cg_object_packed_len), *to = malloc(cg_object_len);

	for (size_t i = 5; i < cg_object_packed_len; i += 997) {
		memcpy(bad, cg_object_packed, cg_object_packed_len);
		bad[i] ^= 0x55;
		ck_assert_int_eq(cg_lzma_unpack(&cg_object_props, bad, cg_object_packed_len, to,
						cg_object_len),
				 -EBADMSG);
	}
	free(bad);
	free(to);
}
END_TEST

int main(void)
{
	return UNIT_RUN("lzma", 30, as_xz_packed_it, another_length_is_none,
			a_changed_bit_stays_inside, the_packet_path, the_packet_path_broken);
}
