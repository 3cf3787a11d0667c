"""Which scorecard a report or a list is about, as asked for or as configured."""

from contextlib import suppress
from pathlib import Path

from qa_pipeline.errors import UsageError


def card_asked_for(name: str | None) -> str | None:
    """Return the id of a scorecard that is given by its id, its name or the path of its file.

    Raises:
        UsageError: there is no such file, or it is no usable scorecard.
    """
    from qa_pipeline.pipeline import find_scorecard

    if name is None:
        return None
    if Path(name).suffix in (".yaml", ".yml"):
        return find_scorecard(name).scorecard
    return configured_card(name)


def configured_card(name: str) -> str:
    """Return the id of the configured scorecard.

    What is no usable card is taken for an id: its file may be gone since it judged calls.
    """
    from qa_pipeline.pipeline import find_scorecard

    with suppress(UsageError):
        return find_scorecard(name).scorecard
    return name
