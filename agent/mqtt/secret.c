/* SPDX-License-Identifier: GPL-2.0-only */
/* What others can read is no secret: it is refused rather than used. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include "secret.h"

#define SECRET_MAX 1024

static void wipe(char *s)
{
	if (s)
		explicit_bzero(s, strlen(s));
	free(s);
}

void cg_mqtt_secret_clear(struct cg_mqtt_secret *secret)
{
	wipe(secret->user);
	wipe(secret->password);
	*secret = (struct cg_mqtt_secret){ 0 };
}

int cg_mqtt_secret_file(const char *path, struct cg_diag *diag, char *buf, size_t size)
{
	const struct cg_pos pos = { path, 0, 0 };
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	size_t n = 0;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return cg_diag_set(diag, &pos, -errno, "%s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return cg_diag_set(diag, &pos, -EINVAL, "expected a regular file");
	if (st.st_mode & (S_IROTH | S_IWOTH))
		return cg_diag_set(diag, &pos, -EACCES,
				   "found mode %04o, which others can read or write, expected 0640 "
				   "or less",
				   st.st_mode & 07777U);
	while (n < size - 1) {
		ssize_t got = read(fd, buf + n, size - 1 - n);

		if (got < 0)
			return cg_diag_set(diag, &pos, -errno, "%s", strerror(errno));
		if (!got)
			break;
		n += (size_t)got;
	}
	buf[n] = '\0';
	return (int)n;
}

/* Takes a line out of *text; an empty one is none. */
static char *line(char **text)
{
	size_t n = strcspn(*text, "\r\n");
	char *s = n ? strndup(*text, n) : NULL;

	*text += n;
	*text += **text == '\r';
	*text += **text == '\n';
	return s;
}

int cg_mqtt_secret_read(const char *path, struct cg_diag *diag, struct cg_mqtt_secret *ret_secret)
{
	struct cg_mqtt_secret secret = { 0 };
	struct cg_pos pos = { path, 1, 0 };
	char buf[SECRET_MAX + 1], *text = buf;
	int n = cg_mqtt_secret_file(path, diag, buf, sizeof(buf)), r = 0;

	if (n < 0)
		return n;
	if (n == SECRET_MAX || strlen(buf) != (size_t)n) {
		explicit_bzero(buf, sizeof(buf));
		pos.line = 0;
		return cg_diag_set(diag, &pos, -EINVAL,
				   "found %s, expected two lines, user and password",
				   n == SECRET_MAX ? "too much" : "a NUL");
	}
	secret.user = line(&text);
	secret.password = line(&text);
	if (!secret.user)
		r = cg_diag_set(diag, &pos, -EINVAL, "found an empty line, expected a user");
	pos.line = 3;
	if (!r && *text)
		r = cg_diag_set(diag, &pos, -EINVAL,
				"found a third line, expected two, user and password");
	explicit_bzero(buf, sizeof(buf));
	if (r)
		cg_mqtt_secret_clear(&secret);
	else
		*ret_secret = secret;
	return r;
}
