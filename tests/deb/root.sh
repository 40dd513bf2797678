#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# root.sh FOLDER: a fresh bookworm in FOLDER, with camgate's packages in /t and all that apt needs to install them without a network.
#
# build/deb/root.tar holds bookworm, a kernel and what DKMS builds with; made once, by mmdebstrap.
set -eu
cd "$(dirname "$0")/../.."
top=$PWD
tar=$top/build/deb/root.tar
apt=$(mkdir -p build/vm && readlink -f build/vm)/apt-deb
# shellcheck source=tests/vm/kernels/apt.sh
. tests/vm/kernels/apt.sh
if [[ ! -s $tar ]]; then
	echo 'root: making it with mmdebstrap' >&2
	debian=$(mirror bookworm)
	security=$(mirror bookworm-security)
	mmdebstrap --quiet --format=tar --variant=minbase \
		--include=systemd,systemd-sysv,dbus,procps,iproute2,iputils-ping,kmod,udev,linux-headers-cloud-amd64,dkms \
		--aptopt='APT::Install-Recommends "false"' --dpkgopt=force-unsafe-io \
		bookworm "$tar.new" "deb $debian bookworm main" "deb $security bookworm-security main" >&2
	mv "$tar.new" "$tar"
fi
root=$1
rm -rf "$root"
mkdir -p "$root"
tar -x -C "$root" -f "$tar" --exclude='./dev/*'
# apt's helpers write there.
mknod -m 666 "$root/dev/null" c 1 3
mkdir -p "$root/t/debs" "$root/t/next"
cp build/deb/camgate*.deb "$root/t/debs/"
rm -f "$root"/t/debs/*dbgsym*
# The next version: another number, another default of the config.
version=$(sed -n 's/^VERSION := //p' Makefile)+next
next=$(mktemp -d)
trap 'rm -rf "$next"' EXIT
dpkg-deb -R build/deb/camgate_*.deb "$next"
sed -i "s/^Version: .*/Version: $version/" "$next/DEBIAN/control"
echo '# of the next version' >>"$next/etc/camgate/camgate.conf"
dpkg-deb --root-owner-group -Zgzip -z1 -b "$next" "$root/t/next/camgate_${version}_amd64.deb" >/dev/null
echo "$version" >"$root/t/next/version"
cp tests/deb/scenario.sh "$root/t/scenario.sh"
chmod 755 "$root/t/scenario.sh"
cat >"$root/etc/systemd/system/scenario.service" <<'END'
[Unit]
After=multi-user.target
[Service]
Type=oneshot
EnvironmentFile=-/t/env
ExecStart=/t/scenario.sh
StandardOutput=file:/t/log
StandardError=file:/t/log
ExecStopPost=/bin/sync
ExecStopPost=/usr/bin/systemctl --no-block poweroff
END
cat >"$root/etc/systemd/system/scenario.target" <<'END'
[Unit]
Requires=multi-user.target
Wants=scenario.service
After=multi-user.target
AllowIsolate=yes
END
# Lists and packages, from the network that only this step has.
cp /etc/resolv.conf "$root/etc/resolv.conf" 2>/dev/null || true
chroot "$root" sh -c 'apt-get -qq update &&
	apt-get -qq --no-install-recommends --download-only -y install /t/debs/*.deb' >&2
