#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# oui.sh TSV...: the C table of agent/lib/oui.h, of the rows of packaging/data/oui-*.tsv.
set -eu
export LC_ALL=C
tab=$(printf '\t')
sorted=$(cat "$@" | grep -v '^#' | sort -t "$tab" -k 4,4n -k 3,3)
printf '%s\n' "$sorted" | awk -F '\t' '
BEGIN {
	class["camera-only"] = "CAMERA"
	class["camera-mostly"] = "MOSTLY"
	class["none"] = "NONE"
	# Sold under that name, by a maker of its own or not sure.
	class["camera-mostly-LOWCONF"] = class["mixed"] = class["mixed-smart-home"] = "MIXED"
	class["mixed-alarm"] = class["odm-mixed"] = class["SHARED-brand"] = "MIXED"
	class["mixed-iot-module"] = class["module"] = class["SHARED-module"] = "MODULE"
	class["SHARED-chip"] = class["SHARED-odm"] = "MODULE"
	print "/* Made by agent/lib/oui.sh. */\n#include \"oui.h\"\n\nconst struct cg_oui cg_oui_rows[] = {"
}
{
	if (NF != 4 || !($2 in class) || length($3) * 4 != $4 || $3 !~ /^[0-9A-F]+$/ || $1 ~ /["\\]/ || $4 $3 == last) {
		print "oui.sh: not a row: " $0 >"/dev/stderr"
		bad = 1
		exit 1
	}
	last = $4 $3
	if (!($1 in maker)) {
		maker[$1] = n++
		names = names "\t\"" $1 "\",\n"
	}
	printf "\t{ 0x%sULL, %d, CG_OUI_%s, %d },\n", $3, $4, class[$2], maker[$1]
	rows++
}
END {
	if (bad)
		exit 1
	printf "};\nconst size_t cg_oui_count = %d;\n\nconst char *const cg_oui_makers[] = {\n%s};\n", rows, names
	printf "const size_t cg_oui_maker_count = %d;\n", n
}'
