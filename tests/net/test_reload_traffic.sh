#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Reloads of 500 cameras with 20 rules each lose no allowed packet and leak no denied one.
. "$(dirname "$0")/lib.sh"

need_camgate
house_up

# big ROUND [ALLOW]: 500 more cameras; each round has other rules, so no reload is a no-op
big()
{
	# What is sent under reloads is no talk: no sign shall stop it.
	config "signs = none ${2-allow += { \"$CLOUD_4/32:5000-5010/udp\" \}}" "deny = { \"$STRANGER_4/32\" }"
	awk -v round="$1" 'BEGIN {
		for (c = 3; c <= 502; c++) {
			printf "camera \"cam%d\" {\n\tid = \"cam%d\"\n", c, c
			printf "\tmac = { \"02:cb:00:00:%02x:%02x\" }\n\tallow = {", int(c / 256), c % 256
			for (r = 1; r <= 20; r++)
				printf "%s\n\t\t\"%d.%d.%d.0/24:%d/tcp\"", (r > 1 ? "," : ""),
					100 + r, c % 250, round, 1000 + c
			print "\n\t}\n}"
		}
	}' >>"$CONF"
}

big 1
agent_start
assert_num "cameras loaded" "$(cg_json status | jq '.cams | length')" == 502
stream_start allowed cam1 udp cloud $CLOUD_4 5000
# The denied stream is tried from the start; nothing of it may ever arrive.
spawn denied-sink stranger "$TOOLS/sink" -u 5000 "$WORK/denied.sink"
wait_for 5 listens stranger udp 5000
spawn denied-push cam1 "$TOOLS/push" -u -v "$VIDEO" -m "$WORK/denied.marks" $STRANGER_4 5000

from=$(now_ns)
for i in {2..11}; do
	big "$i"
	timed "reload$i" "$BIN/camgate" reload
	note "reload took $TOOK ms: $(head -n 1 "$WORK/reload$i.out")"
	beat cam1 $CLOUD_4 443 >/dev/null || fail "the heartbeat is lost after reload $i"
done
observe 0.5
to=$(now_ns)

# The same measurement with faults planted: a policy without the rule, then camgate off.
big 12 ""
lost_from=$(now_ns)
cg reload >/dev/null
observe 0.5
lost_to=$(now_ns)
big 13
cg reload >/dev/null
off_from=$(now_ns)
cg off 1m >/dev/null
observe 0.5
off_to=$(now_ns)
cg on >/dev/null
observe 0.3
stop allowed-push
stop denied-push
observe 0.3
stop allowed-sink
stop denied-sink

n=$(sent allowed "$from" "$to")
tried=$(sent denied "$from" "$to")
assert_num "allowed packets sent during the reloads" "$n" ">" 500
assert_num "denied packets tried during the reloads" "$tried" ">" 500
lost=$((n - $(received allowed "$from" "$to")))
leaked=$(received denied "$from" "$to")
lost_control=$(($(sent allowed "$lost_from" "$lost_to") - $(received allowed "$lost_from" "$lost_to")))
leaked_control=$(received denied "$off_from" "$off_to")
figure main/reload_lost_allowed "$lost" == 0 packets "$n" "$lost_control" "$WORK/allowed.sink"
figure main/reload_leaked_denied "$leaked" == 0 packets "$tried" "$leaked_control" "$WORK/denied.sink"
