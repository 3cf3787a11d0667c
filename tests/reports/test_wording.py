"""Numbers say no more than is so, and colours can be told apart."""

import re
from itertools import combinations
from pathlib import Path

import pytest

from qa_pipeline.records import ProcessedCall
from qa_pipeline.reports import html, monitoring_report, render
from qa_pipeline.reports.wording import Wording, kappa, number
from tests.reports.changed_calls import changed, store_of
from tests.reports.conftest import MADE_AT

STYLES = (Path(html.__file__).parent / "templates" / "style.css").read_text()


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (100 * 395 / 396, 0, "99.7"),
        (99.97, 1, "99.97"),
        (99.9999, 0, "99.99"),
        (0.2, 0, "0.2"),
        (0.00001, 1, "0.001"),
        (100.0, 0, "100"),
        (100 - 1e-12, 0, "100"),
        (1e-15, 0, "0"),
        (0.0, 1, "0"),
        (49.6, 0, "50"),
        (0.6, 0, "1"),
        (None, 0, "–"),
    ],
)
def test_all_and_nothing_are_said_only_of_all_and_nothing(
    value: float | None, digits: int, text: str
) -> None:
    said = Wording("zh").percent(value, digits)
    assert said == (text if value is None else f"{text}%")


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.9975, "0.998"), (0.99999, "0.9999"), (1.0, "1"), (0.0, "0"), (0.001, "0.001"),
     (-0.001, "-0.001"), (-0.00001, "-0.0001"), (0.8449, "0.84"), (-1.0, "-1")],
)  # fmt: skip
def test_a_kappa_is_one_only_where_all_agree(value: float, text: str) -> None:
    assert kappa(value) == text


@pytest.mark.parametrize(
    ("value", "digits", "text"), [(85.625, 2, "85.63"), (-0.01, 1, "0"), (1234.5, 0, "1,235")]
)
def test_numbers_are_rounded_half_up(value: float, digits: int, text: str) -> None:
    assert number(value, digits) == text


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    full = colour if len(colour) == 7 else "#" + "".join(2 * c for c in colour[1:])
    parts = [int(full[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("place", [0, 1, 2], ids=["light", "dark", "print"])
def test_what_a_colour_means_can_be_seen(place: int) -> None:
    block = re.findall(r":root \{(.*?)\}", STYLES, re.DOTALL)[place]
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]+)", block))
    for name in ("met", "partly", "missed", "none", "range", "mark"):
        assert contrast(colours[name], colours["paper"]) >= 3, name
    for one, other in combinations(("range", "mark", "tint"), 2):
        assert contrast(colours[one], colours[other]) >= 3, (one, other)


def test_the_range_of_a_pass_rate_is_in_words_too(tmp_path: Path) -> None:
    calls = [changed(f"c{n}", score={"passed": n < 5}) for n in range(10)]
    with store_of(tmp_path, *calls) as owner:
        page = render(monitoring_report(owner, MADE_AT), "html")["monitoring.html"].decode()
    assert ">24\N{NO-BREAK SPACE}% to 76\N{NO-BREAK SPACE}%</span>" in page


def test_what_nobody_has_judged_has_not_never_applied(tmp_path: Path) -> None:
    def said(verdict: str, *, doubtful: bool = False) -> str:
        raw = changed("c", verdicts={"closure.farewell": verdict}).model_dump()
        for result in raw["scored"][0]["criteria"]:
            result["needs_review"] = doubtful and result["criterion_id"] == "closure.farewell"
        with store_of(tmp_path / verdict, ProcessedCall.model_validate(raw)) as owner:
            page = render(monitoring_report(owner, MADE_AT), "html")["monitoring.html"].decode()
        found = re.search(r"closure\.farewell</span>.*?</tr>", page, re.DOTALL)
        assert found
        return found[0]

    assert "never applied" in said("not_applicable")
    assert "not judged yet" in said("unscored")
    assert "not judged yet" in said("not_met", doubtful=True)
