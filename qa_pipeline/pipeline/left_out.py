"""What people said that does not count for a card, since it asks something else."""

from collections import defaultdict

from qa_pipeline.scoring import Scorecard
from qa_pipeline.store import LeftOut, StoreReader


def people_left_out(reader: StoreReader, card: Scorecard) -> tuple[LeftOut, ...]:
    """Return the verdicts of people that count today and will not once the card has judged."""
    criteria = card.criteria_by_id()
    calls: dict[tuple[str, str, str | None], list[str]] = defaultdict(list)
    for review in reader.counting_reviews(card.scorecard, card.version):
        criterion = criteria.get(review.criterion_id)
        asks = None if criterion is None else criterion.ask.or_first(review.language)
        called = None if criterion is None else criterion.called(review.language)
        if criterion is None or not (
            criterion.asks(review.asked, review.language) or review.asked == called
        ):
            calls[review.criterion_id, review.asked, asks].append(review.call_id)
    return tuple(
        LeftOut(
            criterion_id=criterion_id,
            asked=asked,
            asks=asks,
            verdicts=len(on),
            calls=len(set(on)),
        )
        for (criterion_id, asked, asks), on in calls.items()
    )
