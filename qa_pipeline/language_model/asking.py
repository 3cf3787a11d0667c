"""Asking a model a question about a call, and believing only what its quotes prove.

A quote counts where its words follow one another in the line that it names, compared as phrases of
scorecards are: capitals, punctuation, digits, fillers and forms of characters make no difference.
What is kept is the piece of the line, not the model's writing of it.
"""

from collections.abc import Sequence

from qa_pipeline.language.normalise import Script, pieces
from qa_pipeline.language_model.prompt import PROMPT_VERSION, prompt_for, prompt_hash
from qa_pipeline.language_model.protocol import LanguageModel, NoAnswerError
from qa_pipeline.language_model.reply import RawQuote, RawReply, read_reply
from qa_pipeline.records import (
    Conversation,
    ModelAnswer,
    ModelProblem,
    ModelQuestion,
    ModelQuote,
    Utterance,
)

MAX_CHARACTERS = 40_000
"""Characters of a call that are put into one question: half an hour of talk. What does not fit is
not asked: a call that is cut off cannot be judged."""
MIN_PIECES = 2
"""Words or characters that a quote has at least, unless the line is shorter."""


def ask_model(
    model: LanguageModel, question: ModelQuestion, conversation: Conversation
) -> ModelAnswer:
    """Return the model's answer to a question about a call. Never raises for what it answers.

    One question, one answer: an answer that does not count is not asked for again until it does.
    """
    wanted = set(question.utterance_ids)
    lines = [u for u in conversation.utterances if u.utterance_id in wanted]
    version = ""
    try:
        if sum(len(line.text) for line in lines) > MAX_CHARACTERS:
            raise NoAnswerError("too_long", f"more than {MAX_CHARACTERS} characters")
        completion = model.complete(prompt_for(question, lines))
        version = completion.version
        reply = read_reply(completion.text)
        quotes = checked_quotes(reply, question, lines)
    except NoAnswerError as error:
        return unanswered(model, question, error.problem, error.detail, version)
    content = {"reply": reply.answer, "quotes": quotes, "why": reply.why}
    return ModelAnswer.model_validate({**_about(model, question, version), **content})


def unanswered(
    model: LanguageModel,
    question: ModelQuestion,
    problem: ModelProblem,
    detail: str = "",
    version: str = "",
) -> ModelAnswer:
    """Return that a question has no answer that counts, and why."""
    content = {"reply": "cannot_tell", "problem": problem, "detail": detail}
    return ModelAnswer.model_validate({**_about(model, question, version), **content})


def _about(model: LanguageModel, question: ModelQuestion, version: str) -> dict[str, object]:
    """Return what was asked of whom."""
    return {
        "question_id": question.question_id,
        "question": question.question,
        "who": question.who,
        "language": question.language,
        "model": model.name,
        "model_version": version,
        "prompt_version": PROMPT_VERSION,
        "prompt_hash": prompt_hash(question),
    }


def checked_quotes(
    reply: RawReply, question: ModelQuestion, lines: Sequence[Utterance]
) -> tuple[ModelQuote, ...]:
    """Return the pieces of the call that an answer quotes.

    Raises:
        NoAnswerError: one of the quotes is not a piece of the line it names, or is somebody
            else's than who was asked about, or the answer needs a quote and has none.
    """
    if reply.answer == "cannot_tell":
        return ()
    quotes = tuple(_checked(raw, question, lines) for raw in reply.quotes)
    if not quotes and not (reply.answer == "no" and question.no_without_quote):
        raise NoAnswerError("no_quote")
    return tuple(dict.fromkeys(quotes))


def _checked(raw: RawQuote, question: ModelQuestion, lines: Sequence[Utterance]) -> ModelQuote:
    if not 1 <= raw.line <= len(lines):
        raise NoAnswerError("quote_not_found", f"there is no line {raw.line}")
    line = lines[raw.line - 1]
    piece = piece_of(line.text, raw.text, question.language)
    if piece is None:
        raise NoAnswerError("quote_not_found", f"line {raw.line}")
    if question.who not in ("any", line.role):
        raise NoAnswerError("quote_of_another", f"line {raw.line}: {line.role}")
    return ModelQuote(utterance_id=line.utterance_id, quote=piece)


def piece_of(text: str, quote: str, language: str) -> str | None:
    """Return the exact piece of ``text`` with the words of ``quote``; ``None`` if not there."""
    if quote.strip() and quote.strip() == text.strip():
        return text.strip()
    numbers: Script = "zh" if language == "zh" else "en"
    there = pieces(text, numbers)
    words = [piece.text for piece in pieces(quote, numbers)]
    if not words or len(words) < min(MIN_PIECES, len(there)):
        return None
    said = [piece.text for piece in there]
    for first in range(len(said) - len(words) + 1):
        if said[first : first + len(words)] == words:
            return text[there[first].start : there[first + len(words) - 1].end]
    return None
