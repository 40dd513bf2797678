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
 * "via":"mqtt" in a request says that it comes by way of a broker: it may read and make cameras
 * stricter, more only where the config lets it. So is any of the user camgate-mqtt.
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
 * sessions R  cam?                              sessions:[session…], cams:[{id,name,exposure,until_s?,watching,stopped,up_kbps,down_kbps,blocked_until_s?}]
 * log         cam?, since_s? (epoch)            entries:[{…}] (a line of record.jsonl each), left_off?, record ("minimal|full|off"), record_days, anchor? ("COUNT:HASH")
 * record      write? (true: what is in memory too) record, record_days, record_size, anchor? ("COUNT:HASH")
 * lines       after? (a number), max?           lines:[line of record.jsonl less salt and prev, with hash], first, last
 * erase       cam                               cam, count, anchor?
 * why      R  cam, address, port?, proto?       verdict, reason, reason_nr, rule?, profile?, file?, line?, text, direction
 * allow       cam, rule                         file, line, added, undo (a command line)
 * deny        cam, rule                         the same
 * undo        -                                 file, restored, what
 * learn       cam, for_s? | show? | stop?      id, name, learning, began_s, until_s, mode, note; with show or stop:
 *                                               peers:[{peer,name?,port,proto,reason,as,rule?,reports,first_s,last_s}],
 *                                               names:[{name,reports,last_s}], full, block (text)
 * audit    R  cam?, probe? (not R)              standard, countries, incomplete?, cams:[{id,name,probing,probed_s?,unasked?,maker?,model?,firmware?,
 *                                               services:[{port,proto,kind,what,state,how,when_s,text?}], mappings?:[{text,where}],
 *                                               findings:[{id,level ("high|medium|low|note"),provision,requires,text,advice}],
 *                                               destinations:[{peer,name?,role?,maker? | rest,up_bytes,down_bytes,tries,
 *                                               hours? (with cam; 24 of [up,down,tries])}],hour_s}]
 * mappings    cam?, close?                       mappings:[mapping…], openings, closed?:[mapping…], not_read?:[{family,table,chain,handle,by,text}], left_out?, incomplete? (text)
 * discover    probe?                             devices:[{nr?,mac,private?,hostname?,address?,port?,maker?,model?,firmware?,profile?,score,class,
 *                                               reasons:[text],clues:[word],held?,held_text?,released?,user?,streams?,first_s,last_s,up_bytes,stopped_bytes}],
 *                                               grouped, listening, quarantine, probation, unheard?; with probe: asked, wait_s
 * adopt       device (nr or MAC), name, profile?, try_s?, show?, force?, from?
 *                                               id, name, mac, file, text, profile?, effects:[text], until_s?
 * keep        cam                               id, name, file, note?
 * forget      cam (or a device's MAC), force?   id, name, file; or mac
 * release     device (nr or MAC)                mac, was_held, note?
 * counters R  cam?                              cams:[{id,name,slot,source ("module|map"),counts:[{direction,verdict,reason,reason_nr,packets,bytes,monitored}], differs?}], source ("module|map")
 * reload      from? (address it is typed from)  generation, cameras, rules, added, removed, changed, warnings?:[text]
 * doctor   R  fix? (not R)                      findings:[{level:"ok|warn|fail", what, text, fix?}]
 * mqtt        set? ("on|off"); the bridge: connected?, error?
 *                                               generation, configured, enabled?, broker?, port?, tls?, ca_file?, cert_file?, key_file?, credentials? (a path),
 *                                               id?, topic?, discovery?, viewers?, may_widen?:[id], fleet?:{gateway,addresses,key_file,names,desired}, link:{running,connected,since_s?,error?}, file?, line?, undo?
 * notify      test?                             program?, told, left_out, waiting, running, testing, last?:{event,ended_s,how ("exited|signal|timeout|unstarted"),value?,error?}, test?:{…}
 * detach      -                                 removed:[text]; the agent ends afterwards
 * version  R  -                                 version, abi
 *
 * "status": version, generation, config (path), config_error?, enforced
 *   ("full|partial|off"), off_until_s?, lost_events, ports:[{name,attached}],
 *   guard:{mode ("off|count|drop"), by? ("module|nftables"), ports, unmarked},
 *   stopped_lately:[{id,name,count,last_s,peer,sign,signature?,text}],
 *   mqtt?:{running,connected,since_s?,error?,broker,port,tls,viewers,gateway?,record?},
 *   attention:[text], unknown:{devices,held,cameras}, cams:[{id, name, exposure ("sealed|closed|open"),
 *   why ("config|manual|opening|schedule"), until_s?, to?, mode, seen ("never"|
 *   age in s), port?, addresses:[text], passed:{packets,bytes},
 *   profile?, protection? ("full|partial|none"), local_view? ("yes|cloud-only"), profile_text?, held?,
 *   stopped:{packets,bytes}, text (one sentence)}]
 * flow: {peer, peer_port, cam_port, proto, scope ("remote|lan|home|gateway"),
 *   began ("camera|peer|gateway"), class, verdict, reason, up_bytes,
 *   down_bytes, age_s, idle_s, rule?, rule_text?}
 * session: {cam, name, peer, peer_port?, cam_port?, proto?, asked?, viewer?, began ("camera|peer"),
 *   state ("watching|stopped|ended|open|control|upload|other"), monitored?, sign?, sign_text?, signature?,
 *   signature_text?, rule?, file?, line?, up_bytes, down_bytes, stopped_bytes, up_kbps?, down_kbps?,
 *   since_s, idle_s, until_s?, repeats?}
 * mapping: {cam, name, kind ("forward|pass|lease"), by ("upnp|fw4|iptables|hand"), proto, port?, to,
 *   to_port?, from?, family?, table?, chain?, handle?, file?, line?, note?, where, text, closable?, todo?}
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
