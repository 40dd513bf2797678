#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Manual close and seal outlive agent and pins (a reboot); an opening does not.
. "$(dirname "$0")/lib.sh"

need_camgate
house_up
config '' "allow = { \"$CLOUD_4/32:443\" }"
agent_start
cg seal cam2 >/dev/null
cg open cam1 10m >/dev/null
assert "cam1 open" beat cam1 $STRANGER_4 443
refute "cam2 sealed" beat cam2 $CLOUD_4 443
stop agent
assert "the agent stopped: cam1 still open" beat cam1 $STRANGER_4 443
refute "the agent stopped: cam2 still sealed" beat cam2 $CLOUD_4 443
agent_start
assert "started again: cam1 still open" beat cam1 $STRANGER_4 443
refute "started again: cam2 still sealed" beat cam2 $CLOUD_4 443

# A reboot: no agent, no filters, no pins; the state file stays.
stop agent
for dev in lan1 lan2 lan3; do
	tear $dev
done
rm -rf "$PIN_DIR"
agent_start
refute "rebooted: the opening is over" beat cam1 $STRANGER_4 443
refute "rebooted: the seal holds" beat cam2 $CLOUD_4 443
assert "rebooted: cam1's cloud" beat cam1 $CLOUD_4 443
cg auto cam2 >/dev/null
assert "auto: cam2's cloud" beat cam2 $CLOUD_4 443
refute "auto: cam2 is closed" beat cam2 $STRANGER_4 443
