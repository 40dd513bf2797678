#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# build.sh K...: makes kernels of built.txt in build/vm/kernels/K, once; installs nothing, needs no root; prints the folders.
#
# Laid out as by fetch.sh; one of user-mode Linux has the program `linux` in
# place of vmlinuz. The source stays in build/vm/kernels/source-6.1. A kernel is
# made anew when its configuration has changed. JOBS (2).
set -euo pipefail
cd "$(dirname "$0")"
here=$PWD
cd ../../..
mkdir -p build/vm
# Its own name, not one by a link: kernels remember where their source lies.
top=$(readlink -f build/vm)
apt=$top/apt-built
src=$top/kernels/source-6.1
PATH=$PATH:/usr/sbin:/sbin
say() { echo "kernels: $*" >&2; }
for tool in apt-get dpkg-deb depmod xz make gcc-12 flex bison bc perl; do
	command -v $tool >/dev/null || { say "no $tool"; exit 1; }
done
# shellcheck source=tests/vm/kernels/apt.sh
. "$here/apt.sh"

# The source, and its package's version in $src/version.
source_tree() { # SUITE
	[[ ! -s $src/version ]] || return 0
	read_lists "$1"
	local version deb
	version=$(apt_cache show --no-all-versions linux-source-6.1 | sed -n 's/^Version: //p')
	say "downloading the source, $version"
	deb=$(package "linux-source-6.1=$version")
	rm -rf "$src" "$src.new"
	mkdir -p "$src.new"
	dpkg-deb --fsys-tarfile "$deb" | tar -x -O ./usr/src/linux-source-6.1.tar.xz | xz -dc |
		tar -x -C "$src.new" --strip-components=1 --exclude='*/drivers/gpu/drm/amd/include'
	rm -rf "$apt/deb"
	echo "$version" >"$src.new/version"
	mv "$src.new" "$src"
}

kmake() { # OBJ ARGUMENT...
	local obj=$1
	shift
	make -C "$src" O="$obj" CC=gcc-12 HOSTCC=gcc-12 "$@"
}

# An option that the kernel's own rules take back would be missed in silence.
configure() { # OBJ FRAGMENT
	local lost
	kmake "$1" -s tinyconfig
	(cd "$1" && "$src/scripts/kconfig/merge_config.sh" -m -O . .config "$2" >/dev/null)
	kmake "$1" -s olddefconfig
	lost=$(grep -E '^(CONFIG_|# CONFIG_)' "$2" | grep -vxFf "$1/.config" || :)
	[[ -z $lost ]] || { say "not in the configuration: $lost"; return 1; }
}

# What modules build against is the tree of objects without most of them.
layout() { # K NEW
	find "$2/obj" \( -name '*.o' -o -name '*.a' -o -name '*.cmd' -o -name 'vmlinux*' \) -type f \
		! -path '*/scripts/*' ! -path '*/tools/*' -delete
	[[ -L $2/headers ]] || ln -s obj "$2/headers"
	echo gcc-12 >"$2/cc"
	rm -rf "$1"
	mv "$2" "$1"
}

x86() { # K FRAGMENT
	local k=$1 new=$1.new version
	mkdir -p "$new/obj"
	configure "$new/obj" "$2" >"$new/log" 2>&1 || { cat "$new/log" >&2; return 1; }
	say "building ${k##*/}: minutes"
	kmake "$new/obj" -j"${JOBS:-2}" bzImage modules >>"$new/log" 2>&1 || {
		tail -n 30 "$new/log" >&2
		return 1
	}
	version=$(<"$new/obj/include/config/kernel.release")
	rm -rf "${new:?}/lib"
	kmake "$new/obj" -s INSTALL_MOD_PATH="$new" INSTALL_MOD_STRIP=1 modules_install >>"$new/log" 2>&1
	rm -f "$new/lib/modules/$version/build" "$new/lib/modules/$version/source"
	cp "$new/obj/arch/x86/boot/bzImage" "$new/vmlinuz"
	echo "$version" >"$new/version"
	layout "$k" "$new"
}

section() { # ELF NAME: its address, offset and length
	readelf -S -W "$1" | sed -n "s/^ *\[ *[0-9]*\] $2  *PROGBITS *\([0-9a-f]*\) *\([0-9a-f]*\) *\([0-9a-f]*\) .*/\1 \2 \3/p"
}
cut_out() { # ELF OFFSET LENGTH
	dd if="$1" iflag=skip_bytes,count_bytes skip=$((16#$2)) count=$((16#$3)) status=none
}
# The exports of a kernel without symbols, from its tables of value, name and
# name space. A name may be the end of a longer one.
exported() { # ELF
	local offset length names
	read -r names offset length < <(section "$1" __ksymtab_strings)
	cut_out "$1" "$offset" "$length" | tr '\0' '\n' >"$1.names"
	for table in __ksymtab __ksymtab_gpl; do
		read -r _ offset length < <(section "$1" $table)
		cut_out "$1" "$offset" "$length" | od -An -v -tu8 -w24
	done | awk -v first=$((16#$names)) '
		NR == FNR { for (i = 1; i <= length($0); i++) name[n + i - 1] = substr($0, i); n += length($0) + 1; next }
		{ printf "0x00000000\t%s\tvmlinux\tEXPORT_SYMBOL_GPL\t\n", name[$2 - first] }' "$1.names" -
	rm -f "$1.names"
}

uml() { # K SUITE
	local k=$1 new=$1.new deb made version
	read_lists "$2"
	made=$(apt_cache show --no-all-versions user-mode-linux | sed -n 's/^Built-Using:.*linux (= \([^)]*\)).*/\1/p')
	[[ $made == "$(<"$src/version")" ]] || {
		say "user-mode-linux is of linux $made, the source here is $(<"$src/version")"
		return 1
	}
	say 'downloading user-mode-linux'
	deb=$(package user-mode-linux)
	rm -rf "$new"
	mkdir -p "$new/obj"
	dpkg-deb -x "$deb" "$new/deb"
	rm -rf "$apt/deb"
	mv "$new/deb/usr/lib/uml" "$new/lib"
	mv "$new/deb/usr/bin/linux.uml" "$new/linux"
	version=$(ls "$new/lib/modules")
	zcat "$new/deb/usr/share/doc/user-mode-linux/config.gz" >"$new/obj/.config"
	rm -rf "$new/deb"
	say 'preparing user-mode-linux for modules'
	{
		kmake "$new/obj" ARCH=um olddefconfig
		kmake "$new/obj" ARCH=um -j"${JOBS:-2}" modules_prepare
	} >"$new/log" 2>&1 || { tail -n 30 "$new/log" >&2; return 1; }
	[[ $(<"$new/obj/include/config/kernel.release") == "$version" ]] || {
		say "user-mode-linux is $version, the source another"
		return 1
	}
	exported "$new/linux" >"$new/obj/Module.symvers"
	echo um >"$new/arch"
	echo "$version" >"$new/version"
	layout "$k" "$new"
}

[[ $# -gt 0 ]] || { sed -n 's/^# \(build.sh.*\)/usage: \1/p' "$here/build.sh" >&2; exit 2; }
mkdir -p "$top/kernels"
# One at a time: work trees may share this folder.
exec 9>"$top/kernels/.lock"
flock 9
for name; do
	read -r _ arch suite config < <(awk -v n="$name" '$1 == n' "$here/built.txt") ||
		{ say "built.txt has no '$name'"; exit 2; }
	k=$top/kernels/$name
	# The configuration is what it was made of.
	if [[ $config != - ]]; then of=$(cksum <"$here/$config"); else of=package; fi
	if [[ ! -s $k/version || $(cat "$k/made-of" 2>/dev/null) != "$of" ]]; then
		source_tree "$suite"
		if [[ $arch == um ]]; then
			uml "$k" "$suite"
		else
			x86 "$k" "$here/$config"
		fi
		echo "$of" >"$k/made-of"
	fi
	echo "$k"
done
