#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The agent with camgate.ko: counters from it agree with the map's, its guard is in force, and both outlive its coming and going.
. "$(dirname "$0")/lib.sh"

KO=${CG_KO:-$BUILD/kmod/$(uname -r | cut -d. -f1,2)/camgate.ko}

by() { cg_json status | jq -e --arg by "$1" '.guard.by == $by'; }

source_is() { cg_json counters | jq -e --arg s "$1" '.source == $s'; }

agree() { cg_json counters | jq -e '[.cams[] | select(.differs)] == []'; }

unmarked() { cg_json status | jq '.guard.unmarked'; }

need_camgate
need insmod rmmod
[[ -e $KO ]] || skip "camgate.ko is not built for this kernel"
[[ ! -e /sys/module/camgate ]] || skip "camgate.ko is loaded: it is somebody else's"
insmod "$KO" || skip "this kernel takes no module"
unload() { [[ ! -e /sys/module/camgate ]] || rmmod camgate; }
ENDS+=(unload)
house_up
# What is sent under reloads is no talk: no sign shall stop it.
config "signs = none" "signs = none allow = { \"$CLOUD_4/32:443\" }" 'guard = drop'
agent_start
assert "counters come from the module" source_is module
wait_for 5 by module
refute "no table of nftables" in_ns gw nft list table netdev camgate_guard
assert "the heartbeat passes" beat cam1 $CLOUD_4 443 -n 50 -i 2
assert "IPv6 too" beat cam1 $CLOUD_6 443 -n 50 -i 2
refute "the stranger is not reached" beat cam1 $STRANGER_4 443
assert "module and map agree" agree
assert_num "no packet lacked the mark" "$(unmarked)" "==" 0
agent_kill
tear lan1
refute "filters gone: the guard holds" beat cam1 $CLOUD_4 443
refute "filters gone: the guard holds" beat cam1 $STRANGER_4 443
agent_start
wait_for 5 by module
assert_num "the guard has counted them" "$(unmarked)" ">" 0
assert "healed" beat cam1 $CLOUD_4 443
assert "reload" cg reload
assert "the heartbeat passes" beat cam1 $CLOUD_4 443

# Applies: it stays in force, and looks for nothing that the filters do not mark.
# Each of one flow: a camera with many would come to its quota.
spawn load1 cam1 "$TOOLS/push" -u -s 200 -r $((200000 / LAX)) $CLOUD_4 443
spawn load2 cam2 "$TOOLS/push" -u -s 200 -r $((200000 / LAX)) $CLOUD_4 443
before=$(unmarked)
cp "$CONF" "$WORK/both.conf"
# Each takes seconds in emulation.
reloads=$((SLOW > 1 ? 6 : 10))
for ((i = 1; i <= reloads; i++)); do
	if [[ $((i % 2)) -eq 1 ]]; then
		sed -i "/^camera \"cam2\"/,/^}/d" "$CONF"
	else
		cp "$WORK/both.conf" "$CONF"
	fi
	assert "reload $i under the guard" cg reload
	assert "by the module" by module
	[[ $i -ne 5 ]] || agent_kill
	[[ $i -ne 5 ]] || agent_start
done
stop load1
stop load2
assert_num "no packet lacked the mark through $reloads reloads" "$(unmarked)" "==" "$before"

# Counters without the agent come from the module, with the map's figures; public=0 lets root only.
agent_kill
cg counters --json >"$WORK/dead.json"
assert "counters with the agent dead come from the module" jq -e '.direct and .source == "module"' "$WORK/dead.json"
agent_start
wait_for 5 by module
assert "and agree" agree

# It goes: nftables takes over; it comes: the agent sees.
rmmod camgate
wait_for 10 by nftables
assert "counters come from the map" source_is map
assert "the heartbeat passes" beat cam1 $CLOUD_4 443
insmod "$KO"
wait_for 20 by module
assert "counters come from the module again" source_is module
assert "module and map agree" agree
refute "no table of nftables" in_ns gw nft list table netdev camgate_guard
sed -i 's/^guard = drop/guard = drop\nmodule = no/' "$CONF"
assert "reload: module = no" cg reload
wait_for 5 by nftables
assert "counters come from the map" source_is map
assert "the heartbeat passes" beat cam1 $CLOUD_4 443
sed -i '/^module = no/d' "$CONF"
assert "reload: module again" cg reload
wait_for 5 by module
assert "detach" cg detach
assert "after detach the camera is free" beat cam1 $STRANGER_4 443
