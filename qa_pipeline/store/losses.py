"""What each verdict cost its call, in points of the total: the only points that add up.

A criterion's points are worth something only within its section (docs/arithmetic.md, rules 3 and
4), so those of two sections cannot be compared. Points of the total (0 to 100) can:

- its own share: what the total would gain if the criterion were met, were nothing critical;
- because it is critical: what was left of its section, or of the whole total, and fell away. Where
  several critical criteria failed the same, each has an equal part.

Together they are what a call lacks to 100, where every verdict counts. A verdict that waits for a
person costs nothing, as does every verdict on a call that makes no average.
"""

from typing import Final

_FAILS: Final = "counts AND verdict = 'not_met' AND critical"

LOSSES: Final = f"""
    WITH judged AS (
        SELECT v.call_id, v.criterion_id, v.section_id, v.counts, v.verdict, v.critical, w.weight,
            if(v.judged_by = 'nobody', 0, v.points_earned) AS earned,
            if(v.judged_by = 'nobody', 0, v.points_possible) AS possible
        FROM verdicts v JOIN section_scores w USING (call_id, scorecard, version, section_id)
        SEMI JOIN period c ON c.call_id = v.call_id AND c.counted),
    sections AS (
        SELECT call_id, section_id, any_value(weight) AS weight, sum(possible) AS possible,
            sum(if(possible > 0, earned, 0)) AS earned,
            count(*) FILTER ({_FAILS} = 'section') AS fails
        FROM judged GROUP BY call_id, section_id HAVING sum(possible) > 0),
    totals AS (
        SELECT call_id, sum(weight) AS weights,
            100 * sum(if(fails > 0, 0, weight * earned / possible)) / sum(weight) AS score
        FROM sections GROUP BY call_id),
    cards AS (
        SELECT call_id, sum(if(possible > 0, 0, earned)) AS added,
            count(*) FILTER ({_FAILS} = 'card') AS fails
        FROM judged GROUP BY call_id)
    SELECT j.call_id, j.criterion_id,
        CASE WHEN NOT j.counts THEN 0 WHEN j.possible = 0 THEN greatest(-j.earned, 0)
            ELSE 100 * s.weight * greatest(j.possible - j.earned, 0) / s.possible / t.weights
            END AS own,
        CASE WHEN NOT j.counts OR j.verdict <> 'not_met' THEN 0
            WHEN j.critical = 'section' THEN 100 * s.weight * s.earned / s.possible / t.weights
                / s.fails
            WHEN j.critical = 'card' THEN least(greatest(t.score + c.added, 0), 100) / c.fails
            ELSE 0 END AS because_critical
    FROM judged j JOIN totals t USING (call_id) JOIN cards c USING (call_id)
        LEFT JOIN sections s USING (call_id, section_id)"""
"""Of the temporary tables ``verdicts`` and ``period``: a row a verdict on a counted call."""
