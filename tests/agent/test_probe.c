/* SPDX-License-Identifier: GPL-2.0-only */
/* audit with probe: what cameras in a network namespace of this test answer, and who is never asked. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include "audited.h"

static bool alone; /* in a network namespace of our own, where cameras can be made */

/* ---- a camera: a process that listens at CAM_4 ---- */

struct serves {
	uint16_t port;
	const char *request; /* what a question must hold to get this; NULL: any */
	const char *reply;   /* NULL: silence */
};

#define LISTENERS 24

/* What it has seen, shared with the test. */
static struct seen {
	int connections, datagrams;
	int secrets;		  /* questions that held something to log in with */
	int questions;		  /* of all bytes that came: requests */
	volatile int made, ready; /* its namespace; it listens */
} * seen;

static pid_t camera;

static void answer(int fd, uint16_t port, const struct serves *list)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char buf[4096];
	size_t n = 0;

	while (n < sizeof(buf) - 1 && poll(&p, 1, n ? 100 : 1500) == 1) {
		ssize_t got = recv(fd, buf + n, sizeof(buf) - 1 - n, 0);

		if (got <= 0)
			break;
		n += (size_t)got;
	}
	buf[n] = '\0';
	seen->questions += n > 0;
	seen->secrets += strcasestr(buf, "authorization") || strcasestr(buf, "password") ||
			 strcasestr(buf, "usernametoken");
	for (; list->port; list++)
		if (list->port == port && list->reply && n &&
		    (!list->request || strstr(buf, list->request))) {
			(void)!send(fd, list->reply, strlen(list->reply), MSG_NOSIGNAL);
			break;
		}
	if (!list->port || !list->reply)
		(void)poll(&p, 1, 1500);
	close(fd);
}

static void serve(const struct serves *list)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	struct pollfd p[LISTENERS];
	uint16_t port[LISTENERS];
	nfds_t n = 0;
	int on = 1;

	if (unshare(CLONE_NEWNET))
		_exit(1);
	seen->made = 1;
	while (system("ip link set cam0 up 2>/dev/null"))
		poll(NULL, 0, 5);
	if (system("ip addr add " CAM_4 "/24 dev cam0"))
		_exit(1);
	inet_pton(AF_INET, CAM_4, &at.sin_addr);
	signal(SIGCHLD, SIG_IGN);
	for (const struct serves *s = list; s->port; s++) {
		int type = s->port == 37020 ? SOCK_DGRAM : SOCK_STREAM, fd;

		if (n && port[n - 1] == s->port)
			continue;
		fd = socket(AF_INET, type, 0);
		at.sin_port = htons(s->port);
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
		if (bind(fd, (struct sockaddr *)&at, sizeof(at)) ||
		    (type == SOCK_STREAM && listen(fd, 16)))
			_exit(1);
		p[n] = (struct pollfd){ .fd = fd, .events = POLLIN };
		port[n++] = s->port;
	}
	seen->ready = 1;
	while (poll(p, n, -1) >= 0) {
		for (nfds_t i = 0; i < n; i++) {
			struct sockaddr_in from;
			socklen_t len = sizeof(from);
			char buf[2048];
			int fd;

			if (!(p[i].revents & POLLIN))
				continue;
			if (port[i] == 37020) {
				ssize_t got = recvfrom(p[i].fd, buf, sizeof(buf) - 1, 0,
						       (struct sockaddr *)&from, &len);

				buf[got > 0 ? got : 0] = '\0';
				seen->datagrams++;
				for (const struct serves *s = list; s->port; s++)
					if (s->port == port[i] && strstr(buf, "inquiry"))
						(void)!sendto(p[i].fd, s->reply, strlen(s->reply),
							      0, (struct sockaddr *)&from, len);
				continue;
			}
			fd = accept(p[i].fd, NULL, NULL);
			if (fd < 0)
				continue;
			seen->connections++;
			if (!fork()) {
				answer(fd, port[i], list);
				_exit(0);
			}
			close(fd);
		}
	}
	_exit(0);
}

static void camera_start(const struct serves *list)
{
	char command[256];

	memset(seen, 0, sizeof(*seen));
	camera = fork();
	ck_assert_int_ge(camera, 0);
	if (!camera)
		serve(list);
	for (int i = 0; !seen->made && i < 3000; i++)
		poll(NULL, 0, 10);
	snprintf(command, sizeof(command),
		 "ip link add br-lan index %d type veth peer name cam0 netns %d && "
		 "ip addr add 192.168.1.1/24 dev br-lan && ip link set br-lan up",
		 IF_BR, (int)camera);
	ck_assert_int_eq(system(command), 0);
	for (int i = 0; !seen->ready && i < 3000; i++)
		poll(NULL, 0, 10);
	ck_assert(seen->ready);
}

#define OK   "HTTP/1.1 200 OK\r\nServer: CamWeb/1.0\r\n\r\n"
#define SOAP OK "<s:Envelope><s:Body>"

static const struct serves poor[] = {
	{ 23, NULL, "login: " },
	{ 80, "GET / ", OK "<html>welcome</html>" },
	{ 80, "GetDeviceInformation",
	  SOAP "<tds:GetDeviceInformationResponse><tds:Manufacturer>Acme</tds:Manufacturer>"
	       "<tds:Model>C1</tds:Model><tds:FirmwareVersion>V1 build 180719"
	       "</tds:FirmwareVersion></tds:GetDeviceInformationResponse>" },
	{ 80, "GetUsers", SOAP "<tds:GetUsersResponse/>" },
	{ 80, "GetProfiles", SOAP "<trt:GetProfilesResponse/>" },
	{ 554, "DESCRIBE rtsp://" CAM_4 ":554/",
	  "RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\nv=0\r\nm=video 0 RTP/AVP 96\r\n" },
	{ 37020, NULL,
	  "<ProbeMatch><Activated>false</Activated><HCPlatformEnable>true</HCPlatformEnable>"
	  "<SoftwareVersion>V1 build 180719</SoftwareVersion></ProbeMatch>" },
	{ 0, NULL, NULL },
};

static const struct serves fair[] = {
	{ 80, "GET / ", "HTTP/1.1 301 Moved\r\nLocation: https://" CAM_4 "/\r\n\r\n" },
	{ 443, NULL, NULL },
	{ 554, NULL, "RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\n\r\n" },
	{ 2020, NULL, "HTTP/1.1 401 Unauthorized\r\n\r\n" },
	{ 37020, NULL, "<ProbeMatch><Activated>true</Activated></ProbeMatch>" },
	{ 0, NULL, NULL },
};

/* Every port is open, and nothing is ever said. */
static const struct serves mute[] = {
	{ 23, NULL, NULL },   { 80, NULL, NULL },   { 88, NULL, NULL },	  { 554, NULL, NULL },
	{ 2020, NULL, NULL }, { 7070, NULL, NULL }, { 8000, NULL, NULL }, { 8080, NULL, NULL },
	{ 8554, NULL, NULL }, { 8899, NULL, NULL }, { 9000, NULL, NULL }, { 34567, NULL, NULL },
	{ 0, NULL, NULL },
};

static void teardown(void)
{
	if (camera > 0) {
		kill(camera, SIGKILL);
		waitpid(camera, NULL, 0);
		camera = 0;
		(void)!system("ip link del br-lan 2>/dev/null");
	}
	house_end(&h);
}

static double now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Until nothing is asked any more; how long it took. */
static double asked(void)
{
	double began = now_s();

	while (cg_probes_busy(h.a.audit->probes, "nursery") && now_s() < began + 60) {
		house_pump(&h);
		poll(NULL, 0, 5);
	}
	return now_s() - began;
}

static void probe(void)
{
	struct json_object *r = ASK(&h, CG_EXIT_OK, PROBE);

	ck_assert_str_eq(reply_text(r, "cams/0/unasked"), "");
	ck_assert_str_eq(reply_text(r, "cams/0/probing"), "true");
	json_object_put(r);
}

static void unasked(void)
{
	struct json_object *r = ASK(&h, CG_EXIT_OK, PROBE);

	ck_assert_ptr_nonnull(strstr(reply_text(r, "cams/0/unasked"), "knows no neighbour"));
	ck_assert_str_eq(reply_text(r, "cams/0/probing"), "false");
	json_object_put(r);
	house_pump(&h);
	ck_assert_int_eq(fake_kernel.asked, 0);
}

static void skip_unless_alone(void)
{
	if (!alone) {
		printf("# no network namespace here: no camera is made\n");
		_exit(0);
	}
}

START_TEST(poor_camera)
{
	struct json_object *r;
	double took;

	skip_unless_alone();
	camera_start(poor);
	neigh_add(CAM_4, 1, IF_BR);
	house_clock(CG_CLOCK_FLOOR_S + 30 * 86400, CG_CLOCK_SYNCED);
	house_later(&h, 1);
	FINDS("");
	probe();
	took = asked();
	ck_assert_msg(took < CG_PROBE_CAM_S + 1, "%g s", took);
	r = ASK(&h, CG_EXIT_OK, AUDIT);
	ck_assert_str_eq(
		findings(r),
		"not-activated rtsp-open onvif-users telnet onvif-profiles web-plain p2p firmware-old onvif-info");
	ck_assert_str_eq(reply_text(r, "cams/0/probing"), "false");
	ck_assert_int_eq(reply_int(r, "cams/0/probed_s"), h.a.real_s());
	ck_assert_str_eq(reply_text(r, "cams/0/maker"), "Acme");
	ck_assert_str_eq(reply_text(r, "cams/0/firmware"), "V1 build 180719");
	ck_assert_str_eq(service(r, 554, "state"), "anybody");
	ck_assert_str_eq(service(r, 23, "how"), "probed");
	ck_assert_str_eq(service(r, 80, "text"), "CamWeb/1.0");
	json_object_put(r);
	/* telnet 1, web 1 and ONVIF's three, RTSP 1 */
	ck_assert_int_eq(seen->connections, 6);
	ck_assert_int_eq(seen->datagrams, 1);
	ck_assert_int_eq(seen->questions, 5);
	ck_assert_int_eq(seen->secrets, 0);
	ck_assert_int_gt(fake_kernel.asked, 20);
	ck_assert_uint_eq(fake_kernel.nasks, 0);
	/* a day later nothing of it is known */
	house_later(&h, 86400);
	FINDS("");
}
END_TEST

START_TEST(fair_camera)
{
	struct json_object *r;

	skip_unless_alone();
	camera_start(fair);
	neigh_add(CAM_4, 1, IF_BR);
	probe();
	(void)asked();
	r = ASK(&h, CG_EXIT_OK, AUDIT);
	ck_assert_str_eq(findings(r), "");
	ck_assert_str_eq(service(r, 80, "state"), "to-https");
	ck_assert_str_eq(service(r, 443, "state"), "open");
	ck_assert_str_eq(service(r, 554, "state"), "password");
	ck_assert_str_eq(service(r, 2020, "state"), "password");
	ck_assert_uint_eq(length(r, "cams/0/services"), 5);
	json_object_put(r);
}
END_TEST

/* Silence is waited for, and not for long. */
START_TEST(mute_camera)
{
	struct json_object *r;
	double took;

	skip_unless_alone();
	camera_start(mute);
	neigh_add(CAM_4, 1, IF_BR);
	probe();
	took = asked();
	ck_assert_msg(took < CG_PROBE_CAM_S + 1, "%g s", took);
	r = ASK(&h, CG_EXIT_OK, AUDIT);
	ck_assert_str_eq(service(r, 554, "state"), "open");
	ck_assert_str_eq(findings(r), "telnet web-plain vendor-port");
	json_object_put(r);
	ck_assert_uint_eq(fake_kernel.nasks, 0);
}
END_TEST

/* What was not let is not asked, and nothing is left of it. */
START_TEST(refused_by_the_packet_path)
{
	struct json_object *r;

	skip_unless_alone();
	camera_start(poor);
	neigh_add(CAM_4, 1, IF_BR);
	fake_fail("ask", 1, -E2BIG);
	probe();
	(void)asked();
	/* the first was refused, the others were asked */
	r = ASK(&h, CG_EXIT_OK, AUDIT);
	ck_assert_str_eq(service(r, 23, "state"), "");
	ck_assert_str_eq(service(r, 554, "state"), "anybody");
	json_object_put(r);
	ck_assert_uint_eq(fake_kernel.nasks, 0);
}
END_TEST

START_TEST(looked_for)
{
	struct json_object *r;
	struct cg_addr addr;

	/* no neighbour is known: the kernel looks for it, nothing else is sent */
	probe();
	house_pump(&h);
	ck_assert_int_eq(fake_links.sought, 1);
	ck_assert_int_eq(cg_addr_parse(CAM_4, &addr), 0);
	ck_assert_mem_eq(&fake_links.sought_addr, &addr, sizeof(addr));
	(void)asked();
	ck_assert_int_eq(fake_links.sought, 1);
	ck_assert_int_eq(fake_kernel.asked, 0);
	r = ASK(&h, CG_EXIT_OK, AUDIT);
	ck_assert_str_eq(reply_text(r, "cams/0/unasked"), CG_PROBE_ABSENT);
	ck_assert_str_eq(reply_text(r, "cams/0/probed_s"), "");
	json_object_put(r);
	/* it answers while it is looked for */
	probe();
	house_pump(&h);
	ck_assert_int_eq(fake_links.sought, 2);
	skip_unless_alone();
	camera_start(fair);
	neigh_add(CAM_4, 1, IF_BR);
	(void)asked();
	ck_assert_int_gt(seen->connections, 0);
	r = ASK(&h, CG_EXIT_OK, AUDIT);
	ck_assert_str_eq(reply_text(r, "cams/0/unasked"), "");
	json_object_put(r);
	/* and who answers in its place is not asked */
	memset(&fake_kernel.state[0], 0, sizeof(fake_kernel.state[0]));
	addr_seen(0, "192.168.1.66");
	fake_kernel.asked = 0;
	probe();
	neigh_add("192.168.1.66", 9, IF_BR);
	(void)asked();
	ck_assert_int_eq(fake_kernel.asked, 0);
	/* an address of no LAN is not looked for */
	memset(&fake_kernel.state[0], 0, sizeof(fake_kernel.state[0]));
	addr_seen(0, "203.0.113.66");
	unasked();
	ck_assert_int_eq(fake_links.sought, 3);
}
END_TEST

START_TEST(nobody_else_is_asked)
{
	/* another device has the address now */
	neigh_add(CAM_4, 9, IF_BR);
	unasked();
	fake_links.nneigh = 0;
	/* its MAC at an address it never sent from, at the WAN, behind a router */
	neigh_add("192.168.1.77", 1, IF_BR);
	neigh_add(CAM_4, 1, IF_WAN);
	neigh_add(CAM_4, 1, IF_BR);
	fake_links.neigh[2].router = true;
	unasked();
	fake_links.nneigh = 0;
	fake_kernel.state[0].naddr = 0;
	neigh_add("fe80::1", 1, IF_BR);
	addr_seen(0, "fe80::1");
	unasked();
	addr_seen(0, CAM_4);
	/* and where it is right it is asked */
	skip_unless_alone();
	camera_start(poor);
	neigh_add(CAM_4, 1, IF_BR);
	probe();
	(void)asked();
	ck_assert_int_gt(seen->connections, 0);
}
END_TEST

/* A narrowed camera shares its MAC: only its own addresses are asked. */
START_TEST(narrowed)
{
	house_config(&h, "lan = { \"br-lan\" }\ncamera \"nursery\" { mac = { "
			 "\"02:ca:00:00:00:01\" } address = { \"192.168.1.50\" } }\n");
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"reload\"}"), 0);
	neigh_add(CAM_4, 1, IF_BR);
	probe();
	(void)asked();
	ck_assert_int_eq(fake_kernel.asked, 0);
	neigh_add("192.168.1.50", 1, IF_BR);
	probe();
}
END_TEST

START_TEST(gone_meanwhile)
{
	skip_unless_alone();
	camera_start(mute);
	neigh_add(CAM_4, 1, IF_BR);
	probe();
	house_pump(&h);
	ck_assert_uint_gt(fake_kernel.nasks, 0);
	house_config(&h, "lan = { \"br-lan\" }\ncamera \"attic\" { mac = { "
			 "\"02:ca:00:00:00:09\" } }\n");
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"reload\"}"), 0);
	(void)asked();
	ck_assert_uint_eq(fake_kernel.nasks, 0);
	ck_assert_int_eq(house_code(&h, ALL), 0);
	/* and the agent may end in the middle of it */
	house_config(&h, QUIET);
	ck_assert_int_eq(house_code(&h, "{\"v\":1,\"cmd\":\"reload\"}"), 0);
	fake_kernel.state[0].naddr = 0;
	addr_seen(0, CAM_4);
	probe();
	house_pump(&h);
	house_stop(&h);
	ck_assert_uint_eq(fake_kernel.nasks, 0);
}
END_TEST

/* Its own network, where the LAN's interface can be made. */
static bool alone_make(void)
{
	return (!unshare(CLONE_NEWNET) || !unshare(CLONE_NEWUSER | CLONE_NEWNET)) &&
	       !system("ip link set lo up 2>/dev/null");
}

int main(void)
{
	Suite *s = suite_create("probe");
	TCase *tc = tcase_create("probe");

	seen = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	alone = alone_make();
	tcase_add_checked_fixture(tc, audited_setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, poor_camera);
	tcase_add_test(tc, fair_camera);
	tcase_add_test(tc, mute_camera);
	tcase_add_test(tc, refused_by_the_packet_path);
	tcase_add_test(tc, looked_for);
	tcase_add_test(tc, nobody_else_is_asked);
	tcase_add_test(tc, narrowed);
	tcase_add_test(tc, gone_meanwhile);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
