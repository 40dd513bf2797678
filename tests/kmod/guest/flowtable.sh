# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# A flow that the kernel's flow table forwards past bridge and firewall is held by the guard when the filters go.
house
ip netns add wan
ip -n wan link set lo up
ip -n gw link add wan0 type veth peer name w0 netns wan
ip -n gw addr add 198.51.100.1/24 dev wan0
ip -n gw link set wan0 up
ip -n wan addr add 198.51.100.7/24 dev w0
ip -n wan link set w0 up
ip -n cam route add default via 192.168.1.1
at gw sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
programs $BPF/p
at gw kmodbpf attach $BPF/p lan1
at gw nft -f - <<R
table inet f {
	flowtable ft {
		hook ingress priority 0
		devices = { lan1, lan2, wan0 }
	}
	chain pre {
		type filter hook prerouting priority -150
		ct mark $MARK meta mark set ct mark
	}
	chain forward {
		type filter hook forward priority 0
		ct mark set $MARK
		meta l4proto udp flow add @ft
		counter
	}
	chain post {
		type nat hook postrouting priority 100
		oifname wan0 masquerade
	}
}
R
same 'nft takes the flow table' $? 0
received() { at wan cat /proc/net/snmp | awk '/^Udp: [0-9]/ { print $2 }'; }
forwarded() { at gw nft list chain inet f forward | sed -n 's/.*packets \([0-9]*\) .*/\1/p'; }
at wan kmodbpf udp-echo 5000 &
server=$!
at cam kmodbpf udp-send 198.51.100.7 5000 4000 10 &
client=$!
flowing() { [ "$(received)" -gt "${1:-20}" ]; }
check 'a stream reaches the internet' wait_for 20 flowing
at gw kmodctl guard mode=2 mark=$MARK ports=name:lan1,name:lan2 macs=$CAM flags=3
before=$(received) past=$(forwarded)
more() { [ "$(received)" -gt $((before + 20)) ]; }
check 'and goes on with the guard' wait_for 20 more
passed_by=$(($(received) - before - $(forwarded) + past))
# Before 5.13 a flow over a bridge is not taken by the flow table.
case $(uname -r) in
5.10.*) echo "# $passed_by packets were offloaded" ;;
*) above 'by the flow table, past the forward chain' "$passed_by" 10 ;;
esac
at gw tc qdisc del dev lan1 clsact
usleep 200000
before=$(received) dropped=$(guard_value dropped)
stopped() { [ "$(guard_value dropped)" -gt $((dropped + 20)) ]; }
check 'filters gone: the guard drops' wait_for 20 stopped
same 'and nothing reaches the internet' "$(received)" "$before"
at gw kmodctl guard mode=0
check 'without the guard it would' wait_for 20 more
kill $server $client
wait $server $client 2>/dev/null
forget $BPF/p
ip netns del wan
unhouse
