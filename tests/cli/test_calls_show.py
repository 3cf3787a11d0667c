"""One call as it is shown to a person."""

from pathlib import Path

from typer.testing import CliRunner

from qa_pipeline.cli.app import app
from qa_pipeline.records import ProcessedCall, Trust
from qa_pipeline.store import Store, write_bundle
from tests.pipeline.scored_scripts import processed
from tests.pipeline.standards import small_card

DOUBT = "the transcript may be wrong"


def in_doubt(call: ProcessedCall) -> ProcessedCall:
    """Return a call whose whole transcript is for review, as its verdicts say."""
    [scored] = call.scored
    criteria = tuple(
        result.model_copy(
            update={"reason": f"{result.reason} Please check: {DOUBT}.", "needs_review": True}
        )
        for result in scored.criteria
    )
    trust = Trust(level="review", reasons=("only one speaker was heard",))
    return call.model_copy(
        update={
            "scored": (scored.model_copy(update={"criteria": criteria}),),
            "conversation": call.conversation.model_copy(update={"trust": trust}),
        }
    )


def test_a_doubt_about_the_whole_transcript_is_said_once(tmp_path: Path) -> None:
    call = in_doubt(processed("c1", "A: good morning\nC: hello\nA: goodbye", small_card()))
    write_bundle(call, tmp_path / "bundles", "c1")
    with Store.open_owner(tmp_path / "calls.duckdb") as owner:
        owner.ingest(tmp_path / "bundles")
    where = ["calls", "show", "c1", "--data-dir", str(tmp_path)]
    shown = CliRunner().invoke(app, where).stdout
    assert shown.lower().count(DOUBT) == 1
    assert "only one speaker was heard\n  The transcript may be wrong, so please" in shown
    assert shown.count("(please check)") == len(call.scored[0].criteria)
    kept = CliRunner().invoke(app, [*where, "--json"]).stdout
    assert kept.count(DOUBT) == len(call.scored[0].criteria)
