#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# scenario.sh: runs in a fresh root under its systemd: install, one edit, enforcement, upgrade under traffic, detach, remove, install again, purge.
#
# The packages lie in /t/debs, those of the next version in /t/next. CG_KMOD=1: with the
# kernel module, which DKMS builds here.
set -u
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin
passed=0 failed=0
verdict() { # STATUS NAME
	if [[ $1 == 0 ]]; then
		passed=$((passed + 1))
		echo "ok deb: $2"
	else
		failed=$((failed + 1))
		echo "not ok deb: $2"
	fi
}
is() { # NAME GOT WANT
	[[ $2 == "$3" ]] || echo "# got '$2', want '$3'"
	[[ $2 == "$3" ]]
	verdict $? "$1"
}
wait_for() { # SECONDS COMMAND...
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		((SECONDS < end)) || return 1
		sleep 0.2
	done
}
apt() { apt-get -y -q -o Dpkg::Use-Pty=0 --no-install-recommends "$@" >/t/apt.log 2>&1 || { sed 's/^/# /' /t/apt.log; return 1; }; }
active() { systemctl is-active -q camgate; }
quiet() { ! active; }
state() { systemctl show camgate -p "$1" --value; }
enforced() { camgate status --json | grep -q '"enforced": *"full"'; }

# ---- a house: a camera and a laptop on the LAN, a server outside -------------
sysctl -qw net.ipv4.ip_forward=1
ip link set lo up
ip link add br-lan type bridge
ip link set br-lan up
ip addr add 192.168.1.1/24 dev br-lan
device() { # NAME MAC ADDRESS
	ip netns add "$1"
	ip link add "lan-$1" type veth peer name eth0 netns "$1"
	ip -n "$1" link set eth0 address "$2" up
	ip -n "$1" addr add "$3/24" dev eth0
	ip -n "$1" route add default via 192.168.1.1
	ip link set "lan-$1" master br-lan up
}
device cam 02:ca:00:00:00:01 192.168.1.50
device laptop 02:cb:00:00:00:01 192.168.1.60
ip netns add out
ip link add wan0 type veth peer name eth0 netns out
ip -n out link set eth0 up
ip -n out addr add 198.51.100.7/24 dev eth0
ip -n out route add default via 198.51.100.1
ip link set wan0 up
ip addr add 198.51.100.1/24 dev wan0
reaches() { ip netns exec "$1" ping -q -c 1 -W 2 198.51.100.7 >/dev/null; }
passes() { # WHEN
	reaches cam
	verdict $? "the camera is held back by nothing: $1"
}
held() { # WHEN
	reaches laptop
	verdict $? "the laptop goes out: $1"
	! reaches cam
	verdict $? "the camera does not: $1"
}
wait_for 20 reaches cam
wait_for 20 reaches laptop
passes 'before anything'

# ---- install -----------------------------------------------------------------
packages=(/t/debs/camgate_*.deb /t/debs/camgate-doc_*.deb)
[[ -z ${CG_KMOD:-} ]] || packages+=(/t/debs/camgate-dkms_*.deb)
apt install "${packages[@]}"
verdict $? 'apt installs the packages'
wait_for 60 active
is 'the agent runs' "$(systemctl is-active camgate) $(systemctl is-enabled camgate)" 'active enabled'
is 'the boot guard is enabled, and has nothing to load' \
	"$(systemctl is-enabled camgate-bootguard) $(systemctl is-active camgate-bootguard)" 'enabled inactive'
is 'nothing waits to be told dpkg' "$(ls /run/camgate/installed 2>/dev/null)" ''
is 'the socket is of root and the group' "$(stat -c '%a %U %G' /run/camgate/control.sock)" '660 root camgate'
is 'no table of ours' "$(nft list tables | grep camgate)" ''
passes 'a fresh install'

# ---- one edit ----------------------------------------------------------------
cat >>/etc/camgate/camgate.conf <<'END'
lan = { "br-lan" }
END
mkdir -p /etc/camgate/cameras.d
echo 'camera "nursery" { mac = "02:ca:00:00:00:01" }' >/etc/camgate/cameras.d/nursery.conf
camgate check >/dev/null && camgate reload >/t/reload.log 2>&1
verdict $? 'check and reload'
reaches cam
wait_for 30 enforced
verdict $? 'status shows enforcement'
camgate status | sed 's/^/# /'
held 'after the edit'
[[ -s /var/lib/camgate/bootguard.nft ]]
verdict $? 'the boot guard has something to load'
if [[ -n ${CG_KMOD:-} ]]; then
	is 'DKMS built the module for this kernel' "$(dkms status camgate | grep -c "$(uname -r).*: installed")" 1
	grep -q '^camgate ' /proc/modules
	verdict $? 'it is loaded'
	wait_for 60 grep -q . /proc/net/camgate
	camgate counters --json | grep -q '"source": *"module"'
	verdict $? 'the counters come from it'
fi

# ---- upgrade -----------------------------------------------------------------
# What of the camera arrives meanwhile, and what of the laptop is lost.
watch() { # NAME
	ip netns exec "$1" ping -n -i 0.05 198.51.100.7 >"/t/ping-$1" 2>&1 &
	pinger=$!
}
watch cam && cam=$pinger
watch laptop && laptop=$pinger
wait_for 10 grep -q 'bytes from' /t/ping-laptop
before=$(state MainPID)
# The default of the file has changed too: asked without a terminal, dpkg keeps the household's.
apt -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold install /t/next/*.deb
verdict $? 'apt upgrades'
wait_for 60 active
sleep 1
kill -INT "$cam" "$laptop"
wait
[[ $(state MainPID) != "$before" ]] && active
verdict $? 'another agent runs'
is 'of the next version' "$(dpkg-query -W -f '${Version}' camgate)" "$(cat /t/next/version)"
sent=$(sed -n 's/^\([0-9]*\) packets transmitted.*/\1/p' /t/ping-laptop)
lost=$(sed -n 's/.* received, \(+[0-9]* errors, \)\?\([0-9.]*\)% packet loss.*/\2/p' /t/ping-laptop)
echo "# upgrade: the laptop sent $sent, the camera $(sed -n 's/^\([0-9]*\) packets transmitted.*/\1/p' /t/ping-cam)"
is 'nothing of the camera got out meanwhile' "$(grep -c 'bytes from' /t/ping-cam)" 0
is 'nothing of the laptop was lost' "$lost" 0
wait_for 30 enforced
held 'after the upgrade'
tail -n 1 /etc/camgate/camgate.conf | grep -q '^lan = '
verdict $? 'the edited config is kept'
grep -qs 'of the next version' /etc/camgate/camgate.conf.dpkg-dist
verdict $? 'and the new one lies beside it'
[[ -s /etc/camgate/cameras.d/nursery.conf ]]
verdict $? 'so are files of its own'

# Whoever took it out by hand finds it out.
camgate detach >/t/detach.log 2>&1
verdict $? 'detach'
wait_for 20 quiet
apt --reinstall -o Dpkg::Options::=--force-confold install /t/next/*.deb
verdict $? 'installed again while it is detached'
is 'it stays detached' "$(systemctl is-active camgate)" inactive
passes 'detached'
systemctl start camgate
wait_for 60 enforced
held 'started again'

# ---- remove ------------------------------------------------------------------
left() { # what is left in the kernel
	nft list tables | grep camgate
	for port in lan-cam lan-laptop; do
		tc filter show dev $port ingress | grep -i 'bpf\|cg_'
		tc filter show dev $port egress | grep -i 'bpf\|cg_'
		ip -d link show dev $port | grep -i 'prog/\|tcx'
	done
	ls -d /sys/fs/bpf/camgate 2>/dev/null
	[[ -z ${CG_KMOD:-} ]] || grep '^camgate ' /proc/modules
}
apt remove 'camgate*'
verdict $? 'apt removes it'
is 'nothing is left in the kernel' "$(left)" ''
passes 'removed'
is 'the household keeps its files' "$(ls /etc/camgate/camgate.conf /etc/camgate/cameras.d/nursery.conf /var/lib/camgate/state.json)" \
	"$(printf '%s\n' /etc/camgate/cameras.d/nursery.conf /etc/camgate/camgate.conf /var/lib/camgate/state.json)"
# Its default is another one than that of the version removed: dpkg would ask.
apt -o Dpkg::Options::=--force-confold install "${packages[@]}"
verdict $? 'installed again'
wait_for 60 enforced
held 'installed again'
apt purge 'camgate*'
verdict $? 'apt purges it'
is 'nothing is left in the kernel, purged' "$(left)" ''
passes 'purged'
is 'no file is left' "$(find / -xdev -iname '*camgate*' -not -path '/t/*' -not -path '/proc/*' -not -path '/sys/*' \
	-not -path '/var/cache/*' -not -path '/var/log/*' 2>/dev/null)" ''
echo "$passed passed, $failed failed, 0 skipped"
