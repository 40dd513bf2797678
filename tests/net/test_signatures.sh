#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Protocols of viewing between the camera and a server that a rule lets it talk to: no media passes; what
# keeps the camera known to its maker passes, and so does the same protocol within the house.
. "$(dirname "$0")/lib.sh"

need_camgate
house_up
ports='5000-5099'
config "allow += { \"$CLOUD_4/32:$ports\", \"[$CLOUD_6]:$ports\" }"
agent_start

# talk NAME udp|tcp PORT SIDE SERVER SCRIPT...: cam1 connects; the lines each end got are in NAME.up, NAME.down
talk()
{
	local name=$1 proto=$2 port=$3 side=$4 server=$5
	shift 5
	printf '%s\n' "$@" >"$WORK/$name.script"
	spawn "$name-listen" "$side" "$TOOLS/parley" "$proto" listen "$server" "$port" "$WORK/$name.script"
	wait_for 5 listens "$side" "$proto" "$port"
	in_ns cam1 "$TOOLS/parley" "$proto" connect "$server" "$port" "$WORK/$name.script" >"$WORK/$name.down"
	wait_for 15 gone "${PIDS[$name-listen]}"
	cp "$WORK/$name-listen.out" "$WORK/$name.up"
}
# came NAME up|down LINE: how often
came() { awk -v line="$3" '$1 == line { print $2 }' "$WORK/$1.$2"; }

hello='6d616b65722d68656c6c6f'
video='00*1000'
leaked=0 tried=0
# stopped NAME udp|tcp PORT SERVER MARKER-LINE...: hello passes both ways; the marker and twenty packets of media do not
stopped()
{
	local name=$1 proto=$2 port=$3 server=$4 marker=$5 media=$6
	talk "$name" "$proto" "$port" cloud "$server" "> $hello" "< $hello" "$marker" "> $media x20"
	assert_num "$name: what is no viewing passes" "$(came "$name" up 1) $(came "$name" down 2)" == '1 1'
	assert_num "$name: no media" "$(came "$name" up 4)" == 0
	leaked=$((leaked + $(came "$name" up 4))) tried=$((tried + 20))
	assert "$name: the session is stopped" stopped_by "$server" signature
	unblock
}
stopped_by() { cg sessions cam1 --json | jq -e --arg peer "$1" --arg sign "$2" '[.sessions[] | select(.peer == $peer and .state == "stopped")] | length > 0'; }
# Blocks end with time, which is not made here: the agent's maps are, by a new start without pins.
unblock()
{
	stop agent
	in_ns gw "$BIN/camgate" detach >/dev/null 2>&1 || true
	agent_start
}

control=$(talk control udp 5001 cloud $CLOUD_4 "> $hello" "< $hello" "> $hello" "> $video x20" >&2 && came control up 4)
assert_num "control: as much of what is no protocol passes" "$control" == 20
unblock
stopped pppp udp 5002 $CLOUD_4 '< f1400010 0002 50c3 0900710a cb000000 00000000' 'f1d00404 00*1028'
stopped pppp-relay udp 5003 $CLOUD_4 '> f1800018 00*24' 'f1830404 00*1028'
stopped pppp6 udp 5002 $CLOUD_6 '< f1410014 00*20' 'f1d00404 00*1028'
# Coded as TUTK's are (tests/bpf/test_signature.c): 04 04 33 of 52 bytes, then 07 04 21 of 1,000.
stopped tutk udp 5009 $CLOUD_4 '< 4e6d9dcc40d040ca2d2d882d00e6cada 00*36' '6e6c9dec40d140ca2d2d882dc0e7cae4 00*984'
stopped dahua udp 5004 $CLOUD_4 '> fffeffe7deed5bbd 00*36' '50544350 00*1000'
stopped reolink udp 5005 $CLOUD_4 '< 10cf872a 00*200' '10cf872a 00*1000'
stopped xmeye udp 5006 $CLOUD_4 '< 1220d007 00*108' '1220d007 00*144'
stopped stun udp 5007 $CLOUD_4 '> 000100002112a442 11*12' '80600001 00*1000'
stopped rtsp tcp 5008 $CLOUD_4 '> 414e4e4f554e434520727473703a2f2f782f792052545350' '24000400 00*1000'
stopped dvrip tcp 5012 $CLOUD_4 '> ff000000 00*12 64000000 00*100' 'ff000000 00*12 e8030000 00*1000'
stopped rtmp tcp 5013 $CLOUD_4 '> 0301020304 00000000 5a*1400' '00*1000'
figure sessions/house_media_before_stop "$leaked" == 0 packets "$tried" "$control" "$WORK/pppp.up"

# What keeps alive, at its own pace.
talk alive udp 5010 cloud $CLOUD_4 '> f114006800*104' '< f115000400*4' '> f1e00000' '< f1e10000' '> 3acf872a 00*121' '< 3acf872a 00*78'
assert_num "heartbeats of the same makers pass" "$(tr '\n' ' ' <"$WORK/alive.up")$(tr '\n' ' ' <"$WORK/alive.down")" == '1 1 1 3 1 1 5 1 1 2 1 1 4 1 1 6 1 1 '

# Within the house the same protocol is nobody's business.
talk lan udp 5011 phone $PHONE_4 "> $hello" '< f1410014 00*20' '> f1d00404 00*1028 x20'
assert_num "the phone at home watches by the same protocol" "$(came lan up 3) $(came lan down 2)" == '20 1'
assert "and is no session" eval "! cg sessions cam1 --json | jq -e --arg peer $PHONE_4 '.sessions[] | select(.peer == \$peer)'"
