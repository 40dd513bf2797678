# SPDX-License-Identifier: GPL-2.0-only
# Where each file goes, and how all of it is taken away again; included by the Makefile.

D = $(DESTDIR)$(PREFIX)
CONF = $(DESTDIR)$(SYSCONFDIR)/camgate/camgate.conf
MAN := $(addprefix packaging/man/,camgate.1 camgate.conf.5 camgate-control.7 \
	camgate-netlink.7 camgated.8)
PROFILES := $(addprefix packaging/profiles/,$(addsuffix .conf,aqara blink dahua dlink eufy ezviz \
	hikvision jovision nest reolink ring tplink tuya v380 wansview wyze xiaomi xiongmai yi))
DOCS := $(wildcard packaging/doc/*.md)
EXAMPLES := packaging/doc/examples/notify
FLEET_FILES := $(addprefix packaging/fleet/,acl again.sql desired.schema.json event.schema.json ingest.sh mosquitto.conf \
	networks.sql reported.schema.json schema.sql strangers.sql)
UNITS := camgate.service camgate-bootguard.service camgate-clock.service
ifneq ($(MQTT),)
MAN += packaging/man/camgate-mqtt.8
UNITS += camgate-mqtt.service
endif
SYSUSERS := camgate.conf $(if $(MQTT),camgate-mqtt.conf)
METRICS := $(addprefix packaging/metrics/,camgate-metrics.service camgate-metrics.timer crontab.example grafana-camgate.json)
BASH_COMPLETION := share/bash-completion/completions/camgate
ZSH_COMPLETION := share/zsh/site-functions/_camgate
TO_PREFIX := sed 's,/usr/\(s\?bin\)/camgate,$(PREFIX)/\1/camgate,g; s,/var/lib/camgate,$(STATEDIR),g'
include packaging/deb.mk
.PHONY: install uninstall
install: all
	$(Q)$(INSTALL) -D -m 755 $(B)/camgated $(D)/sbin/camgated
	$(Q)$(INSTALL) -D -m 755 $(B)/camgate $(D)/bin/camgate
	$(if $(filter yes,$(ONE)),$(Q)ln -sf ../bin/camgate $(D)/sbin/camgated)
	$(if $(MQTT),$(Q)$(INSTALL) -m 755 $(MQTT) $(D)/sbin/camgate-mqtt)
	$(Q)for m in $(MAN); do s=$${m##*.}; \
		$(INSTALL) -D -m 644 $$m $(D)/share/man/man$$s/$${m##*/} || exit 1; done
	$(Q)$(INSTALL) -D -m 644 packaging/completion/camgate $(D)/$(BASH_COMPLETION)
	$(Q)$(INSTALL) -D -m 644 packaging/completion/_camgate $(D)/$(ZSH_COMPLETION)
	$(Q)$(INSTALL) -d -m 755 $(D)/lib/systemd/system $(D)/lib/tmpfiles.d $(D)/lib/sysusers.d
	$(Q)for f in $(UNITS); do $(TO_PREFIX) packaging/$$f >$(D)/lib/systemd/system/$$f || exit 1; done
	$(Q)$(TO_PREFIX) packaging/tmpfiles.d/camgate.conf >$(D)/lib/tmpfiles.d/camgate.conf
	$(Q)$(INSTALL) -m 644 $(SYSUSERS:%=packaging/sysusers.d/%) $(D)/lib/sysusers.d
	$(Q)[ -n '$(DESTDIR)' ] || ! command -v systemd-sysusers >/dev/null || systemd-sysusers $(SYSUSERS:%=$(D)/lib/sysusers.d/%)
	$(Q)$(INSTALL) -d -m 755 $(dir $(CONF))cameras.d $(dir $(CONF))profiles.d $(D)/share/camgate/profiles $(D)/share/camgate/metrics
	$(Q)$(INSTALL) -m 644 $(PROFILES) $(D)/share/camgate/profiles
	$(Q)for f in $(METRICS); do $(TO_PREFIX) $$f >$(D)/share/camgate/metrics/$${f##*/} || exit 1; done
	$(Q)[ -e $(CONF) ] || $(INSTALL) -m 644 packaging/camgate.conf $(CONF)
	$(Q)$(INSTALL) -D -m 644 packaging/camgate.conf $(D)/share/camgate/camgate.conf
	$(Q)$(INSTALL) -d -m 755 $(D)/share/doc/camgate/examples
	$(Q)$(INSTALL) -m 644 $(DOCS) $(D)/share/doc/camgate
	$(Q)$(INSTALL) -m 755 $(EXAMPLES) $(D)/share/doc/camgate/examples
	$(Q)$(INSTALL) -d -m 755 $(D)/share/camgate/fleet
	$(Q)$(INSTALL) -m 644 $(FLEET_FILES) $(D)/share/camgate/fleet
	$(Q)chmod 755 $(D)/share/camgate/fleet/ingest.sh
	$(Q)echo 'installed under $(D); configuration: $(CONF)'

# Enforcement ends first: filters without their command could not be removed.
# A configuration somebody changed stays.
uninstall:
	$(Q)[ -n '$(DESTDIR)' ] || ! command -v systemctl >/dev/null || \
		systemctl disable --now $(UNITS) 2>/dev/null || true
	$(Q)[ -n '$(DESTDIR)' ] || [ ! -x $(D)/bin/camgate ] || $(D)/bin/camgate detach
	$(Q)! cmp -s $(CONF) $(D)/share/camgate/camgate.conf || rm -f $(CONF)
	$(Q)rm -f $(D)/sbin/camgated $(D)/sbin/camgate-mqtt $(D)/bin/camgate $(D)/$(BASH_COMPLETION) $(D)/$(ZSH_COMPLETION) \
		$(UNITS:%=$(D)/lib/systemd/system/%) $(D)/lib/tmpfiles.d/camgate.conf $(SYSUSERS:%=$(D)/lib/sysusers.d/%) \
		$(DOCS:packaging/doc/%=$(D)/share/doc/camgate/%) $(EXAMPLES:packaging/doc/%=$(D)/share/doc/camgate/%) $(PROFILES:packaging/%=$(D)/share/camgate/%) $(FLEET_FILES:packaging/%=$(D)/share/camgate/%) $(METRICS:packaging/%=$(D)/share/camgate/%) $(D)/share/camgate/camgate.conf $(foreach m,$(MAN),$(D)/share/man/man$(subst .,,$(suffix $(m)))/$(notdir $(m)))
	$(Q)rmdir --ignore-fail-on-non-empty $(D)/share/doc/camgate/examples $(D)/share/doc/camgate $(D)/share/camgate/fleet $(D)/share/camgate/profiles $(D)/share/camgate/metrics $(D)/share/camgate $(dir $(CONF))profiles.d $(dir $(CONF))cameras.d $(dir $(CONF)) 2>/dev/null || true

include packaging/nls.mk
