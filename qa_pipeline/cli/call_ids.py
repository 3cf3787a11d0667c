"""Which call a person means, by the id that it has now or the one that it had before."""

from typing import TYPE_CHECKING

from qa_pipeline.cli.output import say
from qa_pipeline.errors import UsageError

if TYPE_CHECKING:
    from qa_pipeline.store import StoreReader


def call_meant(reader: "StoreReader", call_id: str) -> str:
    """Return the id that a call has now, and say so where another was given.

    Raises:
        UsageError: there is no such call in the store.
    """
    today = reader.ids_of_today([call_id]).get(call_id)
    if today is None:
        raise UsageError(
            f"there is no call {call_id!r} in {reader.path}; see: qa-pipeline calls list"
        )
    if call_id != today:
        say(f"The call {call_id} is called {today} now: its metadata came later.")
    return today
