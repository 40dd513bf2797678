/* SPDX-License-Identifier: GPL-2.0-only */
/* UCI as a config and back: nothing is lost on either way, and no value is ever more than a value. */
#include <lib/config.h>
#include <lib/uci.h>
#include <lib/ucitext.h>
#include <stdbool.h>
#include <stdint.h>
#include "unit.h"

/* Every key that there is; the list is held against config.c's own tables below. */
static const char ALL[] =
	"lan = { \"br-lan\", \"lan2.10\" }\nhome = { \"wg0\", \"10.8.0.0/24\" }\n"
	"resolver = { gateway, \"192.168.1.53 02:00:00:00:00:53\" }\nreaders = all\nforce = yes\n"
	"guard = drop\nguard_mark = 0x10000000\nguard_mask = 0x30000000\nmodule = no\nattach = tc\n"
	"profiles = \"makes\"\nclock = trusted\nrecord = full\nrecord_days = 7\nrecord_every = 1m\n"
	"record_size = 512k\nnotify = \"/etc/camgate/notify me\"\n"
	"country_database = \"/c.mmdb\"\nnetwork_database = \"/n.mmdb\"\n"
	"unknown { notify = no quarantine = cameras probation = yes }\n"
	"mqtt { enabled = no broker = \"192.168.1.5\" port = 8884 tls = yes ca_file = \"/ca\" "
	"cert_file = \"/c\" key_file = \"/k\" credentials = \"/s\" id = \"cellar\" topic = \"home/cg\" "
	"discovery = none viewers = yes may_widen = yes }\n"
	"fleet { report = yes gateway = \"home-1\" addresses = plain key_file = \"/f\" names = yes "
	"desired = yes }\n"
	"viewer \"Oma's \\\"phone\\\"\" { mac = \"02:00:00:00:00:11\" "
	"address = { \"203.0.113.9\", \"2001:db8:7::/48\" } domain = \"o.dyn.example\" "
	"interface = { \"wg1\", \"wg2\" } }\n"
	"defaults { exposure = closed allow = { \"192.0.2.0/24:443/tcp\" } dns = gateway "
	"schedule { from = \"12:00\" to = \"13:00\" exposure = closed } }\n"
	"camera \"nursery\" {\n id = \"nursery-1\"\n mac = { \"02:ca:00:00:00:01\", "
	"\"02:ca:00:00:00:02\" }\n address = { \"192.168.1.20\" }\n exposure = open\n"
	" lan_viewing = viewers\n gateway_viewing = yes\n mode = monitor\n profile = none\n"
	" dns = redirect\n dns_names = allowed\n ntp = drop\n"
	" allow = { \"*.vendor.example\", \"198.51.100.0/24:443/tcp rate=2k burst=64k\" }\n"
	" upload = \"clips.vendor.example:443/tcp rate=64k burst=8M hour=200M\"\n"
	" deny = { \"203.0.113.9:5000-5010/udp\" }\n viewers = { \"Oma's \\\"phone\\\"\" }\n"
	" stay_in = { DE, AT }\n timezone = \"CET-1CEST,M3.5.0,M10.5.0/3\"\n"
	" daily_upload = 200M\n open_time = 2h/day\n signs = { inbound, rate }\n"
	" control_budget = \"rate=2k burst=64k hour=4M\"\n upload_budget = \"hour=8M\"\n"
	" max_viewers = 2\n mqtt_may_widen = no\n"
	" schedule { days = { sat, sun } from = \"14:00\" to = \"18:00\" exposure = open "
	"timezone = \"Europe/Berlin\" }\n"
	" schedule { from = \"22:00:30\" to = \"06:30\" exposure = sealed }\n}\n"
	"camera '\xe5\xa9\xb4\xe5\x84\xbf\xe6\x88\xbf \\\\ $(reboot) `id`' { mac = a }\n";

/* ---- what a config says, by another hand than that which writes UCI ---- */

static void say(FILE *f, const char *of, const char *key, const struct cg_text *t)
{
	if (t->s)
		fprintf(f, "%s %s [%s]\n", of, key, t->s);
}

static void say_all(FILE *f, const char *of, const char *key, const struct cg_texts *t)
{
	for (size_t i = 0; i < t->n; i++)
		fprintf(f, "%s %s %zu [%s]\n", of, key, i, t->v[i].s);
}

static void say_cam(FILE *f, const char *of, const struct cg_config_cam *c)
{
	say(f, of, "id", &c->id);
	say_all(f, of, "mac", &c->mac);
	say_all(f, of, "address", &c->address);
	say(f, of, "exposure", &c->exposure);
	say(f, of, "lan_viewing", &c->lan_viewing);
	say(f, of, "gateway_viewing", &c->gateway_viewing);
	say(f, of, "mode", &c->mode);
	say(f, of, "profile", &c->profile);
	say(f, of, "dns", &c->dns);
	say(f, of, "dns_names", &c->dns_names);
	say(f, of, "ntp", &c->ntp);
	say_all(f, of, "allow", &c->allow);
	say_all(f, of, "upload", &c->upload);
	say_all(f, of, "deny", &c->deny);
	say_all(f, of, "viewers", &c->viewers);
	say_all(f, of, "stay_in", &c->stay_in);
	say(f, of, "timezone", &c->timezone);
	say(f, of, "daily_upload", &c->daily_upload);
	say(f, of, "open_time", &c->open_time);
	say_all(f, of, "signs", &c->signs);
	say(f, of, "control_budget", &c->control_budget);
	say(f, of, "upload_budget", &c->upload_budget);
	say(f, of, "max_viewers", &c->max_viewers);
	say(f, of, "mqtt_may_widen", &c->mqtt_may_widen);
	for (size_t i = 0; i < c->nschedule; i++) {
		const struct cg_config_window *w = &c->schedule[i];

		fprintf(f, "%s window %zu\n", of, i);
		say_all(f, of, "days", &w->days);
		say(f, of, "from", &w->from);
		say(f, of, "to", &w->to);
		say(f, of, "timezone", &w->timezone);
		say(f, of, "exposure", &w->exposure);
	}
}

static const char *const fleet[] = { "report",	 "gateway", "addresses",
				     "key_file", "names",   "desired" };

/* By enum cg_mqttconf_key. */
static const char *const mqtt[] = { "enabled",	 "broker",   "port",	    "tls", "ca_file",
				    "cert_file", "key_file", "credentials", "id",  "topic",
				    "discovery", "viewers",  "may_widen" };

static void say_mqtt(FILE *f, const struct cg_config *c)
{
	for (int i = 0; i < __CG_MQTTCONF_MAX; i++)
		say(f, "mqtt", mqtt[i], &c->mqtt[i]);
}

static char *said(const struct cg_config *c)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	say_all(f, "", "lan", &c->lan);
	say_all(f, "", "home", &c->home);
	say_all(f, "", "resolver", &c->resolver);
	say(f, "", "readers", &c->readers);
	say(f, "", "force", &c->force);
	say(f, "", "guard", &c->guard);
	say(f, "", "guard_mark", &c->guard_mark);
	say(f, "", "guard_mask", &c->guard_mask);
	say(f, "", "module", &c->module);
	say(f, "", "attach", &c->attach);
	say(f, "", "profiles", &c->profiles);
	say(f, "", "clock", &c->clock);
	say(f, "", "record", &c->record);
	say(f, "", "record_days", &c->record_days);
	say(f, "", "record_every", &c->record_every);
	say(f, "", "record_size", &c->record_size);
	say(f, "", "notify", &c->notify);
	say(f, "", "country_database", &c->country_database);
	say(f, "", "network_database", &c->network_database);
	say(f, "unknown", "notify", &c->unknown.notify);
	say(f, "unknown", "quarantine", &c->unknown.quarantine);
	say(f, "unknown", "probation", &c->unknown.probation);
	say_mqtt(f, c);
	for (size_t i = 0; i < __CG_FLEET_KEYS; i++)
		say(f, "fleet", fleet[i], &c->fleet[i]);
	say_cam(f, "defaults", &c->defaults);
	for (size_t i = 0; i < c->nviewers; i++) {
		const char *name = c->viewers[i].name.s;

		fprintf(f, "viewer %zu [%s]\n", i, name);
		say_all(f, name, "mac", &c->viewers[i].mac);
		say_all(f, name, "address", &c->viewers[i].address);
		say_all(f, name, "domain", &c->viewers[i].domain);
		say_all(f, name, "interface", &c->viewers[i].ifname);
	}
	for (size_t i = 0; i < c->ncams; i++) {
		fprintf(f, "camera %zu [%s]\n", i, c->cams[i].name.s);
		say_cam(f, c->cams[i].name.s, &c->cams[i]);
	}
	fclose(f);
	return text;
}

/* Lines of the one that the other has not, in order; a loss each. */
static size_t differences(const char *a, const char *b)
{
	size_t n = 0;

	while (*a || *b) {
		size_t la = strcspn(a, "\n"), lb = strcspn(b, "\n");

		n += la != lb || strncmp(a, b, la) != 0;
		a += la + (a[la] == '\n');
		b += lb + (b[lb] == '\n');
	}
	return n;
}

static struct cg_config *config_of(struct unit_dir *dir, const char *text)
{
	struct cg_config *c = NULL;
	struct cg_diag d = { "" };
	char path[128];

	unit_write(dir, "c.conf", text, strlen(text));
	ck_assert_msg(!cg_config_read(unit_path(dir, "c.conf", path), &d, &c), "%s in\n%s", d.text,
		      text);
	return c;
}

static char *uci_of(const struct cg_config *c, const struct cg_uci *was)
{
	char *text;
	size_t n;

	ck_assert_int_eq(cg_uci_from_config(c, was, &text, &n), 0);
	ck_assert_uint_eq(n, strlen(text));
	return text;
}

static struct cg_uci read_uci(const char *text)
{
	struct cg_uci uci;
	struct cg_diag d = { "" };

	ck_assert_msg(!cg_uci_read(text, strlen(text), "u", &d, &uci), "%s in\n%s", d.text, text);
	return uci;
}

static char *native_of(const struct cg_uci *uci)
{
	struct cg_diag d = { "" };
	char *text;
	size_t n;

	ck_assert_msg(!cg_uci_to_config(uci, NULL, NULL, "u", &d, &text, &n), "%s", d.text);
	ck_assert_uint_eq(n, strlen(text));
	return text;
}

/* What is lost of a config on its way through UCI; skip: a line of the UCI file is left out. */
static size_t lost(struct unit_dir *dir, const char *text, int skip, size_t *ret_lines)
{
	struct cg_config *c = config_of(dir, text), *back;
	char *before = said(c), *u = uci_of(c, NULL), *after, *native, *line = u, *end;
	struct cg_uci uci;
	size_t n;

	for (; skip > 0 && (end = strchr(line, '\n')); skip--)
		line = end + 1;
	if (!skip && *line == '\t' && strncmp(line, "\toption name ", 13) != 0 &&
	    (end = strchr(line, '\n')))
		memmove(line, end + 1, strlen(end));
	uci = read_uci(u);
	native = native_of(&uci);
	back = config_of(dir, native);
	after = said(back);
	n = differences(before, after);
	if (ret_lines)
		*ret_lines = (size_t)uci.lines;
	cg_uci_free(&uci);
	cg_config_free(&c);
	cg_config_free(&back);
	free(before);
	free(after);
	free(native);
	free(u);
	return n;
}

static size_t options(struct unit_dir *dir, const char *text)
{
	struct cg_config *c = config_of(dir, text);
	char *u = uci_of(c, NULL);
	struct cg_uci uci = read_uci(u);
	size_t n = 0;

	for (size_t i = 0; i < uci.n; i++)
		n += uci.v[i].n - !!cg_uci_get(&uci.v[i], "name");
	cg_uci_free(&uci);
	cg_config_free(&c);
	free(u);
	return n;
}

/* ---- made-up configs ---- */

static uint32_t seed;

static uint32_t any(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

/* Whatever can stand in a value, most of it what a shell or a parser would like. */
static void put_value(FILE *f)
{
	static const char *const bits[] = { "a",
					    "'",
					    "\\\"",
					    "\\\\",
					    "$(id)",
					    "`id`",
					    ";",
					    "{",
					    "}",
					    "#",
					    " ",
					    "=",
					    "//",
					    "/*",
					    "\t",
					    "+=",
					    "${X}",
					    ",",
					    "\xe5\xa9\xb4",
					    "include(" };

	fputc('"', f);
	for (uint32_t i = any(8); i; i--)
		fputs(bits[any(sizeof(bits) / sizeof(bits[0]))], f);
	fputs("x\"", f);
}

static void put_keys(FILE *f, const char *const *texts, const char *const *lists)
{
	for (; *texts; texts++)
		if (any(3) == 0) {
			fprintf(f, "%s = ", *texts);
			put_value(f);
			fputc('\n', f);
		}
	for (; *lists; lists++) {
		if (any(3))
			continue;
		fprintf(f, "%s = {", *lists);
		put_value(f);
		for (uint32_t i = any(3); i; i--) {
			fputc(',', f);
			put_value(f);
		}
		fputs("}\n", f);
	}
}

static char *made_up(void)
{
	static const char *const top[] = { "guard", "record", "notify", "readers", "clock", NULL };
	static const char *const tops[] = { "lan", "home", "resolver", NULL };
	static const char *const cam[] = { "exposure",	  "mode",	    "dns",
					   "ntp",	  "timezone",	    "open_time",
					   "max_viewers", "control_budget", NULL };
	static const char *const cams[] = { "viewers", "stay_in", "signs", NULL };
	static const char *const macs[] = { "mac", "address", "viewers", NULL };
	static const char *const none[] = { NULL };
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	put_keys(f, top, tops);
	fputs("defaults {\n", f);
	put_keys(f, cam, cams);
	fputs("}\n", f);
	for (uint32_t i = any(4); i; i--) {
		fprintf(f, "camera \"%u'\\\\$`\xe5\xa9\xb4\" {\n", (unsigned int)i);
		put_keys(f, cam, macs);
		for (uint32_t k = any(3); k; k--)
			fprintf(f,
				"schedule { %s from = \"%u:00\" to = \"6:30\" exposure = open }\n",
				any(2) ? "days = { mon, \"x'y\" }" : "", (unsigned int)any(24));
		fputs("}\n", f);
	}
	put_keys(f, none, none);
	fclose(f);
	return text;
}

static void record(size_t value, size_t n, size_t control)
{
	const char *to = getenv("CG_FIGURES"), *build = CG_BUILD + strlen(CG_TOP "/");
	FILE *f = fopen(CG_BUILD "/tests/unit/uci.txt", "w");

	if (f) {
		fprintf(f,
			"%zu lines lost of %zu configs; %zu lines of UCI missed where left out\n",
			value, n, control);
		fclose(f);
	}
	f = fopen(to && *to ? to : CG_TOP "/build/figures.jsonl", "a");
	if (!f)
		return;
	fprintf(f,
		"{\"name\":\"openwrt/roundtrip_losses\",\"value\":%zu,\"op\":\"==\",\"limit\":0,"
		"\"unit\":\"lines\",\"n\":%zu,\"control\":%zu,\"raw\":\"%s/tests/unit/uci.txt\"}\n",
		value, n, control, build);
	fclose(f);
}

START_TEST(nothing_is_lost)
{
	struct unit_dir dir = unit_dir_new();
	size_t value = 0, n = 0, control = 0, lines = 0;

	value += lost(&dir, ALL, -1, &lines);
	n++;
	ck_assert_uint_eq(value, 0);
	/* Each option that is not there is missed, and nothing else is; names are tested below. */
	for (size_t i = 1; i + 1 < lines; i++)
		control += lost(&dir, ALL, (int)i, NULL) > 0;
	ck_assert_uint_eq(control, options(&dir, ALL));
	ck_assert_uint_gt(control, 60);
	for (seed = 1; n < 400; n++) {
		char *text = made_up();
		size_t l = lost(&dir, text, -1, NULL);

		ck_assert_msg(!l, "%zu lines of\n%s", l, text);
		value += l;
		free(text);
	}
	record(value, n, control);
	unit_dir_free(&dir);
}
END_TEST

START_TEST(every_key_is_in_it)
{
	FILE *f = fopen(CG_TOP "/agent/lib/config.c", "r");
	char line[256];
	bool profile = false;
	size_t n = 0;

	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f)) {
		if (strstr(line, "cg_shape_key PROFILE"))
			profile = true;
		else if (strstr(line, "cg_shape_key "))
			profile = false;
		for (char *p = line; !profile && (p = strpbrk(p, "TL")); p++) {
			char key[32], find[40];

			if (sscanf(p, "TEXT(\"%31[a-z_]\")", key) != 1 &&
			    sscanf(p, "LIST(\"%31[a-z_]\")", key) != 1)
				continue;
			snprintf(find, sizeof(find), "%s = ", key);
			ck_assert_msg(strstr(ALL, find) != NULL, "%s is not in ALL", key);
			n++;
		}
	}
	fclose(f);
	ck_assert_uint_gt(n, 45);
}
END_TEST

START_TEST(names_of_sections_stay)
{
	static const char text[] =
		"config camgate 'house'\n\tlist lan 'br-lan'\n\nconfig viewer\n\toption name 'Oma'\n"
		"\tlist mac '02:00:00:00:00:11'\n\nconfig camera 'attic'\n\tlist mac "
		"'02:ca:00:00:00:01'\n\tlist schedule '22:00-06:30 sealed'\n\nconfig camera\n"
		"\toption name '\xe5\xa9\xb4\xe5\x84\xbf\xe6\x88\xbf'\n\tlist mac "
		"'02:ca:00:00:00:02'\n\tlist allow 'a.example'\n\tlist allow 'b.example'\n";
	struct unit_dir dir = unit_dir_new();
	struct cg_uci was = read_uci(text), is;
	char *native = native_of(&was), *again;
	struct cg_config *c = config_of(&dir, native);

	again = uci_of(c, &was);
	is = read_uci(again);
	ck_assert_uint_eq(is.n, was.n);
	for (size_t i = 0; i < is.n; i++) {
		ck_assert(cg_uci_same(&is.v[i], &was.v[i]));
		ck_assert_int_eq(!is.v[i].name, !was.v[i].name);
		if (is.v[i].name)
			ck_assert_str_eq(is.v[i].name, was.v[i].name);
	}
	/* Without the old file, new ones: two that would be the same have none. */
	free(again);
	cg_config_free(&c);
	c = config_of(&dir, "camera \"a-b\" { }\ncamera \"a_b\" { }\ncamera \"main\" { }\n");
	again = uci_of(c, NULL);
	cg_uci_free(&is);
	is = read_uci(again);
	ck_assert_uint_eq(is.n, 4);
	ck_assert_str_eq(is.v[0].name, "main");
	for (size_t i = 1; i < is.n; i++)
		ck_assert_ptr_null(is.v[i].name);
	cg_uci_free(&is);
	cg_uci_free(&was);
	cg_config_free(&c);
	free(again);
	free(native);
	unit_dir_free(&dir);
}
END_TEST

/* What stands on a line of UCI stands on the same line of the config. */
START_TEST(lines_are_the_same)
{
	static const char text[] =
		"\n# c\nconfig camgate\n\toption guard 'x'\n\nconfig camera 'a'\n"
		"\tlist mac 'b'\n\n\tlist mac 'c'\n";
	struct unit_dir dir = unit_dir_new();
	struct cg_uci uci = read_uci(text);
	char *native = native_of(&uci);
	struct cg_config *c = config_of(&dir, native);

	ck_assert_int_eq(c->guard.pos.line, 4);
	ck_assert_int_eq(c->cams[0].name.pos.line, 6);
	ck_assert_int_eq(c->cams[0].mac.v[0].pos.line, 7);
	ck_assert_int_eq(c->cams[0].mac.v[1].pos.line, 9);
	cg_config_free(&c);
	cg_uci_free(&uci);
	free(native);
	unit_dir_free(&dir);
}
END_TEST

/* A value, whatever it holds, comes out as that value and nothing else. */
START_TEST(a_value_is_a_value)
{
	static const char *const hostile[] = {
		"x'; reboot; '",
		"}\\n}",
		"' } camera \"y\" { mac = 'a",
		"\" } include(\"/etc/passwd\") {",
		"$(touch /tmp/x)",
		"`touch /tmp/x`",
		"\\",
		"\\\\'",
		"# no",
		"/* no",
		"// no",
		"a\\",
		"${HOME}",
		"\xe2\x80\xae",
	};
	struct unit_dir dir = unit_dir_new();

	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		struct cg_config *c, *made = config_of(&dir, "");
		char *u, *native;
		struct cg_uci uci;

		/* Written as uci itself would: by the other half, from a struct. */
		made->notify.s = strdup(hostile[i]);
		u = uci_of(made, NULL);
		uci = read_uci(u);
		ck_assert_uint_eq(uci.n, 1);
		ck_assert_str_eq(cg_uci_get(&uci.v[0], "notify"), hostile[i]);
		native = native_of(&uci);
		c = config_of(&dir, native);
		ck_assert_str_eq(c->notify.s, hostile[i]);
		ck_assert_uint_eq(c->ncams, 0);
		cg_config_free(&c);
		cg_config_free(&made);
		cg_uci_free(&uci);
		free(native);
		free(u);
	}
	unit_dir_free(&dir);
}
END_TEST

static void refused(const char *text, const char *why)
{
	struct cg_uci uci = { 0 };
	struct cg_diag d = { "" };
	char *native = NULL;
	size_t n;
	int r = cg_uci_read(text, strlen(text), "u", &d, &uci);

	if (!r)
		r = cg_uci_to_config(&uci, NULL, NULL, "u", &d, &native, &n);
	ck_assert_msg(r == -EINVAL && strstr(d.text, why), "'%s' gave %d '%s'", text, r, d.text);
	cg_uci_free(&uci);
	free(native);
}

START_TEST(what_is_refused)
{
	refused("config camgate\n\toption notify 'a\nb'\n", "u:2: this text does not end");
	refused("config camgate\n\toption notify 'a\x01'\n", "u:2: found control byte 0x01");
	refused("config camgate\n\toption notify '\xff'\n", "u:2: found byte 0xff");
	refused("\toption a 'b'\n", "u:1: found 'a', expected a section first");
	refused("config camgate\n\toption 'a b' 'c'\n", "u:2: found 'a b', expected a name");
	refused("config camgate\n\toption A 'c'\n", "u:2: found 'A', expected a key");
	refused("config camgate\n\toption a\n", "u:2: 'a' has no value");
	refused("config camgate\n\toption a b c\n", "u:2: found 'c', expected the end");
	refused("config camgate\n\toption a b;c\n", "u:2: found ';' outside of quotes");
	refused("nonsense a b\n", "u:1: found 'nonsense', expected config");
	refused("config camera\n\tlist mac 'a'\n", "u:1: found 'camera', expected option name");
	refused("config other 'x'\n", "u:1: found 'other', expected a section camgate");
	refused("config camera 'x'\n\toption file '../../etc/x'\n", "u:1: found '../../etc/x'");
	refused("config camera 'x'\n\tlist schedule 'open'\n",
		"u:2: found 'open', expected [DAYS]");
	refused("config camera 'x'\n\tlist schedule '1:00-2:00 open UTC }'\n", "expected [DAYS]");
}
END_TEST

START_TEST(what_uci_takes)
{
	struct cg_uci uci =
		read_uci("package camgate\r\n# c\n\nconfig \"camgate\" # d\n"
			 "\toption  guard\tdrop\n\toption notify /a\\ b'c d'\"e\\\"f\" # x");

	ck_assert_uint_eq(uci.n, 1);
	ck_assert_str_eq(cg_uci_get(&uci.v[0], "guard"), "drop");
	ck_assert_str_eq(cg_uci_get(&uci.v[0], "notify"), "/a bc de\"f");
	cg_uci_free(&uci);
}
END_TEST

int main(void)
{
	return UNIT_RUN("uci", 120, nothing_is_lost, every_key_is_in_it, names_of_sections_stay,
			lines_are_the_same, a_value_is_a_value, what_is_refused, what_uci_takes);
}
