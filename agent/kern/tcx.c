/* SPDX-License-Identifier: GPL-2.0-only */
/* TCX by what libbpf has had for long: its names for it are younger than what routers ship. */
#include "tcx.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* linux/bpf.h of 6.6. */
#define TCX_INGRESS  46
#define TCX_EGRESS   47
#define F_BEFORE     8 /* with nothing named: before all */
#define MAX_PROGRAMS 64

static const int types[2] = { TCX_INGRESS, TCX_EGRESS };

static int pin_path(const char *dir, int ifindex, int which, char buf[static PATH_MAX])
{
	return snprintf(buf, PATH_MAX, "%s/tcx_%d_%s", dir, ifindex, which ? "out" : "in") >=
			       PATH_MAX ?
		       -ENAMETOOLONG :
		       0;
}

/* The pinned link, if it still is of this port: one whose device went stays as a
 * link of none. */
static int link_open(const char *path, int ifindex, uint32_t *ret_prog_id)
{
	_cleanup_close_ int fd = bpf_obj_get(path);
	struct bpf_link_info info = { 0 };
	uint32_t len = sizeof(info);

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &len))
		return -errno;
	/* Where XDP's link has it, TCX's has it too. */
	if (info.xdp.ifindex != (uint32_t)ifindex)
		return -ENOENT;
	*ret_prog_id = info.prog_id;
	return TAKE_FD(fd);
}

static int prog_id_of(int prog_fd, uint32_t *ret_id)
{
	struct bpf_prog_info info = { 0 };
	uint32_t len = sizeof(info);

	if (bpf_obj_get_info_by_fd(prog_fd, &info, &len))
		return -errno;
	*ret_id = info.id;
	return 0;
}

static int side_attach(const char *dir, int ifindex, int which, int prog_fd)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = F_BEFORE);
	_cleanup_close_ int fd = -1;
	uint32_t has = 0, want = 0;
	char path[PATH_MAX];
	int r = pin_path(dir, ifindex, which, path);

	if (!r)
		r = prog_id_of(prog_fd, &want);
	if (r)
		return r;
	fd = link_open(path, ifindex, &has);
	if (fd >= 0)
		return has == want || !bpf_link_update(fd, prog_fd, NULL) ? 0 : -errno;
	if (unlink(path) && errno != ENOENT)
		return -errno;
	fd = bpf_link_create(prog_fd, ifindex, (enum bpf_attach_type)types[which], &opts);
	return fd < 0 || bpf_obj_pin(fd, path) ? -errno : 0;
}

int cg_tcx_attach(const char *dir, int ifindex, int from_fd, int to_fd)
{
	int r = side_attach(dir, ifindex, 0, from_fd);

	return r ? r : side_attach(dir, ifindex, 1, to_fd);
}

int cg_tcx_read(const char *dir, int ifindex, uint32_t from_id, uint32_t to_id,
		struct cg_tc_state *ret_state)
{
	const uint32_t ids[2] = { from_id, to_id };
	bool there[2];

	for (int i = 0; i < 2; i++) {
		_cleanup_close_ int fd = -1;
		char path[PATH_MAX];
		uint32_t id = 0;
		int r = pin_path(dir, ifindex, i, path);

		if (r)
			return r;
		fd = link_open(path, ifindex, &id);
		there[i] = fd >= 0 && id == ids[i];
	}
	ret_state->ingress = there[0];
	ret_state->egress = there[1];
	return 0;
}

int cg_tcx_detach(const char *dir, int ifindex)
{
	int removed = 0;

	for (int i = 0; i < 2; i++) {
		_cleanup_close_ int fd = -1;
		char path[PATH_MAX];
		int r = pin_path(dir, ifindex, i, path);

		if (r)
			return r;
		fd = bpf_obj_get(path);
		if (fd < 0 && errno == ENOENT)
			continue;
		/* Whoever else holds it, it judges no more. */
		if (fd >= 0 && !bpf_link_detach(fd))
			removed = 1;
		if (unlink(path) && errno != ENOENT)
			return -errno;
	}
	return removed;
}

int cg_tcx_before(int ifindex, bool egress, uint32_t prog_id)
{
	uint32_t ids[MAX_PROGRAMS] = { 0 };
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.query.target_fd = (uint32_t)ifindex;
	attr.query.attach_type = (uint32_t)types[egress];
	attr.query.prog_ids = (uintptr_t)ids;
	attr.query.prog_cnt = MAX_PROGRAMS;
	if (syscall(SYS_bpf, BPF_PROG_QUERY, &attr, sizeof(attr)))
		return -errno;
	for (uint32_t i = 0; i < attr.query.prog_cnt && i < MAX_PROGRAMS; i++)
		if (ids[i] == prog_id)
			return (int)i;
	return (int)attr.query.prog_cnt;
}
