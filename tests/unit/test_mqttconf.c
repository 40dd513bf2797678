/* SPDX-License-Identifier: GPL-2.0-only */
/* The block `mqtt` and who may be opened from there; and the block's values changed by an edit. */
#include <lib/confedit.h>
#include "policy_text.h"

#define CAM "lan = { br-lan }\ncamera a { mac = \"02:ca:00:00:00:01\" }\n"

START_TEST(without_it)
{
	struct cg_policy *p = built(CAM);

	ck_assert_ptr_null(p->mqtt);
	ck_assert(!p->cams[0].mqtt_may_widen);
	cg_policy_free(&p);
}
END_TEST

START_TEST(what_holds_without_a_word)
{
	struct cg_policy *p = built(CAM "mqtt { broker = 192.168.1.5 }");

	ck_assert(p->mqtt->enabled);
	ck_assert(p->mqtt->tls);
	ck_assert_int_eq(p->mqtt->port, 8883);
	ck_assert_str_eq(p->mqtt->broker, "192.168.1.5");
	ck_assert_str_eq(p->mqtt->id, "gateway");
	ck_assert_str_eq(p->mqtt->topic, "camgate");
	ck_assert_str_eq(p->mqtt->discovery, "homeassistant");
	ck_assert(!p->mqtt->viewers);
	ck_assert(!p->mqtt->may_widen);
	ck_assert(!p->cams[0].mqtt_may_widen);
	ck_assert_ptr_null(p->mqtt->credentials);
	ck_assert_int_eq(p->mqtt->pos.line, 3);
	cg_policy_free(&p);
}
END_TEST

START_TEST(as_written)
{
	struct cg_policy *p = built(
		CAM
		"mqtt { enabled = no broker = hub.lan port = 1884 tls = no topic = home/cams id = cellar\n"
		"discovery = none viewers = yes may_widen = yes credentials = \"/etc/x\" }\n"
		"camera b { mac = \"02:ca:00:00:00:02\" mqtt_may_widen = no }");

	ck_assert(!p->mqtt->enabled);
	ck_assert(!p->mqtt->tls);
	ck_assert_int_eq(p->mqtt->port, 1884);
	ck_assert_str_eq(p->mqtt->topic, "home/cams");
	ck_assert_str_eq(p->mqtt->id, "cellar");
	ck_assert_str_eq(p->mqtt->discovery, "none");
	ck_assert_str_eq(p->mqtt->credentials, "/etc/x");
	ck_assert(p->mqtt->viewers);
	/* the block's word is everybody's who has none */
	ck_assert(p->cams[0].mqtt_may_widen);
	ck_assert(!p->cams[1].mqtt_may_widen);
	cg_policy_free(&p);
	p = built("mqtt { broker = b tls = no }");
	ck_assert_int_eq(p->mqtt->port, 1883);
	cg_policy_free(&p);
	p = built("defaults { mqtt_may_widen = yes }\n" CAM);
	ck_assert(p->cams[0].mqtt_may_widen);
	cg_policy_free(&p);
}
END_TEST

START_TEST(refused)
{
	REFUSED(-EINVAL, "mqtt { }", "p.conf:1:8: ", "no broker");
	REFUSED(-EINVAL, "mqtt { broker = \"a b\" }", "p.conf:1:17: ", "'a b'",
		"a name or an address");
	REFUSED(-EINVAL, "mqtt { broker = a port = 0 }", "p.conf:1:26: ", "1 to 65535");
	REFUSED(-EINVAL, "mqtt { broker = a port = 70000 }", "1 to 65535");
	REFUSED(-EINVAL, "mqtt { broker = a tls = on }", "'on'", "'no' or 'yes'");
	REFUSED(-EINVAL, "mqtt { broker = a topic = \"a/#\" }", "'a/#'", "beginning of a topic");
	REFUSED(-EINVAL, "mqtt { broker = a topic = \"/a\" }", "beginning of a topic");
	REFUSED(-EINVAL, "mqtt { broker = a topic = \"\" }", "beginning of a topic");
	REFUSED(-EINVAL, "mqtt { broker = a id = \"A B\" }", "id: found 'A B'");
	REFUSED(-EINVAL, "mqtt { broker = a credentials = secret }",
		"whole path such as /etc/camgate/credentials");
	REFUSED(-EINVAL, "mqtt { broker = a tls = no ca_file = \"/x\" }", "tls = no");
	REFUSED(-EINVAL, "mqtt { broker = a cert_file = \"/x\" }", "both or none");
	REFUSED(-EINVAL, "mqtt { broker = a brocker = b }", "brocker", "broker");
	REFUSED(-EINVAL, "mqtt { broker = a } mqtt { broker = b }", "mqtt", "repeated");
	REFUSED(-EINVAL, CAM "defaults { mqtt_may_widen = 1 }", "mqtt_may_widen", "'1'");
}
END_TEST

/* ---- on and off, in the file ---- */

static void sets(const char *before, const char *value, const char *after)
{
	const struct cg_confedit_set set = { "mqtt", "enabled", value };
	struct cg_diag d = { "" };
	char *text = NULL;
	size_t len;
	int line;
	int r = cg_confedit_set(before, strlen(before), "f", &set, &d, &text, &len, &line);

	if (!after) {
		ck_assert_int_eq(r, -ENOENT);
		return;
	}
	ck_assert_msg(!r, "%s", d.text);
	ck_assert_str_eq(text, after);
	ck_assert_uint_eq(len, strlen(after));
	free(text);
}

START_TEST(set)
{
	sets("mqtt {\n\tbroker = a\n}\n", "no", "mqtt {\n\tbroker = a\n\tenabled = no\n}\n");
	sets("mqtt { broker = a }\n", "no", "mqtt { broker = a\n\tenabled = no\n}\n");
	sets("mqtt {\n\tenabled = \"yes\" # mine\n\tbroker = a\n}", "no",
	     "mqtt {\n\tenabled = no # mine\n\tbroker = a\n}");
	sets("mqtt { enabled = no broker = a }", "yes", "mqtt { enabled = yes broker = a }");
	/* not one in another block, nor what a camera is called */
	sets("camera mqtt { enabled = x }\nmqtt { inner { enabled = y } }", "no",
	     "camera mqtt { enabled = x }\nmqtt { inner { enabled = y }\n\tenabled = no\n}");
	sets("camera mqtt { }\ndefaults { mqtt { } }", "no", NULL);
	sets("lan = { mqtt }\n", "no", NULL);
}
END_TEST

int main(void)
{
	return UNIT_RUN("mqttconf", 20, without_it, what_holds_without_a_word, as_written, refused,
			set);
}
