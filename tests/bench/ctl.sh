#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# ctl.sh: from a command, or the agent's start, to the first packet judged by it; memory by cameras.
# shellcheck source=tests/bench/lib.sh
. "$(dirname "$0")/lib.sh"

N=${CG_BENCH_ROUNDS:-9}
CLI=$BUILD/camgate

# judged pass|drop COMMAND...: ms in $MS, the pid in $PID
judged() { read -r MS PID < <("$TOOLS/judged" "$ID" "$@") || fail "$*: was not judged"; }

daemon()
{
	DAEMON=("$BUILD/camgated" --foreground --log-level error --config "$CAMGATE_CONFIG"
		--pin-dir "$PIN_DIR" --socket "$CAMGATE_SOCKET" --state-dir "$CAMGATE_STATE_DIR")
}

print() # NAME FILE UNIT BASELINE
{
	local value spread base
	read -r value spread < <(stat <"$WORK/$2")
	read -r base _ < <(stat <"$WORK/${4:-$2}")
	record "$1" "$value" "$3" "${5:-$1}" "$base" "$spread"
}

now_ms() { awk '{ printf "%.3f\n", $1 * 1000 }' /proc/uptime; }

# end PID: not our child, so its end is waited for by looking
end()
{
	kill "-${2:-TERM}" "$1"
	while kill -0 "$1" 2>/dev/null; do
		sleep 0.01
	done
}

answers() { gw "$CLI" counters cam0 >/dev/null 2>&1; }

start_times() # CAMERAS RULES NAME
{
	local i
	config "$1" "$2"
	for ((i = 0; i < N; i++)); do
		judged drop "${DAEMON[@]}"
		echo "$MS" >>"$WORK/start$3"
		STARTED+=("$PID")
		until answers; do
			sleep 0.02
		done
		end "$PID" KILL
		# Its filters judge on: how long until it can be asked again?
		"$TOOLS/answered" "$CAMGATE_SOCKET" "$ID" "${DAEMON[@]}" >"$WORK/pid"
		read -r MS PID <"$WORK/pid"
		echo "$MS" >>"$WORK/takeover$3"
		STARTED+=("$PID")
		end "$PID"
		gw "$CLI" detach >/dev/null 2>&1
		# All of a camera's packets wait for the programs that judge them.
		sed -i 's/id = "cam0" exposure = closed/id = "cam0" exposure = open/' "$CAMGATE_CONFIG"
		judged again "${DAEMON[@]}"
		echo "$MS" >>"$WORK/allowed$3"
		STARTED+=("$PID")
		end "$PID"
		gw "$CLI" detach >/dev/null 2>&1
		config "$1" "$2"
	done
	print "ctl/start-allowed$3" "allowed$3" ms "start$3" "ctl/start$3"
	print "ctl/start$3" "start$3" ms
	print "ctl/start-takeover$3" "takeover$3" ms "start$3" "ctl/start$3"
}

memory() # CAMERAS RULES
{
	local rss maps
	config "$1" "$2"
	agent_start
	rss=$(awk '/^VmRSS/ { print $2 }' "/proc/$AGENT/status")
	maps=$(for m in "$PIN_DIR"/*; do
		{ bpftool -j map show pinned "$m" 2>/dev/null || true; } |
			jq ".bytes_memlock // 0" 2>/dev/null || true
	done | awk '{ s += $1 } END { print s / 1024 }')
	record "mem/rss@${1}x$2" "$rss" kB mem/rss@1x1 "${RSS:=$rss}" 0
	record "mem/maps@${1}x$2" "$maps" kB mem/maps@1x1 "${MAPS:=$maps}" 0
	agent_stop
}

gateway_up
daemon
config 512 20
agent_start
for ((i = 0; i < N; i++)); do
	judged pass "$CLI" open cam0 10m
	echo "$MS" >>"$WORK/open"
	sleep 0.05
	judged drop "$CLI" close cam0
	echo "$MS" >>"$WORK/close"
	sleep 0.05
done
for ((i = 0; i < N; i++)); do
	# Each camera's policy is another than before.
	sed -i "s/:[0-9]*\/tcp/:$((444 + i))\/tcp/g" "$CAMGATE_CONFIG"
	"$TOOLS/answered" - "$ID" "$CLI" reload >"$WORK/pid"
	read -r MS _ <"$WORK/pid"
	echo "$MS" >>"$WORK/reload"
done
# What was closed by hand outlives the agent.
gw "$CLI" auto all >/dev/null
agent_stop
print ctl/open open ms
print ctl/close close ms
print ctl/reload-512x20 reload ms
start_times 512 20 ''
start_times 1 1 @1x1
memory 1 1
memory 16 20
memory 512 20
memory 4096 100
