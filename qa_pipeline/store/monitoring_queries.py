"""The figures of the monitoring report."""

from typing import TYPE_CHECKING, Any, Final, Literal

from qa_pipeline.store.chosen import EARLIER, choose
from qa_pipeline.store.figures import (
    CriterionFigures,
    FailureRow,
    GroupBy,
    GroupFigures,
    MeasureFigures,
    MonitoringFigures,
    PeopleFigures,
    ReasonCount,
    Scope,
    ScoreFigures,
    ToneTrend,
    Totals,
)
from qa_pipeline.store.rows import CallFilter

if TYPE_CHECKING:
    import duckdb

_GROUPS: Final[dict[GroupBy, tuple[str, str]]] = {
    "team": ("team", "NULL"),
    "site": ("site", "NULL"),
    "queue": ("queue", "NULL"),
    "agent": ("agent_id", "any_value(agent_name)"),
    "language": ("language", "NULL"),
    "direction": ("direction", "NULL"),
}
_ALWAYS_DAYS: Final = 7
_DAYS_UNTIL_WEEKS: Final = 31
_CALLS_A_DAY: Final = 10
SCORES: Final = """
    count(*) AS calls, count(*) FILTER (counted) AS counted,
    (avg(total_pct) FILTER (counted))::DOUBLE AS mean_pct,
    (avg(coalesce(total_low_pct, total_pct)) FILTER (counted))::DOUBLE AS mean_low_pct,
    (avg(coalesce(total_high_pct, total_pct)) FILTER (counted))::DOUBLE AS mean_high_pct,
    count(passed) FILTER (counted) AS judged, count(*) FILTER (counted AND passed) AS passed"""

CRITERIA: Final = """
    SELECT criterion_id, arg_max(section_id, version) AS section_id,
        arg_max(section, version) AS section, any_value(name) AS name,
        arg_max(critical, version) AS critical,
        count(*) FILTER (counts AND verdict = 'met') AS met,
        count(*) FILTER (counts AND verdict = 'partly_met') AS partly_met,
        count(*) FILTER (counts AND verdict = 'not_met') AS not_met,
        count(*) FILTER (counts AND verdict = 'not_applicable') AS not_applicable,
        count(*) FILTER (counts AND verdict = 'unscored') AS unscored,
        count(*) FILTER (NOT counts) AS to_check,
        count(*) FILTER (counts AND judged_by = 'people') AS by_people,
        coalesce(sum(lost), 0) AS lost_points, coalesce(sum(lost_critical), 0) AS lost_critical
    FROM results GROUP BY criterion_id"""
"""Figures by criterion."""


def monitoring(
    connection: "duckdb.DuckDBPyConnection", only: CallFilter, names_in: str
) -> MonitoringFigures:
    """Return the figures for the calls that pass the filter."""
    scope = choose(connection, only, names_in)
    totals = _totals(connection)
    step = _step(scope, totals.counted)
    failures = _failures(connection, only)
    return MonitoringFigures(
        scope=scope,
        people=people(connection),
        totals=totals.model_copy(update={"failed": len(failures)}),
        overall=_scores(connection, "'all'", "NULL", "")[0],
        trend_step=step,
        trend=_scores(
            connection, f"strftime(date_trunc('{step}', day), '%Y-%m-%d')", "NULL", "GROUP BY 1"
        ),
        groups=tuple(
            GroupFigures(by=by, groups=_scores(connection, label, name, "GROUP BY 1"))
            for by, (label, name) in _GROUPS.items()
        ),
        criteria=tuple(
            CriterionFigures.model_validate(row)
            for row in rows(connection, f"{CRITERIA} ORDER BY lost_points DESC, criterion_id")
        ),
        measures=_measures(connection),
        tone_trends=_tone_trends(connection),
        failures=failures,
        trust_reasons=_reasons(
            connection, "SELECT unnest(trust_reasons) AS reason FROM chosen WHERE trust <> 'ok'"
        ),
        unscored_reasons=_reasons(
            connection, "SELECT reason FROM results WHERE counts AND verdict = 'unscored'"
        ),
    )


def _step(scope: Scope, counted: int) -> Literal["day", "week"]:
    """Return the step of the trend: days for a week, or where a day has calls enough to compare."""
    if scope.first_day is None or scope.last_day is None:
        return "day"
    days = (scope.last_day - scope.first_day).days + 1
    if days <= _ALWAYS_DAYS or (days <= _DAYS_UNTIL_WEEKS and counted >= _CALLS_A_DAY * days):
        return "day"
    return "week"


def rows(
    connection: "duckdb.DuckDBPyConnection", sql: str, values: list[Any] | None = None
) -> list[dict[str, Any]]:
    """Run a query and return its rows by column name."""
    cursor = connection.execute(sql, values or [])
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def people(connection: "duckdb.DuckDBPyConnection") -> PeopleFigures:
    """Return how many of the verdicts in ``results`` are people's."""
    found = rows(
        connection,
        f"""SELECT count(*) FILTER (judged_by = 'people') AS verdicts,
            count(DISTINCT call_id) FILTER (judged_by = 'people') AS calls,
            count(*) FILTER (judged_by = 'people' AND machine_verdict <> verdict
                AND machine_verdict <> 'unscored') AS changed,
            count(*) FILTER (judged_by = 'nobody') AS disputed, ({EARLIER}) AS earlier
        FROM results""",
    )
    return PeopleFigures.model_validate(found[0])


def _totals(connection: "duckdb.DuckDBPyConnection") -> Totals:
    found = rows(
        connection,
        """SELECT count(*) AS calls, coalesce(sum(duration_s), 0) AS duration_s,
            count(*) FILTER (trust = 'ok') AS trusted,
            count(*) FILTER (trust = 'review' AND NOT counted) AS to_review,
            count(*) FILTER (trust = 'reject' AND NOT counted) AS rejected,
            count(*) FILTER (counted) AS counted,
            (SELECT count(DISTINCT call_id) FROM results WHERE NOT counts) AS to_check
        FROM chosen""",
    )
    return Totals.model_validate({**found[0], "failed": 0})


def _scores(
    connection: "duckdb.DuckDBPyConnection", label: str, name: str, group: str
) -> tuple[ScoreFigures, ...]:
    found = rows(
        connection,
        f"SELECT coalesce({label}, '') AS label, {name} AS name, {SCORES} FROM chosen {group} "
        "ORDER BY label",
    )
    return tuple(ScoreFigures.model_validate(row) for row in found)


def _measures(connection: "duckdb.DuckDBPyConnection") -> tuple[MeasureFigures, ...]:
    found = rows(
        connection,
        """SELECT m.name, m.role, count(*) AS calls, avg(m.value) AS mean,
            quantile_cont(m.value, 0.1) AS p10, median(m.value) AS median,
            quantile_cont(m.value, 0.9) AS p90
        FROM measures m JOIN chosen c USING (call_id)
        WHERE c.trust = 'ok' AND isfinite(m.value)
        GROUP BY m.name, m.role
        ORDER BY min(m.position), m.name, m.role""",
    )
    return tuple(MeasureFigures.model_validate(row) for row in found)


def _tone_trends(connection: "duckdb.DuckDBPyConnection") -> tuple[ToneTrend, ...]:
    found = rows(
        connection,
        """SELECT m.role, count(*) FILTER (m.value > 0) AS improving,
            count(*) FILTER (m.value = 0) AS steady, count(*) FILTER (m.value < 0) AS worsening
        FROM measures m JOIN chosen c USING (call_id)
        WHERE c.trust = 'ok' AND m.name = 'tone_trend'
        GROUP BY m.role ORDER BY min(m.position), m.role""",
    )
    return tuple(ToneTrend.model_validate(row) for row in found)


def _failures(connection: "duckdb.DuckDBPyConnection", only: CallFilter) -> tuple[FailureRow, ...]:
    """Return open failures of the period; of a file that failed, team and agent are not known.

    What has become a call since, of whatever name its file is, has not failed.
    """
    found = rows(
        connection,
        """SELECT path, call_id, stage, reason, failed_at, run_id IS NOT DISTINCT FROM
            (SELECT run_id FROM runs ORDER BY started_at DESC, run_id DESC LIMIT 1) AS last_run
        FROM open_failures f
        WHERE NOT EXISTS (SELECT 1 FROM calls c
            WHERE c.call_id = f.call_id AND c.processed_at > f.failed_at)
            AND ($1 IS NULL OR failed_at::DATE >= $1) AND ($2 IS NULL OR failed_at::DATE <= $2)
        ORDER BY stage, reason, path""",
        [only.since, only.until],
    )
    return tuple(FailureRow.model_validate(row) for row in found)


def _reasons(connection: "duckdb.DuckDBPyConnection", source: str) -> tuple[ReasonCount, ...]:
    found = rows(
        connection,
        f"SELECT reason, count(*) AS count FROM ({source}) GROUP BY reason "
        "ORDER BY count DESC, reason LIMIT 10",
    )
    return tuple(ReasonCount.model_validate(row) for row in found)
