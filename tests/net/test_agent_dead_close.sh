#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# `close` and `seal` by root work with the agent dead, on running streams; `open` does not.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/closing.sh
. "$NET/closing.sh"

need_camgate
house_up
config
opened()
{
	agent_start
	assert "the camera is opened" cg open cam1 10m
	agent_kill
}
leak_after udp $STRANGER_4 main/close_agent_dead_leak_bytes "$BIN/camgate" close cam1
refute "a new connection of the camera is stopped too" beat cam1 $STRANGER_4 443
assert "the cloud's heartbeat passes" beat cam1 $CLOUD_4 443
assert_code "open says that the agent is not running" 3 cg open cam1 1m
refute "and has opened nothing" beat cam1 $STRANGER_4 443
assert "seal works with the agent dead" cg seal cam1
refute "the cloud's heartbeat is stopped then" beat cam1 $CLOUD_4 443
agent_start
refute "the seal holds after the agent is back" beat cam1 $CLOUD_4 443
assert "auto lifts it" cg auto cam1
assert "the cloud's heartbeat passes again" beat cam1 $CLOUD_4 443
refute "and the camera is closed, not open" beat cam1 $STRANGER_4 443
