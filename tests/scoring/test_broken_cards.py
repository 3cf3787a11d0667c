"""Two hundred broken cards, and cards that want to hang: a message with its place, soon."""

import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from itertools import count, islice
from pathlib import Path
from typing import Any

import pytest
import yaml
from yaml.cyaml import CSafeDumper

from qa_pipeline.errors import ScorecardError
from qa_pipeline.scoring import parse_scorecard
from tests.scoring.cards import card_with, judged

SCORECARDS = Path(__file__).parents[2] / "scorecards"
PLACED = re.compile(r"^\S+\.yaml:\d+:\d+: .+")
JUNK: list[Any] = [None, -1, 10**30, True, "", "x" * 400, [], {}, [[]], {"a": "b"}, "{brnd}", "("]


def _shipped() -> Any:
    """The shipped card with its lists and tests cut short: it is broken two hundred times."""
    text = (SCORECARDS / "inbound-service.yaml").read_text(encoding="utf-8")
    card = yaml.safe_load(text)
    for name, phrases in card.get("lists", {}).items():
        card["lists"][name] = {language: texts[:2] for language, texts in phrases.items()}
    card["tests"] = card.get("tests", [])[:1]
    return card


def _places(part: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of everything in a card."""
    keys = part if isinstance(part, dict) else range(len(part)) if isinstance(part, list) else ()
    return [found for key in keys for found in ((*path, key), *_places(part[key], (*path, key)))]


def _parent(card: Any, path: tuple[Any, ...]) -> Any:
    for step in path[:-1]:
        card = card[step]
    return card


def _delete(card: Any, path: tuple[Any, ...], rng: random.Random) -> None:
    del _parent(card, path)[path[-1]]


def _rename(card: Any, path: tuple[Any, ...], rng: random.Random) -> None:
    parent = _parent(card, path)
    if isinstance(parent, dict):
        name = str(path[-1])
        at = rng.randrange(len(name))
        parent[name[:at] + rng.choice("qxz") + name[at + 1 :]] = parent.pop(path[-1])


def _junk(card: Any, path: tuple[Any, ...], rng: random.Random) -> None:
    _parent(card, path)[path[-1]] = rng.choice(JUNK)


def _misspell(card: Any, path: tuple[Any, ...], rng: random.Random) -> None:
    parent, key = _parent(card, path), path[-1]
    if isinstance(parent[key], str) and parent[key]:
        parent[key] = parent[key][1:] + "q"


def _swap(card: Any, path: tuple[Any, ...], rng: random.Random) -> None:
    other = rng.choice(_places(card))
    value = _parent(card, other)[other[-1]]
    _parent(card, path)[path[-1]] = deepcopy(value)


def _wrap(card: Any, path: tuple[Any, ...], rng: random.Random) -> None:
    parent, key = _parent(card, path), path[-1]
    parent[key] = [parent[key]] if rng.random() < 0.5 else {str(key): parent[key]}


def _point(card: Any, path: tuple[Any, ...], rng: random.Random) -> None:
    key = rng.choice(["extends", "uses", "remove", "add_phrases"])
    card[key] = rng.choice(["nowhere", ["inbound-service", "nowhere"], {"a": 1}, 7, [None]])


MUTATIONS: list[Callable[[Any, tuple[Any, ...], random.Random], None]] = [
    _delete,
    _rename,
    _junk,
    _misspell,
    _swap,
    _wrap,
    _point,
]


def _mangled(text: str, rng: random.Random) -> str:
    """Break the YAML itself: cut it short, or put in a mark that means something."""
    at = rng.randrange(len(text))
    return (
        text[:at]
        if rng.random() < 0.3
        else text[:at] + rng.choice("{}[]:,&*!|>%@`'\"#?\t\x07") + text[at:]
    )


def _mutations() -> Iterator[str]:
    """Yield mutated cards without end; some are still cards: a phrase less, other points."""
    rng = random.Random(20261122)
    whole = _shipped()
    text = _written(whole)
    for number in count():
        if number % 5 == 4:
            yield _mangled(text, rng)
            continue
        card = deepcopy(whole)
        for _ in range(rng.choice([1, 1, 2, 5])):
            rng.choice(MUTATIONS)(card, rng.choice(_places(card)), rng)
        yield _written(card)


def _written(card: Any) -> str:
    text: str = yaml.dump(card, Dumper=CSafeDumper, allow_unicode=True, sort_keys=False, width=1000)
    return text


def test_two_hundred_broken_cards_each_give_a_message_and_no_traceback(tmp_path: Path) -> None:
    refused: list[list[str]] = []
    for text in islice(_mutations(), 600):
        try:
            parse_scorecard(text, "card.yaml", tmp_path)
        except ScorecardError as error:
            refused.append(str(error).splitlines())
        if len(refused) == 200:
            break
    assert len(refused) == 200
    assert [line for lines in refused for line in lines if not PLACED.match(line)] == []


HANGING = {
    "aliases that double": "a: &a [x, x]\n"
    + "\n".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]" for i in range(22)
    ),
    "itself": "scorecard: &a [*a]",
    "merge keys": "a: &a {b: 1}\n<<: [*a, *a]\nscorecard: x",
    "deep lists": "sections: " + "[" * 5000 + "]" * 5000,
    "deep maps": "sections: " + "{a: " * 3000 + "1" + "}" * 3000,
    "deep blocks": "\n".join(" " * i + "a:" for i in range(2000)),
    "deep nots": yaml.safe_dump({"sections": [{"id": "a", "weight": 1, "criteria": []}]}).replace(
        "[]", "[{id: b, ask: c, points: 1, check: " + "{not: " * 200 + "{}" + "}" * 200 + "}]"
    ),
    "long key": "? " + "a" * 100_000 + "\n: 1",
    "tags": "scorecard: !!python/object/apply:os.system [echo]",
    "numbers": "scorecard: x\nversion: 1\npass_mark: 1e999999999",
}


@pytest.mark.parametrize("text", HANGING.values(), ids=HANGING.keys())
def test_yaml_that_wants_to_hang_is_refused_soon(text: str) -> None:
    begun = time.perf_counter()
    with pytest.raises(ScorecardError) as caught:
        parse_scorecard(text, "card.yaml")
    assert all(PLACED.match(line) for line in str(caught.value).splitlines())
    assert time.perf_counter() - begun < 30


@pytest.mark.parametrize(
    ("check", "message"),
    [
        ("{says: {regex: '(((a{1000}){1000}){1000})'}}", "regular expression"),
        ("{says: {regex: '(?<=a)b'}}", "regular expression"),
        (f"{{says: {{regex: '{'a|' * 1500}b'}}}}", "at most 2000"),
        (f"{{says: {{any: ['{'a' * 400}']}}}}", "at most 300 characters"),
        ("{says: {any: ['{many}{more}{most}']}}", "stands for 1000000 phrases; at most 5000"),
    ],
)
def test_checks_that_would_take_for_ever_are_refused(check: str, message: str) -> None:
    text = yaml.safe_dump(
        {
            "scorecard": "small",
            "version": 1,
            "pass_mark": 1,
            "variables": {n: [f"w{i}" for i in range(100)] for n in ("many", "more", "most")},
            "sections": [
                {
                    "id": "s",
                    "weight": 1,
                    "criteria": [
                        {"id": "c", "ask": "q", "points": 1, "check": yaml.safe_load(check)}
                    ],
                }
            ],
        }
    )
    with pytest.raises(ScorecardError, match=re.escape(message)):
        parse_scorecard(text, "card.yaml")


def test_evil_regular_expressions_take_linear_time() -> None:
    check = "{says: {regex: '^(a+)+$|^(a|a)*$|(.*a){20}b'}}"
    seconds = []
    for length in (2_000, 20_000):
        begun = time.perf_counter()
        assert judged(card_with(check), f"A: {'a' * length}!").verdict == "not_met"
        seconds.append(time.perf_counter() - begun)
    assert seconds[1] < 20


def test_questions_within_questions_come_to_an_end() -> None:
    """Eight times "after each of these" over forty times each would be 40 ** 8 questions."""
    inner = "{says: {any: [zebra]}}"
    after = "after: {says: {any: [red]}}, within: 9999s"
    for _ in range(8):
        inner = f"{{then: {{{after}, any: [{inner}]}}}}"
    script = "\n".join(f"{i // 6}:{i % 6}0 A: red" for i in range(40)) + "\n9:00 A: bye"
    begun = time.perf_counter()
    result = judged(card_with(inner), script)
    assert time.perf_counter() - begun < 60
    assert result.verdict == "unscored"
    assert "too many questions" in result.reason


CIRCLE = "scorecard: x\nversion: 1\nextends: card2\n"


def test_through_the_command_line(tmp_path: Path) -> None:
    """What a person sees: one message with file and line, exit code 2, and no traceback."""
    for number, text in enumerate(["a: [", "scorecard: x\nversion: one", CIRCLE]):
        path = tmp_path / f"card{number}.yaml"
        path.write_text(text, encoding="utf-8")
        command = "from qa_pipeline.cli import main; main()"
        done = subprocess.run(
            [sys.executable, "-c", command, "scorecards", "check", str(path)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 2
        assert f"{path}:" in done.stderr
        assert "Traceback" not in done.stderr + done.stdout
