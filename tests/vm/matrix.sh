#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# matrix.sh [-j GUESTS] [-p "PART..."] [K...]: everything that is said of kernels, on each of kernels/kernels.txt, in virtual machines.
#
# Parts: verifier (the objects of clang 14 and 19; on the first kernel of the
# list also 16, and instruction sets v1 and v3), tables (tests/bpf), those of
# tests/kmod/guest, and house (the tests of house.txt). A kernel has a small
# guest for all but the last, a full one for the house and two, one after the
# other, for a power-off. GUESTS (2) run at a time. HOUSE=all runs each test of
# the house wherever it can run, not only where house.txt has it; so does a machine
# with KVM. Prints
# `ok K/PART/NAME`, `not ok ...` or `skip ...: why` (tests/skips, house.txt), ends with "N passed, N failed, N skipped". Consoles and times are
# in build/log/{kmod-K.log,vm-K*.console,vm.times}, what the house wrote in build/matrix/K.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/skips.sh
. tests/skips.sh
small='load set counters netns malformed rights guard flowtable unload verifier tables'
guests=2
parts="$small house"
while getopts j:p: o; do
	case $o in
	j) guests=$OPTARG ;;
	p) parts=$OPTARG ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
mapfile -t list < <(awk '$1 !~ /^#/ && NF { print $1 }' tests/vm/kernels/kernels.txt)
whole=no
if [[ $# == 0 ]]; then
	set -- "${list[@]}"
	[[ $parts != "$small house" ]] || whole=yes
fi
log=build/log/vm.log times=build/log/vm.times
figures=build/figures.vm.jsonl
export CG_FIGURES=$PWD/$figures
mkdir -p build/log
: >"$log" && : >"$times" && : >"$figures"
say() { echo "$@" | tee -a "$log"; }

# The part's name before each case, and nothing else but what belongs to a failure.
named() { # PREFIX PART
	awk -v prefix="$1" -v part="$2" '
		/^## / { part = $2; sub(/,$/, "", part); n = 0; next }
		/^[0-9]+ (passed|ok), / { next }
		/^(not ok|ok|skip) / {
			kind = $1; rest = $2
			if (kind == "not")
				for (i = n > 15 ? n - 15 : 0; i < n; i++)
					print "# " prefix ": " said[i]
			sub(/^(not ok|ok|skip) /, "")
			print (kind == "not" ? "not ok" : kind) " " prefix "/" part "/" $0
			fflush()
			n = 0
			next
		}
		{ said[n++] = $0 }' | tee -a "$log"
}

# What one guest has to do: lines that skip a part are printed, others named.
to_do() { # K, prints parts of the small guest
	local part
	for part in $parts; do
		[[ $part != house ]] || continue
		skipped vm "$1/$part" >>"$log.skipped" || echo "$part"
	done
}
small_guest() { # K
	local objects=(build/tests/bpf/verifier/clang-{14,19}.v2.bpf.o)
	[[ $1 != "${list[0]}" ]] || objects=(build/tests/bpf/verifier/clang-{14,16,19}.v{1,2,3}.bpf.o)
	OBJECTS=${objects[*]} LIMIT=${LIMIT:-1200} tests/kmod/test.sh -n -p "$(to_do "$1" | tr '\n' ' ')" "$1" 2>&1 |
		named "$1" guest
}

# Names of the house's tests for a kernel; a restriction is said, as a skip is.
among() { [[ $1 == all || ",$1," == *",$2,"* ]]; }
house() { # K
	local name can does why
	while read -r name can does why; do
		[[ -n $name && $name != '#'* ]] || continue
		if ! among "$can" "$1"; then
			echo "skip $1/house/$name: $why" >>"$log.skipped"
		elif [[ ${HOUSE:-} != all ]] && ! among "$does" "$1"; then
			echo "skip $1/house/$name: takes minutes: on $does, and with HOUSE=all here" >>"$log.skipped"
		elif ! skipped vm "$1/house/$name" >>"$log.skipped"; then
			echo "$name"
		fi
	done <tests/vm/house.txt
}
# What a machine with the whole system did: its log, its figures, its end.
taken() { # K FOLDER STATUS
	named "$1" house <"$2/said"
	# 1: a test failed; 77: all were skipped.
	if [[ $3 -gt 1 && $3 != 77 ]]; then
		tail -n 5 "$2/said" | sed 's/^/# /'
		say "not ok $1/house: the guest ended with $3"
	fi
	[[ ! -s $2/figures.guest.jsonl ]] ||
		jq -c --arg at "matrix/${2##*/}/" '.raw = $at + .raw' "$2/figures.guest.jsonl" >>"$figures"
}
full() { # K FOLDER COMMAND...
	local k=$1 back=$PWD/build/matrix/$2 cpus
	shift 2
	rm -rf "$back"
	mkdir -p "$back"
	# Without KVM processors of guests that wait for one another come to nothing when
	# there are more of them than there are here.
	cpus=$(($(nproc) / guests))
	CG_VM_SMP=${CG_VM_SMP:-$((cpus < 1 ? 1 : cpus))} \
		CG_KO=$PWD/build/kmod/$k/camgate.ko CG_VM_BACK=$back CG_VM_CONSOLE=$PWD/build/log/vm-${back##*/}.console \
		CG_VM_MEM=${CG_VM_MEM:-2048} CG_FIGURES=$PWD/build/figures.guest.jsonl CG_VM_PASS=CG_FIGURES \
		CG_VM_KERNEL=$k CG_VM_LIMIT=${LIMIT:-1200} "$@" >"$back/said" 2>&1
	taken "$k" "$back" $?
}
house_guest() { # K
	local -a names
	mapfile -t names < <(house "$1" | grep -v '^poweroff$')
	[[ ${#names[@]} == 0 ]] || full "$1" "$1" tests/vm/run.sh -- tests/net/run.sh -l 600 "${names[@]}"
}
# Two machines, one after the other.
power_guest() { # K
	! house "$1" | grep -q '^poweroff$' || full "$1" "$1-power" tests/vm/poweroff.sh
}

# One guest, with the time it took on the wall and on the processors.
guest() { # KIND K
	local TIMEFORMAT="$2 $1: %R s, processors %U s in programs, %S s in the kernel"
	{ time "$1" "$2" 2>&3; } 3>&2 2>>"$times"
}

if [[ -z ${HOUSE:-} && " $parts " == *' house '* && -w /dev/kvm ]] &&
	tests/vm/run.sh -- true >/dev/null 2>&1 && [[ $(cat build/vm/kvm) == yes ]]; then
	HOUSE=all
fi
# All is built before the first guest starts.
echo "building"
tests/vm/kernels/fetch.sh "$@" >/dev/null || exit 1
failed=build/log/vm-build.failed
builds() { # COMMAND...: two at a time, in the background
	while [[ $(jobs -rp | wc -l) -ge 2 ]]; do wait -n; done
	{ "$@" || echo "$*" >>$failed; } &
}
build() { # K...
	local k clang
	rm -f $failed
	for k; do builds tests/kmod/test.sh -b -p "$parts" "$k"; done
	for clang in clang-14 clang-16 clang-19; do
		[[ " $parts " != *' verifier '* ]] || builds tests/bpf/verifier.sh -b $clang
	done
	wait
	[[ ! -e $failed ]]
}
start=$SECONDS
if ! build "$@" >build/log/vm-build.log 2>&1; then
	cat build/log/vm-build.log
	say 'not ok build: something does not build'
	echo '0 passed, 1 failed, 0 skipped'
	exit 1
fi
echo "build: $((SECONDS - start)) s" >>"$times"
rm -f "$log.skipped"

jobs=()
# What takes longest comes first.
for kind in power house; do
	[[ " $parts " != *' house '* ]] || for k; do jobs+=("${kind}_guest $k"); done
done
[[ $parts == house ]] || for k; do jobs+=("small_guest $k"); done
for job in "${jobs[@]}"; do
	while [[ $(jobs -rp | wc -l) -ge $guests ]]; do wait -n; done
	# shellcheck disable=SC2086 # words
	guest $job &
done
wait
[[ ! -s $log.skipped ]] || sort -u "$log.skipped" | tee -a "$log"
rm -f "$log.skipped"
echo "matrix: $((SECONDS - start)) s" >>"$times"
sed 's/^/# /' "$times"

record() { # NAME VALUE OP LIMIT UNIT N CONTROL RAW
	printf '{"name":"%s","value":%s,"op":"%s","limit":%s,"unit":"%s","n":%s,"control":%s,"raw":"%s"}\n' "$@" >>"$figures"
}
if [[ $whole == yes ]]; then
	green=0
	for k; do
		grep -qE "^not ok $k/" "$log" || ! grep -qE "^ok $k/" "$log" || green=$((green + 1))
	done
	record vm/kernels_passed $green '>=' 3 kernels $# $# log/vm.log
	record vm/matrix_s $((SECONDS - start)) '<=' 900 s 1 1 log/vm.times
	tests/figures.sh check-vm "$figures" | tee -a "$log"
fi
# Beside those of other targets, instead of those of the last run.
touch build/figures.jsonl
grep -vE '"raw":"(matrix/|log/(kmod-|vm\.))' build/figures.jsonl | cat - "$figures" >build/figures.new
mv build/figures.new build/figures.jsonl
passed=$(grep -c '^ok ' "$log") failed=$(grep -c '^not ok ' "$log") skips=$(grep -c '^skip ' "$log")
[[ $((passed + failed)) != 0 ]] || failed=1
echo "$passed passed, $failed failed, $skips skipped"
[[ $failed == 0 ]]
