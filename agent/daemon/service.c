/* SPDX-License-Identifier: GPL-2.0-only */
/* sd_notify and its watchdog; the only file beside log.c that knows libsystemd. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "service.h"
#ifdef CG_HAVE_SYSTEMD
#include <systemd/sd-daemon.h>
#include <time.h>

/* The manager has it before this process is gone. */
#define BARRIER_US 5000000

void cg_service_ready(const char *status)
{
	(void)sd_notifyf(0, "READY=1\nSTATUS=%s", status);
}

void cg_service_reloading(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	(void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%llu",
			 (unsigned long long)ts.tv_sec * 1000000ULL +
				 (unsigned long long)ts.tv_nsec / 1000);
}

void cg_service_status(const char *status)
{
	(void)sd_notifyf(0, "STATUS=%s", status);
}

void cg_service_stopping(void)
{
	(void)sd_notify(0, "STOPPING=1");
}

uint64_t cg_service_watchdog_us(void)
{
	uint64_t us = 0;

	return sd_watchdog_enabled(0, &us) > 0 ? us / 2 : 0;
}

void cg_service_alive(void)
{
	(void)sd_notify(0, "WATCHDOG=1");
}

int cg_service_keep(const char *name, int fd)
{
	char text[128];
	int r;

	(void)sd_notifyf(0, "FDSTOREREMOVE=1\nFDNAME=%s", name);
	/* Errors that come in by it are no reason to forget it. */
	(void)snprintf(text, sizeof(text), "FDSTORE=1\nFDPOLL=0\nFDNAME=%s", name);
	r = sd_pid_notify_with_fds(0, 0, text, &fd, 1);
	if (r > 0)
		r = sd_notify_barrier(0, BARRIER_US);
	return r > 0 ? 0 : r < 0 ? r : -ENOTCONN;
}

int cg_service_kept(const char *name)
{
	char **names = NULL;
	int n = sd_listen_fds_with_names(0, &names), fd = -1;

	for (int i = 0; i < n && names; i++) {
		if (fd < 0 && !strcmp(names[i], name))
			fd = SD_LISTEN_FDS_START + i;
		free(names[i]);
	}
	free(names);
	return fd;
}
#else
void cg_service_ready(const char *status)
{
	(void)status;
}

void cg_service_reloading(void)
{
}

void cg_service_status(const char *status)
{
	(void)status;
}

void cg_service_stopping(void)
{
}

uint64_t cg_service_watchdog_us(void)
{
	return 0;
}

void cg_service_alive(void)
{
}

int cg_service_keep(const char *name, int fd)
{
	(void)name;
	(void)fd;
	return -EOPNOTSUPP;
}

int cg_service_kept(const char *name)
{
	(void)name;
	return -1;
}
#endif
