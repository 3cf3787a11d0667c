"""What the calibration report is made of: who said what of which criterion. Nothing computed."""

from datetime import date
from typing import TYPE_CHECKING, Final

from pydantic import AwareDatetime

from qa_pipeline.records import Verdict
from qa_pipeline.records.base import Record
from qa_pipeline.store.chosen import EARLIER, choose
from qa_pipeline.store.examples import example_of, said_around, with_evidence
from qa_pipeline.store.figures import Example, Scope
from qa_pipeline.store.monitoring_queries import rows
from qa_pipeline.store.rows import CallFilter

if TYPE_CHECKING:
    import duckdb

MOST_EXAMPLES: Final = 200


class ReviewedVerdict(Record):
    """One reviewer's latest verdict on one criterion of one call, beside the machine's."""

    call_id: str
    criterion_id: str
    name: str
    machine: Verdict
    marked: bool
    """Whether the machine itself asked for a person to check."""
    reviewer: str
    verdict: Verdict
    reviewed_at: AwareDatetime
    reason: str | None


class Outcome(Record):
    """What people say of one criterion of one call taken together, beside the machine's."""

    call_id: str
    criterion_id: str
    name: str
    machine: Verdict
    marked: bool
    state: str
    """``decided``, ``agreed`` or ``disputed``."""
    verdict: Verdict | None
    """``None`` where it is disputed."""


class Voice(Record):
    """What one reviewer said, and why."""

    reviewer: str
    verdict: Verdict
    reason: str | None


class Disagreement(Record):
    """A verdict of the machine that people do not share, or on which they are at odds."""

    example: Example
    """The machine's verdict, with the seconds to listen to."""
    name: str
    marked: bool
    state: str
    people: Verdict | None
    voices: tuple[Voice, ...]


class CalibrationFigures(Record):
    """Everything in the calibration report, before any statistics."""

    scope: Scope
    calls: int
    """Calls of the period."""
    reviewed_calls: int
    earlier: int
    """Verdicts of people on questions that are asked no more: they are left out."""
    first_review: date | None
    last_review: date | None
    verdicts: tuple[ReviewedVerdict, ...]
    outcomes: tuple[Outcome, ...]
    disagreements: tuple[Disagreement, ...]
    """Those that the machine was sure of first, then the newest."""


def calibration(
    connection: "duckdb.DuckDBPyConnection", only: CallFilter, names_in: str
) -> CalibrationFigures:
    """Return who said what of the calls that pass the filter, by their current card version."""
    scope = choose(connection, only, names_in, by_people=False)
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE reviewed AS
        SELECT v.call_id, v.criterion_id, n.name, v.machine_verdict AS machine,
            v.machine_needs_review AS marked, v.people_state AS state, v.people_verdict AS verdict,
            v.scorecard, v.version
        FROM current_verdicts v JOIN chosen c USING (call_id, scorecard, version)
            JOIN criterion_names n USING (criterion_id)
        WHERE v.people_state IS NOT NULL"""
    )
    verdicts = rows(
        connection,
        """SELECT r.call_id, r.criterion_id, r.name, r.machine, r.marked, e.reviewer, e.verdict,
            e.reviewed_at, e.reason
        FROM reviewed r JOIN review_verdicts e USING (call_id, scorecard, criterion_id)
        ORDER BY r.criterion_id, r.call_id, e.reviewer""",
    )
    outcomes = rows(
        connection,
        "SELECT call_id, criterion_id, name, machine, marked, state, verdict FROM reviewed "
        "ORDER BY criterion_id, call_id",
    )
    counts = rows(
        connection,
        f"""SELECT (SELECT count(*) FROM chosen) AS calls, ({EARLIER}) AS earlier,
            (SELECT count(DISTINCT call_id) FROM reviewed) AS reviewed_calls,
            (SELECT min(e.reviewed_at)::DATE FROM review_verdicts e SEMI JOIN reviewed
                USING (call_id, scorecard, criterion_id)) AS first_review,
            (SELECT max(e.reviewed_at)::DATE FROM review_verdicts e SEMI JOIN reviewed
                USING (call_id, scorecard, criterion_id)) AS last_review""",
    )[0]
    read = tuple(ReviewedVerdict.model_validate(row) for row in verdicts)
    return CalibrationFigures(
        scope=scope,
        **counts,
        verdicts=read,
        outcomes=tuple(Outcome.model_validate(row) for row in outcomes),
        disagreements=_disagreements(connection, read),
    )


def _disagreements(
    connection: "duckdb.DuckDBPyConnection", verdicts: tuple[ReviewedVerdict, ...]
) -> tuple[Disagreement, ...]:
    """Return what is worth listening to: where the machine or one of the people may be wrong."""
    found = with_evidence(
        connection,
        f"""SELECT c.call_id, c.day, c.agent_id, c.agent_name, c.language, w.criterion_id,
            p.verdict, p.reason, c.total_pct, w.scorecard, w.version, w.name, w.marked, w.state,
            w.verdict AS people, 'machine' AS judged_by,
            row_number() OVER (ORDER BY w.state = 'disputed', w.marked, c.day DESC, c.call_id,
                w.criterion_id) AS place
        FROM reviewed w JOIN chosen c ON c.call_id = w.call_id
        JOIN criterion_results p ON p.call_id = w.call_id AND p.scorecard = w.scorecard
            AND p.version = w.version AND p.criterion_id = w.criterion_id
        WHERE w.state = 'disputed' OR (w.verdict <> p.verdict
            AND p.verdict <> 'unscored' AND w.verdict <> 'unscored')
        QUALIFY place <= {MOST_EXAMPLES}""",
        [],
    )
    around = said_around(connection)
    voices: dict[tuple[str, str], list[Voice]] = {}
    for v in verdicts:
        voice = Voice(reviewer=v.reviewer, verdict=v.verdict, reason=v.reason)
        voices.setdefault((v.call_id, v.criterion_id), []).append(voice)
    return tuple(
        Disagreement(
            example=example_of(row, around.get((row["call_id"], row["criterion_id"]), ())),
            name=row["name"],
            marked=row["marked"],
            state=row["state"],
            people=row["people"],
            voices=tuple(voices.get((row["call_id"], row["criterion_id"]), ())),
        )
        for row in found
    )
