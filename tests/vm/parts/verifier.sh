# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# The verifier takes every program of the object, or of those of several compilers, and says how many instructions it looked at.
objects=$(ls /t/clang-*.bpf.o 2>/dev/null)
for object in ${objects:-/t/camgate.bpf.o}; do
	name=${object##*/}
	name=${name%.bpf.o}
	if load "$object" >/tmp/verifier 2>&1; then
		ok "$name: $(sed -n 's/^\([^:]*\): .* processed \([0-9]*\) insns .*/\1 \2/p' /tmp/verifier | tr '\n' ' ')"
	else
		tail -n 30 /tmp/verifier | sed 's/^/# /'
		no "$name: is refused"
	fi
done
