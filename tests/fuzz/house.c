/* SPDX-License-Identifier: GPL-2.0-only */
/* The house of an agent that is fuzzed: nothing of it leaves the process, and nothing waits for a disk. */
#include <errno.h>
#include <ftw.h>
#include <grp.h>
#include <sys/stat.h>
#include "../../agent/daemon/askdns.h"
#include "../../agent/daemon/learn.h"
#include "../../agent/daemon/request.h"
#include "../../agent/daemon/sessions_state.h"
#include "../../agent/daemon/stages.h"
#include "../../agent/kern/offload.h"
#include "house.h"

#define CONFIG                                                                      \
	"lan = { \"br-lan\" }\n"                                                    \
	"viewer \"anna\" { address = { \"203.0.113.0/24\" } }\n"                    \
	"camera \"nursery\" {\n"                                                    \
	"\tmac = { \"02:ca:00:00:00:01\" }\n"                                       \
	"\tallow = { \"198.51.100.0/24:443/tcp\", \"*.vendor.example:443/tcp\" }\n" \
	"\tviewers = { \"anna\" }\n"                                                \
	"\topen_time = 2h\n"                                                        \
	"}\n"                                                                       \
	"camera \"garden\" { mac = { \"02:ca:00:00:00:02\" } exposure = sealed mode = monitor }\n"

#define ANEW	   1000 /* inputs */
#define BOOT_START (1000 * CG_SEC_NS)
#define REAL_START 1700000000LL

struct cg_agent fuzz_agent;
static char dir[64], config[96], socket_path[96], state_dir[96], fw4_dir[96];
static uint64_t clock_ns;
static uint32_t generation;
static struct cg_exposure exposure[4];

static uint64_t boot_ns(void)
{
	return clock_ns;
}

static int64_t real_s(void)
{
	return REAL_START + (int64_t)((clock_ns - BOOT_START) / CG_SEC_NS);
}

static int64_t real_ns(void)
{
	return real_s() * (int64_t)CG_SEC_NS;
}

static enum cg_clock_evidence clock_evidence(const char *root)
{
	(void)root;
	return CG_CLOCK_NONE;
}

/* Names are asked for on a network: here nobody answers. */
int cg_askdns_start(struct ev_loop *loop, const struct cg_addr *server, uint16_t port,
		    const char *name, uint16_t type, cg_askdns_done done, void *ctx,
		    struct cg_askdns **ret_ask)
{
	(void)loop;
	(void)server;
	(void)port;
	(void)name;
	(void)type;
	(void)done;
	(void)ctx;
	(void)ret_ask;
	return -ENETUNREACH;
}

void cg_askdns_cancel(struct cg_askdns **ask)
{
	*ask = NULL;
}

/* What this machine's kernel has is not what the house has: the answers of one are target `offload`. */
int cg_offload_tables(bool all, char *ret_name, size_t n)
{
	(void)all;
	(void)ret_name;
	(void)n;
	return -EOPNOTSUPP;
}

int cg_offload_flows_read(const struct cg_addr *addr, size_t naddr,
			  struct cg_offload_flows *ret_flows)
{
	(void)addr;
	(void)naddr;
	(void)ret_flows;
	return -EOPNOTSUPP;
}

int cg_offload_mesh(char ret_name[static 16])
{
	(void)ret_name;
	return 0;
}

/* There is no group of the command's: to look for it asks every service that knows of users. */
struct group *getgrnam(const char *name)
{
	(void)name;
	errno = 0;
	return NULL;
}

/* What a power cut leaves is not asked here, and a disk is slow. */
int fsync(int fd)
{
	(void)fd;
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	return ftw->level ? remove(path) : 0;
}

static void leave(void)
{
	cg_stages_stop(&fuzz_agent);
	ev_loop_destroy(fuzz_agent.loop);
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void dir_remove(void)
{
	leave();
	(void)rmdir(dir);
}

static void links_make(void)
{
	fake_link_add(1, "lo", "", 0, 0);
	fake_link_add(2, "br-lan", "bridge", 0, 0);
	fake_link_add(3, "lan1", "dsa", 2, 6);
	fake_link_add(5, "wan", "", 0, 0);
	fake_addr_add(1, "127.0.0.1/8", UINT64_MAX);
	fake_addr_add(2, "192.168.1.1/24", UINT64_MAX);
	fake_addr_add(5, "203.0.113.2/24", UINT64_MAX);
}

static void begin(void)
{
	const struct cg_agent_opts opts = {
		.config = config,
		.pin_dir = dir,
		.socket = socket_path,
		.state_dir = state_dir,
		.fw4_dir = fw4_dir,
		.root = dir,
		.foreground = true,
	};
	FILE *f = fopen(config, "we");

	FUZZ_PROMISE(f && fputs(CONFIG, f) >= 0 && !fclose(f));
	fake_reset();
	links_make();
	clock_ns = BOOT_START;
	cg_log_open(true, (enum cg_log_level)0);
	cg_agent_init(&fuzz_agent, &opts);
	fuzz_agent.boot_ns = boot_ns;
	fuzz_agent.real_s = real_s;
	fuzz_agent.real_ns = real_ns;
	fuzz_agent.clock_evidence = clock_evidence;
	fuzz_agent.loop = ev_loop_new(EVFLAG_AUTO);
	FUZZ_PROMISE(!cg_stages_start(&fuzz_agent));
	fuzz_house_pump();
	generation = fake_kernel.meta.generation;
	memcpy(exposure, fake_kernel.exposure, sizeof(exposure));
}

void fuzz_house_start(void)
{
	fuzz_dir(dir);
	snprintf(config, sizeof(config), "%s/camgate.conf", dir);
	snprintf(socket_path, sizeof(socket_path), "%s/sock", dir);
	snprintf(state_dir, sizeof(state_dir), "%s/state", dir);
	snprintf(fw4_dir, sizeof(fw4_dir), "%s/fw4", dir);
	begin();
	(void)atexit(dir_remove);
}

static void take_back(const char *line)
{
	json_object_put(cg_request_run(&fuzz_agent, line, strlen(line), true, 0));
}

/* What the last input was told of: else every answer would hold what all inputs before it left. */
static void forget(void)
{
	struct cg_sessions *s = fuzz_agent.sessions;

	for (size_t i = 0; i < fuzz_agent.policy.ncams; i++)
		cg_blocked_forget(fuzz_agent.run.blocked, fuzz_agent.policy.cams[i].slot);
	cg_entries_clear(&s->entries);
	s->nstop = s->nopener = s->nsample = 0;
	if (fuzz_agent.learn)
		cg_learn_close(&fuzz_agent.learn);
}

/* An agent made anew is the same as the first, and takes thousands of times as long
 * as a line: it is made where the config was touched, and now and then. */
void fuzz_house_again(void)
{
	static unsigned int inputs;

	if (++inputs % ANEW && fake_kernel.meta.generation == generation && fuzz_agent.policy.now &&
	    !fuzz_agent.run.leave) {
		if (memcmp(exposure, fake_kernel.exposure, sizeof(exposure)))
			take_back("{\"v\":1,\"cmd\":\"auto\",\"cam\":\"all\"}");
		if (fake_kernel.meta.off_until_ns)
			take_back("{\"v\":1,\"cmd\":\"on\"}");
		forget();
		return;
	}
	leave();
	begin();
}

void fuzz_house_pump(void)
{
	for (int i = 0; i < 2; i++)
		ev_run(fuzz_agent.loop, EVRUN_NOWAIT);
}

void fuzz_house_later(uint64_t s)
{
	clock_ns += s * CG_SEC_NS;
	ev_feed_event(fuzz_agent.loop, &fuzz_agent.ev.tick, EV_TIMER);
	fuzz_house_pump();
}
