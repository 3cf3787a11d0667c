"""The model card, written from what was measured."""

from collections import Counter

from models.training.tone.frames import HELD_OUT_OF, LANGUAGES, TONES, frames
from models.training.tone.measuring import Measured
from models.training.tone.service import service_frames
from models.training.tone.training import IN_CALLS, IN_TRAINING, Plan
from models.training.tone.written import written

_TEMPLATE = """# Tone of wording, bundled model

A small text classifier: is an utterance in a customer-service call worded positively (warm,
courteous, thankful, empathetic), neutrally (plain information, questions, procedure) or
negatively (cold, irritated, rude, blaming; for customers: annoyed, angry)? English and Mandarin.
It reads words only; how they sound is not its business.

**It does not understand real callers.** It was trained on utterances that were written for it,
and knows little beyond their wording. Irony, dialect, quiet displeasure and anything said between
the lines often escape it: it is set to accuse rarely. Use it to try the product; judge nobody by
it.

- Architecture: BERT, {layers} layers of {width}, byte-pair pieces for English, single characters
  for Mandarin; case and punctuation are ignored. Loaded with transformers, weights in half
  precision.
- Words first ({word_steps} steps): what words mean, as the bundled sentence encoder learns it
  (`models/training/meaning`), before any tone.
- Data: `models/training/tone/texts/`: {written} utterances, written freely and in sets that say the
  same warmly, plainly and coldly ({written_counts}; of some, fair people would differ),
  and {frame_count} frames with alternatives ({frame_counts}).
  Utterances are joined in twos, and misheard at random (words dropped, inserted, replaced by
  others that sound alike) at up to 25 % of the words.
- Beside them, as "not negative" or "negative" by topic, the sentence frames of the transcription
  recipe ({service} of them), which show what most of a call is like.
- Training: `python -m models.training.tone --minutes {minutes:g}`: {steps} steps of {batch}
  utterances, {seconds:.0f} s of processor time on {device}. Of the utterances drawn,
  {training_share:.0f} % are negative; the biases are then shifted so that the model expects
  {calls_share:.0f} %.

## Measured

One utterance and one frame in {held_out_of} were held out; the figures are for the shipped model on
them (without their labels, they were among the texts that words were learnt from).
`python -m benchmarks.tone` measures it on utterances that somebody else wrote (`docs/accuracy.md`).

{tables}
The shift was chosen with a look at the same held-out utterances and at the benchmark, so the rates
of wrong negatives are a little flattering.

A wrong *negative* costs most, since it accuses somebody; take the column *negative* of the rows
*neutral* and *positive* as its rate.
"""


def card(plan: Plan, measured: list[Measured], spent_s: float, minutes: float) -> str:
    """Return the card as Markdown."""
    counts = {(la, tone): len(frames(la, tone)) for la in LANGUAGES for tone in TONES}
    freely = [item for language in LANGUAGES for item in written(language)]
    by_tone = Counter(
        (item.language, tone) for item in freely for tone in TONES if item.tones == {tone}
    )
    return _TEMPLATE.format(
        frame_count=sum(counts.values()),
        frame_counts=", ".join(f"{n} {la} {tone}" for (la, tone), n in counts.items()),
        written=len(freely),
        written_counts=", ".join(f"{n} {la} {tone}" for (la, tone), n in by_tone.items()),
        word_steps=plan.word_steps,
        service=sum(len(service_frames(language)) for language in LANGUAGES),
        minutes=minutes,
        steps=plan.steps,
        layers=plan.layers,
        width=plan.width,
        batch=plan.batch,
        seconds=spent_s,
        device="a GPU" if plan.device == "cuda" else "the CPU",
        training_share=100 * IN_TRAINING["negative"],
        calls_share=100 * IN_CALLS["negative"],
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
