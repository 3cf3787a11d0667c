"""Agreement is what the literature says it is, and the report shows it in every format."""

import csv
import io
import json
import math
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from sklearn.metrics import cohen_kappa_score

from qa_pipeline.records import Verdict
from qa_pipeline.reports import CalibrationReport, calibration_report, render
from qa_pipeline.reports.agreement import VERDICTS, Pair, agreement, kappas
from qa_pipeline.reports.tables import Sheet, as_csv
from qa_pipeline.reports.workbook import as_workbook
from qa_pipeline.store import GivenVerdict, Store
from tests.store.review_helpers import fill, said

MADE_AT = datetime(2026, 4, 1, 6, 0, tzinfo=UTC)
BRAND = "greeting.brand"
PAIRS = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from(VERDICTS), st.sampled_from(VERDICTS)),
    min_size=1,
    max_size=40,
).map(lambda rows: [Pair(f"c{call}", a, b) for call, a, b in rows])


def pairs(*counts: tuple[Verdict, Verdict, int]) -> list[Pair]:
    """Return pairs, each of a call of its own."""
    listed = [(a, b) for a, b, count in counts for _ in range(count)]
    return [Pair(f"c{number}", a, b) for number, (a, b) in enumerate(listed)]


@settings(max_examples=60, deadline=None)
@given(PAIRS)
def test_kappa_is_that_of_scikit_learn(said_: list[Pair]) -> None:
    found = agreement(said_)
    if found.undefined == "one_verdict":
        assert len({p.first for p in said_} | {p.second for p in said_}) == 1
        assert found.kappa is None
        return
    assert found.kappa is not None
    expected = cohen_kappa_score([p.first for p in said_], [p.second for p in said_])
    assert math.isclose(found.kappa, expected, abs_tol=1e-12)
    if found.kappa_low is not None and found.kappa_high is not None:
        assert -1.0 <= found.kappa_low <= found.kappa_high <= 1.0


@settings(max_examples=40, deadline=None)
@given(PAIRS, st.randoms())
def test_neither_the_order_of_pairs_nor_of_equals_matters(
    said_: list[Pair], random: st.DataObject
) -> None:
    shuffled = list(said_)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert agreement(shuffled) == agreement(said_)
    turned = [Pair(p.call_id, p.second, p.first) for p in said_]
    one, other = agreement(said_, ordered=False), agreement(turned, ordered=False)
    assert (one.kappa, one.kappa_low) == (other.kappa, other.kappa_low)
    assert one.low_pct is not None
    assert one.pct is not None
    assert one.high_pct is not None
    assert one.low_pct <= one.pct + 1e-9
    assert one.pct <= one.high_pct + 1e-9


def test_kappa_of_a_published_example() -> None:
    # Cohen's own form: 20 + 15 of 50 agree, chance alone gives half: (0.7 - 0.5) / 0.5.
    found = agreement(
        pairs(("met", "met", 20), ("met", "not_met", 5), ("not_met", "met", 10),
              ("not_met", "not_met", 15))
    )  # fmt: skip
    assert found.kappa == pytest.approx(0.4)
    assert (found.agreed, found.pairs) == (35, 50)
    assert found.kappa_low is not None
    assert found.kappa_high is not None
    # The asymptotic standard error (Fleiss, Cohen & Everitt 1969) is 0.128: 0.15 to 0.65.
    assert found.kappa_low == pytest.approx(0.15, abs=0.05)
    assert found.kappa_high == pytest.approx(0.65, abs=0.05)


@pytest.mark.parametrize(
    ("given_", "why", "kappa"),
    [
        ([], "no_pairs", None),
        (pairs(("unscored", "met", 3)), "no_pairs", None),
        (pairs(("met", "met", 12)), "one_verdict", None),
        (pairs(("met", "met", 6), ("not_met", "not_met", 6)), "no_disagreement", 1.0),
    ],
)
def test_what_is_not_defined_says_so(given_: list[Pair], why: str, kappa: float | None) -> None:
    found = agreement(given_)
    assert (found.undefined, found.kappa, found.kappa_low) == (why, kappa, None)


@pytest.mark.parametrize("ordered", [True, False])
def test_a_judge_who_only_ever_says_one_thing_makes_kappa_sure_of_nothing(ordered: bool) -> None:
    """Kappa is then 0 in every sample: a range from 0 to 0 would look like certainty."""
    found = agreement(pairs(("met", "met", 30), ("met", "not_met", 10)), ordered=ordered)
    assert found.kappa is not None
    if ordered:
        assert found.kappa == 0.0
        assert (found.kappa_low, found.kappa_high, found.undefined) == (None, None, "too_uniform")
    else:  # nobody is the first, so each says both
        assert found.kappa_low is not None


def test_many_verdicts_on_one_call_are_not_many_calls() -> None:
    one_call = agreement([Pair("c1", "met", "met")] * 50)
    fifty_calls = agreement(pairs(("met", "met", 50)))
    assert one_call.low_pct is not None
    assert fifty_calls.low_pct is not None
    assert one_call.low_pct < 30 < fifty_calls.low_pct
    assert one_call.small_sample
    assert not fifty_calls.small_sample


def test_kappas_of_many_tables_are_those_of_each() -> None:
    tables = np.array([[[20, 5], [10, 15]], [[3, 0], [0, 0]]], dtype=np.int64)
    found = kappas(tables)
    assert found[0] == pytest.approx(0.4)
    assert np.isnan(found[1])


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> CalibrationReport:
    folder = tmp_path_factory.mktemp("calibration")
    with Store.open_owner(folder / "calls.duckdb") as owner:
        calls = fill(owner, folder / "bundles", 14)
        machine = {(s.call_id, s.criterion_id): s.machine_verdict for s in owner.current_verdicts()}
        turned: dict[Verdict, Verdict] = {"met": "not_met", "not_met": "met"}
        spoken: list[GivenVerdict] = []
        for number, call in enumerate(calls):
            own = machine[call, BRAND]
            if number < 13:
                spoken.append(said(call, BRAND, turned[own] if number == 0 else own, "Wang"))
            if number in (0, 1, 2):  # of one mind with Wang but on the third call
                verdict = turned[own] if number in (0, 2) else own
                spoken.append(said(call, BRAND, verdict, "Li"))
        with_reason = spoken[0].model_copy(update={"reason": "=heard it at 0:03 <b>"})
        owner.add_reviews([with_reason, *spoken[1:]], "r.csv")
        return calibration_report(owner, MADE_AT)


def test_the_report_counts_what_was_said(report: CalibrationReport) -> None:
    assert (report.calls, report.reviewed_calls, report.reviews) == (14, 13, 16)
    [criterion] = report.criteria
    assert criterion.disputed == 1
    assert criterion.sure.pairs + criterion.marked.pairs == 12
    assert criterion.sure.agreed + criterion.marked.agreed == 11
    assert (criterion.people.pairs, criterion.people.agreed) == (3, 2)
    assert [(line.reviewer, line.verdicts) for line in report.reviewers] == [
        ("Li", 3),
        ("Wang", 13),
    ]
    [pair] = report.pairs
    assert (pair.first, pair.second, pair.agreement.agreed) == ("Li", "Wang", 2)
    assert len(report.disagreements) == 2
    first, last = report.disagreements
    assert (first.state, last.state, last.people) == ("agreed", "disputed", None)
    assert first.example.evidence
    assert {voice.reviewer for voice in first.voices} == {"Wang", "Li"}


def test_every_format_shows_it(report: CalibrationReport) -> None:
    html = render(report, "html")["calibration.html"].decode()
    assert "Listen to these together" in html
    assert "&lt;b&gt;" in html
    assert "<b>heard" not in html
    assert json.loads(render(report, "json")["calibration.json"])["schema_version"] == 1
    tables = render(report, "csv")
    assert set(tables) == {
        f"calibration-{name}.csv" for name in ("criteria", "confusion", "reviewers", "listen")
    }
    rows = list(csv.DictReader(io.StringIO(tables["calibration-listen.csv"].decode("utf-8-sig"))))
    assert float(rows[0]["end_s"]) >= float(rows[0]["start_s"])
    book = load_workbook(io.BytesIO(render(report, "xlsx")["calibration.xlsx"]))
    assert book.sheetnames == ["Criteria", "Who said what", "Reviewers", "To listen to"]
    assert [c.value for c in book["Criteria"][1]][:3] == ["Criterion id", "Name", "Agreement of"]
    assert book["Criteria"]["C2"].value == "machine and people"


def test_the_report_of_a_store_that_nobody_reviewed(tmp_path: Path) -> None:
    with Store.open_owner(tmp_path / "calls.duckdb") as owner:
        fill(owner, tmp_path / "bundles", 2)
        empty = calibration_report(owner, MADE_AT)
    assert "Nobody has reviewed" in render(empty, "html")["calibration.html"].decode()
    assert len(render(empty, "csv")) == 4
    assert render(empty, "xlsx")


def test_text_in_a_table_is_never_a_formula() -> None:
    table = Sheet(("text", "number"), (("=1+1", -2.5), ("+x\x00", None)))
    book = load_workbook(io.BytesIO(as_workbook({"t": table}, MADE_AT)))
    assert [c.value for c in book["t"][2]] == ["=1+1", -2.5]
    assert book["t"]["A2"].data_type == "s"
    assert as_csv(table).decode("utf-8-sig").splitlines()[1] == "'=1+1,-2.5"
