#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What packaging/debian says fits the tree, without a build: versions, libraries, scripts, units, overrides (make check-deb builds).
set -u
cd "$(dirname "$0")/../.." || exit 1
rc=0
is() { # NAME GOT WANT
	if [[ $2 == "$3" ]]; then
		echo "ok debian: $1"
	else
		echo "# got '$2', want '$3'"
		echo "not ok debian: $1"
		rc=1
	fi
}
deb=packaging/debian
is 'the changelog is of the version of the Makefile' "$(sed -n '1s/^camgate (\(.*\)) .*/\1/p' $deb/changelog)" \
	"$(sed -n 's/^VERSION := //p' Makefile)"
# Each library that the build asks pkg-config for is one that it depends on.
lacking() { # CONTROL, its text
	local p
	sed -n '/^\tbuild .* pc:/s/^\tbuild \([^ ]*\) .*/\1/p' tests/deps.sh | while read -r p; do
		case $p in
		check | libelf-dev) ;; # tests; what libbpf-dev brings
		*) grep -qx " $p," <<<"$1" || echo "$p" ;;
		esac
	done
}
is 'what it is built with is named' "$(lacking "$(<$deb/control)")" ''
is 'and one that is not would be seen' "$(lacking "$(grep -v nettle $deb/control)")" nettle-dev
for s in "$deb"/*.preinst "$deb"/*.postinst "$deb"/*.prerm "$deb"/*.postrm; do
	sh -n "$s"
	is "${s##*/} can be run, stops at a failure, has debhelper's part" \
		"$? $(grep -cx 'set -e' "$s") $(grep -cx '#DEBHELPER#' "$s")" '0 1 1'
done
is 'the boot guard is never restarted' "$(grep -l 'restart.*bootguard' $deb/camgate.*)" ''
is 'enforcement ends by a removal alone' \
	"$(awk '/^remove\)/ { on = 1 } /;;/ { on = 0 } /camgate detach/ && !/echo/ { print on }' $deb/camgate.prerm)" 1
unexplained() { # FILE...
	awk 'FNR == 1 { why = 0 } /^#/ { why = 1; next } !why { print FILENAME ": " $0 } { why = 0 }' "$@"
}
is 'every override of lintian has its reason' "$(unexplained $deb/*lintian-overrides)" ''
is 'and one without would be seen' "$(grep -v '^#' $deb/camgate.lintian-overrides | unexplained - | grep -c .)" "$(grep -vc '^#' $deb/camgate.lintian-overrides)"
exit $rc
