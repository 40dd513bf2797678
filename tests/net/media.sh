#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Pictures in the house: RTSP cameras, players, pushed streams, captures, leaks.
# shellcheck disable=SC2034

VIDEO=$BUILD/net/stream.h264

# rtsp_start CAM: its RTSP server; what it sends is noted in $WORK/CAM.frames
rtsp_start()
{
	need ffmpeg
	spawn "$1-rtsp" "$1" "$TOOLS/rtspcam" -p "$RTSP_PORT" -f "$WORK/$1.frames"
	wait_for 20 grep -q ready "$WORK/$1-rtsp.out"
	wait_for 5 listens "$1" tcp "$RTSP_PORT"
}

url()
{
	if [[ $1 == *:* ]]; then
		printf 'rtsp://[%s]:%s/live\n' "$1" "${2:-$RTSP_PORT}"
	else
		printf 'rtsp://%s:%s/live\n' "$1" "${2:-$RTSP_PORT}"
	fi
}

# frames NS SECONDS ADDRESS [-u] [PORT]: decoded from there in that time
frames()
{
	local ns=$1 seconds=$2 host=$3 flag=()
	shift 3
	if [[ ${1:-} == -u ]]; then
		flag=(-u)
		shift
	fi
	in_ns "$ns" "$NET/player.sh" "${flag[@]}" -t $((SLOW > 1 ? 3 * seconds : seconds)) "$(url "$host" "${1:-}")" \
		2>>"$WORK/player.err"
}

# A real H.264 stream to push, made once.
video()
{
	need ffmpeg
	[[ -s $VIDEO ]] && return 0
	ffmpeg -nostdin -loglevel error -f lavfi -i testsrc=size=640x360:rate=25 -t 8 \
		-c:v libx264 -preset ultrafast -b:v 3M -f h264 -y "$VIDEO.$$" </dev/null
	mv "$VIDEO.$$" "$VIDEO"
}

# capture_start NAME NS INTERFACE: log in $WORK/NAME.cap
capture_start()
{
	spawn "cap-$1" "$2" "$TOOLS/capture" "$3" "$WORK/$1.cap"
	wait_for 5 grep -q '^# ready' "$WORK/$1.cap"
}

capture_stop()
{
	stop "cap-$1"
	grep -q '^# end .* lost 0$' "$WORK/$1.cap" || fail "capture $1 is not whole: $(tail -n 1 "$WORK/$1.cap")"
}

# stream_start NAME CAM udp|tcp NS ADDRESS PORT: CAM pushes to NS; returns when frames arrive
stream_start()
{
	local name=$1 cam=$2 ns=$4 flag=()
	[[ $3 == tcp ]] || flag=(-u)
	video
	spawn "$name-sink" "$ns" "$TOOLS/sink" "${flag[@]}" "$6" "$WORK/$name.sink"
	wait_for 5 listens "$ns" "$3" "$6"
	spawn "$name-push" "$cam" "$TOOLS/push" "${flag[@]}" -v "$VIDEO" -m "$WORK/$name.marks" "$5" "$6"
	wait_for 10 sunk "$name" 50
}

# sunk NAME N: at least N frames have arrived
sunk() { [[ $(grep -vc '^#' "$WORK/$1.sink" || true) -ge $2 ]]; }

# pace NAME CAM NS ADDRESS PORT: a thousand numbered packets a second, UDP, whether they arrive or not
pace()
{
	spawn "$1-sink" "$3" "$TOOLS/sink" -u "$5" "$WORK/$1.sink"
	wait_for 5 listens "$3" udp "$5"
	spawn "$1-push" "$2" "$TOOLS/push" -u -s 200 -r $((200000 / LAX)) -m "$WORK/$1.marks" "$4" "$5"
}

# received NAME [FROM_NS TO_NS]: different frames that arrived, by the time they were sent
received()
{
	awk -v a="${2:-0}" -v b="${3:-9e18}" '!/^#/ && $3 >= a && $3 <= b && !seen[$2]++ { n++ }
		END { print n + 0 }' "$WORK/$1.sink"
}

# sent NAME [FROM_NS TO_NS]: those that its camera had sent
sent() { awk -v a="${2:-0}" -v b="${3:-9e18}" '$3 && $2 >= a && $2 <= b { n++ } END { print n + 0 }' "$WORK/$1.marks"; }

# passes_all: for a moment everything does, the control of what must not; then the streams end.
# off_from and off_to are when.
passes_all()
{
	off_from=$(now_ns)
	cg off 1m >/dev/null
	observe 0.3
	off_to=$(now_ns)
	cg on >/dev/null
	stop allowed-push
	stop denied-push
	observe 0.3
	stop allowed-sink
	stop denied-sink
}

# denied_tap: counts on the internet's side what a camera sends to the stranger; outside says how much.
denied_tap()
{
	in_ns inet nft -f - <<-END
	table netdev tap {
		counter denied { }
		chain in {
			type filter hook ingress device "isp0" priority 0; policy accept;
			ip daddr $STRANGER_4 udp dport 6000 counter name denied
		}
	}
	END
}

outside() { in_ns inet nft -j list counter netdev tap denied | jq '.nftables[] | .counter? // empty | .packets'; }

stream_stop()
{
	stop "$1-push"
	stop "$1-sink"
}

# timed NAME COMMAND...: in the gateway; sets T0, T1 (ns), TOOK (ms); log in $WORK/NAME.time
timed()
{
	local name=$1 status
	shift
	in_ns gw "$TOOLS/nowns" -o "$WORK/$name.time" "$@" >"$WORK/$name.out" 2>&1 || true
	read -r T0 T1 TOOK status <"$WORK/$name.time"
	[[ $status -eq 0 ]] || fail "\`$*' ended with $status: $(tail -n 3 "$WORK/$name.out")"
}

# leak CAPTURE T0 [leak options]: sets BEFORE, AFTER (payload bytes) and LAST (ns)
leak()
{
	local cap=$1 t0=$2 lost
	shift 2
	read -r _ BEFORE _ AFTER _ _ _ LAST _ lost < <("$TOOLS/leak" -T "$t0" "$@" "$WORK/$cap.cap")
	[[ $lost -eq 0 ]] || fail "capture $cap lost $lost packets"
	# The log can be recomputed from by itself.
	printf "# leak -T %s %s: before %s after %s last %s\n" "$t0" "$*" "$BEFORE" "$AFTER" "$LAST" \
		>>"$WORK/$cap.cap"
}
