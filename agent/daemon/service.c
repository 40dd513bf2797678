/* SPDX-License-Identifier: GPL-2.0-only */
/* sd_notify and its watchdog; the only file beside log.c that knows libsystemd. */
#include "service.h"
#ifdef CG_HAVE_SYSTEMD
#include <systemd/sd-daemon.h>
#include <time.h>

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
#endif
