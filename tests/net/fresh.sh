#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A fresh Debian in the gateway: this machine's files below a layer in memory, without camgate, under a systemd of its own. Sourced by tests.
# shellcheck disable=SC2034

# shellcheck source=tests/net/systemd.sh
. "$NET/systemd.sh"

# What it needs of this machine; skips where that is missing.
fresh_need()
{
	need pivot_root
	systemd_need
	# The layer goes with the last process.
	ENDS+=(systemd_down)
}

inside() { nsenter -t "$(systemd_manager)" -m -p -n -u -i -C -r -w -- "$@"; }
# The sources lie there, as somebody would have them.
FRESH_SRC=/usr/src/camgate
typed_inside() { inside env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb LC_ALL=C.UTF-8 TZ=UTC COLUMNS=96 "B=${BUILD#"$ROOT"/}" "$@"; }

# fresh_up: nothing of camgate is in it
fresh_up()
{
	local old
	mkdir "$CG" 2>/dev/null || skip "no cgroup can be made here"
	mkdir -p "$WORK/fresh"
	cat >"$WORK/boot.sh" <<-END
	#!/bin/bash
	set -e
	mount --make-rprivate /
	new=$WORK/fresh
	mount -t tmpfs tmpfs "\$new"
	mkdir "\$new/up" "\$new/work" "\$new/root"
	mount -t overlay overlay -o "lowerdir=/,upperdir=\$new/up,workdir=\$new/work" "\$new/root"
	cd "\$new/root"
	rm -rf etc/camgate var/lib/camgate var/log/* usr/bin/camgate usr/sbin/camgated usr/share/camgate \
		usr/lib/systemd/system/camgate* usr/lib/sysusers.d/camgate.conf
	rm -rf etc/systemd/system usr/lib/systemd/system/*.wants usr/lib/systemd/system/*.requires
	sed -i /^camgate:/d etc/group
	echo 0123456789abcdef0123456789abcdef >etc/machine-id
	mkdir -p etc/systemd/system etc/systemd/system/camgate.service.d usr/src/camgate old
	for t in sysinit basic shutdown umount final network-pre local-fs multi-user guide; do
		printf '[Unit]\nDefaultDependencies=no\n' >etc/systemd/system/\$t.target
	done
	printf '[Service]\nStandardError=append:/run/camgate.log\n' >etc/systemd/system/camgate.service.d/log.conf
	mount -t proc proc proc
	mount -t sysfs sysfs sys
	mount -t bpf bpf sys/fs/bpf -o mode=0700
	mount -t cgroup2 cgroup2 sys/fs/cgroup
	mount --rbind /dev dev
	mount -t tmpfs tmpfs run
	mount -t tmpfs tmpfs tmp
	mount --rbind "$ROOT" usr/src/camgate
	pivot_root . old
	umount -l /old
	export container=lxc
	exec "$SYSTEMD" --system --unit=guide.target --log-level=warning
	END
	cat >"$WORK/enter.sh" <<-END
	#!/bin/bash
	echo \$\$ >"$CG/cgroup.procs" || exit 1
	exec unshare -m -p -f -u -i -C --kill-child bash "$WORK/boot.sh"
	END
	chmod 755 "$WORK/boot.sh" "$WORK/enter.sh"
	spawn systemd gw "$WORK/enter.sh"
	wait_for 10 systemd_manager
	wait_for 20 inside systemctl is-active guide.target
	for old in /usr/bin/camgate /etc/camgate /var/lib/camgate; do
		refute "a fresh machine has no $old" inside test -e "$old"
	done
}
