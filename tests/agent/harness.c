/* SPDX-License-Identifier: GPL-2.0-only */
/* What every agent test needs; nothing here waits for time to pass but for the agent to answer. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include "../../agent/daemon/stages.h"
#include "harness.h"

#define GIVE_UP_S 60 /* a loaded machine */

static uint64_t clock_ns;
static int64_t clock_s;

static uint64_t fake_boot_ns(void)
{
	return clock_ns;
}

static int64_t fake_real_s(void)
{
	return clock_s;
}

static int64_t fake_real_ns(void)
{
	return clock_s * (int64_t)CG_SEC_NS;
}

static enum cg_clock_evidence clock_evidence;

static enum cg_clock_evidence fake_clock_evidence(const char *root)
{
	(void)root;
	return clock_evidence;
}

void house_clock(int64_t real_s, enum cg_clock_evidence evidence)
{
	clock_s = real_s;
	clock_evidence = evidence;
}

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

void house_make(struct house *h)
{
	memset(h, 0, sizeof(*h));
	fake_reset();
	clock_ns = BOOT_START;
	clock_s = REAL_START;
	clock_evidence = CG_CLOCK_NONE;
	snprintf(h->dir, sizeof(h->dir), "/tmp/cg-agent-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(h->dir));
	snprintf(h->config, sizeof(h->config), "%s/camgate.conf", h->dir);
	snprintf(h->socket, sizeof(h->socket), "%s/sock", h->dir);
	snprintf(h->state_dir, sizeof(h->state_dir), "%s/state", h->dir);
	snprintf(h->fw4_dir, sizeof(h->fw4_dir), "%s/fw4", h->dir);
	fake_link_add(1, "lo", "", 0, 0);
	fake_link_add(IF_BR, "br-lan", "bridge", 0, 0);
	fake_link_add(IF_LAN1, "lan1", "dsa", IF_BR, 6);
	fake_link_add(IF_LAN2, "lan2", "dsa", IF_BR, 6);
	fake_link_add(IF_WAN, "wan", "", 0, 0);
	fake_link_add(6, "eth0", "", 0, 0);
	fake_addr_add(1, "127.0.0.1/8", UINT64_MAX);
	fake_addr_add(IF_BR, "192.168.1.1/24", UINT64_MAX);
	fake_addr_add(IF_WAN, "203.0.113.2/24", UINT64_MAX);
}

static int unlink_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void house_end(struct house *h)
{
	house_stop(h);
	nftw(h->dir, unlink_one, 16, FTW_DEPTH | FTW_PHYS);
}

void file_write(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

char *file_text(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = calloc(1, 65536);

	if (f) {
		if (!fread(text, 1, 65535, f))
			text[0] = '\0';
		fclose(f);
	}
	return text;
}

void house_config(struct house *h, const char *text)
{
	file_write(h->config, text);
}

int house_start(struct house *h)
{
	struct cg_agent_opts opts = {
		.config = h->config,
		.uci = *h->uci ? h->uci : NULL,
		.pin_dir = h->dir,
		.socket = h->socket,
		.state_dir = h->state_dir,
		.fw4_dir = h->fw4_dir,
		.root = h->dir,
		.foreground = true,
	};
	int code;

	cg_log_open(true, getenv("V") ? CG_LOG_DEBUG :
			  h->loud     ? CG_LOG_WARNING :
					(enum cg_log_level)0);
	cg_agent_init(&h->a, &opts);
	h->a.boot_ns = fake_boot_ns;
	h->a.real_s = fake_real_s;
	h->a.real_ns = fake_real_ns;
	h->a.clock_evidence = fake_clock_evidence;
	if (h->dns_port)
		h->a.run.dns_port = h->dns_port;
	h->a.loop = ev_loop_new(EVFLAG_AUTO);
	code = cg_stages_start(&h->a);
	/* The clock stands still until told, and so does what goes by it. */
	if (!code)
		ev_timer_stop(h->a.loop, &h->a.ev.tick);
	h->up = !code;
	if (code)
		ev_loop_destroy(h->a.loop);
	return code;
}

void house_stop(struct house *h)
{
	if (!h->up)
		return;
	cg_stages_stop(&h->a);
	ev_loop_destroy(h->a.loop);
	h->up = false;
}

int house_start_logged(struct house *h, char **ret_log)
{
	char path[128];
	int was = dup(STDERR_FILENO), to, code;

	snprintf(path, sizeof(path), "%s/log", h->dir);
	to = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ck_assert_int_ge(to, 0);
	dup2(to, STDERR_FILENO);
	h->loud = true;
	code = house_start(h);
	dup2(was, STDERR_FILENO);
	close(to);
	close(was);
	*ret_log = file_text(path);
	return code;
}

int house_reboot(struct house *h)
{
	struct fake_links links = fake_links;

	house_stop(h);
	fake_links.fd = 0;
	fake_reset();
	close(fake_links.fd);
	fake_links = links;
	fake_links.what = 0;
	return house_start(h);
}

void house_pump(struct house *h)
{
	for (int i = 0; i < 4; i++)
		ev_run(h->a.loop, EVRUN_NOWAIT);
}

void house_pass(uint64_t s)
{
	clock_ns += s * CG_SEC_NS;
	clock_s += (int64_t)s;
}

void house_later(struct house *h, uint64_t s)
{
	house_pass(s);
	ev_feed_event(h->a.loop, &h->a.ev.tick, EV_TIMER);
	house_pump(h);
}

int client_open(struct house *h)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(fd, 0);
	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", h->socket);
	for (int i = 0; connect(fd, (struct sockaddr *)&sun, sizeof(sun)) < 0; i++) {
		ck_assert_msg(errno == EAGAIN && i < 100, "connect: %s", strerror(errno));
		house_pump(h);
	}
	house_pump(h);
	return fd;
}

void client_send(int fd, const void *text, size_t n)
{
	ssize_t done = send(fd, text, n, MSG_NOSIGNAL);

	ck_assert_int_eq(done, (ssize_t)n);
}

char *client_line(struct house *h, int fd)
{
	double until = seconds() + GIVE_UP_S;
	char *line = calloc(1, CG_MAX_REPLY + 1);
	size_t n = 0;

	while (seconds() < until && n < CG_MAX_REPLY) {
		/* What is behind the line stays where it is. */
		ssize_t got = recv(fd, line + n, CG_MAX_REPLY - n, MSG_PEEK);
		char *lf = got > 0 ? memchr(line + n, '\n', (size_t)got) : NULL;

		if (!got || (got < 0 && errno != EAGAIN))
			break;
		if (got < 0) {
			house_pump(h);
			continue;
		}
		if (lf)
			got = lf + 1 - (line + n);
		got = recv(fd, line + n, (size_t)got, 0);
		n += got > 0 ? (size_t)got : 0;
		if (lf) {
			*lf = '\0';
			return line;
		}
	}
	free(line);
	return NULL;
}

int code_of(char *line)
{
	struct json_object *o = line ? json_tokener_parse(line) : NULL;
	int code = o ? (int)reply_int(o, "code") : -1;

	json_object_put(o);
	free(line);
	return code;
}

bool client_closed(struct house *h, int fd)
{
	double until = seconds() + GIVE_UP_S;
	char buf[4096];

	while (seconds() < until) {
		ssize_t got = recv(fd, buf, sizeof(buf), 0);

		if (!got || (got < 0 && errno != EAGAIN))
			return true;
		ev_run(h->a.loop, EVRUN_NOWAIT);
	}
	return false;
}

struct json_object *house_ask(struct house *h, const char *request)
{
	int fd = client_open(h);
	struct json_object *reply;
	char *line;

	client_send(fd, request, strlen(request));
	client_send(fd, "\n", 1);
	line = client_line(h, fd);
	close(fd);
	house_pump(h);
	if (!line)
		return NULL;
	reply = json_tokener_parse(line);
	free(line);
	return reply;
}

int house_code(struct house *h, const char *request)
{
	struct json_object *r = house_ask(h, request);
	int code;

	ck_assert_ptr_nonnull(r);
	code = (int)reply_int(r, "code");
	json_object_put(r);
	return code;
}

static struct json_object *at(struct json_object *o, const char *path)
{
	char *copy = strdup(path), *save = NULL;

	for (char *p = strtok_r(copy, "/", &save); p && o; p = strtok_r(NULL, "/", &save)) {
		if (json_object_is_type(o, json_type_array))
			o = json_object_array_get_idx(o, (size_t)atoi(p));
		else if (!json_object_object_get_ex(o, p, &o))
			o = NULL;
	}
	free(copy);
	return o;
}

const char *reply_text(struct json_object *reply, const char *path)
{
	struct json_object *o = at(reply, path);

	return o ? json_object_get_string(o) : "";
}

int64_t reply_int(struct json_object *reply, const char *path)
{
	struct json_object *o = at(reply, path);

	return o ? json_object_get_int64(o) : -1;
}

int suite_run(Suite *s)
{
	SRunner *r = srunner_create(s);
	int failed;

	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}
