/* SPDX-License-Identifier: GPL-2.0-only */
/* A database of countries and networks of any bytes: refused, or a table whose prefixes cover no other. */
#include <errno.h>
#include <fcntl.h>
#include <lib/geo.h>
#include <sys/mman.h>
#include <unistd.h>
#include "fuzz.h"

#define WEEK_S (7 * 86400)

static char path[64];
static int fd;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	fd = memfd_create("fuzz-geo", MFD_CLOEXEC);
	FUZZ_PROMISE(fd >= 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return 0;
}

static int bit(const uint8_t *addr, uint32_t i)
{
	return addr[i / 8] >> (7 - i % 8) & 1;
}

/* Each says something, and nothing stands behind its length. */
static void look4(const struct cg_geo_table *t)
{
	for (size_t i = 0; i < t->n4; i++) {
		const struct cg_geo_entry4 *e = &t->v4[i];

		FUZZ_PROMISE(e->key.prefixlen <= 32);
		FUZZ_PROMISE(e->value.country || e->value.network);
		FUZZ_PROMISE(e->value.country < CG_COUNTRIES);
		for (uint32_t k = e->key.prefixlen; k < 32; k++)
			FUZZ_PROMISE(!bit(e->key.addr, k));
	}
}

static void look6(const struct cg_geo_table *t)
{
	for (size_t i = 0; i < t->n6; i++) {
		const struct cg_geo_entry6 *e = &t->v6[i];

		FUZZ_PROMISE(e->key.prefixlen <= 128);
		FUZZ_PROMISE(e->value.country || e->value.network);
		for (uint32_t k = e->key.prefixlen; k < 128; k++)
			FUZZ_PROMISE(!bit(e->key.addr, k));
	}
}

static void read_as(const char *country, const char *network, const struct cg_places *want)
{
	struct cg_geo_table *t = NULL;
	struct cg_diag diag = { "" };
	int r = cg_geo_read(country, network, want, &diag, &t);

	FUZZ_PROMISE(r == 0 || r == -EINVAL || r == -ENOTSUP);
	FUZZ_PROMISE(!r == (t != NULL));
	FUZZ_PROMISE(!r || *diag.text);
	if (t) {
		look4(t);
		look6(t);
		fuzz_plant(t->info.country_built / WEEK_S, 2943);
	}
	cg_geo_free(&t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cg_places want = { 0 };

	for (uint16_t c = 1; c < CG_COUNTRIES; c++)
		cg_places_country(&want, c);
	FUZZ_PROMISE(!cg_places_network(&want, 64500));
	FUZZ_PROMISE(!ftruncate(fd, 0));
	FUZZ_PROMISE(pwrite(fd, data, size, 0) == (ssize_t)size);
	read_as(path, NULL, &want);
	if (size && data[0] & 1)
		read_as(path, path, &want);
	return 0;
}
