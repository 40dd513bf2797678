#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# luci.sh [-u] [APP]: LuCI's pages: every string of theirs is in the template and translated, and what others say is text only.
#
# -u writes the template anew and merges the translations with it; what is missing in them is left to the translator.
set -u
cd "$(dirname "$0")/../.." || exit 1
update=no
[[ ${1:-} != -u ]] || { update=yes; shift; }
app=${1:-packaging/openwrt/luci-app-camgate}
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
rc=0
verdict() { # name, offending lines on stdin
	local bad
	bad=$(cat)
	if [[ -n $bad ]]; then
		printf '%s\n' "$bad" | head -n 20 | sed 's/^/# /'
		echo "not ok luci: $1"
		rc=1
	else
		echo "ok luci: $1"
	fi
}

# Text of others becomes HTML by these, or by E() with a lone string: one function stands before that.
js=("$app"/htdocs/luci-static/resources/*/*.js "$app"/htdocs/luci-static/resources/view/*/*.js)
{
	grep -nE 'innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc|dom\.(content|append|parse)|ui\.(showModal|addNotification)' "${js[@]}"
	grep -nE '\bE\(' "${js[@]}" | grep -vE '/camgate/common\.js:[0-9]+:	return E\(tag, set, list\.map|:[0-9]+://'
} | verdict 'text of others stays text'
for f in "${js[@]}"; do
	head -n 1 "$f" | grep -q '^// SPDX-License-Identifier: GPL-2.0-only$' || echo "$f:1: no licence line"
	sed -n 2p "$f" | grep -q '^// .' || echo "$f:2: no line that says what this file owns"
	sed -n 3p "$f" | grep -qx "'use strict';" || echo "$f:3: not strict"
	grep -nE '[ 	]+$' "$f" | sed "s,^,$f:,"
done | verdict 'licence, purpose, strict'
for f in "$app/root"/usr/share/*/*/*.json; do
	jq empty "$f" 2>&1 | sed "s,^,$f: ,"
done | verdict 'JSON'
# What the pages call is what the ACL grants, no more.
acl=$app/root/usr/share/rpcd/acl.d/luci-app-camgate.json
diff <(sed -n '/^const CALLS/,/^};/s/^	\([a-z_]*\): \[.*/\1/p' "$app/htdocs/luci-static/resources/camgate/common.js" | sort) \
	<(jq -r '.[] | (.read, .write).ubus.camgate[]' "$acl" | sort) | grep '^[<>]' | verdict 'calls are those that the ACL grants'

command -v xgettext >/dev/null || {
	echo 'skip luci strings: no xgettext on this machine'
	exit $rc
}
# As LuCI's own scan does: the strings of its functions, and titles and descriptions of its JSON files.
(
	cd "$app" || exit 1
	{
		jq -r '.. | objects | .title? // .description? // empty' root/usr/share/luci/menu.d/*.json root/usr/share/rpcd/acl.d/*.json |
			jq -R '"_(\(tojson));"' -r
	} >"$tmp/json.js"
	xgettext --from-code=UTF-8 --language=JavaScript --no-wrap --sort-output --omit-header --add-location=never \
		--keyword=_:1 --keyword=_:1,2c --keyword=N_:2,3 --keyword=N_:2,3,4c -o "$tmp/new.pot" \
		htdocs/luci-static/resources/*/*.js htdocs/luci-static/resources/view/*/*.js "$tmp/json.js" 2>&1
) | grep -v warning | verdict 'strings can be read'
{
	printf 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8"\n\n'
	grep -v '^#, ' "$tmp/new.pot"
} >"$tmp/head.pot"
pot=$app/po/templates/camgate.pot
if [[ $update == yes ]]; then
	cp "$tmp/head.pot" "$pot"
	for po in "$app"/po/*/camgate.po; do
		msgmerge --quiet --no-wrap --no-fuzzy-matching --add-location=never -o "$tmp/po" "$po" "$pot" &&
			msgattrib --no-obsolete --no-wrap -o "$po" "$tmp/po"
	done
fi
diff "$tmp/head.pot" "$pot" | grep '^[<>] *\(msgid\|"\)' | sed 's/^</missing:/; s/^>/not used:/' | verdict 'the template has every string (tests/lint/luci.sh -u)'
for po in "$app"/po/*/camgate.po; do
	lang=${po%/*}
	{
		msgfmt --check-format -o /dev/null "$po" 2>&1
		msgattrib --untranslated --no-obsolete --no-wrap "$po" | sed -n 's/^msgid /not translated: /p' | grep -v '^not translated: ""$'
		msgattrib --only-fuzzy --no-obsolete --no-wrap "$po" | sed -n 's/^msgid /fuzzy: /p' | grep -v '^fuzzy: ""$'
		msgcmp "$po" "$pot" 2>&1 | grep -v 'found [0-9]* fatal'
		# What is put in has its place in the translation too.
		msgexec --input="$po" awk 'BEGIN { while ((getline line) > 0) t = t line; n = gsub(/%[sd]/, "&", t); id = ENVIRON["MSGEXEC_MSGID"]
			m = gsub(/%[sd]/, "&", id); if (id != "" && n < m && ENVIRON["MSGEXEC_PLURAL_FORM"] == "") print "placeholders: " id }' 2>/dev/null
	} | verdict "${lang##*/} is complete"
done
exit $rc
