"""Voices of agents, remembered from earlier calls.

A voice is an embedding from the diarization pipeline. A folder holds one small JSON file an agent
with the voices of their latest calls; nothing in it sounds like anybody, but it does tell one
person from another, so it is made only where the centre asks for it.
"""

import hashlib
import json
import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.errors import CallError
from qa_pipeline.language.failure_reasons import failure_reason
from qa_pipeline.records import SAMPLE_RATE_HZ, Region, Row, Samples

Voice = NDArray[np.float64]
"""An embedding of unit length."""

_LATEST_CALLS = 20
_FEWEST_CALLS = 2
"""One call may have had the roles wrong."""
_LONGEST_S = 30.0
"""More speech than this makes a voice no better known."""
SHORTEST_S = 3.0
"""Of speech, to know a voice again in another call."""
_PLAINLY = 0.15
"""Cosine similarity above the middle of a call's speakers from which one is plainly the agent."""


class VoiceReader(Protocol):
    """Something that turns speech into a voice."""

    @property
    def version(self) -> str:
        """What changes when its voices cannot be compared with earlier ones any more."""
        ...

    def voice(
        self, samples: Row, spans: Sequence[Region], shortest_s: float = SHORTEST_S
    ) -> Voice | None:
        """Return the voice heard in the spans, ``None`` where too little is said.

        Args:
            samples: One channel at 16 kHz.
            spans: Where only the wanted person speaks.
            shortest_s: How much of it is needed.
        """
        ...


def spoken_in(
    samples: Row, spans: Sequence[Region], shortest_s: float = SHORTEST_S
) -> Samples | None:
    """Return up to 30 s of the longest spans in one piece, ``None`` under ``shortest_s``."""
    pieces: list[Samples] = []
    left = round(_LONGEST_S * SAMPLE_RATE_HZ)
    for span in sorted(spans, key=lambda s: s.start_s - s.end_s):
        first = round(span.start_s * SAMPLE_RATE_HZ)
        piece = samples[first : min(round(span.end_s * SAMPLE_RATE_HZ), first + left)]
        pieces.append(piece)
        left -= len(piece)
        if left <= 0:
            break
    if sum(len(piece) for piece in pieces) < shortest_s * SAMPLE_RATE_HZ:
        return None
    return np.concatenate(pieces)


def alike(one: Voice, other: Voice) -> float:
    """Return the cosine similarity, -1 to 1."""
    size = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(one @ other) / size if size > 0.0 and one.shape == other.shape else 0.0


class VoiceBook:
    """A folder of agents' voices. Learning the same call again changes nothing."""

    def __init__(self, folder: Path, version: str) -> None:
        """``version`` is that of the reader: voices of another one are passed over."""
        self._folder = folder
        self._version = version

    def likeness(self, agent_id: str, voices: Mapping[str, Voice]) -> dict[str, float]:
        """Return how much more each speaker of a call sounds like the agent than the others do.

        From -1 (plainly somebody else is) to 1 (plainly this one), by speaker. How alike voices of
        different people are depends on the model and the line, so speakers of one call are compared
        with each other. Empty where fewer than two calls of the agent are known, or where there is
        only one speaker to compare.

        Raises:
            CallError: The agent's file is damaged.
        """
        known = self._read(agent_id)
        if len(known) < _FEWEST_CALLS or len(voices) < 2:
            return {}
        mean = np.mean([v / np.linalg.norm(v) for v in known.values()], axis=0)
        similar = {speaker: alike(voice, mean) for speaker, voice in voices.items()}
        middle = sum(similar.values()) / len(similar)
        return {s: float(np.clip((x - middle) / _PLAINLY, -1.0, 1.0)) for s, x in similar.items()}

    def learn(self, agent_id: str, call_id: str, voice: Voice) -> None:
        """Remember the voice of one call; the oldest is forgotten after twenty."""
        known = self._read(agent_id)
        known.pop(call_id, None)
        known[call_id] = voice
        latest = list(known.items())[-_LATEST_CALLS:]
        content = {
            "agent_id": agent_id,
            "version": self._version,
            "voices": {call: [round(float(x), 5) for x in v] for call, v in latest},
        }
        self._folder.mkdir(parents=True, exist_ok=True)
        _write(self._path(agent_id), content)

    def forget(self, agent_id: str) -> bool:
        """Delete what is known of an agent; say whether there was anything."""
        path = self._path(agent_id)
        there = path.is_file()
        path.unlink(missing_ok=True)
        return there

    def _path(self, agent_id: str) -> Path:
        # Ids may hold characters that no file name may.
        return self._folder / f"{hashlib.sha256(agent_id.encode()).hexdigest()[:24]}.json"

    def _read(self, agent_id: str) -> dict[str, Voice]:
        path = self._path(agent_id)
        try:
            content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            if content["version"] != self._version:
                return {}
            return {call: np.array(v, np.float64) for call, v in content["voices"].items()}
        except FileNotFoundError:
            return {}
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            reason = failure_reason("voice_unreadable", path=path, agent_id=agent_id, problem=error)
            raise CallError(reason) from error


def forget_calls(folder: Path, call_ids: Collection[str]) -> int:
    """Delete the voices that are remembered of some calls, whosever they are; return how many."""
    forgotten = 0
    for path in sorted(folder.glob("*.json")):
        try:
            content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            voices = content["voices"]
            kept = {call: voice for call, voice in voices.items() if call not in call_ids}
        except (ValueError, KeyError, AttributeError, TypeError):
            continue  # which is told of when the agent's voice is next asked for
        if len(kept) < len(voices):
            _write(path, content | {"voices": kept})
            forgotten += len(voices) - len(kept)
    return forgotten


def _write(path: Path, content: dict[str, Any]) -> None:
    scratch = path.with_suffix(f".{os.getpid()}.tmp")
    scratch.write_text(json.dumps(content), encoding="utf-8")
    scratch.replace(path)
