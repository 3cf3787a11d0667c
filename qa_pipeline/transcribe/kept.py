"""What is kept of one window, whatever engine heard it: words in the call, inventions counted."""

import logging
from collections.abc import Sequence

from qa_pipeline.records import Word
from qa_pipeline.transcribe.guards import GuardReport, guard
from qa_pipeline.transcribe.phantoms import is_phantom, phantom_tail
from qa_pipeline.transcribe.text import TimedText, strays, to_words
from qa_pipeline.transcribe.windows import Window

_log = logging.getLogger(__name__)


def kept_words(
    pieces: Sequence[TimedText],
    window: Window,
    channel: int,
    language: str,
    no_speech_probability: float,
) -> tuple[list[Word], GuardReport]:
    """Return the words of a window that were truly said, and what was taken out of it.

    ``no_speech_probability`` is the model's own, 0 where it has none.
    """
    words = to_words(pieces, window, channel, language)
    if words:
        sure = sum(word.probability for word in words) / len(words)
        whole = " ".join(word.text for word in words)
        if is_phantom(whole, sure, no_speech_probability, window.speech_s):
            return [], GuardReport(phantom_words=len(words))
    invented = phantom_tail([w.text for w in words], [w.probability for w in words])
    kept, report = guard(words[: len(words) - invented], window.speech_s, language)
    report += GuardReport(phantom_words=invented)
    report += GuardReport(outside_words=strays(pieces, window))
    if report != GuardReport():
        _log.info("%s to %s s: took out %s", window.start_s, window.end_s, report)
    return kept, report
