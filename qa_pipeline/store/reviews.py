"""People's verdicts on stored calls: matched, added as events, and read back.

Nothing here changes or removes an event. What belongs here is the meeting of a given verdict with
the store: is there such a call, such a criterion, and is the verdict known already? Reading files
is ``reviews_file``; the state of today is in the views of ``review_tables``.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pydantic import AwareDatetime

from qa_pipeline.records import Verdict
from qa_pipeline.records.base import Record
from qa_pipeline.store.monitoring_queries import rows
from qa_pipeline.store.questions import ASKED_OF_CALLS
from qa_pipeline.store.review_tables import person
from qa_pipeline.store.same_call import ids_of_today

if TYPE_CHECKING:
    import duckdb

_EVENTS: Final = (
    *("event_id", "call_id", "scorecard", "criterion_id", "verdict", "reviewer", "reviewed_at"),
    *("reason", "decides", "source", "source_row", "imported_at", "asked"),
)


class GivenVerdict(Record):
    """One verdict as a person gave it, before anything is known to fit."""

    row: int
    """Row of the file; the header is row 1."""
    call: str
    criterion: str
    """Id of the criterion, or its name as the card says it."""
    verdict: Verdict
    reviewer: str
    reviewed_at: AwareDatetime
    reason: str | None = None
    scorecard: str | None = None
    """Only needed where several scorecards with this criterion judged the call."""
    decides: bool = False
    asked: str | None = None
    """What the criterion asked, in words; ``None``: what it asked of the call at that time."""


class ReviewProblem(Record):
    """A row that was not taken in, and why."""

    row: int
    reason: str


class ReviewImport(Record):
    """What importing a file of verdicts did."""

    file: str
    added: int
    known: int
    """Verdicts that were in the store already, word for word."""
    calls: int
    """Calls that the added verdicts are about."""
    rescored: int = 0
    """Scores after review that were computed anew."""
    problems: tuple[ReviewProblem, ...] = ()


class ReviewEvent(Record):
    """A person's verdict as the store keeps it."""

    event_id: str
    call_id: str
    scorecard: str
    criterion_id: str
    verdict: Verdict
    reviewer: str
    reviewed_at: AwareDatetime
    reason: str | None
    decides: bool
    source: str
    source_row: int
    imported_at: AwareDatetime
    asked: str | None = None
    """What the verdict is on; ``None`` where that was never known."""


class CriterionState(Record):
    """The machine's verdict on one criterion of one call, what people say, and what counts."""

    call_id: str
    scorecard: str
    version: int
    criterion_id: str
    name: str
    machine_verdict: Verdict
    machine_needs_review: bool
    people_verdict: Verdict | None
    people_state: str | None
    """``decided``, ``agreed`` or ``disputed``; ``None`` where nobody reviewed it."""
    reviewers: int
    verdict: Verdict
    judged_by: str
    earlier_reviews: int = 0
    """Verdicts of people on what the criterion asked before: they do not count."""


class CountingReview(Record):
    """A verdict of a person that counts today, and what it is on."""

    call_id: str
    criterion_id: str
    asked: str
    language: str
    """Of the call."""


class LeftOut(Record):
    """What people said of one question that does not count for a card."""

    criterion_id: str
    asked: str
    """What they were asked."""
    asks: str | None
    """What the card asks instead; ``None``: it has no such criterion."""
    verdicts: int
    calls: int


def add_verdicts(
    connection: "duckdb.DuckDBPyConnection", given: Sequence[GivenVerdict], source: str
) -> ReviewImport:
    """Add the verdicts that fit the store and are not known yet; say of the others why not.

    One transaction: a file is taken in as far as it fits, or not at all when the disk refuses.
    """
    matching = _Matching(connection, given)
    now = datetime.now(UTC)
    new: list[list[Any]] = []
    problems: list[ReviewProblem] = []
    known = 0
    for item in given:
        event = matching.event(item, source, now)
        if isinstance(event, str):
            problems.append(ReviewProblem(row=item.row, reason=event))
        elif event is None:
            known += 1
        else:
            new.append([getattr(event, name) for name in _EVENTS])
    if new:
        places = ", ".join("?" for _ in _EVENTS)
        connection.execute("BEGIN")
        try:
            connection.executemany(
                f"INSERT INTO review_events ({', '.join(_EVENTS)}) VALUES ({places})", new
            )
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
    calls = len({row[_EVENTS.index("call_id")] for row in new})
    return ReviewImport(
        file=source, added=len(new), known=known, calls=calls, problems=tuple(problems)
    )


def list_events(
    connection: "duckdb.DuckDBPyConnection", call_id: str | None, reviewer: str | None
) -> tuple[ReviewEvent, ...]:
    """Return the events of a call or of a reviewer, or all, the oldest first."""
    found = rows(
        connection,
        "SELECT * FROM review_events WHERE ($1 IS NULL OR call_id = $1) "
        f"AND ($2 IS NULL OR {person('reviewer')} = {person('$2')}) "
        "ORDER BY reviewed_at, call_id, criterion_id, reviewer, event_id",
        [call_id, reviewer],
    )
    return tuple(ReviewEvent.model_validate(row) for row in found)


def current_states(
    connection: "duckdb.DuckDBPyConnection", call_id: str | None, *, reviewed_only: bool
) -> tuple[CriterionState, ...]:
    """Return what counts for each criterion of a call, or of all calls."""
    names = ", ".join(CriterionState.model_fields)
    found = rows(
        connection,
        f"SELECT {names} FROM current_verdicts WHERE ($1 IS NULL OR call_id = $1) "
        "AND (NOT $2 OR people_state IS NOT NULL OR earlier_reviews > 0) "
        "ORDER BY call_id, scorecard, section_id, criterion_id",
        [call_id, reviewed_only],
    )
    return tuple(CriterionState.model_validate(row) for row in found)


def counting_reviews(
    connection: "duckdb.DuckDBPyConnection", scorecard: str, version: int
) -> tuple[CountingReview, ...]:
    """Return each person's verdicts that count, by a version of the card up to ``version``."""
    found = rows(
        connection,
        "SELECT v.call_id, v.criterion_id, v.asked, c.language FROM review_verdicts v "
        "JOIN current_scores s USING (call_id, scorecard) JOIN calls c USING (call_id) "
        "WHERE v.scorecard = ? AND s.version <= ? ORDER BY ALL",
        [scorecard, version],
    )
    return tuple(CountingReview.model_validate(row) for row in found)


def event_id(call_id: str, scorecard: str, criterion_id: str, reviewer: str, at: datetime) -> str:
    """Return the id of an event: the same judgement has the same id wherever it comes from."""
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    key = "\x1f".join((call_id, scorecard, criterion_id, reviewer, moment))
    return hashlib.sha256(key.encode()).hexdigest()[:24]


class _Asked(NamedTuple):
    """What a criterion asked of a call by one version of the card."""

    name: str
    ask: str | None
    version: int
    first_at: datetime
    """Since when the version has judged the call."""


_NEAR = 75
"""How alike, of 100, a word is to what it may be a slip of."""
_Criteria = dict[str, list[_Asked]]
"""By id of the criterion, what each version asked."""
_Judgement = tuple[str, str, str, str, datetime]
"""Call, scorecard, criterion, person and time."""


class _Matching:
    """What the store knows of the calls that verdicts are given on."""

    def __init__(
        self, connection: "duckdb.DuckDBPyConnection", given: Sequence[GivenVerdict]
    ) -> None:
        self._ids = ids_of_today(connection, {item.call for item in given})
        wanted = [sorted(set(self._ids.values()))]
        self._criteria: dict[str, dict[str, _Criteria]] = {}
        asked = f"{ASKED_OF_CALLS} WHERE list_contains($1, q.call_id) ORDER BY ALL"
        for row in rows(connection, asked, wanted):
            cards = self._criteria.setdefault(row["call_id"], {})
            cards.setdefault(row["scorecard"], {}).setdefault(row["criterion_id"], []).append(
                _Asked(row["name"], row["ask"], row["version"], row["first_at"])
            )
        self._people = {
            row["name"]: row["person"]
            for row in rows(
                connection,
                f"SELECT name, {person('name')} AS person FROM (SELECT unnest($1) AS name)",
                [sorted({item.reviewer for item in given})],
            )
        }
        self._events: dict[_Judgement, tuple[str, bool]] = {
            (
                *(row["call_id"], row["scorecard"], row["criterion_id"], row["person"]),
                row["reviewed_at"],
            ): (row["verdict"], row["decides"])
            for row in rows(
                connection,
                "SELECT call_id, scorecard, criterion_id, reviewed_at, verdict, decides, "
                f"{person('reviewer')} AS person FROM review_events "
                "WHERE list_contains($1, call_id)",
                wanted,
            )
        }
        self._rows: dict[_Judgement, int] = {}

    def event(self, item: GivenVerdict, source: str, now: datetime) -> ReviewEvent | str | None:
        """Return the event to add, why there is none, or ``None`` where it is known already."""
        call_id = self._ids.get(item.call)
        if call_id is None:
            return f"unknown call {item.call!r}: it is not in the store"
        item = item.model_copy(update={"call": call_id})
        found = self._place(item)
        if isinstance(found, str):
            return found
        scorecard, criterion_id = found
        by = self._people[item.reviewer]
        key = (item.call, scorecard, criterion_id, by, item.reviewed_at)
        before = self._events.get(key)
        if before is not None:
            if before == (item.verdict, item.decides):
                return None
            place = f"row {self._rows[key]}" if key in self._rows else "the store"
            return (
                f"{item.reviewer} said {before[0]} of this criterion at that very time ({place}): "
                "a changed mind needs a later time"
            )
        self._events[key] = (item.verdict, item.decides)
        self._rows[key] = item.row
        return ReviewEvent(
            event_id=event_id(item.call, scorecard, criterion_id, item.reviewer, item.reviewed_at),
            call_id=item.call,
            scorecard=scorecard,
            criterion_id=criterion_id,
            verdict=item.verdict,
            reviewer=item.reviewer,
            reviewed_at=item.reviewed_at,
            reason=item.reason,
            decides=item.decides,
            source=source,
            source_row=item.row,
            imported_at=now,
            asked=item.asked or _asked(item, self._criteria[item.call][scorecard][criterion_id]),
        )

    def _place(self, item: GivenVerdict) -> tuple[str, str] | str:
        """Return scorecard and criterion that the verdict is on, or why there are none."""
        cards = self._criteria.get(item.call, {})
        if item.scorecard is not None:
            if item.scorecard not in cards:
                known = ", ".join(cards) or "none"
                return f"call {item.call} was not judged by scorecard {item.scorecard!r} ({known})"
            cards = {item.scorecard: cards[item.scorecard]}
        places = [
            (card, criterion_id)
            for card, criteria in cards.items()
            for criterion_id in _named(item.criterion, criteria)
        ]
        if not places:
            return _unknown_criterion(item, cards)
        if len(places) > 1:
            which = ", ".join(f"{card}: {criterion}" for card, criterion in places)
            return (
                f"criterion {item.criterion!r} may be several ({which}): "
                "say which, by its id and a column 'scorecard'"
            )
        return places[0]


def _named(criterion: str, criteria: _Criteria) -> list[str]:
    """Return the criteria with that id, else those with that name in any version."""
    if criterion in criteria:
        return [criterion]
    wanted = criterion.casefold()
    return [
        key
        for key, versions in criteria.items()
        if wanted in (key.casefold(), *(one.name.casefold() for one in versions))
    ]


def _asked(item: GivenVerdict, versions: Sequence[_Asked]) -> str:
    """Return what a verdict is on: what was asked of the call when the verdict was given.

    Of the versions that had judged the call by then the newest, or the newest of all where none
    had; where the criterion is given by its name, of those that call it so.
    """
    name = item.criterion.casefold()
    called = [one for one in versions if one.name.casefold() == name] or versions
    one = max(called, key=lambda one: (one.first_at <= item.reviewed_at, one.version))
    return one.ask or one.name


def _unknown_criterion(item: GivenVerdict, cards: dict[str, _Criteria]) -> str:
    from rapidfuzz import process

    criteria = [found for card in cards.values() for found in card.items()]
    if not criteria:
        return f"call {item.call} has no verdicts yet: score it first (run or rescore)"
    names = (one.name for _, versions in criteria for one in versions)
    known = list(dict.fromkeys([*(key for key, _ in criteria), *names]))
    near = process.extractOne(item.criterion, known, score_cutoff=_NEAR)
    hint = f", did you mean {near[0]!r}?" if near else ""
    return f"unknown criterion {item.criterion!r}: call {item.call} was not judged by it{hint}"
