"""The benchmark of fairness changes one thing at a time and counts what it says it counts."""

import pytest

from benchmarks.fairness import Variant, compare, variants
from qa_pipeline.records import CriterionResult, ProcessedCall, Verdict
from sample_calls.make import dialogues
from synthesis.dialogue import Dialogue
from tests.pipeline.scored_scripts import call, card

PARTS = {"voice": "voices", "pace": "voices", "codec": "line", "noise": "line"}
DIALOGUE = dialogues()[0]


@pytest.mark.parametrize("dialogue", dialogues()[:4], ids=lambda d: d.call_id)
def test_every_variant_differs_in_its_factor_only(dialogue: Dialogue) -> None:
    found = list(variants(dialogue, 2))
    assert {v.factor for v in found} == set(PARTS)
    assert len({(v.factor, v.name) for v in found}) == len(found)
    for variant in found:
        part = PARTS[variant.factor]
        assert getattr(variant.dialogue, part) != getattr(dialogue, part), variant.name
        back = variant.dialogue.model_copy(update={part: getattr(dialogue, part)})
        assert back == dialogue, variant.name
    for variant in found:
        agent, customer = (variant.dialogue.voices[role] for role in ("agent", "customer"))
        if variant.factor == "voice":
            assert customer == dialogue.voices["customer"]
            assert agent.rate_wpm == dialogue.voices["agent"].rate_wpm
        elif variant.factor == "pace":
            assert agent.name == dialogue.voices["agent"].name
            assert agent.rate_wpm != dialogue.voices["agent"].rate_wpm


def heard(**verdicts: tuple[Verdict, bool]) -> ProcessedCall:
    """Return a call with these verdicts, each with whether it is marked to check."""
    made = call("good", card())
    [scored] = made.scored
    results = tuple(
        CriterionResult.model_construct(
            criterion_id=name.replace("__", "."),
            section_id="s",
            name=name,
            verdict=verdict,
            needs_review=marked,
        )
        for name, (verdict, marked) in verdicts.items()
    )
    judged = scored.model_copy(update={"criteria": results})
    return made.model_copy(update={"scored": (judged,)})


def test_flips_are_told_from_what_the_machine_withdraws() -> None:
    first = heard(
        greeting__brand=("met", False),
        greeting__name=("met", False),
        tone__courtesy=("met", False),
        tone__pace=("met", False),
    )
    second = heard(
        greeting__brand=("not_met", False),
        greeting__name=("unscored", False),
        tone__courtesy=("met", True),
        tone__pace=("not_met", False),
    )
    spoken: list[tuple[Dialogue, Variant | None, str]] = [(DIALOGUE, None, "a")]
    spoken += [(DIALOGUE, Variant("voice", "v", DIALOGUE), "b")]
    spoken += [(DIALOGUE, Variant("pace", "p", DIALOGUE), "c")]
    found = compare(spoken, {"a": first, "b": second, "c": second}, "bundled")
    voice, pace = found.factors
    assert (voice.verdicts, voice.flips, voice.withdrawn, voice.wrong) == (4, 2, 2, 2)
    # The pace is what was changed: the criterion that asks for it is left out.
    assert (pace.verdicts, pace.flips, pace.withdrawn, pace.wrong) == (3, 1, 2, 1)
    assert voice.flips_pct == 50.0
    assert {c.criterion_id for c in found.changes if c.flip} == {"greeting.brand", "tone.pace"}
