"""Cards that extend cards and share lists: what counts, where mistakes are, what is hashed."""

from pathlib import Path

import pytest

from qa_pipeline.errors import ScorecardError
from qa_pipeline.scoring import Scorecard, load_scorecard, run_card_tests

BASE = """\
scorecard: base
version: 4
name: Base
pass_mark: 70
variables: {brand: {en: Bluebell, zh: 青藤}}
lists:
  hello: {en: [good day], zh: [您好]}
sections:
  - id: greeting
    weight: 40
    criteria:
      - id: greeting.hello
        ask: Greets
        points: 5
        check: {says: {first: 15s, list: hello}}
      - id: greeting.brand
        ask: Says the brand
        points: 5
        check: {says: {first: 15s, any: ["{brand}"]}}
        examples: {met: ["A: Good day, {brand}", "A: 您好,{brand}"]}
  - id: end
    weight: 60
    criteria:
      - id: end.bye
        ask: Says goodbye
        points: 5
        check: {says: {last: 15s, any: [goodbye]}}
tests:
  - name: all
    conversation: |
      A: Good day, {brand}
      A: Goodbye
    expect: {greeting.hello: met, greeting.brand: met, end.bye: met}
"""
WORDS = """\
shared: words
variables: {polite: {en: [please, kindly], zh: 请}, spare: nothing}
lists:
  waits: {en: ["hold on {polite}"], zh: ["{polite}稍等"]}
  unused: [never said]
"""
OWN = """\
scorecard: own
version: 1
extends: base
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "lists").mkdir()
    (tmp_path / "base.yaml").write_text(BASE, encoding="utf-8")
    (tmp_path / "lists" / "words.yaml").write_text(WORDS, encoding="utf-8")
    return tmp_path


def _load(folder: Path, text: str, name: str = "own.yaml") -> Scorecard:
    (folder / name).write_text(text, encoding="utf-8")
    return load_scorecard(folder / name)


def _refusal(folder: Path, text: str) -> str:
    with pytest.raises(ScorecardError) as caught:
        _load(folder, text)
    return str(caught.value).replace(f"{folder}/", "")


def _ids(card: Scorecard) -> list[str]:
    return [criterion.id for criterion in card.criteria()]


def test_everything_is_taken_over_but_who_it_is(folder: Path) -> None:
    card, base = _load(folder, OWN), load_scorecard(folder / "base.yaml")
    assert (card.scorecard, card.version, card.pass_mark) == ("own", 1, 70)
    assert card.sections == base.sections
    assert card.tests == base.tests
    assert all(result.passed for result in run_card_tests(card))


def test_what_the_card_says_comes_on_top(folder: Path) -> None:
    card = _load(
        folder,
        OWN
        + """\
pass_mark: 90
variables: {brand: {en: Rosewood, zh: 红木}}
lists: {hello: {en: [ahoy]}}
sections:
  - id: greeting
    weight: 10
    criteria:
      - {id: greeting.brand, points: 8}
      - {id: greeting.name, ask: Own name, points: 2, check: {says: {any: [my name is]}}}
  - id: manner
    weight: 30
    criteria: [{id: manner.desk, ask: A tidy desk, points: 1, manual: true}]
""",
    )
    assert card.pass_mark == 90
    assert [(s.id, s.weight) for s in card.sections] == [
        ("greeting", 10),
        ("end", 60),
        ("manner", 30),
    ]
    assert _ids(card) == [
        "greeting.hello",
        "greeting.brand",
        "greeting.name",
        "end.bye",
        "manner.desk",
    ]
    brand = card.criteria()[1]
    assert (brand.points, brand.ask.default) == (8, "Says the brand")
    results = {(r.criterion_id, r.test): r for r in run_card_tests(card)}
    assert not results["greeting.hello", "all"].passed  # "good day" is no longer a greeting
    assert results["greeting.brand", "all"].passed  # the examples speak of the new brand
    assert results["greeting.brand", "example greeting.brand met 2"].passed


def test_removing_and_adding(folder: Path) -> None:
    card = _load(folder, OWN + "remove: [greeting.hello, end]\n")
    assert _ids(card) == ["greeting.brand"]
    assert card.tests[0].expect == {"greeting.brand": "met"}
    assert "hello" not in card.lists  # nothing uses it any more
    more = _load(folder, OWN + "add_phrases: {hello: {en: [ahoy], zh: [喂您好]}}\n")
    assert more.lists["hello"].of("en") == ("good day", "ahoy")
    assert more.lists["hello"].of("zh") == ("您好", "喂您好")
    assert _ids(_load(folder, OWN + "remove: all\n")) == _ids(load_scorecard(folder / "base.yaml"))


def test_a_person_takes_the_place_of_a_machine_and_back(folder: Path) -> None:
    by_hand = "sections: [{id: end, criteria: [{id: end.bye, manual: true}]}]\n"
    card = _load(folder, OWN + by_hand, "manual.yaml")
    assert card.criteria()[2].check is None
    back = OWN.replace("base", "manual").replace("own", "again") + (
        "sections: [{id: end, criteria: [{id: end.bye, check: {says: {any: [bye]}}}]}]\n"
    )
    again = _load(folder, back)
    assert not again.criteria()[2].manual
    assert again.criteria()[2].check is not None


def test_shared_lists_and_word_sets(folder: Path) -> None:
    use = OWN + (
        "uses: words\nsections: [{id: end, criteria: [{id: end.wait, ask: Waits, points: 1, "
        "check: {says: {list: waits}}}]}]\n"
    )
    card = _load(folder, use)
    assert sorted(card.lists) == ["hello", "waits"]
    assert sorted(card.variables) == ["brand", "polite"]
    says = card.criteria()[-1].check
    assert says is not None
    assert says.says is not None
    assert card.phrases(says.says, {}) == (
        "hold on please",
        "hold on kindly",
        "hold on 请",
        "please稍等",
        "kindly稍等",
        "请稍等",
    )
    own = _load(folder, use + "lists: {waits: [wait]}\n")
    assert own.lists["waits"].default == ("wait",)


def test_several_cards_at_once(folder: Path) -> None:
    other = BASE.replace("base", "other").replace("70", "50").replace("id: end", "id: extra")
    (folder / "other.yaml").write_text(other.replace("end.bye", "extra.bye"), encoding="utf-8")
    card = _load(folder, OWN.replace("extends: base", "extends: [base, other]"))
    assert (card.pass_mark, [s.id for s in card.sections]) == (70, ["greeting", "end", "extra"])


def test_cards_that_come_with_the_package_can_be_extended(folder: Path) -> None:
    card = _load(folder, OWN.replace("base", "inbound-service"))
    assert "handling.identity" in _ids(card)


def test_the_hash_covers_what_the_card_is_made_of(folder: Path) -> None:
    text = OWN + "uses: words\nlists: {more: [a]}\n"
    before = _load(folder, text).content_hash
    words = folder / "lists" / "words.yaml"
    words.write_text(WORDS.replace("never said", "other"), encoding="utf-8")
    assert _load(folder, text).content_hash == before  # nothing uses that list
    (folder / "base.yaml").write_text(BASE.replace("15s", "16s"), encoding="utf-8")
    assert _load(folder, text).content_hash != before


MISTAKES = [
    (
        OWN.replace("base", "bsae"),
        "own.yaml:3:10: unknown scorecard 'bsae', did you mean 'base'?",
    ),
    (OWN + "uses: wrods\n", "own.yaml:4:7: unknown lists 'wrods', did you mean 'words'?"),
    (
        OWN + "remove: [greeting.helo]\n",
        "own.yaml:4:10: nothing to remove is called 'greeting.helo', did you mean "
        "'greeting.hello'?",
    ),
    (
        OWN + "add_phrases: {helo: [a]}\n",
        "own.yaml:4:15: unknown list 'helo', did you mean 'hello'?",
    ),
    (
        OWN + "add_phrases: {hello: {en: [1]}}\n",
        "own.yaml:4:28: lists hello: expected text, found 1",
    ),
    (
        OWN + "sections: [{id: end, criteria: [{id: end.bye, pionts: 3}]}]\n",
        "own.yaml:4:47: criterion end.bye: unknown key 'pionts', did you mean 'points'?",
    ),
    (
        OWN + "sections: [{id: end, criteria: [{id: end.new, points: 3}]}]\n",
        "own.yaml:4:33: criterion end.new: 'ask' is missing",
    ),
    (OWN + "lists: {hello: 3}\n", "own.yaml:4:16: lists hello: "),
    (OWN + "extend: base\n", "unknown key 'extend', did you mean 'extends'?"),
    (OWN.replace("extends: base", "extends: own"), "own.yaml:3:10: extends goes in circles"),
    (OWN.replace("extends: base", "extends: {a: b}"), "own.yaml:3:10: extends: expected a name"),
    (OWN + "remove: base\n", "nothing to remove is called 'base'"),
]


@pytest.mark.parametrize(("text", "message"), MISTAKES)
def test_a_mistake_is_named_in_the_file_it_is_in(folder: Path, text: str, message: str) -> None:
    refused = _refusal(folder, text)
    assert message in refused
    assert all(line.startswith("own.yaml:") for line in refused.splitlines())


def test_a_mistake_in_another_file_is_named_there(folder: Path) -> None:
    (folder / "base.yaml").write_text(BASE.replace("list: hello", "list: helo"), encoding="utf-8")
    assert "base.yaml:15:42: criterion greeting.hello: unknown list 'helo'" in _refusal(folder, OWN)
    (folder / "base.yaml").write_text(BASE, encoding="utf-8")
    words = folder / "lists" / "words.yaml"
    words.write_text(WORDS.replace("lists:", "list:"), encoding="utf-8")
    assert "words.yaml:3:1: unknown key 'list', did you mean 'lists'?" in _refusal(
        folder, OWN + "uses: words\n"
    )
    words.write_text("a: [", encoding="utf-8")
    assert "words.yaml:1:5: not valid YAML" in _refusal(folder, OWN + "uses: words\n")


def test_circles_over_several_cards_are_named(folder: Path) -> None:
    (folder / "a.yaml").write_text(OWN.replace("own", "a").replace("base", "b"), encoding="utf-8")
    (folder / "b.yaml").write_text(OWN.replace("own", "b").replace("base", "a"), encoding="utf-8")
    with pytest.raises(
        ScorecardError, match=r"b\.yaml:3:10: extends goes in circles: a\.yaml -> b"
    ):
        load_scorecard(folder / "a.yaml")
