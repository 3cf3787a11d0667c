"""qa.toml and QA_* variables that cannot be used: one line that names file, line and setting."""

from pathlib import Path

import pytest

from qa_pipeline.errors import UsageError
from qa_pipeline.settings import read_settings
from tests.running import qa


@pytest.fixture
def toml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "qa.toml"


def refusal() -> str:
    with pytest.raises(UsageError) as refused:
        read_settings()
    return str(refused.value)


def test_a_byte_order_mark_is_no_part_of_the_file(toml: Path) -> None:
    toml.write_bytes(b'\xef\xbb\xbfreport_language = "zh"\r\n')
    assert read_settings().report_language == "zh"


@pytest.mark.parametrize(
    ("content", "line", "advice"),
    [
        ('profile = "bundled"\ndata_dir = "/srv\n', 2, "quotes"),
        ('profile = "bundled"\ndata_dir = "/srv', 2, "quotes"),
        ("profile = bundled\n", 1, "quotes"),
        ('data_dir = "D:\\calls"\n', 1, "quotes"),
        ('profile = "bundled"\nvocabulary = ["青藤宽带"]\n'.encode("gb18030"), 2, "UTF-8"),
        ('profile = "bundled"\n'.encode("utf-16"), 1, "UTF-8"),
    ],
)
def test_a_file_that_is_no_toml_is_said_with_its_line(
    content: str | bytes, line: int, advice: str, toml: Path
) -> None:
    toml.write_bytes(content if isinstance(content, bytes) else content.encode())
    said = refusal()
    assert f"{toml}, line {line}:" in said
    assert advice in said


def test_a_file_that_cannot_be_read_is_named(toml: Path) -> None:
    toml.mkdir()
    assert str(toml) in refusal()


def test_every_command_says_it_in_one_line(toml: Path) -> None:
    toml.write_text('data_dir = "/srv\n')
    for command in (("calls", "list"), ("doctor",), ("nightly", ".")):
        done = qa(*command, cwd=toml.parent)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.count("\n") == 1
        assert f"{toml}, line 1:" in done.stderr


def test_an_unknown_setting_is_said_with_what_was_meant(toml: Path) -> None:
    toml.write_text('profle = "bundled"\n\n[redaction]\naudio_margin = 1\n\n[juge]\nuse = "off"\n')
    said = refusal()
    assert f"{toml}, line 1: unknown setting 'profle', did you mean 'profile'?" in said
    assert "line 4: unknown setting 'redaction.audio_margin', did you mean" in said
    assert "'redaction.audio_margin_s'?" in said
    assert "line 6: unknown setting 'juge', did you mean 'judge'?" in said
    toml.write_text("zzz = 1\n")
    assert "docs/configuration.md" in refusal()


def test_a_wrong_value_is_said_with_where_it_comes_from(
    toml: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toml.write_text('[redaction]\nstored_text = ["card",\n  "passport"]\n[judge]\nuse = "endpoint"')
    said = refusal()
    assert f"{toml}, line 2: redaction.stored_text.1: Input should be" in said
    assert f'{toml}, line 4: judge: use = "endpoint" needs endpoint and model' in said
    toml.write_text("batch_calls = 3\n")
    monkeypatch.setenv("QA_BATCH_CALLS", "none")
    assert "QA_BATCH_CALLS: batch_calls: Input should be a valid integer" in refusal()
    monkeypatch.delenv("QA_BATCH_CALLS")
    with pytest.raises(UsageError, match="command line: report_language: Input should be"):
        read_settings(report_language="fr")


@pytest.mark.parametrize("name", ["QA_LANGUAGES", "QA_REDACTION__STORED_TEXT"])
def test_a_variable_that_is_no_json_is_named(
    name: str, toml: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "zh")
    said = refusal()
    assert name in said
    assert '["' in said
