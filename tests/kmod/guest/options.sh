# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# That this kernel has the options it is here for: no types of its own, and a JIT or none.
mkdir -p $BPF/k
kmodbpf make good $BPF/k/good
want=1
! grep -q 'bpf_jit_enable=0' /proc/cmdline || want=0
! grep -q 'User Mode Linux' /proc/cpuinfo || want=0
same "programs are compiled: $want" \
	"$(kmodbpf with $BPF/k/good 9 cat /proc/self/fdinfo/9 | sed -n 's/^prog_jited:[^0-9]*//p')" $want
[ -e /sys/kernel/btf/vmlinux ]
same 'the kernel tells no types' $? 1
same 'traffic control comes as modules' "$(lsmod | grep -cE '^(sch_ingress|cls_bpf) ')" 2
rm -rf $BPF/k
