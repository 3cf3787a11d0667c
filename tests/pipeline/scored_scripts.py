"""Calls from written conversations, scored by a small card and lying in bundles."""

from datetime import UTC, datetime
from pathlib import Path

from qa_pipeline.records import ProcessedCall, Recording, Versions
from qa_pipeline.scoring import Scorecard, parse_scorecard, score_call
from qa_pipeline.scoring.scripts import read_script
from qa_pipeline.store import write_bundle

GREETING = """\
sections:
  - id: greeting
    weight: 1
    criteria:
      - {id: greeting.hello, ask: Greets, points: 3, check: {says: {who: agent, any: [hello]}}}
      - id: greeting.name
        ask: Says a name
        points: 7
        partly_share: 30
        check: {says: {who: agent, any: [my name is]}}
        partly: {says: {who: agent, any: [this is]}}
"""
CARD = (
    f"\nscorecard: small\nversion: 1\npass_mark: 70\n{GREETING}"
    + """\
  - id: care
    weight: 2
    criteria:
      - id: care.identity
        ask: Asks who is calling
        points: 5
        critical: card
        check: {says: {who: agent, any: [account number]}}
      - id: care.sorry
        ask: Is sorry about a complaint
        points: 1
        when: {says: {who: customer, any: [complain]}}
        check: {says: {who: agent, any: [sorry]}}
      - {id: care.warmth, ask: Sounds warm, points: 5, manual: true}
"""
)
SCRIPTS = {
    "good": "A: hello my name is Ann. your account number please\nC: four",
    "bad": "A: what is it\nC: I want to complain\nA: right",
    "partly": "A: hello this is Ann. your account number please\nC: four",
    "rejected": "[trust reject]\nA: hello my name is Ann\nC: four",
}


def card(text: str = CARD) -> Scorecard:
    """Return the small card."""
    return parse_scorecard(text)


def call(name: str, scorecard: Scorecard) -> ProcessedCall:
    """Return a written call as if it had been processed."""
    return processed(name, SCRIPTS[name], scorecard)


def processed(name: str, script: str, scorecard: Scorecard) -> ProcessedCall:
    """Return a call as it is written as if it had been processed."""
    scene = read_script(script, name)
    conversation = scene.conversation.model_copy(update={"call_id": name})
    return ProcessedCall(
        recording=Recording(
            call_id=name,
            path=f"/calls/{name}.wav",
            digest=name,
            duration_s=conversation.duration_s,
            sample_rate_hz=None,
            channels=0,
            codec="txt",
            layout=None,
            metadata=scene.metadata,
        ),
        conversation=conversation,
        measures=scene.measures.model_copy(update={"call_id": name}),
        scored=(score_call(scorecard, conversation, scene.measures, scene.metadata),),
        versions=Versions(qa_pipeline="0.1.0", profile="bundled", models={}),
        processed_at=datetime(2026, 3, 1, tzinfo=UTC),
    )


def write_calls(folder: Path, scorecard: Scorecard) -> tuple[str, ...]:
    """Write the bundles of all written calls; return their ids."""
    for name in SCRIPTS:
        write_bundle(call(name, scorecard), folder, name)
    return tuple(SCRIPTS)
