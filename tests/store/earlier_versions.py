"""Files as earlier versions of qa_pipeline left them."""

from pathlib import Path
from typing import Any

BEFORE_VOICES = 4
"""Version of bundles that did not say how utterances were voiced."""
BEFORE_ENGINE = 5
"""Version of bundles and files of scores that did not say what judged."""
BEFORE_JUDGED = 6
"""Version of files of scores that did not say which conversation was judged."""


def as_before_voices(path: Path) -> Path:
    """Rewrite a bundle as it was before voices were kept; return its path."""
    return _rewritten(path, BEFORE_VOICES, measures="voices", scored="engine")


def as_before_engine(path: Path) -> Path:
    """Rewrite a bundle or a file of scores as it was before it said what judged."""
    return _rewritten(as_before_judged(path), BEFORE_ENGINE, scored="engine")


def as_before_judged(path: Path) -> Path:
    """Rewrite a bundle or a file of scores as it was before it said which conversation it is of."""
    import pyarrow.parquet as pq

    table = pq.ParquetFile(path).read()
    if "call_processed_at" in table.column_names:
        pq.write_table(table.drop_columns(["call_processed_at"]), path, store_schema=False)
    return _rewritten(path, BEFORE_JUDGED)


def _rewritten(path: Path, version: int, **missing: str) -> Path:
    """Rewrite a file without one field of each of some columns."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.ParquetFile(path).read()
    columns: dict[str, Any] = {"bundle_version": pa.array([version] * len(table), pa.int32())}
    for name, field in missing.items():
        columns[name] = _without(table.column(name).combine_chunks(), field)
    for name, column in columns.items():
        table = table.set_column(table.schema.get_field_index(name), name, column)
    pq.write_table(table, path, store_schema=False)
    return path


def _without(column: Any, field: str) -> Any:
    """Return structs, or lists of them, without a field."""
    import pyarrow as pa

    if pa.types.is_list(column.type):
        return pa.ListArray.from_arrays(column.offsets, _without(column.values, field))
    kept = [item for item in column.type if item.name != field]
    return pa.StructArray.from_arrays([column.field(item.name) for item in kept], fields=kept)
