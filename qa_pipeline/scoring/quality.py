"""Is every criterion Specific, Measurable, Achievable, Relevant and Timely? (``check_card``)

A card that loads is correct; this says where it would be unfair or vague to judge people by it.
"""

from collections.abc import Iterator

from qa_pipeline.language.normalise import pieces
from qa_pipeline.scoring.card_tests import unreadable
from qa_pipeline.scoring.checks import Check, MeasureCheck, Says, ToneCheck
from qa_pipeline.scoring.measure_names import roles_of
from qa_pipeline.scoring.parts import Language
from qa_pipeline.scoring.phrases import compiled
from qa_pipeline.scoring.references import is_phrase, walk
from qa_pipeline.scoring.schema import Criterion, Scorecard

LANGUAGES: tuple[Language, ...] = ("en", "zh")


def check_card(scorecard: Scorecard) -> list[str]:
    """Return what is vague or missing, a sentence each, in the order of the card.

    Reported: a criterion without a window, without a threshold or phrases in a language of the
    card, without a reason that matters to the customer, without an example of pass and fail,
    with a measure of somebody of whom it is not taken, or a share that reads as a fraction;
    phrases that run together; lists and variables that nothing uses; and conversations that
    cannot be read.
    """
    languages = [language for language in LANGUAGES if _speaks(scorecard, language)]
    found: list[str] = []
    for criterion in scorecard.criteria():
        reports = (
            *_relevant(criterion, languages),
            *_timely(criterion),
            *_measurable(scorecard, criterion, languages),
            *_taken_of_nobody(criterion),
            *_fractions(criterion),
            *_exemplified(criterion, languages),
        )
        found += [f"criterion {criterion.id}: {report}" for report in reports]
    return [*found, *_run_together(scorecard), *_unused(scorecard), *unreadable(scorecard)]


def _speaks(card: Scorecard, language: Language) -> bool:
    """Tell whether the card asks its questions in a language."""
    return any(_own(criterion.ask, language) for criterion in card.criteria())


def _own(text: object, language: Language) -> bool:
    return getattr(text, language, None) is not None or (
        language == "en" and getattr(text, "default", None) is not None
    )


def _relevant(criterion: Criterion, languages: list[Language]) -> Iterator[str]:
    if criterion.because is None:
        yield "says not why it matters to the customer (because)"
        return
    for language in languages:
        if not _own(criterion.because, language):
            yield f"its reason (because) is missing in {language}"
        if not _own(criterion.ask, language):
            yield f"its question (ask) is missing in {language}"


def _timely(criterion: Criterion) -> Iterator[str]:
    """Report something that must be said, with no word on when.

    What must never happen, and what is measured, holds for the whole call by its nature.
    """
    if criterion.check is not None and _is_open(criterion.check):
        yield (
            "has no window: when must it be said? (first, last, before, after; "
            "first: 100% for any time in the call)"
        )


def _is_open(check: Check) -> bool:
    """Tell whether something has to be said at no particular time."""
    if check.window is not None:
        return False
    name, body = check.operator()
    if name == "says":
        return bool(body.is_open())
    if name == "count":
        return _is_open(body.of)
    parts = check.of if name == "at_least" else body
    return isinstance(parts, tuple) and any(_is_open(part) for part in parts)


def _measurable(card: Scorecard, criterion: Criterion, languages: list[Language]) -> Iterator[str]:
    for _, part in walk(criterion.check):
        if isinstance(part, Says):
            yield from _has_phrases(card, part, languages)
    measure = criterion.check.measure if criterion.check is not None else None
    for language in languages if measure is not None else ():
        if measure is not None and (
            measure.bounds(language) is None or measure.name.of(language) is None
        ):
            yield f"has no threshold in {language}"


def _has_phrases(card: Scorecard, says: Says, languages: list[Language]) -> Iterator[str]:
    phrases = card.phrases(says, {})
    scripts = {phrase.script for phrase in compiled(phrases, "exact", None).by_text.values()}
    for language in languages:
        by_regex = says.regex is not None and says.regex.of(language) is not None
        if language not in scripts and not by_regex:
            yield f"has no phrase to find in {language}"


def _taken_of_nobody(criterion: Criterion) -> Iterator[str]:
    """Report measures of somebody of whom they are not taken: they would be unscored for ever."""
    for _, part in walk(criterion):
        if not isinstance(part, MeasureCheck):
            continue
        compared = part.than.role if part.than is not None else None
        for role in dict.fromkeys((part.role, compared or part.role)):
            for name in part.name.values():
                known = roles_of(name)
                if role not in known:
                    whose = "the call" if role == "call" else f"the {role}"
                    yield f"{name} is not taken of {whose}: give role: {' or '.join(known)}"


def _fractions(criterion: Criterion) -> Iterator[str]:
    """Report shares such as 0.5, which is half a per cent and reads as a half."""
    for _, part in walk(criterion):
        keys = (
            ("partly_share",)
            if isinstance(part, Criterion)
            else ("at_most", "at_least")
            if isinstance(part, ToneCheck)
            else ()
        )
        for key in keys:
            share = getattr(part, key)
            if share is not None and 0 < share < 1:
                yield (
                    f"{key}: {share:g} is {share:g} per cent; where {100 * share:g} per cent is "
                    f"meant, write {100 * share:g}%"
                )


def _run_together(card: Scorecard) -> Iterator[str]:
    """Report phrases with a comma of Mandarin, which does not end a phrase in YAML."""
    for path, part in walk(card):
        if isinstance(part, str) and is_phrase(path) and any(mark in part for mark in "，、"):
            place = f"list {path[1]}" if path[0] == "lists" else "a check"
            yield (
                f"{place}: {part!r} is one phrase; if several are meant, write ', ' between them, "
                "if one is, leave the comma out"
            )


def _exemplified(criterion: Criterion, languages: list[Language]) -> Iterator[str]:
    if criterion.manual:
        return
    for verdict in ("met", "not_met"):
        scripts = {_script(text) for text in getattr(criterion.examples, verdict)}
        for language in languages:
            if language not in scripts:
                yield f"has no example of {verdict} in {language}"


def _script(text: str) -> Language:
    spoken = text.split("A:")[-1].split("C:")[-1]
    return "zh" if any(piece.script == "zh" for piece in pieces(spoken)) else "en"


def _unused(card: Scorecard) -> Iterator[str]:
    used = {name for _, part in walk(card) if isinstance(part, Says) for name in part.list or ()}
    for name in card.lists:
        if name not in used:
            yield f"list {name}: nothing uses it"
    texts = " ".join(part for _, part in walk(card) if isinstance(part, str))
    for name in card.variables:
        if "{" + name + "}" not in texts:
            yield f"variable {name}: nothing uses it"
