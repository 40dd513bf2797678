# SPDX-License-Identifier: GPL-2.0-only
# What a vendor may leave out, WITH_NAME=no. Included by the Makefile.

# Each with what the agent and the command do without, and what answers for it then; parts of
# agent/lib and agent/kern that nobody calls any more are not linked. Its commands stay in the
# tables and say that they are not built in.
FEATURES := AUDIT CHECK COUNTRY DISCOVER DOCTOR EDIT FACTS GUARD LEARN MAPPINGS METRICS MODULE MQTT MUD NOTIFY OFFLOAD RECORD REPORT SCHEDULE SETUP \
	TOP VIEWERS

LESS_AUDIT := $(addprefix agent/,cli/cmd_audit.c daemon/audit.c daemon/audit_probe.c daemon/audit_where.c daemon/command_audit.c)
INSTEAD_AUDIT := agent/without/audit.c
LESS_CHECK := $(addprefix agent/cli/,cmd_check.c judge.c)
LESS_COUNTRY := $(addprefix agent/,cli/cmd_lists.c daemon/places.c daemon/places_read.c kern/dp_geo.c lib/geoset.c lib/staying.c)
INSTEAD_COUNTRY := agent/without/country.c
INSTEAD_LIB_COUNTRY := agent/without/country_lib.c
INSTEAD_CLI_COUNTRY := agent/without/country_cli.c
LESS_DISCOVER := $(addprefix agent/,cli/cmd_discover.c $(addprefix daemon/,adopt.c adopt_end.c command_discover.c \
	devices.c devices_file.c devices_hold.c devices_tell.c probe.c))
INSTEAD_DISCOVER := agent/without/discover.c
LESS_DOCTOR := $(addprefix agent/,cli/cmd_doctor.c daemon/doctor.c daemon/doctor_fix.c)
LESS_EDIT := $(addprefix agent/,cli/cmd_rules.c daemon/edit.c)
LESS_FACTS := agent/lib/facts.c
INSTEAD_LIB_FACTS := agent/without/facts.c
LESS_GUARD := $(addprefix agent/,kern/bootguard.c $(addprefix daemon/,guard.c guard_fix.c guard_force.c guard_jobs.c guard_plan.c))
INSTEAD_GUARD := agent/without/guard.c
INSTEAD_LIB_GUARD := agent/without/guard_lib.c
LESS_LEARN := $(addprefix agent/,cli/cmd_learn.c daemon/learn.c)
INSTEAD_LEARN := agent/without/learn.c
LESS_MAPPINGS := $(addprefix agent/,cli/cmd_mappings.c $(addprefix daemon/,command_mappings.c mappings.c mappings_close.c mappings_look.c))
INSTEAD_MAPPINGS := agent/without/mappings.c
LESS_METRICS := $(addprefix agent/cli/,cmd_metrics.c metrics.c)
LESS_MODULE := $(addprefix agent/,daemon/module.c kern/kstats.c)
INSTEAD_MODULE := agent/without/module.c
INSTEAD_LIB_MODULE := agent/without/kstats.c
LESS_MQTT := $(addprefix agent/,cli/cmd_mqtt.c daemon/mqtt.c lib/fleetconf.c lib/mqttconf.c)
INSTEAD_MQTT := agent/without/mqtt.c
INSTEAD_LIB_MQTT := agent/without/mqtt_lib.c
LESS_MUD := agent/cli/cmd_mud.c
LESS_NOTIFY := $(addprefix agent/,cli/cmd_notify.c daemon/command_notify.c daemon/notify.c)
INSTEAD_NOTIFY := agent/without/notify.c
LESS_OFFLOAD := $(addprefix agent/kern/,offload.c offload_nl.c)
INSTEAD_LIB_OFFLOAD := agent/without/offload.c
LESS_RECORD := $(addprefix agent/,$(addprefix daemon/,days.c recordcmd.c recordfile.c recordlines.c recordtrim.c sessions_write.c) \
	$(addprefix cli/,cmd_log.c cmd_record.c))
INSTEAD_RECORD := agent/without/record.c
LESS_REPORT := $(addprefix agent/cli/,cmd_report.c page.c page_plot.c report.c report_html.c)
LESS_SCHEDULE := $(addprefix agent/,$(addprefix daemon/,sched.c sched_show.c usagefile.c) $(addprefix lib/,schedule.c timing.c zones.c))
INSTEAD_SCHEDULE := agent/without/schedule.c
INSTEAD_LIB_SCHEDULE := agent/without/schedule_lib.c
LESS_SETUP := $(addprefix agent/,daemon/setup.c $(addprefix cli/,cmd_setup.c setup_ask.c setup_devices.c setup_file.c setup_net.c \
	setup_start.c setup_where.c))
LESS_TOP := agent/cli/cmd_top.c
LESS_VIEWERS := $(addprefix agent/,$(addprefix daemon/,viewers.c viewer_names.c viewers_lan.c) lib/viewers.c)
INSTEAD_VIEWERS := agent/without/viewers.c
INSTEAD_LIB_VIEWERS := agent/without/viewers_lib.c

# Others there are, in the Makefile.
OTHER_WITH := MAXMINDDB SYSTEMD UCI NLS
NOT := $(foreach f,$(FEATURES),$(if $(filter no,$(WITH_$f)),$f))
$(foreach f,$(filter WITH_%,$(.VARIABLES)),$(if $(filter $(FEATURES:%=WITH_%) $(OTHER_WITH:%=WITH_%),$f),, \
	$(error $f: there is no such feature; there are: $(FEATURES) $(OTHER_WITH))))
# The audit tells of mappings; a page of it is drawn as the report's, which is made of the record;
# setup writes the config, judges it and adopts what discover lists; `mqtt off` writes it, too.
needs = $(if $(filter $(2),$(NOT)),$(if $(filter $(1),$(NOT)),,$(error WITH_$(2)=no needs WITH_$(1)=no too)))
$(call needs,AUDIT,MAPPINGS)
$(call needs,AUDIT,REPORT)
$(call needs,REPORT,RECORD)
$(call needs,SETUP,EDIT)
$(call needs,MQTT,EDIT)
$(call needs,SETUP,DISCOVER)
$(call needs,SETUP,CHECK)

LIB_SRC := $(filter-out $(foreach f,$(NOT),$(LESS_$f)),$(LIB_SRC)) $(foreach f,$(NOT),$(INSTEAD_LIB_$f))
KERN_SRC := $(filter-out $(foreach f,$(NOT),$(LESS_$f)),$(KERN_SRC))
DAEMON_SRC := $(filter-out $(foreach f,$(NOT),$(LESS_$f)),$(DAEMON_SRC)) $(foreach f,$(NOT),$(INSTEAD_$f))
CLI_SRC := $(filter-out $(foreach f,$(NOT),$(LESS_$f)),$(CLI_SRC)) $(foreach f,$(NOT),$(INSTEAD_CLI_$f))
LIBS_LESS := $(if $(filter RECORD,$(NOT)),nettle)
ifneq ($(filter COUNTRY,$(NOT)),)
WITH_MAXMINDDB := no
endif

# What this build does without, and what belongs to no library: lint wants to see every file.
OTHER_SRC := agent/one/main.c $(filter-out $(LIB_SRC) $(DAEMON_SRC) $(CLI_SRC), \
	$(foreach f,$(FEATURES),$(INSTEAD_$f) $(INSTEAD_LIB_$f) $(INSTEAD_CLI_$f)))
