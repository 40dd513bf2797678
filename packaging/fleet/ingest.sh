#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# ingest.sh: what homes publish, from the broker into the store, by mosquitto_sub and psql alone.
#
#   FLEET_SPOOL=DIR ingest.sh [OPTIONS OF mosquitto_sub]   such as -h broker --cafile ca.pem -u store -P ...
#
# psql connects as PGHOST, PGDATABASE and so on say. Messages are written to files of FLEET_SPOOL
# first and go from there into the store, so that a store that is away for a while, or restarted,
# costs nothing; a file is deleted when all of it is committed. The broker keeps what comes while
# this does not run: its client id (FLEET_ID, "fleet-store") has a session that lasts.
# FLEET_LINES (5000) a file; FLEET_WAIT (1) seconds between looks.
set -eu
spool=${FLEET_SPOOL:?the folder for messages on their way}
lines=${FLEET_LINES:-5000}
wait=${FLEET_WAIT:-1}
mkdir -p "$spool"

# Files are numbered; one that has a successor is complete.
last=$(find "$spool" -name '*.msg' | sort | tail -n 1)
last=${last##*/}
first=$(expr "${last%.msg}" + 1 2>/dev/null || echo 1)

pids=
end()
{
	trap - EXIT INT TERM
	# The subscriber first: what it has acknowledged is in the file then.
	# shellcheck disable=SC2086 # numbers
	[ -z "$pids" ] || kill $pids 2>/dev/null || :
	wait
}
trap end EXIT
trap 'exit 0' INT TERM

pipe=$spool/pipe
rm -f "$pipe"
mkfifo "$pipe"
# Not awk: those that read ahead hold back what has come.
writer()
{
	n=0
	while IFS= read -r message; do
		printf '%s\n' "$message" >>"$spool/$(printf %012d $((first + n / lines))).msg"
		n=$((n + 1))
	done
}
writer <"$pipe" &
writer=$!
# A line at a time: what stays in a buffer is acknowledged and could be lost.
stdbuf -oL mosquitto_sub -i "${FLEET_ID:-fleet-store}" -c -q 1 -t 'camgate/fleet/v1/+/event' \
	-t 'camgate/fleet/v1/+/reported' -F '%t %x' "$@" >"$pipe" &
pids=$!

# FILE FROM TO: those lines, in one transaction.
load()
{
	{
		echo 'BEGIN; COPY fleet.inbox (topic, payload) FROM STDIN;'
		# Nothing but these: a line of another shape could end the COPY.
		sed -n -E "$2,$3{s!^(camgate/fleet/v1/[a-z0-9_-]{1,31}/(event|reported)) ([0-9a-f]*)\$!\\1	\\3!p;}" "$1"
		printf '%s\n' '\.' 'SELECT fleet.take();' 'COMMIT;'
	} | psql -q -X -A -t -v ON_ERROR_STOP=1 >/dev/null
}

done=0
next()
{
	# Whole lines only; the last may be in the making.
	there=$(wc -l <"$1")
	if [ "$there" -gt "$done" ]; then
		load "$1" $((done + 1)) "$there" || return 1
		done=$there
	fi
}
while :; do
	files=$(find "$spool" -name '*.msg' | sort)
	n=$(printf '%s\n' "$files" | grep -c . || :)
	for file in $files; do
		n=$((n - 1))
		next "$file" || break
		# It has a successor: nothing is added to it any more.
		[ "$n" -gt 0 ] || break
		next "$file" || break
		rm -f "$file"
		done=0
	done
	kill -0 "$pids" 2>/dev/null || {
		wait "$pids" && exit 0
		echo "ingest: mosquitto_sub has ended" >&2
		exit 1
	}
	kill -0 "$writer" 2>/dev/null || exit 1
	sleep "$wait"
done
