"""A card with a mistake: the message names file, line, column, the part and the nearest word."""
# ruff: noqa: E501 - a table of cases reads better with a case a line

import random
from pathlib import Path

import pytest

from qa_pipeline.errors import ScorecardError
from qa_pipeline.scoring import find_scorecards, load_scorecard, parse_scorecard

GOOD = """\
scorecard: small
version: 1
pass_mark: 80
variables: {brand: {en: Bluebell, zh: 青藤}}
lists:
  hello: {en: [hello, "{brand}"], zh: [您好]}
sections:
  - id: greeting
    weight: 100
    criteria:
      - id: greeting.hello
        ask: {en: Greets, zh: 问候}
        points: 5
        check:
          says: {who: agent, first: 15s, list: hello}
      - id: greeting.pace
        ask: Not too fast
        points: 5
        check: {measure: {name: pace_wpm, role: agent, at_most: 200}}
tests:
  - name: good
    conversation: "A: hello"
    expect: {greeting.hello: met}
"""
STANDARD = Path(__file__).parents[2] / "scorecards" / "inbound-service.yaml"

MISTAKES = [
    (
        "says: {who",
        "sais: {who",
        "card.yaml:15:11: criterion greeting.hello: unknown operator 'sais', did you mean 'says'?",
    ),
    (
        "who: agent",
        "who: agnet",
        "card.yaml:15:23: criterion greeting.hello: who: unknown word 'agnet', "
        "did you mean 'agent'?",
    ),
    (
        "first: 15s",
        "frist: 15s",
        "card.yaml:15:30: criterion greeting.hello: unknown key 'frist', did you mean 'first'?",
    ),
    (
        "first: 15s",
        "first: soon",
        "card.yaml:15:37: criterion greeting.hello: expected an amount such as 15s or 20%, "
        "found 'soon'",
    ),
    (
        "list: hello",
        "list: helo",
        "card.yaml:15:48: criterion greeting.hello: unknown list 'helo', did you mean 'hello'?",
    ),
    (
        "list: hello",
        "regex: '(hello'",
        "card.yaml:15:49: criterion greeting.hello: regular expression '(hello': missing ): (hello",
    ),
    (
        "{brand}",
        "{brnd}",
        "card.yaml:6:23: lists hello: phrase '{brnd}': unknown variable 'brnd', "
        "did you mean 'brand'?",
    ),
    (
        "name: pace_wpm",
        "name: pace_wmp",
        "card.yaml:19:33: criterion greeting.pace: unknown measure 'pace_wmp', "
        "did you mean 'pace_wpm'?",
    ),
    (
        "at_most: 200",
        "at_most: fast",
        "card.yaml:19:65: criterion greeting.pace: expected a number, found 'fast'",
    ),
    ("at_most: 200}", "}", "card.yaml:19:26: criterion greeting.pace: no limit: give at_most"),
    ("        points: 5\n        check:\n", "        check:\n", "'points' is missing"),
    ("points: 5", "points: 1e+30", "card.yaml:13:17: criterion greeting.hello: points: input should"),
    ("weight: 100", "weight: 1e+25", "weight: input should be less than or equal to 1000000"),
    ("version: 1", "version: 3000000000", "card.yaml:2:10: version: input should be less than"),
    ("en: Greets", 'en: "\\ud83d"', "'\\ud83d' holds half a character"),
    ("points: 5", "points: -5", "card.yaml:13:17: criterion greeting.hello: points: input should be"),
    ("pass_mark: 80", "pass_mark: 800", "card.yaml:3:12: pass_mark: input should be less than"),
    ("version: 1", "version: one", "card.yaml:2:10: version: expected a whole number, found 'one'"),
    ("version: 1", "version: 1.1", "card.yaml:2:10: version: expected a whole number, found 1.1"),
    ("pass_mark: 80", "pass_mark: 80%", "pass_mark: expected a number, found '80%' (without %)"),
    ('[hello, "{brand}"]', "[hello, {brand}]", "expected text, found keys (a word in braces needs quotes: \"{brand}\")"),
    ("[您好]", "您好", "card.yaml:6:39: lists hello: zh: expected a list such as [one, another], found '您好'"),
    ("at_most: 200", "than: first 20%, at_most: 200", "than: expected keys such as {key: value}, found 'first 20%'"),
    ("weight: 100", "wieght: 100", "unknown key 'wieght', did you mean 'weight'?"),
    ("greeting.pace", "greeting.hello", "criterion id 'greeting.hello' is used twice"),
    ("ask: Not too fast", "ask: Not too fast\n        id_before: greeting.hello", "card.yaml:18:20: criterion greeting.pace: id_before: 'greeting.hello' is the id of a criterion of this card"),
    ("greeting.hello: met", "greeting.helo: met", "unknown criterion 'greeting.helo', did you mean"),
    ("greeting.hello: met", "greeting.hello: mett", "unknown word 'mett', did you mean 'met'?"),
    ("version: 1", "version: 1\nversion: 2", "key 'version' stands here for the second time"),
    ("[您好]", "[no]", "YAML reads it as something else than text: put it in quotes"),
    ("{en: Greets,", "{en: Greets, of course,", "begins a new key: put the text in quotes"),
    ("weight: 100", "weight: [100", "not valid YAML"),
    ("says: {who", "never_says: {any: [x]}\n          says: {who", "exactly one operator, found says,"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), MISTAKES)
def test_mistake_is_named_with_its_place(old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(ScorecardError) as caught:
        parse_scorecard(GOOD.replace(old, new, 1), "card.yaml")
    assert message in str(caught.value)
    assert all(line.startswith("card.yaml:") for line in str(caught.value).splitlines())


def test_all_mistakes_are_found_in_one_go() -> None:
    broken = GOOD.replace("says:", "sais:").replace("pace_wpm", "speed").replace("80", "-1")
    with pytest.raises(ScorecardError) as caught:
        parse_scorecard(broken, "card.yaml")
    lines = str(caught.value).splitlines()
    assert [line.split(":")[1] for line in lines] == ["3", "15", "19"]


def test_the_good_card_loads() -> None:
    card = parse_scorecard(GOOD)
    assert [c.id for c in card.criteria()] == ["greeting.hello", "greeting.pace"]


def test_hash_follows_the_content_and_not_the_layout() -> None:
    card = parse_scorecard(GOOD)
    commented = parse_scorecard("# why\n" + GOOD.replace("A: hello", "A: hello there"))
    assert commented.content_hash == card.content_hash
    assert parse_scorecard(GOOD.replace("15s", "16s")).content_hash != card.content_hash
    assert parse_scorecard(GOOD.replace("15s", "15 s")).content_hash == card.content_hash


@pytest.mark.parametrize(
    "text", ["", "- a\n- b", "42", "scorecard", "a: &a [*a]", "\x00", "a: \t b"]
)
def test_not_a_card_at_all(text: str) -> None:
    with pytest.raises(ScorecardError, match=r"card\.yaml"):
        parse_scorecard(text, "card.yaml")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ScorecardError, match="cannot read the scorecard: No such file"):
        load_scorecard(tmp_path / "none.yaml")
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("name: caf\xe9".encode("latin-1"))
    with pytest.raises(ScorecardError, match="save the card as UTF-8"):
        load_scorecard(latin)


def test_find_scorecards_by_name(tmp_path: Path) -> None:
    for name in ("b.yaml", "a.yml", "notes.txt"):
        (tmp_path / name).write_text(GOOD, encoding="utf-8")
    assert [path.name for path in find_scorecards(tmp_path)] == ["a.yml", "b.yaml"]
    assert STANDARD in find_scorecards(STANDARD.parent)


def test_two_hundred_mutations_give_a_message_and_never_a_traceback() -> None:
    """Every broken card is either still a card or says what is wrong with it, and where."""
    rng = random.Random(7)
    refused = 0
    for _ in range(200):
        text = _mutated(GOOD, rng)
        message = _refusal(text)
        assert message is None or message.startswith("card.yaml:")
        refused += message is not None
    assert refused > 120


def _refusal(text: str) -> str | None:
    try:
        parse_scorecard(text, "card.yaml")
    except ScorecardError as error:
        return str(error)
    return None


def _mutated(text: str, rng: random.Random) -> str:
    """Break a card: drop, double, cut, swap or misspell something."""
    lines = text.splitlines()
    at = rng.randrange(len(lines))
    kind = rng.randrange(6)
    if kind == 0:
        del lines[at]
    elif kind == 1:
        lines.insert(at, lines[rng.randrange(len(lines))])
    elif kind == 2:
        lines[at] = lines[at][: rng.randrange(len(lines[at]) + 1)]
    elif kind == 3:
        place = rng.randrange(len(lines[at]) + 1)
        lines[at] = lines[at][:place] + rng.choice("{}[]:,&*!|>%@`'\"#-?\t1x好") + lines[at][place:]
    elif kind == 4:
        lines[at] = " " * rng.randrange(12) + lines[at].strip()
    else:
        words = lines[at].split(" ")
        rng.shuffle(words)
        lines[at] = " ".join(words)
    return "\n".join(lines)
