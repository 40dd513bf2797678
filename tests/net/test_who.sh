#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# `who` names who a camera talks with, in which direction it began, and how much.
. "$(dirname "$0")/lib.sh"

need_camgate
house_up
config
agent_start
has() { cg_json who cam1 | jq -e ".peers | map(select($1)) | length > 0"; }
refute "nobody yet" has ".peer == \"$STRANGER_4\""
cg open cam1 10m >/dev/null
stream_start live cam1 udp stranger $STRANGER_4 6000
assert "the stranger, a remote, begun by the camera" \
	has ".peer == \"$STRANGER_4\" and .scope == \"remote\" and .began == \"camera\" and .up_bytes > 50000"
assert "from outside" beat stranger $CAM1_6 $TCP_PORT
assert "the stranger's own flow was begun by the peer" \
	has ".peer == \"$STRANGER_6\" and .began == \"peer\" and .proto == \"tcp\""
assert "the cloud" beat cam1 $CLOUD_4 443
assert "the cloud is there by rule" has ".peer == \"$CLOUD_4\" and .scope == \"remote\""
stream_stop live
cg close cam1 >/dev/null
