"""Bad input: each with a clear message, nothing lost, the rest processed."""

import json
import shutil
import subprocess
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from qa_pipeline.store import Store
from tests.conftest import IN_CI, REAL_RECORDINGS
from tests.running import REPOSITORY, environment, qa

SAMPLES = REPOSITORY / "sample_calls"
GOOD = "call-2026-0002"


def write_wav(path: Path, samples: np.ndarray[Any, Any], rate_hz: int = 8000) -> None:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate_hz, 0, "NONE", ""))
        file.writeframes((samples * 32767).astype("<i2").tobytes())


def write_mp3(path: Path, seconds: float) -> None:
    times = np.arange(int(seconds * 16000)) / 16000
    sound = (0.3 * np.sin(2 * np.pi * 300 * times)).astype(np.float32)[None, :]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mp3", rate=16000, layout="mono")
        frame = av.AudioFrame.from_ndarray(sound, format="fltp", layout="mono")
        frame.sample_rate = 16000
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    """A folder of everything that goes wrong, and one good call."""
    folder = tmp_path / "incoming"
    folder.mkdir()
    (folder / "empty.wav").write_bytes(b"")
    (folder / "text.wav").write_text("this is not a recording\n" * 50)
    write_mp3(folder / "whole.mp3", 12.0)
    whole = (folder / "whole.mp3").read_bytes()
    (folder / "truncated.mp3").write_bytes(whole[: len(whole) // 2])
    (folder / "whole.mp3").unlink()
    (folder / "cut_to_the_header.mp3").write_bytes(whole[:60])
    write_wav(folder / "one_second.wav", np.full(8000, 0.01))
    with wave.open(str(folder / "hour_of_silence.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        for _ in range(60):
            file.writeframes(bytes(2 * 8000 * 60))
    for path in SAMPLES.glob(f"{GOOD}.*"):
        shutil.copy(path, folder)
    return folder


def test_each_bad_file_is_named_and_the_rest_processed(bad: Path, tmp_path: Path) -> None:
    (bad / "secret.wav").write_bytes((bad / "one_second.wav").read_bytes())
    (bad / "secret.wav").chmod(0)
    without_override = [
        *("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all")
    ]
    probe = [*without_override, "cat", str(bad / "secret.wav")]
    restricted = subprocess.run(probe, capture_output=True, check=False).returncode != 0
    done = qa("run", bad, "--data-dir", "data", "--json", cwd=tmp_path, prefix=without_override)
    assert done.returncode == 1, done.stderr
    summary = json.loads(done.stdout)
    reasons = {Path(f["path"]).name: f["reason"] for f in summary["failures"]}
    expected = {"empty.wav", "text.wav", "cut_to_the_header.mp3"} | (
        {"secret.wav"} if restricted else set()
    )
    assert set(reasons) == expected
    assert all(name in reasons[name] for name in reasons)
    assert "empty" in reasons["empty.wav"]
    if restricted:
        assert "permission" in reasons["secret.wav"]
    for name in reasons:
        assert name in done.stderr
    with Store.open_reader(tmp_path / "data" / "calls.duckdb") as reader:
        rows = reader.query("SELECT path, trust, call_id FROM calls").rows
        by_name = {Path(path).name: (trust, call_id) for path, trust, call_id in rows}
        judged = reader.query(
            "SELECT count(*) FROM criterion_results JOIN calls USING (call_id) "
            "WHERE trust = 'reject' AND verdict IN ('met', 'partly_met', 'not_met')"
        ).rows[0][0]
        failed = reader.query("SELECT path, reason FROM failures").rows
    assert by_name[f"{GOOD}.wav"] == ("ok", GOOD)
    assert by_name["one_second.wav"][0] == "reject"
    assert by_name["hour_of_silence.wav"][0] == "reject"
    assert by_name["truncated.mp3"][0] == "reject"
    assert judged == 0
    assert {Path(path).name for path, _ in failed} == set(reasons)


def test_real_recordings_go_through(tmp_path: Path) -> None:
    if not REAL_RECORDINGS.is_dir():
        pytest.skip("the real recordings do not lie beside this checkout")
    done = qa("run", REAL_RECORDINGS, "--data-dir", "data", "--json", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    summary = json.loads(done.stdout)
    assert [Path(f["path"]).name for f in summary["failures"]] == ["missing_header.wav"]
    assert "missing_header.wav" in done.stderr
    with Store.open_reader(tmp_path / "data" / "calls.duckdb") as reader:
        rows = reader.query("SELECT path, layout, channels, trust, call_id FROM calls").rows
        calls = {Path(path).name: (layout, n, trust) for path, layout, n, trust, _ in rows}
        speakers = reader.query(
            "SELECT count(DISTINCT speaker) FROM turns JOIN calls USING (call_id) "
            "WHERE path LIKE '%two_channels%'"
        ).rows
    assert calls["two_channels_16k.wav"][:2] == ("stereo", 2)
    assert speakers == ((2,),)
    assert set(calls) == {
        "dealership_mono_8k.wav",
        "english_then_mandarin_44k.wav",
        "mulaw_16k.wav",
        "two_channels_16k.wav",
    }
    # Small models trained on synthetic speech do not understand people, and must not pretend to.
    assert {name: trust for name, (_, _, trust) in calls.items() if trust == "ok"} == {}
    assert calls["dealership_mono_8k.wav"][2] == "reject"


def says_usage(done: subprocess.CompletedProcess[str], *parts: str) -> None:
    assert done.returncode == 2, (done.returncode, done.stderr)
    assert "Traceback" not in done.stderr
    for part in parts:
        assert part in done.stderr, done.stderr


def test_a_folder_with_no_calls(tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    says_usage(qa("run", "nothing", cwd=tmp_path), "no calls found under nothing")
    says_usage(qa("run", "missing", cwd=tmp_path), "missing: no such file or folder")


def test_an_unknown_profile_names_the_known_ones(tmp_path: Path) -> None:
    done = qa("run", SAMPLES, "--profile", "standart", cwd=tmp_path)
    says_usage(done, "'standart'", "bundled", "did you mean 'standard'")


def test_an_unknown_scorecard_names_the_known_ones(tmp_path: Path) -> None:
    says_usage(qa("run", SAMPLES, "--scorecard", "nope", cwd=tmp_path), "'nope'", "inbound-service")


def test_a_scorecard_with_a_typo_is_refused_with_file_line_and_field(tmp_path: Path) -> None:
    text = (REPOSITORY / "scorecards" / "inbound-service.yaml").read_text(encoding="utf-8")
    lines = text.splitlines()
    number = next(i for i, line in enumerate(lines, 1) if line.strip().startswith("points:"))
    lines[number - 1] = lines[number - 1].replace("points:", "pionts:")
    (tmp_path / "card.yaml").write_text("\n".join(lines), encoding="utf-8")
    done = qa("run", SAMPLES, "--scorecard", "card.yaml", cwd=tmp_path)
    says_usage(done, f"card.yaml:{number}:", "pionts", "points")


def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    (tmp_path / "qa.toml").write_text('proflie = "bundled"\n')
    says_usage(qa("run", SAMPLES, cwd=tmp_path), "qa.toml", "proflie")


def in_own_mounts(script: str) -> list[str]:
    return ["unshare", "-rm", "sh", "-c", f'{script} && exec "$@"', "sh"]


def can_mount(tmp_path: Path) -> bool:
    probe = in_own_mounts(f"mount -t tmpfs -o size=1m none {tmp_path}")
    return subprocess.run([*probe, "true"], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize(
    ("mount", "said"),
    [
        (lambda disk: f"mount -t tmpfs -o size=400k none {disk}", "the disk is full"),
        (lambda disk: f"mount -t tmpfs -o ro none {disk}", "read-only"),
    ],
    ids=["full", "read-only"],
)
def test_a_full_or_read_only_disk_is_said_in_words(
    mount: Callable[[Path], str], said: str, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if not can_mount(disk):
        assert not IN_CI, "CI must allow mount namespaces"
        pytest.skip("mount namespaces are not allowed here")
    done = qa(
        *("run", SAMPLES / f"{GOOD}.wav", "--data-dir", disk),
        cwd=tmp_path,
        prefix=in_own_mounts(mount(disk)),
        env=environment(),
    )
    says_usage(done, str(disk), said)
