"""FunASR's results become words, with a model that repeats what it is told to have heard."""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.conversation import TrustThresholds
from qa_pipeline.errors import ModelError
from qa_pipeline.model_registry import load_profile
from qa_pipeline.model_registry.refresh import refresh
from qa_pipeline.pipeline.parts import Parts
from qa_pipeline.records import SAMPLE_RATE_HZ, Region, Samples
from qa_pipeline.resources import resource_folder
from qa_pipeline.settings import Settings
from qa_pipeline.transcribe import ChannelRequest, FunAsrEngine
from qa_pipeline.transcribe.funasr_model import hotword_text
from qa_pipeline.transcribe.funasr_results import UNSCORED, Recognised, ScoredToken, pieces
from qa_pipeline.transcribe.text import TimedText
from tests.model_registry.manifests import BUNDLED, bundled_models

PARAFORMER: dict[str, Any] = {
    "key": "a",
    "text": "您 好 hello 我 叫 VIP",
    "timestamp": [[90, 230], [230, 410], [500, 900], [900, 1040], [1040, 1200], [1300, 1900]],
}
SENSE_VOICE: dict[str, Any] = {
    "key": "a",
    "text": "<|zh|><|NEUTRAL|><|Speech|><|withitn|>您好，我的号码是138。okay.",
    "words": ["您", "好", "，", "我", "的", "号", "码", "是", "13", "8", "。", "okay", "."],
    "timestamp": [[30 + 120 * i, 150 + 120 * i] for i in range(13)],
}
TOKENS = tuple(
    ScoredToken(text, probability)
    for text, probability in [
        ("您", 0.9),
        ("好", 0.8),
        ("he@@", 0.5),
        ("llo", 0.75),
        ("我", 0.7),
        ("叫", 0.6),
        ("v", 0.9),
        ("i", 0.9),
        ("p", 0.3),
    ]
)


def texts(found: Sequence[TimedText]) -> list[str]:
    return [piece.text.strip() for piece in found]


def test_paraformer_words_have_their_times_and_the_posteriors_of_their_tokens() -> None:
    found = pieces(Recognised(PARAFORMER, TOKENS), duration_s=2.0)
    assert texts(found) == ["您", "好", "hello", "我", "叫", "VIP"]
    assert [(p.start_s, p.end_s) for p in found][2] == (0.5, 0.9)
    assert [p.probability for p in found] == pytest.approx([0.9, 0.8, 0.65, 0.7, 0.6, 0.7])


def test_sense_voice_marks_go_to_the_word_before_and_pieces_are_put_together() -> None:
    found = pieces(Recognised(SENSE_VOICE), duration_s=2.0)
    assert texts(found) == ["您", "好，", "我", "的", "号", "码", "是", "138。", "okay."]
    assert (found[1].start_s, found[1].end_s) == (0.15, 0.27)  # the mark takes no time
    assert (found[7].start_s, found[7].end_s) == pytest.approx((0.99, 1.23))


def test_english_words_stay_apart_even_where_the_first_keeps_its_space_sign() -> None:
    result = {
        "text": "<|en|><|NEUTRAL|><|Speech|><|withitn|>hello there",
        "words": ["▁hel", "lo", "there"],
        "timestamp": [[0, 200], [200, 400], [500, 800]],
    }
    tokens = (ScoredToken("▁hel", 0.9), ScoredToken("lo", 0.4), ScoredToken("▁there", 0.8))
    found = pieces(Recognised(result, tokens), duration_s=1.0)
    assert texts(found) == ["hello", "there"]
    assert [p.probability for p in found] == [0.4, 0.8]
    assert (found[0].start_s, found[0].end_s) == (0.0, 0.4)


@pytest.mark.parametrize("timestamp", [None, [], "broken", [[100, 200]], [[1], [2]]])
def test_words_without_times_are_spread_over_the_window(timestamp: object) -> None:
    found = pieces(Recognised({"text": "您好 hello", "timestamp": timestamp}), duration_s=3.5)
    assert texts(found) == ["您", "好", "hello"]
    assert all(a.end_s <= b.start_s + 1e-9 for a, b in pairwise(found))
    assert found[0].start_s >= 0.0
    assert found[-1].end_s <= 3.5


@pytest.mark.parametrize("result", [{}, {"text": ""}, {"text": "<|nospeech|><|EMO_UNKNOWN|>"}])
def test_nothing_heard_gives_no_words(result: Mapping[str, Any]) -> None:
    assert pieces(Recognised(result), duration_s=1.0) == ()


def test_what_no_token_explains_is_unscored_and_not_made_up() -> None:
    found = pieces(Recognised({"text": "您 好"}, (ScoredToken("好", 0.9),)), duration_s=1.0)
    assert [p.probability for p in found] == [UNSCORED, 0.9]
    assert Recognised({"text": "您"}).mean_log_probability is None
    assert Recognised({"text": "您"}).no_speech_probability is None


def test_the_trust_gate_sends_calls_of_unscored_words_to_a_person() -> None:
    profile = load_profile("paraformer", resource_folder("models"))
    limits = TrustThresholds.model_validate(profile.trust)
    assert limits.min_word_probability < UNSCORED < limits.review_word_probability


UNITS = st.one_of(st.sampled_from("您好请问网络账单"), st.text("abcdefgh", min_size=1, max_size=6))


@given(st.lists(st.tuples(UNITS, st.floats(0.01, 1.0), st.integers(20, 400)), max_size=30))
def test_every_word_keeps_its_text_its_place_and_its_probability(
    said: list[tuple[str, float, int]],
) -> None:
    ends = np.cumsum([length for _, _, length in said]).tolist()
    result = {
        "text": " ".join(text for text, _, _ in said),
        "timestamp": [[end - n, end] for (_, _, n), end in zip(said, ends, strict=True)],
    }
    tokens = tuple(ScoredToken(text, probability) for text, probability, _ in said)
    found = pieces(Recognised(result, tokens), duration_s=20.0)
    assert texts(found) == [text for text, _, _ in said]
    assert [p.end_s for p in found] == [end / 1000 for end in ends]
    assert [p.probability for p in found] == pytest.approx([p for _, p, _ in said])


class Told:
    """A model that hears a character a second of sound, and says what it was asked."""

    def __init__(
        self, *, tells_language: bool = False, room: int = 100, results: Sequence[Recognised] = ()
    ) -> None:
        self._tells_language = tells_language
        self._room = room
        self._results = list(results)
        self.asked: list[tuple[list[float], str | None]] = []

    @property
    def tells_language(self) -> bool:
        return self._tells_language

    def recognise(self, sounds: Sequence[Samples], language: str | None) -> list[Recognised]:
        lengths = [len(sound) / SAMPLE_RATE_HZ for sound in sounds]
        self.asked.append((lengths, language))
        if len(sounds) > self._room:
            raise RuntimeError("CUDA out of memory")
        if self._results:
            return [self._results.pop(0) for _ in sounds]
        return [self._hear(sound, language) for sound in sounds]

    def _hear(self, sound: Samples, language: str | None) -> Recognised:
        seconds = round(len(sound) / SAMPLE_RATE_HZ)
        # The loudness of the sound says what is spoken: above 0.5 it is English.
        is_english = float(sound.max()) > 0.5
        heard = {"en": 0.9, "zh": 0.1} if is_english else {"en": 0.2, "zh": 0.8}
        if language is not None:
            heard = {"en": float(language == "en"), "zh": float(language == "zh")}
        units = ["天地玄黄宇宙洪荒日月盈昃"[i % 12] for i in range(seconds)]
        return Recognised(
            {
                "text": " ".join(units),
                "timestamp": [[1000 * i, 1000 * i + 500] for i in range(seconds)],
            },
            tuple(ScoredToken(unit, 0.9) for unit in units),
            heard if self._tells_language else {},
        )


def request(
    *spans: tuple[float, float], language: str | None = "zh", channel: int = 0, loud: float = 0.1
) -> ChannelRequest:
    samples = np.full(round(spans[-1][1] * SAMPLE_RATE_HZ), loud, np.float32)
    return ChannelRequest(samples, channel, language, tuple(Region(*span) for span in spans))


def test_windows_of_many_calls_share_batches_and_go_back_to_their_calls() -> None:
    model = Told()
    calls = [
        request((1.0, 3.0), (6.0, 10.6)),
        request((0.0, 4.8), channel=1),
        request((2.0, 7.0)),
        request((2.0, 4.0)),
    ]
    heard = FunAsrEngine(model, name="told", batch_size=3).transcribe(calls)
    assert [lengths for lengths, _ in model.asked] == [[4.6, 4.8, 5.0], [2.0, 2.0]]
    assert [len(t.words) for t in heard] == [7, 5, 5, 2]
    assert [w.start_s for w in heard[0].words] == [1.0, 2.0, 6.0, 7.0, 8.0, 9.0, 10.0]
    assert {w.channel for w in heard[1].words} == {1}
    assert heard[0].speech_s == 6.6
    assert heard[0].mean_log_probability == pytest.approx(np.log(0.9), abs=1e-4)
    assert heard[0].no_speech_probability is None
    assert (heard[0].language, heard[0].language_probability) == ("zh", 1.0)


def test_batches_halve_where_memory_is_short_and_stay_small() -> None:
    model = Told(room=2)
    engine = FunAsrEngine(model, name="told", batch_size=8)
    heard = engine.transcribe([request((0.0, 4.0), channel=n) for n in range(8)])
    assert [(t.channel, len(t.words)) for t in heard] == [(n, 4) for n in range(8)]
    engine.transcribe([request((0.0, 2.0)) for _ in range(4)])
    assert [len(lengths) for lengths, _ in model.asked[-2:]] == [2, 2]


def test_a_call_does_not_switch_language_because_of_one_window() -> None:
    model = Told(tells_language=True)
    samples = np.concatenate(
        [np.full(n * SAMPLE_RATE_HZ, loud, np.float32) for n, loud in ((10, 0.1), (5, 0.9))]
    )
    mixed = ChannelRequest(samples, 0, None, (Region(0.0, 8.0), Region(10.0, 12.0)))
    engine = FunAsrEngine(model, name="told", languages=("en", "zh"))
    (heard,) = engine.transcribe([mixed])
    assert heard.language == "zh"
    assert heard.language_probability == pytest.approx((8 * 0.8 + 2 * 0.1) / 10)
    assert model.asked == [([8.0], None), ([2.0], None), ([2.0], "zh")]
    (english,) = engine.transcribe([request((0.0, 3.0), language=None, loud=0.9)])
    assert (english.language, english.language_probability) == ("en", 0.9)
    (empty,) = engine.transcribe([ChannelRequest(samples, 0, None, ())])
    assert (empty.words, empty.language_probability) == ((), 0.0)


def test_words_come_out_simplified_in_the_time_of_the_call() -> None:
    result = {
        "text": "<|zh|><|NEUTRAL|><|Speech|><|withitn|>請問，您好。",
        "words": ["請", "問", "，", "您", "好", "。"],
        "timestamp": [[0, 200], [200, 400], [400, 460], [1500, 1700], [1700, 1900], [1900, 1960]],
    }
    engine = FunAsrEngine(Told(results=[Recognised(result)]), name="told")
    (heard,) = engine.transcribe([request((3.0, 3.5), (4.3, 5.0))])
    assert [w.text for w in heard.words] == ["请", "问，", "您", "好。"]
    assert [w.start_s for w in heard.words] == [3.0, 3.2, 4.5, 4.7]
    assert {w.probability for w in heard.words} == {UNSCORED}


def test_what_is_invented_is_taken_out() -> None:
    def said(text: str, **languages: float) -> Recognised:
        tokens = tuple(ScoredToken(unit, 0.9) for unit in text)
        return Recognised({"text": text}, tokens, languages)

    results = [said("谢谢观看"), said("好的" * 6), said("你好", zh=0.1, nospeech=0.9), said("你好")]
    engine = FunAsrEngine(Told(results=results), name="told", no_speech_certain=0.5)
    calls = [request((0.0, seconds)) for seconds in (9.0, 8.0, 7.0, 6.0)]
    heard = engine.transcribe_with_reports(calls)
    assert ["".join(w.text for w in t.words) for t, _ in heard] == ["", "好的", "", "你好"]
    assert [r.phantom_words for _, r in heard] == [4, 0, 0, 0]
    assert [r.repeated_words for _, r in heard] == [0, 10, 0, 0]
    assert [r.silent_windows for _, r in heard] == [0, 0, 1, 0]
    assert heard[2][0].no_speech_probability == 0.9
    assert heard[1][0].removed_words == 10


def test_languages_that_a_model_cannot_tell_or_was_not_made_for_are_refused() -> None:
    with pytest.raises(ModelError, match="cannot tell languages apart"):
        FunAsrEngine(Told(), name="told", languages=("en", "zh"))
    with pytest.raises(ModelError, match="'fr'"):
        FunAsrEngine(Told(), name="told").transcribe([request((0.0, 1.0), language="fr")])
    with pytest.raises(ModelError, match="window_s"):
        FunAsrEngine(Told(), name="told", window_s=0.0)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"config\.yaml, model\.pt missing"):
        FunAsrEngine.from_folder(tmp_path)


def test_the_profile_names_a_mandarin_model_from_a_hub() -> None:
    profile = load_profile("paraformer", resource_folder("models"))
    assert profile.transcription.kind == "funasr"
    assert profile.transcription.options.languages == ("zh",)
    assert {"config.yaml", "model.pt"} <= {file.path for file in profile.transcription.files}
    assert not profile.transcription.pinned


def test_sense_voice_has_a_profile_of_its_own() -> None:
    profile = load_profile("sensevoice", resource_folder("models"))
    assert profile.transcription.kind == "funasr"
    assert profile.transcription.options.languages == ("en", "zh")
    files = {file.path for file in profile.transcription.files}
    assert {"config.yaml", "model.pt", "chn_jpn_yue_eng_ko_spectok.bpe.model"} <= files


def test_names_are_told_as_hotwords_and_no_address_or_file_can_be() -> None:
    assert (
        hotword_text(["青藤宽带", "Bluebell Broadband", "青藤宽带"])
        == "青藤宽带 bluebell broadband"
    )
    assert hotword_text(["O2-Fibre"]) == "o2 fibre"
    assert hotword_text(["https://example.org/names.txt", "names.txt"]) == "example org names txt"
    assert hotword_text([]) == ""


@given(st.lists(st.text(max_size=12), max_size=5))
def test_hotwords_never_make_funasr_fetch_or_read_anything(names: list[str]) -> None:
    told = hotword_text(names)
    assert not told.startswith("http")
    assert "." not in told
    assert "/" not in told


@pytest.mark.skipif(find_spec("funasr") is not None, reason="funasr is installed here")
def test_a_profile_without_the_package_says_what_to_install(tmp_path: Path) -> None:
    manifest = BUNDLED.replace('kind = "faster-whisper"', 'kind = "funasr"')
    models_dir = bundled_models(tmp_path, manifest)
    for name in ("config.yaml", "model.pt"):
        (models_dir / "bundled" / "ears" / name).write_text("{}", encoding="utf-8")
    refresh(models_dir)
    settings = Settings(device="cpu", languages=("en",))
    with pytest.raises(ModelError, match="uv sync --extra funasr"):
        _ = Parts(load_profile("small", models_dir), settings).engine
