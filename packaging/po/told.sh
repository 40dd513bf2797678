#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# told.sh POT: the sentences of the agent and the library as rows in C, on stdout.
set -eu

echo '#include "told.h"'
echo 'const char *const cg_told_rows[] = {'
# The one that says most goes first. A format that says nothing of its own would fit everything.
awk '
	function flush(	words) {
		words = text
		gsub(/%[0-9$.*#+lhzjt-]*[a-zA-Z]/, "", words)
		gsub(/[^A-Za-z]/, "", words)
		if (told && text != "\"\"" && length(words) > 2)
			printf "%06d\t%s\n", length(words), text
		told = reading = 0
		text = ""
	}
	/^#: / { told = told || /agent\/(lib|kern|daemon|without)\// }
	/^msgid / { text = substr($0, 7); reading = 1; next }
	/^msgid_plural / { reading = 0; next }
	/^msgstr/ { if (reading || text != "") flush(); next }
	reading && /^"/ { text = substr(text, 1, length(text) - 1) substr($0, 2) }' "$1" |
	LC_ALL=C sort -k 1,1nr -k 2 | cut -f 2- | sed 's/.*/\t&,/'
printf '\t0,\n};\n'
