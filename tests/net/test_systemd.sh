#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The units under a systemd of their own, in namespaces: what only the service manager does to the agent is done by it.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/systemd.sh
. "$NET/systemd.sh"

need_camgate
systemd_need
mkdir "$CG" 2>/dev/null || skip "no cgroup can be made here"
ENDS+=(systemd_down)

space gw
mkdir -p "$WORK/units"
ip_ns gw <<END
link add br-lan type bridge
link add lan1 type veth peer name far1
link set lan1 master br-lan
link set br-lan up
link set lan1 up
link set far1 up
addr add 192.168.1.1/24 dev br-lan
END
for t in sysinit basic shutdown umount final network-pre local-fs multi-user; do
	printf '[Unit]\nDefaultDependencies=no\n' >"$WORK/units/$t.target"
done
printf '[Unit]\nDefaultDependencies=no\nWants=camgate.service\n' >"$WORK/units/default.target"
# The units as they are, but where the programs lie, and where they say something.
for u in camgate camgate-clock; do
	sed -E "s,/usr/sbin/camgated,/run/bin/camgated,; s,^ExecStart=/run/bin/camgated,& --foreground,
		s,^Type=.*,&\nStandardError=append:/run/$u.log," "$ROOT/packaging/$u.service" >"$WORK/units/$u.service"
done
cat >"$WORK/camgate.conf" <<END
lan = { "br-lan" }
guard = drop
notify = "/run/bin/hook"
camera "nursery" { mac = "02:ca:00:00:00:01" allow = { "198.51.100.7:443/tcp" } }
END
cat >"$WORK/boot.sh" <<END
#!/bin/bash
set -e
mount --make-rprivate /
mount -t proc proc /proc
while umount /sys/fs/bpf 2>/dev/null; do :; done
mount -t bpf bpf /sys/fs/bpf -o mode=0700
umount -R /sys/fs/cgroup 2>/dev/null || umount -l /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mkdir "$WORK/etc.new"
cp -a /etc/passwd /etc/nsswitch.conf /etc/ld.so.* /etc/alternatives /etc/localtime "$WORK/etc.new/" 2>/dev/null || true
{ grep -v '^camgate:' /etc/group; echo camgate:x:64010:; } >"$WORK/etc.new/group"
echo 0123456789abcdef0123456789abcdef >"$WORK/etc.new/machine-id"
mkdir -p "$WORK/etc.new/camgate"
cp "$WORK/camgate.conf" "$WORK/etc.new/camgate/"
mount --bind "$WORK/etc.new" /etc
for d in /run /var/lib /var/log; do mount -t tmpfs tmpfs "\$d"; done
mkdir /run/bin /run/units
cp "$BIN/camgated" "$BIN/camgate" /run/bin/
printf '#!/bin/sh\n' >/run/bin/hook
chmod 755 /run/bin/hook
cp "$WORK/units"/* /run/units/
export container=lxc SYSTEMD_UNIT_PATH=/run/units
exec "$SYSTEMD" --system --unit=default.target --log-level=warning
END
cat >"$WORK/enter.sh" <<END
#!/bin/bash
echo \$\$ >"$CG/cgroup.procs" || exit 1
exec unshare -m -p -f -u -i -C --kill-child bash "$WORK/boot.sh"
END
chmod 755 "$WORK"/*.sh
spawn systemd gw "$WORK/enter.sh"
wait_for 10 systemd_manager
inside() { nsenter -t "$(systemd_manager)" -m -p -n -u -i -C -- "$@"; }
property() { inside systemctl show camgate -p "$1" --value; }
is() { [[ $(property "$1") = "$2" ]]; }
# Not with the paths of a test.
run_inside() { inside env -i PATH="$PATH" /run/bin/camgate "$@"; }
# 5: its camera was never seen.
enforcing() { { run_inside status --json || [[ $? -eq 5 ]]; } | jq -e '.enforced == "full"'; }
of_agent() { inside cat "/proc/$(property MainPID)/status" | sed -n "s/^$1:[[:space:]]*//p"; }

wait_for 20 is ActiveState active
inside cat /run/camgate.log
wait_for 10 enforcing
inside cat /run/camgate.log
assert "three capabilities" test "$(of_agent CapPrm)" = 000000c000001000
assert "and none to be had" test "$(of_agent CapBnd)" = 000000c000001000
assert "system calls are filtered" test "$(of_agent Seccomp)" = 2
assert "the manager keeps its sockets" is NFileDescriptorStore 3
assert "the socket is the group's" test "$(inside stat -c '%a %U %G' /run/camgate/control.sock)" = '660 root camgate'
run_inside doctor --json >"$WORK/doctor.json" || true
assert "both ends of a flow would be told" grep -q 'both ends of a flow that is stopped are told' "$WORK/doctor.json"
assert "nft runs" inside nft list table netdev camgate_guard
run_inside allow nursery 198.51.100.9:443/tcp >/dev/null || fail "allow"
run_inside undo >/dev/null || fail "undo"
assert "the config is written" inside grep -q 198.51.100.7 /etc/camgate/camgate.conf
assert "reload by the manager" inside systemctl reload camgate
wait_for 5 enforcing
assert "the clock is waited for" inside systemctl is-active camgate-clock
refute "and may be asked" inside grep -q 'not permitted' /run/camgate-clock.log
for n in 1 2; do
	inside systemctl kill -s KILL camgate
	wait_for 20 is NRestarts "$n"
	wait_for 20 enforcing
done
assert "killed twice: taken over" inside grep -q 'packet path: taken over' /run/camgate.log
assert "no sockets pile up" is NFileDescriptorStore 3
run_inside detach >"$WORK/detach.out" || fail "detach: $(tail -n 1 "$WORK/detach.out")"
wait_for 10 is ActiveState inactive
refute "detached: no folder in bpffs" inside test -e /sys/fs/bpf/camgate
printf '# fault privilege/service-manager kept: in force under systemd %s, killed and restarted %s times, detached; %s sockets kept\n' \
	"$("$SYSTEMD" --version | awk 'NR == 1 { print $2 }')" 2 3
