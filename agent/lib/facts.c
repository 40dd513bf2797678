/* SPDX-License-Identifier: GPL-2.0-only */
/* The facts: whole names stand before patterns that fit them, as the first that fits is taken. */
#include <stddef.h>
#include <string.h>
#include "facts.h"
#include "namepat.h"

/* clang-format off */
static const struct cg_fact names[] = {
	{ "pushx.reolink.com", "Reolink", CG_FACT_PUSH },
	{ "devices-apis.reolink.com", "Reolink", CG_FACT_FIRMWARE },
	{ "p2p*.reolink.com", "Reolink", CG_FACT_RELAY },
	{ "p2p.reolink.com.cn", "Reolink", CG_FACT_RELAY },

	{ "n-device-api.tplinkcloud.com", "TP-Link", CG_FACT_AUTH },
	{ "n-devs-dcipc.tplinkcloud.com", "TP-Link", CG_FACT_AUTH },
	{ "n-deventry-dcipc.tplinkcloud.com", "TP-Link", CG_FACT_AUTH },
	{ "n-euw1-*.tplinkcloud.com", "TP-Link", CG_FACT_AUTH },
	{ "download.tplinkcloud.com", "TP-Link", CG_FACT_FIRMWARE },
	{ "devs.tplinkcloud.com", "TP-Link", CG_FACT_SIGNAL },
	{ "n-devs.tplinkcloud.com", "TP-Link", CG_FACT_SIGNAL },
	{ "*.tplinkra.com", "TP-Link", CG_FACT_SIGNAL },
	{ "*.tplinknbu.com", "TP-Link", CG_FACT_RELAY },

	{ "api.eu.xiaoyi.com", "Yi", CG_FACT_API },
	{ "log.eu.xiaoyi.com", "Yi", CG_FACT_LOG },

	{ "ot.io.mi.com", "Xiaomi", CG_FACT_SIGNAL },
	{ "*.ot.io.mi.com", "Xiaomi", CG_FACT_SIGNAL },
	{ "ott.io.mi.com", "Xiaomi", CG_FACT_SIGNAL },
	{ "*.api.io.mi.com", "Xiaomi", CG_FACT_API },
	{ "*.fds.api.xiaomi.com", "Xiaomi", CG_FACT_STORAGE },

	{ "a1.tuyaeu.com", "Tuya", CG_FACT_API },
	{ "a1.tuyaus.com", "Tuya", CG_FACT_API },
	{ "a1.tuyacn.com", "Tuya", CG_FACT_API },
	{ "a1.tuyain.com", "Tuya", CG_FACT_API },
	{ "m1.tuyaeu.com", "Tuya", CG_FACT_SIGNAL },
	{ "m1.tuyaus.com", "Tuya", CG_FACT_SIGNAL },
	{ "m1.tuyacn.com", "Tuya", CG_FACT_SIGNAL },
	{ "m1.tuyain.com", "Tuya", CG_FACT_SIGNAL },
	{ "m1-ueaz.tuyaus.com", "Tuya", CG_FACT_SIGNAL },
	{ "m2.tuyaeu.com", "Tuya", CG_FACT_SIGNAL },

	{ "api.wyzecam.com", "Wyze", CG_FACT_API },
	{ "auth-prod.api.wyze.com", "Wyze", CG_FACT_AUTH },
	{ "wyze-mars-asrv.wyzecam.com", "Wyze", CG_FACT_RELAY },
	{ "wyze-mars-webcsrv.wyzecam.com", "Wyze", CG_FACT_RELAY },

	{ "*.ring.com", "Ring", CG_FACT_RELAY },
	{ "api.prod.signalling.ring.devices.a2z.com", "Ring", CG_FACT_RELAY },

	{ "rest-hw-prde.immedia-semi.com", "Blink", CG_FACT_API },
	{ "cs-prde.immedia-semi.com", "Blink", CG_FACT_STORAGE },

	{ "frontdoor.nest.com", "Nest", CG_FACT_AUTH },
	{ "logsink.devices.nest.com", "Nest", CG_FACT_LOG },
	{ "transport.home.nest.com", "Nest", CG_FACT_STORAGE },

	{ "mysecurity.eufylife.com", "Eufy", CG_FACT_API },
	{ "security-app*.eufylife.com", "Eufy", CG_FACT_API },
	{ "extend.eufylife.com", "Eufy", CG_FACT_API },

	{ "dev.hik-connect.com", "Hikvision", CG_FACT_AUTH },
	{ "api*.hik-connect.com", "Hikvision", CG_FACT_API },
	{ "apiieu.ezvizlife.com", "EZVIZ", CG_FACT_API },
	{ "apiius.ezvizlife.com", "EZVIZ", CG_FACT_API },
	{ "eucas.ezvizlife.com", "EZVIZ", CG_FACT_RELAY },
	{ "vtm*.ezvizlife.com", "EZVIZ", CG_FACT_RELAY },
	{ "*.hik-cloud.com", "Hikvision", CG_FACT_SIGNAL },
	{ "*.hikiot.com", "Hikvision", CG_FACT_SIGNAL },
	{ "*.ys7.com", "EZVIZ", CG_FACT_SIGNAL },
	{ "*.eziot.com", "EZVIZ", CG_FACT_SIGNAL },
	{ "*.ezviz.com", "EZVIZ", CG_FACT_SIGNAL },

	{ "iotaccess.easy4ipcloud.com", "Dahua", CG_FACT_AUTH },
	{ "www.easy4ipcloud.com", "Dahua", CG_FACT_RELAY },
	{ "www.easy4ip.com", "Dahua", CG_FACT_RELAY },
	{ "www.dahuap2pcloud.com", "Dahua", CG_FACT_RELAY },
	{ "cmgw-*.easy4ipcloud.com", "Dahua", CG_FACT_RELAY },
	{ "*.lechange.com", "Dahua", CG_FACT_RELAY },
	{ "*.imoulife.com", "Dahua", CG_FACT_RELAY },

	{ "pub-cfg.secu100.net", "Xiongmai", CG_FACT_SIGNAL },
	{ "access-dss.secu100.net", "Xiongmai", CG_FACT_RELAY },
	{ "pub-dss-hls.secu100.net", "Xiongmai", CG_FACT_RELAY },
	{ "push.umeye.cn", "Xiongmai", CG_FACT_PUSH },
	{ "logsvr.xmcsrv.net", "Xiongmai", CG_FACT_LOG },
	{ "upgrade.secu100.net", "Xiongmai", CG_FACT_FIRMWARE },
	{ "caps.secu100.net", "Xiongmai", CG_FACT_STORAGE },
	{ "tks.xmeye.net", "Xiongmai", CG_FACT_AUTH },

	{ "svc.av380.net", "V380", CG_FACT_API },
	{ "alivetype.av380.net", "V380", CG_FACT_API },
	{ "alarmserverlist.av380.net", "V380", CG_FACT_API },
	{ "push2.av380.net", "V380", CG_FACT_PUSH },
	{ "logs.av380.net", "V380", CG_FACT_LOG },
	{ "devota.av380.net", "V380", CG_FACT_FIRMWARE },
	{ "ipc*.av380.net", "V380", CG_FACT_RELAY },
	{ "ak802.av380.net", "V380", CG_FACT_RELAY },
	{ "ipc79.w390.net", "V380", CG_FACT_RELAY },
	{ "ntp.sjtu.edu.cn", NULL, CG_FACT_TIME },

	{ "cam-gw-isc-eu02.ajcloud.net", "Wansview", CG_FACT_AUTH },
	{ "sdc-isc.ajcloud.net", "Wansview", CG_FACT_AUTH },
	{ "fw-isc.ajcloud.net", "Wansview", CG_FACT_FIRMWARE },
	{ "htpdate.ajcloud.net", "Wansview", CG_FACT_TIME },
	{ "cam-tunnel-*.ajcloud.net", "Wansview", CG_FACT_RELAY },
	{ "*.backblaze.com", NULL, CG_FACT_STORAGE },

	{ "ntp1.dlink.com", "D-Link", CG_FACT_TIME },
	{ "signal.mydlink.com", "D-Link", CG_FACT_RELAY },
	{ "mp-eu-signal.auto.mydlink.com", "D-Link", CG_FACT_RELAY },

	{ "*.jovision.com", "Jovision", CG_FACT_RELAY },
	{ "*.jovecloud.com", "Jovision", CG_FACT_RELAY },
	{ "*.afdvr.com", "Jovision", CG_FACT_RELAY },

	{ "aiot-coap*.aqara.cn", "Aqara", CG_FACT_RELAY },

	/* TUTK serves many makers. */
	{ "*.iotcplatform.com", NULL, CG_FACT_RELAY },
	{ "pool.ntp.org", NULL, CG_FACT_TIME },
	{ "*.pool.ntp.org", NULL, CG_FACT_TIME },
};

static const struct cg_fact addrs[] = {
	{ "47.88.59.209", "Yi", CG_FACT_RELAY },
	{ "47.90.240.160", "Yi", CG_FACT_RELAY },
	{ "47.74.255.9", "Yi", CG_FACT_RELAY },
};
/* clang-format on */

const struct cg_fact *cg_facts_name(const char *name)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (cg_namepat_fits(names[i].what, name))
			return &names[i];
	return NULL;
}

const struct cg_fact *cg_facts_addr(const struct cg_addr *addr)
{
	struct cg_addr a;

	for (size_t i = 0; i < sizeof(addrs) / sizeof(addrs[0]); i++)
		if (!cg_addr_parse(addrs[i].what, &a) && !memcmp(&a, addr, sizeof(a)))
			return &addrs[i];
	return NULL;
}
