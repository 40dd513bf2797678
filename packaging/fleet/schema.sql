-- SPDX-License-Identifier: GPL-2.0-only
-- The store of a fleet (PostgreSQL 13 or later): psql -f schema.sql. May be run again.
--
-- ingest.sh copies messages into fleet.inbox and calls fleet.take(), one transaction a batch. A
-- message that comes twice, which QoS 1 allows, is one event: its id is the key.

CREATE SCHEMA IF NOT EXISTS fleet;

CREATE UNLOGGED TABLE IF NOT EXISTS fleet.inbox (
	topic text NOT NULL,
	payload text NOT NULL -- hexadecimal, as mosquitto_sub -F '%x' writes it
);

-- Event as event.schema.json has it; what queries ask for has a column.
CREATE TABLE IF NOT EXISTS fleet.event (
	id text PRIMARY KEY,
	gateway text NOT NULL,
	seq bigint NOT NULL,
	what text NOT NULL,
	at timestamptz NOT NULL,
	came timestamptz NOT NULL DEFAULT now(),
	body jsonb NOT NULL
);
CREATE INDEX IF NOT EXISTS event_gateway ON fleet.event (gateway, seq);

-- Who was seen in which home on which day: what strangers.sql asks. A row a viewer, home and day,
-- kept up by fleet.take(), so that events may be deleted long before.
CREATE TABLE IF NOT EXISTS fleet.seen (
	day date NOT NULL,
	viewer text NOT NULL,
	net text NOT NULL,
	whole boolean NOT NULL,    -- an address (IPv6: a /64); else a network, as `record = minimal` keeps it
	gateway text NOT NULL,
	expected int NOT NULL,     -- sessions that somebody at home let in: a rule, by hand, a schedule
	unexpected int NOT NULL,   -- watched, or was stopped while watching, and nobody had
	knocked int NOT NULL,      -- was refused before it could begin
	served int NOT NULL,       -- a server that the camera went to by its name
	PRIMARY KEY (day, viewer, gateway)
);

-- How each home is, as reported.schema.json has it: the last word.
CREATE TABLE IF NOT EXISTS fleet.gateway (
	gateway text PRIMARY KEY,
	at timestamptz NOT NULL,
	body jsonb NOT NULL
);

-- Viewers that are known to whoever runs the fleet, and are no strangers anywhere: as they stand in
-- events, so under the key where addresses are hashed.
CREATE TABLE IF NOT EXISTS fleet.listed (
	viewer text PRIMARY KEY,
	why text NOT NULL
);

-- Messages that were none, by the topic they came from. More than a few are a fault or an attack.
CREATE TABLE IF NOT EXISTS fleet.refused (
	topic text PRIMARY KEY,
	count bigint NOT NULL,
	last timestamptz NOT NULL
);

-- NULL: no JSON object of version 1 of that gateway. One bad message must not hold up a batch, and
-- the broker vouches for the topic alone: a payload that names another home is a forgery.
CREATE OR REPLACE FUNCTION fleet.parse(hex text, home text) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	body jsonb;
BEGIN
	body := convert_from(decode(hex, 'hex'), 'UTF8')::jsonb;
	IF jsonb_typeof(body) IS DISTINCT FROM 'object' OR body->>'v' IS DISTINCT FROM '1' OR
	   body->>'gateway' IS DISTINCT FROM home OR
	   jsonb_typeof(body->'time_s') IS DISTINCT FROM 'number' OR
	   (body->>'time_s')::numeric NOT BETWEEN 0 AND 253402300799 THEN
		RETURN NULL;
	END IF;
	RETURN body;
EXCEPTION WHEN others THEN
	RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION fleet.is_event(body jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
	SELECT coalesce(jsonb_typeof(body->'id') = 'string' AND
		body->>'id' LIKE replace(body->>'gateway', '_', '\_') || '-%' AND
		length(body->>'id') <= 96 AND
		jsonb_typeof(body->'seq') = 'number' AND (body->>'seq') ~ '^[0-9]{1,18}$' AND
		body->>'what' IN ('allowed', 'stopped', 'refused', 'gap', 'hole', 'begin') AND
		coalesce(length(body->>'viewer'), 0) <= 64 AND coalesce(length(body->>'net'), 0) <= 64, false)
$$;

-- Moves what is in the inbox to where it belongs; returns how many events were new.
CREATE OR REPLACE FUNCTION fleet.take() RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	new_events bigint;
BEGIN
	CREATE TEMPORARY TABLE IF NOT EXISTS batch (topic text, kind text, gateway text, body jsonb) ON COMMIT DELETE ROWS;
	WITH moved AS (
		DELETE FROM fleet.inbox RETURNING topic, payload
	), split AS (
		SELECT topic, payload, split_part(topic, '/', 4) AS gateway, split_part(topic, '/', 5) AS kind FROM moved
	)
	INSERT INTO batch SELECT topic, kind, gateway, fleet.parse(payload, gateway) FROM split
		-- An emptied topic takes back what was retained there.
		WHERE payload <> '' OR kind = 'reported';

	INSERT INTO fleet.refused AS r
		SELECT topic, count(*), now() FROM batch
		WHERE (kind = 'event' AND (body IS NULL OR NOT fleet.is_event(body))) OR kind NOT IN ('event', 'reported')
		GROUP BY topic
		ON CONFLICT (topic) DO UPDATE SET count = r.count + excluded.count, last = excluded.last;

	WITH fresh AS (
		INSERT INTO fleet.event (id, gateway, seq, what, at, body)
		SELECT DISTINCT ON (body->>'id') body->>'id', gateway, (body->>'seq')::bigint, body->>'what',
			to_timestamp((body->>'time_s')::float8), body
		FROM batch WHERE kind = 'event' AND body IS NOT NULL AND fleet.is_event(body)
		ON CONFLICT (id) DO NOTHING
		RETURNING gateway, what, at, body
	), sessions AS (
		SELECT (at AT TIME ZONE 'UTC')::date AS day, body->>'viewer' AS viewer,
			coalesce(body->>'net', body->>'viewer') AS net,
			coalesce((body->>'whole')::boolean, false) AS whole, gateway, what,
			coalesce((body->>'named')::boolean, false) AS named,
			coalesce(body->>'by', '') IN ('rule', 'hand', 'schedule') AS let_in
		FROM fresh WHERE body ? 'viewer'
	), counted AS (
		INSERT INTO fleet.seen AS s
		SELECT day, viewer, max(net), bool_and(whole), gateway,
			count(*) FILTER (WHERE what = 'allowed' AND let_in AND NOT named),
			count(*) FILTER (WHERE what IN ('allowed', 'stopped') AND NOT let_in AND NOT named),
			count(*) FILTER (WHERE what = 'refused' AND NOT named),
			count(*) FILTER (WHERE named)
		FROM sessions GROUP BY day, viewer, gateway
		ON CONFLICT (day, viewer, gateway) DO UPDATE SET
			expected = s.expected + excluded.expected, unexpected = s.unexpected + excluded.unexpected,
			knocked = s.knocked + excluded.knocked, served = s.served + excluded.served
	)
	SELECT count(*) INTO new_events FROM fresh;

	INSERT INTO fleet.gateway AS g
		SELECT DISTINCT ON (gateway) gateway, to_timestamp((body->>'time_s')::float8), body
		FROM batch WHERE kind = 'reported' AND body IS NOT NULL
		ORDER BY gateway, (body->>'time_s')::float8 DESC
		ON CONFLICT (gateway) DO UPDATE SET at = excluded.at, body = excluded.body WHERE excluded.at >= g.at;
	-- It reports no more.
	DELETE FROM fleet.gateway g USING batch b
		WHERE b.kind = 'reported' AND b.gateway = g.gateway AND b.body IS NULL AND NOT EXISTS
		(SELECT FROM batch c WHERE c.kind = 'reported' AND c.gateway = g.gateway AND c.body IS NOT NULL);
	DELETE FROM batch;
	RETURN new_events;
END $$;

-- Events that were lost between home and store: numbers that are missing between the first and what
-- the home has told. None are expected, but where a broker died; again.sql has them told again.
CREATE OR REPLACE VIEW fleet.missing AS
	SELECT gateway, greatest(max(e.seq), max((g.body->>'events')::bigint)) - min(e.seq) + 1 - count(DISTINCT e.seq) AS missing
	FROM fleet.event e LEFT JOIN fleet.gateway g USING (gateway) GROUP BY gateway
	HAVING greatest(max(e.seq), max((g.body->>'events')::bigint)) - min(e.seq) + 1 > count(DISTINCT e.seq);

-- What a home's own record had lost before it could be told: the bound of its spool was reached.
CREATE OR REPLACE VIEW fleet.gaps AS
	SELECT gateway, at, (body->>'from')::bigint AS from_line, (body->>'to')::bigint AS to_line,
		(body->>'count')::bigint AS lines
	FROM fleet.event WHERE what = 'gap';

-- As personal data goes: SELECT fleet.forget(30).
CREATE OR REPLACE FUNCTION fleet.forget(days int) RETURNS void
LANGUAGE sql AS $$
	DELETE FROM fleet.event WHERE at < now() - make_interval(days => days);
	DELETE FROM fleet.seen WHERE day < (now() AT TIME ZONE 'UTC')::date - days;
$$;
