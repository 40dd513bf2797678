#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What the tests of ended flows share: connection tracking's entries, silent connections, players.
# shellcheck disable=SC2034

# What a firewall does: connection tracking of both families, and no mercy with what is none of it.
house_firewall()
{
	in_ns gw nft -f - <<-END
	table inet firewall {
		chain forward {
			type filter hook forward priority filter; policy accept;
			ct state invalid counter drop
		}
		chain output {
			type filter hook output priority filter; policy accept;
			ct state invalid counter drop
		}
		chain input {
			type filter hook input priority filter; policy accept;
			iifname "wan0" ct state new counter drop
		}
	}
	END
}

ct_list()
{
	in_ns gw conntrack -L -f ipv4 "$@" 2>>"$WORK/conntrack.err"
	in_ns gw conntrack -L -f ipv6 "$@" 2>>"$WORK/conntrack.err"
}

# ct_dump FILE: every entry that does not expire by itself soon: its id, then the entry
ct_dump()
{
	ct_list -o id |
		awk '{ id = ""; for (i = 1; i <= NF; i++) if ($i ~ /^id=/) id = substr($i, 4)
			if ($1 == "unknown" || $3 >= 30) print id, $0 }' |
		sort >"$1" || fail "conntrack lists nothing: $(tail -n 1 "$WORK/conntrack.err")"
}

# ct_flow CAM PEER [PORT]: how many entries, but of connections that their ends closed, have the camera's address and the peer's in one direction
ct_flow()
{
	ct_list | awk -v cam="$1" -v peer="$2" -v port="${3:-}" '
		/ TIME_WAIT / { next }
		{ n = split($0, f); cams = peers = ports = 0
		  for (i = 1; i <= n; i++) {
			if (f[i] == "src=" cam || f[i] == "dst=" cam) cams = 1
			if (f[i] == "src=" peer || f[i] == "dst=" peer) peers = 1
			if (f[i] == "sport=" port || f[i] == "dport=" port) ports = 1
		  }
		  if (cams && peers && (port == "" || ports)) count++ } END { print count + 0 }'
}

ct_gone() { [[ $(ct_flow "$@") -eq 0 ]]; }

# ct_lost BEFORE AFTER "CAMERA'S ADDRESSES" PEER...: entries of before that are missing and were none of its with those peers
ct_lost()
{
	local before=$1 after=$2 cams=$3
	shift 3
	awk -v cams="$cams" -v peers="$*" '
		function has(list, f, k, a) {
			k = split(list, a, " ")
			for (i = 1; i <= k; i++) if (f == "src=" a[i] || f == "dst=" a[i]) return 1
		}
		NR == FNR { there[$1] = 1; next }
		{ mine = hers = 0
		  for (j = 2; j <= NF; j++) { mine += has(cams, $j); hers += has(peers, $j) }
		  if (!(mine && hers) && !($1 in there)) { n++; print > "/dev/stderr" } }
		END { print n + 0 }' "$after" "$before" 2>>"$WORK/lost.txt"
}

# collateral BEFORE "CAMERA'S ADDRESSES" PEER...: the figure, of now; its control is an entry that is then deleted by hand
collateral()
{
	local before=$1 lost control
	shift
	ct_dump "$WORK/after.ct"
	lost=$(ct_lost "$before" "$WORK/after.ct" "$@")
	in_ns gw conntrack -D -s $PHONE_4 >/dev/null 2>&1 || fail "no entry of the phone"
	ct_dump "$WORK/control.ct"
	control=$(ct_lost "$before" "$WORK/control.ct" "$@")
	figure sessions/conntrack_collateral "$lost" == 0 entries "$(wc -l <"$before")" "$((control - lost))" "$WORK/after.ct"
}

# hold_start NAME NS [-u] HOST PORT, hold_listen NAME NS PORT
hold_start()
{
	local name=$1 ns=$2
	shift 2
	spawn "$name" "$ns" "$TOOLS/hold" "$@"
	wait_for 5 grep -q '^up' "$WORK/$name.out"
}
hold_listen()
{
	spawn "$1" "$2" "$TOOLS/hold" -l "$3"
	wait_for 5 grep -q '^listening' "$WORK/$1.out"
}

# ended NAME: it has told how
ended() { grep -q '^end' "$WORK/$1.out"; }

# end_ms NAME T0: ms from T0 (ns) to its end
end_ms() { awk -v t="$2" '$1 == "end" { printf "%.1f\n", ($3 - t) / 1e6 }' "$WORK/$1.out"; }

# beats_still NAME: a byte goes there and back
beats_still()
{
	local n
	n=$(grep -c '^got' "$WORK/$1.out" || true)
	kill -USR1 "${PIDS[$1]}"
	wait_for 3 eval "[[ \$(grep -c '^got' '$WORK/$1.out') -gt $n ]]"
}
