# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# Who may do what: root, a user, root without CAP_BPF, root of a user namespace, everybody with public=1.
nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
# A user who is root of namespaces of his own.
own_root() { nobody unshare -U -r -n "$@"; }
mkdir -p $BPF/k
kmodbpf make good $BPF/k/good
with="kmodbpf with $BPF/k/good 9"
check 'root sets' $with kmodctl set fd:9
check 'root gets' kmodctl get 0
check 'root listens, announces' kmodctl announce nursery 1
refuse 'a user: info' EPERM nobody kmodctl info
refuse 'a user: get' EPERM nobody kmodctl get 0
refuse 'a user: dump' EPERM nobody kmodctl dump
refuse 'a user: guard-get' EPERM nobody kmodctl guard-get
refuse 'a user: set' EPERM $with setpriv --reuid=65534 --regid=65534 --clear-groups kmodctl set fd:9
refuse 'a user: unset' EPERM nobody kmodctl unset
refuse 'a user: announce' EPERM nobody kmodctl announce nursery 1
refuse 'a user: guard' EPERM nobody kmodctl guard mode=0
refuse 'a user: listen' EPERM nobody kmodctl listen 1
nobody cat /proc/net/camgate >/dev/null 2>&1
same 'a user: /proc' $? 1

some="setpriv --bounding-set -bpf,-sys_admin"
refuse 'without CAP_BPF: set' EPERM $with $some kmodctl set fd:9
refuse 'without CAP_BPF: guard' EPERM $some kmodctl guard mode=0
check 'without CAP_BPF: get' $some kmodctl get 0
check 'without CAP_SYS_ADMIN: set' $with setpriv --bounding-set -sys_admin kmodctl set fd:9
refuse 'without CAP_NET_ADMIN: set' EPERM $with setpriv --bounding-set -net_admin kmodctl set fd:9

check "a user namespace is there" own_root true
refuse "its root: get finds nothing" ENODATA own_root kmodctl get 0
refuse "its root: set" EPERM $with setpriv --reuid=65534 --regid=65534 --clear-groups unshare -U -r -n kmodctl set fd:9
refuse "its root: guard" EPERM own_root kmodctl guard mode=0
refuse "its root: announce" EPERM own_root kmodctl announce nursery 1
refuse "its root in the first network namespace: get" EPERM nobody unshare -U -r kmodctl get 0

rmmod camgate
insmod $MODULE public=1
check 'public=1: root sets' $with kmodctl set fd:9
check 'public=1: a user gets' nobody kmodctl get 0
check 'public=1: a user dumps' nobody kmodctl dump
check 'public=1: a user reads /proc' nobody cat /proc/net/camgate
refuse 'public=1: a user: set' EPERM $with setpriv --reuid=65534 --regid=65534 --clear-groups kmodctl set fd:9
refuse 'public=1: a user: guard' EPERM nobody kmodctl guard mode=0
rmmod camgate
insmod $MODULE
rm -rf $BPF/k
