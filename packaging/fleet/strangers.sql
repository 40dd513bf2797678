-- SPDX-License-Identifier: GPL-2.0-only
-- The question that no single home can answer: who watches cameras in many of them?
--   psql -f strangers.sql -v homes=10 -v days=7
--
-- A viewer counts in a home where it watched, or was stopped while it did, and nobody of that home
-- let it in on any of these days: no rule names it, no opening by hand or by schedule stood open.
-- So an ordinary viewer counts nowhere:
--   - a phone is seen in one or two homes, and those open for it;
--   - an address that many households share (a mobile network's, CGNAT) is seen in many, and each
--     opens for its own; a household that once forgot to open is outnumbered by those that did not,
--     which is why more homes must have been surprised than expected it;
--   - a maintainer's address stands in the rules of the homes that want it;
--   - a maker's relay is a server that cameras go to by its name, and no viewer;
--   - a scanner knocks everywhere and watches nowhere.
-- Whoever runs the fleet may list others in fleet.listed.
\if :{?homes}
\else
	\set homes 10
\endif
\if :{?days}
\else
	\set days 7
\endif
WITH home AS (
	SELECT viewer, gateway, min(day) AS first, max(day) AS last, sum(expected) AS expected,
		sum(unexpected) AS unexpected
	FROM fleet.seen
	WHERE whole AND day > (now() AT TIME ZONE 'UTC')::date - :days
	GROUP BY viewer, gateway
), viewer AS (
	SELECT viewer, count(*) FILTER (WHERE expected = 0 AND unexpected > 0) AS homes,
		count(*) FILTER (WHERE expected > 0) AS expecting,
		sum(unexpected) AS sessions, min(first) AS first, max(last) AS last
	FROM home GROUP BY viewer
)
SELECT viewer, homes, expecting, sessions, first, last FROM viewer
WHERE homes >= :homes AND homes > expecting AND NOT EXISTS (SELECT FROM fleet.listed l WHERE l.viewer = viewer.viewer)
ORDER BY homes DESC, viewer;
