/* SPDX-License-Identifier: GPL-2.0-only */
/* Loading the programs and maps into the kernel, and pinning them; the skeleton is known only here. */
#include "dp.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include "camgate.skel.h"

_Static_assert(sizeof(((struct cg_meta *)0)->build) == CG_DP_BUILD_LEN,
	       "the build id has another length");

/* libbpf's print function has no context argument. */
static struct cg_datapath *printing;

static int on_print(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	char line[1024];
	size_t n;

	if (!printing || level == LIBBPF_DEBUG)
		return 0;
	vsnprintf(line, sizeof(line), fmt, ap);
	n = strlen(line);
	if (n && line[n - 1] == '\n')
		line[n - 1] = '\0';
	cg_dp_debug(printing, "%s", line);
	return 0;
}

void cg_dp_build_id(char out[static CG_DP_BUILD_LEN])
{
	const unsigned char *elf;
	uint64_t h = 0xcbf29ce484222325ULL;
	size_t n;

	elf = camgate_bpf__elf_bytes(&n);
	for (size_t i = 0; i < n; i++)
		h = (h ^ elf[i]) * 0x100000001b3ULL;
	memset(out, 0, CG_DP_BUILD_LEN);
	snprintf(out, CG_DP_BUILD_LEN, "%016llx", (unsigned long long)h);
}

struct sizing {
	enum cg_dp_map map;
	uint32_t per_slot;
};

static const struct sizing sizings[] = {
	{ CG_DP_CAMS, 2 * CG_MAX_MACS },
	{ CG_DP_NARROW, 2 * CG_MAX_CAM_ADDRS },
	{ CG_DP_RULEMORE, 2 * CG_MAX_RULES / CG_RULES_PER_CHUNK },
	{ CG_DP_EXPOSURE, 1 },
	{ CG_DP_NAMES, 1 },
	{ CG_DP_FLOWS, CG_QUOTA_REMOTE + CG_QUOTA_LAN + CG_QUOTA_GATEWAY },
	{ CG_DP_FRAGS, CG_QUOTA_FRAG },
	{ CG_DP_RING, CG_QUOTA_REMOTE + CG_QUOTA_LAN + CG_QUOTA_GATEWAY + CG_QUOTA_FRAG },
	{ CG_DP_STATE, 1 },
	{ CG_DP_STATS, 1 },
};

static int pin_replace(struct cg_datapath *dp, int fd, const char *name)
{
	char path[512];
	int r = cg_dp_pin_path(dp, name, path, sizeof(path));

	if (r)
		return r;
	if (unlink(path) && errno != ENOENT)
		return cg_dp_fail(dp, -errno, "%s: %s", path, strerror(errno));
	if (bpf_obj_pin(fd, path))
		return cg_dp_fail(dp, -errno, "%s: pin: %s", path, strerror(errno));
	return 0;
}

static const char *hint(int err)
{
	switch (-err) {
	case EPERM:
		return " (needs CAP_BPF and CAP_NET_ADMIN, or root)";
	case ENOSYS:
		return " (the kernel was built without CONFIG_BPF_SYSCALL)";
	case EINVAL:
		return " (kernel 5.10 or newer with CONFIG_BPF_SYSCALL and CONFIG_NET_CLS_BPF is needed)";
	default:
		return "";
	}
}

int cg_dp_pin(struct cg_datapath *dp)
{
	int r = 0;

	for (int i = 0; !r && i < __CG_DP_MAP_MAX; i++)
		r = pin_replace(dp, dp->map[i], cg_dp_map_names[i]);
	for (int i = 0; !r && i < __CG_DP_PROG_MAX; i++)
		r = pin_replace(dp, dp->prog[i], cg_dp_prog_names[i]);
	if (!r)
		dp->pins_wait = false;
	return r;
}

static int load(struct cg_datapath *dp, bool reuse)
{
	struct camgate_bpf *skel;
	struct bpf_program *prog;
	struct bpf_map *map;
	int r = 0;

	skel = camgate_bpf__open();
	if (!skel)
		return cg_dp_fail(dp, -errno, "packet path: open: %s", strerror(errno));
	for (size_t i = 0; !r && !reuse && i < sizeof(sizings) / sizeof(*sizings); i++) {
		map = bpf_object__find_map_by_name(skel->obj, cg_dp_map_names[sizings[i].map]);
		r = bpf_map__set_max_entries(map, sizings[i].per_slot * dp->slots);
	}
	for (int i = 0; !r && reuse && i < __CG_DP_MAP_MAX; i++) {
		/* This build's programs get their own way to each other. */
		if (i == CG_DP_STATIONS || i == CG_DP_SCRATCH)
			continue;
		map = bpf_object__find_map_by_name(skel->obj, cg_dp_map_names[i]);
		r = bpf_map__reuse_fd(map, dp->map[i]);
	}
	if (r) {
		r = cg_dp_fail(dp, r, "packet path: preparing maps: %s", strerror(-r));
		goto out;
	}
	r = camgate_bpf__load(skel);
	if (r) {
		r = cg_dp_fail(dp, r, "packet path: the kernel refuses it: %s%s", strerror(-r),
			       hint(r));
		goto out;
	}
	cg_dp_fds_close(dp->map, __CG_DP_MAP_MAX);
	for (int i = 0; !r && i < __CG_DP_MAP_MAX; i++) {
		map = bpf_object__find_map_by_name(skel->obj, cg_dp_map_names[i]);
		dp->map[i] = dup(bpf_map__fd(map));
		r = dp->map[i] < 0 ? -errno : 0;
	}
	for (int i = 0; !r && i < __CG_DP_PROG_MAX; i++) {
		prog = bpf_object__find_program_by_name(skel->obj, cg_dp_prog_names[i]);
		dp->prog[i] = dup(bpf_program__fd(prog));
		r = dp->prog[i] < 0 ? -errno : 0;
	}
out:
	camgate_bpf__destroy(skel);
	return r;
}

int cg_dp_load(struct cg_datapath *dp, bool reuse)
{
	libbpf_print_fn_t print;
	int r;

	printing = dp;
	print = libbpf_set_print(on_print);
	r = load(dp, reuse);
	libbpf_set_print(print);
	printing = NULL;
	return r;
}
