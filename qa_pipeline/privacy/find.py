"""Everything in a conversation that tells who somebody is, of the kinds asked for."""

from collections.abc import Callable, Collection, Sequence

from qa_pipeline.privacy.codes import find_codes
from qa_pipeline.privacy.emails import find_emails
from qa_pipeline.privacy.items import Item
from qa_pipeline.privacy.names import find_names
from qa_pipeline.privacy.numbers import find_numbers
from qa_pipeline.privacy.places import find_addresses
from qa_pipeline.privacy.plain_words import find_plain_words
from qa_pipeline.privacy.tokens import Spoken
from qa_pipeline.records import SensitiveKind, Utterance

IDENTIFYING: tuple[SensitiveKind, ...] = ("phone", "id", "card", "account", "email")
"""Kinds that are redacted unless the configuration says otherwise."""
_NUMBERS = frozenset(("phone", "id", "card", "account"))
_FINDERS: tuple[tuple[frozenset[str], Callable[[Spoken], list[Item]]], ...] = (
    (frozenset(("email",)), find_emails),
    (_NUMBERS, find_numbers),
    (frozenset(("id", "account")), find_codes),
    (frozenset(("account",)), find_plain_words),
    (frozenset(("address",)), find_addresses),
    (frozenset(("name",)), find_names),
)


def find_sensitive(
    utterances: Sequence[Utterance], kinds: Collection[SensitiveKind] = IDENTIFYING
) -> tuple[Item, ...]:
    """Return what tells who somebody is, in order of the text.

    ``utterances`` are a whole call in time order: the words around and what the other side asks
    decide. What is redacted already is not found again. Where two finds overlap, both stay.
    """
    spoken = Spoken(utterances)
    found: list[Item] = []
    for own, finder in _FINDERS:
        if own & set(kinds):
            found += [item for item in finder(spoken) if item.kind in kinds]
    order = {id(item): min((p.utterance, p.start) for p in item.pieces) for item in found}
    return tuple(sorted(found, key=lambda item: (order[id(item)], item.kind)))
