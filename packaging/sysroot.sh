#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# sysroot.sh ARCH...: what camgate is built of and its tests need, of Debian's ARCH, unpacked in build/sysroot/ARCH; installs nothing, needs no root.
#
# The packages' own scripts do not run, and the machine's dpkg knows nothing of them. riscv64
# is of trixie: bookworm has none.
set -eu
cd "$(dirname "$0")/.."
top=$PWD/build/sysroot
list='libbpf-dev libelf-dev zlib1g-dev libnl-3-dev libnl-route-3-dev libnl-genl-3-dev libev-dev
	libconfuse-dev libjson-c-dev nettle-dev check libc6-dev linux-libc-dev'

for arch; do
	root=$top/$arch
	[ ! -e "$root/complete" ] || continue
	case $arch in
	riscv64) suite=trixie ;;
	*) suite=bookworm ;;
	esac
	apt=$top/.apt-$arch
	# shellcheck source=tests/vm/kernels/apt.sh
	. tests/vm/kernels/apt.sh
	apt_options="$apt_options -o APT::Architecture=$arch -o APT::Architectures=$arch"
	lists_read=
	read_lists "$suite"
	rm -rf "$root" "$root.new" "$apt/cache/archives"
	mkdir -p "$root.new" "$apt/cache/archives/partial"
	echo "sysroot: downloading packages of $arch" >&2
	# shellcheck disable=SC2086 # a list of names
	apt_get -y --no-install-recommends --download-only install $list >&2
	for deb in "$apt"/cache/archives/*.deb; do
		dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$root.new" --exclude=./usr/share/doc \
			--exclude=./usr/share/man --exclude=./usr/share/locale --exclude=./usr/share/perl
	done
	# What is at the top of a system that has merged it: the loader is looked for there.
	for d in "$root.new"/lib*; do
		[ ! -d "$d" ] || [ -L "$d" ] || {
			mkdir -p "$root.new/usr/${d##*/}"
			cp -a "$d/." "$root.new/usr/${d##*/}/"
			rm -rf "$d"
		}
	done
	for d in "$root.new"/usr/lib*; do
		[ -e "$root.new/${d##*/}" ] || ln -s "usr/${d##*/}" "$root.new/${d##*/}"
	done
	# Links of packages that name the root.
	find "$root.new" -type l -lname '/*' | while read -r link; do
		ln -sfn "$root$(readlink "$link")" "$link"
	done
	ls "$apt/cache/archives" | sed -n 's/\.deb$//p' >"$root.new/complete"
	mv "$root.new" "$root"
	rm -rf "$apt"
done
