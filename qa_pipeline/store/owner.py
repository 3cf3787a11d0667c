"""The owner: the one process that writes the store, for as long as it holds it."""

import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from qa_pipeline.errors import StoreError
from qa_pipeline.store import cards, golden, known, removed, reviews, reviews_scores
from qa_pipeline.store.connect import connect_writer, no_store, store_errors
from qa_pipeline.store.files import disk_errors, remove_leftovers, sync_folder, temporary_name
from qa_pipeline.store.ingest import BATCH, ingest_folder
from qa_pipeline.store.processes import is_gone, process_name
from qa_pipeline.store.reader import StoreReader, snapshot_path
from qa_pipeline.store.rows import IngestSummary, Run

_COPY = """
import os
import shutil
import sys
with open(sys.argv[1], "rb") as source, open(sys.argv[2], "wb") as target:
    shutil.copyfileobj(source, target, 1 << 20)
    target.flush()
    os.fsync(target.fileno())
"""


class StoreOwner(StoreReader):
    """The store, open read-write. One process at a time; close it soon, or be the console."""

    def __init__(self, path: Path, wait_s: float = 2.0) -> None:
        """Open the store, making it where there is none; runs of killed processes are marked.

        Raises:
            StoreHeldError: another process holds it still after ``wait_s`` seconds.
            StoreError: the disk is full or read-only, or the file is no store.
        """
        connection = connect_writer(path, wait_s)
        super().__init__(connection, path, source="live", age_s=0.0)
        self._writing = threading.Lock()
        try:
            self._mark_interrupted()
        except BaseException:
            self.close()
            raise

    def ingest(self, bundles: Path, batch: int = BATCH) -> IngestSummary:
        """Take in every bundle and failure in the folder that is not in the store yet.

        A bundle is taken in once, however often this is called or killed. A newer bundle of a
        call replaces the call; scores by other versions of a scorecard stay.

        Raises:
            StoreError: the disk is full or read-only; whole batches taken in before stay.
        """
        with self._writing:
            return ingest_folder(self._connection, self.path, bundles, batch)

    def record_run(self, run: Run) -> None:
        """Write down a run, or how it ended; the row of the same ``run_id`` is replaced.

        Raises:
            StoreError: the disk is full or read-only.
        """
        row = run.model_dump()
        row["paths"] = list(run.paths)
        row["process"] = process_name()
        places = ", ".join("?" for _ in row)
        with self._writing, store_errors(self.path):
            self._connection.execute(
                f"INSERT OR REPLACE INTO runs ({', '.join(row)}) VALUES ({places})",
                list(row.values()),
            )

    def move_calls(self, moved: Mapping[str, str]) -> None:
        """Note where the files of calls lie now, after somebody moved them: paths by call id."""
        with self._writing, store_errors(self.path):
            known.move_calls(self._connection, moved)

    def add_reviews(
        self, given: Sequence[reviews.GivenVerdict], source: str
    ) -> reviews.ReviewImport:
        """Add people's verdicts; what does not fit or is known already is said, not added.

        Raises:
            StoreError: the disk is full or read-only; then none is added.
        """
        with self._writing, store_errors(self.path):
            return reviews.add_verdicts(self._connection, given, source)

    def put_reviewed_scores(
        self,
        scores: Iterable[reviews_scores.ReviewedScore],
        results: Iterable[reviews_scores.ReviewedResult] = (),
    ) -> int:
        """Write scores after review, and what people's verdicts earn in them; return how many."""
        with self._writing, store_errors(self.path):
            return reviews_scores.put_scores(self._connection, scores, results)

    def keep_scorecard(self, card: cards.KeptCard) -> None:
        """Keep a card that judges calls as it is, so that its results can be computed again."""
        with self._writing, store_errors(self.path):
            cards.keep_card(self._connection, card)

    def mark_golden(
        self, call_ids: Sequence[str], by: str, reason: str | None = None, *, golden_: bool = True
    ) -> tuple[str, ...]:
        """Put calls into the golden set or take them out; return those for which that is new."""
        with self._writing, store_errors(self.path):
            return golden.mark(self._connection, call_ids, by, reason, golden=golden_)

    def readmit_calls(
        self, call_ids: Sequence[str], by: str, reason: str | None = None
    ) -> tuple[str, ...]:
        """Let calls that were removed for good be taken in again by later runs; return their ids.

        Raises:
            UsageError: one is not removed.
        """
        with self._writing, store_errors(self.path):
            return removed.readmit(self._connection, call_ids, by, reason)

    def record_baseline(self, verdicts: Sequence[golden.BaselineVerdict], by: str) -> None:
        """Record the verdicts on the golden set that later checks are compared with."""
        with self._writing, store_errors(self.path):
            golden.record_baseline(self._connection, verdicts, by)

    def publish_snapshot(self) -> Path:
        """Copy the store to ``<store>.snapshot.duckdb`` for readers; return that path.

        Readers of the snapshot before keep theirs: the new one takes its place in one step. A
        process of its own copies the file, because closing a second handle to it in this one
        would give up DuckDB's lock (POSIX record locks belong to a process and its file).

        Raises:
            StoreError: the disk is full or read-only; the snapshot before stays.
        """
        target = snapshot_path(self.path)
        remove_leftovers(target.parent)
        temporary = target.with_name(temporary_name())
        with self._writing:
            with store_errors(self.path):
                self._connection.execute("CHECKPOINT")
            try:
                self._copy(temporary)
                with disk_errors("publish", target):
                    temporary.replace(target)
            finally:
                with suppress(OSError):
                    temporary.unlink(missing_ok=True)
        sync_folder(target.parent)
        return target

    def _copy(self, target: Path) -> None:
        command = [sys.executable, "-I", "-S", "-c", _COPY, str(self.path), str(target)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            said = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
            raise StoreError(
                f"Cannot publish the snapshot {snapshot_path(self.path)} ({said[0]}): make room "
                "or make its folder writable. The store itself is complete."
            )

    def _mark_interrupted(self) -> None:
        """Mark runs whose process was killed; of other machines' processes, those two days old."""
        with store_errors(self.path):
            running = self._connection.execute(
                "SELECT run_id, process, started_at < now() - INTERVAL 2 DAY FROM runs "
                "WHERE status = 'running'"
            ).fetchall()
            for run_id, process, old in running:
                gone = is_gone(process or "")
                if gone or (gone is None and old):
                    self._connection.execute(
                        "UPDATE runs SET status = 'interrupted' WHERE run_id = ?", [run_id]
                    )


class Store:
    """How to open the store: as its owner to write, as a reader to look."""

    @staticmethod
    def open_owner(path: Path, wait_s: float = 2.0, *, make: bool = True) -> StoreOwner:
        """Open read-write; see ``StoreOwner``.

        ``make``: whether to make a store where there is none; else ``StoreError`` is raised.
        """
        if not make and not path.exists():
            raise no_store(path)
        return StoreOwner(path, wait_s)

    @staticmethod
    def open_reader(path: Path, memory_mib: int | None = None) -> StoreReader:
        """Open to read: the live file when it is free, else the snapshot; see ``StoreReader``."""
        return StoreReader.open(path, memory_mib)
