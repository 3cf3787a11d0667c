"""What one speaker says in a row, though the other side says "mm hm" in between."""

from qa_pipeline.privacy.fragments import MAX_PAUSE_S, is_light
from qa_pipeline.privacy.tokens import Placed, Spoken


def speaker_lines(spoken: Spoken) -> list[list[Placed]]:
    """Return every utterance's tokens once, those of one speaker joined to lines.

    A line goes on over short interjections of others and ends where another takes the turn.
    """
    lines: list[list[Placed]] = []
    open_line: dict[str, tuple[list[Placed], float]] = {}
    for index, utterance in enumerate(spoken.utterances):
        speaker = utterance.speaker
        placed = [Placed(token, index) for token in spoken.tokens[index]]
        line, end_s = open_line.get(speaker, ([], 0.0))
        if line and utterance.start_s - end_s <= MAX_PAUSE_S:
            line.extend(placed)
        else:
            line = placed
            lines.append(line)
        open_line[speaker] = (line, utterance.end_s)
        if not is_light(spoken, index):
            for other in [name for name in open_line if name != speaker]:
                del open_line[other]
    return lines
