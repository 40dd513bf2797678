#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What looks like OpenWrt: a folder with the real busybox, the package's files, camgate, and stand-ins for uci, procd, jshn and logger.
# shellcheck disable=SC2034 # read by who sources this

PACKAGE=packaging/openwrt/camgate

# Copies a program and what it is linked with.
owrt_program() { # root program [where]
	local lib
	install -D -m 755 "$2" "$1/${3:-usr/bin/$(basename "$2")}"
	ldd "$2" 2>/dev/null | grep -oE '/[^ ]+' | while read -r lib; do
		[[ -e $1$lib ]] || install -D -m 755 "$(readlink -f "$lib")" "$1$lib"
	done
}

# What the feed's Makefile does about /usr and /etc, read from it: a file it does not name is not there.
owrt_package() { # root
	local how from to
	while read -r how from to; do
		case $from in
		./files/*) install -D -m "$([[ $how == *BIN* ]] && echo 755 || echo 644)" "$PACKAGE/${from#./}" "$1$to" ;;
		esac
	done < <(sed -n '/^define Package\/camgate\/install/,/^endef/s/^\t\$(INSTALL_\(BIN\|DATA\|CONF\)) \([^ ]*\) \$(1)\(.*\)/\1 \2 \3/p' $PACKAGE/Makefile)
	mkdir -p "$1/usr/share/camgate"
	cp -R packaging/profiles "$1/usr/share/camgate/"
	mkdir -p "$1/tmp/pkg"
	sed -n '/^define Package\/camgate\/prerm/,/^endef/p' $PACKAGE/Makefile | sed '1d;$d;s/\$\$/$/g' >"$1/tmp/pkg/camgate.prerm"
	(cd "$1" && printf '/%s\n' etc/init.d/*) >"$1/tmp/pkg/camgate.services"
}

# Makes the folder anew.
owrt_root() { # root
	rm -rf "$1"
	mkdir -p "$1"/{bin,sbin,usr/bin,usr/sbin,tmp,var,proc,sys,dev,etc/config,etc/rc.d,run}
	rmdir "$1/var" && ln -s tmp "$1/var"
	rmdir "$1/run" && ln -s tmp/run "$1/run" && mkdir -p "$1/tmp/run"
	install -m 755 "$(command -v busybox)" "$1/bin/busybox"
	chroot "$1" /bin/busybox --install -s /bin
	cp -R tests/openwrt/root/. "$1/"
	rm -f "$1/bin/logger"
	owrt_program "$1" "$(command -v jq)"
	mknod -m 666 "$1/dev/null" c 1 3 2>/dev/null || : >"$1/dev/null"
	printf 'root:x:0:0:root:/root:/bin/ash\n' >"$1/etc/passwd"
	printf 'root:x:0:\ncamgate:x:32768:\n' >"$1/etc/group"
	printf "config interface 'lan'\n\toption device 'br-lan'\n" >"$1/etc/config/network"
	owrt_package "$1"
}
