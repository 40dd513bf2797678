#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# fleet.sh: what a fleet's homes send, and what the store needs to take it and to answer strangers.sql, at 50 and 5,000 homes.
# shellcheck source=tests/fleet/lib.sh
. "$(dirname "$0")/../fleet/lib.sh"
DAYS=7 ROUNDS=${CG_BENCH_ROUNDS:-9}

# record NAME VALUE UNIT [SPREAD [BASELINE RATIO]]
record()
{
	jq -cn --arg name "$1" --argjson value "$2" --arg unit "$3" --argjson spread "${4:-0}" --arg base "${5:-$1}" \
		--argjson ratio "${6:-1}" '{name:$name,value:$value,unit:$unit,baseline:$base,ratio:$ratio,spread_pct:$spread}'
}
now_ms() { awk '{ printf "%.0f\n", $1 * 1000 }' /proc/uptime; }

find_tools
[[ -x $WORLD ]] || cannot "the world is not built: make tests-fleet"
store_up
key_make
query_ms() # by the server's own clock; median and spread in percent
{
	local i
	for ((i = 0; i < ROUNDS; i++)); do
		{ echo '\timing on'; cat "$PACK/strangers.sql"; } | psql -X -A -t -q | awk '$1 == "Time:" { t += $2 } END { print t }'
	done | sort -n | awk '{ v[NR] = $1 } END { m = v[int((NR + 1) / 2)]; lo = v[int((NR + 3) / 4)]; hi = v[int((3 * NR + 3) / 4)]
		printf "%.2f %.1f\n", m, m ? 100 * (hi - lo) / m : 0 }'
}
for homes in 50 5000; do
	psql -X -q -c 'TRUNCATE fleet.event, fleet.seen'
	"$WORLD" events $homes $DAYS "$RUN/key" >"$RUN/events"
	if [[ $homes -eq 50 ]]; then
		# Topic and payload, and MQTT's own seven bytes around them, PUBACK's four.
		record fleet/bytes_per_home_day "$(awk -v d=$((homes * DAYS)) '{ n += length($1) + length($2) / 2 + 11 } END { printf "%.0f\n", n / d }' "$RUN/events")" bytes
		record fleet/events_per_home_day "$(awk -v d=$((homes * DAYS)) 'END { printf "%.1f\n", NR / d }' "$RUN/events")" events
	fi
	began=$(now_ms)
	split -l 5000 "$RUN/events" "$RUN/part."
	for part in "$RUN"/part.*; do
		{ echo 'BEGIN; COPY fleet.inbox (topic, payload) FROM STDIN;'; tr ' ' '\t' <"$part"; printf '%s\n' '\.' 'SELECT fleet.take(); COMMIT;'; } |
			psql -q -X -A -t -v ON_ERROR_STOP=1 >/dev/null
	done
	took=$(($(now_ms) - began))
	rm -f "$RUN"/part.*
	psql -X -q -c 'VACUUM ANALYZE fleet.event, fleet.seen'
	read -r ms spread < <(query_ms)
	base=${base:-$ms}
	record "fleet/query_ms@$homes" "$ms" ms "$spread" fleet/query_ms@50 "$(awk -v a="$ms" -v b="$base" 'BEGIN { printf "%.3f\n", a / b }')"
	record "fleet/take_events_per_s@$homes" "$(awk -v ms=$took 'END { printf "%.0f\n", 1000 * NR / ms }' "$RUN/events")" events/s
	record "fleet/store_bytes_per_event@$homes" "$(psql -X -A -t -c "SELECT round((pg_total_relation_size('fleet.event') + pg_total_relation_size('fleet.seen'))::numeric / count(*)) FROM fleet.event")" bytes
done
