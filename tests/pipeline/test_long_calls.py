"""A call that is kept in 16 bits for its length goes through every stage as a short one does."""

import dataclasses

import pytest

from qa_pipeline.audio import CallSource
from qa_pipeline.measures import measure
from qa_pipeline.pipeline import OpenRun, find_scorecard
from qa_pipeline.pipeline.listening import HeardCall, find_speech, hear_calls
from qa_pipeline.pipeline.opening import OpenedCall, open_call
from qa_pipeline.pipeline.tray import Tray
from qa_pipeline.progress import Silent
from qa_pipeline.records import Conversation, Measures, Sound, packed, unpacked
from qa_pipeline.settings import read_settings
from tests.audio.recordings import SAMPLE_CALLS


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> OpenRun:
    calls = [SAMPLE_CALLS / f"call-2026-{number}" for number in ("0002", "0007")]
    paths = [next(p for s in (".wav", ".mp3") if (p := c.with_suffix(s)).exists()) for c in calls]
    settings = read_settings(data_dir=tmp_path_factory.mktemp("long"))
    return OpenRun(paths, settings, [find_scorecard("inbound-service")])


def heard(run: OpenRun, call: OpenedCall, sound: Sound) -> tuple[HeardCall, Measures]:
    from qa_pipeline.pipeline.batch import _understand

    tray = Tray(Silent(), run.write_failure)
    spoken = find_speech(dataclasses.replace(call, sound=sound))
    (result,) = hear_calls([spoken], run.parts, tray)
    conversation: Conversation = _understand(result, run).conversation
    metadata = call.recording.metadata
    return result, measure(conversation, sound, run.parts.tone_model, metadata)


@pytest.mark.parametrize("number", [0, 1])
def test_sixteen_bits_change_nothing_that_is_heard_or_measured(run: OpenRun, number: int) -> None:
    source: CallSource = run.sources[number]
    call = open_call(source, run)
    assert call.sound is not None
    held = packed(call.sound.samples[:, : 45 * 16_000])
    plain, plain_measures = heard(run, call, Sound(unpacked(held)))
    kept, kept_measures = heard(run, call, Sound(held))
    assert len(plain.turns) > 1
    assert kept.turns == plain.turns
    assert kept.channels == plain.channels
    assert kept.quality == plain.quality
    assert kept_measures == plain_measures


def test_layouts_under_test_differ(run: OpenRun) -> None:
    layouts = {open_call(source, run).recording.layout for source in run.sources}
    assert layouts == {"mono", "stereo"}
