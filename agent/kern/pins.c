/* SPDX-License-Identifier: GPL-2.0-only */
/* The pinned maps without the agent: mapped after their shape is checked, and taken away whole. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <bpf/bpf.h>
#include "pins.h"
#include "tcx.h"

#ifndef BPF_FS_MAGIC
#define BPF_FS_MAGIC 0xcafe4a11
#endif
/* Pins lie flat or one folder deep; a loop cannot be made in bpffs. */
#define DEPTH_MAX 8

struct told {
	void (*say)(void *ctx, const char *what);
	void *ctx;
	int count;
};

static int get(const char *dir, const char *name)
{
	char path[PATH_MAX];
	int fd;

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = bpf_obj_get(path);
	return fd < 0 ? -errno : fd;
}

/* -ESTALE: not an array of values of this size. */
static int array_entries(int fd, size_t value_size, uint32_t *ret_entries)
{
	struct bpf_map_info info = { 0 };
	uint32_t len = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		return -errno;
	if (info.type != BPF_MAP_TYPE_ARRAY || info.value_size != value_size || !info.max_entries)
		return -ESTALE;
	*ret_entries = info.max_entries;
	return 0;
}

/* Maps the whole array at dir/name. */
static int map_array(const char *dir, const char *name, size_t value_size, void **ret_mem,
		     size_t *ret_size, uint32_t *ret_entries)
{
	_cleanup_close_ int fd = get(dir, name);
	uint32_t entries;
	size_t size;
	void *mem;
	int r;

	if (fd < 0)
		return fd;
	r = array_entries(fd, value_size, &entries);
	if (r)
		return r;
	size = (size_t)entries * value_size;
	mem = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (mem == MAP_FAILED)
		return -errno;
	*ret_mem = mem;
	*ret_size = size;
	*ret_entries = entries;
	return 0;
}

static int read_names(const char *dir, struct cg_name **ret_names, size_t *ret_n)
{
	_cleanup_close_ int fd = get(dir, "cg_names");
	_cleanup_free_ struct cg_name *names = NULL;
	uint32_t entries;
	int r;

	if (fd < 0)
		return fd;
	r = array_entries(fd, sizeof(*names), &entries);
	if (r)
		return r;
	names = calloc(entries, sizeof(*names));
	if (!names)
		return -ENOMEM;
	for (uint32_t slot = 0; slot < entries; slot++) {
		if (bpf_map_lookup_elem(fd, &slot, &names[slot]))
			return -errno;
		names[slot].id[CG_ID_LEN - 1] = '\0';
		names[slot].name[CG_NAME_LEN - 1] = '\0';
	}
	*ret_names = TAKE_PTR(names);
	*ret_n = entries;
	return 0;
}

bool cg_pins_none(const char *dir)
{
	_cleanup_close_ int fd = get(dir, "cg_meta");

	return fd == -ENOENT;
}

int cg_pins_open(const char *dir, struct cg_pins *ret_pins)
{
	struct cg_pins pins = { 0 };
	uint32_t nmeta, nexposure;
	void *mem;
	int r;

	r = map_array(dir, "cg_meta", sizeof(*pins.meta), &mem, &pins.meta_size, &nmeta);
	if (r)
		return r;
	pins.meta = mem;
	r = -ESTALE;
	if (pins.meta->abi_version != CG_BPF_ABI_VERSION)
		goto err_close;
	r = map_array(dir, "cg_exposure", sizeof(*pins.exposure), &mem, &pins.exposure_size,
		      &nexposure);
	if (r)
		goto err_close;
	pins.exposure = mem;
	r = read_names(dir, &pins.names, &pins.nnames);
	if (r)
		goto err_close;
	r = -ESTALE;
	if (pins.nnames != nexposure)
		goto err_close;
	*ret_pins = pins;
	return 0;

err_close:
	cg_pins_close(&pins);
	return r;
}

void cg_pins_close(struct cg_pins *pins)
{
	if (pins->meta)
		munmap(pins->meta, pins->meta_size);
	if (pins->exposure)
		munmap(pins->exposure, pins->exposure_size);
	free(pins->names);
	*pins = (struct cg_pins){ 0 };
}

int cg_pins_find(const struct cg_pins *pins, const char *id_or_name, uint32_t *ret_slot)
{
	/* an id wins over another camera's name */
	for (size_t slot = 0; slot < pins->nnames; slot++)
		if (*pins->names[slot].id && !strcmp(pins->names[slot].id, id_or_name)) {
			*ret_slot = (uint32_t)slot;
			return 0;
		}
	for (size_t slot = 0; slot < pins->nnames; slot++)
		if (*pins->names[slot].id && !strcmp(pins->names[slot].name, id_or_name)) {
			*ret_slot = (uint32_t)slot;
			return 0;
		}
	return -ENOENT;
}

static void tell(struct told *told, const char *kind, const char *what)
{
	char text[PATH_MAX + 32];

	told->count++;
	snprintf(text, sizeof(text), "%s %s", kind, what);
	if (told->say)
		told->say(told->ctx, text);
}

/* 0: there is no such program. */
static uint32_t program_id(const char *dir, const char *name)
{
	_cleanup_close_ int fd = get(dir, name);
	struct bpf_prog_info info = { 0 };
	uint32_t len = sizeof(info);

	return fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &len) ? info.id : 0;
}

static int remove_filters(const char *dir, struct told *told)
{
	uint32_t from = program_id(dir, "cg_from_cam"), to = program_id(dir, "cg_to_cam");
	_cleanup_close_ int ports = get(dir, "cg_ports");
	struct if_nameindex *ifs = if_nameindex();
	int first = 0;

	if (!ifs)
		return -errno;
	for (struct if_nameindex *i = ifs; i->if_index; i++) {
		struct cg_port port = { 0 };
		int r = 0, any, linked;

		if (ports >= 0)
			(void)bpf_map_lookup_elem(ports, &i->if_index,
						  &port); /* absent: not made */
		linked = cg_tcx_detach(dir, (int)i->if_index);
		if (from && to)
			r = cg_tc_detach((int)i->if_index, from, to, port.made_clsact);
		/* what an older agent left, or one whose pins are gone */
		any = cg_tc_detach((int)i->if_index, 0, 0, port.made_clsact);
		if (r > 0 || any > 0 || linked > 0)
			tell(told, "filters on", i->if_name);
		/* an interface that went away meanwhile took its filters along */
		if (r >= 0)
			r = any;
		if (r < 0 && r != -ENODEV && !first)
			first = r;
	}
	if_freenameindex(ifs);
	return first;
}

static int remove_below(int dirfd, const char *path, int depth, struct told *told)
{
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int r = 0;

	if (!dir) {
		r = -errno;
		if (fd >= 0)
			close(fd);
		return r;
	}
	while (!r && (entry = readdir(dir))) {
		_cleanup_free_ char *sub = NULL;

		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (asprintf(&sub, "%s/%s", path, entry->d_name) < 0) {
			sub = NULL;
			r = -ENOMEM;
			break;
		}
		if (!unlinkat(dirfd, entry->d_name, 0)) {
			tell(told, "pin", sub);
		} else if (errno == EISDIR || errno == EPERM) {
			_cleanup_close_ int subfd =
				openat(dirfd, entry->d_name,
				       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

			if (subfd < 0)
				r = -errno;
			else if (depth >= DEPTH_MAX)
				r = -ELOOP;
			else
				r = remove_below(subfd, sub, depth + 1, told);
			if (!r && unlinkat(dirfd, entry->d_name, AT_REMOVEDIR))
				r = -errno;
		} else {
			r = -errno;
		}
	}
	closedir(dir);
	return r;
}

/* A folder of bpffs, but not its root: other programs' pins lie there. */
static int remove_pins(const char *dir, struct told *told)
{
	_cleanup_close_ int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat here, above;
	struct statfs fs;
	int r;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (fstatfs(fd, &fs) || fstat(fd, &here) || fstatat(fd, "..", &above, 0))
		return -errno;
	if ((unsigned long)fs.f_type != BPF_FS_MAGIC || here.st_dev != above.st_dev)
		return -EINVAL;
	r = remove_below(fd, dir, 0, told);
	if (r)
		return r;
	if (rmdir(dir)) {
		/* Mounted there for us alone, by a service manager: it stays, empty. */
		return errno == EBUSY || errno == EROFS ? 0 : -errno;
	}
	tell(told, "folder", dir);
	return 0;
}

int cg_pins_detach(const char *dir, void (*say)(void *ctx, const char *what), void *ctx)
{
	struct told told = { say, ctx, 0 };
	int r;

	/* filters first: a program without pins is still in force */
	r = remove_filters(dir, &told);
	if (!r)
		r = remove_pins(dir, &told);
	return r ? r : told.count;
}
