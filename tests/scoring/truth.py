"""Sample calls as perfect conversations, made from their truth: the words that were spoken."""

import json
import random
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import jellyfish
from pypinyin import lazy_pinyin

from qa_pipeline.measures import measure
from qa_pipeline.records import (
    CallMetadata,
    Conversation,
    Measures,
    Role,
    Trust,
    Turn,
    Utterance,
    Verdict,
    Word,
)

SAMPLES = Path(__file__).parents[2] / "sample_calls"
CUT_S = 0.7
"""A pause from which the same speaker's words begin a new utterance."""


@dataclass(frozen=True)
class TruthCall:
    """A sample call as it was spoken, and the verdicts it must get."""

    conversation: Conversation
    metadata: CallMetadata
    measures: Measures
    verdicts: dict[str, Verdict]


def truth_files() -> list[Path]:
    return sorted(SAMPLES.glob("*.truth.json"))


def read_truth(path: Path, noise: float = 0.0, seed: int = 0) -> TruthCall:
    """Read a truth file; ``noise`` is the share of words replaced by similar-sounding ones."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    meta = path.with_name(path.name.replace(".truth.", ".meta."))
    metadata = CallMetadata.model_validate_json(meta.read_text(encoding="utf-8"))
    rng = random.Random(f"{seed} {path.name}")
    words = corrupted(raw["words"], raw["language"], noise, rng)
    conversation = Conversation(
        call_id=raw["call_id"],
        language=raw["language"],
        duration_s=raw.get("duration_s", max(w["end_s"] for w in raw["words"]) + 1),
        utterances=_utterances(words, raw["language"]),
        turns=tuple(
            Turn(speaker=t["role"], start_s=t["start_s"], end_s=t["end_s"]) for t in raw["turns"]
        ),
        speaker_roles={role: role for role in ("agent", "customer", "ivr")},
        role_confidence=1.0,
        trust=Trust(level="ok"),
    )
    return TruthCall(
        conversation=conversation,
        metadata=metadata,
        measures=measure(conversation, None, None, metadata),
        verdicts=raw["verdicts"],
    )


def _utterances(words: list[dict[str, Any]], language: str) -> tuple[Utterance, ...]:
    groups: list[list[dict[str, Any]]] = []
    last: dict[str, list[dict[str, Any]]] = {}
    for word in sorted(words, key=lambda w: (w["start_s"], w["end_s"])):
        group = last.get(word["role"])
        new = group is None or word["start_s"] - group[-1]["end_s"] >= CUT_S
        if new or group is None:
            group = []
            groups.append(group)
            last[word["role"]] = group
        group.append(word)
    groups.sort(key=lambda g: g[0]["start_s"])
    return tuple(_utterance(i, group, language) for i, group in enumerate(groups, start=1))


def _utterance(number: int, group: list[dict[str, Any]], language: str) -> Utterance:
    role: Role = group[0]["role"]
    return Utterance(
        utterance_id=f"u{number:04d}",
        role=role,
        speaker=role,
        language=language,
        words=tuple(
            Word(text=w["text"], start_s=w["start_s"], end_s=w["end_s"], probability=0.9)
            for w in group
        ),
        text=("" if language == "zh" else " ").join(w["text"] for w in group),
        start_s=group[0]["start_s"],
        end_s=max(w["end_s"] for w in group),
    )


def corrupted(
    words: list[dict[str, Any]], language: str, share: float, rng: random.Random
) -> list[dict[str, Any]]:
    """Replace a share of the words by others that sound alike, as a recogniser does.

    Six of ten errors are substitutions by a near sound, two by any word, two are deletions.
    """
    if share <= 0:
        return words
    pool = vocabulary(language)
    kept = []
    for word in words:
        text = word["text"]
        if rng.random() < share:
            kind = rng.random()
            if kind < 0.2:
                continue
            near = neighbours(text, language)
            text = rng.choice(near) if near and kind < 0.8 else rng.choice(pool)
        kept.append({**word, "text": text})
    return kept


@lru_cache(maxsize=4)
def vocabulary(language: str) -> tuple[str, ...]:
    """Every word of the sample calls in a language, in order."""
    found = set()
    for path in truth_files():
        raw = json.loads(path.read_text(encoding="utf-8"))
        if raw["language"] == language:
            found |= {w["text"] for w in raw["words"]}
    return tuple(sorted(found))


@lru_cache(maxsize=10000)
def neighbours(word: str, language: str) -> tuple[str, ...]:
    """The words that sound most like ``word``: same syllable, or nearest Metaphone code."""
    others = [other for other in vocabulary(language) if other.lower() != word.lower()]
    if language == "zh":
        own = lazy_pinyin(word)
        return tuple(other for other in others if lazy_pinyin(other) == own)[:8]
    code = jellyfish.metaphone(word)
    ranked = sorted(
        others,
        key=lambda o: (
            jellyfish.levenshtein_distance(jellyfish.metaphone(o), code)
            + 0.5 * jellyfish.levenshtein_distance(o.lower(), word.lower()),
            o,
        ),
    )
    return tuple(ranked[:4])
