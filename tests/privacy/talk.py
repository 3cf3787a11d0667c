"""Written dialogues as conversations with a time for every word."""

from qa_pipeline.records import Conversation, Role, Trust, Utterance, Word

WORD_S = 0.25
STEP_S = 0.3


def talk(text: str, *, gap_s: float = 0.3) -> Conversation:
    """Return ``A: ...`` and ``C: ...`` lines as a conversation; Mandarin by characters."""
    utterances = []
    at_s = 0.0
    for number, line in enumerate(text.strip().splitlines(), start=1):
        side, said = line.strip().split(": ", 1)
        role: Role = "agent" if side == "A" else "customer"
        zh = any("\u4e00" <= character <= "\u9fff" for character in said)
        parts = list(said.replace(" ", "")) if zh else said.split()
        words = []
        for part in parts:
            words.append(
                Word(
                    text=part,
                    start_s=round(at_s, 3),
                    end_s=round(at_s + WORD_S, 3),
                    probability=0.9,
                    channel=0 if role == "agent" else 1,
                )
            )
            at_s += STEP_S
        utterances.append(
            Utterance(
                utterance_id=f"u{number:04d}",
                role=role,
                speaker=role,
                language="zh" if zh else "en",
                words=tuple(words),
                text=("" if zh else " ").join(parts),
                start_s=words[0].start_s,
                end_s=words[-1].end_s,
            )
        )
        at_s += gap_s
    return Conversation(
        call_id="call-talk",
        language=utterances[0].language,
        duration_s=at_s,
        utterances=tuple(utterances),
        turns=(),
        speaker_roles={"agent": "agent", "customer": "customer"},
        role_confidence=1.0,
        trust=Trust(level="ok"),
    )


def texts(conversation: Conversation) -> list[str]:
    """Return what is said, line by line."""
    return [utterance.text for utterance in conversation.utterances]
