"""A draft of a scorecard tried on history, beside the published card. Nothing is written."""

from dataclasses import dataclass
from datetime import UTC, datetime

from qa_pipeline.pipeline.left_out import people_left_out
from qa_pipeline.pipeline.standing import Standing, StandingJudge, judges_of, standing_verdicts
from qa_pipeline.pipeline.stored import BATCH_CALLS, READER_MIB, over_batches
from qa_pipeline.privacy import redact_conversation
from qa_pipeline.progress import Progress, Silent
from qa_pipeline.records import SensitiveKind
from qa_pipeline.reports.backtest import Backtest, CardSide, FlippedCall
from qa_pipeline.reports.backtest_counting import Counting, to_hear
from qa_pipeline.reports.source import source_of
from qa_pipeline.scoring import Scorecard
from qa_pipeline.scoring.differences import differences
from qa_pipeline.settings import Settings
from qa_pipeline.store import CallBatch, Store, StoreReader


def backtest(
    settings: Settings,
    draft: Scorecard,
    published: Scorecard,
    *,
    progress: Progress | None = None,
    workers: int | None = None,
    anew: bool = False,
) -> Backtest:
    """Judge the stored calls by both cards, as both are judged today, and count what differs.

    Verdicts of before are taken as they are where they stand (``standing``); ``anew``: none are.
    ``workers``: processes that share the calls; default one for each core, or this one for few
    calls.

    Raises:
        StoreError: the store cannot be read.
    """
    progress = progress or Silent()
    counting = Counting(_side(published), _side(draft))
    with Store.open_reader(settings.store_path, READER_MIB) as reader:
        judges = judges_of((published, draft), settings)
        standing = () if anew else standing_verdicts(reader, judges)
        job = _Job(settings, published.packed(), draft.packed(), standing, reader.file)
        batches = reader.plan_batches(BATCH_CALLS, judged=[item.by for item in standing])
        progress.begin(sum(len(batch.call_ids) for batch in batches))
        for counted, batch in zip(over_batches(job, batches, workers), batches, strict=True):
            counting.add_all(counted)
            progress.done(len(batch.call_ids), 0.0)
        found = counting.result(
            datetime.now(UTC).replace(microsecond=0),
            source_of(reader),
            _names(draft, published, settings.report_language),
            [
                d.text
                for d in differences(published, draft, settings.report_language)
                if d.affects_scores or d.change == "renamed"
            ],
        )
        left_out = people_left_out(reader, draft)
        found = found.model_copy(update={"people_left_out": left_out})
        kinds = settings.redaction.reports
        return _redacted(found, reader, kinds) if kinds else found


@dataclass(frozen=True)
class _Job:
    """What a process needs to compare the cards; they are packed."""

    settings: Settings
    published: tuple[str, str]
    draft: tuple[str, str]
    standing: tuple[Standing, ...]
    planned_in: tuple[int, int]

    def begin(self) -> "_Comparing":
        return _Comparing(self)


class _Comparing:
    """Judges batches by both cards; the store stays open to read meanwhile."""

    def __init__(self, job: _Job) -> None:
        cards = [Scorecard.unpacked(*packed) for packed in (job.published, job.draft)]
        self._published, self._draft = (_side(card) for card in cards)
        self._reader = Store.open_reader(job.settings.store_path, READER_MIB)
        judges = judges_of(cards, job.settings)
        self._judge = StandingJudge(
            self._reader, judges, job.standing, job.settings.judge, job.planned_in
        )

    def close(self) -> None:
        self._reader.close()

    def work(self, batch: CallBatch, _number: int) -> Counting:
        """Judge a batch by both cards, and count."""
        counting = Counting(self._published, self._draft)
        for item in self._judge.judge(batch):
            one, two = item.scored
            counting.add(one, two, item.head.metadata, item.head.language)
        return counting


def _names(draft: Scorecard, published: Scorecard, language: str) -> dict[str, str]:
    """Return what the criteria are called, in the order in which people should read them."""
    names: dict[str, str] = {}
    for criterion in (*draft.criteria(), *published.criteria()):
        names.setdefault(criterion.id, criterion.called(language))
    return names


def _side(card: Scorecard) -> CardSide:
    return CardSide(
        scorecard=card.scorecard,
        version=card.version,
        hash=card.content_hash,
        pass_mark=card.pass_mark,
    )


def _redacted(found: Backtest, reader: StoreReader, kinds: tuple[SensitiveKind, ...]) -> Backtest:
    """Return the backtest with what identifies people taken out of quotes and reasons."""
    return found.model_copy(
        update={"listen": tuple(_redacted_call(item, reader, kinds) for item in found.listen)}
    )


def _redacted_call(
    item: FlippedCall, reader: StoreReader, kinds: tuple[SensitiveKind, ...]
) -> FlippedCall:
    call = reader.read_call(item.call_id)
    hidden = redact_conversation(call.conversation, kinds) if call is not None else None
    if hidden is None or not hidden.changed:
        return item
    piece = to_hear(item.evidence)
    return item.model_copy(
        update={
            "quote": hidden.evidence(piece).quote if piece is not None else None,
            "published_reason": hidden.reason(item.published_reason, item.evidence),
            "draft_reason": hidden.reason(item.draft_reason, item.evidence),
            "evidence": (),
        }
    )


def histogram(found: Backtest, width: int = 40) -> list[str]:
    """Return the picture of the totals for a terminal, a line a column."""
    most = max((max(b.published, b.draft) for b in found.bins), default=0)
    lines = []
    used = [i for i, b in enumerate(found.bins) if b.published or b.draft]
    for i, item in enumerate(found.bins):
        if not used or not used[0] <= i <= used[-1]:
            continue
        for label, calls, mark in (("published", item.published, "░"), ("draft", item.draft, "█")):
            place = f"{item.low_pct:>3}-{item.high_pct:<3}" if label == "published" else " " * 7
            lines.append(f"{place} {label:<9} {mark * round(width * calls / most)} {calls}")
    return lines
