/* SPDX-License-Identifier: GPL-2.0-only */
/* What cameras answer, and what is wrong with that: each finding there and not there. */
#include <lib/audit.h>
#include <lib/civil.h>
#include <netinet/in.h>
#include "unit.h"

#define S   1000000000ULL
#define DAY (86400 * S)

static struct cg_audit_answer answer(enum cg_audit_ask ask, const char *text)
{
	struct cg_audit_answer a;

	cg_audit_answer_read(ask, text, strlen(text), &a);
	return a;
}

#define IS(ask, text, want) ck_assert_int_eq(answer(ask, text).state, want)
#define HEAD		    "HTTP/1.1 200 OK\r\nServer: gSOAP/2.8\r\n\r\n"

START_TEST(web_answers)
{
	struct cg_audit_answer a;

	IS(CG_AUDIT_GET, "HTTP/1.1 200 OK\r\n\r\n<html>", CG_AUDIT_OPEN);
	IS(CG_AUDIT_GET, "HTTP/1.0 404 Not Found\r\n\r\n", CG_AUDIT_OPEN);
	IS(CG_AUDIT_GET, "HTTP/1.1 401 Unauthorized\r\n\r\n", CG_AUDIT_ASKS);
	IS(CG_AUDIT_GET, "HTTP/1.1 301 Moved\r\nLocation: https://cam/\r\n\r\n", CG_AUDIT_MOVED);
	IS(CG_AUDIT_GET, "HTTP/1.1 302 Found\r\nlocation: HTTPS://cam/\r\n\r\n", CG_AUDIT_MOVED);
	IS(CG_AUDIT_GET, "HTTP/1.1 302 Found\r\nLocation: /login.htm\r\n\r\n", CG_AUDIT_OPEN);
	/* not in the head, and no redirect */
	IS(CG_AUDIT_GET, "HTTP/1.1 302 Found\r\n\r\n\r\nLocation: https://x/\r\n", CG_AUDIT_OPEN);
	IS(CG_AUDIT_GET, "HTTP/1.1 200 OK\r\nLocation: https://x/\r\n\r\n", CG_AUDIT_OPEN);
	IS(CG_AUDIT_GET, "", CG_AUDIT_SHUT);
	IS(CG_AUDIT_GET, "HTTP/", CG_AUDIT_SHUT);
	IS(CG_AUDIT_GET, "HTTP/1.1 20", CG_AUDIT_SHUT);
	IS(CG_AUDIT_GET, "HTTP/1.1 2x0 OK", CG_AUDIT_SHUT);
	IS(CG_AUDIT_GET, "SSH-2.0-dropbear\r\n", CG_AUDIT_SHUT);
	a = answer(CG_AUDIT_GET, "HTTP/1.1 200 OK\r\nserver:  Hikvision-Webs \r\n\r\n");
	ck_assert_str_eq(a.text, "Hikvision-Webs");
	a = answer(CG_AUDIT_GET, "HTTP/1.1 200 OK\r\nServer: a\x1b[31mb\x80\xe5\xa9\xb4\r\n\r\n");
	ck_assert_str_eq(a.text, "a[31mb\xe5\xa9\xb4");
}
END_TEST

START_TEST(rtsp_answers)
{
	IS(CG_AUDIT_DESCRIBE, "RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\nv=0\r\nm=video 0 RTP/AVP 96\r\n",
	   CG_AUDIT_FREE);
	IS(CG_AUDIT_DESCRIBE, "RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n", CG_AUDIT_OPEN);
	IS(CG_AUDIT_DESCRIBE, "RTSP/1.0 401 Unauthorized\r\n\r\n", CG_AUDIT_ASKS);
	IS(CG_AUDIT_DESCRIBE, "RTSP/1.0 403 Forbidden\r\n\r\nv=0\r\nm=video", CG_AUDIT_ASKS);
	IS(CG_AUDIT_DESCRIBE, "RTSP/1.0 404 Not Found\r\n\r\n", CG_AUDIT_OPEN);
	IS(CG_AUDIT_DESCRIBE, "HTTP/1.1 200 OK\r\n\r\nv=0\r\nm=video", CG_AUDIT_SHUT);
	ck_assert_str_eq(answer(CG_AUDIT_DESCRIBE,
				"RTSP/1.0 401 No\r\nServer: Dahua Rtsp Server\r\n\r\n")
				 .text,
			 "Dahua Rtsp Server");
}
END_TEST

START_TEST(onvif_answers)
{
	struct cg_audit_answer a =
		answer(CG_AUDIT_INFO,
		       HEAD "<s:Body><tds:GetDeviceInformationResponse>"
			    "<tds:Manufacturer>Acme</tds:Manufacturer><tds:Model>C 1</tds:Model>"
			    "<tds:FirmwareVersion>V5.5.53 build 180719</tds:FirmwareVersion>"
			    "</tds:GetDeviceInformationResponse></s:Body>");

	ck_assert_int_eq(a.state, CG_AUDIT_FREE);
	ck_assert_str_eq(a.maker, "Acme");
	ck_assert_str_eq(a.model, "C 1");
	ck_assert_str_eq(a.firmware, "V5.5.53 build 180719");
	IS(CG_AUDIT_INFO, "HTTP/1.1 401 Unauthorized\r\n\r\n", CG_AUDIT_ASKS);
	IS(CG_AUDIT_INFO,
	   "HTTP/1.1 400 Bad\r\n\r\n<s:Subcode><s:Value>ter:NotAuthorized</s:Value></s:Subcode>",
	   CG_AUDIT_ASKS);
	IS(CG_AUDIT_INFO, "HTTP/1.1 404 Not Found\r\n\r\n", CG_AUDIT_SHUT);
	IS(CG_AUDIT_INFO, HEAD "<html>welcome</html>", CG_AUDIT_SHUT);
	IS(CG_AUDIT_INFO, "HTTP/1.1 500 No\r\n\r\n<GetDeviceInformationResponse/>", CG_AUDIT_SHUT);
	IS(CG_AUDIT_USERS, HEAD "<tds:GetUsersResponse/>", CG_AUDIT_FREE);
	IS(CG_AUDIT_USERS, HEAD "<tds:GetDeviceInformationResponse/>", CG_AUDIT_SHUT);
	IS(CG_AUDIT_PROFILES, HEAD "<trt:GetProfilesResponse/>", CG_AUDIT_FREE);
	/* an end, an attribute, a longer name, half of one */
	a = answer(CG_AUDIT_INFO,
		   HEAD "<GetDeviceInformationResponse></Model><x:ModelNumber>no</x:ModelNumber>"
			"<t:Model xml:lang=\"en\">yes</t:Model><Manufacturer>half");
	ck_assert_str_eq(a.model, "yes");
	ck_assert_str_eq(a.maker, "");
}
END_TEST

#define SADP                                                                               \
	"<?xml version=\"1.0\"?><ProbeMatch><DeviceDescription>DS-2CD</DeviceDescription>" \
	"<SoftwareVersion>V5.4.5build 170124</SoftwareVersion>"

START_TEST(sadp_answers)
{
	struct cg_audit_answer a =
		answer(CG_AUDIT_INQUIRY, SADP
		       "<Activated>false</Activated><HCPlatformEnable>true</HCPlatformEnable>");

	ck_assert_int_eq(a.state, CG_AUDIT_OPEN);
	ck_assert_int_eq(a.not_activated, CG_CLUE_YES);
	ck_assert_int_eq(a.cloud, CG_CLUE_YES);
	ck_assert_str_eq(a.model, "DS-2CD");
	ck_assert_str_eq(a.firmware, "V5.4.5build 170124");
	a = answer(CG_AUDIT_INQUIRY, SADP "<Activated>true</Activated><HCPlatformEnable>false<");
	ck_assert_int_eq(a.not_activated, CG_CLUE_NO);
	ck_assert_int_eq(a.cloud, CG_CLUE_NO);
	a = answer(CG_AUDIT_INQUIRY, SADP "<Activated>perhaps</Activated>");
	ck_assert_int_eq(a.not_activated, 0);
	a = answer(CG_AUDIT_INQUIRY, SADP "<Activated");
	ck_assert_int_eq(a.not_activated, 0);
	a = answer(CG_AUDIT_INQUIRY, SADP "<Activated x");
	ck_assert_int_eq(a.not_activated, 0);
	a = answer(CG_AUDIT_INQUIRY, "<Probe><Activated>false</Activated></Probe>");
	ck_assert_int_eq(a.state, CG_AUDIT_SHUT);
}
END_TEST

START_TEST(firmware_days)
{
	static const struct {
		const char *version;
		int y, m, d; /* 0: none */
	} rows[] = {
		{ "V5.5.53build 180719", 2018, 7, 19 },
		{ "V5.4.5 Build:170124", 2017, 1, 24 },
		{ "2.800.0000000.16.R, build:2021-03-15", 2021, 3, 15 },
		{ "v3.0.0.136_20121102", 2012, 11, 2 },
		{ "20191231", 2019, 12, 31 },
		{ "v3.0.0", 0, 0, 0 },
		{ "", 0, 0, 0 },
		{ "build", 0, 0, 0 },
		{ "build 1807191", 0, 0, 0 },
		{ "build 181332", 0, 0, 0 },
		{ "201211021", 0, 0, 0 },
		{ "99999999", 0, 0, 0 },
		{ "2021-13-01", 0, 0, 0 },
		{ "18990101", 0, 0, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		int64_t day = -1;
		int r = cg_audit_firmware_day(rows[i].version, &day);

		ck_assert_msg(r == (rows[i].y ? 0 : -ENOENT), "%s: %d", rows[i].version, r);
		if (!r)
			ck_assert_msg(day == cg_civil_days(rows[i].y, rows[i].m, rows[i].d), "%s",
				      rows[i].version);
	}
}
END_TEST

START_TEST(questions)
{
	char buf[CG_AUDIT_QUESTION], length[64];
	const char *body;
	size_t n;

	ck_assert_uint_eq(cg_audit_question(CG_AUDIT_CONNECT, "192.168.1.20", 23, buf), 0);
	for (int ask = CG_AUDIT_GET; ask < __CG_AUDIT_ASK_MAX; ask++) {
		n = cg_audit_question((enum cg_audit_ask)ask,
				      "fd00:1111:2222:3333:4444:5555:6666:7777", 65535, buf);
		ck_assert_uint_gt(n, 0);
		ck_assert_uint_eq(n, strlen(buf));
		/* no question bears anything to log in with */
		ck_assert_ptr_null(strcasestr(buf, "authorization"));
		ck_assert_ptr_null(strcasestr(buf, "password"));
		ck_assert_ptr_null(strcasestr(buf, "UsernameToken"));
		body = strstr(buf, "\r\n\r\n");
		if (ask < CG_AUDIT_INFO || ask > CG_AUDIT_PROFILES)
			continue;
		snprintf(length, sizeof(length), "Content-Length: %zu\r\n", strlen(body + 4));
		ck_assert_ptr_nonnull(strstr(buf, length));
	}
	cg_audit_question(CG_AUDIT_GET, "fd00::1", 80, buf);
	ck_assert_ptr_nonnull(strstr(buf, "Host: [fd00::1]:80\r\n"));
	cg_audit_question(CG_AUDIT_DESCRIBE, "192.168.1.20", 554, buf);
	ck_assert_ptr_nonnull(strstr(buf, "DESCRIBE rtsp://192.168.1.20:554/ RTSP/1.0\r\n"));
}
END_TEST

/* ---- findings ---- */

static struct cg_audit_seen seen;
static struct cg_policy_cam policy;
static struct cg_audit_case c;
static struct cg_audit_finding found[CG_AUDIT_FINDINGS];
static size_t nfound;

/* A camera about which there is nothing to say. */
static void good(void)
{
	static struct cg_policy_rule rule;

	memset(&seen, 0, sizeof(seen));
	memset(&policy, 0, sizeof(policy));
	policy.exposure = CG_CLOSED;
	policy.lan_viewing = CG_LAN_VIEWERS;
	policy.rules = &rule;
	policy.nrules = 1;
	c = (struct cg_audit_case){ .seen = &seen,
				    .policy = &policy,
				    .guard = CG_GUARD_DROP,
				    .today = cg_civil_days(2026, 11, 27) };
}

static const struct cg_audit_finding *has(const char *id)
{
	nfound = cg_audit_judge(&c, found);
	for (size_t i = 0; i < nfound; i++)
		if (!strcmp(found[i].row->id, id))
			return &found[i];
	return NULL;
}

/* This and nothing else. */
static void only(const char *id, const char *words)
{
	const struct cg_audit_finding *f = has(id);

	ck_assert_msg(f, "no finding %s", id);
	ck_assert_msg(nfound == 1, "%s is not alone: %s, %s", id, found[0].row->id,
		      nfound > 1 ? found[1].row->id : "");
	ck_assert_msg(strstr(f->words, words), "%s: '%s' does not say '%s'", id, f->words, words);
	ck_assert_ptr_null(strstr(f->words, "%s"));
	good();
}

static void none(void)
{
	(void)has("");
	ck_assert_msg(!nfound, "found %s: %s", found[0].row->id, found[0].words);
	good();
}

static void probed(uint16_t port, enum cg_audit_ask ask, uint8_t state)
{
	struct cg_audit_answer a = { .state = state };

	cg_audit_service_probed(&seen, cg_audit_port(IPPROTO_TCP, port), ask, &a, 5 * S);
}

START_TEST(of_services)
{
	good();
	none();
	probed(23, CG_AUDIT_CONNECT, CG_AUDIT_OPEN);
	only("telnet", "port 23 (open)");
	probed(23, CG_AUDIT_CONNECT, CG_AUDIT_SHUT);
	none();
	probed(23, CG_AUDIT_CONNECT, CG_AUDIT_OPEN);
	probed(2323, CG_AUDIT_CONNECT, CG_AUDIT_OPEN);
	only("telnet", "port 23 (open), 2323 (open)");
	probed(9527, CG_AUDIT_CONNECT, CG_AUDIT_OPEN);
	only("console", "port 9527");
	probed(80, CG_AUDIT_GET, CG_AUDIT_OPEN);
	only("web-plain", "port 80 (open)");
	probed(80, CG_AUDIT_GET, CG_AUDIT_ASKS);
	only("web-plain", "port 80 (asks for a password)");
	probed(80, CG_AUDIT_GET, CG_AUDIT_MOVED);
	none();
	probed(443, CG_AUDIT_CONNECT, CG_AUDIT_OPEN);
	none();
	probed(554, CG_AUDIT_DESCRIBE, CG_AUDIT_FREE);
	only("rtsp-open", "port 554");
	probed(554, CG_AUDIT_DESCRIBE, CG_AUDIT_ASKS);
	none();
	probed(554, CG_AUDIT_DESCRIBE, CG_AUDIT_OPEN);
	none();
	probed(37777, CG_AUDIT_CONNECT, CG_AUDIT_OPEN);
	only("vendor-port", "port 37777 (Dahua's own)");
	/* it went away since */
	probed(23, CG_AUDIT_CONNECT, CG_AUDIT_OPEN);
	probed(23, CG_AUDIT_CONNECT, CG_AUDIT_SHUT);
	none();
}
END_TEST

START_TEST(of_onvif)
{
	good();
	probed(8000, CG_AUDIT_INFO, CG_AUDIT_FREE);
	only("onvif-info", "port 8000");
	probed(8000, CG_AUDIT_INFO, CG_AUDIT_ASKS);
	none();
	probed(80, CG_AUDIT_USERS, CG_AUDIT_FREE);
	only("onvif-users", "port 80");
	probed(80, CG_AUDIT_USERS, CG_AUDIT_ASKS);
	none();
	probed(80, CG_AUDIT_PROFILES, CG_AUDIT_FREE);
	only("onvif-profiles", "port 80");
	probed(80, CG_AUDIT_PROFILES, CG_AUDIT_SHUT);
	none();
	/* one port of two is enough, in either order */
	probed(8000, CG_AUDIT_INFO, CG_AUDIT_ASKS);
	probed(2020, CG_AUDIT_INFO, CG_AUDIT_FREE);
	probed(8899, CG_AUDIT_INFO, CG_AUDIT_ASKS);
	only("onvif-info", "port 2020");
}
END_TEST

START_TEST(of_sadp_and_firmware)
{
	struct cg_audit_answer a = { .state = CG_AUDIT_OPEN, .not_activated = CG_CLUE_YES };
	const struct cg_audit_port *sadp = cg_audit_port(IPPROTO_UDP, 37020);

	good();
	cg_audit_service_probed(&seen, sadp, CG_AUDIT_INQUIRY, &a, S);
	only("not-activated", "nobody has set a password");
	a.not_activated = CG_CLUE_NO;
	cg_audit_service_probed(&seen, sadp, CG_AUDIT_INQUIRY, &a, S);
	none();
	a.cloud = CG_CLUE_YES;
	cg_audit_service_probed(&seen, sadp, CG_AUDIT_INQUIRY, &a, S);
	only("p2p", "cloud platform is on");
	a.cloud = CG_CLUE_NO;
	cg_audit_service_probed(&seen, sadp, CG_AUDIT_INQUIRY, &a, S);
	none();
	strcpy(a.firmware, "V5.5.53build 180719");
	cg_audit_service_probed(&seen, sadp, CG_AUDIT_INQUIRY, &a, S);
	only("firmware-old", "V5.5.53build 180719, of 2018-07-19, 8 years old");
	/* the clock is not known */
	strcpy(seen.firmware, "V5.5.53build 180719");
	c.today = 0;
	none();
	strcpy(seen.firmware, "V5.7.1build 251101");
	none();
	/* of the future: then it is no date */
	strcpy(seen.firmware, "V5.7.1build 291101");
	none();
	strcpy(seen.firmware, "1.2.3");
	none();
}
END_TEST

START_TEST(of_what_it_did)
{
	good();
	seen.p2p_ns = S;
	strcpy(seen.p2p, "p2p.example.com");
	only("p2p", "it used p2p.example.com");
	seen.portmap_ns = S;
	only("portmap-asked", "UPnP");
	c.stopped = 3;
	only("stopped", "3");
	c.mappings = 2;
	only("mapping", "2");
}
END_TEST

START_TEST(of_the_config)
{
	good();
	policy.monitor = true;
	only("monitor", "mode = monitor");
	c.always_open = true;
	only("exposure-open", "exposure = open");
	policy.nrules = 0;
	only("no-profile", "no profile and no rules");
	policy.nrules = 0;
	strcpy(policy.profile, "reolink");
	policy.protection = CG_PROTECTION_FULL;
	none();
	strcpy(policy.profile, "reolink");
	policy.protection = CG_PROTECTION_PARTIAL;
	only("protection", "profile reolink");
	c.guard = CG_GUARD_OFF;
	only("guard-off", "guard = off");
	c.guard = CG_GUARD_COUNT;
	none();
	policy.lan_viewing = CG_LAN_ALL;
	only("lan-all", "lan_viewing = all");
	policy.lan_viewing = CG_LAN_NONE;
	none();
	/* a config that is not known is no weakness */
	c.policy = NULL;
	c.guard = CG_GUARD_OFF;
	none();
}
END_TEST

START_TEST(the_table)
{
	const struct cg_audit_row *rows;
	size_t n, clause, provision;
	char rest;

	rows = cg_audit_rows(&n);
	for (size_t i = 0; i < n; i++) {
		const char *p = rows[i].provision;

		ck_assert_msg(!i || rows[i].level <= rows[i - 1].level, "%s is worse than %s",
			      rows[i].id, rows[i - 1].id);
		for (size_t k = 0; k < i; k++)
			ck_assert_str_ne(rows[i].id, rows[k].id);
		ck_assert_msg(sscanf(p, "5.%zu-%zu%c", &clause, &provision, &rest) == 2 ||
				      sscanf(p, "5.%zu%c", &clause, &rest) == 1 ||
				      sscanf(p, "6-%zu%c", &provision, &rest) == 1,
			      "%s: %s is no provision", rows[i].id, p);
		ck_assert_ptr_nonnull(strstr(rows[i].words, "%s"));
		ck_assert_uint_gt(strlen(rows[i].advice), 8);
		ck_assert_uint_gt(strlen(rows[i].requires), 8);
	}
}
END_TEST

START_TEST(seen_and_old)
{
	struct cg_audit_service s = { .port = 554,
				      .proto = IPPROTO_TCP,
				      .kind = CG_AUDIT_RTSP,
				      .state = CG_AUDIT_OPEN,
				      .ns = S };

	good();
	ck_assert(cg_audit_service_add(&seen, &s));
	ck_assert(cg_audit_service_add(&seen, &s));
	ck_assert_uint_eq(seen.nservices, 1);
	/* what was asked is not overwritten by what is seen, but it lives on */
	probed(554, CG_AUDIT_DESCRIBE, CG_AUDIT_FREE);
	s.ns = DAY;
	ck_assert(cg_audit_service_add(&seen, &s));
	ck_assert_int_eq(seen.service[0].state, CG_AUDIT_FREE);
	seen.probed_ns = 5 * S;
	seen.info = CG_AUDIT_FREE;
	seen.not_activated = CG_CLUE_YES;
	seen.p2p_ns = 5 * S;
	strcpy(seen.firmware, "x");
	cg_audit_expire(&seen, DAY + 4 * S);
	ck_assert_uint_eq(seen.nservices, 1);
	ck_assert_uint_eq(seen.probed_ns, 5 * S);
	cg_audit_expire(&seen, DAY + 5 * S);
	ck_assert_uint_eq(seen.nservices, 1);
	ck_assert(!seen.probed_ns && !seen.info && !seen.not_activated && !seen.p2p_ns);
	ck_assert_str_eq(seen.firmware, "");
	cg_audit_expire(&seen, 2 * DAY);
	ck_assert_uint_eq(seen.nservices, 0);
	/* bounded */
	for (uint16_t port = 1; port <= CG_AUDIT_SERVICES; port++) {
		s.port = port;
		ck_assert(cg_audit_service_add(&seen, &s));
	}
	s.port = 1000;
	ck_assert(!cg_audit_service_add(&seen, &s));
}
END_TEST

int main(void)
{
	return UNIT_RUN("audit", 10, web_answers, rtsp_answers, onvif_answers, sadp_answers,
			firmware_days, questions, of_services, of_onvif, of_sadp_and_firmware,
			of_what_it_did, of_the_config, the_table, seen_and_old);
}
