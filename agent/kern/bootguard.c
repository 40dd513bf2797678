/* SPDX-License-Identifier: GPL-2.0-only */
/* What is loaded without the agent must be right without it: whole files, replaced by a rename. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/netfilter.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../lib/memtext.h"
#include "../lib/nftext.h"
#include "../lib/wholefile.h"
#include "bootguard.h"
#include "kstats.h"
#include "nft.h"

static const struct {
	const char *family;
	uint8_t nfproto;
	const char *table, *what;
} tables[] = {
	{ "netdev", NFPROTO_NETDEV, CG_NFTEXT_GUARD_TABLE, "nftables: table netdev camgate_guard" },
	{ "inet", NFPROTO_INET, CG_NFTEXT_BOOT_TABLE, "nftables: table inet camgate_boot" },
	{ "bridge", NFPROTO_BRIDGE, CG_NFTEXT_BOOT_TABLE, "nftables: table bridge camgate_boot" },
};
#define FIRST_BOOT 1
#define NTABLES	   (sizeof(tables) / sizeof(tables[0]))

static int path_make(const char *dir, const char *file, char buf[static PATH_MAX])
{
	return snprintf(buf, PATH_MAX, "%s/%s", dir, file) >= PATH_MAX ? -ENAMETOOLONG : 0;
}

static int replace(const char *path, const char *text, mode_t mode)
{
	_cleanup_free_ char *was = NULL;
	size_t len = strlen(text), n;

	if (!cg_wholefile_read(path, len, &was, &n) && n == len && !memcmp(was, text, len))
		return 0;
	return cg_wholefile_replace(path, text, len, mode, geteuid(), getegid());
}

static int gone(const char *path)
{
	return unlink(path) < 0 && errno != ENOENT ? -errno : 0;
}

static int write_one(const char *dir, const char *file, const struct cg_mac *mac, size_t n,
		     int (*make)(const struct cg_mac *mac, size_t n, char **ret_text))
{
	_cleanup_free_ char *text = NULL;
	char path[PATH_MAX];
	int r = path_make(dir, file, path);

	if (r)
		return r;
	if (!n)
		return gone(path);
	r = make(mac, n, &text);
	return r ? r : replace(path, text, 0600);
}

int cg_bootguard_write(const char *state_dir, const struct cg_mac *mac, size_t n)
{
	int r = write_one(state_dir, CG_BOOTGUARD_FILE, mac, n, cg_nftext_boot);

	return r ? r :
		   write_one(state_dir, CG_BOOTGUARD_BRIDGE_FILE, mac, n, cg_nftext_boot_bridge);
}

bool cg_bootguard_held(void)
{
	for (size_t i = FIRST_BOOT; i < NTABLES; i++)
		if (cg_nft_table_has(tables[i].nfproto, tables[i].table) == 1)
			return true;
	return false;
}

int cg_bootguard_release_text(char **ret_script)
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	if (!f)
		return -ENOMEM;
	/* A family the kernel lacks would make all of it fail. */
	for (size_t i = FIRST_BOOT; i < NTABLES; i++)
		if (cg_nft_table_has(tables[i].nfproto, tables[i].table) == 1)
			(void)fprintf(f, "delete table %s %s\n", tables[i].family, tables[i].table);
	if (cg_memtext_end(f, &text))
		return -ENOMEM;
	*ret_script = text;
	return 0;
}

/* ---- fw4 ---- */

int cg_bootguard_fw4_install(const char *dir, const struct cg_mac *mac, size_t n,
			     const struct cg_mark *mark)
{
	_cleanup_free_ char *text = NULL;
	char path[PATH_MAX];
	int r = path_make(dir, CG_BOOTGUARD_FW4_FILE, path);

	if (!r && access(dir, F_OK))
		return -ENOENT;
	if (!r)
		r = cg_nftext_fw4(mac, n, mark, true, &text);
	return r ? r : replace(path, text, 0644);
}

bool cg_bootguard_fw4_installed(const char *dir)
{
	char path[PATH_MAX];

	return !path_make(dir, CG_BOOTGUARD_FW4_FILE, path) && !access(path, F_OK);
}

int cg_bootguard_fw4_text(const struct cg_mac *mac, size_t n, const struct cg_mark *mark,
			  char **ret_script)
{
	uint64_t handle[CG_NFTEXT_FW4_RULES];
	int has = cg_nft_table_has(NFPROTO_INET, CG_NFTEXT_FW4_TABLE);

	if (has < 1)
		return has ? has : -ENOENT;
	has = cg_nft_rules_find(NFPROTO_INET, CG_NFTEXT_FW4_TABLE, "forward", CG_NFTEXT_FW4_COMMENT,
				handle, CG_NFTEXT_FW4_RULES);
	return has < 0 ? has : cg_nftext_fw4(mac, n, mark, has < CG_NFTEXT_FW4_RULES, ret_script);
}

/* ---- detach ---- */

static int fw4_remove(void)
{
	char script[512], why[128];
	uint64_t handle[2 * CG_NFTEXT_FW4_RULES];
	int n, at = 0;

	if (cg_nft_table_has(NFPROTO_INET, CG_NFTEXT_FW4_TABLE) != 1 ||
	    cg_nft_set_has(NFPROTO_INET, CG_NFTEXT_FW4_TABLE, CG_NFTEXT_FW4_SET) != 1)
		return 0;
	n = cg_nft_rules_find(NFPROTO_INET, CG_NFTEXT_FW4_TABLE, "forward", CG_NFTEXT_FW4_COMMENT,
			      handle, 2 * CG_NFTEXT_FW4_RULES);
	if (n < 0)
		return n;
	for (int i = 0; i < n; i++)
		at += snprintf(script + at, sizeof(script) - (size_t)at,
			       "delete rule inet fw4 forward handle %" PRIu64 "\n", handle[i]);
	(void)snprintf(script + at, sizeof(script) - (size_t)at,
		       "delete set inet fw4 " CG_NFTEXT_FW4_SET "\n");
	n = cg_nft_run(script, why, sizeof(why));
	return n ? n : 1;
}

static int table_remove(size_t i)
{
	_cleanup_free_ char *script = NULL;
	char why[128];
	int r;

	if (cg_nft_table_has(tables[i].nfproto, tables[i].table) != 1)
		return 0;
	r = cg_nftext_remove(tables[i].family, tables[i].table, &script);
	if (!r)
		r = cg_nft_run(script, why, sizeof(why));
	return r ? r : 1;
}

static int module_off(void)
{
	const struct cg_kstats_guard off = { .mode = CG_KSTATS_OFF };
	struct cg_kstats *ks = NULL;
	int r = cg_kstats_open(&ks);

	if (!r)
		r = cg_kstats_guard_apply(ks, &off);
	if (!r)
		r = cg_kstats_unset(ks);
	cg_kstats_close(&ks);
	/* Not there, or not ours to speak to: nothing was set. */
	return r == -ENOENT || r == -EPROTO ? 0 : r ? r : 1;
}

static int file_remove(const char *dir, const char *file, void (*say)(void *ctx, const char *what),
		       void *ctx)
{
	char path[PATH_MAX];

	if (path_make(dir, file, path))
		return 0;
	if (unlink(path) < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
	if (say)
		say(ctx, path);
	return 1;
}

int cg_bootguard_fw4_remove(const char *dir)
{
	return file_remove(dir, CG_BOOTGUARD_FW4_FILE, NULL, NULL);
}

int cg_bootguard_detach(const char *state_dir, const char *fw4_dir,
			void (*say)(void *ctx, const char *what), void *ctx)
{
	const struct {
		const char *dir, *file;
	} files[] = {
		{ state_dir, CG_BOOTGUARD_FILE },
		{ state_dir, CG_BOOTGUARD_BRIDGE_FILE },
		{ fw4_dir, CG_BOOTGUARD_FW4_FILE },
	};
	int removed = 0, err = 0, r;

	/* Each is tried, whatever became of the others. */
	r = module_off();
	if (r > 0 && say)
		say(ctx, "camgate.ko: guard and counters");
	removed += r > 0;
	err = r < 0 ? r : err;
	for (size_t i = 0; i < NTABLES; i++) {
		r = table_remove(i);
		if (r > 0 && say)
			say(ctx, tables[i].what);
		removed += r > 0;
		err = r < 0 ? r : err;
	}
	r = fw4_remove();
	if (r > 0 && say)
		say(ctx, "nftables: camgate's rules in table inet fw4");
	removed += r > 0;
	err = r < 0 ? r : err;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		r = file_remove(files[i].dir, files[i].file, say, ctx);
		removed += r > 0;
		err = r < 0 ? r : err;
	}
	return err ? err : removed;
}
