"""Nothing that identifies a caller lies anywhere after a run, and exports do not bring it back."""

import json
import wave
import zipfile
from pathlib import Path

import numpy as np
import pytest

from qa_pipeline.errors import UsageError
from qa_pipeline.pipeline import run_calls
from qa_pipeline.privacy import wav_bytes
from qa_pipeline.records import ProcessedCall, Recording
from qa_pipeline.reports import write_reports
from qa_pipeline.settings import Settings, read_settings
from qa_pipeline.store import Store, write_bundle
from tests.privacy.talk import talk
from tests.running import environment, qa
from tests.store.call_factory import make_call

SRT = """1
00:00:01,000 --> 00:00:04,000
Agent: Good morning, Bluebell Broadband, this is Maya, how can I help you today?

2
00:00:04,500 --> 00:00:08,000
Customer: My internet is down. My mobile is 07700 900123 and my email is jane.doe@example.org

3
00:00:08,500 --> 00:00:12,000
Agent: I am so sorry. May I have your account number please?

4
00:00:12,500 --> 00:00:16,000
Customer: four one seven two zero nine

5
00:00:16,500 --> 00:00:20,000
Agent: Thank you, four one seven two zero nine. It costs twenty pounds.

6
00:00:20,500 --> 00:00:24,000
Customer: No thank you, bye
"""
SECRETS = ("07700", "900123", "jane.doe", "one seven two", "seven two zero")


def _settings(folder: Path, **redaction: object) -> Settings:
    return read_settings(data_dir=folder / "data", redaction=redaction or None)


def _run(folder: Path, settings: Settings) -> ProcessedCall:
    source = folder / "call.srt"
    source.write_text(SRT, encoding="utf-8")
    summary = run_calls([source], settings)
    assert (summary.processed, summary.failures) == (1, ())
    with Store.open_reader(settings.store_path) as reader:
        (row,) = reader.list_calls()
        call = reader.read_call(row.call_id)
    assert call is not None
    return call


def test_no_file_of_a_run_holds_a_number(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    call = _run(tmp_path, settings)
    text = call.model_dump_json()
    for secret in SECRETS:
        assert secret not in text
    assert "twenty pounds" in text
    assert "[account]" in text
    assert "[email]" in text
    write_reports(settings.store_path, settings.reports_dir)
    files = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
    assert any(path.suffix == ".parquet" for path in files)
    for path in files:
        content = path.read_bytes()
        for secret in SECRETS:
            assert secret.encode() not in content, (path, secret)


def test_the_check_of_identity_counts_as_before(tmp_path: Path) -> None:
    kept = _run(tmp_path, read_settings(data_dir=tmp_path / "kept", redaction={"stored_text": ()}))
    redacted = _run(tmp_path, _settings(tmp_path))
    assert "07700" in kept.model_dump_json()
    before, after = (
        [(r.criterion_id, r.verdict) for r in c.scored[0].criteria] for c in (kept, redacted)
    )
    assert len(before) > 10
    assert before == after


def test_exports_are_redacted_though_the_store_is_not(tmp_path: Path) -> None:
    (tmp_path / "qa.toml").write_text(
        '[redaction]\nstored_text = []\nexports = ["phone", "account"]\n', encoding="utf-8"
    )
    call = _run(tmp_path, read_settings(data_dir=tmp_path / "data", redaction={"stored_text": ()}))
    for form in ("json", "srt", "vtt", "textgrid"):
        done = qa(
            "calls", "export", call.recording.call_id, "--format", form, "--data-dir",
            tmp_path / "data", cwd=tmp_path,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "900123" not in done.stdout
        assert "one seven two" not in done.stdout
        assert "jane.doe" in done.stdout  # not asked for


def _text(report: Path) -> str:
    """Return everything written in a report; a workbook is a zip file of XML."""
    if report.suffix != ".xlsx":
        return report.read_text("utf-8")
    with zipfile.ZipFile(report) as parts:
        return "".join(parts.read(name).decode("utf-8") for name in parts.namelist())


def test_reports_are_redacted_though_the_store_is_not(tmp_path: Path) -> None:
    settings = _settings(tmp_path, stored_text=())
    _run(tmp_path, settings)
    shown = {}
    for name, kinds in (("open", ()), ("redacted", settings.redaction.reports)):
        write_reports(settings.store_path, tmp_path / name, redact=kinds)
        files = [path for path in sorted((tmp_path / name).rglob("*")) if path.is_file()]
        shown[name] = "".join(_text(path) for path in files)
    assert "one seven two" in shown["open"]
    assert "one seven two" not in shown["redacted"]
    assert "900123" not in shown["redacted"]


@pytest.mark.parametrize("stored_now", [None, "[]"])
def test_reports_are_redacted_whatever_the_store_is_said_to_hold_now(
    tmp_path: Path, stored_now: str | None
) -> None:
    _run(tmp_path, _settings(tmp_path, stored_text=()))
    more = {} if stored_now is None else {"QA_REDACTION__STORED_TEXT": stored_now}
    done = qa(
        "report", "coaching", "--data-dir", tmp_path / "data", "--output", tmp_path / "shown",
        cwd=tmp_path, env=environment(**more),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    shown = "".join(_text(path) for path in sorted((tmp_path / "shown").rglob("*")))
    assert "[account]" in shown
    for secret in SECRETS:
        assert secret not in shown


def _call_with_sound(folder: Path) -> tuple[ProcessedCall, np.ndarray]:
    conversation = talk("A: what is your mobile\nC: it's 07700 900123 thanks\nA: all right")
    draw = np.random.default_rng(3)
    samples = draw.uniform(-0.3, 0.3, (2, 16000 * 6)).astype(np.float32)
    path = folder / "call.wav"
    path.write_bytes(wav_bytes(samples))
    recording = Recording(
        call_id="call-talk", path=str(path), digest="0" * 64, duration_s=6.0, sample_rate_hz=16000,
        channels=2, codec="pcm_s16le", layout="stereo", metadata=make_call(1).recording.metadata,
    )  # fmt: skip
    call = make_call(1)
    return call.model_copy(
        update={
            "recording": recording,
            "conversation": conversation,
            "measures": call.measures.model_copy(update={"call_id": "call-talk", "tones": ()}),
            "scored": (),
        }
    ), samples


def _stored(call: ProcessedCall, data: Path) -> None:
    write_bundle(call, data / "bundles", "key")
    with Store.open_owner(data / "calls.duckdb") as owner:
        owner.ingest(data / "bundles")


def _exported(folder: Path, call_id: str, data: Path) -> np.ndarray:
    """Return the sound that is exported of a stereo call, a row a channel."""
    out = folder / "out.wav"
    done = qa(
        "calls", "export", call_id, "--format", "wav", "--output", out, "--data-dir", data,
        cwd=folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    with wave.open(str(out)) as file:
        frames = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
    heard: np.ndarray = frames.reshape(-1, 2).T / 32768.0
    return heard


def test_exported_sound_is_muted_where_the_number_is(tmp_path: Path) -> None:
    call, samples = _call_with_sound(tmp_path)
    _stored(call, tmp_path / "qa_data")
    heard = _exported(tmp_path, "call-talk", tmp_path / "qa_data")
    words = call.conversation.utterances[1].words
    inside = slice(int(words[1].start_s * 16000), int(words[2].end_s * 16000))
    assert np.abs(heard[0, inside] - samples[0, inside]).max() < 0.001
    spectrum = np.abs(np.fft.rfft(heard[1, inside]))
    assert np.argmax(spectrum) * 16000 / heard[1, inside].size == pytest.approx(1000, abs=5)
    before = slice(0, int((words[1].start_s - 0.2) * 16000))
    assert np.abs(heard[1, before] - samples[1, before]).max() < 0.001


def _written(call: ProcessedCall, samples: np.ndarray, **recording: object) -> ProcessedCall:
    """Put other sound in the place of the call's, and say something else about it."""
    Path(call.recording.path).write_bytes(wav_bytes(samples.astype(np.float32)))
    return call.model_copy(update={"recording": call.recording.model_copy(update=recording)})


def test_a_number_that_leaks_into_the_other_channel_is_heard_on_neither(tmp_path: Path) -> None:
    call, samples = _call_with_sound(tmp_path)
    samples[0, 21000:] *= 0.001
    samples[1, :21000] *= 0.001
    customer = samples[1].copy()
    samples[0] += 0.1 * customer
    _stored(_written(call, samples), tmp_path / "qa_data")
    heard = _exported(tmp_path, "call-talk", tmp_path / "qa_data")
    words = call.conversation.utterances[1].words
    inside = slice(int(words[1].start_s * 16000), int(words[2].end_s * 16000))
    for row in heard:
        assert abs(float(row[inside] @ customer[inside])) < 0.02 * float(
            customer[inside] @ customer[inside]
        )
    assert np.abs(heard[:, :16000] - samples[:, :16000]).max() < 0.001


@pytest.mark.parametrize("layout", ["dual_mono", "mono"])
def test_a_number_is_muted_everywhere_where_channels_count_otherwise_now(
    tmp_path: Path, layout: str
) -> None:
    """The call was taken for one sound when its words got their channel; today it is two."""
    call, _ = _call_with_sound(tmp_path)
    _, samples = _call_with_sound(tmp_path)
    _stored(_written(call, samples, layout=layout), tmp_path / "qa_data")
    heard = _exported(tmp_path, "call-talk", tmp_path / "qa_data")
    words = call.conversation.utterances[1].words
    inside = slice(int(words[1].start_s * 16000), int(words[2].end_s * 16000))
    for row in range(2):
        assert abs(float(heard[row, inside] @ samples[row, inside])) < 50.0


CUES = """1
00:00:00,500 --> 00:00:02,500
Agent: What is your account number please?

2
00:00:03,000 --> 00:00:06,000
Customer: Certainly, bear with me, it is four one seven two zero nine

3
00:00:06,500 --> 00:00:08,000
Agent: Thank you very much
"""


@pytest.mark.parametrize("noted", [True, False])
def test_a_number_in_a_transcript_from_elsewhere_is_heard_on_no_channel(
    tmp_path: Path, *, noted: bool
) -> None:
    draw = np.random.default_rng(5)
    samples = draw.uniform(-0.3, 0.3, (2, 16000 * 8)).astype(np.float32)
    (tmp_path / "call.wav").write_bytes(wav_bytes(samples))
    (tmp_path / "call.srt").write_text(CUES, encoding="utf-8")
    settings = _settings(tmp_path)
    assert run_calls([tmp_path / "call.wav"], settings).processed == 1
    with Store.open_reader(settings.store_path) as reader:
        call = reader.read_call(reader.list_calls()[0].call_id)
    assert call is not None
    assert call.recording.layout == "stereo"
    assert {w.channel for u in call.conversation.utterances for w in u.words} == {-1}
    if not noted:  # as such calls were stored once
        text = call.model_dump_json().replace('"channel":-1', '"channel":0')
        _stored(ProcessedCall.model_validate_json(text), tmp_path / "data")
    heard = _exported(tmp_path, call.recording.call_id, tmp_path / "data")
    assert heard.shape == samples.shape
    for row in range(2):
        said = slice(16000 * 3, 16000 * 6)
        assert abs(float(heard[row, said] @ samples[row, said])) < 100.0
        assert np.abs(heard[row, : 16000 * 2] - samples[row, : 16000 * 2]).max() < 0.001
        assert np.abs(heard[row, 16000 * 7 :] - samples[row, 16000 * 7 :]).max() < 0.001


def test_sound_needs_a_file_and_a_recording(tmp_path: Path) -> None:
    settings = read_settings(data_dir=tmp_path / "qa_data")
    call = _run(tmp_path, settings)
    call_id = call.recording.call_id
    done = qa("calls", "export", call_id, "--format", "wav", cwd=tmp_path)
    assert (done.returncode, "--output" in done.stderr) == (2, True)
    done = qa("calls", "export", call_id, "--format", "wav", "--output", "x.wav", cwd=tmp_path)
    assert (done.returncode, "no sound" in done.stderr) == (2, True)


def test_settings_say_which_kind_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QA_REDACTION__STORED_TEXT", '["phone"]')
    assert read_settings().redaction.stored_text == ("phone",)
    monkeypatch.setenv("QA_REDACTION__STORED_TEXT", '["telephone"]')
    with pytest.raises(UsageError, match=r"redaction\.stored_text\.0"):
        read_settings()


def test_a_result_made_without_redaction_is_made_anew_with_it(tmp_path: Path) -> None:
    _run(tmp_path, _settings(tmp_path, stored_text=()))
    summary = run_calls([tmp_path / "call.srt"], _settings(tmp_path))
    assert (summary.processed, summary.skipped) == (1, 0)


def test_the_json_that_is_exported_can_be_read_again(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    call = _run(tmp_path, settings)
    from qa_pipeline.transcripts import export_call

    again = tmp_path / "again"
    again.mkdir()
    (again / "call.json").write_text(export_call(call, "json"), encoding="utf-8")
    summary = run_calls([again / "call.json"], _settings(again))
    assert summary.failures == ()
    assert json.loads((again / "call.json").read_text())["format"] == "qa-pipeline-call"
