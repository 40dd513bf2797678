/* SPDX-License-Identifier: GPL-2.0-only */
/* Held by its descriptor: one that is put in its place does not touch it, and what is written over it shows. */
#include "geo_book.h"

#include <errno.h>
#include <string.h>
#include "cleanup.h"
#include "place.h"
#include "told.h"

#ifdef CG_HAVE_MAXMINDDB

#include <fcntl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include "geo_meta.h"
#include "geo_record.h"

struct cg_geo_book {
	MMDB_s db;
	int fd;
	struct stat as; /* when it was opened */
	char *path;
};

/* A page of a file that was cut off cannot be read, and to try would end us. */
static bool is_as_it_was(const struct cg_geo_book *b)
{
	struct stat st;

	return !fstat(b->fd, &st) && st.st_size == b->as.st_size &&
	       st.st_mtim.tv_sec == b->as.st_mtim.tv_sec &&
	       st.st_mtim.tv_nsec == b->as.st_mtim.tv_nsec;
}

static int refuse(const char *path, const char *why, struct cg_diag *diag)
{
	return cg_diag_set(diag, NULL, -EINVAL, "%s: %s", path, why);
}

int cg_geo_book_open(const char *path, struct cg_diag *diag, struct cg_geo_book **ret_book)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	_cleanup_free_ struct cg_geo_book *b = calloc(1, sizeof(*b));
	_cleanup_free_ char *copy = strdup(path);
	char name[64];
	int r;

	if (!b || !copy)
		return -ENOMEM;
	if (fd < 0 || fstat(fd, &b->as) < 0)
		return refuse(path, strerror(errno), diag);
	if (!S_ISREG(b->as.st_mode))
		return refuse(path, N_("found no file, expected a database"), diag);
	if (!b->as.st_size)
		return refuse(path, N_("found an empty file, expected a database"), diag);
	r = cg_geo_meta_file(fd);
	if (r == -ENOMEM)
		return r;
	(void)snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	if (!r)
		r = MMDB_open(name, MMDB_MODE_MMAP, &b->db);
	if (r == MMDB_OUT_OF_MEMORY_ERROR)
		return -ENOMEM;
	if (r)
		return refuse(path, N_("no whole database in MaxMind's format; was it cut off?"),
			      diag);
	b->fd = TAKE_FD(fd);
	b->path = TAKE_PTR(copy);
	*ret_book = TAKE_PTR(b);
	return 0;
}

void cg_geo_book_free(struct cg_geo_book **book)
{
	struct cg_geo_book *b = TAKE_PTR(*book);

	if (!b)
		return;
	MMDB_close(&b->db);
	close(b->fd);
	free(b->path);
	free(b);
}

const char *cg_geo_book_path(const struct cg_geo_book *b)
{
	return b->path;
}

const char *cg_geo_book_name(const struct cg_geo_book *b)
{
	const char *slash = strrchr(b->path, '/');

	return slash ? slash + 1 : b->path;
}

uint64_t cg_geo_book_built(const struct cg_geo_book *b)
{
	return b->db.metadata.build_epoch ? b->db.metadata.build_epoch : 1;
}

static bool look(const struct cg_geo_book *b, const struct cg_addr *addr, MMDB_entry_s *ret_entry)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in in4 = { .sin_family = AF_INET };
	MMDB_lookup_result_s found;
	bool v4 = cg_addr_is_v4(addr);
	int err = 0;

	if (!v4 && b->db.metadata.ip_version == 4)
		return false;
	memcpy(&in6.sin6_addr, addr->b, 16);
	memcpy(&in4.sin_addr, addr->b + 12, 4);
	found = MMDB_lookup_sockaddr(&b->db, v4 ? (struct sockaddr *)&in4 : (struct sockaddr *)&in6,
				     &err);
	if (err != MMDB_SUCCESS || !found.found_entry)
		return false;
	*ret_entry = found.entry;
	return true;
}

uint16_t cg_geo_book_country(const struct cg_geo_book *b, const struct cg_addr *addr)
{
	struct cg_addr in = cg_place_inside(addr);
	uint16_t country = cg_place_special(&in);
	MMDB_entry_s entry;

	if (country)
		return country;
	if (!is_as_it_was(b))
		return 0;
	if (!cg_place_nowhere(&in) && look(b, &in, &entry))
		country = (uint16_t)cg_geo_country(&entry);
	return country ? country : CG_COUNTRY_UNKNOWN;
}

uint32_t cg_geo_book_network(const struct cg_geo_book *b, const struct cg_addr *addr)
{
	struct cg_addr in = cg_place_inside(addr);
	MMDB_entry_s entry;

	if (cg_place_special(&in) || cg_place_nowhere(&in) || !is_as_it_was(b) ||
	    !look(b, &in, &entry))
		return 0;
	return cg_geo_network(&entry);
}

#else /* a config that names a database is refused before */

int cg_geo_book_open(const char *path, struct cg_diag *diag, struct cg_geo_book **ret_book)
{
	(void)ret_book;
	return cg_diag_set(diag, NULL, -EINVAL, "%s: this camgate was built without libmaxminddb",
			   path);
}

void cg_geo_book_free(struct cg_geo_book **book)
{
	*book = NULL;
}

const char *cg_geo_book_path(const struct cg_geo_book *book)
{
	(void)book;
	return "";
}

const char *cg_geo_book_name(const struct cg_geo_book *book)
{
	(void)book;
	return "";
}

uint64_t cg_geo_book_built(const struct cg_geo_book *book)
{
	(void)book;
	return 0;
}

uint16_t cg_geo_book_country(const struct cg_geo_book *book, const struct cg_addr *addr)
{
	(void)book;
	(void)addr;
	return 0;
}

uint32_t cg_geo_book_network(const struct cg_geo_book *book, const struct cg_addr *addr)
{
	(void)book;
	(void)addr;
	return 0;
}

#endif
