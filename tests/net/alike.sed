# SPDX-License-Identifier: GPL-2.0-only
# What of an output is never twice the same, as a guide may show it: times, ages, sizes, counts, generations.
s/[[:space:]]+$//
s/(^|[^0-9a-fA-F:.])([0-9]{4}-[0-9]{2}-[0-9]{2} |tomorrow )?[0-9]{2}:[0-9]{2}(:[0-9]{2})?($|[^0-9a-fA-F:]|:( |$))/\1TIME\4/g
s/[0-9]{4}-[0-9]{2}-[0-9]{2}/DATE/g
s/\b[0-9]+[smhd]( [0-9]+[smh])? ago/AGE ago/g
s/\b[0-9]+(\.[0-9]+)? (B|kB|MB)\b/SIZE/g
# The bridge is built where libmosquitto is.
/^Creating (user|group) 'camgate-mqtt'/d
s/\bGID [0-9]+/GID N/
s/generation [0-9]+/generation N/g
s/another [0-9]+[smhd]( [0-9]+[smhd])?/another SPAN/g
s/\b[0-9]+ +TIME +TIME/N TIME TIME/g
s/\b[0-9]+ (times?|tries|packets?|queries|attempts?)\b/N \1/g
s/[[:space:]]+/ /g
