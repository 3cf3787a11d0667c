"""How changes of a card are told, in English and in Mandarin. All wording of them is here."""

from collections.abc import Sequence
from typing import Any, Literal

import yaml

Change = Literal["added", "removed", "renamed", "moved", "changed"]

_KEYS = {
    # key of a card: in English and in Mandarin; a key that is not here is told as it is written
    "name": ("name", "名称"),
    "version": ("version", "版本"),
    "points": ("points", "分值"),
    "weight": ("weight", "权重"),
    "bonus": ("bonus", "加分项"),
    "penalty": ("penalty", "扣分项"),
    "critical": ("critical", "关键项"),
    "manual": ("manual", "由人评判"),
    "check": ("check", "检查"),
    "says": ("says", "说到"),
    "never_says": ("never_says", "从不说"),
    "measure": ("measure", "指标"),
    "tone": ("tone", "语气"),
    "silence": ("silence", "静默"),
    "metadata": ("metadata", "随录音的信息"),
    "who": ("who", "由谁说"),
    "ask": ("question", "问题"),
    "id_before": ("id before", "曾用的编号"),
    "asked_before": ("asked before", "曾用的问法"),
    "because": ("reason for the customer", "对客户的意义"),
    "any": ("phrases", "用语"),
    "list": ("lists", "词表"),
    "regex": ("regular expression", "正则表达式"),
    "meaning": ("examples of the meaning", "含义示例"),
    "not_meaning": ("examples of what is not meant", "反例"),
    "except": ("phrases that are exempt", "例外用语"),
    "except_regex": ("regular expression of what is exempt", "例外的正则表达式"),
    "near_regex": ("regular expression of what is near", "相近说法的正则表达式"),
    "review_regex": ("regular expression of what is for review", "须请人复核的正则表达式"),
    "statement": ("statements only", "仅限陈述"),
    "review": ("for review wherever found", "一经发现即请人复核"),
    "first": ("window (first)", "范围（开头）"),
    "last": ("window (last)", "范围（结尾）"),
    "after": ("window (after)", "范围（之后）"),
    "before": ("window (before)", "范围（之前）"),
    "around": ("window (around)", "范围（前后）"),
    "within": ("window (within)", "范围（之内）"),
    "similarity": ("similarity asked for", "要求的相似度"),
    "meaning_similarity": ("similarity of meaning asked for", "要求的含义相似度"),
    "min": ("times asked for", "要求的次数"),
    "at_most": ("limit (at most)", "上限"),
    "at_least": ("limit (at least)", "下限"),
    "between": ("limit (between)", "界限（介于）"),
    "longer_than": ("silence counts from (s)", "静默起算（秒）"),
    "when": ("applies when", "适用条件"),
    "unless": ("exception (unless)", "例外"),
    "partly": ("partly met if", "部分达标条件"),
    "partly_share": ("worth of partly met (%)", "部分达标的分值（%）"),
    "pass_mark": ("pass mark", "合格线"),
    "what": ("name in reasons", "理由中的名称"),
}
_PARTS = {
    "section": ("section", "部分"),
    "criterion": ("criterion", "评分项"),
    "list": ("list", "词表"),
    "variable": ("variable", "变量"),
    "test": ("test", "测试"),
}
_CHANGES: dict[Change, tuple[str, str]] = {
    "added": ("added", "新增"),
    "removed": ("removed", "删除"),
    "changed": ("changed", "改动"),
}


class ChangeWords:
    """The sentences, in Mandarin for ``zh`` and in English for every other language."""

    def __init__(self, language: str) -> None:
        self.zh = language == "zh"
        self.language = "zh" if self.zh else "en"

    def _pick(self, texts: tuple[str, str]) -> str:
        return texts[self.zh]

    def key(self, key: str) -> str:
        """Return what a key of a card is called."""
        return self._pick(_KEYS.get(key, (key, key)))

    def part(self, part: str, name: str) -> str:
        """Return a part of a card with its name."""
        return f"{self._pick(_PARTS[part])} {name}"

    def inside(self, place: str, key: str) -> str:
        """Return a place within another."""
        return f"{place} › {self.key(key)}"

    def at(self, place: str, text: str) -> str:
        """Return what is told of a place."""
        return self._pick((f"{place}: {text}", f"{place}：{text}"))

    def done(self, place: str, change: Change) -> str:
        """Return that a whole part was added, removed or changed."""
        word = self._pick(_CHANGES[change])
        return self._pick((f"{place} {word}", f"{word}{place}"))

    def new_section(self, place: str, weight: object) -> str:
        """Return that a section was added."""
        return self._pick((f"{place} added, weight {weight}", f"新增{place}，权重{weight}"))

    def new_criterion(self, place: str, points: object, ask: str) -> str:
        """Return that a criterion was added."""
        return self._pick(
            (f"{place} added, {points} points: {ask}", f"新增{place}，{points}分：{ask}")
        )

    def renamed(self, place: str, name: str) -> str:
        """Return that a criterion got another id."""
        return self._pick((f"{place} renamed to {name}", f"{place}改名为 {name}"))

    def without_verdicts(self, text: str) -> str:
        """Return that an id is another one, and what follows where the card says no more."""
        return self._pick(
            (
                f"{text} (people's verdicts on the old id do not count for it: id_before)",
                f"{text}（人工对原编号的评判不再计入；如需计入，请写入 id_before）",
            )
        )

    def another_question(self, text: str) -> str:
        """Return that a question is worded in another way, and what follows from it."""
        return self._pick(
            (
                f"{text} (people's verdicts on the old question do not count for it; if it is the "
                "same: asked_before)",
                f"{text}（人工对原问题的评判不再计入；如果问的是同一件事，请写入 asked_before）",
            )
        )

    def moved(self, name: str, before: str, after: str) -> str:
        """Return that a criterion stands in another section."""
        return self._pick(
            (
                f"{name} moved from section {before} to {after}",
                f"{name}从部分 {before} 移至 {after}",
            )
        )

    def examples(self, name: str) -> str:
        """Return that the examples of a criterion are other ones."""
        return self._pick((f"{name}: examples changed", f"{name}：示例有改动"))

    def used_by(self, names: Sequence[str]) -> str:
        """Return which criteria look for a list; nothing where none does."""
        if not names:
            return ""
        return self._pick((f" (used by {', '.join(names)})", f"（用于 {'、'.join(names)}）"))

    def value_added(self, place: str, value: object) -> str:
        """Return that a value is there that was not."""
        return self._pick(
            (f"{place} added: {self.short(value)}", f"{place}：新增 {self.short(value)}")
        )

    def value_removed(self, place: str, value: object) -> str:
        """Return that a value is gone."""
        return self._pick(
            (
                f"{place} removed (was {self.short(value)})",
                f"{place}：删除（原为 {self.short(value)}）",
            )
        )

    def value_changed(self, place: str, before: object, after: object) -> str:
        """Return that a value is another."""
        return self.at(place, f"{self.short(before)} → {self.short(after)}")

    def in_another_order(self, place: str) -> str:
        """Return that only the order changed."""
        return self.at(place, self._pick(("in another order", "顺序不同")))

    def all_in_another_order(self, what: Literal["sections", "criteria"]) -> str:
        """Return that only the order of what has an id changed."""
        texts = {"sections": ("sections", "部分"), "criteria": ("criteria", "评分项")}
        place = self._pick(texts[what])
        return self._pick((f"{place} in another order", f"{place}顺序不同"))

    def items(self, place: str, change: Change, what: str) -> str:
        """Return that something was added to a list or removed from it."""
        return self.at(place, f"{self._pick(_CHANGES[change])} {what}")

    def quoted(self, texts: Sequence[str]) -> str:
        """Return texts in quotation marks."""
        return self._pick((", ", "、")).join(f"“{text}”" for text in texts)

    def short(self, value: Any) -> str:
        """Return a part of a card on one line, as a card writes it."""
        value = written(value)
        if isinstance(value, bool):
            return self._pick(("yes", "是") if value else ("no", "否"))
        if isinstance(value, str | int | float):
            return str(value)
        text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10_000)
        return text.strip().removesuffix("...").strip()

    def heading(self, *, affects_scores: bool) -> str:
        """Return what the changes below it have in common."""
        if affects_scores:
            return self._pick(("changes what calls score", "影响得分"))
        return self._pick(("does not change scores", "不影响得分"))

    def nothing(self) -> str:
        """Return that two cards are the same."""
        return self._pick(("no difference", "没有不同"))


def undressed(value: Any) -> Any:
    """Return the one value of what is the same in every language."""
    if isinstance(value, dict) and set(value) == {"default"}:
        return value["default"]
    return value


def is_amount(value: dict[str, Any]) -> bool:
    """Tell whether a part of a card is a number with a unit."""
    return set(value) == {"amount", "unit"}


def written(value: Any) -> Any:
    """Return a value as people write it: 15s for 15 seconds."""
    value = undressed(value)
    if isinstance(value, dict):
        if is_amount(value):
            return f"{value['amount']:g}{value['unit']}"
        return {key: written(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [written(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
