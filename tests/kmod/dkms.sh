#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# dkms.sh [K...]: DKMS builds the module for kernels of kernels.txt (6.1) from what packaging/dkms.conf lays out, in a tree of its own.
set -u
cd "$(dirname "$0")/../.." || exit 1
[[ $# -gt 0 ]] || set -- 6.1
apt=$(mkdir -p build/vm && readlink -f build/vm)/apt-built
# shellcheck source=tests/vm/kernels/apt.sh
. tests/vm/kernels/apt.sh
version=$(sed -n 's/^VERSION := //p' Makefile)
d=$PWD/build/dkms
rm -rf "$d/src" "$d/tree" "$d/installed"
mkdir -p "$d/src/camgate-$version" "$d/tree" "$d/installed" build/log
dkms=$(PATH=$PATH:/usr/sbin command -v dkms) || dkms=$d/dkms/usr/sbin/dkms
if [[ ! -e $dkms ]]; then
	read_lists bookworm && deb=$(package dkms) && dpkg-deb -x "$deb" "$d/dkms" || exit 1
fi

# As said in packaging/dkms.conf.
cp -R kmod/. "$d/src/camgate-$version/"
cp -R include "$d/src/camgate-$version/include"
sed "s/#MODULE_VERSION#/$version/" packaging/dkms.conf >"$d/src/camgate-$version/dkms.conf"
passed=0 failed=0
verdict() { # STATUS NAME
	if [[ $1 == 0 ]]; then
		passed=$((passed + 1))
		echo "ok dkms $2"
	else
		failed=$((failed + 1))
		echo "not ok dkms $2"
	fi
}
run() { # COMMAND K...
	bash "$dkms" "$1" -m camgate -v "$version" -k "$release/x86_64" --dkmstree "$d/tree" \
		--sourcetree "$d/src" --installtree "$d/installed" --kernelsourcedir "$k/headers" >"build/log/dkms-$1.log" 2>&1
}
for name; do
	k=$(tests/vm/kernels/fetch.sh "$name") || exit 1
	release=$(<"$k/version")
	run build || sed 's/^/# /' build/log/dkms-build.log "$d/tree/camgate/$version/build/make.log"
	ko=$d/tree/camgate/$version/$release/x86_64/module/camgate.ko
	[[ -s $ko ]]
	verdict $? "$name: builds"
	[[ $(modinfo -F version "$ko") == "$version" && $(modinfo -F vermagic "$ko") == "$release "* ]]
	verdict $? "$name: is of version $version and for $release"
	# A kernel that camgate is not for is not tried.
	release=4.19.0-1-amd64
	run build
	[[ ! -e $d/tree/camgate/$version/$release ]] && grep -qi 'build_exclusive' build/log/dkms-build.log
	verdict $? "$name: is not built for 4.19"
done
rm -rf "$d/src" "$d/tree" "$d/installed"
echo "$passed passed, $failed failed, 0 skipped"
[[ $failed == 0 ]]
