"""A written dialogue becomes a recorded call and the truth about it.

``render`` lays the spoken lines on a time line and keeps the exact word times, ``record`` puts
the sound through the line, ``render_file`` writes sound and truth to a folder. The same dialogue
gives the same samples every time.
"""

import json
import zlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from synthesis.audio_file import SUFFIX, write_audio
from synthesis.dialogue import SPEAKERS, Dialogue, Gap, Line, Speaker, load_dialogue
from synthesis.espeak import SAMPLE_RATE_HZ, Speech, Voice
from synthesis.fresh import speak_all
from synthesis.sounds import RingStyle, beep, busy_tone, hold_music, ring_tone
from synthesis.telephone import add_noise, equalise, mu_law, reverberate, telephone_band
from synthesis.voices import with_mood

Samples = NDArray[np.float32]
LEAD_IN_S = 0.4
AFTER_RING_S = 0.5
TAIL_S = 0.6
MERGE_PAUSE_S = 0.5
"""Pauses shorter than this stay inside a turn."""
_EDGE_S = 0.03
_SYSTEM_DBFS = -26.0


@dataclass(frozen=True)
class TruthWord:
    """A spoken word (English) or character (Mandarin)."""

    text: str
    start_s: float
    end_s: float
    role: Speaker


@dataclass(frozen=True)
class TruthTurn:
    """One stretch of speech of one role; pauses of half a second or more end it."""

    role: Speaker
    start_s: float
    end_s: float


@dataclass(frozen=True)
class RenderedCall:
    """The clean sound of a call by role, mono float32 at 16 kHz, all of one length, and its truth.

    ``system`` holds what the telephone system plays: ring, hold music, tones.
    """

    dialogue: Dialogue
    tracks: dict[Speaker, Samples] = field(repr=False)
    system: Samples = field(repr=False)
    words: tuple[TruthWord, ...]
    turns: tuple[TruthTurn, ...]

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return len(self.system) / SAMPLE_RATE_HZ


@dataclass
class _Timeline:
    """Where every piece of sound begins, and how far the call has come."""

    at_s: float = LEAD_IN_S
    """The end of the latest sound so far."""
    line_end_s: float = LEAD_IN_S
    """The end of the latest line, which an overlap counts back from."""
    pieces: list[tuple[str, float, Samples]] = field(default_factory=list)
    words: list[TruthWord] = field(default_factory=list)


def seed(dialogue: Dialogue) -> int:
    """Return the seed of everything random in a call: it depends on the call's id alone."""
    return zlib.crc32(dialogue.call_id.encode())


def _voice(dialogue: Dialogue, line: Line) -> Voice:
    voice = dialogue.voices[line.role].voice()
    return with_mood(voice, faster=line.faster, livelier=line.livelier)


def _add_line(timeline: _Timeline, line: Line, speech: Speech, drawn_pause_s: float) -> None:
    first_s, last_s = speech.words[0].start_s, speech.words[-1].end_s
    cut_s = max(0.0, first_s - _EDGE_S)
    if line.overlap_s:
        start_s = max(0.0, timeline.line_end_s - line.overlap_s)
    else:
        pause_s = drawn_pause_s if line.pause_s is None else line.pause_s
        start_s = timeline.at_s + pause_s
    offset_s = start_s - first_s
    samples = speech.samples[
        round(cut_s * SAMPLE_RATE_HZ) : round((last_s + _EDGE_S) * SAMPLE_RATE_HZ)
    ]
    gain = 10 ** (line.louder_db / 20)
    timeline.pieces.append((line.role, cut_s + offset_s, (gain * samples).astype(np.float32)))
    timeline.words.extend(
        TruthWord(w.text, round(w.start_s + offset_s, 3), round(w.end_s + offset_s, 3), line.role)
        for w in speech.words
    )
    timeline.line_end_s = last_s + offset_s
    timeline.at_s = max(timeline.at_s, timeline.line_end_s)


def _add_gap(timeline: _Timeline, dialogue: Dialogue, gap: Gap, rng: np.random.Generator) -> None:
    style: RingStyle = "zh" if dialogue.language == "zh" else "uk"
    if gap.sound == "music":
        timeline.pieces.append(("system", timeline.at_s, hold_music(gap.seconds, rng)))
    elif gap.sound == "busy":
        timeline.pieces.append(("system", timeline.at_s, busy_tone(style, gap.seconds)))
    elif gap.sound == "beep":
        timeline.pieces.append(("system", timeline.at_s, beep(min(gap.seconds, 0.4))))
    timeline.at_s += gap.seconds
    timeline.line_end_s = timeline.at_s


def turns_of(words: Iterable[TruthWord]) -> tuple[TruthTurn, ...]:
    """Join each role's words into turns wherever the pause is under ``MERGE_PAUSE_S``."""
    turns: list[TruthTurn] = []
    open_turns: dict[Speaker, TruthTurn] = {}
    for word in sorted(words, key=lambda w: w.start_s):
        current = open_turns.get(word.role)
        if current is not None and word.start_s - current.end_s < MERGE_PAUSE_S:
            end_s = max(current.end_s, word.end_s)
            open_turns[word.role] = TruthTurn(word.role, current.start_s, end_s)
            continue
        if current is not None:
            turns.append(current)
        open_turns[word.role] = TruthTurn(word.role, word.start_s, word.end_s)
    turns.extend(open_turns.values())
    return tuple(sorted(turns, key=lambda t: (t.start_s, t.role)))


def render(dialogue: Dialogue) -> RenderedCall:
    """Speak a dialogue. Needs espeak-ng; raises ``RuntimeError`` where it is not installed."""
    rng = np.random.default_rng(seed(dialogue))
    timeline = _Timeline()
    if dialogue.ring is not None:
        ring = ring_tone(dialogue.ring.style, dialogue.ring.seconds)
        timeline.pieces.append(("system", timeline.at_s, ring))
        timeline.at_s += dialogue.ring.seconds + AFTER_RING_S
    lines = [part for part in dialogue.lines if isinstance(part, Line)]
    spoken = iter(speak_all([(line.text, _voice(dialogue, line)) for line in lines]))
    for part in dialogue.lines:
        drawn_pause_s = float(rng.uniform(0.3, 0.75))
        if isinstance(part, Line):
            _add_line(timeline, part, next(spoken), drawn_pause_s)
        else:
            _add_gap(timeline, dialogue, part, rng)
    length = round((timeline.at_s + TAIL_S) * SAMPLE_RATE_HZ)
    laid: dict[str, Samples] = {
        name: np.zeros(length, np.float32) for name in (*SPEAKERS, "system")
    }
    for name, start_s, samples in timeline.pieces:
        at = round(start_s * SAMPLE_RATE_HZ)
        fits = samples[: length - at]
        laid[name][at : at + len(fits)] += fits
    words = tuple(sorted(timeline.words, key=lambda w: (w.start_s, w.role)))
    tracks: dict[Speaker, Samples] = {role: laid[role] for role in SPEAKERS}
    return RenderedCall(dialogue, tracks, laid["system"], words, turns_of(words))


def _levelled(samples: Samples, level_dbfs: float) -> Samples:
    """Scale so that the loud tenths of a second reach a level on average."""
    blocks = samples[: len(samples) // 1600 * 1600].reshape(-1, 1600).astype(np.float64)
    power = (blocks**2).mean(axis=1)
    active = power[power > 1e-7]
    if not len(active):
        return samples
    return np.asarray(samples * 10 ** (level_dbfs / 20) / np.sqrt(active.mean()), np.float32)


def _side(call: RenderedCall, role: Speaker, rng: np.random.Generator) -> Samples:
    """Put one side through its room, its handset and the line; noise comes in at the room."""
    line = call.dialogue.line
    made = equalise(call.tracks[role], rng, strength_db=3.0)
    if role in line.reverb_s:
        made = reverberate(made, rng, line.reverb_s[role])
    made = _levelled(made, line.level_dbfs[role])
    if role in line.noise:
        made = add_noise(made, line.noise[role].snr_db, rng, line.noise[role].kind)
    if line.band:
        made = telephone_band(made)
    return mu_law(made) if line.mu_law else made


def record(call: RenderedCall) -> Samples:
    """Return what the recorder wrote: float32 in [-1, 1] at 16 kHz, shape (channels, samples).

    The telephone system's own sounds are on the agent's channel.
    """
    line = call.dialogue.line
    rng = np.random.default_rng(seed(call.dialogue) + 1)
    agent, customer = _side(call, "agent", rng), _side(call, "customer", rng)
    agent = agent + _levelled(call.system, _SYSTEM_DBFS)
    if line.crosstalk_db is not None:
        leak = 10 ** (line.crosstalk_db / 20)
        agent, customer = agent + leak * customer, customer + leak * agent
    if line.layout == "stereo":
        sides = (agent, customer) if line.agent_channel == 0 else (customer, agent)
        made = np.stack(sides)
    else:
        mix = agent + customer
        made = np.stack([mix, mix]) if line.layout == "dual_mono" else mix[None]
    peak = float(np.abs(made).max())
    return np.asarray(made * min(1.0, 0.97 / max(peak, 1e-9)), np.float32)


def truth(call: RenderedCall) -> dict[str, object]:
    """Return the truth about a call as plain values for JSON, without verdicts."""
    dialogue = call.dialogue
    roles: list[str] | None = None
    if dialogue.line.layout == "stereo":
        roles = ["agent", "customer"] if dialogue.line.agent_channel == 0 else ["customer", "agent"]
    return {
        "call_id": dialogue.call_id,
        "language": dialogue.language,
        "channel_roles": roles,
        "duration_s": round(call.duration_s, 3),
        "words": [asdict(w) for w in call.words],
        "turns": [asdict(t) for t in call.turns],
    }


def render_file(path: Path, out_dir: Path) -> Path:
    """Render one dialogue file into ``out_dir``; return the path of the sound.

    Writes ``<call_id>.wav`` or ``.mp3`` and ``<call_id>.truth.json`` (words, turns, channel roles).
    """
    dialogue = load_dialogue(path)
    call = render(dialogue)
    out_dir.mkdir(parents=True, exist_ok=True)
    sound = out_dir / f"{dialogue.call_id}{SUFFIX[dialogue.line.format]}"
    write_audio(sound, record(call), dialogue.line)
    dump_json(out_dir / f"{dialogue.call_id}.truth.json", truth(call))
    return sound


def dump_json(path: Path, value: dict[str, object]) -> None:
    """Write JSON with one list entry a line: small, yet a change shows as a small difference."""
    parts: list[str] = []
    for key, item in value.items():
        if isinstance(item, list) and item and isinstance(item[0], dict):
            rows = ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in item)
            parts.append(f" {json.dumps(key)}: [\n{rows}\n ]")
        else:
            dumped = json.dumps(item, ensure_ascii=False, indent=1).replace("\n", "\n ")
            parts.append(f" {json.dumps(key)}: {dumped}")
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")
