"""Of the characters that sound alike, the likeliest in its sentence is written."""

import itertools
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.training.transcription.characters import counted
from qa_pipeline.errors import ModelError
from qa_pipeline.transcribe.characters import (
    BEAM,
    BEGIN,
    END,
    FILE,
    OTHER_SHARE,
    SURE,
    UNKNOWN,
    Characters,
    Tables,
)

READ = (
    *("画面又停了。", "画面很清楚。", "电视没有画面？", "我听不清楚。", "请您听一下。", "听见了。"),
    *(
        "我不知道。",
        "您知道吗？",
        "直到现在还没有好。",
        "停电了。",
        "电话挺好。",
        "先停一下，我听一听。",
    ),
)
TABLES = counted((text, 1.0) for text in READ for _ in range(3))
CHARACTERS = Characters(TABLES)


@pytest.mark.parametrize(
    ("heard", "written"),
    [
        ("话面又听了。", "画面又停了。"),
        ("我不直到。", "我不知道。"),
        ("直到现在还没有好。", "直到现在还没有好。"),
        ("先听一下，我停一停。", "先停一下，我听一听。"),
        ("垚面 OK 我挺不清楚，3 停电了", "垚面 OK 我听不清楚，3 停电了"),
        ("", ""),
    ],
)
def test_characters_are_chosen_by_their_sentence(heard: str, written: str) -> None:
    pieces = [*heard]
    assert "".join(CHARACTERS.chosen(pieces, [0.4] * len(pieces))) == written


def test_words_that_no_sentence_has_are_known() -> None:
    sentences = [(text, 1.0) for text in (*READ, "话。", "机。")]
    assert Characters(counted(sentences)).chosen(["听画机"], [0.8]) == ["听画机"]
    known = Characters(counted(sentences, [("听话机", 3.0), ("没人", 9.0)]))
    assert known.chosen(["听画机"], [0.8]) == ["听话机"]


def test_what_was_surely_heard_stands() -> None:
    assert CHARACTERS.chosen(["我", "不", "直到"], [0.4, 0.4, SURE + 0.001]) == ["我", "不", "直到"]
    assert CHARACTERS.chosen(["我", "不", "直到"], [0.4, 0.4, 0.4]) == ["我", "不", "知道"]


def log_probability(row: tuple[int, ...]) -> float:
    """How likely the last of a row of characters is after the others, one at a time."""

    def at(keys: np.ndarray, values: np.ndarray, row: tuple[int, ...]) -> float | None:
        key = sum(i * len(TABLES.characters) ** n for n, i in enumerate(reversed(row)))
        found = np.flatnonzero(keys == key)
        return float(values[found[0]]) if len(found) else None

    if len(row) == 1:
        return float(TABLES.single[row[0]])
    if len(row) == 2:
        seen = at(TABLES.pairs, TABLES.pair, row)
        rest = float(TABLES.single_rest[row[0]])
    else:
        seen = at(TABLES.triples, TABLES.triple, row)
        rest = at(TABLES.pairs, TABLES.pair_rest, row[:2]) or 0.0
    return rest + log_probability(row[1:]) if seen is None else seen


@given(
    st.text(st.sampled_from("画话面停听挺知直到道了又我"), min_size=1, max_size=4),
    st.floats(0.1, 0.98),
)
def test_the_choice_is_the_best_of_all_rows(heard: str, sure: float) -> None:
    names = TABLES.characters.tolist()
    ids = [names.index(char) if char in names else UNKNOWN for char in heard]
    alike = [[i, *TABLES.alike[slice(*TABLES.first_alike[i : i + 2])].tolist()] for i in ids]
    assert math.prod(map(len, alike)) <= BEAM**2

    def worth(row: tuple[int, ...]) -> float:
        pairs = zip(ids, row, strict=True)
        kept = sum(math.log(sure if i == j else (1 - sure) * OTHER_SHARE) for i, j in pairs)
        kept -= sum(math.log(sure) for i in ids if i == UNKNOWN)
        whole = (BEGIN, BEGIN, *row, END)
        return kept + sum(log_probability(whole[i - 2 : i + 1]) for i in range(2, len(whole)))

    (written,) = CHARACTERS.chosen([f"{heard}。"], [sure])
    chosen = tuple(
        i if i == UNKNOWN else names.index(char) for i, char in zip(ids, written, strict=False)
    )
    assert worth(chosen) == pytest.approx(max(map(worth, itertools.product(*alike))), abs=1e-3)


def test_probabilities_add_up_to_one() -> None:
    size = len(TABLES.characters)
    for row in ((BEGIN, BEGIN), (UNKNOWN, UNKNOWN), (BEGIN, 5), (4, 9), (12, 3)):
        total = sum(math.exp(log_probability((*row, i))) for i in range(size))
        assert total == pytest.approx(1.0, abs=0.01)


def test_a_file_says_what_was_written_to_it(tmp_path: Path) -> None:
    TABLES.save(tmp_path / FILE)
    known = Characters.beside(tmp_path)
    assert known is not None
    assert known.chosen(["话面又听了。"], [0.4]) == ["画面又停了。"]
    assert Characters.beside(tmp_path / "elsewhere") is None


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"nothing"])
def test_a_broken_file_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(ModelError, match=FILE):
        Characters.beside(tmp_path)


def test_a_file_with_other_tables_is_named(tmp_path: Path) -> None:
    with (tmp_path / FILE).open("wb") as file:
        np.savez_compressed(file, characters=np.array(["a"]))
    with pytest.raises(ModelError, match="not a file of characters"):
        Tables.load(tmp_path / FILE)
