"""Scoring with a language model beside it: what the cards ask is asked, then scored once more.

Scoring itself asks nobody. It notes the questions that it has no answer to; they are put to the
model here, and the call is scored again with the answers, which are kept with it.
"""

import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from qa_pipeline.language.meaning import Meanings
from qa_pipeline.language_model import PROMPT_VERSION, LanguageModel, ask_model, unanswered
from qa_pipeline.records import (
    NOT_ANSWERED,
    CallMetadata,
    Conversation,
    Measures,
    ModelAnswer,
    ModelProblem,
    ModelQuestion,
    ScoredCall,
)
from qa_pipeline.scoring import Answers, Judge, Scorecard, score_by
from qa_pipeline.settings import JudgeSettings

GIVE_UP_AFTER = 3
"""Questions in a row without an answer after which a run asks no more: a night is not spent on
waiting for a machine that is off."""
_MOST_ROUNDS = 20
"""Answers can bring up new questions (one decides whether another applies); not without end."""


@dataclass(frozen=True)
class JudgedCall:
    """A call scored by every card, and what a language model answered on the way."""

    scored: tuple[ScoredCall, ...]
    answers: tuple[ModelAnswer, ...] = ()

    @property
    def is_final(self) -> bool:
        """Tell whether nothing would change if the model were asked again."""
        return not any(answer.problem in NOT_ANSWERED for answer in self.answers)


class _OfThread(threading.local):
    """The judges of a thread: they remember what cards look for, one call at a time."""

    asked: tuple[object, ...] = ()
    judges: tuple[Judge, ...] = ()


class Judging:
    """Scores calls of a run; puts questions to a language model where there is one."""

    def __init__(self, model: LanguageModel | None = None, parallel: int = 1) -> None:
        self._model = model
        self._parallel = parallel
        self._in_vain = 0
        self._notes: list[str] = []
        self._mine = _OfThread()

    def score(
        self,
        cards: Sequence[Scorecard],
        conversation: Conversation,
        measures: Measures | None,
        metadata: CallMetadata | None,
        meanings: Meanings | None = None,
    ) -> JudgedCall:
        """Score a call by every card. Never fails for what the model does or does not do."""
        known: tuple[ModelAnswer, ...] = ()
        judges = self._judges(cards, meanings)
        for _ in range(_MOST_ROUNDS):
            answers = Answers(known)
            scored = score_by(judges, conversation, measures, metadata, answers)
            if self._model is None or not answers.missing:
                break
            known = (*known, *self._ask(self._model, answers.missing, conversation))
        return JudgedCall(scored, known)

    def _judges(self, cards: Sequence[Scorecard], meanings: Meanings | None) -> tuple[Judge, ...]:
        """Return this thread's judges: those of the call before, where they are of these cards."""
        mine, asked = self._mine, (meanings, *cards)
        if [*map(id, mine.asked)] != [*map(id, asked)]:
            mine.asked, mine.judges = asked, tuple(Judge(card, meanings) for card in cards)
        return mine.judges

    def notes(self) -> list[str]:
        """Return what a person should know of the model, each thing once a run."""
        notes, self._notes = self._notes, []
        return notes

    def _ask(
        self, model: LanguageModel, questions: Sequence[ModelQuestion], conversation: Conversation
    ) -> list[ModelAnswer]:
        """Ask several questions about a call at once; the answers come in their order."""
        if self._in_vain >= GIVE_UP_AFTER:
            return [self._left_out(model, question) for question in questions]
        with ThreadPoolExecutor(self._parallel, thread_name_prefix="ask") as pool:
            answers = list(pool.map(lambda q: ask_model(model, q, conversation), questions))
        for answer in answers:
            self._in_vain = self._in_vain + 1 if answer.problem in NOT_ANSWERED else 0
            if self._in_vain == GIVE_UP_AFTER:
                self._notes.append(
                    f"the language model {model.name} gives no answers "
                    f"({answer.problem}: {answer.detail}) and is asked no more in this run; what "
                    "only it can answer stays unscored. The next run processes these calls again"
                )
        return answers

    def _left_out(self, model: LanguageModel, question: ModelQuestion) -> ModelAnswer:
        problem: ModelProblem = "no_connection"
        return unanswered(model, question, problem, "asked no more in this run")


def kept_answers(answers: Iterable[ModelAnswer], judge: JudgeSettings) -> Answers:
    """Return the kept answers that count when a call is scored again.

    Those to today's prompt and, where an endpoint is switched on, of its model. What was not
    answered is left out, so that the reason says what to do.
    """
    model = judge.model if judge.use == "endpoint" else None
    return Answers(
        answer
        for answer in answers
        if answer.prompt_version == PROMPT_VERSION
        and model in (None, answer.model)
        and answer.problem not in NOT_ANSWERED
    )
