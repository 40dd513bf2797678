#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# machine.sh ROOT SECONDS LOG: boots the root in QEMU, on the kernel of Debian that its headers are for; what the scenario said ends in LOG.
set -eu
cd "$(dirname "$0")/../.."
root=$(readlink -f "$1") limit=$2 log=$3
PATH=$PATH:/usr/sbin:/sbin
d=$(mktemp -d build/vm/deb.XXXXXX)
trap 'rm -rf "$d"' EXIT
version=$(cd "$root/usr/src" && printf "%s\n" linux-headers-*-cloud-amd64 | sed 's/linux-headers-//' | sort -V | tail -n 1)
# The image without its dependencies: an initrd is made here.
apt=$(readlink -f build/vm)/apt-deb
# shellcheck source=tests/vm/kernels/apt.sh
. tests/vm/kernels/apt.sh
if [[ ! -s build/deb/kernel-$version.deb ]]; then
	read_lists bookworm bookworm-security
	cp "$(package "linux-image-$version")" "build/deb/kernel-$version.deb"
fi
# /lib is a link there, and stays one.
dpkg-deb --fsys-tarfile "build/deb/kernel-$version.deb" | tar -x -C "$root" --keep-directory-symlink
depmod -b "$root" "$version"
echo CG_KMOD=1 >"$root/t/env"
# A first root of one program, which finds the disk and hands over.
# shellcheck source=tests/vm/modules.sh
. tests/vm/modules.sh
mkdir -p "$d/root/bin" "$d/root/dev" "$d/root/proc" "$d/root/sys" "$d/root/modules" "$d/root/new"
cp "$(command -v busybox)" "$d/root/bin/busybox"
for m in virtio_pci virtio_blk ext4; do
	modprobe -d "$root" -S "$version" --show-depends $m
done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' >"$d/modules"
modules_lay "$d/root/modules" <"$d/modules"
cat >"$d/root/init" <<'END'
#!/bin/busybox sh
/bin/busybox mount -t devtmpfs dev /dev
for m in /modules/*.ko; do /bin/busybox insmod "$m"; done
/bin/busybox mount -t ext4 /dev/vda /new
/bin/busybox mount --move /dev /new/dev
exec /bin/busybox switch_root /new /lib/systemd/systemd --unit=scenario.target
END
chmod 755 "$d/root/init"
(cd "$d/root" && find . | cpio -o -H newc --quiet -R 0:0) >"$d/initrd"
truncate -s 4G "$d/disk"
mkfs.ext4 -q -F -E lazy_itable_init=1,lazy_journal_init=1 -d "$root" "$d/disk"
accel=tcg,thread=multi cpu=max
[[ ! -w /dev/kvm || $(cat build/vm/kvm 2>/dev/null) != yes ]] || { accel=kvm; cpu=host; }
timeout -k 5 "$limit" qemu-system-x86_64 -M q35 -accel $accel -cpu $cpu -smp 2 -m 1024 -nodefaults -no-user-config \
	-display none -no-reboot -serial stdio -drive file="$d/disk",if=virtio,format=raw,cache=unsafe \
	-kernel "$root/boot/vmlinuz-$version" -initrd "$d/initrd" \
	-append 'console=ttyS0 panic=-1 mitigations=off nokaslr systemd.log_level=warning' </dev/null || true
debugfs -R 'cat /t/log' "$d/disk" 2>/dev/null >"$log"
[[ -s $log ]]
