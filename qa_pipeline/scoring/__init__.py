"""The centre's own standard, applied to calls: cards, operators, matching, arithmetic.

`load_scorecard` reads a card, `Judge` judges calls by it, `run_card_tests` runs a card's
own tests, `check_card` says where a card is not specific, measurable or timely.
"""

from qa_pipeline.scoring.answers import Answers
from qa_pipeline.scoring.card_tests import CardTestResult, run_card_tests
from qa_pipeline.scoring.doubts import without_transcript
from qa_pipeline.scoring.json_schema import lists_schema, scorecard_schema
from qa_pipeline.scoring.judge import Judge, score_by, score_call
from qa_pipeline.scoring.loading import find_scorecards, load_scorecard, parse_scorecard
from qa_pipeline.scoring.quality import check_card
from qa_pipeline.scoring.references import asks_by_meaning, asks_questions
from qa_pipeline.scoring.schema import Scorecard

__all__ = [
    "Answers",
    "CardTestResult",
    "Judge",
    "Scorecard",
    "asks_by_meaning",
    "asks_questions",
    "check_card",
    "find_scorecards",
    "lists_schema",
    "load_scorecard",
    "parse_scorecard",
    "run_card_tests",
    "score_by",
    "score_call",
    "scorecard_schema",
    "without_transcript",
]
