#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# arch.sh [-b] [ARCH...]: camgate built for other machines by Debian's cross compilers, its unit tests run by qemu-user; arch/unit_failures.
#
# ARCH is Debian's name: arm64 armhf mipsel riscv64 s390x; mips (big-endian) is compiled and not
# linked, since Debian has no libraries of it. -b: builds it all, and the least (`make minimal`),
# for packaging/footprint.sh; runs nothing. The control: the test of exposure with
# exposure.c made for the other byte order must fail on each machine. On s390x the packet
# path's tables, too, by its kernel (tests/vm/big.sh).
set -u
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=tests/skips.sh
. tests/skips.sh
build_only=no
[[ ${1:-} != -b ]] || { build_only=yes; shift; }
rc=0 ran=0 failed=0 control=0
mkdir -p build/log
figures=${CG_FIGURES:-build/figures-arch.jsonl}
table() { # ARCH: triplet, qemu
	case $1 in
	arm64) echo aarch64-linux-gnu qemu-aarch64-static ;;
	armhf) echo arm-linux-gnueabihf qemu-arm-static ;;
	mips) echo mips-linux-gnu - ;;
	mipsel) echo mipsel-linux-gnu qemu-mipsel-static ;;
	riscv64) echo riscv64-linux-gnu qemu-riscv64-static ;;
	s390x) echo s390x-linux-gnu qemu-s390x-static ;;
	esac
}
bad() { echo "not ok $1"; rc=1; }

# Only what the object's own order can show: its ELF header says 1 (little) or 2 (big).
order() { od -An -tu1 -j5 -N1 "$1" | tr -d ' '; }

# Unit tests under qemu: cases that passed and failed of each program.
unit() { # ARCH TRIPLET QEMU B
	local arch=$1 b=$4 t name out tap n f
	local -a list
	mapfile -t list < <(make -s --no-print-directory list-unit B="$b" CROSS_COMPILE="$2-" SYSROOT="build/sysroot/$arch")
	out=$(mktemp) tap=$(mktemp)
	for t in "${list[@]}"; do
		name=${t##*/test_}
		! skipped "arch/$arch" "$name" || continue
		: >"$tap"
		# Check's own processes: qemu's start is slow, a case's time is not what is tested.
		CK_TAP_LOG_FILE_NAME=$tap CK_VERBOSITY=silent CK_DEFAULT_TIMEOUT=600 CG_EMULATED=1 timeout -k 10 1800 \
			"$3" -L "build/sysroot/$arch" "$t" >"$out" 2>&1
		r=$?
		sed -n "s,^skip \(.*\)_fn: ,skip $arch/$name: \1: ,p" "$out"
		n=$(($(grep -c '^ok' "$tap") - $(grep -c '^skip .*: an emulated' "$out"))) f=$(grep -c '^not ok' "$tap")
		((f || !r || r == 77)) || f=1
		((ran += n + f, failed += f))
		if ((f)); then
			grep '^not ok' "$tap" | head -n 5
			tail -n 5 "$out"
			bad "$arch/$name: $f of $((n + f)) cases failed (ended with $r)"
		elif ((r == 77)); then
			echo "skip $arch/$name: $(tail -n 1 "$out")"
		elif ((!n)); then
			bad "$arch/$name: ran no case"
		else
			echo "ok $arch/$name ($n cases)"
		fi
	done
	: >"$tap"
	CK_TAP_LOG_FILE_NAME=$tap CK_VERBOSITY=silent CK_DEFAULT_TIMEOUT=600 CG_EMULATED=1 timeout -k 10 1800 \
		"$3" -L "build/sysroot/$arch" "$b/tests/unit/planted_order" >"$out" 2>&1 || true
	f=$(grep -c "^not ok" "$tap")
	((control += f))
	if ((f)); then
		echo "ok $arch: sees code for the other byte order ($f cases fail)"
	else
		bad "$arch: does not see code for the other byte order"
	fi
	rm -f "$out" "$tap"
}

for arch in "${@:-arm64}"; do
	read -r triplet qemu < <(table "$arch")
	[[ -n ${triplet:-} ]] || { bad "$arch: no such machine"; continue; }
	if ! command -v "$triplet-gcc" >/dev/null; then
		echo "skip $arch: no $triplet-gcc (Debian's gcc-$triplet)"
		continue
	fi
	b=build/$triplet log=build/log/arch-$arch.log root=$arch
	[[ $arch != mips ]] || root=mipsel
	packaging/sysroot.sh "$root" >"$log" 2>&1 || { echo "skip $arch: no packages of Debian's $root: $(tail -n 1 "$log")"; continue; }
	options=(B="$b" CROSS_COMPILE="$triplet-" SYSROOT="build/sysroot/$root" WITH_SYSTEMD=no WITH_MAXMINDDB=no)
	case $arch,$build_only in
	mips,*)
		# The libraries' headers are those of the other order, which are the same.
		r=$PWD/build/sysroot/mipsel
		# shellcheck disable=SC2046 # names without blanks
		make -j2 "${options[@]}" SYSROOT= BPF_SYSTEM="-isystem /usr/$triplet/include" CFLAGS="-O2 -idirafter $r/usr/include" \
			PKG_CONFIG="env PKG_CONFIG_SYSROOT_DIR=$r PKG_CONFIG_LIBDIR=$r/usr/lib/mipsel-linux-gnu/pkgconfig pkg-config" \
			"$b/libcamgate.a" $(make -s --no-print-directory list-sources | sed -n "s,^agent/\\(daemon\\|cli\\)/\\(.*\\)\\.c\$,$b/agent/\\1/\\2.o,p") \
			>>"$log" 2>&1 || { tail -n 20 "$log"; bad "$arch: does not compile"; continue; }
		echo "ok $arch: compiles (packet path: $(order "$b/camgate.bpf.o"): 1 little, 2 big)"
		continue
		;;
	*,yes)
		make -j2 "${options[@]}" all minimal minimal-static >>"$log" 2>&1 || { tail -n 20 "$log"; bad "$arch: does not build"; }
		continue
		;;
	esac
	make -j2 "${options[@]}" all tests-unit "$b/tests/unit/planted_order" >>"$log" 2>&1 || { tail -n 20 "$log"; bad "$arch: does not build"; continue; }
	echo "ok $arch: agent, command and packet path ($(order "$b/camgate.bpf.o"): 1 little, 2 big)"
	[[ $(order "$b/camgate.bpf.o") = "$(order "$b/camgate")" ]] || bad "$arch: the packet path has another byte order"
	if ! command -v "$qemu" >/dev/null; then
		echo "skip $arch: no $qemu (Debian's qemu-user-static)"
		continue
	fi
	unit "$arch" "$triplet" "$qemu" "$b"
	# Its kernel boots here, too.
	[[ $arch != s390x ]] || tests/vm/big.sh || rc=1
done
if ((ran)); then
	echo "# $ran cases on other machines, $failed failed; planted: $control"
	printf '{"name":"arch/unit_failures","value":%d,"op":"==","limit":0,"unit":"cases","n":%d,"control":%d,"raw":"log/arch.log"}\n' \
		"$failed" "$ran" "$control" >"$figures"
	tests/figures.sh check-arch "$figures" || rc=1
fi
exit $rc
