# SPDX-License-Identifier: GPL-2.0-only
# A fleet on one machine: check-fleet; included by tests.mk.

# Servers of Debian's packages that the houses report to.
FLEET_PEERS := mosquitto mosquitto-clients postgresql
FLEET_WORLD := $(T)/fleet/world
$(FLEET_WORLD): $(addprefix $(T)/fleet/,world.o lines.o agents.o) $(MQTT_PURE:%.c=$(B)/%.o) $(B)/libcamgate.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(CG_LDFLAGS) -o $@ $^ $(shell $(PKG_CONFIG) --libs json-c nettle)

.PHONY: tests-fleet check-fleet list-fleet
tests-fleet: all $(FLEET_WORLD)
list-fleet:
	@printf '%s\n' tests/fleet/test_fleet.sh
check-fleet:
	$(Q)tests/deps.sh build
	$(Q)tests/peers.sh $(FLEET_PEERS) || true
	$(Q)$(MAKE) $(JOBS) tests-fleet
	$(Q)tests/run.sh fleet
	$(Q)tests/figures.sh check-fleet
