"""The findings of the coaching report: per agent what loses most points, and what goes well.

Only verdicts of trusted calls that need no person's check are counted, for or against.
"""

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from qa_pipeline.store.chosen import choose
from qa_pipeline.store.examples import examples_of, good_calls, role_models
from qa_pipeline.store.figures import (
    AgentFindings,
    CoachingFigures,
    CriterionFigures,
    CriterionFinding,
    Example,
    GoodCall,
    ScoreFigures,
    Waiting,
)
from qa_pipeline.store.habits import departures
from qa_pipeline.store.monitoring_queries import CRITERIA, SCORES, people, rows
from qa_pipeline.store.rows import CallFilter

if TYPE_CHECKING:
    import duckdb

_FOCUS: Final = 5
"""Beside what is critical."""
_WHOM: Final = ("team", "agent_id")
"""What a filter says of whom to coach; others of the same calls are compared and show how."""
_STRENGTHS: Final = 3
_STRENGTH_SHARE: Final = 0.9
"""Share of applicable calls in which a strength is met, at least."""
_SHARED: Final = 5
_ROLE_MODELS: Final = 2
_WAITING: Final = 10
Pair = tuple[str, str]
"""Agent id (empty for none) and criterion id."""


def coaching(
    connection: "duckdb.DuckDBPyConnection", only: CallFilter, names_in: str
) -> CoachingFigures:
    """Return the findings for the calls that pass the filter."""
    scope = choose(connection, only, names_in, compared_over=_WHOM)
    findings = _by_agent(connection)
    focus = {agent: _focus(found) for agent, found in findings.items()}
    strengths = {agent: _strengths(found) for agent, found in findings.items()}
    missed = examples_of(connection, _pairs(focus), ("not_met", "partly_met"))
    done = examples_of(connection, _pairs(strengths), ("met",))
    models = role_models(connection, {item.criterion_id for f in focus.values() for item in f})
    good = good_calls(connection)
    waiting = _waiting(connection)
    unusual = departures(connection)
    agents = []
    for row in _agents(connection):
        agent = row.pop("agent")
        languages = tuple(row.pop("languages"))
        spoken = {language: models.get(language, {}) for language in languages}
        agents.append(
            AgentFindings(
                **_agent_fields(row, agent),
                languages=languages,
                focus=tuple(
                    _with_examples(item, agent, missed.get((agent, item.criterion_id), ()), spoken)
                    for item in focus.get(agent, ())
                ),
                strengths=tuple(
                    _with_examples(item, agent, done.get((agent, item.criterion_id), ()), {})
                    for item in strengths.get(agent, ())
                ),
                good_calls=good.by_agent.get(agent, ()),
                waiting=waiting.get(agent, ()),
                departures=unusual.get(agent, ()),
            )
        )
    agents.sort(key=_urgency)
    return CoachingFigures(
        scope=scope,
        people=people(connection),
        agents=tuple(agents),
        shared=_shared(connection, focus),
        good_calls=_best(good.overall),
    )


def _by_agent(connection: "duckdb.DuckDBPyConnection") -> dict[str, list[CriterionFinding]]:
    """Return every agent's figures on every criterion, with everybody's beside them.

    Everybody: the agent's own calls that are shown, and all of the others.
    """
    found = rows(
        connection,
        """WITH by_agent AS (
            SELECT coalesce(agent_id, '') AS agent, criterion_id,
                arg_max(section_id, version) AS section_id, any_value(name) AS name,
                arg_max(critical, version) AS critical,
                count(*) FILTER (shown AND verdict = 'met') AS met,
                count(*) FILTER (shown AND verdict = 'partly_met') AS partly_met,
                count(*) FILTER (shown AND verdict = 'not_met') AS not_met,
                coalesce(sum(lost) FILTER (shown), 0) AS lost_points,
                coalesce(sum(lost_critical) FILTER (shown), 0) AS lost_critical,
                count(*) FILTER (NOT shown) AS left_out,
                count(*) FILTER (NOT shown AND verdict = 'met') AS left_out_met
            FROM period_results
            WHERE counts AND verdict IN ('met', 'partly_met', 'not_met') GROUP BY ALL),
        everyone AS (
            SELECT criterion_id, sum(met + partly_met + not_met + left_out)::BIGINT AS verdicts,
                sum(met + left_out_met)::BIGINT AS met
            FROM by_agent GROUP BY criterion_id)
        SELECT a.* EXCLUDE (left_out, left_out_met),
            e.verdicts - a.left_out AS everyone_applicable,
            e.met - a.left_out_met AS everyone_met
        FROM by_agent a JOIN everyone e USING (criterion_id)
        WHERE a.met + a.partly_met + a.not_met > 0
        ORDER BY agent, lost_points DESC, criterion_id""",
    )
    findings: dict[str, list[CriterionFinding]] = {}
    for row in found:
        agent = row.pop("agent")
        findings.setdefault(agent, []).append(CriterionFinding.model_validate(row))
    return findings


def _focus(found: list[CriterionFinding]) -> tuple[CriterionFinding, ...]:
    """Return what to work on: all that is critical and was not met, then what costs most.

    ``found`` comes ordered by what it cost. What is critical comes first even where it cost
    little: it fails a call, whatever else was good.
    """
    critical = [item for item in found if item.critical and item.not_met]
    others = [item for item in found if item.lost_points > 0 and item not in critical]
    return (*critical, *others[:_FOCUS])


def _strengths(found: list[CriterionFinding]) -> tuple[CriterionFinding, ...]:
    """Return what is nearly always met, first what others find hard."""
    strong = [i for i in found if i.met >= _STRENGTH_SHARE * i.applicable and i.met > 0]
    strong.sort(key=lambda i: (i.everyone_met / i.everyone_applicable, -i.met, i.criterion_id))
    return tuple(strong[:_STRENGTHS])


def _pairs(chosen: dict[str, tuple[CriterionFinding, ...]]) -> list[Pair]:
    return [(agent, item.criterion_id) for agent, items in chosen.items() for item in items]


def _with_examples(
    item: CriterionFinding,
    agent: str,
    examples: tuple[Example, ...],
    models: dict[str, dict[str, tuple[Example, ...]]],
) -> CriterionFinding:
    """Add examples, and how others do it in the languages of the examples (own ones last)."""
    heard = {example.language for example in examples} or set(models)
    offered: list[Example] = []
    for language in sorted(heard & set(models)):
        known = models[language].get(item.criterion_id, ())
        by_others = sorted(known, key=lambda model: (model.agent_id or "") == agent)
        offered += by_others[:_ROLE_MODELS]
    return item.model_copy(update={"examples": examples, "role_models": tuple(offered)})


def _agents(connection: "duckdb.DuckDBPyConnection") -> list[dict[str, Any]]:
    return rows(
        connection,
        f"""WITH verdicts AS (
            SELECT coalesce(agent_id, '') AS agent, sum(lost) AS lost_points,
                count(*) FILTER (NOT counts) AS to_check
            FROM results GROUP BY ALL),
        agents AS (
            SELECT coalesce(agent_id, '') AS agent, arg_max(agent_name, day) AS agent_name,
                arg_max(team, day) AS team,
                list(DISTINCT language ORDER BY language) AS languages,
                count(*) FILTER (trust <> 'ok' AND NOT counted) AS untrusted, {SCORES}
            FROM chosen GROUP BY ALL)
        SELECT a.*, coalesce(v.lost_points, 0) AS lost_points,
            100 * a.counted AS possible_points,
            coalesce(v.to_check, 0) AS to_check
        FROM agents a LEFT JOIN verdicts v USING (agent)""",
    )


def _waiting(connection: "duckdb.DuckDBPyConnection") -> dict[str, tuple[Waiting, ...]]:
    found = rows(
        connection,
        f"""WITH waiting AS (
            SELECT coalesce(agent_id, '') AS agent, call_id, day, trust, NULL AS criterion_id,
                NULL AS name, trust_reasons AS reasons FROM chosen
            WHERE trust <> 'ok' AND NOT counted
            UNION ALL
            SELECT coalesce(agent_id, ''), call_id, day, 'ok', criterion_id, name, [reason]
            FROM results WHERE NOT counts)
        SELECT * FROM waiting
        QUALIFY row_number() OVER (PARTITION BY agent
            ORDER BY trust = 'ok', day DESC, call_id, criterion_id) <= {_WAITING}
        ORDER BY agent, trust = 'ok', day DESC, call_id, criterion_id""",
    )
    waiting: dict[str, tuple[Waiting, ...]] = {}
    for row in found:
        agent = row.pop("agent")
        waiting[agent] = (*waiting.get(agent, ()), Waiting.model_validate(row))
    return waiting


_SCORE_NAMES = tuple(n for n in ScoreFigures.model_fields if n not in ("label", "name"))


def _agent_fields(row: dict[str, Any], agent: str) -> dict[str, Any]:
    scores = ScoreFigures(
        label=agent,
        name=row["agent_name"],
        **{name: row.pop(name) for name in _SCORE_NAMES},
    )
    return {**row, "agent_id": agent or None, "scores": scores}


def _urgency(agent: AgentFindings) -> tuple[bool, float, str]:
    """Sort those with most to win first; calls of nobody in particular last."""
    share = agent.lost_points / agent.possible_points if agent.possible_points else Decimal(0)
    return (agent.agent_id is None, -float(share), agent.agent_id or "")


def _shared(
    connection: "duckdb.DuckDBPyConnection", focus: dict[str, tuple[CriterionFinding, ...]]
) -> tuple[CriterionFigures, ...]:
    """Return the criteria that at least half of the agents, and two or more, lose points on."""
    named = {agent: items for agent, items in focus.items() if agent}
    losing: dict[str, int] = {}
    for items in named.values():
        for item in items:
            losing[item.criterion_id] = losing.get(item.criterion_id, 0) + 1
    shared = {c for c, agents in losing.items() if agents >= 2 and 2 * agents >= len(named)}
    found = rows(connection, f"{CRITERIA} ORDER BY lost_points DESC, criterion_id")
    figures = (CriterionFigures.model_validate(row) for row in found)
    return tuple(item for item in figures if item.criterion_id in shared)[:_SHARED]


def _best(calls: tuple[GoodCall, ...]) -> tuple[GoodCall, ...]:
    """Return the best calls, at most two of one agent, so that many are heard."""
    taken: dict[str | None, int] = {}
    best = []
    for call in calls:
        taken[call.agent_id] = taken.get(call.agent_id, 0) + 1
        if taken[call.agent_id] <= 2:
            best.append(call)
    return tuple(best[:5])
