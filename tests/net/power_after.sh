#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The gateway of power_before.sh with its power back: agent late, then with a broken config, then in force.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/power.sh
. "$NET/power.sh"

DELAY=${CG_BOOT_DELAY:-60}

# As camgate-bootguard.service and the init script do, before a port is up.
boot_load()
{
	in_ns gw nft -f "$CAMGATE_STATE_DIR/bootguard.nft"
	in_ns gw nft -f "$CAMGATE_STATE_DIR/bootguard-bridge.nft"
}

held() { in_ns gw nft list table inet camgate_boot; }

handed_over()
{
	! in_ns gw nft list table inet camgate_boot 2>/dev/null &&
		! in_ns gw nft list table bridge camgate_boot 2>/dev/null
}

dropped() { in_ns gw nft list table inet camgate_boot | awk '/counter packets/ { for (i = 1; i < NF; i++) if ($i == "packets") n += $(i + 1) } END { print n + 0 }'; }

# shut WHEN: nothing of a camera got out, and cameras have tried
shut()
{
	assert_num "$1: packets that got out, denied" "$(tapped denied)" == 0
	assert_num "$1: packets that got out, allowed" "$(tapped allowed)" == 0
	note "$1: the guard has dropped $(dropped)"
}

need_camgate
disk_mount
assert "the boot guard has outlived the power" test -s "$CAMGATE_STATE_DIR/bootguard.nft"
control=$(cat "$DISK/control")
house_build
friend_start
started=$SECONDS
while friends 1; ((SECONDS < started + DELAY)); do
	observe 2
done
shut "$DELAY s without the agent"
assert_num "the cameras have tried: packets the boot guard dropped" "$(dropped)" ">" 100

cp "$CONF" "$WORK/good.conf"
printf 'camera "x" {\n' >>"$CONF"
assert_code "the agent refuses a broken config" 4 \
	in_ns gw "$BIN/camgated" --foreground --config "$CONF" --pin-dir "$PIN_DIR" \
	--socket "$CAMGATE_SOCKET" --state-dir "$CAMGATE_STATE_DIR"
assert "the boot guard stays" held
friends 3
shut "broken config"

cp "$WORK/good.conf" "$CONF"
agent_start
wait_for 5 handed_over
flows() { (($(tapped allowed) > 5)); }
wait_for 10 flows
assert "what is allowed flows now" flows
friends 3
refute "the opening of before the power cut is over" beat cam1 $STRANGER_4 443
in_ns inet nft list table inet tap >"$WORK/tap.nft"
figure boot/leaked_packets "$(tapped denied)" == 0 packets "$DELAY" "$control" "$WORK/tap.nft"
figure boot/other_devices_lost "$LOST" == 0 beats "$ASKED" "$control" "$WORK/tap.nft"
assert "open works" cg open cam1 10m
assert "and lets it out" beat cam1 $STRANGER_4 443
