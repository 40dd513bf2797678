// SPDX-License-Identifier: GPL-2.0-only
// The cameras: what each may do now and until when, and the buttons that change it.
'use strict';
'require view';
'require camgate.common as cg';
'require camgate.sentences as sentences';

const el = cg.el;

function stateOf(cam, off) {
	if (off)
		return cg.state('bad', _('off: nothing is stopped'));
	if (cam.mode == 'monitor')
		return cg.state('warn', _('monitored only: nothing is stopped'));
	switch (cam.exposure) {
	case 'open':
		return cg.state('warn', cam.to && cam.to != 'all' ? _('open: can be watched from outside, by %s only').format(cam.to) :
			_('open: can be watched from outside'));
	case 'closed':
		return cg.state('good', _('closed: talks to its maker, nobody can watch'));
	case 'sealed':
		return cg.state('good', _('sealed: nothing leaves'));
	}
	return cg.state('none', cam.exposure);
}

function reasonOf(cam) {
	const reasons = {
		config: _('as configured'),
		manual: _('by hand'),
		opening: _('opened by hand'),
		schedule: _('by schedule'),
		quota: _('its quota for today is used up')
	};

	return reasons[cam.why] || cam.why;
}

function stateName(word) {
	const names = { open: _('open'), closed: _('closed'), sealed: _('sealed') };

	return names[word] || word;
}

function scheduleOf(s) {
	const parts = [ stateName(s.now) ];

	if (!s.clock_right)
		parts.push(_('the clock is not known to be right, so nothing opens'));
	if (s.window)
		parts.push(s.window);
	if (s.until_s)
		parts.push(_('from %s on: %s').format(cg.clock(s.until_s), stateName(s.next)));
	return parts.join('; ');
}

function quotaOf(q) {
	const parts = [];

	if (q.upload_limit)
		parts.push(_('sent %s of %s').format(cg.size(q.upload_bytes), cg.size(q.upload_limit)));
	if (q.open_limit_s)
		parts.push(_('open for %s of %s').format(cg.span(q.open_s), cg.span(q.open_limit_s)));
	return parts.join('; ');
}

function stopsOf(stop) {
	const what = sentences.sign(stop);

	return N_(stop.count, 'Viewing was stopped %d time within a day, at %s: %s', 'Viewing was stopped %d times within a day, the last at %s: %s')
		.format(stop.count, cg.clock(stop.last_s), stop.peer) + (what ? ' (' + what + ')' : '');
}

function factsOf(cam) {
	const q = cam.quota ? quotaOf(cam.quota) : '';
	const facts = [
		[ _('Stopped'), '%s, %s'.format(N_(cam.stopped.packets, '%d packet', '%d packets').format(cam.stopped.packets), cg.size(cam.stopped.bytes)) ],
		[ _('Passed'), cg.size(cam.passed.bytes) ],
		[ _('Last seen'), cam.seen == 'never' ? cg.state('bad', _('never: check its MAC, and that it is switched on')) :
			(cam.port ? _('%s ago, on %s').format(cg.span(cam.seen), cam.port) : _('%s ago').format(cg.span(cam.seen))) ]
	];

	if (cam.profile)
		facts.push([ _('Profile'), '%s: %s'.format(cam.profile, sentences.profile(cam)) ]);
	if (cam.schedule)
		facts.push([ _('Schedule'), scheduleOf(cam.schedule) ]);
	if (q)
		facts.push([ _('Today'), q ]);
	return el('dl', { 'class': 'cg-facts', 'data-key': 'facts' }, facts.map((f) => [ el('dt', {}, f[0]), el('dd', {}, f[1]) ]));
}

function controlsOf(cam, st) {
	const id = cam.id, open = cam.exposure == 'open', by_hand = cam.why == 'manual' || cam.why == 'opening';
	const pressed = (on) => on ? 'true' : 'false';

	return el('div', { 'class': 'cg-row', 'data-key': 'controls', 'role': 'group', 'aria-label': _('What %s may do').format(cam.name) }, [
		el('form', { 'class': 'cg-in', 'data-key': 'open', 'data-do': 'open', 'data-cam': id, 'data-name': cam.name, 'data-sealed': cam.exposure == 'sealed' }, [
			el('label', {}, [ _('Minutes'), el('input', { 'type': 'number', 'class': 'cbi-input-text', 'name': 'minutes', 'value': '30', 'min': '1', 'max': '1440', 'required': true, 'aria-label': _('Minutes that %s is open').format(cam.name) }) ]),
			st.viewers && st.viewers.length ? el('label', {}, [ _('Viewer'), el('select', { 'name': 'to', 'class': 'cbi-input-select', 'aria-label': _('Who may watch %s').format(cam.name) }, [
				el('option', { 'value': '' }, _('as configured')), el('option', { 'value': 'all' }, _('anyone')) ].concat(
				st.viewers.map((v) => el('option', { 'value': v }, v)))) ]) : null,
			el('button', { 'type': 'submit', 'class': 'btn cbi-button', 'aria-pressed': pressed(open), 'aria-label': _('Open %s').format(cam.name) }, open && cam.until_s ? _('Open anew') : _('Open'))
		]),
		cg.button('close', { cam: id, name: cam.name }, _('Close'), { 'aria-pressed': pressed(cam.exposure == 'closed'), 'aria-label': _('Close %s').format(cam.name) }),
		cg.button('seal', { cam: id, name: cam.name }, _('Seal'), { 'aria-pressed': pressed(cam.exposure == 'sealed'), 'aria-label': _('Seal %s').format(cam.name) }),
		by_hand ? cg.button('auto', { cam: id, name: cam.name }, _('As configured'), { 'aria-label': _('%s as configured').format(cam.name) }) : null
	]);
}

function trialOf(cam, trial) {
	return el('div', { 'class': 'cg-row', 'data-key': 'trial' }, [
		cg.state('warn', _('adopted on trial, undone by itself in')), el('span', { 'class': 'cg-left', 'role': 'timer', 'data-until': trial.until_s }, ''),
		cg.mayWrite() ? cg.button('keep', { cam: cam.id, name: cam.name }, _('Keep'), { 'aria-label': _('Keep %s').format(cam.name) }) : null,
		cg.mayWrite() ? cg.button('forget', { cam: cam.id, name: cam.name }, _('Forget'), { 'aria-label': _('Forget %s').format(cam.name) }) : null
	]);
}

function cardOf(cam, st) {
	const stop = (st.stopped_lately || []).filter((s) => s.id == cam.id)[0];
	const trial = (st.trials || []).filter((t) => t.id == cam.id)[0];

	return el('section', { 'class': 'cg-card', 'data-key': cam.id, 'aria-label': cam.name }, [
		el('div', { 'class': 'cg-head', 'data-key': 'head' }, [
			el('h3', {}, cam.name),
			el('span', {}, [ stateOf(cam, st.off_until_s), ' (', reasonOf(cam), ')' ])
		]),
		cam.until_s && cam.why == 'opening' ? el('p', { 'data-key': 'left' }, [ _('Closes in') + ' ', el('span', { 'class': 'cg-left', 'role': 'timer', 'data-until': cam.until_s }, ''),
			' ' + _('(at %s)').format(cg.clock(cam.until_s)) ]) : null,
		trial ? trialOf(cam, trial) : null,
		stop ? el('p', { 'data-key': 'stop' }, cg.state('bad', stopsOf(stop))) : null,
		cg.mayWrite() ? controlsOf(cam, st) : null,
		factsOf(cam)
	]);
}

function enforcement(st) {
	if (st.off_until_s)
		return [ cg.state('bad', _('Off: everything passes, for')), ' ', el('span', { 'class': 'cg-left', 'role': 'timer', 'data-until': st.off_until_s }, ''), ' ',
			cg.mayWrite() ? cg.button('on', {}, _('End it now')) : null ];
	switch (st.enforced) {
	case 'full':
		return [ cg.state('good', N_(st.ports.length, 'Enforced on %d port', 'Enforced on %d ports').format(st.ports.length)) ];
	case 'partial':
		return [ cg.state('bad', _('Only partly enforced')) ];
	}
	return [ cg.state('bad', _('Not enforced: everything passes')) ];
}

function draw(st) {
	// Devices that are held are on a page of their own.
	const cams = (st.cams || []).filter((cam) => !cam.held);
	const attention = (st.attention || []).map((text) => el('li', { 'data-key': text }, sentences.own(text)));

	if (st.lost_events)
		attention.push(el('li', {}, N_(st.lost_events, '%d report of the packet path was lost; no verdict is affected', '%d reports of the packet path were lost; no verdict is affected').format(st.lost_events)));
	return [
		el('section', { 'class': 'cg-card', 'data-key': ' enforced', 'aria-label': _('Enforcement') }, [
			el('div', { 'class': 'cg-row' }, enforcement(st)),
			attention.length ? el('h3', { 'style': 'margin-top: .6em' }, _('Needs attention')) : null,
			attention.length ? el('ul', {}, attention) : null
		])
	].concat(cams.map((cam) => cardOf(cam, st)),
		cams.length ? [] : [ el('p', { 'data-key': ' none' }, _('No camera is configured: nothing is held back. The page Devices lists what may be one.')) ]);
}

return view.extend({
	load() {
		return null;
	},

	render() {
		return cg.page({
			title: _('Cameras'),
			every: 3,
			load: cg.status,
			draw: draw,
			handlers: {
				open(data, form) {
					const go = data.sealed === undefined ? Promise.resolve(true) :
						cg.confirm(_('%s is sealed. Open it all the same?').format(data.name), _('Open'));

					return go.then((yes) => yes ? cg.ask('open', { cam: data.cam, time: form.minutes + 'm', to: form.to || undefined, force: data.sealed !== undefined || undefined })
						.then((r) => r.cams && r.cams[0] && r.cams[0].cut_by ? _('%s is open, for what its quota leaves of today.').format(data.name) :
							N_(+form.minutes, '%s is open for %d minute.', '%s is open for %d minutes.').format(data.name, +form.minutes)) : null);
				},
				close(data) {
					return cg.ask('close', { cam: data.cam }).then((r) => r.cams && r.cams[0] && r.cams[0].exposure == 'sealed' ?
						_('%s stays sealed; \'As configured\' lifts a seal by hand.').format(data.name) : _('%s is closed.').format(data.name));
				},
				seal(data) {
					return cg.ask('seal', { cam: data.cam }).then(() => _('%s is sealed.').format(data.name));
				},
				auto(data) {
					return cg.ask('auto', { cam: data.cam }).then(() => _('%s is as configured.').format(data.name));
				},
				keep(data) {
					return cg.ask('keep', { cam: data.cam }).then(() => _('%s is kept.').format(data.name));
				},
				forget(data) {
					return cg.confirm(_('Forget %s? It is no camera any more then, and nothing of it is stopped.').format(data.name), _('Forget'))
						.then((yes) => yes ? cg.ask('forget', { cam: data.cam }).then(() => _('%s is no camera any more.').format(data.name)) : null);
				},
				on() {
					return cg.ask('on').then(() => _('The policy is in force again.'));
				}
			}
		});
	},

	handleSaveApply: null,
	handleSave: null,
	handleReset: null
});
