/* SPDX-License-Identifier: GPL-2.0-only */
/* Profiles: whose file is taken, where its rules stand, and every fault of it with its file and line. */
#include <camgate/limits.h>
#include "policy_text.h"

#define LAN	   "lan = \"br-lan\"\nprofiles = shipped\n"
#define CAM(extra) LAN "camera \"a\" {\n mac = \"02:ca:00:00:00:01\"\n" extra "\n}\n"
#define SAYS	   "protection = full\nlocal_view = yes\n"

static struct unit_dir dir;

static void put(const char *name, const char *text)
{
	unit_write(&dir, name, text, strlen(text));
}

/* A folder with both places for profiles. */
static void fresh(void)
{
	char path[128];

	dir = unit_dir_new();
	policy_dir = &dir;
	ck_assert_int_eq(mkdir(unit_path(&dir, "shipped", path), 0755), 0);
	ck_assert_int_eq(mkdir(unit_path(&dir, "profiles.d", path), 0755), 0);
	put("shipped/acme.conf", SAYS "allow = { \"push.acme.example:443/tcp\" }\n");
	put("shipped/tplink.conf", SAYS);
}

static const char *rule(const struct cg_policy *p, size_t i)
{
	static char buf[CG_RULE_STRLEN];

	ck_assert_uint_lt(i, p->cams[0].nrules);
	return cg_rule_format(&p->cams[0].rules[i].text, buf);
}

START_TEST(its_words_and_rules)
{
	struct cg_policy *p;

	fresh();
	p = built(CAM("profile = acme"));
	ck_assert_str_eq(p->cams[0].profile, "acme");
	ck_assert_int_eq(p->cams[0].protection, CG_PROTECTION_FULL);
	ck_assert_int_eq(p->cams[0].local_view, CG_LOCAL_VIEW_YES);
	ck_assert_uint_eq(p->cams[0].nrules, 1);
	ck_assert_str_eq(rule(p, 0), "push.acme.example:443/tcp");
	ck_assert(p->cams[0].rules[0].of_profile);
	/* Known where it stands, when the config is gone. */
	ck_assert_str_eq(strrchr(p->cams[0].rules[0].pos.file, '/'), "/acme.conf");
	ck_assert_int_eq(p->cams[0].rules[0].pos.line, 3);
	cg_policy_free(&p);
	/* Without one nothing is said. */
	p = built(CAM(""));
	ck_assert_str_eq(p->cams[0].profile, "");
	ck_assert_uint_eq(p->cams[0].nrules, 0);
	cg_policy_free(&p);
	unit_dir_free(&dir);
}
END_TEST

START_TEST(the_households_own_wins)
{
	struct cg_policy *p;

	fresh();
	put("profiles.d/acme.conf",
	    "protection = none\nlocal_view = cloud-only\nallow = { \"own.example:1/tcp\" }\n");
	p = built(CAM("profile = acme"));
	ck_assert_uint_eq(p->cams[0].nrules, 1);
	ck_assert_str_eq(rule(p, 0), "own.example:1/tcp");
	ck_assert_int_eq(p->cams[0].protection, CG_PROTECTION_NONE);
	ck_assert_int_eq(p->cams[0].local_view, CG_LOCAL_VIEW_CLOUD_ONLY);
	cg_policy_free(&p);
	/* One that cannot be read does not give way to the other in silence. */
	put("profiles.d/acme.conf", "protection = full\nlocal_view = yes\nallow = {\n");
	REFUSED(-EINVAL, CAM("profile = acme"), "/profiles.d/acme.conf:3:");
	unit_dir_free(&dir);
}
END_TEST

START_TEST(order_of_rules)
{
	static const char *const want[] = {
		"192.0.2.1",
		"192.0.2.2",
		"192.0.2.3",
		"own.example",
		"push.acme.example:443/tcp",
		"up.acme.example",
		"defaults.example",
	};
	struct cg_policy *p;

	fresh();
	put("shipped/acme.conf", SAYS "allow = { \"push.acme.example:443/tcp\" }\n"
				      "deny = { 192.0.2.3 }\nupload = { up.acme.example }\n");
	p = built(LAN "defaults { allow = { defaults.example } deny = { 192.0.2.1 } }\n"
		      "camera \"a\" {\n mac = \"02:ca:00:00:00:01\"\n profile = acme\n"
		      " allow = { own.example }\n deny = { 192.0.2.2 }\n}\n");
	ck_assert_uint_eq(p->cams[0].nrules, 7);
	for (size_t i = 0; i < 7; i++) {
		ck_assert_str_eq(rule(p, i), want[i]);
		ck_assert_int_eq(p->cams[0].rules[i].of_profile, i == 2 || i == 4 || i == 5);
	}
	cg_policy_free(&p);
	unit_dir_free(&dir);
}
END_TEST

START_TEST(of_defaults_and_none)
{
	struct cg_policy *p;

	fresh();
	p = built(LAN "defaults { profile = acme }\n"
		      "camera \"a\" { mac = \"02:ca:00:00:00:01\" }\n"
		      "camera \"b\" { mac = \"02:ca:00:00:00:02\" profile = tplink }\n"
		      "camera \"c\" { mac = \"02:ca:00:00:00:03\" profile = none }\n");
	ck_assert_str_eq(p->cams[0].profile, "acme");
	ck_assert_uint_eq(p->cams[0].nrules, 1);
	ck_assert_str_eq(p->cams[1].profile, "tplink");
	ck_assert_uint_eq(p->cams[1].nrules, 0);
	ck_assert_str_eq(p->cams[2].profile, "");
	ck_assert_uint_eq(p->cams[2].nrules, 0);
	cg_policy_free(&p);
	/* Wrong where no camera uses it. */
	REFUSED(-EINVAL, LAN "defaults { profile = acne }\n", "/p.conf:3:22: profile: found 'acne'",
		"expected 'acme'");
	unit_dir_free(&dir);
}
END_TEST

/* However many cameras of one make there are. */
START_TEST(read_once)
{
	struct cg_config *config = NULL;
	struct cg_diag d = { "" };
	char path[128];

	fresh();
	put("p.conf", LAN "defaults { profile = acme }\n"
			  "camera \"a\" { mac = \"02:ca:00:00:00:01\" profile = acme }\n"
			  "camera \"b\" { mac = \"02:ca:00:00:00:02\" profile = tplink }\n"
			  "camera \"c\" { mac = \"02:ca:00:00:00:03\" profile = acme }\n");
	ck_assert_msg(!cg_config_read(unit_path(&dir, "p.conf", path), &d, &config), "%s", d.text);
	ck_assert_uint_eq(config->nprofile, 2);
	ck_assert_str_eq(config->profile[0].name, "acme");
	ck_assert_str_eq(config->profile[1].name, "tplink");
	ck_assert_uint_eq(config->nfiles, 3);
	cg_config_free(&config);
	unit_dir_free(&dir);
}
END_TEST

START_TEST(servers_between_own_and_defaults)
{
	struct cg_policy *p;

	fresh();
	put("shipped/acme.conf", SAYS "dns = redirect\nntp = redirect\n");
	p = built(LAN "defaults { dns = any ntp = any dns_names = all }\n"
		      "camera \"a\" { mac = \"02:ca:00:00:00:01\" profile = acme }\n"
		      "camera \"b\" { mac = \"02:ca:00:00:00:02\" profile = acme dns = gateway }\n"
		      "camera \"c\" { mac = \"02:ca:00:00:00:03\" }\n");
	ck_assert_int_eq(p->cams[0].dns, CG_SERVER_REDIRECT);
	ck_assert_int_eq(p->cams[0].ntp, CG_SERVER_REDIRECT);
	ck_assert_int_eq(p->cams[1].dns, CG_SERVER_GATEWAY);
	ck_assert_int_eq(p->cams[1].ntp, CG_SERVER_REDIRECT);
	ck_assert_int_eq(p->cams[2].dns, CG_SERVER_ANY);
	cg_policy_free(&p);
	unit_dir_free(&dir);
}
END_TEST

START_TEST(unknown_with_near_names)
{
	fresh();
	put("profiles.d/mine.conf", SAYS);
	REFUSED(-EINVAL, CAM("profile = tplnik"), "/p.conf:5:11: profile: found 'tplnik'",
		"expected 'tplink'");
	REFUSED(-EINVAL, CAM("profile = ACME"), "found 'ACME'", "expected 'acme'");
	REFUSED(-EINVAL, CAM("profile = zzzz"), "found 'zzzz'",
		"expected one of 'acme', 'mine' or 'tplink'");
	/* Never a way out of the two folders. */
	put("secret.conf", SAYS);
	REFUSED(-EINVAL, CAM("profile = \"../secret\""), "found '../secret'", "expected a-z");
	REFUSED(-EINVAL, CAM("profile = \"\""), "found ''");
	REFUSED(-EINVAL, LAN "profiles = x\n", "'profiles' is repeated");
	REFUSED(-EINVAL,
		"lan = a\nprofiles = \"/nonexistent\"\ncamera \"a\" { mac = \"02:ca:00:00:00:01\" "
		"profile = zzzz }\n",
		"expected one of 'mine'");
	unit_dir_free(&dir);
}
END_TEST

START_TEST(no_profile_anywhere)
{
	char path[128];

	fresh();
	ck_assert_int_eq(unlink(unit_path(&dir, "shipped/acme.conf", path)), 0);
	ck_assert_int_eq(unlink(unit_path(&dir, "shipped/tplink.conf", path)), 0);
	REFUSED(-EINVAL, CAM("profile = acme"), "/p.conf:5:11", "found 'acme'",
		"expected a file of that name in ", "/profiles.d or ", "/shipped");
	unit_dir_free(&dir);
}
END_TEST

START_TEST(faults_of_the_file)
{
	fresh();
	put("shipped/acme.conf", SAYS "allow = {\n\"ok.example\",\n\"bad..example:443\" }\n");
	REFUSED(-EINVAL, CAM("profile = acme"), "/shipped/acme.conf:5:1: rule 'bad..example:443'");
	put("shipped/acme.conf", SAYS "\nalow = { x.example }\n");
	REFUSED(-EINVAL, CAM("profile = acme"), "/shipped/acme.conf:4:1: unknown key 'alow'",
		"expected 'allow'");
	put("shipped/acme.conf", "protection = whole\nlocal_view = yes\n");
	REFUSED(-EINVAL, CAM("profile = acme"),
		"/shipped/acme.conf:1:14: protection: found 'whole'",
		"expected 'full', 'partial' or 'none'");
	put("shipped/acme.conf", "protection = full\nlocal_view = no\n");
	REFUSED(-EINVAL, CAM("profile = acme"), "/shipped/acme.conf:2:14: local_view: found 'no'",
		"expected 'yes' or 'cloud-only'");
	put("shipped/acme.conf", "local_view = yes\n");
	REFUSED(-EINVAL, CAM("profile = acme"), "/shipped/acme.conf: protection is missing",
		"protection = 'full', 'partial' or 'none'");
	put("shipped/acme.conf", "protection = full\n");
	REFUSED(-EINVAL, CAM("profile = acme"), "/shipped/acme.conf: local_view is missing");
	/* What is a camera's own business is not a make's. */
	put("shipped/acme.conf", SAYS "exposure = open\n");
	REFUSED(-EINVAL, CAM("profile = acme"), "/shipped/acme.conf:3:1: unknown key 'exposure'");
	put("shipped/acme.conf", SAYS "ntp = sometimes\n");
	REFUSED(-EINVAL, CAM("profile = acme"), "/shipped/acme.conf:3:7: ntp: found 'sometimes'");
	/* One that nobody uses is not read. */
	struct cg_policy *p = built(CAM(""));

	cg_policy_free(&p);
	unit_dir_free(&dir);
}
END_TEST

START_TEST(counts_as_rules)
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);
	struct cg_policy *p;

	fresh();
	fputs(SAYS "allow = {", f);
	for (int i = 0; i < CG_MAX_RULES; i++)
		fprintf(f, "%s10.0.%d.%d", i ? "," : "", i / 256, i % 256);
	fputs("}\n", f);
	fclose(f);
	put("shipped/acme.conf", text);
	free(text);
	p = built(CAM("profile = acme"));
	ck_assert_uint_eq(p->cams[0].nrules, CG_MAX_RULES);
	cg_policy_free(&p);
	REFUSED(-E2BIG, CAM("profile = acme\nallow = { 192.0.2.1 }"), "/p.conf:3:8: camera 'a'",
		"found 1025 rules", "profile included");
	unit_dir_free(&dir);
}
END_TEST

int main(void)
{
	return UNIT_RUN("profile", 20, its_words_and_rules, the_households_own_wins, order_of_rules,
			of_defaults_and_none, read_once, servers_between_own_and_defaults,
			unknown_with_near_names, no_profile_anywhere, faults_of_the_file,
			counts_as_rules);
}
