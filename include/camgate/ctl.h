/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR MIT */
/*
 * The control socket's protocol, version 1.
 *
 * A stream socket at CG_CTL_PATH. One JSON object a line (LF), UTF-8, both
 * ways; a request may be at most CG_MAX_REQUEST bytes. A client may send
 * several requests on one connection; replies come in order. Peer credentials
 * decide: uid 0 and members of group `camgate` may use every command, others
 * only those marked R, and only where the config has `readers = all`.
 *
 * request   {"v":1, "cmd":"open", …arguments…}
 * reply     {"v":1, "ok":true,  "code":0, …data…}
 *           {"v":1, "ok":false, "code":N, "error":"text", "hint":"text"?}
 * code is the exit code the CLI ends with (CG_EXIT_*). Unknown keys are
 * ignored, an unknown cmd or a `v` other than 1 is refused with code 2.
 *
 * cmd        arguments                          data in the reply
 * status   R  -                                 see "status" below
 * open        cam, for_s? | until_s? (epoch),   cams:[{id,name,exposure,until_s,old_until_s?}]
 *             to? (address), force?
 * close       cam ("all" for every one)         cams:[{id,name,exposure,old}]
 * seal        cam                               cams:[…]
 * auto        cam                               cams:[…]
 * off         for_s?                            off_until_s
 * on          -                                 -
 * who      R  cam                               peers:[flow…]
 * blocked  R  cam, since_s? (age, 3600)         blocked:[{peer,name?,port,proto,direction,reason,reason_nr,packets,first_s,last_s,guess,known,maker?,mend? (a command line)}]
 * why      R  cam, address, port?, proto?       verdict, reason, reason_nr, rule?, profile?, file?, line?, text, direction
 * allow       cam, rule                         file, line, added, undo (a command line)
 * deny        cam, rule                         the same
 * undo        -                                 file, restored, what
 * learn       cam, for_s? | show? | stop?      id, name, learning, began_s, until_s, mode, note; with show or stop:
 *                                               peers:[{peer,name?,port,proto,reason,as,rule?,reports,first_s,last_s}],
 *                                               names:[{name,reports,last_s}], full, block (text)
 * counters R  cam?                              cams:[{id,name,slot,source ("module|map"),counts:[{direction,verdict,reason,reason_nr,packets,bytes,monitored}], differs?}], source ("module|map")
 * reload      from? (address it is typed from)  generation, cameras, rules, added, removed, changed, warnings?:[text]
 * doctor   R  fix? (not R)                      findings:[{level:"ok|warn|fail", what, text, fix?}]
 * detach      -                                 removed:[text]; the agent ends afterwards
 * version  R  -                                 version, abi
 *
 * "status": version, generation, config (path), config_error?, enforced
 *   ("full|partial|off"), off_until_s?, lost_events, ports:[{name,attached}],
 *   guard:{mode ("off|count|drop"), by? ("module|nftables"), ports, unmarked},
 *   attention:[text], cams:[{id, name, exposure ("sealed|closed|open"),
 *   why ("config|manual|opening|schedule"), until_s?, to?, mode, seen ("never"|
 *   age in s), port?, addresses:[text], passed:{packets,bytes},
 *   profile?, protection? ("full|partial|none"), local_view? ("yes|cloud-only"), profile_text?,
 *   stopped:{packets,bytes}, text (one sentence)}]
 * flow: {peer, peer_port, cam_port, proto, scope ("remote|lan|home|gateway"),
 *   began ("camera|peer|gateway"), class, verdict, reason, up_bytes,
 *   down_bytes, age_s, idle_s, rule?, rule_text?}
 * A `cam` argument is an id or a name; one that does not exist is answered
 * with code 1, error, and near:[ids and names that look like it].
 *
 * Times ending in _s are seconds: epoch for points in time, else durations.
 */
#ifndef CG_CTL_H
#define CG_CTL_H

#define CG_CTL_VERSION 1
#define CG_CTL_PATH    "/run/camgate/control.sock"
#define CG_CTL_GROUP   "camgate"

#define CG_CONFIG_PATH "/etc/camgate/camgate.conf"
/* The build may name another. */
#ifndef CG_STATE_DIR
#define CG_STATE_DIR "/var/lib/camgate"
#endif

enum cg_exit {
	CG_EXIT_OK = 0,
	CG_EXIT_FAILED = 1,
	CG_EXIT_USAGE = 2,
	CG_EXIT_NO_AGENT = 3,
	CG_EXIT_CONFIG = 4,
	CG_EXIT_PARTIAL = 5,
};

#endif
