"""Verdicts with the words and times that prove them, picked to be listened to."""

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from qa_pipeline.records import Evidence
from qa_pipeline.store.figures import Example, GoodCall, Line
from qa_pipeline.store.monitoring_queries import rows

if TYPE_CHECKING:
    import duckdb

_EXAMPLES: Final = 3
_EVIDENCE: Final = 3
"""Pieces of evidence an example; a criterion may have dozens."""
_MODELS: Final = 4
_MOMENTS: Final = 3
_WINDOW_S: Final = 60
_AROUND_S: Final = 5
_LINES: Final = 3
_GOOD_PCT: Final = 90
_GOOD_CALLS: Final = 20

_EXAMPLE_COLUMNS: Final = """
    r.call_id, r.day, r.agent_id, r.agent_name, r.language, r.criterion_id, r.verdict, r.reason,
    r.total_pct, r.scorecard, r.version, r.judged_by"""

_RANKED_EVIDENCE: Final = """
    SELECT e.call_id, e.scorecard, e.version, e.criterion_id,
        list({kind: e.kind, start_s: e.start_s, end_s: e.end_s, quote: e.quote,
            utterance_id: e.utterance_id, role: e.role, context: e.context}
            ORDER BY e.quote IS NULL, e.position) AS evidence
    FROM evidence e SEMI JOIN picked p ON p.call_id = e.call_id AND p.scorecard = e.scorecard
        AND p.version = e.version AND p.criterion_id = e.criterion_id
    ANTI JOIN overruled o ON o.call_id = e.call_id AND o.scorecard = e.scorecard
        AND o.version = e.version AND o.criterion_id = e.criterion_id
    GROUP BY ALL"""

_QUOTED: Final = """
    CREATE TEMP TABLE IF NOT EXISTS quoted AS
    WITH proof AS (
        SELECT * FROM evidence SEMI JOIN period USING (call_id, scorecard, version)
        ANTI JOIN overruled USING (call_id, scorecard, version, criterion_id)),
    breaches AS (
        SELECT DISTINCT call_id, scorecard, version, utterance_id, TRUE AS broken FROM proof
        WHERE kind = 'violates' AND utterance_id IS NOT NULL)
    SELECT call_id, scorecard, version, criterion_id, bool_or(quote IS NOT NULL) AS quoted,
        NOT coalesce(bool_or(broken), FALSE) AS clean
    FROM proof LEFT JOIN breaches USING (call_id, scorecard, version, utterance_id) GROUP BY ALL"""


class GoodCalls(NamedTuple):
    """Good calls of each agent (empty id: of nobody) and of everybody, best first."""

    by_agent: dict[str, tuple[GoodCall, ...]]
    overall: tuple[GoodCall, ...]


def examples_of(
    connection: "duckdb.DuckDBPyConnection",
    pairs: list[tuple[str, str]],
    verdicts: tuple[str, ...],
) -> dict[tuple[str, str], tuple[Example, ...]]:
    """Return up to three examples for each agent and criterion, the surest and newest first."""
    found = with_evidence(
        connection,
        f"""SELECT coalesce(r.agent_id, '') AS agent, {_EXAMPLE_COLUMNS},
            row_number() OVER (PARTITION BY r.agent_id, r.criterion_id ORDER BY
                r.verdict = 'not_met' DESC, q.quoted DESC NULLS LAST, r.confidence DESC, r.day DESC,
                r.call_id) AS place
        FROM results r JOIN (SELECT unnest($1) AS agent, unnest($2) AS criterion_id) p
            ON p.agent = coalesce(r.agent_id, '') AND p.criterion_id = r.criterion_id
        LEFT JOIN quoted q ON q.call_id = r.call_id AND q.criterion_id = r.criterion_id
        WHERE r.counts AND list_contains($3, r.verdict)
            AND (r.verdict <> 'met' OR q.clean IS DISTINCT FROM FALSE)
        QUALIFY place <= {_EXAMPLES}""",
        [[pair[0] for pair in pairs], [pair[1] for pair in pairs], list(verdicts)],
    )
    around = said_around(connection)
    grouped: dict[tuple[str, str], tuple[Example, ...]] = {}
    for row in found:
        key = (row["agent"], row["criterion_id"])
        said = around.get((row["call_id"], row["criterion_id"]), ())
        grouped[key] = (*grouped.get(key, ()), example_of(row, said))
    return grouped


def role_models(
    connection: "duckdb.DuckDBPyConnection", criteria: set[str]
) -> dict[str, dict[str, tuple[Example, ...]]]:
    """Return, by language and criterion, quotes of the criterion done well.

    At most one of an agent, those of the best calls first; from the whole period, also of agents
    that are not shown. Only from calls that passed, that met
    all that is critical, and only words that break no other rule: rather none than a bad one.
    """
    found = with_evidence(
        connection,
        f"""WITH best AS (
            SELECT {_EXAMPLE_COLUMNS}, r.confidence
            FROM period_results r JOIN quoted q USING (call_id, scorecard, version, criterion_id)
            SEMI JOIN period c ON c.call_id = r.call_id AND c.counted AND c.passed
            ANTI JOIN period_results f ON f.call_id = r.call_id AND f.critical IS NOT NULL
                AND f.verdict = 'not_met'
            WHERE r.counts AND r.verdict = 'met' AND q.quoted AND q.clean
                AND list_contains($1, r.criterion_id)
            QUALIFY row_number() OVER (PARTITION BY r.language, r.criterion_id, r.agent_id
                ORDER BY r.total_pct DESC NULLS LAST, r.confidence DESC, r.call_id) = 1)
        SELECT *, row_number() OVER (PARTITION BY language, criterion_id
            ORDER BY total_pct DESC NULLS LAST, confidence DESC, call_id) AS place
        FROM best QUALIFY place <= {_MODELS}""",
        [sorted(criteria)],
    )
    models: dict[str, dict[str, tuple[Example, ...]]] = {}
    for row in found:
        by_criterion = models.setdefault(row["language"], {})
        by_criterion[row["criterion_id"]] = (
            *by_criterion.get(row["criterion_id"], ()),
            example_of(row),
        )
    return models


def good_calls(connection: "duckdb.DuckDBPyConnection") -> GoodCalls:
    """Return passed calls of 90 % or more with the moments worth hearing, best first.

    However the verdicts turn out that a person should check: nobody is to imitate a call that may
    have failed.
    """
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE good AS
        SELECT *, row_number() OVER (PARTITION BY agent_id ORDER BY total_pct DESC, day DESC,
                call_id) AS own_place,
            row_number() OVER (ORDER BY total_pct DESC, day DESC, call_id) AS place
        FROM chosen WHERE counted AND passed AND coalesce(total_low_pct, total_pct) >= {_GOOD_PCT}
        QUALIFY own_place <= 2 OR place <= {_GOOD_CALLS}"""
    )
    found = with_evidence(
        connection,
        f"""SELECT {_EXAMPLE_COLUMNS}, row_number() OVER (PARTITION BY r.call_id ORDER BY
                r.points_earned DESC, r.confidence DESC, r.criterion_id) AS place
        FROM results r JOIN quoted q USING (call_id, scorecard, version, criterion_id)
        WHERE r.counts AND r.verdict = 'met' AND q.quoted AND q.clean
            AND r.call_id IN (SELECT call_id FROM good)
        QUALIFY place <= {_MOMENTS}""",
        [],
    )
    moments: dict[str, list[Example]] = {}
    for row in found:
        moments.setdefault(row["call_id"], []).append(example_of(row))
    by_agent: dict[str, tuple[GoodCall, ...]] = {}
    overall = []
    for row in rows(connection, "SELECT * FROM good ORDER BY place"):
        heard = sorted(moments.get(row["call_id"], []), key=lambda m: m.evidence[0].start_s)
        call = GoodCall(
            **{name: row[name] for name in GoodCall.model_fields if name != "moments"},
            moments=tuple(heard),
        )
        agent = row["agent_id"] or ""
        if row["own_place"] <= 2:
            by_agent[agent] = (*by_agent.get(agent, ()), call)
        overall.append(call)
    return GoodCalls(by_agent, tuple(overall[:_GOOD_CALLS]))


def with_evidence(
    connection: "duckdb.DuckDBPyConnection", picking: str, values: list[Any]
) -> list[dict[str, Any]]:
    """Run a query that picks verdicts (in order of ``place``), and add their evidence.

    ``quoted`` in the query is the temporary table of verdicts with evidence: whether they have a
    quote, and whether it is ``clean``, so that nothing in those words proves a breach of a rule.
    """
    connection.execute(_QUOTED)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE picked AS {picking}", values)
    return rows(
        connection,
        f"""SELECT p.*, coalesce(v.evidence, []) AS evidence FROM picked p
        LEFT JOIN ({_RANKED_EVIDENCE}) v USING (call_id, scorecard, version, criterion_id)
        ORDER BY p.place, p.call_id""",
    )


def said_around(
    connection: "duckdb.DuckDBPyConnection",
) -> dict[tuple[str, str], tuple[Line, ...]]:
    """Return what was said where a missed criterion of ``picked`` has no quote to show.

    In a searched window of a minute or less: the agent's lines, the first ones of a window at
    the beginning of the call, else the last ones. Around a measured fact: the lines before and
    after it.
    """
    found = rows(
        connection,
        f"""WITH spans AS (
            SELECT p.call_id, p.criterion_id, e.kind, e.start_s, e.end_s
            FROM picked p JOIN evidence e USING (call_id, scorecard, version, criterion_id)
            ANTI JOIN overruled USING (call_id, scorecard, version, criterion_id)
            WHERE e.position = 0 AND e.quote IS NULL AND p.verdict <> 'met'
                AND e.end_s - e.start_s <= {_WINDOW_S})
        SELECT s.call_id, s.criterion_id, u.utterance_id, u.role, u.text, u.start_s, u.end_s
        FROM spans s JOIN utterances u ON u.call_id = s.call_id AND CASE s.kind
            WHEN 'searched' THEN u.role = 'agent' AND u.start_s < s.end_s AND u.end_s > s.start_s
            ELSE u.start_s < s.end_s + {_AROUND_S} AND u.end_s > s.start_s - {_AROUND_S} END
        QUALIFY row_number() OVER (PARTITION BY s.call_id, s.criterion_id ORDER BY
            CASE WHEN s.start_s < 1 THEN u.position ELSE -u.position END) <= {_LINES}
        ORDER BY u.call_id, u.position""",
    )
    lines: dict[tuple[str, str], tuple[Line, ...]] = {}
    for row in found:
        key = (row.pop("call_id"), row.pop("criterion_id"))
        lines[key] = (*lines.get(key, ()), Line.model_validate(row))
    return lines


def example_of(row: dict[str, Any], said: tuple[Line, ...] = ()) -> Example:
    """Make an example of a picked row."""
    fields = {n: row[n] for n in Example.model_fields if n not in ("evidence", "said")}
    evidence = tuple(Evidence.model_validate(piece) for piece in row["evidence"][:_EVIDENCE])
    return Example(**fields, evidence=evidence, said=said)
