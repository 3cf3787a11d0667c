"""Hold the expected verdicts against the rendered words: ``python -m sample_calls.check``.

A verdict in a sample call must be beyond dispute. So every rule here leaves a margin: what is
met is met well inside its window, what is missing is missing well beyond it. The cue lists know
the wording of these dialogues only; they are no scorecard.
"""

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from sample_calls.make import dialogues, metadata
from synthesis.dialogue import Dialogue
from synthesis.render import RenderedCall, TruthTurn, TruthWord, render

MARGIN_S = 1.0
PACE = {"en": (110.0, 210.0), "zh": (150.0, 330.0)}
"""Words or characters a minute, the limits of ``tone.pace``."""


@dataclass(frozen=True)
class Cue:
    """A place where a pattern was said."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Spoken:
    """A rendered call with what its agent said as one searchable text."""

    call: RenderedCall

    @cached_property
    def dialogue(self) -> Dialogue:
        """The dialogue that was rendered."""
        return self.call.dialogue

    @cached_property
    def agent_words(self) -> list[TruthWord]:
        """The agent's words in time order."""
        return [w for w in self.call.words if w.role == "agent"]

    def cues(self, patterns: dict[str, str]) -> list[Cue]:
        """Find a pattern in what the agent said, with times, in the language of the call."""
        joint = " " if self.dialogue.language == "en" else ""
        text, owners = "", []
        for index, word in enumerate(self.agent_words):
            piece = word.text.lower() + joint
            text += piece
            owners += [index] * len(piece)
        found = []
        for match in re.finditer(patterns[self.dialogue.language], text):
            first, last = owners[match.start()], owners[match.end() - 1]
            words = self.agent_words
            found.append(Cue(match.group(), words[first].start_s, words[last].end_s))
        return found

    def turns(self, role: str) -> list[TruthTurn]:
        """The turns of one role."""
        return [t for t in self.call.turns if t.role == role]

    def silences(self) -> list[tuple[float, float]]:
        """Stretches of over 6 s without a word, the ring at the start included."""
        ends_s, found = 0.0, []
        for turn in self.call.turns:
            if turn.start_s - ends_s > 6.0:
                found.append((ends_s, turn.start_s))
            ends_s = max(ends_s, turn.end_s)
        if self.call.duration_s - ends_s > 6.0:
            found.append((ends_s, self.call.duration_s))
        return found


SALUTATION = {
    "en": r"\bgood (morning|afternoon|evening)\b|\bhello\b|\bhi\b",
    "zh": "您好|你好|早上好|上午好|下午好|晚上好",
}
BRAND = {"en": "bluebell broadband", "zh": "青藤宽带"}
NAME = {"en": "this is (maya|tom|anna)|my name is|speaking with", "zh": "工号|我姓|我是客服"}
HELP = {
    "en": r"\bhelp you\b|can i (do|help)|may i help|be of help",
    "zh": "帮您|帮到您|为您服务|帮助您|为您做|为您效劳",
}
COURTESY = {
    "en": r"\bplease\b|\bthank you\b|\bthanks\b|\bmay i\b|\bappreciate",
    "zh": "请|谢谢|麻烦|感谢|劳驾",
}
FORBIDDEN = {
    "en": r"calm down|your fault|whatever|not my problem|shut up|are you stupid|already told you",
    "zh": "不归我管|你自己看|说了多少遍|爱怎么样怎么样|关我什么事|有没有搞错|随便你|"
    "没办法就是没办法",
}
APOLOGY = {"en": r"\bsorry\b|apologi|i understand", "zh": "抱歉|对不起|不好意思|理解|道歉"}
VERIFY = {
    "en": "(account number|phone number|full name|date of birth|post code)",
    "zh": "(客户号|账号|手机号|电话号码|姓名|身份证|出生日期)",
}
DETAILS = {
    "en": r"balance (is|of)|amount due|your plan (costs|is)|address (is|we have)|you owe",
    "zh": "余额是|欠费|您的套餐是|套餐费|地址是|应交",
}
ACTION = {
    "en": r"\bi have (now |also )?\w+ed\b|i have sent|within|by friday|tomorrow morning",
    "zh": "已经为您|已经帮您|已经给您|小时内|工作日内|工作日之内|明天",
}
HOLD = {
    "en": r"hold (on|the line)|please hold|on hold|wait a moment|one moment",
    "zh": "稍等|等一下|不要挂断|等待片刻",
}
HOLD_THANKS = {
    "en": r"thank you for (waiting|holding|your patience)|sorry (for|about) the wait|"
    r"sorry to keep you waiting|thanks for (waiting|holding)",
    "zh": "久等|感谢您的等待|谢谢您的等待|感谢您的耐心|谢谢您的耐心",
}
SENDING = {
    "en": r"you (have|need) to (call|contact)|call them|another department",
    "zh": "您自己打电话|您自己联系|您去营业厅|你去营业厅|打别的电话|你自己打电话|你自己联系",
}
ELSE = {"en": r"anything else|something else", "zh": "其他|别的问题|还需要|别的事"}
THANKS = {"en": r"\bthank you\b|\bthanks\b|appreciate", "zh": "谢谢|感谢"}
FAREWELL = {"en": r"goodbye|\bbye\b|have a (nice|great|good|lovely)", "zh": "再见|生活愉快"}
SURVEY = {"en": r"survey|feedback|rate (my|this|our)", "zh": "评价|打分|满意度|调查"}


def _early(patterns: dict[str, str], window_s: float) -> Callable[[Spoken, str], bool]:
    def holds(spoken: Spoken, verdict: str) -> bool:
        cues = spoken.cues(patterns)
        if verdict == "met":
            return any(c.end_s <= window_s - MARGIN_S for c in cues)
        return verdict == "not_applicable" or not any(c.start_s < window_s + 15 for c in cues)

    return holds


def _late(patterns: dict[str, str], window_s: float) -> Callable[[Spoken, str], bool]:
    def holds(spoken: Spoken, verdict: str) -> bool:
        cues, end_s = spoken.cues(patterns), spoken.call.duration_s
        if verdict == "met":
            return any(c.start_s >= end_s - window_s + MARGIN_S for c in cues)
        return verdict == "not_applicable" or not any(c.end_s > end_s - window_s - 10 for c in cues)

    return holds


def _answered(spoken: Spoken, verdict: str) -> bool:
    known = metadata(spoken.dialogue)
    if known.direction == "outbound":
        return verdict == "not_applicable"
    if known.answer_delay_s is None:
        return verdict == "unscored"
    return (verdict == "met") == (known.answer_delay_s <= 10) and verdict in ("met", "not_met")


def _courtesy(spoken: Spoken, verdict: str) -> bool:
    count = len(spoken.cues(COURTESY))
    return {"met": count >= 3, "partly_met": count == 1, "not_met": count == 0}[verdict]


def _forbidden(spoken: Spoken, verdict: str) -> bool:
    count = len(spoken.cues(FORBIDDEN))
    return count == 0 if verdict == "met" else count >= 2


def overlaps_by_agent(spoken: Spoken) -> list[float]:
    """Return for how long the agent talks over the customer, each time the agent begins it."""
    found = []
    for agent in spoken.turns("agent"):
        for customer in spoken.turns("customer"):
            if customer.start_s < agent.start_s < customer.end_s:
                found.append(min(agent.end_s, customer.end_s) - agent.start_s)
    return found


def _interrupting(spoken: Spoken, verdict: str) -> bool:
    lengths = overlaps_by_agent(spoken)
    if any(0.7 < length < 1.3 for length in lengths):
        return False
    long = sum(length >= 1.3 for length in lengths)
    if spoken.dialogue.line.layout != "stereo" and long:
        return False  # on one channel an overlap is hard to hear, so none is put there
    return long <= 1 if verdict == "met" else long >= 2


def paces(spoken: Spoken) -> tuple[float, float]:
    """Return the agent's words a minute, by turns (short pauses in) and by words alone."""
    count = len(spoken.agent_words)
    turns_s = sum(t.end_s - t.start_s for t in spoken.turns("agent"))
    words_s = sum(w.end_s - w.start_s for w in spoken.agent_words)
    return 60 * count / turns_s, 60 * count / words_s


def _pace(spoken: Spoken, verdict: str) -> bool:
    low, high = PACE[spoken.dialogue.language]
    by_turns, by_words = paces(spoken)
    if verdict == "met":
        return by_turns > 1.1 * low and by_words < 0.97 * high
    return by_turns > 1.12 * high


def _empathy(spoken: Spoken, verdict: str) -> bool:
    return verdict == "not_applicable" or bool(spoken.cues(APOLOGY)) == (verdict == "met")


def _identity(spoken: Spoken, verdict: str) -> bool:
    asked, given = spoken.cues(VERIFY), spoken.cues(DETAILS)
    if verdict == "not_applicable":
        return not given
    if verdict == "met":
        return len(given) >= 1 and len(asked) >= 2 and asked[1].end_s < given[0].start_s
    return len(given) >= 2 and not asked


def _announced(spoken: Spoken, silence: tuple[float, float]) -> bool:
    return any(silence[0] - 10 < c.end_s <= silence[0] for c in spoken.cues(HOLD))


def _dead_air(spoken: Spoken, verdict: str) -> bool:
    silences = spoken.silences()
    if any(end_s - start_s < 13 for start_s, end_s in silences):
        return False
    return all(_announced(spoken, s) for s in silences) == (verdict == "met")


def _hold_thanked(spoken: Spoken, verdict: str) -> bool:
    announced = [s for s in spoken.silences() if _announced(spoken, s)]
    thanked = spoken.cues(HOLD_THANKS)
    if verdict == "not_applicable":
        return not spoken.cues(HOLD) and not thanked
    if verdict == "not_met":
        return bool(announced) and not thanked
    return bool(announced) and all(
        any(-0.1 < c.start_s - end_s < 60 for c in thanked) for _, end_s in announced
    )


def _said(patterns: dict[str, str], *, good: bool) -> Callable[[Spoken, str], bool]:
    def holds(spoken: Spoken, verdict: str) -> bool:
        return bool(spoken.cues(patterns)) == ((verdict == "met") == good)

    return holds


RULES: dict[str, Callable[[Spoken, str], bool]] = {
    "greeting.answered_promptly": _answered,
    "greeting.salutation": _early(SALUTATION, 15),
    "greeting.brand": _early(BRAND, 15),
    "greeting.name": _early(NAME, 20),
    "greeting.offer_help": _early(HELP, 20),
    "tone.courtesy": _courtesy,
    "tone.no_forbidden": _forbidden,
    "tone.no_interrupting": _interrupting,
    "tone.pace": _pace,
    "tone.wording": _forbidden,
    "tone.empathy": _empathy,
    "handling.identity": _identity,
    "handling.resolution": _said(ACTION, good=True),
    "handling.dead_air": _dead_air,
    "handling.hold_thanked": _hold_thanked,
    "handling.no_sending_away": _said(SENDING, good=False),
    "closure.anything_else": _late(ELSE, 45),
    "closure.thanks": _late(THANKS, 30),
    "closure.farewell": _late(FAREWELL, 20),
    "closure.survey": _late(SURVEY, 45),
}
NOT_FOR_OUTBOUND = ("greeting.answered_promptly", "greeting.offer_help", "closure.survey")


def problems(call: RenderedCall) -> Iterator[str]:
    """Yield every verdict of a call that its own words do not bear out."""
    spoken, dialogue = Spoken(call), call.dialogue
    outbound = metadata(dialogue).direction == "outbound"
    for criterion, holds in RULES.items():
        expected = dialogue.verdicts.get(criterion)
        verdict = expected.verdict if expected else "met"
        if outbound and criterion in NOT_FOR_OUTBOUND and verdict != "not_applicable":
            yield f"{dialogue.call_id} {criterion}: must be not_applicable on an outbound call"
        if not outbound and criterion in NOT_FOR_OUTBOUND and verdict == "not_applicable":
            yield f"{dialogue.call_id} {criterion}: applies to every inbound call"
        if not holds(spoken, verdict):
            yield f"{dialogue.call_id} {criterion}: {verdict} is not what the words show"
    if not 40 <= call.duration_s <= 150:
        yield f"{dialogue.call_id} lasts {call.duration_s:.0f} s, not 40 to 150 s"


def main() -> int:
    """Check all dialogues; print what is wrong and, for each call, its measures."""
    bad = 0
    for dialogue in dialogues():
        call = render(dialogue)
        spoken = Spoken(call)
        overlaps = [round(length, 1) for length in overlaps_by_agent(spoken)]
        silences = [round(end_s - start_s, 1) for start_s, end_s in spoken.silences()]
        by_turns, by_words = paces(spoken)
        print(
            f"{dialogue.call_id} {call.duration_s:5.1f} s  pace {by_turns:.0f} ({by_words:.0f})  "
            f"courtesy {len(spoken.cues(COURTESY))}  overlaps {overlaps}  silences {silences}"
        )
        for problem in problems(call):
            print("  " + problem)
            bad += 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
