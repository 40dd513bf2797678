/* SPDX-License-Identifier: GPL-2.0-only */
/* A config with what it includes and a profile (parts of the input, cut at a line of %), from its text to the entries of the maps. */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <lib/mapset.h>
#include <lib/policy.h>
#include <lib/mud_write.h>
#include <sys/stat.h>
#include <unistd.h>
#include "fuzz.h"

#define PARTS 3

static char dir[64];
static int fd[PARTS];

/* No pattern of the input goes through the disk of this machine. */
int glob(const char *pattern, int flags, int (*err)(const char *, int), glob_t *ret)
{
	(void)pattern;
	(void)flags;
	(void)err;
	(void)ret;
	return GLOB_NOMATCH;
}

static void dir_remove(void)
{
	static const char *const names[] = { "profiles.d/own.conf", "profiles.d", "more.conf",
					     "camgate.conf", "." };
	char path[128];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		(void)(i == 4 ? rmdir(dir) : remove(path));
	}
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const char *const names[PARTS] = { "camgate.conf", "more.conf",
						  "profiles.d/own.conf" };
	char path[128];

	(void)argc;
	(void)argv;
	fuzz_dir(dir);
	(void)atexit(dir_remove);
	snprintf(path, sizeof(path), "%s/profiles.d", dir);
	FUZZ_PROMISE(!mkdir(path, 0700));
	for (size_t i = 0; i < PARTS; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		fd[i] = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		FUZZ_PROMISE(fd[i] >= 0);
	}
	return 0;
}

static void files_write(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < PARTS; i++) {
		const uint8_t *cut = size && i + 1 < PARTS ? memmem(data, size, "\n%\n", 3) : NULL;
		size_t n = cut ? (size_t)(cut - data) : size;

		FUZZ_PROMISE(!ftruncate(fd[i], 0));
		FUZZ_PROMISE(pwrite(fd[i], data, n, 0) == (ssize_t)n);
		data += n;
		size -= n;
		if (cut) {
			data += 3;
			size -= 3;
		}
	}
}

static void cam_look(const struct cg_policy_cam *cam)
{
	struct json_object *root = NULL, *missing = NULL;
	struct cg_addr addr;

	FUZZ_PROMISE(cam->id[0] && memchr(cam->id, '\0', sizeof(cam->id)));
	FUZZ_PROMISE(memchr(cam->name, '\0', sizeof(cam->name)));
	FUZZ_PROMISE(cam->nmac <= CG_MAX_MACS && cam->naddr <= CG_MAX_CAM_ADDRS);
	FUZZ_PROMISE(!cg_addr_parse("198.51.100.7", &addr));
	FUZZ_PROMISE(cg_policy_match(cam, &addr, 6, 443, false) < (int)cam->nrules);
	FUZZ_PROMISE(cg_policy_match(cam, &addr, 17, 53, true) < (int)cam->nrules);
	FUZZ_PROMISE(!cg_mud_write(cam, NULL, 1700000000, &root, &missing));
	json_object_put(root);
	json_object_put(missing);
}

static void judge(const struct cg_config *config)
{
	struct cg_diag diag = { "" };
	struct cg_policy *policy = NULL;
	struct cg_mapset *set = NULL;
	int err = cg_policy_build(config, &diag, &policy);

	FUZZ_PROMISE(!err == !diag.text[0] || err == -ENOMEM);
	if (err)
		return;
	for (size_t i = 0; i < policy->ncams; i++)
		cam_look(&policy->cams[i]);
	err = cg_mapset_build(policy, 2, NULL, 0, &diag, &set);
	FUZZ_PROMISE(!err == !diag.text[0] || err == -ENOMEM);
	cg_mapset_free(&set);
	cg_policy_free(&policy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cg_diag diag = { "" };
	struct cg_config *config = NULL;
	char path[128];
	int err;

	files_write(data, size);
	snprintf(path, sizeof(path), "%s/camgate.conf", dir);
	err = cg_config_read(path, &diag, &config);
	FUZZ_PROMISE(!err == !diag.text[0] || err == -ENOMEM);
	/* The folder's name is as long as the tree's. */
	if (strlen(diag.text) > strlen(dir))
		fuzz_plant(strlen(diag.text) - strlen(dir), 345);
	if (!err)
		judge(config);
	cg_config_free(&config);
	return 0;
}
