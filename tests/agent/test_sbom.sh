#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# make sbom: a document of SPDX 2.3 that is whole, true of the files and names every library that the programs ask for.
set -u
cd "$(dirname "$0")/../.." || exit 1
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
rc=0
is() { # NAME GOT WANT
	if [[ $2 == "$3" ]]; then
		echo "ok sbom: $1"
	else
		echo "# got '$2', want '$3'"
		echo "not ok sbom: $1"
		rc=1
	fi
}

# What is wrong with a document, a line each: what clauses 6 to 11 of the specification ask
# for, in the order of the tag-value format.
faults() { # FILE
	awk -F ': ' '
	function fault(s) { print what ": " s }
	function licences(s, n, i, word) { # an expression of known words
		if (s == "NOASSERTION" || s == "NONE")
			return
		gsub(/[()]/, " ", s)
		n = split(s, word, " ")
		for (i = 1; i <= n; i++) {
			if (i % 2 == 0 ? word[i] !~ /^(AND|OR|WITH)$/ : word[i] !~ \
			    /^(LicenseRef-[A-Za-z0-9.-]+|(A|L)?GPL-[0-9.]+-(only|or-later)|MIT|BSD-[234]-Clause|Apache-2\.0|ISC|Zlib|CC0-1\.0|MPL-2\.0)$/)
				fault("licence " word[i])
			if (word[i] ~ /^LicenseRef-/)
				used[word[i]] = what
		}
		if (n % 2 == 0)
			fault("licence " s)
	}
	function must(list, n, i, tag) {
		n = split(list, tag, " ")
		for (i = 1; i <= n; i++)
			if (!(tag[i] in has))
				fault("no " tag[i])
	}
	function ends() { # of a section
		if (section == "document")
			must("SPDXVersion DataLicense SPDXID DocumentName DocumentNamespace Creator Created")
		if (section == "package") {
			must("SPDXID PackageVersion PackageSupplier PackageDownloadLocation FilesAnalyzed " \
				"PackageLicenseConcluded PackageLicenseDeclared PackageCopyrightText")
			if (has["FilesAnalyzed"] == "true")
				must("PackageVerificationCode PackageLicenseInfoFromFiles")
		}
		if (section == "file")
			must("SPDXID SHA1 SHA256 LicenseConcluded LicenseInfoInFile FileCopyrightText")
		if (section == "licence")
			must("LicenseName ExtractedText")
		delete has
	}
	function begins(name) { ends(); section = name; what = $0 }
	BEGIN { section = "document"; what = "document" }
	/^PackageName: ./ { begins("package") }
	/^FileName: / { begins("file"); if ($2 !~ /^\.\//) fault("name") }
	/^LicenseID: / { begins("licence"); defined[$2] = 1 }
	/^SPDXVersion: / && $2 != "SPDX-2.3" { fault("version " $2) }
	/^DataLicense: / && $2 != "CC0-1.0" { fault("data licence " $2) }
	/^DocumentNamespace: / && $0 !~ /^DocumentNamespace: [a-z]+:\/\/[^# ]+$/ { fault("namespace") }
	/^Created: / && $0 !~ /^Created: [0-9]+-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z$/ { fault("time") }
	/^SPDXID: / {
		if ($2 !~ /^SPDXRef-[A-Za-z0-9.-]+$/) fault("id " $2)
		if ($2 in ids) fault("id " $2 " again")
		ids[$2] = 1
	}
	/^FileChecksum: / {
		has[$2] = 1
		if (length($3) != ($2 == "SHA1" ? 40 : 64) || $3 !~ /^[0-9a-f]+$/) fault("checksum")
	}
	/^(PackageLicenseConcluded|PackageLicenseDeclared|PackageLicenseInfoFromFiles|LicenseConcluded|LicenseInfoInFile): / {
		licences($2)
	}
	/^(PackageSupplier): / && $2 !~ /^(NOASSERTION|Organization|Person)$/ { fault("supplier") }
	/^Relationship: / {
		n = split($2, r, " ")
		if (n != 3 || r[2] !~ /^(DESCRIBES|CONTAINS|DYNAMIC_LINK|DEPENDS_ON|BUILD_TOOL_OF)$/) fault("relationship " $2)
		asked[r[1]] = asked[r[3]] = 1
		described += r[2] == "DESCRIBES"
	}
	/^[A-Za-z]+: / { has[$1] = $2 }
	/^[A-Za-z]+:? *$/ { fault("nothing behind " $0) }
	END {
		ends()
		what = "document"
		if (!described) fault("describes nothing")
		for (i in asked) if (!(i in ids)) fault("no " i)
		for (i in used) if (!(i in defined)) fault("no text of " i)
	}' "$1"
}
# Libraries that FILES ask for and the document has not.
unnamed() { # SPDX FILE...
	local spdx=$1 f
	shift
	for f; do readelf -d "$f" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'; done | sort -u | while read -r f; do
		grep -qE "^(PackageComment: <text>)?$f SHA256 [0-9a-f]{64}(</text>)?$" "$spdx" || echo "$f"
	done
}
# Files that are not there, or have other bytes than it says; and its sum of all of them.
untrue() { # SPDX ROOT
	awk '/^FileName: / { name = $2 } /^FileChecksum: SHA256: / { print $3 "  " name }' "$1" >"$tmp/sums"
	(cd "$2" && sha256sum --quiet -c "$tmp/sums" 2>&1)
	[[ $(sed -n 's/^FileChecksum: SHA1: //p' "$1" | sort | tr -d '\n' | sha1sum | cut -d' ' -f1) == \
	$(sed -n 's/^PackageVerificationCode: //p' "$1") ]] || echo 'verification code'
	(cd "$2" && find . -type f | sort) | diff - <(sed -n 's/^FileName: //p' "$1" | sort) | grep '^[<>]'
}

spdx=build/camgate.spdx
rm -f $spdx
make -s sbom >"$tmp/log" 2>&1
is 'make sbom' "$? $(cat "$tmp/log")" "0   SBOM     $spdx"
make -s install DESTDIR="$tmp/root" >/dev/null
cp build/camgate.bpf.o "$tmp/root/"
is 'nothing is wrong with the document' "$(faults $spdx)" ''
is 'every file is named, with its sums' "$(untrue $spdx "$tmp/root")" ''
is 'every library is named that the programs ask for' "$(unnamed $spdx build/camgate build/camgated)" ''
is 'of this version' "$(sed -n '/^PackageName: camgate$/,/^PackageVersion/s/^PackageVersion: //p' $spdx)" \
	"$(sed -n 's/^VERSION := //p' Makefile)"
if command -v dpkg-query >/dev/null; then
	p=$(dpkg-query -S "$(readlink -f "$(ldconfig -p | awk '$1 == "libbpf.so.1" { print $NF; exit }')")" | sed 's/:.*//')
	is 'libraries are of the version that is installed' \
		"$(sed -n "/^PackageName: $p\$/,/^PackageVersion/s/^PackageVersion: //p" $spdx)" "$(dpkg-query -W -f '${Version}' "$p")"
	is 'and under their licence' \
		"$(sed -n "/^PackageName: $p\$/,/^PackageLicenseDeclared/s/^PackageLicenseDeclared: //p" $spdx)" \
		'LGPL-2.1-only OR BSD-2-Clause'
fi

# Each of the checks, with a fault planted for it.
changed() { # NAME SED CHECK...
	local name=$1 edit=$2
	shift 2
	sed "$edit" $spdx >"$tmp/planted"
	is "$name is seen" "$(! cmp -s $spdx "$tmp/planted" && "$1" "$tmp/planted" "${@:2}" | grep -c . | sed 's/^[1-9].*/yes/')" yes
}
changed 'a library left out' '/libev\.so\.4 SHA256/d' unnamed build/camgate build/camgated
changed 'a byte changed in a file' '/^FileChecksum: SHA256/s/: [0-9a-f]/: x/' untrue "$tmp/root"
changed 'a file left out' '/^FileName: .*camgated$/s/camgated/other/' untrue "$tmp/root"
for tag in SPDXVersion DocumentNamespace Created PackageVersion PackageDownloadLocation PackageVerificationCode \
	PackageLicenseDeclared LicenseConcluded FileCopyrightText; do
	changed "a document without $tag" "/^$tag:/d" faults
done
changed 'an id used twice' 's/^SPDXID: SPDXRef-File-2$/SPDXID: SPDXRef-File-1/' faults
changed 'a relationship with nothing' '0,/DYNAMIC_LINK/s/DYNAMIC_LINK .*/DYNAMIC_LINK SPDXRef-Package-none/' faults
changed 'a licence nobody knows' '0,/^PackageLicenseDeclared: /s/^PackageLicenseDeclared: .*/PackageLicenseDeclared: Free/' faults
changed 'a reference without a text' '0,/^PackageLicenseDeclared: /s/^PackageLicenseDeclared: .*/PackageLicenseDeclared: LicenseRef-none/' faults
exit $rc
