#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# boot.sh [-t SECONDS] [-m MODULES] [-p PROGRAMS] [-l LOG] K SCRIPT [FILE[:NAME]]...: runs SCRIPT as root in a small guest on kernel K.
#
# K is a folder made by fetch.sh, or a name of kernels.txt. The guest has
# busybox, dash, ip and tc, PROGRAMS with their libraries, MODULES of that kernel
# with what they need (NAME?: where it has that one), and the FILEs in /t, where
# SCRIPT runs. User-mode Linux runs as a program of this machine, with one CPU. Ends with its status; 124 time-out, 125 the machine ended without saying how it went.
# CG_VM_ACCEL (tcg), CG_VM_MEM (512 MiB), CG_VM_SMP (2), CG_VM_APPEND.
set -eu
PATH=$PATH:/usr/sbin:/sbin
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../../.." && pwd)
limit=120
modules=""
programs=""
log=""
while getopts t:m:p:l: o; do
	case $o in
	t) limit=$OPTARG ;;
	m) modules=$OPTARG ;;
	p) programs=$OPTARG ;;
	l) log=$OPTARG ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
[ $# -ge 2 ] || { sed -n 's/^# \(boot.sh.*\)/usage: \1/p' "$0" >&2; exit 2; }
k=$1 script=$2
shift 2
case $k in
*/*) ;;
*) k=$("$here/fetch.sh" "$k") ;;
esac
version=$(cat "$k/version")
for tool in busybox cpio modprobe; do
	command -v $tool >/dev/null || { echo "vm: $tool is missing" >&2; exit 1; }
done

mkdir -p "$top/build/vm"
# shellcheck source=tests/vm/modules.sh
. "$top/tests/vm/modules.sh"
d=$(mktemp -d "$top/build/vm/boot.XXXXXX")
qemu=
# shellcheck disable=SC2317 # called by the trap
clean() {
	[ -z "$qemu" ] || kill "$qemu" 2>/dev/null || :
	rm -rf "$d"
}
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

r=$d/root
mkdir -p "$r/bin" "$r/dev" "$r/proc" "$r/sys" "$r/tmp" "$r/run" "$r/t" "$r/modules" "$r/etc" "$r/var"
ln -s ../run "$r/var/run"
cp "$(command -v busybox)" "$r/bin/busybox"
for applet in $(busybox --list); do
	[ -e "$r/bin/$applet" ] || ln -s busybox "$r/bin/$applet"
done
with_libraries() {
	ldd "$1" 2>/dev/null | grep -o '/[^ )]*' | while read -r lib; do
		mkdir -p "$r${lib%/*}"
		[ -e "$r$lib" ] || cp -L "$lib" "$r$lib"
	done
}
# busybox' own sh runs its own ip and tc whatever PATH says: dash is the shell.
for p in dash ip tc $programs; do
	f=$(command -v "$p") || { echo "vm: $p is missing" >&2; exit 1; }
	p=${p##*/}
	rm -f "$r/bin/$p"
	cp -L "$f" "$r/bin/$p"
	with_libraries "$f"
done
ln -sf dash "$r/bin/sh"
: >"$d/all"
for m in $modules; do
	if ! modprobe -d "$k" -S "$version" --show-depends "${m%\?}" >"$d/depends" 2>/dev/null; then
		case $m in *\?) continue ;; esac
		echo "vm: $version has no $m" >&2
		exit 1
	fi
	cat "$d/depends" >>"$d/all"
done
awk '$1 == "insmod" && !seen[$2]++ { print $2 }' "$d/all" >"$d/list"
modules_lay "$r/modules" <"$d/list"
cp "$script" "$r/t/test"
for f; do
	case $f in
	*:*) to=$r/t/${f##*:} f=${f%:*} ;;
	*) to=$r/t/${f##*/} ;;
	esac
	cp -L "$f" "$to"
	with_libraries "$f"
done
cp "$here/init" "$r/init"
chmod 755 "$r/init"
od -An -N8 -tx8 /dev/urandom | tr -d ' ' >"$r/token"
read -r token <"$r/token"
(cd "$r" && find . | cpio -o -H newc --quiet -R 0:0) >"$d/initrd"

append="quiet rdinit=/init ${CG_VM_APPEND:-}"
: >"$d/console"
qemu() {
	kernel=$k/vmlinux
	[ -s "$kernel" ] || kernel=$k/vmlinuz
	accel=${CG_VM_ACCEL:-tcg}
	cpu=max
	case $accel in
	kvm) cpu=host ;;
	tcg) accel=tcg,thread=multi ;;
	esac
	# q35: microvm hung in 5 of 60 boots.
	exec timeout -k 5 "$limit" qemu-system-x86_64 -M q35 -accel "$accel" -cpu $cpu \
		-smp "${CG_VM_SMP:-2}" -m "${CG_VM_MEM:-512}" -nodefaults -no-user-config -display none \
		-no-reboot -pidfile "$d/pid" -serial file:"$d/console" -serial file:"$d/status" -kernel "$kernel" \
		-initrd "$d/initrd" -append "console=ttyS0 panic=-1 nokaslr mitigations=off $append"
}
# Its memory is a file that must allow running it.
uml() {
	# shellcheck disable=SC2086 # words
	TMPDIR=/dev/shm exec timeout -k 5 "$limit" "$k/linux" mem="${CG_VM_MEM:-512}M" initrd="$d/initrd" \
		uml_dir="$d" umid=guest con0=null,fd:1 con=null ssl1=null,fd:3 ssl=null $append \
		>"$d/console" 3>"$d/status"
}
if [ -x "$k/linux" ]; then uml=uml; else uml=qemu; fi
$uml </dev/null 2>"$d/qemu.log" &
qemu=$!
# Processor seconds the machine has taken: time on the wall says little where
# others run beside it.
cr=$(printf '\r')
used() {
	awk '{ printf "%d", ($14 + $15) / 100 }' "/proc/$(cat "$d/pid" 2>/dev/null || echo "$qemu")/stat" 2>/dev/null
}
# In the background, so that a signal is heard while the guest runs.
tail -n +1 -f --pid=$qemu "$d/console" | while IFS= read -r line; do
	line=${line%"$cr"}
	case $line in
	'## '*) echo "$line, processor $(used) s" ;;
	*) printf '%s\n' "$line" ;;
	esac
done | tee "${log:-/dev/null}" &
shown=$!
rc=0
wait $qemu || rc=$?
qemu=
wait $shown || :
cat "$d/qemu.log" >&2
if [ $rc = 124 ] || [ $rc = 137 ]; then
	echo "vm: stopped after $limit s" >&2
	exit 124
fi
read -r said status <"$d/status" || :
if [ "${said:-}" != "$token" ]; then
	echo "vm: the machine ended without a result" >&2
	exit 125
fi
exit "$(echo "$status" | tr -d '\r')"
