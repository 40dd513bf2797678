# SPDX-License-Identifier: GPL-2.0-only
# Stand-in for OpenWrt's jshn.sh, made of jq: json_load, json_get_var and json_get_type of the outermost
# object, whose members are text, numbers or yes and no. Nothing is written, arrays are not entered.
# shellcheck shell=dash

JSON_TEXT='{}'

json_load()
{
	JSON_TEXT=$1
}

# DEST NAME [DEFAULT]: yes and no are 1 and 0; as there, names are letters, digits and _.
json_get_var()
{
	eval "$(printf '%s' "$JSON_TEXT" | jq -r --arg dest "$1" --arg name "$2" '
		.[$name] | select(. != null) | (if . == true then 1 elif . == false then 0 else . end) |
		"\($dest)=\(tostring | @sh); jshn_has=1"' 2>/dev/null)"
	[ -z "${jshn_has:-}" ] || { unset jshn_has; return 0; }
	[ $# -gt 2 ] || { eval "$1="; return 1; }
	eval "$1=\$3"
}

json_get_type()
{
	eval "$1=\$(printf '%s' \"\$JSON_TEXT\" | jq -r --arg name \"\$2\" '.[\$name] | type' 2>/dev/null)"
}
