#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Sourced: Debian's packages without installing them, by lists and a cache of our own in $apt.
#
# The machine's proxies and its mirrors hold, its sources do not. CG_DEBIAN and
# CG_DEBIAN_SECURITY name other mirrors.
: "${apt:?}"
key=/usr/share/keyrings/debian-archive-keyring.gpg
apt_options="-o Dir::Etc::SourceList=$apt/sources.list -o Dir::Etc::SourceParts=/dev/null
-o Dir::State::Lists=$apt/lists -o Dir::Cache=$apt/cache -o Dir::State::Status=/dev/null
-o APT::Sandbox::User=$(id -un) -o Debug::NoLocking=1"
# shellcheck disable=SC2086 # a list of options
apt_get() { apt-get -qq $apt_options "$@"; }
# shellcheck disable=SC2086
apt_cache() { apt-cache $apt_options "$@"; }

# The mirror this machine has a suite of that kind from.
mirror() { # SUITE
	case $1 in
	*-security) set -- "${CG_DEBIAN_SECURITY:-}" CG_DEBIAN_SECURITY '-security/*$' ;;
	*) set -- "${CG_DEBIAN:-}" CG_DEBIAN 'debian/*$' ;;
	esac
	# shellcheck disable=SC2016 # apt expands it
	[ -n "$1" ] || set -- "$(apt-get indextargets --format '$(REPO_URI)' |
		grep -- "$3" | sort -u | head -n 1)" "$2"
	[ -n "$1" ] || {
		echo "kernels: no such mirror among the sources of apt: set $2" >&2
		return 1
	}
	echo "$1"
}

read_lists() { # SUITE...
	[ -z "${lists_read:-}" ] || return 0
	mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
	for suite; do
		from=$(mirror "$suite") || exit 1
		echo "deb [signed-by=$key] $from $suite main"
	done >"$apt/sources.list"
	echo 'kernels: reading package lists' >&2
	apt_get update
	lists_read=1
}

has() { [ -n "$(apt_cache search --names-only "^$(echo "$1" | sed 's/[+.]/\\&/g')\$")" ]; }

package() { # NAME[=VERSION]: its .deb
	rm -rf "$apt/deb"
	mkdir -p "$apt/deb"
	(cd "$apt/deb" && apt_get download "$1" >&2) || return 1
	echo "$apt"/deb/*.deb
}
