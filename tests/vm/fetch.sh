#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Gets a Debian kernel into build/vm/kernel without installing it, needs no root; prints that folder.
#
# The full flavour is taken, not the cloud one: only it has 9p, by which the
# guest sees the host's own programs. CG_VM_PACKAGE names another package.
# shellcheck disable=SC2086 # $lists is a list of options
set -eu
cd "$(dirname "$0")/../.."
vm=$PWD/build/vm
k=$vm/kernel
if [ -s "$k/version" ]; then
	echo "$k"
	exit 0
fi
say() { echo "vm: $*" >&2; }
for tool in apt-get dpkg-deb depmod; do
	command -v $tool >/dev/null || {
		say "no $tool: put a kernel with 9p, overlay, bridge, veth, nf_tables, sch_ingress" \
			"and cls_bpf there by hand: $k/vmlinuz, $k/lib/modules/VERSION," \
			"and VERSION in $k/version"
		exit 1
	}
done
mkdir -p "$vm/deb"

# The machine's own package lists where it has some, else lists of our own.
lists=
find_package() {
	[ -z "${CG_VM_PACKAGE:-}" ] || { echo "$CG_VM_PACKAGE"; return; }
	apt-cache $lists depends linux-image-amd64 2>/dev/null |
		sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1
}
private_lists() {
	mkdir -p "$vm/apt/lists/partial" "$vm/apt/cache/archives/partial"
	lists="-o Dir::State::Lists=$vm/apt/lists -o Dir::Cache=$vm/apt/cache \
-o APT::Sandbox::User=$(id -un) -o Debug::NoLocking=1"
	say 'reading package lists'
	apt-get -qq $lists update >&2
}
download() {
	p=$(find_package)
	[ -n "$p" ] || return 1
	say "downloading $p"
	(cd "$vm/deb" && apt-get -qq $lists -o APT::Sandbox::User="$(id -un)" download "$p" >&2)
}
rm -f "$vm"/deb/*.deb
download || { private_lists; download; } || { say 'no kernel package to be had'; exit 1; }

set -- "$vm"/deb/linux-image-*.deb
say "unpacking ${1##*/}"
rm -rf "$k" "$k.new"
mkdir -p "$k.new"
# Only what a test house can need: a third of the package.
dpkg-deb --fsys-tarfile "$1" | tar -x -C "$k.new" \
	--exclude='*/kernel/sound' --exclude='*/drivers/gpu' --exclude='*/drivers/media' \
	--exclude='*/drivers/scsi' --exclude='*/drivers/infiniband' --exclude='*/drivers/usb' \
	--exclude='*/drivers/staging' --exclude='*/drivers/iio' --exclude='*/drivers/hwmon' \
	--exclude='*/net/ethernet' --exclude='*/drivers/isdn' --exclude='*/drivers/input'
ver=$(cd "$k.new/lib/modules" && ls)
mv "$k.new/boot/vmlinuz-$ver" "$k.new/vmlinuz"
depmod -b "$k.new" "$ver"
echo "$ver" >"$k.new/version"
mv "$k.new" "$k"
rm -f "$vm"/deb/*.deb
echo "$k"
