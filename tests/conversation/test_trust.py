"""Every reason of the trust gate, on real sound of the sample calls and on records."""

from typing import Any

import numpy as np
import pytest

from benchmarks.truth import read_truth
from qa_pipeline.audio import decode, sound_quality, voice_activity
from qa_pipeline.conversation import TrustThresholds, judge_trust
from qa_pipeline.conversation.trust import Heard
from qa_pipeline.records import SAMPLE_RATE_HZ, Region, Role, Samples, SoundQuality, Utterance, Word
from qa_pipeline.scoring import load_scorecard, score_call
from synthesis.telephone import add_noise
from tests.audio.recordings import SAMPLE_CALLS
from tests.conversation.test_conversation import AGENT_EN, CUSTOMER_EN, converse, words_of

LIMITS = TrustThresholds()


def utterance(role: Role, speaker: str, text: str, start_s: float, **changed: Any) -> Utterance:
    words = tuple(words_of(text, start_s))
    return Utterance(
        utterance_id=f"u{round(start_s):04d}",
        role=role,
        speaker=speaker,
        language=changed.get("language", "en"),
        words=words,
        text=" ".join(w.text for w in words),
        start_s=words[0].start_s,
        end_s=words[-1].end_s,
    )


GOOD = (
    utterance("agent", "a", AGENT_EN, 1.0),
    utterance("customer", "b", CUSTOMER_EN, 10.0),
)


def heard(**changed: Any) -> Heard:
    plain = {
        "utterances": GOOD,
        "speech_s": 10.0,
        "language": "en",
        "language_probability": 0.95,
        "expected_languages": ("en", "zh"),
        "role_confidence": 0.95,
        "speakers_with_words": 2,
        "mean_log_probability": -0.3,
        "no_speech_probability": 0.05,
        "sound": SoundQuality(clipped_pct=0.01, snr_db=30.0),
    }
    return Heard.model_validate(plain | changed)


def test_a_good_call_has_no_reasons() -> None:
    assert judge_trust(heard(), LIMITS).level == "ok"
    assert judge_trust(heard(sound=None, mean_log_probability=None), LIMITS).reasons == ()


@pytest.mark.parametrize(
    ("changed", "level", "reason"),
    [
        ({"utterances": (), "speakers_with_words": 0}, "reject", "no words were heard"),
        (
            {"utterances": GOOD[:1], "speech_s": 6.0},
            "review",
            "the customer says hardly anything (0 words)",
        ),
        ({"speech_s": 2.0}, "reject", "only 2.0 s of speech"),
        ({"speech_s": 18.0}, "review", "% of the speech is covered by words"),
        ({"speech_s": 60.0}, "reject", "% of the speech is covered by words"),
        ({"mean_log_probability": -1.2}, "review", "doubts its text"),
        ({"mean_log_probability": -2.0}, "reject", "doubts its text"),
        ({"no_speech_probability": 0.7}, "review", "doubts that anybody speaks"),
        ({"no_speech_probability": 0.9}, "reject", "doubts that anybody speaks"),
        ({"removed_words": 8}, "review", "taken out as inventions"),
        ({"removed_words": 60}, "reject", "taken out as inventions"),
        ({"language": "fr"}, "reject", "the language seems to be 'fr'"),
        ({"language_probability": 0.3}, "review", "the language 'en' is unsure"),
        ({"speakers_with_words": 1}, "reject", "only one speaker was heard"),
        ({"voices_compared": True, "voices_apart": 0.15}, "review", "whether two people speak"),
        ({"voices_compared": True}, "review", "whether two people speak"),
        ({"voices_compared": True, "voices_apart": 0.3}, "ok", ""),
        ({"speakers_with_words": 0}, "reject", "nobody is heard but announcements"),
        ({"role_confidence": 0.7}, "review", "who is the agent is unsure"),
        ({"role_confidence": 0.55}, "reject", "who is the agent is unsure"),
        ({"echoed_pct": 15.0}, "review", "15 % of the words are heard on both channels"),
        ({"echoed_pct": 60.0}, "reject", "60 % of the words are heard on both channels"),
        ({"echoed_pct": 5.0}, "ok", ""),
        ({"sound": SoundQuality(3.0, 30.0)}, "review", "clipped (3.0 %"),
        ({"sound": SoundQuality(30.0, 30.0)}, "reject", "clipped (30.0 %"),
        ({"sound": SoundQuality(0.0, 4.0)}, "review", "only 4 dB above the noise"),
        ({"sound": SoundQuality(0.0, -2.0)}, "reject", "dB above the noise"),
        ({"sound": SoundQuality(0.0, None)}, "ok", ""),
        ({"warnings": ("it is cut short",)}, "review", "it is cut short"),
    ],
)
def test_each_finding_has_its_level_and_its_reason(
    changed: dict[str, Any], level: str, reason: str
) -> None:
    trust = judge_trust(heard(**changed), LIMITS)
    assert trust.level == level, trust.reasons
    assert any(reason in given for given in trust.reasons) or not reason


def test_reasons_to_reject_come_first_and_all_are_given() -> None:
    trust = judge_trust(heard(role_confidence=0.7, speech_s=4.0, removed_words=60), LIMITS)
    assert trust.level == "reject"
    assert len(trust.reasons) == 3
    assert "agent is unsure" in trust.reasons[-1]


def test_words_without_a_speaker_and_two_languages() -> None:
    lost = utterance("unknown", "unknown", "and then it went away", 20.0)
    trust = judge_trust(heard(utterances=(*GOOD, lost), speech_s=12.0), LIMITS)
    assert trust.level == "review"
    assert "could not be given to a speaker" in trust.reasons[0]
    other = utterance("customer", "b", CUSTOMER_EN, 20.0, language="zh")
    trust = judge_trust(heard(utterances=(*GOOD, other), speech_s=15.0), LIMITS)
    assert trust.reasons == ("two languages are spoken: 'en' and 'zh'",)


def test_what_depends_on_a_rejected_call_is_unscored_and_never_failed() -> None:
    conversation = converse(AGENT_EN, CUSTOMER_EN, "en", probability=0.3)
    assert conversation.trust.level == "reject"
    card = load_scorecard(SAMPLE_CALLS.parent / "scorecards" / "inbound-service.yaml")
    scored = score_call(card, conversation, None, None)
    assert {r.verdict for r in scored.criteria} == {"unscored"}
    assert scored.passed is None


@pytest.fixture(scope="module", params=["call-2026-0003", "call-2026-0008"])
def call(request: pytest.FixtureRequest) -> tuple[Samples, tuple[tuple[Region, ...], ...]]:
    samples = decode(SAMPLE_CALLS / f"{request.param}.wav").sound.samples
    return samples, tuple(voice_activity(row) for row in samples)


def test_a_plain_recording_is_neither_clipped_nor_noisy(
    call: tuple[Samples, tuple[tuple[Region, ...], ...]],
) -> None:
    quality = sound_quality(*call)
    assert quality is not None
    assert quality.clipped_pct < 0.1
    assert quality.snr_db is not None
    assert quality.snr_db > 20.0
    assert judge_trust(heard(sound=quality), LIMITS).level == "ok"


def test_an_overdriven_recording_is_clipped(
    call: tuple[Samples, tuple[tuple[Region, ...], ...]],
) -> None:
    samples, regions = call
    loudest = float(np.abs(samples).max())
    for gain, level in ((4.0, "review"), (30.0, "reject")):
        # Turned down again after it was clipped, as recorders do.
        clipped = 0.5 * np.clip(gain * samples / loudest, -1.0, 1.0)
        quality = sound_quality(clipped.astype(np.float32), regions)
        trust = judge_trust(heard(sound=quality), LIMITS)
        assert trust.level == level, trust
        assert "clipped" in trust.reasons[0]


@pytest.mark.parametrize("changed", ["click", "offset", "one side"])
def test_clipping_is_seen_beside_a_click_an_offset_and_on_one_side(
    call: tuple[Samples, tuple[tuple[Region, ...], ...]], changed: str
) -> None:
    samples, regions = call
    loudest = float(np.abs(samples).max())
    clipped = 0.4 * np.clip(8.0 * samples / loudest, -1.0, 1.0)
    if changed == "click":
        for row, spoken in zip(clipped, regions, strict=True):
            row[round(SAMPLE_RATE_HZ * (spoken[0].start_s + spoken[0].end_s) / 2)] = 1.0
    elif changed == "offset":
        clipped = clipped + 0.3
    else:
        clipped = 0.1 * np.clip(8.0 * samples / loudest, -8.0, 1.0)
    quality = sound_quality(clipped.astype(np.float32), regions)
    assert quality is not None
    assert quality.clipped_pct > LIMITS.review_clipped_pct


def test_a_noisy_recording_is_noisy(
    call: tuple[Samples, tuple[tuple[Region, ...], ...]],
) -> None:
    samples, regions = call
    rng = np.random.default_rng(8)
    for snr_db, level in ((15.0, "ok"), (2.0, "review"), (-5.0, "reject")):
        noisy = np.stack([add_noise(row, snr_db, rng, "pink") for row in samples])
        quality = sound_quality(noisy.astype(np.float32), regions)
        assert quality is not None
        assert quality.snr_db == pytest.approx(snr_db, abs=4.5)
        assert judge_trust(heard(sound=quality), LIMITS).level == level


def test_hold_music_is_not_taken_for_noise() -> None:
    samples = decode(SAMPLE_CALLS / "call-2026-0006.mp3").sound.samples
    quality = sound_quality(samples, [voice_activity(row) for row in samples])
    assert judge_trust(heard(sound=quality), LIMITS).level == "ok"


def test_a_silent_recording_has_no_quality() -> None:
    assert sound_quality(np.zeros((2, 16_000), np.float32), [(), ()]) is None
    short = sound_quality(np.zeros((1, 100), np.float32), [(Region(0.0, 0.006),)])
    assert short == SoundQuality(clipped_pct=0.0, snr_db=None)


def test_words_of_the_truth_are_trusted_and_nonsense_is_not() -> None:
    truth = read_truth(SAMPLE_CALLS / "call-2026-0001.truth.json")
    for probability, level in ((0.9, "ok"), (0.6, "review"), (0.4, "reject")):
        utterances = tuple(
            Utterance(
                utterance_id=f"u{n:04d}",
                role=w.role,
                speaker=w.role,
                language="en",
                words=(
                    Word(text=w.text, start_s=w.start_s, end_s=w.end_s, probability=probability),
                ),
                text=w.text,
                start_s=w.start_s,
                end_s=w.end_s,
            )
            for n, w in enumerate(truth.words)
        )
        speech_s = sum(t.end_s - t.start_s for t in truth.turns)
        given = judge_trust(heard(utterances=utterances, speech_s=speech_s), LIMITS)
        assert given.level == level, given
