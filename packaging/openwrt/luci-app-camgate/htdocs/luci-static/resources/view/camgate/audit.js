// SPDX-License-Identifier: GPL-2.0-only
// What is wrong with a camera and what to do about it; where its bytes go.
'use strict';
'require view';
'require camgate.common as cg';
'require camgate.sentences as sentences';

const el = cg.el;

// So many destinations have a bar.
const BARS = 12, WIDTH = 320, ROW = 34;

let chosen = null;

function levelOf(level) {
	switch (level) {
	case 'high':
		return cg.state('bad', _('high'));
	case 'medium':
		return cg.state('warn', _('medium'));
	case 'low':
		return cg.state('none', _('low'));
	case 'note':
		return cg.state('none', _('note'));
	}
	return cg.state('none', level);
}

function findingsOf(cam) {
	return cg.table(_('What is wrong with %s').format(cam.name), [ [ _('Level') ], [ _('What is wrong') ], [ _('What to do') ], [ _('Breaks') ] ],
		cam.findings.map((f) => ({ key: f.id, cells: [ levelOf(f.level), sentences.own(f.text), sentences.own(f.advice), '%s: %s'.format(f.provision, sentences.own(f.requires)) ] })),
		_('Nothing was found wrong.'));
}

function serviceState(s) {
	const words = { open: _('open'), anybody: _('answers anybody'), password: _('asks for a password'), 'to-https': _('sends to HTTPS') };

	return words[s.state] || s.state;
}

function servicesOf(cam) {
	return cg.table(_('Services of %s').format(cam.name), [ [ _('Port') ], [ _('What') ], [ _('State') ], [ _('Known by') ], [ _('When') ] ],
		cam.services.map((s) => ({ key: s.port + s.proto, cells: [ s.port + '/' + s.proto, s.text ? s.what + ': ' + s.text : s.what, serviceState(s),
			s.how == 'probed' ? _('asking it') : _('its use'), _('%s ago').format(cg.span(cg.now() - s.when_s)) ] })), _('None is known.'));
}

function destination(d) {
	return d.rest ? _('all the others') : d.name || d.peer;
}

// Of a long name the end says more than the beginning.
function shortened(text) {
	return text.length > 44 ? '…' + text.slice(-43) : text;
}

function plotOf(cam, list) {
	const shown = list.slice(0, BARS), most = shown.reduce((n, d) => Math.max(n, d.up_bytes, d.down_bytes), 1);
	const bars = [], title = _('Bytes from and to %s by destination; the table beside it has the same numbers').format(cam.name);

	shown.forEach((d, i) => {
		const y = i * ROW, width = (n) => n ? Math.max(1.5, n / most * (WIDTH - 4)) : 0;

		bars.push(cg.svg('text', { x: 0, y: y + 12 }, [ shortened(destination(d)) ]));
		if (d.up_bytes)
			bars.push(cg.svg('rect', { 'class': 'up', x: 1, y: y + 16, width: width(d.up_bytes), height: 6 }));
		if (d.down_bytes)
			bars.push(cg.svg('rect', { 'class': 'down', x: 1, y: y + 24, width: width(d.down_bytes), height: 5 }));
	});
	return cg.svg('svg', { role: 'img', 'aria-label': title, viewBox: '0 0 %d %d'.format(WIDTH, shown.length * ROW) }, bars);
}

function trafficOf(cam) {
	const list = cam.destinations.slice().sort((a, b) => (a.rest ? 1 : 0) - (b.rest ? 1 : 0) || b.up_bytes + b.down_bytes - a.up_bytes - a.down_bytes || b.tries - a.tries);
	const table = cg.table(_('Bytes from and to %s by destination').format(cam.name), [ [ _('Destination') ], [ _('Sent'), 'cg-nr' ], [ _('Got'), 'cg-nr' ], [ _('Tries stopped'), 'cg-nr' ] ],
		list.map((d) => ({ key: (d.name || '') + ' ' + (d.peer || 'rest'), cells: [ destination(d), cg.size(d.up_bytes), cg.size(d.down_bytes), String(d.tries) ] })),
		_('It was connected with nobody outside.'));

	if (!list.some((d) => d.up_bytes || d.down_bytes))
		return [ table ];
	return [
		el('p', { 'data-key': ' legend' }, [ el('span', { 'class': 'cg-key cg-key-up', 'aria-hidden': 'true' }), _('sent (filled)'), ' ',
			el('span', { 'class': 'cg-key cg-key-down', 'aria-hidden': 'true' }), _('got (outlined)') ]),
		el('div', { 'class': 'cg-plot', 'data-key': ' plot' }, [ el('div', {}, plotOf(cam, list)), el('div', {}, table) ])
	];
}

function askedOf(cam) {
	if (cam.probing)
		return _('It is being asked.');
	if (cam.unasked)
		return _('It could not be asked: %s').format(sentences.own(cam.unasked));
	return cam.probed_s ? _('Asked at %s; no password was tried.').format(cg.clock(cam.probed_s)) :
		_('Not asked yet: what stands here was seen in its traffic.');
}

function draw(reply) {
	const cams = reply.cams || [], cam = cams.filter((c) => c.id == chosen)[0] || cams[0];
	const what = cam ? [ cam.maker, cam.model, cam.firmware ? _('firmware %s').format(cam.firmware) : '' ].filter((s) => s).join(', ') : '';

	if (!cam)
		return [ el('p', {}, _('No camera is configured.')) ];
	return [
		el('div', { 'class': 'cg-row', 'data-key': ' choose', 'style': 'margin-bottom: 1em' }, [
			el('label', {}, [ _('Camera'), el('select', { 'class': 'cbi-input-select', 'data-do': 'choose', 'name': 'cam' },
				cams.map((c) => el('option', { 'value': c.id, 'selected': c === cam }, c.name))) ]),
			cg.mayWrite() ? cg.button('probe', { cam: cam.id, name: cam.name }, _('Ask the camera'), { 'aria-describedby': 'cg-asked' }) : null,
			el('span', { 'id': 'cg-asked' }, askedOf(cam))
		]),
		el('section', { 'data-key': cam.id, 'aria-label': cam.name }, [
			el('h3', {}, cam.name),
			what ? el('p', { 'data-key': 'what' }, what) : null,
			el('h4', { 'data-key': 'findings' }, _('Findings')), findingsOf(cam),
			(cam.mappings || []).length ? el('h4', { 'data-key': 'ports' }, _('Ports that lead to it from outside')) : null,
			(cam.mappings || []).length ? el('ul', { 'data-key': 'mappings' }, cam.mappings.map((m) => el('li', {}, '%s (%s)'.format(sentences.own(m.text), sentences.own(m.where))))) : null,
			el('h4', { 'data-key': 'traffic' }, _('Where its bytes go, last 24 hours')), trafficOf(cam),
			el('h4', { 'data-key': 'services' }, _('Services on the LAN')), servicesOf(cam),
			el('p', {}, _('What is broken are provisions of %s.').format(reply.standard))
		])
	];
}

return view.extend({
	load() {
		return null;
	},

	render() {
		return cg.status().catch(() => null).then(() => cg.page({
			title: _('Audit'),
			every: 15,
			load: () => cg.ask('audit'),
			draw: draw,
			handlers: {
				choose(data, fields) {
					chosen = fields.value;
					return null;
				},
				probe(data) {
					return cg.ask('audit_probe', { cam: data.cam }).then((r) => {
						const cam = r.cams && r.cams[0];

						return cam && cam.unasked ? _('It could not be asked: %s').format(sentences.own(cam.unasked)) :
							N_(cam ? cam.findings.length : 0, '%s was asked: %d finding.', '%s was asked: %d findings.').format(data.name, cam ? cam.findings.length : 0);
					});
				}
			}
		}));
	},

	handleSaveApply: null,
	handleSave: null,
	handleReset: null
});
