# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# Loading and unloading; self-tests; a module of another build.
check 'the module with its self-tests loads' insmod /t/camgate-debug.ko
dmesg | grep -q 'counters self-test: pass'
same 'and they pass' $? 0
check 'it unloads' rmmod camgate

# The same module as if it were built for a kernel of another release.
insmod /t/camgate-other.ko 2>/dev/null
same 'a module of another build is refused' "$(lsmod | grep -c '^camgate')" 0
dmesg | grep -E 'camgate: (built for|version magic)' | tail -n 1 | sed 's/^/# /'
check 'the module loads' insmod $MODULE
