"""In which language somebody speaks, and whether it is one of those that calls are expected in."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

_TAKEN_FOR = {"yue": "zh"}
"""Languages that a model knows apart from one that they are easily mistaken for. Large-v3 knows
Cantonese and hears it in calls in Mandarin, too."""
_PLAINLY_ANOTHER = 0.25
"""Where the expected languages together are less likely than this, another one is spoken."""


@dataclass(frozen=True)
class SpokenLanguage:
    """The language of a channel."""

    written: str
    """The expected language that its words are written in."""
    heard: str
    """The language that is spoken: the same, or plainly one that was not expected."""
    probability: float
    """How likely ``heard`` is among all that the model knows, not only the expected ones."""


def spoken_language(
    windows: Iterable[tuple[float, Mapping[str, float]]], expected: Sequence[str]
) -> SpokenLanguage:
    """Return the language of some windows.

    A model that may only choose between expected languages finds one of them in anything. So what
    it hears counts as it is: a language that is not expected is told where hardly anything is left
    for the expected ones, and the probability of one of these stays low where another is likely.
    Cantonese is no plainly different language where Mandarin is expected and it is not: such a
    channel counts as Mandarin, with the probability of Mandarin alone. So it is scored, and where
    Cantonese is likelier a person is asked to listen.

    Args:
        windows: Seconds of speech, and the probability of each language the model knows.
        expected: Languages that calls are expected in, ISO 639-1.
    """
    likely: Counter[str] = Counter()
    judged_s = 0.0
    for speech_s, probabilities in windows:
        total = sum(probabilities.values())
        if total <= 0.0:
            continue
        judged_s += speech_s
        for language, probability in probabilities.items():
            likely[language] += speech_s * probability / total  # type: ignore[assignment]
    counted = Counter(likely)
    for mistaken, language in _TAKEN_FOR.items():
        if language in expected and mistaken not in expected:
            counted[language] += counted.pop(mistaken, 0)
    best = max(expected, key=lambda language: counted[language])
    if judged_s <= 0.0:
        return SpokenLanguage(best, best, 0.0)
    heard = best
    if sum(counted[language] for language in expected) < _PLAINLY_ANOTHER * judged_s:
        heard = max(likely, key=lambda language: likely[language])
    return SpokenLanguage(best, heard, round(min(1.0, likely[heard] / judged_s), 4))
