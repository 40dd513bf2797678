/* SPDX-License-Identifier: GPL-2.0-only */
/* To the camera: where a packet comes from, who began the flow, the gateway's own, two cameras. */
#include "frames.h"
#include "run.h"

static void origin(struct env *e)
{
	const uint64_t inb = R(CG_DROP_INBOUND), un = R(CG_DROP_UNRULED);
	const uint64_t gone = R(CG_DROP_FROM_GATEWAY);
	const struct pkt *syn = DN4(EVIL_4, TCP(TCP_SYN, 4000, 554));
	const struct pkt *syn6 = DN6(EVIL_6, TCP(TCP_SYN, 4000, 554));
	const struct pkt *udp = DN4(VENDOR_4, UDP(4000, 5000));
	const struct pkt *masq = DN4(GW_4, TCP(TCP_SYN, 4000, 554));
	const struct pkt *phone = DN4(PHONE_4, TCP(TCP_SYN, 4000, 554));
	const struct pkt *home = DN4(HOME_4, TCP(TCP_SYN, 4000, 554));
	const struct row rows[] = {
		{ "to the phone untouched", NULL, DOWN,
		  PK(.smac = GW, .dmac = PHONE, .src = EVIL_4, .dst = PHONE_4, TCP(TCP_SYN, 1, 2)),
		  UNTOUCHED, IN_WAN },
		{ "to the phone, ethertype untouched", NULL, DOWN,
		  PK(.smac = GW, .dmac = PHONE, .ethertype = 0x8847, .payload = 46), UNTOUCHED,
		  IN_WAN },
		{ "no generation: untouched", "nogen", DOWN, syn, UNTOUCHED, IN_WAN },
		{ "phone's syn from the LAN passes", NULL, DOWN, phone, R(CG_PASS_LAN), IN_LAN },
		{ "phone's syn by the bridge passes", NULL, DOWN, phone, R(CG_PASS_LAN),
		  IN_BRIDGE },
		{ "sealed: phone's syn from the LAN passes", "sealed", DOWN, phone, R(CG_PASS_LAN),
		  IN_LAN },
		{ "phone v6 from the LAN passes", NULL, DOWN, DN6(PHONE_6, TCP(TCP_SYN, 4000, 554)),
		  R(CG_PASS_LAN), IN_LAN },
		{ "phone through the same AP (no ingress port) passes", NULL, DOWN,
		  PK(.smac = PHONE, .dmac = CAM1, .src = PHONE_4, .dst = CAM1_4,
		     TCP(TCP_SYN, 4000, 554)),
		  R(CG_PASS_LAN), IN_SELF },
		{ "lan none: phone's syn drops", "lan none", DOWN, phone, R(CG_DROP_LAN_VIEWING),
		  IN_LAN },
		{ "lan none: phone through the same AP drops", "lan none", DOWN,
		  PK(.smac = PHONE, .dmac = CAM1, .src = PHONE_4, .dst = CAM1_4,
		     TCP(TCP_SYN, 4000, 554)),
		  R(CG_DROP_LAN_VIEWING), IN_SELF },
		{ "lan viewers: viewer passes", "lan viewers; viewer 192.168.1.30", DOWN, phone,
		  R(CG_PASS_LAN), IN_LAN },
		{ "lan viewers: another drops", "lan viewers; viewer 192.168.1.31", DOWN, phone,
		  R(CG_DROP_LAN_VIEWING), IN_LAN },
		{ "the other LAN passes", NULL, DOWN, DN4(LAN2_4, TCP(TCP_SYN, 4000, 554)),
		  R(CG_PASS_LAN), IN_LAN2 },
		{ "home by the tunnel passes", NULL, DOWN, home, R(CG_PASS_HOME), IN_HOME },
		{ "sealed: home by the tunnel passes", "sealed", DOWN, home, R(CG_PASS_HOME),
		  IN_HOME },
		{ "lan none: home by the tunnel drops", "lan none", DOWN, home,
		  R(CG_DROP_LAN_VIEWING), IN_HOME },
		{ "home's address from the wan drops", NULL, DOWN, home, inb, IN_WAN },
		{ "LAN address from the wan drops", NULL, DOWN, phone, inb, IN_WAN },
		{ "LAN v6 address from the wan drops", NULL, DOWN,
		  DN6(PHONE_6, TCP(TCP_SYN, 4000, 554)), inb, IN_WAN },
		{ "LAN address from the wan, open passes as remote", "open", DOWN, phone,
		  R(CG_PASS_OPEN), IN_WAN },
		{ "LAN address from the wan, lan none, open passes as remote", "lan none; open",
		  DOWN, phone, R(CG_PASS_OPEN), IN_WAN },
		{ "a remote's address from the LAN is a remote", NULL, DOWN, syn, inb, IN_LAN },
		{ "syn from the wan drops", NULL, DOWN, syn, inb, IN_WAN },
		{ "syn v6 from the wan drops", NULL, DOWN, syn6, inb, IN_WAN },
		{ "syn from an allowed remote drops", "allow any", DOWN, syn, inb, IN_WAN },
		{ "syn from an upload remote drops", "upload any", DOWN, syn, inb, IN_WAN },
		{ "syn with ecn bits from an allowed remote drops", "allow any", DOWN,
		  DN4(EVIL_4, TCP(TCP_SYN | 0xc0, 4000, 554)), inb, IN_WAN },
		{ "syn from a denied remote drops", "deny any", DOWN, syn, inb | R(CG_DROP_DENIED),
		  IN_WAN },
		{ "sealed: syn drops", "sealed", DOWN, syn, R(CG_DROP_SEALED), IN_WAN },
		{ "sealed: mid-stream of an allowed remote drops", "sealed; allow any", DOWN,
		  DN4(VENDOR_4, TCP(TCP_ACK, 443, 4000)), R(CG_DROP_SEALED), IN_WAN },
		{ "open: syn passes", "open", DOWN, syn, R(CG_PASS_OPEN), IN_WAN },
		{ "open: syn v6 passes", "open", DOWN, syn6, R(CG_PASS_OPEN), IN_WAN },
		{ "open: syn from a denied remote drops", "open; deny 203.0.113.0/24", DOWN, syn,
		  R(CG_DROP_DENIED), IN_WAN },
		{ "expired: syn drops", "expired", DOWN, syn, inb, IN_WAN },
		{ "open to the viewer: its syn passes", "to 203.0.113.9", DOWN, syn,
		  R(CG_PASS_OPEN), IN_WAN },
		{ "open to the viewer v6: its syn passes", "to 2001:db8:66::9", DOWN, syn6,
		  R(CG_PASS_OPEN), IN_WAN },
		{ "open to another: syn drops", "to 203.0.113.10", DOWN, syn, R(CG_DROP_VIEWER),
		  IN_WAN },
		{ "open to another: syn from an allowed remote drops", "to 203.0.113.10; allow any",
		  DOWN, syn, R(CG_DROP_VIEWER) | inb, IN_WAN },
		{ "syn-ack of an allowed remote passes", "allow 198.51.100.0/24:443/tcp", DOWN,
		  DN4(VENDOR_4, TCP(TCP_SYN | TCP_ACK, 443, 4000)), R(CG_PASS_CONTROL), IN_WAN },
		{ "syn-ack of an unruled remote drops", NULL, DOWN,
		  DN4(VENDOR_4, TCP(TCP_SYN | TCP_ACK, 443, 4000)), un, IN_WAN },
		{ "mid-stream of an allowed remote passes", "allow 198.51.100.0/24:443/tcp", DOWN,
		  DN4(VENDOR_4, TCP(TCP_ACK, 443, 4000)), R(CG_PASS_CONTROL), IN_WAN },
		{ "mid-stream from another port drops", "allow 198.51.100.0/24:443/tcp", DOWN,
		  DN4(VENDOR_4, TCP(TCP_ACK, 444, 4000)), un, IN_WAN },
		{ "mid-stream, the rule's port on the camera's side drops",
		  "allow 198.51.100.0/24:443/tcp", DOWN, DN4(VENDOR_4, TCP(TCP_ACK, 4000, 443)), un,
		  IN_WAN },
		{ "mid-stream of an unruled remote drops", NULL, DOWN,
		  DN4(VENDOR_4, TCP(TCP_ACK, 443, 4000)), un, IN_WAN },
		{ "mid-stream of an upload remote passes", "upload any", DOWN,
		  DN4(VENDOR_4, TCP(TCP_ACK, 443, 4000)), R(CG_PASS_UPLOAD), IN_WAN },
		{ "mid-stream of a denied remote drops", "deny 198.51.100.0/24; allow any", DOWN,
		  DN4(VENDOR_4, TCP(TCP_ACK, 443, 4000)), R(CG_DROP_DENIED), IN_WAN },
		{ "udp of an allowed remote nobody sent to drops", "allow any", DOWN, udp, inb,
		  IN_WAN },
		{ "udp v6 of an allowed remote nobody sent to drops", "allow any", DOWN,
		  DN6(VENDOR_6, UDP(4000, 5000)), inb, IN_WAN },
		{ "open: udp nobody sent to passes", "open", DOWN, udp, R(CG_PASS_OPEN), IN_WAN },
		{ "echo from a remote drops", NULL, DOWN, DN4(EVIL_4, ECHO4(1)),
		  inb | un | R(CG_DROP_ICMP), IN_WAN },
		{ "open: echo from a remote passes", "open", DOWN, DN4(EVIL_4, ECHO4(1)),
		  R(CG_PASS_OPEN), IN_WAN },
		{ "masqueraded syn drops", NULL, DOWN, masq, inb, IN_WAN },
		{ "masqueraded syn v6 drops", NULL, DOWN, DN6(GW_6, TCP(TCP_SYN, 4000, 554)), inb,
		  IN_WAN },
		{ "masqueraded syn with a rule for the gateway drops", "allow 192.168.1.1", DOWN,
		  masq, inb, IN_WAN },
		{ "masqueraded syn with gateway viewing drops", "via gateway", DOWN, masq, inb,
		  IN_WAN },
		{ "open: masqueraded syn passes", "open", DOWN, masq, R(CG_PASS_OPEN), IN_WAN },
		{ "open to a viewer: masqueraded syn drops", "to 203.0.113.9", DOWN, masq,
		  R(CG_DROP_VIEWER), IN_WAN },
		{ "masqueraded echo drops", NULL, DOWN, DN4(GW_4, ECHO4(1)), ANY_DROP, IN_WAN },
		{ "masqueraded dns-like udp drops", NULL, DOWN, DN4(GW_4, UDP(53, 5353)), inb,
		  IN_WAN },
		{ "masqueraded dhcp-like udp drops", NULL, DOWN,
		  DN4(GW_4, UDP(67, 68), .payload = 244), inb, IN_WAN },
		{ "gateway's syn drops", NULL, DOWN, masq, gone, IN_SELF },
		{ "open: gateway's syn drops", "open", DOWN, masq, gone, IN_SELF },
		{ "gateway's syn v6 drops", NULL, DOWN, DN6(GW_6, TCP(TCP_SYN, 4000, 554)), gone,
		  IN_SELF },
		{ "gateway's syn from its wan address drops", NULL, DOWN,
		  DN4(GW_WAN, TCP(TCP_SYN, 4000, 554)), gone, IN_SELF },
		{ "gateway's syn with gateway viewing passes", "via gateway", DOWN, masq,
		  R(CG_PASS_GATEWAY) | R(CG_PASS_LAN), IN_SELF },
		{ "gateway's syn v6 with gateway viewing passes", "via gateway", DOWN,
		  DN6(GW_6, TCP(TCP_SYN, 4000, 554)), R(CG_PASS_GATEWAY) | R(CG_PASS_LAN),
		  IN_SELF },
		{ "gateway's udp drops", NULL, DOWN, DN4(GW_4, UDP(4000, 5000)), gone, IN_SELF },
		{ "gateway's udp from port 53 nobody asked drops", NULL, DOWN,
		  DN4(GW_4, UDP(53, 5000)), gone, IN_SELF },
		{ "gateway's mid-stream tcp drops", NULL, DOWN, DN4(GW_4, TCP(TCP_ACK, 4000, 554)),
		  gone, IN_SELF },
		{ "gateway's echo passes", NULL, DOWN, DN4(GW_4, ECHO4(1)), R(CG_PASS_GATEWAY),
		  IN_SELF },
		{ "sealed: gateway's echo passes", "sealed", DOWN, DN4(GW_4, ECHO4(1)),
		  R(CG_PASS_GATEWAY), IN_SELF },
		{ "gateway's echo v6 passes", NULL, DOWN, DN6(GW_6, ECHO6(1)), R(CG_PASS_GATEWAY),
		  IN_SELF },
		{ "gateway's dhcp offer passes", NULL, DOWN, DN4(GW_4, UDP(67, 68), .payload = 244),
		  R(CG_PASS_GATEWAY), IN_SELF },
		{ "sealed: gateway's dhcp offer passes", "sealed", DOWN,
		  DN4(GW_4, UDP(67, 68), .payload = 244), R(CG_PASS_GATEWAY), IN_SELF },
		{ "gateway's dhcpv6 reply passes", NULL, DOWN,
		  PK(.smac = GW, .dmac = CAM1, .src = GW_LL, .dst = CAM1_LL, UDP(547, 546),
		     .payload = 40),
		  R(CG_PASS_GATEWAY), IN_SELF },
		{ "gateway's arp passes", NULL, DOWN, pk_arp(GW, CAM1, 1, GW, GW_4, CAM1_4),
		  R(CG_PASS_ARP), IN_SELF },
		{ "phone's arp passes", NULL, DOWN, pk_arp(PHONE, CAM1, 1, PHONE, PHONE_4, CAM1_4),
		  R(CG_PASS_ARP), IN_LAN },
		{ "gateway's ns passes", NULL, DOWN,
		  pk_nd(GW, CAM1, GW_LL, CAM1_LL, 135, CAM1_LL, GW, 255), R(CG_PASS_ND), IN_SELF },
		{ "gateway's unicast ra passes", NULL, DOWN,
		  PK(.smac = GW, .dmac = CAM1, .src = GW_LL, .dst = CAM1_LL,
		     .proto = IPPROTO_ICMPV6, .icmp = 134, .ttl = 255, .payload = 8),
		  R(CG_PASS_ND), IN_SELF },
		{ "phone's na passes", NULL, DOWN,
		  pk_nd(PHONE, CAM1, PHONE_6, CAM1_6, 136, PHONE_6, PHONE, 255), R(CG_PASS_ND),
		  IN_LAN },
		{ "eapol passes", NULL, DOWN,
		  PK(.smac = GW, .dmac = CAM1, .ethertype = 0x888e, .payload = 46),
		  R(CG_PASS_EAPOL), IN_SELF },
		{ "mpls drops", NULL, DOWN,
		  PK(.smac = GW, .dmac = CAM1, .ethertype = 0x8847, .payload = 46),
		  R(CG_DROP_ETHERTYPE), IN_LAN },
		{ "3 vlan tags drop", NULL, DOWN, DN4(PHONE_4, UDP(1, 2), .tags = 3),
		  R(CG_DROP_VLAN), IN_LAN },
		{ "2 vlan tags pass", NULL, DOWN, DN4(PHONE_4, UDP(1, 2), .tags = 2),
		  R(CG_PASS_LAN), IN_LAN },
		{ "2 vlan tags from the wan drop", NULL, DOWN,
		  DN4(EVIL_4, TCP(TCP_SYN, 1, 2), .tags = 2), inb, IN_WAN },
		{ "malformed drops", NULL, DOWN, DN4(PHONE_4, UDP(1, 2), .ihl = 4),
		  R(CG_DROP_MALFORMED), IN_LAN },
		{ "v4-mapped source on the wire drops", "open", DOWN,
		  DN6("::ffff:192.168.1.30", UDP(1, 2)), ANY_DROP, IN_WAN },
		{ "6to4 inbound judged by what is inside", "allow 198.51.100.0/24:443/tcp", DOWN,
		  DN6("2002:c633:640a::1", TCP(TCP_ACK, 443, 4000)), R(CG_PASS_CONTROL), IN_WAN },
		{ "nat64 inbound judged by what is inside", "allow 198.51.100.0/24:443/tcp", DOWN,
		  DN6("64:ff9b::198.51.100.10", TCP(TCP_ACK, 443, 4000)), R(CG_PASS_CONTROL),
		  IN_WAN },
		{ "nat64 inbound of another drops", "allow 198.51.100.0/24:443/tcp", DOWN,
		  DN6("64:ff9b::203.0.113.9", TCP(TCP_ACK, 443, 4000)), un, IN_WAN },
	};

	RUN(e, rows);
}

static void two_cameras(struct env *e)
{
	const struct pkt *cam_phone = CAM(PHONE, CAM1_4, PHONE_4, TCP(TCP_ACK, 554, 4000));
	const struct pkt *cam_evil = CAM(GW, CAM1_4, EVIL_4, TCP(TCP_SYN, 554, 4000));
	const struct pkt *cams = CAM(CAM2, CAM1_4, CAM2_4, UDP(1, 2));
	const struct row rows[] = {
		{ "same AP: source camera judged as from it, passes", NULL, DOWN, cam_phone,
		  R(CG_PASS_LAN), IN_SELF, .up_plane = true },
		{ "same AP: source camera judged as from it, drops", "lan none", DOWN, cam_phone,
		  R(CG_DROP_LAN_VIEWING), IN_SELF, .up_plane = true },
		{ "same AP: source camera to a remote drops", NULL, DOWN, cam_evil,
		  R(CG_DROP_UNRULED), IN_SELF, .up_plane = true },
		{ "same AP: spoofed source drops", NULL, DOWN,
		  CAM(PHONE, EVIL_4, PHONE_4, UDP(1, 2)), R(CG_DROP_SPOOF), IN_SELF,
		  .up_plane = true },
		{ "came in by a port: source was judged there", "lan none", DOWN, cam_phone,
		  UNTOUCHED, IN_LAN },
		{ "came in by a port: to the other camera, its verdict only", NULL, DOWN, cams,
		  R(CG_PASS_LAN), IN_LAN, .slot = 2 },
		{ "came in by a port: to the other camera, its drop only", "@2; lan none", DOWN,
		  cams, R(CG_DROP_LAN_VIEWING), IN_LAN, .slot = 2 },
		{ "came in by a port: source's lan none is not asked again", "lan none", DOWN, cams,
		  R(CG_PASS_LAN), IN_LAN, .slot = 2 },
	};
	struct cg_stats one, two;
	struct env_result r;

	RUN(e, rows);
	env_reset(e);
	env_stats(e, 1, &one);
	env_stats(e, 2, &two);
	const uint64_t up = one.c[CG_PLANE_UP][CG_PASS_LAN].packets;
	const uint64_t down = two.c[CG_PLANE_DOWN][CG_PASS_LAN].packets;

	r = env_run(e, DOWN, cams, IF_LAN, IN_SELF, 0, 0);
	env_stats(e, 1, &one);
	env_stats(e, 2, &two);
	run_check(r.verdict == (uint32_t)-1 && one.c[CG_PLANE_UP][CG_PASS_LAN].packets == up + 1 &&
			  two.c[CG_PLANE_DOWN][CG_PASS_LAN].packets == down + 1,
		  "same AP, two cameras: one verdict per camera",
		  "verdict %d, up %+lld, down %+lld; expected -1, +1, +1", (int)r.verdict,
		  (long long)(one.c[CG_PLANE_UP][CG_PASS_LAN].packets - up),
		  (long long)(two.c[CG_PLANE_DOWN][CG_PASS_LAN].packets - down));
	env_reset(e);
	env_state(e, "@2; lan none");
	r = env_run(e, DOWN, cams, IF_LAN, IN_SELF, 0, 0);
	run_check(r.verdict == 2, "same AP, two cameras: the second's drop drops", "verdict %d",
		  (int)r.verdict);
	env_reset(e);
	env_state(e, "lan none");
	r = env_run(e, DOWN, cams, IF_LAN, IN_SELF, 0, 0);
	run_check(r.verdict == 2, "same AP, two cameras: the first's drop drops", "verdict %d",
		  (int)r.verdict);
}

static void gateway_replies(struct env *e)
{
	const struct pkt *query = UP4(GW_4, UDP(5555, 53), .payload = 20);
	const struct pkt *answer = DN4(GW_4, UDP(53, 5555), .payload = 40);
	const struct pkt *syn = DN4(GW_4, TCP(TCP_SYN, 4000, 554));
	const struct pkt *back = UP4(GW_4, TCP(TCP_SYN | TCP_ACK, 554, 4000));

	env_reset(e);
	STEP(e, "dns answer before the query drops", NULL, DOWN, answer, R(CG_DROP_FROM_GATEWAY),
	     IN_SELF);
	STEP(e, "dns query passes", NULL, UP, query, R(CG_PASS_GATEWAY));
	STEP(e, "dns answer after the query passes", NULL, DOWN, answer, R(CG_PASS_GATEWAY),
	     IN_SELF);
	STEP(e, "dns answer from the wan with the gateway's address drops", NULL, DOWN, answer,
	     ANY_DROP, IN_WAN);
	STEP(e, "dns answer to another port drops", NULL, DOWN,
	     DN4(GW_4, UDP(53, 5556), .payload = 40), R(CG_DROP_FROM_GATEWAY), IN_SELF);
	env_reset(e);
	STEP(e, "camera's echo to the gateway passes", NULL, UP, UP4(GW_4, ECHO4(9)),
	     R(CG_PASS_GATEWAY));
	STEP(e, "gateway's echo reply passes", NULL, DOWN, DN4(GW_4, REPLY4(9)), R(CG_PASS_GATEWAY),
	     IN_SELF);
	env_reset(e);
	STEP(e, "camera's echo reply before the gateway's echo drops", NULL, UP,
	     UP4(GW_4, REPLY4(8)), ANY_DROP);
	STEP(e, "gateway's echo passes", NULL, DOWN, DN4(GW_4, ECHO4(8)), R(CG_PASS_GATEWAY),
	     IN_SELF);
	STEP(e, "camera's echo reply passes", NULL, UP, UP4(GW_4, REPLY4(8)), R(CG_PASS_GATEWAY));
	STEP(e, "gateway's echo v6 passes", NULL, DOWN, DN6(GW_6, ECHO6(8)), R(CG_PASS_GATEWAY),
	     IN_SELF);
	STEP(e, "camera's echo reply v6 passes", NULL, UP, UP6(GW_6, REPLY6(8)),
	     R(CG_PASS_GATEWAY));
	env_reset(e);
	STEP(e, "camera's syn-ack to the gateway drops without a flow", NULL, UP, back,
	     R(CG_DROP_GATEWAY));
	STEP(e, "gateway's refused syn drops", NULL, DOWN, syn, R(CG_DROP_FROM_GATEWAY), IN_SELF);
	STEP(e, "camera's syn-ack still drops", NULL, UP, back,
	     R(CG_DROP_GATEWAY) | R(CG_DROP_FROM_GATEWAY));
	env_reset(e);
	env_state(e, "via gateway");
	STEP(e, "gateway viewing: syn passes", NULL, DOWN, syn, R(CG_PASS_GATEWAY) | R(CG_PASS_LAN),
	     IN_SELF);
	STEP(e, "gateway viewing: camera's syn-ack passes", NULL, UP, back,
	     R(CG_PASS_GATEWAY) | R(CG_PASS_LAN));
	STEP(e, "gateway viewing: the flow's next passes", NULL, DOWN,
	     DN4(GW_4, TCP(TCP_ACK, 4000, 554)), R(CG_PASS_GATEWAY) | R(CG_PASS_LAN), IN_SELF);
	e->cam[1].flags = 0;
	env_policy_write(e, 2);
	e->meta->generation = 2;
	STEP(e, "gateway viewing taken away: camera's answer drops", NULL, UP,
	     UP4(GW_4, TCP(TCP_ACK, 554, 4000)), R(CG_DROP_GATEWAY) | R(CG_DROP_FROM_GATEWAY));
	STEP(e, "gateway viewing taken away: the flow's next drops", NULL, DOWN,
	     DN4(GW_4, TCP(TCP_ACK, 4000, 554)), R(CG_DROP_FROM_GATEWAY), IN_SELF);
}

static void masquerade(struct env *e)
{
	const struct pkt *syn = DN4(GW_4, TCP(TCP_SYN, 4000, 554));
	const struct pkt *synack = UP4(GW_4, TCP(TCP_SYN | TCP_ACK, 554, 4000));
	const struct pkt *video = UP4(GW_4, TCP(TCP_ACK, 554, 4000), .payload = 1000);
	struct cg_flow f;

	env_reset(e);
	env_state(e, "open");
	STEP(e, "masquerade, open: inbound passes", NULL, DOWN, syn, R(CG_PASS_OPEN), IN_WAN);
	run_check(env_flow_find(e, 1, GW_4, 554, 4000, IPPROTO_TCP, &f) &&
			  f.flags & CG_FLOW_BY_PEER && f.scope == CG_NET_REMOTE,
		  "masquerade: the flow is a remote's, begun by it", "flags %#x scope %u", f.flags,
		  f.scope);
	STEP(e, "masquerade, open: camera's answer passes", NULL, UP, synack, R(CG_PASS_OPEN));
	STEP(e, "masquerade, open: video passes", NULL, UP, video, R(CG_PASS_OPEN));
	env_word(e, 1, (uint64_t)CG_CLOSED << CG_WORD_BASE_SHIFT);
	STEP(e, "masquerade, closed: video drops", NULL, UP, video, R(CG_DROP_INBOUND));
	STEP(e, "masquerade, closed: viewer's ack drops", NULL, DOWN,
	     DN4(GW_4, TCP(TCP_ACK, 4000, 554)), R(CG_DROP_INBOUND), IN_WAN);
	env_word(e, 1, (uint64_t)CG_SEALED << CG_WORD_BASE_SHIFT);
	STEP(e, "masquerade, sealed: video drops", NULL, UP, video, R(CG_DROP_SEALED));
	env_reset(e);
	env_state(e, "allow 192.168.1.1; open");
	STEP(e, "masquerade, rule for the gateway, open: inbound passes", NULL, DOWN, syn,
	     R(CG_PASS_OPEN), IN_WAN);
	env_word(e, 1, (uint64_t)CG_CLOSED << CG_WORD_BASE_SHIFT);
	STEP(e, "masquerade, rule for the gateway, closed: video drops", NULL, UP, video,
	     R(CG_DROP_INBOUND));
}

static void spoofed_interfaces(struct env *e)
{
	const struct pkt *up = CAM(PHONE, CAM1_4, PHONE_4, UDP(5000, 8000));
	const struct pkt *down = DN4(PHONE_4, UDP(8000, 5000));

	env_reset(e);
	STEP(e, "LAN flow passes", NULL, UP, up, R(CG_PASS_LAN));
	STEP(e, "LAN flow's answer from the LAN passes", NULL, DOWN, down, R(CG_PASS_LAN), IN_LAN);
	STEP(e, "LAN flow's answer from the wan drops", NULL, DOWN, down, ANY_DROP, IN_WAN);
	STEP(e, "LAN flow itself is unharmed", NULL, UP, up, R(CG_PASS_LAN));
	STEP(e, "LAN flow's answer from the LAN still passes", NULL, DOWN, down, R(CG_PASS_LAN),
	     IN_LAN);
	env_reset(e);
	env_state(e, "open");
	STEP(e, "open: LAN address from the wan passes as a remote", NULL, DOWN, down,
	     R(CG_PASS_OPEN), IN_WAN);
	STEP(e, "open: camera's answer to it passes", NULL, UP, up,
	     R(CG_PASS_OPEN) | R(CG_PASS_LAN));
	env_word(e, 1, (uint64_t)CG_CLOSED << CG_WORD_BASE_SHIFT);
	STEP(e, "closed: LAN address from the wan drops", NULL, DOWN, down, R(CG_DROP_INBOUND),
	     IN_WAN);
}

/* What ends a flow passes by its mark, and nothing else does. */
static void endings(struct env *e)
{
	const struct pkt *rst = DN4(EVIL_4, TCP(TCP_RST, 4000, 554));
	const struct pkt *rst_ack = DN6(EVIL_6, TCP(TCP_RST | TCP_ACK, 4000, 554));
	const struct pkt *ack = DN4(EVIL_4, TCP(TCP_ACK, 4000, 554));
	const struct pkt *data = DN4(EVIL_4, TCP(TCP_ACK, 4000, 554), .payload = 1);
	const struct pkt *rst_data = DN4(EVIL_4, TCP(TCP_RST, 4000, 554), .payload = 1);
	const struct pkt *sent = UP4(EVIL_4, UDP(5000, 4000)),
			 *sent6 = UP6(EVIL_6, UDP(5000, 4000));
	const struct pkt *err =
		DN4(EVIL_4, .proto = IPPROTO_ICMP, .icmp = 3, .code = 13, .quote = sent);
	const struct pkt *err6 =
		DN6(EVIL_6, .proto = IPPROTO_ICMPV6, .icmp = 1, .code = 1, .quote = sent6);
	const uint64_t own = R(CG_PASS_GATEWAY), gone = R(CG_DROP_FROM_GATEWAY);
	const struct row rows[] = {
		{ "marked reset passes", NULL, DOWN, rst, own, IN_SELF, .mark = CG_SELF_MARK },
		{ "reset without the mark drops", NULL, DOWN, rst, gone, IN_SELF },
		{ "reset with another mark drops", NULL, DOWN, rst, gone, IN_SELF,
		  .mark = ~CG_SELF_MARK },
		{ "marked reset that came in drops", NULL, DOWN, rst, R(CG_DROP_UNRULED), IN_WAN,
		  .mark = CG_SELF_MARK },
		{ "marked reset that came in by the LAN drops", NULL, DOWN, rst, R(CG_DROP_UNRULED),
		  IN_LAN, .mark = CG_SELF_MARK },
		{ "sealed: marked reset v6 passes", "sealed", DOWN, rst_ack, own, IN_SELF,
		  .mark = CG_SELF_MARK },
		{ "reset v6 without the mark drops", "sealed", DOWN, rst_ack, gone, IN_SELF },
		{ "other bits beside the mark: passes", NULL, DOWN, rst, own, IN_SELF,
		  .mark = CG_SELF_MARK | 0x102 },
		{ "marked bare ack passes", NULL, DOWN, ack, own, IN_SELF, .mark = CG_SELF_MARK },
		{ "bare ack without the mark drops", NULL, DOWN, ack, gone, IN_SELF },
		{ "marked data drops", NULL, DOWN, data, gone, IN_SELF, .mark = CG_SELF_MARK },
		{ "marked reset with data drops", NULL, DOWN, rst_data, gone, IN_SELF,
		  .mark = CG_SELF_MARK },
		{ "marked syn drops", NULL, DOWN, DN4(EVIL_4, TCP(TCP_SYN, 4000, 554)), gone,
		  IN_SELF, .mark = CG_SELF_MARK },
		{ "marked syn-ack drops", NULL, DOWN,
		  DN4(EVIL_4, TCP(TCP_SYN | TCP_ACK, 4000, 554)), gone, IN_SELF,
		  .mark = CG_SELF_MARK },
		{ "marked fin drops", NULL, DOWN, DN4(EVIL_4, TCP(TCP_FIN | TCP_ACK, 4000, 554)),
		  gone, IN_SELF, .mark = CG_SELF_MARK },
		{ "marked udp drops", NULL, DOWN, DN4(EVIL_4, UDP(4000, 5000)), gone, IN_SELF,
		  .mark = CG_SELF_MARK },
		{ "marked first fragment of a reset drops", NULL, DOWN,
		  DN4(EVIL_4, TCP(TCP_RST, 4000, 554), .frag = true, .more = true, .slice = 24,
		      .payload = 40),
		  ANY_DROP, IN_SELF, .mark = CG_SELF_MARK },
		{ "icmp error of the gateway passes", NULL, DOWN, err, own, IN_SELF },
		{ "sealed: marked icmp error v6 passes", "sealed", DOWN, err6, own, IN_SELF,
		  .mark = CG_SELF_MARK },
		{ "marked icmp error that came in drops", NULL, DOWN, err, R(CG_DROP_ICMP), IN_WAN,
		  .mark = CG_SELF_MARK },
		{ "marked icmp error v6 that came in drops", NULL, DOWN, err6, R(CG_DROP_ICMP),
		  IN_WAN, .mark = CG_SELF_MARK },
		{ "marked, from the camera: judged as ever", NULL, UP,
		  UP4(EVIL_4, TCP(TCP_RST, 554, 4000)), R(CG_DROP_UNRULED), 0,
		  .mark = CG_SELF_MARK },
	};

	RUN(e, rows);
	env_reset(e);
	STEP(e, "marked reset makes no flow", NULL, DOWN, rst, own, IN_SELF, .mark = CG_SELF_MARK);
	run_check(!env_flows_count(e, 1, CG_RING_REMOTE) && !env_flows_count(e, 1, CG_RING_GATEWAY),
		  "marked reset made no flow", "there is one");
	STEP(e, "and opens nothing: the next without it drops", NULL, DOWN, ack, gone, IN_SELF);
}

int main(void)
{
	struct env *e = env_open();

	origin(e);
	two_cameras(e);
	gateway_replies(e);
	masquerade(e);
	spoofed_interfaces(e);
	endings(e);
	env_close(&e);
	return run_end();
}
