"""What changed between two versions of a card, in words.

Cards are compared whole, with all that they extend and use, so a change in a shared list or in
the card underneath shows where it takes effect.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cache
from typing import Any, Final, Literal, NamedTuple

from qa_pipeline.records.base import Record
from qa_pipeline.scoring.checks import (
    MeasureCheck,
    Question,
    Says,
    SilenceCheck,
    Than,
    Then,
    ToneCheck,
)
from qa_pipeline.scoring.difference_words import Change, ChangeWords, is_amount, undressed
from qa_pipeline.scoring.references import walk
from qa_pipeline.scoring.schema import Criterion, Scorecard, Section

Part = Literal["card", "section", "criterion", "list", "variable", "test"]
_DEFAULTS_OF: Final = (Criterion, Says, Question, Then, MeasureCheck, Than, ToneCheck, SilenceCheck)
_SCORES = frozenset(
    {"points", "bonus", "penalty", "critical", "when", "check", "unless", "partly", "partly_share"}
)
_NUMBERS = frozenset({"points", "weight", "pass_mark"})
_WORDING = frozenset({"id", "name", "because", "examples"})
_NAME_IN_REASONS = "what"


class _Told(NamedTuple):
    """A change in words, and whether a score may change by it."""

    text: str
    affects: bool = True


class Difference(Record):
    """One thing that is not the same in the second card as in the first."""

    part: Part
    id: str
    """Of the section or criterion, or the name of the list, variable or test."""
    change: Change
    text: str
    """In words."""
    affects_scores: bool
    """Whether a verdict or a total may differ for it, after review too: names and tests alone do
    not."""


def differences(before: Scorecard, after: Scorecard, language: str = "en") -> list[Difference]:
    """Return what changed from ``before`` to ``after``: the card, its criteria, its phrases.

    ``language``: in which it is told.
    """
    words = ChangeWords(language)
    return [
        *_of_card(before, after, words),
        *_of_sections(before, after, words),
        *_of_criteria(before, after, words),
        *_of_named("list", before, after, words),
        *_of_named("variable", before, after, words),
        *_of_tests(before, after, words),
    ]


def _plain(part: Any) -> dict[str, Any]:
    """Return a part of a card as a file would write it, numbers without noughts at their end."""
    found: dict[str, Any] = part.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    for key in _NUMBERS & found.keys():
        found[key] = f"{Decimal(found[key]).normalize():f}"
    return found


def _of_card(before: Scorecard, after: Scorecard, words: ChangeWords) -> Iterator[Difference]:
    inside = {"sections", "lists", "variables", "tests"}
    one, two = _plain(before), _plain(after)
    for key in dict.fromkeys([*one, *two]):
        if key not in inside:
            affects = key not in ("name", "version", "scorecard")
            for text, _ in _compared(one.get(key), two.get(key), words.key(key), words):
                yield _change("card", after.scorecard, "changed", text, affects)
    if _reordered(_ids(before.sections), _ids(after.sections)):
        text = words.all_in_another_order("sections")
        yield _change("card", after.scorecard, "changed", text, False)


def _of_sections(before: Scorecard, after: Scorecard, words: ChangeWords) -> Iterator[Difference]:
    one = {section.id: section for section in before.sections}
    two = {section.id: section for section in after.sections}
    for name in dict.fromkeys([*one, *two]):
        place = words.part("section", name)
        if name not in two:
            yield _change("section", name, "removed", words.done(place, "removed"))
        elif name not in one:
            text = words.new_section(place, two[name].weight)
            yield _change("section", name, "added", text)
        else:
            a, b = _plain(one[name]), _plain(two[name])
            for key in dict.fromkeys([*a, *b]):
                if key not in ("id", "criteria"):
                    for text, _ in _compared(a.get(key), b.get(key), words.key(key), words):
                        whole = words.at(place, text)
                        yield _change("section", name, "changed", whole, key != "name")
            if _reordered(_ids(one[name].criteria), _ids(two[name].criteria)):
                whole = words.at(place, words.all_in_another_order("criteria"))
                yield _change("section", name, "changed", whole, False)


def _ids(parts: Sequence[Section] | Sequence[Criterion]) -> list[str]:
    return [part.id for part in parts]


def _reordered(one: Sequence[str], two: Sequence[str]) -> bool:
    """Tell whether what is in both stands in another order."""
    return [name for name in one if name in two] != [name for name in two if name in one]


def _of_criteria(before: Scorecard, after: Scorecard, words: ChangeWords) -> Iterator[Difference]:
    one, two = _placed(before), _placed(after)
    gone = [name for name in one if name not in two]
    new = [name for name in two if name not in one]
    renamed = _renamed({n: one[n][1] for n in gone}, {n: two[n][1] for n in new})
    for name in gone:
        if name not in renamed:
            text = words.done(words.part("criterion", name), "removed")
            yield _change("criterion", name, "removed", text)
    for old, name in renamed.items():
        told = old in two[name][1].id_before
        text = words.renamed(words.part("criterion", old), name)
        text = text if told else words.without_verdicts(text)
        yield _change("criterion", name, "renamed", text, affects=not told)
    for name in new:
        if name not in renamed.values():
            criterion = two[name][1]
            place, ask = words.part("criterion", name), criterion.ask.or_first(words.language)
            text = words.new_criterion(place, criterion.points, ask)
            yield _change("criterion", name, "added", text)
    for name, (section, criterion) in one.items():
        other = two.get(renamed.get(name, name))
        if other is None:
            continue
        if other[0] != section:
            text = words.moved(other[1].id, section, other[0])
            yield _change("criterion", other[1].id, "moved", text)
        yield from _of_criterion(criterion, other[1], words)


def _of_criterion(before: Criterion, after: Criterion, words: ChangeWords) -> Iterator[Difference]:
    label = after.id
    a, b = _plain(before), _plain(after)
    for key in dict.fromkeys([*a, *b]):
        if key == "examples" and a.get(key) != b.get(key):
            yield _change("criterion", label, "changed", words.examples(label), False)
        elif key == "ask":
            yield from _of_question(before, after, words)
        elif key == "asked_before":
            yield from _of_earlier_words(before, after, words)
        elif key == "id_before":
            yield from _of_earlier_ids(before, after, words)
        elif key not in ("id", "examples"):
            for text, affects in _compared(_of(a, key), _of(b, key), words.key(key), words):
                whole = words.at(label, text)
                affects = affects and key not in _WORDING
                yield _change("criterion", label, "changed", whole, affects)


def _of_question(before: Criterion, after: Criterion, words: ChangeWords) -> Iterator[Difference]:
    """Tell how a question is worded now: it is another, unless the card says that it is not."""
    same = all(after.asks(before.ask.or_first(name), name) for name in ("en", "zh", "other"))
    for text, _ in _compared(_plain(before.ask), _plain(after.ask), words.key("ask"), words):
        whole = words.at(after.id, text if same else words.another_question(text))
        yield _change("criterion", after.id, "changed", whole, not same)


def _of_earlier_words(
    before: Criterion, after: Criterion, words: ChangeWords
) -> Iterator[Difference]:
    """Tell which earlier words of the question count as it; those it had until now are nothing."""
    one, two = ([*criterion.asked_before] for criterion in (before, after))
    affects = not {*one} ^ {*two} <= {*before.ask.values()}
    for text, _ in _compared(one or None, two or None, words.key("asked_before"), words):
        yield _change("criterion", after.id, "changed", words.at(after.id, text), affects)


def _of_earlier_ids(
    before: Criterion, after: Criterion, words: ChangeWords
) -> Iterator[Difference]:
    """Tell which earlier ids count as it; that which it had until now is told as a new name."""
    one, two = ([*criterion.id_before] for criterion in (before, after))
    two = [name for name in two if name != before.id]
    for text, _ in _compared(one or None, two or None, words.key("id_before"), words):
        yield _change("criterion", after.id, "changed", words.at(after.id, text))


def _placed(card: Scorecard) -> dict[str, tuple[str, Criterion]]:
    return {c.id: (section.id, c) for section in card.sections for c in section.criteria}


def _renamed(gone: dict[str, Criterion], new: dict[str, Criterion]) -> dict[str, str]:
    """Return criteria that have another id: their card says so, or they ask just the same."""
    found = {old: name for name, other in new.items() for old in other.id_before if old in gone}
    for old, criterion in gone.items():
        if old in found:
            continue
        same = _asked(criterion)
        for name, other in new.items():
            if name not in found.values() and _asked(other) == same:
                found[old] = name
                break
    return found


def _asked(criterion: Criterion) -> dict[str, Any]:
    """Return what decides and is worth something: for a person that is the question."""
    keys = {*_SCORES, "ask"} if criterion.manual else _SCORES
    return {key: value for key, value in _plain(criterion).items() if key in keys}


def _of_named(
    part: Literal["list", "variable"], before: Scorecard, after: Scorecard, words: ChangeWords
) -> Iterator[Difference]:
    key = "lists" if part == "list" else "variables"
    one, two = _plain(before).get(key, {}), _plain(after).get(key, {})
    for name in dict.fromkeys([*one, *two]):
        used = _users(after if name in two else before, name) if part == "list" else []
        affects = any(_is_used(part, name, card) for card in (before, after))
        where, place = words.used_by(used), words.part(part, name)
        if name not in two:
            text = f"{words.done(place, 'removed')}{where}"
            yield _change(part, name, "removed", text, affects)
        elif name not in one:
            text = words.at(f"{words.done(place, 'added')}{where}", words.short(two[name]))
            yield _change(part, name, "added", text, affects)
        else:
            for text, _ in _compared(one[name], two[name], place, words):
                yield _change(part, name, "changed", f"{text}{where}", affects)


def _users(card: Scorecard, name: str) -> list[str]:
    """Return the criteria that look for a list."""
    return [
        criterion.id
        for criterion in card.criteria()
        if any(isinstance(p, Says) and name in (p.list or ()) for _, p in walk(criterion))
    ]


def _is_used(part: Literal["list", "variable"], name: str, card: Scorecard) -> bool:
    """Tell whether any criterion looks for a list, or for phrases with a variable."""
    if part == "list":
        return bool(_users(card, name))
    lists = [phrases for key, phrases in card.lists.items() if _users(card, key)]
    texts = (text for place in (card.sections, lists) for _, text in walk(place))
    return any(isinstance(text, str) and "{" + name + "}" in text for text in texts)


def _of_tests(before: Scorecard, after: Scorecard, words: ChangeWords) -> Iterator[Difference]:
    one = {test.name: test for test in before.tests}
    two = {test.name: test for test in after.tests}
    for name in dict.fromkeys([*one, *two]):
        if one.get(name) != two.get(name):
            change: Change = "changed"
            change = "removed" if name not in two else "added" if name not in one else change
            text = words.done(words.part("test", repr(name)), change)
            yield _change("test", name, change, text, False)


def _change(part: Part, name: str, change: Change, text: str, affects: bool = True) -> Difference:
    return Difference(part=part, id=name, change=change, text=text, affects_scores=affects)


def _compared(one: Any, two: Any, place: str, words: ChangeWords) -> Iterator[_Told]:
    """Yield how ``two`` differs from ``one``; ``place`` is what both are."""
    one, two = undressed(one), undressed(two)
    if one == two:
        return
    if one is None:
        yield _Told(words.value_added(place, two))
    elif two is None:
        yield _Told(words.value_removed(place, one))
    elif isinstance(one, dict) and isinstance(two, dict) and not is_amount(one):
        for key in dict.fromkeys([*one, *two]):
            inside = _compared(_of(one, key), _of(two, key), words.inside(place, key), words)
            for text, affects in inside:
                yield _Told(text, affects and key != _NAME_IN_REASONS)
    elif isinstance(one, list) and isinstance(two, list) and not _is_range(one):
        yield from _compared_lists(one, two, place, words)
    else:
        yield _Told(words.value_changed(place, one, two))


def _is_range(value: list[Any]) -> bool:
    """Tell whether a list is two limits: of those each has its place."""
    return any(
        is_amount(item) if isinstance(item, dict) else not isinstance(item, str) for item in value
    )


def _compared_lists(
    one: list[Any], two: list[Any], place: str, words: ChangeWords
) -> Iterator[_Told]:
    """Tell what is new and what is gone; checks are compared with those most like them."""
    gone, new = _without(one, two), _without(two, one)
    if not gone and not new:
        yield _Told(words.in_another_order(place))
        return
    if all(isinstance(item, str) for item in (*gone, *new)):
        if new:
            yield _Told(words.items(place, "added", words.quoted(new)))
        if gone:
            yield _Told(words.items(place, "removed", words.quoted(gone)))
        return
    for item, other in _alike(gone, new):
        yield from _compared(item, other, place, words)
        gone.remove(item)
        new.remove(other)
    for item in gone:
        yield _Told(words.items(place, "removed", words.short(item)))
    for item in new:
        yield _Told(words.items(place, "added", words.short(item)))


def _without(one: list[Any], two: list[Any]) -> list[Any]:
    """Return what is in a list more often than in another."""
    left, more = list(two), []
    for item in one:
        if item in left:
            left.remove(item)
        else:
            more.append(item)
    return more


def _alike(gone: list[Any], new: list[Any]) -> list[tuple[Any, Any]]:
    """Return pairs of checks of one operator, those with most in common first."""
    ranked = sorted(
        (-len(_leaves(item) & _leaves(other)), i, j)
        for i, item in enumerate(gone)
        for j, other in enumerate(new)
        if _kind(item) == _kind(other)
    )
    pairs: list[tuple[int, int]] = []
    for _, i, j in ranked:
        if all(i != a and j != b for a, b in pairs):
            pairs.append((i, j))
    return [(gone[i], new[j]) for i, j in sorted(pairs)]


def _leaves(part: Any, place: str = "") -> frozenset[str]:
    """Return every value in a part of a card, each with where it stands."""
    if isinstance(part, dict):
        return frozenset().union(*(_leaves(item, f"{place}.{key}") for key, item in part.items()))
    if isinstance(part, list):
        return frozenset().union(*(_leaves(item, place) for item in part))
    return frozenset({f"{place}: {part}"})


def _kind(item: Any) -> Any:
    """Return what makes two checks comparable: their operators."""
    return frozenset(item) if isinstance(item, dict) else type(item)


@cache
def _usual() -> dict[str, Any]:
    """Return what holds where a card does not say: by key, where that is the same everywhere."""
    found: dict[str, set[Any]] = {}
    for kind in _DEFAULTS_OF:
        for name, info in kind.model_fields.items():
            found.setdefault(name, set()).add(info.get_default(call_default_factory=True))
    return {
        name: value
        for name, values in found.items()
        for value in values
        if len(values) == 1 and isinstance(value, str | int | float)
    }


def _of(part: dict[str, Any], key: str) -> Any:
    """Return what a part of a card says under a key, or what holds where it says nothing."""
    return part.get(key, _usual().get(key))
