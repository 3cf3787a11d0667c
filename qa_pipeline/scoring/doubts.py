"""Why a person should look at a verdict: clauses in the language of the call.

They are added to the reason of a verdict that needs review, so that whoever looks knows at what.
"""

from collections.abc import Sequence

from qa_pipeline.scoring.reasons import Words, clock

DOUBTS_LIMIT = 3
"""Clauses that a reason names."""


def without_transcript(reason: str, language: str) -> str:
    """Return a reason without the doubt about the whole transcript, where it has that.

    Where a call is shown as a whole, it is said once of all its verdicts. ``language``: of the
    call, ISO 639-1.
    """
    return Doubts(Words(language)).without_transcript(reason)


class Doubts:
    """The clauses, in Mandarin for ``zh`` and in English for every other language."""

    def __init__(self, words: Words) -> None:
        self._words, self._pick = words, words.pick

    def _quoted(self, text: str, at_s: float) -> str:
        quoted = self._words.quoted(text)
        return self._pick(f"{quoted} at {clock(at_s)}", f"{clock(at_s)}{quoted}")

    def nearly(self, text: str, at_s: float) -> str:
        """Return that words are nearly, but not quite, what was looked for."""
        said = self._quoted(text, at_s)
        return self._pick(f"{said} is close to it", f"{said}与之接近")

    def only_just(self, text: str, at_s: float) -> str:
        """Return that words are only just what was looked for."""
        said = self._quoted(text, at_s)
        return self._pick(f"{said} is only just it", f"{said}勉强相符")

    def denied(self, text: str, at_s: float) -> str:
        """Return that a denial not far ahead may turn words into their opposite."""
        said = self._quoted(text, at_s)
        return self._pick(f"{said} may be denied by what is said before it", f"{said}或被前文否定")

    def asked(self, text: str, at_s: float) -> str:
        """Return that words may be a question, where somebody should have told."""
        said = self._quoted(text, at_s)
        return self._pick(f"{said} may be a question", f"{said}或为提问")

    def for_person(self, text: str, at_s: float) -> str:
        """Return that the card leaves such words to a person."""
        said = self._quoted(text, at_s)
        return self._pick(f"whether {said} counts is for a person to say", f"{said}须由人工判断")

    def unclear(self, text: str, at_s: float) -> str:
        """Return that words were recognised with a low probability."""
        said = self._quoted(text, at_s)
        return self._pick(f"{said} was not recognised clearly", f"{said}识别不清")

    def unclear_there(self, where: str) -> str:
        """Return that what is said somewhere was recognised with a low probability."""
        return self._pick(f"words were not recognised clearly {where}", f"{where}的话识别不清")

    def likeness(self, chance: float) -> str:
        """Return how likely a share of tones lies on this side of its limit."""
        return self._pick(
            f"the tones are not sure (probability {chance:.2f})",
            f"语气不够确定（概率{chance:.2f}）",
        )

    def between(self, fewest: int, most: int) -> str:
        """Return how often something may truly have been."""
        return self._pick(f"it may be {fewest} to {most} times", f"实际可能为{fewest}至{most}次")

    def model_alone(self) -> str:
        """Return that nothing but a language model says so."""
        return self._pick("only a language model says so", "仅有语言模型的判断")

    def perhaps_in_part(self) -> str:
        """Return that it cannot be told whether something is met in part."""
        return self._pick("it may be met in part", "或已部分达到")

    def transcript(self) -> str:
        """Return that the whole transcript is for a person to look at."""
        return self._pick("the transcript may be wrong", "转写可能有误")

    def without_transcript(self, reason: str) -> str:
        """Return a reason without the doubt about the transcript, for who is told of it already."""
        doubt = self.transcript()
        alone = self.sentence([doubt])
        if reason.endswith(alone):
            return reason.removesuffix(alone).rstrip()
        stop = self._pick(".", "。")
        last = f"{self._pick('; ', '；')}{doubt}{stop}"
        return f"{reason.removesuffix(last)}{stop}" if reason.endswith(last) else reason

    def sentence(self, doubts: Sequence[str]) -> str:
        """Return what a person should look at; nothing where nothing is doubted."""
        clauses = list(dict.fromkeys(doubts))[:DOUBTS_LIMIT]
        if not clauses:
            return ""
        joined = self._pick("; ", "；").join(clauses)
        return self._pick(f"Please check: {joined}.", f"请复核：{joined}。")
