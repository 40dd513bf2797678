/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading and replacing small files whole; the state file is the one it knows from inside. */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "statefile.h"

#define STATE_MAX (1024 * 1024)

static const char *const manual_names[] = {
	[CG_MANUAL_AUTO] = "auto",
	[CG_MANUAL_CLOSE] = "close",
	[CG_MANUAL_SEAL] = "seal",
};

static void json_putp(struct json_object **o)
{
	json_object_put(*o);
}

int cg_statefile_slurp(const char *path, size_t max, char **ret_text, size_t *ret_n)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	_cleanup_free_ char *text = NULL;
	struct stat st;
	size_t n = 0;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if ((uint64_t)st.st_size > max)
		return -E2BIG;
	text = malloc((size_t)st.st_size + 1);
	if (!text)
		return -ENOMEM;
	while (n < (size_t)st.st_size) {
		ssize_t got = read(fd, text + n, (size_t)st.st_size - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			break;
		n += (size_t)got;
	}
	text[n] = '\0';
	*ret_text = TAKE_PTR(text);
	*ret_n = n;
	return 0;
}

static int write_all(int fd, const char *text, size_t n)
{
	while (n) {
		ssize_t done = write(fd, text, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		text += done;
		n -= (size_t)done;
	}
	return 0;
}

/* The rename itself is only safe once the folder is on the disk. */
static int dir_sync(const char *path)
{
	_cleanup_free_ char *copy = strdup(path);
	_cleanup_close_ int fd = -1;

	if (!copy)
		return -ENOMEM;
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) < 0)
		return -errno;
	return 0;
}

int cg_statefile_replace(const char *path, const char *text, size_t n, unsigned int mode,
			 unsigned int uid, unsigned int gid)
{
	_cleanup_close_ int fd = -1;
	char beside[PATH_MAX];
	int err;

	if (snprintf(beside, sizeof(beside), "%s.new", path) >= (int)sizeof(beside))
		return -ENAMETOOLONG;
	/* Left by a crash; whoever else made it, it is not followed. */
	if (unlink(beside) < 0 && errno != ENOENT)
		return -errno;
	fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	err = write_all(fd, text, n);
	if (!err && (fchown(fd, uid, gid) < 0 || fchmod(fd, mode) < 0 || fsync(fd) < 0))
		err = -errno;
	if (!err && rename(beside, path) < 0)
		err = -errno;
	if (err < 0) {
		(void)unlink(beside);
		return err;
	}
	/* The new file is in place whatever this says. */
	(void)dir_sync(path);
	return 0;
}

static int path_make(const struct cg_agent *a, char buf[static PATH_MAX])
{
	if (snprintf(buf, PATH_MAX, "%s/%s", a->opts.state_dir, CG_STATEFILE_NAME) >= PATH_MAX)
		return -ENAMETOOLONG;
	return 0;
}

static int manual_read(struct cg_agent *a, struct json_object *from)
{
	struct json_object_iterator it, end;
	struct cg_agent_manual *m;
	size_t n = 0;

	if (!from || !json_object_is_type(from, json_type_object))
		return -EPROTO;
	if (json_object_object_length(from) > CG_MAX_CAMERAS)
		return -E2BIG;
	m = calloc((size_t)json_object_object_length(from) + 1, sizeof(*m));
	if (!m)
		return -ENOMEM;
	it = json_object_iter_begin(from);
	end = json_object_iter_end(from);
	for (; !json_object_iter_equal(&it, &end); json_object_iter_next(&it)) {
		struct json_object *value = json_object_iter_peek_value(&it);
		const char *id = json_object_iter_peek_name(&it);
		const char *s = value ? json_object_get_string(value) : "";

		if (strlen(id) >= CG_ID_LEN)
			continue;
		if (!strcmp(s, manual_names[CG_MANUAL_CLOSE]))
			m[n].manual = CG_MANUAL_CLOSE;
		else if (!strcmp(s, manual_names[CG_MANUAL_SEAL]))
			m[n].manual = CG_MANUAL_SEAL;
		else
			continue;
		memcpy(m[n++].id, id, strlen(id) + 1);
	}
	free(a->run.manual);
	a->run.manual = m;
	a->run.nmanual = n;
	return 0;
}

static size_t array_length(struct json_object *from)
{
	return from && json_object_is_type(from, json_type_array) ? json_object_array_length(from) :
								    0;
}

static void lan_read(struct cg_agent *a, struct json_object *from)
{
	size_t n = array_length(from);
	char(*lan)[16];

	if (!n || n > CG_MAX_LANS)
		return;
	lan = calloc(n, sizeof(*lan));
	if (!lan)
		return;
	for (size_t i = 0; i < n; i++)
		(void)snprintf(lan[i], sizeof(lan[i]), "%s",
			       json_object_get_string(json_object_array_get_idx(from, i)));
	a->policy.lan = lan;
	a->policy.nlan = n;
}

static void home_read(struct cg_agent *a, struct json_object *from)
{
	size_t n = array_length(from);
	struct cg_policy_home *home;

	if (!n || n > CG_MAX_NETS)
		return;
	home = calloc(n, sizeof(*home));
	if (!home)
		return;
	for (size_t i = 0; i < n; i++) {
		const char *s = json_object_get_string(json_object_array_get_idx(from, i));

		if (s && cg_prefix_parse(s, &home[i].prefix) < 0)
			(void)snprintf(home[i].ifname, sizeof(home[i].ifname), "%s", s);
	}
	a->policy.home = home;
	a->policy.nhome = n;
}

int cg_statefile_read(struct cg_agent *a)
{
	_cleanup_(json_putp) struct json_object *root = NULL;
	_cleanup_free_ char *text = NULL;
	struct json_object *o = NULL;
	char path[PATH_MAX];
	size_t n;
	int err;

	err = path_make(a, path);
	if (!err)
		err = cg_statefile_slurp(path, STATE_MAX, &text, &n);
	if (err < 0)
		return err;
	root = json_tokener_parse(text);
	if (!root || !json_object_is_type(root, json_type_object))
		return -EPROTO;
	if (!json_object_object_get_ex(root, "v", &o) || json_object_get_int(o) != 1)
		return -EPROTO;
	(void)json_object_object_get_ex(root, "manual", &o);
	err = manual_read(a, o);
	if (err < 0)
		return err;
	if (!a->policy.now && json_object_object_get_ex(root, "lan", &o))
		lan_read(a, o);
	if (!a->policy.now && json_object_object_get_ex(root, "home", &o))
		home_read(a, o);
	return 0;
}

int cg_statefile_write(const struct cg_agent *a)
{
	_cleanup_(json_putp) struct json_object *root = json_object_new_object();
	struct json_object *manual = json_object_new_object();
	struct json_object *lan = json_object_new_array();
	struct json_object *home = json_object_new_array();
	char path[PATH_MAX], buf[CG_PREFIX_STRLEN];
	const char *text;
	int err;

	err = path_make(a, path);
	if (err < 0)
		return err;
	json_object_object_add(root, "v", json_object_new_int(1));
	json_object_object_add(root, "manual", manual);
	json_object_object_add(root, "lan", lan);
	json_object_object_add(root, "home", home);
	for (size_t i = 0; i < a->run.nmanual; i++)
		if (a->run.manual[i].manual != CG_MANUAL_AUTO)
			json_object_object_add(
				manual, a->run.manual[i].id,
				json_object_new_string(manual_names[a->run.manual[i].manual]));
	for (size_t i = 0; i < a->policy.nlan; i++)
		json_object_array_add(lan, json_object_new_string(a->policy.lan[i]));
	for (size_t i = 0; i < a->policy.nhome; i++) {
		const struct cg_policy_home *h = &a->policy.home[i];

		json_object_array_add(
			home,
			json_object_new_string(h->ifname[0] ? h->ifname :
							      cg_prefix_format(&h->prefix, buf)));
	}
	text = json_object_to_json_string_ext(root, JSON_C_TO_STRING_PRETTY |
							    JSON_C_TO_STRING_NOSLASHESCAPE);
	return cg_statefile_replace(path, text, strlen(text), 0600, geteuid(), getegid());
}
