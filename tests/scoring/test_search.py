"""What a card looks for is worked out once, however often its checks are made anew.

And what is found by looking at all lines at once is what is found in each by itself.
"""

import re2
from hypothesis import example, given
from hypothesis import strategies as st

from qa_pipeline.records import Utterance
from qa_pipeline.scoring.checks import Says
from qa_pipeline.scoring.search import KNOWN_QUERIES, Queries, search
from qa_pipeline.scoring.stream import Stream
from tests.scoring.cards import card_with, judged

ENDS = st.sampled_from(("", "", "^", "$", r"\b", r"\A", r"\z", "(?s)", "|"))
MIDDLES = st.sampled_from(("a", "b", "ab", ".", "[^a]", r"\s", "b?", "(a|b)", ".*", "a|^b", "a$"))
PATTERNS = st.tuples(ENDS, MIDDLES, ENDS, MIDDLES, ENDS).map("".join)
LINES = st.lists(st.text("ab ", min_size=1, max_size=5).filter(str.strip), min_size=1, max_size=5)


def test_copies_of_a_check_are_not_looked_for_again_and_are_forgotten() -> None:
    body = Says.model_validate({"who": "agent", "any": ["thank you"], "except": ["no thank you"]})
    queries = Queries(card_with("{says: {any: [please]}}"))
    kept = [body.model_copy(update={"min": n}) for n in range(1, KNOWN_QUERIES + 3)]
    first, *others = [queries.of(copy, None, "en", {}) for copy in kept]
    assert list(first.together) == [first.phrases, first.exceptions]
    assert all(list(query.together) == list(first.together) for query in others)
    assert queries.of(kept[-1], None, "en", {}) is others[-1]
    assert queries.of(kept[0], None, "en", {}) is not first


@given(PATTERNS, LINES)
@example("^a", ["b", "a"])
@example("b$", ["b", "a"])
def test_a_pattern_finds_in_many_lines_what_it_finds_in_each(source: str, lines: list[str]) -> None:
    stream = Stream(
        tuple(
            Utterance(
                utterance_id=f"u{i}",
                role="agent",
                speaker="A",
                language="en",
                words=(),
                text=text,
                start_s=float(i),
                end_s=i + 0.9,
            )
            for i, text in enumerate(lines)
        )
    )
    body = Says.model_validate({"regex": source})
    query = Queries(card_with("{says: {any: [please]}}")).of(body, None, "en", {})
    found = {item.quote.utterance.utterance_id for item in search(query, stream)}
    touching = {
        f"u{i}"
        for i, text in enumerate(lines)
        if any(text[m.start() : m.end()].strip() for m in re2.finditer(f"(?i){source}", text))
    }
    assert found == touching


def test_what_a_pattern_surely_finds_is_not_doubted_for_a_phrase_that_is_only_alike() -> None:
    phrases = "any: [转给我们主管]"
    narrow = judged(card_with(f"{{says: {{first: 100%, {phrases}}}}}"), "A: 转给我们值班长")
    both = f'{{says: {{first: 100%, {phrases}, regex: {{zh: "转给我们值?班长"}}}}}}'
    sure = judged(card_with(both), "A: 转给我们值班长")
    assert (narrow.verdict, narrow.needs_review) == ("met", True)
    assert (sure.verdict, sure.needs_review) == ("met", False)
