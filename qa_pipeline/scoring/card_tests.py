"""Running the tests that a card carries: its test conversations and its examples."""

from collections.abc import Collection, Iterator

from qa_pipeline.errors import ScorecardError
from qa_pipeline.language.meaning import Meanings
from qa_pipeline.records import Verdict
from qa_pipeline.records.base import Record
from qa_pipeline.scoring.judge import Judge
from qa_pipeline.scoring.references import asks_by_meaning
from qa_pipeline.scoring.schema import VERDICTS, CardTest, Criterion, Scorecard
from qa_pipeline.scoring.scripts import Scene, language_of, read_script


class CardTestResult(Record):
    """What one test of a card expected of a criterion, and what the card found."""

    test: str
    criterion_id: str
    expected: Verdict
    found: Verdict
    reason: str
    language: str
    """Language of the conversation, ISO 639-1."""
    not_tried: bool = False
    """Whether the criterion compares meanings, no model for the conversation's language is on
    this machine, and therefore nothing was found out."""

    @property
    def passed(self) -> bool:
        """Tell whether the card gave the verdict it must give."""
        return self.expected == self.found

    @property
    def failed(self) -> bool:
        """Tell whether the card gave another verdict than it must."""
        return not self.passed and not self.not_tried


def run_card_tests(scorecard: Scorecard, meanings: Meanings | None = None) -> list[CardTestResult]:
    """Run every test and every example of a card, in the order of the card.

    Raises:
        ScorecardError: a conversation cannot be read; the message names test and line.
    """
    return [r for test in _all_tests(scorecard) for r in _run(scorecard, test, meanings)]


def unreadable(scorecard: Scorecard) -> list[str]:
    """Return what cannot be read in the conversations of tests and examples, one line each."""
    found: list[str] = []
    for test in _all_tests(scorecard):
        try:
            _scene(test, scorecard)
        except ScorecardError as error:
            found.append(str(error))
    return found


def _all_tests(scorecard: Scorecard) -> Iterator[CardTest]:
    """Yield the tests of a card, then its examples."""
    yield from scorecard.tests
    for criterion in scorecard.criteria():
        yield from _examples(criterion)


def _scene(test: CardTest, scorecard: Scorecard) -> Scene:
    """Read a test's conversation."""
    return read_script(conversation_of(test, scorecard), f"test {test.name!r}", test.metadata)


def _examples(criterion: Criterion) -> Iterator[CardTest]:
    """Yield the examples of a criterion as tests."""
    for verdict in VERDICTS:
        for number, text in enumerate(getattr(criterion.examples, verdict), start=1):
            yield CardTest.model_validate(
                {
                    "name": f"example {criterion.id} {verdict} {number}",
                    "conversation": text,
                    "expect": {criterion.id: verdict},
                }
            )


def _run(scorecard: Scorecard, test: CardTest, meanings: Meanings | None) -> list[CardTestResult]:
    scene = _scene(test, scorecard)
    results = Judge(scorecard, meanings).criteria(
        scene.conversation, scene.measures, scene.metadata, only=test.expect
    )
    found = {result.criterion_id: result for result in results}
    language = scene.conversation.language
    lacking = () if meanings and meanings.understands(language) else _by_meaning(scorecard)
    return [
        CardTestResult(
            test=test.name,
            criterion_id=criterion_id,
            expected=expected,
            found=found[criterion_id].verdict,
            reason=found[criterion_id].reason,
            language=language,
            not_tried=criterion_id in lacking
            and found[criterion_id].verdict == "unscored" != expected,
        )
        for criterion_id, expected in test.expect.items()
    ]


def _by_meaning(scorecard: Scorecard) -> Collection[str]:
    """Return the ids of the criteria that compare meanings."""
    return {c.id for c in scorecard.criteria() if asks_by_meaning(c)}


def conversation_of(test: CardTest, scorecard: Scorecard) -> str:
    """Return a test's conversation, the first word of each variable in its language put in.

    So an example holds for every card that puts another brand in the place of this one.
    """
    conversation = test.conversation
    language = language_of(conversation)
    for name, words in scorecard.variables.items():
        conversation = conversation.replace("{" + name + "}", words.or_first(language)[0])
    return conversation
