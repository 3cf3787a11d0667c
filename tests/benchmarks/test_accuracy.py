"""The accuracy benchmark compares what was heard."""

import json
from pathlib import Path

from benchmarks.accuracy import measure

LINES = (
    ("agent", "Good morning, my name is Anna, how may I help you?"),
    ("customer", "My card number is 4539 1488 0343 6467 and my bill is wrong."),
    ("agent", "Thank you, I will look at the bill now. Goodbye."),
)


def test_numbers_that_are_redacted_in_the_store_are_no_errors(tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    calls.mkdir()
    cues, words, turns = [], [], []
    for number, (role, text) in enumerate(LINES):
        start_s, end_s = 5.0 * number, 5.0 * number + 4.0
        cues.append(
            f"{number + 1}\n00:00:{start_s:02.0f},000 --> 00:00:{end_s:02.0f},000\n"
            f"{role.title()}: {text}\n"
        )
        turns.append({"role": role, "start_s": start_s, "end_s": end_s})
        tokens = text.split()
        step_s = (end_s - start_s) / len(tokens)
        words += [
            {
                "text": token,
                "role": role,
                "start_s": start_s + at * step_s,
                "end_s": start_s + (at + 1) * step_s,
            }
            for at, token in enumerate(tokens)
        ]
    truth = {
        "call_id": "card",
        "language": "en",
        "channel_roles": None,
        "words": words,
        "turns": turns,
    }
    (calls / "card.srt").write_text("\n".join(cues), encoding="utf-8")
    (calls / "card.truth.json").write_text(json.dumps(truth), encoding="utf-8")
    (calls / "card.meta.json").write_text(json.dumps({"call_id": "card"}), encoding="utf-8")
    (call,) = measure(calls, tmp_path / "data").calls
    assert call.spoken == len(words)
    assert call.errors == 0
