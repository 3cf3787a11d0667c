"""The tables of the calibration report, for spreadsheets."""

from collections.abc import Callable, Iterator

from qa_pipeline.reports.agreement import Agreement
from qa_pipeline.reports.calibration import CalibrationReport, CriterionAgreement
from qa_pipeline.reports.statistics import half_up
from qa_pipeline.reports.tables import Cell, Sheet, sheet
from qa_pipeline.reports.wording import clock
from qa_pipeline.store.reviews_calibration import Disagreement

_FIGURES = "pairs calls agreed pct low_pct high_pct kappa kappa_low kappa_high kappa_note"
_LISTEN = (
    "call_id call_day agent_id criterion_id name machine to_check people state reviewers start end "
    "start_s end_s quote said machine_reason"
)


def calibration_tables(
    report: CalibrationReport, verdict_name: Callable[[str], str] = str
) -> dict[str, Sheet]:
    """Return the report as tables: criteria, confusion, reviewers, and what to listen to.

    ``verdict_name``: how verdicts are written within a text; those that stand alone are names.
    """
    everything = (report.overall, *report.criteria)
    reviewers: list[list[Cell]] = []
    for line in report.reviewers:
        reviewers.append([line.reviewer, "machine", *_figures(line.machine)])
        reviewers.append([line.reviewer, "all others", *_figures(line.others)])
    for pair in report.pairs:
        reviewers.append([pair.first, pair.second, *_figures(pair.agreement)])
    return {
        "calibration-criteria": sheet(
            f"criterion_id name of {_FIGURES} machine_silent people_silent disputed",
            (row for item in everything for row in _criterion(item)),
        ),
        "calibration-confusion": sheet(
            "criterion_id name of first second count",
            (row for item in report.criteria for row in _confusion(item)),
        ),
        "calibration-reviewers": sheet(f"reviewer with {_FIGURES}", reviewers),
        "calibration-listen": sheet(
            _LISTEN, (_listen(item, verdict_name) for item in report.disagreements)
        ),
    }


def _kinds(item: CriterionAgreement) -> tuple[tuple[str, Agreement], ...]:
    return (
        ("machine and people", item.sure),
        ("machine, marked to check, and people", item.marked),
        ("people among themselves", item.people),
    )


def _criterion(item: CriterionAgreement) -> Iterator[list[Cell]]:
    counts: list[Cell] = [item.machine_silent, item.people_silent, item.disputed]
    for of, figures in _kinds(item):
        yield [item.criterion_id or "all", item.name, of, *_figures(figures), *counts]


def _confusion(item: CriterionAgreement) -> Iterator[list[Cell]]:
    for of, figures in _kinds(item):
        for cell in figures.confusion:
            yield [item.criterion_id, item.name, of, cell.first, cell.second, cell.count]


def _figures(a: Agreement) -> list[Cell]:
    shares = [_round(value, 2) for value in (a.pct, a.low_pct, a.high_pct)]
    kappas = [_round(value, 3) for value in (a.kappa, a.kappa_low, a.kappa_high)]
    return [a.pairs, a.calls, a.agreed, *shares, *kappas, a.undefined]


def _listen(item: Disagreement, verdict_name: Callable[[str], str]) -> list[Cell]:
    e = item.example
    first = e.evidence[0] if e.evidence else None
    times: list[Cell] = [None, None, None, None]
    if first is not None:
        times = [clock(first.start_s), clock(first.end_s), first.start_s, first.end_s]
    voices = "; ".join(
        f"{v.reviewer}: {verdict_name(v.verdict)}" + (f" ({v.reason})" if v.reason else "")
        for v in item.voices
    )
    said = " | ".join(line.text for line in e.said)
    identity: list[Cell] = [e.call_id, e.day, e.agent_id, e.criterion_id, item.name, e.verdict]
    people: list[Cell] = ["yes" if item.marked else "no", item.people, item.state, voices]
    return [*identity, *people, *times, first.quote if first else None, said, e.reason]


def _round(value: float | None, digits: int) -> float | None:
    return None if value is None else float(half_up(value, digits))
