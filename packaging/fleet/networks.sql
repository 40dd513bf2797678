-- SPDX-License-Identifier: GPL-2.0-only
-- The same question about networks (IPv4 by /24, IPv6 by /48): one who watches each home from
-- another address of his, and homes that keep no more than the network (`record = minimal`).
--   psql -f networks.sql -v homes=10 -v days=7
-- A provider's network is where ordinary viewers live: many more homes expect somebody of it. So
-- what is found here is a hint, where strangers.sql is an answer.
\if :{?homes}
\else
	\set homes 10
\endif
\if :{?days}
\else
	\set days 7
\endif
WITH home AS (
	SELECT net, gateway, sum(expected) AS expected, sum(unexpected) AS unexpected,
		count(DISTINCT viewer) AS viewers
	FROM fleet.seen
	WHERE day > (now() AT TIME ZONE 'UTC')::date - :days AND
		NOT EXISTS (SELECT FROM fleet.listed l WHERE l.viewer = seen.viewer OR l.viewer = seen.net)
	GROUP BY net, gateway
), network AS (
	SELECT net, count(*) FILTER (WHERE expected = 0 AND unexpected > 0) AS homes,
		count(*) FILTER (WHERE expected > 0) AS expecting, sum(unexpected) AS sessions
	FROM home GROUP BY net
)
SELECT net, homes, expecting, sessions FROM network
WHERE homes >= :homes AND homes > 2 * expecting
ORDER BY homes DESC, net;
