"""The published JSON Schema is that of the models, and tells good cards from broken ones."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from qa_pipeline.scoring import find_scorecards, lists_schema, parse_scorecard, scorecard_schema
from qa_pipeline.scoring.composing import SharedLists, Sources
from qa_pipeline.scoring.parts import keys_of
from qa_pipeline.scoring.schema import Criterion, Scorecard, Section
from tests.scoring.test_loading import GOOD
from tests.scoring.test_operators import CASES

SCORECARDS = Path(__file__).parents[2] / "scorecards"
CARDS = Draft202012Validator(scorecard_schema())
LISTS = Draft202012Validator(lists_schema())


def _read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _mistakes(card: Any) -> list[str]:
    return [f"{e.json_path}: {e.message}" for e in CARDS.iter_errors(card)]


def test_the_published_schemas_are_those_of_the_models() -> None:
    for name, schema in (
        ("scorecard.schema.json", scorecard_schema()),
        ("lists.schema.json", lists_schema()),
    ):
        published = json.loads((SCORECARDS / name).read_text(encoding="utf-8"))
        assert published == schema, f"write it: qa-pipeline scorecards schema > scorecards/{name}"
        Draft202012Validator.check_schema(published)


@pytest.mark.parametrize("path", find_scorecards(SCORECARDS), ids=lambda path: path.stem)
def test_the_shipped_cards_pass_and_name_the_schema(path: Path) -> None:
    assert _mistakes(_read(path)) == []
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=scorecard.schema.json"


def test_shared_lists_pass() -> None:
    for path in sorted((SCORECARDS / "lists").glob("*.yaml")):
        assert list(LISTS.iter_errors(_read(path))) == []
    assert list(LISTS.iter_errors({"shared": "x", "lists": {"a": ["b"]}})) == []
    assert list(LISTS.iter_errors({"shared": "x", "list": {"a": ["b"]}}))
    assert list(LISTS.iter_errors({"lists": {"a": "b"}}))


def test_every_operator_passes_as_the_tests_write_it() -> None:
    for check, _, _ in CASES:
        card = yaml.safe_load(GOOD)
        card["sections"][0]["criteria"][0]["check"] = yaml.safe_load(check)
        assert _mistakes(card) == [], check


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("says: {who", "sais: {who"),
        ("who: agent, first", "who: agnet, first"),
        ("first: 15s", "frist: 15s"),
        ("first: 15s", "first: soon"),
        ("name: pace_wpm", "name: pace_wmp"),
        ("at_most: 200", "at_most: fast"),
        (", at_most: 200}", "}"),
        ("points: 5", "points: -5"),
        ("        points: 5\n", ""),
        ("pass_mark: 80", "pass_mark: 800"),
        ("pass_mark: 80", "pass_mark: 80%"),
        ("points: 5", "points: 2,5"),
        ("weight: 100", "weight: 100%"),
        ("version: 1", "version: one"),
        ("weight: 100", "wieght: 100"),
        ("greeting.hello: met", "greeting.hello: mett"),
        ("[您好]", "[no]"),
        ("{who: agent, first: 15s, list: hello}", "{who: agent}"),
        ("          says: {who", "          never_says: {any: [x]}\n          says: {who"),
        ("check: {measure", "chek: {measure"),
    ],
)
def test_broken_cards_fail(old: str, new: str) -> None:
    assert old in GOOD
    assert _mistakes(yaml.safe_load(GOOD.replace(old, new, 1)))


def test_a_card_that_extends_gives_only_what_it_changes() -> None:
    change = {
        "scorecard": "own",
        "version": 1,
        "extends": "small",
        "remove": ["greeting.pace"],
        "add_phrases": {"hello": {"en": ["ahoy"]}},
        "sections": [{"id": "greeting", "criteria": [{"id": "greeting.hello", "points": 9}]}],
    }
    assert _mistakes(change) == []
    assert _mistakes({**change, "sections": [{"criteria": []}]})
    assert _mistakes({**change, "extends": {"small": 1}})
    alone = {key: value for key, value in change.items() if key != "extends"}
    assert _mistakes(alone)


def test_an_editor_has_something_to_show_for_every_key() -> None:
    definitions = scorecard_schema()["$defs"]
    silent = [
        f"{model}.{key}"
        for model, schema in definitions.items()
        for key, value in schema.get("properties", {}).items()
        if not value.get("description")
    ]
    assert silent == []
    keys = {*keys_of(Scorecard), *keys_of(Sources)}
    assert set(definitions["Scorecard"]["properties"]) == keys
    assert set(definitions["Section"]["properties"]) == set(keys_of(Section))
    assert set(definitions["Criterion"]["properties"]) == set(keys_of(Criterion))
    assert set(lists_schema()["properties"]) == set(keys_of(SharedLists))


def test_what_the_loader_takes_the_schema_takes() -> None:
    assert parse_scorecard(GOOD).scorecard == "small"
    assert _mistakes(yaml.safe_load(GOOD)) == []
