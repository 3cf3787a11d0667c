from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.records import Turn, Word
from qa_pipeline.speakers import UNKNOWN_SPEAKER, assign_words


def word(start_s: float, end_s: float) -> Word:
    return Word(text="yes", start_s=start_s, end_s=end_s, probability=0.9)


def turn(speaker: str, start_s: float, end_s: float) -> Turn:
    return Turn(speaker=speaker, start_s=start_s, end_s=end_s)


def test_a_word_goes_to_the_speaker_who_overlaps_it_most() -> None:
    turns = [turn("a", 0.0, 1.2), turn("b", 1.2, 3.0)]
    assert assign_words([word(1.0, 1.6)], turns) == ("b",)
    assert assign_words([word(0.6, 1.3)], turns) == ("a",)


def test_two_short_turns_of_one_speaker_count_together() -> None:
    turns = [turn("a", 0.0, 0.3), turn("b", 0.3, 0.7), turn("a", 0.7, 1.0)]
    assert assign_words([word(0.0, 1.0)], turns) == ("a",)


def test_a_word_beside_a_turn_goes_to_the_nearest_within_half_a_second() -> None:
    turns = [turn("a", 0.0, 1.0), turn("b", 2.0, 3.0)]
    assert assign_words([word(1.1, 1.3)], turns) == ("a",)
    assert assign_words([word(1.6, 1.9)], turns) == ("b",)
    assert assign_words([word(3.6, 4.0)], turns) == (UNKNOWN_SPEAKER,)


def test_without_turns_nobody_is_named() -> None:
    assert assign_words([word(0.0, 1.0)], []) == (UNKNOWN_SPEAKER,)


def test_where_both_talk_throughout_the_speaker_goes_on() -> None:
    turns = [turn("a", 0.0, 5.0), turn("b", 2.0, 9.0)]
    assert assign_words([word(1.0, 1.5), word(2.5, 3.0)], turns) == ("a", "a")
    # With nobody before, whoever holds the floor longest.
    assert assign_words([word(2.5, 3.0)], turns) == ("b",)


def test_a_word_of_no_length_falls_into_the_turn_around_it() -> None:
    assert assign_words([word(1.0, 1.0)], [turn("a", 0.5, 2.0)]) == ("a",)


@given(
    st.lists(st.tuples(st.floats(0, 60), st.floats(0, 3)), max_size=12),
    st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 60), st.floats(0.1, 9)), max_size=8),
)
def test_every_word_gets_one_speaker_that_exists(
    spans: list[tuple[float, float]], held: list[tuple[str, float, float]]
) -> None:
    words = [word(start_s, start_s + length_s) for start_s, length_s in spans]
    turns = [turn(speaker, start_s, start_s + length_s) for speaker, start_s, length_s in held]
    assigned = assign_words(words, turns)
    assert len(assigned) == len(words)
    assert set(assigned) <= {t.speaker for t in turns} | {UNKNOWN_SPEAKER}
    for spoken, speaker in zip(words, assigned, strict=True):
        if any(t.start_s < spoken.end_s and t.end_s > spoken.start_s for t in turns):
            assert speaker != UNKNOWN_SPEAKER
