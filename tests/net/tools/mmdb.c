/* SPDX-License-Identifier: GPL-2.0-only */
/* mmdb FILE BUILT CODE=ADDRESS/LEN...: a small database of countries in MaxMind's format. */
#include <arpa/inet.h>
#include "../../mmdb.h"

#define MAX 32

int main(int argc, char **argv)
{
	struct mmdb_opts opts = { 24, false, true, MMDB_MAXMIND, 0 };
	struct mmdb_row rows[MAX];
	size_t n = 0, len;
	uint8_t *bytes;
	FILE *f;

	if (argc < 4 || argc > MAX + 3)
		return 2;
	opts.built = strtoull(argv[2], NULL, 10);
	for (int i = 3; i < argc; i++) {
		struct mmdb_row *r = &rows[n++];
		char *addr = strchr(argv[i], '='), *slash = strchr(argv[i], '/');

		if (!addr || !slash)
			return 2;
		*addr++ = *slash++ = '\0';
		memset(r, 0, sizeof(*r));
		r->country = argv[i];
		r->v4 = !strchr(addr, ':');
		r->len = atoi(slash);
		if (inet_pton(r->v4 ? AF_INET : AF_INET6, addr, r->addr) != 1)
			return 2;
	}
	bytes = mmdb_make(rows, n, &opts, &len);
	f = fopen(argv[1], "w");
	if (!f || fwrite(bytes, 1, len, f) != len || fclose(f)) {
		perror(argv[1]);
		return 1;
	}
	free(bytes);
	return 0;
}
