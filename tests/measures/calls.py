"""Hand-made conversations for the tests of measures."""

from collections.abc import Sequence

from qa_pipeline.records import Conversation, Role, Trust, Turn, Utterance, Word

Said = tuple[Role, str, float, float]
"""Role, text, start and end in seconds."""


def words_of(text: str, start_s: float, end_s: float, language: str) -> tuple[Word, ...]:
    """Spread the words (characters in Mandarin) evenly over a span."""
    pieces = list(text) if language == "zh" else text.split()
    step_s = (end_s - start_s) / len(pieces)
    return tuple(
        Word(
            text=piece,
            start_s=start_s + i * step_s,
            end_s=start_s + (i + 1) * step_s,
            probability=0.8,
        )
        for i, piece in enumerate(pieces)
    )


def conversation(
    said: Sequence[Said],
    *,
    language: str = "en",
    turns: Sequence[tuple[str, float, float]] | None = None,
) -> Conversation:
    """Build a conversation; every utterance is also a turn unless ``turns`` are given."""
    utterances = tuple(
        Utterance(
            utterance_id=f"u{i + 1:04d}",
            role=role,
            speaker=role,
            language=language,
            words=words_of(text, start_s, end_s, language),
            text=text,
            start_s=start_s,
            end_s=end_s,
        )
        for i, (role, text, start_s, end_s) in enumerate(said)
    )
    if turns is None:
        turns = [(role, start_s, end_s) for role, _, start_s, end_s in said]
    return Conversation(
        call_id="call-1",
        language=language,
        duration_s=max((end_s for _, _, end_s in turns), default=0.0) + 1.0,
        utterances=utterances,
        turns=tuple(Turn(speaker=s, start_s=a, end_s=b) for s, a, b in turns),
        speaker_roles={"agent": "agent", "customer": "customer", "ivr": "ivr"},
        role_confidence=1.0,
        trust=Trust(level="ok"),
    )
