/* SPDX-License-Identifier: GPL-2.0-only */
/* links.h in memory: a test fills the tables and says what changed. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include "fake.h"

struct cg_links {
	void (*changed)(void *ctx, unsigned int what);
	void *ctx;
};

struct fake_links fake_links;

struct cg_link *fake_link_add(int ifindex, const char *name, const char *kind, int master,
			      int lower)
{
	struct cg_link *l = &fake_links.link[fake_links.nlink++];

	*l = (struct cg_link){ .ifindex = ifindex, .master = master, .lower = lower, .up = true };
	snprintf(l->name, sizeof(l->name), "%s", name);
	snprintf(l->kind, sizeof(l->kind), "%s", kind);
	l->mac = (struct cg_mac){ { 0x02, 0, 0, 0, 0, (uint8_t)ifindex } };
	return l;
}

void fake_link_del(int ifindex)
{
	for (size_t i = 0; i < fake_links.nlink; i++)
		if (fake_links.link[i].ifindex == ifindex)
			fake_links.link[i--] = fake_links.link[--fake_links.nlink];
	fake_filter_gone(ifindex);
}

void fake_addr_add(int ifindex, const char *text, uint64_t valid_s)
{
	struct cg_link_addr *a = &fake_links.addr[fake_links.naddr++];
	char buf[64], *slash;

	snprintf(buf, sizeof(buf), "%s", text);
	slash = strchr(buf, '/');
	*slash = '\0';
	a->ifindex = ifindex;
	a->valid_s = valid_s;
	if (cg_addr_parse(buf, &a->addr) < 0)
		fprintf(stderr, "bad address in test: %s\n", text);
	a->peer = a->addr;
	a->len = (uint8_t)(atoi(slash + 1) + (cg_addr_is_v4(&a->addr) ? 96 : 0));
}

void fake_links_changed(unsigned int what)
{
	uint64_t one = 1;

	fake_links.what |= what;
	if (write(fake_links.fd, &one, sizeof(one)) < 0)
		perror("eventfd");
}

int cg_links_open(void (*changed)(void *ctx, unsigned int what), void *ctx,
		  struct cg_links **ret_links)
{
	int err = fake_call("links_open");
	struct cg_links *l;

	if (err < 0)
		return err;
	l = calloc(1, sizeof(*l));
	if (!l)
		return -ENOMEM;
	l->changed = changed;
	l->ctx = ctx;
	*ret_links = l;
	return 0;
}

void cg_links_close(struct cg_links **links)
{
	free(*links);
	*links = NULL;
}

int cg_links_fd(const struct cg_links *links)
{
	(void)links;
	return fake_links.fd;
}

int cg_links_read(struct cg_links *links)
{
	unsigned int what = fake_links.what;
	uint64_t count;

	if (read(fake_links.fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
		return -errno;
	fake_links.what = 0;
	if (what)
		links->changed(links->ctx, what);
	return 0;
}

uint64_t cg_links_overflows(const struct cg_links *links)
{
	(void)links;
	return 0;
}

const struct cg_link *cg_links_table(const struct cg_links *links, size_t *ret_n)
{
	(void)links;
	*ret_n = fake_links.nlink;
	return fake_links.link;
}

const struct cg_link_addr *cg_links_addrs(const struct cg_links *links, size_t *ret_n)
{
	(void)links;
	*ret_n = fake_links.naddr;
	return fake_links.addr;
}

int cg_links_neighs_read(struct cg_links *links, struct cg_neigh **ret_neighs, size_t *ret_n)
{
	int err = fake_call("neighs_read");

	(void)links;
	if (err < 0)
		return err;
	*ret_neighs = calloc(fake_links.nneigh + 1, sizeof(**ret_neighs));
	if (!*ret_neighs)
		return -ENOMEM;
	memcpy(*ret_neighs, fake_links.neigh, fake_links.nneigh * sizeof(**ret_neighs));
	*ret_n = fake_links.nneigh;
	return 0;
}

int cg_links_neigh_seek(struct cg_links *links, int ifindex, const struct cg_addr *addr)
{
	int err = fake_call("neigh_seek");

	(void)links;
	(void)ifindex;
	if (err < 0)
		return err;
	fake_links.sought++;
	fake_links.sought_addr = *addr;
	return 0;
}

int cg_links_filters_read(struct cg_links *links, int ifindex, bool egress,
			  struct cg_link_filter **ret_filters, size_t *ret_n)
{
	(void)links;
	(void)ifindex;
	*ret_filters = NULL;
	*ret_n = 0;
	if (egress || !fake_links.nfilter)
		return 0;
	*ret_filters = calloc(fake_links.nfilter, sizeof(**ret_filters));
	if (!*ret_filters)
		return -ENOMEM;
	memcpy(*ret_filters, fake_links.filter, fake_links.nfilter * sizeof(**ret_filters));
	*ret_n = fake_links.nfilter;
	return 0;
}
