# SPDX-License-Identifier: GPL-2.0-only
# Stand-in for what OpenWrt's functions.sh does before a package is taken away and after it was put there,
# in opkg's order: the package's own prerm comes first; with apk it comes last.
# shellcheck disable=SC1090,SC2154 # as there: the name comes from outside
# shellcheck shell=dash

default_prerm()
{
	[ ! -f "/tmp/pkg/$pkgname.prerm" ] || (. "/tmp/pkg/$pkgname.prerm")
	services_down
}

services_down()
{
	while read -r service; do
		[ "${PKG_UPGRADE:-}" = 1 ] || "$service" disable
		"$service" stop
	done <"/tmp/pkg/$pkgname.services"
}

default_postinst()
{
	if [ -e /etc/uci-defaults/60-camgate ]; then
		(cd /etc/uci-defaults && . ./60-camgate) && rm -f /etc/uci-defaults/60-camgate
	fi
	while read -r service; do
		[ "${PKG_UPGRADE:-}" = 1 ] || "$service" enable
		"$service" start
	done <"/tmp/pkg/$pkgname.services"
}
