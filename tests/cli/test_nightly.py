"""What is wrong beforehand is said at once, not by the flow's server after minutes."""

from pathlib import Path
from zoneinfo import available_timezones

import pytest

from flows.nightly import schedule
from qa_pipeline.cli.nightly import local_zone
from tests.running import REPOSITORY, qa
from tests.store.disks import make_read_only, mounted

SAMPLES = REPOSITORY / "sample_calls"


def refused(*arguments: str | Path, cwd: Path) -> str:
    done = qa(*arguments, cwd=cwd, timeout_s=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


@pytest.mark.parametrize("command", [("nightly", SAMPLES), ("demo",)])
def test_a_data_folder_that_is_a_file_is_said_at_once(
    command: tuple[str | Path, ...], tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("")
    for folder in ("taken", "taken/below"):
        said = refused(*command, "--data-dir", folder, cwd=tmp_path)
        assert folder in said
        assert "choose another folder" in said


@pytest.mark.parametrize("command", [("nightly", SAMPLES), ("demo",)])
@pytest.mark.parametrize(
    ("options", "said"), [("size=1m", "the disk is full"), ("size=64m", "read-only")]
)
def test_a_disk_that_takes_nothing_is_said_at_once(
    command: tuple[str | Path, ...], options: str, said: str, tmp_path: Path
) -> None:
    with mounted(tmp_path / "disk", options) as disk:
        if said == "read-only":
            make_read_only(disk)
        assert said in refused(*command, "--data-dir", disk / "data", cwd=tmp_path)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nope",), "nope: no such file or folder"),
        ((SAMPLES, "--scorecard", "nope"), "there is no scorecard 'nope'"),
        ((SAMPLES, "--profile", "nope"), "'nope'"),
        ((SAMPLES, "--metadata", "nope.csv"), "nope.csv"),
    ],
)
def test_what_cannot_be_run_is_said_at_once(
    arguments: tuple[str | Path, ...], said: str, tmp_path: Path
) -> None:
    assert said in refused("nightly", *arguments, cwd=tmp_path)


def test_a_schedule_is_not_begun_with_settings_that_cannot_work(tmp_path: Path) -> None:
    (tmp_path / "qa.toml").write_text('file_name_pattern = "{agnt_id}"\n')
    said = refused("nightly", ".", "--serve", "--cron", "0 1 * * *", cwd=tmp_path)
    assert "agnt_id" in said


def test_a_schedule_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    said = refused("nightly", ".", "--serve", "--cron", "at one", cwd=tmp_path)
    assert "--cron 'at one'" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("given", "zone"), [("Asia/Shanghai", "Asia/Shanghai"), (":Europe/London", "Europe/London")]
)
def test_a_schedule_goes_by_the_clock_of_this_machine(
    given: str, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", given)
    kept = schedule("0 1 * * *", local_zone())
    assert (kept.cron, kept.timezone) == ("0 1 * * *", zone)


def test_without_a_zone_in_the_environment_the_machine_has_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("TZ", raising=False)
    assert local_zone() in available_timezones()
    monkeypatch.setenv("TZ", "nowhere")
    assert local_zone() in available_timezones()
