-- SPDX-License-Identifier: GPL-2.0-only
-- Events that a broker lost after it had taken them, as one that is killed may: for each home with
-- numbers missing the topic and the wish that has it tell them again.
--   psql -A -t -F ' ' -f again.sql | while read -r topic wish; do mosquitto_pub -r -q 1 -t "$topic" -m "$wish" ...; done
-- What comes twice by that is one event all the same.
WITH ordered AS (
	SELECT gateway, seq, (e.body->>'n')::bigint AS n, 
		coalesce(lead(seq) OVER (PARTITION BY gateway ORDER BY seq), (g.body->>'events')::bigint + 1) AS next
	FROM fleet.event e LEFT JOIN fleet.gateway g USING (gateway)
), hole AS (
	-- The last event before the first hole that names a line.
	SELECT o.gateway, max(o.seq) AS seq FROM ordered o
	WHERE o.n IS NOT NULL AND o.seq <= (SELECT min(p.seq) FROM ordered p WHERE p.gateway = o.gateway AND p.next > p.seq + 1)
	GROUP BY o.gateway
)
SELECT 'camgate/fleet/v1/' || gateway || '/desired',
	jsonb_build_object('v', 1, 'rev', 1 + coalesce((g.body #>> '{desired,rev}')::bigint, 0), 'again', jsonb_build_object('n', o.n, 'seq', o.seq))
FROM hole JOIN ordered o USING (gateway, seq) LEFT JOIN fleet.gateway g USING (gateway);
