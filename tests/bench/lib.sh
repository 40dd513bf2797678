#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What the benchmarks of a whole gateway share: namespaces, the config of many cameras, the agent, figures.
# shellcheck disable=SC2034  # the variables set here are used by those that source this
set -Eeuo pipefail

BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$BENCH/../.." && pwd)
BUILD=${CG_BUILD:-$ROOT/build}
TOOLS=$BUILD/tests/bench
ID=cgb$$
RUN=/run/camgate-bench-$$
WORK=$BUILD/bench/${0##*/}.$$
PIN_DIR=$RUN/bpf/camgate
export CAMGATE_CONFIG=$RUN/camgate.conf CAMGATE_PIN_DIR=$PIN_DIR
export CAMGATE_SOCKET=$RUN/control.sock CAMGATE_STATE_DIR=$RUN/state
GW_MAC=02:00:00:00:00:fe
declare -a STARTED=()

say() { printf '# %s\n' "$*" >&2; }
fail() { printf 'bench: %s\n' "$*" >&2; exit 1; }
skip() { say "skipped: $*"; exit 77; }
SIDE=	# of two gateways, which one: nothing or 1
gw() { nsenter --net="/run/netns/$ID-gw$SIDE" -- "$@"; }

# background COMMAND...: its pid in $LAST; ended with the benchmark
background()
{
	"$@" &
	LAST=$!
	STARTED+=("$LAST")
}

ended()
{
	kill "-${2:-TERM}" "$1" 2>/dev/null || true
	wait "$1" 2>/dev/null || true
}

clean_up()
{
	local rc=$? p s
	set +e
	trap - EXIT
	for p in "${STARTED[@]}"; do
		ended "$p" KILL
	done
	for s in cam gw wan gw1 wan1; do
		ip netns del "$ID-$s" 2>/dev/null
	done
	grep -qF "$RUN/bpf" /proc/mounts && umount "$RUN/bpf"
	rm -rf "$RUN" "$WORK"
	exit "$rc"
}
trap clean_up EXIT
trap 'exit 143' TERM INT HUP
trap 'say "${BASH_SOURCE[0]##*/}:$LINENO: $BASH_COMMAND"' ERR

[[ $(id -u) -eq 0 ]] || skip "needs root"
mkdir -p "$WORK" "$RUN/bpf" "$RUN/state"
mount -t bpf bpf "$RUN/bpf" || skip "no bpffs"

house_ns()
{
	ip netns add "$ID-$1"
	ip -n "$ID-$1" link set lo up
	ip netns exec "$ID-$1" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 \
		net.ipv6.conf.default.disable_ipv6=1
}

# gateway_up [1]: cameras (c0) -- (lan1) bridge, NAT (wan0) -- (w0) sink, which drops what
# arrives. With 1, another: the cameras' other interface (c1) leads there.
gateway_up()
{
	local s cam=c${1:-0} gw="$ID-gw${1:-}" wan="$ID-wan${1:-}"
	SIDE=${1:-}
	[[ -n $SIDE ]] || house_ns cam
	house_ns "gw$SIDE"
	house_ns "wan$SIDE"
	ip link add "$cam" netns "$ID-cam" type veth peer name lan1 netns "$gw"
	ip link add w0 netns "$wan" type veth peer name wan0 netns "$gw"
	ip -n "$gw" link add br-lan address $GW_MAC type bridge
	ip -n "$gw" link set lan1 master br-lan
	for s in lan1 br-lan wan0; do
		ip -n "$gw" link set "$s" up
	done
	ip -n "$ID-cam" link set "$cam" up
	ip -n "$wan" link set w0 up
	ip -n "$gw" addr add 10.50.0.1/16 dev br-lan
	ip -n "$gw" addr add 192.0.2.1/24 dev wan0
	ip -n "$wan" addr add 192.0.2.2/24 dev w0
	ip -n "$gw" route add default via 192.0.2.2
	ip -n "$gw" neigh replace 192.0.2.2 dev wan0 nud permanent \
		lladdr "$(ip -n "$wan" -j link show w0 | jq -r '.[0].address')"
	gw sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 \
		net.ipv4.conf.br-lan.rp_filter=0
	nsenter --net="/run/netns/$wan" -- nft "table netdev sink { chain in {
		type filter hook ingress device w0 priority 0; policy drop; }; }"
}

# config CAMERAS RULES [+guard|-tcx [upload]]
config()
{
	awk -v cams="$1" -v rules="$2" -v how="${3:-}" -v key="${4:-allow}" 'BEGIN {
		print "lan = { \"br-lan\" }"
		if (how == "+guard")
			print "guard = drop"
		print "attach = " (how == "-tcx" ? "auto" : "tc")
		# Packets as fast as they can be made are no talk: the sign of a rate would stop them.
		printf "defaults { signs = { inbound, signature, budget }"
		# Each its own list, as far as a file of 1 MiB holds them.
		if (cams > 1000) {
			printf " %s = {", key
			for (r = 0; r < rules; r++)
				printf "%s\"198.%d.%d.1:443/tcp rate=1G burst=1G hour=1G\"", r ? ", " : " ", \
					r < 256 ? 18 : 19 + int(r / 256), r % 256
			print " }"
			rules = 0
		}
		print " }"
		for (i = 0; i < cams; i++) {
			printf "camera \"cam%d\" { id = \"cam%d\" exposure = closed\n" \
				"mac = { \"02:cb:00:00:%02x:%02x\" }\n", i, i,
				int(i / 256), i % 256
			printf "%s += {", key
			for (r = 0; r < rules; r++)
				printf "%s\"198.%d.%d.1:443/tcp rate=1G burst=1G hour=1G\"", r ? ", " : " ", \
					r < 256 ? 18 : 19 + int(r / 256), r % 256
			print " }\n}"
		}
	}' >"$CAMGATE_CONFIG"
}

# config_country CAMERAS DATABASE: one rule of a country for all of them
config_country()
{
	awk -v cams="$1" -v db="$2" 'BEGIN {
		print "lan = { \"br-lan\" }\nattach = tc"
		print "country_database = \"" db "\""
		print "defaults { signs = { inbound, signature, budget } allow = { \"country:US:443/tcp rate=1G burst=1G hour=1G\" } }"
		for (i = 0; i < cams; i++)
			printf "camera \"cam%d\" { id = \"cam%d\" exposure = closed " \
				"mac = { \"02:cb:00:00:%02x:%02x\" } }\n", i, i, int(i / 256), i % 256
	}' >"$CAMGATE_CONFIG"
}

# 5 only says that cameras were never seen.
enforced()
{
	{ gw "$BUILD/camgate" status --json 2>/dev/null || [[ $? -eq 5 ]]; } |
		jq -e '.enforced == "full"' >/dev/null
}

agent_start()
{
	local end=$((SECONDS + 30))
	background nsenter --net="/run/netns/$ID-gw$SIDE" -- "$BUILD/camgated" --foreground \
		--log-level error --config "$CAMGATE_CONFIG" --pin-dir "$PIN_DIR" \
		--socket "$CAMGATE_SOCKET" --state-dir "$CAMGATE_STATE_DIR" 2>>"$WORK/agent.log"
	AGENT=$LAST
	until enforced; do
		kill -0 "$AGENT" 2>/dev/null || fail "the agent ended: $(tail -n 2 "$WORK/agent.log")"
		((SECONDS < end)) || fail "the agent does not enforce"
		sleep 0.02
	done
}

agent_stop()
{
	ended "$AGENT"
	gw "$BUILD/camgate" detach >/dev/null 2>&1 || true
}

# stat < numbers: the median and its spread (quartiles) in percent
stat()
{
	sort -n | awk '{ v[NR] = $1 }
		END { m = v[int((NR + 1) / 2)]; lo = v[int((NR + 3) / 4)]; hi = v[int((3 * NR + 3) / 4)]
			print m, m ? 100 * (hi - lo) / m : 0 }'
}

# record NAME VALUE UNIT BASELINE BASE_VALUE SPREAD
record()
{
	awk -v n="$1" -v v="$2" -v u="$3" -v b="$4" -v bv="$5" -v s="$6" 'BEGIN {
		printf "{\"name\":\"%s\",\"value\":%.3f,\"unit\":\"%s\",\"baseline\":\"%s\"," \
			"\"ratio\":%.3f,\"spread_pct\":%.1f}\n", n, v, u, b, bv ? v / bv : 0, s }'
}
