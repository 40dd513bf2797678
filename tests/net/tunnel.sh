#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A phone away from home: the stranger's machine with a tunnel to the gateway.
# shellcheck disable=SC2034

VPN_GW=10.8.0.1 VPN_PHONE=10.8.0.2

# Keys are made here and die with the test.
wireguard()
{
	local ns
	command -v wg >/dev/null || return 1
	ip -n "$ID-gw" link add vpn0 type wireguard 2>/dev/null || return 1
	ip -n "$ID-stranger" link add vpn0 type wireguard
	for ns in gw stranger; do
		(umask 077 && wg genkey >"$WORK/$ns.key")
		wg pubkey <"$WORK/$ns.key" >"$WORK/$ns.pub"
	done
	in_ns gw wg set vpn0 listen-port 51820 private-key "$WORK/gw.key" \
		peer "$(cat "$WORK/stranger.pub")" allowed-ips $VPN_PHONE/32
	in_ns stranger wg set vpn0 private-key "$WORK/stranger.key" peer "$(cat "$WORK/gw.pub")" \
		endpoint "$WAN4:51820" allowed-ips 10.8.0.0/24,192.168.1.0/24
}

# Where the kernel has no WireGuard: to camgate a tunnel is an interface.
vxlan()
{
	ip -n "$ID-gw" link add vpn0 type vxlan id 8 local "$WAN4" remote "$STRANGER_4" dstport 4789 \
		dev wan0 2>/dev/null || return 1
	ip -n "$ID-stranger" link add vpn0 type vxlan id 8 local "$STRANGER_4" remote "$WAN4" \
		dstport 4789 dev eth0
}

# tunnel_up: vpn0 on both sides; says which kind it is
tunnel_up()
{
	if wireguard; then
		note "the tunnel is WireGuard"
	elif vxlan; then
		note "no WireGuard in this kernel, or no wg: the tunnel is a vxlan"
	else
		skip "neither WireGuard nor vxlan in this kernel"
	fi
	addrs gw vpn0 $VPN_GW/24
	addrs stranger vpn0 $VPN_PHONE/24
	ip -n "$ID-gw" link set vpn0 up
	ip -n "$ID-stranger" link set vpn0 up
	ip -n "$ID-stranger" route add 192.168.1.0/24 via $VPN_GW dev vpn0
}
