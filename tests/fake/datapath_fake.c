/* SPDX-License-Identifier: GPL-2.0-only */
/* datapath.h and pins.h in memory: what a real kernel would keep is in fake_kernel. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "../../agent/kern/object.h"
#include "../../agent/kern/offload.h"
#include "../../agent/kern/pins.h"
#include "fake.h"
#include "fake_devices.h"

struct cg_datapath {
	bool taken_over;
};

struct fake_kernel fake_kernel = { .events_fd = -1 };

static struct {
	char name[64];
	int nth, err;
	int calls;
} fail;

void fake_fail(const char *name, int nth, int err)
{
	snprintf(fail.name, sizeof(fail.name), "%s", name);
	fail.nth = nth;
	fail.err = err;
}

void (*fake_on_call)(const char *name);

/* The packet path is opened by another thread than the one that reads the config. */
int fake_call(const char *name)
{
	static pthread_mutex_t counting = PTHREAD_MUTEX_INITIALIZER;
	int err = 0;

	if (fake_on_call && getpid() == gettid())
		fake_on_call(name);
	pthread_mutex_lock(&counting);
	fail.calls++;
	if (fail.nth && !strncmp(name, fail.name, strlen(fail.name)) && !--fail.nth)
		err = fail.err;
	pthread_mutex_unlock(&counting);
	return err;
}

int fake_calls(void)
{
	return fail.calls;
}

static void *copy(const void *from, size_t n, size_t each)
{
	void *v = calloc(n + 1, each);

	if (v && n)
		memcpy(v, from, n * each);
	return v;
}

static struct cg_mapset *set_copy(const struct cg_mapset *s)
{
	struct cg_mapset *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	*c = *s;
	c->cams = copy(s->cams, s->ncams, sizeof(*s->cams));
	c->narrow = copy(s->narrow, s->nnarrow, sizeof(*s->narrow));
	c->rules = copy(s->rules, s->nrules, sizeof(*s->rules));
	c->namerules = copy(s->namerules, s->nnamerules, sizeof(*s->namerules));
	c->more = copy(s->more, s->nmore, sizeof(*s->more));
	c->slots = copy(s->slots, s->nslots, sizeof(*s->slots));
	if (!c->cams || !c->narrow || !c->rules || !c->namerules || !c->more || !c->slots)
		cg_mapset_free(&c);
	return c;
}

static void kernel_clear(void)
{
	struct fake_kernel *k = &fake_kernel;
	int fd = k->events_fd;

	cg_mapset_free(&k->set);
	memset(k, 0, sizeof(*k));
	k->events_fd = fd < 0 ? eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC) : fd;
}

void fake_reset(void)
{
	memset(&fail, 0, sizeof(fail));
	fake_guards_reset();
	fake_devices_reset();
	memset(&fake_stop, 0, sizeof(fake_stop));
	kernel_clear();
	if (fake_links.fd > 0)
		close(fake_links.fd);
	memset(&fake_links, 0, sizeof(fake_links));
	fake_links.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
}

/* There is nothing to load. */
int cg_object_unpack(struct cg_object *o)
{
	o->bytes = NULL;
	return 0;
}

void cg_object_free(struct cg_object *o)
{
	o->bytes = NULL;
}

int cg_datapath_open(const struct cg_datapath_opts *opts, struct cg_datapath **ret_dp)
{
	struct fake_kernel *k = &fake_kernel;
	struct cg_datapath *dp;
	int err = fake_call("open");

	k->opened_apart += getpid() != gettid();
	if (err < 0)
		return err;
	dp = calloc(1, sizeof(*dp));
	if (!dp)
		return -ENOMEM;
	k->opened++;
	dp->taken_over = k->pinned && k->slots >= opts->slots;
	if (!dp->taken_over) {
		k->slots = opts->slots;
		k->meta.generation = 0;
		k->meta.slots = opts->slots;
		k->meta.abi_version = CG_BPF_ABI_VERSION;
		k->nattached = 0;
	}
	*ret_dp = dp;
	return 0;
}

void cg_datapath_replaced(struct cg_datapath *dp)
{
	(void)dp;
}

int cg_datapath_complete(struct cg_datapath *dp)
{
	(void)dp;
	/* Cameras are held before names are read. */
	fake_kernel.complete_with = fake_kernel.nattached;
	return fake_call("complete");
}

void cg_datapath_close(struct cg_datapath **dp)
{
	fake_kernel.closed += *dp != NULL;
	free(*dp);
	*dp = NULL;
}

const char *cg_datapath_strerror(const struct cg_datapath *dp)
{
	(void)dp;
	return "";
}

bool cg_datapath_taken_over(const struct cg_datapath *dp)
{
	return dp->taken_over;
}

uint32_t cg_datapath_generation(const struct cg_datapath *dp)
{
	(void)dp;
	return fake_kernel.meta.generation;
}

uint32_t cg_datapath_slots(const struct cg_datapath *dp)
{
	(void)dp;
	return fake_kernel.slots;
}

int cg_datapath_names_read(struct cg_datapath *dp, struct cg_name **ret_names, size_t *ret_n)
{
	int err = fake_call("names_read");

	(void)dp;
	if (err < 0)
		return err;
	*ret_names = copy(fake_kernel.names, fake_kernel.slots, sizeof(struct cg_name));
	*ret_n = fake_kernel.slots;
	return *ret_names ? 0 : -ENOMEM;
}

static bool in_set(const struct cg_mapset *set, uint32_t slot)
{
	for (size_t i = 0; i < set->nslots; i++)
		if (set->slots[i].slot == slot)
			return true;
	return false;
}

/* As exposure.h would: what config says changes, what was typed does not. */
static void exposure_take(struct cg_exposure *e, enum cg_exposure_state config)
{
	uint64_t base = config;

	if (e->manual == CG_MANUAL_CLOSE && base > CG_CLOSED)
		base = CG_CLOSED;
	if (e->manual == CG_MANUAL_SEAL)
		base = CG_SEALED;
	e->config = config;
	e->word = base << CG_WORD_BASE_SHIFT |
		  (e->word & (CG_WORD_TO | CG_WORD_FULL | CG_WORD_DEADLINE));
}

int cg_datapath_apply(struct cg_datapath *dp, const struct cg_mapset *set)
{
	struct fake_kernel *k = &fake_kernel;
	int err = fake_call("apply");
	struct cg_mapset *kept;

	(void)dp;
	if (err < 0)
		return err;
	if (set->gen != k->meta.generation + 1)
		return -ESTALE;
	if (set->nslots > k->slots)
		return -E2BIG;
	kept = set_copy(set);
	if (!kept)
		return -ENOMEM;
	for (size_t i = 0; i < set->nslots; i++) {
		uint32_t slot = set->slots[i].slot;

		if (strcmp(k->names[slot].id, set->slots[i].name.id)) {
			memset(&k->exposure[slot], 0, sizeof(k->exposure[slot]));
			memset(&k->state[slot], 0, sizeof(k->state[slot]));
		}
		k->names[slot] = set->slots[i].name;
		exposure_take(&k->exposure[slot], set->slots[i].config);
	}
	for (uint32_t slot = 0; slot < k->slots; slot++)
		if (!in_set(set, slot)) {
			memset(&k->names[slot], 0, sizeof(k->names[slot]));
			memset(&k->exposure[slot], 0, sizeof(k->exposure[slot]));
		}
	cg_mapset_free(&k->set);
	k->set = kept;
	k->meta.generation = set->gen;
	k->pinned = true;
	k->applied++;
	fake_guards_look();
	return 0;
}

int cg_datapath_mapset_read(struct cg_datapath *dp, struct cg_mapset **ret_set)
{
	int err = fake_call("mapset_read");

	(void)dp;
	if (err < 0)
		return err;
	*ret_set = fake_kernel.set ? set_copy(fake_kernel.set) : NULL;
	return fake_kernel.set && !*ret_set ? -ENOMEM : 0;
}

struct cg_meta *cg_datapath_meta(struct cg_datapath *dp)
{
	(void)dp;
	return &fake_kernel.meta;
}

struct cg_exposure *cg_datapath_exposure(struct cg_datapath *dp)
{
	(void)dp;
	return fake_kernel.exposure;
}

void cg_datapath_off(struct cg_datapath *dp, uint64_t until_ns)
{
	(void)dp;
	fake_kernel.meta.off_until_ns = until_ns;
}

int cg_datapath_nets_apply(struct cg_datapath *dp, const struct cg_datapath_net *nets, size_t nnets,
			   const struct cg_datapath_if *ifs, size_t nifs)
{
	struct fake_kernel *k = &fake_kernel;
	int err = fake_call("nets_apply");

	(void)dp;
	if (err < 0)
		return err;
	if (nnets > FAKE_NETS || nifs > FAKE_NETS)
		return -E2BIG;
	if (nnets)
		memcpy(k->nets, nets, nnets * sizeof(*nets));
	if (nifs)
		memcpy(k->ifs, ifs, nifs * sizeof(*ifs));
	k->nnets = nnets;
	k->nifs = nifs;
	k->nets_applied++;
	return 0;
}

bool fake_attached(int ifindex)
{
	for (size_t i = 0; i < fake_kernel.nattached; i++)
		if (fake_kernel.attached[i] == ifindex)
			return true;
	return false;
}

void fake_filter_gone(int ifindex)
{
	struct fake_kernel *k = &fake_kernel;

	for (size_t i = 0; i < k->nattached; i++)
		if (k->attached[i] == ifindex)
			k->attached[i--] = k->attached[--k->nattached];
}

bool cg_datapath_tcx(struct cg_datapath *dp, bool on)
{
	(void)dp;
	(void)on;
	return false;
}

bool cg_datapath_is_silent(const struct cg_datapath *dp)
{
	(void)dp;
	return false;
}

int cg_datapath_before(struct cg_datapath *dp, int ifindex)
{
	(void)dp;
	(void)ifindex;
	return 0;
}

int cg_datapath_attach(struct cg_datapath *dp, int ifindex)
{
	struct fake_kernel *k = &fake_kernel;
	int err = fake_call("attach");

	if (fake_kernel.on_attach)
		fake_kernel.on_attach();
	(void)dp;
	if (err < 0)
		return err;
	if (!fake_attached(ifindex))
		k->attached[k->nattached++] = ifindex;
	return 0;
}

int cg_datapath_attached(struct cg_datapath *dp, int ifindex)
{
	(void)dp;
	return fake_attached(ifindex);
}

int cg_datapath_detach(struct cg_datapath *dp, int ifindex)
{
	int err = fake_call("detach");

	(void)dp;
	if (err < 0)
		return err;
	/* What is guarded there would be dropped now. */
	for (size_t i = 0; fake_guards.by_nft.on && i < fake_guards.by_nft.nport; i++)
		fake_guards.false_drops += fake_guards.by_nft.port[i] == ifindex;
	fake_filter_gone(ifindex);
	return 0;
}

int cg_datapath_stats_read(struct cg_datapath *dp, uint32_t slot, struct cg_stats *ret_stats)
{
	int err = fake_call("stats_read");

	(void)dp;
	if (err < 0)
		return err;
	memset(ret_stats, 0, sizeof(*ret_stats));
	if (slot < sizeof(fake_kernel.stats) / sizeof(fake_kernel.stats[0]))
		*ret_stats = fake_kernel.stats[slot];
	return 0;
}

int cg_datapath_state_read(struct cg_datapath *dp, uint32_t slot, struct cg_state *ret_state)
{
	int err = fake_call("state_read");

	(void)dp;
	if (err < 0)
		return err;
	*ret_state = fake_kernel.state[slot];
	return 0;
}

int cg_datapath_lost_read(struct cg_datapath *dp, uint64_t *ret_lost)
{
	(void)dp;
	*ret_lost = fake_kernel.lost;
	return 0;
}

int cg_datapath_flows_read(struct cg_datapath *dp, uint32_t slot,
			   int (*cb)(void *ctx, const struct cg_flow_key *key,
				     const struct cg_flow *flow),
			   void *ctx)
{
	int err = fake_call("flows_read");

	(void)dp;
	if (err < 0)
		return err;
	for (size_t i = 0; i < fake_kernel.nflows; i++)
		if ((slot == UINT32_MAX || fake_kernel.flow_key[i].slot == slot) &&
		    cb(ctx, &fake_kernel.flow_key[i], &fake_kernel.flow[i]))
			break;
	return 0;
}

int cg_datapath_why(struct cg_datapath *dp, const struct cg_datapath_probe *probe,
		    struct cg_datapath_answer *ret_answer)
{
	int err = fake_call("why");

	(void)dp;
	if (err < 0)
		return err;
	fake_kernel.probe = *probe;
	*ret_answer = fake_kernel.answer;
	return 0;
}

int cg_datapath_events_fd(struct cg_datapath *dp)
{
	(void)dp;
	return fake_kernel.events_fd;
}

void fake_event_send(const struct cg_event *event)
{
	uint64_t one = 1;

	fake_kernel.events[fake_kernel.nevents++] = *event;
	if (write(fake_kernel.events_fd, &one, sizeof(one)) < 0)
		perror("eventfd");
}

int cg_datapath_events_read(struct cg_datapath *dp, int max,
			    void (*cb)(void *ctx, const struct cg_event *event), void *ctx)
{
	int n = 0, err = fake_call("events_read");
	uint64_t count;

	(void)dp;
	if (read(fake_kernel.events_fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
		return -errno;
	if (err < 0)
		return err;
	for (; n < max && (size_t)n < fake_kernel.nevents; n++)
		cb(ctx, &fake_kernel.events[n]);
	fake_kernel.nevents = 0;
	return n;
}

const struct cg_net *fake_net(const char *prefix)
{
	struct cg_prefix p;

	if (cg_prefix_parse(prefix, &p) < 0)
		return NULL;
	for (size_t i = 0; i < fake_kernel.nnets; i++)
		if (!memcmp(&fake_kernel.nets[i].prefix, &p, sizeof(p)))
			return &fake_kernel.nets[i].net;
	return NULL;
}

const struct cg_if *fake_if(int ifindex)
{
	for (size_t i = 0; i < fake_kernel.nifs; i++)
		if (fake_kernel.ifs[i].ifindex == (uint32_t)ifindex)
			return &fake_kernel.ifs[i].type;
	return NULL;
}

bool cg_pins_none(const char *dir)
{
	(void)dir;
	return !fake_kernel.pinned;
}

int cg_pins_open(const char *dir, struct cg_pins *ret_pins)
{
	(void)dir;
	if (!fake_kernel.pinned)
		return -ENOENT;
	*ret_pins = (struct cg_pins){
		.meta = &fake_kernel.meta,
		.exposure = fake_kernel.exposure,
		.names = fake_kernel.names,
		.nnames = sizeof(fake_kernel.names) / sizeof(fake_kernel.names[0]),
	};
	return 0;
}

void cg_pins_close(struct cg_pins *pins)
{
	memset(pins, 0, sizeof(*pins));
}

int cg_pins_find(const struct cg_pins *pins, const char *id_or_name, uint32_t *ret_slot)
{
	(void)pins;
	(void)id_or_name;
	(void)ret_slot;
	return -ENOENT;
}

int cg_pins_detach(const char *dir, void (*say)(void *ctx, const char *what), void *ctx)
{
	int err = fake_call("pins_detach");

	if (err < 0)
		return err;
	fake_kernel.nattached = 0;
	fake_kernel.pinned = false;
	fake_kernel.detached++;
	say(ctx, dir);
	return 1;
}

int cg_offload_read(char *ret_name, size_t n)
{
	(void)ret_name;
	(void)n;
	return 0;
}
