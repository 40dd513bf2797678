/* SPDX-License-Identifier: GPL-2.0-only */
/* One line a reason; the numbers are the packet path's own. */
#include "reason.h"

static const struct {
	const char *name;
	const char *text;
} reasons[CG_REASONS] = {
	[CG_REASON_NONE] = { "none", "no packet yet" },
	[CG_PASS_LAN] = { "lan", "a device of the LAN, and lan_viewing lets it" },
	[CG_PASS_HOME] = { "home", "behind a home tunnel" },
	[CG_PASS_MULTICAST] = { "multicast", "to a group on the LAN" },
	[CG_PASS_GATEWAY] = { "gateway-service", "a service of the gateway every camera may use" },
	[CG_PASS_ARP] = { "arp", "address resolution" },
	[CG_PASS_ND] = { "nd", "neighbour discovery" },
	[CG_PASS_EAPOL] = { "eapol", "joining the Wi-Fi network" },
	[CG_PASS_CONTROL] = { "control", "an allow rule names it" },
	[CG_PASS_UPLOAD] = { "upload", "an upload rule names it" },
	[CG_PASS_OPEN] = { "open", "the camera is open" },
	[CG_PASS_FRAGMENT] = { "later-fragment", "goes the way of its first fragment" },
	[CG_PASS_ICMP_ERROR] = { "icmp-error", "about a flow that may be" },
	[CG_PASS_OFF] = { "off", "`camgate off` is in force" },
	[CG_DROP_SEALED] = { "sealed", "the camera is sealed: nothing leaves" },
	[CG_DROP_UNRULED] = { "unruled", "no rule names this remote" },
	[CG_DROP_DENIED] = { "denied", "a deny rule names it" },
	[CG_DROP_INBOUND] = { "inbound", "somebody outside began it and the camera is not open" },
	[CG_DROP_VIEWER] = { "viewer", "the camera is open, but for another viewer" },
	[CG_DROP_LAN_VIEWING] = { "lan-viewing",
				  "lan_viewing does not let this device of the LAN" },
	[CG_DROP_GATEWAY] = { "gateway",
			      "a service of the gateway the camera has no business with" },
	[CG_DROP_FROM_GATEWAY] = { "from-gateway",
				   "the gateway itself began it (a proxy or tunnel on it)" },
	[CG_DROP_PORTMAP] = { "portmap", "it asked the gateway to open a port" },
	[CG_DROP_SPOOF] = { "spoof", "a source address that is not the camera's to use" },
	[CG_DROP_SPOOF_ND] = { "spoof-nd", "it claimed the address of somebody else" },
	[CG_DROP_RA] = { "router-advertisement", "a camera is no router" },
	[CG_DROP_DHCP_SERVER] = { "dhcp-server", "a camera gives no addresses" },
	[CG_DROP_REDIRECT] = { "redirect", "a camera redirects nobody" },
	[CG_DROP_ETHERTYPE] = { "ethertype", "neither IPv4, IPv6, ARP nor EAPOL" },
	[CG_DROP_VLAN] = { "vlan", "more VLAN tags than two" },
	[CG_DROP_MALFORMED] = { "malformed", "headers that cannot be read" },
	[CG_DROP_FRAGMENT] = { "fragment", "a fragment that hides its headers" },
	[CG_DROP_FRAG_ORDER] = { "fragment-order", "a later fragment without its first" },
	[CG_DROP_ICMP] = { "icmp", "about no flow that may be, or too many" },
	[CG_DROP_QUOTA] = { "quota", "the camera has too many flows at once" },
	[CG_DROP_NARROWED] = { "narrowed", "another address behind a shared MAC" },
	[CG_DROP_NO_POLICY] = { "no-policy", "the tables hold no policy for it" },
	[CG_DROP_DNS] = { "dns", "it asks for more names than its budget has" },
	[CG_DROP_DNS_NAME] = { "dns-name", "it asks for a name outside its rules" },
	[CG_DROP_TIME] = { "time", "ntp = drop: no time for this camera" },
	[CG_DROP_DAILY] = { "daily", "it has sent its daily_upload, uploads wait for tomorrow" },
	[CG_DROP_VIEWING] = { "viewing", "a viewing session that was stopped" },
	[CG_DROP_BUDGET] = { "budget", "more than talk: its budget is used up" },
	[CG_DROP_MAX_VIEWERS] = { "max-viewers", "as many watch already as max_viewers lets" },
	[CG_DROP_COUNTRY] = { "country", "outside the countries of stay_in" },
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
		       "a reason this version has no words for";
}
