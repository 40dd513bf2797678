/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the agent's log goes: the journal where there is one, else syslog, else standard error; nothing begins a line of its own. */
#include <check.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "../../agent/daemon/log.h"

/* Empty folders of our own in place of the machine's; false: not allowed to. */
static bool alone(void)
{
	if (unshare(CLONE_NEWNS) < 0)
		return false;
	ck_assert_int_eq(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	ck_assert_int_eq(mount("none", "/run", "tmpfs", 0, NULL), 0);
	ck_assert_int_eq(mount("none", "/dev", "tmpfs", 0, NULL), 0);
	return true;
}

static int server(const char *path)
{
	const struct timeval patience = { 10, 0 };
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&sun, sizeof(sun)), 0);
	ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), 0);
	return fd;
}

static const char *got(int fd)
{
	static char buf[4096];
	ssize_t n = recv(fd, buf, sizeof(buf) - 1, 0);

	ck_assert_int_gt(n, 0);
	buf[n] = '\0';
	return buf;
}

static void say(void)
{
	const struct cg_log_field fields[] = { { "CAMGATE_CAMERA", "nursery" },
					       { "CAMGATE_PEER", NULL } };

	cg_log_fields(CG_LOG_WARNING, fields, 2, "what %s\nsaid", "somebody");
}

#define HAS(text, part)	  ck_assert_msg(strstr(text, part), "'%s' lacks '%s'", text, part)
#define LACKS(text, part) ck_assert_msg(!strstr(text, part), "'%s' has '%s'", text, part)

START_TEST(syslog_of_old)
{
	const char *text;
	int fd;

	if (!alone())
		return;
	fd = server("/dev/log");
	cg_log_open(false, CG_LOG_WARNING);
	cg_log_notice("too much");
	say();
	text = got(fd);
	/* daemon.warning */
	HAS(text, "<28>");
	HAS(text, "camgated[");
	HAS(text, "what somebody said");
	cg_log_close();
	close(fd);
}
END_TEST

#ifdef CG_HAVE_SYSTEMD
START_TEST(journal)
{
	const char *text;
	int fd, old;

	if (!alone())
		return;
	ck_assert_int_eq(mkdir("/run/systemd", 0755) || mkdir("/run/systemd/journal", 0755), 0);
	fd = server("/run/systemd/journal/socket");
	old = server("/dev/log");
	cg_log_open(false, CG_LOG_WARNING);
	cg_log_notice("too much");
	say();
	text = got(fd);
	HAS(text, "MESSAGE=what somebody said\n");
	HAS(text, "PRIORITY=4\n");
	HAS(text, "SYSLOG_IDENTIFIER=camgated\n");
	HAS(text, "CAMGATE_CAMERA=nursery\n");
	LACKS(text, "CAMGATE_PEER");
	LACKS(text, "too much");
	/* told once, not twice */
	ck_assert_int_eq(recv(old, (char[1]){ 0 }, 1, MSG_DONTWAIT), -1);
	cg_log_close();
	close(fd);
	close(old);
}
END_TEST
#endif

static void to_stderr(bool foreground)
{
	char text[256] = "";
	FILE *f = tmpfile();
	int old = dup(2);

	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(dup2(fileno(f), 2), 0);
	cg_log_open(foreground, CG_LOG_WARNING);
	cg_log_notice("too much");
	say();
	ck_assert_int_ge(dup2(old, 2), 0);
	rewind(f);
	ck_assert_uint_gt(fread(text, 1, sizeof(text) - 1, f), 0);
	ck_assert_str_eq(text, "camgated: warning: what somebody said\n");
	fclose(f);
	close(old);
	cg_log_close();
}

/* Nobody listens: what is said is not lost. */
START_TEST(neither)
{
	to_stderr(true);
	if (alone())
		to_stderr(false);
}
END_TEST

START_TEST(levels)
{
	ck_assert_int_eq(cg_log_level_parse("error"), CG_LOG_ERROR);
	ck_assert_int_eq(cg_log_level_parse("debug"), CG_LOG_DEBUG);
	ck_assert_int_eq(cg_log_level_parse("7"), CG_LOG_DEBUG);
	ck_assert_int_eq(cg_log_level_parse("77"), -1);
	ck_assert_int_eq(cg_log_level_parse("loud"), -1);
	ck_assert_int_eq(cg_log_level_parse(""), -1);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("log");
	TCase *t = tcase_create("log");
	SRunner *r;
	int failed;

	tcase_add_test(t, syslog_of_old);
#ifdef CG_HAVE_SYSTEMD
	tcase_add_test(t, journal);
#endif
	tcase_add_test(t, neither);
	tcase_add_test(t, levels);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}
