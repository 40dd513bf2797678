#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# kill -9 of the agent changes no verdict, and neither does its restart.
. "$(dirname "$0")/lib.sh"

need_camgate
house_up
# A stream to a rule for control would be stopped as viewing.
config "upload = { \"$CLOUD_4/32:5000/udp\" }" 'lan_viewing = none'
agent_start
cg open cam2 10m >/dev/null

yesno() { if "$@" >/dev/null 2>&1; then echo yes; else echo no; fi; }

# verdicts FILE: one line a way, passed or not
verdicts()
{
	{
		printf 'cam1-cloud4 %s\n' "$(yesno beat cam1 $CLOUD_4 443)"
		printf 'cam1-cloud6 %s\n' "$(yesno beat cam1 $CLOUD_6 443)"
		printf 'cam1-stranger4 %s\n' "$(yesno beat cam1 $STRANGER_4 443)"
		printf 'cam1-stranger6 %s\n' "$(yesno beat cam1 $STRANGER_6 443)"
		printf 'stranger-cam1-4 %s\n' "$(yesno beat stranger $WAN4 $TCP_PORT)"
		printf 'stranger-cam1-6 %s\n' "$(yesno beat stranger $CAM1_6 $TCP_PORT)"
		printf 'phone-cam1 %s\n' "$(yesno beat phone $CAM1_4 $TCP_PORT)"
		printf 'cam1-gw-ntp %s\n' "$(yesno beat_udp cam1 $LAN4 123)"
		printf 'cam2-stranger4 %s\n' "$(yesno beat cam2 $STRANGER_4 443)"
		printf 'stranger-cam2-6 %s\n' "$(yesno beat stranger $CAM2_6 $TCP_PORT)"
		printf 'phone-cam2 %s\n' "$(yesno beat phone $CAM2_4 $TCP_PORT)"
		printf 'phone-cloud %s\n' "$(yesno beat phone $CLOUD_4 443)"
	} >"$WORK/$1.verdicts"
}
changed() { diff "$WORK/$1.verdicts" "$WORK/$2.verdicts" | grep -c '^>' || true; }

verdicts before
cat "$WORK/before.verdicts"
assert_num "ways that pass before" "$(grep -c yes "$WORK/before.verdicts")" == 7
assert_num "ways that are stopped before" "$(grep -c no "$WORK/before.verdicts")" == 5

# Streams across both moments: one allowed, one denied.
stream_start allowed cam1 udp cloud $CLOUD_4 5000
spawn denied-sink stranger "$TOOLS/sink" -u 5000 "$WORK/denied.sink"
wait_for 5 listens stranger udp 5000
spawn denied-push cam1 "$TOOLS/push" -u -v "$VIDEO" -m "$WORK/denied.marks" $STRANGER_4 5000
observe 0.5
agent_kill
observe 0.5
verdicts dead
agent_start
# What it reads of the running policy is all of it, key by key and value by value.
assert_num "the new agent finds its policy in force" \
	"$(grep -c 'generation 2 applied .*, +0 -0 ~0)' "$WORK/agent.err")" == 1
observe 0.5
verdicts back
stop allowed-push
stop denied-push
observe 0.3
stop allowed-sink
stop denied-sink
sent=$(awk '$3 { n++ } END { print n + 0 }' "$WORK/allowed.marks")
got=$(awk '!/^#/ && !seen[$2]++ { n++ } END { print n + 0 }' "$WORK/allowed.sink")
leaked=$(grep -vc '^#' "$WORK/denied.sink" || true)
note "allowed: $sent sent, $got arrived; denied: $leaked arrived"
assert_num "denied packets tried" "$(wc -l <"$WORK/denied.marks")" ">" 500

assert "the opening of cam2 outlived both" beat cam2 $STRANGER_4 443
cg off 1m >/dev/null
verdicts off
cg on >/dev/null
cat "$WORK"/{before,dead,back,off}.verdicts >"$WORK/all.verdicts"
figure main/kill_verdict_changes \
	$(($(changed before dead) + $(changed before back) + sent - got + leaked)) \
	== 0 verdicts $((24 + sent)) "$(changed before off)" "$WORK/all.verdicts"
