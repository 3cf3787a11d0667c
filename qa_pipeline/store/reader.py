"""Reading the store: the live file when it is free, else the snapshot, saying how old it is."""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

from qa_pipeline.errors import StoreHeldError, UsageError
from qa_pipeline.records import AgentHabit, ProcessedCall
from qa_pipeline.store import (
    cards,
    coaching_queries,
    golden,
    habits,
    known,
    lists,
    monitoring_queries,
    narrowing,
    removed,
    reviews,
    reviews_calibration,
    reviews_scores,
    same_call,
    stored_calls,
    stored_results,
    whole_call,
)
from qa_pipeline.store.connect import connect_reader, store_errors
from qa_pipeline.store.figures import CoachingFigures, MonitoringFigures
from qa_pipeline.store.reviews_calibration import CalibrationFigures
from qa_pipeline.store.rows import (
    CallFilter,
    CallRow,
    QueryResult,
    Run,
    StoreInfo,
)

if TYPE_CHECKING:
    import duckdb

Source = Literal["live", "snapshot"]


def snapshot_path(path: Path) -> Path:
    """Return where the snapshot of the store at ``path`` lies."""
    return path.with_name(f"{path.stem}.snapshot.duckdb")


def _file_at(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_ino, found.st_mtime_ns


class StoreReader:
    """The store, open to be read. A context manager; close it soon, for it keeps owners out."""

    def __init__(
        self,
        connection: "duckdb.DuckDBPyConnection",
        path: Path,
        source: Source,
        age_s: float,
        file: tuple[int, int] = (0, 0),
    ) -> None:
        self._connection = connection
        self.path = path
        self.file = file
        """Which file is open, and when it was written last: places of rows are of this file. An
        owner, who writes, has none."""
        self.source: Source = source
        self.age_s = age_s
        """Seconds since the snapshot was published; 0 for the live file."""

    @classmethod
    def open(cls, path: Path, memory_mib: int | None = None) -> "StoreReader":
        """Open the live file when it is free, else the snapshot.

        ``memory_mib``: of memory that DuckDB may keep what it has read in; default most of what
        the machine has.

        Raises:
            StoreHeldError: the store is held and no snapshot has been published yet.
            StoreError: there is no store, or it cannot be read.
        """
        try:
            connection = connect_reader(path)
            reader = StoreReader(connection, path, "live", 0.0, _file_at(path))
        except StoreHeldError as error:
            snapshot = snapshot_path(path)
            try:
                age_s = max(0.0, time.time() - snapshot.stat().st_mtime)
                file = _file_at(snapshot)  # before it is opened: it may be replaced at any time
            except FileNotFoundError:
                raise StoreHeldError(f"{error} There is no snapshot to read meanwhile.") from error
            connection = connect_reader(snapshot)
            reader = StoreReader(connection, path, "snapshot", age_s, file)
        if memory_mib is not None:
            reader._connection.execute(f"SET memory_limit = '{int(memory_mib)}MiB'")
        return reader

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> QueryResult:
        """Run one statement that reads, and return its columns and rows.

        Raises:
            UsageError: it is not exactly one reading statement, or DuckDB refuses it.
        """
        import duckdb

        try:
            statements = duckdb.extract_statements(sql)
            if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
                raise UsageError("Give exactly one SELECT statement: the store is only read here.")
            cursor = self._connection.cursor()
            try:
                cursor.execute("BEGIN TRANSACTION READ ONLY")
                cursor.execute(sql, list(parameters))
                columns = tuple(str(column[0]) for column in cursor.description or ())
                return QueryResult(columns=columns, rows=tuple(cursor.fetchall()))
            finally:
                cursor.close()
        except duckdb.Error as error:
            raise UsageError(f"The store cannot answer this query: {error}") from error

    def info(self) -> StoreInfo:
        """Return what the store holds."""
        with self._asking() as connection:
            return lists.info(connection)

    def runs(self, limit: int = 20) -> tuple[Run, ...]:
        """Return the latest runs, newest first."""
        with self._asking() as connection:
            return lists.runs(connection, limit)

    def list_calls(
        self, only: CallFilter | None = None, limit: int | None = None
    ) -> tuple[CallRow, ...]:
        """Return the calls that pass the filter, newest first."""
        with self._asking() as connection:
            return lists.list_calls(connection, only or CallFilter(), limit)

    def narrowed(self, only: CallFilter) -> CallFilter:
        """Return a filter as a person gave it as one that fits the store.

        Raises:
            UsageError: nothing in the store is called so, and the message names what is; or the
                period ends before it starts.
        """
        with self._asking() as connection:
            return narrowing.narrowed(connection, only)

    def ids_of_today(self, call_ids: Iterable[str]) -> dict[str, str]:
        """Return the ids that calls have, by those that they go by: today's, or of their sound.

        What is no call of the store is left out.
        """
        with self._asking() as connection:
            return same_call.ids_of_today(connection, call_ids)

    def read_call(self, call_id: str) -> ProcessedCall | None:
        """Return one call whole, with every score it has; ``None`` if there is no such call."""
        with self._asking() as connection:
            return whole_call.read_call(connection, call_id)

    def plan_batches(
        self,
        size: int,
        only: Sequence[str] | None = None,
        judged: Sequence[stored_results.JudgedBy] = (),
    ) -> list[stored_calls.CallBatch]:
        """Cut the stored calls, or those of the ids ``only``, into batches that read fast.

        ``judged``: of what `read_verdicts` will be asked.
        """
        with self._asking() as connection:
            return stored_calls.plan(connection, size, only, judged)

    def judged_by(self) -> list[tuple[stored_results.JudgedBy, int]]:
        """Return by what the stored calls were judged, and how many by each."""
        with self._asking() as connection:
            return stored_results.judged_by(connection)

    def read_verdicts(
        self,
        batch: stored_calls.CallBatch,
        wanted: Sequence[tuple[stored_results.JudgedBy, Sequence[str]]],
    ) -> dict[str, tuple[stored_results.JudgedBy, stored_results.VerdictsOf]]:
        """Return verdicts of before on the calls of a batch, of which ``wanted`` says which."""
        with self._asking() as connection:
            return stored_results.read_verdicts(connection, batch, wanted)

    def read_heads(self, batch: stored_calls.CallBatch) -> list[stored_calls.CallHead]:
        """Read what is known of the calls of a batch without what was said."""
        with self._asking() as connection:
            return stored_calls.read_heads(connection, batch)

    def read_batch(self, batch: stored_calls.CallBatch) -> list[stored_calls.StoredCall]:
        """Read the calls of a batch, without their scores, to judge them again.

        Turns and measures are read when they are asked for first: while the reader is open.
        """

        def later(table: str) -> dict[str, tuple[Any, ...]]:
            with self._asking() as connection:
                return stored_calls.read_part(connection, batch, table)

        with self._asking() as connection:
            return stored_calls.read_batch(connection, batch, later)

    def monitoring(self, only: CallFilter | None = None, names_in: str = "en") -> MonitoringFigures:
        """Return the figures of the monitoring report.

        ``names_in``: language in which criteria are named, where calls have such names.
        """
        with self._asking() as connection:
            return monitoring_queries.monitoring(connection, only or CallFilter(), names_in)

    def coaching(self, only: CallFilter | None = None, names_in: str = "en") -> CoachingFigures:
        """Return the findings of the coaching report. ``names_in``: as for `monitoring`."""
        with self._asking() as connection:
            return coaching_queries.coaching(connection, only or CallFilter(), names_in)

    def review_events(
        self, call_id: str | None = None, reviewer: str | None = None
    ) -> tuple[reviews.ReviewEvent, ...]:
        """Return what people said, the oldest first: of one call, by one reviewer, or all."""
        with self._asking() as connection:
            return reviews.list_events(connection, call_id, reviewer)

    def current_verdicts(
        self, call_id: str | None = None, *, reviewed_only: bool = False
    ) -> tuple[reviews.CriterionState, ...]:
        """Return for each criterion the machine's verdict, what people say, and what counts."""
        with self._asking() as connection:
            return reviews.current_states(connection, call_id, reviewed_only=reviewed_only)

    def counting_reviews(self, scorecard: str, version: int) -> tuple[reviews.CountingReview, ...]:
        """Return each person's verdicts that count, by a version of the card up to ``version``."""
        with self._asking() as connection:
            return reviews.counting_reviews(connection, scorecard, version)

    def stale_reviewed_calls(self) -> tuple[reviews_scores.JudgedCall, ...]:
        """Return the reviewed calls whose score after review is missing or out of date."""
        with self._asking() as connection:
            return reviews_scores.stale_calls(connection)

    def reviewed_scores(
        self, call_id: str | None = None
    ) -> tuple[reviews_scores.ReviewedScore, ...]:
        """Return the scores after review, of one call or of all."""
        with self._asking() as connection:
            return reviews_scores.reviewed_scores(connection, call_id)

    def kept_scorecard(self, content_hash: str) -> cards.KeptCard | None:
        """Return a card that judged calls as it was then; ``None`` where it was not kept."""
        with self._asking() as connection:
            return cards.kept_card(connection, content_hash)

    def unkept_cards(self) -> tuple[str, ...]:
        """Return the hashes of cards that judged calls people reviewed, and that are not kept."""
        with self._asking() as connection:
            return cards.unkept(connection)

    def calibration(
        self, only: CallFilter | None = None, names_in: str = "en"
    ) -> CalibrationFigures:
        """Return the pairs of verdicts that the calibration report is made of.

        ``names_in``: as for `monitoring`.
        """
        with self._asking() as connection:
            return reviews_calibration.calibration(connection, only or CallFilter(), names_in)

    def golden_calls(self) -> tuple[golden.GoldenCall, ...]:
        """Return the golden set, by call."""
        with self._asking() as connection:
            return golden.golden_calls(connection)

    def golden_truth(self, scorecard: str) -> tuple[golden.PeoplesVerdict, ...]:
        """Return what people agree on, by golden call and criterion, and what they were asked."""
        with self._asking() as connection:
            return golden.people_verdicts(connection, scorecard)

    def golden_baseline(self, scorecard: str) -> golden.Baseline:
        """Return what a check of the golden set is compared with."""
        with self._asking() as connection:
            return golden.baseline(connection, scorecard)

    def removed_calls(self) -> tuple[removed.RemovedCall, ...]:
        """Return the calls that were removed for good, the latest first."""
        with self._asking() as connection:
            return removed.removed_calls(connection)

    def removed_names(self) -> frozenset[str]:
        """Return what removed calls are known again by: ids, and digests of recordings."""
        with self._asking() as connection:
            return removed.removed_names(connection)

    def calls_to_remove(self, call_ids: Sequence[str]) -> tuple[removed.CallToRemove, ...]:
        """Return what goes with some calls: they and all others of the same recordings.

        Raises:
            UsageError: one is neither in the store nor removed before.
        """
        with self._asking() as connection:
            return removed.calls_to_remove(connection, call_ids)

    def known_calls(self) -> dict[str, known.KnownCall]:
        """Return the metadata of all calls, by call id and by the id of their sound."""
        with self._asking() as connection:
            return known.known_calls(connection)

    def agent_habits(self) -> dict[str, AgentHabit]:
        """Return how each agent usually speaks, by id; agents with too few calls are left out."""
        with self._asking() as connection:
            return habits.agent_habits(connection)

    def agent_habit(self, agent_id: str) -> AgentHabit:
        """Return how one agent usually speaks; empty where too few of their calls are known."""
        with self._asking() as connection:
            known = habits.agent_habits(connection, agent_id)
        return known.get(agent_id, AgentHabit(agent_id=agent_id))

    @contextmanager
    def _asking(self) -> "Iterator[duckdb.DuckDBPyConnection]":
        """Give a connection of its own, so that threads and temporary tables do not meet."""
        with store_errors(self.path):
            cursor = self._connection.cursor()
            try:
                yield cursor
            finally:
                cursor.close()
