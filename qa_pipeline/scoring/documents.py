"""Files of a standard as they were written: read, with the place of everything in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path as FilePath
from typing import Any

import yaml

from qa_pipeline.errors import ScorecardError
from qa_pipeline.scoring.positions import Layout, Path, Position, lay_out
from qa_pipeline.scoring.slips import slip_in

SUFFIXES = (".yaml", ".yml")
MAX_BYTES = 2_000_000
"""A card is read in one piece; the shipped ones have under 100,000 bytes."""


@dataclass(frozen=True)
class Document:
    """One file: its content and where in it everything stands."""

    file: str
    """As messages name it."""
    folder: FilePath | None
    """Where other files are looked for first."""
    data: Mapping[str, Any]
    layout: Layout


@dataclass(frozen=True)
class Origin:
    """A place in one of the files that a card is made of."""

    document: Document
    path: Path

    def at(self, step: str | int) -> "Origin":
        """Return the place of a part of what stands here."""
        return Origin(self.document, (*self.path, step))

    def position(self, *, at_key: bool) -> Position:
        """Return line and column."""
        return self.document.layout.of(self.path, at_key=at_key)


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a card, where, and in words."""

    origin: Origin
    message: str
    at_key: bool = False
    position: Position | None = None
    """Where, if not where ``origin`` is."""

    @property
    def place(self) -> tuple[str, int, int]:
        """File, line and column."""
        position = self.position or self.origin.position(at_key=self.at_key)
        return self.origin.document.file, position.line, position.column

    def shown(self) -> str:
        """Return ``file:line:column: message``."""
        file, line, column = self.place
        return f"{file}:{line}:{column}: {self.message}"


def refuse(problems: list[Problem]) -> ScorecardError:
    """Return the error that names every problem, in the order of the files' lines."""
    lines = {(*problem.place, problem.shown()) for problem in problems}
    return ScorecardError("\n".join(line[-1] for line in sorted(lines)))


def read_file(path: FilePath) -> str:
    """Return the text of a file.

    Raises:
        ScorecardError: it cannot be read, is too large or not UTF-8.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise ScorecardError(f"{path}: cannot read the scorecard: {reason}") from error
    except ValueError as error:  # a NUL in the name
        raise ScorecardError(f"{str(path)!r}: cannot read the scorecard: {error}") from error
    if len(content) > MAX_BYTES:
        raise ScorecardError(f"{path}: larger than {MAX_BYTES} bytes; that is no scorecard")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ScorecardError(f"{path}: not a UTF-8 text file; save the card as UTF-8") from error


@lru_cache(maxsize=8)
def read_document(text: str, file: str, folder: FilePath | None) -> Document:
    """Return the content and layout of a YAML text, which nobody may change.

    The last few are remembered: cards that are loaded together share files.

    Raises:
        ScorecardError: it is not YAML, not a mapping, or larger than it looks (aliases).
    """
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        if not isinstance(root, yaml.MappingNode):
            raise ScorecardError(
                f"{file}:1:1: expected a scorecard (scorecard: NAME, version: 1, ...)"
            )
        layout = lay_out(root)
        return Document(file, folder, _content(root), layout)
    except yaml.MarkedYAMLError as error:
        raise ScorecardError(_not_yaml(error, text, file)) from error
    except (yaml.YAMLError, ValueError, RecursionError, TypeError) as error:
        what = " ".join(str(error).split()) or type(error).__name__
        raise ScorecardError(f"{file}:1:1: not valid YAML: {what}") from error


def _content(root: yaml.MappingNode) -> Any:
    """Return what a composed document says, without reading its text a second time."""
    builder = yaml.SafeLoader("")
    try:
        return builder.construct_document(root)
    finally:
        builder.dispose()


def _not_yaml(error: yaml.MarkedYAMLError, text: str, file: str) -> str:
    """Return where a text is no YAML: at what was mistyped, if that can be told."""
    mark = error.problem_mark or error.context_mark
    what = " ".join(part for part in (error.context, error.problem) if part)
    if mark is None:
        return f"{file}: not valid YAML: {what}"
    key = error.context_mark if error.context == "while scanning a simple key" else None
    slip = slip_in(text, (*((key.line,) if key else ()), mark.line, mark.line - 1))
    if slip is None:
        place, advice = f"{file}:{mark.line + 1}:{mark.column + 1}", ""
        opened = error.context_mark if "flow" in (error.context or "") else None
        if opened is not None:
            advice = f"; the bracket opened at {opened.line + 1}:{opened.column + 1}"
        elif "<block end>" in what:
            advice = "; is the line indented as those that it belongs to?"
        return f"{place}: not valid YAML: {what}{advice}"
    line, column = slip.position.line, slip.position.column
    return f"{file}:{line}:{column}: not valid YAML: {slip.advice} ({what})"
