"""The cues of SRT and WebVTT files, with the lines they stand on.

Written here because subtitle libraries drop what matters: the voice of a cue, and the line of
one that is broken.
"""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from qa_pipeline.errors import TranscriptError
from qa_pipeline.language.failure_reasons import failure_reason

_TIME = re.compile(r"^(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})$")
_TAG = re.compile(r"</?[a-zA-Z][^>]*>|<\d[\d:.]*>|\{\\[^}]*\}")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]+)>")


@dataclass(frozen=True)
class CueLine:
    """A line of text, and its voice where WebVTT names one."""

    voice: str | None
    text: str


@dataclass(frozen=True)
class Cue:
    """One cue with its lines, free of markup."""

    line: int
    start_s: float
    end_s: float
    lines: tuple[CueLine, ...]


def read_cues(path: Path, text: str) -> list[Cue]:
    """Read the cues of an SRT or WebVTT text.

    Raises ``TranscriptError`` with file and line for a time that cannot be read.
    """
    lines = text.splitlines()
    is_vtt = bool(lines) and lines[0].strip().upper().startswith("WEBVTT")
    if path.suffix.lower() == ".vtt" and not is_vtt:
        raise TranscriptError(failure_reason("transcript_no_header", path=path, line=1))
    timings = [number for number, line in enumerate(lines) if "-->" in line]
    if not timings:
        raise TranscriptError(failure_reason("transcript_no_cues", path=path))
    cues = []
    for index, number in enumerate(timings):
        start_s, end_s = _times(path, number + 1, lines[number])
        stop = timings[index + 1] if index + 1 < len(timings) else len(lines)
        body = list(_body(lines[number + 1 : stop], is_vtt, index + 1 < len(timings)))
        if body:
            cues.append(Cue(number + 1, start_s, end_s, tuple(_voices(body))))
    return cues


def _times(path: Path, line: int, text: str) -> tuple[float, float]:
    before, _, after = text.partition("-->")
    end_text = after.split()[0] if after.split() else ""
    start_s, end_s = _seconds(before.strip()), _seconds(end_text)
    if start_s is None or end_s is None:
        wrong = before.strip() if start_s is None else end_text
        reason = failure_reason("transcript_no_time", path=path, line=line, text=wrong)
        raise TranscriptError(reason)
    if end_s < start_s:
        raise TranscriptError(failure_reason("transcript_ends_early", path=path, line=line))
    return start_s, end_s


def _seconds(text: str) -> float | None:
    match = _TIME.match(text)
    if match is None:
        return None
    hours, minutes, seconds, fraction = match.groups()
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    return whole + int(fraction.ljust(3, "0")) / 1000


def _body(lines: Sequence[str], is_vtt: bool, another_follows: bool) -> Iterator[str]:
    """Yield the text lines of a cue; the number or name of the next cue is none of them."""
    kept = list(lines)
    if is_vtt:
        blank = next((i for i, line in enumerate(kept) if not line.strip()), len(kept))
        kept = kept[:blank]
    elif another_follows and kept and kept[-1].strip().isdigit():
        kept = kept[:-1]
    for line in kept:
        if line.strip():
            yield line.strip()


def _voices(lines: Sequence[str]) -> Iterator[CueLine]:
    """Yield the lines without markup, each with the voice that it begins with."""
    for line in lines:
        pieces = _VOICE.split(line)  # text, then voice and text in turns
        voices = [None, *(html.unescape(voice).strip() for voice in pieces[1::2])]
        for voice, text in zip(voices, pieces[::2], strict=True):
            plain = html.unescape(_TAG.sub("", text)).replace("\\N", " ").strip()
            if plain:
                yield CueLine(voice, plain)
