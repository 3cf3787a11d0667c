"""Narrowing to the calls that a report is about, once, for every query that follows."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from qa_pipeline.store.figures import Scope
from qa_pipeline.store.losses import LOSSES
from qa_pipeline.store.rows import CallFilter

if TYPE_CHECKING:
    import duckdb

DAY = "coalesce(c.started_on, c.processed_at::DATE)"


def conditions(only: CallFilter) -> tuple[str, list[Any]]:
    """Return the filter as SQL over ``calls c``, and its parameters."""
    parts, values = ["TRUE"], []
    for column in ("team", "site", "queue", "agent_id", "language"):
        value = getattr(only, column)
        if value is not None:
            parts.append(f"c.{column} = ?")
            values.append(value)
    if only.since is not None:
        parts.append(f"{DAY} >= ?")
        values.append(only.since)
    if only.until is not None:
        parts.append(f"{DAY} <= ?")
        values.append(only.until)
    return " AND ".join(parts), values


_PERIOD = """
    CREATE OR REPLACE TEMP TABLE period AS
    WITH judged AS (
        SELECT call_id, scorecard, version, count(*) AS criteria FROM criterion_results
        SEMI JOIN reviewed_scores USING (call_id, scorecard, version) GROUP BY ALL),
    totals AS (
        SELECT t.*, s.trust AS scored_trust, coalesce(t.reviewed = j.criteria, FALSE) AS by_people
        FROM current_totals t JOIN current_scores s USING (call_id, scorecard, version)
            LEFT JOIN judged j USING (call_id, scorecard, version))
    SELECT c.*, {day} AS day, s.scorecard, s.version, s.total_pct, s.passed,
        s.total_low_pct, s.total_high_pct,
        s.total_pct IS NOT NULL AND (s.by_people OR (c.trust = 'ok' AND s.scored_trust = 'ok'))
            AS counted,
        coalesce({shown}, FALSE) AS shown
    FROM calls c LEFT JOIN totals s ON s.call_id = c.call_id AND s.scorecard = ?
    WHERE {where}"""

_CHOSEN = "CREATE OR REPLACE TEMP VIEW chosen AS SELECT * EXCLUDE (shown) FROM period WHERE shown"

_PEOPLE = """
    CREATE OR REPLACE TEMP TABLE people AS
    WITH reasons AS (
        SELECT call_id, scorecard, criterion_id, verdict, arg_max(reason, reviewed_at) AS reason
        FROM review_verdicts WHERE reason IS NOT NULL GROUP BY ALL)
    SELECT c.call_id, c.scorecard, c.version, o.criterion_id, o.state, o.verdict, w.points_earned,
        w.points_possible, e.reason
    FROM period c JOIN review_outcomes o USING (call_id, scorecard)
    LEFT JOIN reviewed_results w ON w.call_id = c.call_id AND w.scorecard = c.scorecard
        AND w.version = c.version AND w.criterion_id = o.criterion_id AND w.verdict = o.verdict
    LEFT JOIN reasons e ON e.call_id = c.call_id AND e.scorecard = c.scorecard
        AND e.criterion_id = o.criterion_id AND e.verdict = o.verdict
    WHERE {wanted}"""
"""What people say of the calls of the period, with why they say so, and what it earns:
nothing of nothing where the card by which the call was judged is not at hand."""

_RESULTS = """
    SELECT r.* REPLACE (
            CASE WHEN p.state IS NULL THEN r.verdict ELSE coalesce(p.verdict, 'unscored') END
                AS verdict,
            CASE WHEN p.verdict IS NULL OR p.verdict = r.verdict THEN r.points_earned
                ELSE coalesce(p.points_earned, 0) END AS points_earned,
            CASE WHEN p.verdict IS NULL OR p.verdict = r.verdict THEN r.points_possible
                ELSE coalesce(p.points_possible, 0) END AS points_possible,
            CASE WHEN p.state IS NULL OR p.verdict = r.verdict THEN r.reason
                WHEN p.state = 'disputed' THEN if(c.language = 'zh', '质检员意见不一。',
                    'Reviewers disagree.')
                WHEN p.verdict = 'unscored' THEN if(c.language = 'zh', '人工也无法判断。',
                    'A person could not tell.')
                ELSE if(c.language = 'zh', '人工评判', 'Judged by a person')
                    || coalesce(if(c.language = 'zh', '：', ': ') || p.reason,
                        if(c.language = 'zh', '。', '.')) END AS reason),
        r.verdict AS machine_verdict,
        CASE p.state WHEN 'disputed' THEN 'nobody' WHEN 'agreed' THEN 'people'
            WHEN 'decided' THEN 'people' ELSE 'machine' END AS judged_by,
        c.agent_id, c.agent_name, c.day, c.language, c.total_pct, c.team, c.shown,
        judged_by = 'people' OR (judged_by = 'machine' AND NOT r.needs_review) AS counts
    FROM criterion_results r JOIN period c USING (call_id, scorecard, version)
    LEFT JOIN people p USING (call_id, scorecard, version, criterion_id)
    WHERE c.trust = 'ok' OR judged_by = 'people'"""

_VERDICTS = f"""
    CREATE OR REPLACE TEMP TABLE verdicts AS
    SELECT r.* REPLACE (n.name AS name), coalesce(s.name, r.section_id) AS section
    FROM ({_RESULTS}) r JOIN criterion_names n USING (criterion_id)
        LEFT JOIN section_names s USING (section_id)"""

_WITH_LOSSES = f"""
    CREATE OR REPLACE TEMP TABLE period_results AS
    SELECT v.*, round(coalesce(l.own + l.because_critical, 0), 6)::DECIMAL(18, 6) AS lost,
        round(coalesce(l.because_critical, 0), 6)::DECIMAL(18, 6) AS lost_critical
    FROM verdicts v LEFT JOIN ({LOSSES}) l USING (call_id, criterion_id)"""
"""Decimals, so that sums are the same in whatever order they are made."""

_SHOWN_RESULTS = (
    "CREATE OR REPLACE TEMP VIEW results AS SELECT * EXCLUDE (shown) FROM period_results "
    "WHERE shown"
)

_NAMES = """
    CREATE OR REPLACE TEMP TABLE {what}_names AS
    WITH named AS (
        SELECT r.{what}_id, r.name, c.language
        FROM {table} r JOIN period c USING (call_id, scorecard, version)),
    usual AS (
        SELECT language FROM period GROUP BY language ORDER BY count(*) DESC, language LIMIT 1)
    SELECT {what}_id, coalesce(mode(name) FILTER (language = ?),
            mode(name) FILTER (language = (SELECT language FROM usual)), mode(name)) AS name
    FROM named GROUP BY {what}_id"""
"""A result names its criterion and its section in the language of its call; a reader is shown one
name of each: in the reader's language where calls have it, else as most calls do."""
_NAMED_IN = {"criterion": "criterion_results", "section": "section_scores"}


EARLIER = (
    "SELECT count(*) FROM review_events e SEMI JOIN chosen USING (call_id, scorecard) "
    "ANTI JOIN counting_reviews USING (event_id)"
)
"""How many verdicts people gave of the chosen calls on questions that are asked no more."""


def choose(
    connection: "duckdb.DuckDBPyConnection",
    only: CallFilter,
    names_in: str,
    *,
    by_people: bool = True,
    compared_over: Collection[str] = (),
) -> Scope:
    """Make the temporary tables ``chosen`` (calls), ``results`` and ``overruled`` (verdicts).

    ``period`` and ``period_results`` have those beside that others are compared with
    (``compared_over``); without it they are the same.

    ``chosen`` has every column of ``calls``, the ``day``, and the score by the current version
    of the scorecard, after review where there was one; ``counted`` says whether it makes the
    averages. ``results`` has the verdicts on trusted calls, people's in place of the machine's
    (``judged_by``), and people's verdicts on all others; ``counts`` is false where a person
    should check first, or people are at odds; ``lost`` is what the verdict cost in points of the
    total, ``lost_critical`` the part of it because it is critical. ``overruled`` has those that
    people judged otherwise, so that the machine's evidence proves nothing.

    ``names_in``: language in which criteria are named, where calls have such names.
    ``by_people``: whether people's verdicts take the machine's place among the ``results``.
    ``compared_over``: properties of the filter that say whom to show, and do not narrow with whom
    they are compared.
    """
    where, values = conditions(only)
    names = _scorecards(connection, where, values)
    usual = only.usual_scorecard if only.usual_scorecard in names else None
    scorecard = only.scorecard or usual or (names[0] if names else None)
    others, beside = conditions(only.model_copy(update=dict.fromkeys(compared_over)))
    connection.execute(
        _PERIOD.format(day=DAY, shown=where, where=others), [*values, scorecard, *beside]
    )
    connection.execute(_CHOSEN)
    for what, table in _NAMED_IN.items():
        connection.execute(_NAMES.format(what=what, table=table), [names_in])
    connection.execute(_PEOPLE.format(wanted="TRUE" if by_people else "FALSE"))
    for made in (_VERDICTS, _WITH_LOSSES, _SHOWN_RESULTS):
        connection.execute(made)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE overruled AS SELECT call_id, scorecard, version, "
        "criterion_id FROM verdicts WHERE verdict <> machine_verdict"
    )
    row = connection.execute(
        "SELECT min(day), max(day), list(DISTINCT version ORDER BY version) FROM chosen"
    ).fetchone()
    first, last, versions = row or (None, None, None)
    return Scope(
        only=only,
        scorecard=scorecard,
        versions=tuple(v for v in versions or () if v is not None),
        other_scorecards=tuple(name for name in names if name != scorecard),
        first_day=first,
        last_day=last,
    )


def _scorecards(
    connection: "duckdb.DuckDBPyConnection", where: str, values: Sequence[Any]
) -> list[str]:
    """Return the cards that judged calls which pass the filter, that of most calls first."""
    found = connection.execute(
        "SELECT s.scorecard FROM current_scores s JOIN calls c USING (call_id) "
        f"WHERE {where} GROUP BY ALL ORDER BY count(*) DESC, s.scorecard",
        list(values),
    ).fetchall()
    return [str(row[0]) for row in found]
