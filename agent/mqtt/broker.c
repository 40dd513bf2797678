/* SPDX-License-Identifier: GPL-2.0-only */
/* One client of libmosquitto an attempt: nothing of a broken connection is left in the next, neither state nor memory. */
#include <errno.h>
#include <mosquitto.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include "../lib/told.h"
#include "broker.h"
#include "fleet.h"
#include "secret.h"
#include "state.h"

#define KEEPALIVE_S 15
#define CONNECT_S   15.
#define TICK_S	    .25
#define RETRY_S	    1.
#define BYE_MS	    1000
#define WHY_LEN	    256
#define STEPS_MAX   200 /* of a handshake, which takes some ten */

struct cg_mqtt_broker {
	struct ev_loop *loop;
	const struct cg_mqtt_settings *settings;
	struct cg_mqtt_broker_user user;
	struct mosquitto *m; /* NULL: none is tried */
	bool up, full;
	int refused; /* the broker's answer to the connection; 0: none yet, or yes */
	bool answered, ended;
	unsigned int steps; /* until it has answered */
	double retry_s, retry_max_s, began;
	char last[WHY_LEN]; /* of the library's own words */
	ev_io read, write;
	ev_timer tick, again;
};

static const char *topic_of(const struct cg_mqtt_broker *b, const char *rest,
			    char buf[static CG_MQTT_TOPIC_MAX])
{
	(void)snprintf(buf, CG_MQTT_TOPIC_MAX, "%s/%s", b->settings->base, rest);
	return buf;
}

/* ---- what the library calls, inside of its own functions ---- */

static void on_connect(struct mosquitto *m, void *ctx, int rc)
{
	struct cg_mqtt_broker *b = ctx;

	(void)m;
	b->answered = true;
	b->refused = rc;
}

static void on_disconnect(struct mosquitto *m, void *ctx, int rc)
{
	struct cg_mqtt_broker *b = ctx;

	(void)m;
	(void)rc;
	b->ended = true;
}

static void on_message(struct mosquitto *m, void *ctx, const struct mosquitto_message *msg)
{
	struct cg_mqtt_broker *b = ctx;
	const struct cg_mqtt_message message = {
		.topic = msg->topic,
		.text = msg->payload,
		.len = msg->payloadlen > 0 ? (size_t)msg->payloadlen : 0,
		.retained = msg->retain,
	};

	(void)m;
	b->user.message(b->user.ctx, &message);
}

/* Those at most once are of no interest, and have numbers all the same. */
static void on_publish(struct mosquitto *m, void *ctx, int mid)
{
	struct cg_mqtt_broker *b = ctx;

	(void)m;
	b->user.acked(b->user.ctx, mid);
}

static void on_log(struct mosquitto *m, void *ctx, int level, const char *text)
{
	struct cg_mqtt_broker *b = ctx;

	(void)m;
	if (level & (MOSQ_LOG_ERR | MOSQ_LOG_WARNING))
		(void)snprintf(b->last, sizeof(b->last), "%s", text);
}

/* ---- an attempt ---- */

static void watch_stop(struct cg_mqtt_broker *b)
{
	ev_io_stop(b->loop, &b->read);
	ev_io_stop(b->loop, &b->write);
	ev_timer_stop(b->loop, &b->tick);
}

static void client_end(struct cg_mqtt_broker *b)
{
	watch_stop(b);
	if (b->m)
		mosquitto_destroy(b->m);
	b->m = NULL;
	b->up = b->full = b->answered = b->ended = false;
	b->refused = 0;
	b->steps = 0;
}

static void fail(struct cg_mqtt_broker *b, const char *why)
{
	char text[WHY_LEN];

	(void)snprintf(text, sizeof(text), "%s", why);
	if (b->up)
		b->retry_s = RETRY_S;
	client_end(b);
	ev_timer_set(&b->again, b->retry_s, 0.);
	ev_timer_start(b->loop, &b->again);
	b->retry_s *= 2;
	if (b->retry_s > b->retry_max_s)
		b->retry_s = b->retry_max_s;
	b->user.down(b->user.ctx, text);
}

/* rc of the library, in words; its own last ones say most of TLS. */
static void fail_rc(struct cg_mqtt_broker *b, int rc)
{
	const char *what = rc == MOSQ_ERR_ERRNO ? strerror(errno) : mosquitto_strerror(rc);
	char text[2 * WHY_LEN];

	if (rc == MOSQ_ERR_CONN_LOST && !b->up)
		what = N_("it ends the connection at once");
	(void)snprintf(text, sizeof(text), "%s%s%s", what, b->last[0] ? ": " : "", b->last);
	fail(b, text);
}

static const char *refusal(int rc)
{
	switch (rc) {
	case 4:
	case 5:
		return N_("it refuses user or password (`credentials`)");
	case 2:
		return N_("it refuses the client's id (`id`)");
	case 3:
		return N_("it is not available now");
	}
	return N_("it refuses the connection");
}

/* NULL, or what is wrong; of diag. */
static const char *secret_use(struct cg_mqtt_broker *b, struct cg_diag *diag)
{
	_cleanup_(cg_mqtt_secret_clear) struct cg_mqtt_secret secret = { 0 };

	if (!b->settings->credentials)
		return NULL;
	if (cg_mqtt_secret_read(b->settings->credentials, diag, &secret))
		return diag->text;
	return mosquitto_username_pw_set(b->m, secret.user, secret.password) ? strerror(ENOMEM) :
									       NULL;
}

static const char *tls_use(struct cg_mqtt_broker *b)
{
	const struct cg_mqtt_settings *s = b->settings;
	int rc;

	if (!s->tls)
		return NULL;
	rc = mosquitto_tls_set(b->m, s->ca_file, s->ca_file ? NULL : "/etc/ssl/certs", s->cert_file,
			       s->key_file, NULL);
	if (!rc && !s->ca_file)
		rc = mosquitto_int_option(b->m, MOSQ_OPT_TLS_USE_OS_CERTS, 1);
	if (!rc)
		rc = mosquitto_tls_opts_set(b->m, 1, "tlsv1.2", NULL);
	if (rc == MOSQ_ERR_INVAL)
		return N_("ca_file, cert_file or key_file cannot be read");
	return rc ? mosquitto_strerror(rc) : NULL;
}

static const char *client_make(struct cg_mqtt_broker *b, struct cg_diag *diag)
{
	char id[CG_ID_LEN + 16], topic[CG_MQTT_TOPIC_MAX];
	const char *why;

	(void)snprintf(id, sizeof(id), "camgate-%s", b->settings->id);
	b->m = mosquitto_new(id, true, b);
	if (!b->m)
		return strerror(errno);
	mosquitto_connect_callback_set(b->m, on_connect);
	mosquitto_disconnect_callback_set(b->m, on_disconnect);
	mosquitto_message_callback_set(b->m, on_message);
	mosquitto_publish_callback_set(b->m, on_publish);
	mosquitto_log_callback_set(b->m, on_log);
	(void)mosquitto_int_option(b->m, MOSQ_OPT_TCP_NODELAY, 1);
	if (b->settings->home && mosquitto_will_set(b->m, cg_mqtt_state_status(b->settings, topic),
						    7, "offline", 1, true))
		return strerror(ENOMEM);
	why = secret_use(b, diag);
	return why ? why : tls_use(b);
}

/* Until the broker has answered, `write` is watched for one turn at a time: a handshake that waits
 * for the other side would leave it ready all the while. */
static void watch(struct cg_mqtt_broker *b, bool write)
{
	if (write && mosquitto_want_write(b->m))
		ev_io_start(b->loop, &b->write);
	else
		ev_io_stop(b->loop, &b->write);
}

static void attempt(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct cg_mqtt_broker *b = w->data;
	struct cg_diag diag = { "" };
	const char *why;
	int rc, fd;

	(void)revents;
	b->last[0] = '\0';
	why = client_make(b, &diag);
	if (why) {
		fail(b, why);
		return;
	}
	/* The name is looked up here and now: nothing else could be done without. */
	rc = mosquitto_connect_async(b->m, b->settings->broker, b->settings->port, KEEPALIVE_S);
	fd = mosquitto_socket(b->m);
	if (rc || fd < 0) {
		fail_rc(b, rc ? rc : MOSQ_ERR_NO_CONN);
		return;
	}
	ev_now_update(loop);
	b->began = ev_now(loop);
	ev_io_set(&b->read, fd, EV_READ);
	ev_io_set(&b->write, fd, EV_WRITE);
	ev_io_start(loop, &b->read);
	ev_io_start(loop, &b->write);
	ev_timer_again(loop, &b->tick);
}

/* ---- a connection ---- */

static void subscribe(struct cg_mqtt_broker *b)
{
	char topic[CG_MQTT_TOPIC_MAX];

	if (b->settings->fleet.report) {
		(void)snprintf(topic, sizeof(topic), CG_FLEET_TOPIC "/%s/desired",
			       b->settings->fleet.gateway);
		(void)mosquitto_subscribe(b->m, NULL, topic, 1);
	}
	if (!b->settings->home)
		return;
	(void)mosquitto_subscribe(b->m, NULL, topic_of(b, "cam/+/+/set", topic), 1);
	(void)mosquitto_subscribe(b->m, NULL, topic_of(b, "panic/set", topic), 1);
	if (!b->settings->discovery)
		return;
	(void)snprintf(topic, sizeof(topic), "%s/status", b->settings->discovery);
	(void)mosquitto_subscribe(b->m, NULL, topic, 1);
}

/* What has come of a step of the library, which was not to be disturbed within. */
static void stepped(struct cg_mqtt_broker *b, int rc, bool write)
{
	if (b->answered && !b->up && b->refused) {
		fail(b, refusal(b->refused));
		return;
	}
	if (rc || b->ended) {
		fail_rc(b, rc ? rc : MOSQ_ERR_CONN_LOST);
		return;
	}
	if (b->answered && !b->up) {
		b->up = true;
		b->retry_s = RETRY_S;
		subscribe(b);
		b->user.up(b->user.ctx);
	}
	if (b->up && b->full && !mosquitto_want_write(b->m)) {
		b->full = false;
		b->user.room(b->user.ctx);
	}
	watch(b, b->up || write);
}

/* What the library does not see, or has swallowed within its handshake: it would try for ever. */
static bool connect_failed(struct cg_mqtt_broker *b)
{
	struct pollfd pfd = { .fd = b->read.fd };
	socklen_t len = sizeof(int);
	const char *why = NULL;
	int err = 0;

	if (b->up)
		return false;
	if (!getsockopt(pfd.fd, SOL_SOCKET, SO_ERROR, &err, &len) && err)
		why = strerror(err);
	else if (poll(&pfd, 1, 0) > 0 && pfd.revents & (POLLHUP | POLLERR))
		why = N_("nothing answers at its port");
	else if (++b->steps > STEPS_MAX)
		why = N_("it ends the connection at once");
	if (why)
		fail(b, why);
	return why != NULL;
}

static void readable(struct ev_loop *loop, ev_io *w, int revents)
{
	struct cg_mqtt_broker *b = w->data;

	(void)loop;
	(void)revents;
	if (!connect_failed(b))
		stepped(b, mosquitto_loop_read(b->m, 1), true);
}

static void writable(struct ev_loop *loop, ev_io *w, int revents)
{
	struct cg_mqtt_broker *b = w->data;

	(void)loop;
	(void)revents;
	if (!connect_failed(b))
		stepped(b, mosquitto_loop_write(b->m, 1), false);
}

static void tick(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct cg_mqtt_broker *b = w->data;

	(void)revents;
	if (!b->up && ev_now(loop) - b->began > CONNECT_S) {
		fail(b, N_("it does not answer"));
		return;
	}
	stepped(b, mosquitto_loop_misc(b->m), true);
}

static int publish(struct cg_mqtt_broker *b, const char *topic, const char *text, int *mid, int qos,
		   bool retained)
{
	int rc;

	if (!b || !b->up)
		return -ENOTCONN;
	if (mosquitto_want_write(b->m)) {
		b->full = true;
		watch(b, true);
		return -EAGAIN;
	}
	rc = mosquitto_publish(b->m, mid, topic, text ? (int)strlen(text) : 0, text, qos, retained);
	/* A step of its own will find out. */
	watch(b, true);
	return rc == MOSQ_ERR_NOMEM ? -ENOMEM : rc ? -ENOTCONN : 0;
}

int cg_mqtt_broker_publish(struct cg_mqtt_broker *b, const char *topic, const char *text,
			   bool retained)
{
	return publish(b, topic, text, NULL, 0, retained);
}

int cg_mqtt_broker_send(struct cg_mqtt_broker *b, const char *topic, const char *text, int *ret_mid)
{
	return publish(b, topic, text, ret_mid, 1, false);
}

struct cg_mqtt_broker *cg_mqtt_broker_new(struct ev_loop *loop,
					  const struct cg_mqtt_settings *settings,
					  double retry_max_s,
					  const struct cg_mqtt_broker_user *user)
{
	struct cg_mqtt_broker *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	b->loop = loop;
	b->settings = settings;
	b->user = *user;
	b->retry_max_s = retry_max_s;
	b->retry_s = RETRY_S < retry_max_s ? RETRY_S : retry_max_s;
	ev_io_init(&b->read, readable, -1, EV_READ);
	ev_io_init(&b->write, writable, -1, EV_WRITE);
	ev_timer_init(&b->tick, tick, TICK_S, TICK_S);
	ev_timer_init(&b->again, attempt, 0., 0.);
	b->read.data = b->write.data = b->tick.data = b->again.data = b;
	ev_timer_start(loop, &b->again);
	return b;
}

void cg_mqtt_broker_drain(struct cg_mqtt_broker *b, int ms)
{
	struct pollfd pfd = { .fd = mosquitto_socket(b->m), .events = POLLOUT };

	if (pfd.fd >= 0 && mosquitto_want_write(b->m) && poll(&pfd, 1, ms) > 0)
		(void)mosquitto_loop_write(b->m, 1);
}

static void bye(struct cg_mqtt_broker *b)
{
	for (int ms = 0; ms < BYE_MS && mosquitto_want_write(b->m); ms += 10)
		cg_mqtt_broker_drain(b, 10);
	(void)mosquitto_disconnect(b->m);
	for (int ms = 0; ms < BYE_MS && mosquitto_want_write(b->m); ms += 10)
		cg_mqtt_broker_drain(b, 10);
}

void cg_mqtt_broker_free(struct cg_mqtt_broker **broker)
{
	struct cg_mqtt_broker *b = TAKE_PTR(*broker);

	if (!b)
		return;
	ev_timer_stop(b->loop, &b->again);
	watch_stop(b);
	if (b->up)
		bye(b);
	client_end(b);
	free(b);
}
