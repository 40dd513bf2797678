# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Sourced, in the project's folder: what tests/skips says of a test.

# NAME DAY REASON for every line that begins with a stage.
skips() { # stage
	local name day why
	while read -r name day why; do
		[[ $name != "$1"/* ]] || printf '%s %s %s\n' "${name#*/}" "$day" "$why"
	done < <(grep -v '^#' tests/skips)
}

# A skip's line instead of the test, or nothing. After its last day, a skip is a failure.
skipped() { # stage name
	local name day why
	while read -r name day why; do
		[[ $name == "$2" ]] || continue
		if [[ $(date +%F) > $day ]]; then
			echo "not ok $2: skipped until $day only ($why)"
		else
			echo "skip $2: $why"
		fi
		return 0
	done < <(skips "$1")
	return 1
}
