/* SPDX-License-Identifier: GPL-2.0-only */
/* MaxMind DB file format 2.0: "Database Metadata", "Data Field Format". */
#include "geo_meta.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include "cleanup.h"

#define MARKER	   "\xab\xcd\xefMaxMind.com"
#define MARKER_LEN (sizeof(MARKER) - 1)
/* Behind the tree. */
#define SEPARATOR  16

enum { EXTENDED = 0, POINTER = 1, TEXT = 2, REAL = 3, BYTES = 4, UINT16 = 5, UINT32 = 6, MAP = 7 };
enum { INT32 = 8, UINT64 = 9, UINT128 = 10, ARRAY = 11, BOOLEAN = 14, FLOAT = 15 };

struct bytes {
	const uint8_t *at, *end;
};

/* One value's head; data: bytes that follow of it, its elements not counted. */
struct head {
	unsigned int type;
	size_t size, data;
};

static bool number(struct bytes *b, size_t n, uint64_t *ret)
{
	uint64_t v = 0;

	if ((size_t)(b->end - b->at) < n || n > sizeof(v))
		return false;
	while (n--)
		v = v << 8 | *b->at++;
	*ret = v;
	return true;
}

static bool head_read(struct bytes *b, struct head *ret)
{
	static const uint32_t more[] = { 29, 285, 65821 };
	uint64_t first, v;

	if (!number(b, 1, &first))
		return false;
	ret->type = (unsigned int)first >> 5;
	ret->size = first & 31;
	if (ret->type == POINTER) {
		ret->data = (ret->size >> 3) + 1;
		return true;
	}
	if (ret->type == EXTENDED) {
		if (!number(b, 1, &v))
			return false;
		ret->type = (unsigned int)v + 7;
	}
	if (ret->size >= 29) {
		size_t i = ret->size - 29;

		if (!number(b, i + 1, &v))
			return false;
		ret->size = more[i] + (size_t)v;
	}
	switch (ret->type) {
	case TEXT:
	case BYTES:
	case REAL:
	case FLOAT:
	case UINT16:
	case UINT32:
	case INT32:
	case UINT64:
	case UINT128:
		ret->data = ret->size;
		return true;
	case MAP:
	case ARRAY:
	case BOOLEAN:
		ret->data = 0;
		return true;
	default:
		return false;
	}
}

/* One value with all that is in it; each element has a byte at least. */
static bool skip(struct bytes *b)
{
	size_t todo = 1;
	struct head h;

	while (todo--) {
		if (!head_read(b, &h) || (size_t)(b->end - b->at) < h.data)
			return false;
		b->at += h.data;
		if (h.type == MAP)
			todo += 2 * h.size;
		else if (h.type == ARRAY)
			todo += h.size;
		if (todo > (size_t)(b->end - b->at))
			return false;
	}
	return true;
}

/* A count as itself: behind a pointer nobody writes one. */
static bool count_read(struct bytes *b, uint64_t *ret)
{
	struct head h;

	return head_read(b, &h) && (h.type == UINT16 || h.type == UINT32 || h.type == UINT64) &&
	       number(b, h.size, ret);
}

static bool key_is(const struct bytes *key, const char *word)
{
	return (size_t)(key->end - key->at) == strlen(word) && !memcmp(key->at, word, strlen(word));
}

int cg_geo_meta_look(const uint8_t *tail, size_t n, uint64_t size)
{
	struct bytes b = { tail, tail + n };
	uint64_t nodes = 0, bits = 0;
	unsigned int found = 0;
	const uint8_t *at;
	struct head map;

	while ((at = memmem(b.at, (size_t)(b.end - b.at), MARKER, MARKER_LEN)))
		b.at = at + MARKER_LEN;
	if (b.at == tail || !head_read(&b, &map) || map.type != MAP)
		return -EINVAL;
	for (size_t i = 0; i < map.size; i++) {
		struct bytes key;
		struct head h;
		bool ok;

		/* One that stands elsewhere might be either of the two. */
		if (!head_read(&b, &h) || h.type != TEXT || (size_t)(b.end - b.at) < h.data)
			return -EINVAL;
		key = (struct bytes){ b.at, b.at + h.data };
		b.at += h.data;
		if (key_is(&key, "node_count")) {
			ok = count_read(&b, &nodes);
			found++;
		} else if (key_is(&key, "record_size")) {
			ok = count_read(&b, &bits);
			found++;
		} else {
			ok = skip(&b);
		}
		if (!ok)
			return -EINVAL;
	}
	if (found != 2 || !bits || bits > 32 || nodes > UINT32_MAX ||
	    nodes * bits / 4 + SEPARATOR > size)
		return -EINVAL;
	return 0;
}

int cg_geo_meta_file(int fd)
{
	_cleanup_free_ uint8_t *tail = NULL;
	struct stat st;
	size_t n;

	if (fstat(fd, &st) < 0)
		return -errno;
	n = st.st_size < CG_GEO_META_MAX ? (size_t)st.st_size : CG_GEO_META_MAX;
	tail = malloc(n + 1);
	if (!tail)
		return -ENOMEM;
	if (pread(fd, tail, n, st.st_size - (off_t)n) != (ssize_t)n)
		return -EIO;
	return cg_geo_meta_look(tail, n, (uint64_t)st.st_size);
}
