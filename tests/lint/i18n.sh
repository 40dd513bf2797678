#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# i18n.sh [TOP]: what people are told is marked, the template is of these sources, every catalogue is whole.
#
# Without TOP it records the figure i18n/missing_strings.
set -u
here=$(cd "$(dirname "$0")/../.." && pwd)
cd "${1:-$here}" || exit 1
rc=0
for tool in xgettext msgfmt msgmerge msgattrib; do
	command -v $tool >/dev/null || { echo "skip i18n: no $tool (gettext)"; exit 0; }
done
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
verdict() { # name, what is wrong on stdin
	local bad
	bad=$(cat)
	if [[ -n $bad ]]; then
		printf '%s\n' "$bad" | head -n 20 | sed 's/^/# /'
		echo "not ok i18n: $1"
		rc=1
	else
		echo "ok i18n: $1"
	fi
}

# ---- marks ----
# What the functions print that people see. A literal inside _() is none of theirs.
literals() { # keywords...
	xgettext --from-code=UTF-8 --no-wrap --omit-header --add-location=full -o - -k "$@" agent/cli/*.c 2>/dev/null |
		awk '/^#: / { where = substr($0, 4); next }
			/^msgid / { text = substr($0, 7); more = 1; next }
			/^msgstr/ { if (text != "\"\"") print where "\t" text; more = 0; next }
			more && /^"/ { text = text $0 }'
}
{
	literals -kcg_print_out:1 -kcg_print_err:1 -kcg_print_cell:3 -kcg_print_styled:2 -kcg_say_error:4 -kcg_page_text:2 \
		-kelement:4 -kescaped:2 -kfputs:1 -kputs:1 -kprintf:1 -kfprintf:2 -kasprintf:2 -ksnprintf:3
	literals -kcg_say_error:3
} | awk -F'\t' '{
		# Tags, styles, escapes and formats are no words; the name of the command is.
		t = $2
		gsub(/<[^>]*>?|[a-z]+=|%[-0-9.*]*[a-z]+|\\[n"0-9]*|\[[?0-9a-zA-Z]*|&[a-z#0-9]+;|camgate|out of memory|json|slot-/, "", t)
		if (t ~ /[A-Za-z][a-z]+/)
			print $1 ": " $2
	}' | grep -vE '^agent/cli/(page|page_plot|report(_html)?)\.c:.*(content=|style|xml|svg|<|csv|kind,)' |
	verdict 'the command marks what it prints'
# Two words and more as a value are a sentence.
grep -nE '(put_text|json_object_new_string)\(([a-z>-]+, )?("[a-z_]+", )?"[^"]* [^"]* [^"]*"' agent/daemon/*.c agent/lib/*.c |
	grep -v 'sched_show\.c\|"guess"' | verdict 'the agent marks what it tells'
# Cut into pieces by a macro the text could not be found.
grep -nE '\b(N?_|attention|effect|cg_command_fail|cg_diag_set)\([^;]*"[^"]*" [A-Z][A-Z_]+\b' agent/*/*.c |
	grep -v '"[^"]*" CG_EXIT\|PRI[a-z]*[0-9]' | verdict 'no macro is inside a text'

# ---- the template, the catalogues ----
template=packaging/po/camgate.pot
packaging/po/extract.sh >"$tmp/pot" 2>"$tmp/said" || cat "$tmp/said"
diff "$template" "$tmp/pot" >"$tmp/diff" || { cat "$tmp/diff"; echo 'make po brings it up to date'; } >"$tmp/old"
cat "$tmp/said" "$tmp/old" 2>/dev/null | verdict 'the template is of these sources'

# Texts of the sources that a catalogue has not, or has without a translation or with a
# doubtful one; the head, which is always there, is none.
holes() { # catalogue template
	{
		msgmerge -q --no-wrap --no-fuzzy-matching -o "$tmp/merged" "$1" "$2" && msgattrib --no-wrap --untranslated --no-obsolete "$tmp/merged"
		msgattrib --no-wrap --only-fuzzy --no-obsolete "$1"
	} 2>&1 | awk '/^msgid / { text = $0; next } /^msgid_plural/ { next } /^msgstr/ { if (text != "") print text; text = ""; next }
		/^"/ { if (text != "") text = text $0; next } /^[^#]/ { print }' | grep -v '^msgid ""$'
}
: >"$tmp/all"
for po in packaging/po/*.po; do
	msgfmt -c -o /dev/null "$po" 2>&1 | verdict "$po: formats, plurals, head"
	holes "$po" "$tmp/pot" | tee -a "$tmp/all" | verdict "$po: nothing is missing"
	grep -nE '^#~' "$po" | verdict "$po: nothing is left of texts that are gone"
done

# ---- the figure, and that it could be another ----
[[ $# -eq 0 ]] || exit $rc
po=packaging/po/zh_CN.po
n=$(grep -c '^msgid ' "$template")
awk '/^msgstr "/ && ++k == 40 { print "msgstr \"\""; next } { print }' "$po" >"$tmp/holes.po"
printf '\nmsgid "planted: nobody has translated this"\nmsgstr ""\n' >>"$tmp/pot"
control=$(holes "$tmp/holes.po" "$tmp/pot" | wc -l)
[[ $control -eq 2 ]] && echo 'ok i18n: a text that is not translated and one that is new are found' || {
	echo "not ok i18n: 2 planted, $control found"
	rc=1
}
mkdir -p build/i18n
total=$(wc -l <"$tmp/all")
{
	echo "$n texts in $template; not translated:"
	cat "$tmp/all"
} >build/i18n/missing.txt
printf '{"name":"i18n/missing_strings","value":%d,"unit":"strings","op":"==","limit":0,"control":%d,"n":%d,"raw":"i18n/missing.txt"}\n' \
	"$total" "$control" "$n" >>"${CG_FIGURES:-build/figures.jsonl}"
exit $rc
