"""What the tests of kept sentences share."""

import re
from string import Formatter

from qa_pipeline.language.kept_sentences import Sentence


def fields(sentence: str) -> set[str]:
    """The fields in braces of a sentence."""
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def assert_the_same_in_both_languages(sentence: Sentence, *names: str) -> None:
    """Both have the same fields, and no English stands in the Mandarin but ``names``."""
    assert fields(sentence.en) == fields(sentence.zh)
    left = re.sub(r"\{\w+\}", "", sentence.zh)
    for name in names:
        left = left.replace(name, "")
    assert not re.search(r"[A-Za-z]", left)
