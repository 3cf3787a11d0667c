"""A backtest counted call by call; only sums are kept.

Memory holds counts, agents and some dozens of flipped calls, however many calls there are.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import zip_longest
from typing import Literal

from qa_pipeline.records import CallMetadata, CriterionResult, Evidence, ScoredCall, Verdict
from qa_pipeline.reports.backtest import (
    AgentChange,
    Backtest,
    CardSide,
    CriterionChange,
    Flip,
    FlippedCall,
    ScoreBin,
    ScoreCell,
)
from qa_pipeline.reports.source import ReportSource

BIN_PCT = 5
"""Width of a column of the picture, in points of the total."""
LISTEN = 20
"""Flipped calls to listen to."""


@dataclass
class _Agent:
    name: str | None = None
    calls: int = 0
    published: Decimal = Decimal(0)
    draft: Decimal = Decimal(0)
    published_passed: int = 0
    draft_passed: int = 0


@dataclass
class _Criterion:
    name: str
    published: Counter[Verdict] = field(default_factory=Counter)
    draft: Counter[Verdict] = field(default_factory=Counter)
    flips: Counter[tuple[Verdict, Verdict]] = field(default_factory=Counter)
    surest: list[tuple[float, str, FlippedCall]] = field(default_factory=list)
    """A heap of the flipped calls of which both cards are surest."""


def _sureness(kept: tuple[float, str, FlippedCall]) -> tuple[float, str]:
    return kept[:2]


class Counting:
    """Takes the scores of one call after the other, and sums up at the end."""

    def __init__(self, published: CardSide, draft: CardSide) -> None:
        self._cards = (published, draft)
        self._totals: Counter[str] = Counter()
        self._sums = [Decimal(0), Decimal(0)]
        self._cells: Counter[tuple[int, int]] = Counter()
        self._criteria: dict[str, _Criterion] = {}
        self._agents: defaultdict[str, _Agent] = defaultdict(_Agent)

    def add(
        self, published: ScoredCall, draft: ScoredCall, metadata: CallMetadata, language: str
    ) -> None:
        """Count one call."""
        self._totals["calls"] += 1
        self._add_totals(published, draft, metadata)
        before = {result.criterion_id: result for result in published.criteria}
        after = {result.criterion_id: result for result in draft.criteria}
        for name in dict.fromkeys([*before, *after]):
            one, two = before.get(name), after.get(name)
            result = two or one
            if result is None:
                continue
            found = self._criteria.setdefault(name, _Criterion(result.name))
            if one is not None:
                found.published[one.verdict] += 1
            if two is not None:
                found.draft[two.verdict] += 1
            if one is not None and two is not None and one.verdict != two.verdict:
                found.flips[one.verdict, two.verdict] += 1
                self._remember(found, one, two, published.call_id, metadata.agent_id, language)

    def add_all(self, other: "Counting") -> None:
        """Count what another has counted after this one."""
        self._totals += other._totals
        self._sums = [mine + theirs for mine, theirs in zip(self._sums, other._sums, strict=True)]
        self._cells += other._cells
        for name, theirs in other._criteria.items():
            found = self._criteria.setdefault(name, _Criterion(theirs.name))
            found.published += theirs.published
            found.draft += theirs.draft
            found.flips += theirs.flips
            found.surest = heapq.nlargest(LISTEN, [*found.surest, *theirs.surest], key=_sureness)
            heapq.heapify(found.surest)
        for agent_id, counted in other._agents.items():
            agent = self._agents[agent_id]
            agent.name = counted.name or agent.name
            agent.calls += counted.calls
            agent.published += counted.published
            agent.draft += counted.draft
            agent.published_passed += counted.published_passed
            agent.draft_passed += counted.draft_passed

    def _add_totals(self, published: ScoredCall, draft: ScoredCall, metadata: CallMetadata) -> None:
        one, two = published.total_pct, draft.total_pct
        if one is None or two is None:
            self._totals["only_published"] += one is not None
            self._totals["only_draft"] += two is not None
            return
        self._totals["both"] += 1
        self._totals["up"] += two > one
        self._totals["down"] += two < one
        self._totals["same"] += two == one
        self._totals["now_passed"] += draft.passed is True and published.passed is False
        self._totals["now_failed"] += draft.passed is False and published.passed is True
        self._totals["published_undecided"] += published.passed is None
        self._totals["draft_undecided"] += draft.passed is None
        self._totals["published_passed"] += bool(published.passed)
        self._totals["draft_passed"] += bool(draft.passed)
        self._sums[0] += one
        self._sums[1] += two
        self._cells[_bin(one), _bin(two)] += 1
        if metadata.agent_id is not None:
            agent = self._agents[metadata.agent_id]
            agent.name = metadata.agent_name or agent.name
            agent.calls += 1
            agent.published += one
            agent.draft += two
            agent.published_passed += bool(published.passed)
            agent.draft_passed += bool(draft.passed)

    def _remember(
        self,
        found: _Criterion,
        one: CriterionResult,
        two: CriterionResult,
        call_id: str,
        agent_id: str | None,
        language: str,
    ) -> None:
        """Keep a flipped call if both cards are surer of it than of those that are kept."""
        sure = min(one.confidence or two.confidence, two.confidence or one.confidence)
        if len(found.surest) >= LISTEN and (sure, call_id) <= found.surest[0][:2]:
            return
        evidence = (*two.evidence, *one.evidence)
        piece = to_hear(evidence)
        flipped = FlippedCall(
            call_id=call_id,
            agent_id=agent_id,
            criterion_id=two.criterion_id,
            name=two.name,
            language=language,
            published=one.verdict,
            draft=two.verdict,
            start_s=piece.start_s if piece else 0.0,
            end_s=piece.end_s if piece else 0.0,
            quote=piece.quote if piece else None,
            published_reason=one.reason,
            draft_reason=two.reason,
            evidence=evidence,
        )
        heapq.heappush(found.surest, (sure, call_id, flipped))
        if len(found.surest) > LISTEN:
            heapq.heappop(found.surest)

    def result(
        self,
        made_at: datetime,
        source: ReportSource,
        names: Mapping[str, str],
        changes: Sequence[str],
    ) -> Backtest:
        """Sum up. ``names``: of criteria by id, in the order in which people should read them."""
        count, both = self._totals, self._totals["both"]
        means = [float(total / both) if both else None for total in self._sums]
        return Backtest(
            made_at=made_at,
            source=source,
            published=self._cards[0],
            draft=self._cards[1],
            changes=tuple(changes),
            calls=count["calls"],
            both_scored=both,
            published_mean_pct=means[0],
            draft_mean_pct=means[1],
            up=count["up"],
            down=count["down"],
            same=count["same"],
            now_passed=count["now_passed"],
            now_failed=count["now_failed"],
            published_passed=count["published_passed"],
            draft_passed=count["draft_passed"],
            published_undecided=count["published_undecided"],
            draft_undecided=count["draft_undecided"],
            only_published=count["only_published"],
            only_draft=count["only_draft"],
            bins=self._bins(),
            cells=tuple(
                ScoreCell(published_pct=a, draft_pct=b, calls=n)
                for (a, b), n in sorted(self._cells.items())
            ),
            criteria=self._changed(names),
            agents=self._changed_agents(),
            listen=tuple(self._listen(names)),
        )

    def _bins(self) -> tuple[ScoreBin, ...]:
        one: Counter[int] = Counter()
        two: Counter[int] = Counter()
        for (a, b), calls in self._cells.items():
            one[a] += calls
            two[b] += calls
        return tuple(
            ScoreBin(low_pct=low, high_pct=low + BIN_PCT, published=one[low], draft=two[low])
            for low in range(0, 100, BIN_PCT)
        )

    def _changed(self, names: Mapping[str, str]) -> tuple[CriterionChange, ...]:
        """Return every criterion, those with most flips first."""
        place = {name: i for i, name in enumerate(names)}
        found = [
            CriterionChange(
                criterion_id=name,
                name=names.get(name, item.name),
                only_in=None
                if item.published and item.draft
                else ("published" if item.published else "draft"),
                published=dict(sorted(item.published.items())),
                draft=dict(sorted(item.draft.items())),
                flips=tuple(
                    Flip(published=a, draft=b, calls=n)
                    for (a, b), n in sorted(item.flips.items(), key=lambda pair: (-pair[1], pair))
                ),
                flipped=item.flips.total(),
            )
            for name, item in self._criteria.items()
        ]
        last = len(place)
        return tuple(sorted(found, key=lambda c: (-c.flipped, place.get(c.criterion_id, last))))

    def _changed_agents(self) -> tuple[AgentChange, ...]:
        """Return every agent: those whose pass changes first, then by how far the mean moves."""
        found = []
        for agent_id, agent in self._agents.items():
            means = (agent.published / agent.calls, agent.draft / agent.calls)
            passes = [mean >= card.pass_mark for mean, card in zip(means, self._cards, strict=True)]
            change: Literal["passes now", "passes no longer"] | None = None
            if passes[0] != passes[1]:
                change = "passes now" if passes[1] else "passes no longer"
            found.append(
                AgentChange(
                    agent_id=agent_id,
                    agent_name=agent.name,
                    calls=agent.calls,
                    published_mean_pct=round(float(means[0]), 2),
                    draft_mean_pct=round(float(means[1]), 2),
                    published_passed=agent.published_passed,
                    draft_passed=agent.draft_passed,
                    change=change,
                )
            )
        moved = {a.agent_id: abs(a.draft_mean_pct - a.published_mean_pct) for a in found}
        return tuple(
            sorted(found, key=lambda a: (a.change is None, -moved[a.agent_id], a.agent_id))
        )

    def _listen(self, names: Mapping[str, str]) -> list[FlippedCall]:
        """Return flipped calls, of every criterion in turn, the surest first."""
        order = [name for name in names if name in self._criteria]
        order += [name for name in self._criteria if name not in names]
        columns = [
            [flipped for _, _, flipped in sorted(self._criteria[name].surest, reverse=True)]
            for name in order
        ]
        rows: Iterable[tuple[FlippedCall | None, ...]] = zip_longest(*columns)
        found = [item for row in rows for item in row if item is not None][:LISTEN]
        return [
            item.model_copy(update={"name": names.get(item.criterion_id, item.name)})
            for item in found
        ]


def _bin(total: Decimal) -> int:
    """Return the lower end of the column that a total falls in; 100 lies in the last."""
    return min(100 - BIN_PCT, int(total) // BIN_PCT * BIN_PCT)


def to_hear(evidence: Iterable[Evidence]) -> Evidence | None:
    """Return the evidence to listen to: a quote where there is one."""
    pieces = list(evidence)
    return next((p for p in pieces if p.quote), pieces[0] if pieces else None)
