#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# build-mod.sh [-d] [-o] [-s] [K...]: builds camgate.ko for kernels of kernels.txt, into build/kmod/K; prints the modules' paths.
#
# Warnings (W=1) are failures. -d: with the self-tests, into build/kmod/K-debug.
# -o: one that takes the kernel for one of another release, into K-other.
# -s: sparse reads every file too.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../../.."
debug="" suffix="" check="" other=""
while getopts dos o; do
	case $o in
	d) debug=y suffix=-debug ;;
	o) other=y suffix=-other ;;
	s) check='C=2 CF=-Wsparse-error' ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
# shellcheck disable=SC2046 # names without blanks
[ $# -gt 0 ] || set -- $(awk '$1 !~ /^#/ && NF { print $1 }' "$here/kernels.txt")
version=$(sed -n 's/^VERSION := //p' Makefile)
rc=0
for name; do
	k=$("$here/fetch.sh" "$name")
	out=$PWD/build/kmod/$name$suffix
	mkdir -p "$out/include"
	# The kernel's build writes beside the sources: it gets a copy, whose times
	# say what has changed.
	cp -pR kmod/. "$out/"
	cp -pR include/camgate "$out/include/"
	[ -z "$other" ] || sed -i 's/UTS_RELEASE/"0.0.0-other"/' "$out/main.c"
	arch=x86
	[ ! -s "$k/arch" ] || arch=$(cat "$k/arch")
	# shellcheck disable=SC2086 # $check is a list of arguments
	if make -C "$k/headers" M="$out" ARCH="$arch" CC="$(cat "$k/cc")" W=1 $check \
		CAMGATE_VERSION="$version" CAMGATE_DEBUG=$debug modules >"$out/log" 2>&1 &&
		! grep -iE '(warning|error):' "$out/log" >&2; then
		echo "$out/camgate.ko"
	else
		cat "$out/log" >&2
		echo "kmod: does not build cleanly for $name" >&2
		rc=1
	fi
done
exit $rc
