#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# big.sh [TABLE...]: the packet path's tables on a big-endian machine: Debian's kernel for s390x in QEMU; builds what tests/arch.sh has not.
#
# CG_BIG_LIMIT seconds (2400) for it. The console is in build/log/big.console.
set -eu
cd "$(dirname "$0")/../.."
PATH=$PATH:/usr/sbin:/sbin
arch=s390x b=build/s390x-linux-gnu root=$PWD/build/sysroot/s390x
k=$PWD/build/vm/big console=build/log/big.console
for tool in qemu-system-s390x cpio modprobe s390x-linux-gnu-readelf; do
	command -v $tool >/dev/null || { echo "skip $arch/tables: no $tool"; exit 0; }
done
mkdir -p build/log build/vm
packaging/sysroot.sh $arch
make -s -j"$(nproc)" B=$b CROSS_COMPILE=s390x-linux-gnu- SYSROOT="$root" WITH_SYSTEMD=no WITH_MAXMINDDB=no all tests-tables >build/log/big.log 2>&1 || {
	tail -n 20 build/log/big.log
	echo "not ok $arch/tables: does not build"
	exit 1
}

# A kernel, a shell, and ip with its libraries.
if [[ ! -e $k/complete ]]; then
	apt=$PWD/build/vm/apt-big
	# shellcheck source=tests/vm/kernels/apt.sh
	. tests/vm/kernels/apt.sh
	apt_options="$apt_options -o APT::Architecture=$arch -o APT::Architectures=$arch"
	read_lists bookworm
	rm -rf "$k"
	mkdir -p "$k"
	kernel=$(apt_cache search --names-only '^linux-image-6[.].*-s390x$' | awk '{ print $1 }' | sort -V | tail -n 1)
	for p in "$kernel" busybox-static; do
		dpkg-deb --fsys-tarfile "$(package "$p")" | tar -x -C "$k" --keep-directory-symlink --exclude=./usr/share
	done
	apt_get -y --no-install-recommends --download-only install iproute2 >&2
	for deb in "$apt"/cache/archives/*.deb; do
		dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$k" --keep-directory-symlink --exclude=./usr/share
	done
	depmod -b "$k" "${kernel#linux-image-}"
	echo "${kernel#linux-image-}" >"$k/complete"
	rm -rf "$apt"
fi
version=$(cat "$k/complete")

d=$(mktemp -d build/vm/big.XXXXXX)
qemu=
# shellcheck disable=SC2317 # called by the trap
clean() {
	[[ -z $qemu ]] || kill "$qemu" 2>/dev/null || :
	rm -rf "$d"
}
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
r=$d/root
mkdir -p "$r"/{bin,dev,proc,sys,tmp,run,lib,modules,t}
libraries() { # PROGRAM
	local l
	for l in $(s390x-linux-gnu-readelf -d "$1" | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p'); do
		[[ ! -e $r/lib/$l ]] || continue
		cp -L "$(find "$root/usr/lib" "$k/usr/lib" "$k/lib" -name "$l" -print -quit)" "$r/lib/$l"
		libraries "$r/lib/$l"
	done
}
cp "$k/bin/busybox" "$r/bin/"
cp -L "$(find "$k/bin" "$k/sbin" "$k/usr" -name ip -type f -print -quit)" "$r/t/ip"
cp -L "$(find "$root" -name ld64.so.1 -print -quit)" "$r/lib/"
for t in "$b"/tests/bpf/test_*; do
	case $t in
	*.o | *.d | */test_fuzz | */test_soak) ;;
	*) cp "$t" "$r/t/" ;;
	esac
done
cp "$b/camgate.bpf.o" tests/vm/parts/tables.sh "$r/t/"
for p in "$r"/t/ip "$r"/t/test_*; do
	libraries "$p"
done
# shellcheck source=tests/vm/modules.sh
. tests/vm/modules.sh
modprobe -d "$k" -S "$version" --show-depends veth | awk '$1 == "insmod" { print $2 }' | modules_lay "$r/modules"
cat >"$r/init" <<END
#!/bin/busybox sh
/bin/busybox --install -s /bin
ln -sf /t/ip /bin/ip
export PATH=/bin BPF=/run/bpf TABLES='$*'
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t tmpfs run /run
mkdir /run/bpf
mount -t bpf bpf /run/bpf
for m in /modules/*.ko; do insmod \$m; done
ip link set lo up
cd /t
passes=0 fails=0
no() { echo "not ok \$1"; fails=\$((fails + 1)); }
[ "\$(printf '\\001\\002' | od -An -tx2 | tr -d ' ')" = 0102 ] || no 'the machine is not big-endian'
. ./tables.sh
echo "tables: \$(uname -rm): \$passes passed, \$fails failed"
poweroff -f
END
chmod 755 "$r/init"
(cd "$r" && find . | cpio -o -H newc --quiet -R 0:0) >"$d/initrd"
rc=0
timeout -k 5 "${CG_BIG_LIMIT:-2400}" qemu-system-s390x -M s390-ccw-virtio -cpu max -smp 2 -m 2048 -nographic -no-reboot \
	-kernel "$k/boot/vmlinuz-$version" -initrd "$d/initrd" -append 'quiet rdinit=/init' </dev/null >"$console" 2>&1 &
qemu=$!
wait $qemu || rc=$?
qemu=
sed -n "s|\r$||; s|^\(not ok\|ok\|skip\) |&$arch/tables: |p" "$console"
said=$(sed -n 's/\r$//; s/^tables: //p' "$console")
if [[ $said != *' s390x: '*' 0 failed' || $said == *': 0 passed'* ]]; then
	grep -v '^ok ' "$console" | tail -n 15 | sed 's/^/# /'
	echo "not ok $arch/tables: ${said:-ended before its end ($rc)}"
	exit 1
fi
echo "# $said"
