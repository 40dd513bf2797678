#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs the house tests, all or those named, each in its own process with a time limit.
#
# run.sh [-l SECONDS] [NAME...]   (NAME: close_tcp4, test_close_tcp4 or a path)
# One line a test: "ok NAME", "not ok NAME reason" or "skip NAME reason"; logs in
# build/net/NAME.log. Ends with 0 only if none failed; with 77 if all were skipped.
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=${CG_BUILD:-$here/../../build}
limit=180
while getopts l: c; do
	case $c in
	l) limit=$OPTARG ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))

# Written out, so that a stray file does not join.
tests=(
	house no_camera
	close_tcp4 close_udp4 close_tcp6 close_udp6 close_ms agent_dead_close deadline
	stranger_closed4 stranger_closed6 lan_frames inbound gateway_services
	reload_traffic reload_many config_errors country kill_verdicts proxy_leak hairpin
	stop_silent stop_players stop_reload stop_reflector stop_upnp stop_turn upnp
	two_cams lan_viewing open_to viewer_home viewer_follow max_viewers fragments manual_state schedule off_on rules budgets who monitor learn audit
	record sessions signatures metrics
	discover quarantine family setup guide
	names names_race redirect mend
	hotplug reattach port_faults filter_faults upgrade_layout gso vlan offload_bridge offload_ports wifi guard_nft guard_reload bootguard fw4_include module detach openwrt
	control_abuse control_page privilege systemd mqtt
)
if [[ $# -gt 0 ]]; then
	tests=()
	for t in "$@"; do
		t=$(basename "$t" .sh)
		tests+=("${t#test_}")
	done
fi

mkdir -p "$build/net"
good=0 bad=0 skipped=0 failed=()
for t in "${tests[@]}"; do
	log=$build/net/$t.log
	start=$SECONDS
	status=0
	timeout -k 30 "$limit" "$here/test_$t.sh" >"$log" 2>&1 </dev/null || status=$?
	took="($((SECONDS - start)) s)"
	# What was injected, and what it was measured to do: for those who collect that.
	grep '^# fault ' "$log" || true
	case $status in
	0)
		good=$((good + 1))
		printf 'ok %s %s\n' "$t" "$took" ;;
	77)
		skipped=$((skipped + 1))
		printf 'skip %s %s\n' "$t" "$(sed -n "s/^skip $t: //p" "$log" | sed -n 1p)" ;;
	*)
		bad=$((bad + 1))
		failed+=("$t")
		reason=$(sed -n "s/^FAIL $t: //p" "$log" | sed -n 1p)
		[[ $status -ne 124 ]] || reason="not through after $limit s"
		printf 'not ok %s %s %s\n' "$t" "$took" "${reason:-ended with $status}" ;;
	esac
done
printf '%d ok, %d not ok, %d skipped of %d\n' $good $bad $skipped ${#tests[@]}
if [[ $bad -gt 0 ]]; then
	printf 'failed: %s (logs: %s/net/NAME.log)\n' "${failed[*]}" "$build"
	exit 1
fi
[[ $good -gt 0 ]] || exit 77
