"""What a description of the store is made of, and how its SQL writes texts."""

from typing import NamedTuple


class Column(NamedTuple):
    """One column: its SQL type and what it means, unit included."""

    name: str
    type: str
    meaning: str


class Table(NamedTuple):
    """One table: what a row is, its key and its columns."""

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    indexed: bool = True
    """Whether the database itself enforces the key. The large tables do without: they are only
    ever replaced a whole call at a time, and an index would cost more than it guards."""


class View(NamedTuple):
    """One view: what it shows and its query."""

    name: str
    meaning: str
    query: str


def quoted(text: str) -> str:
    """Return a text as SQL writes it in a query."""
    return "'" + text.replace("'", "''") + "'"
