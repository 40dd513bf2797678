# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# One namespace neither sees nor touches another, and takes its part with it when it goes.
alive() { kmodbpf alive map cg_stats; }
others=$(alive)
none() { [ "$(alive)" = "$others" ]; }
house
mkdir -p $BPF/k
kmodbpf make good $BPF/k/good
check 'set in gw' at gw kmodctl set $BPF/k/good
check 'gw has it' at gw kmodctl get 0
refuse 'phone has not' ENODATA at phone kmodctl get 0
refuse 'nor the first namespace' ENODATA kmodctl get 0
check 'unset in phone' at phone kmodctl unset
check 'changes nothing in gw' at gw kmodctl get 0
check 'guard in gw' at gw kmodctl guard mode=1 mark=$MARK ports=name:lan1
same 'none in phone' "$(at phone kmodctl guard-get | value mode)" 0

at gw kmodctl listen 1 >/tmp/heard &
listener=$!
at phone kmodctl listen 1 >/tmp/heard_phone &
deaf=$!
wait_for 10 grep -q listening /tmp/heard
wait_for 10 grep -q listening /tmp/heard_phone
check 'announce' at gw kmodctl announce nursery 7 3
wait $listener
same 'is heard in its namespace' "$(tail -n 1 /tmp/heard)" 'cmd=5 id=nursery generation=7 slot=3'
same 'and in no other' "$(wc -l </tmp/heard_phone)" 1
kill $deaf
check 'announce with nobody listening' at gw kmodctl announce nursery 8
same 'a namespace that ends' "$(alive)" $((others + 1))
rm -rf $BPF/k
unhouse
check 'lets its map go' wait_for 20 none

# With a socket open in it, and the guard on, while frames arrive.
house
kmodbpf load /t/camgate.bpf.o $BPF/n 300
camera $BPF/n
kmodbpf fill $BPF/n 9
at gw kmodctl set $BPF/n/cg_from_cam >/dev/null
at gw kmodctl guard mode=2 mark=$MARK ports=bridge:br-lan macs=$CAM flags=3
at cam kmodbpf send c0 $CAM 02:00:00:00:00:01 0 &
sender=$!
rm -f /tmp/slow /tmp/go
at gw kmodctl dump /tmp/go >/tmp/slow 2>/dev/null &
slow=$!
check "a dump is under way" wait_for 60 lines 5 /tmp/slow
forget $BPF/n
unhouse
touch /tmp/go
wait $slow
same 'a dump outlives the name of its namespace' "$(tail -n 1 /tmp/slow | cut -d' ' -f1)" 299
kill $sender 2>/dev/null
wait $sender 2>/dev/null
check 'and then its map goes' wait_for 20 none

# With its file in /proc held open.
house
kmodbpf load /t/camgate.bpf.o $BPF/n 300
camera $BPF/n
kmodbpf fill $BPF/n 9
at gw kmodctl set $BPF/n/cg_from_cam >/dev/null
rm -f /tmp/held /tmp/go
at gw sh -c 'exec 3</proc/net/camgate; touch /tmp/held; until [ -e /tmp/go ]; do usleep 20000; done; cat <&3' >/tmp/slow &
slow=$!
wait_for 20 [ -e /tmp/held ]
forget $BPF/n
unhouse
same 'an open file keeps its namespace' "$(alive)" $((others + 1))
touch /tmp/go
wait $slow
same 'it can be read to its end' "$(tail -n 1 /tmp/slow | cut -d' ' -f1)" 299
check 'and then its map goes' wait_for 20 none
