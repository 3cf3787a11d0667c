"""The JSON Schema of scorecards, with which an editor completes and checks them.

It is made from the models that read cards and says what they say, as far as a schema can: names
that point at something else in the card (lists, variables, criteria) are checked when it is read.
"""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from qa_pipeline.records import CallMetadata
from qa_pipeline.scoring.checks import OPERATOR_FIELDS, keyword
from qa_pipeline.scoring.composing import SharedLists, Sources
from qa_pipeline.scoring.measure_names import LABELS
from qa_pipeline.scoring.schema import Scorecard

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
_AMOUNT = r"^\s*\d+(\.\d+)?\s*(s|sec|seconds|m|min|minutes)?\s*$"
_SHARE = r"^\s*\d+(\.\d+)?\s*%?\s*$"
_EXTENT = r"^\s*\d+(\.\d+)?\s*(s|sec|seconds|m|min|minutes|%)?\s*$"
_ANCHORS = ("after", "before", "around")
_INHERITED = {
    "Scorecard": ("scorecard", "version"),
    "Section": ("id",),
    "Criterion": ("id",),
    "CardTest": ("name",),
}
"""What a card that extends others has to give of each part; the rest may come from them."""


def scorecard_schema() -> Schema:
    """Return the JSON Schema of a scorecard's file."""
    whole = Scorecard.model_json_schema(by_alias=True)
    sources = Sources.model_json_schema(by_alias=True)
    definitions: Schema = whole.pop("$defs")
    whole.get("properties", {}).pop("content_hash", None)
    whole["properties"] |= sources["properties"]
    definitions |= sources.get("$defs", {}) | {"Scorecard": whole}
    _walk(definitions, _tidied)
    _complete(definitions)
    partial = deepcopy(definitions)
    for name, required in _INHERITED.items():
        definitions[f"{name}Change"] = {**partial[name], "required": list(required)}
        definitions[f"{name}Change"].pop("anyOf", None)
    for name in _INHERITED:
        _walk(definitions[f"{name}Change"], _points_at_changes)
    criterion, limits = definitions["Criterion"], definitions["MeasureCheck"]["properties"]
    samples = {
        "Phrases": whole["properties"]["lists"]["additionalProperties"],
        "Words": whole["properties"]["variables"]["additionalProperties"],
        "Text": criterion["properties"]["ask"],
        "Number": limits["at_most"],
        "Range": limits["between"],
    }
    return {
        "$schema": DIALECT,
        "title": "Scorecard of qa_pipeline",
        "description": "A service standard: what is asked of a call, and what it is worth.",
        "type": "object",
        "if": {"type": "object", "required": ["extends"]},
        "then": {"$ref": "#/$defs/ScorecardChange"},
        "else": {"$ref": "#/$defs/Scorecard"},
        "$defs": _named(definitions, samples),
    }


def _named(definitions: Schema, samples: dict[str, Schema]) -> Schema:
    """Return the definitions in order, those that ``samples`` refer to by names for people."""
    names = {sample["$ref"].rsplit("/", 1)[1]: name for name, sample in samples.items()}
    renamed = {names.get(key, key): value for key, value in definitions.items()}
    text = json.dumps(dict(sorted(renamed.items())))
    for old, new in names.items():
        text = text.replace(f'"#/$defs/{old}"', f'"#/$defs/{new}"')
    named: Schema = json.loads(text)
    return named


def lists_schema() -> Schema:
    """Return the JSON Schema of a file of shared lists."""
    schema = SharedLists.model_json_schema(by_alias=True)
    _walk(schema, _tidied)
    samples = {
        "Phrases": schema["properties"]["lists"]["additionalProperties"],
        "Words": schema["properties"]["variables"]["additionalProperties"],
    }
    # the text of the definitions goes first: what refers to them is renamed with them
    definitions = _named(schema.pop("$defs") | {"Lists": schema}, samples)
    return {"$schema": DIALECT, **definitions.pop("Lists"), "$defs": definitions}


def _walk(part: Any, change: Callable[[Schema], None]) -> None:
    """Apply ``change`` to every mapping in a schema, inner ones first."""
    if isinstance(part, dict):
        for value in part.values():
            _walk(value, change)
        change(part)
    elif isinstance(part, list):
        for value in part:
            _walk(value, change)


def _tidied(part: Schema) -> None:
    """Take out what helps nobody: titles, "or null" and defaults of nothing."""
    if isinstance(part.get("title"), str):
        del part["title"]
    if part.get("default", ...) is None:
        del part["default"]
    choices = part.get("anyOf")
    if isinstance(choices, list):
        kept = [choice for choice in choices if choice != {"type": "null"}]
        part["anyOf"] = kept
        if len(kept) == 1:
            del part["anyOf"]
            for key, value in kept[0].items():
                part.setdefault(key, value)


def _points_at_changes(part: Schema) -> None:
    reference = part.get("$ref")
    for name in _INHERITED:
        if reference == f"#/$defs/{name}":
            part["$ref"] = f"#/$defs/{name}Change"


def _complete(definitions: Schema) -> None:
    """Say what validators say in code: operators, amounts, anchors, names of measures."""
    operators = [{"required": [keyword(name)]} for name in OPERATOR_FIELDS]
    for name in ("Check", "Then"):
        definitions[name]["oneOf"] = operators
        definitions[name]["dependentRequired"] = {"at_least": ["of"], "of": ["at_least"]}
    definitions["Criterion"]["anyOf"] = [
        {"required": ["check"]},
        {"required": ["manual"], "properties": {"manual": {"const": True}}},
    ]
    definitions["Says"]["anyOf"] = [
        {"required": [key]} for key in ("any", "list", "regex", "meaning")
    ]
    definitions["Extent"] = _amount(_EXTENT, definitions["Extent"]["description"])
    check = {"$ref": "#/$defs/Check"}
    for model in definitions.values():
        for key, value in model.get("properties", {}).items():
            if key in _ANCHORS:
                described = {"description": value.get("description", "")}
                model["properties"][key] = {**described, "anyOf": [check, {"const": "silence"}]}
    _amounts(definitions)
    for name, key in (("Criterion", "points"), ("Section", "weight"), ("Scorecard", "pass_mark")):
        _written_as_number(definitions[name]["properties"][key])
    metadata = list(CallMetadata.model_fields)
    definitions["MetadataCheck"]["properties"]["field"]["enum"] = metadata
    definitions["MetadataCheck"]["anyOf"] = [
        {"required": [key]} for key in ("is", "is_not", "one_of", "at_most", "at_least")
    ]
    limits = [{"required": [key]} for key in ("at_most", "at_least", "between")]
    definitions["MeasureCheck"]["anyOf"] = limits
    for name in ("CountCheck", "ToneCheck"):
        definitions[name]["anyOf"] = limits[:2]
    names = {"enum": list(LABELS)}
    each = {"type": "object", "minProperties": 1, "additionalProperties": False}
    languages = dict.fromkeys(("en", "zh", "default"), names)
    name = definitions["MeasureCheck"]["properties"]["name"]
    name |= {"anyOf": [names, {**each, "properties": languages}]}
    definitions["CardTest"]["properties"]["metadata"]["propertyNames"] = {"enum": metadata}


def _written_as_number(property_: Schema) -> None:
    """Take out that a number may be any text: a card may put it in quotes, and has no need to."""
    numbers = [choice for choice in property_.pop("anyOf") if choice.get("type") == "number"]
    property_ |= numbers[0]


def _amount(pattern: str, description: str) -> Schema:
    choices = [{"type": "number", "minimum": 0}, {"type": "string", "pattern": pattern}]
    return {"description": description, "anyOf": choices}


def _amounts(definitions: Schema) -> None:
    """Let seconds and shares be written as people write them: 15s, 2m, 20%."""
    written = {
        _AMOUNT: {
            "Window": ["within"],
            "Says": ["within"],
            "Question": ["within"],
            "Than": ["within"],
            "MeasureCheck": ["within"],
            "ToneCheck": ["within"],
            "SilenceCheck": ["within", "longer_than"],
            "Then": ["within"],
        },
        _SHARE: {"ToneCheck": ["at_most", "at_least"], "Criterion": ["partly_share"]},
    }
    for pattern, models in written.items():
        for model, keys in models.items():
            for key in keys:
                properties = definitions[model]["properties"]
                properties[key] = _amount(pattern, properties[key].get("description", ""))
