from pathlib import Path

from qa_pipeline.measures import BY_NAME, DEFINITIONS
from qa_pipeline.measures.definitions import write_table

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "measures.md"


def test_the_document_has_the_table_of_the_definitions(tmp_path: Path) -> None:
    copy = tmp_path / "measures.md"
    copy.write_text(DOCUMENT.read_text(encoding="utf-8"), encoding="utf-8")
    write_table(copy)
    assert copy.read_text(encoding="utf-8") == DOCUMENT.read_text(encoding="utf-8"), (
        "run: python -m qa_pipeline.measures docs/measures.md"
    )


def test_every_measure_is_defined_once() -> None:
    assert len(BY_NAME) == len(DEFINITIONS)
