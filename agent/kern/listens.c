/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/net/udp and udp6: " 12: 0100007F:0035 00000000:0000 07 …", addresses as words of this machine. */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include "listens.h"

/* Loopback's: 127.… and ::1. Both are written word by word, each in the machine's order. */
static bool is_loopback(const char *addr)
{
	unsigned int w[4] = { 0 };
	unsigned char b[16];
	int n = sscanf(addr, "%8x%8x%8x%8x", &w[0], &w[1], &w[2], &w[3]);

	memcpy(b, w, sizeof(b));
	if (n == 1)
		return b[0] == 127;
	return n == 4 && !w[0] && !w[1] && !w[2] && b[12] == 0 && b[13] == 0 && b[14] == 0 &&
	       b[15] == 1;
}

/* 1: there is one, 0: there is none, -1: it cannot be read. */
static int look(const char *root, const char *file, uint16_t port)
{
	char path[PATH_MAX], line[512], addr[33];
	unsigned int at, to;
	FILE *f;
	int r = 0;

	(void)snprintf(path, sizeof(path), "%s/proc/net/%s", root, file);
	f = fopen(path, "re");
	if (!f)
		return -1;
	while (!r && fgets(line, sizeof(line), f))
		r = sscanf(line, " %*u: %32[0-9A-F]:%4x %*32[0-9A-F]:%4x", addr, &at, &to) == 3 &&
		    at == port && !to && !is_loopback(addr);
	(void)fclose(f);
	return r;
}

bool cg_listens_udp(const char *root, uint16_t port)
{
	int v4 = look(root, "udp", port), v6 = look(root, "udp6", port);

	return v4 > 0 || v6 > 0 || (v4 < 0 && v6 < 0);
}
