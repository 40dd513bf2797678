#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# `close` ends a running stream: UDP over IPv6.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/closing.sh
. "$NET/closing.sh"

need_camgate
house_up
config
agent_start
opened() { assert "the camera is opened" cg open cam1 10m; }
leak_after udp "$STRANGER_6" main/stop_leak_bytes_udp6 "$BIN/camgate" close cam1
