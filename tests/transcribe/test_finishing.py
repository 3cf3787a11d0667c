"""Transcripts are written as the centre wants them, whatever engine heard them."""

from collections.abc import Sequence

import pytest

from qa_pipeline.records import Transcript, Word
from qa_pipeline.transcribe import (
    ChannelRequest,
    FinishedTranscription,
    TranscriptionEngine,
    Vocabulary,
    Writing,
)
from qa_pipeline.transcribe.finishing import punctuated


def words(*said: tuple[str, float, float]) -> list[Word]:
    return [Word(text=t, start_s=a, end_s=b, probability=0.5) for t, a, b in said]


class Heard:
    """An engine that heard one thing."""

    name, version = "heard", "1"

    def __init__(self, language: str, said: Sequence[Word]) -> None:
        self._transcript = Transcript(
            channel=0, language=language, language_probability=1, words=tuple(said), speech_s=5
        )

    def transcribe(self, requests: Sequence[ChannelRequest]) -> list[Transcript]:
        return [self._transcript]


def finished(engine: TranscriptionEngine, writing: Writing) -> Transcript:
    vocabulary = Vocabulary(("Bluebell Broadband", "青藤宽带"))
    return FinishedTranscription(engine, vocabulary, writing).transcribe([])[0]


def test_names_are_put_right_and_counted() -> None:
    said = words(("blue", 0, 0.2), ("bell", 0.2, 0.5), ("broad", 0.5, 0.8), ("band", 0.8, 1))
    transcript = finished(Heard("en", said), Writing())
    assert [w.text for w in transcript.words] == ["Bluebell", "Broadband."]
    assert transcript.corrected_words == 1


def test_traditional_characters_where_a_centre_writes_them() -> None:
    said = words(("清", 0, 0.2), ("藤", 0.2, 0.4), ("宽", 0.4, 0.6), ("带", 0.6, 0.8))
    transcript = finished(Heard("zh", said), Writing(mandarin="traditional"))
    assert "".join(w.text for w in transcript.words) == "青藤寬帶。"


def test_marks_at_pauses_where_the_model_wrote_none() -> None:
    said = words(("yes", 0, 0.3), ("of", 0.7, 0.8), ("course", 0.8, 1.0), ("right", 2.0, 2.2))
    assert [w.text for w in punctuated(said, "en", "by_pauses")] == [
        "yes,",
        "of",
        "course.",
        "right.",
    ]
    chinese = words(("好的", 0, 0.3), ("谢谢", 1.2, 1.5))
    assert "".join(w.text for w in punctuated(chinese, "zh", "by_pauses")) == "好的。谢谢。"


def test_a_model_that_punctuates_keeps_its_marks() -> None:
    said = words(("yes,", 0, 0.3), ("sure", 2.0, 2.4), ("thing.", 2.4, 3.0), ("bye", 6.0, 6.2))
    assert punctuated(said, "en", "by_pauses") == said


@pytest.mark.parametrize("punctuation", ["as_heard", "none"])
def test_marks_can_be_left_or_taken_away(punctuation: str) -> None:
    said = words(("yes,", 0, 0.3), ("?", 0.3, 0.4), ("sure", 2.0, 2.4))
    got = punctuated(said, "en", punctuation)  # type: ignore[arg-type]
    wanted = ["yes,", "?", "sure"] if punctuation == "as_heard" else ["yes", "sure"]
    assert [w.text for w in got] == wanted
