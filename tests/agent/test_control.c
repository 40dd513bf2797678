/* SPDX-License-Identifier: GPL-2.0-only */
/* The control socket under clients that send half, too much, nonsense, or nothing, and under many of them. */
#include <camgate/ctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include "../../agent/daemon/control.h"
#include "harness.h"

#define VERSION "{\"v\":1,\"cmd\":\"version\"}\n"

static struct house h;

static void setup(void)
{
	house_make(&h);
	house_config(&h, CONFIG_TWO);
	ck_assert_int_eq(house_start(&h), 0);
}

static void teardown(void)
{
	house_end(&h);
}

static void say(int fd, const char *text)
{
	client_send(fd, text, strlen(text));
}

START_TEST(answers)
{
	int fd = client_open(&h);

	say(fd, VERSION);
	ck_assert_int_eq(code_of(client_line(&h, fd)), 0);
	/* The connection stays for the next. */
	say(fd, VERSION);
	ck_assert_int_eq(code_of(client_line(&h, fd)), 0);
	close(fd);
}
END_TEST

START_TEST(half_lines_are_put_together)
{
	int fd = client_open(&h);

	for (const char *p = VERSION; *p; p++) {
		client_send(fd, p, 1);
		house_pump(&h);
	}
	ck_assert_int_eq(code_of(client_line(&h, fd)), 0);
	close(fd);
}
END_TEST

START_TEST(many_in_one_go_come_in_order)
{
	int fd = client_open(&h);
	char *line;

	say(fd, VERSION "{\"v\":1,\"cmd\":\"nonsense\"}\r\n\n" VERSION
			"{\"v\":1,\"cmd\":\"close\",\"cam\":\"x\"}\n");
	ck_assert_int_eq(code_of(client_line(&h, fd)), 0);
	ck_assert_int_eq(code_of(client_line(&h, fd)), CG_EXIT_USAGE);
	line = client_line(&h, fd);
	ck_assert_ptr_nonnull(strstr(line, "abi"));
	free(line);
	ck_assert_int_eq(code_of(client_line(&h, fd)), CG_EXIT_FAILED);
	close(fd);
}
END_TEST

START_TEST(half_line_times_out)
{
	int slow = client_open(&h), good = client_open(&h);

	cg_control_timeouts(h.a.control, 0.2, 60.);
	say(slow, "{\"v\":1,");
	house_pump(&h);
	ck_assert_int_eq(code_of(client_line(&h, slow)), CG_EXIT_USAGE);
	ck_assert(client_closed(&h, slow));
	/* One that only says nothing is left alone. */
	say(good, VERSION);
	ck_assert_int_eq(code_of(client_line(&h, good)), 0);
	close(slow);
	close(good);
}
END_TEST

START_TEST(dripping_does_not_buy_time)
{
	int fd = client_open(&h), n = 0;

	cg_control_timeouts(h.a.control, 0.2, 60.);
	/* A byte every turn, for as long as it is let. */
	while (send(fd, "x", 1, MSG_NOSIGNAL) == 1 && n++ < 1000) {
		usleep(10000);
		house_pump(&h);
		if (!cg_control_clients(h.a.control))
			break;
	}
	ck_assert_int_lt(n, 200);
	ck_assert_uint_eq(cg_control_clients(h.a.control), 0);
	close(fd);
}
END_TEST

START_TEST(idle_client_goes)
{
	int fd;

	cg_control_timeouts(h.a.control, 60., 0.2);
	fd = client_open(&h);
	ck_assert(client_closed(&h, fd));
	close(fd);
}
END_TEST

START_TEST(too_long_a_line)
{
	int fd = client_open(&h), good = client_open(&h);
	static char text[CG_MAX_REQUEST + 4096];
	size_t sent = 0;

	memset(text, ' ', sizeof(text));
	while (sent < sizeof(text)) {
		ssize_t n = send(fd, text + sent, sizeof(text) - sent, MSG_NOSIGNAL);

		if (n < 0)
			break;
		sent += (size_t)n;
		house_pump(&h);
	}
	ck_assert_int_eq(code_of(client_line(&h, fd)), CG_EXIT_USAGE);
	ck_assert(client_closed(&h, fd));
	say(good, VERSION);
	ck_assert_int_eq(code_of(client_line(&h, good)), 0);
	close(fd);
	close(good);
}
END_TEST

START_TEST(longest_line_is_taken)
{
	int fd = client_open(&h);
	static char text[CG_MAX_REQUEST];
	size_t sent = 0;

	memset(text, ' ', sizeof(text));
	memcpy(text, VERSION, strlen(VERSION) - 1);
	text[sizeof(text) - 1] = '\n';
	while (sent < sizeof(text)) {
		ssize_t n = send(fd, text + sent, sizeof(text) - sent, MSG_NOSIGNAL);

		if (n > 0)
			sent += (size_t)n;
		house_pump(&h);
	}
	ck_assert_int_eq(code_of(client_line(&h, fd)), 0);
	close(fd);
}
END_TEST

static const struct {
	const char *text;
	size_t n;
} nonsense[] = {
#define N(t)                      \
	{                         \
		t "\n", sizeof(t) \
	}
	N("x"),
	N("1"),
	N("null"),
	N("[]"),
	N("\"open\""),
	N("{"),
	N("{}"),
	N("{\"v\":1}"),
	N("{\"v\":2,\"cmd\":\"version\"}"),
	N("{\"v\":\"1\",\"cmd\":\"version\"}"),
	N("{\"v\":1.0,\"cmd\":\"version\"}"),
	N("{\"v\":null,\"cmd\":\"version\"}"),
	N("{\"v\":1,\"cmd\":null}"),
	N("{\"v\":1,\"cmd\":7}"),
	N("{\"v\":1,\"cmd\":\"\"}"),
	N("{\"v\":1,\"cmd\":\"version\\u0000x\"}"),
	N("{\"v\":1,\"cmd\":\"version\"} x"),
	N("{'v':1,'cmd':'version'}"),
	N("{\"v\":1,\"cmd\":\"version\"\0}"),
	N("{\"v\":1,\"cmd\":\"\xff\xfe\"}"),
	N("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["),
	N("{\"v\":1,\"cmd\":\"open\"}"),
	N("{\"v\":1,\"cmd\":\"open\",\"cam\":1}"),
	N("{\"v\":1,\"cmd\":\"open\",\"cam\":\"nursery\",\"for_s\":-1}"),
	N("{\"v\":1,\"cmd\":\"open\",\"cam\":\"nursery\",\"for_s\":0}"),
	N("{\"v\":1,\"cmd\":\"open\",\"cam\":\"nursery\",\"for_s\":\"60\"}"),
	N("{\"v\":1,\"cmd\":\"open\",\"cam\":\"nursery\",\"for_s\":99999999999999999999}"),
	N("{\"v\":1,\"cmd\":\"open\",\"cam\":\"nursery\",\"for_s\":60,\"until_s\":1700000100}"),
	N("{\"v\":1,\"cmd\":\"open\",\"cam\":\"nursery\",\"until_s\":5}"),
	N("{\"v\":1,\"cmd\":\"open\",\"cam\":\"nursery\",\"to\":\"nobody\"}"),
	N("{\"v\":1,\"cmd\":\"open\",\"cam\":\"nursery\",\"to\":5}"),
	N("{\"v\":1,\"cmd\":\"off\",\"for_s\":86401}"),
	N("{\"v\":1,\"cmd\":\"why\",\"cam\":\"nursery\"}"),
	N("{\"v\":1,\"cmd\":\"why\",\"cam\":\"nursery\",\"address\":\"1.2.3.4\",\"port\":70000}"),
	N("{\"v\":1,\"cmd\":\"why\",\"cam\":\"nursery\",\"address\":\"1.2.3.4\",\"proto\":\"carrier\"}"),
	N("{\"v\":1,\"cmd\":\"blocked\",\"cam\":\"nursery\",\"since_s\":\"x\"}"),
	N("{\"v\":1,\"cmd\":\"allow\",\"cam\":\"nursery\"}"),
	N("{\"v\":1,\"cmd\":\"allow\",\"cam\":\"nursery\",\"rule\":\"1.2.3.4:99999\"}"),
};

START_TEST(nonsense_is_refused)
{
	int fd = client_open(&h);

	client_send(fd, nonsense[_i].text, nonsense[_i].n);
	ck_assert_int_eq(code_of(client_line(&h, fd)), CG_EXIT_USAGE);
	/* And the connection is none the worse for it. */
	say(fd, VERSION);
	ck_assert_int_eq(code_of(client_line(&h, fd)), 0);
	close(fd);
	/* Nothing was opened by it. */
	ck_assert_uint_eq(fake_kernel.exposure[0].word & CG_WORD_DEADLINE, 0);
	ck_assert_uint_eq(fake_kernel.meta.off_until_ns, 0);
}
END_TEST

START_TEST(one_too_many)
{
	int fd[CG_MAX_CLIENTS + 1];
	char *line;

	for (int i = 0; i < CG_MAX_CLIENTS; i++)
		fd[i] = client_open(&h);
	ck_assert_uint_eq(cg_control_clients(h.a.control), CG_MAX_CLIENTS);
	fd[CG_MAX_CLIENTS] = client_open(&h);
	line = client_line(&h, fd[CG_MAX_CLIENTS]);
	ck_assert_ptr_nonnull(line);
	ck_assert_ptr_nonnull(strstr(line, "too many clients"));
	free(line);
	ck_assert(client_closed(&h, fd[CG_MAX_CLIENTS]));
	/* Those that are in are served, and a place that is left is free again. */
	say(fd[7], VERSION);
	ck_assert_int_eq(code_of(client_line(&h, fd[7])), 0);
	close(fd[7]);
	close(fd[CG_MAX_CLIENTS]);
	house_pump(&h);
	fd[7] = client_open(&h);
	say(fd[7], VERSION);
	ck_assert_int_eq(code_of(client_line(&h, fd[7])), 0);
	for (int i = 0; i < CG_MAX_CLIENTS; i++)
		close(fd[i]);
	house_pump(&h);
	ck_assert_uint_eq(cg_control_clients(h.a.control), 0);
}
END_TEST

START_TEST(reader_that_does_not_read)
{
	int fd = client_open(&h), good;
	char *line;

	/* Replies that nobody takes are not piled up: requests wait instead. */
	cg_control_timeouts(h.a.control, 0.3, 60.);
	for (int i = 0, stuck = 0; i < 20000 && stuck < 3; i++)
		if (send(fd, VERSION, strlen(VERSION), MSG_NOSIGNAL) < 0) {
			house_pump(&h);
			stuck++;
		} else {
			stuck = 0;
		}
	good = client_open(&h);
	say(good, VERSION);
	line = client_line(&h, good);
	ck_assert_ptr_nonnull(line);
	free(line);
	for (int i = 0; i < 3000 && cg_control_clients(h.a.control) > 1; i++) {
		usleep(10000);
		house_pump(&h);
	}
	ck_assert_uint_eq(cg_control_clients(h.a.control), 1);
	close(fd);
	close(good);
}
END_TEST

START_TEST(client_that_leaves)
{
	for (int i = 0; i < 200; i++) {
		int fd = client_open(&h);

		say(fd, VERSION "{\"v\":1,");
		close(fd);
	}
	house_pump(&h);
	ck_assert_uint_eq(cg_control_clients(h.a.control), 0);
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"version\"}"), 0);
}
END_TEST

START_TEST(half_closed_gets_its_reply)
{
	int fd = client_open(&h);

	say(fd, VERSION);
	shutdown(fd, SHUT_WR);
	ck_assert_int_eq(code_of(client_line(&h, fd)), 0);
	ck_assert(client_closed(&h, fd));
	close(fd);
}
END_TEST

/* Asks as another user, in a process of its own; returns the code. */
static int ask_as_nobody(const char *request)
{
	int pipe_fd[2], code = -1, fd;
	pid_t pid;

	ck_assert_int_eq(pipe(pipe_fd), 0);
	ck_assert_int_eq(chmod(h.dir, 0755), 0);
	pid = fork();
	if (!pid) {
		struct sockaddr_un sun = { .sun_family = AF_UNIX };
		static char line[65536];
		ssize_t n = 0, got;

		if (setgid(65534) || setuid(65534))
			_exit(1);
		fd = socket(AF_UNIX, SOCK_STREAM, 0);
		snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", h.socket);
		if (connect(fd, (struct sockaddr *)&sun, sizeof(sun)) < 0 ||
		    write(fd, request, strlen(request)) < 0 || write(fd, "\n", 1) < 0)
			_exit(1);
		while (n < (ssize_t)sizeof(line) - 1 && !memchr(line, '\n', (size_t)n) &&
		       (got = read(fd, line + n, sizeof(line) - 1 - (size_t)n)) > 0)
			n += got;
		line[n] = '\0';
		code = code_of(strdup(line));
		_exit(write(pipe_fd[1], &code, sizeof(code)) != sizeof(code));
	}
	close(pipe_fd[1]);
	while (!waitpid(pid, NULL, WNOHANG)) {
		house_pump(&h);
		usleep(1000);
	}
	if (read(pipe_fd[0], &code, sizeof(code)) != sizeof(code))
		code = -1;
	close(pipe_fd[0]);
	return code;
}

START_TEST(strangers_read_only_where_they_may)
{
	if (geteuid())
		return;
	/* Without `readers = all` the socket itself is closed to them. */
	ck_assert_int_eq(ask_as_nobody("{\"v\":1,\"cmd\":\"status\"}"), -1);
	house_config(&h, "readers = all\n" CONFIG_TWO);
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"reload\"}"), 0);
	ck_assert_int_eq(ask_as_nobody("{\"v\":1,\"cmd\":\"status\"}"), CG_EXIT_PARTIAL);
	ck_assert_int_eq(ask_as_nobody("{\"v\":1,\"cmd\":\"version\"}"), 0);
	ck_assert_int_eq(ask_as_nobody("{\"v\":1,\"cmd\":\"open\",\"cam\":\"nursery\"}"),
			 CG_EXIT_FAILED);
	ck_assert_int_eq(ask_as_nobody("{\"v\":1,\"cmd\":\"detach\"}"), CG_EXIT_FAILED);
	ck_assert_int_eq(ask_as_nobody("{\"v\":1,\"cmd\":\"reload\"}"), CG_EXIT_FAILED);
	ck_assert_uint_eq(fake_kernel.exposure[0].word & CG_WORD_DEADLINE, 0);
	ck_assert_int_eq(fake_kernel.detached, 0);
	/* The twin: root may. */
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"open\",\"cam\":\"nursery\"}"), 0);
}
END_TEST

START_TEST(socket_mode)
{
	struct stat st;

	ck_assert_int_eq(stat(h.socket, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0660);
	house_config(&h, "lan = { \"br-lan\" }\nreaders = all\n");
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"reload\"}"), 0);
	ck_assert_int_eq(stat(h.socket, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0666);
	house_config(&h, "lan = { \"br-lan\" }\n");
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"reload\"}"), 0);
	ck_assert_int_eq(stat(h.socket, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0660);
}
END_TEST

START_TEST(detach_ends_the_agent)
{
	int fd = client_open(&h);
	char *line;

	say(fd, "{\"v\":1,\"cmd\":\"detach\"}\n");
	for (int i = 0; i < 1000 && !h.a.run.leave; i++)
		house_pump(&h);
	line = client_line(&h, fd);
	ck_assert_ptr_nonnull(strstr(line, "removed"));
	free(line);
	ck_assert_int_eq(fake_kernel.detached, 1);
	ck_assert_uint_eq(fake_kernel.nattached, 0);
	/* Messages about the filters that just went put nothing back. */
	fake_links_changed(CG_LINKS_FILTER | CG_LINKS_LINK);
	house_pump(&h);
	house_later(&h, 5);
	ck_assert_uint_eq(fake_kernel.nattached, 0);
	/* The loop ends by itself. */
	ev_timer_start(h.a.loop, &h.a.ev.tick);
	ev_run(h.a.loop, 0);
	close(fd);
}
END_TEST

START_TEST(detach_that_fails)
{
	fake_fail("pins_detach", 1, -EPERM);
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"detach\"}"), CG_EXIT_FAILED);
	ck_assert(!h.a.run.leave);
	ck_assert(fake_attached(IF_LAN1));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("control");
	TCase *t = tcase_create("socket");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 30);
	tcase_add_test(t, answers);
	tcase_add_test(t, half_lines_are_put_together);
	tcase_add_test(t, many_in_one_go_come_in_order);
	tcase_add_test(t, half_line_times_out);
	tcase_add_test(t, dripping_does_not_buy_time);
	tcase_add_test(t, idle_client_goes);
	tcase_add_test(t, too_long_a_line);
	tcase_add_test(t, longest_line_is_taken);
	tcase_add_loop_test(t, nonsense_is_refused, 0, sizeof(nonsense) / sizeof(nonsense[0]));
	tcase_add_test(t, one_too_many);
	tcase_add_test(t, reader_that_does_not_read);
	tcase_add_test(t, client_that_leaves);
	tcase_add_test(t, half_closed_gets_its_reply);
	tcase_add_test(t, strangers_read_only_where_they_may);
	tcase_add_test(t, socket_mode);
	tcase_add_test(t, detach_ends_the_agent);
	tcase_add_test(t, detach_that_fails);
	suite_add_tcase(s, t);
	return suite_run(s);
}
