# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2034 # names for the parts
# First script in the guest: helpers, the house, then each part in its own file; ends with the number of failures.
fails=0
passes=0
BPF=/run/bpf
MODULE=/t/camgate.ko
CAM=02:ca:00:00:00:01
PHONE=02:aa:00:00:00:01
MARK=0x01000000

ok() {
	passes=$((passes + 1))
	echo "ok $1"
}
no() {
	fails=$((fails + 1))
	echo "not ok $1"
}
check() { # NAME COMMAND...: must succeed
	name=$1
	shift
	if "$@" >/tmp/out 2>&1; then ok "$name"; else
		sed 's/^/# /' /tmp/out
		no "$name"
	fi
}
refuse() { # NAME ERROR COMMAND...: must fail, and name that error
	name=$1 error=$2
	shift 2
	if "$@" >/tmp/out 2>&1; then
		no "$name: went through"
	elif grep -q "error=$error" /tmp/out; then
		ok "$name: $error"
	else
		sed 's/^/# /' /tmp/out
		no "$name: another failure than $error"
	fi
}
same() { # NAME A B
	if [ "$2" = "$3" ]; then ok "$1"; else
		echo "# '$2' is not '$3'"
		no "$1"
	fi
}
# What a promise is measured by: test.sh writes it to build/figures.jsonl.
figure() { # NAME VALUE OP LIMIT UNIT N CONTROL
	echo "figure $*"
}
above() { # NAME NUMBER LIMIT
	if [ "$2" -gt "$3" ]; then ok "$1 ($2)"; else no "$1 ($2, expected above $3)"; fi
}
wait_for() { # SECONDS COMMAND...: until it succeeds
	limit=$(($(date +%s) + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$(date +%s)" -lt "$limit" ] || return 1
		usleep 20000
	done
}
at() { # NAMESPACE COMMAND...
	ns=$1
	shift
	ip netns exec "$ns" "$@"
}
lines() { [ "$(wc -l <"$2")" -ge "$1" ]; }
value() { # KEY: of key=value words on the input
	tr ' ' '\n' | sed -n "s/^$1=//p"
}
guard_value() { at gw kmodctl guard-get | value "$1"; }
ifindex() { at gw cat "/sys/class/net/$1/ifindex"; }

# The first filter or hook of its kind under traffic, and the last to go, patch
# the kernel's text. QEMU without KVM now and then lets a CPU run into such a
# patch half done ("Oops: int3"; nft alone does it too, without our module). One
# of each that stays leaves the text as it is.
keep() {
	ip netns add keep
	ip -n keep link add keep0 type veth peer name keep1
	at keep tc qdisc add dev keep0 clsact
	at keep nft -f - <<-R
		table netdev keep {
			chain keep {
				type filter hook ingress device keep0 priority 0
			}
		}
	R
}

# The gateway's bridge, the camera at lan1, a phone at lan2.
house() {
	for n in gw cam phone; do
		ip netns add $n
		ip -n $n link set lo up
	done
	ip -n gw link add br-lan type bridge
	ip -n gw link set br-lan address 02:00:00:00:00:01
	plug cam c0 lan1 $CAM 192.168.1.20
	plug phone p0 lan2 $PHONE 192.168.1.30
	ip -n gw addr add 192.168.1.1/24 dev br-lan
	ip -n gw link set br-lan up
	wait_for 10 reaches phone 192.168.1.1
}
plug() { # NAMESPACE ITS-END PORT MAC ADDRESS
	ip -n gw link add "$3" type veth peer name "$2" netns "$1"
	ip -n "$1" link set "$2" address "$4"
	ip -n "$1" addr add "$5/24" dev "$2"
	ip -n gw link set "$3" master br-lan
	ip -n gw link set "$3" up
	ip -n "$1" link set "$2" up
}
unhouse() {
	for n in gw cam phone; do ip netns del $n; done
}
reaches() { at "$1" ping -c 1 -W 1 "$2"; }
# Answers of 10 pings.
answers() { at "$1" ping -q -c 10 -i 0.1 -W 1 192.168.1.1 | sed -n 's/.* \([0-9]*\) packets received.*/\1/p'; }

# The real programs on lan1, one camera in slot 3 of 16.
programs() { # PIN-DIR [SLOTS]
	kmodbpf load /t/camgate.bpf.o "$1" "${2:-16}" && kmodbpf camera "$1" $CAM 3 &&
		kmodbpf meta "$1" $MARK "${3:-pass}"
}
forget() { rm -rf "$1"; }

# shellcheck source=tests/kmod/guest/checkers.sh
. /t/checkers.sh
dmesg -n 1
leaks_forget
dmesg -c >/dev/null
echo 1 >/proc/sys/kernel/unprivileged_userns_clone 2>/dev/null
chmod 755 /t /run /tmp
keep
for part in ${PARTS:-$(cat /t/parts)}; do
	echo "## $part, $(cut -d' ' -f1 /proc/uptime) s"
	# shellcheck disable=SC1090 # the parts
	. "/t/$part.sh"
done
rmmod camgate 2>/dev/null
echo "## kernel messages"
leaks >/tmp/leaks
reports >/tmp/reports
found=$(($(grep -c '^unreferenced' /tmp/leaks) + $(wc -l </tmp/reports)))
if [ $found != 0 ]; then
	head -n 60 /tmp/leaks
	cat /tmp/reports
	dmesg | grep -F -A 40 -m 1 "$(head -n 1 /tmp/reports)"
	no 'kernel messages are clean'
else
	ok 'kernel messages are clean'
fi
if [ -e /proc/lockdep_stats ]; then
	same 'the watch over locks went on to the end' \
		"$(sed -n 's/^ debug_locks: *//p' /proc/lockdep_stats)" 1
fi
[ -z "$PLANTED" ] || figure kmod/kasan_reports "$found" == 0 reports "$passes" "$PLANTED"
echo "$passes passed, $fails failed"
[ $fails = 0 ]
