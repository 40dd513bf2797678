#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# deps.sh [-n] GROUP...: what a part of the tests needs; installs it on Debian as root, else names what is missing.
#
# Groups: build, deb, lint musl, fuzz (libFuzzer, of the clang that is there), net (the house with its cameras and players), luci, vm, kmod, bench,
# valgrind, arch (cross compilers and qemu-user).
# -n: only say what is missing. Status 0: nothing is missing (any more).
set -eu
PATH=$PATH:/usr/sbin:/sbin

# group  Debian package  how to see that it is there
table() {
	cat <<-'END'
	build gcc                        cmd:gcc
	build make                       cmd:make
	build libc6-dev                  file:/usr/include/stdio.h
	build pkg-config                 cmd:pkg-config
	build clang                      cmd:clang
	build llvm                       cmd:llvm-strip
	build libbpf-dev                 pc:libbpf
	build libelf-dev                 pc:libelf
	build xz-utils                   cmd:xz
	build libnl-3-dev                pc:libnl-3.0
	build libnl-route-3-dev          pc:libnl-route-3.0
	build libnl-genl-3-dev           pc:libnl-genl-3.0
	build libev-dev                  file:/usr/include/ev.h
	build libconfuse-dev             pc:libconfuse
	build libjson-c-dev              pc:json-c
	build nettle-dev                 pc:nettle
	build libsystemd-dev             pc:libsystemd
	build libmaxminddb-dev           pc:libmaxminddb
	build libmosquitto-dev           pc:libmosquitto
	build check                      pc:check
	build jq                         cmd:jq
	build systemd                    cmd:systemd-analyze
	build gettext                    cmd:msgfmt
	build locales                    file:/usr/share/i18n/locales/zh_CN
	build tzdata                     file:/usr/share/zoneinfo/Europe/Berlin
	deb   debhelper                  cmd:dh
	deb   dh-dkms                    cmd:dh_dkms
	deb   dpkg-dev                   cmd:dpkg-buildpackage
	deb   fakeroot                   cmd:fakeroot
	deb   lintian                    cmd:lintian
	valgrind valgrind             cmd:valgrind
	musl  musl-tools                 cmd:musl-gcc
	lint  clang-format               cmd:clang-format
	lint  sparse                     cmd:sparse
	lint  cppcheck                   cmd:cppcheck
	lint  shellcheck                 cmd:shellcheck
	lint  llvm                       cmd:llvm-objdump
	lint  gettext                    cmd:xgettext
	lint  libc6-dev-mipsel-cross     file:/usr/mipsel-linux-gnu/include/stdio.h
	net   iproute2                   cmd:tc
	net   nftables                   cmd:nft
	net   dnsmasq-base               cmd:dnsmasq
	net   wireguard-tools            cmd:wg
	net   ffmpeg                     cmd:ffmpeg
	net   libgstrtspserver-1.0-dev   pc:gstreamer-rtsp-server-1.0
	net   gstreamer1.0-tools         cmd:gst-launch-1.0
	net   gstreamer1.0-plugins-base  gst:videotestsrc
	net   gstreamer1.0-plugins-good  gst:rtspsrc
	net   gstreamer1.0-plugins-bad   gst:h264parse
	net   gstreamer1.0-plugins-ugly  gst:x264enc
	net   tcpdump                    cmd:tcpdump
	net   socat                      cmd:socat
	net   ncat                       cmd:ncat
	net   conntrack                  cmd:conntrack
	net   iputils-ping               cmd:ping
	net   ethtool                    cmd:ethtool
	net   util-linux                 cmd:nsenter
	net   procps                     cmd:ps
	net   kmod                       cmd:modprobe
	net   bpftool                    cmd:bpftool
	net   busybox-static             cmd:busybox
	net   strace                     cmd:strace
	net   openssl                    cmd:openssl
	luci  chromium                   cmd:chromium
	luci  chromium-driver            cmd:chromedriver
	luci  curl                       cmd:curl
	luci  fonts-wqy-microhei         file:/usr/share/fonts/truetype/wqy/wqy-microhei.ttc
	vm    qemu-system-x86            cmd:qemu-system-x86_64
	vm    busybox-static             file:/bin/busybox
	vm    cpio                       cmd:cpio
	vm    kmod                       cmd:modprobe
	vm    xz-utils                   cmd:xz
	vm    e2fsprogs                  cmd:mkfs.ext4
	vm    mmdebstrap                 cmd:mmdebstrap
	vm    hostapd                    cmd:hostapd
	vm    iw                         cmd:iw
	kmod  gcc-12                     cmd:gcc-12
	kmod  lz4                        cmd:lz4
	kmod  zstd                       cmd:zstd
	kmod  binutils                   cmd:objcopy
	kmod  bc                         cmd:bc
	kmod  flex                       cmd:flex
	kmod  bison                      cmd:bison
	kmod  perl                       cmd:perl
	kmod  nftables                   cmd:nft
	kmod  iproute2                   cmd:tc
	kmod  conntrack                  cmd:conntrack
	kmod  ethtool                    cmd:ethtool
	bench iproute2                   cmd:tc
	bench nftables                   cmd:nft
	bench iptables                   cmd:iptables-nft
	bench util-linux                 cmd:nsenter
	bench bpftool                    cmd:bpftool
	bench procps                     cmd:ps
	arch  gcc-aarch64-linux-gnu      cmd:aarch64-linux-gnu-gcc
	arch  gcc-arm-linux-gnueabihf    cmd:arm-linux-gnueabihf-gcc
	arch  gcc-mips-linux-gnu         cmd:mips-linux-gnu-gcc
	arch  gcc-mipsel-linux-gnu       cmd:mipsel-linux-gnu-gcc
	arch  gcc-riscv64-linux-gnu      cmd:riscv64-linux-gnu-gcc
	arch  gcc-s390x-linux-gnu        cmd:s390x-linux-gnu-gcc
	arch  libc6-dev-mips-cross       file:/usr/mips-linux-gnu/include/stdio.h
	arch  qemu-user-static           cmd:qemu-s390x-static
	arch  qemu-system-misc           cmd:qemu-system-s390x
	arch  cpio                       cmd:cpio
	arch  kmod                       cmd:modprobe
	END
	clang=$(clang -dumpversion 2>/dev/null | cut -d. -f1)
	echo "fuzz libclang-rt-${clang:-14}-dev file:$(clang -print-file-name=libclang_rt.fuzzer-"$(uname -m)".a 2>/dev/null)"
	# The packet path is loaded as built by every clang that Debian 12 has.
	grep -qs '^VERSION_ID="12"' /etc/os-release || return 0
	for group in lint vm; do
		echo "$group clang-16 cmd:clang-16"
		echo "$group clang-19 cmd:clang-19"
	done
}

have() {
	case $1 in
	cmd:*) command -v "${1#*:}" >/dev/null ;;
	pc:*) pkg-config --exists "${1#*:}" 2>/dev/null ;;
	file:*) [ -e "${1#*:}" ] ;;
	gst:*) gst-inspect-1.0 --exists "${1#*:}" 2>/dev/null ;;
	esac
}

# One line a package: its name, and what showed that it is not there.
missing() {
	table | while read -r group package probe; do
		case " $groups " in
		*" $group "*) have "$probe" || echo "$package $probe" ;;
		esac
	done | sort -u
}

install=yes
[ "${1:-}" = -n ] && { install=no; shift; }
groups=${*:-build lint net}
list=$(missing)
[ -n "$list" ] || exit 0
names=$(echo "$list" | cut -d' ' -f1 | sort -u | tr '\n' ' ')
if [ $install = yes ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	echo "deps: installing $names"
	export DEBIAN_FRONTEND=noninteractive
	log=$(mktemp)
	trap 'rm -f "$log"' EXIT
	# shellcheck disable=SC2086 # a list of words
	get() { apt-get install -y -q -o Acquire::Retries=3 --no-install-recommends $names >"$log" 2>&1; }
	get || { apt-get update -q >"$log" 2>&1 && get; } || {
		cat "$log" >&2
		exit 1
	}
	list=$(missing)
	[ -n "$list" ] || exit 0
fi
echo "deps: missing here (Debian's package, what was looked for):" >&2
echo "$list" | sed 's/^/  /' >&2
command -v apt-get >/dev/null && echo "deps: sudo apt-get install $names" >&2
exit 1
