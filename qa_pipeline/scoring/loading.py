"""A YAML file -> a `Scorecard`, or every mistake in it with line, column and nearest word."""

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path as FilePath
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from qa_pipeline.scoring.checks import Operators
from qa_pipeline.scoring.composing import Sources, Whole, compose
from qa_pipeline.scoring.documents import (
    SUFFIXES,
    Document,
    Origin,
    Problem,
    read_document,
    read_file,
    refuse,
)
from qa_pipeline.scoring.parts import keys_of, nearest
from qa_pipeline.scoring.positions import Path
from qa_pipeline.scoring.references import only_used, reference_problems
from qa_pipeline.scoring.schema import Scorecard


def load_scorecard(path: FilePath | str) -> Scorecard:
    """Read, check and return the scorecard in the file ``path``, with all that it extends.

    Raises:
        ScorecardError: the file, or one that it takes from, cannot be read or is not a valid
            card. The message has a line for every mistake: file, line, column, where in the
            card, what is wrong, and the nearest valid word.
    """
    file = FilePath(path)
    return _card(read_document(read_file(file), str(path), file.parent))


def parse_scorecard(
    text: str, file: str = "scorecard", folder: FilePath | None = None
) -> Scorecard:
    """Check and return the scorecard written in ``text``; ``file`` names it in messages.

    What it extends and uses is looked for in ``folder``, then among what comes with the package.

    Raises:
        ScorecardError: as `load_scorecard`.
    """
    return _card(read_document(text, file, folder))


def _card(document: Document) -> Scorecard:
    """Return the whole card that a file describes."""
    whole = compose(document)
    data = whole.data
    problems = [
        Problem(Origin(file, ()), mistake.message, position=mistake.position)
        for file in whole.files
        for mistake in file.layout.mistakes
    ]
    problems += whole.problems
    card: Scorecard | None = None
    try:
        card = Scorecard.model_validate(data)
    except ValidationError as error:
        # what a card that was not found would have given is not missing from this one
        found = [e for e in error.errors() if not (whole.problems and _is_missing_part(e))]
        problems += [_problem(item, whole) for item in found if _is_real(item)]
    else:
        for path, message in reference_problems(card):
            place = whole.origin(_in_file(path, data))
            problems.append(Problem(place, _say(data, path, message)))
    if problems or card is None:
        raise refuse(problems)
    card = only_used(card, whole.own)
    return card.model_copy(update={"content_hash": content_hash(card)})


def content_hash(card: Scorecard) -> str:
    """Return the SHA-256 of everything in the card that a verdict can depend on.

    Comments, layout, tests and examples do not count: changing them changes no score.
    """
    drop: Any = {"tests": True, "sections": {"__all__": {"criteria": {"__all__": {"examples"}}}}}
    content = card.model_dump(mode="json", by_alias=True, exclude=drop, exclude_defaults=True)
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def find_scorecards(folder: FilePath | str) -> list[FilePath]:
    """Return the scorecard files in ``folder``, by name."""
    found = (p for p in FilePath(folder).iterdir() if p.suffix in SUFFIXES and p.is_file())
    return sorted(found, key=lambda p: p.name)


def _is_missing_part(item: Any) -> bool:
    return bool(item["type"] == "missing" and len(item["loc"]) == 1)


def _is_real(item: Any) -> bool:
    """Tell a mistake from its echo: a list of only broken items is also called too short."""
    return not (item["type"] == "too_short" and len(item["input"]) >= item["ctx"]["min_length"])


def _problem(item: Any, whole: Whole) -> Problem:
    """Turn one of pydantic's errors into words, at its place in the file."""
    data = whole.data
    path = _in_file(tuple(item["loc"]), data)
    key = str(item["loc"][-1]) if item["loc"] else ""
    kind = item["type"]
    if kind == "extra_forbidden":
        model = _model_at(tuple(item["loc"][:-1]))
        words = keys_of(model) if model else ()
        if model is Scorecard:
            words = (*words, *keys_of(Sources))
        noun = "operator" if model and issubclass(model, Operators) else "key"
        message = f"unknown {noun} {key!r}{nearest(key, words)}"
        if item["input"] is None and " " in key:
            message += " (a comma in braces begins a new key: put the text in quotes)"
        elif ":" in key or "：" in key:
            message += " (behind a key stand a plain colon and a space)"
        return Problem(whole.origin(path), _say(data, path[:-1], message), at_key=True)
    if kind == "missing":
        return Problem(whole.origin(path), _say(data, path, f"{key!r} is missing"), at_key=True)
    return Problem(whole.origin(path), _say(data, path, _message(item, key)))


def _message(item: Any, key: str) -> str:
    """Return what is wrong with a value, in words."""
    found = item["input"]
    if item["type"] == "literal_error":
        words = tuple(
            w.strip("' ") for w in item["ctx"]["expected"].replace(" or ", ", ").split(",")
        )
        return f"{key}: unknown word {str(found)!r}{nearest(str(found), words)}"
    text = str(item["msg"]).removeprefix("Value error, ")
    if item["type"] == "value_error":
        return text
    wanted = next((said for kind, said in _EXPECTED.items() if item["type"].startswith(kind)), "")
    asked = wanted or f"{text[0].lower()}{text[1:]}"
    if item["type"] == "too_short":
        least = _number(item["ctx"]["min_length"])
        return f"{key}: expected at least {least}, found {_number(len(found))}"
    # a place in a list, or one value for all languages, is no key that the card writes
    name = "" if key == "default" or key.isdigit() else f"{key}: "
    return f"{name}{asked}, found {_shown(found)}{_hint(item['type'], found)}"


_EXPECTED = {
    "int": "expected a whole number",
    "float": "expected a number",
    "decimal": "expected a number",
    "bool": "expected true or false",
    "string_type": "expected text",
    "tuple": "expected a list such as [one, another]",
    "list": "expected a list such as [one, another]",
    "dict": "expected keys such as {key: value}",
    "model_type": "expected keys such as {key: value}",
}
"""What pydantic calls its errors, and what people are told."""


def _number(count: int) -> str:
    return {0: "none", 1: "one"}.get(count, str(count))


def _shown(found: object) -> str:
    if isinstance(found, date):
        return str(found)
    if isinstance(found, str | int | float | bool):
        return repr(found)
    if found is None:
        return "nothing"
    return "keys" if isinstance(found, dict) else "a list" if isinstance(found, list) else "a value"


def _hint(kind: str, found: object) -> str:
    """Return what is often meant by such a mistake."""
    if kind == "string_type" and isinstance(found, bool | int | float | date):
        return " (YAML reads it as something else than text: put it in quotes)"
    if kind == "string_type" and isinstance(found, dict) and [*found.values()] == [None]:
        word = "{" + str(next(iter(found))) + "}"
        return f' (a word in braces needs quotes: "{word}")'
    if isinstance(found, str) and kind.startswith(("decimal", "float")):
        return next((f" (without {mark})" for mark in "%％" if found.endswith(mark)), "")
    return ""


def _in_file(loc: Path, data: Any) -> Path:
    """Return ``loc`` without the steps that exist in the model and not in the file."""
    path: list[str | int] = []
    here = data
    for i, step in enumerate(loc):
        inside = isinstance(here, dict) and step in here
        listed = isinstance(here, list) and isinstance(step, int) and step < len(here)
        if inside or listed:
            path.append(step)
            here = here[step]
        elif i == len(loc) - 1 and isinstance(here, dict):
            path.append(step)
    return tuple(path)


def _say(data: Any, path: Path, message: str) -> str:
    """Put before ``message`` which part of the card it is about."""
    name = _part_name(data, path)
    return f"{name}: {message}" if name else message


def _part_name(data: Any, path: Path) -> str:
    if len(path) >= 4 and path[0] == "sections" and path[2] == "criteria":
        found = _at(data, path[:4])
        own = found.get("id") if isinstance(found, dict) else None
        return f"criterion {own}" if own else f"criterion {int(path[3]) + 1} of section {path[1]}"
    if len(path) >= 2 and path[0] == "sections":
        found = _at(data, path[:2])
        own = found.get("id") if isinstance(found, dict) else None
        return f"section {own}" if own else f"section {path[1]}"
    if len(path) >= 2 and path[0] == "tests":
        found = _at(data, path[:2])
        own = found.get("name") if isinstance(found, dict) else None
        return f"test {own!r}" if own else f"test {path[1]}"
    return f"{path[0]} {path[1]}" if len(path) >= 2 else ""


def _at(data: Any, path: Path) -> Any:
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _model_at(loc: Path) -> type[BaseModel] | None:
    """Return the model that stands at ``loc``, by following the schema's fields."""
    model: type[BaseModel] | None = Scorecard
    steps: Iterator[str | int] = iter(loc)
    for step in steps:
        if isinstance(step, int) or model is None:
            continue
        info = next((f for n, f in model.model_fields.items() if step in (f.alias or n, n)), None)
        if info is not None:
            model = _model_in(info.annotation) or model
        # otherwise a key of a dict (lists, variables): its values are the model already found
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the model inside an annotation such as ``tuple[Check, ...] | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) is None:
        return None
    for argument in get_args(annotation):
        model = _model_in(argument)
        if model is not None:
            return model
    return None
