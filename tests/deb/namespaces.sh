#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# namespaces.sh ROOT: boots the root with a systemd of its own in namespaces of this machine, until the scenario has ended.
set -eu
root=$(readlink -f "$1")
group=$(findmnt -n -o TARGET -t cgroup2 | head -n 1)/camgate-deb-$$
mkdir "$group"
trap 'find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || true' EXIT
cat >"$root/t/boot.sh" <<'END'
#!/bin/bash
# What a container's manager does before its first process.
set -e
cd "$1"
mount --make-rprivate /
mount --bind . .
cd "$1"
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t bpf bpf sys/fs/bpf -o mode=0700
mount -t tmpfs tmpfs run
mount -t tmpfs tmpfs dev -o mode=755
mkdir dev/pts dev/shm
mount -t devpts devpts dev/pts -o newinstance,ptmxmode=0666
# A unit with PrivateDevices does not start without it.
ln -s pts/ptmx dev/ptmx
for f in null zero full random urandom tty; do
	: >dev/$f
	mount --bind /dev/$f dev/$f
done
mount -t tmpfs tmpfs dev/shm
mkdir -p t/old
pivot_root . t/old
cd /
umount -l /t/old
exec env -i container=lxc PATH=/usr/sbin:/usr/bin:/sbin:/bin \
	/lib/systemd/systemd --system --unit=scenario.target --log-target=console --log-level=warning
END
sh -c 'echo $$ >"$1/cgroup.procs" && exec timeout -k 5 1200 unshare -m -p -f -n -u -i -C --kill-child bash "$2/t/boot.sh" "$2"' \
	sh "$group" "$root" </dev/null || true
