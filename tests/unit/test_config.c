/* SPDX-License-Identifier: GPL-2.0-only */
/* The loader: what it reads and where it says it stood, every trap of the parser underneath, includes. */
#include <lib/config.h>
#include <camgate/limits.h>
#include <time.h>
#include "unit.h"

static struct unit_dir dir;

static void setup_dir(void)
{
	dir = unit_dir_new();
}

/* Writes main.conf and reads it. */
static struct cg_config *read_ok(const char *text)
{
	struct cg_config *config = NULL;
	struct cg_diag d = { "" };
	char path[128];

	unit_write(&dir, "main.conf", text, strlen(text));
	ck_assert_msg(!cg_config_read(unit_path(&dir, "main.conf", path), &d, &config), "%s",
		      d.text);
	ck_assert_ptr_nonnull(config);
	return config;
}

static int read_bytes(const void *text, size_t n, struct cg_diag *ret_diag)
{
	struct cg_config *config = (struct cg_config *)&dir;
	struct cg_diag d = { "" };
	char path[128];
	int r;

	unit_write(&dir, "main.conf", text, n);
	r = cg_config_read(unit_path(&dir, "main.conf", path), &d, &config);
	ck_assert_msg(r < 0, "took what was to be refused");
	ck_assert_ptr_eq(config, &dir);
	*ret_diag = d;
	return r;
}

static void count(void *ctx, size_t ncams)
{
	*(size_t *)ctx = ncams;
}

/* SIZE_MAX: nothing was told. */
static size_t counted(const char *text, int want)
{
	size_t n = SIZE_MAX;
	const struct cg_config_counted c = { count, &n };
	struct cg_config *config = NULL;
	struct cg_diag d = { "" };
	char path[128];

	unit_write(&dir, "main.conf", text, strlen(text));
	ck_assert_int_eq(
		cg_config_read_counted(unit_path(&dir, "main.conf", path), &c, &d, &config), want);
	cg_config_free(&config);
	return n;
}

START_TEST(cameras_are_counted)
{
	setup_dir();
	unit_write(&dir, "more.conf", "camera b { }\ncamera c { }\n", 26);
	ck_assert_uint_eq(counted("lan = br0\n", 0), 0);
	ck_assert_uint_eq(counted("camera a { }\ninclude(\"more.conf\")\n", 0), 3);
	/* What has no shape has no count. */
	ck_assert_uint_eq(counted("camera a { }\ncamera b {\n", -EINVAL), SIZE_MAX);
	ck_assert_uint_eq(counted("camera a { }\ncamera a { }\n", -EEXIST), SIZE_MAX);
	/* A profile that is not there is found behind it. */
	ck_assert_uint_eq(counted("camera a { profile = nosuch }\n", -EINVAL), 1);
	unit_dir_free(&dir);
}
END_TEST

/* Refused with every part in the diag; the first is behind the folder's name. */
#define REFUSED(conf, ...)                                                          \
	do {                                                                        \
		struct cg_diag _d;                                                  \
		ck_assert_int_eq(read_bytes(conf, sizeof(conf) - 1, &_d), -EINVAL); \
		UNIT_HOLDS(_d.text, dir.path, __VA_ARGS__);                         \
	} while (0)

static void texts(const struct cg_texts *t, const char *const *want, size_t n)
{
	ck_assert_uint_eq(t->n, n);
	for (size_t i = 0; i < n; i++)
		ck_assert_str_eq(t->v[i].s, want[i]);
}

#define TEXTS(t, ...)                                     \
	do {                                              \
		const char *const _w[] = { __VA_ARGS__ }; \
		texts(t, _w, sizeof(_w) / sizeof(_w[0])); \
	} while (0)

static void at(const struct cg_text *t, const char *file, int line, int column)
{
	ck_assert_ptr_nonnull(t->s);
	ck_assert_ptr_nonnull(t->pos.file);
	ck_assert_str_eq(strrchr(t->pos.file, '/') + 1, file);
	ck_assert_int_eq(t->pos.line, line);
	ck_assert_int_eq(t->pos.column, column);
}

START_TEST(everything_read_with_its_place)
{
	setup_dir();
	struct cg_config *c = read_ok(
		"lan = { \"br-lan\", eth1 }	# LAN\n"
		"home = \"wg0\"\n"
		"readers = all\n"
		"force = yes\n"
		"defaults { exposure = closed  deny = { \"192.0.2.0/24\" } }\n"
		"camera \"Nursery 婴儿房\" {\n"
		"	id = nursery\n"
		"	mac = { \"02:ca:00:00:00:01\",\n"
		"		02:ca:00:00:00:02 }\n"
		"	address = { 192.168.1.20 }\n"
		"	exposure = open  lan_viewing = viewers /* who */ viewers = { \"192.168.1.30\", }\n"
		"	mode = monitor  gateway_viewing = yes\n"
		"	allow = { }\n"
		"	allow += { \"any:123/udp\" }\n"
		"	allow += 'any:53'\n"
		"	upload += { a, b }\n"
		"}\n"
		"camera \"b\" { mac = \"02:ca:00:00:00:03\" }\n");

	TEXTS(&c->lan, "br-lan", "eth1");
	at(&c->lan.v[1], "main.conf", 1, 19);
	TEXTS(&c->home, "wg0");
	ck_assert_str_eq(c->readers.s, "all");
	ck_assert_str_eq(c->force.s, "yes");
	at(&c->force, "main.conf", 4, 9);
	ck_assert_str_eq(c->defaults.exposure.s, "closed");
	TEXTS(&c->defaults.deny, "192.0.2.0/24");
	ck_assert_ptr_null(c->defaults.mode.s);
	ck_assert_uint_eq(c->ncams, 2);

	const struct cg_config_cam *cam = &c->cams[0];

	ck_assert_str_eq(cam->name.s, "Nursery 婴儿房");
	at(&cam->name, "main.conf", 6, 8);
	ck_assert_str_eq(cam->id.s, "nursery");
	TEXTS(&cam->mac, "02:ca:00:00:00:01", "02:ca:00:00:00:02");
	at(&cam->mac.v[0], "main.conf", 8, 10);
	at(&cam->mac.v[1], "main.conf", 9, 3);
	TEXTS(&cam->address, "192.168.1.20");
	ck_assert_str_eq(cam->exposure.s, "open");
	ck_assert_str_eq(cam->lan_viewing.s, "viewers");
	TEXTS(&cam->viewers, "192.168.1.30");
	ck_assert_str_eq(cam->mode.s, "monitor");
	ck_assert_str_eq(cam->gateway_viewing.s, "yes");
	TEXTS(&cam->allow, "any:123/udp", "any:53");
	at(&cam->allow.v[1], "main.conf", 15, 11);
	TEXTS(&cam->upload, "a", "b");
	ck_assert_uint_eq(cam->deny.n, 0);
	ck_assert_str_eq(c->cams[1].name.s, "b");
	ck_assert_ptr_null(c->cams[1].id.s);
	at(&c->cams[1].mac.v[0], "main.conf", 18, 20);
	cg_config_free(&c);
	ck_assert_ptr_null(c);
	cg_config_free(&c);
	unit_dir_free(&dir);
}
END_TEST

START_TEST(nothing_is_a_config)
{
	setup_dir();
	struct cg_config *c = read_ok("");

	ck_assert_uint_eq(c->ncams, 0);
	cg_config_free(&c);
	c = read_ok("# only words\n/* and\n more */");
	ck_assert_uint_eq(c->ncams + c->lan.n, 0);
	cg_config_free(&c);
	unit_dir_free(&dir);
}
END_TEST

START_TEST(nothing_is_expanded)
{
	setup_dir();
	ck_assert_int_eq(setenv("HOME", "/root-of-evil", 1), 0);
	struct cg_config *c = read_ok(
		"camera \"a ${HOME} b\" { id = '${HOME}' exposure = \"~root\\\\\\\"x\" }\n");

	ck_assert_str_eq(c->cams[0].name.s, "a ${HOME} b");
	ck_assert_str_eq(c->cams[0].id.s, "${HOME}");
	ck_assert_str_eq(c->cams[0].exposure.s, "~root\\\"x");
	cg_config_free(&c);
	REFUSED("readers = ${HOME}\n", "/main.conf:1:12: found '{', expected a key");
	unit_dir_free(&dir);
}
END_TEST

START_TEST(unclosed)
{
	setup_dir();
	REFUSED("lan = a\ncamera \"x\" {\n\tmac = { a }\n",
		"/main.conf:2:12: this block is not closed", "expected '}'");
	REFUSED("lan = {\n a\n", "/main.conf:1:7: this list is not closed");
	REFUSED("lan = a\n/* b\ncamera \"x\" { }\n", "/main.conf:2:1: this comment is not closed",
		"expected '*/'");
	REFUSED("lan = \"a\nhome = b\n", "/main.conf:1:7: this string is not closed");
	REFUSED("camera \"x\" {\n mac = a\ncamera \"y\" {\n}\n}\n",
		"/main.conf:3:1: found 'camera' inside a block, expected '}' of the block opened at",
		"/main.conf:1:12");
	unit_dir_free(&dir);
}
END_TEST

START_TEST(unknown_keys)
{
	setup_dir();
	REFUSED("lan = a\nreader = all\n",
		"/main.conf:2:1: unknown key 'reader', expected 'readers'");
	REFUSED("camera \"x\" {\n  exposre = open\n}\n",
		"/main.conf:2:3: unknown key 'exposre', expected 'exposure'");
	REFUSED("defaults { mac = a }\n", "/main.conf:1:12: unknown key 'mac', expected");
	REFUSED("qwertyuiop = 1\n",
		"/main.conf:1:1: unknown key 'qwertyuiop', expected one of 'lan', 'home'",
		"or 'camera'");
	REFUSED("camgate-end = yes\n", "/main.conf:1:1: unknown key 'camgate-end'");
	REFUSED("Lan = a\n", "/main.conf:1:1: unknown key 'Lan', expected 'lan'");
	unit_dir_free(&dir);
}
END_TEST

START_TEST(repeated_keys)
{
	setup_dir();
	REFUSED("lan = a\nhome = b\nlan = c\n", "/main.conf:3:1: key 'lan' is repeated, first at",
		"/main.conf:1:1", "'+='");
	REFUSED("camera \"x\" {\n mac = a\n mode = enforce\n mode = monitor\n}\n",
		"/main.conf:4:2: key 'mode' is repeated, first at", "/main.conf:3:2",
		"expected it once");
	REFUSED("camera \"x\" {\n allow += { a }\n allow = { b }\n}\n",
		"/main.conf:3:2: key 'allow' is repeated", "/main.conf:2:2");
	REFUSED("defaults { }\ndefaults { }\n", "/main.conf:2:1: key 'defaults' is repeated",
		"/main.conf:1:1");
	REFUSED("camera \"x\" { mode = a mode += b }\n",
		"/main.conf:1:28: found '+=', expected '='");

	struct cg_diag d;
	const char twice[] = "camera \"x\" { }\ncamera \"y\" { }\ncamera 'x' { }\n";

	ck_assert_int_eq(read_bytes(twice, sizeof(twice) - 1, &d), -EEXIST);
	UNIT_HOLDS(d.text, "/main.conf:3:8: name 'x' is used twice, first at", "/main.conf:1:8");
	/* the same key in two blocks is no repetition */
	struct cg_config *c = read_ok("camera \"x\" { mode = a }\ncamera \"y\" { mode = b }\n");

	ck_assert_str_eq(c->cams[1].mode.s, "b");
	cg_config_free(&c);
	unit_dir_free(&dir);
}
END_TEST

START_TEST(grammar)
{
	setup_dir();
	REFUSED("lan\n", "/main.conf:1:1: found the end behind 'lan', expected '='");
	REFUSED("lan a\n", "/main.conf:1:5: found 'a', expected '=' or '+='");
	REFUSED("lan = \n", "/main.conf:1:5: found the end behind '=', expected a value or '{'");
	REFUSED("lan = { a b }\n", "/main.conf:1:11: found 'b', expected ',' or '}'");
	REFUSED("lan = { , a }\n", "/main.conf:1:9: found ',', expected a value or '}'");
	REFUSED("lan = { a = b }\n", "/main.conf:1:11: found '=', expected ',' or '}'");
	REFUSED("lan = { { a } }\n", "/main.conf:1:9: found '{', expected a value or '}'");
	REFUSED("readers = { all }\n", "/main.conf:1:11: found '{', expected a value");
	REFUSED("camera { }\n", "/main.conf:1:8: found '{', expected a name");
	REFUSED("camera \"x\"\nlan = a\n", "/main.conf:2:1: found 'lan', expected '{'");
	REFUSED("camera = \"x\"\n", "/main.conf:1:8: found '=', expected a name");
	REFUSED("defaults = { }\n", "/main.conf:1:10: found '=', expected '{'");
	REFUSED("defaults \"x\" { }\n", "/main.conf:1:10: found 'x', expected '{'");
	REFUSED("= a\n", "/main.conf:1:1: found '=', expected a key");
	REFUSED("camera \"x\" { , }\n", "/main.conf:1:14: found ',', expected a key or '}'");
	REFUSED("lan = a }\n", "/main.conf:1:9: found '}'");
	unit_dir_free(&dir);
}
END_TEST

START_TEST(bytes)
{
	setup_dir();
	REFUSED("lan = a\n\0home = b\n", "/main.conf:2:1: found control byte 0x00, expected text");
	REFUSED("lan = \"\x1b[2J\"\n", "/main.conf:1:8: found control byte 0x1b");
	REFUSED("lan = \"\xe9\"\n", "/main.conf:1:8: found byte 0xe9, expected UTF-8");
	unit_dir_free(&dir);
}
END_TEST

/* 900 kB of NULs took the parser underneath hours; refused in a moment. */
START_TEST(many_nuls)
{
	char *nuls = calloc(1, 900000);
	struct timespec a, b;
	struct cg_diag d;

	setup_dir();
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	ck_assert_int_eq(read_bytes(nuls, 900000, &d), -EINVAL);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	ck_assert_int_le(b.tv_sec - a.tv_sec, 2);
	UNIT_HOLDS(d.text, "/main.conf:1:1: found control byte 0x00");
	free(nuls);
	unit_dir_free(&dir);
}
END_TEST

static int read_path(const char *path, struct cg_diag *ret_diag)
{
	struct cg_config *config = NULL;
	struct cg_diag d = { "" };
	int r = cg_config_read(path, &d, &config);

	ck_assert_ptr_null(config);
	*ret_diag = d;
	return r;
}

START_TEST(not_a_file)
{
	struct cg_diag d;
	char path[128];

	setup_dir();
	ck_assert_int_eq(read_path(dir.path, &d), -EISDIR);
	UNIT_HOLDS(d.text, dir.path, "is a directory, expected a regular file");
	ck_assert_int_eq(mkfifo(unit_path(&dir, "fifo", path), 0600), 0);
	ck_assert_int_eq(read_path(path, &d), -EINVAL);
	UNIT_HOLDS(d.text, "/fifo", "is a fifo, expected a regular file");
	ck_assert_int_eq(read_path("/dev/zero", &d), -EINVAL);
	UNIT_HOLDS(d.text, "/dev/zero: '/dev/zero' is a device, expected a regular file");
	ck_assert_int_eq(read_path(unit_path(&dir, "nothing", path), &d), -ENOENT);
	UNIT_HOLDS(d.text, "/nothing: cannot open", "No such file or directory");
	unit_dir_free(&dir);
}
END_TEST

START_TEST(size)
{
	char *text = malloc(2 * CG_MAX_CONFIG_BYTES);
	struct cg_config *c = NULL;
	struct cg_diag d = { "" };
	char path[128];

	setup_dir();
	memset(text, '\n', 2 * CG_MAX_CONFIG_BYTES);
	unit_write(&dir, "main.conf", text, CG_MAX_CONFIG_BYTES);
	ck_assert_msg(!cg_config_read(unit_path(&dir, "main.conf", path), &d, &c), "%s", d.text);
	cg_config_free(&c);
	ck_assert_int_eq(read_bytes(text, CG_MAX_CONFIG_BYTES + 1, &d), -EFBIG);
	UNIT_HOLDS(d.text, "/main.conf' has 1048577 bytes, expected at most 1048576");
	ck_assert_int_eq(read_bytes(text, 2 * CG_MAX_CONFIG_BYTES, &d), -EFBIG);
	/* two that fit, together too many */
	memset(text, '#', CG_MAX_CONFIG_BYTES);
	unit_write(&dir, "part.conf", text, 600000);
	unit_write(&dir, "half.conf", text, 400000);
	c = read_ok("include(\"part.conf\")\ninclude(\"half.conf\")\n");
	cg_config_free(&c);
	unit_write(&dir, "half.conf", text, 500000);
	ck_assert_int_eq(read_bytes("include(part.conf)\ninclude(half.conf)\n", 38, &d), -EFBIG);
	UNIT_HOLDS(d.text, "/main.conf:2:9:", "/half.conf' brings the config to 1100038 bytes");
	free(text);
	unit_dir_free(&dir);
}
END_TEST

START_TEST(includes)
{
	char path[128];

	setup_dir();
	ck_assert_int_eq(mkdir(unit_path(&dir, "cameras.d", path), 0700), 0);
	unit_write(&dir, "cameras.d/20.conf", "camera \"c20\" {\n\tid = x }\n", 25);
	unit_write(&dir, "cameras.d/10.conf", "camera \"c10\" { }\ninclude(\"deep/x.inc\")\n", 38);
	/* neither the order of making nor its reverse is the sorted one */
	unit_write(&dir, "cameras.d/15.conf", "camera \"c15\" { }\n", 17);
	unit_write(&dir, "cameras.d/30.conf~", "camera \"backup\" { }\n", 20);
	ck_assert_int_eq(mkdir(unit_path(&dir, "cameras.d/deep", path), 0700), 0);
	unit_write(&dir, "cameras.d/deep/x.inc", "camera \"deep\" { }\n", 18);

	struct cg_config *c =
		read_ok("lan = a\ninclude(\"cameras.d/*.conf\")\ninclude(\"none.d/*.conf\")\n"
			"include('cameras.d/*.none')\ncamera \"last\" { }\n");

	ck_assert_uint_eq(c->ncams, 5);
	ck_assert_str_eq(c->cams[0].name.s, "c10");
	ck_assert_str_eq(c->cams[1].name.s, "deep");
	ck_assert_str_eq(c->cams[2].name.s, "c15");
	ck_assert_str_eq(c->cams[3].name.s, "c20");
	ck_assert_str_eq(c->cams[4].name.s, "last");
	at(&c->cams[1].name, "x.inc", 1, 8);
	at(&c->cams[3].id, "20.conf", 2, 7);
	at(&c->cams[4].name, "main.conf", 5, 8);
	ck_assert_uint_eq(c->nfiles, 5);
	cg_config_free(&c);
	unit_dir_free(&dir);
}
END_TEST

START_TEST(include_faults)
{
	struct cg_diag d;
	char path[128];

	setup_dir();
	const char missing[] = "lan = a\ninclude(\"gone.conf\")\n";

	ck_assert_int_eq(read_bytes(missing, sizeof(missing) - 1, &d), -ENOENT);
	UNIT_HOLDS(d.text, "/main.conf:2:9: cannot open", "/gone.conf'", "No such file");

	const char loop[] = "\ninclude(\"main.conf\")\n";

	ck_assert_int_eq(read_bytes(loop, sizeof(loop) - 1, &d), -ELOOP);
	UNIT_HOLDS(d.text, "/main.conf:2:9:", "has been read already");
	unit_write(&dir, "a.conf", "include(\"b.conf\")\n", 18);
	unit_write(&dir, "b.conf", "include(\"a.conf\")\n", 18);

	const char ring[] = "include(\"a.conf\")\n";

	ck_assert_int_eq(read_bytes(ring, sizeof(ring) - 1, &d), -ELOOP);
	UNIT_HOLDS(d.text, "/b.conf:1:9:", "/a.conf' has been read already");
	ck_assert_int_eq(mkdir(unit_path(&dir, "d", path), 0700), 0);

	const char folder[] = "include(\"d\")\n";

	ck_assert_int_eq(read_bytes(folder, sizeof(folder) - 1, &d), -EISDIR);
	UNIT_HOLDS(d.text, "/main.conf:1:9:", "/d' is a directory, expected a regular file");
	ck_assert_int_eq(mkfifo(unit_path(&dir, "d/x.conf", path), 0600), 0);

	const char fifo[] = "include(\"d/*.conf\")\n";

	ck_assert_int_eq(read_bytes(fifo, sizeof(fifo) - 1, &d), -EINVAL);
	UNIT_HOLDS(d.text, "/main.conf:1:9:", "/d/x.conf' is a fifo");
	REFUSED("camera \"x\" { include(\"a.conf\") }\n", "/main.conf:1:21: found '('",
		"top level");
	REFUSED("include \"a.conf\"\n",
		"/main.conf:1:9: found 'a.conf', expected include(\"FILE\")");
	REFUSED("include(a.conf\n",
		"/main.conf:1:1: found the end of the file, expected include(\"FILE\")");
	REFUSED("include(\"\")\n", "/main.conf:1:9: found '', expected a file name");
	REFUSED("include = a\n", "/main.conf:1:9: found '=', expected include(\"FILE\")");
	/* a block may not begin in one file and end in another */
	unit_write(&dir, "open.conf", "camera \"x\" {\n", 13);
	REFUSED("include(\"open.conf\")\n", "/open.conf:1:12: this block is not closed");
	unit_write(&dir, "bad.conf", "\n\nlann = a\n", 11);
	REFUSED("include(\"bad.conf\")\n", "/bad.conf:3:1: unknown key 'lann', expected 'lan'");
	unit_write(&dir, "rep.conf", "\nlan = a\n", 9);
	REFUSED("lan = b\ninclude(\"rep.conf\")\n", "/rep.conf:2:1: key 'lan' is repeated",
		"/main.conf:1:1");
	unit_dir_free(&dir);
}
END_TEST

START_TEST(include_depth)
{
	struct cg_config *c;
	struct cg_diag d;

	setup_dir();
	/* main.conf and n0 .. n62 are CG_MAX_INCLUDES files, n63 is one more */
	for (int i = 0; i < CG_MAX_INCLUDES; i++) {
		char name[16], text[40];

		snprintf(name, sizeof(name), "n%d", i);
		snprintf(text, sizeof(text), "include(\"n%d\")\n", i + 1);
		unit_write(&dir, name, text, i < CG_MAX_INCLUDES - 2 ? strlen(text) : 0);
	}
	c = read_ok("include(\"n0\")\n");
	ck_assert_uint_eq(c->nfiles, CG_MAX_INCLUDES);
	cg_config_free(&c);
	unit_write(&dir, "n62", "include(\"n63\")\n", 15);
	ck_assert_int_eq(read_bytes("include(\"n0\")\n", 14, &d), -EINVAL);
	UNIT_HOLDS(d.text, "/n62:1:9:", "one file too many");
	unit_dir_free(&dir);
}
END_TEST

/* A `[` in the folder's own name is no pattern. */
START_TEST(glob_in_a_folder_named_like_one)
{
	struct cg_config *c = NULL;
	struct cg_diag d = { "" };
	char path[128];

	setup_dir();
	ck_assert_int_eq(mkdir(unit_path(&dir, "[ab]*", path), 0700), 0);
	unit_write(&dir, "[ab]*/m.conf", "include(\"*.inc\")\n", 17);
	unit_write(&dir, "[ab]*/x.inc", "camera \"x\" { }\n", 15);
	ck_assert_msg(!cg_config_read(unit_path(&dir, "[ab]*/m.conf", path), &d, &c), "%s", d.text);
	ck_assert_uint_eq(c->ncams, 1);
	cg_config_free(&c);
	unit_dir_free(&dir);
}
END_TEST

int main(void)
{
	return UNIT_RUN("config", 60, everything_read_with_its_place, nothing_is_a_config,
			nothing_is_expanded, unclosed, unknown_keys, repeated_keys, grammar, bytes,
			many_nuls, not_a_file, size, includes, include_faults, include_depth,
			glob_in_a_folder_named_like_one, cameras_are_counted);
}
