# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# What the verifier says to every program here; loading and unloading; self-tests; a module of another build.
load /t/camgate.bpf.o >/tmp/verifier 2>&1
same 'the verifier takes every program' $? 0
sed 's/^/# /' /tmp/verifier
check 'the module with its self-tests loads' insmod /t/camgate-debug.ko
dmesg | grep -q 'counters self-test: pass'
same 'and they pass' $? 0
check 'it unloads' rmmod camgate

# The same module as if it were built for a kernel of another release.
insmod /t/camgate-other.ko 2>/dev/null
same 'a module of another build is refused' "$(lsmod | grep -c '^camgate')" 0
dmesg | grep -E 'camgate: (built for|version magic)' | tail -n 1 | sed 's/^/# /'
check 'the module loads' insmod $MODULE
