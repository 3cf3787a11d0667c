"""A result speaks of the conversation that was judged, whenever it was written down."""

from datetime import timedelta
from pathlib import Path

import pytest

from qa_pipeline.errors import StoreHeldError
from qa_pipeline.pipeline.rescoring import rescore
from qa_pipeline.records import ProcessedCall
from qa_pipeline.scoring import Scorecard
from qa_pipeline.settings import Settings
from qa_pipeline.store import Store, write_bundle
from tests.pipeline.scored_scripts import processed
from tests.pipeline.standards import CARD, fill_store, small_card

SECOND = CARD.replace("version: 1", "version: 2").replace("points: 5", "points: 7")


def test_results_of_a_conversation_that_was_replaced_meanwhile_do_not_count(
    tmp_path: Path,
) -> None:
    settings = fill_store(tmp_path, 3)
    _write(settings, _heard_anew("call-001", small_card()))
    with Store.open_reader(settings.store_path), pytest.raises(StoreHeldError):
        rescore(settings, small_card(SECOND))
    _ingest(settings)
    current = "SELECT call_id, version FROM current_scores ORDER BY ALL"
    assert _rows(settings, current) == [("call-000", 2), ("call-001", 1), ("call-002", 2)]
    assert _unproved(settings) == 0
    again = rescore(settings, small_card(SECOND))
    assert (again.taken, again.outdated) == (9, 0)
    assert _rows(settings, current) == [("call-000", 2), ("call-001", 2), ("call-002", 2)]
    assert _unproved(settings) == 0
    scores = "SELECT * EXCLUDE scored_at FROM criterion_results r ORDER BY ALL"
    before = _rows(settings, scores.replace("EXCLUDE scored_at ", ""))
    rescore(settings, small_card(SECOND), anew=True)
    assert _rows(settings, scores.replace("EXCLUDE scored_at ", "")) == before


def test_a_result_of_the_newer_conversation_stays_whenever_the_other_was_scored(
    tmp_path: Path,
) -> None:
    settings = fill_store(tmp_path, 2)
    late = _heard_anew("call-001", small_card())  # processed now, written when others are done
    done = rescore(settings, small_card())
    _write(settings, late)
    _ingest(settings)
    assert done.outdated == 0
    current = "SELECT call_id, scored_at = call_processed_at FROM scores ORDER BY ALL"
    assert _rows(settings, current) == [("call-000", False), ("call-001", True)]
    assert _unproved(settings) == 0
    assert _rows(settings, "SELECT count(*) FROM earlier_scores WHERE call_id = 'call-001'") == [
        (2,)
    ]


def test_rescoring_says_which_calls_were_processed_anew_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = fill_store(tmp_path, 3)

    def meanwhile(_: Settings) -> None:
        _write(settings, _heard_anew("call-001", small_card()))

    monkeypatch.setattr("qa_pipeline.pipeline.rescoring._take_in_what_waits", meanwhile)
    assert rescore(settings, small_card(SECOND)).outdated == 1


def _heard_anew(name: str, card: Scorecard) -> ProcessedCall:
    """Return a call in which better models hear other words."""
    call = processed(name, "A: your own fault\nC: my line is slow\nA: thank you goodbye", card)
    return call.model_copy(update={"processed_at": call.processed_at + timedelta(hours=1)})


def _write(settings: Settings, call: ProcessedCall) -> None:
    write_bundle(call, settings.bundles_dir, "heard anew")


def _ingest(settings: Settings) -> None:
    with Store.open_owner(settings.store_path) as owner:
        owner.ingest(settings.bundles_dir)


def _unproved(settings: Settings) -> int:
    """Return how many quotes of current verdicts are not in the utterance that they name."""
    [(count,)] = _rows(
        settings,
        "SELECT count(*) FROM current_evidence e LEFT JOIN utterances u USING (call_id, "
        "utterance_id) WHERE e.quote IS NOT NULL AND NOT coalesce(contains(u.text, e.quote), "
        "FALSE)",
    )
    assert isinstance(count, int)
    return count


def _rows(settings: Settings, sql: str) -> list[tuple[object, ...]]:
    with Store.open_reader(settings.store_path) as reader:
        return list(reader.query(sql).rows)
