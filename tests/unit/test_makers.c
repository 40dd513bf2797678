/* SPDX-License-Identifier: GPL-2.0-only */
/* The profiles that are installed: each is judged as a camera's, allows what is sure and nothing that shows a picture. */
#include <dirent.h>
#include <lib/config.h>
#include <lib/facts.h>
#include <lib/policy.h>
#include "unit.h"

/* Given by the build. */
#ifndef CG_TOP
#define CG_TOP "."
#endif
#define FOLDER CG_TOP "/packaging/profiles"

/*
 * What may be active, carried over from the sources that the files name, and
 * not from the files: rows seen in code or measured on a capture (H), of push,
 * time, firmware, sign-in, registration and control, which do not bring a
 * picture outside. A row that is not active, and a rule that is no row, fail.
 */
static const struct {
	const char *profile, *rule;
} sure[] = {
	{ "reolink", "pushx.reolink.com:443/tcp" },
	{ "reolink", "pushx.reolink.com:9501/tcp" },
	{ "tplink", "n-device-api.tplinkcloud.com:443/tcp" },
	{ "tplink", "n-devs-dcipc.tplinkcloud.com:443/tcp" },
	{ "tplink", "n-deventry-dcipc.tplinkcloud.com:443/tcp" },
	{ "tplink", "n-euw1-*.tplinkcloud.com:443/tcp" },
	{ "yi", "api.eu.xiaoyi.com:443/tcp" },
	{ "xiaomi", "ot.io.mi.com:8053/udp" },
	{ "xiaomi", "*.ot.io.mi.com:8053/udp" },
	{ "xiaomi", "ott.io.mi.com:80/tcp" },
	{ "tuya", "a1.tuyaeu.com:443/tcp" },
	{ "tuya", "a1.tuyaus.com:443/tcp" },
	{ "tuya", "a1.tuyacn.com:443/tcp" },
	{ "tuya", "a1.tuyain.com:443/tcp" },
	{ "tuya", "m1.tuyaeu.com:8883/tcp" },
	{ "tuya", "m1.tuyaus.com:8883/tcp" },
	{ "tuya", "m1.tuyacn.com:8883/tcp" },
	{ "tuya", "m1.tuyain.com:8883/tcp" },
	{ "tuya", "m1-ueaz.tuyaus.com:8883/tcp" },
	{ "tuya", "m2.tuyaeu.com:8886/tcp" },
	{ "eufy", "mysecurity.eufylife.com:443/tcp" },
	{ "eufy", "security-app.eufylife.com:443/tcp" },
	{ "eufy", "security-app-eu.eufylife.com:443/tcp" },
	{ "eufy", "security-app-us.eufylife.com:443/tcp" },
	{ "eufy", "extend.eufylife.com:443/tcp" },
	{ "wansview", "cam-gw-isc-eu02.ajcloud.net:443/tcp" },
	{ "wansview", "sdc-isc.ajcloud.net:443/tcp" },
	{ "wansview", "fw-isc.ajcloud.net:443/tcp" },
	{ "wansview", "htpdate.ajcloud.net:443/tcp" },
	{ "dlink", "ntp1.dlink.com:123/udp" },
};

/* Rows that enable viewing from outside: names, and addresses without one. */
static const char *const viewing[] = {
	"p2p.reolink.com",
	"p2p1.reolink.com",
	"p2p11.reolink.com",
	"p2p.reolink.com.cn",
	"p2pm-abr.reolink.com",
	"p2pm-ali.reolink.com",
	"security.iot.i.tplinknbu.com",
	"x.tplinknbu.com",
	"m1.iotcplatform.com",
	"m5.iotcplatform.com",
	"cm.iotcplatform.com",
	"gm.iotcplatform.com",
	"wyze-mars-asrv.wyzecam.com",
	"wyze-mars-webcsrv.wyzecam.com",
	"stun.kinesisvideo.us-west-2.amazonaws.com",
	"api.ring.com",
	"app.ring.com",
	"api.prod.signalling.ring.devices.a2z.com",
	"eucas.ezvizlife.com",
	"vtm.ezvizlife.com",
	"vtmeu.ezvizlife.com",
	"www.easy4ipcloud.com",
	"www.easy4ip.com",
	"www.dahuap2pcloud.com",
	"cmgw-fk.easy4ipcloud.com",
	"www.lechange.com",
	"www.imoulife.com",
	"access-dss.secu100.net",
	"pub-dss-hls.secu100.net",
	"ipc1300.av380.net",
	"ipc79.w390.net",
	"ak802.av380.net",
	"cam-tunnel-isc-eu02.ajcloud.net",
	"signal.mydlink.com",
	"mp-eu-signal.auto.mydlink.com",
	"www.jovision.com",
	"www.jovecloud.com",
	"www.afdvr.com",
	"aiot-coap.aqara.cn",
	"aiot-coap-test.aqara.cn",
	"transport.home.nest.com",
};

static const char *const profiles[] = {
	"aqara",    "blink", "dahua",	"dlink",    "eufy",   "ezviz", "hikvision",
	"jovision", "nest",  "reolink", "ring",	    "tplink", "tuya",  "v380",
	"wansview", "wyze",  "xiaomi",	"xiongmai", "yi",
};
#define NPROFILES (sizeof(profiles) / sizeof(profiles[0]))

/* The policy of one camera with a profile of folder. */
static struct cg_policy *judged(const char *folder, const char *name)
{
	struct unit_dir dir = unit_dir_new();
	struct cg_config *config = NULL;
	struct cg_policy *p = NULL;
	struct cg_diag d = { "" };
	char text[512], path[128];

	snprintf(text, sizeof(text),
		 "lan = br0\nprofiles = \"%s\"\n"
		 "camera \"c\" { mac = \"02:ca:00:00:00:01\" profile = %s }\n",
		 folder, name);
	unit_write(&dir, "m.conf", text, strlen(text));
	ck_assert_msg(!cg_config_read(unit_path(&dir, "m.conf", path), &d, &config), "%s", d.text);
	ck_assert_msg(!cg_policy_build(config, &d, &p), "%s", d.text);
	cg_config_free(&config);
	unit_dir_free(&dir);
	return p;
}

static bool is_sure(const char *profile, const char *rule)
{
	for (size_t i = 0; i < sizeof(sure) / sizeof(sure[0]); i++)
		if (!strcmp(sure[i].profile, profile) && !strcmp(sure[i].rule, rule))
			return true;
	return false;
}

/* Never, whether it is active or not. */
static void no_viewing(const char *profile, const struct cg_rule_text *rule)
{
	char text[CG_RULE_STRLEN];

	ck_assert_msg(rule->name, "%s: %s names an address", profile, cg_rule_format(rule, text));
	for (size_t i = 0; i < sizeof(viewing) / sizeof(viewing[0]); i++)
		ck_assert_msg(!cg_namepat_fits(rule->name, viewing[i]), "%s: %s lets %s", profile,
			      cg_rule_format(rule, text), viewing[i]);
}

START_TEST(the_folder_holds_these)
{
	DIR *d = opendir(FOLDER);
	struct dirent *e;
	size_t n = 0;

	ck_assert_ptr_nonnull(d);
	while ((e = readdir(d))) {
		bool known = false;
		char name[300];

		if (e->d_name[0] == '.')
			continue;
		for (size_t i = 0; i < NPROFILES; i++) {
			snprintf(name, sizeof(name), "%s.conf", profiles[i]);
			known |= !strcmp(name, e->d_name);
		}
		ck_assert_msg(known, "%s is in no list", e->d_name);
		n++;
	}
	closedir(d);
	ck_assert_uint_eq(n, NPROFILES);
}
END_TEST

START_TEST(allow_what_is_sure_and_nothing_else)
{
	size_t found = 0;

	for (size_t i = 0; i < NPROFILES; i++) {
		struct cg_policy *p = judged(FOLDER, profiles[i]);
		const struct cg_policy_cam *cam = &p->cams[0];

		ck_assert_str_eq(cam->profile, profiles[i]);
		for (size_t k = 0; k < cam->nrules; k++) {
			char text[CG_RULE_STRLEN];

			cg_rule_format(&cam->rules[k].text, text);
			ck_assert_int_eq(cam->rules[k].kind, CG_RULE_ALLOW);
			ck_assert_msg(is_sure(profiles[i], text), "%s: %s is no sure row",
				      profiles[i], text);
			no_viewing(profiles[i], &cam->rules[k].text);
			found++;
		}
		cg_policy_free(&p);
	}
	ck_assert_uint_eq(found, sizeof(sure) / sizeof(sure[0]));
}
END_TEST

/* Says its confidence and role behind the rule: "# M firmware: source". */
static void check_comment(const char *profile, const char *line)
{
	const char *hash = strstr(line, "}\t# ");

	ck_assert_msg(hash, "%s: no source: %s", profile, line);
	ck_assert_msg(strchr("HML", hash[4]) && hash[5] == ' ' && strstr(hash, ": "),
		      "%s: not '# H|M|L role: source': %s", profile, line);
	if (line[0] != '#')
		ck_assert_msg(hash[4] == 'H', "%s: active and not sure: %s", profile, line);
}

/* A file with every line that is commented out taken in. */
static size_t taken_in(const char *profile, const struct unit_dir *to)
{
	char path[200], line[1000], out[64], *text = NULL;
	size_t n, lines = 0;
	FILE *f, *m;

	snprintf(path, sizeof(path), "%s/%s.conf", FOLDER, profile);
	f = fopen(path, "r");
	ck_assert_ptr_nonnull(f);
	m = open_memstream(&text, &n);
	while (fgets(line, sizeof(line), f)) {
		bool off = !strncmp(line, "#allow +=", 9) || !strncmp(line, "#upload +=", 10);

		ck_assert_msg(strchr(line, '\n'), "%s: a long line", profile);
		if (off || !strncmp(line, "allow +=", 8))
			check_comment(profile, line);
		else
			ck_assert_msg(!strstr(line, "+=") && !strstr(line, "allow =") &&
					      !strstr(line, "upload ="),
				      "%s: a rule in another form: %s", profile, line);
		lines += off;
		fputs(off ? line + 1 : line, m);
	}
	fclose(f);
	fclose(m);
	snprintf(out, sizeof(out), "%s.conf", profile);
	unit_write(to, out, text, strlen(text));
	free(text);
	return lines;
}

START_TEST(what_is_commented_out_is_right_and_shows_nothing)
{
	struct unit_dir dir = unit_dir_new();
	size_t lines = 0;

	for (size_t i = 0; i < NPROFILES; i++) {
		struct cg_policy *before = judged(FOLDER, profiles[i]), *p;
		size_t n = taken_in(profiles[i], &dir);

		p = judged(dir.path, profiles[i]);
		ck_assert_uint_eq(p->cams[0].nrules, before->cams[0].nrules + n);
		for (size_t k = 0; k < p->cams[0].nrules; k++)
			no_viewing(profiles[i], &p->cams[0].rules[k].text);
		cg_policy_free(&before);
		cg_policy_free(&p);
		lines += n;
	}
	ck_assert_uint_gt(lines, 20);
	unit_dir_free(&dir);
}
END_TEST

/* Both were written down by hand: what shows a picture is a relay to `blocked`, and
 * what a profile allows is known and is none. */
START_TEST(guesses_agree)
{
	for (size_t i = 0; i < sizeof(viewing) / sizeof(viewing[0]); i++) {
		const struct cg_fact *f = cg_facts_name(viewing[i]);

		/* The STUN host is known by its first label, Nest's is a recording. */
		if (!strncmp(viewing[i], "stun.", 5) || !strncmp(viewing[i], "transport.", 10))
			continue;
		ck_assert_msg(f && f->role == CG_FACT_RELAY, "%s", viewing[i]);
	}
	for (size_t i = 0; i < sizeof(sure) / sizeof(sure[0]); i++) {
		struct cg_policy *p = judged(FOLDER, sure[i].profile);

		for (size_t k = 0; k < p->cams[0].nrules; k++) {
			const char *name = p->cams[0].rules[k].text.name;
			char example[CG_NAMEPAT_LEN + 8];
			const char *star = strchr(name, '*');
			const struct cg_fact *f;

			snprintf(example, sizeof(example), "%.*s%s%s",
				 star ? (int)(star - name) : (int)strlen(name), name,
				 star ? "x" : "", star ? star + 1 : "");
			f = cg_facts_name(example);
			ck_assert_msg(f && f->role != CG_FACT_RELAY && f->role != CG_FACT_STORAGE,
				      "%s", example);
		}
		cg_policy_free(&p);
	}
}
END_TEST

START_TEST(addresses_without_a_name)
{
	static const char *const yi[] = { "47.88.59.209", "47.90.240.160", "47.74.255.9" };
	struct cg_policy *p = judged(FOLDER, "yi");
	struct cg_addr a;

	for (size_t i = 0; i < 3; i++) {
		ck_assert_int_eq(cg_addr_parse(yi[i], &a), 0);
		ck_assert_int_eq(cg_policy_match(&p->cams[0], &a, 17, 32100, false), -ENOENT);
		ck_assert_int_eq(cg_facts_addr(&a)->role, CG_FACT_RELAY);
	}
	cg_policy_free(&p);
	p = judged(FOLDER, "xiongmai");
	ck_assert_int_eq(p->cams[0].dns, CG_SERVER_REDIRECT);
	cg_policy_free(&p);
}
END_TEST

int main(void)
{
	return UNIT_RUN("makers", 30, the_folder_holds_these, allow_what_is_sure_and_nothing_else,
			what_is_commented_out_is_right_and_shows_nothing, guesses_agree,
			addresses_without_a_name);
}
