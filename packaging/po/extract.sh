#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# extract.sh [TOP]: the template of the catalogues on stdout, of everything in TOP that the command or the agent tells people.
set -eu
cd "${1:-$(dirname "$0")/../..}"
d=$(mktemp -d)
trap 'rm -rf "$d"' EXIT
LC_ALL=C
export LC_ALL

# No line numbers: the template changes only where a text does.
extract() { # file keywords...
	file=$1
	shift
	find agent -name '*.[ch]' | sort >"$d/files"
	xgettext --from-code=UTF-8 --no-wrap --add-location=file --add-comments=i18n --package-name=camgate \
		-o "$d/$file" -f "$d/files" -k "$@" 2>"$d/said" || { cat "$d/said" >&2; exit 1; }
	# A head asked for, and one text with a plural and without: no fault.
	sed -i "s/CHARSET/UTF-8/" "$d/$file"
	! grep -vE 'Empty msgid|gettext\(""\)|meta information' "$d/said" >&2 || exit 1
}
flags() { # function:argument...: what takes a format
	for f; do printf -- '--flag=%s:c-format ' "$f"; done
}
# Marked are _(), n_() and N_(). What these functions take is told without a
# mark; of those that take two texts the second is found on a way of its own.
# shellcheck disable=SC2046 # words
extract one -k_ -kN_ -kn_:1,2 -kcg_command_refuse:2 -kcg_command_fail:4 -kcg_diag_set:4 -kattention:2 -keffect:2 \
	-kfound:5 -kmissing:2 -kwhy_add:2 \
	$(flags cg_print_out:1 cg_print_err:1 cg_print_cell:3 cg_say_error:4 cg_command_fail:4 cg_diag_set:4 attention:2 \
		effect:2 found:5 missing:2 why_add:2) \
	--flag=_:1:pass-c-format --flag=N_:1:pass-c-format --flag=n_:1:pass-c-format --flag=n_:2:pass-c-format
extract two -kcg_command_fail:3 -kfound:4
msgcat --use-first --no-wrap --add-location=file --sort-by-file "$d/one" "$d/two" |
	sed '/^"POT-Creation-Date:/d; /^# SOME DESCRIPTIVE/,/^#$/d; s/^#, fuzzy$/# What camgate tells people. Made by `make po`./
		/^"Report-Msgid-Bugs-To/d; /^"PO-Revision-Date/d; /^"Last-Translator/d; /^"Language-Team/d'
