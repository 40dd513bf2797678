#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# camgate-control(7) is enough to write a client: one made from the page alone has each of its sessions with a real agent,
# and every member of every reply is in the page.
. "$(dirname "$0")/lib.sh"
. "$NET/device.sh"

need_camgate
PAGE=$ROOT/packaging/man/camgate-control.7
DEVICE=06:ca:00:00:00:07
house_build
mkdir -p "$WORK/etc/cameras.d"
cat >"$CONF" <<END
lan = { "br-lan" }
include("cameras.d/*.conf")
viewer "phone" { mac = "$PHONE_MAC" }
camera "nursery" { mac = "$CAM1_MAC" allow = { "$CLOUD_4:443" } }
END
agent_start
device 1 $DEVICE
in_ns cam1 "$TOOLS/heartbeat" -n 1 -t 1000 $CLOUD_4 443 >/dev/null 2>&1 || true
in_ns cam1 "$TOOLS/heartbeat" -n 1 -t 300 $STRANGER_4 443 >/dev/null 2>&1 || true
in_ns device1 "$TOOLS/heartbeat" -n 1 -t 300 $CLOUD_4 443 >/dev/null 2>&1 || true
wait_for 10 known $DEVICE

# The page as a reader has it: "\e" is troff's backslash. REQUEST and whether the page's reply is "ok".
sed -n 's/\\e/\\/g; /^[<>] /p' "$PAGE" | awk '/^> / { request = substr($0, 3) }
	/^< / && request { print ($0 ~ /"ok":true/ ? "ok" : "not"), request; request = "" }' >"$WORK/sessions"
assert_num "sessions in the page" "$(wc -l <"$WORK/sessions")" '>' 30
# client REQUEST: the reply, in $WORK/reply
client() { printf '%s\n' "$1" | "$TOOLS/pageclient" "$CAMGATE_SOCKET" >"$WORK/reply"; }
client '{"v":1,"cmd":"discover"}'
nr=$(jq -r --arg mac $DEVICE '.devices[] | select(.mac == $mac).nr' "$WORK/reply")
# What the page says of an example's addresses is not of this house.
sed -i "s/\"device\":1,/\"device\":$nr,/; s/198\.51\.100\.7\"/$CLOUD_4\"/" "$WORK/sessions"
# What ends the agent comes last.
{ grep -v '"detach"' "$WORK/sessions"; grep '"detach"' "$WORK/sessions"; } | grep '^ok ' | cut -d' ' -f2- >"$WORK/requests"

# documented KEY: the page names it, in an example or in its text
documented() { grep -qE "\"$1\":|\.Ql $1( |\$)|\.Ql [a-z_ ,]*\b$1\b|\b$1\b.*in turn" "$PAGE"; }
: >"$WORK/keys"
n=0
while IFS= read -r request <&7; do
	client "$request" || fail "no reply to $request"
	cmd=$(jq -r .cmd <<<"$request")
	jq -e '.v == 1 and (.ok | type) == "boolean" and (.code | type) == "number"' "$WORK/reply" >/dev/null ||
		fail "$request: that is no reply: $(head -c 300 "$WORK/reply")"
	jq -e '.ok' "$WORK/reply" >/dev/null || fail "$request: $(head -c 300 "$WORK/reply")"
	jq -r '[paths | map(select(type == "string")) | last] | unique[] | select(. != null)' "$WORK/reply" |
		sed "s/^/$cmd /" >>"$WORK/keys"
	n=$((n + 1))
done 7<"$WORK/requests"
note "$n sessions of the page had"
refute "control: a member that is made up is not in the page" documented planted_member
sort -u "$WORK/keys" | while read -r cmd key; do
	documented "$key" || echo "$cmd: $key"
done >"$WORK/undocumented"
[[ ! -s $WORK/undocumented ]] || fail "not in camgate-control(7): $(paste -sd' ' "$WORK/undocumented")"
note "$(sort -u "$WORK/keys" | wc -l) members of replies are in the page"
# What is refused is refused as the page says.
agent_start
client '{"v":1,"cmd":"open","cam":"nursry"}'
assert "an error with what is near" jq -e '.ok == false and .code == 1 and .near == ["nursery"] and (.error | type) == "string"' "$WORK/reply"
client '{"v":2,"cmd":"status"}'
assert "another version" jq -e '.ok == false and .code == 2' "$WORK/reply"
client '{"v":1,"cmd":"status","made_up":[1]}'
assert "a member that is not known is ignored" jq -e .ok "$WORK/reply"
printf '%s\n' '{"v":1,"cmd":"version"}' '{"v":1,"cmd":"status"}' | "$TOOLS/pageclient" "$CAMGATE_SOCKET" >"$WORK/reply"
assert "two over one connection, in their order" jq -se 'length == 2 and .[0].abi and .[1].generation' "$WORK/reply"
