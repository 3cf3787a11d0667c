"""Quotes of a report without what identifies people, whatever the store keeps.

Each call is looked at as a whole, since the words around a number decide what it is.
"""

from collections.abc import Collection
from typing import Any, TypeVar

from qa_pipeline.privacy import Redaction, redact_conversation, redact_text
from qa_pipeline.records import SensitiveKind
from qa_pipeline.records.base import Record
from qa_pipeline.store.figures import Example, Waiting
from qa_pipeline.store.reader import StoreReader

R = TypeVar("R", bound=Record)


def redacted(report: R, reader: StoreReader, kinds: Collection[SensitiveKind]) -> R:
    """Return a report whose quotes, reasons and surroundings are redacted."""
    return _Redactor(reader, kinds).record(report) if kinds else report


class _Redactor:
    def __init__(self, reader: StoreReader, kinds: Collection[SensitiveKind]) -> None:
        self._reader = reader
        self._kinds = kinds
        self._calls: dict[str, Redaction | None] = {}

    def record(self, record: R) -> R:
        """Return a record with all in it redacted that repeats what was said."""
        if isinstance(record, Example):
            return self._example(record)  # type: ignore[return-value]
        if isinstance(record, Waiting):
            return self._waiting(record)  # type: ignore[return-value]
        changed = {}
        for name in type(record).model_fields:
            before = getattr(record, name)
            after = self._value(before)
            if after is not before:
                changed[name] = after
        return record.model_copy(update=changed) if changed else record

    def _value(self, value: Any) -> Any:
        if isinstance(value, Record):
            return self.record(value)
        if isinstance(value, tuple):
            new = tuple(self._value(item) for item in value)
            return new if any(a is not b for a, b in zip(new, value, strict=True)) else value
        return value

    def _example(self, example: Example) -> Example:
        if example.judged_by == "people":  # who may have written anything
            reason = redact_text(example.reason, self._kinds, example.language)
            example = example.model_copy(update={"reason": reason})
        redaction = self._redaction(example.call_id)
        if redaction is None:
            return example
        evidence = tuple(redaction.evidence(piece) for piece in example.evidence)
        said = tuple(
            line.model_copy(update={"text": redaction.text(line.utterance_id, line.text)})
            for line in example.said
        )
        reason = redaction.reason(example.reason, example.evidence)
        return example.model_copy(update={"evidence": evidence, "said": said, "reason": reason})

    def _waiting(self, waiting: Waiting) -> Waiting:
        redaction = self._redaction(waiting.call_id)
        if redaction is None:
            return waiting
        reasons = tuple(redaction.reason(reason, ()) for reason in waiting.reasons)
        return waiting.model_copy(update={"reasons": reasons})

    def _redaction(self, call_id: str) -> Redaction | None:
        """Return what was found in a call; ``None`` where there is nothing to redact."""
        if call_id not in self._calls:
            call = self._reader.read_call(call_id)
            found = redact_conversation(call.conversation, self._kinds) if call else None
            self._calls[call_id] = found if found and found.changed else None
        return self._calls[call_id]
