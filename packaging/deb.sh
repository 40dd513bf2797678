#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# deb.sh [-b] FOLDER: builds Debian's packages in FOLDER (build/deb), out of a copy of the tree in which packaging/debian is debian/.
#
# FOLDER/camgate is the copy, FOLDER/*.deb, *.dsc and *.tar.xz are what comes out.
# -b: no new copy; what was compiled in FOLDER/camgate stays, the packages are made anew.
# Needs debhelper, dh-dkms and what packaging/debian/control names (tests/deps.sh build deb).
# JOBS: how many compilers run at a time (as many as there are processors).
# Status 0 only with all packages there; the build's own words are in FOLDER/build.log.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
again=
[ "${1:-}" != -b ] || { again=yes; shift; }
[ $# -eq 1 ] || { sed -n 's/^# \(deb.sh.*\)/usage: \1/p' "$0" >&2; exit 2; }
for tool in dpkg-buildpackage dh dh_dkms; do
	command -v "$tool" >/dev/null || { echo "deb: $tool is missing (sudo tests/deps.sh build deb)" >&2; exit 1; }
done
mkdir -p "$1"
d=$(cd "$1" && pwd)
src=$d/camgate
rm -f "$d"/*.deb "$d"/*.dsc "$d"/*.tar.xz "$d"/*.changes "$d"/*.buildinfo
if [ -z "$again" ]; then
	rm -rf "$src"
	mkdir "$src"
	# Named one by one: what else lies in the tree is no part of it.
	(cd "$top" && tar -c --exclude=packaging/debian Makefile kmod bpf agent include tests packaging \
		README.md LICENSE CHANGELOG.md .clang-format) | tar -x -C "$src"
	cp -R "$top/packaging/debian" "$src/debian"
	rm -rf "$src/packaging/debian"
	# Whoever's umask it was checked out with.
	chmod -R u=rwX,go=rX "$src"
fi
version=$(sed -n 's/^VERSION := //p' "$src/Makefile")
said=$(cd "$src" && dpkg-parsechangelog -S Version)
if [ "$said" != "$version" ]; then
	echo "deb: packaging/debian/changelog is of $said, the Makefile of $version" >&2
	exit 1
fi
# What a make around this one hands on is not the packages' business.
unset MAKEFLAGS MFLAGS MAKELEVEL DESTDIR PREFIX SYSCONFDIR STATEDIR CFLAGS LDFLAGS V B
# -b for the copy is dpkg's -nc: nothing is cleaned, as little is made anew as can be.
(cd "$src" && dpkg-buildpackage -us -uc ${again:+-nc -b} --jobs="${JOBS:-$(nproc)}") >"$d/build.log" 2>&1 || {
	tail -n 30 "$d/build.log" >&2
	exit 1
}
for p in camgate camgate-dkms camgate-doc camgate-mqtt; do
	set -- "$d/${p}_${version}"_*.deb
	[ -s "$1" ] || { echo "deb: no package $p" >&2; exit 1; }
	echo "$1"
done
