# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# Unloading while packets and a dump are under way, and replacing the map while packets count.
house
programs $BPF/p
programs $BPF/q
kmodbpf fill $BPF/p 3
at gw kmodbpf attach $BPF/p lan1
at gw kmodctl set $BPF/p/cg_from_cam >/dev/null
rm -f /tmp/slow /tmp/go
at gw kmodctl dump /tmp/go >/tmp/slow 2>/dev/null &
slow=$!
check "a dump is under way" wait_for 60 lines 5 /tmp/slow
rmmod camgate 2>/dev/null
same 'a running dump keeps the module' "$(lsmod | grep -c '^camgate')" 1
touch /tmp/go
wait $slow
same 'it runs to its end' "$(tail -n 1 /tmp/slow | cut -d' ' -f1)" 299
check 'then the module can go' rmmod camgate
insmod $MODULE
at gw kmodctl set $BPF/p/cg_from_cam >/dev/null
rm -f /tmp/slow /tmp/go
# Not by at(), a function: its shell would be killed in place of the dump.
nsenter --net=/run/netns/gw kmodctl dump /tmp/go >/tmp/slow 2>/dev/null &
slow=$!
check "a dump is under way" wait_for 60 lines 5 /tmp/slow
same "and is the one" "$(cat /proc/$slow/comm)" kmodctl
kill -9 $slow
wait $slow 2>/dev/null
check 'a dump that was killed does not' wait_for 10 rmmod camgate

# Its file in /proc is open meanwhile.
insmod $MODULE
at gw kmodctl set $BPF/p/cg_from_cam >/dev/null
rm -f /tmp/held /tmp/go
at gw sh -c 'exec 3</proc/net/camgate; touch /tmp/held; until [ -e /tmp/go ]; do usleep 20000; done; cat <&3' >/tmp/slow 2>&1 &
slow=$!
wait_for 20 [ -e /tmp/held ]
check 'an open file in /proc does not keep it' rmmod camgate
touch /tmp/go
wait $slow
same 'and has no more to say' "$(grep -c '^[0-9]' /tmp/slow)" 0

at cam kmodbpf send c0 $CAM 02:00:00:00:00:01 0 &
sender=$!
rounds=0
while [ $rounds -lt 20 ]; do
	insmod $MODULE || break
	at gw kmodctl set $BPF/p/cg_from_cam >/dev/null &&
		at gw kmodctl guard mode=2 mark=$MARK ports=bridge:br-lan macs=$CAM flags=3 || break
	at gw cat /proc/net/camgate >/dev/null
	[ $rounds != 10 ] || at gw tc qdisc del dev lan1 clsact
	rmmod camgate || break
	rounds=$((rounds + 1))
done
same 'loaded and unloaded 20 times under traffic with the guard on' $rounds 20

insmod $MODULE
at gw kmodbpf attach $BPF/p lan1
at gw kmodctl guard mode=2 mark=$MARK ports=bridge:br-lan macs=$CAM flags=3
rounds=0
while [ $rounds -lt 25 ]; do
	at gw kmodctl set $BPF/q/cg_from_cam >/dev/null &&
		at gw kmodctl set $BPF/p/cg_to_cam >/dev/null &&
		at gw kmodctl dump >/dev/null 2>&1 && at gw kmodctl guard mode=$((rounds % 3)) macs=$CAM flags=3 || break
	rounds=$((rounds + 1))
done
same 'map and guard replaced 25 times under traffic' $rounds 25
kill -0 $sender
same 'traffic was there all the time' $? 0
kill $sender
wait $sender 2>/dev/null
forget $BPF/p
forget $BPF/q
unhouse
check 'and unloaded' rmmod camgate
insmod $MODULE
