// SPDX-License-Identifier: GPL-2.0-only
// What is wrong with the page that is shown: a list of words, empty for a page as it should be. Run by the test in the browser.
const found = [], root = document.querySelector('.camgate');
const all = (s) => [ ...document.querySelectorAll(s) ];
const inside = (s) => root ? [ ...root.querySelectorAll(s) ] : [];
const bad = (text, e) => found.push(text + (e ? ': ' + e.outerHTML.slice(0, 120) : ''));
const shown = (e) => e.getClientRects().length > 0;

if (window.viewError)
	bad('the view failed: ' + window.viewError);
for (const e of window.errors || [])
	bad('an error: ' + e);
if (!root)
	return found.concat('no page');
for (const s of window.untranslated || [])
	bad('not translated: ' + s);

// Nothing of what was said by others became a part of the page.
if (window.ran)
	bad('a name has run');
for (const e of all('body script, #view img, #view iframe, #view object, #view embed, #view b, #view i, #view style'))
	if (!/^\/luci\.js$/.test(e.getAttribute('src') || ''))
		bad('an element that no page makes', e);
for (const e of all('#view *, dialog *'))
	for (const a of e.attributes)
		if (/^on/i.test(a.name))
			bad('a handler in an attribute', e);

// What a screen reader is told.
const name = (e) => e.getAttribute('aria-label') || (e.getAttribute('aria-labelledby') || '').split(' ').map((id) => (document.getElementById(id) || {}).textContent).join('') ||
	(e.labels && e.labels.length ? e.labels[0].textContent : '') || (e.nodeName == 'BUTTON' || e.nodeName == 'A' || e.nodeName == 'SUMMARY' ? e.textContent : '');
for (const e of inside('button, input, select, summary, a, section, table, form[aria-label], svg, [role="group"]'))
	if (shown(e) && !(name(e) || '').trim())
		bad('has no name', e);
for (const e of inside('[aria-labelledby], [aria-describedby], label[for]'))
	for (const id of (e.getAttribute('aria-labelledby') || e.getAttribute('aria-describedby') || e.getAttribute('for')).split(' '))
		if (!document.getElementById(id))
			bad('names by what is not there', e);
const ids = all('[id]').map((e) => e.id);
ids.filter((id, i) => ids.indexOf(id) != i).forEach((id) => bad('an id twice: ' + id));
let level = 1;
for (const h of inside('h2, h3, h4')) {
	if (+h.nodeName[1] > level + 1)
		bad('a heading that skips a level', h);
	level = +h.nodeName[1];
}
if (!inside('[aria-live], [role="alert"]').length)
	bad('nothing tells a screen reader of changes');
for (const t of inside('table'))
	if (!t.querySelector('th[scope]') || [ ...t.querySelectorAll('tr, td, th') ].some((e) => !e.getAttribute('role')))
		bad('a table that is none where it is laid out as blocks', t);
for (const s of inside('svg')) {
	const t = s.closest('.cg-plot') && s.closest('.cg-plot').querySelector('table');

	if (!t || t.querySelectorAll('tbody tr').length < s.querySelectorAll('text').length)
		bad('a plot without its table', s);
}
for (const e of inside('button, input, select, summary, a'))
	if (e.tabIndex < 0)
		bad('not reached by the keyboard', e);

// What is seen: within the page, large enough to be hit, and told from what is behind it.
const page = document.documentElement;
if (page.scrollWidth > page.clientWidth)
	bad('wider than the screen by ' + (page.scrollWidth - page.clientWidth));
for (const e of inside('*')) {
	const r = e.getBoundingClientRect();

	if (shown(e) && !(e instanceof SVGElement) && (r.right > page.clientWidth + 1 || r.left < -1))
		bad('out of the screen', e);
}
for (const e of inside('button, input, select, summary'))
	if (shown(e) && (e.getBoundingClientRect().height < 24 || e.getBoundingClientRect().width < 24))
		bad('too small to hit', e);
for (const e of inside('svg text')) {
	const r = e.getBoundingClientRect(), box = e.closest('svg').getBoundingClientRect();

	if (r.right > box.right + 1 || r.left < box.left - 1)
		bad('out of its plot', e);
}
const numbers = (c) => (/rgba?\(([^)]*)\)/.exec(c) || [ '', '0,0,0,0' ])[1].split(/[ ,/]+/).map(Number);
const light = (c) => {
	const [ r, g, b ] = c.map((v) => {
		v /= 255;
		return v <= 0.03928 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4);
	});

	return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a, b) => {
	const [ x, y ] = [ light(a.slice(0, 3)), light(b.slice(0, 3)) ].sort((p, q) => q - p);

	return (x + 0.05) / (y + 0.05);
};
const behind = (e) => {
	for (; e; e = e.parentElement) {
		const style = getComputedStyle(e), c = numbers(style.backgroundColor);

		if (style.backgroundImage != 'none')
			return (style.backgroundImage.match(/rgba?\([^)]*\)/g) || []).map(numbers);
		if (c.length < 4 || c[3] > 0.9)
			return [ c ];
	}
	return [ [ 255, 255, 255 ] ];
};
const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
const seen = new Set();
while (walk.nextNode()) {
	const e = walk.currentNode.parentElement, style = getComputedStyle(e);

	if (!walk.currentNode.data.trim() || !shown(e) || seen.has(e))
		continue;
	seen.add(e);
	const ink = numbers(e instanceof SVGElement ? style.fill : style.color);
	const worst = Math.min(...behind(e).map((b) => contrast(ink, b)));

	if (worst < 4.5)
		bad('hard to read (' + worst.toFixed(1) + ')', e);
}
return [ ...new Set(found) ];
