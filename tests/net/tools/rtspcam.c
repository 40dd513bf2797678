/* SPDX-License-Identifier: GPL-2.0-only */
/* A camera: a real RTSP server with a live H.264 picture, which counts what it sends. */
#include "clock.h"

#include <getopt.h>
#include <glib-unix.h>
#include <gst/gst.h>
#include <gst/rtsp-server/rtsp-server.h>
#include <stdio.h>
#include <stdlib.h>

struct camera {
	FILE *frames; /* one CLOCK_MONOTONIC line a frame that left the encoder */
	GMainLoop *loop;
};

static GstPadProbeReturn on_frame(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
	struct camera *cam = data;

	(void)pad;
	(void)info;
	fprintf(cam->frames, "%llu\n", (unsigned long long)now_ns());
	fflush(cam->frames);
	return GST_PAD_PROBE_OK;
}

static void on_media(GstRTSPMediaFactory *factory, GstRTSPMedia *media, gpointer data)
{
	struct camera *cam = data;
	GstElement *bin = gst_rtsp_media_get_element(media);
	GstElement *pay = gst_bin_get_by_name(GST_BIN(bin), "pay0");
	GstPad *pad;

	(void)factory;
	if (cam->frames && pay) {
		pad = gst_element_get_static_pad(pay, "sink");
		gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, on_frame, cam, NULL);
		gst_object_unref(pad);
	}
	if (pay)
		gst_object_unref(pay);
	gst_object_unref(bin);
}

static gboolean on_signal(gpointer data)
{
	g_main_loop_quit(data);
	return G_SOURCE_REMOVE;
}

/* Viewers that vanish without TEARDOWN would hold the picture open for ever. */
static gboolean on_tick(gpointer data)
{
	GstRTSPSessionPool *pool = gst_rtsp_server_get_session_pool(data);

	gst_rtsp_session_pool_cleanup(pool);
	g_object_unref(pool);
	return G_SOURCE_CONTINUE;
}

/* rtspcam [-p PORT] [-r FPS] [-k KBIT] [-f FRAMES_LOG]: serves rtsp://host:PORT/live */
int main(int argc, char **argv)
{
	struct camera cam = { 0 };
	const char *port = "8554", *frames = NULL;
	int fps = 25, kbit = 800, c;
	GstRTSPMediaFactory *factory;
	GstRTSPMountPoints *mounts;
	GstRTSPServer *server;
	gchar *launch;

	while ((c = getopt(argc, argv, "p:r:k:f:")) != -1) {
		switch (c) {
		case 'p':
			port = optarg;
			break;
		case 'r':
			fps = atoi(optarg);
			break;
		case 'k':
			kbit = atoi(optarg);
			break;
		case 'f':
			frames = optarg;
			break;
		default:
			return 2;
		}
	}
	if (frames) {
		cam.frames = fopen(frames, "w");
		if (!cam.frames) {
			perror(frames);
			return 1;
		}
	}
	gst_init(NULL, NULL);
	cam.loop = g_main_loop_new(NULL, FALSE);
	server = gst_rtsp_server_new();
	gst_rtsp_server_set_address(server, "::");
	gst_rtsp_server_set_service(server, port);
	factory = gst_rtsp_media_factory_new();
	launch = g_strdup_printf(
		"( videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=240,"
		"framerate=%d/1 ! x264enc tune=zerolatency speed-preset=ultrafast "
		"bitrate=%d key-int-max=%d byte-stream=true ! video/x-h264,profile=baseline ! "
		"rtph264pay name=pay0 pt=96 config-interval=1 )",
		fps, kbit, fps);
	gst_rtsp_media_factory_set_launch(factory, launch);
	g_free(launch);
	gst_rtsp_media_factory_set_shared(factory, TRUE);
	g_signal_connect(factory, "media-configure", G_CALLBACK(on_media), &cam);
	mounts = gst_rtsp_server_get_mount_points(server);
	gst_rtsp_mount_points_add_factory(mounts, "/live", factory);
	g_object_unref(mounts);
	if (!gst_rtsp_server_attach(server, NULL)) {
		fprintf(stderr, "rtspcam: cannot listen at port %s\n", port);
		return 1;
	}
	g_timeout_add_seconds(2, on_tick, server);
	g_unix_signal_add(SIGTERM, on_signal, cam.loop);
	g_unix_signal_add(SIGINT, on_signal, cam.loop);
	printf("ready %s\n", port);
	fflush(stdout);
	g_main_loop_run(cam.loop);
	if (cam.frames)
		fclose(cam.frames);
	return 0;
}
