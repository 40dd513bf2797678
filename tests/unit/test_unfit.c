/* SPDX-License-Identifier: GPL-2.0-only */
/* What a config points at and cannot be used: files of the kernel, folders nobody may list, zones with leap seconds, paths too long. */
#include <lib/config.h>
#include <lib/policy.h>
#include <lib/profile.h>
#include <lib/zone.h>
#include <lib/zones.h>
#include <limits.h>
#include "unit.h"

static struct unit_dir dir;

static int read_at(const char *path, struct cg_diag *diag)
{
	struct cg_config *config = NULL;
	int r;

	*diag = (struct cg_diag){ "" };
	r = cg_config_read(path, diag, &config);
	cg_config_free(&config);
	return r;
}

/* main.conf with that text. */
static int read_text(const char *text, struct cg_diag *diag)
{
	char path[128];

	unit_write(&dir, "main.conf", text, strlen(text));
	return read_at(unit_path(&dir, "main.conf", path), diag);
}

START_TEST(files_of_the_kernel)
{
	static const char odd[] = "/sys/class/net/lo/speed";
	struct cg_diag d;

	dir = unit_dir_new();
	/* holds more than it says, as one that is written to just now */
	ck_assert_int_eq(read_at("/proc/self/status", &d), -EAGAIN);
	UNIT_HOLDS(d.text, "'/proc/self/status' changed while it was read");
	ck_assert_int_eq(read_text("lan = a\ninclude(\"/proc/self/status\")\n", &d), -EAGAIN);
	UNIT_HOLDS(d.text, "/main.conf:2:9:", "changed while it was read");
	/* regular, and yet the kernel gives nothing of it */
	if (!access(odd, R_OK)) {
		ck_assert_int_eq(read_at(odd, &d), -EINVAL);
		UNIT_HOLDS(d.text, "cannot read '/sys/class/net/lo/speed': Invalid argument");
	}
	unit_dir_free(&dir);
}
END_TEST

/* One after another, each closed before the next: not deep, but many. */
START_TEST(many_files)
{
	struct cg_diag d;
	char text[CG_MAX_INCLUDES * 24 + 1], *to = text;

	dir = unit_dir_new();
	for (int i = 0; i < CG_MAX_INCLUDES; i++) {
		char name[16];

		snprintf(name, sizeof(name), "n%d", i);
		unit_write(&dir, name, "# nothing\n", 10);
		to += sprintf(to, "include(\"%s\")\n", name);
		if (i == CG_MAX_INCLUDES - 2)
			ck_assert_int_eq(read_text(text, &d), 0);
	}
	ck_assert_int_eq(read_text(text, &d), -EINVAL);
	UNIT_HOLDS(d.text, "/main.conf:64:9: '", "/n63' is one file too many, expected at most 64");
	unit_dir_free(&dir);
}
END_TEST

START_TEST(a_folder_nobody_may_list)
{
	const uid_t nobody = 65534;
	char folder[140];
	struct cg_diag d;

	dir = unit_dir_new();
	snprintf(folder, sizeof(folder), "%s/cams.d", dir.path);
	ck_assert_int_eq(mkdir(folder, 0300), 0);
	if (!geteuid()) {
		ck_assert_int_eq(chown(dir.path, nobody, nobody) || chown(folder, nobody, nobody) ||
					 chmod(unit_base, 0755),
				 0);
		ck_assert_int_eq(setegid(nobody) || seteuid(nobody), 0);
	}
	ck_assert_int_eq(read_text("lan = a\ninclude(\"cams.d/*.conf\")\n", &d), -EACCES);
	UNIT_HOLDS(d.text, "/main.conf:2:9: cannot list '", "/cams.d/*.conf', expected a readable");
	/* One that is not there holds nothing, and one that may be listed too. */
	ck_assert_int_eq(read_text("lan = a\ninclude(\"none.d/*.conf\")\n", &d), 0);
	ck_assert_int_eq(chmod(folder, 0700), 0);
	ck_assert_int_eq(read_text("lan = a\ninclude(\"cams.d/*.conf\")\n", &d), 0);
	ck_assert_int_eq(seteuid(getuid()) || setegid(getgid()), 0);
}
END_TEST

/* ---- zones ---- */

static void put32(FILE *f, uint32_t v)
{
	const uint8_t b[4] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8),
			       (uint8_t)v };

	fwrite(b, 1, 4, f);
}

/* UTC, with changes at those seconds and so many leap seconds. */
static void zone_write(const char *name, const int64_t *at, uint32_t n, uint32_t leap)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "mkdir -p %s" CG_ZONE_DIR, dir.path);
	ck_assert_int_eq(system(path), 0);
	snprintf(path, sizeof(path), "%s" CG_ZONE_DIR "/%s", dir.path, name);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	for (int version = 1; version <= 2; version++) {
		const bool second = version == 2;

		fwrite("TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 1, 20, f);
		put32(f, 0);
		put32(f, 0);
		put32(f, second ? leap : 0);
		put32(f, second ? n : 0);
		put32(f, 1);
		put32(f, 4);
		for (uint32_t i = 0; second && i < n; i++) {
			put32(f, (uint32_t)(at[i] >> 32));
			put32(f, (uint32_t)at[i]);
		}
		for (uint32_t i = 0; second && i < n; i++)
			fputc(0, f);
		fwrite("\0\0\0\0\0\0UTC", 1, 10, f);
		for (uint32_t i = 0; second && i < leap; i++) {
			put32(f, 0);
			put32(f, 78796800 + i);
			put32(f, i + 1);
		}
	}
	fwrite("\nUTC0\n", 1, 6, f);
	ck_assert_int_eq(fclose(f), 0);
}

static int zones_find(const char *name, struct cg_diag *diag)
{
	struct cg_policy *p = calloc(1, sizeof(*p));
	int r;

	*diag = (struct cg_diag){ "" };
	p->cams = calloc(2, sizeof(*p->cams));
	p->ncams = 1;
	snprintf(p->cams[0].zone_name, sizeof(p->cams[0].zone_name), "%s", name);
	p->cams[0].zone_pos = (struct cg_pos){ "a.conf", 3, 4 };
	r = cg_zones_find(p, dir.path, diag);
	cg_zones_free(p);
	cg_policy_free(&p);
	return r;
}

START_TEST(zones)
{
	static const int64_t good[] = { 1000, 2000, 3000 }, back[] = { 1000, 3000, 2000 },
			     twice[] = { 1000, 2000, 2000 };
	struct cg_diag d;

	dir = unit_dir_new();
	zone_write("Good", good, 3, 0);
	zone_write("Back", back, 3, 0);
	zone_write("Twice", twice, 3, 0);
	zone_write("Leap", good, 3, 2);
	ck_assert_msg(!zones_find("Good", &d), "%s", d.text);
	ck_assert_int_eq(zones_find("Back", &d), -EINVAL);
	UNIT_HOLDS(d.text, "a.conf:3:4: timezone: " CG_ZONE_DIR "/Back is no time zone, expected");
	ck_assert_int_eq(zones_find("Twice", &d), -EINVAL);
	UNIT_HOLDS(d.text, "a.conf:3:4: timezone: " CG_ZONE_DIR "/Twice is no time zone, expected");
	ck_assert_int_eq(zones_find("Leap", &d), -EINVAL);
	UNIT_HOLDS(d.text,
		   "a.conf:3:4: timezone: 'Leap' counts leap seconds, expected one without");
	ck_assert_int_eq(zones_find("Gone", &d), -EINVAL);
	UNIT_HOLDS(d.text, "a.conf:3:4: timezone: this machine has no 'Gone', expected");
	unit_dir_free(&dir);
}
END_TEST

/* ---- paths ---- */

START_TEST(paths_too_long)
{
	struct cg_pos pos = { "a.conf", 3, 4 };
	struct cg_diag d = { "" };
	struct cg_zone *z = NULL;
	char root[PATH_MAX], *path = NULL;

	memset(root, 'x', sizeof(root) - 1);
	root[0] = '/';
	root[sizeof(root) - 1] = '\0';
	ck_assert_int_eq(cg_zone_read(root, "Europe/Berlin", &z), -ENAMETOOLONG);
	/* What the machine says of itself cannot be found there either: it is UTC. */
	unsetenv("TZ");
	ck_assert_int_eq(cg_zone_read(root, NULL, &z), 0);
	cg_zone_free(&z);
	ck_assert_int_eq(cg_profile_find("/etc/camgate.conf", root, "some-maker", &pos, &d, &path),
			 -ENAMETOOLONG);
	root[PATH_MAX - 4] = '/';
	ck_assert_int_eq(cg_profile_find(root, "profiles", "some-maker", &pos, &d, &path),
			 -ENAMETOOLONG);
	ck_assert_ptr_null(path);
}
END_TEST

int main(void)
{
	return UNIT_RUN("unfit", 30, files_of_the_kernel, many_files, a_folder_nobody_may_list,
			zones, paths_too_long);
}
