/* SPDX-License-Identifier: GPL-2.0-only */
/* What tests of unknown devices share: frames as the packet path copies them, and looks at what became of them. */
#ifndef CG_TEST_DEVICES_H
#define CG_TEST_DEVICES_H

#include <camgate/ctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../../agent/lib/quarantine.h"
#include "heard.h"

#define CAMERAS	 "unknown { quarantine = cameras }"
#define ALL	 "unknown { quarantine = all }"
#define STATUS	 "{\"v\":1,\"cmd\":\"status\"}"
#define DISCOVER "{\"v\":1,\"cmd\":\"discover\"}"
#define RELOAD	 "{\"v\":1,\"cmd\":\"reload\"}"
#define CAM	 "06:ca:00:00:00:07" /* private, as a hidden camera's */
#define PHONE	 "06:ca:00:00:00:08"
#define PLUG	 "00:00:5e:00:53:09" /* RFC 7042's, of no maker */
#define HELD_CAM "held-06ca00000007"

static struct house h;
static char script[96], out[96];

static inline void config(const char *unknown, const char *more)
{
	char text[2048];

	snprintf(text, sizeof(text),
		 "lan = { br-lan }\nnotify = \"%s\"\n%s\n"
		 "camera \"nursery\" { mac = { \"02:ca:00:00:00:01\" } }\n%s\n"
		 "include(\"cameras.d/*.conf\")\n",
		 script, unknown, more);
	house_config(&h, text);
}

static inline void begin(const char *unknown)
{
	char text[256];

	house_make(&h);
	snprintf(script, sizeof(script), "%s/notify", h.dir);
	snprintf(out, sizeof(out), "%s/out", h.dir);
	snprintf(text, sizeof(text), "#!/bin/sh\ncat >>%s\n", out);
	file_write(script, text);
	ck_assert_int_eq(chmod(script, 0755), 0);
	config(unknown, "");
	ck_assert_int_eq(house_start(&h), 0);
}

static inline void teardown(void)
{
	house_end(&h);
}

static inline struct fake_device *entry_of(const char *mac)
{
	struct cg_mac m = mac_of(mac);

	return fake_device_find(&m);
}

static inline struct cg_heard frame(const char *mac, const char *addr)
{
	return heard_frame(&h, mac, addr);
}

static inline void rtsp(const char *mac, const char *addr)
{
	heard_rtsp(&h, mac, addr);
}

static inline void phone(const char *mac)
{
	heard_phone(&h, mac);
}

static inline void shut_out(const char *mac)
{
	heard_shut_out(&h, mac);
}

/* In the policy in force, closed. */
static inline bool held(const char *id)
{
	for (uint32_t i = 0; i < fake_kernel.slots; i++)
		if (!strcmp(fake_kernel.names[i].id, id))
			return fake_kernel.exposure[i].config == CG_CLOSED;
	return false;
}

static inline size_t told(const char *event, const char *mac)
{
	char *text = file_text(out), *line = text;
	size_t n = 0;

	for (char *nl; (nl = strchr(line, '\n')); line = nl + 1) {
		*nl = '\0';
		n += strstr(line, event) && strstr(line, mac);
	}
	free(text);
	return n;
}

/* The program ran so often, within a while. */
static inline bool was_told(const char *event, const char *mac, size_t n)
{
	for (int i = 0; i < 15000 && told(event, mac) < n; i++) {
		house_pump(&h);
		usleep(2000);
	}
	return told(event, mac) == n;
}

static inline struct json_object *device_of(struct json_object *reply, const char *mac)
{
	struct json_object *list, *o;

	ck_assert(json_object_object_get_ex(reply, "devices", &list));
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		o = json_object_array_get_idx(list, i);
		if (!strcmp(reply_text(o, "mac"), mac))
			return o;
	}
	return NULL;
}

static inline bool is_listed(const char *mac)
{
	struct json_object *r = ASK(&h, 0, DISCOVER);
	bool is = device_of(r, mac);

	json_object_put(r);
	return is;
}

static inline bool attention_holds(const char *what)
{
	struct json_object *r = house_ask(&h, STATUS), *list;
	bool holds = false;

	ck_assert(json_object_object_get_ex(r, "attention", &list));
	for (size_t i = 0; i < json_object_array_length(list); i++)
		holds |= strstr(json_object_get_string(json_object_array_get_idx(list, i)), what) !=
			 NULL;
	json_object_put(r);
	return holds;
}

static inline char *state_path(void)
{
	static char path[160];

	snprintf(path, sizeof(path), "%s/devices.json", h.state_dir);
	return path;
}

#endif
