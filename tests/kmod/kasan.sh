#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kasan.sh: the module's tests on a kernel of checkers; before, faults planted in another module show that it is awake.
#
# Checkers: memory (KASAN, slab debugging), locks and RCU (lockdep), sleeping in
# atomic context, objects freed in use, leaks (kmemleak). RUNS packets a CPU
# (20000), FUZZ messages (1000). Consoles: build/log/kmod-{planted,kasan-6.1}.log.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
kernel=kasan-6.1
k=$(tests/vm/kernels/fetch.sh $kernel) || exit 1
mkdir -p build/log build/kmod/planted

cp tests/kmod/planted/{Kbuild,*.[ch]} build/kmod/planted/
make -C "$k/headers" M="$PWD/build/kmod/planted" CC="$(<"$k/cc")" modules >build/kmod/planted/log 2>&1 || {
	cat build/kmod/planted/log
	exit 1
}
# Every report, not only the first of its kind; slabs with red zones.
export CG_VM_APPEND='kasan_multi_shot slub_debug=FZ log_buf_len=4M' CG_VM_MEM=1024
echo "# faults planted in $kernel"
tests/vm/kernels/boot.sh -t 300 -l build/log/kmod-planted.log $kernel tests/kmod/planted/guest.sh \
	build/kmod/planted/planted.ko tests/kmod/guest/checkers.sh |
	grep -E "^(ok|not ok|# |[0-9]+ passed)"
rc=$?
caught=$(grep -c '^ok planted [^n]' build/log/kmod-planted.log)
echo "# $caught faults caught"
if [[ $rc != 0 || $caught == 0 ]]; then
	echo 'not ok planted faults: the checkers do not see them all'
	echo '0 passed, 1 failed, 0 skipped'
	exit 1
fi
figures=build/figures.kasan.jsonl
: >$figures
PLANTED=$caught CG_FIGURES=$figures RUNS=${RUNS:-20000} FUZZ=${FUZZ:-1000} LIMIT=${LIMIT:-3600} tests/kmod/test.sh $kernel
rc=$?
tests/figures.sh check-kasan $figures || rc=1
# Beside those of other targets, instead of that of the last run.
touch build/figures.jsonl
grep -v '"kmod/kasan_reports"' build/figures.jsonl >build/figures.new
grep '"kmod/kasan_reports"' $figures >>build/figures.new
mv build/figures.new build/figures.jsonl
exit $rc
