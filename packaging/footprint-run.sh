#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# footprint-run.sh: the part of footprint.sh that runs the agent: memory with 1, 16 and 512 cameras, maps, time until a packet is judged.
# shellcheck source=tests/bench/lib.sh
. "$(dirname "$0")/../tests/bench/lib.sh"

OUT=${CG_FOOTPRINT:-$BUILD/footprint.jsonl}
N=${CG_BENCH_ROUNDS:-5}
broken=0

line() { # NAME VALUE UNIT MORE
	printf '{"name":"%s","value":%s,"unit":"%s"%s}\n' "$1" "$2" "$3" "$4" | tee -a "$OUT"
}

# What of it is the packet path's memory, which is counted below, not twice.
mapped() {
	awk '/^[0-9a-f]+-/ { map = /bpf-map/ } map && /^Rss:/ { n += $2 } END { print n + 0 }' \
		"/proc/$AGENT/smaps"
}

# The limit is of the least; what a full build takes is the libraries of this machine, most of it.
memory() { # CAMERAS NAME
	local rss in_maps maps anon limit=
	config "$1" 20
	agent_start
	rss=$(awk '/^VmRSS/ { print $2 }' "/proc/$AGENT/status")
	anon=$(awk '/^RssAnon/ { print $2 }' "/proc/$AGENT/status")
	in_maps=$(mapped)
	maps=$({ cat "/proc/$AGENT"/fdinfo/* 2>/dev/null || true; } |
		awk '/^memlock/ { m = $2 } /^map_id/ { n[$2] = m } END { for (i in n) s += n[i]; printf "%d\n", s }')
	rss=$((rss - in_maps))
	if [[ $1 -eq 16 && $2 == minimal ]]; then
		limit=',"op":"<=","limit":4096'
		((rss <= 4096)) || { say "rss/$2@16 is $rss kB, above 4096"; broken=1; }
	fi
	line "rss/$2@$1" "$rss" kB ",\"anonymous\":$anon,\"in_maps\":$in_maps$limit"
	[[ $2 != agent ]] || line "maps/bytes@$1" "$maps" bytes ''
	agent_stop
}

gateway_up
for n in 1 16 512; do
	memory $n agent
done
if [[ -x $BUILD/minimal/camgated ]]; then
	full=$BUILD
	BUILD=$full/minimal
	for n in 1 16; do
		memory $n minimal
	done
	BUILD=$full
fi
config 16 20
daemon=("$BUILD/camgated" --foreground --log-level error --config "$CAMGATE_CONFIG"
	--pin-dir "$PIN_DIR" --socket "$CAMGATE_SOCKET" --state-dir "$CAMGATE_STATE_DIR")
for ((i = 0; i < N; i++)); do
	read -r ms pid < <("$TOOLS/judged" "$ID" drop "${daemon[@]}") || fail "the start was not judged"
	echo "$ms" >>"$WORK/start"
	STARTED+=("$pid")
	until gw "$BUILD/camgate" counters cam0 >/dev/null 2>&1; do
		sleep 0.02
	done
	kill -TERM "$pid"
	while kill -0 "$pid" 2>/dev/null; do
		sleep 0.01
	done
	gw "$BUILD/camgate" detach >/dev/null 2>&1
done
read -r ms spread < <(stat <"$WORK/start")
line start/ms "$ms" ms ",\"cameras\":16,\"n\":$N,\"spread_pct\":$spread"
[[ $broken -eq 0 ]] || exit 1
