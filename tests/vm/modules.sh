# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Sourced: kernel modules laid out for a guest, which knows no compression, numbered in the order of their loading.

# FOLDER; their paths, in that order, on the input
modules_lay() {
	n=1000
	while read -r f; do
		n=$((n + 1))
		b=${f##*/}
		case $f in
		*.xz) xz -dc "$f" >"$1/$n-${b%.xz}" ;;
		*.zst) zstd -qdc "$f" >"$1/$n-${b%.zst}" ;;
		*) cp "$f" "$1/$n-$b" ;;
		esac
	done
}
