"""What was found: a kind and the pieces of utterances that say it."""

from dataclasses import dataclass

from qa_pipeline.privacy.tokens import Piece
from qa_pipeline.records import SensitiveKind


@dataclass(frozen=True)
class Item:
    """Something that tells who somebody is; a dictated number has a piece an utterance."""

    kind: SensitiveKind
    pieces: tuple[Piece, ...]
