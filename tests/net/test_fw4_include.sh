#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# `doctor --fix` keeps cameras out of fw4's flow table: its rules come first, follow the cameras, and go at detach.
. "$(dirname "$0")/lib.sh"

DIR=$WORK/ruleset-post
FILE=$DIR/camgate.nft

# What of fw4 matters here: the rule that would offload stands at the head of forward.
# The flow table takes what is confirmed, answered or not.
fw4_start()
{
	in_ns gw nft -f - <<-END
	add table inet fw4
	flush table inet fw4
	table inet fw4 {
		counter offloaded { }
		chain forward {
			type filter hook forward priority filter; policy accept;
			ct status confirmed meta l4proto { tcp, udp } counter name offloaded
			ct state established,related accept
		}
	}
	END
	[[ ! -e $FILE ]] || in_ns gw nft -f "$FILE"
}

offloaded() { in_ns gw nft -j list counter inet fw4 offloaded | jq '.nftables[] | .counter? // empty | .packets'; }

rules() { in_ns gw nft list chain inet fw4 forward | grep -c '"camgate"' || true; }

# unanswered NS ADDRESS PORT: a stream of UDP of a second, to which nobody says anything
unanswered() { in_ns "$1" "$TOOLS/push" -u -s 400 -r 20000 -t 1 "$2" "$3" || true; }

fix_says() { cg_json doctor --fix | jq -e --arg t "$1" '.findings | any(.what == "fix" and (.text | test($t)))'; }

need_camgate
house_up
config "allow += \"$CLOUD_4/32:5001\""
agent_start --fw4-dir "$DIR"
assert "without fw4 it says so" fix_says "no fw4 here"
mkdir -p "$DIR"
fw4_start
before=$(offloaded)
assert "the heartbeat passes" beat cam1 $CLOUD_4 443 -n 10 -i 5
control=$(($(offloaded) - before))
assert_num "control: the camera reaches the offloading rule" "$control" ">" 10
spawn mute-sink cloud "$TOOLS/sink" -u 5001 "$WORK/mute.sink"
wait_for 5 listens cloud udp 5001
before=$(offloaded)
unanswered cam1 $CLOUD_4 5001
assert_num "control: what nobody answers reaches it too" "$(($(offloaded) - before))" ">" 10
before=$(offloaded)
unanswered stranger $WAN4 $UDP_PORT
assert_num "control: and what comes to the camera from outside" "$(($(offloaded) - before))" ">" 10
assert "fix installs it" fix_says "keeps cameras out"
assert "the file is there" test -s "$FILE"
assert_num "the running firewall has the rules" "$(rules)" "==" 3
assert "again" fix_says "keeps cameras out"
assert_num "and not twice" "$(rules)" "==" 3
before=$(offloaded)
assert "the heartbeat passes" beat cam1 $CLOUD_4 443 -n 10 -i 5
assert "from outside too, IPv6" beat cam1 $CLOUD_6 443 -n 10 -i 5
assert_num "the camera does not reach the offloading rule" "$(($(offloaded) - before))" "==" 0
frames=$(grep -vc "^#" "$WORK/mute.sink")
unanswered cam1 $CLOUD_4 5001
assert "what nobody answers arrives" wait_for 5 sunk mute $((frames + 10))
unanswered stranger $WAN4 $UDP_PORT
assert_num "and does not reach it either" "$(($(offloaded) - before))" "==" 0
assert "the phone does" beat phone $CLOUD_4 443 -n 10 -i 5
assert_num "others are offloaded as before" "$(($(offloaded) - before))" ">" 10

# fw4 starts again with the file; the cameras change.
fw4_start
assert_num "the rules after a restart of the firewall" "$(rules)" "==" 3
before=$(offloaded)
assert "the heartbeat passes" beat cam1 $CLOUD_4 443 -n 10 -i 5
assert_num "still out of it" "$(($(offloaded) - before))" "==" 0
sed -i '/^camera "cam2"/,/^}/d' "$CONF"
assert "reload without cam2" cg reload
refute "the file follows" grep -q "$CAM2_MAC" "$FILE"
set_follows() { ! in_ns gw nft list set inet fw4 camgate_cams | grep "$CAM2_MAC" >/dev/null; }
wait_for 5 set_follows
assert_num "still three rules" "$(rules)" "==" 3
agent_kill
agent_start --fw4-dir "$DIR"
assert "detach" cg detach
assert_num "detach takes the rules away" "$(rules)" "==" 0
refute "and the file" test -e "$FILE"
assert "fw4's own rules stay" in_ns gw nft list counter inet fw4 offloaded

# The same with the agent dead: the command knows where the file was put.
agent_start --fw4-dir "$DIR"
assert "installed again" fix_says "keeps cameras out"
assert "the state says where" jq -e --arg d "$DIR" '.fw4_dir == $d' "$CAMGATE_STATE_DIR/state.json"
agent_kill
assert "detach with the agent dead" cg detach
assert_num "takes the rules away" "$(rules)" "==" 0
refute "and the file" test -e "$FILE"
