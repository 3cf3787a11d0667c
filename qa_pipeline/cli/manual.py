"""The manual of all commands, made from the commands themselves.

``uv run python -m qa_pipeline.cli.manual > docs/commands.md``; a test compares the two.
"""

from collections.abc import Iterator
from typing import Any

import typer

_TOP = "# Commands\n\nMade by `python -m qa_pipeline.cli.manual`; do not edit by hand.\n"


def as_markdown() -> str:
    """Return the manual: every command with what it does, its arguments and options."""
    from qa_pipeline.cli.app import app

    parts = [_TOP]
    for name, command in _commands(typer.main.get_command(app), "qa-pipeline"):
        parts.append(f"\n## `{name}`\n\n{_prose(command)}\n")
        rows = [row for parameter in command.params if (row := _row(parameter))]
        if rows:
            parts.append("\n| argument or option | meaning |\n|---|---|\n" + "".join(rows))
    return "".join(parts)


def _commands(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    children = getattr(command, "commands", None)
    if children is None:
        yield name, command
        return
    for child_name, child in children.items():
        yield from _commands(child, f"{name} {child_name}")


def _prose(command: Any) -> str:
    paragraphs = (command.help or "").strip().split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _row(parameter: Any) -> str | None:
    if parameter.name == "help":
        return None
    shown = ", ".join(parameter.opts) if parameter.opts[0].startswith("-") else parameter.name
    meaning = (getattr(parameter, "help", "") or "").replace("|", "\\|")
    return f"| `{shown.upper() if not shown.startswith('-') else shown}` | {meaning} |\n"


if __name__ == "__main__":
    typer.echo(as_markdown(), nl=False)
