/* SPDX-License-Identifier: GPL-2.0-only */
/* A player that writes down when each picture came out of the decoder. */
#include "clock.h"

#include <getopt.h>
#include <glib-unix.h>
#include <gst/gst.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct player {
	FILE *log;
	gint frames;
	GMainLoop *loop;
};

static GstPadProbeReturn on_picture(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
	struct player *p = data;

	(void)pad;
	(void)info;
	g_atomic_int_inc(&p->frames);
	fprintf(p->log, "%llu\n", (unsigned long long)now_ns());
	fflush(p->log);
	return GST_PAD_PROBE_OK;
}

static gboolean on_end(gpointer data)
{
	g_main_loop_quit(data);
	return G_SOURCE_REMOVE;
}

static gboolean on_message(GstBus *bus, GstMessage *msg, gpointer data)
{
	GError *err = NULL;

	(void)bus;
	if (GST_MESSAGE_TYPE(msg) == GST_MESSAGE_ERROR) {
		gst_message_parse_error(msg, &err, NULL);
		fprintf(stderr, "watch: %s\n", err->message);
		g_error_free(err);
	}
	if (GST_MESSAGE_TYPE(msg) == GST_MESSAGE_ERROR || GST_MESSAGE_TYPE(msg) == GST_MESSAGE_EOS)
		g_main_loop_quit(data);
	return G_SOURCE_CONTINUE;
}

/* watch [-u] [-t SECONDS] URL LOG: prints the number of pictures decoded in that time. */
int main(int argc, char **argv)
{
	struct player p = { 0 };
	int seconds = 10, c;
	gboolean udp = FALSE;
	GstElement *pipe, *sink;
	GError *err = NULL;
	gchar *launch;
	GstPad *pad;
	GstBus *bus;

	while ((c = getopt(argc, argv, "ut:")) != -1) {
		switch (c) {
		case 'u':
			udp = TRUE;
			break;
		case 't':
			seconds = atoi(optarg);
			break;
		default:
			return 2;
		}
	}
	if (optind != argc - 2) {
		fprintf(stderr, "usage: watch [-u] [-t SECONDS] URL LOG\n");
		return 2;
	}
	gst_init(NULL, NULL);
	p.log = fopen(argv[optind + 1], "w");
	if (!p.log) {
		perror(argv[optind + 1]);
		return 1;
	}
	launch = g_strdup_printf("rtspsrc location=%s protocols=%s latency=50 ! rtph264depay ! "
				 "h264parse ! openh264dec ! fakesink name=out sync=false",
				 argv[optind], udp ? "udp" : "tcp");
	pipe = gst_parse_launch(launch, &err);
	g_free(launch);
	if (!pipe) {
		fclose(p.log);
		fprintf(stderr, "watch: %s\n", err->message);
		return 1;
	}
	p.loop = g_main_loop_new(NULL, FALSE);
	sink = gst_bin_get_by_name(GST_BIN(pipe), "out");
	pad = gst_element_get_static_pad(sink, "sink");
	gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, on_picture, &p, NULL);
	gst_object_unref(pad);
	gst_object_unref(sink);
	bus = gst_element_get_bus(pipe);
	gst_bus_add_watch(bus, on_message, p.loop);
	gst_object_unref(bus);
	g_timeout_add_seconds((guint)seconds, on_end, p.loop);
	g_unix_signal_add(SIGTERM, on_end, p.loop);
	gst_element_set_state(pipe, GST_STATE_PLAYING);
	g_main_loop_run(p.loop);
	printf("%d\n", g_atomic_int_get(&p.frames));
	fflush(stdout);
	/* Teardown towards a camera that no longer answers may hang: the count is out. */
	fclose(p.log);
	_exit(0);
}
