/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests of audit share: a house, where a camera is said to be, and what a reply says of it. */
#ifndef CG_TEST_AUDITED_H
#define CG_TEST_AUDITED_H

#include <camgate/ctl.h>
#include <stdio.h>
#include <string.h>
#include "../../agent/daemon/audit_state.h"
#include "harness.h"

/* Not each test uses each of them. */
#pragma GCC diagnostic ignored "-Wunused-function"

#define AUDIT "{\"v\":1,\"cmd\":\"audit\",\"cam\":\"nursery\"}"
#define ALL   "{\"v\":1,\"cmd\":\"audit\"}"
#define PROBE "{\"v\":1,\"cmd\":\"audit\",\"cam\":\"nursery\",\"probe\":true}"
#define CAM_4 "192.168.1.20"
#define QUIET                                                            \
	"lan = { \"br-lan\" }\nguard = count\nreaders = all\n"           \
	"camera \"nursery\" { mac = { \"02:ca:00:00:00:01\" } "          \
	"allow = { \"198.51.100.0/24:443/tcp\" } lan_viewing = none }\n" \
	"camera \"garden\" { mac = { \"02:ca:00:00:00:02\" } }\n"

static struct house h;

static void neigh_add(const char *addr, uint8_t last, int ifindex)
{
	struct cg_neigh *n = &fake_links.neigh[fake_links.nneigh++];

	*n = (struct cg_neigh){ .ifindex = ifindex, .mac = { { 0x02, 0xca, 0, 0, 0, last } } };
	ck_assert_int_eq(cg_addr_parse(addr, &n->addr), 0);
}

static void addr_seen(uint32_t slot, const char *text)
{
	struct cg_state *s = &fake_kernel.state[slot];
	struct cg_addr addr;

	ck_assert_int_eq(cg_addr_parse(text, &addr), 0);
	memcpy(s->addr[s->naddr++], addr.b, 16);
}

static void audited_setup(void)
{
	house_make(&h);
	house_config(&h, QUIET);
	ck_assert_int_eq(house_start(&h), 0);
	addr_seen(0, CAM_4);
}

static size_t length(struct json_object *r, const char *path)
{
	struct json_object *o = r;
	char copy[64], *save = NULL;

	snprintf(copy, sizeof(copy), "%s", path);
	for (char *p = strtok_r(copy, "/", &save); p && o; p = strtok_r(NULL, "/", &save)) {
		if (json_object_is_type(o, json_type_array))
			o = json_object_array_get_idx(o, (size_t)atoi(p));
		else if (!json_object_object_get_ex(o, p, &o))
			o = NULL;
	}
	return o ? json_object_array_length(o) : 0;
}

/* "a b c": the findings of the first camera, in order. */
static const char *findings(struct json_object *r)
{
	static char text[1024];
	char path[64];

	text[0] = '\0';
	for (size_t i = 0; i < length(r, "cams/0/findings"); i++) {
		snprintf(path, sizeof(path), "cams/0/findings/%zu/id", i);
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s", i ? " " : "",
			 reply_text(r, path));
	}
	return text;
}

#define FINDS(want)                                                  \
	do {                                                         \
		struct json_object *_r = ASK(&h, CG_EXIT_OK, AUDIT); \
		ck_assert_str_eq(findings(_r), want);                \
		json_object_put(_r);                                 \
	} while (0)

/* A reply with this service; its path's member. */
static const char *service(struct json_object *r, int port, const char *member)
{
	char path[64];

	for (size_t i = 0; i < length(r, "cams/0/services"); i++) {
		snprintf(path, sizeof(path), "cams/0/services/%zu/port", i);
		if (reply_int(r, path) != port)
			continue;
		snprintf(path, sizeof(path), "cams/0/services/%zu/%s", i, member);
		return reply_text(r, path);
	}
	return "";
}

#endif
