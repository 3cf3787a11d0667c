"""One card out of several files: what it extends, the lists it uses, and its own on top.

Everything merged keeps where it was written, so that a mistake is named in the file it is in.
What stands in no second file is not copied and not touched.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from pydantic import Field, TypeAdapter, ValidationError

from qa_pipeline.resources import resource_folder
from qa_pipeline.scoring.documents import (
    SUFFIXES,
    Document,
    Origin,
    Problem,
    read_document,
    read_file,
)
from qa_pipeline.scoring.merging import (
    Listed,
    Mapped,
    ids_in,
    merged,
    with_phrases,
    without,
    without_keys,
)
from qa_pipeline.scoring.parts import Names, Part, Phrases, WordSet, keys_of, nearest
from qa_pipeline.scoring.positions import Path

MAX_DEPTH = 10
"""Cards that extend one another in a row."""
MAX_NAME = 200
"""Bytes of the name of a card or a file of lists: file systems take no more than 255."""
LISTS_FOLDER = "lists"
_OWN = ("scorecard", "version")
"""What a card always says itself."""
_NAMES: TypeAdapter[tuple[str, ...]] = TypeAdapter(Names)


class Sources(Part):
    """The keys by which a card's file takes from other files."""

    extends: Names = ()
    """Cards to begin with, by name or path; what this file says comes on top."""
    uses: Names = ()
    """Files with lists and variables, by their names in lists/."""
    remove: Names = ()
    """Ids of sections and criteria, and names of tests, to leave out of what is extended."""
    add_phrases: dict[str, Phrases] = Field(default_factory=dict)
    """Phrases to add to lists that come from other files."""


class SharedLists(Part):
    """A file in lists/: phrases and word sets that several cards use."""

    shared: str = Field(min_length=1)
    """The name by which cards use it: the file's name."""
    variables: dict[str, WordSet] = Field(default_factory=dict)
    """Words that phrases name in braces."""
    lists: dict[str, Phrases] = Field(default_factory=dict)
    """Phrases by name."""


@dataclass
class Whole:
    """The content of a card, whole, and the files it is made of."""

    data: Mapped
    files: list[Document]
    own: frozenset[str] = frozenset()
    """Lists and variables that the card's own file defines (``lists.NAME``)."""
    problems: list[Problem] = field(default_factory=list)

    def origin(self, path: Path) -> Origin:
        """Return where the part of the card at ``path`` was written."""
        here: Any = self.data
        origin = self.data.origin
        for step in path:
            if isinstance(here, Mapped):
                origin = here.origins.get(str(step), here.origin.at(step))
            elif isinstance(here, Listed) and isinstance(step, int) and step < len(here):
                origin = here.origins[step]
            else:
                origin = origin.at(step)
            try:
                here = here[step]
            except (KeyError, IndexError, TypeError):
                here = None
        return origin


def compose(document: Document, above: tuple[str, ...] = ()) -> Whole:
    """Return the whole card that a file describes, with all that it takes from other files.

    Mistakes in how files name each other are in its ``problems``. ``above``: the files that
    extend this one, as their resolved paths.

    Raises:
        ScorecardError: another file that is named cannot be read.
    """
    keys = set(keys_of(Sources))
    problems: list[Problem] = []
    above = above or (str(_own_path(document)),)
    own = Mapped(Origin(document, ()))
    for key, value in document.data.items():
        if key not in keys:
            own.put(str(key), value, own.origin.at(key))
    names = {key: _names(document, key, problems) for key in ("extends", "uses", "remove")}
    bases = [
        compose(base, (*above, here))
        for base, here in _opened(names["extends"], document, above, problems)
    ]
    whole = Mapped(own.origin)
    for base in bases:
        problems += base.problems
        whole = merged(whole, without_keys(base.data, *_OWN), keep=("name", "pass_mark"))
    whole = _removed(whole, names["remove"], problems)
    shared = [_shared(name, origin, document, problems) for name, origin in names["uses"]]
    for lists in shared:
        whole = merged(whole, lists) if lists is not None else whole
    whole = merged(whole, own)
    whole = _with_added(whole, document, problems)
    files = [*(file for base in bases for file in base.files), document]
    defined = frozenset(
        f"{key}.{name}"
        for key in ("lists", "variables")
        if isinstance(own.get(key), dict)
        for name in own[key]
    )
    return Whole(whole, files, defined, problems)


def _names(document: Document, key: str, problems: list[Problem]) -> list[tuple[str, Origin]]:
    """Return the names given under a key of the file, each with its place."""
    value = document.data.get(key)
    origin = Origin(document, (key,))
    if value is None:
        return []
    try:
        names = _NAMES.validate_python(value)
    except ValidationError:
        problems.append(Problem(origin, f"{key}: expected a name or a list of names"))
        return []
    if isinstance(value, str):
        return [(names[0], origin)]
    return [(name, origin.at(i)) for i, name in enumerate(names)]


def _opened(
    names: list[tuple[str, Origin]],
    document: Document,
    above: tuple[str, ...],
    problems: list[Problem],
) -> Iterator[tuple[Document, str]]:
    """Yield the cards of these names, each with its resolved path."""
    for name, origin in names:
        path = _find(name, document.folder, "")
        if path is None:
            known = _known(document.folder, "")
            problems.append(Problem(origin, f"unknown scorecard {name!r}{nearest(name, known)}"))
            continue
        here = str(path.resolve())
        if here in above:
            chain = [FilePath(item).name for item in (*above, here)]
            problems.append(Problem(origin, f"extends goes in circles: {' -> '.join(chain)}"))
        elif len(above) >= MAX_DEPTH:
            problems.append(Problem(origin, f"more than {MAX_DEPTH} cards extend one another"))
        else:
            yield read_document(read_file(path), str(path), path.parent), here


def _own_path(document: Document) -> FilePath | None:
    return FilePath(document.file).resolve() if document.folder is not None else None


def _find(name: str, folder: FilePath | None, inner: str) -> FilePath | None:
    """Return the file of that name beside the card, else of those that come with the package."""
    if not name.strip() or "\x00" in name or len(name.encode()) > MAX_NAME:
        return None
    given = FilePath(name).suffix in SUFFIXES
    for place in _places(folder, inner):
        for candidate in [place / name] if given else [place / (name + s) for s in SUFFIXES]:
            if candidate.is_file():
                return candidate
    return None


def _places(folder: FilePath | None, inner: str) -> list[FilePath]:
    shipped = resource_folder("scorecards")
    return [place / inner if inner else place for place in (folder, shipped) if place is not None]


def _known(folder: FilePath | None, inner: str) -> tuple[str, ...]:
    found = {
        file.stem
        for place in _places(folder, inner)
        if place.is_dir()
        for file in place.iterdir()
        if file.suffix in SUFFIXES
    }
    return tuple(sorted(found))


def _shared(
    name: str, origin: Origin, document: Document, problems: list[Problem]
) -> Mapped | None:
    """Return the lists and variables of a shared file."""
    path = _find(name, document.folder, LISTS_FOLDER)
    if path is None:
        known = _known(document.folder, LISTS_FOLDER)
        hint = nearest(name, known) if known else f"; there is no {LISTS_FOLDER}/{name}.yaml"
        problems.append(Problem(origin, f"unknown lists {name!r}{hint}"))
        return None
    file = read_document(read_file(path), str(path), path.parent)
    result = Mapped(Origin(file, ()))
    allowed = keys_of(SharedLists)
    for key, value in file.data.items():
        if key not in allowed:
            message = f"unknown key {key!r}{nearest(str(key), allowed)}"
            problems.append(Problem(result.origin.at(key), message, at_key=True))
        elif key != "shared":
            result.put(key, value, result.origin.at(key))
    if not isinstance(file.data.get("shared"), str):
        problems.append(Problem(result.origin, "'shared' is missing: the name of these lists"))
    return result


def _removed(whole: Mapped, names: list[tuple[str, Origin]], problems: list[Problem]) -> Mapped:
    """Return what is extended without what the file removes from it."""
    known = ids_in(whole)
    for name, origin in names:
        if name not in known:
            hint = nearest(name, tuple(known)) if known else "; nothing is extended"
            problems.append(Problem(origin, f"nothing to remove is called {name!r}{hint}"))
    gone = {name for name, _ in names if name in known}
    gone |= {inner for name in gone for inner in known[name]}
    return without(whole, frozenset(gone)) if gone else whole


def _with_added(whole: Mapped, document: Document, problems: list[Problem]) -> Mapped:
    """Return the card with the phrases that the file adds to lists of other files."""
    added = document.data.get("add_phrases")
    origin = Origin(document, ("add_phrases",))
    if added is None:
        return whole
    if not isinstance(added, dict):
        problems.append(Problem(origin, "add_phrases: expected lists by name"))
        return whole
    for name, phrases in added.items():
        lists = whole.get("lists")
        known = tuple(str(key) for key in lists) if isinstance(lists, dict) else ()
        if name not in known:
            hint = nearest(str(name), known) if known else "; there are no lists"
            problems.append(Problem(origin.at(name), f"unknown list {name!r}{hint}", at_key=True))
        else:
            whole = with_phrases(whole, name, phrases, origin.at(name))
    return whole
