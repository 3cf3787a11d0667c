"""Three and four people: passed on twice, by words and by voice, on one or two channels."""

from collections import Counter

import pytest

from qa_pipeline.audio import voice_activity
from qa_pipeline.pipeline.people import with_voices_compared
from qa_pipeline.pipeline.speaking import Spoken, by_channel, by_voice
from qa_pipeline.records import SAMPLE_RATE_HZ
from qa_pipeline.resources import resource_folder
from qa_pipeline.speakers import PyannoteDiarizer, ResegmentingDiarizer
from synthesis.espeak import Voice
from tests.pipeline.calls_with_ivr import (
    AGENT,
    OPENING,
    TRANSFER,
    Line,
    SpokenCall,
    spoken_call,
)
from tests.pipeline.test_speaking import KNOWN, conversation_of, speakers_of
from tests.synthesis.espeak_needed import needs_espeak

pytestmark = needs_espeak
HIGH = Voice("en-us+f5", pitch=80, rate_wpm=150)

PASSED_ON_TWICE: tuple[Line, ...] = (
    *OPENING[2:],
    *TRANSFER[:-2],
    ("second", "For the bill I will connect you to my colleague, one moment please."),
    8.5,
    ("third", "Good afternoon, you are speaking with Carol, how can I help you with your bill?"),
    ("customer", "I was told that last month would be free because of the fault."),
    ("third", "I can see that here. The money will be on your account within five days."),
    ("customer", "Very good, thank you, that is all I wanted to know."),
    ("third", "You are welcome. Is there anything else I can help you with today?"),
    TRANSFER[-1],
)
WITHOUT_A_GREETING: tuple[Line, ...] = (
    *OPENING[2:],
    ("agent", "Thank you. I will put you through to our technical department, please hold."),
    ("customer", "Okay, thank you very much."),
    9.0,
    ("second", "So, I can see the line on my screen and there is a fault in your street."),
    ("customer", "Hello. My internet is slow and I was told that you can repair it."),
    *TRANSFER[5:],
)

PASSED_ON_AT_ONCE: tuple[Line, ...] = (
    ("agent", "Bluebell Broadband, good morning, my name is Anna, how may I help you?"),
    ("customer", "Good morning. I would like to cancel my contract because I am moving abroad."),
    ("agent", "I am sorry that you want to leave us. I will transfer you to our contracts team."),
    ("customer", "Thank you."),
    9.0,
    ("second", "Contracts, good morning, this is Robert, how may I help you?"),
    ("customer", "I would like to cancel my contract, I am moving abroad."),
    ("second", "Abroad, I see. For that I will put you through to my colleague."),
    9.0,
    ("third", "Good morning, my name is Carol, I am taking over. You are moving abroad?"),
    ("customer", "Yes, to Portugal, at the end of the year."),
    ("third", "Then you can leave without a fee. We only need a letter from your new landlord."),
    ("customer", "Could I send it by mail?"),
    ("third", "Certainly, by mail or by post. Is there anything else I can help you with?"),
    ("customer", "No, that was all. Thank you and goodbye."),
)

BESIDE_THE_CUSTOMER: tuple[Line, ...] = (
    ("agent", "Good morning, Bluebell Broadband, my name is Anna, how may I help you today?"),
    ("customer", "Hello, our internet is very slow since Monday and we both work from home."),
    ("agent", "I am sorry to hear that. Could you tell me your account number please?"),
    ("customer", "Wait a second. Darling, where is the letter?"),
    ("beside", "It is in the blue folder, second drawer."),
    ("customer", "Yes. My account number is four one seven two two nine."),
    ("agent", "Thank you. Our engineer has to come. Would Thursday morning suit you?"),
    ("beside", "No, not Thursday, we are at my mother's."),
    ("customer", "Could he come on Friday instead?"),
    ("agent", "Friday is possible. Is there anything else I can help you with?"),
    ("customer", "No, that is all. Goodbye."),
)

RIGHT_AFTER_THE_AGENT: tuple[Line, ...] = (
    ("agent", "Thank you for calling Bluebell Broadband, how can I help you?"),
    ("customer", "Hi, I want to change my contract. We have two children who watch films all day."),
    ("agent", "Certainly. May I have your name and your date of birth please?"),
    ("customer", "It is Peter Hall, the third of May, nineteen eighty one."),
    ("agent", "Thank you, Mister Hall. The faster package is forty pounds a month."),
    ("beside", "That is too much. Tell him we saw thirty five in the shop."),
    ("customer", "My wife says it was thirty five in the shop."),
    ("agent", "I understand. Let me check. I can offer you thirty five for the first year."),
    ("beside", "And what do we pay afterwards?"),
    ("agent", "Afterwards it is forty, and you can leave every month."),
    ("customer", "All right then, we will take it."),
    ("agent", "Wonderful. The router will be with you on Tuesday. Is there anything else?"),
    ("customer", "No, that is all. Thanks for your help."),
)
"""What is said beside the customer follows the agent's words, so it is one turn with them."""
MEN_BESIDE = {
    "agent": Voice("en-us+m7", pitch=55),
    "customer": Voice("en-us+f3", pitch=60, rate_wpm=160),
    "beside": Voice("en-gb-x-rp+m5", pitch=40, rate_wpm=170),
}


@pytest.fixture(scope="module")
def pyannote() -> PyannoteDiarizer:
    return PyannoteDiarizer(resource_folder("models") / "bundled" / "diarization")


def in_stereo(call: SpokenCall, pyannote: PyannoteDiarizer | None) -> Spoken:
    people = [who for who in call.words if who != "customer"]
    transcripts = (call.transcript("customer"), call.transcript(*people, channel=1))
    regions = (call.regions("customer"), call.regions(*people))
    agents = sum((call.tracks[who] for who in people[1:]), call.tracks[people[0]])
    rows = (call.tracks["customer"], agents)
    return by_channel(transcripts, regions, {}, KNOWN, rows, pyannote)


def in_mono(call: SpokenCall, pyannote: PyannoteDiarizer) -> Spoken:
    samples = call.mono()
    diarizer = ResegmentingDiarizer(pyannote)
    transcript = call.transcript(*call.words)
    return by_voice(samples, voice_activity(samples), transcript, diarizer, KNOWN, pyannote)


def main_speakers(spoken: Spoken, call: SpokenCall, at_least: float) -> dict[str, str]:
    """The speaker of most words of each person, who must have that share of them."""
    found = {who: counts for who, counts in speakers_of(spoken, call).items() if counts}
    main = {who: counts.most_common(1)[0] for who, counts in found.items()}
    for who, (_, count) in main.items():
        assert count >= at_least * len(call.words[who]), found
    return {who: speaker for who, (speaker, _) in main.items()}


def test_stereo_call_passed_on_twice(pyannote: PyannoteDiarizer) -> None:
    call = spoken_call(PASSED_ON_TWICE, third=HIGH)
    spoken = in_stereo(call, pyannote)
    assert main_speakers(spoken, call, 1.0) == {
        "agent": "channel-1",
        "second": "channel-1.2",
        "third": "channel-1.3",
        "customer": "channel-0",
    }
    conversation = conversation_of(spoken, 120.0)
    assert Counter(conversation.speaker_roles.values()) == {"agent": 3, "customer": 1}
    assert conversation.trust.level == "review"
    assert "3 agents speak" in conversation.trust.reasons[0]


@pytest.mark.parametrize("sound_s", [0.0, 1.2])
def test_mono_call_passed_on_twice(pyannote: PyannoteDiarizer, sound_s: float) -> None:
    """The second agent says two sentences, so few that they alone make no voice beside a third.

    ``sound_s``: how long a sound without words is that follows them, as at the end of a line.
    """
    call = spoken_call(PASSED_ON_AT_ONCE, third=HIGH)
    before_s = max(t.end_s for t in call.turns if t.speaker == "second") + 0.6
    begins_s = next(t.start_s for t in call.turns if t.speaker == "third")
    at, begin, count = (round(s * SAMPLE_RATE_HZ) for s in (before_s, begins_s, sound_s))
    call.tracks["third"][at : at + count] = call.tracks["third"][begin : begin + count]
    spoken = in_mono(call, pyannote)
    assert main_speakers(spoken, call, 0.85) == {
        "agent": "speaker-0",
        "second": "speaker-0.2",
        "third": "speaker-0.3",
        "customer": "speaker-1",
    }
    assert conversation_of(spoken, 90.0).speaker_roles == {
        "speaker-0": "agent",
        "speaker-0.2": "agent",
        "speaker-0.3": "agent",
        "speaker-1": "customer",
    }


def test_a_second_agent_without_a_greeting_is_told_by_voice(pyannote: PyannoteDiarizer) -> None:
    call = spoken_call(WITHOUT_A_GREETING)
    assert main_speakers(in_stereo(call, pyannote), call, 1.0)["second"] == "channel-1.2"
    # Words alone do not tell.
    assert main_speakers(in_stereo(call, None), call, 1.0)["second"] == "channel-1"


def test_the_same_voice_that_introduces_itself_again_is_no_second_agent(
    pyannote: PyannoteDiarizer,
) -> None:
    call = spoken_call((*OPENING[2:], *TRANSFER), second=AGENT)
    assert set(main_speakers(in_stereo(call, pyannote), call, 1.0).values()) == {
        "channel-0",
        "channel-1",
    }
    assert main_speakers(in_stereo(call, None), call, 1.0)["second"] == "channel-1.2"


def test_mono_a_third_person_is_told_by_voice_alone(pyannote: PyannoteDiarizer) -> None:
    call = spoken_call(WITHOUT_A_GREETING, second=HIGH)
    spoken = in_mono(call, pyannote)
    main = main_speakers(spoken, call, 0.85)
    assert len(set(main.values())) == 3
    roles = conversation_of(spoken, 90.0).speaker_roles
    assert roles[main["customer"]] == "customer"
    assert roles[main["agent"]] == roles[main["second"]] == "agent"


def test_mono_two_people_stay_two(pyannote: PyannoteDiarizer) -> None:
    call = spoken_call((*OPENING[2:], *TRANSFER), second=AGENT)
    spoken = in_mono(call, pyannote)
    assert len({t.speaker for t in spoken.turns}) == 2
    assert Counter(conversation_of(spoken, 90.0).speaker_roles.values()) == {
        "agent": 1,
        "customer": 1,
    }


@pytest.mark.parametrize(
    ("lines", "pause_s", "voices"),
    [
        (BESIDE_THE_CUSTOMER, 0.7, {"beside": Voice("en-us+f4", pitch=60)}),
        (RIGHT_AFTER_THE_AGENT, 0.3, MEN_BESIDE),
    ],
)
def test_mono_who_speaks_beside_the_customer_in_a_voice_like_the_agents_is_for_review(
    pyannote: PyannoteDiarizer, lines: tuple[Line, ...], pause_s: float, voices: dict[str, Voice]
) -> None:
    call = spoken_call(lines, pause_s, **voices)
    compared = with_voices_compared(in_mono(call, pyannote), call.mono(), pyannote, 0.5)
    trust = conversation_of(compared, 70.0).trust
    assert trust.level == "review", speakers_of(compared, call)
    assert any("further person" in reason for reason in trust.reasons)
    alone = spoken_call(tuple(line for line in lines if "beside" not in line), pause_s, **voices)
    compared = with_voices_compared(in_mono(alone, pyannote), alone.mono(), pyannote, 0.5)
    assert conversation_of(compared, 60.0).trust.level == "ok"
