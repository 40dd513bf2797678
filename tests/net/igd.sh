#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Sourced behind lib.sh by the tests with a real miniupnpd and upnpc: the chains it writes to, and its configuration.
# shellcheck disable=SC2034  # used by those that source this

peer miniupnpd miniupnpd-nftables || skip "no miniupnpd (tests/peers.sh)"
IGD=("${PEER[@]}")
peer upnpc miniupnpc || skip "no upnpc (tests/peers.sh)"
UPNPC=("${PEER[@]}")

# igd_setup: the table in the gateway; lines of the configuration besides on stdin
igd_setup()
{
	in_ns gw nft -f - <<-END
		table inet upnp {
			chain forward {
				type filter hook forward priority filter; policy accept;
				jump upnp_forward
			}
			chain prerouting {
				type nat hook prerouting priority dstnat - 5; policy accept;
				jump upnp_pre
			}
			chain postrouting {
				type nat hook postrouting priority srcnat + 5; policy accept;
				jump upnp_post
			}
			chain upnp_forward { }
			chain upnp_pre { }
			chain upnp_post { }
		}
	END
	# It maps no port for an address that is none of the internet's, as the house's is.
	cat >"$WORK/miniupnpd.conf" <<-END
		ext_ifname=wan0
		ext_ip=8.8.4.4
		listening_ip=br-lan
		http_port=5000
		enable_upnp=yes
		uuid=00000000-0000-0000-0000-0000000000ca
		upnp_table_name=upnp
		upnp_nat_table_name=upnp
		upnp_forward_chain=upnp_forward
		upnp_nat_chain=upnp_pre
		upnp_nat_postrouting_chain=upnp_post
		$(cat)
		allow 1024-65535 0.0.0.0/0 1024-65535
	END
}

# igd_start ARG...: the service, until its end or the test's
igd_start()
{
	spawn igd gw "${IGD[@]}" -d "$@" -f "$WORK/miniupnpd.conf" -P "$WORK/miniupnpd.pid"
	wait_for 10 listens gw tcp 5000
}
