#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# fwd.sh [KIND...]: what a forwarded packet costs, camgate beside plain forwarding, nftables and a userspace filter.
# shellcheck source=tests/bench/lib.sh
. "$(dirname "$0")/lib.sh"

CAMS=${CG_BENCH_CAMS:-512}
RULES=${CG_BENCH_RULES:-20}
FLOWS=${CG_BENCH_FLOWS:-2}
ROUNDS=${CG_BENCH_ROUNDS:-6}
SECONDS_EACH=${CG_BENCH_SECONDS:-1.2}
SUFFIX=${CG_BENCH_SUFFIX:-}	# of the names, for curves
kinds=("$@")
[[ $# -gt 0 ]] || kinds=(64/bare 64/nat 64/empty 64/empty-tcx 64/camgate 64/camgate-tcx 64/camgate+guard 64/nft-sets 64/nft-sets-acct
	64/nft-linear 64/nfqueue 1000/nat 1000/camgate 1000/camgate-tcx)

NAT='table ip nat {
chain post { type nat hook postrouting priority srcnat; policy accept;
	oifname "wan0" masquerade
}
}'
FORWARD='type filter hook forward priority filter; policy accept;'

# elements WHAT: one line a camera and rule (or a camera)
elements()
{
	awk -v what="$1" -v cams="$CAMS" -v rules="$RULES" '
		function to(r) { return "198." (r < 256 ? 18 : 19 + int(r / 256)) "." r % 256 ".1" }
		BEGIN {
		for (i = 0; i < cams; i++) {
			mac = sprintf("02:cb:00:00:%02x:%02x", int(i / 256), i % 256)
			if (what == "cams")
				printf "%s%s", i ? ",\n" : "", mac
			else for (r = 0; r < rules; r++) {
				if (what == "linear")
					printf "ether saddr %s ip daddr %s tcp dport 443 accept\n", mac, to(r)
				else
					printf "%s%s . %s . tcp . 443 : accept", i + r ? ",\n" : "", mac, to(r)
			}
		}
	}'
}

ruleset()
{
	case $1 in
	bare) ;;
	nat | empty* | camgate | camgate-tcx | camgate+guard | camgate-country)
		echo "$NAT
		table inet f { chain forward { $FORWARD ct state established,related accept
		}
		}" ;;
	nft-sets*)
		echo "$NAT
		table inet f {
		map pol { type ether_addr . ipv4_addr . inet_proto . inet_service : verdict
			elements = { $(elements map) } }
		set cams { type ether_addr; elements = { $(elements cams) } }"
		[[ $1 != *-acct ]] || echo "set flows {
			type ether_addr . ipv4_addr . inet_service . inet_service
			flags dynamic; counter; timeout 5m; size 65536; }"
		echo "chain forward { $FORWARD"
		[[ $1 != *-acct ]] || echo "update @flows { ether saddr . ip daddr . tcp sport . tcp dport }"
		echo "ether saddr . ip daddr . meta l4proto . th dport vmap @pol
			ether saddr @cams drop
			ct state established,related accept
		}
		}" ;;
	nft-country*)
		echo "$NAT
		table inet f {"
		cat "$WORK/us.nft"
		echo "set cams { type ether_addr; elements = { $(elements cams) } }
		chain forward { $FORWARD"
		[[ $1 != *-ct ]] || echo "ct state established accept"
		echo "ether saddr @cams ip daddr @c4 tcp dport 443 accept
			ether saddr @cams ip6 daddr @c6 tcp dport 443 accept
			ether saddr @cams drop
			ct state established,related accept
		}
		}" ;;
	nft-linear)
		echo "$NAT
		table inet f { set cams { type ether_addr; elements = { $(elements cams) } }
		chain forward { $FORWARD
			$(elements linear)
			ether saddr @cams drop
			ct state established,related accept
		}
		}" ;;
	nfqueue)
		echo "$NAT
		table inet f { chain forward { $FORWARD
		}
		}" ;;
	*) fail "no such kind: $1" ;;
	esac
}

setup() # KIND SIZE
{
	ruleset "$1" >"$WORK/rules.nft"
	EXTRA=
	if ! gw nft -f "$WORK/rules.nft" 2>"$WORK/nft.log"; then
		fail "$1: $(head -n 1 "$WORK/nft.log")"
	fi
	case $1 in
	camgate*)
		if [[ $1 == camgate-country ]]; then
			config_country "$CAMS" "$WORK/world.mmdb"
		else
			# What passes as video from a camera that is closed is an upload.
			config "$CAMS" "$RULES" "${1#camgate}" "$([[ $2 == 64 ]] && echo allow || echo upload)"
		fi
		agent_start
		[[ $1 != *-tcx || -n $(find "$PIN_DIR" -name 'tcx_*') ]] || return 77 ;;
	empty) helper empty lan1 tc "$RUN/bpf" 2>/dev/null ;;
	empty-tcx) helper empty lan1 tcx "$RUN/bpf" 2>/dev/null ;;
	nfqueue)
		# nft's own expression is in fewer kernels than the target of iptables.
		gw iptables-nft -A FORWARD -i br-lan -j NFQUEUE --queue-num 0 \
			2>"$WORK/nft.log" || return 77
		helper acceptall ;;
	esac
}

# helper TOOL ARGUMENT...: in the gateway, until the kind is over
helper()
{
	: >"$WORK/helper"
	background nsenter --net="/run/netns/$ID-gw$SIDE" -- "$TOOLS/$1" "${@:2}" >"$WORK/helper"
	EXTRA=$LAST
	until grep -q ready "$WORK/helper"; do
		kill -0 "$EXTRA" 2>/dev/null || return 1
		sleep 0.01
	done
}

teardown()
{
	[[ -z $EXTRA ]] || ended "$EXTRA"
	EXTRA=
	case $1 in
	camgate*) agent_stop ;;
	esac
	gw nft flush ruleset
}

# shellcheck disable=SC2016 # awk has its own $
tx() { gw awk '$1 == "wan0:" { print $11 }' /proc/net/dev; }
# gen INTERFACES SIZE SECONDS|-COUNT [denied]
gen() { nsenter --net="/run/netns/$ID-cam" -- "$TOOLS/gen" "$1" $GW_MAC "$CAMS" "$FLOWS" "${@:2}"; }
median() { stat | cut -d ' ' -f 1; }

# Every allowed flow once, and as many that no rule allows: the same verdicts everywhere.
same_verdicts()
{
	local n=$((CAMS * FLOWS)) a b c
	# The queue's way is not inline: a burst must fit it.
	[[ $1 != nfqueue ]] || n=200
	a=$(tx)
	gen "c${SIDE:-0}" 64 -$n >/dev/null
	[[ $1 != nfqueue ]] || sleep 0.3
	b=$(tx)
	((b - a == n)) || fail "$1: $((b - a)) of $n allowed packets came through"
	case $1 in
	bare | nat | empty* | nfqueue) return ;;
	esac
	gen "c${SIDE:-0}" 64 -$n denied >/dev/null
	c=$(tx)
	((c == b)) || fail "$1: $((c - b)) of $n packets came through that no rule allows"
}

# timed SIZE KIND BASE: in $WORK/slices, CPU ns a packet of the gateway BASE, which has NAT
# alone, and of $SIDE. Each has its slices in turn, and every packet came through.
timed()
{
	local side=$SIDE before after sent
	before=$(SIDE=$3 tx; tx)
	gen "c${3:-0},c${side:-0}" "$1" "$SECONDS_EACH" >"$WORK/gen"
	after=$(SIDE=$3 tx; tx)
	sent=$(awk '/^sent/ { print $2 "\n" $3 }' "$WORK/gen")
	[[ $(paste <(echo "$after") <(echo "$before") | awk '{ print $1 - $2 }') == "$sent" ]] ||
		fail "$2: packets sent, before and after:" "$sent" "$before" "$after"
	grep -v '^[a-z]' "$WORK/gen" >"$WORK/slices"
}

# The same of a queue: two CPUs take part, and what it has no room for is lost.
timed_queue()
{
	local side before ns=()
	for side in "$3" "$SIDE"; do
		before=$(SIDE=$side tx)
		gen "c${side:-0}" "$1" "$SECONDS_EACH" >"$WORK/gen"
		ns+=("$(awk -v n=$(($(SIDE=$side tx) - before)) '/^wall/ { print $2 * 1e9 / n }' "$WORK/gen")")
	done
	echo "${ns[@]}" >"$WORK/slices"
}

# A round: beside it NAT alone, at the gateway that the next round has the other way.
measure()
{
	local size=${1%%/*} kind=${1#*/} base=1 side=
	((ROUND % 2 == 0)) || base='' side=1
	SIDE=$base
	setup nat "$size"
	SIDE=$side
	if setup "$kind" "$size"; then
		((ROUND > 0)) || same_verdicts "$kind"
		if [[ $kind == nfqueue ]]; then
			timed_queue "$size" "$kind" "$base"
		else
			timed "$size" "$kind" "$base"
		fi
		awk '{ print $2 / $1 }' "$WORK/slices" | median >>"$WORK/${1//\//_}"
		awk '{ print $1 }' "$WORK/slices" | median >>"$WORK/base$size"
	else
		say "$1: not on this kernel"
		touch "$WORK/${1//\//_}.skip"
	fi
	teardown "$kind"
	SIDE=$base
	teardown nat
}

# One database for all kinds that need it: its US is where the packets go.
if [[ ${kinds[*]} == *country* ]]; then
	"$TOOLS/country" db "$WORK/world.mmdb" || skip 'no database of countries can be made'
	"$TOOLS/country" sets "$WORK/world.mmdb" >"$WORK/us.nft"
fi

gateway_up
gateway_up 1
for ((ROUND = 0; ROUND < ROUNDS; ROUND++)); do
	for k in "${kinds[@]}"; do
		[[ -e $WORK/${k//\//_}.skip ]] || measure "$k"
	done
done
# NAT beside NAT is the control: what a difference below its spread says is nothing.
for k in "${kinds[@]}"; do
	[[ -e $WORK/${k//\//_}.skip ]] && continue
	nat=$(median <"$WORK/base${k%%/*}")
	read -r value spread < <(stat <"$WORK/${k//\//_}" | awk -v nat="$nat" '{ print $1 * nat, $2 }')
	record "fwd$k$SUFFIX" "$value" ns "fwd${k%%/*}/nat$SUFFIX" "$nat" "$spread"
done
