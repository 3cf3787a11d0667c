"""Privacy: find what tells who somebody is, and take it out of text and sound.

What belongs here: numbers as they are written and spoken, checksums, context words, e-mail and
postal addresses, names, the rewriting of conversations and of what quotes them, and muting.
What does not: deciding where it is applied (``settings``, ``pipeline``, ``cli``).
"""

from qa_pipeline.language.placeholders import PLACEHOLDERS
from qa_pipeline.privacy.find import IDENTIFYING, find_sensitive
from qa_pipeline.privacy.items import Item
from qa_pipeline.privacy.redact import (
    Redaction,
    redact_call,
    redact_conversation,
    redact_text,
)
from qa_pipeline.privacy.sound import (
    MutedSpan,
    mute,
    sensitive_spans,
    wav_bytes,
    with_known_channels,
)
from qa_pipeline.privacy.tokens import Piece

__all__ = [
    "IDENTIFYING",
    "PLACEHOLDERS",
    "Item",
    "MutedSpan",
    "Piece",
    "Redaction",
    "find_sensitive",
    "mute",
    "redact_call",
    "redact_conversation",
    "redact_text",
    "sensitive_spans",
    "wav_bytes",
    "with_known_channels",
]
