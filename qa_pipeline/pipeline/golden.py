"""The golden check: reviewed calls judged anew, to see what a change of rules or models spoils.

Where only rules changed, the stored conversations are scored again; with ``listen`` the recordings
go through the whole pipeline again, into a folder of their own. The store is only read.
"""

import json
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from qa_pipeline.errors import UsageError
from qa_pipeline.pipeline.judging import kept_answers
from qa_pipeline.pipeline.meaning import meanings_for
from qa_pipeline.records import ProcessedCall, ScoredCall, Verdict
from qa_pipeline.records.base import Record
from qa_pipeline.scoring import Judge, Scorecard
from qa_pipeline.settings import Settings
from qa_pipeline.store import Baseline, BaselineVerdict, PeoplesVerdict, Store, StoreReader

Place = tuple[str, str]
"""Call and criterion."""


class GoldenCriterion(Record):
    """One criterion on the golden set: agreement with people before and now."""

    criterion_id: str
    reviewed: int
    """Golden calls on which people agree about it."""
    now: int
    """Of those, how often the machine now says the same."""
    before: int | None
    """How often it did in the baseline; ``None`` where the baseline does not know the criterion, or
    only what it asked before."""
    asked_otherwise: int
    """Of those, how many the baseline judged on another question: not compared with it."""
    silent: int
    """Of those, how often the machine now says nothing (``unscored``)."""
    lost: tuple[str, ...]
    """Calls that were judged as people do in the baseline and are not any more."""
    gained: tuple[str, ...]
    """Calls that are judged as people do now and were not in the baseline."""

    @property
    def worse(self) -> bool:
        """Whether more calls were lost since the baseline than gained."""
        return len(self.lost) > len(self.gained)


class GoldenCheck(Record):
    """What a check of the golden set found."""

    scorecard: str
    version: int
    listened: bool
    calls: int
    criteria: tuple[GoldenCriterion, ...]
    agreement_pct: float | None
    """Over all criteria and calls; ``None`` where people agree on nothing."""
    baseline_pct: float | None
    limit_pct: float
    problems: tuple[str, ...]
    """Calls that could not be judged anew, and why."""
    verdicts: tuple[BaselineVerdict, ...]

    @property
    def passed(self) -> bool:
        """Whether agreement reaches the limit and every call could be judged."""
        reached = self.agreement_pct is not None and self.agreement_pct >= self.limit_pct
        return reached and not self.problems


def check_golden(settings: Settings, card: Scorecard, *, listen: bool = False) -> GoldenCheck:
    """Judge the golden calls anew by ``card`` and compare with people and with the baseline.

    Raises:
        UsageError: no call is in the golden set, or people agree on nothing in it.
    """
    with Store.open_reader(settings.store_path) as reader:
        ids = [call.call_id for call in reader.golden_calls()]
        truth = _on_what_it_asks(card, reader.golden_truth(card.scorecard))
        before = reader.golden_baseline(card.scorecard)
        calls, problems = _read(reader, ids)
    if not ids:
        raise UsageError("the golden set is empty: put reviewed calls in with golden add CALL")
    if not truth:
        raise UsageError(
            f"people agree on no criterion of {card.scorecard} in the golden set: bring their "
            "verdicts in with reviews import"
        )
    if listen:
        scored, more = _heard_again(calls, settings, card)
        problems += more
    else:
        judge = Judge(card, meanings_for(card, settings))
        scored = [
            judge.score(
                c.conversation,
                c.measures,
                c.recording.metadata,
                kept_answers(c.answers, settings.judge),
            )
            for c in calls
        ]
    languages = {c.recording.call_id: c.conversation.language for c in calls}
    return _compared(card, scored, truth, before, settings, languages, listen, problems)


def _on_what_it_asks(card: Scorecard, said: Iterable[PeoplesVerdict]) -> dict[Place, Verdict]:
    """Return people's verdicts on the very questions that the card asks."""
    criteria = card.criteria_by_id()
    found = {}
    for item in said:
        criterion = criteria.get(item.criterion_id)
        if criterion is None:
            continue
        if item.ask is None:
            same = item.name == criterion.called(item.language)
        else:
            same = criterion.asks(item.ask, item.language)
        if same:
            found[item.call_id, criterion.id] = item.verdict
    return found


def _read(reader: StoreReader, ids: Iterable[str]) -> tuple[list[ProcessedCall], list[str]]:
    calls, problems = [], []
    for call_id in ids:
        call = reader.read_call(call_id)
        if call is None:
            problems.append(f"{call_id}: is no longer in the store")
        else:
            calls.append(call)
    return calls, problems


def _heard_again(
    calls: list[ProcessedCall], settings: Settings, card: Scorecard
) -> tuple[list[ScoredCall], list[str]]:
    """Run the recordings through the pipeline again; return their scores and what went wrong."""
    from qa_pipeline.pipeline import run_calls

    problems = [
        f"{c.recording.call_id}: its recording {c.recording.path} is not there any more; where "
        "it was moved, let qa-pipeline run see it at its new place"
        for c in calls
        if not Path(c.recording.path).is_file()
    ]
    there = [c for c in calls if Path(c.recording.path).is_file()]
    scored: list[ScoredCall] = []
    with tempfile.TemporaryDirectory(prefix="qa-golden-") as scratch:
        own = settings.model_copy(update={"data_dir": Path(scratch), "store": None})
        table = Path(scratch) / "metadata.json"
        table.write_text(json.dumps([_metadata(c) for c in there]), encoding="utf-8")
        summary = run_calls([c.recording.path for c in there], own, metadata=table)
        problems += [f"{f.path}: {f.reason}" for f in summary.failures]
        with Store.open_reader(own.store_path) as reader:
            for call in there:
                again = reader.read_call(call.recording.call_id)
                if again is not None:
                    scored += [s for s in again.scored if s.scorecard == card.scorecard]
    return scored, problems


def _metadata(call: ProcessedCall) -> dict[str, object]:
    """Return what was known about the call, under the id that it has in the store."""
    known = call.recording.metadata.model_dump(mode="json", exclude_none=True)
    return {**known, "call_id": call.recording.call_id, "file": call.recording.path}


def _compared(
    card: Scorecard,
    scored: list[ScoredCall],
    truth: Mapping[Place, Verdict],
    before: Baseline,
    settings: Settings,
    languages: Mapping[str, str],
    listened: bool,
    problems: list[str],
) -> GoldenCheck:
    machines = {criterion.id for criterion in card.criteria() if not criterion.manual}
    now = {
        (s.call_id, r.criterion_id): r.verdict
        for s in scored
        for r in s.criteria
        if r.criterion_id in machines
    }
    then, asked_otherwise = _before(card, before, languages)
    judged = {place: verdict for place, verdict in truth.items() if place in now}
    lines = []
    for criterion in card.criteria():
        places = [place for place in judged if place[1] == criterion.id]
        if not places:
            continue
        known = [p for p in places if p in then]
        lines.append(
            GoldenCriterion(
                criterion_id=criterion.id,
                reviewed=len(places),
                now=sum(now[p] == judged[p] for p in places),
                before=sum(then[p] == judged[p] for p in known) if known else None,
                asked_otherwise=sum(p in asked_otherwise for p in places),
                silent=sum(now[p] == "unscored" for p in places),
                lost=tuple(p[0] for p in known if then[p] == judged[p] != now[p]),
                gained=tuple(p[0] for p in known if now[p] == judged[p] != then[p]),
            )
        )
    shared = [p for p in judged if p in then]
    return GoldenCheck(
        scorecard=card.scorecard,
        version=card.version,
        listened=listened,
        calls=len(scored),
        criteria=tuple(lines),
        agreement_pct=_share(sum(now[p] == judged[p] for p in judged), len(judged)),
        baseline_pct=_share(sum(then[p] == judged[p] for p in shared), len(shared)),
        limit_pct=settings.golden_limit_pct,
        problems=tuple(problems),
        verdicts=_as_baseline(card, scored, languages),
    )


def _before(
    card: Scorecard, before: Baseline, languages: Mapping[str, str]
) -> tuple[dict[Place, Verdict], set[Place]]:
    """Return the verdicts of before on what the card asks, and where it asked something else."""
    criteria = card.criteria_by_id()
    then: dict[Place, Verdict] = {}
    asked_otherwise: set[Place] = set()
    for v in before.verdicts:
        criterion = criteria.get(v.criterion_id)
        if criterion is None or v.call_id not in languages:
            continue
        place = (v.call_id, criterion.id)
        if v.asked is None or criterion.asks(v.asked, languages[v.call_id]):
            then[place] = v.verdict
        else:
            asked_otherwise.add(place)
    return then, asked_otherwise


def _as_baseline(
    card: Scorecard, scored: Iterable[ScoredCall], languages: Mapping[str, str]
) -> tuple[BaselineVerdict, ...]:
    """Return verdicts as a later check is to be held against them, with what was asked."""
    asks = {criterion.id: criterion.ask for criterion in card.criteria()}
    return tuple(
        BaselineVerdict(
            scorecard=s.scorecard,
            version=s.version,
            scorecard_hash=s.scorecard_hash,
            call_id=s.call_id,
            criterion_id=r.criterion_id,
            verdict=r.verdict,
            asked=asks[r.criterion_id].or_first(languages[s.call_id]),
        )
        for s in scored
        for r in s.criteria
    )


def _share(count: int, of: int) -> float | None:
    return 100.0 * count / of if of else None
