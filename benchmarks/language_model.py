"""How far a language model can be believed: ``python -m benchmarks.language_model --help``.

A model behind an endpoint of one's own, or in a local folder, is asked five questions about each
sample call as it was truly said, through the product's own prompt and checks of quotes. The truth
is that of people: the verdicts of the criteria that ask the same. A wrong answer is one that
counted; one that broke the form or quoted what was not said is not believed, and costs nobody a
point.

Run it before a model's answers count for anybody.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from benchmarks.truth import Truth, read_truths
from qa_pipeline.language_model import EndpointModel, LanguageModel, TransformersModel, ask_model
from qa_pipeline.records import (
    Conversation,
    ModelAnswer,
    ModelQuestion,
    Trust,
    Utterance,
    Verdict,
)
from qa_pipeline.resources import resource_folder

QUESTIONS = {
    "greeting.brand": ("Does the agent say the name of the company?", "坐席是否说出了公司名称？"),
    "greeting.name": (
        "Does the agent say their own name or staff number?",
        "坐席是否说出了自己的姓名或工号？",
    ),
    "closure.anything_else": (
        "Does the agent ask whether the customer needs anything else?",
        "坐席是否询问客户还有没有其他需要？",
    ),
    "closure.farewell": ("Does the agent say goodbye to the customer?", "坐席是否向客户道别？"),
    "closure.survey": (
        "Does the agent invite the customer to rate the service?",
        "坐席是否邀请客户评价服务？",
    ),
}
"""In both languages, by the criterion that asks the same."""
_REPLY: dict[Verdict, str] = {"met": "yes", "not_met": "no"}
OUTCOMES = ("right", "wrong", "cannot tell", "not believed")


def conversation_of(truth: Truth) -> Conversation:
    """Return a call as it was truly said, an utterance for each turn."""
    spoken = sorted(
        (word for word in truth.words if word.role in ("agent", "customer")),
        key=lambda word: word.start_s,
    )
    joint = "" if truth.language == "zh" else " "
    utterances = []
    for number, (role, group) in enumerate(groupby(spoken, key=lambda w: w.role), start=1):
        words = list(group)
        utterances.append(
            Utterance(
                utterance_id=f"u{number:04d}",
                role=role,
                speaker=role,
                language=truth.language,
                words=(),
                text=joint.join(word.text for word in words),
                start_s=words[0].start_s,
                end_s=words[-1].end_s,
            )
        )
    return Conversation(
        call_id=truth.call_id,
        language=truth.language,
        duration_s=max(word.end_s for word in spoken),
        utterances=tuple(utterances),
        turns=(),
        speaker_roles={"agent": "agent", "customer": "customer"},
        role_confidence=1.0,
        trust=Trust(level="ok"),
    )


def asked(truths: Sequence[Truth]) -> Iterator[tuple[Conversation, ModelQuestion, str]]:
    """Yield every question about every call with its true answer, ``yes`` or ``no``."""
    for truth in truths:
        conversation = conversation_of(truth)
        lines = tuple(utterance.utterance_id for utterance in conversation.utterances)
        for criterion, texts in QUESTIONS.items():
            true = _REPLY.get(truth.verdicts[criterion])
            if true is not None:
                text = texts[truth.language == "zh"]
                question = ModelQuestion.about(
                    text, "agent", truth.language, lines, no_without_quote=True
                )
                yield conversation, question, true


def outcome(answer: ModelAnswer, true: str) -> str:
    """Return which of `OUTCOMES` an answer is."""
    if answer.problem is not None:
        return "not believed"
    if answer.reply == "cannot_tell":
        return "cannot tell"
    return "right" if answer.reply == true else "wrong"


def main(arguments: Sequence[str]) -> None:
    """Ask and print."""
    parser = argparse.ArgumentParser(description=__doc__, prog="benchmarks.language_model")
    parser.add_argument("--endpoint", help="such as http://127.0.0.1:8000/v1")
    parser.add_argument("--model", default="", help="what the endpoint calls the model")
    parser.add_argument("--folder", type=Path, help="a model for transformers")
    parser.add_argument("--timeout-s", type=float, default=300.0)
    parser.add_argument("--language", choices=("en", "zh"), help="only calls in one language")
    parser.add_argument("--calls", type=int, help="at most so many calls")
    options = parser.parse_args(arguments)
    if bool(options.endpoint) == bool(options.folder):
        parser.error("give either --endpoint or --folder")
    model: LanguageModel = (
        TransformersModel(options.folder, device="auto")
        if options.folder
        else EndpointModel(options.endpoint, options.model, timeout_s=options.timeout_s)
    )
    truths = [
        truth
        for truth in read_truths(resource_folder("sample_calls")).values()
        if options.language in (None, truth.language)
    ][: options.calls]
    _print(model, truths)


def _print(model: LanguageModel, truths: Sequence[Truth]) -> None:
    found: dict[str, Counter[str]] = {"yes": Counter(), "no": Counter()}
    problems: Counter[str] = Counter()
    began = time.monotonic()
    for conversation, question, true in asked(truths):
        answer = ask_model(model, question, conversation)
        found[true][outcome(answer, true)] += 1
        problems[answer.problem or "none"] += 1
        if answer.problem in ("no_connection", "not_loaded"):
            sys.exit(f"{model.name} does not answer: {answer.problem} {answer.detail}")
    count = sum(problems.values())
    spent_s = (time.monotonic() - began) / max(1, count)
    print(f"{model.name}: {len(truths)} calls, {count} questions, {spent_s:.1f} s each")
    print("true answer  " + "".join(f"{name:>14}" for name in OUTCOMES))
    for true, outcomes in found.items():
        print(f"{true:<13}" + "".join(f"{outcomes[name]:>14}" for name in OUTCOMES))
    print("problems: " + ", ".join(f"{name} {number}" for name, number in problems.most_common()))


if __name__ == "__main__":
    main(sys.argv[1:])
