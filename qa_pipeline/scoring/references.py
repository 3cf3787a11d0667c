"""What in a card points at something else in it: lists, variables, criteria of tests, ids."""

from collections import Counter
from collections.abc import Iterator
from string import Formatter

from pydantic import BaseModel

from qa_pipeline.records import CallMetadata
from qa_pipeline.scoring.checks import Says
from qa_pipeline.scoring.parts import nearest
from qa_pipeline.scoring.positions import Path
from qa_pipeline.scoring.schema import METADATA_VARIABLES, Scorecard

Found = tuple[Path, str]


def reference_problems(card: Scorecard) -> list[Found]:
    """Return (path, message) for everything that points nowhere or is named twice."""
    return [
        *_unknown_lists(card),
        *_unknown_variables(card),
        *_twice(card),
        *_tests(card),
    ]


def walk(part: object, path: Path = ()) -> Iterator[tuple[Path, object]]:
    """Yield every part of a card with its path, as written in the file."""
    yield path, part
    if isinstance(part, BaseModel):
        for name, info in type(part).model_fields.items():
            yield from walk(getattr(part, name), (*path, info.alias or name))
    elif isinstance(part, tuple | list):
        for i, item in enumerate(part):
            yield from walk(item, (*path, i))
    elif isinstance(part, dict):
        for key, item in part.items():
            yield from walk(item, (*path, str(key)))


def _unknown_lists(card: Scorecard) -> Iterator[Found]:
    for path, part in walk(card):
        for name in (part.list or ()) if isinstance(part, Says) else ():
            if name not in card.lists:
                yield (*path, "list"), f"unknown list {name!r}{nearest(name, tuple(card.lists))}"


def _unknown_variables(card: Scorecard) -> Iterator[Found]:
    for path, part in walk(card):
        for phrase in (part,) if isinstance(part, str) and _is_phrase(path) else ():
            try:
                names = [name for _, name, _, _ in Formatter().parse(phrase) if name is not None]
            except ValueError as error:
                yield path, f"phrase {phrase!r}: {error}"
                continue
            for name in names:
                known = (*card.variables, *METADATA_VARIABLES)
                if name not in known:
                    hint = nearest(name, known)
                    yield path, f"phrase {phrase!r}: unknown variable {name!r}{hint}"


def _is_phrase(path: Path) -> bool:
    """Tell whether a text stands in a list of phrases (``any``, ``except`` or a named list)."""
    if len(path) < 3 or not isinstance(path[-1], int):
        return False
    return path[0] == "lists" or path[-3] in ("any", "except")


def _twice(card: Scorecard) -> Iterator[Found]:
    sections = Counter(section.id for section in card.sections)
    criteria = Counter(criterion.id for criterion in card.criteria())
    for i, section in enumerate(card.sections):
        if sections[section.id] > 1:
            yield ("sections", i, "id"), f"section id {section.id!r} is used twice"
        for j, criterion in enumerate(section.criteria):
            if criteria[criterion.id] > 1:
                place = ("sections", i, "criteria", j, "id")
                yield place, f"criterion id {criterion.id!r} is used twice"


def _tests(card: Scorecard) -> Iterator[Found]:
    known = tuple(criterion.id for criterion in card.criteria())
    fields = tuple(CallMetadata.model_fields)
    for i, test in enumerate(card.tests):
        for name in test.expect:
            if name not in known:
                hint = nearest(name, known)
                yield ("tests", i, "expect", name), f"unknown criterion {name!r}{hint}"
        for name in test.metadata:
            if name not in fields:
                hint = nearest(name, fields)
                yield ("tests", i, "metadata", name), f"unknown metadata field {name!r}{hint}"
