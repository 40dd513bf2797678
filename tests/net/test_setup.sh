#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# `camgate setup` at a real terminal and without one: what it finds, asks, shows and writes; twice; ended in the middle;
# with the agent dead; and over configs that it does not understand.
. "$(dirname "$0")/lib.sh"
. "$NET/device.sh"

need_camgate
house_build
CAM=00:bc:99:00:00:71
TUNNEL=
if ip -n "$ID-gw" link add wg0 type wireguard 2>/dev/null; then
	TUNNEL=wg0
elif in_ns gw ip tuntap add dev tun7 mode tun 2>/dev/null; then
	TUNNEL=tun7
else
	note "neither WireGuard nor tun on this kernel: no tunnel is asked for"
fi

fresh() { rm -rf "${WORK:?}/etc" "$WORK/state/undo"; mkdir -p "$WORK/etc/cameras.d" "$WORK/state/undo"; cp "$ROOT/packaging/camgate.conf" "$CONF"; }
# What there is of configuration and copies for undo, by contents.
sum() { (cd "$WORK" && find etc state/undo -type f -exec sha256sum {} + 2>/dev/null | sort); }
same() { [[ $(sum) == "$1" ]]; }
# typed ANSWER...: `setup` at a terminal, each question answered in turn; what was seen is in $WORK/seen
typed()
{
	printf '%s\n' "$@" >"$WORK/answers"
	in_ns gw env TERM=dumb "$TOOLS/typist" "$WORK/answers" "$BIN/camgate" setup >"$WORK/seen" 2>&1
}
# ends TEXT CODE ARGUMENT...: `setup` does so without a terminal; what it said is in $WORK/said
ends()
{
	local code=0
	cg setup "${@:3}" >"$WORK/said" 2>&1 </dev/null || code=$?
	[[ $code -eq $2 ]] || fail "$1 (ended with $code, not $2: $(tail -n 3 "$WORK/said"))"
	note "$1 (exit $code)"
}
seen() { grep -qF -- "$1" "$WORK/seen"; }
cameras() { cg_json status | jq -r '[.cams[].id] | join(" ")'; }

# ---- the agent is not running ----

fresh
before=$(sum)
ends "no terminal and no answers" 2
ends "--show changes nothing" 3 --show
assert "it names the line" grep -qxF '  lan = { "br-lan" }' "$WORK/said"
assert "and the interfaces with reasons" grep -qE '^  br-lan +bridge of lan1, lan2, lan3; 192\.168\.1\.1/24$' "$WORK/said"
assert "and which leads outside" grep -qE '^  wan0 +interface; 192\.0\.2\.2/24; the default route leads there$' "$WORK/said"
assert "nothing was changed" same "$before"
ends "an interface that is not there" 1 --yes --lan br-lna
assert "what was meant" grep -qF "did you mean 'br-lan'" "$WORK/said"
assert "nothing was changed" same "$before"
ends "without the agent the config is written" 3 --yes
assert "and how to start it is said" grep -qF 'To start it: ' "$WORK/said"
assert "one line more" test "$({ diff "$ROOT/packaging/camgate.conf" "$CONF" || true; } | grep -c '^[<>]')" -eq 1
assert "that one" grep -qE '^lan = \{ "br-lan" \}'$'\t''# camgate setup, [0-9]{4}-' "$CONF"
refute "no tunnel is home unasked" grep -qE '^home' "$CONF"
assert "the config is valid" cg check
after=$(sum)
refute "control: a change is seen" same "$before"
ends "again" 3 --yes
assert "it stays as it is" same "$after"

# ---- configs it does not understand ----

echo 'lan = { "br-lan"' >"$CONF"
broken=$(sum)
ends "a config that is broken" 4 --yes
assert "the line is named" grep -qF "camgate.conf:1:" "$WORK/said"
assert "and it stays" same "$broken"
printf 'include("net.conf")\n' >"$CONF"
printf 'lan = { "lan9" }\n' >"$WORK/etc/net.conf"
broken=$(sum)
ends "a list in another file" 4 --yes --lan br-lan
assert "which is named" grep -qF "net.conf:1:" "$WORK/said"
assert "and stays" same "$broken"

# ---- the agent is running: at a terminal ----

fresh
device 1 $CAM
agent_start
before=$(sum)
home=()
[[ -z $TUNNEL ]] || home=(n)
all=("" "${home[@]}" y y "$CAM attic" y "")
refute "control: nothing is attached before" attached lan1
for ((k = 0; k < ${#all[@]}; k++)); do
	code=0
	typed "${all[@]:0:k}" ^C || code=$?
	[[ $code -eq 1 ]] || fail "ended with $code at question $((k + 1)): $(tail -n 3 "$WORK/seen")"
	same "$before" || fail "not as before when it was ended at question $((k + 1)): $(sum)"
	[[ -z $(cameras) ]] || fail "a camera is left when it was ended at question $((k + 1))"
	bare lan1 || wait_for 5 bare lan1
	seen 'ended: ' || fail "it does not say that it ended: $(tail -n 3 "$WORK/seen")"
done
note "Ctrl-C at each of ${#all[@]} questions: as it was before"
assert "when a camera was adopted already it said so" seen 'all is as it was before'
typed "${all[@]:0:5}" ^D && fail "an end of input is no answer"
assert "the end of input, too" same "$before"
typed "${all[@]:0:5}" ^Z && fail "a lost connection is no answer"
wait_for 10 same "$before"
assert "no camera is left" test -z "$(cameras)"
typed no-such-lan "" "${home[@]}" n || fail "setup that is not to write: $(tail -n 3 "$WORK/seen")"
assert "what is no interface is asked again" seen "there is no interface 'no-such-lan'"
assert "not to be written" seen 'Nothing was changed.'
assert "and is not" same "$before"

typed "${all[@]}" || [[ $? -eq 5 ]] || fail "setup: $(tail -n 3 "$WORK/seen")"
cp "$WORK/seen" "$WORK/full"
assert "all answered: what is written was shown before" seen '  lan = { "br-lan" }'
[[ -z $TUNNEL ]] || assert "the tunnel was asked for" seen "$TUNNEL is a tunnel."
assert "and what adopting changes" seen "$CAM is the camera attic, and nobody can watch it from outside"
assert "on trial" seen 'unless you type camgate keep attic'
assert "status at the end" seen 'Enforced: generation'
assert "the LAN is attached" attached lan1
assert "a camera" test "$(cameras)" = attic
assert "its file" grep -qF "$CAM" "$WORK/etc/cameras.d/attic.conf"
refute "the answer about the tunnel holds" grep -q '^home' "$CONF"
after=$(sum)
typed "" "${home[@]}" n "$CAM attic" "" || [[ $? -eq 5 ]] || fail "setup again: $(tail -n 3 "$WORK/seen")"
assert "again: said already" seen 'says so already: it stays as it is'
assert "a camera already" seen 'attic is a camera already'
assert "nothing changed" same "$after"

# ---- the same by options ----

cg forget attic >/dev/null
cg undo >/dev/null
assert "undone, all is as before" same "$before"
options=(setup --yes --lan br-lan --adopt "$CAM=attic" --try 1h)
[[ -z $TUNNEL ]] || options+=(--home "$TUNNEL")
cg "${options[@]}" >"$WORK/yes" || [[ $? -eq 5 ]] || fail "setup --yes: $(tail -n 3 "$WORK/yes")"
assert "adopted by options" test "$(cameras)" = attic
[[ -z $TUNNEL ]] || assert "and the tunnel is home" grep -qF "home = { \"$TUNNEL\" }" "$CONF"
after=$(sum)
cg "${options[@]}" >"$WORK/yes" || [[ $? -eq 5 ]] || fail "setup --yes again: $(tail -n 3 "$WORK/yes")"
assert "twice is once" same "$after"
ends "another device of that name is refused" 1 --yes --adopt "$PHONE_MAC=attic"
assert "nothing changed" same "$after"
assert "as JSON" eval "cg_json setup --yes --lan br-lan | jq -e '.ok and (.added == []) and (.interfaces[0].name == \"br-lan\") and .status.generation'"
ends "of a device that is none" 2 --yes --adopt attic
ends "and of no time" 2 --yes --try soon
assert "nothing changed" same "$after"
# Somebody's change in between is not what is taken back.
cg keep attic >/dev/null
cg allow attic 198.51.100.77:443/tcp >/dev/null
assert "taken back by undo, in order" cg undo
cg forget attic >/dev/null
assert "and the tunnel and LAN next" cg undo
assert "the main config is as it was" cmp "$CONF" "$ROOT/packaging/camgate.conf"
