"""Reasons not to trust a call: kept in English, told in Mandarin to who reads Mandarin."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.language.trust_reasons import SENTENCES, in_language, trust_reason
from qa_pipeline.scoring.reasons import Words
from tests.language.sentences import assert_the_same_in_both_languages, fields

AMOUNTS = st.one_of(st.integers(0, 10**6), st.floats(-100, 10**6))
TEXTS = ("language", "other")


@pytest.mark.parametrize("name", SENTENCES)
def test_a_reason_says_the_same_in_both_languages(name: str) -> None:
    assert_the_same_in_both_languages(SENTENCES[name])


@given(st.sampled_from(sorted(SENTENCES)), st.data())
def test_a_kept_reason_is_told_in_mandarin_with_its_figures(name: str, data: st.DataObject) -> None:
    values = {
        field: data.draw(st.sampled_from(["en", "zh"]))
        if field in TEXTS
        else "en or zh"
        if field == "expected"
        else data.draw(AMOUNTS)
        for field in fields(SENTENCES[name].en)
    }
    kept = trust_reason(name, **values)
    assert in_language(kept, "en") == kept
    told = in_language(kept, "zh")
    assert not re.search(r"[A-DF-Za-df-z]", told), "an English word is left"
    figures = re.compile(r"\d[\d.]*")
    assert set(figures.findall(told)) <= set(figures.findall(kept))


def test_what_is_no_known_reason_stays_as_it_is() -> None:
    assert (
        in_language("trust reject is set by the script", "zh")
        == "trust reject is set by the script"
    )
    assert in_language("only one speaker was heard and more", "zh").startswith("only one")


def test_a_mandarin_verdict_gives_its_reason_in_mandarin() -> None:
    kept = (
        trust_reason("improbable_words", probability=0.412, limit=0.65),
        trust_reason("other_language", language="fr", expected="en or zh"),
    )
    assert Words("zh").not_trusted(kept) == (
        "录音识别不可信，不予评判：词语识别的平均概率为0.41，低于0.65；语言似乎是fr，预期为英语或汉语。"
    )
    said = Words("en").not_trusted(kept)
    assert said.startswith("The recording was not understood well enough to judge: words were")
