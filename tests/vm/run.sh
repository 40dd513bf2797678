#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# run.sh [-t SECONDS] [-k K] -- COMMAND...: runs COMMAND as root in this repository, inside a virtual machine.
#
# For machines where the caller is not root or the kernel refuses BPF. The
# guest's root is the host's own file tree, read-only, below a layer in memory:
# every program installed here is there, and nothing it does lasts, except that
# files COMMAND writes below build/ are brought back. Ends with COMMAND's
# status; 124 time-out, 125 the machine ended without saying how it went.
#
# -k: on kernel K of kernels/kernels.txt, else on bookworm's own; COMMAND then
# finds camgate.ko built for it in $CG_KO, unless that is set.
#
# CG_VM_ACCEL (kvm where it works, else tcg), CG_VM_MEM (MiB), CG_VM_SMP,
# CG_VM_KERNEL (as -k), CG_VM_PACKAGE (another kernel package), CG_VM_CONSOLE
# (where the console is kept), CG_VM_BACK (where what it wrote below build/ goes,
# if not there), CG_VM_PASS (names of variables handed through, in
# addition to those below).
set -eu
limit=${CG_VM_LIMIT:-7200}
name=${CG_VM_KERNEL:-}
while getopts t:k: o; do
	case $o in
	t) limit=$OPTARG ;;
	k) name=$OPTARG ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || { sed -n 's/^# \(run.sh.*\)/usage: \1/p' "$0" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
for tool in qemu-system-x86_64 busybox cpio modprobe; do
	PATH=$PATH:/usr/sbin:/sbin command -v $tool >/dev/null ||
		{ echo "vm: $tool is missing (tests/deps.sh)" >&2; exit 1; }
done
PATH=$PATH:/usr/sbin:/sbin
if [ -n "$name" ]; then
	kernel=$("$here/kernels/fetch.sh" "$name")
	[ -n "${CG_KO:-}" ] || CG_KO=$("$here/kernels/build-mod.sh" "$name")
else
	kernel=$("$here/fetch.sh")
fi
# The unpacked one needs no time to unpack itself.
image=$kernel/vmlinux
[ -s "$image" ] || image=$kernel/vmlinuz
version=$(cat "$kernel/version")

mkdir -p "$top/build/vm"
# shellcheck source=tests/vm/modules.sh
. "$top/tests/vm/modules.sh"
d=$(mktemp -d "$top/build/vm/run.XXXXXX")
qemu=
# shellcheck disable=SC2317 # called by the trap
clean() {
	[ -z "$qemu" ] || kill "$qemu" 2>/dev/null || :
	rm -rf "$d"
}
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
mkdir "$d/out" "$d/root"

# A first root of one program: busybox, and the modules that lead to the host's
# tree, numbered in the order in which they depend on each other.
(cd "$d/root" && mkdir -p bin dev proc sys modules host layer new out)
cp "$(command -v busybox)" "$d/root/bin/busybox"
cp "$here/init" "$d/root/init"
chmod 755 "$d/root/init" "$d/root/bin/busybox"
for m in virtio_pci 9pnet_virtio 9p overlay; do
	modprobe -d "$kernel" -S "$version" --show-depends $m
done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' >"$d/modules"
modules_lay "$d/root/modules" <"$d/modules"
(cd "$d/root" && find . | cpio -o -H newc --quiet -R 0:0) >"$d/initrd"

# A /dev/kvm one may open is no proof that a guest runs on it (nested machines):
# it must have reached the first program once.
kvm_works() {
	if [ ! -s "$top/build/vm/kvm" ]; then
		timeout -k 2 20 qemu-system-x86_64 -M q35 -accel kvm -cpu host -m 256 -nodefaults \
			-no-user-config -display none -no-reboot -serial file:"$d/probe" \
			-kernel "$image" -initrd "$d/initrd" \
			-append "console=ttyS0 panic=-1 quiet cg_probe" </dev/null >/dev/null 2>&1 || :
		r=no
		! grep -q 'vm: probe' "$d/probe" 2>/dev/null || r=yes
		echo $r >"$top/build/vm/kvm"
	fi
	[ "$(cat "$top/build/vm/kvm")" = yes ]
}

quote() { printf "'%s' " "$(printf %s "$1" | sed "s/'/'\\\\''/g")"; }
accel=${CG_VM_ACCEL:-}
if [ -z "$accel" ]; then
	accel=tcg
	if [ -w /dev/kvm ] && kvm_works; then accel=kvm; fi
fi
token=$(od -An -N8 -tx8 /dev/urandom | tr -d ' ')
# The guest's own clock may run far behind the wall's without KVM: tests then
# wait longer before they call a thing absent.
[ "$accel" = kvm ] || CG_SLOW=${CG_SLOW:-1}
{
	cmd=
	for a; do cmd="$cmd$(quote "$a")"; done
	echo "CG_VM_TOP=$(quote "$top")"
	echo "CG_VM_KERNEL_DIR=$(quote "$kernel")"
	echo "CG_VM_TOKEN=$token"
	echo "CG_VM_COMMAND=$(quote "$cmd")"
	for v in CG_SLOW CG_KO V NO_COLOR ${CG_VM_PASS:-}; do
		eval "x=\${$v-}"
		# shellcheck disable=SC2154 # set by the eval
		[ -z "$x" ] || echo "export $v=$(quote "$x")"
	done
} >"$d/out/env"
cp "$here/guest.sh" "$d/out/guest.sh"

mem=${CG_VM_MEM:-$(awk '$1 == "MemTotal:" { m = int($2 / 2048); print (m > 4096 ? 4096 : m) }' /proc/meminfo)}
case $accel in
kvm) cpu=host ;;
*) cpu=max accel=tcg,thread=multi ;;
esac
echo "vm: booting $version ($accel, $mem MiB)" >&2
timeout -k 5 "$limit" qemu-system-x86_64 -M q35 -accel "$accel" -cpu $cpu \
	-smp "${CG_VM_SMP:-2}" -m "$mem" -nodefaults -no-user-config -display none -no-reboot \
	-serial file:"$d/output" -serial file:"$d/console" -object rng-random,id=rng,filename=/dev/urandom \
	-device virtio-rng-pci,rng=rng \
	-fsdev local,id=host,path=/,security_model=none,readonly=on,multidevs=remap \
	-device virtio-9p-pci,fsdev=host,mount_tag=host \
	-fsdev local,id=out,path="$d/out",security_model=none \
	-device virtio-9p-pci,fsdev=out,mount_tag=out \
	${CG_VM_DISK:+-drive file="$CG_VM_DISK",if=virtio,format=raw} \
	-kernel "$image" -initrd "$d/initrd" \
	-append "console=ttyS1 panic=-1 quiet loglevel=4 mitigations=off nokaslr" \
	</dev/null 2>"$d/qemu.log" &
qemu=$!
: >>"$d/output"
tail -n +1 -f --pid=$qemu "$d/output" | sed -u "s/\\r$//" || :
rc=0
wait $qemu || rc=$?
qemu=
cp "$d/console" "${CG_VM_CONSOLE:-$top/build/vm/console.log}"
[ ! -s "$d/out/dmesg" ] || cp "$d/out/dmesg" "$top/build/vm/dmesg.log"
cat "$d/qemu.log" >&2
[ -e "$d/out/status" ] || : >"$d/out/status"
[ ! -s "$d/out/build.tar" ] || tar -x -C "${CG_VM_BACK:-$top/build}" -m --strip-components=1 -f "$d/out/build.tar"
if [ $rc = 124 ] || [ $rc = 137 ]; then
	echo "vm: stopped after $limit s" >&2
	exit 124
fi
read -r said status <"$d/out/status" || :
if [ "${said:-}" != "$token" ]; then
	echo "vm: the machine ended without a result (build/vm/console.log)" >&2
	exit 125
fi
exit "$status"
