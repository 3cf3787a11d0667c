"""A draft of a card: its file with phrases added and the next version, comments and all."""

import io
from pathlib import Path
from typing import Any

from qa_pipeline.errors import UsageError
from qa_pipeline.scoring.learning import Language, Proposal, Target


def draft_text(
    text: str, file: Path, criterion_id: str, target: Target, accepted: Proposal, version: int
) -> str:
    """Return the text of a card's ``file`` with a phrase added and another version.

    A list that stands in another file (``extends``, ``uses``) is added to with ``add_phrases``.

    Raises:
        UsageError: the check that takes the phrase stands in another file.
    """
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 100
    yaml.indent(mapping=2, sequence=4, offset=2)
    content = yaml.load(text)
    content["version"] = version
    holder, key = _place(content, file, criterion_id, target, accepted)
    _append(holder[key], accepted.phrase, accepted.language)
    out = io.StringIO()
    yaml.dump(content, out)
    return out.getvalue()


def _place(
    content: Any, file: Path, criterion_id: str, target: Target, proposal: Proposal
) -> tuple[Any, str]:
    """Return (holder, key) of the phrases to add to."""
    name = proposal.list_name
    if name is not None:
        if name in content.get("lists", {}):
            return content["lists"], name
        content.setdefault("add_phrases", {}).setdefault(name, {})
        return content["add_phrases"], name
    for section in content.get("sections", ()):
        for criterion in section.get("criteria", ()):
            if criterion.get("id") == criterion_id:
                return _inside(criterion, target.path), "any"
    raise UsageError(
        f"{criterion_id} stands in another file, which {file} extends: add the phrase there"
    )


def _inside(criterion: Any, path: tuple[str | int, ...]) -> Any:
    here = criterion
    for step in path:
        here = here[step]
    return here


def _append(phrases: Any, phrase: str, language: Language) -> None:
    """Append to the phrases of a language, or to those of every language."""
    if isinstance(phrases, list):
        phrases.append(phrase)
    elif language in phrases or "default" not in phrases:
        phrases.setdefault(language, []).append(phrase)
    else:
        phrases["default"].append(phrase)
