/* SPDX-License-Identifier: GPL-2.0-only */
/* Every file the agent and the command write: made as it was, changed, and read as their readers do. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../../agent/cli/statenote.h"
#include "../../agent/daemon/devices_state.h"
#include "../../agent/daemon/recordfile.h"
#include "../../agent/daemon/statefile.h"
#include "../../agent/lib/undo.h"
#include "../../agent/daemon/usagefile.h"
#include "../../agent/kern/bootguard.h"
#include "../../agent/lib/recordlist.h"
#include "../../agent/lib/verify.h"
#include "../../agent/lib/wholefile.h"
#include "writers.h"

#define DAY	   19700
#define FILE_BYTES (CG_RECORD_SIZE / CG_RECORD_FILES)

static void done(int r, const char *what)
{
	if (r < 0) {
		fprintf(stderr, "%s: %s\n", what, strerror(-r));
		abort();
	}
}

static void file_put(const char *dir, const char *file, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	f = fopen(path, "w");
	if (!f || fputs(text, f) < 0 || fclose(f))
		abort();
}

/* "-": it is not there. */
static char *file_get(const char *dir, const char *file)
{
	char path[256], *text = NULL;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	return cg_wholefile_read(path, 1 << 22, &text, NULL) ? strdup("-") : text;
}

/* ---- state.json, by the agent and by the command ---- */

static struct cg_saved_manual seal = { "nursery", CG_MANUAL_SEAL };
static struct cg_saved_manual both[2] = { { "nursery", CG_MANUAL_SEAL },
					  { "garden", CG_MANUAL_CLOSE } };
static char lan[1][16] = { "br-lan" };

static int state_write(const char *dir, struct cg_saved_manual *manual, size_t n)
{
	struct cg_agent a = { .opts.state_dir = dir };

	a.run.manual = manual;
	a.run.nmanual = n;
	a.policy.lan = lan;
	a.policy.nlan = 1;
	return cg_statefile_write(&a);
}

static void state_old(const char *dir)
{
	done(state_write(dir, &seal, 1), "state");
}

static int state_change(const char *dir)
{
	return state_write(dir, both, 2);
}

static int note_change(const char *dir)
{
	return cg_statenote_write(dir, &both[1], 1);
}

static void state_read(const char *dir, char text[static WRITERS_TEXT])
{
	struct cg_agent a = { .opts.state_dir = dir };
	size_t at = 0;
	int r = cg_statefile_read(&a);

	*text = '\0';
	if (r)
		snprintf(text, WRITERS_TEXT, "? %s", strerror(-r));
	for (size_t i = 0; i < a.run.nmanual; i++)
		at += (size_t)snprintf(text + at, WRITERS_TEXT - at, "%s %d ", a.run.manual[i].id,
				       a.run.manual[i].manual);
	if (!r && (a.policy.nlan != 1 || strcmp(a.policy.lan[0], "br-lan")))
		strcpy(text, "? no LAN");
	cg_agent_free(&a);
}

#define STATE_WAS "nursery 2 "
#define STATE_IS  "nursery 2 garden 1 "

/* ---- usage.json ---- */

static int64_t now_s(void)
{
	return DAY * 86400LL;
}

static uint64_t now_ns(void)
{
	return 5000000000ULL;
}

static int usage_write(const char *dir, uint64_t bytes)
{
	struct cg_agent a = { .opts = { .state_dir = dir, .root = dir },
			      .boot_ns = now_ns,
			      .real_s = now_s };
	struct cg_account account = { .id = "nursery", .day = DAY, .up_bytes = bytes };
	struct cg_usagefile f = { .usage = { .v = &account, .n = 1 } };
	const struct cg_wallclock clock = { 0 };
	uint64_t said = f.limit.next_ns;

	cg_usagefile_write(&f, &a, &clock);
	return f.limit.next_ns == said ? 0 : -EIO;
}

static void usage_old(const char *dir)
{
	done(usage_write(dir, 111), "usage");
}

static int usage_change(const char *dir)
{
	return usage_write(dir, 222);
}

static void usage_read(const char *dir, char text[static WRITERS_TEXT])
{
	char *all = file_get(dir, CG_USAGE_FILE);
	struct cg_usage u = { 0 };

	if (cg_usage_parse(all, &u) || u.n != 1)
		strcpy(text, "?");
	else
		snprintf(text, WRITERS_TEXT, "%llu", (unsigned long long)u.v[0].up_bytes);
	cg_usage_free(&u);
	free(all);
}

/* ---- devices.json ---- */

static int devices_write(const char *dir, enum cg_device_what what)
{
	struct cg_agent a = { .opts = { .state_dir = dir, .root = dir },
			      .boot_ns = now_ns,
			      .real_s = now_s };
	struct cg_device_known d = { .note = { .mac = { { 2, 0, 0, 0, 0, 7 } },
					       .what = (uint8_t)what,
					       .why = CG_HOLD_SHAPE } };
	struct cg_device_known *v[] = { &d };
	struct cg_devices t = { .v = v, .n = 1 };

	a.devices = &t;
	return cg_devices_save(&a);
}

static void devices_old(const char *dir)
{
	done(devices_write(dir, CG_DEVICE_IN_QUARANTINE), "devices");
}

static int devices_change(const char *dir)
{
	return devices_write(dir, CG_DEVICE_RELEASED);
}

static void devices_read(const char *dir, char text[static WRITERS_TEXT])
{
	char *all = file_get(dir, CG_DEVSTATE_FILE);
	struct cg_devstate s = { 0 };

	if (cg_devstate_parse(all, &s) || s.ndev != 1)
		strcpy(text, "?");
	else
		snprintf(text, WRITERS_TEXT, "%d", s.dev[0]->what);
	cg_devstate_free(&s);
	free(all);
}

/* ---- the record ---- */

static char *record_line(unsigned int id)
{
	struct cg_record r = { .id = id,
			       .what = CG_RECORD_STOPPED,
			       .cam = "nursery",
			       .peer = { .len = 128 },
			       .first_s = DAY * 86400LL * id,
			       .last_s = DAY * 86400LL * id };
	char *line = NULL;

	r.peer.addr.b[15] = (uint8_t)id;
	done(cg_record_print(&r, &line), "record");
	return line;
}

static struct cg_recordfile record_file(const char *dir)
{
	return (struct cg_recordfile){ .dir = dir, .now_s = DAY * 86400LL, .size = CG_RECORD_SIZE };
}

static void record_put(const char *dir, const char *file, unsigned int from, unsigned int to)
{
	char text[4096] = "";

	for (unsigned int id = from; id <= to; id++) {
		char *line = record_line(id);

		strcat(text, line);
		free(line);
	}
	file_put(dir, file, text);
}

/* Chained, as the agent does. */
static void record_add(struct cg_recordfile f, unsigned int from, unsigned int to)
{
	for (unsigned int id = from; id <= to; id++) {
		char *line = record_line(id);

		done(cg_recordfile_append(&f, line, strlen(line)), "record");
		free(line);
	}
}

static void record_old(const char *dir)
{
	record_add(record_file(dir), 1, 2);
}

/* Of before there was a chain. */
static void record_plain(const char *dir)
{
	record_put(dir, "record.jsonl", 1, 2);
}

static int record_change(const char *dir)
{
	struct cg_recordfile f = record_file(dir);
	char *line = record_line(3);
	int r = cg_recordfile_append(&f, line, strlen(line));

	free(line);
	return r;
}

static void record_none(const char *dir)
{
	(void)dir;
}

/* As much as a file takes, in a line that is none. */
static void record_full(const char *dir)
{
	char *text = malloc(FILE_BYTES + 1), *line = record_line(2);

	memset(text, 'x', FILE_BYTES);
	text[FILE_BYTES] = '\0';
	memcpy(text, line, strlen(line));
	text[FILE_BYTES - 1] = '\n';
	file_put(dir, "record.jsonl", text);
	record_put(dir, "record.jsonl.1", 1, 1);
	free(text);
	free(line);
}

static int record_trim(const char *dir)
{
	struct cg_recordfile f = record_file(dir);

	return cg_recordfile_trim(&f, DAY * 86400LL + 1);
}

/* Small files, the oldest about to be dropped. */
static struct cg_recordfile record_small(const char *dir)
{
	struct cg_recordfile f = record_file(dir);

	f.size = 4 * 1024;
	return f;
}

static void record_many(const char *dir)
{
	record_add(record_small(dir), 1, 14);
}

static int record_more(const char *dir)
{
	struct cg_recordfile f = record_small(dir);
	char *line = record_line(15);
	int r = cg_recordfile_append(&f, line, strlen(line));

	free(line);
	return r;
}

static int record_erase(const char *dir)
{
	struct cg_recordfile f = record_file(dir);
	struct cg_gone gone = { .uid = 0 };

	return cg_recordfile_erase(&f, &gone, "nursery");
}

/* Nothing of it is taken for somebody's work, neither as it was left nor behind the next start. */
static bool record_holds(const char *dir)
{
	struct cg_chain_files files;
	struct cg_head head;
	struct cg_verify v;
	bool has;

	if (cg_chain_files_read(dir, &files))
		return false;
	has = !cg_chain_head_read(dir, &head);
	if (cg_verify(&files, has ? &head : NULL, NULL, 0, &v))
		abort();
	cg_chain_files_free(&files);
	if (v.what)
		fprintf(stderr, "fault %d in file %u line %u, n %llu\n", v.what, v.file, v.row,
			(unsigned long long)v.n);
	return !v.what;
}

static void record_read(const char *dir, char text[static WRITERS_TEXT])
{
	struct cg_recordfile f = record_file(dir);
	struct cg_records list = { 0 };
	bool holds = record_holds(dir);
	size_t at = 0;

	if (!holds || cg_recordfile_begin(&f) || !record_holds(dir)) {
		strcpy(text, "? not whole");
		return;
	}

	*text = '\0';
	if (cg_records_read(dir, 0, NULL, &list))
		strcpy(text, "? ");
	cg_records_settle(&list);
	for (size_t i = 0; i < list.n; i++)
		at += (size_t)snprintf(text + at, WRITERS_TEXT - at, "%llu ",
				       (unsigned long long)list.v[i].id);
	cg_records_free(&list);
}

/* What is too much goes from the front, and nothing from the middle. */
static void record_last(const char *dir, char text[static WRITERS_TEXT])
{
	unsigned int id, before = 0, n = 0;
	char *save = NULL, *word;

	record_read(dir, text);
	if (*text == '?')
		return;
	for (word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save), n++) {
		id = (unsigned int)strtoul(word, NULL, 10);
		if (before && id != before + 1)
			before = 999;
		else if (before != 999)
			before = id;
	}
	snprintf(text, WRITERS_TEXT, before == 15 && n == 15 ? "? %u, none dropped" : "to %u",
		 before);
}

/* ---- what is loaded without the agent ---- */

static const struct cg_mac macs[2] = { { { 2, 0xca, 0, 0, 0, 1 } }, { { 2, 0xca, 0, 0, 0, 2 } } };

static void guard_old(const char *dir)
{
	done(cg_bootguard_write(dir, macs, 1), "boot guard");
}

static int guard_change(const char *dir)
{
	return cg_bootguard_write(dir, macs, 2);
}

static void fw4_old(const char *dir)
{
	done(cg_bootguard_fw4_install(dir, macs, 1, &(struct cg_mark){ 0 }), "fw4");
}

static int fw4_change(const char *dir)
{
	return cg_bootguard_fw4_install(dir, macs, 2, &(struct cg_mark){ 0 });
}

/* What nft would load: cameras named in it, and its end. */
static size_t script_read(const char *dir, const char *file, char *text, size_t room)
{
	char *all = file_get(dir, file);
	size_t n = strlen(all);
	bool first = strstr(all, "02:ca:00:00:00:01"), second = strstr(all, "02:ca:00:00:00:02");
	bool whole = n > 2 && all[n - 1] == '\n' && first;
	/* An earlier one is whole as well: braces that open are closed. */
	int open = 0;

	for (const char *p = all; *p; p++)
		open += (*p == '{') - (*p == '}');
	free(all);
	return (size_t)snprintf(text, room, whole && !open ? second ? "2 " : "1 " : "? ");
}

static void guard_read(const char *dir, char text[static WRITERS_TEXT])
{
	size_t at = script_read(dir, CG_BOOTGUARD_FILE, text, WRITERS_TEXT);

	script_read(dir, CG_BOOTGUARD_BRIDGE_FILE, text + at, WRITERS_TEXT - at);
}

static void fw4_read(const char *dir, char text[static WRITERS_TEXT])
{
	script_read(dir, CG_BOOTGUARD_FW4_FILE, text, WRITERS_TEXT);
}

/* ---- the config, and its copies ---- */

#define CONFIG_WAS "camera \"nursery\" {\n}\n"
#define CONFIG_IS  "camera \"nursery\" {\n\tallow = { \"198.51.100.7\" }\n}\n"

static void config_old(const char *dir)
{
	file_put(dir, "camgate.conf", CONFIG_WAS);
}

static int config_change(const char *dir)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/camgate.conf", dir);
	return cg_wholefile_replace(path, CONFIG_IS, strlen(CONFIG_IS), 0644, geteuid(), getegid());
}

static void config_read(const char *dir, char text[static WRITERS_TEXT])
{
	char *all = file_get(dir, "camgate.conf");

	snprintf(text, WRITERS_TEXT, "%s", all);
	free(all);
}

static int undo_save(const char *dir, const char *what)
{
	struct cg_undo u = { .file = "/etc/camgate.conf", .after = 7, .text = (char *)CONFIG_WAS };
	char state[256], copy[PATH_MAX];

	/* The copies' folder is the one that is watched. */
	snprintf(state, sizeof(state), "%.*s", (int)(strlen(dir) - strlen("/undo")), dir);
	snprintf(u.what, sizeof(u.what), "%s", what);
	u.len = strlen(u.text);
	return cg_undo_save(state, &u, copy);
}

static void undo_old(const char *dir)
{
	done(undo_save(dir, "first"), "undo");
}

static int undo_change(const char *dir)
{
	return undo_save(dir, "second");
}

static void undo_read(const char *dir, char text[static WRITERS_TEXT])
{
	struct cg_undo u = { 0 };
	char state[256], link[300];

	snprintf(state, sizeof(state), "%s.state", dir);
	snprintf(link, sizeof(link), "%s/undo", state);
	mkdir(state, 0700);
	(void)symlink(dir, link);
	if (cg_undo_last(state, &u) || strcmp(u.text, CONFIG_WAS))
		strcpy(text, "?");
	else
		snprintf(text, WRITERS_TEXT, "%s", u.what);
	free(u.text);
	unlink(link);
	rmdir(state);
}

/* ---- as it must not be done ---- */

static int bad_change(const char *dir)
{
	char path[256];
	int fd;
	ssize_t n = -1;

	snprintf(path, sizeof(path), "%s/camgate.conf", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd >= 0) {
		n = write(fd, CONFIG_IS, strlen(CONFIG_IS));
		fsync(fd);
		close(fd);
	}
	return n < 0 ? -errno : 0;
}

const struct writer writer_bad = { "bad",	"none",	    config_old, bad_change,
				   config_read, CONFIG_WAS, CONFIG_IS,	false };

const struct writer writers[] = {
	{ "state", "state.json", state_old, state_change, state_read, STATE_WAS, STATE_IS, false },
	{ "command", "state.json, by the command", state_old, note_change, state_read, STATE_WAS,
	  STATE_IS, false },
	{ "usage", "usage.json", usage_old, usage_change, usage_read, "111", "222", false },
	{ "record-chain", "record.jsonl, chained from now on", record_plain, record_change,
	  record_read, "1 2 ", "1 2 3 ", false },
	{ "record-drop", "record.jsonl, its oldest dropped", record_many, record_more, record_last,
	  "to 14", "to 15", false },
	{ "record-erase", "record.jsonl, a camera erased", record_old, record_erase, record_read,
	  "1 2 ", "", false },
	{ "devices", "devices.json", devices_old, devices_change, devices_read, "1", "2", false },
	{ "record-append", "record.jsonl", record_old, record_change, record_read, "1 2 ", "1 2 3 ",
	  false },
	{ "record-first", "record.jsonl, begun", record_none, record_change, record_read, "", "3 ",
	  false },
	{ "record-rotate", "record.jsonl, full", record_full, record_change, record_read, "1 2 ",
	  "1 2 3 ", false },
	{ "record-trim", "record.jsonl, trimmed", record_old, record_trim, record_read, "1 2 ",
	  "2 ", false },
	{ "boot-guard", "the boot guard's two files", guard_old, guard_change, guard_read, "1 1 ",
	  "2 2 ", true },
	{ "fw4", "the include for fw4", fw4_old, fw4_change, fw4_read, "1 ", "2 ", false },
	{ "config", "the config", config_old, config_change, config_read, CONFIG_WAS, CONFIG_IS,
	  false },
	{ "undo", "the config's copies", undo_old, undo_change, undo_read, "first", "second",
	  false },
};
const size_t nwriters = sizeof(writers) / sizeof(writers[0]);
