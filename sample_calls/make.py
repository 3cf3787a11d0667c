"""Make the sample calls from their dialogues: ``python -m sample_calls.make [CALL_ID ...]``.

Writes sound, metadata and truth beside this file. Needs espeak-ng. Equal dialogues give equal
files, so a run without a change to a dialogue leaves nothing to commit.
"""

import json
import sys
from pathlib import Path

from qa_pipeline.records import CallMetadata
from synthesis.audio_file import SUFFIX, write_audio
from synthesis.dialogue import Dialogue, load_dialogue
from synthesis.render import dump_json, record, render, truth

FOLDER = Path(__file__).parent
DIALOGUES = FOLDER / "dialogues"
CRITERIA = (
    "greeting.answered_promptly",
    "greeting.salutation",
    "greeting.brand",
    "greeting.name",
    "greeting.offer_help",
    "tone.courtesy",
    "tone.no_forbidden",
    "tone.no_interrupting",
    "tone.pace",
    "tone.wording",
    "tone.empathy",
    "handling.identity",
    "handling.resolution",
    "handling.dead_air",
    "handling.hold_thanked",
    "handling.no_sending_away",
    "closure.anything_else",
    "closure.thanks",
    "closure.farewell",
    "closure.survey",
)
"""The criteria of ``scorecards/inbound-service.yaml``, in its order."""


def dialogues() -> list[Dialogue]:
    """Return all dialogues in order of their ids."""
    return [load_dialogue(path) for path in sorted(DIALOGUES.glob("*.yaml"))]


def metadata(dialogue: Dialogue) -> CallMetadata:
    """Return what the telephone system knows about the call: not its language."""
    fields = {"call_id": dialogue.call_id, **dialogue.metadata}
    return CallMetadata.model_validate(fields)


def full_truth(dialogue: Dialogue, spoken: dict[str, object]) -> dict[str, object]:
    """Add the expected verdicts, and why, to the truth about the sound.

    Raises ``ValueError`` where a dialogue judges a criterion that does not exist.
    """
    unknown = sorted(set(dialogue.verdicts) - set(CRITERIA))
    if unknown:
        raise ValueError(f"{dialogue.call_id} judges unknown criteria: {', '.join(unknown)}")
    judged = dialogue.verdicts
    verdicts = {c: judged[c].verdict if c in judged else "met" for c in CRITERIA}
    notes = {"title": dialogue.title, **{c: e.why for c, e in judged.items()}}
    return {**spoken, "verdicts": verdicts, "notes": notes}


def make(dialogue: Dialogue, out_dir: Path = FOLDER) -> Path:
    """Render one call with its metadata and truth into a folder; return the sound's path."""
    call = render(dialogue)
    stem = out_dir / dialogue.call_id
    sound = stem.with_name(stem.name + SUFFIX[dialogue.line.format])
    write_audio(sound, record(call), dialogue.line)
    known = metadata(dialogue).model_dump(mode="json", exclude_none=True)
    text = json.dumps(known, ensure_ascii=False, indent=1)
    stem.with_name(stem.name + ".meta.json").write_text(text + "\n", encoding="utf-8")
    dump_json(stem.with_name(stem.name + ".truth.json"), full_truth(dialogue, truth(call)))
    return sound


def main(wanted: list[str]) -> int:
    """Make the calls named, or all of them."""
    for dialogue in dialogues():
        if wanted and dialogue.call_id not in wanted:
            continue
        sound = make(dialogue)
        print(f"{sound.name}  {sound.stat().st_size / 1e6:.2f} MB  {dialogue.title}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
