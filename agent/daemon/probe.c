/* SPDX-License-Identifier: GPL-2.0-only */
/* Questions to every LAN from sockets of ours; the answers come by the tap, like everything else a device says. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include "../lib/probe.h"
#include "devices_state.h"

static bool is_lan(const struct cg_agent *a, int ifindex)
{
	const struct cg_link *link;
	size_t n;

	link = cg_links_table(a->kern.links, &n);
	for (size_t i = 0; i < n; i++)
		for (size_t l = 0; link[i].ifindex == ifindex && l < a->policy.nlan; l++)
			if (!strcmp(link[i].name, a->policy.lan[l]))
				return true;
	return false;
}

/* By the address of ours it goes out on that LAN and nowhere else. */
static int lan_socket(const struct cg_link_addr *addr)
{
	struct sockaddr_in own = { .sin_family = AF_INET };
	struct ip_mreqn group = { .imr_ifindex = addr->ifindex };
	int on = 1, ttl = 1, all = 0, err;
	_cleanup_close_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	memcpy(&own.sin_addr, addr->addr.b + 12, 4);
	if (setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof(on)) < 0 ||
	    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &group, sizeof(group)) < 0 ||
	    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &ttl, sizeof(ttl)) < 0 ||
	    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_LOOP, &all, sizeof(all)) < 0 ||
	    bind(fd, (struct sockaddr *)&own, sizeof(own)) < 0) {
		err = -errno;
		return err;
	}
	return TAKE_FD(fd);
}

static int say(int fd, const struct cg_link_addr *addr, const struct cg_probe *p)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(p->port) };
	uint32_t ip, host = addr->len < 128 ? 0xffffffffu >> (addr->len - 96) : 0;

	memcpy(&ip, addr->addr.b + 12, 4);
	to.sin_addr.s_addr = ip | htonl(host);
	if (cg_addr_is_v4(&p->to))
		memcpy(&to.sin_addr, p->to.b + 12, 4);
	return sendto(fd, p->data, p->len, MSG_NOSIGNAL, (struct sockaddr *)&to, sizeof(to)) < 0 ?
		       -errno :
		       0;
}

static int ask_lan(struct cg_agent *a, const struct cg_link_addr *addr)
{
	struct cg_devices *t = a->devices;
	int fd = lan_socket(addr), err = 0;
	uint8_t id[16];

	if (fd < 0)
		return fd;
	for (int kind = 0; kind < __CG_PROBE_MAX && !err; kind++) {
		struct cg_probe p;

		if (getrandom(id, sizeof(id), GRND_NONBLOCK) != (ssize_t)sizeof(id))
			memset(id, 0, sizeof(id));
		cg_probe_make((enum cg_probe_kind)kind, id, &p);
		err = say(fd, addr, &p);
	}
	if (err < 0) {
		close(fd);
		return err;
	}
	/* Answers find a socket, nobody reads them there: no device is told that its port is
	 * closed. */
	t->probe_fd[t->nprobe++] = fd;
	return 0;
}

int cg_probe_send(struct cg_agent *a, size_t *ret_n)
{
	struct cg_devices *t = a->devices;
	uint64_t now = a->boot_ns();
	const struct cg_link_addr *addr;
	size_t n, asked = 0;
	int err = -ENOENT;

	if (t->probed_ns && now < t->probed_ns + CG_PROBE_EVERY_S * CG_SEC_NS)
		return -EAGAIN;
	cg_probe_end(a);
	addr = cg_links_addrs(a->kern.links, &n);
	for (size_t i = 0; i < n && t->nprobe < CG_MAX_LANS; i++) {
		int r;

		if (!cg_addr_is_v4(&addr[i].addr) || addr[i].len < 96 ||
		    !is_lan(a, addr[i].ifindex))
			continue;
		r = ask_lan(a, &addr[i]);
		asked += !r;
		if (r)
			err = r;
	}
	t->probed_ns = now;
	t->probe_end_ns = now + CG_PROBE_WAIT_S * CG_SEC_NS;
	if (!asked)
		return err;
	cg_log_info("discover: asked on %zu networks", asked);
	*ret_n = asked;
	return 0;
}

void cg_probe_end(struct cg_agent *a)
{
	struct cg_devices *t = a->devices;

	while (t->nprobe)
		close(t->probe_fd[--t->nprobe]);
}
