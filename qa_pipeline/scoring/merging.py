"""Merging what several files say about one card, each part with the place it comes from.

Only shapes are known here (mappings, lists, items with an id); whether they make a card is found
out afterwards, so a mistake passes through to where it is named.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from qa_pipeline.scoring.documents import Origin

_MACHINES = ("check", "unless", "partly", "partly_share")


class Mapped(dict[str, Any]):
    """A mapping made of several files, with the place that each value comes from."""

    def __init__(self, origin: Origin) -> None:
        super().__init__()
        self.origin = origin
        self.origins: dict[str, Origin] = {}

    def put(self, key: str, value: Any, origin: Origin) -> None:
        """Set a value that stands at ``origin``."""
        self[key] = value
        self.origins[key] = origin


class Listed(list[Any]):
    """A list made of several files, with the place that each item comes from."""

    def __init__(self, items: Iterable[tuple[Any, Origin]] = ()) -> None:
        kept = list(items)
        super().__init__(value for value, _ in kept)
        self.origins = [origin for _, origin in kept]


def without_keys(data: Mapped, *keys: str) -> Mapped:
    """Return a card without some of its keys."""
    result = Mapped(data.origin)
    for key, value in data.items():
        if key not in keys:
            result.put(key, value, data.origins[key])
    return result


def merged(under: Mapped, over: Mapped, keep: tuple[str, ...] = ()) -> Mapped:
    """Return two cards in one: what ``over`` says wins, but for the keys to ``keep``."""
    result = Mapped(over.origin)
    for source in (under, over):
        for key, value in source.items():
            origin = source.origins[key]
            if key not in result:
                result.put(key, value, origin)
            elif key in ("lists", "variables"):
                result.put(key, _joined(result[key], result.origins[key], value, origin), origin)
            elif key in ("sections", "tests"):
                by = "id" if key == "sections" else "name"
                both = _by_id(result[key], result.origins[key], value, origin, by)
                result.put(key, both, origin)
            elif key not in keep:
                result.put(key, value, origin)
    return result


def entries(value: dict[str, Any], origin: Origin) -> Iterator[tuple[str, Any, Origin]]:
    """Yield key, value and place of everything in a mapping, merged before or not."""
    for key, item in value.items():
        place = value.origins[key] if isinstance(value, Mapped) else origin.at(key)
        yield key, item, place


def items(value: list[Any], origin: Origin) -> Iterator[tuple[Any, Origin]]:
    """Yield everything in a list with its place, merged before or not."""
    for i, item in enumerate(value):
        yield item, value.origins[i] if isinstance(value, Listed) else origin.at(i)


def _joined(under: Any, under_at: Origin, over: Any, over_at: Origin) -> Any:
    """Return two mappings in one; where either is none, the upper one, mistake and all."""
    if not isinstance(under, dict) or not isinstance(over, dict):
        return over
    result = Mapped(over_at)
    for source, at in ((under, under_at), (over, over_at)):
        for key, item, place in entries(source, at):
            result.put(key, item, place)
    return result


def _by_id(under: Any, under_at: Origin, over: Any, over_at: Origin, key: str) -> Any:
    """Return two lists in one: items of one id (or name) are merged, others follow."""
    if not isinstance(under, list) or not isinstance(over, list):
        return over
    result = list(items(under, under_at))
    places = {
        item[key]: i
        for i, (item, _) in enumerate(result)
        if isinstance(item, dict) and isinstance(item.get(key), str)
    }
    for item, place in items(over, over_at):
        at = places.get(item.get(key)) if isinstance(item, dict) and _is_id(item, key) else None
        if at is None:
            result.append((item, place))
            continue
        lower, lower_at = result[at]
        result[at] = (_overridden(lower, lower_at, item, place), place)
    return Listed(result)


def _is_id(item: dict[str, Any], key: str) -> bool:
    return isinstance(item.get(key), str)


def _overridden(under: Any, under_at: Origin, over: Any, over_at: Origin) -> Any:
    """Return a section, criterion or test with the keys that another file gives anew."""
    result = Mapped(over_at)
    # a criterion is judged by a machine or by a person: the one takes the place of the other
    gone = _MACHINES if over.get("manual") is True else ("manual",) if "check" in over else ()
    for name, item, place in entries(under, under_at):
        if name not in gone:
            result.put(name, item, place)
    for name, item, place in entries(over, over_at):
        value = item
        if name == "criteria" and name in result:
            value = _by_id(result[name], result.origins[name], item, place, "id")
        elif name == "expect" and name in result:
            value = _joined(result[name], result.origins[name], item, place)
        result.put(name, value, place)
    return result


def without(data: Mapped, names: frozenset[str]) -> Mapped:
    """Return a card without the sections, criteria and tests of these ids and names.

    A section whose criteria are all left out is left out too, and so is a test with nothing
    left to expect.
    """
    result = Mapped(data.origin)
    for key, value in data.items():
        origin = data.origins[key]
        if key == "sections" and isinstance(value, list):
            kept = [_pruned(s, at, names) for s, at in items(value, origin)]
            result.put(key, Listed((s, at) for s, at in kept if s is not None), origin)
        elif key == "tests" and isinstance(value, list):
            tests = [_still_expecting(t, at, names) for t, at in items(value, origin)]
            result.put(key, Listed((t, at) for t, at in tests if t is not None), origin)
        else:
            result.put(key, value, origin)
    return result


def _pruned(section: Any, origin: Origin, names: frozenset[str]) -> tuple[Any, Origin]:
    if not isinstance(section, dict) or not isinstance(section.get("criteria"), list):
        return section, origin
    if section.get("id") in names:
        return None, origin
    result = Mapped(origin)
    for key, value, place in entries(section, origin):
        kept = value
        if key == "criteria":
            kept = Listed((c, at) for c, at in items(value, place) if _id_of(c, "id") not in names)
            if value and not kept:
                return None, origin
        result.put(key, kept, place)
    return result, origin


def _still_expecting(test: Any, origin: Origin, names: frozenset[str]) -> tuple[Any, Origin]:
    if _id_of(test, "name") in names:
        return None, origin
    if not isinstance(test, dict) or not isinstance(test.get("expect"), dict):
        return test, origin
    result = Mapped(origin)
    for key, value, place in entries(test, origin):
        kept = value
        if key == "expect":
            kept = Mapped(place)
            for name, item, at in entries(value, place):
                if name not in names:
                    kept.put(name, item, at)
            if value and not kept:
                return None, origin
        result.put(key, kept, place)
    return result, origin


def ids_in(data: Mapped) -> dict[str, tuple[str, ...]]:
    """Return the ids of sections and criteria and the names of tests of a card.

    Sections come with the ids of their criteria.
    """
    found: dict[str, tuple[str, ...]] = {}
    for section in _dicts(data.get("sections")):
        criteria = [_id_of(c, "id") for c in _dicts(section.get("criteria"))]
        inner = tuple(c for c in criteria if c is not None)
        found |= dict.fromkeys(inner, ())
        own = _id_of(section, "id")
        if own is not None:
            found[own] = inner
    for test in _dicts(data.get("tests")):
        name = _id_of(test, "name")
        if name is not None:
            found.setdefault(name, ())
    return found


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _id_of(item: Any, key: str) -> str | None:
    own = item.get(key) if isinstance(item, dict) else None
    return own if isinstance(own, str) else None


def with_phrases(data: Mapped, name: str, added: Any, origin: Origin) -> Mapped:
    """Return a card with phrases added to one of its lists, language by language."""
    lists, lists_at = data["lists"], data.origins["lists"]
    joined = Mapped(origin)
    everything = Mapped(lists_at)
    for key, value, place in entries(lists, lists_at):
        if key != name:
            everything.put(key, value, place)
            continue
        both = [_by_language(value, place), _by_language(added, origin)]
        for language in dict.fromkeys(key for phrases in both for key in phrases):
            found = [item for phrases in both for item in phrases.get(language, [])]
            joined.put(language, Listed(found), origin)
        everything.put(key, joined, origin)
    result = without_keys(data)
    result.put("lists", everything, lists_at)
    return result


def _by_language(phrases: Any, origin: Origin) -> dict[str, list[tuple[Any, Origin]]]:
    """Return the phrases of a list by language, each with its place."""
    if not isinstance(phrases, dict):
        return {"default": _listed(phrases, origin)}
    return {language: _listed(texts, place) for language, texts, place in entries(phrases, origin)}


def _listed(value: Any, origin: Origin) -> list[tuple[Any, Origin]]:
    return list(items(value, origin)) if isinstance(value, list) else [(value, origin)]
