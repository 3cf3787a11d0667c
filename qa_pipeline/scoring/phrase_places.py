"""The places in a criterion's check to which a phrase can be added, and the card with one more."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from qa_pipeline.errors import UsageError
from qa_pipeline.records import Verdict
from qa_pipeline.scoring.checks import Check, Says
from qa_pipeline.scoring.parts import PerLanguage, nearest
from qa_pipeline.scoring.schema import Criterion, Scorecard

Language = Literal["en", "zh"]
Place = tuple[str | int, ...]
"""From a criterion to a ``says`` in it, as its file has it."""


@dataclass(frozen=True)
class Target:
    """A place in a criterion's check to which a phrase can be added."""

    says: Says
    path: Place
    forbids: bool
    """Whether it is a ``never_says``: what it finds is a fault."""
    windows: tuple[Check, ...]
    """The checks around it, outermost first; their windows hold for it too."""
    list_name: str | None
    """The list that takes the phrase; ``None``: the phrases of the check itself."""

    @property
    def wanted(self) -> Verdict:
        """The verdict of people that an added phrase brings about."""
        return "not_met" if self.forbids else "met"

    @property
    def other(self) -> Verdict:
        """The verdict of people that it must not touch."""
        return "met" if self.forbids else "not_met"


def criterion_of(card: Scorecard, criterion_id: str) -> Criterion:
    """Return the criterion of that id.

    Raises:
        UsageError: the card has none.
    """
    known = {criterion.id: criterion for criterion in card.criteria()}
    if criterion_id not in known:
        hint = nearest(criterion_id, tuple(known))
        raise UsageError(f"{card.scorecard} has no criterion {criterion_id!r}{hint}")
    return known[criterion_id]


def targets(card: Scorecard, criterion: Criterion) -> list[Target]:
    """Return the places to which phrases can be added, in the order of the card.

    Raises:
        UsageError: the criterion asks for no words.
    """
    found = list(_targets(criterion.check, ("check",), ())) if criterion.check else []
    usable = []
    for target in found:
        own = [name for name in target.says.list or () if name in card.lists]
        if own or target.says.any:
            usable.append(replace(target, list_name=None if target.says.any else own[0]))
    if not usable:
        raise UsageError(
            f"{criterion.id} looks for no phrases, so none can be proposed: what it asks for is "
            "changed in its file"
        )
    return usable


def _targets(check: Check, path: Place, around: tuple[Check, ...]) -> Iterator[Target]:
    """Yield the ``says`` and ``never_says`` of a check that an answer of yes or no hangs on."""
    name, body = check.operator()
    around = (*around, check)
    if isinstance(body, Says):
        yield Target(body, (*path, name), name == "never_says", around, None)
    elif name in ("all_of", "any_of", "at_least", "in_order"):
        checks = check.of or () if name == "at_least" else body
        keys = {"all_of": "all", "any_of": "any", "at_least": "of"}
        for i, item in enumerate(checks):
            yield from _targets(item, (*path, keys.get(name, name), i), around)
    elif name == "then" and body.says is not None:
        yield Target(body.says, (*path, "then", "says"), False, around[:-1], None)


def extended(
    card: Scorecard, criterion_id: str, target: Target, phrase: str, language: Language
) -> Scorecard:
    """Return the card with one more phrase where ``target`` is."""
    if target.list_name is not None:
        more = _with(card.lists[target.list_name], phrase, language)
        return card.model_copy(update={"lists": {**card.lists, target.list_name: more}})
    sections = tuple(
        section.model_copy(
            update={
                "criteria": tuple(
                    _replaced(c, target, phrase, language) if c.id == criterion_id else c
                    for c in section.criteria
                )
            }
        )
        for section in card.sections
    )
    return card.model_copy(update={"sections": sections})


def _replaced(criterion: Criterion, target: Target, phrase: str, language: Language) -> Criterion:
    content = criterion.model_dump(by_alias=True, exclude_defaults=True)
    here: Any = content
    for step in target.path:
        here = here[step]
    here["any"] = _with(PerLanguage[tuple[str, ...]].model_validate(here["any"]), phrase, language)
    return Criterion.model_validate(content)


def _with(phrases: Any, phrase: str, language: Language) -> Any:
    """Return phrases by language with one more; what holds for every language stays so."""
    key = (
        "default"
        if phrases.default is not None and phrases.of(language) is phrases.default
        else language
    )
    return phrases.model_copy(update={key: (*(getattr(phrases, key) or ()), phrase)})
