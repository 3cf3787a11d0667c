"""Who is the agent where neither direction nor brand is known: a person is asked, not misled."""

import pytest

from qa_pipeline.conversation import RoleEvidence, TrustThresholds, find_roles
from tests.conversation.test_hard_calls import RIGHT, SURE, HardCall, read_calls
from tests.conversation.test_role_evidence import spoken

CALLS = read_calls("who_called.txt")
OF_RECEPTIONISTS = [call for call in CALLS if call.title.startswith("rec")]
OF_AGENTS = [call for call in CALLS if call.title.startswith("out")]


@pytest.mark.parametrize("call", OF_RECEPTIONISTS, ids=lambda call: call.title)
def test_a_receptionist_who_is_called_is_not_surely_the_agent(call: HardCall) -> None:
    """They offer help and ask for names as agents do. All 20 were taken for one, sure of it."""
    decision = call.roles(brands=())
    assert decision.roles == RIGHT or decision.confidence < SURE
    assert decision.confidence >= TrustThresholds().min_role_confidence, "for a person, not lost"


def test_an_agent_who_called_is_seldom_surely_the_customer() -> None:
    """Of 20 calls; 6 were."""
    found = {call.title: call.roles(brands=()) for call in OF_AGENTS}
    sure = {title: d for title, d in found.items() if d.confidence >= SURE}
    # Agents who speak as customers do throughout, to customers who speak as agents do.
    assert {title for title, d in sure.items() if d.roles != RIGHT} <= {
        "out en agent sounds like customer 7",
        "out zh agent like customer 7",
    }
    assert sum(d.roles == RIGHT for d in sure.values()) >= 10


@pytest.mark.parametrize(
    "evidence",
    [RoleEvidence("inbound"), RoleEvidence(None, "Jane"), RoleEvidence(None, None, ("Hartley",))],
    ids=("direction", "agent's name", "brand"),
)
def test_who_answers_is_surely_the_agent_where_it_is_known_whom_they_work_for(
    evidence: RoleEvidence,
) -> None:
    lines = (
        ("a", "Good morning, Hartley Broadband, this is Jane, how may I help you?"),
        ("c", "Hello. It is about the appointment on Friday."),
        ("a", "May I have your name please? Thank you, I will check."),
    )
    assert find_roles(spoken(*lines)).confidence < SURE
    decision = find_roles(spoken(*lines), evidence=evidence)
    assert decision.roles == RIGHT
    assert decision.confidence >= SURE
