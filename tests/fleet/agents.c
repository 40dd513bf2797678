/* SPDX-License-Identifier: GPL-2.0-only */
/* One process that answers as the agents of many homes do, as far as the bridge asks them. */
#include <camgate/ctl.h>
#include <errno.h>
#include <json-c/json.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "../../agent/lib/cleanup.h"
#include "../../agent/lib/jsonget.h"
#include "../../agent/lib/wholefile.h"
#include "world.h"

#define CLIENTS 4
#define LINE	4096
#define PATH	256

struct client {
	int fd;
	char in[LINE];
	size_t n;
};

struct home {
	char dir[PATH];
	int fd;
	const char *exposure;
	struct client client[CLIENTS];
};

static void listen_at(struct home *h)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };

	if (snprintf(sun.sun_path, sizeof(sun.sun_path), "%s/sock", h->dir) >=
	    (int)sizeof(sun.sun_path))
		abort();
	(void)unlink(sun.sun_path);
	h->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (h->fd < 0 || bind(h->fd, (struct sockaddr *)&sun, sizeof(sun)) ||
	    listen(h->fd, CLIENTS)) {
		perror(sun.sun_path);
		exit(1);
	}
	h->exposure = "closed";
	for (size_t i = 0; i < CLIENTS; i++)
		h->client[i].fd = -1;
}

/* NULL: there is none. */
static char *file_of(const struct home *h, const char *name)
{
	char path[PATH + 32], *text;

	snprintf(path, sizeof(path), "%s/%s", h->dir, name);
	return cg_wholefile_read(path, 64 << 20, &text, NULL) ? NULL : text;
}

static struct json_object *reply_new(void)
{
	return json_tokener_parse("{\"v\":1,\"ok\":true,\"code\":0}");
}

/* Lines after `after`; *ret_last: the number of the last there is. */
static struct json_object *lines(const struct home *h, uint64_t after, uint64_t max,
				 uint64_t *ret_first, uint64_t *ret_last)
{
	struct json_object *list = json_object_new_array();
	_cleanup_free_ char *text = file_of(h, "lines");
	char *save = NULL;

	*ret_first = *ret_last = 0;
	for (char *l = text ? strtok_r(text, "\n", &save) : NULL; l;
	     l = strtok_r(NULL, "\n", &save)) {
		uint64_t n = strtoull(strstr(l, "\"n\":") + 4, NULL, 10);

		if (!*ret_first)
			*ret_first = n;
		*ret_last = n;
		if (n > after && json_object_array_length(list) < max)
			json_object_array_add(list, json_tokener_parse(l));
	}
	return list;
}

static int64_t generation(const struct home *h)
{
	_cleanup_free_ char *text = file_of(h, "mqtt.json");
	struct json_object *o = text ? json_tokener_parse(text) : NULL;
	int64_t n = cg_json_get_num(o, "generation");

	json_object_put(o);
	return n;
}

static struct json_object *status(const struct home *h)
{
	static const char *const names[] = { "cam0", "cam1" };
	struct json_object *o = reply_new(), *cams = json_object_new_array();
	struct json_object *mqtt = json_object_new_object();
	uint64_t first, last;

	json_object_put(lines(h, UINT64_MAX, 0, &first, &last));
	json_object_object_add(mqtt, "record", json_object_new_int64((int64_t)last));
	json_object_object_add(o, "generation", json_object_new_int64(generation(h)));
	json_object_object_add(o, "version", json_object_new_string("0.1.0"));
	json_object_object_add(o, "enforced", json_object_new_string("full"));
	json_object_object_add(o, "attention", json_object_new_array());
	json_object_object_add(o, "mqtt", mqtt);
	for (size_t i = 0; i < 2; i++) {
		struct json_object *cam = json_object_new_object();

		json_object_object_add(cam, "id", json_object_new_string(names[i]));
		json_object_object_add(cam, "name", json_object_new_string("Nursery"));
		json_object_object_add(cam, "exposure", json_object_new_string(h->exposure));
		json_object_array_add(cams, cam);
	}
	json_object_object_add(o, "cams", cams);
	return o;
}

static struct json_object *answer(struct home *h, struct json_object *request)
{
	const char *cmd = cg_json_get_text(request, "cmd");
	struct json_object *o;
	uint64_t first, last;

	if (!strcmp(cmd, "mqtt")) {
		_cleanup_free_ char *text = file_of(h, "mqtt.json");

		return text ? json_tokener_parse(text) : reply_new();
	}
	if (!strcmp(cmd, "status"))
		return status(h);
	o = reply_new();
	if (!strcmp(cmd, "lines")) {
		json_object_object_add(o, "lines",
				       lines(h, cg_json_get_count(request, "after"),
					     cg_json_get_count(request, "max"), &first, &last));
		json_object_object_add(o, "first", json_object_new_int64((int64_t)first));
		json_object_object_add(o, "last", json_object_new_int64((int64_t)last));
	} else if (!strcmp(cmd, "seal")) {
		h->exposure = "sealed";
	} else if (!strcmp(cmd, "auto")) {
		json_object_object_add(o, "ok", json_object_new_boolean(false));
		json_object_object_add(o, "error", json_object_new_string("not by way of MQTT"));
	}
	return o;
}

static void client_end(struct client *c)
{
	close(c->fd);
	c->fd = -1;
	c->n = 0;
}

static void client_serve(struct home *h, struct client *c)
{
	ssize_t n = recv(c->fd, c->in + c->n, sizeof(c->in) - c->n, 0);
	char *lf;

	if (n <= 0) {
		client_end(c);
		return;
	}
	c->n += (size_t)n;
	while ((lf = memchr(c->in, '\n', c->n))) {
		struct json_object *request, *reply;
		const char *text;

		*lf = '\0';
		request = json_tokener_parse(c->in);
		reply = answer(h, request);
		text = json_object_to_json_string_ext(reply, JSON_C_TO_STRING_PLAIN);
		if (cg_wholefile_write(c->fd, text, strlen(text)) ||
		    cg_wholefile_write(c->fd, "\n", 1)) {
			json_object_put(request);
			json_object_put(reply);
			client_end(c);
			return;
		}
		json_object_put(request);
		json_object_put(reply);
		c->n -= (size_t)(lf + 1 - c->in);
		memmove(c->in, lf + 1, c->n);
	}
	if (c->n == sizeof(c->in))
		client_end(c);
}

static void accept_one(struct home *h)
{
	int fd = accept(h->fd, NULL, NULL);

	for (size_t i = 0; fd >= 0 && i < CLIENTS; i++)
		if (h->client[i].fd < 0) {
			h->client[i].fd = fd;
			return;
		}
	if (fd >= 0)
		close(fd);
}

static void turn(struct home *home, unsigned int homes, struct pollfd *p)
{
	size_t n = 0;

	for (unsigned int i = 0; i < homes; i++) {
		p[n++] = (struct pollfd){ home[i].fd, POLLIN, 0 };
		for (size_t k = 0; k < CLIENTS; k++)
			p[n++] = (struct pollfd){ home[i].client[k].fd, POLLIN, 0 };
	}
	if (poll(p, n, -1) < 0)
		return;
	for (unsigned int i = 0; i < homes; i++) {
		const struct pollfd *q = p + (size_t)i * (CLIENTS + 1);

		if (q[0].revents)
			accept_one(&home[i]);
		for (size_t k = 0; k < CLIENTS; k++)
			if (q[k + 1].revents && home[i].client[k].fd == q[k + 1].fd)
				client_serve(&home[i], &home[i].client[k]);
	}
}

int world_agents(const char *dir, unsigned int homes)
{
	struct home *home = calloc(homes, sizeof(*home));
	struct pollfd *p = calloc((size_t)homes * (CLIENTS + 1), sizeof(*p));

	if (!home || !p)
		return 1;
	for (unsigned int i = 0; i < homes; i++) {
		snprintf(home[i].dir, sizeof(home[i].dir), "%s/h%u", dir, i);
		listen_at(&home[i]);
	}
	for (;;)
		turn(home, homes, p);
}
