# SPDX-License-Identifier: GPL-2.0-only
# camgate-mqtt, a program of its own where libmosquitto is there; included by the Makefile.

# What of it is pure is tested alone, without the library.
MQTT_PURE := $(addprefix agent/mqtt/,discovery.c house.c obey.c retained.c secret.c settings.c state.c)
MQTT_SRC := $(MQTT_PURE) $(addprefix agent/mqtt/,bridge.c broker.c log.c main.c socket.c)
MQTT_OBJ := $(MQTT_SRC:%.c=$(B)/%.o)
OTHER_SRC += $(MQTT_SRC)
$(B)/tests/unit/test_mqtt: $(MQTT_PURE:%.c=$(B)/%.o)
ifneq ($(WITH_MQTT),no)
ifeq ($(shell $(PKG_CONFIG) --exists libmosquitto && echo yes),yes)
MQTT := $(B)/camgate-mqtt
endif
endif

$(B)/camgate-mqtt: $(MQTT_OBJ) $(B)/libcamgate.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(CG_LDFLAGS) -o $@ $(filter %.o %.a,$^) \
		$(shell $(PKG_CONFIG) --libs libmosquitto json-c) -lev

agent: $(MQTT)
-include $(MQTT_OBJ:.o=.d)
