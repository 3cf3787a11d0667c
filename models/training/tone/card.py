"""The model card, written from what was measured."""

from models.training.tone.frames import HELD_OUT_OF, LANGUAGES, TONES, frames
from models.training.tone.measuring import Measured
from models.training.tone.service import service_frames
from models.training.tone.training import NEGATIVE_IN_CALLS, NEGATIVE_IN_TRAINING, Plan

_TEMPLATE = """# Tone of wording, bundled model

A small text classifier: is an utterance in a customer-service call worded positively (warm,
courteous, thankful, empathetic), neutrally (plain information, questions, procedure) or
negatively (cold, irritated, rude, blaming; for customers: annoyed, angry)? English and Mandarin.
It reads words only; how they sound is not its business.

**It does not understand real callers.** It was trained on utterances that were written for it,
about {frame_count} frames with alternatives, and knows little beyond their wording. Irony, dialect,
quiet displeasure and anything said between the lines escape it, and so does a good third of what is
plainly negative: it is set to accuse rarely. Use it to try the product; judge
nobody by it.

- Architecture: BERT, {layers} layers of {width}, byte-pair pieces for English, single characters
  for Mandarin; case and punctuation are ignored. Loaded with transformers, weights in half
  precision.
- Data: `models/training/tone/texts/` ({frame_counts}).
  Utterances are drawn from frames, joined in twos, and misheard at random (words dropped,
  inserted, replaced by others that sound alike) at up to 30 % of the words.
- Beside them, as "not negative" or "negative" by topic, the sentence frames of the transcription
  recipe ({service} of them), which show what most of a call is like.
- Training: `python -m models.training.tone --minutes {minutes:g}`: {steps} steps of {batch}
  utterances, {seconds:.0f} s of processor time on {device}. Of the utterances drawn,
  {training_share:.0f} % are negative; the bias is then shifted so that the model expects
  {calls_share:.0f} %.

## Measured

One frame in {held_out_of} was held out whole; the figures are for the shipped model on them.

{tables}
The shift of the bias was chosen on the same held-out frames, with a look at the sample calls, so
the rates of wrong negatives are a little flattering.

A wrong *negative* costs most, since it accuses somebody; take the column *negative* of the rows
*neutral* and *positive* as its rate.
"""


def card(plan: Plan, measured: list[Measured], spent_s: float, minutes: float) -> str:
    """Return the card as Markdown."""
    counts = {(la, tone): len(frames(la, tone)) for la in LANGUAGES for tone in TONES}
    return _TEMPLATE.format(
        frame_count=sum(counts.values()),
        frame_counts=", ".join(f"{n} {la} {tone}" for (la, tone), n in counts.items()),
        service=sum(len(service_frames(language)) for language in LANGUAGES),
        minutes=minutes,
        steps=plan.steps,
        layers=plan.layers,
        width=plan.width,
        batch=plan.batch,
        seconds=spent_s,
        device="a GPU" if plan.device == "cuda" else "the CPU",
        training_share=100 * NEGATIVE_IN_TRAINING,
        calls_share=100 * NEGATIVE_IN_CALLS,
        held_out_of=HELD_OUT_OF,
        tables="\n".join(_table(one) for one in measured),
    )


def _table(one: Measured) -> str:
    rows = [
        f"{one.language}, {100 * one.error_rate:.0f} % of words misheard: "
        f"{100 * one.accuracy:.1f} % right; of plain service sentences "
        f"{100 * one.plain_called_negative:.1f} % were called negative.",
        "",
        "| is \\ labelled | " + " | ".join(TONES) + " |",
        "|---|" + "---|" * len(TONES),
    ]
    rows += [
        f"| {tone} | " + " | ".join(f"{100 * n / sum(row):.1f} %" for n in row) + " |"
        for tone, row in zip(TONES, one.confusion, strict=True)
    ]
    return "\n".join(rows) + "\n"
