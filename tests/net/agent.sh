#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# camgate in the house: its config, the agent in the gateway, the command, what is attached.
# shellcheck disable=SC2034

CONF=$WORK/etc/camgate.conf
PIN_DIR=$RUN/bpf/camgate
export CAMGATE_CONFIG=$CONF CAMGATE_PIN_DIR=$PIN_DIR
export CAMGATE_SOCKET=$RUN/control.sock CAMGATE_STATE_DIR=$WORK/state

need_camgate()
{
	[[ -x $BIN/camgated && -x $BIN/camgate ]] || fail "build/camgated and build/camgate are not built"
	need bpftool
	mkdir -p "$WORK/etc" "$WORK/state"
	# Mounted here once, below a private path: `ip netns exec` would hide pins under /sys.
	if ! grep -qF " $RUN/bpf " /proc/mounts; then
		mount -t bpf bpf "$RUN/bpf" || skip "no bpffs on this kernel"
	fi
}

# How ports are attached: auto (TCX where the kernel has it) or tc.
ATTACH=${ATTACH:-auto}

# config [CAM1_LINES [CAM2_LINES [GLOBAL_LINES]]]: writes the config of the house's two cameras
config()
{
	cat >"$CONF" <<-END
	lan = { "br-lan" }
	attach = $ATTACH
	${3:-}
	camera "cam1" {
		id = "cam1"
		mac = { "$CAM1_MAC" }
		exposure = closed
		allow = { "$CLOUD_4/32:443", "[$CLOUD_6]:443" }
		${1:-}
	}
	camera "cam2" {
		id = "cam2"
		mac = { "$CAM2_MAC" }
		exposure = closed
		${2:-}
	}
	END
}

# cg ARGUMENTS...: the command, as the household would type it
cg() { in_ns gw "$BIN/camgate" "$@"; }

# 5 only says that a camera was never seen, or that a port is missing: callers look at what.
cg_json() { cg "$@" --json || [[ $? -eq 5 ]]; }

enforced() { cg_json status | jq -e '.enforced == "full"'; }

# agent_start [EXTRA OPTIONS]: and waits until policy is in force on every port
agent_start()
{
	[[ -e $CONF ]] || config
	spawn agent gw "$BIN/camgated" --foreground --config "$CONF" --pin-dir "$PIN_DIR" \
		--socket "$CAMGATE_SOCKET" --state-dir "$CAMGATE_STATE_DIR" "$@"
	local end=$((SECONDS + 20 * SLOW * $(busy)))
	until enforced >/dev/null 2>&1; do
		alive "${PIDS[agent]}" || fail "the agent ended: $(tail -n 3 "$WORK/agent.err")"
		((SECONDS < end)) || fail "the agent is not in force: $(tail -n 3 "$WORK/agent.err")"
		sleep 0.05
	done
}

# agent_kill: kill -9, and what it was is gone
agent_kill()
{
	local pid=${PIDS[agent]}
	stop agent KILL
	assert "the agent is killed" gone "$pid"
}

# filters DEVICE: camgate's programs there, by tc or TCX, one a line
filters()
{
	local dir
	{
		for dir in ingress egress; do
			in_ns gw tc filter show dev "$1" "$dir" 2>/dev/null | grep -o 'cg_[a-z_]*cam' || true
		done
		in_ns gw "$TOOLS/tcx" list "$1" || true
	} | sort -u
}

# tear DEVICE: takes camgate's programs off it, as another service might
tear()
{
	in_ns gw "$TOOLS/tcx" clear "$1" || in_ns gw tc qdisc del dev "$1" clsact
}

attached() { [[ $(filters "$1" | wc -l) -eq 2 ]]; }

bare() { [[ $(filters "$1" | wc -l) -eq 0 ]]; }

# slot CAMERA_ID: its number in the maps
slot()
{
	bpftool -j map dump pinned "$PIN_DIR/cg_names" |
		jq -r --arg id "$1" 'map(select(
			(.value[0:32] | map(ltrimstr("0x") | ascii_downcase) | join("")) as $hex |
			($id | explode | map([(. / 16 | floor), . % 16] |
				map("0123456789abcdef"[.:. + 1]) | join("")) | join("")) as $want |
			($hex | startswith($want + "00"))))[0].key |
			map(ltrimstr("0x") | explode | map(if . > 96 then . - 87 else . - 48 end) |
				.[0] * 16 + .[1]) | .[0] + .[1] * 256'
}

# deadline CAMERA_ID: CLOCK_MONOTONIC ns of its opening's end, as the packet path has it
deadline()
{
	local s word mono boot
	s=$(slot "$1")
	word=$(bpftool -j map lookup pinned "$PIN_DIR/cg_exposure" key \
		$((s & 255)) $((s >> 8 & 255)) 0 0 | jq -r '.value[0:8] | reverse |
		map(ltrimstr("0x")) | join("")')
	read -r mono boot _ < <("$TOOLS/nowns")
	printf '%d\n' $(((0x$word & ((1 << 60) - 1)) - boot + mono))
}
