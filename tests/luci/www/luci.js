// SPDX-License-Identifier: GPL-2.0-only
// A stand-in for LuCI's runtime: what the pages of camgate use of it, with the traps it has, and nothing else.
(function(window, document) {
'use strict';

const query = new URLSearchParams(window.location.search);
const lang = query.get('lang') || 'en';

// ---- translations: LuCI makes its own files of po/*.po, this reads them as they are ----

const translations = {};

function unquote(line) {
	return JSON.parse(line.slice(line.indexOf('"')));
}

function readPo(text) {
	let entry = {}, at = null;
	const end = () => {
		if (entry.msgid && entry.msgstr)
			translations[entry.msgid] = [ entry.msgstr ];
		if (entry.msgid && entry['msgstr[0]'])
			translations[entry.msgid] = translations['\0' + entry.msgid_plural] = [ entry['msgstr[0]'] ];
		entry = {};
	};

	for (const line of text.split('\n')) {
		const word = /^(msgid|msgid_plural|msgstr|msgstr\[\d\]) "/.exec(line);

		if (word) {
			if (word[1] == 'msgid')
				end();
			at = word[1];
			entry[at] = unquote(line);
		}
		else if (line[0] == '"' && at) {
			entry[at] += unquote(line);
		}
		else if (!line.trim() || line[0] == '#') {
			at = null;
		}
	}
	end();
}

// What was asked for and had no translation, for the test to look at.
window.untranslated = new Set();

window._ = function(s) {
	if (translations[s])
		return translations[s][0];
	if (lang != 'en')
		window.untranslated.add(s);
	return s;
};
window.N_ = function(n, one, many) {
	if (translations[one])
		return translations[one][0];
	if (lang != 'en')
		window.untranslated.add(one);
	return n == 1 ? one : many;
};

// Of its placeholders those that are allowed here; another one is an error of the page.
Object.defineProperty(String.prototype, 'format', { value(...args) {
	let n = 0;

	return this.replace(/%(.)/g, (all, type) => {
		switch (type) {
		case '%':
			return '%';
		case 's':
			return n < args.length ? String(args[n++]) : '(%s null)';
		case 'd':
			return n < args.length ? String(Math.floor(+args[n++] || 0)) : '(%d null)';
		}
		throw new Error('format: ' + all);
	});
} });

// ---- trees ----

const dom = {
	elem: (e) => e !== null && typeof e == 'object' && 'nodeType' in e,

	// A list becomes text, even null in it; a lone string is HTML. So it is in LuCI.
	append(node, children) {
		if (Array.isArray(children)) {
			for (const c of children)
				node.appendChild(dom.elem(c) ? c : document.createTextNode(String(c)));
			return node.lastChild;
		}
		if (typeof children == 'function')
			return dom.append(node, children(node));
		if (dom.elem(children))
			return node.appendChild(children);
		if (children !== null && children !== undefined) {
			node.innerHTML = String(children);
			return node.lastChild;
		}
		return null;
	},

	content(node, children) {
		while (node.firstChild)
			node.removeChild(node.firstChild);
		return dom.append(node, children);
	},

	create(html, attrs, children) {
		let node;

		if (!(attrs instanceof Object) || Array.isArray(attrs)) {
			children = attrs;
			attrs = null;
		}
		if (html.charCodeAt(0) == 60) {
			const box = document.createElement('div');

			box.innerHTML = html;
			node = box.firstChild;
		}
		else {
			node = document.createElement(html);
		}
		for (const key in attrs || {}) {
			const v = attrs[key];

			if (v === null || v === undefined)
				continue;
			if (typeof v == 'function')
				node.addEventListener(key, v);
			else
				node.setAttribute(key, typeof v == 'object' ? JSON.stringify(v) : v);
		}
		dom.append(node, children);
		return node;
	}
};

window.E = dom.create;

// ---- classes and modules ----

function extend(base, props) {
	const Made = function(...args) {
		if (this.__init__)
			this.__init__(...args);
	};

	Made.prototype = Object.create(base ? base.prototype : Object.prototype);
	Object.assign(Made.prototype, props);
	Made.prototype.constructor = Made;
	Made.isMade = true;
	Made.extend = (more) => extend(Made, more);
	return Made;
}

const session = query.get('session') || 'admin';
const L = window.L = {
	env: { sessionid: session },
	resource: (path) => '/luci-static/resources/' + path,
	url: (...path) => '/cgi-bin/luci/' + path.join('/'),
	hasViewPermission: () => session == 'admin' ? true : false,
	require
};

const STATUS = [ 'Command OK', 'Invalid command', 'Invalid argument', 'Method not found', 'Resource not found', 'No data received',
	'Permission denied', 'Request timeout', 'Not supported', 'Unspecified error', 'Connection lost' ];
let id = 1;

const rpc = {
	declare: (options) => (...args) => {
		const params = {};

		(options.params || []).forEach((name, i) => {
			params[name] = args[i];
		});
		return window.fetch('/cgi-bin/ubus', { method: 'POST', headers: { 'Content-Type': 'application/json' },
			body: JSON.stringify({ jsonrpc: '2.0', id: id++, method: 'call', params: [ session, options.object, options.method, params ] }) })
			.then((response) => {
				if (!response.ok)
					throw new Error('HTTP error ' + response.status);
				return response.json();
			}).then((msg) => {
				if (msg.error)
					throw new Error(msg.error.message);
				return msg.result.length > 1 ? msg.result[1] : msg.result[0];
			});
	},
	getStatusText: (n) => STATUS[n] || 'Unknown error code'
};

const polled = [];
const poll = {
	add(fn, seconds) {
		polled.push({ fn, seconds });
		return true;
	}
};
let second = 0, polling = false;

window.setInterval(() => {
	second++;
	if (polling)
		return;
	polling = true;
	Promise.all(polled.filter((p) => second % p.seconds == 0).map((p) => p.fn())).catch(() => null).then(() => {
		polling = false;
	});
}, 1000);

const View = extend(null, {
	__init__() {
		const at = document.getElementById('view');

		dom.content(at, [ dom.create('div', { 'class': 'spinning' }, [ 'Loading view…' ]) ]);
		Promise.resolve(this.load()).then((data) => this.render(data)).then((nodes) => {
			dom.content(at, nodes);
			// Save and apply would stand here.
			if (this.handleSaveApply !== null || this.handleSave !== null || this.handleReset !== null)
				throw new Error('a view of this app has nothing to save');
			window.viewReady = true;
		}).catch((e) => {
			window.viewError = String(e && e.stack || e);
		});
	}
});

const modules = { baseclass: Promise.resolve({ extend: (props) => extend(null, props) }), dom: Promise.resolve(dom), poll: Promise.resolve(poll),
	rpc: Promise.resolve(rpc), view: Promise.resolve(View) };

// The strings that a source begins with: 'require a.b as c'. Comments are passed over.
function requires(source) {
	const list = [];
	let rest = source;

	for (;;) {
		rest = rest.replace(/^(\s|;|\/\/[^\n]*\n|\/\*[^]*?\*\/)+/, '');
		const found = /^(['"])([^'"]*)\1/.exec(rest);

		if (!found)
			return list;
		const need = /^require[ \t]+(\S+)(?:[ \t]+as[ \t]+([a-zA-Z_]\S*))?$/.exec(found[2]);

		if (need)
			list.push({ name: need[1], as: need[2] || need[1].replace(/[^a-zA-Z0-9]/g, '_') });
		rest = rest.slice(found[0].length);
	}
}

function require(name) {
	if (!modules[name]) {
		const url = L.resource(name.replace(/\./g, '/') + '.js');

		modules[name] = window.fetch(url, { cache: 'no-store' }).then((r) => {
			if (!r.ok)
				throw new Error(url + ': ' + r.status);
			return r.text();
		}).then((source) => {
			const needs = requires(source);

			return Promise.all(needs.map((n) => require(n.name))).then((loaded) => {
				const factory = (0, window.eval)('(function(window, document, L' + needs.map((n) => ', ' + n.as).join('') + ') { ' + source + '\n})\n//# sourceURL=' + url);
				const made = factory(window, document, L, ...loaded);

				if (typeof made != 'function' || !made.isMade)
					throw new Error(name + ' returns no class');
				return new made();
			});
		});
	}
	return modules[name];
}

// ---- the page ----

window.errors = [];
window.addEventListener('error', (e) => window.errors.push(e.message));
window.addEventListener('unhandledrejection', (e) => window.errors.push(String(e.reason && e.reason.stack || e.reason)));

if (query.get('dark'))
	document.documentElement.setAttribute('data-darkmode', 'true');
document.documentElement.lang = lang.replace('_', '-');

(lang == 'en' ? Promise.resolve() : window.fetch('/po/' + lang + '.po').then((r) => r.text()).then(readPo))
	.then(() => window.fetch('/menu.json')).then((r) => r.json()).then((menu) => {
		for (const path of Object.keys(menu).sort((a, b) => menu[a].order - menu[b].order)) {
			const to = menu[path].action, at = new URLSearchParams(query);

			if (to.type != 'view')
				continue;
			at.set('view', to.path);
			document.getElementById('menu').appendChild(dom.create('li', {}, [ dom.create('a', { 'href': '/?' + at }, [ window._(menu[path].title) ]) ]));
		}
		return require('view.' + query.get('view').replace(/\//g, '.'));
	}).catch((e) => {
		window.viewError = String(e && e.stack || e);
	});
})(window, document);
