#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# `allow`, `deny` and `undo` change what passes at once; `why` and `blocked` say what did.
. "$(dirname "$0")/lib.sh"

need_camgate
house_up
config
agent_start
refute "unruled: the stranger" beat cam1 $STRANGER_4 443
named() { cg_json blocked cam1 | jq -e ".blocked | map(select(.peer == \"$STRANGER_4\" and .port == 443)) | length > 0"; }
assert "blocked names it" named
assert "allow" cg allow cam1 "$STRANGER_4/32:443/tcp"
assert "allowed: the stranger by TCP" beat cam1 $STRANGER_4 443
refute "allowed by TCP only: UDP" beat_udp cam1 $STRANGER_4 443
assert "undo" cg undo
refute "undone: the stranger" beat cam1 $STRANGER_4 443
assert "the cloud" beat cam1 $CLOUD_4 443
assert "deny" cg deny cam1 "$CLOUD_4/32"
refute "denied: the cloud" beat cam1 $CLOUD_4 443
cg open cam1 10m >/dev/null
assert "open: the stranger" beat cam1 $STRANGER_4 443
refute "a deny is not lifted by open" beat cam1 $CLOUD_4 443
says() { cg_json why cam1 "$CLOUD_4:443/tcp" | jq -e ".reason_nr == $1"; }
assert "why says so" says 18
assert "undo" cg undo
assert "undone: the cloud" beat cam1 $CLOUD_4 443
