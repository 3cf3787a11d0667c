"""What a card looks for is worked out once, however often its checks are made anew."""

from qa_pipeline.scoring.checks import Says
from qa_pipeline.scoring.search import KNOWN_QUERIES, Queries
from tests.scoring.cards import card_with


def test_copies_of_a_check_are_not_looked_for_again_and_are_forgotten() -> None:
    body = Says.model_validate({"who": "agent", "any": ["thank you"], "except": ["no thank you"]})
    queries = Queries(card_with("{says: {any: [please]}}"))
    kept = [body.model_copy(update={"min": n}) for n in range(1, KNOWN_QUERIES + 3)]
    first, *others = [queries.of(copy, None, "en", {}) for copy in kept]
    assert list(first.together) == [first.phrases, first.exceptions]
    assert all(list(query.together) == list(first.together) for query in others)
    assert queries.of(kept[-1], None, "en", {}) is others[-1]
    assert queries.of(kept[0], None, "en", {}) is not first
