"""Small cards and calls for the tests of scoring."""

from typing import Any

import yaml

from qa_pipeline.records import CriterionResult, ScoredCall, Word
from qa_pipeline.scoring import Scorecard, parse_scorecard, score_call
from qa_pipeline.scoring.scripts import Scene, read_script


def card_with(check: str, **criterion: Any) -> Scorecard:
    """A card with one criterion ``only.one`` of 10 points; ``check`` is YAML."""
    content = {
        "scorecard": "small",
        "version": 1,
        "pass_mark": 50,
        "variables": {"brand": {"en": "Bluebell Broadband", "zh": "青藤宽带"}},
        "lists": {
            "sorry": {"en": ["I am sorry", "my apologies"], "zh": ["非常抱歉"]},
            "problem": {"en": ["does not work"], "zh": ["坏了"]},
        },
        "sections": [
            {
                "id": "only",
                "weight": 100,
                "criteria": [
                    {
                        "id": "only.one",
                        "ask": "the only question",
                        "points": 10,
                        "check": yaml.safe_load(check),
                        **{key: _read(value) for key, value in criterion.items()},
                    }
                ],
            }
        ],
    }
    return parse_scorecard(yaml.safe_dump(content, allow_unicode=True), "small.yaml")


def _read(value: Any) -> Any:
    return yaml.safe_load(value) if isinstance(value, str) else value


def judged(card: Scorecard, script: str) -> CriterionResult:
    """The one criterion's result on a written conversation."""
    scene = read_script(script)
    return score_call(card, scene.conversation, scene.measures, scene.metadata).criteria[0]


def verdict(check: str, script: str, **criterion: Any) -> str:
    """The verdict of a check on a written conversation."""
    return judged(card_with(check, **criterion), script).verdict


def heard(script: str, unsure: dict[str, float]) -> Scene:
    """The conversation with some words recognised with low probability."""
    scene = read_script(script)

    def again(word: Word) -> Word:
        probability = unsure.get(word.text.lower().strip(",.?!，。"), word.probability)
        return word.model_copy(update={"probability": probability})

    utterances = tuple(
        u.model_copy(update={"words": tuple(again(w) for w in u.words)})
        for u in scene.conversation.utterances
    )
    conversation = scene.conversation.model_copy(update={"utterances": utterances})
    return Scene(conversation, scene.measures, scene.metadata)


def scored(card: Scorecard, scene: Scene) -> ScoredCall:
    return score_call(card, scene.conversation, scene.measures, scene.metadata)


def only(card: Scorecard, scene: Scene) -> CriterionResult:
    return scored(card, scene).criteria[0]
