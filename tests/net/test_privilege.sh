#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The agent with what its unit lets it do and nothing else: it works, its files are its own, and what it starts may do less still.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/ending.sh
. "$NET/ending.sh"
# shellcheck source=tests/net/unit.sh
. "$NET/unit.sh"

need_camgate
need systemd-analyze strace unshare setpriv
house_up
house_firewall

# ---- what it starts says what it may do ------------------------------------
real_nft=$WORK/nft-real
cp "$(command -v nft)" "$real_nft"
caps_of='sed -n "s/^\(Cap[A-Z][a-z]*\|NoNewPrivs\|Uid\):[[:space:]]*/\1 /p" /proc/self/status | tr "\n" ";"; echo'
cat >"$WORK/nft" <<END
#!/bin/sh
{ $caps_of; } >>"$WORK/nft.caps"
exec "$real_nft" "\$@"
END
cat >"$WORK/hook" <<END
#!/bin/sh
{ $caps_of; } >>"$WORK/hook.caps"
if ip link add cgtest0 type dummy 2>/dev/null || "$real_nft" add table inet cgtest 2>/dev/null; then
	echo changed >>"$WORK/hook.changed"
fi
cat >>"$WORK/hook.out"
END
chmod 755 "$WORK/nft" "$WORK/hook"
words="c\`>$RUN/w\`;>$RUN/w"
written() { config "" "" "guard = $1 notify = \"$WORK/hook\" camera \"$words\" { id = words mac = \"02:ca:00:00:00:77\" }"; }
written drop

word() { sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status"; }
guarded() { cg_json status | jq -e '.guard.by == "nftables"'; }
told_of() { grep -q "$1" "$WORK/hook.out"; }
confined() { # PRE CAPS
	spawn agent gw unshare -m "$WORK/mounts.sh" "$TOOLS/confine" "$1" "$2" "$WORK/calls" "$WORK/denied" "$FAMILIES" \
		"$BIN/camgated" --foreground --config "$CONF" --pin-dir "$PIN_DIR" --socket "$CAMGATE_SOCKET" \
		--state-dir "$CAMGATE_STATE_DIR"
}
exercise() { # all that a household may ask for, once
	cg allow cam2 198.51.100.77:443/tcp >/dev/null
	cg undo >/dev/null
	cg reload >/dev/null
	cg open cam2 1s >/dev/null
	cg seal cam2 >/dev/null
	cg auto cam2 >/dev/null
	cg learn cam2 1m >/dev/null
	cg audit cam1 --probe --json | jq -e ".cams[0].probed_s" >/dev/null || fail "confined: no camera is asked: $(cg audit cam1 --json | jq -c .cams[0])"
	cg off 1s >/dev/null
	cg on >/dev/null
	cg_json doctor >"$WORK/doctor.json"
	cg_json sessions >/dev/null
	cg_json counters >/dev/null
	cg why cam1 $STRANGER_4 >/dev/null || true
	cg open cam1 2s >/dev/null
	wait_for 10 told_of opening-ended
}

# ---- confined as by the unit -------------------------------------------------
# Where whoever is no root finds it; older than what is looked at below.
install -m 755 "$BIN/camgate" "$RUN/camgate"
confine_prepare
note "capabilities $CAPS, $(wc -l <"$WORK/calls") system calls, families $FAMILIES"
# The twin: without the one to load programs it does not come up.
confined "$BIN/camgated" 12,38
wait_for 20 gone "${PIDS[agent]}"
assert "without CAP_BPF it says so and ends" grep -q 'packet path' "$WORK/agent.err"
stop agent
confined "$BIN/camgated" "$CAPS"
pid=${PIDS[agent]}
wait_for 30 enforced
assert "it has what the unit gives, no more" test "$(word "$pid" CapPrm)" = "$(word "$pid" CapBnd)"
want=$(printf '%016x' $((1 << 12 | 1 << 38 | 1 << 39)))
assert "NET_ADMIN, PERFMON, BPF" test "$(word "$pid" CapEff)" = "$want"
assert "calls are filtered" test "$(word "$pid" Seccomp)" = 2
assert "the socket is the group's, without CAP_CHOWN" \
	test "$(stat -c '%g %a' "$CAMGATE_SOCKET")" = "$GROUP_NR 660"
member() { setpriv --reuid 64001 --regid "$1" --clear-groups "$RUN/camgate" open cam2 1m; }
assert "a member of the group may open a camera" member $GROUP_NR
refute "who is none may not" member 64001
cg close cam2 >/dev/null
assert "the camera reaches its cloud" beat cam1 $CLOUD_4 443
refute "the stranger is not reached" beat cam1 $STRANGER_4 443
wait_for 10 guarded
# Both ends of a silent flow are told by the sockets that were made outside.
cg open cam1 10m >/dev/null
hold_listen nat-to stranger 6100
hold_start nat cam1 $STRANGER_4 6100
wait_for 5 grep -q '^up' "$WORK/nat-to.out"
cg close cam1 >/dev/null
wait_for 5 ended nat
wait_for 5 ended nat-to
assert "the camera was told" grep -q '^end ECONNRESET' "$WORK/nat.out"
assert "the stranger was told" grep -q '^end ECONNRESET' "$WORK/nat-to.out"
exercise
assert "doctor: resets" jq -e '[.. | objects | select(.what? == "resets" or .name? == "resets")] | tostring | contains("are told")' "$WORK/doctor.json"
kill -HUP "$pid"
agent_kill
confined "$BIN/camgated" "$CAPS"
wait_for 30 enforced
assert "a restart takes over" grep -q 'packet path: taken over' "$WORK/agent.err"
pid=${PIDS[agent]}

# ---- what it started ---------------------------------------------------------
none=0000000000000000
bad=$(grep -vc "CapPrm $(printf '%016x' $((1 << 12)));CapEff $(printf '%016x' $((1 << 12)));" "$WORK/nft.caps" || true)
assert_num "nft was run" "$(wc -l <"$WORK/nft.caps")" ">" 0
assert_num "nft had more or less than CAP_NET_ADMIN" "$bad" == 0
bad=$(grep -vc "CapInh $none;CapPrm $none;CapEff $none;.*CapAmb $none;NoNewPrivs 1;" "$WORK/hook.caps" || true)
assert_num "the household's program was run" "$(wc -l <"$WORK/hook.caps")" ">" 0
assert_num "it had a capability" "$bad" == 0
refute "it could change something" test -e "$WORK/hook.changed"
printf '# fault privilege/household-program kept: %s runs without a capability, no change of the network; nft %s runs with CAP_NET_ADMIN alone\n' \
	"$(wc -l <"$WORK/hook.caps")" "$(wc -l <"$WORK/nft.caps")"
printf '# fault privilege/confined kept: in force, restarted, both ends of a flow told with capabilities %s and %s system calls\n' \
	"$CAPS" "$(wc -l <"$WORK/calls")"

# ---- its files, made with umask 0 ----------------------------------------------
# What somebody else can read or write: nothing but folders to pass through.
open_to_others() { find "$CAMGATE_STATE_DIR" "$(dirname "$CONF")" "$RUN" -xdev ! -type l ! -path "$CONF" ! -path "$RUN/bpf*" -newer "$WORK/mounts.sh" "$@"; }
open_to_others -printf '%m %y %p\n' >"$WORK/modes"
cat "$WORK/modes"
bad=$(awk '$2 != "d" && $1 % 10 || $2 == "d" && $1 % 10 > 5 || $2 == "d" && $1 % 100 >= 60' "$WORK/modes" | grep -vc ' s ' || true)
assert_num "files and folders of the agent" "$(wc -l <"$WORK/modes")" ">=" 5
assert_num "of them for others to read or write" "$bad" == 0
assert "the socket" grep -q '^660 s ' "$WORK/modes"
printf '# fault privilege/umask-zero kept: %s files and folders made with umask 0, %s of them open to others\n' "$(wc -l <"$WORK/modes")" "$bad"
stop agent

# ---- and what it runs ------------------------------------------------------------
: >"$WORK/hook.out"
cat >"$WORK/hook" <<END
#!/bin/sh
# Starts nothing: whatever is started is the agent's.
while read -r line; do echo "\$line" >>"$WORK/hook.out"; done
END
agent_start
wait_for 10 guarded
spawn strace gw strace -f -qq -e trace=execve,execveat -s 300 -o "$WORK/execs" -p "${PIDS[agent]}"
wait_for 5 grep -q 'TracerPid:.[1-9]' "/proc/${PIDS[agent]}/status"
# Without systemd it has given up the rest by itself.
want=$(printf '%016x' $((1 << 0 | 1 << 12 | 1 << 13 | 1 << 38 | 1 << 39)))
assert "by itself: CHOWN, NET_ADMIN, NET_RAW, PERFMON, BPF" test "$(word "${PIDS[agent]}" CapPrm)" = "$want"
assert "no others for what it starts" test "$(word "${PIDS[agent]}" CapBnd)" = "$want"
assert "and none anew" test "$(word "${PIDS[agent]}" NoNewPrivs)" = 1
exercise
written off
cg reload >/dev/null
wait_for 10 eval '! guarded'
written drop
cg reload >/dev/null
wait_for 10 guarded
stop strace
grep -oE 'execve(at)?\("[^"]*", \["[^"]*"' "$WORK/execs" | sort | uniq -c >"$WORK/programs" || true
cat "$WORK/programs"
bad=$(grep -vcE 'execve\("(/usr)?/sbin/nft", \["nft"|execve\("'"$WORK/hook"'"' "$WORK/programs" || true)
assert_num "programs run" "$(grep -c . "$WORK/programs")" "==" 2
assert_num "others than nft and the household's" "$bad" == 0
refute "no word of a name was run" test -e "$RUN/w"
printf '# fault privilege/shell-words kept: %s programs run, none but nft and the household'"'"'s; no word of a name was\n' \
	"$(awk '{ n += $1 } END { print n }' "$WORK/programs")"
