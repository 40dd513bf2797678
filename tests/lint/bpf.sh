#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# bpf.sh [OBJECT]: the per-packet programs hold no BPF-to-BPF call and no atomic instruction, the object no data.
#
# 32-bit ARM and MIPS JITs refuse both and would run the whole program in the
# interpreter. Read from the instructions, not from the disassembler's words:
# 0x85 with source register 1 is a call to BPF code, 0xc3 and 0xdb are atomics.
set -u
obj=${1:-$(dirname "$0")/../../build/camgate.bpf.o}
rc=0
text=$("${LLVM_OBJDUMP:-llvm-objdump}" -d "$obj") || { echo "not ok bpf: cannot read $obj"; exit 1; }

for prog in cg_from_cam cg_to_cam; do
	insns=$(printf '%s\n' "$text" | awk -v want="<$prog>:" '
		/^[0-9a-f]+ <.*>:$/ && !/<LBB/ { on = ($2 == want) }
		on && $1 ~ /^[0-9]+:$/ { print }')
	# A 64-bit constant is one line and two instructions.
	n=$(printf '%s\n' "$insns" | awk '$1 { n++ } $2 == "18" { n++ } END { print n + 0 }')
	size=$("${LLVM_NM:-llvm-nm}" -S "$obj" | awk -v want="$prog" '$4 == want { print $2 }')
	bad=$(printf '%s\n' "$insns" | awk '
		$2 == "85" && $3 ~ /^1/ { print "call:  " $0 }
		$2 == "c3" || $2 == "db" { print "atomic:" $0 }')
	if [ "$n" -eq 0 ]; then
		echo "not ok bpf: $prog is not in $obj"
		rc=1
	elif [ $((n * 8)) -ne $((0x${size:-0})) ]; then
		echo "not ok bpf: $prog: $n instructions read of $((0x${size:-0} / 8))"
		rc=1
	elif [ -n "$bad" ]; then
		printf '%s\n' "$bad" | sed 's/^/# /'
		echo "not ok bpf: $prog, $n instructions"
		rc=1
	else
		echo "ok bpf: $prog, no call and no atomic in $n instructions"
	fi
done
# Kernel 5.10 refuses a map of frozen constants as clang 19 makes it, and the
# programs' state is in maps with names: no section of data may come about.
data=$("${LLVM_OBJDUMP:-llvm-objdump}" -h "$obj" | awk '$2 ~ /^\.(rodata|data|bss)/ && $3 !~ /^0+$/ { printf "%s ", $2 }')
if [ -n "$data" ]; then
	echo "not ok bpf: data in the object: $data"
	rc=1
else
	echo "ok bpf: no section of data"
fi
exit $rc
