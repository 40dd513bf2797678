# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# The guard: with our filters in place it lets everything through, without them nothing of a camera.
house
programs $BPF/p
hooked() { guard_value hooked; }
attach() { at gw kmodbpf attach $BPF/p lan1; }
detach() { at gw tc qdisc del dev lan1 clsact; }
check 'attach' attach
same 'off at first' "$(guard_value mode) $(hooked)" '0 '
same 'the camera reaches the gateway' "$(answers cam)" 10

check 'guard drop' at gw kmodctl guard mode=2 mark=$MARK ports=bridge:br-lan macs=$CAM flags=3
same 'on both ports' "$(hooked)" "$(ifindex lan1),$(ifindex lan2)"
passed_marked=$(answers cam)
same 'marked frames pass' "$passed_marked" 10
same 'and the phone'"'"'s' "$(answers phone)" 10
same 'nothing dropped' "$(guard_value dropped) $(guard_value unmarked)" '0 0'
above 'marked ones counted' "$(guard_value marked)" 9

check 'filters deleted by hand' detach
leaked=$(answers cam)
same 'without them nothing passes' "$leaked" 0
same 'the phone still does' "$(answers phone)" 10
at gw kmodctl guard-get >/tmp/guard
above 'dropped' "$(value dropped </tmp/guard)" 9
same 'every one that was unmarked' "$(value dropped </tmp/guard)" "$(value unmarked </tmp/guard)"
check 'attach again' attach
same 'passes again' "$(answers cam)" 10

check 'guard count' at gw kmodctl guard mode=1
detach
dropped=$(guard_value dropped) unmarked=$(guard_value unmarked)
unguarded=$(answers cam)
same 'only counts' "$unguarded" 10
figure guard/leaked_packets "$leaked" == 0 packets 10 "$unguarded"
figure guard/false_drops $((10 - passed_marked)) == 0 packets 10 $((10 - leaked))
same 'drops no more' "$(guard_value dropped)" "$dropped"
above 'unmarked ones counted' "$(guard_value unmarked)" "$((unmarked + 9))"
check 'guard off' at gw kmodctl guard mode=0
same 'unhooks' "$(hooked)" ''
same 'passes' "$(answers cam)" 10

# The mark is gone behind the guard: what passed cannot be told from what never had it.
attach
at gw kmodctl guard mode=2
at gw tc qdisc add dev br-lan clsact
at gw tc filter add dev br-lan ingress pref 1 protocol all handle $MARK/$MARK fw action drop
same 'the mark is cleared' "$(answers cam)" 10
at gw kmodctl guard mode=0
same 'without a guard it is seen' "$(answers cam)" 0
at gw tc qdisc del dev br-lan clsact

# Interfaces that come, go, and are renamed.
at gw kmodctl guard mode=2 ports=name:lan9,bridge:br-lan
ip -n gw link set lan2 nomaster
same 'a port that leaves the bridge' "$(hooked)" "$(ifindex lan1)"
ip -n gw link set lan2 down
ip -n gw link set lan2 name lan9
same 'one renamed to a listed name' "$(hooked)" "$(ifindex lan1),$(ifindex lan9)"
ip -n gw link set lan9 name lan2
same 'and back' "$(hooked)" "$(ifindex lan1)"
ip -n gw link add lan9 type veth peer name c9 netns cam
same 'one that is made' "$(hooked)" "$(ifindex lan1),$(ifindex lan9)"
ip -n gw link set lan9 netns phone
same 'and moves to another namespace' "$(hooked)" "$(ifindex lan1)"
ip -n phone link set lan9 netns gw
same 'and returns' "$(hooked)" "$(ifindex lan1),$(ifindex lan9)"
ip -n gw link del lan9
same 'and ends' "$(hooked)" "$(ifindex lan1)"
ip -n gw link set br-lan down
ip -n gw link set br-lan name br-other
same 'the bridge renamed' "$(hooked)" ''
ip -n gw link set br-other name br-lan
same 'and back' "$(hooked)" "$(ifindex lan1)"
check 'by index' at gw kmodctl guard ports=index:"$(ifindex lan2)"
same 'only that one' "$(hooked)" "$(ifindex lan2)"
same 'none failed' "$(guard_value failed)" 0

# Many addresses, in parts; an invalid one changes nothing.
check '32768 addresses' at gw kmodctl many-macs 32768
same 'are in force' "$(guard_value nmacs)" 32768
refuse 'a group among them' EINVAL at gw kmodctl guard macs=01:00:5e:00:00:01 flags=3
same 'changes nothing' "$(guard_value nmacs)" 32768
refuse 'one too many' E2BIG at gw kmodctl many-macs 32769
same 'changes nothing' "$(guard_value nmacs)" 32768
check 'the same one twice' at gw kmodctl guard macs=$CAM,$CAM flags=3
same 'counts once' "$(guard_value nmacs)" 1
check 'none' at gw kmodctl guard flags=3
same 'none' "$(guard_value nmacs)" 0
refuse 'a new mode with a bad port' EINVAL at gw kmodctl guard mode=1 ports=name:
same 'neither' "$(guard_value mode)" 2
forget $BPF/p
unhouse
