/* SPDX-License-Identifier: GPL-2.0-only */
/* GUARD_SET from words, and thousands of addresses in parts. */
#include <errno.h>
#include <netlink/attr.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <camgate/genl.h>
#include "kmodctl.h"

static int put_macs(struct nl_msg *msg, char *list)
{
	unsigned char macs[64 * 6], *m = macs;

	for (char *s = strtok(list, ","); s; s = strtok(NULL, ",")) {
		if (m == macs + sizeof(macs) || sscanf(s, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &m[0],
						       &m[1], &m[2], &m[3], &m[4], &m[5]) != 6)
			return -1;
		m += 6;
	}
	return nla_put(msg, CAMGATE_A_GUARD_MACS, (int)(m - macs), macs);
}

static int put_ports(struct nl_msg *msg, char *list)
{
	struct nlattr *nest = nla_nest_start(msg, CAMGATE_A_GUARD_PORTS);

	for (char *s = strtok(list, ","); s; s = strtok(NULL, ",")) {
		char *value = strchr(s, ':');

		if (!value)
			return -1;
		*value++ = '\0';
		if (!strcmp(s, "name"))
			nla_put_string(msg, CAMGATE_P_NAME, value);
		else if (!strcmp(s, "bridge"))
			nla_put_string(msg, CAMGATE_P_BRIDGE, value);
		else
			nla_put_u32(msg, CAMGATE_P_IFINDEX, (uint32_t)atoi(value));
	}
	return nla_nest_end(msg, nest);
}

static int put(struct nl_msg *msg, const char *key, char *value)
{
	static const struct {
		const char *key;
		int attr;
	} numbers[] = {
		{ "mode", CAMGATE_A_GUARD_MODE },
		{ "mark", CAMGATE_A_GUARD_MARK },
		{ "mask", CAMGATE_A_GUARD_MASK },
		{ "flags", CAMGATE_A_GUARD_FLAGS },
	};

	if (!strcmp(key, "macs"))
		return put_macs(msg, value);
	if (!strcmp(key, "ports"))
		return put_ports(msg, value);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		if (!strcmp(key, numbers[i].key))
			return nla_put_u32(msg, numbers[i].attr, (uint32_t)strtoul(value, NULL, 0));
	return -1;
}

int guard_set(struct talk *t, int argc, char **argv)
{
	struct nl_msg *msg = talk_msg(t, CAMGATE_CMD_GUARD_SET, NLM_F_ACK);

	for (int i = 0; i < argc; i++) {
		char *value = strchr(argv[i], '=');

		if (value)
			*value++ = '\0';
		if (!value || put(msg, argv[i], value) < 0) {
			fprintf(stderr, "kmodctl: '%s'\n", argv[i]);
			return EINVAL;
		}
	}
	return talk_send(t, msg);
}

/* Addresses 02:00:xx:xx:xx:xx, staged in parts of 4000, then put in force. */
int guard_many_macs(struct talk *t, int n)
{
	int r = 0;

	for (int i = 0; !r && i < n;) {
		static unsigned char macs[4000 * 6];
		struct nl_msg *msg = talk_msg(t, CAMGATE_CMD_GUARD_SET, NLM_F_ACK);
		uint32_t flags = i ? 0 : CAMGATE_F_MACS_BEGIN;
		int k = 0;

		for (; k < 4000 && i < n; k++, i++) {
			unsigned char mac[6] = { 2,
						 0,
						 0,
						 (unsigned char)(i >> 16),
						 (unsigned char)(i >> 8),
						 (unsigned char)i };

			memcpy(macs + 6 * k, mac, 6);
		}
		if (i == n)
			flags |= CAMGATE_F_MACS_COMMIT;
		nla_put(msg, CAMGATE_A_GUARD_MACS, 6 * k, macs);
		nla_put_u32(msg, CAMGATE_A_GUARD_FLAGS, flags);
		r = talk_send(t, msg);
	}
	return r;
}
