"""The tables of the monitoring and the coaching report, for spreadsheets."""

from collections.abc import Iterator
from decimal import Decimal

from qa_pipeline.reports.coaching import AgentCoaching, CoachingReport, missed
from qa_pipeline.reports.monitoring import CriterionLine, MonitoringReport, ScoreLine
from qa_pipeline.reports.statistics import half_up
from qa_pipeline.reports.tables import Cell, Sheet, sheet
from qa_pipeline.reports.wording import clock
from qa_pipeline.store.figures import Example, MeasureFigures

_SCORE_COLUMNS = (
    "calls counted mean_pct judged passed pass_pct pass_low_pct pass_high_pct small_sample "
    "mean_low_pct mean_high_pct"
)
_CRITERIA_COLUMNS = (
    "criterion_id section_id name critical met partly_met not_met not_applicable unscored "
    "to_check not_met_pct lost_points cumulative_lost_pct by_people lost_critical"
)
_AGENT_COLUMNS = (
    "agent_id agent_name team calls counted mean_pct passed judged lost_points possible_points "
    "untrusted_calls verdicts_to_check work_on does_well mean_low_pct mean_high_pct"
)
_EXAMPLE_COLUMNS = (
    "agent_id agent_name team priority criterion_id name missed applicable lost_points use "
    "call_id call_day verdict start end quote said_instead reason judged_by"
)


def monitoring_tables(report: MonitoringReport) -> dict[str, Sheet]:
    """Return the monitoring report as tables: scores, criteria, measures, failures."""
    scores = [("all", "", "", report.overall)]
    scores += [(report.trend_step, line.label, "", line) for line in report.trend]
    scores += [
        (table.by, line.label, line.name or "", line)
        for table in report.groups
        for line in table.lines
    ]
    measures = map(_measure, report.measures)
    failures: list[list[Cell]] = [
        [f.path, f.call_id, f.stage, f.reason, f.failed_at, "yes" if f.gone else "no"]
        for f in report.failures
    ]
    return {
        "monitoring-scores": sheet(
            f"by group name {_SCORE_COLUMNS}",
            ([by, label, name, *_score(line)] for by, label, name, line in scores),
        ),
        "monitoring-criteria": sheet(_CRITERIA_COLUMNS, map(_criterion, report.criteria)),
        "monitoring-measures": sheet("name role calls mean p10 median p90", measures),
        "monitoring-failures": sheet("path call_id stage reason failed_at gone", failures),
    }


def coaching_tables(report: CoachingReport) -> dict[str, Sheet]:
    """Return the coaching report as tables: agents, and a row an example to listen to."""
    examples = [row for agent in report.agents for row in _examples(agent)]
    return {
        "coaching-agents": sheet(_AGENT_COLUMNS, map(_agent, report.agents)),
        "coaching-examples": sheet(_EXAMPLE_COLUMNS, examples),
    }


def _criterion(line: CriterionLine) -> list[Cell]:
    f = line.figures
    identity: list[Cell] = [f.criterion_id, f.section_id, f.name, f.critical]
    verdicts: list[Cell] = [
        f.met,
        f.partly_met,
        f.not_met,
        f.not_applicable,
        f.unscored,
        f.to_check,
    ]
    lost = map(_round, (line.not_met.pct, f.lost_points, line.cumulative_lost_pct))
    return [*identity, *verdicts, *lost, f.by_people, _round(f.lost_critical)]


def _measure(m: MeasureFigures) -> list[Cell]:
    return [m.name, m.role, m.calls, _round(m.mean), _round(m.p10), _round(m.median), _round(m.p90)]


def _agent(agent: AgentCoaching) -> list[Cell]:
    f = agent.findings
    counts: list[Cell] = [f.scores.calls, f.scores.counted, _round(f.scores.mean_pct)]
    points: list[Cell] = [
        agent.pass_rate.count,
        agent.pass_rate.of,
        _round(f.lost_points),
        f.possible_points,
    ]
    between: list[Cell] = [_round(f.scores.mean_low_pct), _round(f.scores.mean_high_pct)]
    names = ["; ".join(item.criterion_id for item in items) for items in (f.focus, f.strengths)]
    left_out: list[Cell] = [f.untrusted, f.to_check]
    return [f.agent_id, f.agent_name, f.team, *counts, *points, *left_out, *names, *between]


def _examples(agent: AgentCoaching) -> Iterator[list[Cell]]:
    f = agent.findings
    for place, item in enumerate(f.focus, start=1):
        criterion: list[Cell] = [place, item.criterion_id, item.name]
        numbers: list[Cell] = [missed(item), item.applicable, _round(item.lost_points)]
        for use, examples in (("missed", item.examples), ("done well", item.role_models)):
            for example in examples:
                who: list[Cell] = [f.agent_id, f.agent_name, f.team]
                yield [*who, *criterion, *numbers, use, *_example(example)]


def _example(example: Example) -> list[Cell]:
    first = example.evidence[0] if example.evidence else None
    start, end = (clock(first.start_s), clock(first.end_s)) if first else (None, None)
    said = " | ".join(line.text for line in example.said)
    call: list[Cell] = [example.call_id, example.day, example.verdict, start, end]
    return [*call, first.quote if first else None, said, example.reason, example.judged_by]


def _score(line: ScoreLine) -> list[Cell]:
    rate = line.pass_rate
    return [
        *[line.calls, line.counted, _round(line.mean_pct), rate.of, rate.count],
        *[_round(rate.pct), _round(rate.low_pct), _round(rate.high_pct)],
        "yes" if rate.small_sample else "no",
        *[_round(line.mean_low_pct), _round(line.mean_high_pct)],
    ]


def _round(value: float | Decimal | None) -> float | None:
    return None if value is None else float(half_up(value, 2))
