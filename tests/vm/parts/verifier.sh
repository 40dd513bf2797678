# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# The verifier takes every program of every object in /t, and says how many instructions it looked at.
for object in /t/clang-*.bpf.o; do
	name=${object##*/}
	name=${name%.bpf.o}
	if load "$object" >/tmp/verifier 2>&1; then
		ok "$name: $(sed -n 's/^\([^:]*\): .* processed \([0-9]*\) insns .*/\1 \2/p' /tmp/verifier | tr '\n' ' ')"
	else
		tail -n 30 /tmp/verifier | sed 's/^/# /'
		no "$name: is refused"
	fi
done
