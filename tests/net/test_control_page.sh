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
notify = "/bin/true"
mqtt { broker = "192.0.2.1" }
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
# What the page says of an example's addresses is not of this house.
sed -i "s/\"device\":1,/\"device\":\"$DEVICE\",/; s/198\.51\.100\.7\"/$CLOUD_4\"/" "$WORK/sessions"
# What ends the agent comes last.
{ grep -v '"detach"' "$WORK/sessions"; grep '"detach"' "$WORK/sessions"; } | grep '^ok ' | cut -d' ' -f2- >"$WORK/requests"

# All over one connection: replies come in the order of their requests.
"$TOOLS/pageclient" "$CAMGATE_SOCKET" <"$WORK/requests" >"$WORK/replies" || fail "not every request had a reply"
assert_num "sessions of the page that were had" "$(wc -l <"$WORK/replies")" == "$(wc -l <"$WORK/requests")"
jq -c 'select(.v != 1 or .ok != true or (.code | type) != "number")' "$WORK/replies" >"$WORK/bad"
[[ ! -s $WORK/bad ]] || fail "not as the page has it: $(head -c 600 "$WORK/bad")"
# What the page names: in its examples, or in its text.
{
	grep -oE '"[a-z_0-9]+":' "$PAGE" | tr -d '":'
	sed -nE 's/^\.(Pq )?Ql //p' "$PAGE" | grep -oE '[a-z_0-9]+'
} | sort -u >"$WORK/documented"
jq -r 'paths | map(strings) | last // empty' "$WORK/replies" | sort -u >"$WORK/keys"
comm -23 "$WORK/keys" "$WORK/documented" >"$WORK/undocumented"
[[ ! -s $WORK/undocumented ]] || fail "not in camgate-control(7): $(paste -sd' ' "$WORK/undocumented")"
note "$(wc -l <"$WORK/keys") members of replies are in the page"
assert "control: one that is made up is not" test -n "$(comm -23 <(echo planted_member) "$WORK/documented")"
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
