/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads tests/discover/NAME.txt: devices, and the frames each sends. A line is words, quoted
 * where they hold blanks, with \xHH, \r, \n, \" and \\ in them; key=value where so named:
 *
 * list NAME n,n,…                options of DHCP, asked for by @NAME
 * device WORDS                   begins one
 * mac M
 * dhcp [name=] [class=] [list=] [of=MAC]      dhcp6 [name=] [class=]
 * mdns INSTANCE._type._tcp host= txt=a=b|c    claim HOST    ask _type._tcp
 * search ST [agent=]             notify NT server= location=
 * hello|match|probe TYPES [scopes=]           WS-Discovery
 * udp SPORT DPORT [to=A] BYTES…  @N: zeros up to N; $mac its six bytes, $MAC as a text
 * tcp SPORT BYTES…
 */
#ifndef CG_TEST_CORPUS_H
#define CG_TEST_CORPUS_H

#include <stdio.h>
#include <stdlib.h>
#include "frames.h"

#define CORPUS_DEVICES 160
#define CORPUS_FRAMES  12
#define CORPUS_WORDS   48
#define CORPUS_LISTS   16

struct corpus_device {
	char name[96];
	struct cg_mac mac;
	struct cg_heard frame[CORPUS_FRAMES];
	size_t n;
};

struct corpus {
	struct corpus_device device[CORPUS_DEVICES];
	size_t n;
	struct {
		char name[32];
		uint8_t option[32];
		size_t n;
	} list[CORPUS_LISTS];
	size_t nlist;
};

struct corpus_word {
	char s[1200];
	size_t n;
};

static inline void corpus_fault(const char *file, int line, const char *why)
{
	fprintf(stderr, "%s:%d: %s\n", file, line, why);
	abort();
}

static inline const char *corpus_next(const char *s, struct corpus_word *w)
{
	bool quoted = false;

	w->n = 0;
	while (*s == ' ')
		s++;
	if (!*s || *s == '\n')
		return NULL;
	for (; *s && *s != '\n' && (quoted || *s != ' '); s++) {
		char c = *s;

		if (c == '"') {
			quoted = !quoted;
			continue;
		}
		if (c == '\\') {
			c = *++s;
			if (c == 'x') {
				c = (char)strtol((char[]){ s[1], s[2], 0 }, NULL, 16);
				s += 2;
			} else if (c == 'r' || c == 'n') {
				c = c == 'r' ? '\r' : '\n';
			}
		}
		if (w->n + 1 < sizeof(w->s))
			w->s[w->n++] = c;
	}
	w->s[w->n] = '\0';
	return s;
}

static struct corpus_word corpus_words[CORPUS_WORDS];

/* NULL: no such key. */
static inline const char *corpus_value(size_t n, const char *key)
{
	size_t len = strlen(key);

	for (size_t i = 1; i < n; i++)
		if (!strncmp(corpus_words[i].s, key, len) && corpus_words[i].s[len] == '=')
			return corpus_words[i].s + len + 1;
	return NULL;
}

static inline const char *corpus_must(size_t n, const char *key)
{
	const char *value = corpus_value(n, key);

	return value ? value : "";
}

static inline size_t corpus_numbers(const char *s, uint8_t *ret, size_t max)
{
	size_t n = 0;

	while (*s && n < max) {
		ret[n++] = (uint8_t)strtoul(s, (char **)&s, 10);
		s += *s == ',';
	}
	return n;
}

static inline struct bytes corpus_dhcp(const struct corpus *c, const struct corpus_device *d,
				       size_t n)
{
	const char *list = corpus_value(n, "list"), *of = corpus_value(n, "of");
	const uint8_t *options = NULL;
	struct cg_mac mac = d->mac;
	uint8_t own[32];
	size_t count = 0;

	if (of && cg_mac_parse(of, &mac))
		abort();
	for (size_t i = 0; list && *list == '@' && i < c->nlist; i++)
		if (!strcmp(c->list[i].name, list + 1)) {
			options = c->list[i].option;
			count = c->list[i].n;
		}
	if (list && *list != '@') {
		count = corpus_numbers(list, own, sizeof(own));
		options = own;
	}
	if (list && !count)
		abort();
	return dhcp(&mac, corpus_value(n, "name"), corpus_value(n, "class"), options, count);
}

static inline struct bytes corpus_dhcp6(size_t n)
{
	const char *name = corpus_must(n, "name"), *class = corpus_must(n, "class");
	struct bytes m = { .n = 0 };

	b_32(&m, 0x01123456);
	b_16(&m, 16);
	b_16(&m, 6 + (unsigned int)strlen(class));
	b_32(&m, 311);
	b_16(&m, (unsigned int)strlen(class));
	b_text(&m, class);
	b_16(&m, 39);
	b_16(&m, 2 + (unsigned int)strlen(name));
	b_8(&m, 1);
	b_8(&m, (unsigned int)strlen(name));
	b_text(&m, name);
	return m;
}

static inline struct bytes corpus_mdns(size_t n)
{
	char name[300], host[300];
	struct bytes m;

	snprintf(name, sizeof(name), "%.250s.local", corpus_words[1].s);
	if (!strcmp(corpus_words[0].s, "claim")) {
		m = mdns(0);
		mdns_ask(&m, name, 255);
		mdns_host(&m, 2, name);
	} else if (!strcmp(corpus_words[0].s, "ask")) {
		m = mdns(0);
		mdns_ask(&m, name, MDNS_PTR);
	} else {
		snprintf(host, sizeof(host), "%.250s.local", corpus_must(n, "host"));
		m = mdns_announce(name, host, corpus_must(n, "txt"));
	}
	return m;
}

static inline void corpus_line(struct bytes *m, const char *key, const char *value)
{
	b_text(m, key);
	b_text(m, value);
	b_text(m, "\r\n");
}

static inline struct bytes corpus_text(size_t n)
{
	const char *agent = corpus_value(n, "agent"), *first = corpus_words[1].s;
	bool search = !strcmp(corpus_words[0].s, "search");
	struct bytes m = { .n = 0 };

	corpus_line(&m, search ? "M-SEARCH" : "NOTIFY", " * HTTP/1.1");
	corpus_line(&m, "HOST: ", "239.255.255.250:1900");
	if (search) {
		corpus_line(&m, "MAN: ", "\"ssdp:discover\"");
		corpus_line(&m, "MX: ", "3");
		corpus_line(&m, "ST: ", first);
		if (agent)
			corpus_line(&m, "USER-AGENT: ", agent);
	} else {
		corpus_line(&m, "CACHE-CONTROL: ", "max-age=1800");
		corpus_line(&m, "LOCATION: ", corpus_must(n, "location"));
		corpus_line(&m, "NT: ", first);
		corpus_line(&m, "NTS: ", "ssdp:alive");
		corpus_line(&m, "SERVER: ", corpus_must(n, "server"));
		corpus_line(&m, "USN: uuid:1::", first);
	}
	b_text(&m, "\r\n");
	return m;
}

static inline struct bytes corpus_wsd(size_t n)
{
	const char *kind = corpus_words[0].s, *scopes = corpus_must(n, "scopes"), *body;
	struct bytes m = { .n = 0 };

	body = !strcmp(kind, "hello") ? "Hello" : !strcmp(kind, "match") ? "ProbeMatches" : "Probe";
	b_text(&m, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<s:Envelope xmlns:s=\"http://www.w3"
		   ".org/2003/05/soap-envelope\"><s:Header><a:MessageID>urn:uuid:1</a:MessageID>"
		   "</s:Header><s:Body><d:");
	b_text(&m, body);
	b_text(&m, "><d:Types>");
	b_text(&m, corpus_words[1].s);
	b_text(&m, "</d:Types><d:Scopes>");
	b_text(&m, scopes);
	b_text(&m, "</d:Scopes></d:");
	b_text(&m, body);
	b_text(&m, "></s:Body></s:Envelope>");
	return m;
}

static inline struct bytes corpus_raw(const struct corpus_device *d, size_t from, size_t n)
{
	struct bytes m = { .n = 0 };
	char mac[CG_MAC_STRLEN];

	for (size_t i = from; i < n; i++) {
		const struct corpus_word *w = &corpus_words[i];

		if (!strncmp(w->s, "to=", 3))
			continue;
		if (w->s[0] == '@')
			b_to(&m, strtoul(w->s + 1, NULL, 0));
		else if (!strcmp(w->s, "$mac"))
			b_put(&m, d->mac.b, 6);
		else if (!strcmp(w->s, "$MAC"))
			b_text(&m, cg_mac_format(&d->mac, mac));
		else
			b_put(&m, w->s, w->n);
	}
	return m;
}

/* false: no such word. */
static inline bool corpus_frame(const struct corpus *c, const struct corpus_device *d, size_t n,
				struct cg_heard *ret)
{
	const char *kind = corpus_words[0].s, *to = corpus_value(n, "to");
	uint16_t sport = 1900, dport = 1900;
	struct cg_addr addr;
	struct bytes m;

	if (!strcmp(kind, "dhcp")) {
		m = corpus_dhcp(c, d, n);
		sport = 68;
		dport = 67;
	} else if (!strcmp(kind, "dhcp6")) {
		m = corpus_dhcp6(n);
		sport = 546;
		dport = 547;
	} else if (!strcmp(kind, "mdns") || !strcmp(kind, "claim") || !strcmp(kind, "ask")) {
		m = corpus_mdns(n);
		sport = dport = 5353;
	} else if (!strcmp(kind, "search") || !strcmp(kind, "notify")) {
		m = corpus_text(n);
	} else if (!strcmp(kind, "hello") || !strcmp(kind, "match") || !strcmp(kind, "probe")) {
		m = corpus_wsd(n);
		sport = kind[0] == 'p' ? 40000 : 3702;
		dport = kind[0] == 'm' ? 40000 : 3702;
	} else if (!strcmp(kind, "udp") || !strcmp(kind, "tcp")) {
		m = corpus_raw(d, kind[0] == 'u' ? 3 : 2, n);
		sport = (uint16_t)atoi(corpus_words[1].s);
		dport = kind[0] == 'u' ? (uint16_t)atoi(corpus_words[2].s) : 50000;
	} else {
		return false;
	}
	*ret = heard_ip(&d->mac, kind[0] == 't' ? IPPROTO_TCP : IPPROTO_UDP, sport, dport, m.b,
			m.n);
	if (to && !cg_addr_parse(to, &addr))
		memcpy(ret->dst, addr.b, sizeof(ret->dst));
	return true;
}

/* The caller frees it; what is not written as above ends the program. */
static inline struct corpus *corpus_read(const char *file)
{
	struct corpus *c = calloc(1, sizeof(*c));
	struct corpus_device *d = NULL;
	static char text[4096];
	FILE *f = fopen(file, "r");

	if (!f || !c)
		corpus_fault(file, 0, "cannot be read");
	for (int line = 1; fgets(text, sizeof(text), f); line++) {
		const char *s = text;
		size_t n = 0;

		if (text[0] == '#' || text[0] == '\n')
			continue;
		while (n < CORPUS_WORDS && (s = corpus_next(s, &corpus_words[n])))
			n++;
		if (n < 1 || n == CORPUS_WORDS)
			corpus_fault(file, line, "too few words, or too many");
		if (!strcmp(corpus_words[0].s, "list") && c->nlist < CORPUS_LISTS) {
			snprintf(c->list[c->nlist].name, 32, "%.31s", corpus_words[1].s);
			c->list[c->nlist].n =
				corpus_numbers(corpus_words[2].s, c->list[c->nlist].option, 32);
			c->nlist++;
		} else if (!strcmp(corpus_words[0].s, "device") && c->n < CORPUS_DEVICES) {
			d = &c->device[c->n++];
			snprintf(d->name, sizeof(d->name), "%.*s", (int)strcspn(text + 7, "\n"),
				 text + 7);
		} else if (d && !strcmp(corpus_words[0].s, "mac")) {
			if (cg_mac_parse(corpus_words[1].s, &d->mac))
				corpus_fault(file, line, "no MAC");
		} else if (!d || d->n == CORPUS_FRAMES ||
			   !corpus_frame(c, d, n, &d->frame[d->n++])) {
			corpus_fault(file, line, "not a line of a device");
		}
	}
	fclose(f);
	return c;
}

#endif
