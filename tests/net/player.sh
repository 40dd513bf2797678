#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Watches an RTSP stream for some seconds with ffmpeg and prints how many frames it decoded.
#
# player.sh [-u] [-t SECONDS] URL     (-u: RTP over UDP)
# Prints a number, 0 where nothing could be watched, and always ends in time.
set -euo pipefail

transport=tcp
seconds=5
while getopts ut: c; do
	case $c in
	u) transport=udp ;;
	t) seconds=$OPTARG ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
[[ $# -eq 1 ]] || { echo "usage: player.sh [-u] [-t SECONDS] URL" >&2; exit 2; }

progress=$(mktemp)
trap 'rm -f "$progress"' EXIT
# INT makes ffmpeg finish and tell the last count; KILL two seconds later if it does not.
timeout -s INT -k 2 "$seconds" ffmpeg -nostdin -hide_banner -loglevel error \
	-rtsp_transport "$transport" -timeout $((seconds * 1000000)) \
	-fflags nobuffer -analyzeduration 200000 -i "$1" -an \
	-stats_period 0.2 -progress "file:$progress" -f null - >&2 </dev/null || true
awk -F= '$1 == "frame" { n = $2 } END { print n + 0 }' "$progress"
