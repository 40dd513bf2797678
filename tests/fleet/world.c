/* SPDX-License-Identifier: GPL-2.0-only */
/* world lines|events|names|agents ...: a fleet on one machine, for tests and figures. */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "../../agent/mqtt/fleet.h"
#include "world.h"

static void usage(void)
{
	fputs("usage: world lines HOME HOMES DAYS\n"
	      "       world events HOMES DAYS KEYFILE   TOPIC and payload in hexadecimal, of all\n"
	      "       world names KEYFILE               stranger, its network, the roamer's\n"
	      "       world agents DIR HOMES\n",
	      stderr);
	exit(2);
}

static struct cg_fleet_how how_of(const char *key)
{
	struct cg_fleet_how how = { .addresses = CG_FLEET_HASHED };
	struct cg_diag diag = { "" };

	if (cg_fleet_key_read(key, &diag, &how.key)) {
		fprintf(stderr, "%s\n", diag.text);
		exit(1);
	}
	return how;
}

static void event_print(const struct cg_fleet_how *how, struct json_object *event)
{
	char topic[CG_FLEET_TOPIC_LEN];
	const char *text = json_object_to_json_string_ext(event, JSON_C_TO_STRING_PLAIN);

	printf("%s ", cg_fleet_topic(how, "event", topic));
	for (; *text; text++)
		printf("%02x", (unsigned char)*text);
	putchar('\n');
}

static void events(unsigned int homes, unsigned int days, const char *key)
{
	struct cg_fleet_how how = how_of(key);
	int64_t now_s = (int64_t)time(NULL);

	for (unsigned int h = 0; h < homes; h++) {
		char *text = NULL, *save = NULL;
		size_t n = 0;
		FILE *f = open_memstream(&text, &n);
		uint64_t seq = 0;

		world_lines(f, h, homes, days, now_s);
		fclose(f);
		snprintf(how.gateway, sizeof(how.gateway), "home-%04u", h);
		for (char *l = strtok_r(text, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
			struct json_object *line = json_tokener_parse(l), *event;

			if (cg_fleet_event(&how, line, seq + 1, &event) > 0) {
				seq++;
				event_print(&how, event);
				json_object_put(event);
			}
			json_object_put(line);
		}
		free(text);
	}
}

static void name_print(const struct cg_fleet_key *key, const char *text)
{
	char buf[CG_FLEET_NAME_LEN];
	struct cg_prefix p;

	if (cg_prefix_parse(text, &p))
		exit(1);
	puts(cg_fleet_name(key, &p, buf));
}

int main(int argc, char **argv)
{
	if (argc == 5 && !strcmp(argv[1], "lines")) {
		world_lines(stdout, (unsigned int)atoi(argv[2]), (unsigned int)atoi(argv[3]),
			    (unsigned int)atoi(argv[4]), (int64_t)time(NULL));
	} else if (argc == 5 && !strcmp(argv[1], "events")) {
		events((unsigned int)atoi(argv[2]), (unsigned int)atoi(argv[3]), argv[4]);
	} else if (argc == 3 && !strcmp(argv[1], "names")) {
		struct cg_fleet_how how = how_of(argv[2]);

		name_print(&how.key, WORLD_STRANGER);
		name_print(&how.key, WORLD_STRANGER_NET);
		name_print(&how.key, WORLD_ROAMER_NET);
	} else if (argc == 4 && !strcmp(argv[1], "agents")) {
		return world_agents(argv[2], (unsigned int)atoi(argv[3]));
	} else {
		usage();
	}
	return 0;
}
