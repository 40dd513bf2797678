#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# `metrics` says what the packet path counted, in both forms that Prometheus' own tool takes, and nobody's address.
. "$(dirname "$0")/lib.sh"

need_camgate
peer promtool prometheus || skip "no promtool (tests/peers.sh)"
promtool=("${PEER[@]}")
house_up
config
agent_start
cg open cam2 10m >/dev/null
beat cam1 $CLOUD_4 443
beat cam1 $STRANGER_4 $TCP_PORT || true

metrics() { cg metrics >"$WORK/metrics.om"; }
# value METRIC [LABEL="VALUE"...]: of the samples of that name with those labels, summed
value()
{
	local name=$1 at=$WORK/metrics.om
	shift
	awk -v name="$name" -v labels="$*" '
		BEGIN { n = split(labels, want, " ") }
		{ split($0, part, /[{ ]/) }
		part[1] == name { for (i = 1; i <= n; i++) if (!index($0, want[i])) next
			sum += $NF; found = 1 }
		END { print found ? sum : "none" }' "$at"
}
# What OpenMetrics' own parser says of FILE; it wants a time with each sample.
parse_open()
{
	rm -rf "$WORK/blocks"
	awk -v now="$(date +%s)" '/^#/ { print; next } { print $0, now }' "$1" >"$WORK/timed.om"
	"${promtool[@]}" tsdb create-blocks-from openmetrics -q "$WORK/timed.om" "$WORK/blocks"
}
parse_classic() { "${promtool[@]}" check metrics <"$1"; }
# problems FILE.om FILE.prom: how many lines both complain with
problems()
{
	{ parse_open "$1" || echo refused; parse_classic "$2" || echo refused; } >"$WORK/problems" 2>&1
	grep -cv '^$' "$WORK/problems" || true
}

assert "metrics" metrics
cg metrics --textfile "$WORK/camgate.prom"
counted() { cg_json counters | jq --arg v "$1" '[.cams[] | select(.id == "cam1").counts[] | select(.verdict == $v).packets] | add // 0'; }
# Of a moment in which nothing was counted: connections end in their own time.
same()
{
	local before

	before=$(counted "$1")
	metrics
	[[ $before == "$(counted "$1")" && $(value camgate_camera_packets_total 'camera="cam1"' "verdict=\"$1\"") == "$before" ]]
}
for v in pass drop; do
	assert_num "$v: there is something to count" "$(counted $v)" ">" 0
	assert "$v: as counters says" wait_for 20 same $v
done
assert_num "the agent is there" "$(value camgate_up)" == 1
assert_num "enforced" "$(value camgate_enforcement 'camgate_enforcement="full"')" == 1
assert_num "and in one state only" "$(value camgate_enforcement)" == 1
assert_num "cam2 is open" "$(value camgate_camera_exposure 'camera="cam2"' 'camgate_camera_exposure="open"')" == 1
assert_num "cam1 is not" "$(value camgate_camera_exposure 'camera="cam1"' 'camgate_camera_exposure="open"')" == 0
until=$(value camgate_camera_open_until_timestamp_seconds 'camera="cam2"')
assert_num "until when" "$until" ">" "$(date +%s)"
assert_num "no time where nothing is open" "$(value camgate_camera_open_until_timestamp_seconds 'camera="cam1"')" == 0
# Somebody watches: that is a number here, and an address in `sessions`.
stream_start live cam2 udp stranger $STRANGER_4 6000
watching() { metrics && [[ $(value camgate_camera_watching_sessions 'camera="cam2"') -ge 1 ]]; }
wait_for 10 watching
assert "sessions has the viewer's address" grep -qF "$STRANGER_4" <(cg sessions)
addresses() { grep -oE '[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+|[0-9a-f]*:[0-9a-f]*:[0-9a-f:]+' "$1"; }
cg sessions >"$WORK/sessions.txt"
assert "an address would be found" addresses "$WORK/sessions.txt"
refute "metrics has no address" addresses "$WORK/metrics.om"
stream_stop live

cg metrics --textfile "$WORK/camgate.prom"
refute "a textfile is of the other form" grep -q '^# EOF\|^# UNIT\|stateset' "$WORK/camgate.prom"
assert "of the same samples" diff <(grep -v '^#' "$WORK/metrics.om" | cut -d'{' -f1 | sort -u) <(grep -v '^#' "$WORK/camgate.prom" | cut -d'{' -f1 | sort -u)
errors=$(problems "$WORK/metrics.om" "$WORK/camgate.prom")
cp "$WORK/problems" "$WORK/problems.none"
# What the tool would say: a name twice, an unfinished label, no end; a counter without its ending.
sed 's/^# EOF$//; s/^camgate_up /camgate_up{a="b /' "$WORK/metrics.om" >"$WORK/bad.om"
sed 's/camgate_lost_events_total/camgate_lost_events/; /^# HELP camgate_up/d' "$WORK/camgate.prom" >"$WORK/bad.prom"
figure metrics/promtool_errors "$errors" == 0 lines "$(grep -vc '^#' "$WORK/metrics.om")" \
	"$(problems "$WORK/bad.om" "$WORK/bad.prom")" "$WORK/metrics.om"

# Each name that the dashboard asks for is told.
dashboard=$ROOT/packaging/metrics/grafana-camgate.json
jq -r '.. | .expr? // empty' "$dashboard" | grep -oE 'camgate_[a-z_]+' | grep -vE '^camgate_(enforcement|camera_exposure)$' | sort -u >"$WORK/asked"
assert_num "the dashboard asks for figures" "$(wc -l <"$WORK/asked")" ">=" 8
grep -oE '^camgate_[a-z_]+' "$WORK/camgate.prom" | sort -u >"$WORK/told"
unknown=$(comm -23 "$WORK/asked" "$WORK/told" | tr '\n' ' ')
[[ -z $unknown ]] || fail "the dashboard asks for what is not told: $unknown"

# A camera may be called anything.
cat >>"$CONF" <<-'END'
	camera "a \"quoted\" \\ name" {
		id = "odd"
		mac = { "02:ca:00:00:00:77" }
	}
END
cg reload >/dev/null || [[ $? -eq 5 ]]
assert "metrics" metrics
assert "a name with quotes is told" grep -qF 'name="a \"quoted\" \\ name"' "$WORK/metrics.om"
assert "and is read" parse_open "$WORK/metrics.om"

# Nobody there: that is told, in place of what was.
agent_kill
assert_code "without the agent" 3 cg metrics --textfile "$WORK/camgate.prom"
assert "a file that says so" grep -qx 'camgate_up 0' "$WORK/camgate.prom"
refute "and has nothing of before" grep -q camgate_camera "$WORK/camgate.prom"
assert_code "a file that cannot be written" 1 cg metrics --textfile "$WORK/none/camgate.prom"
