"""What in a card points at something else in it: lists, variables, criteria of tests, ids."""

from collections import Counter
from collections.abc import Iterator
from string import Formatter

from pydantic import BaseModel

from qa_pipeline.language.normalise import pieces
from qa_pipeline.records import CallMetadata
from qa_pipeline.scoring.checks import Check, Question, Says, Then, Window, keyword
from qa_pipeline.scoring.parts import MAX_PHRASES, nearest
from qa_pipeline.scoring.positions import Path
from qa_pipeline.scoring.schema import METADATA_VARIABLES, Criterion, Scorecard, filled_count

Found = tuple[Path, str]
MAX_CARD_PHRASES = 50_000
"""Phrases of a card with every variable filled in."""
MAX_CHECKS = 5_000
"""Checks of a card, those inside of others included."""


def reference_problems(card: Scorecard) -> list[Found]:
    """Return (path, message) for everything that points nowhere or is named twice."""
    return [
        *_unknown_lists(card),
        *_variables(card),
        *_unknown_variables(card),
        *_never_heard(card),
        *_without_moment(card),
        *_too_much(card),
        *_twice(card),
        *_tests(card),
    ]


def only_used(card: Scorecard, own: frozenset[str]) -> Scorecard:
    """Return the card without lists and variables that come from other files and serve nothing.

    ``own``: what its own file defines, as ``lists.NAME`` and ``variables.NAME``. So what else a
    shared file holds changes neither the card nor its content hash.
    """
    used = {name for _, part in walk(card) if isinstance(part, Says) for name in part.list or ()}
    lists = {n: v for n, v in card.lists.items() if n in used or f"lists.{n}" in own}
    kept = card.model_copy(update={"lists": lists})
    texts = "\n".join(part for _, part in walk(kept) if isinstance(part, str))
    variables = {
        name: words
        for name, words in card.variables.items()
        if "{" + name + "}" in texts or f"variables.{name}" in own
    }
    return kept.model_copy(update={"variables": variables})


def asks_by_meaning(part: Scorecard | Criterion) -> bool:
    """Tell whether a card or criterion looks for a meaning, so that an encoder is of use."""
    return any(isinstance(inner, Says) and inner.by_meaning for _, inner in walk(part))


def asks_questions(card: Scorecard) -> bool:
    """Tell whether any criterion puts a question to a language model."""
    return any(isinstance(part, Question) for _, part in walk(card))


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
            if name not in card.lists and not card.lists:
                yield (*path, "list"), f"unknown list {name!r}; the card has no lists"
            elif name not in card.lists:
                yield (*path, "list"), f"unknown list {name!r}{nearest(name, tuple(card.lists))}"


def _variables(card: Scorecard) -> Iterator[Found]:
    for name, local in card.variables.items():
        if not name.isidentifier() or name in METADATA_VARIABLES:
            hint = "is a fact about the call" if name in METADATA_VARIABLES else "is no such name"
            yield ("variables", name), f"a variable is a word such as brand; {name!r} {hint}"
        for word in (word for words in local.values() for word in words):
            if "{" in word or "}" in word:
                yield ("variables", name), f"{word!r}: a variable cannot hold another"


def _too_much(card: Scorecard) -> Iterator[Found]:
    """Report what would take a scorer's time rather than measure a service."""
    words = card.words_of({})
    phrases = checks = 0
    for path, part in walk(card):
        checks += isinstance(part, Check)
        if isinstance(part, str) and is_phrase(path):
            count = filled_count(part, words)
            phrases += count
            if count > MAX_PHRASES:
                yield path, f"phrase {part!r} stands for {count} phrases; at most {MAX_PHRASES}"
    if phrases > MAX_CARD_PHRASES:
        yield ("lists",), f"the card has {phrases} phrases; at most {MAX_CARD_PHRASES}"
    if checks > MAX_CHECKS:
        yield ("sections",), f"the card has {checks} checks; at most {MAX_CHECKS}"


def _unknown_variables(card: Scorecard) -> Iterator[Found]:
    for path, part in walk(card):
        for phrase in (part,) if isinstance(part, str) and is_phrase(path) else ():
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


def _never_heard(card: Scorecard) -> Iterator[Found]:
    """Report phrases of which nothing is compared: they would never be found."""
    for path, part in walk(card):
        if isinstance(part, str) and is_phrase(path) and not pieces(part):
            yield path, f"phrase {part!r} has no word: fillers and punctuation are left out"


def _without_moment(card: Scorecard) -> Iterator[Found]:
    """Report checks that others look from and that can find no moment to look from."""
    for path, part in walk(card):
        if not isinstance(part, Window | Then):
            continue
        for side in ("after", "before", "around"):
            anchor = getattr(part, side, None)
            if isinstance(anchor, Check) and not _has_moments(anchor):
                name = keyword(anchor.operator()[0])
                yield (
                    (*path, side),
                    f"'{name}' finds no moment to look from; give says, never_says or silence "
                    "(what decides whether a criterion applies stands under 'when')",
                )


def _has_moments(check: Check) -> bool:
    """Tell whether a check can find something at some time."""
    name, body = check.operator()
    if name in ("measure", "metadata"):
        return False
    if name in ("all_of", "any_of", "at_least"):
        return any(_has_moments(part) for part in check.all_of or check.any_of or check.of or ())
    if name == "count":
        return body.of.operator()[0] not in ("measure", "metadata")
    if name == "negated":
        return body.operator()[0] in ("never_says", "silence")
    return True


def is_phrase(path: Path) -> bool:
    """Tell whether a text stands in a list of phrases (``any``, ``except`` or a named list)."""
    if len(path) < 3 or not isinstance(path[-1], int):
        return False
    return path[0] == "lists" or path[-3] in ("any", "except", "meaning", "not_meaning")


def _twice(card: Scorecard) -> Iterator[Found]:
    sections = Counter(section.id for section in card.sections)
    criteria = Counter(criterion.id for criterion in card.criteria())
    before = Counter(name for criterion in card.criteria() for name in criterion.id_before)
    for i, section in enumerate(card.sections):
        if sections[section.id] > 1:
            yield ("sections", i, "id"), f"section id {section.id!r} is used twice"
        for j, criterion in enumerate(section.criteria):
            place = ("sections", i, "criteria", j)
            if criteria[criterion.id] > 1:
                yield (*place, "id"), f"criterion id {criterion.id!r} is used twice"
            for name in criterion.id_before:
                if name in criteria:
                    message = f"id_before: {name!r} is the id of a criterion of this card"
                    yield (*place, "id_before"), message
                elif before[name] > 1:
                    yield (*place, "id_before"), f"id_before: {name!r} stands here twice"


def _tests(card: Scorecard) -> Iterator[Found]:
    known = tuple(criterion.id for criterion in card.criteria())
    fields = tuple(CallMetadata.model_fields)
    names = Counter(test.name for test in card.tests)
    for i, test in enumerate(card.tests):
        if names[test.name] > 1:
            yield ("tests", i, "name"), f"test name {test.name!r} is used twice"
        for name in test.expect:
            if name not in known:
                hint = nearest(name, known)
                yield ("tests", i, "expect", name), f"unknown criterion {name!r}{hint}"
        for name in test.metadata:
            if name not in fields:
                hint = nearest(name, fields)
                yield ("tests", i, "metadata", name), f"unknown metadata field {name!r}{hint}"
