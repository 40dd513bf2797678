#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# test_page.sh [BUILD]: the page of `audit --html` in a real browser, which is alone in a network namespace of its own.
#
# Prints `ok NAME`, `not ok NAME`, `skip NAME: why`, a line a case. Touches only a folder it makes.
set -u
self=$(readlink -f "$0")
cd "$(dirname "$self")/../.." || exit 1
build=$(readlink -f "${1:-${B:-build}}")
browser=$(command -v chromium || command -v chromium-browser) || {
	echo 'skip page: no chromium on this machine'
	exit 0
}
command -v jq >/dev/null || {
	echo 'skip page: no jq on this machine'
	exit 0
}
unshare -rn true 2>/dev/null || {
	echo 'skip page: no network namespace here, and the browser is not to reach any network'
	exit 0
}
fake=$build/tests/fake_agent
[[ -x $fake ]] || {
	mkdir -p "$(dirname "$fake")" || exit 1
	${CC:-cc} -std=gnu11 -D_GNU_SOURCE -O1 -Wall -Wextra -Werror -o "$fake" tests/agent/fake_agent.c ||
		exit 1
}
tmp=$(mktemp -d "${TMPDIR:-/tmp}/cg-page.XXXXXX") || exit 1
rc=0 agent=
# shellcheck disable=SC2317 # called by the trap
clean() {
	[[ -z $agent ]] || kill "$agent" 2>/dev/null
	rm -rf "$tmp"
}
trap clean EXIT
trap 'exit 1' INT TERM
export LC_ALL=C.UTF-8 TZ=UTC

is() { # name, got, wanted
	if [[ $2 == "$3" ]]; then
		echo "ok page: $1"
	else
		printf '# got:    %s\n# wanted: %s\n' "$2" "$3"
		echo "not ok page: $1"
		rc=1
	fi
}

# Names from outside that would be tags, attributes, styles and more, if they were let.
evil='<script>parent.ran=1</script>"'"'"'><img src=http://127.0.0.1:9/x onerror=parent.ran=1>&lt;</style><svg onload=parent.ran=1>'
jq -cn --arg evil "$evil" '
	def hours($f): [range(24) | [$f, 10, (if . % 7 == 3 then 2 else 0 end)]];
	def cam($id; $n): {id:$id, name:("婴儿房 " + $evil[0:35]), probing:false, probed_s:1795750000, maker:$evil, model:"C1",
		firmware:("V1 " + $evil), unasked:$evil,
		services:[{port:23,proto:"tcp",kind:"telnet",what:"telnet",state:"open",how:"probed",when_s:1795750000,text:$evil}],
		findings:[range($n) | {id:"x",level:(["high","medium","low","note"][. % 4]),provision:"5.6-5",
			requires:$evil,text:($evil + " " + ("word " * 40)),advice:$evil}],
		mappings:[{text:$evil,where:$evil}],
		destinations:[range($n) | {peer:"2001:db8:1111:2222:3333:4444:5555:6666",name:(if . == 0 then null elif . == 1
			then $evil else ("a-name-that-is-long-" * 6) + "\(.).vendor.example" end),
			up_bytes:(100000 / (1 + .) | floor),down_bytes:240,tries:8,hours:hours(4000 + .)}],hour_s:1795748400};
	{v:1,ok:true,code:0,standard:"ETSI EN 303 645 V3.1.3",countries:"no country database",cams:[cam("a"; 24)]}' |
	sed 's/^/audit /' >"$tmp/replies"
"$fake" "$tmp/sock" "$tmp/replies" "$tmp/log" &
agent=$!
for _ in $(seq 100); do
	[[ -S $tmp/sock ]] && break
	sleep 0.02
done
"$build/camgate" --socket "$tmp/sock" audit --html="$tmp/page.html" 2>/dev/null || {
	echo 'not ok page: no page'
	exit 1
}

# browse LOG ARGUMENTS...: in a namespace without any interface but lo; what it asks of a network is in LOG
browse() {
	local log=$1
	shift
	rm -rf "$tmp/profile"
	timeout 120 unshare -rn bash -c 'ip link set lo up 2>/dev/null; exec "$@"' - "$browser" --headless --no-sandbox \
		--disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update \
		--disable-sync --disable-extensions --user-data-dir="$tmp/profile" --log-net-log="$log" --enable-logging=stderr \
		"$@" 2>"$tmp/browser.err" </dev/null
}
# What a page asked for by itself: addresses of requests, but those of the browser's own services.
requests() { jq -r '.events[]? | .params?.url? // empty' "$1" | grep -E '^(https?|ws|ftp)' | grep -vE 'google(apis)?\.com|gvt1\.com' | sort -u; }

# The page in a frame, and beside it a script that measures; the frame's own policy holds within it.
harness() { # page
	printf '<!DOCTYPE html><meta charset="utf-8"><body><iframe id="f" style="width:%spx;height:900px;border:0" srcdoc="' "$2"
	sed 's/&/\&amp;/g; s/"/\&quot;/g' "$1"
	cat <<-'END'
		"></iframe><pre id="result"></pre><script>
		const frame = document.getElementById('f');
		frame.onload = () => {
			const d = frame.contentDocument, all = s => [...d.querySelectorAll(s)];
			const inside = (e, box) => { const r = e.getBoundingClientRect();
				return r.left >= box.left - 1 && r.right <= box.right + 1 && r.top >= box.top - 1 && r.bottom <= box.bottom + 1; };
			const r = {};
			r.ran = !!window.ran;
			r.scripts = all('script,img,iframe,object,embed,link,form').length;
			r.handlers = all('*').filter(e => [...e.attributes].some(a => /^on/i.test(a.name))).length;
			r.sections = all('section.cam').length;
			r.findings = all('ol.findings>li').length;
			r.bytes = all('svg.bytes rect.up').filter(e => e.getBoundingClientRect().width > 0).length;
			r.hours = all('svg.hours rect.up').filter(e => e.getBoundingClientRect().height > 0).length;
			r.stops = all('svg.hours path.stop').length;
			r.outside = all('svg text, svg rect').filter(e => !inside(e, e.closest('svg').getBoundingClientRect())).length;
			r.overlaps = all('svg.bytes').flatMap(s => { const bars = [...s.querySelectorAll('rect.up')];
				const left = bars[0].getBoundingClientRect().left;
				return [...s.querySelectorAll('text')].filter(t => t.getAttribute('x') === '0' &&
					t.getBoundingClientRect().right > left); }).length;
			r.wide = d.documentElement.scrollWidth > d.documentElement.clientWidth;
			r.name = d.querySelector('h2').textContent;
			document.getElementById('result').textContent = JSON.stringify(r);
		};
		</script>
	END
}
measure() { # width, netlog
	harness "$tmp/page.html" "$1" >"$tmp/harness.html"
	browse "$2" --window-size="$1",1000 --virtual-time-budget=5000 --dump-dom "file://$tmp/harness.html" >"$tmp/dom"
	sed -n 's/.*<pre id="result">\(.*\)<\/pre>.*/\1/p' "$tmp/dom" | sed 's/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g'
}
wanted=$(jq -cn --arg name "婴儿房 ${evil:0:35} (a)" '{ran:false,scripts:0,handlers:0,sections:1,findings:24,bytes:24,hours:576,stops:72,
	outside:0,overlaps:0,wide:false,name:$name}')
for width in 1000 380; do
	is "laid out $width pixels wide, nothing of a name runs" "$(measure $width "$tmp/net.$width")" "$wanted"
	is "asks nothing of any network, $width wide" "$(requests "$tmp/net.$width")" ''
done
grep CONSOLE "$tmp/browser.err" | sed 's/^/# /'
is 'nothing is refused by its policy, as nothing is tried' "$(grep -cE 'CONSOLE.*(Refused|Content Security Policy)' "$tmp/browser.err")" 0
browse "$tmp/net.shot" --window-size=1000,1400 --screenshot="$tmp/shot.png" "file://$tmp/page.html" >/dev/null
is 'a picture of it is made' "$([[ $(stat -c %s "$tmp/shot.png" 2>/dev/null || echo 0) -gt 20000 ]] && echo yes)" yes
browse "$tmp/net.pdf" --no-pdf-header-footer --print-to-pdf="$tmp/page.pdf" "file://$tmp/page.html" >/dev/null
is 'it prints' "$(head -c 5 "$tmp/page.pdf" 2>/dev/null)" '%PDF-'
[[ -z ${CG_PAGE_KEEP:-} ]] || cp "$tmp/shot.png" "$tmp/page.pdf" "$tmp/page.html" "$CG_PAGE_KEEP"

# The same looks at a page in which a name was let: they can fail.
sed 's/&#60;/</g; s/&#62;/>/g; s/&#34;/"/g; s/&#39;/'"'"'/g; s/&#38;/\&/g; s/<meta http-equiv[^>]*>//' "$tmp/page.html" >"$tmp/let.html"
cp "$tmp/let.html" "$tmp/page.html"
let=$(measure 1000 "$tmp/net.let")
is 'control: what was let in does run' "$(jq -r .ran <<<"${let:-{\}}")" true
is 'control: and asks' "$(requests "$tmp/net.let" | head -n 1)" 'http://127.0.0.1:9/x'
exit $rc
