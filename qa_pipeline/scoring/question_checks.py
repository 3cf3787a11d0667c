"""The operator ``question``: what a language model answered, as far as its quotes prove it."""

from qa_pipeline.records import Evidence, EvidenceKind, ModelAnswer, ModelQuestion, Utterance
from qa_pipeline.scoring.checks import Question
from qa_pipeline.scoring.context import Ask, Context, narrowed
from qa_pipeline.scoring.doubts import Doubts
from qa_pipeline.scoring.model_reasons import ModelWords
from qa_pipeline.scoring.outcome import Event, Outcome
from qa_pipeline.scoring.stream import Quote

MODEL_CONFIDENCE = 0.7
"""No verdict that hangs on a language model is surer than this: models do not know how sure they
are, and nothing in an answer says so."""


def question(body: Question, context: Context, ask: Ask) -> Outcome:
    """Answer as the model did where its quotes are pieces of the call, else that it is unknown."""
    words = ModelWords(context.words)
    blocked = context.call.not_heard(body.who)
    if blocked is not None:
        return context.unknown(blocked)
    inside = narrowed(body, context, ask)
    if isinstance(inside, Outcome):
        return inside
    text = body.ask.of(context.call.language)
    if text is None:
        return context.unknown(words.no_question(context.call.language))
    lines = context.call.utterances("any", inside.spans)
    if not any(body.who in ("any", line.role) for line in lines):
        return context.unknown(words.nothing_to_ask_about(body.who, inside.place))
    context.call.note_question()
    answer = context.answers.of(
        ModelQuestion.about(
            text,
            body.who,
            context.call.language,
            tuple(line.utterance_id for line in lines),
            no_without_quote=body.no_without_quote,
        )
    )
    if answer is None:
        return context.unknown(words.no_answer())
    return _outcome(body, answer, inside, {line.utterance_id: line for line in lines})


def _outcome(
    body: Question, answer: ModelAnswer, inside: Context, lines: dict[str, Utterance]
) -> Outcome:
    """Return what an answer amounts to. Its quotes are checked here again, against this call."""
    words = ModelWords(inside.words)
    if answer.problem is not None:
        return inside.unknown(words.problem(answer.model, answer.problem, answer.detail))
    if answer.reply == "cannot_tell":
        return inside.unknown(words.cannot_tell(answer.model))
    quotes: list[Quote] = []
    for given in answer.quotes:
        line = lines.get(given.utterance_id)
        if line is None or not _is_said(given.quote, line, body):
            return inside.unknown(words.problem(answer.model, "quote_not_found"))
        quotes.append(_quote(line, given.quote, inside))
    if not quotes and not (answer.reply == "no" and body.no_without_quote):
        return inside.unknown(words.problem(answer.model, "no_quote"))
    kind: EvidenceKind = "supports" if answer.reply == "yes" else "violates"
    evidence = tuple(
        Evidence.quoting(kind, q.utterance, q.text, q.start_s, q.end_s) for q in quotes
    )
    heard = inside.words.said(body.who, [(q.text, q.start_s) for q in quotes]) if quotes else ""
    probability = min((q.probability for q in quotes), default=1.0)
    return Outcome(
        answer="yes" if answer.reply == "yes" else "no",
        reason=words.answered(answer.model, answer.reply, inside.place, heard),
        evidence=evidence or inside.searched(),
        events=tuple(Event(q.start_s, q.end_s, max(q.end_s, q.utterance.end_s)) for q in quotes),
        confidence=round(min(MODEL_CONFIDENCE, probability), 4),
        doubts=(Doubts(inside.words).model_alone(),) if answer.reply == "no" else (),
        from_text=True,
    )


def _is_said(quote: str, line: Utterance, body: Question) -> bool:
    return bool(quote) and quote in line.text and body.who in ("any", line.role)


def _quote(line: Utterance, text: str, inside: Context) -> Quote:
    """Return a piece of an utterance with its seconds; those of the whole where none are known."""
    start = line.text.index(text)
    for stream in inside.call.streams("any"):
        for index, utterance in enumerate(stream.utterances):
            if utterance.utterance_id == line.utterance_id:
                covered = stream.words_in(index, start, start + len(text))
                if covered:
                    found = stream.quote(covered[0], covered[-1])
                    return Quote(line, text, found.start_s, found.end_s, found.probability)
    return Quote(line, text, line.start_s, line.end_s, 1.0)
