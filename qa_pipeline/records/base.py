"""The parent of every record: frozen, and strict about the fields it takes."""

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """A frozen value that flows from one stage to the next.

    Times are seconds from the start of the recording, dates are timezone-aware, ids are strings.
    """

    # Errors of validation go to logs and failures: they must not repeat what callers said.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
