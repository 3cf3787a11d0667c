"""Files as earlier versions of qa_pipeline left them."""

from pathlib import Path

BEFORE_VOICES = 4
"""Version of bundles that did not say how utterances were voiced."""


def as_before_voices(path: Path) -> Path:
    """Rewrite a bundle as it was before voices were kept; return its path."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.ParquetFile(path).read()
    measures = table.column("measures").combine_chunks()
    kept = [field for field in measures.type if field.name != "voices"]
    earlier = {
        "measures": pa.StructArray.from_arrays([measures.field(f.name) for f in kept], fields=kept),
        "bundle_version": pa.array([BEFORE_VOICES] * len(table), pa.int32()),
    }
    for name, column in earlier.items():
        table = table.set_column(table.schema.get_field_index(name), name, column)
    pq.write_table(table, path, store_schema=False)
    return path
