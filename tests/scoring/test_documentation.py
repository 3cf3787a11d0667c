"""docs/scorecards.md is held to the code: every key, every block of YAML, every number."""

import re
import shutil
from pathlib import Path

import yaml
from pydantic import BaseModel

from qa_pipeline.measures import BY_NAME
from qa_pipeline.records import CallMetadata
from qa_pipeline.scoring import (
    check_card,
    checks,
    composing,
    load_scorecard,
    parse_scorecard,
    run_card_tests,
    schema,
)
from qa_pipeline.scoring.measure_names import MEASURE_NAMES
from qa_pipeline.scoring.parts import Part, keys_of
from qa_pipeline.scoring.schema import METADATA_VARIABLES

CARDS = Path(__file__).parents[2] / "scorecards"
DOCS = (Path(__file__).parents[2] / "docs" / "scorecards.md").read_text(encoding="utf-8")
BLOCKS = [m.group(1) for m in re.finditer(r"(?s)```yaml\n(.*?)```", DOCS)]


def _models() -> list[type[BaseModel]]:
    found = [
        m
        for m in {**vars(checks), **vars(schema), **vars(composing)}.values()
        if isinstance(m, type) and issubclass(m, Part)
    ]
    return [m for m in found if m is not Part]


def test_every_key_of_a_card_is_documented() -> None:
    missing = {
        f"{model.__name__}.{key}"
        for model in _models()
        for key in keys_of(model)
        if not re.search(rf"\b{key}\b", "\n".join(_code()))
    }
    assert not missing
    assert len(_models()) > 15


def _code() -> list[str]:
    """Everything that the documentation shows as code."""
    return [m.group(0) for m in re.finditer(r"(?s)```.*?```|`[^`\n]+`", DOCS)]


def test_the_whole_card_of_the_documentation_works() -> None:
    card = parse_scorecard(BLOCKS[0])
    assert check_card(card) == []
    results = run_card_tests(card)
    assert len(results) == 12
    assert all(result.passed for result in results)


def test_every_snippet_is_valid() -> None:
    example = "{says: {any: [x], first: 9s}}"
    whole = BLOCKS[0].split("sections:")[0]
    snippets = 0
    for block in BLOCKS[1:]:
        if block.startswith("scorecard:"):
            continue
        for text in re.split(r"(?m)^(?=check:|when:)", block.replace("CHECK", example)):
            if not text.strip():
                continue
            criterion = {"id": "a", "ask": "b", "points": 1, **yaml.safe_load(text)}
            criterion.setdefault("check", yaml.safe_load(example))
            content = yaml.safe_load(whole)
            content["sections"] = [{"id": "s", "weight": 1, "criteria": [criterion]}]
            parse_scorecard(yaml.safe_dump(content, allow_unicode=True))
            snippets += 1
    assert snippets >= 15


def test_the_card_of_other_cards_works(tmp_path: Path) -> None:
    (card,) = (block for block in BLOCKS[1:] if block.startswith("scorecard:"))
    (shared,) = re.findall(r"(?s)```\n(shared:.*?)```", DOCS)
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "our-words.yaml").write_text(shared, encoding="utf-8")
    (tmp_path / "own.yaml").write_text(card, encoding="utf-8")
    loaded = load_scorecard(tmp_path / "own.yaml")
    assert loaded.scorecard == "bluebell-inbound"
    assert loaded.pass_mark == 80
    criteria = {c.id: c for c in loaded.criteria()}
    assert criteria["greeting.brand"].points == 8
    assert "closure.survey" not in criteria
    assert "ahoy" in loaded.lists["salutations"].of("en")
    # nor does the example get in the way of a card of the package that is copied beside it
    copied = shutil.copy(CARDS / "inbound-service.yaml", tmp_path)
    assert load_scorecard(Path(copied)).scorecard == "inbound-service"


def test_measures_facts_and_variables_are_all_named() -> None:
    assert set(MEASURE_NAMES) == set(BY_NAME)
    for name in (*MEASURE_NAMES, *CallMetadata.model_fields):
        assert f"`{name}`" in DOCS
    for name in METADATA_VARIABLES:
        assert "`{" + name + "}`" in DOCS
