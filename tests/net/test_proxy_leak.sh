#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A masquerade on the LAN zone or a proxy on the gateway does not show a closed camera outside.
. "$(dirname "$0")/lib.sh"

need socat
need_camgate
house_up
rtsp_start cam1
# Both make the gateway the camera's peer: one keeps the interface of origin, the other none.
in_ns gw nft add rule ip nat postrouting oifname br-lan masquerade
spawn proxy gw socat TCP-LISTEN:9554,fork,reuseaddr "TCP:$CAM1_4:$RTSP_PORT"
wait_for 5 listens gw tcp 9554
# Both ways show the camera before camgate, and again at the end of the test.
n=$(frames stranger 4 $WAN4)
assert_num "before camgate: frames by the masqueraded port forward" "$n" ">" 25
n=$(frames stranger 4 $WAN4 9554)
assert_num "before camgate: frames by the proxy" "$n" ">" 25
config
agent_start
capture_start wan inet isp0

from=$(now_ns)
n=$(frames stranger 4 $WAN4)
assert_num "closed: frames by the masqueraded port forward" "$n" == 0
n=$(frames stranger 4 $WAN4 9554)
assert_num "closed: frames by the proxy" "$n" == 0
to=$(now_ns)

cg open cam1 10m >/dev/null
n=$(frames stranger 4 $WAN4)
assert_num "open: frames by the masqueraded port forward" "$n" ">" 25
n=$(frames stranger 4 $WAN4 9554)
assert_num "open, but gateway_viewing = no: frames by the proxy" "$n" == 0
cg close cam1 >/dev/null
config 'gateway_viewing = yes'
cg reload >/dev/null
yes_from=$(now_ns)
n=$(frames stranger 4 $WAN4 9554)
assert_num "gateway_viewing = yes: frames by the proxy" "$n" ">" 25
capture_stop wan

leak wan "$yes_from" -i in -s $WAN4 -d $STRANGER_4 -p tcp -a 0
control=$AFTER
leak wan "$from" -i in -s $WAN4 -d $STRANGER_4 -p tcp -a 0 -u $(((to - from) / 1000000))
figure main/proxy_leak_bytes "$AFTER" == 0 bytes 2 "$control" "$WORK/wan.cap"
