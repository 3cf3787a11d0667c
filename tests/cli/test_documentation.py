"""Every command, option, link and module that the documents name is there."""

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main

from qa_pipeline.cli.app import app
from tests.running import REPOSITORY

PAGES = sorted(
    [
        REPOSITORY / "README.md",
        *(REPOSITORY / "docs").glob("*.md"),
        *(REPOSITORY / "models").glob("*/*/README.md"),
        REPOSITORY / "sample_calls" / "README.md",
    ]
)
NAMES = [str(page.relative_to(REPOSITORY)) for page in PAGES]
COMMAND = re.compile(r"\bqa-pipeline ((?:[^`\n|;&#]|\\\n)+)")
MODULE = re.compile(r"python -m\s+([a-z_.0-9]+)")
LINK = re.compile(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)")


def _code(text: str) -> str:
    """What a page shows as code, a piece a line."""
    return "\n".join(m.group(0) for m in re.finditer(r"(?s)```.*?```|`[^`]+`", text))


def _known() -> dict[str, set[str]]:
    """Every command of the command line with its options."""
    found: dict[str, set[str]] = {}

    def look(command: object, words: tuple[str, ...]) -> None:
        for name, inner in getattr(command, "commands", {}).items():
            look(inner, (*words, name))
        options = {o for p in getattr(command, "params", []) for o in getattr(p, "opts", [])}
        found[" ".join(words)] = options | {"--help"}

    look(typer.main.get_command(app), ())
    return found


def _commands(text: str) -> Iterator[str]:
    """Yield what follows ``qa-pipeline`` in the code of a page."""
    for match in COMMAND.finditer(_code(text)):
        yield match.group(1).strip()


@pytest.mark.parametrize("page", NAMES)
def test_commands_and_options_are_there(page: str) -> None:
    known = _known()
    for line in _commands((REPOSITORY / page).read_text(encoding="utf-8")):
        words = [word for word in line.split() if re.fullmatch(r"[a-z-]+", word)]
        called = " ".join(words[:2]) if " ".join(words[:2]) in known else words[0]
        assert called in known, (page, line)
        for option in re.findall(r"(?<!\S)--[a-z-]+", line):
            assert option in known[called], (page, line, option)


@pytest.mark.parametrize("page", NAMES)
def test_modules_that_are_run_are_there(page: str) -> None:
    for name in MODULE.findall((REPOSITORY / page).read_text(encoding="utf-8")):
        assert importlib.util.find_spec(name.rstrip(".")) is not None, (page, name)


@pytest.mark.parametrize("page", NAMES)
def test_links_lead_somewhere(page: str) -> None:
    here = REPOSITORY / page
    for target, anchor in LINK.findall(here.read_text(encoding="utf-8")):
        file = (here.parent / target).resolve() if target else here
        assert file.exists(), (page, target)
        if anchor:
            assert anchor in _anchors(file), (page, target, anchor)


def test_the_commands_of_the_documents_are_found() -> None:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    assert "report coaching" in list(_commands(readme))
    assert len(list(_commands(readme))) > 10


def test_every_page_is_named_where_one_begins_to_read() -> None:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    for page in (REPOSITORY / "docs").glob("*.md"):
        assert f"(docs/{page.name})" in readme, page.name


def test_every_command_is_told_of_outside_of_the_list_of_commands() -> None:
    pages = [page for page in PAGES if page.name != "commands.md"]
    told = [line for page in pages for line in _commands(page.read_text(encoding="utf-8"))]
    for command in filter(None, _known()):
        if not any(name.startswith(f"{command} ") for name in _known()):
            assert any(f"{line} ".startswith(f"{command} ") for line in told), command


def _anchors(file: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"(?m)^#+ (.+)$", file.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
