"""Where everything in a YAML file stands, so that an error can point at it."""

import re
from dataclasses import dataclass

import yaml

Path = tuple[str | int, ...]
MAX_NODES = 200_000


@dataclass(frozen=True)
class Position:
    """A place in a file; line and column count from one."""

    line: int
    column: int


@dataclass(frozen=True)
class Mistake:
    """What no file may hold, whatever it describes: a key twice, or half a character."""

    position: Position
    message: str


@dataclass(frozen=True)
class Layout:
    """The place of every key and every value of a YAML document, by path."""

    keys: dict[Path, Position]
    values: dict[Path, Position]
    mistakes: tuple[Mistake, ...]

    def of(self, path: Path, *, at_key: bool) -> Position:
        """Return the place of ``path``, or of the nearest part of it that the file holds."""
        for length in range(len(path), -1, -1):
            part = path[:length]
            if at_key and length == len(path) and part in self.keys:
                return self.keys[part]
            if part in self.values:
                return self.values[part]
        return Position(1, 1)


_HALF = re.compile("[\ud800-\udfff]")
r"""What ``"\\ud83d"`` in a YAML text leaves: nothing can store it."""


def _position(mark: yaml.Mark) -> Position:
    return Position(mark.line + 1, mark.column + 1)


def _twice(key: str) -> str:
    hint = " (is a '- ' missing before it?)" if key == "id" else ""
    return f"key {key!r} stands here for the second time{hint}"


def lay_out(root: yaml.Node) -> Layout:
    """Walk a composed document and note where everything stands.

    Raises:
        ValueError: the document expands to more than `MAX_NODES` nodes or contains itself.
    """
    keys: dict[Path, Position] = {}
    values: dict[Path, Position] = {}
    mistakes: list[Mistake] = []
    todo: list[tuple[Path, yaml.Node]] = [((), root)]
    while todo:
        path, node = todo.pop()
        values[path] = _position(node.start_mark)
        if len(values) > MAX_NODES or len(path) > 60:
            raise ValueError("the file is nested too deeply or refers to itself")
        if isinstance(node, yaml.ScalarNode) and _HALF.search(node.value):
            message = f"{node.value!r} holds half a character: write the character itself"
            mistakes.append(Mistake(_position(node.start_mark), message))
        if isinstance(node, yaml.SequenceNode):
            todo.extend(((*path, i), child) for i, child in enumerate(node.value))
        elif isinstance(node, yaml.MappingNode):
            last = {str(key.value): child for key, child in node.value}
            for key, child in node.value:
                child_path = (*path, str(key.value))
                if child_path in keys:
                    mistakes.append(Mistake(_position(key.start_mark), _twice(str(key.value))))
                keys[child_path] = _position(key.start_mark)
                if last[str(key.value)] is child:  # the one that counts: others are not gone into
                    todo.append((child_path, child))
    return Layout(keys=keys, values=values, mistakes=tuple(mistakes))
