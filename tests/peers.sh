#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# peers.sh PACKAGE...: lays Debian's packages of services out below build/peers/PACKAGE, once; installs and starts nothing.
#
# Real servers and clients that the tests meet, whose packages would start a
# service of the machine's own. With what they need and the machine lacks.
# Needs apt-get; names what it could not get and ends with 1.
set -eu
cd "$(dirname "$0")/.."
command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || {
	echo "peers: no apt-get: $* not there" >&2
	exit 1
}
rc=0
# The package and what it needs, less what is installed.
missing() { # PACKAGE
	apt-get -s -q --no-install-recommends install "$1" 2>/dev/null | awk '$1 == "Inst" { print $2 }'
}
get() { # PACKAGE
	top=build/peers/$1
	rm -rf "$top.new"
	mkdir -p "$top.new/deb"
	list=$(missing "$1")
	[ -n "$list" ] || list=$1
	# shellcheck disable=SC2086 # words
	(cd "$top.new/deb" && apt-get -qq -o Acquire::Retries=3 -o APT::Sandbox::User="$(id -un)" download $list >&2) || return 1
	for deb in "$top.new"/deb/*.deb; do dpkg-deb -x "$deb" "$top.new" || return 1; done
	rm -rf "$top.new/deb" "$top"
	mv "$top.new" "$top"
}
# Lists of packages that are old, or were never there; once.
refresh() { [ -z "${fresh:-}" ] && fresh=yes && apt-get -qq update >&2; }
for package; do
	[ ! -d "build/peers/$package" ] || continue
	get "$package" || { refresh && get "$package"; } || {
		echo "peers: $package could not be had" >&2
		rc=1
	}
done
exit $rc
