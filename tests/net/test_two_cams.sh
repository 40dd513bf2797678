#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Opening one camera opens that one only, and closing it leaves the other alone.
. "$(dirname "$0")/lib.sh"

need_camgate
house_up
config
agent_start
refute "closed: cam1" beat stranger $CAM1_6 $TCP_PORT
refute "closed: cam2" beat stranger $CAM2_6 $TCP_PORT
cg open cam2 10m >/dev/null
assert "cam2 opened: cam2" beat stranger $CAM2_6 $TCP_PORT
assert "cam2 opened: cam2 outward" beat cam2 $STRANGER_4 443
refute "cam2 opened: cam1" beat stranger $CAM1_6 $TCP_PORT
refute "cam2 opened: cam1 outward" beat cam1 $STRANGER_4 443
cg close cam2 >/dev/null
refute "closed again: cam2 has no rule of cam1's" beat cam2 $CLOUD_4 443
assert "cam1 keeps its rule" beat cam1 $CLOUD_4 443
cg open cam1 10m >/dev/null
cg open cam2 10m >/dev/null
assert "both open: cam1" beat stranger $CAM1_6 $TCP_PORT
assert "both open: cam2" beat stranger $CAM2_6 $TCP_PORT
cg close cam1 >/dev/null
refute "cam1 closed: cam1" beat stranger $CAM1_6 $TCP_PORT
assert "cam1 closed: cam2 still open" beat stranger $CAM2_6 $TCP_PORT
cg close all >/dev/null
refute "all closed: cam2" beat stranger $CAM2_6 $TCP_PORT
assert "the cameras see each other at home" beat cam1 $CAM2_4 $TCP_PORT
assert "who is no camera is left alone" beat phone $STRANGER_4 443
