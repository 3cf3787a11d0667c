"""What ``scorecards learn`` proposes is worth a person's time: whole phrases, of several calls."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from qa_pipeline.pipeline.learning import Lesson, learn_from_reviews
from qa_pipeline.records import Verdict
from qa_pipeline.store import Store
from tests.pipeline.standards import fill_store, small_card
from tests.store.review_helpers import add, said

End = tuple[str, Verdict]


def lesson(
    folder: Path, monkeypatch: pytest.MonkeyPatch, ends: Sequence[End], calls: int
) -> Lesson:
    """Return what is learned about farewells from calls that end so in turn."""
    monkeypatch.setattr("tests.pipeline.standards.ENDS", tuple(ends))
    settings = fill_store(folder, calls)
    return learn_from_reviews(settings, small_card(), "closure.farewell")


def phrases(found: Lesson) -> list[str]:
    return [effect.proposal.phrase for effect in found.effects]


def test_a_whole_phrase_comes_before_its_beginning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends: tuple[End, ...] = (
        ("so have a lovely day", "met"),
        ("then have a lovely day", "met"),
        ("the next one please", "not_met"),
    )
    assert phrases(lesson(tmp_path, monkeypatch, ends, 12)) == ["have a lovely day"]


def test_mandarin_phrases_are_not_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ends: tuple[End, ...] = (
        ("好的祝您生活愉快", "met"),
        ("那祝您生活愉快了啊", "met"),
        ("您还有别的事吗", "not_met"),
    )
    assert phrases(lesson(tmp_path, monkeypatch, ends, 12)) == ["祝你生活愉快"]


def test_no_phrase_ends_where_more_must_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends: tuple[End, ...] = (
        ("all the best and have a restful weekend", "met"),
        ("all the best and have a splendid evening", "met"),
        ("that is everything", "not_met"),
    )
    found = phrases(lesson(tmp_path, monkeypatch, ends, 12))
    assert found
    assert not [phrase for phrase in found if phrase.split()[-1] in ("and", "have", "a", "is")]


def test_what_a_single_call_says_is_not_proposed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends: tuple[End, ...] = (
        ("so have a lovely day", "met"),
        ("so have a lovely day", "met"),
        ("regards to your gardener", "met"),
        ("the next one please", "not_met"),
    )
    assert phrases(lesson(tmp_path, monkeypatch, ends, 4)) == ["have a lovely day"]


def test_what_spoils_more_than_it_catches_is_not_proposed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing tells in the one half of the calls what the other half will say."""
    monkeypatch.setattr("qa_pipeline.pipeline.learning.ENOUGH", 2)
    ends: tuple[End, ...] = (("right so all done now", "met"), ("the next one please", "not_met"))
    monkeypatch.setattr("tests.pipeline.standards.ENDS", ends)
    settings = fill_store(tmp_path, 12)
    first = learn_from_reviews(settings, small_card(), "closure.farewell")
    measured = {name for name, _ in first.learned.people}
    assert first.effects
    with Store.open_owner(settings.store_path) as owner:
        for name in sorted(measured):
            assert add(owner, said(name, "closure.farewell", "not_met", hours=24)) == []
    again = learn_from_reviews(settings, small_card(), "closure.farewell")
    assert {name for name, _ in again.learned.people} == measured
    assert again.effects == ()
