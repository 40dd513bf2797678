#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# plot.sh [JSONL]: an SVG of what a forwarded packet costs over plain NAT, by cameras and by rules.
set -u
cd "$(dirname "$0")/../.." || exit 1
file=${1:-build/bench.jsonl}

# KIND CAMERAS RULES NS_OVER_NAT
points()
{
	jq -r 'select(.name | test("^fwd64/.*@[0-9]+x[0-9]+$")) |
		(.name | capture("^fwd64/(?<k>.*)@(?<c>[0-9]+)x(?<r>[0-9]+)$")) as $n |
		select($n.k != "nat") |
		"\($n.k) \($n.c) \($n.r) \(.value - .value / .ratio)"' "$file" | sort -k1,1 -k2,2n -k3,3n
}

points | awk '
	function log10(x) { return log(x) / log(10) }
	function px(panel, v) { return left[panel] + (log10(v) - xmin[panel]) / (xmax[panel] - xmin[panel]) * W }
	# Costs span from tens to a hundred thousand ns: both axes are logarithmic.
	function py(v) { if (v < YMIN) v = YMIN; return TOP + H - (log10(v) - log10(YMIN)) / (log10(YMAX) - log10(YMIN)) * H }
	function text(x, y, s, how) { printf "<text x=\"%.1f\" y=\"%.1f\" %s>%s</text>\n", x, y, how, s }
	function axis(p, label, n, ticks,  i, t, y) {
		printf "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"#888\"/>\n", left[p], TOP, W, H
		n = split(ticks, t, " ")
		for (i = 1; i <= n; i++)
			text(px(p, t[i]), TOP + H + 16, t[i], "text-anchor=\"middle\"")
		text(left[p] + W / 2, TOP + H + 36, label, "text-anchor=\"middle\"")
		for (y = YMIN; y <= YMAX; y *= 10) {
			printf "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>\n", left[p], left[p] + W, py(y), py(y)
			text(left[p] - 6, py(y) + 4, y, "text-anchor=\"end\"")
		}
	}
	function curve(p, kind,  i, n, d, x) {
		d = ""
		for (i = 1; i <= NR; i++) {
			if (k[i] != kind || (p == 1 ? r[i] != 20 : c[i] != 16))
				continue
			x = p == 1 ? c[i] : r[i]
			d = d sprintf("%s%.1f,%.1f", d == "" ? "" : " ", px(p, x), py(v[i]))
			printf "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"><title>%s: %d cameras, %d rules: %.0f ns</title></circle>\n", px(p, x), py(v[i]), colour[kind], kind, c[i], r[i], v[i]
		}
		if (d != "")
			printf "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>\n", d, colour[kind]
	}
	{ k[NR] = $1; c[NR] = $2; r[NR] = $3; v[NR] = $4 }
	END {
		W = 340; H = 300; TOP = 50; YMIN = 10; YMAX = 100000
		left[1] = 70; left[2] = 490
		xmin[1] = 0; xmax[1] = log10(4096); xmin[2] = 1; xmax[2] = 3
		n = split("camgate nft-sets nft-sets-acct nft-linear", kinds, " ")
		split("#c0392b #2980b9 #8e44ad #7f8c8d", colours, " ")
		split("camgate|nftables, sets|nftables, sets and accounting|nftables, plain rules", names, "|")
		print "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"860\" height=\"450\" font-family=\"sans-serif\" font-size=\"12\">"
		print "<rect width=\"860\" height=\"450\" fill=\"white\"/>"
		text(430, 24, "What a forwarded 64-byte packet costs over plain NAT, ns", "text-anchor=\"middle\" font-size=\"15\"")
		axis(1, "cameras, 20 rules each", 0, "1 16 64 512 4096")
		axis(2, "rules of each of 16 cameras", 0, "10 20 100 1000")
		for (i = 1; i <= n; i++) {
			colour[kinds[i]] = colours[i]
			curve(1, kinds[i])
			curve(2, kinds[i])
			printf "<rect x=\"%d\" y=\"418\" width=\"12\" height=\"12\" fill=\"%s\"/>\n", 70 + (i - 1) * 200, colours[i]
			text(88 + (i - 1) * 200, 429, names[i], "")
		}
		print "</svg>"
	}'
