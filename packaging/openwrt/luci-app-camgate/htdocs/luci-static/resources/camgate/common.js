// SPDX-License-Identifier: GPL-2.0-only
// What all pages stand on: calls to the agent, words for numbers, and a tree that changes in place.
'use strict';
'require baseclass';
'require poll';
'require rpc';
'require camgate.sentences as sentences';

// Each call and the names of its arguments, as ubus has them.
const CALLS = {
	adopt: [ 'device', 'name', 'profile', 'try' ],
	audit: [ 'cam' ],
	audit_probe: [ 'cam' ],
	auto: [ 'cam' ],
	close: [ 'cam' ],
	discover: [],
	discover_probe: [],
	forget: [ 'cam', 'force' ],
	keep: [ 'cam' ],
	log: [ 'since', 'cam' ],
	on: [],
	open: [ 'cam', 'time', 'to', 'force' ],
	release: [ 'device' ],
	seal: [ 'cam' ],
	sessions: [ 'cam' ],
	status: []
};

const NO_AGENT = 3;

const declared = {};

for (const method in CALLS)
	declared[method] = rpc.declare({ object: 'camgate', method, params: CALLS[method] });

// Resolves to the agent's answer; an answer that is a failure is an Error with what the agent says.
function ask(method, args) {
	return declared[method](...CALLS[method].map((name) => (args || {})[name])).then((reply) => {
		let e;

		if (reply !== null && typeof reply == 'object' && !reply.error && reply.ok !== false)
			return reply;
		if (reply === null || typeof reply != 'object')
			throw new Error(rpc.getStatusText ? rpc.getStatusText(reply) : String(reply));
		e = new Error(reply.code == NO_AGENT ? _('camgate is not running: what was in force goes on, but nothing can be shown or changed here.') :
			sentences.own(reply.error || '?'));
		e.hint = reply.code == NO_AGENT ? null : reply.hint;
		throw e;
	});
}

// ---- words ----

// Of the same width in every locale: 1.2 MB.
function size(bytes) {
	const units = [ 'B', 'kB', 'MB', 'GB', 'TB' ];
	let n = Math.max(0, +bytes || 0), u = 0;

	while (n >= 1000 && u < units.length - 1) {
		n /= 1000;
		u++;
	}
	return '%s %s'.format(u && n < 100 ? n.toFixed(1) : Math.round(n), units[u]);
}

function span(seconds) {
	const s = Math.max(0, Math.floor(+seconds || 0));

	if (s < 60)
		return _('%d s').format(s);
	if (s < 3600)
		return _('%d min').format(Math.floor(s / 60));
	if (s < 86400)
		return _('%d h %d min').format(Math.floor(s / 3600), Math.floor(s % 3600 / 60));
	return N_(Math.floor(s / 86400), '%d day', '%d days').format(Math.floor(s / 86400));
}

// 1:05:09, 5:09
function countdown(seconds) {
	const s = Math.max(0, Math.ceil(seconds)), two = (n) => (n < 10 ? '0' : '') + n;

	return (s >= 3600 ? Math.floor(s / 3600) + ':' + two(Math.floor(s % 3600 / 60)) : String(Math.floor(s / 60))) + ':' + two(s % 60);
}

// How far the agent's clock is ahead of the browser's, in seconds.
let ahead = 0;

function now() {
	return Date.now() / 1000 + ahead;
}

// A point in time, in the browser's zone; the date where it is not today.
function clock(epoch) {
	const at = new Date(epoch * 1000), lang = document.documentElement.lang || undefined;
	const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };

	if (at.toDateString() == new Date(now() * 1000).toDateString())
		return at.toLocaleTimeString(lang, time);
	return at.toLocaleString(lang, Object.assign({ year: 'numeric', month: '2-digit', day: '2-digit' }, time));
}

function status() {
	return ask('status').then((reply) => {
		if (reply.now_s)
			ahead = reply.now_s - Date.now() / 1000;
		return reply;
	});
}

// ---- trees ----

// E() reads a lone string as HTML and writes null as a word: here all is text, and null is nothing.
function el(tag, attrs, children) {
	const list = (Array.isArray(children) ? children : [ children ]).flat(Infinity)
		.filter((c) => c !== null && c !== undefined && c !== false);
	const set = {};

	for (const key in attrs || {})
		if (attrs[key] !== null && attrs[key] !== undefined && attrs[key] !== false)
			set[key] = attrs[key] === true ? '' : attrs[key];
	return E(tag, set, list.map((c) => c instanceof Node ? c : String(c)));
}

function svg(tag, attrs, children) {
	const node = document.createElementNS('http://www.w3.org/2000/svg', tag);

	for (const key in attrs || {})
		node.setAttribute(key, attrs[key]);
	for (const c of children || [])
		node.appendChild(c instanceof Node ? c : document.createTextNode(c));
	return node;
}

function keyOf(node) {
	return node.nodeType == Node.ELEMENT_NODE ? node.getAttribute('data-key') : null;
}

function attributes(from, to) {
	for (const a of Array.from(from.attributes))
		if (!to.hasAttribute(a.name) && !(from.nodeName == 'DETAILS' && a.name == 'open'))
			from.removeAttribute(a.name);
	for (const a of to.attributes)
		if (from.getAttribute(a.name) !== a.value)
			from.setAttribute(a.name, a.value);
}

// The children of `from` become those of `to`; nodes that stay are the same nodes, so that neither
// the focus nor what is typed nor the place of a screen reader is lost.
function morph(from, to) {
	const keyed = new Map(), wanted = new Set();
	let at = from.firstChild;

	for (const c of from.children)
		if (keyOf(c) !== null)
			keyed.set(keyOf(c), c);
	for (const c of to.children)
		wanted.add(keyOf(c));
	for (const next of Array.from(to.childNodes)) {
		// What is gone goes first: those behind it stay where they are, and nothing that has the focus is moved.
		while (at && keyOf(at) !== null && !wanted.has(keyOf(at))) {
			const gone = at;

			at = at.nextSibling;
			gone.remove();
		}

		const key = keyOf(next);
		const same = key !== null ? keyed.get(key) :
			at && at.nodeName == next.nodeName && keyOf(at) === null ? at : null;

		if (!same || same.nodeName != next.nodeName) {
			from.insertBefore(next, at);
			continue;
		}
		if (same === at)
			at = at.nextSibling;
		else
			from.insertBefore(same, at);
		if (same.nodeType != Node.ELEMENT_NODE) {
			if (same.data !== next.data)
				same.data = next.data;
			continue;
		}
		attributes(same, next);
		if (same.nodeName != 'TEXTAREA')
			morph(same, next);
	}
	while (at) {
		const gone = at;

		at = at.nextSibling;
		gone.remove();
	}
}

// Columns: [ title, class ]; rows: { key, cells }, a cell is a text, a node or a list of both. Roles
// are written out: on narrow screens themes lay tables out as blocks, and then they are none.
function table(caption, columns, rows, none) {
	return el('table', { 'class': 'table', 'role': 'table', 'aria-label': caption }, [
		el('thead', { 'role': 'rowgroup' }, el('tr', { 'class': 'tr table-titles', 'role': 'row' },
			columns.map((c) => el('th', { 'class': 'th ' + (c[1] || ''), 'scope': 'col', 'role': 'columnheader' }, c[0])))),
		el('tbody', { 'role': 'rowgroup' }, rows.length ? rows.map((r) => el('tr', { 'class': 'tr', 'role': 'row', 'data-key': r.key },
			r.cells.map((cell, i) => el('td', { 'class': 'td ' + (columns[i][1] || ''), 'role': 'cell', 'data-title': columns[i][0] }, cell)))) :
			el('tr', { 'class': 'tr', 'role': 'row', 'data-key': ' none' }, el('td', { 'class': 'td', 'role': 'cell', 'colspan': columns.length }, none)))
	]);
}

// A state is a sign and a word; its colour says nothing more. kind: good, bad, warn, none.
function state(kind, text) {
	const signs = { good: '✓', bad: '✕', warn: '!', none: '·' };

	return el('span', { 'class': 'cg-state cg-' + kind }, [ el('span', { 'class': 'cg-sign', 'aria-hidden': 'true' }, signs[kind]), text ]);
}

function button(action, data, text, attrs) {
	const set = { 'type': 'button', 'class': 'btn cbi-button', 'data-do': action, 'data-key': ' ' + action };

	for (const key in data || {})
		set['data-' + key] = data[key];
	return el('button', Object.assign(set, attrs || {}), text);
}

// Who may only read is not shown what he may not do.
function mayWrite() {
	return L.hasViewPermission ? L.hasViewPermission() !== false : true;
}

// ---- a page ----

// title; load(): what draw(answer) makes a list of nodes of; every: seconds; handlers: by data-do,
// called with the data of the element and, of a form, its fields; a text they promise is said, a function called.
function page(options) {
	const body = el('div', { 'class': 'cg-body' });
	const said = el('div', { 'class': 'cg-said', 'role': 'status', 'aria-live': 'polite' });
	const failed = el('div', { 'class': 'cg-said', 'role': 'alert' });
	const root = el('div', { 'class': 'camgate' }, [
		el('link', { 'rel': 'stylesheet', 'href': L.resource('camgate/camgate.css') }),
		el('h2', { 'id': 'cg-title' }, options.title), said, failed, body
	]);
	const busy = new Set();
	let last = null, away = 0;

	const say = (text) => {
		morph(failed, el('div'));
		morph(said, el('div', {}, text ? el('p', { 'class': 'alert-message notice' }, text) : null));
	};
	const fail = (e) => {
		morph(said, el('div'));
		morph(failed, el('div', {}, el('div', { 'class': 'alert-message cg-failed' }, [
			el('p', {}, [ el('strong', {}, _('It failed:') + ' '), e.message ]), e.hint ? el('p', {}, e.hint) : null ])));
	};
	const draw = () => {
		const held = document.activeElement;

		if (last === null)
			return;
		morph(body, el('div', {}, options.draw(last)));
		tick();
		if (held && held !== document.activeElement && root.contains(held))
			held.focus();
	};
	// A row that could not be read anew is no news: only what stays away is said.
	const load = () => Promise.resolve(options.load()).then((answer) => {
		if (away)
			morph(failed, el('div'));
		away = 0;
		last = answer;
		draw();
	}, (e) => {
		if (away++ == 0)
			fail(e);
	});
	const tick = () => {
		for (const e of root.querySelectorAll('[data-until]')) {
			const left = countdown(e.getAttribute('data-until') - now());

			if (e.textContent !== left)
				e.textContent = left;
		}
	};
	const act = (e, fields) => {
		const handler = options.handlers[e.getAttribute('data-do')];
		const pressed = e.nodeName == 'FORM' ? e.querySelector('[type="submit"]') : e;

		if (!handler || busy.has(pressed))
			return;
		// `disabled` would take the focus away.
		busy.add(pressed);
		pressed.setAttribute('aria-disabled', 'true');
		pressed.classList.add('spinning');
		Promise.resolve().then(() => handler(e.dataset, fields || {})).then((news) => load().then(() => {
			if (typeof news == 'function')
				news();
			else if (news)
				say(news);
		}), (error) => load().then(() => fail(error))).then(() => {
			busy.delete(pressed);
			pressed.removeAttribute('aria-disabled');
			pressed.classList.remove('spinning');
			if (!document.activeElement || document.activeElement === document.body)
				refocus(e);
		});
	};
	// What was pressed is gone with its row: the reader goes on at the top, not outside the page.
	const refocus = (e) => {
		const h = e.isConnected ? null : root.querySelector('h2');

		if (h) {
			h.setAttribute('tabindex', '-1');
			h.focus();
		}
	};

	root.addEventListener('click', (ev) => {
		const e = ev.target.closest('[data-do]');

		if (e && e.nodeName != 'FORM' && e.nodeName != 'SELECT')
			act(e);
	});
	root.addEventListener('change', (ev) => {
		if (ev.target.nodeName == 'SELECT' && ev.target.hasAttribute('data-do'))
			act(ev.target, { value: ev.target.value });
	});
	root.addEventListener('submit', (ev) => {
		ev.preventDefault();
		if (ev.target.hasAttribute('data-do'))
			act(ev.target, Object.fromEntries(new FormData(ev.target)));
	});
	window.setInterval(tick, 250);
	if (options.every)
		poll.add(load, options.every);
	return load().then(() => root);
}

// Asks in a dialogue of the browser's own: it holds the focus and gives it back. Resolves to yes or no.
function confirm(text, yes) {
	return new Promise((resolve) => {
		const dialog = el('dialog', { 'class': 'camgate cg-dialog', 'aria-labelledby': 'cg-ask' }, [
			el('p', { 'id': 'cg-ask' }, text),
			el('div', { 'class': 'cg-row' }, [ el('button', { 'type': 'button', 'class': 'btn cbi-button', 'value': 'no' }, _('Cancel')),
				el('button', { 'type': 'button', 'class': 'btn cbi-button', 'value': 'yes' }, yes) ])
		]);

		dialog.addEventListener('click', (ev) => {
			if (ev.target.nodeName == 'BUTTON')
				dialog.close(ev.target.value);
		});
		dialog.addEventListener('close', () => {
			dialog.remove();
			resolve(dialog.returnValue == 'yes');
		});
		document.body.appendChild(dialog);
		dialog.showModal();
	});
}

return baseclass.extend({ ask, button, clock, confirm, countdown, el, mayWrite, now, page, size, span, state, status, svg, table });
