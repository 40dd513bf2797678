#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What every house test stands on: names, processes, waiting, asserting, figures, cleaning up.
#
# A test sources this file first. It then has its own work dir $WORK (below
# build/net/), names made of a hash of test name and pid, and a trap that takes
# everything down again and fails the test where something is left.
# All times are CLOCK_MONOTONIC ns (tools/clock.h).
# shellcheck disable=SC2034  # the variables set here are used by the tests

set -Eeuo pipefail

TEST=$(basename "$0" .sh)
TEST=${TEST#test_}
NET=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$NET/../.." && pwd)
BUILD=${CG_BUILD:-$ROOT/build}
BIN=${CG_BIN:-$BUILD}
TOOLS=$BUILD/tests/net
WORK=$BUILD/net/$TEST
FIGURES=${CG_FIGURES:-$BUILD/figures.jsonl}
HASH=$(printf '%s:%s' "$TEST" $$ | sha1sum)
ID=cg${HASH:0:6}
# Socket paths are short, and bpffs must not lie where `rm -r build` finds it.
RUN=/run/camgate-test-$ID
SLOW=$([[ -n ${CG_SLOW:-} ]] && echo 5 || echo 1)	# a virtual machine without KVM waits longer
# What is promised in milliseconds is multiplied there, and the figure says so.
LAX=$((SLOW > 1 ? 10 : 1))
LEAK_MS=$((70 * LAX))		# from exec of `close` on nothing may leave

declare -A PIDS=()		# name -> pid of what spawn started
REASON=
declare -a SPACES=()		# namespaces made, without the prefix
declare -a ENDS=()		# functions that a test wants called when it ends, however it does
declare -A PROGS=()		# BPF program ids seen in the gateway

# ---- words ----

# On a slow machine with the second of the test at which it is said.
note()
{
	local at=
	((SLOW == 1)) || at="[$SECONDS s] "
	[[ -n ${QUIET:-} ]] || printf '  %s\n' "$at$*"
}

fail()
{
	trap - ERR
	REASON=$*
	printf 'FAIL %s: %s\n' "$TEST" "$*" >&2
	exit 1
}

skip()
{
	trap - ERR
	printf 'skip %s: %s\n' "$TEST" "$*"
	exit 77
}

# need COMMAND...: skips where one is missing
need()
{
	local c
	for c in "$@"; do
		command -v "$c" >/dev/null || skip "no $c on this machine"
	done
}

# peer NAME PACKAGE: PEER is how to start a service that is installed, or that tests/peers.sh has laid out
peer()
{
	local at=$BUILD/peers/$2 command libs
	PEER=("$1")
	if ! command -v "$1" >/dev/null; then
		command=$(find "$at/usr/sbin" "$at/usr/bin" -name "$1" -print -quit 2>/dev/null) || true
		[[ -n $command ]] || return 1
		libs=$(find "$at/usr/lib" -name '*.so.*' -print -quit 2>/dev/null) || true
		PEER=(${libs:+env "LD_LIBRARY_PATH=${libs%/*}"} "$command")
	fi
}

# compare A OP B, decimals too
compare()
{
	awk -v a="$1" -v op="$2" -v b="$3" 'BEGIN {
		a += 0; b += 0
		if (op == "==") exit !(a == b)
		if (op == "!=") exit !(a != b)
		if (op == "<=") exit !(a <= b)
		if (op == ">=") exit !(a >= b)
		if (op == "<") exit !(a < b)
		if (op == ">") exit !(a > b)
		exit 2
	}'
}

# assert TEXT COMMAND...: the command succeeds
assert()
{
	local text=$1
	shift
	"$@" >"$WORK/assert.out" 2>&1 ||
		fail "$text (\`$*' failed: $(tail -n 3 "$WORK/assert.out" | tr '\n' ' '))"
	note "$text"
}

# refute TEXT COMMAND...: the command fails
refute()
{
	local text=$1
	shift
	if "$@" >"$WORK/assert.out" 2>&1; then
		fail "$text (\`$*' succeeded: $(tail -n 3 "$WORK/assert.out" | tr '\n' ' '))"
	fi
	note "$text"
}

# assert_num TEXT A OP B
assert_num()
{
	compare "$2" "$3" "$4" || fail "$1 ($2 is not $3 $4)"
	note "$1 ($2 $3 $4)"
}

# assert_code TEXT CODE COMMAND...: the exit status is CODE; output in $WORK/assert.out
assert_code()
{
	local text=$1 want=$2 got=0
	shift 2
	"$@" >"$WORK/assert.out" 2>&1 || got=$?
	[[ $got -eq $want ]] ||
		fail "$text (\`$*' ended with $got, not $want: $(tail -n 3 "$WORK/assert.out"))"
	note "$text (exit $got)"
}

# figure NAME VALUE OP LIMIT UNIT N CONTROL RAW: one line of build/figures.jsonl, then judged
figure()
{
	local name=$1 value=$2 op=$3 limit=$4 unit=$5 n=$6 control=$7 raw=${8#"$BUILD"/}

	jq -cn --arg name "$name" --argjson value "$value" --arg op "$op" \
		--argjson limit "$limit" --arg unit "$unit" --argjson n "$n" \
		--argjson control "$control" --arg raw "$raw" --argjson lax "$LAX" \
		'{name:$name,value:$value,op:$op,limit:$limit,unit:$unit,n:$n,control:$control,
		raw:$raw} + if $lax > 1 then {lax:$lax} else {} end' \
		>>"$FIGURES" || fail "figure $name is not numbers: value=$value control=$control"
	note "$name = $value $unit (must be $op $limit; control $control, n=$n)"
	[[ -e $BUILD/$raw ]] || fail "figure $name: no raw file $raw"
	compare "$value" "$op" "$limit" || fail "figure $name: $value is not $op $limit"
	if compare "$limit" == 0; then
		compare "$control" ">" 0 || fail "figure $name: control is $control, so it cannot fail"
	fi
}

# fault ID MEASURED WRONG: the line of a fault of tests/faults.tsv, kept where nothing went wrong, then judged
fault()
{
	local how=kept
	[[ $3 -eq 0 ]] || how=broken
	printf '# fault %s %s: %s\n' "$1" "$how" "$2"
	[[ $how == kept ]] || fail "fault $1: $2"
}

# median NUMBER...
median()
{
	printf '%s\n' "$@" | sort -n | awk '{ v[NR] = $1 }
		END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

# ---- time ----

now_ns() { "$TOOLS/nowns" | cut -d' ' -f1; }

# How much longer things take when others run here too: 1 where a processor is left, at most 10.
CPUS=$(nproc)
busy()
{
	local load
	read -r load _ </proc/loadavg
	load=$((${load%.*} / CPUS))
	echo $((load < 1 ? 1 : load > 9 ? 10 : load + 1))
}

# wait_for SECONDS COMMAND...: until it succeeds; fails the test at the deadline
wait_for()
{
	# Named so that no variable of the command is hidden.
	local _limit=$(($1 * SLOW * $(busy)))
	local _end=$((SECONDS + _limit + 1))
	shift
	until "$@" >/dev/null 2>&1; do
		((SECONDS < _end)) || fail "waited $_limit s for: $*"
		sleep 0.02
	done
}

# observe SECONDS: the length of a measurement, in which nothing is waited for
observe() { sleep "$1"; }

# ---- processes ----

in_ns()
{
	local ns=$1
	shift
	nsenter --net="/run/netns/$ID-$ns" -- "$@"
}

alive()
{
	local state
	state=$(sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$1/status" 2>/dev/null) || true
	[[ -n $state && $state != Z && $state != X ]]
}

gone() { ! alive "$1"; }

# spawn NAME NAMESPACE COMMAND...: in the background; output in $WORK/NAME.out and .err
spawn()
{
	local name=$1 ns=$2
	shift 2
	setsid nsenter --net="/run/netns/$ID-$ns" -- "$@" \
		>"$WORK/$name.out" 2>"$WORK/$name.err" </dev/null 9>&- &
	PIDS[$name]=$!
}

# stop NAME [SIGNAL]: ends what spawn started and waits for it
stop()
{
	local pid=${PIDS[$1]:-} end
	[[ -n $pid ]] || return 0
	kill "-${2:-TERM}" -- "-$pid" 2>/dev/null || true
	end=$((SECONDS + 6))
	while alive "$pid"; do
		if ((SECONDS >= end)); then
			note "$1 did not end by itself"
			kill -KILL -- "-$pid" 2>/dev/null || true
			break
		fi
		sleep 0.02
	done
	wait "$pid" 2>/dev/null || true
	unset "PIDS[$1]"
}

# ---- the end ----

left_over()
{
	local s id pid
	for s in "${SPACES[@]}"; do
		[[ ! -e /run/netns/$ID-$s ]] || printf 'namespace %s\n' "$ID-$s"
	done
	ip -o link show 2>/dev/null | grep -F "$ID" || true
	grep -F "$ID" /proc/mounts || true
	[[ ! -e $RUN ]] || printf 'directory %s\n' "$RUN"
	for pid in "${STRAYS[@]}"; do
		! alive "$pid" || printf 'process %s\n' "$pid"
	done
	for id in "${!PROGS[@]}"; do
		bpftool prog show id "$id" >/dev/null 2>&1 && printf 'BPF program %s\n' "$id"
	done
	# The host's own network was never touched: no table, no qdisc of ours.
	nft list tables 2>/dev/null | grep -F "$ID" || true
	tc qdisc show 2>/dev/null | grep -F "$ID" || true
}

declare -a STRAYS=()

clean_up()
{
	local status=$1 name s pid left end n

	set +eu
	trap - EXIT ERR TERM INT HUP
	for name in "${ENDS[@]}"; do
		"$name"
	done
	if [[ -e /run/netns/$ID-gw ]] && command -v bpftool >/dev/null; then
		for s in $(in_ns gw bpftool -j net show 2>/dev/null |
			   jq -r '.. | objects | .id? // empty' 2>/dev/null); do
			PROGS[$s]=1
		done
	fi
	for name in "${!PIDS[@]}"; do
		STRAYS+=("${PIDS[$name]}")
		stop "$name"
	done
	# Only what runs in our own namespaces, each by its pid.
	for s in "${SPACES[@]}"; do
		for pid in $(ip netns pids "$ID-$s" 2>/dev/null); do
			note "left running in $s: $pid $(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null)"
			STRAYS+=("$pid")
			kill -KILL "$pid" 2>/dev/null
			[[ $status -ne 0 ]] || status=1
		done
	done
	grep -qF "$RUN/bpf" /proc/mounts && umount "$RUN/bpf"
	rm -rf "$RUN"
	for s in "${SPACES[@]}"; do
		ip netns del "$ID-$s" 2>/dev/null
	done
	# The kernel ends a namespace, with the programs attached in it, a little later.
	end=$((SECONDS + 10))
	while left=$(left_over); [[ -n $left ]] && ((SECONDS < end)); do
		sleep 0.1
	done
	if [[ -n $left ]]; then
		printf 'FAIL %s: left behind: %s\n' "$TEST" "$(tr '\n' ';' <<<"$left")" >&2
		[[ $status -ne 0 ]] || status=1
	fi
	n=$SECONDS
	case $status in
	0) printf 'ok %s (%d s)\n' "$TEST" "$n" ;;
	77) ;;
	*) printf 'not ok %s: %s (%d s, logs in %s)\n' "$TEST" "${REASON:-ended with $status}" "$n" \
		"${WORK#"$ROOT"/}" ;;
	esac
	exit "$status"
}

trap 'clean_up $?' EXIT
trap 'printf "FAIL %s: %s:%s: %s\n" "$TEST" "${BASH_SOURCE[0]##*/}" "$LINENO" "$BASH_COMMAND" >&2' ERR
trap 'exit 143' TERM INT HUP

[[ $(id -u) -eq 0 ]] || skip "needs root"
need ip nsenter nft tc ss jq awk setsid flock
mkdir -p "$BUILD/net"
# Two runs of one test would share its work dir: the second waits for the first.
exec 9>"$BUILD/net/.$TEST.lock"
flock -w 300 9 || fail "another run of this test does not end"
rm -rf "$WORK"
mkdir -p "$WORK" "$RUN/bpf"
"$NET/build-tools.sh" >"$WORK/tools.log" 2>&1 || fail "the tools do not build: $(tail -n 3 "$WORK/tools.log")"

# shellcheck source=tests/net/house.sh
. "$NET/house.sh"
# shellcheck source=tests/net/agent.sh
. "$NET/agent.sh"
# shellcheck source=tests/net/media.sh
. "$NET/media.sh"
