// SPDX-License-Identifier: GPL-2.0-only
// The record: who watched, was stopped, or tried.
'use strict';
'require view';
'require camgate.common as cg';
'require camgate.sentences as sentences';

const el = cg.el;

let since = '24h';

function whatOf(e) {
	const words = { allowed: [ 'warn', _('let in') ], stopped: [ 'bad', _('stopped') ], refused: [ 'good', _('refused') ] };
	const w = words[e.what] || [ 'none', e.what ];

	return cg.state(w[0], e.running ? _('%s, goes on').format(w[1]) : e.monitored ? _('%s (monitored only)').format(w[1]) : w[1]);
}

function openingOf(e) {
	const by = { hand: _('by hand'), schedule: _('by schedule'), config: _('as configured') };

	if (!e.opening)
		return '';
	return e.opening.user ? _('opened by %s').format(e.opening.user) : by[e.opening.by] || e.opening.by;
}

function rowOf(e, places) {
	const how = [ sentences.sign(e), openingOf(e), e.count > 1 ? N_(e.count, '%d attempt', '%d attempts').format(e.count) : '' ].filter((s) => s).join('; ');
	const cells = [ cg.clock(e.first_s), e.name, whatOf(e), sentences.end(e), e.what == 'allowed' ? cg.span(e.duration_s) : '–', cg.size(e.up_bytes), cg.size(e.stopped_bytes), how || '–' ];

	if (places)
		cells.splice(4, 0, e.country || '–');
	return { key: String(e.id) + ' ' + e.cam, cells };
}

function draw(reply) {
	const list = (reply.entries || []).slice().reverse(), places = list.some((e) => e.country);
	const columns = [ [ _('When') ], [ _('Camera') ], [ _('What') ], [ _('Other side') ], [ _('How long'), 'cg-nr' ], [ _('Sent'), 'cg-nr' ], [ _('Stopped'), 'cg-nr' ], [ _('How') ] ];
	const spans = [ [ '1h', _('the last hour') ], [ '24h', _('the last day') ], [ '7d', _('the last week') ], [ '30d', _('the last 30 days') ] ];

	if (places)
		columns.splice(4, 0, [ _('Country') ]);
	return [
		el('div', { 'class': 'cg-row', 'data-key': ' choose', 'style': 'margin-bottom: 1em' }, el('label', {}, [ _('Show'), el('select', { 'class': 'cbi-input-select', 'data-do': 'choose', 'name': 'since' },
			spans.map((s) => el('option', { 'value': s[0], 'selected': s[0] == since }, s[1]))) ])),
		reply.record == 'off' ? el('p', { 'data-key': ' off' }, cg.state('warn', _('No record is kept: the configuration says so.'))) : null,
		cg.table(_('Who watched, was stopped, or tried'), columns, list.map((e) => rowOf(e, places)), _('Nobody watched, and nobody tried.')),
		reply.left_off ? el('p', { 'data-key': ' left' }, N_(reply.left_off, '%d older entry is not shown.', '%d older entries are not shown.').format(reply.left_off)) : null,
		reply.record_days ? el('p', { 'data-key': ' days' }, N_(reply.record_days, 'Entries are kept for %d day.', 'Entries are kept for %d days.').format(reply.record_days)) : null
	];
}

return view.extend({
	load() {
		return null;
	},

	render() {
		return cg.status().catch(() => null).then(() => cg.page({
			title: _('Record'),
			every: 10,
			load: () => cg.ask('log', { since: since }),
			draw: draw,
			handlers: {
				choose(data, fields) {
					since = fields.value;
					return null;
				}
			}
		}));
	},

	handleSaveApply: null,
	handleSave: null,
	handleReset: null
});
