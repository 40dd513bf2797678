# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# Script of the guest: each planted fault is reported by the checker that is there for it, and by checkers.sh.
fails=0
passes=0
# shellcheck source=tests/kmod/guest/checkers.sh
. /t/checkers.sh
dmesg -n 1
leaks_forget
# A fault in locks or memory ends the watch over locks: what needs it comes
# first, and of that what ends it itself last.
while read -r fault report; do
	dmesg -c >/dev/null
	insmod /t/planted.ko fault="$fault" || echo "# $fault: not loaded"
	rmmod planted
	if [ "$fault" = leak ]; then leaks >/tmp/seen; else reports >/tmp/seen; fi
	case $fault in
	none) [ ! -s /tmp/seen ] ;;
	*) grep -q "$report" /tmp/seen ;;
	esac
	# shellcheck disable=SC2181 # of either
	if [ $? = 0 ]; then
		passes=$((passes + 1))
		echo "ok planted $fault: ${report:-nothing reported}"
	else
		fails=$((fails + 1))
		dmesg | head -n 40 | sed 's/^/# /'
		echo "not ok planted $fault"
	fi
done <<-END
	none
	rcu suspicious RCU usage
	locks possible circular locking dependency
	atomic sleeping function called from invalid context
	timer ODEBUG: free active
	redzone Redzone overwritten
	bounds KASAN: slab-out-of-bounds
	freed KASAN: .*use-after-free
	leak unreferenced object
END
echo "$passes passed, $fails failed"
[ $fails = 0 ]
