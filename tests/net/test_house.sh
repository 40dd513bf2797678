#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The house without camgate: every way that later tests close is open.
. "$(dirname "$0")/lib.sh"

house_up
rtsp_start cam1

n=$(frames stranger 5 $WAN4)
assert_num "the stranger decodes frames by the port forward" "$n" ">" 25
n=$(frames stranger 5 $CAM1_6)
assert_num "the stranger decodes frames by IPv6" "$n" ">" 25
n=$(frames stranger 5 $WAN4 -u)
assert_num "the stranger decodes frames by RTP over UDP" "$n" ">" 25
n=$(frames phone 5 $CAM1_4)
assert_num "the phone decodes frames" "$n" ">" 25
n=$(frames stranger 2 $WAN4 9999)
assert_num "a player without a camera counts none" "$n" == 0

assert "the cloud's heartbeat by TCP" beat cam1 $CLOUD_4 443
assert "the cloud's heartbeat by UDP" beat_udp cam1 $CLOUD_4 443
assert "the cloud's heartbeat by IPv6" beat cam1 $CLOUD_6 443
assert "the stranger reaches the camera's UDP port" beat_udp stranger $WAN4 $UDP_PORT
assert "the phone reaches the camera through the WAN address" beat phone $WAN4 $TCP_PORT
refute "nobody answers at a port without a server" beat cam1 $CLOUD_4 444
