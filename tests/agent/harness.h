/* SPDX-License-Identifier: GPL-2.0-only */
/* An agent in this process, on a kernel in memory, with a clock that stands still until told. */
#ifndef CG_HARNESS_H
#define CG_HARNESS_H

#include <check.h>
#include <errno.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "../../agent/daemon/agent.h"
#include "../fake/fake.h"

#define BOOT_START (1000 * CG_SEC_NS)
#define REAL_START 1700000000LL

/* br-lan is 2 with ports lan1 (3) and lan2 (4), wan is 5. */
enum {
	IF_BR = 2,
	IF_LAN1 = 3,
	IF_LAN2 = 4,
	IF_WAN = 5,
};

struct house {
	char dir[64];
	char uci[96]; /* "": the config is what people write */
	char config[96], socket[96], state_dir[96], fw4_dir[96];
	struct cg_agent a;
	uint16_t dns_port; /* of the gateway; 0: as it is */
	bool up;
	bool loud; /* errors and warnings are logged */
};

/* A cleared kernel, the usual links, a folder of its own. */
void house_make(struct house *h);
/* Stops the agent and removes the folder. */
void house_end(struct house *h);
void house_config(struct house *h, const char *text);
/* As cg_stages_start. */
int house_start(struct house *h);
/* The same with its log in *ret_log, which the caller frees. */
int house_start_logged(struct house *h, char **ret_log);
/* Stops it, clears the kernel but for its links, and starts it. */
int house_reboot(struct house *h);
/* Stops it as SIGTERM would; what fake_kernel holds stays. */
void house_stop(struct house *h);
/* The clock goes on by s seconds; the tick runs. */
void house_later(struct house *h, uint64_t s);
/* The clock goes on, the tick does not run. */
void house_pass(uint64_t s);
/* The wall clock is set; what speaks for it. The tick does not run. */
void house_clock(int64_t real_s, enum cg_clock_evidence evidence);
/* Runs the loop for everything that is ready. */
void house_pump(struct house *h);

int client_open(struct house *h);
void client_send(int fd, const void *text, size_t n);
/* The next line, or NULL when the agent closed; pumps until one of them. */
char *client_line(struct house *h, int fd);
/* The code of a reply; -1: it is none. Takes line. */
int code_of(char *line);
/* Pumps until the agent closed; false: it still has not after a while. */
bool client_closed(struct house *h, int fd);

/* One request on a connection of its own; the caller puts the reply. */
struct json_object *house_ask(struct house *h, const char *request);
/* The same, and the reply's code. */
int house_code(struct house *h, const char *request);
/* "cams/0/exposure" as text, "" where there is none; valid until the next call. */
const char *reply_text(struct json_object *reply, const char *path);
int64_t reply_int(struct json_object *reply, const char *path);

char *file_text(const char *path);
void file_write(const char *path, const char *text);

#define ASK(h, expect, ...)                                                               \
	({                                                                                \
		struct json_object *_r = house_ask(h, __VA_ARGS__);                       \
		ck_assert_ptr_nonnull(_r);                                                \
		ck_assert_msg(reply_int(_r, "code") == (expect), "%s -> %s", __VA_ARGS__, \
			      json_object_to_json_string(_r));                            \
		_r;                                                                       \
	})

#define CONFIG_TWO                                    \
	"lan = { \"br-lan\" }\n"                      \
	"camera \"nursery\" {\n"                      \
	"\tmac = { \"02:ca:00:00:00:01\" }\n"         \
	"\tallow = { \"198.51.100.0/24:443/tcp\" }\n" \
	"}\n"                                         \
	"camera \"garden\" { mac = { \"02:ca:00:00:00:02\" } exposure = sealed }\n"

/* Runs a suite; main() of every test. */
int suite_run(Suite *s);

#endif
