"""The parent of every record: frozen, and strict about the fields it takes."""

from functools import lru_cache
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """A frozen value that flows from one stage to the next.

    Times are seconds from the start of the recording, dates are timezone-aware, ids are strings.
    """

    # Errors of validation go to logs and failures: they must not repeat what callers said.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


R = TypeVar("R", bound=Record)


def bare(kind: type[R], /, **fields: Any) -> R:
    """Make a record of what was checked when it was written, without checking it again."""
    made = kind.__new__(kind)
    _set(made, "__dict__", fields)
    _set(made, "__pydantic_fields_set__", _all_fields(kind))
    _set(made, "__pydantic_extra__", None)
    _set(made, "__pydantic_private__", None)
    return made


_set = object.__setattr__


@lru_cache
def _all_fields(kind: type[Record]) -> set[str]:
    """Return the names of a record's fields; nobody changes a frozen record's set."""
    return set(kind.model_fields)
