"""Phrases are looked for only where they can be; nothing is found that way but what is found by
comparing every phrase with every run of words, and all of that."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.scoring import vocabulary
from qa_pipeline.scoring.checks import Match
from qa_pipeline.scoring.landmarks import Windows
from qa_pipeline.scoring.matching import Hit, Shapes, alike, best, find, find_all, is_there
from qa_pipeline.scoring.phrases import PhraseSet, compiled
from qa_pipeline.scoring.stream import Stream
from tests.scoring.test_matching import utterance

ENGLISH = (
    *("thank", "you", "for", "calling", "bluebell", "broadband", "how", "may", "i", "help"),
    *("today", "good", "morning", "goodbye", "bye", "is", "there", "anything", "else", "can"),
    *("do", "am", "sorry", "about", "that", "one", "moment", "please", "your", "account"),
    *("number", "ann", "other", "blue", "bell", "broad", "band", "any", "thing", "tank"),
    *("cooling", "mourning", "hep", "accounts", "no"),
)
MANDARIN = "请问有什么可以帮您您好感谢您的来电再见祝您生活愉快与快身邦青藤滕宽带不好意思稍等一下"


MANY = (
    *(f"{first} {second}" for first, second in pairwise(dict.fromkeys(ENGLISH))),
    *(MANDARIN[i : i + 4] for i in range(len(MANDARIN) - 3)),
)
"""With these, words are remembered from stream to stream."""


def found_plainly(stream: Stream, phrases: PhraseSet) -> list[Hit]:
    """Compare every phrase with every run of words that is about as long."""
    hits: list[Hit] = []
    for script in set(stream.scripts):
        part = tuple(p for p in phrases.by_text.values() if p.script == script)
        every = [
            (number, first, first + length)
            for number, phrase in enumerate(part)
            for length in phrase.window_lengths()
            for begin, end in stream.runs
            for first in range(begin, end - length + 1)
        ]
        if part:
            columns = np.array(every, dtype=np.intp).reshape(-1, 3).T
            found = alike(Windows(*columns), Shapes(part), stream, phrases.match)
            hits += [hit for _, hit in found]
    by_text = phrases.by_text
    return best(hits, lambda h: is_there(by_text[h.phrase], stream, h.first, h.last + 1))


english = st.lists(st.sampled_from(ENGLISH), min_size=1, max_size=9).map(" ".join)
mandarin = st.text(st.sampled_from(MANDARIN), min_size=1, max_size=9)
texts = st.one_of(english, mandarin, st.tuples(english, mandarin).map("".join))


@st.composite
def streams(draw: st.DrawFn) -> Stream:
    """Some utterances, most of them near enough for a phrase to go over their border."""
    at_s, said = 0.0, []
    for number in range(draw(st.integers(1, 4))):
        said.append(utterance(draw(texts), number, at_s))
        at_s = said[-1].end_s + draw(st.sampled_from((0.4, 1.0, 5.0)))
    return Stream(tuple(said))


@given(
    streams(),
    st.lists(texts, min_size=1, max_size=6),
    st.sampled_from(("exact", "fuzzy", "sound")),
    st.sampled_from((None, 50.0, 70.0, 92.0)),
    st.sampled_from(((), MANY)),
)
def test_finds_what_comparing_everything_finds(
    stream: Stream,
    phrases: list[str],
    match: Match,
    similarity: float | None,
    more: tuple[str, ...],
) -> None:
    wanted = compiled((*phrases, *more), match, similarity)
    assert find(stream, wanted) == found_plainly(stream, wanted)


@given(st.lists(texts, min_size=1, max_size=4), st.integers(0, 3))
def test_finds_phrases_of_what_is_said(said: list[str], which: int) -> None:
    stream = Stream(tuple(utterance(t, i, 100.0 * i) for i, t in enumerate(said)))
    phrase = said[which % len(said)]
    wanted = compiled((phrase,), "sound", None)
    assert find(stream, wanted) == found_plainly(stream, wanted)
    assert any(hit.found for hit in find(stream, wanted))


def test_a_phrase_may_lack_its_last_word_at_the_end_of_what_is_said() -> None:
    stream = Stream((utterance("well thank you for"),))
    wanted = compiled(("thank you for you",), "sound", 60.0)
    assert find(stream, wanted) == found_plainly(stream, wanted) != []


def test_words_beyond_those_that_are_remembered_are_found() -> None:
    wanted = compiled(("thank you for calling", "感谢您的来电", *MANY), "sound", None)
    for number in range(6):
        words = " ".join(f"word{chr(97 + number)}{chr(97 + i)}" for i in range(9))
        stream = Stream((utterance(f"{words} thank you for cooling {words}"),))
        assert find(stream, wanted) == found_plainly(stream, wanted)
        vocabulary.forget()
    assert [h.first for h in find(stream, wanted) if h.found] == [9]


@given(streams(), st.lists(st.lists(texts, min_size=1, max_size=3), min_size=1, max_size=4))
def test_sets_looked_for_together_find_what_each_finds_alone(
    stream: Stream, lists: list[list[str]]
) -> None:
    sets = [compiled(tuple(phrases), "sound", None) for phrases in lists]
    alone = [find(Stream(stream.utterances), each) for each in sets]
    find_all(stream, sets)
    assert [find(stream, each) for each in sets] == alone
