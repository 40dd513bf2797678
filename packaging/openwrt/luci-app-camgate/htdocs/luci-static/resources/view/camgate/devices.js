// SPDX-License-Identifier: GPL-2.0-only
// Devices that are no cameras of the configuration: what speaks for one, and how it becomes one.
'use strict';
'require view';
'require camgate.common as cg';
'require camgate.sentences as sentences';

const el = cg.el;

// Of which device the form is open, by MAC.
const opened = {};

function classOf(d) {
	if (d.held)
		return cg.state('bad', _('held: %s').format(sentences.hold(d)));
	if (d.user)
		return cg.state('none', _('a phone, computer or TV'));
	switch (d['class']) {
	case 'camera':
		return cg.state('warn', _('a camera'));
	case 'perhaps':
		return cg.state('warn', _('perhaps a camera'));
	case 'other':
		return cg.state('none', _('no camera'));
	}
	return cg.state('none', _('not known'));
}

function nameOf(d) {
	return d.hostname || d.model || d.maker || d.mac;
}

// Of two of one maker each has its own.
function whoOf(d) {
	return nameOf(d) == d.mac ? d.mac : nameOf(d) + ' ' + d.mac;
}

function formOf(d) {
	const who = whoOf(d);

	return el('form', { 'class': 'cg-row', 'data-key': 'adopt', 'data-do': 'adopt', 'data-mac': d.mac, 'aria-label': _('Adopt %s').format(who) }, [
		el('label', {}, [ _('Name'), el('input', { 'type': 'text', 'class': 'cbi-input-text', 'name': 'name', 'required': true, 'maxlength': '63', 'autocomplete': 'off', 'value': d.hostname || '' }) ]),
		el('label', {}, [ _('Profile'), el('input', { 'type': 'text', 'class': 'cbi-input-text', 'name': 'profile', 'autocomplete': 'off', 'value': d.profile || '', 'placeholder': _('none') }) ]),
		el('label', {}, [ _('Trial'), el('select', { 'class': 'cbi-input-select', 'name': 'try' }, [
			el('option', { 'value': '10m' }, _('10 minutes, then undone unless kept')),
			el('option', { 'value': '1h' }, _('1 hour, then undone unless kept')),
			el('option', { 'value': '1d' }, _('1 day, then undone unless kept')),
			el('option', { 'value': '' }, _('none: for good at once'))
		]) ]),
		el('button', { 'type': 'submit', 'class': 'btn cbi-button' }, _('Adopt')),
		cg.button('cancel', { mac: d.mac }, _('Cancel'))
	]);
}

function cardOf(d) {
	const who = whoOf(d);
	const facts = [
		[ _('MAC'), d.mac ],
		[ _('Address'), d.address ? (d.port ? _('%s on %s').format(d.address, d.port) : d.address) : _('none seen') ],
		[ _('Likeness'), _('%d (from 60 on it counts as a camera)').format(d.score) ],
		[ _('Sent out'), d.stopped_bytes ? _('%s; %s were stopped').format(cg.size(d.up_bytes), cg.size(d.stopped_bytes)) : cg.size(d.up_bytes) ],
		[ _('Last seen'), _('%s ago').format(cg.span(cg.now() - d.last_s)) ]
	];

	if (d.profile)
		facts.push([ _('Profile that fits'), d.profile ]);
	return el('section', { 'class': 'cg-card', 'data-key': d.mac, 'aria-label': who }, [
		el('div', { 'class': 'cg-head', 'data-key': 'head' }, [ el('h3', {}, nameOf(d)), classOf(d) ]),
		d.reasons.length ? el('h4', { 'data-key': 'shows' }, _('What it shows')) : null,
		d.reasons.length ? el('ul', { 'data-key': 'reasons' }, d.reasons.map((r) => el('li', { 'data-key': r }, sentences.own(r)))) : null,
		cg.mayWrite() ? el('div', { 'class': 'cg-row', 'data-key': 'controls' }, opened[d.mac] ? formOf(d) : [
			cg.button('ask', { mac: d.mac }, _('Adopt ...'), { 'aria-label': _('Adopt %s').format(who) }),
			d.released ? null : cg.button('release', { mac: d.mac, name: nameOf(d) }, d.held ? _('Let it go') : _('Never hold it'), { 'aria-label': (d.held ? _('Let %s go') : _('Never hold %s')).format(who) }),
			cg.button('forget', { mac: d.mac, name: nameOf(d) }, _('Forget'), { 'aria-label': _('Forget what is known of %s').format(who) })
		]) : null,
		el('dl', { 'class': 'cg-facts', 'data-key': 'facts' }, facts.map((f) => [ el('dt', {}, f[0]), el('dd', {}, f[1]) ]))
	]);
}

function rowOf(d) {
	return { key: d.mac, cells: [ nameOf(d), d.mac, d.address || '–', classOf(d), String(d.score), cg.size(d.up_bytes), _('%s ago').format(cg.span(cg.now() - d.last_s)),
		cg.mayWrite() ? (opened[d.mac] ? formOf(d) : cg.button('ask', { mac: d.mac }, _('Adopt ...'), { 'aria-label': _('Adopt %s').format(whoOf(d)) })) : '' ] };
}

function trialsOf(trials) {
	return trials.map((t) => el('section', { 'class': 'cg-card', 'data-key': ' trial ' + t.id, 'aria-label': _('%s on trial').format(t.id) }, el('div', { 'class': 'cg-row' }, [
		el('h3', {}, t.id), cg.state('warn', _('adopted on trial, undone by itself in')), el('span', { 'class': 'cg-left', 'role': 'timer', 'data-until': t.until_s }, ''),
		cg.mayWrite() ? cg.button('keep', { cam: t.id }, _('Keep'), { 'aria-label': _('Keep %s').format(t.id) }) : null,
		cg.mayWrite() ? cg.button('undo', { cam: t.id }, _('Forget'), { 'aria-label': _('Forget %s').format(t.id) }) : null
	])));
}

function draw(answer) {
	const reply = answer[0], st = answer[1], devices = reply.devices || [];
	const like = devices.filter((d) => d.held || d['class'] == 'camera' || d['class'] == 'perhaps');
	const rest = devices.filter((d) => like.indexOf(d) < 0 && d.nr);

	return trialsOf(st && st.trials || []).concat([
		el('div', { 'class': 'cg-row', 'data-key': ' ask', 'style': 'margin-bottom: 1em' }, [
			cg.button('probe', {}, _('Ask the network'), { 'aria-describedby': 'cg-probe' }),
			el('span', { 'id': 'cg-probe' }, _('Cameras answer such questions; it takes about five seconds.'))
		]),
		reply.listening === false ? el('p', { 'data-key': ' deaf' }, cg.state('warn', _('camgate does not listen for new devices: the configuration has unknown { notify = no }.'))) : null,
		like.length ? null : el('p', { 'data-key': ' none' }, cg.state('good', _('No unknown device looks like a camera.')))
	], like.map(cardOf), rest.length ? [ el('details', { 'data-key': ' rest' }, [
		el('summary', {}, N_(rest.length, '%d other device', '%d other devices').format(rest.length)),
		cg.table(_('Other devices'), [ [ _('Name') ], [ _('MAC') ], [ _('Address') ], [ _('Camera?') ], [ _('Likeness'), 'cg-nr' ], [ _('Sent out'), 'cg-nr' ], [ _('Last seen') ], [ _('Action') ] ], rest.map(rowOf), '')
	]) ] : [], reply.grouped ? [ el('p', { 'data-key': ' grouped' }, N_(reply.grouped, '%d device with a made-up address that shows nothing', '%d devices with made-up addresses that show nothing').format(reply.grouped)) ] : []);
}

// Where the form was or comes the focus goes on. A MAC of the agent is looked for as text.
function focusOn(selector, mac) {
	return () => {
		for (const e of document.querySelectorAll(selector))
			if (e.closest('[data-mac]').getAttribute('data-mac') === mac)
				return e.focus();
	};
}

return view.extend({
	load() {
		return null;
	},

	render() {
		return cg.page({
			title: _('Devices'),
			every: 5,
			load: () => Promise.all([ cg.ask('discover'), cg.status().catch(() => null) ]),
			draw: draw,
			handlers: {
				ask(data) {
					opened[data.mac] = true;
					return focusOn('form[data-mac] input', data.mac);
				},
				cancel(data) {
					delete opened[data.mac];
					return focusOn('[data-do="ask"]', data.mac);
				},
				adopt(data, form) {
					return cg.ask('adopt', { device: data.mac, name: form.name, profile: form.profile || 'none', 'try': form['try'] || undefined }).then((r) => {
						delete opened[data.mac];
						return r.until_s ? _('%s is a camera now, on trial: at %s all is undone unless you keep it.').format(r.name, cg.clock(r.until_s)) :
							_('%s is a camera now.').format(r.name);
					});
				},
				keep(data) {
					return cg.ask('keep', { cam: data.cam }).then(() => _('%s is kept.').format(data.cam));
				},
				undo(data) {
					return cg.confirm(_('Forget %s? It is no camera any more then, and nothing of it is stopped.').format(data.cam), _('Forget'))
						.then((yes) => yes ? cg.ask('forget', { cam: data.cam }).then(() => _('%s is no camera any more.').format(data.cam)) : null);
				},
				forget(data) {
					return cg.confirm(_('Forget what is known of %s? It is new again then.').format(data.name), _('Forget'))
						.then((yes) => yes ? cg.ask('forget', { cam: data.mac }).then(() => _('%s is new again.').format(data.name)) : null);
				},
				release(data) {
					return cg.ask('release', { device: data.mac }).then((r) => r.was_held ? _('%s is let go and is not held again.').format(data.name) : _('%s is never held.').format(data.name));
				},
				probe() {
					return cg.ask('discover_probe').then(() => _('The network was asked; what answered is in the list.'));
				}
			}
		});
	},

	handleSaveApply: null,
	handleSave: null,
	handleReset: null
});
