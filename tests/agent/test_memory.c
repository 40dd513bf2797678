/* SPDX-License-Identifier: GPL-2.0-only */
/* Each allocation fails, or there is so much memory and no more: nothing crashes or leaks, what is in force stays, and it is said. */
#include <confuse.h>
#include <dlfcn.h>
#include <execinfo.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/un.h>
#include <sys/wait.h>
#include "../fake/memory.h"
#include "../fault.h"
#include "heard.h"
#include "watch.h"

#define RICH                                                                         \
	"lan = { br-lan }\n"                                                         \
	"unknown { quarantine = cameras }\n"                                         \
	"include(\"cameras.d/*.conf\")\n"                                            \
	"viewer \"phone\" { address = 203.0.113.0/24 }\n"                            \
	"viewer \"work\" { interface = tun9 }\n"                                     \
	"camera \"nursery\" {\n"                                                     \
	"\tmac = { \"02:ca:00:00:00:01\" }\n"                                        \
	"\tallow = { \"198.51.100.0/24:443/tcp\", \"api.vendor.example:443/tcp\",\n" \
	"\t\t\"*.cdn.example\" }\n"                                                  \
	"\tdeny = { \"198.51.100.66\" }\n"                                           \
	"\tviewers = { phone }\n"                                                    \
	"\ttimezone = UTC\n"                                                         \
	"\topen_time = 20m/day\n"                                                    \
	"\tschedule { from = \"22:00\" to = \"22:30\" exposure = open }\n"           \
	"}\n"                                                                        \
	"camera \"garden\" { mac = { \"02:ca:00:00:00:02\" } exposure = sealed }\n"
#define MORE	 RICH "camera \"porch\" { mac = { \"02:ca:00:00:00:03\" } allow = { \"192.0.2.1\" } }\n"

#define CAM	 "06:ca:00:00:00:07" /* held */
#define MORE_CAM "06:ca:00:00:00:17"
#define PLUG	 "00:00:5e:00:53:09"
#define ADOPT	 "{\"v\":1,\"cmd\":\"adopt\",\"device\":\"" PLUG "\",\"name\":\"attic\",\"try_s\":600}"

#define RULE	 "{\"v\":1,\"cmd\":\"allow\",\"cam\":\"garden\",\"rule\":\"192.0.2.9\"}"

/* What a process of its own found out. */
static struct found {
	unsigned int tried;
	unsigned int silent;  /* a reply that is neither right nor an error */
	unsigned int changed; /* something else in force */
	unsigned int dead;    /* does not answer afterwards */
	unsigned int crashed;
	long left; /* pieces of memory, at the end */
	bool budget;
	long at;	/* bytes of it; or which allocation */
	char where[64]; /* it crashed: what we had called */
} * f;

static bool closed; /* the camera's opening */

static const char *ruleset(void)
{
	if (closed)
		return "{\"nftables\": []}\n";
	return "{\"nftables\": [{\"rule\": {\"family\": \"inet\", \"table\": \"fw4\", \"chain\": "
	       "\"upnp_prerouting\", \"handle\": 4, \"expr\": [{\"dnat\": {\"addr\": "
	       "\"192.168.1.20\"}}]}}, {\"rule\": {\"family\": \"ip\", \"table\": \"nat\", \"chain\": "
	       "\"pre\", \"handle\": 5, \"expr\": [{\"dnat\": {\"addr\": {\"map\": {\"key\": {\"meta\": "
	       "{\"key\": \"mark\"}}, \"data\": \"@to\"}}}}]}}]}\n";
}

static void deleted(const struct cg_nft_rule *rule)
{
	closed |= rule->handle == 4;
}

static void begin(const char *config)
{
	struct cg_neigh *n = fake_links.neigh;

	house_make(&h);
	closed = false;
	fake_guards.nft = true;
	fake_guards.ruleset = ruleset;
	fake_guards.deleted = deleted;
	fake_links.nneigh = 1;
	*n = (struct cg_neigh){ .ifindex = IF_BR, .mac = { { 2, 0xca, 0, 0, 0, 1 } } };
	ck_assert_int_eq(cg_addr_parse("192.168.1.20", &n->addr), 0);
	house_config(&h, config);
	ck_assert_int_eq(house_start(&h), 0);
	stopped(PEER);
	knock("203.0.113.77", 23);
	fake_device(PLUG, h.a.boot_ns(), IF_LAN1, "192.168.1.78");
	heard_rtsp(&h, CAM, "192.168.1.77");
	house_later(&h, 10);
}

/* What is still held then. */
static long end(void)
{
	house_end(&h);
	fake_reset();
	return memory_live();
}

/* As a client would, with memory failing only while the agent is at it. NULL: closed. */
static struct json_object *ask(const char *request, bool budget, long at, int *ret_calls,
			       int *ret_failed)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	static char buf[CG_MAX_REPLY + 1];
	size_t n = 0;
	ssize_t got = -1;

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", h.socket);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&sun, sizeof(sun)), 0);
	client_send(fd, request, strlen(request));
	client_send(fd, "\n", 1);
	if (budget)
		memory_budget(at);
	else
		memory_fail((int)at);
	for (int i = 0; i < 2000 && got; i++) {
		ev_run(h.a.loop, EVRUN_NOWAIT);
		got = recv(fd, buf + n, sizeof(buf) - 1 - n, 0);
		if (got > 0)
			n += (size_t)got;
		if (n && buf[n - 1] == '\n')
			break;
	}
	*ret_calls = memory_end(ret_failed);
	close(fd);
	house_pump(&h);
	buf[n] = '\0';
	return n ? json_tokener_parse(buf) : NULL;
}

/* The same members, and where nothing is changed by it the same text. */
static bool same(struct json_object *a, struct json_object *b, bool reads)
{
	if (!json_object_is_type(a, json_type_object))
		return false;
	if (reads)
		return json_object_equal(a, b);
	json_object_object_foreach(b, key, value) {
		(void)value;
		if (!json_object_object_get_ex(a, key, NULL))
			return false;
	}
	return true;
}

static void not_adopted(void)
{
	house_code(&h, "{\"v\":1,\"cmd\":\"forget\",\"cam\":\"attic\"}");
}

static void adopted(void)
{
	not_adopted();
	house_code(&h, ADOPT);
}

static void ruled(void)
{
	house_code(&h, RULE);
}

static void held(void)
{
	house_code(&h, "{\"v\":1,\"cmd\":\"forget\",\"cam\":\"" CAM "\"}");
	heard_rtsp(&h, CAM, "192.168.1.77");
	house_later(&h, 1);
}

static const struct {
	const char *request;
	bool reads;
	void (*before)(void); /* what it needs to have something to do; NULL */
} requests[] = {
	{ "{\"v\":1,\"cmd\":\"status\"}", true, NULL },
	{ "{\"v\":1,\"cmd\":\"version\"}", true, NULL },
	{ "{\"v\":1,\"cmd\":\"who\",\"cam\":\"nursery\"}", true, NULL },
	{ "{\"v\":1,\"cmd\":\"blocked\",\"cam\":\"nursery\"}", true, NULL },
	{ "{\"v\":1,\"cmd\":\"sessions\"}", true, NULL },
	{ "{\"v\":1,\"cmd\":\"log\"}", true, NULL },
	{ "{\"v\":1,\"cmd\":\"record\",\"write\":true}", false, NULL },
	{ "{\"v\":1,\"cmd\":\"erase\",\"cam\":\"nursery\"}", false, NULL },
	{ "{\"v\":1,\"cmd\":\"why\",\"cam\":\"nursery\",\"address\":\"198.51.100.7\"}", true,
	  NULL },
	{ "{\"v\":1,\"cmd\":\"counters\"}", true, NULL },
	{ "{\"v\":1,\"cmd\":\"mappings\"}", true, NULL },
	{ "{\"v\":1,\"cmd\":\"mappings\",\"close\":true}", false, NULL },
	{ "{\"v\":1,\"cmd\":\"doctor\"}", false, NULL },
	{ "{\"v\":1,\"cmd\":\"open\",\"cam\":\"nurserie\",\"for_s\":60}", true, NULL },
	{ "{\"v\":1,\"cmd\":\"none\"}", true, NULL },
	{ "{\"v\":1,", true, NULL },
	{ "{\"v\":1,\"cmd\":\"open\",\"cam\":\"nursery\",\"for_s\":600}", false, NULL },
	{ "{\"v\":1,\"cmd\":\"open\",\"cam\":\"nursery\",\"for_s\":60,\"to\":\"203.0.113.5\"}",
	  false, NULL },
	{ "{\"v\":1,\"cmd\":\"close\",\"cam\":\"all\"}", false, NULL },
	{ "{\"v\":1,\"cmd\":\"seal\",\"cam\":\"nursery\"}", false, NULL },
	{ "{\"v\":1,\"cmd\":\"auto\",\"cam\":\"all\"}", false, NULL },
	{ "{\"v\":1,\"cmd\":\"off\",\"for_s\":60}", false, NULL },
	{ "{\"v\":1,\"cmd\":\"on\"}", false, NULL },
	{ "{\"v\":1,\"cmd\":\"learn\",\"cam\":\"nursery\",\"for_s\":60}", false, NULL },
	{ "{\"v\":1,\"cmd\":\"audit\",\"cam\":\"nursery\"}", true, NULL },
	{ "{\"v\":1,\"cmd\":\"audit\",\"probe\":true}", false, NULL },
	{ "{\"v\":1,\"cmd\":\"reload\"}", false, NULL },
	{ RULE, false, NULL },
	{ "{\"v\":1,\"cmd\":\"undo\"}", false, ruled },
	{ "{\"v\":1,\"cmd\":\"discover\"}", true, NULL },
	{ "{\"v\":1,\"cmd\":\"adopt\",\"device\":\"" PLUG "\",\"name\":\"attic\",\"show\":true}",
	  true, NULL },
	{ ADOPT, false, not_adopted },
	{ "{\"v\":1,\"cmd\":\"keep\",\"cam\":\"attic\"}", false, adopted },
	{ "{\"v\":1,\"cmd\":\"forget\",\"cam\":\"attic\"}", false, adopted },
	{ "{\"v\":1,\"cmd\":\"release\",\"device\":\"" CAM "\"}", false, held },
};

/* Which function of a library did code of ours call last? "": none, it is in ours. */
static void crashed(int nr)
{
	void *frame[48];
	int n = backtrace(frame, 48);
	const char *name = "";
	Dl_info us, at;

	dladdr((void *)crashed, &us);
	for (int i = 2; i < n; i++) {
		if (!dladdr(frame[i], &at))
			continue;
		if (at.dli_fbase == us.dli_fbase)
			break;
		if (at.dli_sname)
			name = at.dli_sname;
	}
	snprintf(f->where, sizeof(f->where), "%s", name);
	_exit(128 + nr);
}

/* The config's cameras, on every port; besides them only what was held and adopted. */
static bool both_in_force(void)
{
	const struct cg_mapset *set = fake_kernel.set;
	size_t n = 0;

	for (size_t i = 0; set && i < set->nslots; i++)
		n += !strcmp(set->slots[i].name.id, "nursery") ||
		     !strcmp(set->slots[i].name.id, "garden");
	return n == 2 && set->nslots <= 5 && fake_attached(IF_LAN1) && fake_attached(IF_LAN2);
}

/* One request with too little memory; was it too little? */
static bool once(int i, bool budget, long at, struct json_object *right)
{
	struct fake_kernel before;
	struct json_object *r;
	int calls, failed;

	f->budget = budget;
	f->at = at;
	if (requests[i].before)
		requests[i].before();
	before = fake_kernel;
	r = ask(requests[i].request, budget, at, &calls, &failed);
	f->tried += failed > 0;
	/* An error says so, and so does a connection that is closed. */
	if (r && reply_int(r, "ok") && !same(r, right, requests[i].reads)) {
		f->silent++;
		printf("# %s, %s %ld: %s\n", requests[i].request, budget ? "bytes" : "allocation",
		       at, json_object_to_json_string_ext(r, JSON_C_TO_STRING_PLAIN));
	}
	if (requests[i].reads)
		f->changed +=
			memcmp(before.exposure, fake_kernel.exposure, sizeof(before.exposure)) ||
			before.meta.generation != fake_kernel.meta.generation;
	f->changed += !both_in_force();
	json_object_put(r);
	f->dead += house_code(&h, "{\"v\":1,\"cmd\":\"version\"}") != 0;
	return failed;
}

static void command(int i)
{
	struct json_object *right;
	long live, first;
	int n, failed;

	/* What is got once and kept is got now. */
	begin(RICH);
	if (requests[i].before)
		requests[i].before();
	json_object_put(ask(requests[i].request, false, 0, &n, &failed));
	live = end();
	begin(RICH);
	if (requests[i].before)
		requests[i].before();
	right = ask(requests[i].request, false, 0, &n, &failed);
	first = memory_calls();
	for (long nth = 1; once(i, false, nth, right); nth++)
		;
	for (long bytes = 0; once(i, true, bytes, right); bytes += bytes < 512 ? 64 : bytes / 8)
		;
	json_object_put(right);
	f->left = end() - live;
	if (f->left > 0)
		memory_tell(first, 5);
}

/* Work that is no request, with too little memory; was it too little? */
static bool without(void (*work)(void), bool budget, long at)
{
	int failed;

	/* not known yet, so that there is something to do */
	if (h.up)
		house_code(&h, "{\"v\":1,\"cmd\":\"forget\",\"cam\":\"" MORE_CAM "\"}");

	f->budget = budget;
	f->at = at;
	if (budget)
		memory_budget(at);
	else
		memory_fail((int)at);
	work();
	(void)memory_end(&failed);
	f->tried += failed > 0;
	f->changed += !both_in_force();
	return failed;
}

static int code;

static void start(void)
{
	code = house_start(&h);
}

/* What was in force before is, and the next start works. */
static void starts(int i)
{
	long live, first = memory_calls();

	(void)i;
	begin(RICH);
	live = end();
	begin(RICH);
	house_stop(&h);
	for (int budget = 0; budget < 2; budget++)
		/* Less than a loop needs ends the process before it has begun. */
		for (long at = budget ? 16384 : 1, more = 1; more;
		     at += budget ? 64 + at / 8 : 1 + at / 64) {
			more = without(start, budget, at);
			/* Without an error, it is up. */
			if (!code)
				f->dead += house_code(&h, "{\"v\":1,\"cmd\":\"version\"}") != 0;
			house_stop(&h);
		}
	f->silent += code != 0;
	f->left = end() - live;
	if (f->left > 0)
		memory_tell(first, 5);
}

static struct cg_session_event session_event(uint32_t slot, enum cg_session_what what,
					     const char *peer)
{
	struct cg_session s = session(peer, h.a.boot_ns());
	struct cg_session_event e = {
		.size = sizeof(e),
		.version = CG_BPF_ABI_VERSION,
		.type = CG_EVENT_SESSION,
		.slot = slot,
		.ns = h.a.boot_ns(),
		.what = (uint8_t)what,
		.session = s,
	};

	memcpy(e.peer, s.peer, sizeof(e.peer));
	return e;
}

static struct cg_event knock_event(const char *peer)
{
	struct cg_event e = {
		.size = sizeof(e),
		.version = CG_BPF_ABI_VERSION,
		.type = CG_EVENT_DROP,
		.ns = h.a.boot_ns(),
		.cam_port = htons(80),
		.peer_port = htons(50000),
		.proto = IPPROTO_TCP,
		.reason = CG_DROP_INBOUND,
		.plane = CG_PLANE_DOWN,
		.rule = 0xffff,
		.bytes = 60,
	};
	struct cg_addr a = addr(peer);

	memcpy(e.peer, a.b, sizeof(e.peer));
	return e;
}

static struct cg_session_event seen;
static struct cg_event knocked;
static struct cg_heard hello;

/* Sessions, knocks and unknown devices come and are held, the record is written, ports are
 * looked at. */
static void events(void)
{
	heard_rtsp_of(&h, &hello);
	fake_session_event(&seen);
	fake_event_send(&knocked);
	fake_links_changed(CG_LINKS_LINK | CG_LINKS_ADDR | CG_LINKS_FILTER);
	house_later(&h, 301);
}

static void happenings(int i)
{
	long live;

	(void)i;
	begin(RICH);
	seen = session_event(0, CG_SESSION_STOPPED, "203.0.113.10");
	knocked = knock_event("203.0.113.78");
	hello = heard_frame(&h, MORE_CAM, "192.168.1.79");
	events();
	live = end();
	begin(RICH);
	for (int budget = 0; budget < 2; budget++)
		for (long at = !budget; without(events, budget, at);
		     at += budget ? 64 + at / 8 : 1 + at / 64)
			f->dead += house_code(&h, "{\"v\":1,\"cmd\":\"version\"}") != 0;
	f->left = end() - live;
	if (f->left > 0)
		memory_tell(0, 5);
}

/* In a process of its own. */
static void apart(void (*work)(int i), int i, struct found *sum, const char *what)
{
	int status;
	pid_t pid;

	memset(f, 0, sizeof(*f));
	fflush(stdout);
	pid = fork();
	if (!pid) {
		void *warm[2];

		backtrace(warm, 2);
		signal(SIGSEGV, crashed);
		signal(SIGABRT, crashed);
		work(i);
		fflush(stdout);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	if (status) {
		f->crashed++;
		printf("# %s: ended with %d in %s at %ld %s\n", what, status >> 8,
		       *f->where ? f->where : "code of ours", f->at,
		       f->budget ? "bytes" : "of its allocations");
	}
	sum->tried += f->tried;
	sum->silent += f->silent;
	sum->changed += f->changed;
	sum->dead += f->dead;
	sum->crashed += f->crashed;
	sum->left += f->left > 0 ? f->left : 0;
}

static void setup_memory(void)
{
	f = mmap(NULL, sizeof(*f), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(f, MAP_FAILED);
	memory_spare(cfg_init);
	memory_spare(ev_run);
}

static bool say(const char *id, const struct found *sum)
{
	return fault_say(id,
			 sum->tried && !sum->silent && !sum->changed && !sum->dead &&
				 !sum->crashed && !sum->left,
			 "%u times without memory: %u crashes, %u wrong or silent replies, "
			 "%u other policies, %u times dead after it, %ld pieces left",
			 sum->tried, sum->crashed, sum->silent, sum->changed, sum->dead, sum->left);
}

START_TEST(commands)
{
	struct found sum = { 0 };

	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		apart(command, (int)i, &sum, requests[i].request);
	ck_assert(say("memory/commands", &sum));
}
END_TEST

START_TEST(start_and_events)
{
	struct found sum = { 0 }, more = { 0 };

	apart(starts, 0, &sum, "start");
	apart(happenings, 0, &more, "events");
	ck_assert(say("memory/start", &sum) & say("memory/events", &more));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("memory");
	TCase *t = tcase_create("allocations");

	tcase_add_checked_fixture(t, setup_memory, NULL);
	tcase_set_timeout(t, 600); /* a loaded machine */
	tcase_add_test(t, start_and_events);
	tcase_add_test(t, commands);
	suite_add_tcase(s, t);
	return suite_run(s);
}
