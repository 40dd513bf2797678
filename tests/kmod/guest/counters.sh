# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# The counters by netlink, by /proc and by the map itself are the same numbers.
# GNU diff marks lines with < and >, busybox's with - and +.
differ() { diff /tmp/by_map "/tmp/by_$1" | grep -c '^[<>+-] *[0-9]'; } # proc|netlink: lines
agree() { # NAME PIN-DIR
	kmodbpf map "$2" >/tmp/by_map
	at gw cat /proc/net/camgate >/tmp/by_proc
	at gw kmodctl dump >/tmp/by_netlink 2>/tmp/by_netlink.err
	mismatch=$(($(differ proc) + $(differ netlink)))
	if [ $mismatch = 0 ]; then
		ok "$1 ($(wc -l </tmp/by_map) lines, $(value messages </tmp/by_netlink.err) messages)"
	else
		diff /tmp/by_map /tmp/by_proc | head -n 5
		diff /tmp/by_map /tmp/by_netlink | head -n 5
		no "$1"
	fi
}
total() { awk '$2 < 2 { n += $4 } END { print n + 0 }' /tmp/by_map; }
house
programs $BPF/p judge
check 'attach' at gw kmodbpf attach $BPF/p lan1
check 'set' at gw kmodctl set $BPF/p/cg_from_cam
at cam kmodbpf send c0 $CAM 02:00:00:00:00:01 1000
counted() {
	kmodbpf map $BPF/p >/tmp/by_map
	[ "$(total)" -ge 1000 ]
}
wait_for 10 counted
agree 'after 1000 frames by the wire' $BPF/p
above 'every one of them counted' "$(total)" 999
cpus=$(nproc)
kmodbpf cpus $BPF/p >/tmp/cpus_before
check "$RUNS more on each of $cpus CPUs" kmodbpf run $BPF/p $CAM "$RUNS" "$cpus"
kmodbpf cpus $BPF/p | paste - /tmp/cpus_before | awk '{ print $1 - $2 }' >/tmp/cpus
same "each CPU counted its own" "$(sort -u </tmp/cpus) $(wc -l </tmp/cpus)" "$RUNS $cpus"
agree 'after them' $BPF/p
above 'every one of them counted' "$(total)" $((cpus * RUNS + 999))
above 'under several reasons' "$(wc -l </tmp/by_map)" 3
at gw kmodctl get 3 >/tmp/one
same 'get gives the slot' "$(cat /tmp/one)" "$(cat /tmp/by_map)"
# One frame more, and the same comparison must find it.
at cam kmodbpf send c0 $CAM 02:00:00:00:00:01 1
one_more() {
	at gw cat /proc/net/camgate >/tmp/by_proc
	[ "$(differ proc)" -gt 0 ]
}
check 'a difference of one frame is seen' wait_for 10 one_more
figure kmod/counter_mismatch "$mismatch" == 0 counters $((cpus * RUNS)) "$(differ proc)"
same 'get of an empty slot gives nothing' "$(at gw kmodctl get 5 | wc -l)" 1
same '/proc is for root and its group' "$(at gw ls -l /proc/net/camgate | cut -c 1-10)" '-r--r-----'

# Many full slots: messages are split inside a slot and joined again.
programs $BPF/q
kmodbpf fill $BPF/q 7
check 'set a large map' at gw kmodctl set $BPF/q/cg_from_cam
agree 'a dump of 300 slots' $BPF/q
at gw kmodctl get 299 2>&1 | tail -n +2 >/tmp/last
same 'a full slot by get' "$(awk '$1 == 299' /tmp/by_map)" "$(cat /tmp/last)"
at gw kmodctl get 297 2>&1 | tail -n +2 >/tmp/last
same 'all its cells' "$(wc -l </tmp/last)" 192

# Replaced while it is being dumped.
rm -f /tmp/slow /tmp/go
at gw kmodctl dump /tmp/go >/tmp/slow 2>/tmp/slow.err &
slow=$!
check "a dump is under way" wait_for 60 lines 5 /tmp/slow
check "another map is set meanwhile" at gw kmodctl set $BPF/p/cg_from_cam
touch /tmp/go
wait $slow
sed "s/^/# /" /tmp/slow.err
grep -q interrupted /tmp/slow.err
same 'a dump over a replacement says so' $? 0
at gw kmodctl dump >/dev/null 2>/tmp/slow.err
grep -q interrupted /tmp/slow.err
same 'the next one does not' $? 1
forget $BPF/p
forget $BPF/q
unhouse
