"""A draft of a card: its file with phrases added and the next version, comments and all."""

import io
from copy import deepcopy
from pathlib import Path
from typing import Any

from qa_pipeline.errors import UsageError
from qa_pipeline.scoring.learning import Proposal
from qa_pipeline.scoring.phrase_places import Language


def draft_text(text: str, file: Path, criterion_id: str, accepted: Proposal, version: int) -> str:
    """Return the text of a card's ``file`` with a phrase added and another version.

    A list that stands in another file (``extends``, ``uses``) is added to with ``add_phrases``.
    What other parts of the file share with the place by an anchor stays as it is for them.

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
    if accepted.list_name is not None:
        holder, key = _list(content, accepted.list_name), accepted.list_name
    else:
        holder, key = _check(content, file, criterion_id, accepted), "any"
    _append(holder, key, accepted.phrase, accepted.language)
    out = io.StringIO()
    yaml.dump(content, out)
    return out.getvalue()


def _list(content: Any, name: str) -> Any:
    """Return the lists, of the file or that it adds to, of which one takes the phrase."""
    if name in content.get("lists", {}):
        return _own(content, "lists")
    content.setdefault("add_phrases", {}).setdefault(name, {})
    return _own(content, "add_phrases")


def _check(content: Any, file: Path, criterion_id: str, accepted: Proposal) -> Any:
    """Return the ``says`` that takes the phrase."""
    for i, section in enumerate(content.get("sections", ())):
        for j, criterion in enumerate(section.get("criteria", ())):
            if criterion.get("id") == criterion_id and accepted.path[0] in criterion:
                here = content
                for step in ("sections", i, "criteria", j, *accepted.path):
                    here = _own(here, step)
                return here
    raise UsageError(
        f"{criterion_id} stands in another file, which {file} extends: add the phrase there"
    )


def _own(holder: Any, step: str | int) -> Any:
    """Return a part of a card, taken apart from others that share it by an anchor."""
    part = holder[step]
    if getattr(getattr(part, "anchor", None), "value", None) is not None:
        part = deepcopy(part)
        part.anchor.value = None
        holder[step] = part
    return part


def _append(holder: Any, key: str, phrase: str, language: Language) -> None:
    """Append to the phrases of a language, or to those of every language."""
    phrases = _own(holder, key)
    if isinstance(phrases, dict):
        every = language not in phrases and "default" in phrases
        holder, key = phrases, "default" if every else language
        phrases = _own(holder, key) if key in holder else []
    if isinstance(phrases, list):
        phrases.append(phrase)
        holder[key] = phrases
    else:  # one phrase may stand alone
        holder[key] = [phrases, phrase]
