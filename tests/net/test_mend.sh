#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A camera that lost its push messages and its time is mended with what `blocked` says to type; who watches stays out. A profile does it without.
. "$(dirname "$0")/lib.sh"

need_camgate
need dnsmasq
house_up

PUSH=45.7.0.1 TIME=45.7.0.2 RELAY=45.7.0.3 STREAM=45.7.0.4
cat >>"$WORK/dnsmasq.conf" <<-END
	host-record=pushx.reolink.com,$PUSH,60
	host-record=ntp.acme.example,$TIME,60
	host-record=p2p3.reolink.com,$RELAY,60
	host-record=live.acme.example,$STREAM,60
END
stop dnsmasq
spawn dnsmasq gw dnsmasq --keep-in-foreground --conf-file="$WORK/dnsmasq.conf"
wait_for 5 listens gw udp 53
in_ns inet ip route add 45.7.0.0/16 via $CLOUD_4
in_ns cloud ip route add local 45.7.0.0/16 dev lo
spawn time cloud "$TOOLS/heartbeat" -u -b $TIME -l 123
spawn relay cloud "$TOOLS/heartbeat" -u -b $RELAY -l 9999
wait_for 5 listens cloud udp 123
wait_for 5 listens cloud udp 9999

look() { in_ns cam1 "$TOOLS/lookup" -s $LAN4 -w 700 "$1" >/dev/null; }
# As a camera does: asks for the name, then speaks to what it is told.
push() { look pushx.reolink.com && beat cam1 $PUSH 443; }
clock() { look ntp.acme.example && beat_udp cam1 $TIME 123; }
relay() { look p2p3.reolink.com && beat_udp cam1 $RELAY 9999; }
stream() { look live.acme.example && beat cam1 $STREAM 443; }
viewer() { beat stranger $WAN4 $TCP_PORT; }
# shown NAME PORT GUESS: stopped by that name, for that reason, and counted
shown()
{
	cg_json blocked cam1 | jq -e --arg n "$1" --argjson p "$2" --arg g "$3" '[.blocked[] |
		select(.name == $n and .port == $p and .guess == $g and .reason == "unruled" and .packets >= 1)] |
		length == 1'
}
# What `blocked` prints to be typed, about a name or a word of it.
printed() { cg blocked cam1 | sed -n 's/^  \(camgate .*\)$/\1/p' | grep -F -- "$1"; }
# typed LINE: in the household's own shell
typed() { in_ns gw env PATH="$BIN:$PATH" bash -c "$1" >"$WORK/typed.out"; }

words() { { cg "$@" || [[ $? -eq 5 ]]; } | grep -E '^cam1 +reolink +full +closed, no known way to watch it from outside is left'; }
by_profile()
{
	cg_json why cam1 $PUSH:443/tcp | jq -e '.profile == "reolink" and
		(.file | endswith("/packaging/profiles/reolink.conf"))'
}

assert "before: push" push
assert "before: time" clock
assert "before: the relay" relay
assert "before: a stream" stream

# The camera breaks.
config
cp "$CONF" "$WORK/before.conf"
agent_start
refute "closed: no push" push
refute "closed: no time" clock
refute "closed: no relay" relay
refute "closed: no viewer" viewer
wait_for 5 shown pushx.reolink.com 443 push
wait_for 5 shown ntp.acme.example 123 time
wait_for 5 shown p2p3.reolink.com 9999 relay
cg blocked cam1 >"$WORK/blocked.txt"
assert "blocked says what it was in words" \
	grep -qE '^pushx\.reolink\.com +from it +443/tcp .* push messages \(Reolink\) +no rule names this remote' "$WORK/blocked.txt"
assert "where it only guesses, too" grep -qE '^ntp\.acme\.example +from it +123/udp .* the time\? ' "$WORK/blocked.txt"

# It is mended.
assert "there is a line about push" printed pushx.reolink.com
line=$(printed pushx.reolink.com)
assert "typed as it is printed: $line" typed "$line"
assert "it says how to take it back" grep -qxF 'to take it back: camgate undo' "$WORK/typed.out"
diff "$WORK/before.conf" "$CONF" >"$WORK/change" || true
assert "a line more, with who wrote it" \
	grep -q '^>.*allow += { "pushx.reolink.com:443/tcp" }.*# camgate, 20' "$WORK/change"
assert_num "and nothing else" "$(grep -c '^[<>]' "$WORK/change")" == 1
assert "push is back" push
refute "time is not" clock
refute "nor the relay" relay
refute "a viewer stays out" viewer
line=$(printed ntp.acme.example)
assert "typed as it is printed: $line" typed "$line"
assert "time is back" clock
refute "a viewer stays out" viewer
refute "nor is a stream let out" stream

# A relay is not allowed for good: what is offered opens the camera for a while.
refute "no allow is offered for the relay" printed 'allow cam1 p2p3'
line=$(printed 'open cam1')
assert "typed as it is printed: $line" typed "$line"
assert "now it may be watched" relay
assert "by whom ever" viewer
cg close cam1 >/dev/null
refute "closed: no relay" relay
refute "closed: no viewer" viewer
assert "push stays" push

# And taken back, the last first.
assert "undo" cg undo
refute "time is stopped again" clock
assert "push is not" push
assert "undo" cg undo
refute "push is stopped again" push
assert "the file is as it was" cmp "$WORK/before.conf" "$CONF"
refute "there is nothing more to take back" cg undo

# A profile, without any command.
config 'profile = reolink' '' "profiles = \"$ROOT/packaging/profiles\""
assert "check says what closed means, before it is in force" words check "$CONF"
assert "reload" cg reload
assert "profile: push" push
refute "profile: no relay" relay
refute "profile: no viewer" viewer
refute "profile: no stream" stream
assert "status says it, too" words status
assert "why names the profile and its file" by_profile
# The household's own of the same name wins.
mkdir -p "$WORK/etc/profiles.d"
printf 'protection = full\nlocal_view = yes\nallow = { "ntp.acme.example:123/udp" }\n' >"$WORK/etc/profiles.d/reolink.conf"
assert "reload" cg reload
refute "own profile: no push" push
assert "own profile: time" clock
