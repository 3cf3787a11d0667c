"""The doctor finds what a run would be refused for."""

from pathlib import Path
from typing import Any

import pytest

from qa_pipeline.cli import health
from qa_pipeline.cli.health import Finding
from qa_pipeline.settings import read_settings
from tests.running import qa


def found(**settings: Any) -> dict[str, Finding]:
    return {
        finding.what: finding for finding in health.settings_findings(read_settings(**settings))
    }


def test_settings_that_no_night_can_run_with_are_problems(tmp_path: Path) -> None:
    (tmp_path / "qa.toml").write_text(
        'scorecard = "nope"\nfile_name_pattern = "{agnt_id}"\n'
        '[judge]\nuse = "endpoint"\nendpoint = "http://8.8.8.8/v1"\nmodel = "m"\n'
    )
    done = qa("doctor", cwd=tmp_path)
    assert done.returncode == 2
    problems = [line for line in done.stdout.splitlines() if line.startswith("problem")]
    assert [line.split(": ")[0] for line in problems] == [
        "problem  scorecard nope",
        "problem  file_name_pattern",
        "problem  judge",
    ]
    assert "inbound-service" in problems[0]
    assert "agnt_id" in problems[1]
    assert "8.8.8.8" in problems[2]


def test_a_broken_scorecard_is_a_problem(tmp_path: Path) -> None:
    card = tmp_path / "card.yaml"
    card.write_text("scorecard: [", encoding="utf-8")
    finding = found(scorecard=str(card))[f"scorecard {card}"]
    assert finding.level == "problem"
    assert "card.yaml" in finding.said


def test_what_can_be_used_is_fine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert [f.level for f in found().values()] == ["fine"]
    Path("qa.toml").write_text(
        'file_name_pattern = "{agent_id}_{started_at:%Y%m%d}"\n'
        '[judge]\nuse = "endpoint"\nendpoint = "http://127.0.0.1:8000/v1"\nmodel = "m"\n'
    )
    all_fine = found()
    assert list(all_fine) == ["scorecard inbound-service", "file_name_pattern", "judge"]
    assert {finding.level for finding in all_fine.values()} == {"fine"}
    assert "127.0.0.1" in all_fine["judge"].said


def test_a_profile_without_a_language_model_is_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("qa.toml").write_text('[judge]\nuse = "profile"\n')
    assert "bundled" in found()["judge"].said
    assert found()["judge"].level == "problem"


def test_a_data_folder_that_is_a_file_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    done = qa("doctor", "--data-dir", "taken/below", cwd=tmp_path)
    assert done.returncode == 2
    assert f"problem  disk: {tmp_path / 'taken'} is a file" in done.stdout
