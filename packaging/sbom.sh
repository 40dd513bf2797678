#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# sbom.sh VERSION ROOT OBJECT: what was built, as SPDX 2.3 (tag-value) on standard output.
#
# ROOT is a tree that `make install DESTDIR=ROOT` filled: each file in it is named with its
# hashes, and OBJECT, the packet path that the agent carries. The libraries are those that the
# programs in ROOT ask for, and what these ask for in turn. Version and licence of each are
# those of the package that it was installed by (dpkg), or the version in its file's name and
# NOASSERTION. SYSROOT: where libraries are looked for, of a build for another machine.
# READELF, CC, CLANG, BPFTOOL: what it was built with. SOURCE_DATE_EPOCH: when, else now.
set -eu
[ $# -eq 3 ] || { sed -n 's/^# \(sbom.sh.*\)/usage: \1/p' "$0" >&2; exit 2; }
version=$1 root=$2 object=$3
readelf=${READELF:-readelf}
export LC_ALL=C
for tool in "$readelf" sha1sum sha256sum; do
	command -v "$tool" >/dev/null || { echo "sbom: no $tool" >&2; exit 1; }
done
d=$(mktemp -d)
trap 'rm -rf "$d"' EXIT
: >"$d/packages"
: >"$d/relations"
: >"$d/libraries"
: >"$d/refs"

# ---- licences --------------------------------------------------------------
# Debian's short names as SPDX has them; one that SPDX lacks is a reference.
# What the package as a whole is under: the first paragraph about files.
licence() { # PACKAGE: an expression, and the references it needs in $d/refs
	f=${SYSROOT:-}/usr/share/doc/$1/copyright
	if ! grep -qs '^Format:.*copyright-format' "$f"; then
		echo NOASSERTION
		return
	fi
	awk '/^Files:/ { in_files = 1 } /^License:/ && in_files { sub(/^License: */, ""); print; exit }' "$f" |
		awk -v refs="$d/refs" -v from="$1" '
		function one(name, s) {
			if (name in known)
				return known[name]
			s = name
			if (s ~ /^(A|L)?GPL-[0-9]/ || s ~ /^GFDL-/) {
				later = sub(/\+$/, "", s)
				if (s !~ /-[0-9]+\.[0-9]+$/)
					s = s ".0"
				return s (later ? "-or-later" : "-only")
			}
			gsub(/[^A-Za-z0-9.-]/, "-", s)
			s = "LicenseRef-" from "-" s
			print s "\t" name "\t" from >>refs
			return s
		}
		BEGIN {
			n = split("Expat MIT MIT MIT BSD-2-clause BSD-2-Clause BSD-2-Clause BSD-2-Clause BSD-3-clause BSD-3-Clause " \
				"BSD-3-Clause BSD-3-Clause Apache-2.0 Apache-2.0 ISC ISC Zlib Zlib CC0-1.0 CC0-1.0 MPL-2.0 MPL-2.0", pair, " ")
			for (i = 1; i < n; i += 2)
				known[pair[i]] = pair[i + 1]
		}
		{
			gsub(/,/, " ")
			out = op = ""
			for (i = 1; i <= NF; i++)
				if ($i == "or" || $i == "and" || $i == "|")
					op = $i == "and" ? " AND " : " OR "
				else {
					out = out (out == "" ? "" : op == "" ? " AND " : op) one($i)
					op = ""
				}
			# AND binds before OR in both.
			print out == "" ? "NOASSERTION" : out
		}'
}

# Of a text without a form: which of the licences that every Debian has it points at.
named() { # PACKAGE
	grep -oE "common-licenses/[A-Z][A-Za-z0-9.-]*[A-Za-z0-9]" "${SYSROOT:-}/usr/share/doc/$1/copyright" 2>/dev/null |
		sed "s,.*/,," | sort -u | tr "\n" " " | sed "s/ \$//" | grep . || echo none
}

# ---- packages --------------------------------------------------------------
id() { printf 'SPDXRef-Package-%s' "$(printf %s "$1" | sed 's/[^A-Za-z0-9.-]/-/g')"; }
supplier() { # MAINTAINER
	printf %s "$1" | sed -n 's/^ *\(.*[^ ]\) *<\(.*\)> *$/Organization: \1 (\2)/p' | grep . || echo NOASSERTION
}
package_of() { # FILE: the package it was installed by, if there is one
	[ -z "${SYSROOT:-}" ] && command -v dpkg-query >/dev/null || return 1
	if [ ! -e "$d/owner$1" ]; then
		real=$(readlink -f "$1")
		mkdir -p "$d/owner${1%/*}"
		# Its list may have the path with /usr or without. Asked once: dpkg reads every list.
		dpkg-query -S "$1" "$real" "/usr$1" "${1#/usr}" "${real#/usr}" 2>/dev/null |
			sed -n "1s/: .*//p" >"$d/owner$1" || :
	fi
	[ -s "$d/owner$1" ] && cat "$d/owner$1"
}
# One package, once; $d/packages holds it until all are known.
add_package() { # NAME FILE
	name=$1
	[ ! -e "$d/seen.$name" ] || return 0
	: >"$d/seen.$name"
	if p=$(package_of "$2"); then
		dpkg-query -W -f '${Version}\n${Architecture}\n${Maintainer}\n${source:Package} ${source:Version}\n' "$p" >"$d/told"
		{ read -r v; read -r arch; read -r who; read -r source; } <"$d/told"
		purl=$(printf %s "$v" | sed 's/%/%25/g; s/+/%2B/g; s/:/%3A/g; s/~/%7E/g')
		from=$(supplier "$who")
		lic=$(licence "$name")
		why="as /usr/share/doc/$name/copyright says"
		[ "$lic" != NOASSERTION ] || why="/usr/share/doc/$name/copyright is for readers; it names $(named "$name")"
	else
		v=$(readlink -f "$2" | sed -n 's/.*\.so\.//p')
		purl='' from=NOASSERTION source='' lic=NOASSERTION why='installed by no package'
	fi
	{
		printf '\nPackageName: %s\nSPDXID: %s\n' "$name" "$(id "$name")"
		printf 'PackageVersion: %s\nPackageSupplier: %s\n' "${v:-unknown}" "$from"
		printf 'PackageDownloadLocation: NOASSERTION\nFilesAnalyzed: false\n'
		[ -z "$source" ] || printf 'PackageSourceInfo: <text>source package %s</text>\n' "$source"
		printf 'PackageLicenseConcluded: NOASSERTION\nPackageLicenseDeclared: %s\n' "$lic"
		printf 'PackageLicenseComments: <text>%s</text>\nPackageCopyrightText: NOASSERTION\n' "$why"
		[ -z "$purl" ] || printf 'ExternalRef: PACKAGE-MANAGER purl pkg:deb/%s/%s@%s?arch=%s\n' \
			"$(. /etc/os-release && echo "$ID")" "$name" "$purl" "$arch"
	} >"$d/package.$name"
	echo "$name" >>"$d/packages"
}

# ---- libraries -------------------------------------------------------------
needed() { "$readelf" -d "$1" 2>/dev/null | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'; }
# Where the loader would find it: what the build linked with.
library() { # SONAME
	if [ -z "${SYSROOT:-}" ]; then
		f=$(PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null | awk -v n="$1" '$1 == n { print $NF; exit }')
		[ -z "$f" ] || { echo "$f"; return 0; }
	fi
	for dir in "${SYSROOT:-}"/lib "${SYSROOT:-}"/usr/lib "${SYSROOT:-}"/lib/* "${SYSROOT:-}"/usr/lib/*; do
		[ ! -e "$dir/$1" ] || { echo "$dir/$1"; return 0; }
	done
	echo "sbom: $1 is nowhere to be found" >&2
	return 1
}
# Each library that FILE asks for becomes one that FROM depends on, and so on.
follow() { # FILE FROM
	needed "$1" >"$d/needed.$2"
	while read -r soname; do
		f=$(library "$soname") || exit 1
		name=$(package_of "$f" | sed 's/:.*//') || :
		name=${name:-${soname%%.so*}}
		add_package "$name" "$f"
		if ! grep -q "^$name	$soname	" "$d/libraries"; then
			printf '%s\t%s\t%s\n' "$name" "$soname" "$(sha256sum <"$f" | cut -d' ' -f1)" >>"$d/libraries"
			echo "$f" >>"$d/todo"
		fi
		[ "$(id "$name")" = "$2" ] || echo "Relationship: $2 $3 $(id "$name")" >>"$d/relations"
	done <"$d/needed.$2"
}

camgate=$(id camgate)
find "$root" -type f \( -path "*/sbin/camgated" -o -path "*/bin/camgate" \) | sort >"$d/programs"
[ "$(wc -l <"$d/programs")" -eq 2 ] || { echo "sbom: $root holds no agent and command" >&2; exit 1; }
while read -r f; do
	follow "$f" "$camgate" DYNAMIC_LINK
done <"$d/programs"
while [ -s "$d/todo" ]; do
	mv "$d/todo" "$d/now"
	while read -r f; do
		name=$(package_of "$f" | sed 's/:.*//') || :
		soname=${f##*/}
		follow "$f" "$(id "${name:-${soname%%.so*}}")" DEPENDS_ON
	done <"$d/now"
done
for tool in "${CC:-cc}" "${CLANG:-clang}"; do
	f=$(PATH=$PATH:/usr/sbin command -v "$tool") || continue
	f=$(readlink -f "$f")
	name=$(package_of "$f" | sed 's/:.*//') || :
	[ -n "$name" ] || continue
	add_package "$name" "$f"
	echo "Relationship: $(id "$name") BUILD_TOOL_OF $camgate" >>"$d/relations"
done

# ---- the document ----------------------------------------------------------
of_file() { # NAME FILE NUMBER
	case $(head -c 4 "$2" | tr -d '\177') in
	ELF) type=BINARY ;;
	*) type=TEXT ;;
	esac
	says=$(sed -n 's/.*SPDX-License-Identifier: \([A-Za-z0-9.-]*\).*/\1/p; 5q' "$2" 2>/dev/null | head -n 1)
	printf '\nFileName: %s\nSPDXID: SPDXRef-File-%s\nFileType: %s\n' "$1" "$3" $type
	printf 'FileChecksum: SHA1: %s\nFileChecksum: SHA256: %s\n' \
		"$(sha1sum <"$2" | cut -d' ' -f1)" "$(sha256sum <"$2" | cut -d' ' -f1)"
	printf 'LicenseConcluded: GPL-2.0-only\nLicenseInfoInFile: %s\nFileCopyrightText: NOASSERTION\n' \
		"${says:-NOASSERTION}"
}
(cd "$root" && find . -type f | sort) >"$d/names"
n=0
while read -r name; do
	n=$((n + 1))
	of_file "$name" "$root/$name" $n
	case $name in */sbin/camgated) agent=$n ;; esac
done <"$d/names" >"$d/files"
n=$((n + 1))
{
	of_file ./camgate.bpf.o "$object" $n
	echo 'FileComment: <text>The packet path; camgated carries it and loads it into the kernel.</text>'
} >>"$d/files"
echo "Relationship: SPDXRef-File-$agent CONTAINS SPDXRef-File-$n" >>"$d/relations"
code=$(sed -n 's/^FileChecksum: SHA1: //p' "$d/files" | sort | tr -d '\n' | sha1sum | cut -d' ' -f1)
{
	sort "$d/packages" | while read -r name; do
		cat "$d/package.$name"
		awk -F '\t' -v n="$name" '$1 == n { list = list (list == "" ? "" : "\n") $2 " SHA256 " $3 }
			END { if (list != "") print "PackageComment: <text>" list "</text>" }' "$d/libraries"
	done
	printf '\nPackageName: camgate\nSPDXID: %s\nPackageVersion: %s\n' "$camgate" "$version"
	printf 'PackageSupplier: Organization: camgate developers\nPackageDownloadLocation: NOASSERTION\n'
	printf 'FilesAnalyzed: true\nPackageVerificationCode: %s\n' "$code"
	printf 'PackageLicenseConcluded: GPL-2.0-only\n'
	sed -n 's/^LicenseInfoInFile: /PackageLicenseInfoFromFiles: /p' "$d/files" | sort -u
	printf 'PackageLicenseDeclared: GPL-2.0-only\nPackageCopyrightText: <text>camgate developers</text>\n'
	printf 'ExternalRef: PACKAGE-MANAGER purl pkg:generic/camgate@%s\n' "$version"
	cat "$d/files"
	printf '\nRelationship: SPDXRef-DOCUMENT DESCRIBES %s\n' "$camgate"
	sort -u "$d/relations"
	sort -u "$d/refs" | while IFS='	' read -r ref name from; do
		printf '\nLicenseID: %s\nLicenseName: %s\n' "$ref" "$name"
		printf 'ExtractedText: <text>"%s" in /usr/share/doc/%s/copyright</text>\n' "$name" "$from"
	done
} >"$d/body"
cat <<END
SPDXVersion: SPDX-2.3
DataLicense: CC0-1.0
SPDXID: SPDXRef-DOCUMENT
DocumentName: camgate-$version
DocumentNamespace: https://spdx.org/spdxdocs/camgate-$version-$(sha256sum <"$d/body" | cut -d' ' -f1)
Creator: Tool: camgate-sbom-$version
Creator: Organization: camgate developers
Created: $(date -u -d "@${SOURCE_DATE_EPOCH:-$(date +%s)}" +%Y-%m-%dT%H:%M:%SZ)
END
cat "$d/body"
