#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A real broker in the LAN: it is told what the packet path does, it can make cameras stricter, and wider only where the config lets it.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/mqtt.sh
. "$NET/mqtt.sh"

need_camgate
need openssl setpriv socat
need_mqtt
house_up
broker_prepare
broker_start
config "" "" "$(mqtt_lines)"
agent_private
bridge_start

# ---- who may: a password that is wrong, one that others read, then the right one -----------
link_says() { says mqtt "$1"; }
wait_for 10 link_says 'refuses user or password'
assert "status says who is told, connected or not" says status "Reports to $PHONE_4:8883 .*not connected"
secret 644 "$PASSWORD"
wait_for 10 link_says 'others can read'
secret 640 "$PASSWORD"
wait_for 20 link_says 'connected since'
# An authority that nobody here knows.
config "" "" "$(mqtt_lines | sed 's,ca_file = "[^"]*",,')"
cg reload >/dev/null
wait_for 20 link_says 'certificate verify failed'
config "" "" "$(mqtt_lines)"
cg reload >/dev/null
wait_for 20 link_says 'connected since'
assert "the bridge has no right but the socket's group" test "$(word Uid bridge) $(word Groups bridge) $(word CapEff bridge)" = \
	"$BRIDGE_UID $GROUP_NR 0000000000000000"

# ---- what is told ----------------------------------------------------------------------------
wait_for 5 kept_is status online
wait_for 5 state_is cam1 .exposure closed
kept "homeassistant/device/camgate_gateway_cam1/config" >"$WORK/discovery.json"
assert "a camera is a device below the gateway's" jq -e '.dev.via_device == "camgate_gateway" and .dev.name == "cam1" and .o.name == "camgate"' "$WORK/discovery.json"
assert "its exposure is a choice" jq -e '.cmps.exposure | .p == "select" and .options == ["sealed", "closed", "open"]' "$WORK/discovery.json"
assert "no address of a viewer is told" jq -e '.cmps | has("stopped") and (has("last_stopped") | not)' "$WORK/discovery.json"
assert "the gateway is a device" told homeassistant/device/camgate_gateway/config '.cmps.panic.p == "switch"'

# ---- stricter: yes ---------------------------------------------------------------------------
assert "closed: the camera reaches its cloud" beat cam1 $CLOUD_4 443
say cam/cam1/exposure/set sealed
wait_for 5 state_is cam1 .exposure sealed
refute "sealed from there: not even its cloud" beat cam1 $CLOUD_4 443
say panic/set ON
wait_for 5 hub_is .panic ON
assert "all are sealed" replies status '[.cams[].exposure] | all(. == "sealed")'

# ---- wider: no, by no topic -------------------------------------------------------------------
refused=0
not_wider() # WHAT TOPIC TEXT: it is refused in words
{
	refused=$((refused + 1))
	say "$2" "$3"
	wait_for 5 refused_times $refused
	assert "refused: $1" state_is cam1 .exposure "${4:-sealed}"
}
not_wider "the end of the panic" panic/set OFF
cg auto all >/dev/null
wait_for 5 state_is cam1 .exposure closed
not_wider "open" cam/cam1/exposure/set open closed
not_wider "the button" cam/cam1/open/set PRESS closed
not_wider "a word that is none" cam/cam1/exposure/set 'open","force":true,"x":"' closed
not_wider "a camera that is none" 'cam/cam1","cam":"cam1/open/set' PRESS closed
not_wider "a seal that is lifted" cam/nobody/close/set PRESS closed
refute "the stranger is let in by none of it" beat stranger $WAN4 $TCP_PORT
# The agent's own word, whatever the bridge does: by what it says it is, and by whose it is.
asks() { in_ns gw setpriv --reuid "$1" --regid 64003 --groups $GROUP_NR socat -t 2 - "UNIX-CONNECT:$CAMGATE_SOCKET" <<<"$2"; }
refuses() { asks "$1" "$2" | jq -e '.ok == false and (.error | test("MQTT"))'; }
does() { asks "$1" "$2" | jq -e '.ok'; }
open='{"v":1,"cmd":"open","cam":"cam1","for_s":60'
assert "a member of the group opens" does 64004 "$open}"
assert "and closes again" does 64004 '{"v":1,"cmd":"auto","cam":"cam1"}'
assert "who says to come from the broker does not" refuses 64004 "$open,\"via\":\"mqtt\"}"
assert "the bridge's user does not, whatever is said" refuses "$BRIDGE_UID" "$open}"
assert "nor off" refuses "$BRIDGE_UID" '{"v":1,"cmd":"off","for_s":60}'
assert "nor detach" refuses "$BRIDGE_UID" '{"v":1,"cmd":"detach"}'
assert "nor a rule" refuses "$BRIDGE_UID" '{"v":1,"cmd":"allow","cam":"cam1","rule":"203.0.113.66"}'
does 64004 '{"v":1,"cmd":"close","cam":"cam1"}' >/dev/null
assert "nor what takes a close by hand back" refuses "$BRIDGE_UID" '{"v":1,"cmd":"auto","cam":"cam1"}'
refute "the stranger is let in by none of that" beat stranger $WAN4 $TCP_PORT
cg auto all >/dev/null

# ---- wider: where the config says so ------------------------------------------------------------
config 'mqtt_may_widen = yes' "" "$(mqtt_lines)"
cg reload >/dev/null
wait_for 5 replies mqtt '.may_widen == ["cam1"]'
opens() { say cam/cam1/open_for/set 45; say cam/cam1/exposure/set open; state_is cam1 .exposure open; }
wait_for 10 opens
assert "open: the stranger" beat stranger $WAN4 $TCP_PORT
assert "for as long as was said there" replies status '.now_s as $n | .cams[0].until_s - $n | . > 43 * 60 and . <= 45 * 60'
cg report >/dev/null
assert "the record knows who it was" grep -q '"what":"opened".*"user":"mqtt"' "$CAMGATE_STATE_DIR/record.jsonl"
refused=$(grep -c '/refused ' "$WORK/heard.out")
not_wider "the other camera" cam/cam2/exposure/set open open
refute "which the stranger is not reached from" beat cam2 $STRANGER_4 443

# ---- how fast: from the wish to the state, and it is so -------------------------------------------
took=()
toggler cam1
toggle cam1 closed # connects first
for _ in {1..10}; do
	for word in open closed; do
		toggle cam1 $word
		took+=("$TOOK")
		if [[ $word == open ]]; then
			assert "told open: a packet passes" beat cam1 $STRANGER_4 443
		else
			refute "told closed: none does" in_ns cam1 "$TOOLS/heartbeat" -n 1 -t 150 $STRANGER_4 443
		fi
	done
done
printf '%s\n' "${took[@]}" >"$WORK/toggle_ms.log"
# The control: a bridge that is held up.
kill -STOP "${PIDS[bridge]}"
(observe "$LAX.5"; kill -CONT "${PIDS[bridge]}") &
toggle cam1 open
wait $!
figure mqtt/toggle_ms "$(printf '%s\n' "${took[@]}" | sort -n | tail -n 1)" "<=" $((200 * LAX)) ms ${#took[@]} "$TOOK" "$WORK/toggle_ms.log"

# ---- a wish that the broker kept is nobody's of now ------------------------------------------------
say_kept cam/cam1/exposure/set open
wait_for 5 state_is cam1 .exposure open
cg close cam1 >/dev/null
wait_for 5 state_is cam1 .exposure closed

# ---- the broker dies, and comes back with nothing ---------------------------------------------------
stop broker KILL
wait_for 10 link_says 'not connected'
wait_for 10 link_says 'nothing answers\|refused'
cpu() { awk '{ print $14 + $15 }' "/proc/${PIDS[bridge]}/stat"; }
rss() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/${PIDS[bridge]}/status"; }
churn() { for _ in {1..15}; do cg seal cam1 >/dev/null; cg auto cam1 >/dev/null; done; }
churn
before=$(rss) ticks=$(cpu)
for _ in {1..4}; do churn; done
cg seal cam1 >/dev/null
assert_num "hundredths of a second it works meanwhile" $(($(cpu) - ticks)) "<=" $((100 * SLOW))
assert_num "memory while nobody is there to be told, kB more" $(($(rss) - before)) "<=" 256
broker_start
wait_for 20 link_says 'connected since'
wait_for 5 state_is cam1 .exposure sealed
assert "told anew, discovery too" told homeassistant/device/camgate_gateway_cam2/config '.cmps.close'
cg auto cam1 >/dev/null
wait_for 5 state_is cam1 .exposure closed
say_kept cam/cam1/exposure/set open
wait_for 5 state_is cam1 .exposure open
cg close cam1 >/dev/null
heard_start
kill -HUP "${PIDS[bridge]}"
wait_for 10 grep -q 'kept at the broker' "$WORK/heard.out"
assert "a wish kept at the broker is refused" state_is cam1 .exposure closed
say_kept cam/cam1/exposure/set ''

# ---- the home's automation is born: told all again ----------------------------------------------------
client pub -r -t homeassistant/device/camgate_gateway_cam1/config -n
wait_for 5 nothing_kept homeassistant/device/camgate_gateway_cam1/config
client pub -t homeassistant/status -m online
wait_for 5 told homeassistant/device/camgate_gateway_cam1/config '.cmps.exposure'

# ---- who does not answer is not shown as if he did -----------------------------------------------------
stop bridge KILL
wait_for 5 kept_is status offline
wait_for 15 link_says "not running"
bridge_start
wait_for 10 kept_is status online
stop bridge
wait_for 5 kept_is status offline
bridge_start
wait_for 10 kept_is status online
agent_kill
wait_for 5 kept_is status offline
agent_private
wait_for 10 kept_is status online

# ---- one command ends it --------------------------------------------------------------------------------
assert "off" cg mqtt off
wait_for 10 nothing_kept "$BASE/#"
assert "nothing of it stays at the broker" nothing_kept 'homeassistant/#'
refute "status speaks of it no more" says status 'Reports to'
assert "the config says so" grep -q 'enabled = no' "$CONF"
say cam/cam1/exposure/set sealed
assert "on" cg mqtt on
wait_for 10 kept_is status online
assert "what was wished meanwhile is nobody's" state_is cam1 .exposure closed
