/* SPDX-License-Identifier: GPL-2.0-only */
/* The folder a UCI file's config is judged in, and putting it in place: what the file system refuses, and that nothing is left of it. */
#include <dirent.h>
#include <fcntl.h>
#include <lib/ucistage.h>
#include "unit.h"

#ifdef CG_HAVE_UCI

/* ---- the C library, where a case wants it to fail ---- */

static const char *refused; /* the end of a path */
static char staged[PATH_MAX];

static bool refuses(const char *path)
{
	size_t n = refused ? strlen(refused) : 0, len = strlen(path);

	return n && len >= n && !strcmp(path + len - n, refused);
}

int mkdir(const char *path, mode_t mode)
{
	if (!refuses(path))
		return mkdirat(AT_FDCWD, path, mode);
	errno = ENOSPC;
	return -1;
}

char *mkdtemp(char *template)
{
	static unsigned int nr;
	char *x = template + strlen(template) - 6;

	if (refuses(template)) {
		errno = EROFS;
		return NULL;
	}
	do
		snprintf(x, 7, "%06x", ((unsigned int)getpid() * 64 + nr++) & 0xffffff);
	while (mkdirat(AT_FDCWD, template, 0700) < 0 && errno == EEXIST);
	if (strncmp(template, "/tmp/camgate.", 13) == 0)
		snprintf(staged, sizeof(staged), "%s", template);
	return template;
}

/* ---- */

#define UCI "config camgate\n\tlist lan 'br-lan'\n"

static struct unit_dir dir;
static char uci[128];

static void begin(void)
{
	dir = unit_dir_new();
	unit_write(&dir, "uci", UCI, strlen(UCI));
	unit_path(&dir, "uci", uci);
	*staged = '\0';
}

static int stage(const char *config, struct cg_uci_stage *st, struct cg_diag *diag)
{
	*st = (struct cg_uci_stage){ 0 };
	*diag = (struct cg_diag){ "" };
	return cg_uci_stage(uci, config, diag, st);
}

/* It is said of the file, and the folder is gone. */
static void fails(const char *config, int err)
{
	struct cg_uci_stage st;
	struct cg_diag diag;

	ck_assert_int_eq(stage(config, &st, &diag), err);
	UNIT_HOLDS(diag.text, uci, strerror(-err));
	ck_assert_ptr_null(st.text);
	ck_assert(!*staged || access(staged, F_OK) < 0);
}

START_TEST(whole)
{
	char etc[128], config[160], beside[160];
	struct cg_uci_stage st;
	struct cg_diag diag;
	struct stat is;

	begin();
	unit_path(&dir, "etc", etc);
	ck_assert_int_eq(mkdir(etc, 0755), 0);
	snprintf(config, sizeof(config), "%s/camgate.conf", etc);
	snprintf(beside, sizeof(beside), "%s/profiles", etc);
	ck_assert_int_eq(mkdir(beside, 0755), 0);
	ck_assert_msg(!stage(config, &st, &diag), "%s", diag.text);
	ck_assert(!st.same);
	snprintf(beside, sizeof(beside), "%s/profiles", st.dir);
	ck_assert_int_eq(lstat(beside, &is), 0);
	ck_assert(S_ISLNK(is.st_mode));
	ck_assert_int_eq(cg_uci_stage_commit(&st, config), 0);
	cg_uci_stage_end(&st);
	ck_assert_int_lt(access(staged, F_OK), 0);
	ck_assert_msg(!stage(config, &st, &diag), "%s", diag.text);
	ck_assert(st.same);
	cg_uci_stage_end(&st);
	unit_dir_free(&dir);
}
END_TEST

START_TEST(no_folder)
{
	char config[160];
	struct cg_uci_stage st;
	struct cg_diag diag;

	begin();
	/* There is none yet: it can be judged, and has no place. */
	snprintf(config, sizeof(config), "%s/none/camgate.conf", dir.path);
	ck_assert_msg(!stage(config, &st, &diag), "%s", diag.text);
	ck_assert_int_eq(cg_uci_stage_commit(&st, config), -ENOENT);
	cg_uci_stage_end(&st);
	/* What stands there is none. */
	snprintf(config, sizeof(config), "%s/uci/camgate.conf", dir.path);
	fails(config, -ENOTDIR);
	unit_dir_free(&dir);
}
END_TEST

START_TEST(refusals)
{
	char config[160];

	begin();
	snprintf(config, sizeof(config), "%s/camgate.conf", dir.path);
	refused = "camgate.XXXXXX";
	fails(config, -EROFS);
	refused = "/cameras.d";
	fails(config, -ENOSPC);
	ck_assert(*staged);
	unit_dir_free(&dir);
}
END_TEST

START_TEST(long_names)
{
	char of[PATH_MAX], config[2 * PATH_MAX], etc[128], name[160];

	begin();
	unit_path(&dir, "etc", etc);
	ck_assert_int_eq(mkdir(etc, 0755), 0);
	/* cameras.d has no room below it. */
	snprintf(config, sizeof(config), "%s/c", unit_longer(etc, PATH_MAX - 6, of));
	fails(config, -ENAMETOOLONG);
	/* Nor has what stands beside it. */
	snprintf(name, sizeof(name), "%s/certificates.d", etc);
	ck_assert_int_eq(mkdir(name, 0755), 0);
	snprintf(config, sizeof(config), "%s/c", unit_longer(etc, PATH_MAX - 12, of));
	fails(config, -ENAMETOOLONG);
	/* Nor is there a folder of such a name. */
	memset(config, 'a', sizeof(config));
	memcpy(config + sizeof(config) - 3, "/c", 3);
	*config = '/';
	fails(config, -ENAMETOOLONG);
	unit_dir_free(&dir);
}
END_TEST

START_TEST(commit_long_names)
{
	char config[160], cameras[128], kept[200];
	struct cg_uci_stage st = { .text = (char *)"guard = off\n", .len = 12 };

	begin();
	snprintf(config, sizeof(config), "%s/camgate.conf", dir.path);
	unit_path(&dir, "cameras.d", cameras);
	ck_assert_int_eq(mkdir(cameras, 0755), 0);
	unit_write(&dir, "cameras.d/somebody.conf", "# mine\n", 7);
	unit_longer(dir.path, PATH_MAX - 6, st.of);
	ck_assert_int_eq(cg_uci_stage_commit(&st, config), -ENAMETOOLONG);
	ck_assert_int_eq(access(config, F_OK), 0);
	/* Somebody wrote it: there is no room for the name it would get, and it stays. */
	unit_longer(dir.path, PATH_MAX - 30, st.of);
	ck_assert_int_eq(cg_uci_stage_commit(&st, config), -ENAMETOOLONG);
	snprintf(kept, sizeof(kept), "%s/somebody.conf", cameras);
	ck_assert_int_eq(access(kept, F_OK), 0);
	/* The same where there is room. */
	unit_longer(dir.path, PATH_MAX - 60, st.of);
	ck_assert_int_eq(cg_uci_stage_commit(&st, config), 0);
	ck_assert_int_lt(access(kept, F_OK), 0);
	strcat(kept, ".undone");
	ck_assert_int_eq(access(kept, F_OK), 0);
	unit_dir_free(&dir);
}
END_TEST

START_TEST(names_of_files)
{
	static const struct {
		const char *file, *name;
	} of[] = {
		{ "/etc/camgate/cameras.d/attic.conf", "attic" },
		{ "/etc/camgate/cameras.d/.conf", NULL },
		{ "/etc/camgate/cameras.d/attic.confs", NULL },
		{ "/etc/camgate/cameras.d/at tic.conf", NULL },
		{ "/etc/camgate/cameras.d/"
		  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.conf",
		  NULL },
		{ "/etc/camgate/attic.conf", NULL },
		{ NULL, NULL },
	};
	struct cg_config config = { .path = (char *)"/etc/camgate/camgate.conf" };

	for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		struct cg_config_cam cam = { .name.pos.file = of[i].file };
		char name[64] = "";

		ck_assert_msg(cg_uci_file_of(&config, &cam, name) == !!of[i].name, "%s",
			      of[i].file);
		ck_assert(!of[i].name || !strcmp(name, of[i].name));
	}
}
END_TEST

int main(void)
{
	return UNIT_RUN("ucistage", 20, whole, no_folder, refusals, long_names, commit_long_names,
			names_of_files);
}

#else

int main(void)
{
	printf("skip ucistage: built without UCI\n");
	return 77;
}

#endif
