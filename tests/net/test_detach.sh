#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# `detach` and `make uninstall` leave nothing: listings and traffic are those of before.
. "$(dirname "$0")/lib.sh"

need_camgate
house_up
# Another's filter and qdisc on a port of ours must stay.
in_ns gw tc qdisc add dev lan2 clsact
in_ns gw tc filter add dev lan2 ingress protocol all pref 0x1000 \
	bpf bytecode "1,6 0 0 0," flowid 1:1

listing()
{
	local dev dir out=$WORK/$1.listing
	{
		in_ns gw tc qdisc show
		while read -r dev; do
			for dir in ingress egress; do
				printf '%s %s:\n' "$dev" "$dir"
				in_ns gw tc filter show dev "$dev" "$dir" 2>/dev/null || true
			done
		done < <(in_ns gw ip -br link show | sed 's/[@ ].*//')
		in_ns gw nft list ruleset
		in_ns gw ip -br link show | awk '{ print $1, $2, $3 }'
		for dev in lan1 lan2 lan3; do
			in_ns gw "$TOOLS/tcx" list $dev || true
		done
		find "$RUN/bpf" -mindepth 1
	} >"$out"
}
yesno() { if "$@" >/dev/null 2>&1; then echo yes; else echo no; fi; }
traffic()
{
	{
		yesno beat cam1 $CLOUD_4 443
		yesno beat cam1 $STRANGER_4 443
		yesno beat cam1 $STRANGER_6 443
		yesno beat stranger $WAN4 $TCP_PORT
		yesno beat stranger $CAM1_6 $TCP_PORT
		yesno beat phone $CAM1_4 $TCP_PORT
	} >"$WORK/$1.traffic"
}
differences()
{
	{
		diff "$WORK/before.listing" "$WORK/$1.listing"
		diff "$WORK/before.traffic" "$WORK/$1.traffic"
	} | grep -c '^[<>]' || true
}

listing before
traffic before
config
agent_start
cg open cam1 10m >/dev/null
assert "opened" beat cam1 $STRANGER_4 443
cg seal cam1 >/dev/null
refute "sealed" beat cam1 $CLOUD_4 443
listing attached
traffic attached
control=$(differences attached)
assert_num "attached, the differences are seen" "$control" ">" 10
pid=${PIDS[agent]}
assert "detach" cg detach
wait_for 5 gone "$pid"
listing after
traffic after
cat "$WORK"/{before,attached,after}.listing "$WORK"/{before,attached,after}.traffic >"$WORK/all.listing"
traces=$(differences after)

# What make install puts somewhere, make uninstall takes away.
if grep -q '^uninstall:' "$ROOT/Makefile" 2>/dev/null; then
	root=$WORK/root
	make -s -C "$ROOT" install DESTDIR="$root" >"$WORK/make.log" 2>&1 || fail "make install: $(tail -n 2 "$WORK/make.log")"
	files=$(find "$root" -type f | wc -l)
	assert_num "files installed" "$files" ">" 2
	control=$((control + files))
	make -s -C "$ROOT" uninstall DESTDIR="$root" >>"$WORK/make.log" 2>&1 || fail "make uninstall: $(tail -n 2 "$WORK/make.log")"
	find "$root" ! -type d >>"$WORK/all.listing"
	traces=$((traces + $(find "$root" ! -type d | wc -l)))
fi
figure remove/traces "$traces" == 0 traces 1 "$control" "$WORK/all.listing"
