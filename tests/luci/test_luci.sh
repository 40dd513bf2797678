#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# LuCI's pages in a real browser, over the rpcd plugin and a real agent: seen, used by mouse and by keyboard alone, and lied to.
. "$(dirname "$0")/../net/lib.sh"
. "$NET/device.sh"
. "$ROOT/tests/luci/browser.sh"

APP=$ROOT/packaging/openwrt/luci-app-camgate
export CG_RPCD=${CG_RPCD:-$ROOT/packaging/openwrt/camgate/files/usr/libexec/rpcd/camgate}
export IPKG_INSTROOT=${IPKG_INSTROOT:-$ROOT/tests/openwrt/root}
SHOTS=$BUILD/luci
need_camgate
need curl busybox socat chromedriver
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || skip "no chromium on this machine"
[[ -x $CG_RPCD ]] || skip "no rpcd plugin in this tree: ${CG_RPCD#"$ROOT"/}"
mkdir -p "$SHOTS"

# ---- a house with something to show ----

house_up

cat >"$CONF" <<END
lan = { "br-lan" }
attach = $ATTACH
guard = count
record_every = 1s
unknown { quarantine = cameras }
viewer "phone" { address = { "$STRANGER_4" } }
camera "婴儿房" {
	id = "nursery"
	mac = { "$CAM1_MAC" }
	exposure = closed
	allow = { "$CLOUD_4/32:443", "[$CLOUD_6]:443" }
}
camera "Garage" {
	id = "garage"
	mac = { "$CAM2_MAC" }
	exposure = closed
	daily_upload = 50M
	schedule { from = "22:00" to = "06:30" exposure = sealed }
}
include("cameras.d/*.conf")
END
mkdir -p "$WORK/etc/cameras.d"
agent_start
# Frames and packets of which each page has something to say.
EVIL='<img src=x onerror=window.ran=1><b>"'"'"'</b>'
device 1 00:bc:99:00:00:71
device 3 06:ca:00:00:00:73
cat >"$WORK/rtsp.sh" <<END
#!/bin/sh
read -r question
printf 'RTSP/1.0 200 OK\r\nCSeq: 1\r\nServer: <img src=x onerror=window.ran=1>\r\n\r\n'
END
chmod 755 "$WORK/rtsp.sh"
spawn device3-rtsp device3 socat TCP-LISTEN:554,reuseaddr,fork "EXEC:$WORK/rtsp.sh"
wait_for 5 listens device3 tcp 554
echo 'OPTIONS * RTSP/1.0' | in_ns phone timeout 5 socat -T 1 - TCP:192.168.1.73:554 >/dev/null
in_ns device1 busybox arping -c 1 -w 1 -I eth0 $LAN4 >/dev/null || true
wait_for 20 known 06:ca:00:00:00:73 '.class == "camera"'
wait_for 20 known 00:bc:99:00:00:71 '.class == "camera"'
assert "the camera talks to its cloud" beat cam1 $CLOUD_4 443
assert "and by IPv6" beat cam1 $CLOUD_6 443
punch() { in_ns cam1 bash -c "printf '\xf1\x41\x00\x14ABCDEFGHIJKLMNOPQRST' >/dev/udp/$CLOUD_4/443"; }
punch
refute "a stranger knocks" beat stranger $WAN4 $TCP_PORT
beat_udp cam2 $LAN4 123 || true
stopped() { cg_json sessions | jq -e 'any(.sessions[]; .state == "stopped")'; }
wait_for 5 stopped

# ---- the browser, and pages for it ----

export CG_ACL=$APP/root/usr/share/rpcd/acl.d/luci-app-camgate.json CG_CALLS=$WORK/calls PATH=$BIN:$PATH
: >"$CG_CALLS"
space web
www() { # DIR: the pages as they are, for one server
	mkdir -p "$1/luci-static/resources" "$1/po"
	cp -r "$ROOT"/tests/luci/www/. "$1"
	cp -r "$APP"/htdocs/luci-static/resources/. "$1/luci-static/resources"
	cp "$APP/root/usr/share/luci/menu.d/luci-app-camgate.json" "$1/menu.json"
	cp "$APP/po/zh_Hans/camgate.po" "$1/po/zh_Hans.po"
}
# Three servers: the pages; the pages and an agent whose every name is a tag; and the same with a fault planted in the pages.
www "$WORK/www"
pages_start "$WORK/www" $PAGE_PORT
cat >"$WORK/liar" <<'END'
#!/bin/sh
# Every text but the words that programs compare has a tag behind it.
[ "$1" = call ] || exec "$CG_TRUE_RPCD" "$@"
"$CG_TRUE_RPCD" "$@" | jq -c --arg evil "$CG_EVIL" '
	def words: ["exposure", "state", "class", "level", "what", "why", "mode", "enforced", "how", "began", "now", "next"];
	def lie: if type == "string" then . + $evil elif type == "array" then map(lie)
		elif type == "object" then with_entries(if .key as $k | words | index([$k]) then . else .value |= lie end) else . end;
	lie'
END
chmod 755 "$WORK/liar"
export CG_TRUE_RPCD=$CG_RPCD CG_EVIL=$EVIL
CG_RPCD=$WORK/liar pages_start "$WORK/www" $((PAGE_PORT + 1))
www "$WORK/bad"
sed -i 's/list\.map((c) => c instanceof Node ? c : String(c))/list.length == 1 \&\& !(list[0] instanceof Node) ? list[0] : &/; s/, .aria-label.: caption//' \
	"$WORK/bad/luci-static/resources/camgate/common.js"
sed -i 's/Reolink: its own/Reolink, its own/' "$WORK/bad/luci-static/resources/camgate/sentences.js"
CG_RPCD=$WORK/liar pages_start "$WORK/bad" $((PAGE_PORT + 2))
browser_start

N=0 FAILURES=0
: >"$WORK/looks"
check() { # TEXT GOT WANTED
	N=$((N + 1))
	printf '%s: %s\n' "$1" "$2" >>"$WORK/looks"
	if [[ $2 == "$3" ]]; then
		note "$1"
	else
		FAILURES=$((FAILURES + 1))
		printf '# %s: got %s, wanted %s\n' "$1" "$2" "$3"
	fi
}
does() { # TEXT SECONDS COMMAND...: within that time
	local text=$1 end=$((SECONDS + $2 * SLOW)) got=no
	shift 2
	until "$@" >/dev/null 2>&1 && got=yes; do
		((SECONDS < end)) || break
		sleep 0.05
	done
	check "$text" "$got" yes
}
look() { js "$(cat "$ROOT/tests/luci/look.js")"; }
theme() { js "document.documentElement.${1}Attribute('data-darkmode', 'true')" >/dev/null; }

# ---- each page, wide and narrow, light and dark, in two languages ----

declare -A TITLE=([cameras]=摄像头 [sessions]=会话 [devices]=设备 [audit]=审计 [record]=记录)
for p in cameras sessions devices audit record; do
	window 1000 800
	visit $p
	for width in 1000 360; do
		for mode in light dark; do
			[[ $mode == light ]] && theme remove || theme set
			window $width 800
			check "$p, $width wide, $mode" "$(look)" '[]'
			shot "$SHOTS/$p-$width-$mode.png"
		done
	done
	window 1000 800
	visit $p lang=zh_Hans
	check "$p in Chinese" "$(look)" '[]'
	check "its title" "$(js 'return document.querySelector("#view h2").textContent')" "\"${TITLE[$p]}\""
	shot "$SHOTS/$p-zh.png"
done
visit audit
does "the plot has bars" 5 js_true 'return [...document.querySelectorAll(".cg-plot rect.up")].some((e) => e.getBoundingClientRect().width > 1)'
# A block ends after a minute.
punch
visit sessions
does "the session that was stopped" 5 js_true 'return [...document.querySelectorAll("tr")].some((e) => /stopped/.test(e.textContent) && /PPPP/.test(e.textContent))'
visit record
does "the record of it" 5 js_true 'return [...document.querySelectorAll("tr")].some((e) => /stopped/.test(e.textContent) && /PPPP/.test(e.textContent))'
visit devices
does "a device's own words are shown as they are" 5 js_true 'return [...document.querySelectorAll("li")].some((e) => e.textContent == "answers RTSP (<img src=x onerror=window.ran=1>)")'

# ---- what is done, by mouse ----

exposure() { cg_json status | jq -e --arg id "$1" --arg is "$2" 'any(.cams[]; .id == $id and .exposure == $is)'; }
click() { js_true 'const e = [...document.querySelectorAll("button, summary")].filter((e) => (e.getAttribute("aria-label") || e.textContent) == arguments[0] && e.getClientRects().length)[0]; if (!e) return false; e.click(); return true' "$1"; }
says() { js_true 'return document.querySelector(".cg-said[role=" + arguments[0] + "]").textContent.includes(arguments[1])' "$1" "$2"; }
left() { js 'const e = document.querySelector("section[data-key=nursery]").querySelector("[role=timer]"); return e ? e.textContent : ""'; }
left_s() { left | tr -d '"' | awk -F: '{ print $1 * 60 + $2 }'; }
ticks() { [[ $(left) != "$1" && $(left) != '""' ]]; }

visit cameras
js 'document.querySelector("input[name=minutes]").value = "7"' >/dev/null
does "Open is pressed" 5 click 'Open 婴儿房'
does "the agent says that it is open" 10 exposure nursery open
does "the page says so" 10 says status '婴儿房 is open for 7 minutes.'
does "and counts down" 10 ticks '""'
shown=$(left_s)
real=$(cg_json status | jq '.now_s as $now | .cams[] | select(.id == "nursery") | .until_s - $now')
check "the time left is the agent's ($shown, $real)" "$(compare "$shown" '<=' $((real + 4)) && compare "$shown" '>=' $((real - 2)) && echo yes)" yes
does "it goes on counting" 5 ticks "$(left)"
check "downwards" "$(compare "$(left_s)" '<=' "$shown" && echo yes)" yes
shot "$SHOTS/cameras-open.png"
does "Close is pressed" 5 click 'Close 婴儿房'
does "the agent says that it is closed" 10 exposure nursery closed
does "Seal is pressed" 5 click 'Seal 婴儿房'
does "the agent says that it is sealed" 10 exposure nursery sealed
does "As configured is pressed" 10 click '婴儿房 as configured'
does "the agent says that it is closed again" 10 exposure nursery closed

# ---- by keyboard alone ----

visit cameras
does "Tab comes to the minutes" 60 tab_to 'Minutes that 婴儿房 is open'
type_text 5
press "$ENTER"
does "Enter opens the camera" 10 exposure nursery open
does "and the page has said so" 10 says status '婴儿房 is open for 5 minutes.'
check "the focus stays" "$(focused)" 'Minutes that 婴儿房 is open'
does "Tab comes to Close" 60 tab_to 'Close 婴儿房'
press "$BLANK"
does "the blank closes it" 10 exposure nursery closed
does "and the page has said so" 10 says status '婴儿房 is closed.'
check "the focus stays on Close" "$(focused)" 'Close 婴儿房'

trial() { cg_json status | jq -e --arg id "$1" 'any(.trials[]?; .id == $id)'; }
is_camera() { cg_json status | jq -e --arg id "$1" 'any(.cams[]; .id == $id)'; }
visit devices
does "Tab comes to Adopt" 60 tab_to 'Adopt 06:ca:00:00:00:73'
press "$ENTER"
named() { [[ $(focused) == "$1" ]]; }
does "Enter opens the form, with the focus in it" 10 named Name
type_text Attic
shot "$SHOTS/devices-adopt.png"
check "the form is as a page should be" "$(look)" '[]'
does "Tab comes to its button" 60 tab_to Adopt
press "$ENTER"
does "adopted, on trial" 10 trial attic
does "the page counts its time down" 10 js_true 'return /^\d+:\d\d$/.test((document.querySelector("[role=timer]") || {}).textContent)'
shot "$SHOTS/devices-trial.png"
does "Tab comes to Keep" 60 tab_to 'Keep attic'
press "$ENTER"
does "kept: on trial no more" 10 eval '! trial attic'
does "and a camera" 1 is_camera attic

does "another one is adopted" 10 click 'Adopt Hikvision 00:bc:99:00:00:71'
does "its form is there" 10 js_true 'const e = document.querySelector("form[data-do=adopt] input[name=name]"); if (e) e.value = "Shed"; return !!e'
does "and is sent" 5 js_true 'const p = document.querySelector("form[data-do=adopt] input[name=profile]"); p.value = ""; document.querySelector("form[data-do=adopt] [type=submit]").click(); return true'
does "on trial" 10 trial shed
does "Tab comes to Forget" 60 tab_to 'Forget shed'
press "$ENTER"
does "it is asked about in a dialogue" 10 js_true 'return !!document.querySelector("dialog[open]")'
shot "$SHOTS/devices-dialog.png"
press "$ESCAPE"
does "Escape closes that" 10 js_true 'return !document.querySelector("dialog")'
does "and changes nothing" 1 trial shed
does "the focus is back" 5 named 'Forget shed'
press "$ENTER"
does "again, Tab comes to its button" 20 tab_to Forget
press "$ENTER"
does "forgotten" 10 eval '! is_camera shed'

# ---- who may only read; no agent ----

visit cameras session=reader
check "a reader has nothing to press" "$(js 'return document.querySelectorAll("#view button, #view input").length')" 0
check "and is told as much as others" "$(js 'return document.querySelectorAll("#view section h3").length >= 3')" true
check "what he calls all the same is refused" "$(js 'return fetch("/cgi-bin/ubus", { method: "POST", body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "call", params: [ "reader", "camgate", "open", { cam: "nursery" } ] }) }).then((r) => r.json()).then((r) => r.result[0])')" 6
does "the camera stays closed" 1 exposure nursery closed
visit cameras
agent_kill
does "without the agent the page says so" 20 says alert 'camgate is not running'
agent_start
does "and no more when it is back" 20 eval '! says alert "camgate is not running"'

# ---- lied to ----

# Forgotten: it is seen again.
in_ns device1 busybox arping -c 1 -w 1 -I eth0 $LAN4 >/dev/null || true
wait_for 20 known 00:bc:99:00:00:71

found=0
for p in cameras sessions devices audit record; do
	AT=$((PAGE_PORT + 1)) visit $p
	check "$p, when every name is a tag" "$(look)" '[]'
	check "the tag is shown" "$(js 'return document.querySelector("#view").textContent.includes("onerror=window.ran=1>")')" true
	# The planted faults, of which the same looks must tell.
	AT=$((PAGE_PORT + 2)) visit $p lang=zh_Hans
	found=$((found + $(look | jq length)))
	ran=$(js 'return !!window.ran')
done
check "control: in pages that take names for HTML they run" "$ran" true
assert_num "control: what the looks find there" "$found" '>' 10
check "nothing called that is no method, and nothing refused" "$(awk '$1 != 0' "$CG_CALLS" | grep -vc '^6 open {"cam":"nursery"' || true)" 0
check "no error on the console" "$(wd POST "/session/$SESSION/se/log" '{"type": "browser"}' | jq '[.[] | select(.level == "SEVERE" and (.message | test("/x |favicon|8082") | not))] | length')" 0
browser_stop
figure luci/browser_failures $FAILURES == 0 failures $N "$found" "$WORK/looks"
