// SPDX-License-Identifier: GPL-2.0-only
// What the agent says, in the reader's language: its words by tables, its English sentences by what they are made of.
'use strict';
'require baseclass';

// %s stands for what the agent puts in. A pair: what the agent says, and what is said here in its
// place. The first that fits is taken: longer ones come before those that are a part of them.
const list = (_) => [
	// needs attention
	_('port %s is not enforced: not attached yet'),
	_('port %s is not enforced: %s'),
	_('port %s: %s filters of others are asked before camgate\'s and may pass packets by'),
	_('LAN interface %s is not there'),
	_('the boot guard still denies cameras forwarding'),
	_('the guard is not in force: %s'),
	_('the guard is not in force'),
	_('%s packets of cameras had passed no filter: the guard dropped them'),
	_('%s packets of cameras had passed no filter: the guard counted them'),
	_('filters were removed by somebody else %s times and put back within %s ms'),
	_('%s: its counters cannot be read'),
	_('%s: never seen: check the MAC'),
	_('the clock is not known to be right: nothing opens by schedule, and days of quotas do not end'),
	_('the config is not in force: %s'),
	_('off until %s: nothing is stopped'),
	_('the count of lost events cannot be read'),
	_('no LAN port is there: no camera is enforced'),
	_('the tables of networks could not be written'),
	[ '1 port opening leads to cameras: `camgate mappings`', _('1 port opening leads to cameras: see Audit') ],
	[ '%s port openings lead to cameras: `camgate mappings`', _('%s port openings lead to cameras: see Audit') ],
	[ '%s is held: %s', _('%s is held: see Devices') ],
	[ '%s is like a camera and none of the config\'s%s', _('%s is like a camera and none of the configuration: see Devices') ],
	[ '%s more unknown devices: `camgate discover`', _('%s more unknown devices: see Devices') ],
	_('%s devices are held, no more can be'),
	[ '%s is adopted on trial: %s', _('%s is adopted on trial') ],
	_('flow table \'%s\' is offloaded to hardware: its packets pass no filter'),
	_('%s connections of cameras are in hardware: no filter sees them'),
	_('the vendor\'s module \'%s\' forwards connections past every filter'),
	_('the Wi-Fi driver %s hands frames to the packet engine (WED): no filter sees those it forwards'),
	_('%s are ports of one switch: what it carries between them is seen by no filter, so watching within the LAN is not controlled there'),
	_('the packet engine %s forwards %s connections by itself: no filter sees them'),

	// what a device shows
	_('says by ONVIF that it is a camera (%s)'),
	_('says by ONVIF that it is a camera'),
	_('speaks a camera maker\'s discovery (%s)'),
	_('speaks a camera maker\'s discovery'),
	_('offers a service of cameras (%s)'),
	_('offers a service of cameras'),
	_('calls itself %s, as cameras do'),
	_('bears a camera\'s name'),
	_('answers RTSP (%s)'),
	_('answers RTSP'),
	_('has a server of cameras (%s)'),
	_('has the web server of cameras'),
	_('MAC prefix of %s, camera-only'),
	_('MAC prefix of a maker of cameras only'),
	_('MAC prefix of %s, mostly cameras'),
	_('MAC prefix of a maker of cameras mostly'),
	_('MAC prefix of %s, cameras among others'),
	_('MAC prefix of a maker of cameras, too'),
	_('MAC prefix of %s, in cameras too'),
	_('MAC prefix of a radio module'),
	_('talks to a server by which cameras are watched from outside (%s)'),
	_('talks to a server by which cameras are watched from outside'),
	_('asks for Internet Gateway Device (%s)'),
	_('asks for Internet Gateway Device'),
	_('is a small Linux or chip (%s)'),
	_('is a small Linux or chip'),
	_('sends as steadily as a picture does (%s)'),
	_('sends as steadily as a picture does'),
	_('is a phone, computer or TV by its system (%s)'),
	_('is a phone, computer or TV by its system'),
	_('offers a service of phones, computers or TVs (%s)'),
	_('offers a service of phones, computers or TVs'),
	_('MAC prefix of %s, who makes no cameras'),
	_('MAC prefix of a maker of no cameras'),

	// findings
	_('nobody has set a password: whoever reaches it first owns it (%s)'),
	_('openings of ports on the router lead to it from the internet: %s'),
	_('its pictures are given to anybody on the LAN, without a password: RTSP, %s'),
	_('it tells anybody on the LAN who its users are: ONVIF, %s'),
	_('telnet is there, which botnets look for: %s'),
	_('a way in that its maker left for itself is there: %s'),
	_('it can be watched from outside all the time: %s'),
	_('nothing of it is stopped, only counted: %s'),
	_('it describes its streams to anybody on the LAN: ONVIF, %s'),
	_('its web pages come without TLS, a password typed there can be read on the LAN: %s'),
	_('its maker\'s service for watching from outside is on: %s'),
	_('it asked the router to open ports to itself, which was refused: %s'),
	_('its firmware is old: %s'),
	_('a viewer in its maker\'s cloud cannot be told from its other traffic: %s'),
	_('it tells anybody on the LAN model and firmware: ONVIF, %s'),
	_('ports of its maker\'s protocol are open on the LAN: %s'),
	_('nothing watches while another service takes camgate\'s filters away: %s'),
	_('destinations that no rule lets it reach, which it tried in the last day: %s'),
	_('every device of the LAN may reach it: %s'),
	_('no profile and no rules: it reaches nothing outside, updates neither'),

	// what to do about them
	_('set a strong password with the maker\'s tool now, or unplug it'),
	_('`camgate mappings --close` closes those that UPnP made, and says where the others are; watch by VPN or `camgate open`'),
	_('switch RTSP authentication on in its settings, or set lan_viewing = viewers'),
	_('switch ONVIF off, or its authentication on; set lan_viewing = viewers'),
	_('switch ONVIF off, or its authentication on'),
	_('switch ONVIF off if nothing uses it'),
	_('update it, or switch telnet off; if neither is possible, lan_viewing = viewers keeps others of the LAN away'),
	_('update it; if the port stays, replace the camera or set lan_viewing = viewers'),
	_('set exposure = closed and open it for a while when needed: `camgate open`'),
	_('set mode = enforce'),
	_('switch HTTPS on and HTTP off in its settings; never forward this port'),
	_('switch P2P or cloud viewing off in its app unless it is used; camgate stops it while the camera is closed'),
	_('switch UPnP off in its settings'),
	_('look for an update on its maker\'s pages, or in its app'),
	_('`camgate seal` it when nobody is to watch; see its profile'),
	_('set lan_viewing = viewers, so that only who has to reaches them'),
	_('set guard = drop'),
	_('`camgate blocked CAM` tells which; leave them stopped unless something breaks'),
	_('set lan_viewing = viewers and name those who watch'),
	_('set its profile, or `camgate learn CAM`'),

	// what they break
	_('passwords are set by the user or unique'),
	_('access only after authentication'),
	_('nothing relevant is disclosed unasked'),
	_('only services that are required are enabled'),
	_('exposed attack surfaces are minimized'),
	_('best practice cryptography is used'),
	_('unused interfaces are disabled'),
	_('security updates are timely'),
	_('sensitive personal data is protected on its way'),
	_('what is done with personal data is told'),

	// why a camera could not be asked
	_('the gateway knows no neighbour with its MAC and address: it is off, or has another address'),

	// ports that lead to a camera, and who opened them
	_('port %s of the gateway will lead to %s for %s'),
	_('port %s of the gateway leads to %s for %s'),
	_('any port%s of the gateway leads to %s for %s'),
	_('%s is let through to %s'),
	_('anybody outside'),
	_('%s, rule %s of %s'),
	_('by UPnP, NAT-PMP or PCP, %s'),
	_('by UPnP, NAT-PMP or PCP'),
	_('by OpenWrt\'s firewall'),
	_('by iptables'),
	_('by hand'),

	// what stands in others
	_('the camera says its cloud platform is on, and it used %s'),
	_('the camera says its cloud platform is on'),
	_('it used %s'),
	_('profile %s'),
	_('SADP says so'),
	_('%s, of %s, %s years old')
];

// How viewing was recognized, and the protocol of it.
const signs = (_) => ({
	inbound: _('somebody outside began it'),
	signature: _('it speaks a protocol of viewing'),
	rate: _('it sends as steadily as a picture does'),
	budget: _('it sent more than its rule has'),
	sum: _('all its remotes together got as much as a picture')
});

const protocols = (_) => ({
	'pppp-punch': _('PPPP: the server names a viewer to the camera'),
	'pppp-session': _('PPPP: camera and viewer reach each other'),
	'pppp-relay': _('PPPP: a relay carries the picture'),
	tutk: _('TUTK Kalay: a viewer is connected'),
	'dahua-p2p': _('Dahua, Imou: camera and viewer reach each other'),
	'dahua-ptcp': _('Dahua, Imou: PTCP, which carries the picture'),
	'reolink-udp': _('Reolink: its own protocol over UDP'),
	'reolink-tcp': _('Reolink: its own protocol over TCP'),
	'xmeye-udp': _('XMEye: its own protocol over UDP'),
	dvrip: _('XMEye: DVRIP over TCP'),
	udp443: _('UDP to port 443 that is no QUIC'),
	rtsp: _('RTSP: a stream is asked for'),
	rtmp: _('RTMP: a stream is sent to a server'),
	stun: _('STUN: a way through the router is looked for'),
	'turn-channel': _('TURN: a relay carries the picture'),
	dtls: _('DTLS: WebRTC begins'),
	srtp: _('SRTP: a picture of WebRTC'),
	hikvision: _('the port of Hikvision\'s own protocol'),
	'dahua-tcp': _('the port of Dahua\'s own protocol')
});

const said = (s) => s;
const all = (_) => list(_).concat(Object.values(signs(_)), Object.values(protocols(_)));
const english = all(said).map((s) => Array.isArray(s) ? s[0] : s);
const here = all((s) => _(s)).map((s) => Array.isArray(s) ? s[1] : s);
const signsHere = signs((s) => _(s)), protocolsHere = protocols((s) => _(s));
const patterns = english.map((s) => new RegExp('^' + s.split('%s').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('(.*)') + '$', 's'));

// "port 23 (open), 80 (in use)"
function ports(text) {
	const states = { open: _('open'), 'in use': _('in use'), 'asks for a password': _('asks for a password') };

	return /^port \d+( \([^()]*\))?(, \d+ \([^()]*\))*$/.test(text) ? _('port %s').replace('%s', () => text.slice(5).replace(/\(([^()]*)\)/g, (all, word) => '(' + (states[word] || word) + ')')) : text;
}

// A sentence of the agent; one that is not known is left as it is. What was put in may be a sentence
// of its own, or anything: it is text.
function own(text) {
	for (let i = 0; i < patterns.length; i++) {
		const found = patterns[i].exec(text);
		let n = 1;

		if (found)
			return here[i].replace(/%s/g, () => own(found[n++]));
	}
	return ports(text);
}

// How viewing was recognized: of a session, an entry of the record or a stop.
function sign(o) {
	const how = o.sign ? signsHere[o.sign] || o.sign : '', protocol = o.signature ? protocolsHere[o.signature] || o.signature : '';

	// The protocol says it all.
	if (o.sign == 'signature' && protocol)
		return protocol;
	return how && protocol ? '%s (%s)'.format(how, protocol) : how || protocol;
}

// Why a device is held.
function hold(d) {
	const reasons = {
		identifies: _('it shows itself to be a camera'),
		likeness: _('much of what it shows is a camera\'s'),
		shape: _('it is new and sends as if it were video'),
		probation: _('it began to send as if it were video at once'),
		'new': _('it was never seen before, and quarantine is `all`'),
		kept: _('it was held before, why is not known any more')
	};

	return reasons[d.held] || d.held_text || String(d.held);
}

// What a profile of a make promises.
function profile(cam) {
	const protections = {
		full: _('closed, no known way to watch it from outside is left'),
		partial: _('closed stops the known ways to watch it; what it still sends its maker may be looked at there'),
		none: _('its maker\'s service cannot be told from somebody who watches: what is allowed of it lets them')
	};
	const views = {
		yes: _('at home it can be watched without its maker\'s cloud'),
		'cloud-only': _('this camera\'s app goes through its maker\'s cloud even at home; closed stops that too')
	};

	return [ protections[cam.protection], views[cam.local_view] ].filter((s) => s).join('; ') || cam.profile_text || '';
}

// The other side of a session or an entry: the name that was asked for, else the address.
function end(o) {
	const v6 = !o.asked && o.peer && o.peer.indexOf(':') >= 0, port = o.peer_port ? ':' + o.peer_port : '';

	if (o.peer == '::/0')
		return _('many others');
	if (o.peer && o.peer.indexOf('/') >= 0 && !o.asked)
		return o.peer;
	return (v6 && port ? '[' + o.peer + ']' : o.asked || o.peer || '?') + port + (o.proto ? '/' + o.proto : '');
}

return baseclass.extend({ english, own, sign, hold, profile, end });
