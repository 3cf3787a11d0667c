"""Tension: louder, higher and faster than the speaker's own level; and what it does to tone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_pipeline.measures import ToneProbabilities, measure
from qa_pipeline.measures.tension import Delivery, tensions
from qa_pipeline.measures.tone import with_tension
from qa_pipeline.records import SAMPLE_RATE_HZ, CallMetadata, Measures, Sound
from synthesis.espeak import Voice, speak
from tests.measures.calls import Said, conversation
from tests.measures.test_measuring import LoudMeansAngry

FEW = settings(max_examples=60, deadline=None)
CALM = Voice("en-us+m3", 150, 40)
RAISED = Voice("en-us+m3", 200, 75)
"""The same speaker, faster and higher."""


def call_of(
    levels: list[float], pitches: list[float], paces: list[float], **shift: float
) -> list[Delivery]:
    return [
        Delivery(
            f"u{i:04d}",
            "agent",
            level + shift.get("level_db", 0.0),
            pitch + shift.get("pitch_st", 0.0),
            pace + shift.get("pace_log2", 0.0),
        )
        for i, (level, pitch, pace) in enumerate(zip(levels, pitches, paces, strict=True))
    ]


def test_tension_is_the_second_largest_z_score_worked_by_hand() -> None:
    """Levels -1, 0, 0, 0, 1, 9: median 0, median distance 0.5, so the least spread of 2 dB.

    Pitch the same, least spread 1.5; pace -0.1 to 0.1 and 0.5, least spread 0.2. The last
    utterance has z of 4.5, 6.0 and 2.5; the second largest is 4.5, cut to 4.
    """
    steps = [-1.0, 0.0, 0.0, 0.0, 1.0, 9.0]
    paces = [-0.1, 0.0, 0.0, 0.0, 0.1, 0.5]
    found = tensions(call_of(steps, steps, paces))
    assert found["u0005"] == 4.0
    assert found["u0001"] == 0.0
    assert found["u0004"] == pytest.approx(0.5)  # z of 0.5, 0.667 and 0.5
    assert found["u0000"] == pytest.approx(-0.5)
    # Loud and high at an ordinary pace is tense; loud alone is not.
    slow = tensions(call_of(steps, steps, [0.0] * 6))
    assert slow["u0005"] == 4.0
    alone = tensions(call_of(steps, [0.0] * 6, [0.0] * 6))
    assert alone["u0005"] == 0.0


def test_too_few_utterances_and_too_little_sound_tell_nothing() -> None:
    assert tensions(call_of([0, 0, 0, 9], [0, 0, 0, 9], [0, 0, 0, 1])) == {}
    unheard = [Delivery(f"u{i}", "agent", None, None, 1.0 * i) for i in range(9)]
    assert tensions(unheard) == {}
    assert tensions([]) == {}


VALUES = st.lists(st.integers(-300, 300).map(lambda n: n / 10), min_size=5, max_size=12)


@FEW
@given(VALUES, st.integers(-200, 200), st.integers(-12, 12), st.randoms(use_true_random=False))
def test_a_speakers_own_level_does_not_matter(
    levels: list[float], louder_db: int, higher_st: int, random: object
) -> None:
    pitches, paces = list(levels), [level / 30 for level in levels]
    random.shuffle(pitches)  # type: ignore[attr-defined]
    plain = tensions(call_of(levels, pitches, paces))
    other = tensions(call_of(levels, pitches, paces, level_db=louder_db, pitch_st=higher_st))
    assert other.keys() == plain.keys()
    for name, tension in plain.items():
        assert other[name] == pytest.approx(tension, abs=1e-6)
        assert -4 <= tension <= 4


def raised_call(*, raise_sixth: bool) -> Measures:
    """Measure eight utterances of one speaker, the sixth of them raised or not."""
    said: list[Said] = []
    pieces = []
    at_s = 0.0
    for number in range(8):
        text = "you told me that the engineer would come on monday and nobody came"
        tense = raise_sixth and number == 5
        spoken = speak(text, RAISED if tense else CALM).samples * (0.9 if tense else 0.25)
        length_s = len(spoken) / SAMPLE_RATE_HZ
        said.append(("customer", text, at_s, at_s + length_s))
        pieces += [spoken, np.zeros(SAMPLE_RATE_HZ // 2, np.float32)]
        at_s += length_s + 0.5
    sound = Sound(np.concatenate(pieces)[None, :].astype(np.float32))
    return measure(conversation(said), sound, LoudMeansAngry(), CallMetadata())


def test_a_raised_voice_is_found_in_sound_and_changes_no_plain_wording() -> None:
    calm, raised = raised_call(raise_sixth=False), raised_call(raise_sixth=True)
    quiet = [tone.tension for tone in calm.tones]
    assert all(tension is not None and abs(tension) < 1 for tension in quiet)
    found = [tone.tension for tone in raised.tones]
    assert found[5] is not None
    assert found[5] > 2.5
    others = [tension for i, tension in enumerate(found) if i != 5]
    assert all(tension is not None and tension < 1 for tension in others)
    # The model gives 10 % to negative: a raised voice makes that more, and not a verdict.
    assert [tone.label for tone in raised.tones] == ["neutral"] * 8
    assert raised.tones[5].probability < calm.tones[5].probability - 0.1


@pytest.mark.parametrize(
    ("wording", "tension", "label"),
    [
        ((0.02, 0.95, 0.03), 4.0, "neutral"),
        ((0.02, 0.82, 0.16), 4.0, "neutral"),
        ((0.02, 0.70, 0.28), 3.0, "negative"),
        ((0.02, 0.70, 0.28), 1.0, "neutral"),
        ((0.02, 0.70, 0.28), None, "neutral"),
        ((0.60, 0.30, 0.10), 4.0, "positive"),
        ((0.05, 0.35, 0.60), -4.0, "negative"),
    ],
)
def test_sound_tips_the_balance_only_where_wording_leaves_it_open(
    wording: tuple[float, float, float], tension: float | None, label: str
) -> None:
    assert with_tension(ToneProbabilities(*wording), tension).label == label


PROBABILITIES = st.tuples(*[st.floats(0.001, 1.0)] * 3).map(
    lambda p: ToneProbabilities(*(part / sum(p) for part in p))
)


@FEW
@given(PROBABILITIES, st.floats(-4, 4), st.floats(-4, 4))
def test_more_tension_is_never_less_negative_and_at_most_so_much_more(
    wording: ToneProbabilities, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    calmer, tenser = with_tension(wording, low), with_tension(wording, high)
    assert calmer.negative <= tenser.negative + 1e-12
    for tone in (calmer, tenser):
        assert sum(tone) == pytest.approx(1)
        assert wording.negative <= tone.negative + 1e-12
        odds = tone.negative / (1 - tone.negative)
        assert odds <= np.exp(1.5) * wording.negative / (1 - wording.negative) * (1 + 1e-9)
        assert tone.positive * wording.neutral == pytest.approx(tone.neutral * wording.positive)
    if wording.negative < 0.15:
        assert tenser.label != "negative" or wording.positive > 0.1
