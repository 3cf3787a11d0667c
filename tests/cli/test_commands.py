"""Every command as a user types it, on the store of the demo."""

import json
import subprocess
from pathlib import Path

import pytest

from qa_pipeline.cli.manual import as_markdown
from qa_pipeline.cli.output import print_table
from qa_pipeline.errors import UsageError
from qa_pipeline.settings import read_settings
from tests.running import COMMAND, REPOSITORY, DemoRun, environment, qa, qa_json

CALL = "call-2026-0002"


def ran(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_manual_is_what_the_commands_say() -> None:
    written = (REPOSITORY / "docs" / "commands.md").read_text(encoding="utf-8")
    assert written == as_markdown(), "run: python -m qa_pipeline.cli.manual > docs/commands.md"


def test_every_setting_is_documented() -> None:
    text = (REPOSITORY / "docs" / "configuration.md").read_text(encoding="utf-8")
    for name in type(read_settings()).model_fields:
        assert f"`{name}`" in text, name


def test_settings_come_from_the_command_line_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("qa.toml").write_text('profile = "standard"\nbatch_calls = 3\n')
    monkeypatch.setenv("QA_BATCH_CALLS", "5")
    settings = read_settings(profile="accurate")
    assert (settings.profile, settings.batch_calls) == ("accurate", 5)
    assert settings.store_path == Path("qa_data/calls.duckdb")
    monkeypatch.setenv("QA_BATCH_CALLS", "none")
    with pytest.raises(UsageError, match="batch_calls"):
        read_settings()


def test_tables_line_up_with_wide_characters(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["name", "n"], [("青藤", 1), ("x", None)])
    assert capsys.readouterr().out.splitlines() == ["name  n", "青藤  1", "x     -"]


def test_a_reader_that_has_seen_enough_is_no_failure() -> None:
    with subprocess.Popen(
        [*COMMAND, "scorecards", "schema"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        text=True,
    ) as reading:
        assert reading.stdout is not None
        assert reading.stderr is not None
        reading.stdout.close()
        said = reading.stderr.read()
        assert (reading.wait(60), said) == (0, "")


def test_calls_are_listed(demo: DemoRun) -> None:
    where = ("--data-dir", demo.data_dir)
    calls = qa_json("calls", "list", *where, cwd=demo.folder)["calls"]
    assert len(calls) == 20
    assert CALL in ran(qa("calls", "list", *where, cwd=demo.folder))
    only = qa_json("calls", "list", "--agent", calls[0]["agent_id"], *where, cwd=demo.folder)
    assert 0 < len(only["calls"]) < 20


def test_a_call_is_shown_with_verdicts_and_evidence(demo: DemoRun) -> None:
    said = ran(qa("calls", "show", CALL, "--data-dir", demo.data_dir, cwd=demo.folder))
    assert "Trust: " in said
    assert "agent " in said
    assert "customer " in said
    assert "inbound-service version 1" in said
    assert '] agent: "' in said
    call = qa_json("calls", "show", CALL, "--data-dir", demo.data_dir, cwd=demo.folder)
    judged = [
        result
        for result in call["scored"][0]["criteria"]
        if result["verdict"] in ("met", "partly_met", "not_met")
    ]
    assert judged
    assert all(result["evidence"] and result["reason"] for result in judged)


def test_an_unknown_call_is_said_in_words(demo: DemoRun) -> None:
    done = qa("calls", "show", "nope", "--data-dir", demo.data_dir, cwd=demo.folder)
    assert done.returncode == 2
    assert "'nope'" in done.stderr


@pytest.mark.parametrize(
    ("format_", "sign"),
    [
        ("json", '"format"'),
        ("srt", " --> "),
        ("vtt", "WEBVTT"),
        ("rttm", "SPEAKER "),
        ("textgrid", "ooTextFile"),
    ],
)
def test_a_call_is_exported(format_: str, sign: str, demo: DemoRun) -> None:
    where = ("--data-dir", demo.data_dir)
    assert sign in ran(qa("calls", "export", CALL, "--format", format_, *where, cwd=demo.folder))


@pytest.mark.parametrize("format_", ["json", "vtt", "srt"])
def test_an_exported_transcript_scores_without_its_audio(
    format_: str, demo: DemoRun, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    output = tmp_path / "in" / f"{CALL}.{format_}"
    where = ("--data-dir", demo.data_dir)
    ran(qa("calls", "export", CALL, "--format", format_, "--output", output, *where, cwd=tmp_path))
    meta = (REPOSITORY / "sample_calls" / f"{CALL}.meta.json").read_text(encoding="utf-8")
    (tmp_path / "in" / f"{CALL}.meta.json").write_text(meta, encoding="utf-8")
    summary = qa_json("run", "in", cwd=tmp_path)
    assert summary["processed"] == 1, summary
    from_audio = qa_json("calls", "show", CALL, *where, cwd=tmp_path)
    from_text = qa_json("calls", "show", CALL, cwd=tmp_path)
    of_words = ("greeting.", "closure.", "handling.identity", "handling.resolution")
    for heard, read in zip(
        from_audio["scored"][0]["criteria"], from_text["scored"][0]["criteria"], strict=True
    ):
        if heard["criterion_id"].startswith(of_words):
            assert (read["criterion_id"], read["verdict"]) == (
                heard["criterion_id"],
                heard["verdict"],
            )


def test_scorecards_are_listed_checked_and_tested(tmp_path: Path) -> None:
    cards = qa_json("scorecards", "list", cwd=tmp_path)["scorecards"]
    assert "inbound-service" in [card["scorecard"] for card in cards]
    checked = ran(qa("scorecards", "check", "inbound-service", cwd=tmp_path))
    assert checked == "inbound-service version 1, 4 sections, 20 criteria: can be used.\n"
    assert "0 failed" in ran(qa("scorecards", "test", "inbound-service", cwd=tmp_path))


@pytest.mark.parametrize("kind", ["monitoring", "coaching"])
def test_reports_are_written(kind: str, demo: DemoRun, tmp_path: Path) -> None:
    files = qa_json(
        *("report", kind, "--output", tmp_path, "--data-dir", demo.data_dir), cwd=demo.folder
    )["files"]
    suffixes = {Path(path).suffix for path in files}
    assert suffixes == {".html", ".xlsx", ".csv", ".json"}
    for path in map(Path, files):  # a table of failures may hold no more than its header
        assert path.stat().st_size > (10 if path.suffix == ".csv" else 500), path


def test_reports_are_written_in_the_language_of_their_readers(
    demo: DemoRun, tmp_path: Path
) -> None:
    def page(*options: str) -> str:
        where = ("--format", "html", "--output", tmp_path, "--data-dir", demo.data_dir)
        [file] = qa_json("report", "monitoring", *where, *options, cwd=tmp_path)["files"]
        return Path(file).read_text(encoding="utf-8")

    assert '<html lang="en">' in page()
    (tmp_path / "qa.toml").write_text('report_language = "zh"\n')
    assert '<html lang="zh-Hans">' in page()
    assert "通话质量：监控" in page()
    assert "Call quality: monitoring" in page("--report-language", "en")
    wrong = qa("report", "monitoring", "--report-language", "fr", cwd=tmp_path)
    assert wrong.returncode == 2
    assert "report_language: Input should be 'en' or 'zh'" in wrong.stderr


def test_a_wrong_day_is_said_in_words(demo: DemoRun) -> None:
    done = qa("report", "coaching", "--since", "yesterday", cwd=demo.folder)
    assert done.returncode == 2
    assert "2026-05-31" in done.stderr


def test_models_are_listed_and_verified(tmp_path: Path) -> None:
    profiles = {row["profile"] for row in qa_json("models", "list", cwd=tmp_path)["models"]}
    assert profiles == {"bundled", "standard", "accurate", "paraformer", "sensevoice"}
    assert qa_json("models", "verify", cwd=tmp_path)["problems"] == []
    unpulled = qa("models", "verify", "standard", cwd=tmp_path)
    assert unpulled.returncode == 2


def test_pull_asks_the_hub_and_says_when_it_cannot_be_reached(tmp_path: Path) -> None:
    nowhere = environment(HF_ENDPOINT="http://127.0.0.1:9", XDG_CACHE_HOME=str(tmp_path))
    done = qa("models", "pull", "accurate", cwd=tmp_path, env=nowhere)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "offline mode" not in done.stderr.lower()
    assert "complete" in ran(qa("models", "pull", "bundled", cwd=tmp_path))


def test_the_store_answers_sql_but_is_not_changed_by_it(demo: DemoRun) -> None:
    where = ("--data-dir", demo.data_dir)
    rows = qa_json("store", "query", "SELECT count(*) AS n FROM calls", *where, cwd=demo.folder)
    assert rows == {"rows": [{"n": 20}]}
    refused = qa("store", "query", "DELETE FROM calls", *where, cwd=demo.folder)
    assert refused.returncode == 2
    assert qa_json("store", "info", *where, cwd=demo.folder)["calls"] == 20


def test_the_doctor_finds_nothing_wrong_here(demo: DemoRun) -> None:
    done = qa("doctor", "--json", "--data-dir", demo.data_dir, cwd=demo.folder)
    findings = {f["what"]: f for f in json.loads(done.stdout)["findings"]}
    assert set(findings) == {
        *("GPU", "models of profile bundled", "disk", "store", "telemetry"),
        "scorecard inbound-service",
    }
    assert findings["telemetry"]["level"] == "fine"
    assert findings["models of profile bundled"]["level"] == "fine"


def test_the_doctor_finds_a_store_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "calls.duckdb").write_text("not a database")
    done = qa("doctor", "--store", "calls.duckdb", cwd=tmp_path)
    assert done.returncode == 2
    assert "problem  store" in done.stdout
