/* SPDX-License-Identifier: GPL-2.0-only */
/* One line a reason; the numbers are the packet path's own. */
#include "reason.h"
#include "told.h"

static const struct {
	const char *name;
	const char *text;
} reasons[CG_REASONS] = {
	[CG_REASON_NONE] = { "none", N_("no packet yet") },
	[CG_PASS_LAN] = { "lan", N_("a device of the LAN, and lan_viewing lets it") },
	[CG_PASS_HOME] = { "home", N_("behind a home tunnel") },
	[CG_PASS_MULTICAST] = { "multicast", N_("to a group on the LAN") },
	[CG_PASS_GATEWAY] = { "gateway-service",
			      N_("a service of the gateway every camera may use") },
	[CG_PASS_ARP] = { "arp", N_("address resolution") },
	[CG_PASS_ND] = { "nd", N_("neighbour discovery") },
	[CG_PASS_EAPOL] = { "eapol", N_("joining the Wi-Fi network") },
	[CG_PASS_CONTROL] = { "control", N_("an allow rule names it") },
	[CG_PASS_UPLOAD] = { "upload", N_("an upload rule names it") },
	[CG_PASS_OPEN] = { "open", N_("the camera is open") },
	[CG_PASS_FRAGMENT] = { "later-fragment", N_("goes the way of its first fragment") },
	[CG_PASS_ICMP_ERROR] = { "icmp-error", N_("about a flow that may be") },
	[CG_PASS_OFF] = { "off", N_("`camgate off` is in force") },
	[CG_DROP_SEALED] = { "sealed", N_("the camera is sealed: nothing leaves") },
	[CG_DROP_UNRULED] = { "unruled", N_("no rule names this remote") },
	[CG_DROP_DENIED] = { "denied", N_("a deny rule names it") },
	[CG_DROP_INBOUND] = { "inbound",
			      N_("somebody outside began it and the camera is not open") },
	[CG_DROP_VIEWER] = { "viewer", N_("the camera is open, but for another viewer") },
	[CG_DROP_LAN_VIEWING] = { "lan-viewing",
				  N_("lan_viewing does not let this device of the LAN") },
	[CG_DROP_GATEWAY] = { "gateway",
			      N_("a service of the gateway the camera has no business with") },
	[CG_DROP_FROM_GATEWAY] = { "from-gateway",
				   N_("the gateway itself began it (a proxy or tunnel on it)") },
	[CG_DROP_PORTMAP] = { "portmap", N_("it asked the gateway to open a port") },
	[CG_DROP_SPOOF] = { "spoof", N_("a source address that is not the camera's to use") },
	[CG_DROP_SPOOF_ND] = { "spoof-nd", N_("it claimed the address of somebody else") },
	[CG_DROP_RA] = { "router-advertisement", N_("a camera is no router") },
	[CG_DROP_DHCP_SERVER] = { "dhcp-server", N_("a camera gives no addresses") },
	[CG_DROP_REDIRECT] = { "redirect", N_("a camera redirects nobody") },
	[CG_DROP_ETHERTYPE] = { "ethertype", N_("neither IPv4, IPv6, ARP nor EAPOL") },
	[CG_DROP_VLAN] = { "vlan", N_("more VLAN tags than two") },
	[CG_DROP_MALFORMED] = { "malformed", N_("headers that cannot be read") },
	[CG_DROP_FRAGMENT] = { "fragment", N_("a fragment that hides its headers") },
	[CG_DROP_FRAG_ORDER] = { "fragment-order", N_("a later fragment without its first") },
	[CG_DROP_ICMP] = { "icmp", N_("about no flow that may be, or too many") },
	[CG_DROP_QUOTA] = { "quota", N_("the camera has too many flows at once") },
	[CG_DROP_NARROWED] = { "narrowed", N_("another address behind a shared MAC") },
	[CG_DROP_NO_POLICY] = { "no-policy", N_("the tables hold no policy for it") },
	[CG_DROP_DNS] = { "dns", N_("it asks for more names than its budget has") },
	[CG_DROP_DNS_NAME] = { "dns-name", N_("it asks for a name outside its rules") },
	[CG_DROP_TIME] = { "time", N_("ntp = drop: no time for this camera") },
	[CG_DROP_DAILY] = { "daily",
			    N_("it has sent its daily_upload, uploads wait for tomorrow") },
	[CG_DROP_VIEWING] = { "viewing", N_("a viewing session that was stopped") },
	[CG_DROP_BUDGET] = { "budget", N_("more than talk: its budget is used up") },
	[CG_DROP_MAX_VIEWERS] = { "max-viewers", N_("as many watch already as max_viewers lets") },
	[CG_DROP_COUNTRY] = { "country", N_("outside the countries of stay_in") },
};
_Static_assert(__CG_REASON_MAX == CG_DROP_COUNTRY + 1, "a reason without words");

const char *cg_reason_name(unsigned int reason)
{
	return reason < CG_REASONS && reasons[reason].name ? reasons[reason].name : "unknown";
}

const char *cg_reason_text(unsigned int reason)
{
	return reason < CG_REASONS && reasons[reason].text ?
		       reasons[reason].text :
		       N_("a reason this version has no words for");
}
