#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# fetch.sh [K...]: lays the kernels of kernels.txt out in build/vm/kernels/K, once; those of built.txt have build.sh make theirs; installs nothing, needs no root.
#
# Each has: version, vmlinuz, vmlinux (ELF: boots in a second where the packed
# one takes five without KVM), lib/modules/VERSION with an index, headers (what
# modules build against), cc. The package lists and downloads are apt's own in
# build/vm/apt, apart from the machine's (apt.sh).
set -eu
cd "$(dirname "$0")"
here=$PWD
list=$here/kernels.txt
cd ../../..
top=$PWD/build/vm
apt=$top/apt
say() { echo "kernels: $*" >&2; }
need() {
	for tool; do
		PATH=$PATH:/usr/sbin:/sbin command -v "$tool" >/dev/null ||
			{ say "no $tool"; exit 1; }
	done
}
need apt-get dpkg-deb depmod xz lz4 zstd
PATH=$PATH:/usr/sbin:/sbin

# shellcheck source=tests/vm/kernels/apt.sh
. "$here/apt.sh"

# The packed kernel holds an ELF file; where, says its own header.
u32() { od -An -tu4 -N4 -j"$2" "$1" | tr -d ' '; }
unpack_kernel() {
	setup=$(od -An -tu1 -N1 -j497 "$1" | tr -d ' ')
	start=$(((setup + 1) * 512 + $(u32 "$1" 584)))
	len=$(u32 "$1" 588)
	tail -c +$((start + 1)) "$1" | head -c "$len" >"$2.packed"
	case $(od -An -tx1 -N4 "$2.packed" | tr -d ' ') in
	fd377a58) xz -dc <"$2.packed" >"$2" 2>/dev/null || : ;;
	02214c18) lz4 -dc <"$2.packed" >"$2" 2>/dev/null || : ;;
	28b52ffd) zstd -qdc <"$2.packed" >"$2" 2>/dev/null || : ;;
	1f8b*) gzip -dc <"$2.packed" >"$2" 2>/dev/null || : ;;
	*) say "$1: an unknown compression"; return 1 ;;
	esac
	rm -f "$2.packed"
	[ "$(od -An -tx1 -N4 "$2" | tr -d ' ')" = 7f454c46 ] || { say "$1: holds no ELF"; return 1; }
}

fetch() {
	k=$top/kernels/$1 pattern=$3 cc=$4
	[ ! -s "$k/version" ] || return 0
	# shellcheck disable=SC2046 # names without blanks
	read_lists $(awk '$1 !~ /^#/ && NF { print $2 }' "$list" | sort -u)
	ver=$(apt_cache search --names-only "^linux-headers-$pattern-amd64\$" |
		sed 's/^linux-headers-\([^ ]*\) .*/\1/' | sort -V | tail -n 1)
	[ -n "$ver" ] || { say "$1: the suite has no linux-headers-$pattern-amd64"; return 1; }
	base=${ver%-amd64}
	image=linux-image-$ver
	has "$image" || image=$image-unsigned
	kbuild=linux-kbuild-$base
	has "$kbuild" || kbuild=linux-kbuild-$1
	say "downloading $ver"
	rm -rf "$k" "$k.new" "$apt/deb"
	mkdir -p "$k.new" "$apt/deb"
	(cd "$apt/deb" && apt_get download "linux-headers-$ver" "linux-headers-$base-common" \
		"$kbuild" "$image" >&2) || return 1
	for deb in "$apt"/deb/*.deb; do
		dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$k.new" --exclude='*/drivers/gpu' \
			--exclude='*/kernel/sound' --exclude='*/drivers/media' --exclude='*/drivers/scsi' \
			--exclude='*/drivers/infiniband' --exclude='*/drivers/usb' --exclude='*/drivers/iio' \
			--exclude='*/kernel/drivers/staging' --exclude='*/drivers/hwmon' --exclude='*/usr/share'
	done
	rm -rf "$apt/deb"
	[ -d "$k.new/lib/modules/$ver" ] || {
		mkdir -p "$k.new/lib"
		mv "$k.new/usr/lib/modules" "$k.new/lib/modules"
	}
	# Nothing may point back at the place the packages are for.
	rm -f "$k.new/lib/modules/$ver/build" "$k.new/lib/modules/$ver/source"
	headers=usr/src/linux-headers-$ver
	sed -i "s#^include .*/usr/src/#include $k/usr/src/#; s#^include /usr/src/#include $k/usr/src/#" \
		"$k.new/$headers/Makefile"
	for link in "$k.new/$headers"/* "$k.new/usr/src/linux-headers-$base-common"/*; do
		to=$(readlink "$link") || continue
		case $to in /*) ln -sfn "$k$to" "$link" ;; esac
	done
	# The types for a module's BTF, which it does not need: making it asks for pahole.
	rm -f "$k.new/$headers/vmlinux"
	ln -sfn "$headers" "$k.new/headers"
	mv "$k.new/boot/vmlinuz-$ver" "$k.new/vmlinuz"
	unpack_kernel "$k.new/vmlinuz" "$k.new/vmlinux"
	depmod -b "$k.new" "$ver"
	echo "$cc" >"$k.new/cc"
	echo "$ver" >"$k.new/version"
	mv "$k.new" "$k"
}

# shellcheck disable=SC2046 # names without blanks
[ $# -gt 0 ] || set -- $(awk '$1 !~ /^#/ && NF { print $1 }' "$list")
for name; do
	! awk -v n="$name" '$1 == n { found = 1 } END { exit !found }' "$here/built.txt" || {
		"$here/build.sh" "$name"
		continue
	}
	line=$(awk -v n="$name" '$1 == n' "$list")
	[ -n "$line" ] || { say "kernels.txt has no '$name'"; exit 2; }
	# shellcheck disable=SC2086 # the columns
	fetch $line
	echo "$top/kernels/$name"
done
