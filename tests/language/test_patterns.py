"""What one look at a text rules out never matches it."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.language.patterns import Sieve, pattern, searcher

SOURCES = (
    r"\bsorry\b",
    r"good (morning|day)",
    r"\d{3,}",
    r"抱歉|对不起",
    r"(?i)Kelvin",
    r"[^a-z]*",
    r"straße|caf[eé]",
    r"a.{0,3}b",
    r"^thank(s| you)$",
)
PIECES = ("sorry", "SORRY", "good ", "Day", "morning", "12", "345", "抱歉", "对", "\u212aELVIN")


def test_what_cannot_match_is_ruled_out() -> None:
    hopeless = Sieve(SOURCES).hopeless("Well, good DAY to you")
    assert {r"\bsorry\b", r"抱歉|对不起", r"(?i)Kelvin"} <= hopeless
    assert not hopeless & {r"good (morning|day)", r"[^a-z]*", r"\d{3,}"}


@given(st.lists(st.sampled_from((*PIECES, "STRASSE", "Café", "thanks", "\n", " ")), max_size=8))
def test_what_matches_is_not_ruled_out(said: list[str]) -> None:
    text = "".join(said)
    hopeless = Sieve(SOURCES).hopeless(text)
    assert not [s for s in SOURCES if s in hopeless and pattern(s).search(text)]


@given(st.lists(st.sampled_from((*PIECES, "STRASSE", "Café", "thanks", "\n", " ")), max_size=8))
def test_without_groups_a_pattern_matches_at_the_same_places(said: list[str]) -> None:
    text = "".join(said)
    encoded = text.encode()
    for source in SOURCES:
        found = [match.span() for match in pattern(source).finditer(text)]
        assert [match.span() for match in searcher(source).finditer(text)] == found
        places = [match.span() for match in searcher(source).finditer(encoded)]
        texts = [encoded[a:b].decode(errors="replace") for a, b in places if a < b]
        assert texts == [text[a:b] for a, b in found if a < b]


@pytest.mark.parametrize("count", [0, 1, 20_000])
def test_however_many_patterns_there_are_none_that_matches_is_ruled_out(count: int) -> None:
    rng = random.Random(count)
    words = ["".join(rng.choices("abcdefghijklmnop", k=12)) for _ in range(count)]
    sieve = Sieve(tuple(words))
    assert not sieve.hopeless(" ".join(words)[:50_000]) & set(" ".join(words)[:50_000].split()[:-1])
