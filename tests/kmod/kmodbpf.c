/* SPDX-License-Identifier: GPL-2.0-only */
/* The BPF side of the module's tests: the real programs with one camera, programs with wrong maps, and packets. */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <camgate/bpf_abi.h>

#define PRIO CG_TC_PRIO
#define GEN  1
/* Entries of one CPU in cg_fast4 and cg_fast6. */
#define FAST 256

static int usage(void)
{
	fprintf(stderr, "usage: kmodbpf load OBJECT PIN-DIR SLOTS\n"
			"       kmodbpf again PIN-DIR SECOND-DIR\n"
			"       kmodbpf camera PIN-DIR MAC SLOT\n"
			"       kmodbpf meta PIN-DIR MARK pass|judge\n"
			"       kmodbpf attach PIN-DIR IF\n"
			"       kmodbpf map PIN-DIR\n"
			"       kmodbpf cpus PIN-DIR\n"
			"       kmodbpf run PIN-DIR MAC REPEAT CPUS\n"
			"       kmodbpf make KIND PIN\n"
			"       kmodbpf fill PIN-DIR SEED\n"
			"       kmodbpf alive prog|map NAME\n"
			"       kmodbpf with PIN FD COMMAND...\n"
			"       kmodbpf send IF FROM-MAC TO-MAC N\n"
			"       kmodbpf udp-send ADDRESS PORT FROM-PORT MS\n"
			"       kmodbpf udp-echo PORT\n");
	return 2;
}

static int fail(const char *what)
{
	fprintf(stderr, "kmodbpf: %s: %s\n", what, strerror(errno));
	return 1;
}

static int mac_parse(const char *s, __u8 ret_mac[6])
{
	char rest;

	return sscanf(s, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx%c", &ret_mac[0], &ret_mac[1], &ret_mac[2],
		      &ret_mac[3], &ret_mac[4], &ret_mac[5], &rest) == 6 ?
		       0 :
		       -1;
}

static int pinned(const char *dir, const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return bpf_obj_get(path);
}

/* ---- the real programs ---- */

static unsigned int counts_per_slot(void)
{
	return CG_PLACES * (unsigned int)libbpf_num_possible_cpus();
}

/* The pinned map of counters, in place. */
static struct cg_count *counts_map(const char *dir, __u32 *ret_slots)
{
	struct bpf_map_info info = {};
	__u32 len = sizeof(info);
	int fd = pinned(dir, "cg_stats");
	void *p;

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &len))
		return NULL;
	p = mmap(NULL, (size_t)info.max_entries * info.value_size, PROT_READ | PROT_WRITE,
		 MAP_SHARED, fd, 0);
	close(fd);
	*ret_slots = info.max_entries / counts_per_slot();
	return p == MAP_FAILED ? NULL : p;
}

static int load(const char *object, const char *dir, unsigned int slots)
{
	struct bpf_object *obj = bpf_object__open_file(object, NULL);
	struct bpf_program *p;
	struct bpf_map *map;
	char path[512];

	if (!obj)
		return fail(object);
	mkdir(dir, 0700);
	bpf_object__for_each_map(map, obj) {
		if (!strcmp(bpf_map__name(map), "cg_state") ||
		    !strcmp(bpf_map__name(map), "cg_exposure"))
			bpf_map__set_max_entries(map, slots);
		if (!strcmp(bpf_map__name(map), "cg_stats"))
			bpf_map__set_max_entries(map, slots * counts_per_slot());
		if (!strncmp(bpf_map__name(map), "cg_fast", 7))
			bpf_map__set_max_entries(map, FAST * libbpf_num_possible_cpus());
	}
	if (bpf_object__load(obj))
		return fail("load");
	for (__u32 i = 0; i < CG_JUDGE_DISCOVER; i++) {
		static const char *const judges[CG_JUDGE_DISCOVER] = {
			[CG_JUDGE_UP] = "cg_up",
			[CG_JUDGE_DOWN] = "cg_down",
			[CG_JUDGE_CLASS] = "cg_class",
			[CG_JUDGE_GEO] = "cg_geo",
			[CG_JUDGE_OUTCOME] = "cg_outcome",
			[CG_JUDGE_KEEP] = "cg_keep",
			[CG_JUDGE_REDIRECT] = "cg_redirect",
			[CG_JUDGE_NAMES_UP] = "cg_names_up",
			[CG_JUDGE_NAMES_DOWN] = "cg_names_down",
			[CG_JUDGE_SIGN] = "cg_sign",
			[CG_JUDGE_SESSION] = "cg_session",
			[CG_JUDGE_FINISH] = "cg_finish",
		};
		int fd = bpf_program__fd(bpf_object__find_program_by_name(obj, judges[i]));

		map = bpf_object__find_map_by_name(obj, "cg_judges");
		if (bpf_map_update_elem(bpf_map__fd(map), &i, &fd, BPF_ANY))
			return fail("cg_judges");
	}
	bpf_object__for_each_program(p, obj) {
		snprintf(path, sizeof(path), "%s/%s", dir, bpf_program__name(p));
		if (bpf_program__pin(p, path))
			return fail(path);
	}
	bpf_object__for_each_map(map, obj) {
		snprintf(path, sizeof(path), "%s/%s", dir, bpf_map__name(map));
		if (bpf_map__name(map)[0] != '.' && bpf_map__pin(map, path))
			return fail(path);
	}
	bpf_object__close(obj);
	return 0;
}

static int camera(const char *dir, const char *mac, unsigned int slot)
{
	struct cg_cam_key key = { .gen = GEN };
	struct cg_cam cam = { .slot = slot };
	int fd = pinned(dir, "cg_cams"), macs = pinned(dir, "cg_macs");
	__u32 bit, at;
	__u64 word;

	if (fd < 0 || mac_parse(mac, key.mac) || bpf_map_update_elem(fd, &key, &cam, BPF_ANY))
		return fail("camera");
	bit = cg_mac_bit(cg_mac_word(key.mac));
	at = bit / 64;
	if (bpf_map_lookup_elem(macs, &at, &word))
		return fail("cg_macs");
	word |= 1ULL << bit % 64;
	return bpf_map_update_elem(macs, &at, &word, BPF_ANY) ? fail("cg_macs") : 0;
}

/* An array or per-CPU array, all zeroes. */
static int zero(const char *dir, const char *name)
{
	int fd = pinned(dir, name), ncpus = libbpf_num_possible_cpus();
	struct bpf_map_info info = {};
	__u32 len = sizeof(info), i;
	void *v;

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &len))
		return fail(name);
	v = calloc((size_t)ncpus, (info.value_size + 7) / 8 * 8);
	if (!v)
		return fail(name);
	for (i = 0; i < info.max_entries; i++)
		if (bpf_map_update_elem(fd, &i, v, BPF_ANY))
			return fail(name);
	free(v);
	close(fd);
	return 0;
}

static int counts_zero(const char *dir)
{
	__u32 slots;
	struct cg_count *c = counts_map(dir, &slots);

	if (!c)
		return fail("cg_stats");
	memset(c, 0, (size_t)slots * counts_per_slot() * sizeof(*c));
	return 0;
}

/* What DIR has, pinned in a second place, as if it had just been loaded: that
 * saves the verifier's work, seconds in emulation. */
static int again(const char *dir, const char *second)
{
	static const char *const names[] = { "cg_from_cam", "cg_to_cam", "cg_cams",
					     "cg_meta",	    "cg_stats",	 "cg_macs" };
	char path[512];
	int fd;

	mkdir(second, 0700);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "%s/%s", second, names[i]);
		fd = pinned(dir, names[i]);
		if (fd < 0 || bpf_obj_pin(fd, path))
			return fail(path);
		close(fd);
	}
	return counts_zero(dir) || zero(dir, "cg_state") || zero(dir, "cg_scratch");
}

/* pass: as after `camgate off`: everything passes, counted and marked. */
static int meta(const char *dir, unsigned int mark, const char *how)
{
	struct cg_meta m = { .generation = GEN,
			     .abi_version = CG_BPF_ABI_VERSION,
			     .mark = mark,
			     .fast_mask = FAST - 1,
			     .fast_ticks = CG_FAST_TICKS_MIN };
	int fd = pinned(dir, "cg_meta");
	__u32 zero = 0;

	if (!counts_map(dir, &m.slots))
		return fail("meta");

	m.off_until_ns = strcmp(how, "pass") ? 0 : ~0ULL >> 1;
	/* No verdict holds that was kept before. */
	m.exposed = (__u32)getpid();
	m.flags = mark ? CG_META_GUARD : 0;
	if (fd < 0 || bpf_map_update_elem(fd, &zero, &m, BPF_ANY))
		return fail("meta");
	return 0;
}

static int attach_one(int fd, int ifindex, enum bpf_tc_attach_point point)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex, .attach_point = point);
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = fd, .handle = CG_TC_HANDLE, .priority = PRIO,
		    .flags = BPF_TC_F_REPLACE);
	int r = bpf_tc_hook_create(&hook);

	if (r && r != -EEXIST)
		return r;
	return bpf_tc_attach(&hook, &opts);
}

static int attach(const char *dir, const char *ifname)
{
	int from = pinned(dir, "cg_from_cam"), to = pinned(dir, "cg_to_cam");
	int ifindex = (int)if_nametoindex(ifname), r;

	if (from < 0 || to < 0 || !ifindex)
		return fail("attach");
	r = attach_one(from, ifindex, BPF_TC_INGRESS);
	r = r ? r : attach_one(to, ifindex, BPF_TC_EGRESS);
	errno = -r;
	return r ? fail("attach") : 0;
}

/* The map's own content in the form of /proc/net/camgate, added up here. */
static int map(const char *dir)
{
	__u32 ncpus = (__u32)libbpf_num_possible_cpus(), slots;
	const struct cg_count *counts = counts_map(dir, &slots);

	if (!counts)
		return fail("map");
	puts("slot plane reason packets bytes");
	for (__u32 slot = 0; slot < slots; slot++) {
		for (__u32 i = 0; i < CG_PLACES; i++) {
			unsigned long long packets = 0, bytes = 0;

			for (__u32 c = 0; c < ncpus; c++) {
				packets += counts[(c * CG_PLACES + i) * slots + slot].packets;
				bytes += counts[(c * CG_PLACES + i) * slots + slot].bytes;
			}
			if (packets || bytes)
				printf("%u %u %u %llu %llu\n", slot, i / CG_REASONS, i % CG_REASONS,
				       packets, bytes);
		}
	}
	return 0;
}

/* What each CPU has counted in slot 3, of all that is decided: packets, one line a CPU. */
static int cpus(const char *dir)
{
	__u32 ncpus = (__u32)libbpf_num_possible_cpus(), slots;
	const struct cg_count *counts = counts_map(dir, &slots);

	if (!counts)
		return fail("cpus");
	for (__u32 c = 0; c < ncpus; c++) {
		unsigned long long packets = 0;

		for (__u32 i = 0; i < 2 * CG_REASONS; i++)
			packets += counts[(c * CG_PLACES + i) * slots + 3].packets;
		printf("%llu\n", packets);
	}
	return 0;
}

/* Every cell of every third slot, some of the others, each CPU its own number. */
static int fill(const char *dir, unsigned int seed)
{
	__u32 slots;
	struct cg_count *counts = counts_map(dir, &slots);

	if (!counts)
		return fail("fill");
	srand(seed);
	for (__u32 slot = 0; slot < slots; slot++) {
		for (__u32 i = 0; i < counts_per_slot(); i++) {
			struct cg_count *c = &counts[i * slots + slot];

			c->packets = slot % 3 && rand() % 50 ? 0 : (__u64)rand() << 20 | 1;
			c->bytes = c->packets ? (__u64)rand() << 30 : 0;
		}
	}
	return 0;
}

/* How many programs or maps of that name the kernel holds. */
static int alive(const char *what, const char *name)
{
	struct bpf_prog_info prog;
	struct bpf_map_info map_info;
	__u32 id = 0, len;
	int n = 0, fd;

	if (!strcmp(what, "prog")) {
		while (!bpf_prog_get_next_id(id, &id)) {
			fd = bpf_prog_get_fd_by_id(id);
			memset(&prog, 0, sizeof(prog));
			len = sizeof(prog);
			if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &prog, &len))
				n += !strcmp(prog.name, name);
			close(fd);
		}
	} else {
		while (!bpf_map_get_next_id(id, &id)) {
			fd = bpf_map_get_fd_by_id(id);
			memset(&map_info, 0, sizeof(map_info));
			len = sizeof(map_info);
			if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &map_info, &len))
				n += !strcmp(map_info.name, name);
			close(fd);
		}
	}
	printf("%d\n", n);
	return 0;
}

/* For a command that may not open the pin itself. */
static int with(const char *pin, int as, char **argv)
{
	int fd = bpf_obj_get(pin);

	if (fd < 0 || dup2(fd, as) < 0)
		return fail(pin);
	execvp(argv[0], argv);
	return fail(argv[0]);
}

/* ---- packets ---- */

/* Frames that end in different counters: a remote, ARP, an unknown type, IPv6. */
static size_t frame(__u8 *f, const __u8 from[6], const __u8 to[6], unsigned int kind)
{
	static const __u16 types[] = { ETHERTYPE_IP, ETHERTYPE_ARP, 0x88cc, ETHERTYPE_IPV6 };
	__u16 type = types[kind % 4];

	memset(f, 0, 128);
	memcpy(f, to, 6);
	memcpy(f + 6, from, 6);
	f[12] = type >> 8;
	f[13] = type & 0xff;
	if (type == ETHERTYPE_IP) {
		f[14] = 0x45;
		f[17] = 28;
		f[22] = 64;
		f[23] = IPPROTO_UDP;
		memcpy(f + 26, "\xc0\xa8\x01\x14\xc6\x33\x64\x07\x10\x00\x01\xbb\x00\x08", 14);
	}
	return 64 + kind % 4;
}

/* Runs the program on packets made here, `repeat` times on each of `cpus` CPUs at once. */
static int run(const char *dir, const char *mac, int repeat, int cpus)
{
	int fd = pinned(dir, "cg_from_cam"), status, rc = 0;
	__u8 from[6], f[128];

	if (fd < 0 || mac_parse(mac, from))
		return fail("run");
	for (int c = 0; c < cpus; c++) {
		if (fork())
			continue;
		cpu_set_t set;

		CPU_ZERO(&set);
		CPU_SET(c, &set);
		if (sched_setaffinity(0, sizeof(set), &set))
			_exit(1);
		for (unsigned int kind = 0; kind < 4; kind++) {
			LIBBPF_OPTS(bpf_test_run_opts, o, .data_in = f, .repeat = repeat / 4);

			o.data_size_in = (__u32)frame(f, from, (const __u8 *)"\2\0\0\0\0\1", kind);
			if (bpf_prog_test_run_opts(fd, &o))
				_exit(1);
		}
		_exit(0);
	}
	while (wait(&status) > 0)
		rc |= status;
	return rc ? fail("run") : 0;
}

/* Until n are sent or, with n = 0, until it is killed; n may be what a socket refused. */
static int send_frames(const char *ifname, const char *from_mac, const char *to_mac, long n)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET,
				  .sll_ifindex = (int)if_nametoindex(ifname) };
	int fd = socket(AF_PACKET, SOCK_RAW, 0);
	__u8 from[6], dst[6], f[128];
	long sent = 0;

	if (fd < 0 || !to.sll_ifindex || mac_parse(from_mac, from) || mac_parse(to_mac, dst) ||
	    bind(fd, (struct sockaddr *)&to, sizeof(to)))
		return fail("send");
	for (long i = 0; !n || sent < n; i++) {
		size_t len = frame(f, from, dst, (unsigned int)i);

		if (send(fd, f, len, 0) == (ssize_t)len)
			sent++;
		else if (errno != ENOBUFS && errno != EAGAIN)
			return n ? fail("send") : 0;
	}
	return 0;
}

/* ---- a stream ---- */

/* Sends from the port `from`, `ms` apart, until killed. What comes back is not looked at. */
static int udp_send(const char *addr, const char *port, const char *from, int ms)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((__u16)atoi(port)) };
	struct sockaddr_in own = { .sin_family = AF_INET, .sin_port = htons((__u16)atoi(from)) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || inet_pton(AF_INET, addr, &to.sin_addr) != 1 ||
	    bind(fd, (struct sockaddr *)&own, sizeof(own)))
		return fail("udp-send");
	for (;;) {
		sendto(fd, "0123456789", 10, 0, (struct sockaddr *)&to, sizeof(to));
		usleep((useconds_t)ms * 1000);
	}
}

static int udp_echo(const char *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((__u16)atoi(port)) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)))
		return fail("udp-echo");
	for (;;) {
		struct sockaddr_in from;
		socklen_t len = sizeof(from);
		char buf[64];
		ssize_t n = recvfrom(fd, buf, sizeof(buf), 0, (struct sockaddr *)&from, &len);

		if (n > 0)
			sendto(fd, buf, (size_t)n, 0, (struct sockaddr *)&from, len);
	}
}

/* ---- programs whose map is not ours ---- */

struct kind {
	const char *name;
	enum bpf_prog_type prog;
	enum bpf_map_type type;
	const char *map;
	__u32 key, value, slots, more; /* entries beyond those of slots */
	int two;
};

static const struct kind kinds[] = {
	{ "good", BPF_PROG_TYPE_SCHED_CLS, BPF_MAP_TYPE_ARRAY, "cg_stats", 4,
	  sizeof(struct cg_count), 2, 0, 0 },
	{ "percpu_array", BPF_PROG_TYPE_SCHED_CLS, BPF_MAP_TYPE_PERCPU_ARRAY, "cg_stats", 4,
	  sizeof(struct cg_count), 2, 0, 0 },
	{ "hash", BPF_PROG_TYPE_SCHED_CLS, BPF_MAP_TYPE_HASH, "cg_stats", 4,
	  sizeof(struct cg_count), 2, 0, 0 },
	{ "hash_key8", BPF_PROG_TYPE_SCHED_CLS, BPF_MAP_TYPE_HASH, "cg_stats", 8,
	  sizeof(struct cg_count), 2, 0, 0 },
	{ "value_short", BPF_PROG_TYPE_SCHED_CLS, BPF_MAP_TYPE_ARRAY, "cg_stats", 4,
	  sizeof(struct cg_count) - 8, 2, 0, 0 },
	{ "value_long", BPF_PROG_TYPE_SCHED_CLS, BPF_MAP_TYPE_ARRAY, "cg_stats", 4,
	  sizeof(struct cg_count) + 8, 2, 0, 0 },
	{ "one_more", BPF_PROG_TYPE_SCHED_CLS, BPF_MAP_TYPE_ARRAY, "cg_stats", 4,
	  sizeof(struct cg_count), 2, 1, 0 },
	{ "few", BPF_PROG_TYPE_SCHED_CLS, BPF_MAP_TYPE_ARRAY, "cg_stats", 4,
	  sizeof(struct cg_count), 0, 3, 0 },
	{ "other_name", BPF_PROG_TYPE_SCHED_CLS, BPF_MAP_TYPE_ARRAY, "cg_stats2", 4,
	  sizeof(struct cg_count), 2, 0, 0 },
	{ "two", BPF_PROG_TYPE_SCHED_CLS, BPF_MAP_TYPE_ARRAY, "cg_stats", 4,
	  sizeof(struct cg_count), 2, 0, 1 },
	{ "no_map", BPF_PROG_TYPE_SCHED_CLS, BPF_MAP_TYPE_UNSPEC, "", 0, 0, 0, 0, 0 },
	{ "xdp", BPF_PROG_TYPE_XDP, BPF_MAP_TYPE_ARRAY, "cg_stats", 4, sizeof(struct cg_count), 2,
	  0, 0 },
};

/* r1 = map; for each: that is enough for the kernel to hold it for the program. */
static int make(const char *kind, const char *path)
{
	struct bpf_insn insn[8], ret[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	const struct kind *k = NULL;
	size_t n = 0;
	int fd;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strcmp(kinds[i].name, kind))
			k = &kinds[i];
	if (!k)
		return usage();
	for (int i = 0; i < (k->type ? 1 + k->two : 0); i++) {
		fd = bpf_map_create(k->type, k->map, k->key, k->value,
				    k->slots * counts_per_slot() + k->more, NULL);
		if (fd < 0)
			return fail("map");
		insn[n++] = (struct bpf_insn){ .code = BPF_LD | BPF_DW | BPF_IMM,
					       .dst_reg = BPF_REG_1,
					       .src_reg = BPF_PSEUDO_MAP_FD,
					       .imm = fd };
		insn[n++] = (struct bpf_insn){};
	}
	memcpy(insn + n, ret, sizeof(ret));
	n += 2;
	fd = bpf_prog_load(k->prog, "kmodbpf", "GPL", insn, n, NULL);
	if (fd < 0)
		return fail("program");
	unlink(path);
	return bpf_obj_pin(fd, path) ? fail(path) : 0;
}

int main(int argc, char **argv)
{
	const char *cmd = argc > 1 ? argv[1] : "";

	libbpf_set_print(NULL);
	if (argc == 5 && !strcmp(cmd, "load"))
		return load(argv[2], argv[3], (unsigned int)atoi(argv[4]));
	if (argc == 4 && !strcmp(cmd, "again"))
		return again(argv[2], argv[3]);
	if (argc == 5 && !strcmp(cmd, "camera"))
		return camera(argv[2], argv[3], (unsigned int)atoi(argv[4]));
	if (argc == 5 && !strcmp(cmd, "meta"))
		return meta(argv[2], (unsigned int)strtoul(argv[3], NULL, 0), argv[4]);
	if (argc == 4 && !strcmp(cmd, "attach"))
		return attach(argv[2], argv[3]);
	if (argc == 3 && !strcmp(cmd, "map"))
		return map(argv[2]);
	if (argc == 3 && !strcmp(cmd, "cpus"))
		return cpus(argv[2]);
	if (argc == 6 && !strcmp(cmd, "run"))
		return run(argv[2], argv[3], atoi(argv[4]), atoi(argv[5]));
	if (argc == 4 && !strcmp(cmd, "make"))
		return make(argv[2], argv[3]);
	if (argc == 4 && !strcmp(cmd, "fill"))
		return fill(argv[2], (unsigned int)atoi(argv[3]));
	if (argc == 4 && !strcmp(cmd, "alive"))
		return alive(argv[2], argv[3]);
	if (argc >= 5 && !strcmp(cmd, "with"))
		return with(argv[2], atoi(argv[3]), argv + 4);
	if (argc == 6 && !strcmp(cmd, "send"))
		return send_frames(argv[2], argv[3], argv[4], atol(argv[5]));
	if (argc == 6 && !strcmp(cmd, "udp-send"))
		return udp_send(argv[2], argv[3], argv[4], atoi(argv[5]));
	if (argc == 3 && !strcmp(cmd, "udp-echo"))
		return udp_echo(argv[2]);
	return usage();
}
