"""How long it takes to judge stored calls anew, and how much memory: for N and for 2 N calls.

Run it with ``python -m benchmarks.rescoring --calls 10000``. First every criterion is judged; then,
for each number after ``--changed``, by a version of the card in which so many criteria ask
something else. With ``--backtest`` each such version is tried beside the first, and only counted;
the last of them once more with everything judged anew. The store is made of the sample dialogues:
calls of 60 utterances, each put together from several dialogues of one language and one word in
eight replaced, always the same. At most 2,000 calls differ from one another; more are copies of
these under other ids, as far apart as they can lie.
"""

import argparse
import json
import multiprocessing
import random
import resource
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from benchmarks.truth import TrueWord, read_truths
from qa_pipeline.measures import measure
from qa_pipeline.pipeline.backtesting import backtest
from qa_pipeline.pipeline.rescoring import rescore
from qa_pipeline.records import (
    CallMetadata,
    Conversation,
    ProcessedCall,
    Recording,
    Role,
    Trust,
    Turn,
    Utterance,
    Versions,
    Word,
)
from qa_pipeline.scoring import Scorecard, find_scorecards, load_scorecard
from qa_pipeline.settings import read_settings
from qa_pipeline.store import Store, write_bundle

ROOT = Path(__file__).resolve().parents[1]
UTTERANCES = 60
WORDS = 14
"""At most so many words (Mandarin: twice as many characters) an utterance: about 50 bytes."""
REPLACED = 0.125
DISTINCT = 2_000
CRITERIA = 30
COPIED = (
    *("calls", "speaker_roles", "utterances", "words", "turns", "measures", "silences"),
    *("interruptions", "tones"),
)

R = TypeVar("R")
Line = tuple[Role, tuple[str, ...]]
Packed = tuple[str, str]


def dialogues() -> dict[str, list[list[Line]]]:
    """Return the sample dialogues by language, cut into short utterances."""
    found: dict[str, list[list[Line]]] = {"en": [], "zh": []}
    for truth in read_truths(ROOT / "sample_calls").values():
        longest = WORDS * (2 if truth.language == "zh" else 1)
        lines: list[Line] = []
        group: list[TrueWord] = []
        for word in (*sorted(truth.words, key=lambda w: w.start_s), None):
            if group and (word is None or word.role != group[-1].role or _size(group) >= longest):
                lines.append((group[0].role, tuple(w.text for w in group)))
                group = []
            if word is not None and word.role in ("agent", "customer"):
                group.append(word)
        found[truth.language].append(lines)
    return found


def _size(words: list[TrueWord]) -> int:
    return sum(1 if word.text.isascii() else len(word.text) for word in words)


def made_calls(count: int, seed: int = 1) -> Iterator[tuple[Conversation, CallMetadata]]:
    """Yield so many calls, the same for the same seed."""
    known = dialogues()
    pools = {
        language: sorted({word for lines in all_ for _, words in lines for word in words})
        for language, all_ in known.items()
    }
    for number in range(count):
        rng = random.Random(f"{seed} {number}")
        language = "zh" if number % 2 else "en"
        lines: list[Line] = []
        chosen = known[language][:]
        rng.shuffle(chosen)
        for dialogue in chosen:
            lines += dialogue
        lines = lines[: UTTERANCES - 4] + chosen[0][-4:]
        yield _conversation(f"call-{number:05d}", language, lines, pools[language], rng)


def _conversation(
    name: str, language: str, lines: list[Line], pool: list[str], rng: random.Random
) -> tuple[Conversation, CallMetadata]:
    at_s, utterances = 1.0, []
    for number, (role, words) in enumerate(lines, start=1):
        heard = []
        for text in words:
            said = rng.choice(pool) if rng.random() < REPLACED else text
            end_s = round(at_s + (0.25 if language == "en" else 0.2 * len(said)), 3)
            heard.append(
                Word(
                    text=said, start_s=at_s, end_s=end_s, probability=round(rng.uniform(0.6, 1), 3)
                )
            )
            at_s = end_s
        utterances.append(
            Utterance(
                utterance_id=f"u{number:04d}",
                role=role,
                speaker=role,
                language=language,
                words=tuple(heard),
                text=("" if language == "zh" else " ").join(word.text for word in heard),
                start_s=heard[0].start_s,
                end_s=heard[-1].end_s,
            )
        )
        at_s = round(at_s + rng.choice((0.3, 0.5, 0.9, 4.0)), 3)
    conversation = Conversation(
        call_id=name,
        language=language,
        duration_s=at_s,
        utterances=tuple(utterances),
        turns=tuple(Turn(speaker=u.role, start_s=u.start_s, end_s=u.end_s) for u in utterances),
        speaker_roles={"agent": "agent", "customer": "customer"},
        role_confidence=1.0,
        trust=Trust(level="ok"),
    )
    facts = CallMetadata(
        agent_id=f"a{rng.randrange(50)}",
        direction="inbound",
        answer_delay_s=rng.uniform(2, 14),
        started_at=datetime(2026, 3, 1 + rng.randrange(28), 9, tzinfo=UTC),
    )
    return conversation, facts


def card_of(criteria: int = CRITERIA) -> Scorecard:
    """Return a card with so many criteria, from all the cards that come with the package."""
    cards = [load_scorecard(path) for path in find_scorecards(ROOT / "scorecards")]
    cards.sort(key=lambda card: card.scorecard != "inbound-service")
    base, left, names = cards[0], criteria, set()
    sections, lists, variables = [], dict(base.lists), dict(base.variables)
    for card in cards:
        for section in card.sections:
            kept = [c for c in section.criteria if c.id not in names][:left]
            if not kept or (card is not base and _clash(card, base)):
                continue
            names |= {c.id for c in kept}
            left -= len(kept)
            same = {"id": f"{card.scorecard}.{section.id}", "criteria": tuple(kept)}
            sections.append(section.model_copy(update=same))
            lists |= card.lists
            variables |= card.variables
    return base.model_copy(
        update={
            "scorecard": "benchmark",
            "sections": tuple(sections),
            "lists": lists,
            "variables": variables,
            "tests": (),
            "content_hash": f"benchmark {criteria}",
        }
    )


def _clash(card: Scorecard, base: Scorecard) -> bool:
    return any(name in base.lists and base.lists[name] != card.lists[name] for name in card.lists)


def fill(folder: Path, calls: int) -> None:
    """Make a store of so many calls in ``folder``."""
    distinct = min(calls, DISTINCT)
    for conversation, facts in made_calls(distinct):
        name = conversation.call_id
        processed = ProcessedCall(
            recording=Recording(
                call_id=name,
                path=f"/calls/{name}.wav",
                digest=name,
                duration_s=conversation.duration_s,
                sample_rate_hz=None,
                channels=0,
                codec="txt",
                layout=None,
                metadata=facts,
            ),
            conversation=conversation,
            measures=measure(conversation, None, None, facts),
            scored=(),
            versions=Versions(qa_pipeline="benchmark", profile="none", models={}),
            processed_at=datetime(2026, 3, 31, tzinfo=UTC),
        )
        write_bundle(processed, folder / "bundles", name)
    with Store.open_owner(folder / "calls.duckdb") as owner:
        owner.ingest(folder / "bundles")
    multiply(folder / "calls.duckdb", distinct, calls)
    shutil.rmtree(folder / "bundles")


def multiply(store: Path, distinct: int, calls: int) -> None:
    """Copy the calls of a store under other ids until there are ``calls``."""
    import duckdb

    with duckdb.connect(str(store)) as connection:
        for copy in range(1, -(-calls // distinct)):
            left = min(distinct, calls - copy * distinct)
            for table in COPIED:
                connection.execute(
                    f"INSERT INTO {table} SELECT * REPLACE (call_id || '-{copy}' AS call_id) "
                    f"FROM {table} WHERE call_id < 'call-{left:05d}' AND length(call_id) = 10"
                )


def changed(card: Scorecard, version: int, criteria: int) -> Scorecard:
    """Return a version of a card in which so many criteria look for one more phrase."""
    content = card.model_dump(mode="json", by_alias=True, exclude_unset=True)
    left = criteria
    for section in content["sections"]:
        for criterion in section["criteria"]:
            says = criterion.get("check", {}).get("says")
            if left and says is not None:
                said = says.setdefault("any", {})
                said["en"] = [*said.get("en", []), "the very thing that you were asked for"]
                said["zh"] = [*said.get("zh", []), "就是您刚才问到的那件事情"]
                left -= 1
    if left:
        raise SystemExit(f"the card has {criteria - left} criteria that look for phrases")
    draft = Scorecard.model_validate({**content, "version": version})
    return draft.model_copy(update={"content_hash": f"benchmark {version} {criteria}"})


def measure_all(
    calls: int, workers: int, changes: Sequence[int], backtesting: bool
) -> Iterator[dict[str, float]]:
    """Judge a store of so many calls anew, and by changed cards; yield what each took.

    Filling and judging have a process each, so that the peaks of memory are those of judging.
    """
    with tempfile.TemporaryDirectory(prefix="qa-rescoring-") as scratch:
        folder = Path(scratch)
        _in_process(fill, folder, calls)
        yield _in_process(_judged, folder, workers, card_of().packed())
        for version, number in enumerate(changes, start=2):
            draft = changed(card_of(), version, number).packed()
            work = _backtested if backtesting else _judged
            yield {"changed": number, **_in_process(work, folder, workers, draft)}
        if backtesting and changes:
            took = _in_process(_backtested, folder, workers, draft, True)
            yield {"changed": number, "anew": True, **took}


def _in_process(function: Callable[..., R], *arguments: object) -> R:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def _judged(folder: Path, workers: int, packed: Packed) -> dict[str, float]:
    settings = read_settings(data_dir=folder)
    card = Scorecard.unpacked(*packed)
    before, began = _cpu_s(), time.monotonic()
    done = rescore(settings, card, workers=workers)
    parts = {f"{name}_s": round(value, 1) for name, value in done.seconds_of.items()}
    stood = round(done.taken / done.verdicts, 3)
    return {"calls": done.calls, "stood": stood, **_spent(before, began), **parts}


def _backtested(folder: Path, workers: int, packed: Packed, anew: bool = False) -> dict[str, float]:
    settings = read_settings(data_dir=folder)
    draft = Scorecard.unpacked(*packed)
    before, began = _cpu_s(), time.monotonic()
    done = backtest(settings, draft, card_of(), workers=workers, anew=anew)
    return {"calls": done.calls, **_spent(before, began)}


def _spent(cpu_before_s: float, began_s: float) -> dict[str, float]:
    return {
        "wall_s": round(time.monotonic() - began_s, 1),
        "cpu_s": round(_cpu_s() - cpu_before_s, 1),
        "peak_own_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "peak_worker_mib": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024),
    }


def _cpu_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def main() -> None:
    """Print what one number of calls, and twice as many, take."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=2_000)
    parser.add_argument("--once", action="store_true", help="Not twice as many too.")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument(
        "--changed", type=int, nargs="*", default=[], help="Criteria that ask something else."
    )
    parser.add_argument("--backtest", action="store_true", help="Try changed cards, write nothing.")
    given = parser.parse_args()
    card = card_of()
    print(f"{len(card.criteria())} criteria, {UTTERANCES} utterances a call", flush=True)
    for calls in (given.calls,) if given.once else (given.calls, 2 * given.calls):
        for took in measure_all(calls, given.workers, given.changed, given.backtest):
            print(json.dumps(took), flush=True)


if __name__ == "__main__":
    main()
