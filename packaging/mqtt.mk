# SPDX-License-Identifier: GPL-2.0-only
# camgate-mqtt, a program of its own where libmosquitto is there; included by the Makefile.

# What of it is pure is tested alone, without the library.
MQTT_PURE := $(addprefix agent/mqtt/,carried.c carrier.c discovery.c fleet.c fleet_key.c house.c obey.c retained.c secret.c settings.c state.c)
MQTT_SRC := $(MQTT_PURE) $(addprefix agent/mqtt/,bridge.c broker.c log.c main.c socket.c tell.c)
MQTT_OBJ := $(MQTT_SRC:%.c=$(B)/%.o)
OTHER_SRC += $(MQTT_SRC)
$(B)/tests/unit/test_mqtt $(B)/tests/unit/test_fleet: $(MQTT_PURE:%.c=$(B)/%.o)
# MQTT_LIBS=-lmosquitto where it has no .pc file to be found by.
ifneq ($(WITH_MQTT),no)
MQTT_LIBS := $(or $(MQTT_LIBS),$(shell $(PKG_CONFIG) --libs libmosquitto 2>/dev/null))
MQTT := $(if $(MQTT_LIBS),$(B)/camgate-mqtt)
endif

$(B)/camgate-mqtt: $(MQTT_OBJ) $(B)/libcamgate.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(CG_LDFLAGS) -o $@ $(filter %.o %.a,$^) $(MQTT_LIBS) \
		$(shell $(PKG_CONFIG) --libs json-c nettle) -lev

agent: $(MQTT)
-include $(MQTT_OBJ:.o=.d)
