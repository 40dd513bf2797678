#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Other services at the place of our filters: what they take away comes back, what they put before ours is said, and every gap is counted.
ATTACH=tc
. "$(dirname "$0")/lib.sh"


# What the guard counts: packets of cameras that came by no filter of ours.
unmarked() { cg_json status | jq '.guard.unmarked'; }

attention() { cg_json status | jq -e --arg text "$1" '.attention | any(test($text))' >/dev/null; }

no_attention() { ! attention "$1"; }

put_back() { cg_json status | jq -r '.attention[] | select(test("removed by somebody else"))' | sed -E 's/.* ([0-9]+) times and put back within ([0-9]+) ms/\1 \2/'; }

by_tc() { in_ns gw tc filter show dev lan1 ingress 2>/dev/null | grep cg_from_cam >/dev/null; }

# torn ID COMMAND...: our filters are taken away; they are back, and what got out meanwhile is known
torn()
{
	local id=$1 before marks times was leaked told
	shift
	read -r was _ < <(put_back) || was=0
	before=$(outside) marks=$(unmarked)
	"$@"
	wait_for 10 attached lan1
	observe 0.3
	leaked=$(($(outside) - before)) marks=$(($(unmarked) - marks))
	read -r times told < <(put_back)
	before=$(outside)
	observe 0.2
	fault "$id" "put back within $told ms; $leaked denied packets got out and the guard counted $marks" \
		$(((times <= ${was:-0}) + (told > 1000 * LAX) + (leaked > marks) + $(outside) - before))
}

# One that passes everything, where camgate's filters are looked for.
in_our_place()
{
	in_ns gw tc filter del dev lan1 ingress pref 202
	in_ns gw tc filter add dev lan1 ingress protocol all pref 202 handle 1 bpf da bytecode "1,6 0 0 0," 2>/dev/null || true
}

need_camgate
house_up
denied_tap
config '' '' 'guard = count'
agent_start
guarded() { cg_json status | jq -e '.guard.by == "nftables"'; }
wait_for 5 guarded
spawn tries cam1 "$TOOLS/heartbeat" -u -n 1000000 -i "$LAX" -t 1 $STRANGER_4 6000
observe 0.2

torn filters/qdisc-deleted in_ns gw tc qdisc del dev lan1 clsact
torn filters/filters-deleted in_ns gw tc filter del dev lan1 ingress
many()
{
	local i
	for ((i = 0; i < 10; i++)); do
		in_ns gw tc qdisc del dev lan1 clsact 2>/dev/null || true
		sleep 0.02
	done
}
torn filters/deleted-again-and-again many

# A filter of another that passes packets by ours: nothing is taken away, so it has to be said.
# passed_by ID WAY COMMAND...: undone by WAY
passed_by()
{
	local id=$1 undo=$2 before leaked marks said=0 gone=0
	shift 2
	before=$(outside) marks=$(unmarked)
	"$@"
	wait_for 5 attention 'asked before camgate'
	said=1
	assert "doctor says so" jq -e '[.findings[] | select(.what == "port" and .level == "warn").text] |
		any(test("asked (by TCX )?before ours"))' <<<"$(cg_json doctor)"
	observe 0.3
	leaked=$(($(outside) - before)) marks=$(($(unmarked) - marks))
	$undo
	wait_for 5 no_attention 'asked before camgate'
	gone=1
	observe 0.1
	before=$(outside)
	observe 0.2
	fault "$id" "said by status and doctor; $leaked denied packets got out, the guard counted $marks; none after it went: $(($(outside) - before))" \
		$(((leaked > marks) + 2 - said - gone + $(outside) - before))
}
undo_first() { in_ns gw tc filter del dev lan1 ingress pref 10; }
first() { in_ns gw tc filter add dev lan1 ingress protocol all pref 10 bpf da bytecode "1,6 0 0 0,"; }
passed_by filters/others-pass-first undo_first first
# By TCX, whose programs come before every filter, and of which nobody is told.
first_tcx()
{
	spawn first gw "$TOOLS/tcx" first lan1
	wait_for 5 grep -q ready "$WORK/first.out"
}
undo_first_tcx() { stop first; }
in_ns gw timeout 0.3 "$TOOLS/tcx" first lan1 >"$WORK/tcx.out" 2>&1 || true
if grep -q ready "$WORK/tcx.out"; then
	passed_by filters/others-pass-first undo_first_tcx first_tcx
else
	note "no TCX in this kernel"
fi
assert "the log says so" grep -q 'asked before ours and may pass packets by' "$WORK/agent.err"

# What SQM and qosify do: classify, and go on. Behind ours they see what we let through; before ours, too, is said.
shape() { in_ns gw tc filter add dev lan1 ingress protocol ip pref 11 u32 match u32 0 0 action skbedit priority 7 continue; }
undo_shape() { in_ns gw tc filter del dev lan1 ingress pref 11; }
if in_ns gw tc filter add dev lan1 ingress protocol ip pref 12 u32 match u32 0 0 action skbedit priority 7 continue 2>/dev/null; then
	in_ns gw tc filter del dev lan1 ingress pref 12
	passed_by filters/shaper-first undo_shape shape
else
	note "no u32 or skbedit in this kernel: the shaper is one of BPF"
	shape() { in_ns gw tc filter add dev lan1 ingress protocol all pref 11 bpf da bytecode "1,6 0 0 4294967295,"; }
	passed_by filters/shaper-first undo_shape shape
fi
before=$(outside)
in_ns gw tc filter add dev lan1 ingress protocol all pref 272 bpf da bytecode "1,6 0 0 0,"
observe 0.3
wrong=$(($(outside) - before))
beat cam1 $CLOUD_4 443 >/dev/null || wrong=$((wrong + 1))
no_attention 'asked before camgate' || wrong=$((wrong + 1))
fault filters/qosify-behind "a filter behind ours: $wrong denied packets got out, allowed ones lost or complaints" "$wrong"
in_ns gw tc filter del dev lan1 ingress pref 272

# A shaper that wants an ingress qdisc of its own takes the place of ours: said until it goes.
before=$(outside)
# Held up, as the agent would be the faster of the two.
kill -STOP "${PIDS[agent]}"
in_ns gw tc qdisc del dev lan1 clsact
in_ns gw tc qdisc add dev lan1 ingress
kill -CONT "${PIDS[agent]}"
wait_for 5 attention 'port lan1 is not enforced'
said=$(cg_json status | jq -r .enforced)
leaked=$(($(outside) - before))
in_ns gw tc qdisc del dev lan1 ingress
wait_for 10 attached lan1
wait_for 5 enforced
observe 0.3
before=$(outside)
observe 0.2
fault filters/shaper-takes-the-qdisc "status said $said while it was there, $leaked denied packets got out; attached when it went, then $(($(outside) - before)) in 200 ms" \
	$(($([[ $said == partial ]] && echo 0 || echo 1) + $(outside) - before))
