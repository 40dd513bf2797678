# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# What is not in the protocol is refused, with words that name the attribute; noise changes nothing.
mkdir -p $BPF/k
kmodbpf make good $BPF/k/good
check 'set' kmodctl set $BPF/k/good
check 'each malformed message is refused' kmodctl malformed
cat /tmp/out | sed 's/^/# /'
check "$FUZZ messages at random" kmodctl fuzz "$FUZZ" "${SEED:-1}"
sed 's/^/# /' /tmp/out
rmmod camgate
insmod $MODULE
rm -rf $BPF/k
