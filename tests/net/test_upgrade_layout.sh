#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# An agent whose maps have another layout takes over: the old programs enforce until its own are attached, there and back, also when it is killed meanwhile.
. "$(dirname "$0")/lib.sh"

OTHER=$BUILD/other
RANDOM=${CG_TEST_SEED:-$$}

# The same sources with another version and a structure of the packet path moved.
build_other()
{
	local inc=$OTHER/include/camgate abi=$ROOT/include/camgate/bpf_abi.h
	mkdir -p "$inc"
	find "$ROOT/include/camgate" -name '*.h' ! -name bpf_abi.h -exec cp -pu {} "$inc" \;
	sed -E 's/^(#define CG_BPF_ABI_VERSION +).*/\199/
		s/^struct cg_state \{/&\n\t__u64 more[2];/
		s/^(CG_ABI_SIZE\(struct cg_state, )352/\1368/
		s/^(CG_ABI_OFFSET\(struct cg_state, addr, )96/\1112/' "$abi" >"$inc/bpf_abi.h.new"
	cmp -s "$inc/bpf_abi.h.new" "$inc/bpf_abi.h" || mv "$inc/bpf_abi.h.new" "$inc/bpf_abi.h"
	[[ $(diff "$abi" "$inc/bpf_abi.h" | grep -c '^>') -eq 4 ]] || fail "the other layout is not another one"
	make -j2 -C "$ROOT" B=build/other CFLAGS="-O0 -Ibuild/other/include" CLANG="${CLANG:-clang} -Ibuild/other/include" \
		all >"$WORK/other.log" 2>&1 || fail "the other agent does not build: $(tail -n 3 "$WORK/other.log")"
}

# Of what is pinned now.
version() { bpftool -j map dump pinned "$PIN_DIR/cg_meta" | jq -r '.[0].value[16]' | xargs printf '%d\n'; }

# lost and leaked since a moment: FROM TO
lost() { echo $(($(sent allowed "$1" "$2") - $(received allowed "$1" "$2"))); }

other_start()
{
	spawn agent gw "$OTHER/camgated" --foreground --config "$CONF" --pin-dir "$PIN_DIR" \
		--socket "$CAMGATE_SOCKET" --state-dir "$CAMGATE_STATE_DIR"
}

[[ $BUILD == "$ROOT/build" ]] || skip "builds a second agent: only where the sources are"
need_camgate
need make clang
build_other
house_up
config "signs = none allow += { \"$CLOUD_4/32:5000/udp\" }"
agent_start
ours=$(version)
pace allowed cam1 cloud $CLOUD_4 5000
wait_for 10 sunk allowed 50
pace denied cam1 stranger $STRANGER_4 5000
cg open cam2 10m >/dev/null
cg seal cam1 >/dev/null
refute "sealed by hand: the cloud" beat cam1 $CLOUD_4 443
cg auto cam1 >/dev/null
wait_for 5 beat cam1 $CLOUD_4 443
assert "opened by hand: the stranger" beat cam2 $STRANGER_4 443
observe 0.2

from=$(now_ns) changes=0 kills=0
for how in auto tc; do
	ATTACH=$how
	config "signs = none allow += { \"$CLOUD_4/32:5000/udp\" }"
	assert "attach = $how" cg reload
	stop agent
	for _ in 1 2 3; do
		other_start
		sleep "$(printf '0.%03d' $((RANDOM % 400)))"
		kill -KILL "${PIDS[agent]}"
		wait "${PIDS[agent]}" 2>/dev/null || true
		unset "PIDS[agent]"
		kills=$((kills + 1))
	done
	other_start
	wait_for 20 enforced
	assert_num "the maps are those of the other" "$(version)" "==" 99
	refute "the opening ended with the old maps: the stranger" beat cam2 $STRANGER_4 443
	refute "the stranger" beat cam1 $STRANGER_4 443
	assert "the cloud" beat cam1 $CLOUD_4 443
	stop agent
	agent_start
	assert_num "and back" "$(version)" "==" "$ours"
	changes=$((changes + 2))
done
to=$(now_ns)
passes_all
leaked=$(received denied "$from" "$to") gone=$(lost "$from" "$to")
assert_num "denied packets tried meanwhile" "$(sent denied "$from" "$to")" ">" $((500 / LAX))
figure upgrade/leaked_packets "$leaked" "==" 0 packets "$changes" "$(received denied "$off_from" "$off_to")" "$WORK/denied.sink"
fault upgrade/other-layout "$changes changes of the maps' layout and $kills kills in them: $leaked denied packets got out, $gone allowed ones lost" $((leaked + gone))
