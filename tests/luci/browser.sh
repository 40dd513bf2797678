#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A real browser in a namespace of its own, where nothing is but lo and the pages; driven by WebDriver. Sourced by tests/luci.
# shellcheck disable=SC2034

DRIVER_PORT=9515
PAGE_PORT=8080
SESSION=
# WebDriver's names of keys, which are letters in UTF-8 alone.
export LC_ALL=C.UTF-8
TAB=$'\ue004' ENTER=$'\ue007' ESCAPE=$'\ue00c' BLANK=' '

# wd METHOD PATH [JSON]: the value of the answer, as JSON; fails where it is an error
wd()
{
	local out
	out=$(in_ns web curl -s -m 60 -X "$1" -H 'Content-Type: application/json' ${3+--data-binary "$3"} \
		"http://127.0.0.1:$DRIVER_PORT$2") || return 1
	jq -e '.value | if type == "object" and has("error") then error("\(.error): \(.message)") else true end' <<<"$out" \
		>/dev/null || return 1
	jq -c .value <<<"$out"
}

# pages_start DIR PORT: its files and CGI programs, served on loopback by busybox; CGI programs inherit what is exported
pages_start() { spawn "pages$2" web busybox httpd -f -p "127.0.0.1:$2" -h "$1"; wait_for 5 listens web tcp "$2"; }

browser_start()
{
	local binary options
	binary=$(command -v chromium || command -v chromium-browser)
	spawn driver web chromedriver "--port=$DRIVER_PORT"
	wait_for 15 listens web tcp $DRIVER_PORT
	options=$(jq -cn --arg binary "$binary" --arg dir "$WORK/profile" '{capabilities: {alwaysMatch: {"goog:chromeOptions": {binary: $binary,
		args: ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--no-first-run", "--force-color-profile=srgb", "--hide-scrollbars",
		"--user-data-dir=\($dir)"]}, "goog:loggingPrefs": {browser: "ALL"}}}}')
	SESSION=$(wd POST /session "$options" | jq -r .sessionId) || fail "the browser does not start: $(tail -n 2 "$WORK/driver.err")"
	wd POST "/session/$SESSION/timeouts" '{"script": 30000, "pageLoad": 30000}' >/dev/null
}

browser_stop()
{
	[[ -z $SESSION ]] || wd DELETE "/session/$SESSION" >/dev/null 2>&1 || true
	SESSION=
}

# js SCRIPT [ARGUMENT...]: what it returns, as JSON; arguments are strings
js()
{
	local script=$1
	shift
	wd POST "/session/$SESSION/execute/sync" "$(jq -cn --arg s "$script" '{script: $s, args: $ARGS.positional}' --args -- "$@")"
}

js_true() { [[ $(js "$@") == true ]]; }
until_js() { wait_for "$1" js_true "${@:2}"; }

# window WIDTH HEIGHT: of the page itself, as a screen of that width has it
window()
{
	wd POST "/session/$SESSION/goog/cdp/execute" "$(jq -cn --argjson w "$1" --argjson h "$2" '{cmd: "Emulation.setDeviceMetricsOverride",
		params: {width: $w, height: $h, deviceScaleFactor: 1, mobile: false}}')" >/dev/null
}

# visit VIEW [QUERY]: a page of the app, and waits until it is drawn
visit()
{
	local to="http://127.0.0.1:${AT:-$PAGE_PORT}/?view=camgate/$1${2:+&$2}"
	wd POST "/session/$SESSION/url" "$(jq -cn --arg url "$to" '{url: $url}')" >/dev/null
	until_js 20 'return !!window.viewError || (!!window.viewReady && !!document.querySelector(".camgate .cg-body > *"))'
}

# shot FILE: a picture of the whole page, where pictures are asked for
shot()
{
	local height
	[[ -n ${CG_LUCI_SHOTS:-} ]] || return 0
	height=$(js 'return Math.max(600, Math.min(4000, document.documentElement.scrollHeight))')
	window "$(js 'return window.innerWidth')" "$height"
	wd GET "/session/$SESSION/screenshot" | jq -r . | base64 -d >"$1"
}

# press KEY...: each down and up
press()
{
	wd POST "/session/$SESSION/actions" "$(jq -cn '{actions: [{type: "key", id: "keys", actions: [$ARGS.positional[] |
		{type: "keyDown", value: .}, {type: "keyUp", value: .}]}]}' --args -- "$@")" >/dev/null
}

# type_text TEXT
type_text()
{
	local -a keys
	mapfile -t keys < <(grep -o . <<<"$1")
	press "${keys[@]}"
}

# focused: the name by which a screen reader calls what has the focus
focused()
{
	local id
	id=$(wd GET "/session/$SESSION/element/active" | jq -r '.[]') || return 1
	wd GET "/session/$SESSION/element/$id/computedlabel" | jq -r .
}

# tab_to NAME [LIMIT]: by Tab alone, until what has the focus is called so; 1 where it is never reached
tab_to()
{
	local n
	for ((n = 0; n < ${2:-60}; n++)); do
		press "$TAB"
		[[ $(focused) != "$1" ]] || return 0
	done
	return 1
}
