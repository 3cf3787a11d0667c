"""The model card, written from what was measured."""

from models.training.tone.frames import HELD_OUT_OF, LANGUAGES, TONES, frames
from models.training.tone.training import Plan

_TEMPLATE = """# Tone of wording, bundled model

A small text classifier: is an utterance in a customer-service call worded positively (warm,
courteous, thankful, empathetic), neutrally (plain information, questions, procedure) or
negatively (cold, irritated, rude, blaming; for customers: annoyed, angry)? English and Mandarin.
It reads words only; how they sound is not its business.

**It does not understand real callers.** It was trained on utterances that were written for it,
about {frame_count} frames with alternatives, and knows little beyond their wording. Irony, dialect,
quiet displeasure and anything said between the lines escape it. Use it to try the product; judge
nobody by it.

- Architecture: BERT, 2 layers of 128, byte-pair pieces for English, single characters for
  Mandarin; case and punctuation are ignored. Loaded with transformers, weights in half precision.
- Data: `models/training/tone/texts/` ({frame_counts}).
  Utterances are drawn from frames, joined in twos, and misheard at random (words dropped,
  inserted, replaced by others that sound alike) at up to 30 % of the words.
- Training: `python -m models.training.tone --minutes {minutes:g}`: two trainings of {steps} steps
  of {batch} utterances, {seconds:.0f} s in all on {device}.

## Measured

One frame in {held_out_of} was held out whole, and the same recipe trained without them; the
figures are for that model on the held-out frames. The shipped model was then trained on all
frames by the same recipe, so it has nothing left to be measured on.

{tables}
A wrong *negative* costs most, since it accuses somebody; take the column *negative* of the rows
*neutral* and *positive* as its rate.
"""


def card(
    plan: Plan, results: dict[float, dict[str, list[list[int]]]], seconds: float, minutes: float
) -> str:
    """Return the card; ``results``: confusion by error rate of the words and by language."""
    counts = {(la, tone): len(frames(la, tone)) for la in LANGUAGES for tone in TONES}
    return _TEMPLATE.format(
        frame_count=sum(counts.values()),
        frame_counts=", ".join(f"{n} {la} {tone}" for (la, tone), n in counts.items()),
        minutes=minutes,
        steps=plan.steps,
        batch=plan.batch,
        seconds=seconds,
        device="a GPU" if plan.device == "cuda" else "the CPU",
        held_out_of=HELD_OUT_OF,
        tables="\n".join(
            _table(rate, language, counts_of)
            for rate, by_language in results.items()
            for language, counts_of in by_language.items()
        ),
    )


def _table(rate: float, language: str, counts: list[list[int]]) -> str:
    right = sum(counts[i][i] for i in range(len(TONES)))
    rows = [
        f"{language}, {100 * rate:.0f} % of words misheard: "
        f"{100 * right / sum(map(sum, counts)):.1f} % right",
        "",
        "| is \\ labelled | " + " | ".join(TONES) + " |",
        "|---|" + "---|" * len(TONES),
    ]
    rows += [
        f"| {tone} | " + " | ".join(f"{100 * n / sum(row):.1f} %" for n in row) + " |"
        for tone, row in zip(TONES, counts, strict=True)
    ]
    return "\n".join(rows) + "\n"
