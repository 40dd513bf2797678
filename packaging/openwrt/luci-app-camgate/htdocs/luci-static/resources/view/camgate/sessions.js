// SPDX-License-Identifier: GPL-2.0-only
// Who outside is connected with a camera now, and what was stopped.
'use strict';
'require view';
'require camgate.common as cg';
'require camgate.sentences as sentences';

const el = cg.el;

// Those to look at first.
const ORDER = [ 'watching', 'stopped', 'open', 'ended', 'other', 'upload', 'control' ];

function stateOf(s) {
	const words = {
		watching: [ 'warn', _('watching') ],
		stopped: [ 'bad', _('stopped') ],
		ended: [ 'good', _('ended') ],
		open: [ 'warn', _('let in') ],
		control: [ 'none', _('talk') ],
		upload: [ 'none', _('upload') ],
		other: [ 'none', _('other') ]
	};
	const w = words[s.state] || [ 'none', s.state ];

	return [ cg.state(w[0], s.monitored ? _('%s (monitored only)').format(w[1]) : w[1]),
		s.until_s ? el('span', {}, [ ' ' + _('ends in') + ' ', el('span', { 'class': 'cg-left', 'role': 'timer', 'data-until': s.until_s }, '') ]) : null,
		s.repeats > 1 ? el('span', {}, ' ' + N_(s.repeats, '(%d time)', '(%d times)').format(s.repeats)) : null ];
}

function rowOf(s, places) {
	const cells = [
		s.name, sentences.end(s), stateOf(s),
		s.began == 'peer' ? _('the other side') : _('the camera'),
		cg.clock(s.since_s),
		s.up_kbps === undefined ? '–' : String(s.up_kbps),
		cg.size(s.up_bytes), cg.size(s.stopped_bytes), sentences.sign(s) || '–'
	];

	if (places)
		cells.splice(2, 0, s.country || '–');
	return { key: [ s.cam, s.peer, s.peer_port, s.cam_port, s.proto ].join(' '), cells };
}

function draw(reply) {
	const list = (reply.sessions || []).slice().sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || b.since_s - a.since_s);
	const places = list.some((s) => s.country);
	const columns = [ [ _('Camera') ], [ _('Other side') ], [ _('Now') ], [ _('Begun by') ], [ _('Since') ], [ _('kbit/s out'), 'cg-nr' ], [ _('Sent'), 'cg-nr' ], [ _('Stopped'), 'cg-nr' ], [ _('How') ] ];
	const count = (state) => list.filter((s) => s.state == state).length;
	const watching = count('watching') + count('open'), stopped = count('stopped');

	if (places)
		columns.splice(2, 0, [ _('Country') ]);
	return [
		el('div', { 'class': 'cg-row', 'style': 'margin-bottom: 1em' }, [
			watching ? cg.state('warn', N_(watching, '%d connection may show pictures', '%d connections may show pictures').format(watching)) : cg.state('good', _('Nobody outside watches')),
			stopped ? cg.state('bad', N_(stopped, '%d is stopped', '%d are stopped').format(stopped)) : null
		]),
		cg.table(_('Connections with the outside, now'), columns, list.map((s) => rowOf(s, places)), _('No camera is connected with anybody outside.'))
	].concat((reply.cams || []).filter((c) => c.blocked_until_s).map((c) => el('p', { 'data-key': c.id },
		[ cg.state('bad', _('%s: all its remotes together got as much as a picture; all are stopped for').format(c.name)), ' ',
			el('span', { 'class': 'cg-left', 'role': 'timer', 'data-until': c.blocked_until_s }, '') ])));
}

return view.extend({
	load() {
		return null;
	},

	render() {
		// A rate is of two readings; the clock comes with the status.
		return cg.status().catch(() => null).then(() => cg.page({
			title: _('Sessions'),
			every: 2,
			load: () => cg.ask('sessions'),
			draw: draw,
			handlers: {}
		}));
	},

	handleSaveApply: null,
	handleSave: null,
	handleReset: null
});
