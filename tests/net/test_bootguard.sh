#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The boot guard: what a boot loads before the agent denies the cameras of the last run, nobody else, and goes at READY without a gap.
# A port is made not enforceable by what keeps a filter away.
ATTACH=tc
. "$(dirname "$0")/lib.sh"

FILE=$CAMGATE_STATE_DIR/bootguard.nft

# As camgate-bootguard.service and the init script do.
boot_load()
{
	in_ns gw nft -f "$FILE"
	in_ns gw nft -f "$CAMGATE_STATE_DIR/bootguard-bridge.nft"
}

held() { in_ns gw nft list table inet camgate_boot; }

handed_over()
{
	! in_ns gw nft list table inet camgate_boot 2>/dev/null &&
		! in_ns gw nft list table bridge camgate_boot 2>/dev/null
}

outside() { in_ns inet nft -j list counter netdev tap cam | jq '.nftables[] | .counter? // empty | .packets'; }

tap()
{
	in_ns inet nft -f - <<-END
	table netdev tap {
		counter cam { }
		chain in {
			type filter hook ingress device "isp0" priority 0; policy accept;
			ip saddr $WAN4 ip daddr $STRANGER_4 counter name cam
		}
	}
	END
}

# As after a power-off: nothing of the packet path is left, the state folder is.
power_off()
{
	stop agent KILL
	tear lan1 2>/dev/null || true
	tear lan2 2>/dev/null || true
	tear lan3 2>/dev/null || true
	rm -rf "$PIN_DIR"
}

need_camgate
house_up
tap
config
agent_start
assert "written at start" test -s "$FILE"
assert "with the cameras in it" grep -q "$CAM1_MAC" "$FILE"
inode=$(stat -c %i "$FILE")
assert "reload" cg reload
assert_num "not written again without a change" "$(stat -c %i "$FILE")" "==" "$inode"

power_off
# The fault planted: a boot without it leaks.
before=$(outside)
assert "without the boot guard the stranger is reached" beat cam1 $STRANGER_4 443
control=$(($(outside) - before))

boot_load
assert "loaded" held
before=$(outside)
refute "cam1 does not reach the stranger" beat cam1 $STRANGER_4 443
refute "nor the cloud" beat cam1 $CLOUD_4 443
refute "nor by IPv6" beat cam1 $CLOUD_6 443
refute "cam2 does not reach the cloud" beat cam2 $CLOUD_4 443
refute "the stranger does not reach cam1" beat stranger $WAN4 $TCP_PORT
refute "nor by IPv6" beat stranger $CAM1_6 $TCP_PORT
refute "nor does the phone" beat phone $CAM1_4 $TCP_PORT
in_ns cam1 "$TOOLS/heartbeat" -u -n 50 -i 1 -t 1 $STRANGER_4 443 >/dev/null 2>&1 || true
lost=0
for _ in 1 2 3 4 5; do
	beat phone $CLOUD_4 443 || lost=$((lost + 1))
	beat phone $CLOUD_6 443 || lost=$((lost + 1))
done
cp "$FILE" "$WORK/bootguard.nft"
assert "the camera gets an answer of the gateway (DNS)" \
	in_ns cam1 sh -c 'command -v dig >/dev/null || exit 0; dig +time=2 +tries=1 @192.168.1.1 cloud.example'

# A broken config: the agent refuses, the guard stays.
cp "$CONF" "$WORK/good.conf"
printf 'camera "x" {\n' >>"$CONF"
assert_code "the agent refuses a broken config" 4 \
	in_ns gw "$BIN/camgated" --foreground --config "$CONF" --pin-dir "$PIN_DIR" \
	--socket "$CAMGATE_SOCKET" --state-dir "$CAMGATE_STATE_DIR"
assert "the guard stays" held
refute "cam1 does not reach the stranger" beat cam1 $STRANGER_4 443
cp "$WORK/good.conf" "$CONF"

# Handed over while the camera sends without a pause.
spawn sender cam1 "$TOOLS/heartbeat" -u -n 100000 -i 1 -t 1 $STRANGER_4 443
agent_start
wait_for 5 handed_over
assert "in force" attached lan1
stop sender
leaked=$(($(outside) - before))
figure boot/leaked_packets "$leaked" "==" 0 packets 50 "$control" "$WORK/bootguard.nft"
figure boot/other_devices_lost "$lost" "==" 0 beats 10 "$control" "$WORK/bootguard.nft"
assert "the cloud's heartbeat passes now" beat cam1 $CLOUD_4 443
assert "the phone watches now" beat phone $CAM1_4 $TCP_PORT
refute "the stranger is not reached" beat cam1 $STRANGER_4 443

# Loaded under a running agent it goes by itself.
boot_load
wait_for 5 handed_over

# A port that cannot be enforced: it is not opened by the clock.
power_off
in_ns gw tc qdisc add dev lan2 ingress
boot_load
spawn agent gw "$BIN/camgated" --foreground --config "$CONF" --pin-dir "$PIN_DIR" \
	--socket "$CAMGATE_SOCKET" --state-dir "$CAMGATE_STATE_DIR"
wait_for 5 attached lan1
wait_for 30 grep -q "ready:" "$WORK/agent.err"
assert "it stays as long as a port is not enforced" held
assert "and status says so" jq -e '.attention | any(test("boot guard"))' <<<"$(cg_json status)"
in_ns gw tc qdisc del dev lan2 ingress
wait_for 8 handed_over

# No camera, no file: nothing is denied that is not known.
printf 'lan = { "br-lan" }\n' >"$CONF"
assert "reload without cameras" cg reload
refute "no file is left" test -e "$FILE"
config
assert "reload" cg reload
assert "the file is back" test -e "$FILE"
assert "detach" cg detach
refute "detach takes the file away" test -e "$FILE"
