# SPDX-License-Identifier: GPL-2.0-only
# Languages of the command: catalogues of packaging/po, made, installed, kept current; included by install.mk.

# WITH_NLS=no: no gettext, English alone. NLS_LIBS=-lintl where the C library has none of its own.
LANGUAGES := zh_CN
PO := packaging/po
NLS_LIBS ?=
ifneq ($(WITH_NLS),no)
CG_CFLAGS += -DCG_NLS=1
DEP_LIBS += $(NLS_LIBS)
MO := $(if $(shell command -v msgfmt),$(LANGUAGES:%=$(B)/locale/%/LC_MESSAGES/camgate.mo))
$(B)/camgate: $(B)/agent/cli/told_rows.o
endif

# The sentences of the agent, which the command looks for in its replies.
$(B)/agent/cli/told_rows.o: $(PO)/told.sh $(PO)/camgate.pot agent/cli/told.h | deps
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(PO)/told.sh $(PO)/camgate.pot >$(@:.o=.c)
	$(Q)$(CC) $(CFLAGS) $(CG_CFLAGS) -Iagent/cli -c -o $@ $(@:.o=.c)

$(B)/locale/%/LC_MESSAGES/camgate.mo: $(PO)/%.po
	$(call say,MO,$@)
	$(Q)mkdir -p $(@D)
	$(Q)msgfmt -c -o $@ $<

all: nls
.PHONY: nls nls-install nls-uninstall po
nls: $(MO)
ifneq ($(WITH_NLS),no)
	$(Q)[ -n '$(MO)' ] || echo 'there is no msgfmt (gettext): the command speaks English alone'
endif

nls-install: nls
	$(Q)for l in $(if $(MO),$(LANGUAGES)); do \
		$(INSTALL) -D -m 644 $(B)/locale/$$l/LC_MESSAGES/camgate.mo $(D)/share/locale/$$l/LC_MESSAGES/camgate.mo || exit 1; done
install: nls-install
nls-uninstall:
	$(Q)rm -f $(LANGUAGES:%=$(D)/share/locale/%/LC_MESSAGES/camgate.mo)
uninstall: nls-uninstall

# What the sources say into the catalogues: nothing that was translated is lost.
po:
	$(Q)$(PO)/extract.sh >$(PO)/camgate.pot.new && mv $(PO)/camgate.pot.new $(PO)/camgate.pot
	$(Q)for l in $(LANGUAGES); do \
		msgmerge -q --no-fuzzy-matching --no-wrap --add-location=file -U --backup=none $(PO)/$$l.po $(PO)/camgate.pot && \
		msgattrib --no-obsolete --no-wrap --add-location=file -o $(PO)/$$l.po $(PO)/$$l.po && \
		msgfmt -c --statistics -o /dev/null $(PO)/$$l.po || exit 1; done
