"""What the reports say of voices and tone."""

from datetime import UTC, datetime
from pathlib import Path

from qa_pipeline.reports import coaching_report, monitoring_report
from qa_pipeline.reports.html import page
from qa_pipeline.store import Store, write_bundle
from tests.store.test_habits import USUAL, spoken

MADE_AT = datetime(2026, 4, 1, 6, 0, tzinfo=UTC)


def test_reports_show_unusual_voices_and_the_trend_of_tone(tmp_path: Path) -> None:
    calls = [spoken(i, "a101", -4.0 + step, tone_trend=1.0) for i, step in enumerate(USUAL, 1)]
    raised = spoken(20, "a101", 4.0, tone_trend=-1.0)
    for call in (*calls, raised):
        write_bundle(call, tmp_path / "bundles", call.recording.call_id)
    with Store.open_owner(tmp_path / "calls.duckdb") as owner:
        owner.ingest(tmp_path / "bundles")
        coaching = page(coaching_report(owner, MADE_AT))
        monitoring = page(monitoring_report(owner, MADE_AT))
    assert f"Call <b>{raised.recording.call_id}</b>" in coaching
    assert "Pitch of the voice above 100 Hz 4 semitones, above the usual -3.5" in coaching
    assert "Tone of the customer: better at the end in 8 calls, steady in 0, worse in 1." in (
        monitoring
    )
