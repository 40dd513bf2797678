# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# Which maps are taken, what is kept of a program, and when it is let go.
serial() { kmodctl info | value serial; }
slots() { kmodctl info | value slots; }
mkdir -p $BPF/k
for kind in good percpu_array hash hash_key8 value_short value_long one_more few other_name two no_map xdp; do
	kmodbpf make $kind $BPF/k/$kind || no "make $kind"
done
same 'no map at first' "$(slots)" ''
refuse 'get without a map' ENODATA kmodctl get 0
refuse 'dump without a map' ENODATA kmodctl dump
same '/proc is only a heading then' "$(cat /proc/net/camgate)" 'slot plane reason packets bytes'
check 'a good map is taken' kmodctl set $BPF/k/good
same 'with its slots' "$(slots)" 2
before=$(serial)
for kind in percpu_array hash hash_key8 value_short value_long one_more few xdp; do
	refuse "$kind" EINVAL kmodctl set $BPF/k/$kind
done
refuse 'another name' ENOENT kmodctl set $BPF/k/other_name
refuse 'no map' ENOENT kmodctl set $BPF/k/no_map
refuse 'two of the name' ENOTUNIQ kmodctl set $BPF/k/two
same 'the good one is still there' "$(slots) $(serial)" "2 $before"

same 'one program of it' "$(kmodbpf alive prog kmodbpf)" 12
rm -rf $BPF/k
gone() { [ "$(kmodbpf alive "$1" "$2")" = "$3" ]; }
check 'programs are not held' wait_for 10 gone prog kmodbpf 0
check 'the map is, and only it' wait_for 10 gone map cg_stats 1
check 'and can be read' kmodctl get 1
check 'unset' kmodctl unset
check 'lets it go' wait_for 10 gone map cg_stats 0
above 'the serial went on' "$(serial)" "$before"

mkdir -p $BPF/k
kmodbpf make good $BPF/k/a
kmodbpf make good $BPF/k/b
check 'set a' kmodctl set $BPF/k/a
check 'set b in its place' kmodctl set $BPF/k/b
rm -rf $BPF/k
check 'a is let go' wait_for 10 gone map cg_stats 1
check 'with the module, b' rmmod camgate
check 'too' wait_for 10 gone map cg_stats 0
insmod $MODULE
