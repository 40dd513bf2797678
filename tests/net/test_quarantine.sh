#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A hidden camera joins with a MAC of its own making and a static address, and streams by no known protocol: it is
# held, named, and little of it got out; with probation less, agent or not. Nobody else of the family is held.
. "$(dirname "$0")/lib.sh"
. "$NET/device.sh"

need_camgate
house_up

# hidden N: a device that says nothing; its MAC is new each time it is asked for
hidden_nr=0
hidden()
{
	hidden_nr=$((hidden_nr + 1))
	device "$1" "$(printf '06:ca:00:00:%02x:%02x' "$1" $hidden_nr)"
}

# stream N RATE: 1200-byte datagrams to the cloud, in bytes a second
stream()
{
	spawn "sink$1" cloud "$TOOLS/sink" -u "$((5600 + $1))" "$WORK/s$1.sink"
	wait_for 5 grep -q '^# ready' "$WORK/s$1.sink"
	spawn "push$1" "device$1" "$TOOLS/push" -u -s 1200 -r "$2" $CLOUD_4 "$((5600 + $1))"
}
stream_end()
{
	stop "push$1"
	stop "sink$1"
}
# got_out N: bytes with their IP and UDP heads; seconds N: from the first that came to the last
got_out() { awk '!/^#/ { n += 1200 + 28 } END { print n + 0 }' "$WORK/s$1.sink"; }
seconds() { awk '!/^#/ { if (!first) first = $1; last = $1 } END { printf "%.1f\n", (last - first) / 1e9 }' "$WORK/s$1.sink"; }
# quiet N: nothing came for two seconds
quiet()
{
	local was
	was=$(wc -l <"$WORK/s$1.sink")
	observe 2
	[[ $(wc -l <"$WORK/s$1.sink") -eq $was ]]
}

# ---- nobody is held: as much as there is gets out ----
config '' '' 'unknown { notify = yes }'
agent_start
hidden 1
stream 1 62500
wait_for 10 sunk s1 10
observe 12
stream_end 1
control=$(got_out 1)
assert_num "control: what a camera sends in 12 s without quarantine" "$control" '>' 500000
refute "and it is not held" held "$MAC"

# ---- held by the shape of what it sends ----
config '' '' 'unknown { quarantine = cameras }'
assert "quarantine" cg reload
hidden 1
started=$(now_ns)
stream 1 125000
wait_for 12 held "$MAC"
named=$(awk -v a="$started" -v b="$(now_ns)" 'BEGIN { printf "%.1f", (b - a) / 1e9 }')
wait_for 10 quiet 1
stream_end 1
took=$(seconds 1)
note "held after $named s"
cg >"$WORK/status" || [[ $? -eq 5 ]]
assert "camgate names it" grep -q "$MAC.* is held: .*camgate release $MAC" "$WORK/status"
assert "and says how much got out" grep -qE "[1-9][0-9]{4,} bytes went out before" "$WORK/status"
assert "what it tries is in blocked" \
	eval "cg blocked held-${MAC//:/} --json | jq -e '.blocked[] | select(.peer == \"$CLOUD_4\")'"
figure quarantine/hold_s "$took" '<=' 8 s 1 12 "$WORK/s1.sink"
# and at home it is reached as before
assert "at home it is reached" in_ns phone ping -c 1 -W 2 192.168.1.71

# ---- let go ----
assert "release" cg release "$MAC"
stream 1 125000
wait_for 10 sunk s1 200
stream_end 1
refute "it is not held again" held "$MAC"

# ---- probation: at three rates at once, the agent there and gone ----
config '' '' 'unknown { quarantine = cameras probation = yes }'
assert "probation" cg reload
most=0
for agent in alive killed; do
	for i in 1 2 3; do
		hidden $i
	done
	[[ $agent == alive ]] || agent_kill
	stream 1 62500
	stream 2 250000
	stream 3 1000000
	observe 12
	for i in 1 2 3; do
		stream_end $i
		out=$(got_out $i)
		assert_num "agent $agent: bytes of stream $i" "$out" '<=' 65536
		assert_num "agent $agent: some of stream $i" "$out" '>' 10000
		most=$((out > most ? out : most))
	done
done
figure quarantine/bytes_in_probation "$most" '<=' 65536 bytes 6 "$control" "$WORK/s3.sink"
agent_start
wait_for 5 held "$MAC"
assert "what was shut out while no agent was there is held by the next" held "$MAC"
