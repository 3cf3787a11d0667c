"""Verdicts of before that stand: what a new version of a card need not judge again.

Of a changed card most criteria ask what they asked before. Their verdicts are taken from the
store, where the same code reached them on the very conversation that is stored
(``scoring.fingerprints``); only what they are worth is added up anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from qa_pipeline.errors import StoreError
from qa_pipeline.pipeline.judging import kept_answers
from qa_pipeline.pipeline.meaning import meanings_for
from qa_pipeline.pipeline.reviewed import Cards
from qa_pipeline.records import ReachedVerdict, ScoredCall
from qa_pipeline.scoring import Judge, Scorecard, score_by
from qa_pipeline.scoring.fingerprints import fingerprints
from qa_pipeline.settings import JudgeSettings, Settings
from qa_pipeline.store import CallBatch, CallHead, JudgedBy, StoreReader

_MOST_CARDS = 4
"""Versions of cards that verdicts are taken of: each takes a look at all results to plan."""


@dataclass(frozen=True)
class Standing:
    """Which verdicts by one version of a card stand: id of the criterion to its fingerprint."""

    by: JudgedBy
    criteria: dict[str, str]


@dataclass(frozen=True)
class JudgedHead:
    """A call with its scores by several cards."""

    head: CallHead
    scored: tuple[ScoredCall, ...]
    taken: int
    """Verdicts that were taken from the store."""


def judges_of(cards: Sequence[Scorecard], settings: Settings) -> list[Judge]:
    """Return judges by the cards, with what compares meanings where one asks for it."""
    return [Judge(card, meanings_for(card, settings)) for card in cards]


def standing_verdicts(reader: StoreReader, judges: Sequence[Judge]) -> tuple[Standing, ...]:
    """Return what stands for judges, the versions of cards with most of it first.

    Of what several judges do not all ask nothing stands: where the store keeps words redacted, a
    verdict from before is not to be compared with one from what is left of them.
    """
    wanted = set.intersection(*({*judge.fingerprints.values()} for judge in judges))
    engines = {judge.engine.partition("+")[0] for judge in judges}
    cards = Cards(reader)
    found: dict[tuple[str, int], tuple[int, int, Standing]] = {}
    for by, calls in reader.judged_by():
        card = (
            cards.with_hash(by.scorecard_hash) if by.engine.partition("+")[0] in engines else None
        )
        if card is None:
            continue
        asked = fingerprints(card, by.engine)
        criteria = {name: what for name, what in asked.items() if what in wanted}
        version = by.scorecard, by.version
        entry = len(criteria), calls, Standing(by, criteria)
        if criteria and entry[:2] > found.get(version, (0, 0))[:2]:
            found[version] = entry
    ranked = sorted(found.values(), key=lambda entry: entry[:2], reverse=True)
    return tuple(standing for _, _, standing in ranked[:_MOST_CARDS])


class StandingJudge:
    """Judges stored calls by several cards, as far as their verdicts do not stand."""

    def __init__(
        self,
        reader: StoreReader,
        judges: Sequence[Judge],
        standing: Sequence[Standing],
        settings: JudgeSettings,
        planned_in: tuple[int, int],
    ) -> None:
        """``planned_in``: the file in which the batches were planned (``StoreReader.file``)."""
        self._reader = reader
        self._planned_in = planned_in
        self._judges = tuple(judges)
        self._standing = {item.by: item.criteria for item in standing}
        self._settings = settings

    def judge(self, batch: CallBatch) -> list[JudgedHead]:
        """Return the scores of each call of a batch by each of the cards, by id.

        Raises:
            StoreError: the store is another than that in which the batch was planned.
        """
        if self._reader.file != self._planned_in:
            raise StoreError(
                f"{self._reader.path} was written to while its calls were about to be judged: "
                "run it again"
            )
        known = self._known(batch)
        found: dict[str, JudgedHead] = {}
        for head in self._reader.read_heads(batch) if known else ():
            scored = self._by_known(head, known.get(head.call_id, {}))
            if scored is not None:
                taken = sum(len(item.criteria) for item in scored)
                found[head.call_id] = JudgedHead(head, scored, taken)
        left = replace(batch, call_ids=tuple(n for n in batch.call_ids if n not in found))
        for call in self._reader.read_batch(left) if left.call_ids else ():
            name, language = call.conversation.call_id, call.conversation.language
            stands = known.get(name, {})
            head = CallHead(
                name, language, call.conversation.trust.level, call.metadata, call.processed_at
            )
            answers = kept_answers(call.answers, self._settings)
            scored = score_by(
                self._judges, call.conversation, call.measures, call.metadata, answers, stands
            )
            taken = sum(asked in stands for j in self._judges for asked in j.fingerprints.values())
            found[name] = JudgedHead(head, scored, taken)
        return [found[name] for name in batch.call_ids if name in found]

    def _known(self, batch: CallBatch) -> dict[str, dict[str, ReachedVerdict]]:
        """Return the verdicts that stand on each call, by fingerprint."""
        if not self._standing:
            return {}
        wanted = [(by, tuple(criteria)) for by, criteria in self._standing.items()]
        return {
            name: {self._standing[by][criterion]: v for criterion, v in verdicts.items()}
            for name, (by, verdicts) in self._reader.read_verdicts(batch, wanted).items()
        }

    def _by_known(
        self, head: CallHead, known: dict[str, ReachedVerdict]
    ) -> tuple[ScoredCall, ...] | None:
        """Return the scores where every verdict stands."""
        scored = []
        for judge in self._judges:
            item = judge.score_known(head.call_id, head.language, head.trust, known)
            if item is None:
                return None
            scored.append(item)
        return tuple(scored)
