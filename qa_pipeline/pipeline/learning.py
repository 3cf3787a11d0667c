"""What reviewed calls teach a scorecard, and the draft that a person makes of it."""

import hashlib
from collections.abc import Collection
from pathlib import Path

from qa_pipeline.errors import UsageError
from qa_pipeline.pipeline.meaning import meanings_for
from qa_pipeline.pipeline.stored import BATCH_CALLS
from qa_pipeline.privacy import redact_conversation
from qa_pipeline.records import SensitiveKind, Verdict
from qa_pipeline.records.base import Record
from qa_pipeline.reports.agreement import Agreement, Pair, agreement
from qa_pipeline.resources import resource_folder
from qa_pipeline.scoring import Scorecard, parse_scorecard
from qa_pipeline.scoring.drafting import draft_text
from qa_pipeline.scoring.learning import Learned, Proposal, Reviewed, learn
from qa_pipeline.scoring.phrase_places import criterion_of, targets
from qa_pipeline.settings import Settings
from qa_pipeline.store import Store, StoredCall, StoreReader
from qa_pipeline.store.files import write_whole

ENOUGH = 20
"""Reviewed calls of each of the two verdicts from which half of them are held out."""
_JUDGED: tuple[Verdict, ...] = ("met", "not_met")


class Effect(Record):
    """Agreement with people before and after one phrase."""

    proposal: Proposal
    before: Agreement
    after: Agreement


class Lesson(Record):
    """What was learned about a criterion, with the effect of every proposal."""

    learned: Learned
    effects: tuple[Effect, ...]


class Draft(Record):
    """A draft that was written, and what it adds."""

    file: str
    scorecard: str
    version: int
    added: tuple[str, ...]


def learn_from_reviews(settings: Settings, card: Scorecard, criterion_id: str) -> Lesson:
    """Propose phrases for a criterion from the reviewed calls of the store.

    Raises:
        UsageError: no such criterion, it looks for no phrases, or nobody has reviewed it.
        StoreError: the store cannot be read.
    """
    targets(card, criterion_of(card, criterion_id))  # before it is said that nobody reviewed it
    with Store.open_reader(settings.store_path) as reader:
        hidden: set[SensitiveKind] = {*settings.redaction.reports, "name"}
        reviewed = _reviewed(reader, card, criterion_id, hidden)
    if not reviewed:
        raise UsageError(
            f"nobody has judged {criterion_id} of {card.scorecard} met or not met yet: bring "
            "people's verdicts in with reviews import"
        )
    held_out = _held_out(reviewed)
    found = learn(card, criterion_id, reviewed, held_out, meanings_for(card, settings))
    now = dict(found.now)
    before = agreement([Pair(name, now[name], people) for name, people in found.people])
    effects = []
    for proposal in found.proposals:
        then = dict(proposal.verdicts)
        after = agreement([Pair(name, then[name], people) for name, people in found.people])
        effects.append(Effect(proposal=proposal, before=before, after=after))
    return Lesson(learned=found, effects=tuple(effects))


def write_draft(
    settings: Settings,
    card: Scorecard,
    file: Path,
    criterion_id: str,
    accepted: list[Proposal],
    output: Path | None,
) -> Draft:
    """Write the card's file with accepted phrases as the next version; never over a file.

    Raises:
        UsageError: the draft's file is there already, or the phrases stand in another file.
        ScorecardError: the draft would not be a scorecard.
    """
    version = 1 + max(card.version, _newest(settings, card.scorecard))
    shipped = file.parent == resource_folder("scorecards")
    beside = Path() if shipped else file.parent
    path = output or beside / f"{card.scorecard}-v{version}.yaml"
    if path.exists():
        raise UsageError(f"{path} is there already: give another file with --output")
    text = file.read_text(encoding="utf-8")
    for proposal in accepted:
        text = draft_text(text, file, criterion_id, proposal, version)
    parse_scorecard(text, str(path), path.parent)
    write_whole(path, text.encode())
    return Draft(
        file=str(path),
        scorecard=card.scorecard,
        version=version,
        added=tuple(p.phrase for p in accepted),
    )


def _reviewed(
    reader: StoreReader, card: Scorecard, criterion_id: str, hidden: Collection[SensitiveKind]
) -> list[Reviewed]:
    """Return the calls on which people agree that the criterion is met, or that it is not.

    Without the ``hidden`` kinds: a phrase is shown to people and goes into a card's file.
    """
    states = reader.current_verdicts(reviewed_only=True)
    people = {
        s.call_id: s.people_verdict
        for s in states
        if s.scorecard == card.scorecard
        and s.criterion_id == criterion_id
        and s.people_verdict in _JUDGED
    }
    found = []
    for batch in reader.plan_batches(BATCH_CALLS, sorted(people)) if people else ():
        for call in map(StoredCall.read, reader.read_batch(batch)):
            verdict = people[call.conversation.call_id]
            if verdict is not None:
                said = redact_conversation(call.conversation, hidden).conversation
                found.append(Reviewed(said, call.measures, call.metadata, verdict))
    return sorted(found, key=lambda call: call.conversation.call_id)


def _held_out(reviewed: list[Reviewed]) -> frozenset[str]:
    """Return half of the calls, always the same, where there are enough of both verdicts."""
    counts = [sum(call.people == verdict for call in reviewed) for verdict in _JUDGED]
    if min(counts) < ENOUGH:
        return frozenset()
    names = [call.conversation.call_id for call in reviewed]
    return frozenset(n for n in names if hashlib.sha256(n.encode()).digest()[0] % 2)


def _newest(settings: Settings, name: str) -> int:
    """Return the highest version of a card that the store knows; 0 for none."""
    with Store.open_reader(settings.store_path) as reader:
        sql = "SELECT coalesce(max(version), 0) FROM scores WHERE scorecard = ?"
        return int(reader.query(sql, [name]).rows[0][0])
