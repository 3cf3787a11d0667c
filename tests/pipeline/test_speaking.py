"""Announcements are nobody's words, and a call that is passed on has two agents."""

from collections import Counter

import pytest

from qa_pipeline.audio import voice_activity
from qa_pipeline.conversation import (
    RoleEvidence,
    TrustThresholds,
    build_conversation,
)
from qa_pipeline.pipeline.speaking import Spoken, by_channel, by_voice
from qa_pipeline.records import Conversation
from qa_pipeline.resources import resource_folder
from qa_pipeline.scoring import load_scorecard, score_call
from qa_pipeline.speakers import Diarizer, PyannoteDiarizer, ResegmentingDiarizer
from tests.pipeline.calls_with_ivr import OPENING, TRANSFER, SpokenCall, spoken_call
from tests.synthesis.espeak_needed import needs_espeak

pytestmark = needs_espeak
KNOWN = RoleEvidence("inbound", "Anna", ("Bluebell Broadband",))
CARD = load_scorecard(resource_folder("scorecards") / "inbound-service.yaml")


@pytest.fixture(scope="module")
def call() -> SpokenCall:
    return spoken_call((*OPENING, *TRANSFER))


@pytest.fixture(scope="module")
def diarizer() -> Diarizer:
    folder = resource_folder("models") / "bundled" / "diarization"
    return ResegmentingDiarizer(PyannoteDiarizer(folder))


def conversation_of(spoken: Spoken, duration_s: float) -> Conversation:
    return build_conversation(
        "c1",
        duration_s,
        spoken.channels,
        spoken.turns,
        expected_languages=("en",),
        thresholds=TrustThresholds(),
        evidence=KNOWN,
        voices=spoken.voices,
    )


def speakers_of(spoken: Spoken, call: SpokenCall) -> dict[str, Counter[str]]:
    """Return for every person how many of their words went to which speaker."""
    true = {w.start_s: who for who, words in call.words.items() for w in words}
    found: dict[str, Counter[str]] = {who: Counter() for who in call.words}
    for channel in spoken.channels:
        for word, speaker in zip(channel.transcript.words, channel.speakers, strict=True):
            found[true[word.start_s]][speaker] += 1
    return found


def heard_in_stereo(call: SpokenCall) -> Spoken:
    """The announcement comes on the channel of the agents; the customer has the first channel."""
    transcripts = (
        call.transcript("customer"),
        call.transcript("ivr", "agent", "second", channel=1),
    )
    regions = (call.regions("customer"), call.regions("ivr", "agent", "second"))
    return by_channel(transcripts, regions, {}, KNOWN)


def test_stereo_announcement_and_second_agent_are_told_from_the_first(call: SpokenCall) -> None:
    spoken = heard_in_stereo(call)
    found = speakers_of(spoken, call)
    assert {who: set(counts) for who, counts in found.items()} == {
        "ivr": {"ivr"},
        "agent": {"channel-1"},
        "second": {"channel-1.2"},
        "customer": {"channel-0"},
    }
    conversation = conversation_of(spoken, 90.0)
    assert conversation.speaker_roles == {
        "ivr": "ivr",
        "channel-0": "customer",
        "channel-1": "agent",
        "channel-1.2": "agent",
    }
    assert conversation.trust.level == "review"
    assert [r.split(",")[0] for r in conversation.trust.reasons] == ["the call was passed on"]
    for who, speaker in (("ivr", "ivr"), ("second", "channel-1.2")):
        true_s = sum(t.end_s - t.start_s for t in call.turns if t.speaker == who)
        turned_s = sum(t.end_s - t.start_s for t in spoken.turns if t.speaker == speaker)
        assert turned_s == pytest.approx(true_s, abs=1.0)


def test_mono_voices_are_heard_without_announcement_ringing_and_music(
    call: SpokenCall, diarizer: Diarizer
) -> None:
    samples = call.mono()
    regions = voice_activity(samples)
    transcript = call.transcript("ivr", "agent", "second", "customer")
    spoken = by_voice(samples, regions, transcript, diarizer, KNOWN)
    found = speakers_of(spoken, call)
    assert set(found["ivr"]) == {"ivr"}
    conversation = conversation_of(spoken, len(samples) / 16_000)
    roles = conversation.speaker_roles
    assert Counter(roles.values()) == {"agent": 2, "customer": 1, "ivr": 1}
    main = {who: counts.most_common(1)[0] for who, counts in found.items()}
    assert main["second"][0] == main["agent"][0] + ".2"
    assert roles[main["customer"][0]] == "customer"
    for who, (_, count) in main.items():
        assert count >= 0.85 * len(call.words[who]), found
    assert all(turn.start_s > 6.0 for turn in spoken.turns), "ringing is nobody's speech"


def test_a_call_with_a_transfer_is_scored_and_the_quote_tells_which_agent(
    call: SpokenCall,
) -> None:
    conversation = conversation_of(heard_in_stereo(call), 90.0)
    scored = score_call(CARD, conversation, None, None)
    assert scored.total_pct is not None
    by_id = {u.utterance_id: u for u in conversation.utterances}
    greeting = next(r for r in scored.criteria if r.criterion_id == "closure.anything_else")
    assert greeting.verdict == "met"
    (evidence,) = [e for e in greeting.evidence if e.kind == "supports"][:1]
    assert evidence.utterance_id is not None
    assert by_id[evidence.utterance_id].speaker == "channel-1.2"
    assert all(e.role != "ivr" for r in scored.criteria for e in r.evidence)


def test_a_hold_without_another_agent_is_no_transfer() -> None:
    """The customer says hello again after the hold, and the same agent goes on."""
    lines = (*OPENING, 9.0, ("customer", "Hello, this is still me, good morning."), *OPENING[4:])
    call = spoken_call((*lines, TRANSFER[-1]))
    spoken = heard_in_stereo(call)
    assert {t.speaker for t in spoken.turns} == {"ivr", "channel-0", "channel-1"}
