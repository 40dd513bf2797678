#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# An invalid config at reload names file and line, ends with 4 and changes nothing.
. "$(dirname "$0")/lib.sh"

need_camgate
house_up
config
agent_start
cp "$CONF" "$WORK/good.conf"
generation() { cg_json status | jq .generation; }
gen=$(generation)

# bad TEXT WANT: the config now in place is refused, with WANT (a pattern) in what is said
bad()
{
	local text=$1 want=$2
	assert_code "$text: check" 4 cg check "$CONF"
	assert_code "$text: reload" 4 cg reload
	grep -Eq -- "$want" "$WORK/assert.out" || fail "$text: \`$(cat "$WORK/assert.out")' has no $want"
	note "  $(head -n 1 "$WORK/assert.out" | sed "s|$WORK/etc/||g" | cut -c 1-120)"
	[[ $(generation) == "$gen" ]] || fail "$text: the generation is $(generation), not $gen"
	beat cam1 $CLOUD_4 443 >/dev/null || fail "$text: the cloud is lost"
	! beat cam1 $STRANGER_4 443 -t 300 >/dev/null || fail "$text: the stranger is reached"
	cp "$WORK/good.conf" "$CONF"
}
at='camgate\.conf:[0-9]+'

sed -i '$d' "$CONF"
bad "an unclosed block" "$at"
echo 'colour = "red"' >>"$CONF"
bad "an unknown key" "$at.*colour"
config 'exposure = open'
bad "a repeated key" "$at.*exposure"
sed -i "s/$CAM1_MAC/02:ca:00:00:00:zz/" "$CONF"
bad "a bad MAC" "$at.*02:ca:00:00:00:zz"
sed -i "s/$CAM2_MAC/$CAM1_MAC/" "$CONF"
bad "a MAC used twice" "$at.*$CAM1_MAC"
config 'deny = { "198.51.100.0/33:443" }'
bad "a bad prefix" "$at.*198\.51\.100\.0/33"
config 'deny = { "198.51.100.0/24:70000" }'
bad "port 70000" "$at.*70000"
config '' '' 'include("nowhere.conf")'
bad "a missing include" "$at.*nowhere\.conf"
mkdir "$WORK/etc/dir.conf"
config '' '' 'include("dir.conf")'
bad "a directory as include" "$at.*dir\.conf"
mv "$CONF" "$CONF.away"
mkdir "$CONF"
assert_code "a directory as config: reload" 4 cg reload
grep -q 'camgate\.conf.*directory' "$WORK/assert.out" || fail "a directory: $(cat "$WORK/assert.out")"
rmdir "$CONF"
mv "$CONF.away" "$CONF"
awk 'BEGIN { for (i = 0; i < 2 * 1024 * 1024 / 64; i++) printf "%-63s\n", "# fill" }' >>"$CONF"
bad "a file of 2 MiB" 'camgate\.conf'
printf 'lan = { "br\000lan" }\n' >"$CONF"
bad "NUL bytes" "$at"
config 'allow = { "198.51.100.0/24:443"'
bad "an unclosed list" "$at"
config 'exposure = ajar'
bad "a repeated key with a bad value" "$at"
sed -i '0,/exposure = closed/s//exposure = ajar/' "$CONF"
bad "an unknown exposure" "$at.*ajar"

assert "the good config is taken again" cg reload
assert "the cloud" beat cam1 $CLOUD_4 443
refute "the stranger" beat cam1 $STRANGER_4 443

# MACs that the house depends on, and the device that the command is typed from.
gen=$(generation)
sed -i "s/$CAM2_MAC/$(ip -n "$ID-gw" -j link show lan2 | jq -r '.[0].address')/" "$CONF"
bad "a MAC of the gateway's own" "$at.*interface lan2"
from() { in_ns gw env SSH_CONNECTION="$1 40000 $LAN4 22" "$BIN/camgate" "$2"; }
warns() { from "$1" "$2" 2>&1 >/dev/null | grep "'cam1' is the device you are logged in from"; }
assert "check from cam1 warns" warns $CAM1_4 check
assert "reload from cam1 warns" warns $CAM1_4 reload
refute "check from the phone does not" warns $PHONE_4 check
refute "reload from the phone does not" warns $PHONE_4 reload
