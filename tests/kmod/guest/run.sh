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
# Without what `ip netns exec` mounts, which takes four times as long in emulation;
# by its path, since busybox prefers an ip and a tc of its own.
at() { # NAMESPACE COMMAND...
	ns=$1 program=$2
	shift 2
	[ ! -x "/bin/$program" ] || program=/bin/$program
	nsenter --net="/run/netns/$ns" "$program" "$@"
}
lines() { [ "$(wc -l <"$2")" -ge "$1" ]; }
value() { # KEY: of key=value words on the input
	tr ' ' '\n' | sed -n "s/^$1=//p"
}
guard_value() { at gw kmodctl guard-get | value "$1"; }
ifindex() { at gw busybox ip link show dev "$1" | sed -n "1s/:.*//p"; }

# The first filter or hook of its kind under traffic, and the last to go, patch
# the kernel's text. QEMU without KVM now and then lets a CPU run into such a
# patch half done ("Oops: int3"; nft alone does it too, without our module). One
# of each that stays leaves the text as it is.
keep() {
	ip netns add keep
	ip -n keep link add keep0 type veth peer name keep1
	at keep tc qdisc add dev keep0 clsact
	# 6.12 has one more such patch: for the first filter that is run in software.
	at keep tc filter add dev keep0 ingress pref 1 protocol all handle 1 fw action pass
	at keep nft -f - <<-R
		table netdev keep {
			chain keep {
				type filter hook ingress device keep0 priority 0
			}
		}
	R
	at keep nft add table inet keep
	at keep nft add flowtable inet keep keep '{ hook ingress priority 0; devices = { keep0 }; }' 2>/dev/null
}

# The gateway's bridge, the camera at lan1, a phone at lan2.
house() {
	for n in gw cam phone; do
		ip netns add $n
		# Nothing speaks by itself: frames are counted.
		at $n sh -c 'echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6'
	done
	at gw ip -batch - <<-R
		link set lo up
		link add br-lan address 02:00:00:00:00:01 type bridge
		link add lan1 type veth peer name c0 address $CAM netns cam
		link add lan2 type veth peer name p0 address $PHONE netns phone
		link set lan1 master br-lan up
		link set lan2 master br-lan up
		addr add 192.168.1.1/24 dev br-lan
		link set br-lan up
	R
	plug cam c0 192.168.1.20
	plug phone p0 192.168.1.30
	wait_for 10 reaches phone 192.168.1.1
}
plug() { # NAMESPACE ITS-END ADDRESS
	at "$1" ip -batch - <<-R
		link set lo up
		addr add $3/24 dev $2
		link set $2 up
	R
}
unhouse() {
	for n in gw cam phone; do ip netns del $n; done
}
reaches() { at "$1" ping -c 1 -W 1 "$2"; }
# Answers of 10 pings. One that is late makes it say its last line twice.
answers() { at "$1" ping -q -c 10 -i 0.1 -W 1 192.168.1.1 | sed -n 's/.* \([0-9]*\) packets received.*/\1/p' | tail -n 1; }

# The real programs, one camera in slot 3 of 300. The first to ask for p, or q,
# loads them; they are kept for those that follow.
programs() { # PIN-DIR [pass|judge]
	kept=$BPF/kept_${1##*/}
	[ -d "$kept" ] || kmodbpf load /t/camgate.bpf.o "$kept" 300
	kmodbpf again "$kept" "$1" && camera "$1" "$2"
}
camera() { kmodbpf camera "$1" $CAM 3 && kmodbpf meta "$1" $MARK "${2:-pass}"; } # PIN-DIR [pass|judge]
forget() { rm -rf "$1"; }

# shellcheck source=tests/kmod/guest/checkers.sh
. /t/checkers.sh
dmesg -n 1
leaks_forget
dmesg -c >/dev/null
echo 1 >/proc/sys/kernel/unprivileged_userns_clone 2>/dev/null
chmod 755 /t /run /tmp
keep
# The module is not there yet: what is reported up to here is the kernel's own, as
# 6.1 says of its flow tables that they are looked for without a lock. Such a place
# reports once.
reports | sed "s/^/# the kernel's own, without the module: /"
dmesg -c >/dev/null
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
