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

    ``rows``: the first and the last that may be wanted; ``place`` is which of them a row is.
    ``values``: of the question marks in ``where``.
    """
    found = connection.execute(
        f"WITH part AS MATERIALIZED ({between(table, rows)}) "
        f"SELECT {columns} FROM part WHERE {where} ORDER BY {order}",
        list(values),
    ).fetchnumpy()
    return {name: _filled(column) for name, column in found.items()}


def between(table: str, rows: tuple[int, int]) -> str:
    """Return the query for rows that lie together, to be had before anything else is asked of them.

    Asked all at once, DuckDB 1.5 looks for whatever else is asked in far more of the table: in a
    store of 100,000 calls a batch's words then take three times as long.
    """
    first, last = rows
    return f"SELECT rowid AS place, * FROM {table} WHERE rowid BETWEEN {first} AND {last}"


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
