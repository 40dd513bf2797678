#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A thousand reloads under traffic leak no denied packet, lose no allowed one and take no more memory; so does an agent killed in the middle of them.
. "$(dirname "$0")/lib.sh"

RELOADS=${CG_RELOADS:-$((SLOW > 1 ? 50 : 1000))}
KILLS=${CG_KILLS:-$((SLOW > 1 ? 4 : 40))}
RANDOM=${CG_TEST_SEED:-$$}	# bash draws from here

# variant N: what differs between any two of them; what the streams need is in each
variant()
{
	config "signs = none allow += { \"$CLOUD_4/32:5000/udp\", \"198.51.$1.0/24:$1/tcp\" }" \
		"signs = none lan_viewing = $([[ $(($1 % 2)) -eq 0 ]] && echo all || echo none)" "$2"
	[[ $(($1 % 3)) -ne 0 ]] || sed -i '/^camera "cam2"/,/^}/d' "$CONF"
	mv "$CONF" "$WORK/etc/variant$1"
}

# reloads N: one after the other, each another policy, ends with the first
reloads()
{
	# shellcheck disable=SC2016  # for the inner shell
	in_ns gw bash -c 'for ((i = 1; i <= $1; i++)); do
			cp -f "$2$((i == $1 ? 1 : 1 + i % 5))" "$3.new" && mv "$3.new" "$3" && "$4" reload >/dev/null || exit 1
		done' - "$1" "$WORK/etc/variant" "$CONF" "$BIN/camgate"
}

rss() { awk '/^VmRSS/ { print $2 }' "/proc/${PIDS[agent]}/status"; }

# What every map that the agent holds takes, and how many descriptors it has. Of the
# devices in the house one more may be heard at any time.
map_bytes()
{
	local devices
	devices=$(bpftool -j map show pinned "$PIN_DIR/cg_devices" | jq .id)
	{ cat "/proc/${PIDS[agent]}"/fdinfo/* 2>/dev/null || true; } |
		awk -v devices="$devices" '/^memlock/ { m = $2 } /^map_id/ && $2 != devices { n += m } END { printf "%d\n", n }'
}
descriptors() { find "/proc/${PIDS[agent]}/fd" -mindepth 1 | wc -l; }

# per_1000 PACKETS TIMES, rounded up: one is never none
per_1000() { echo $((($1 * 1000 + $2 - 1) / $2)); }

agent_again()
{
	spawn agent gw "$BIN/camgated" --foreground --config "$CONF" --pin-dir "$PIN_DIR" \
		--socket "$CAMGATE_SOCKET" --state-dir "$CAMGATE_STATE_DIR"
}

kill_now()
{
	kill -KILL "${PIDS[agent]}"
	wait "${PIDS[agent]}" 2>/dev/null || true
	unset "PIDS[agent]"
}

# take N: that variant is the config, from one moment to the next
take()
{
	cp -f "$WORK/etc/variant$1" "$CONF.new"
	mv "$CONF.new" "$CONF"
}

need_camgate
house_up
for n in 1 2 3 4 5; do
	variant $n ''
done
take 1
agent_start
pace allowed cam1 cloud $CLOUD_4 5000
wait_for 10 sunk allowed 50
# The denied stream is tried from the start; nothing of it may ever arrive.
pace denied cam1 stranger $STRANGER_4 5000

reloads $((RELOADS / 10))
rss_before=$(rss) maps_before=$(map_bytes) fds_before=$(descriptors)
from=$(now_ns) began=$SECONDS
assert "$RELOADS reloads" reloads "$RELOADS"
to=$(now_ns)
note "took $((SECONDS - began)) s"
observe 0.3
rss_after=$(rss) maps_after=$(map_bytes)
no_more_descriptors() { [[ $(descriptors) -le $fds_before ]]; }
wait_for 5 no_more_descriptors
assert_num "generation" "$(cg_json status | jq .generation)" ">" "$RELOADS"

# Killed wherever a reload, or the start after the last kill, happens to be.
kill_from=$(now_ns) inside=0
for ((i = 1; i <= KILLS; i++)); do
	take $((1 + i % 5))
	if [[ $((i % 4)) -ne 0 ]]; then
		wait_for 20 enforced
		in_ns gw "$BIN/camgate" reload >"$WORK/killed.out" 2>&1 &
		asked=$!
		sleep "$(printf '0.%03d' $((RANDOM % 30)))"
		kill_now
		wait $asked || inside=$((inside + 1))
	else
		sleep "0.$((RANDOM % 250 + 100))"
		kill_now
	fi
	agent_again
done
wait_for 20 enforced
kill_to=$(now_ns)
observe 0.3
note "$inside of $KILLS kills left a reload without an answer"
assert_num "kills in the middle of a reload" "$inside" ">=" 1
beat cam1 $CLOUD_4 443 >/dev/null || fail "the heartbeat is lost after the kills"

# The same measurement with faults planted: more cameras, a policy without the rule, then camgate off.
take 1
cg reload >/dev/null
maps_small=$(map_bytes)
awk 'BEGIN { for (c = 0; c < 200; c++)
	printf "camera \"more%d\" { id = \"more%d\" mac = { \"02:cb:00:00:00:%02x\" } allow = { \"10.0.0.0/8\" } }\n", c, c, c }' >>"$CONF"
cg reload >/dev/null
maps_control=$(($(map_bytes) - maps_small))
take 1
sed -i 's/:5000/:5999/' "$CONF"
lost_from=$(now_ns)
cg reload >/dev/null
observe 0.3
lost_to=$(now_ns)
passes_all

# lost FROM TO
lost() { echo $(($(sent allowed "$1" "$2") - $(received allowed "$1" "$2"))); }

leaked=$(received denied "$from" "$to") gone=$(lost "$from" "$to")
kill_leaked=$(received denied "$kill_from" "$kill_to") kill_gone=$(lost "$kill_from" "$kill_to")
leaked_control=$(received denied "$off_from" "$off_to") lost_control=$(lost "$lost_from" "$lost_to")
assert_num "denied packets tried under the reloads" "$(sent denied "$from" "$to")" ">" $((RELOADS / LAX))
assert_num "denied packets tried under the kills" "$(sent denied "$kill_from" "$kill_to")" ">" $((100 * KILLS / LAX / LAX))
figure reload/leaked_per_1000 "$(per_1000 "$leaked" "$RELOADS")" "==" 0 packets "$RELOADS" "$leaked_control" "$WORK/denied.sink"
figure reload/lost_per_1000 "$(per_1000 "$gone" "$RELOADS")" "==" 0 packets "$RELOADS" "$lost_control" "$WORK/allowed.sink"
figure kill/leaked_per_1000 "$(per_1000 "$kill_leaked" "$KILLS")" "==" 0 packets "$KILLS" "$leaked_control" "$WORK/denied.sink"
figure kill/lost_per_1000 "$(per_1000 "$kill_gone" "$KILLS")" "==" 0 packets "$KILLS" "$lost_control" "$WORK/allowed.sink"
figure reload/map_growth_bytes $((maps_after - maps_before)) "==" 0 bytes "$RELOADS" "$maps_control" "$WORK/agent.err"
figure reload/rss_growth_kb $((rss_after > rss_before ? rss_after - rss_before : 0)) "<=" 256 kB "$RELOADS" 0 "$WORK/agent.err"
fault state/reload-storm "$RELOADS reloads: $leaked denied packets got out, $gone allowed ones lost, memory $rss_before kB then $rss_after kB, maps $maps_before then $maps_after bytes" \
	$((leaked + gone + maps_after - maps_before))
fault state/killed-in-reload "$KILLS kills, $inside of them inside a reload: $kill_leaked denied packets got out, $kill_gone allowed ones lost" \
	$((kill_leaked + kill_gone))
