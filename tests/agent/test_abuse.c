/* SPDX-License-Identifier: GPL-2.0-only */
/* The control socket when users mean it: how many places one may have, whose request is next, who a connection belongs to. */
#include <camgate/ctl.h>
#include <dirent.h>
#include <grp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include "../../agent/daemon/client.h"
#include "../../agent/daemon/control.h"
#include "harness.h"

#define VERSION	 "{\"v\":1,\"cmd\":\"version\"}\n"
#define STATUS	 "{\"v\":1,\"cmd\":\"status\"}\n"
#define OPEN	 "{\"v\":1,\"cmd\":\"open\",\"cam\":\"nursery\"}\n"
#define CAMERAS	 4000
#define STRANGER 65533
#define GROUP	 54321

static struct house h;

static void start_with(const char *config)
{
	house_make(&h);
	ck_assert_int_eq(chmod(h.dir, 0755), 0);
	house_config(&h, config);
	ck_assert_int_eq(house_start(&h), 0);
}

static void setup(void)
{
	start_with("readers = all\n" CONFIG_TWO);
}

static void setup_many(void)
{
	size_t n = 0, room = CAMERAS * 80 + 64;
	char *text = malloc(room);

	n += (size_t)snprintf(text, room, "readers = all\nlan = { br-lan }\n");
	for (int i = 0; i < CAMERAS; i++)
		n += (size_t)snprintf(
			text + n, room - n,
			"camera \"camera %d\" { mac = { \"02:ca:00:00:%02x:%02x\" } }\n", i, i >> 8,
			i & 255);
	start_with(text);
	free(text);
}

static void teardown(void)
{
	house_end(&h);
}

/* Without root nobody can be anybody else. */
static bool root(void)
{
	return !geteuid();
}

/* A connection of that user, held by this process, which is root; nobody is
 * taken in while it is another. */
static int connect_as(uid_t uid)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), r;

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", h.socket);
	ck_assert_int_eq(seteuid(uid), 0);
	r = connect(fd, (struct sockaddr *)&sun, sizeof(sun));
	ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(r, 0);
	house_pump(&h);
	return fd;
}

static int ask(int fd, const char *request)
{
	client_send(fd, request, strlen(request));
	return code_of(client_line(&h, fd));
}

static bool turned_away(int fd)
{
	char *line = client_line(&h, fd);
	bool away = line && strstr(line, "too many clients");

	free(line);
	return away && client_closed(&h, fd);
}

/* The line that tests/faults.tsv is read against. */
__attribute__((format(printf, 2, 3))) static void kept(const char *id, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	printf("# fault control/%s kept: ", id);
	vprintf(fmt, ap);
	printf("\n");
	fflush(stdout);
	va_end(ap);
}

static int fds_open(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

START_TEST(one_user_has_its_part)
{
	int fd[CG_CLIENTS_USER], more, other;

	if (!root())
		return;
	for (int i = 0; i < CG_CLIENTS_USER; i++)
		fd[i] = connect_as(STRANGER);
	ck_assert_uint_eq(cg_control_clients(h.a.control), CG_CLIENTS_USER);
	more = connect_as(STRANGER);
	ck_assert(turned_away(more));
	/* Not so another, nor the same once it has left a place. */
	other = connect_as(STRANGER - 1);
	ck_assert_int_eq(ask(other, VERSION), 0);
	close(fd[0]);
	house_pump(&h);
	fd[0] = connect_as(STRANGER);
	ck_assert_int_eq(ask(fd[0], VERSION), 0);
	for (int i = 0; i < CG_CLIENTS_USER; i++)
		close(fd[i]);
	close(more);
	close(other);
}
END_TEST

START_TEST(strangers_leave_places)
{
	int fd[CG_MAX_CLIENTS], n = 0, more, own;

	if (!root())
		return;
	while (n < CG_MAX_CLIENTS - CG_CLIENTS_ROOT - CG_CLIENTS_GROUP) {
		fd[n] = connect_as((uid_t)(STRANGER - n / CG_CLIENTS_USER));
		n++;
	}
	ck_assert_uint_eq(cg_control_clients(h.a.control), n);
	more = connect_as(STRANGER - n);
	ck_assert(turned_away(more));
	own = client_open(&h);
	ck_assert_int_eq(ask(own, STATUS), CG_EXIT_PARTIAL);
	close(own);
	close(more);
	kept("places-taken", "strangers had %d of %d, one more was turned away, root was served", n,
	     CG_MAX_CLIENTS);
	while (n)
		close(fd[--n]);
}
END_TEST

/* Clients of made-up users, each the other end of a pair. */
struct crowd {
	struct cg_clients c;
	int fd[CG_MAX_CLIENTS + 1];
	int n;
};

static int join(struct crowd *w, int64_t uid, enum cg_peer_rank rank)
{
	const struct cg_peer peer = { uid, rank };
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair),
			 0);
	cg_clients_add(&w->c, pair[1], &peer);
	w->fd[w->n] = pair[0];
	return w->fd[w->n++];
}

static void crowd_begin(struct crowd *w)
{
	memset(w, 0, sizeof(*w));
	cg_clients_begin(&w->c, &h.a);
	w->c.half_s = w->c.idle_s = 60.;
}

static void crowd_end(struct crowd *w)
{
	while (w->n)
		close(w->fd[--w->n]);
	cg_clients_end(&w->c);
}

START_TEST(group_leaves_places_for_root)
{
	struct crowd w;
	int fd;

	crowd_begin(&w);
	while (w.n < CG_MAX_CLIENTS - CG_CLIENTS_ROOT)
		join(&w, 1000 + w.n / CG_CLIENTS_USER, CG_PEER_GROUP);
	ck_assert_uint_eq(w.c.n, w.n);
	fd = join(&w, 999, CG_PEER_GROUP);
	ck_assert(turned_away(fd));
	while (w.c.n < CG_MAX_CLIENTS)
		fd = join(&w, 0, CG_PEER_ROOT);
	ck_assert_int_eq(ask(fd, VERSION), 0);
	crowd_end(&w);
}
END_TEST

/* So many requests in one go. */
static void flood(int fd, size_t n)
{
	static char text[256 * sizeof(VERSION)];

	for (size_t i = 0; i < n; i++)
		memcpy(text + i * strlen(VERSION), VERSION, strlen(VERSION));
	client_send(fd, text, n * strlen(VERSION));
}

/* Requests run until fd has its reply. */
static uint64_t turns_until(struct crowd *w, int fd)
{
	uint64_t before = w->c.served;
	char first;

	for (int i = 0; i < 100000 && recv(fd, &first, 1, MSG_PEEK) != 1; i++)
		ev_run(h.a.loop, EVRUN_NOWAIT);
	ck_assert_int_eq(recv(fd, &first, 1, MSG_PEEK), 1);
	return w->c.served - before;
}

START_TEST(a_flood_delays_nobody)
{
	const int strangers = CG_MAX_CLIENTS - CG_CLIENTS_ROOT - CG_CLIENTS_GROUP - 3;
	struct crowd w;
	int fd;

	crowd_begin(&w);
	while (w.n < strangers)
		flood(join(&w, 1000 + w.n, CG_PEER_OTHER), 200);
	house_pump(&h);
	ck_assert_uint_gt(w.c.served, 0);
	/* Root comes next, whoever waits, however often it asks; the group before strangers. */
	fd = join(&w, 0, CG_PEER_ROOT);
	for (int i = 0; i < 3; i++) {
		flood(fd, 1);
		ck_assert_uint_le(turns_until(&w, fd), 3);
		free(client_line(&h, fd));
	}
	fd = join(&w, 500, CG_PEER_GROUP);
	for (int i = 0; i < 3; i++) {
		flood(fd, 1);
		ck_assert_uint_le(turns_until(&w, fd), 3);
		free(client_line(&h, fd));
	}
	/* A stranger among them waits for one of each, not for all. */
	fd = join(&w, 501, CG_PEER_OTHER);
	flood(fd, 1);
	ck_assert_uint_le(turns_until(&w, fd), (uint64_t)strangers + 3);
	/* The first to come is no worse off than the last. */
	(void)turns_until(&w, w.fd[0]);
	ck_assert_uint_lt(w.c.served, 4 * (uint64_t)strangers);
	crowd_end(&w);
}
END_TEST

START_TEST(unread_replies_are_bounded)
{
	struct crowd w;
	int refused = 0, fd;
	char first[512];

	crowd_begin(&w);
	for (int i = 0; i < 2 * CG_CLIENTS_USER; i++) {
		fd = join(&w, 1000 + i, CG_PEER_OTHER);
		client_send(fd, STATUS, strlen(STATUS));
		(void)turns_until(&w, fd);
		ck_assert_int_gt(recv(fd, first, sizeof(first), MSG_PEEK), 0);
		refused += !!strstr(first, "too many replies");
	}
	ck_assert_int_gt(refused, 0);
	/* Strangers hinder no others. */
	fd = join(&w, 500, CG_PEER_GROUP);
	client_send(fd, STATUS, strlen(STATUS));
	ck_assert_int_eq(code_of(client_line(&h, fd)), CG_EXIT_PARTIAL);
	fd = join(&w, 0, CG_PEER_ROOT);
	client_send(fd, STATUS, strlen(STATUS));
	ck_assert_int_eq(code_of(client_line(&h, fd)), CG_EXIT_PARTIAL);
	/* And when they have read, or left, there is room again. */
	while (w.n)
		close(w.fd[--w.n]);
	house_pump(&h);
	fd = join(&w, 1000, CG_PEER_OTHER);
	client_send(fd, STATUS, strlen(STATUS));
	ck_assert_int_eq(code_of(client_line(&h, fd)), CG_EXIT_PARTIAL);
	crowd_end(&w);
	kept("unread-memory", "%d of %d requests of strangers refused, 2 of 2 of others not",
	     refused, 2 * CG_CLIENTS_USER);
}
END_TEST

START_TEST(reading_by_the_byte_buys_no_time)
{
	int fd = client_open(&h), n = 0;
	char *line, some[4096];

	client_send(fd, STATUS, strlen(STATUS));
	line = client_line(&h, fd);
	/* Far more than the socket holds and the reader below takes in time. */
	ck_assert_uint_gt(strlen(line), 600000);
	free(line);
	close(fd);
	house_pump(&h);
	cg_control_timeouts(h.a.control, 0.8, 60.);
	fd = client_open(&h);
	client_send(fd, STATUS, strlen(STATUS));
	/* Enough that the socket takes more of the reply again and again. */
	while (n < 400 && recv(fd, some, sizeof(some), 0) != 0) {
		usleep(10000);
		house_pump(&h);
		if (!cg_control_clients(h.a.control))
			break;
		n++;
	}
	ck_assert_int_lt(n, 400);
	ck_assert_uint_eq(cg_control_clients(h.a.control), 0);
	close(fd);
	kept("reply-by-the-byte", "closed after %d reads of %zu bytes", n, sizeof(some));
}
END_TEST

START_TEST(a_connection_is_whose_made_it)
{
	int fd, status;
	pid_t pid;

	if (!root())
		return;
	/* A stranger's, held by root: what a passed descriptor comes to. */
	fd = connect_as(STRANGER);
	ck_assert_int_eq(ask(fd, OPEN), CG_EXIT_FAILED);
	ck_assert_uint_eq(fake_kernel.exposure[0].word & CG_WORD_DEADLINE, 0);
	close(fd);
	/* Root's, given to a stranger: root's still. */
	fd = client_open(&h);
	pid = fork();
	if (!pid)
		_exit(setuid(STRANGER) || send(fd, OPEN, strlen(OPEN), 0) < 0);
	waitpid(pid, &status, 0);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(code_of(client_line(&h, fd)), 0);
	close(fd);
	kept("passed-connection", "a stranger's in root's hands was refused 1 of 1, root's in a "
				  "stranger's hands allowed 1 of 1");
}
END_TEST

/* Rank of a connection made with those groups. */
static enum cg_peer_rank rank_with(uid_t uid, gid_t gid, const gid_t *more, size_t n)
{
	const gid_t group = GROUP;
	char path[96];
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int l = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), fd, status;
	struct cg_peer peer;
	pid_t pid;

	snprintf(path, sizeof(path), "%s/rank", h.dir);
	(void)unlink(path);
	memcpy(sun.sun_path, path, strlen(path) + 1);
	ck_assert_int_eq(bind(l, (struct sockaddr *)&sun, sizeof(sun)), 0);
	ck_assert_int_eq(chmod(path, 0666), 0);
	ck_assert_int_eq(listen(l, 1), 0);
	pid = fork();
	if (!pid) {
		int c = socket(AF_UNIX, SOCK_STREAM, 0);

		_exit(setgroups(n, more) || setgid(gid) || setuid(uid) ||
		      connect(c, (struct sockaddr *)&sun, sizeof(sun)) < 0);
	}
	fd = accept(l, NULL, NULL);
	peer = cg_peer_of(fd, &group);
	ck_assert_int_eq(peer.uid, uid);
	ck_assert_int_eq(cg_peer_of(fd, NULL).rank, uid ? CG_PEER_OTHER : CG_PEER_ROOT);
	waitpid(pid, &status, 0);
	ck_assert_int_eq(status, 0);
	close(fd);
	close(l);
	return peer.rank;
}

START_TEST(ranks)
{
	const gid_t other[] = { 100, 101 }, with[] = { 100, GROUP };

	if (!root())
		return;
	ck_assert_int_eq(rank_with(0, 0, NULL, 0), CG_PEER_ROOT);
	ck_assert_int_eq(rank_with(STRANGER, STRANGER, NULL, 0), CG_PEER_OTHER);
	ck_assert_int_eq(rank_with(STRANGER, 100, other, 2), CG_PEER_OTHER);
	ck_assert_int_eq(rank_with(STRANGER, GROUP, NULL, 0), CG_PEER_GROUP);
	ck_assert_int_eq(rank_with(STRANGER, 100, with, 2), CG_PEER_GROUP);
}
END_TEST

START_TEST(descriptors_sent_along_are_dropped)
{
	int fd = client_open(&h), before = fds_open();

	for (int i = 0; i < 100; i++) {
		char control[CMSG_SPACE(8 * sizeof(int))] = { 0 };
		struct iovec iov = { (char *)VERSION, strlen(VERSION) };
		struct msghdr msg = { .msg_iov = &iov,
				      .msg_iovlen = 1,
				      .msg_control = control,
				      .msg_controllen = sizeof(control) };
		struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
		int eight[8] = { 0, 1, 2, 0, 1, 2, 0, 1 };

		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(eight));
		memcpy(CMSG_DATA(c), eight, sizeof(eight));
		ck_assert_int_eq(sendmsg(fd, &msg, MSG_NOSIGNAL), (ssize_t)strlen(VERSION));
		ck_assert_int_eq(code_of(client_line(&h, fd)), 0);
	}
	ck_assert_int_eq(fds_open(), before);
	close(fd);
}
END_TEST

START_TEST(storm_of_connections)
{
	int before = fds_open();

	for (int i = 0; i < 2000; i++) {
		int fd = client_open(&h);

		if (i % 3)
			client_send(fd, VERSION, strlen(VERSION));
		close(fd);
	}
	house_pump(&h);
	ck_assert_uint_eq(cg_control_clients(h.a.control), 0);
	ck_assert_int_eq(fds_open(), before);
}
END_TEST

START_TEST(deep_nesting)
{
	static char text[CG_MAX_REQUEST];
	const char *head = "{\"v\":1,\"cmd\":\"version\",\"x\":";
	size_t n = strlen(head), deep = (sizeof(text) - n - 4) / 2;
	int fd = client_open(&h);

	memcpy(text, head, n);
	memset(text + n, '[', deep);
	memset(text + n + deep, ']', deep);
	memcpy(text + n + 2 * deep, "}\n", 3);
	client_send(fd, text, n + 2 * deep + 2);
	ck_assert_int_eq(code_of(client_line(&h, fd)), CG_EXIT_USAGE);
	ck_assert_int_eq(ask(fd, "{\"v\":1,\"cmd\":\"version\",\"x\":[[[[]]]]}\n"), 0);
	close(fd);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("abuse");
	TCase *t = tcase_create("socket"), *many = tcase_create("long replies");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, one_user_has_its_part);
	tcase_add_test(t, strangers_leave_places);
	tcase_add_test(t, group_leaves_places_for_root);
	tcase_add_test(t, a_flood_delays_nobody);
	tcase_add_test(t, a_connection_is_whose_made_it);
	tcase_add_test(t, ranks);
	tcase_add_test(t, descriptors_sent_along_are_dropped);
	tcase_add_test(t, storm_of_connections);
	tcase_add_test(t, deep_nesting);
	suite_add_tcase(s, t);
	tcase_add_checked_fixture(many, setup_many, teardown);
	tcase_set_timeout(many, 60);
	tcase_add_test(many, unread_replies_are_bounded);
	tcase_add_test(many, reading_by_the_byte_buys_no_time);
	suite_add_tcase(s, many);
	return suite_run(s);
}
