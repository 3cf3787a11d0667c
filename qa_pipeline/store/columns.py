"""Rows of one table read as columns, between the first and the last that are wanted."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import duckdb

Columns = dict[str, NDArray[Any]]


def read_columns(
    connection: "duckdb.DuckDBPyConnection",
    table: str,
    rows: tuple[int, int],
    columns: str,
    order: str,
    where: str,
    values: Sequence[Any],
) -> Columns:
    """Read part of a table as columns; values that are not known become ``None``.

    ``rows``: the first and the last that may be wanted. A store answers fast where it is read
    between rows that lie together. ``values``: of the places in ``where``.
    """
    first, last = rows
    found = connection.execute(
        f"SELECT {columns} FROM {table} WHERE rowid BETWEEN {first} AND {last} AND {where} "
        f"ORDER BY {order}",
        list(values),
    ).fetchnumpy()
    return {name: _filled(column) for name, column in found.items()}


def _filled(values: NDArray[Any]) -> NDArray[Any]:
    """Return a column with ``None`` where the store knows nothing."""
    if isinstance(values, np.ma.MaskedArray):
        missing = np.ma.getmaskarray(values)
        plain = np.asarray(values.data)
        if missing.any():
            plain = plain.astype(object)
            plain[missing] = None
        return plain
    return np.asarray(values)


def rows_of(columns: Columns) -> Iterator[dict[str, Any]]:
    """Yield the rows of columns."""
    names = list(columns)
    for row in zip(*(values.tolist() for values in columns.values()), strict=True):
        yield dict(zip(names, row))  # noqa: B905 - as many as names, and asked very often
