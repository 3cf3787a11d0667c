"""What language models have answered about a call: scoring looks it up and asks nobody."""

from collections.abc import Iterable

from qa_pipeline.records import ModelAnswer, ModelQuestion


class Answers:
    """Answers by question, and the questions that there was no answer to.

    Whoever scores a call asks what is ``missing`` and scores it again: the second time the same
    answers give the same result.
    """

    def __init__(self, answers: Iterable[ModelAnswer] = ()) -> None:
        self._known = {answer.question_id: answer for answer in answers}
        self._missing: dict[str, ModelQuestion] = {}

    def of(self, question: ModelQuestion) -> ModelAnswer | None:
        """Return the answer to a question; one that there is none to is noted as missing."""
        answer = self._known.get(question.question_id)
        if answer is None:
            self._missing[question.question_id] = question
        return answer

    @property
    def missing(self) -> tuple[ModelQuestion, ...]:
        """The questions that there was no answer to, in the order they came up."""
        return tuple(self._missing.values())
