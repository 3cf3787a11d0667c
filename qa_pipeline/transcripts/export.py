"""Write a processed call in a format that other programs read."""

import html
import json
from collections.abc import Callable, Iterable, Iterator

from qa_pipeline.errors import UsageError
from qa_pipeline.records import Conversation, ProcessedCall

FORMAT_NAME = "qa-pipeline-call"
FORMAT_VERSION = 1


def export_call(call: ProcessedCall, format_name: str) -> str:
    """Return a call as ``json`` (everything), ``srt``, ``vtt``, ``rttm`` or ``textgrid``.

    The JSON can be given to ``run`` again and yields the same conversation. Raises
    ``UsageError`` for another format.
    """
    if format_name not in _WRITERS:
        raise UsageError(f"no export format {format_name!r}; there are {', '.join(_WRITERS)}")
    return _WRITERS[format_name](call)


def speaker_labels(conversation: Conversation) -> dict[str, str]:
    """Return a name for every speaker: the role, with the speaker where two share a role."""
    roles = conversation.speaker_roles
    speakers = dict.fromkeys([*roles, *(u.speaker for u in conversation.utterances)])
    labels: dict[str, str] = {}
    for speaker in speakers:
        role = roles.get(speaker, "unknown")
        name = "IVR" if role == "ivr" else role.capitalize()
        if role == "unknown":
            labels[speaker] = speaker
        elif sum(roles.get(other) == role for other in speakers) > 1:
            labels[speaker] = f"{name} {speaker}"
        else:
            labels[speaker] = name
    return labels


def _json(call: ProcessedCall) -> str:
    content = {
        "format": FORMAT_NAME,
        "format_version": FORMAT_VERSION,
        "call": call.model_dump(mode="json"),
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _srt(call: ProcessedCall) -> str:
    labels = speaker_labels(call.conversation)
    cues = [
        f"{number}\n{_clock(u.start_s, ',')} --> {_clock(u.end_s, ',')}\n"
        f"{labels[u.speaker]}: {u.text}\n"
        for number, u in enumerate(call.conversation.utterances, start=1)
    ]
    return "\n".join(cues)


def _vtt(call: ProcessedCall) -> str:
    labels = speaker_labels(call.conversation)
    cues = [
        f"{u.utterance_id}\n{_clock(u.start_s, '.')} --> {_clock(u.end_s, '.')}\n"
        f"<v {html.escape(labels[u.speaker], quote=False)}>{html.escape(u.text, quote=False)}\n"
        for u in call.conversation.utterances
    ]
    return "\n".join(["WEBVTT\n", *cues])


def _rttm(call: ProcessedCall) -> str:
    """Write turns in NIST's Rich Transcription Time Marked format, one line a turn."""
    labels = speaker_labels(call.conversation)
    name = "_".join(call.recording.call_id.split())
    lines = [
        f"SPEAKER {name} 1 {t.start_s:.3f} {t.end_s - t.start_s:.3f} <NA> <NA> "
        f"{'_'.join(labels.get(t.speaker, t.speaker).split())} <NA> <NA>\n"
        for t in call.conversation.turns
    ]
    return "".join(lines)


_Interval = tuple[float, float, str]


def _textgrid(call: ProcessedCall) -> str:
    """Write Praat's long TextGrid: a tier of utterances and one of words for each speaker."""
    conversation = call.conversation
    end_s = max(
        [conversation.duration_s, call.recording.duration_s, 0.001]
        + [utterance.end_s for utterance in conversation.utterances]
    )
    tiers: list[tuple[str, list[_Interval]]] = []
    for speaker, label in speaker_labels(conversation).items():
        utterances = [u for u in conversation.utterances if u.speaker == speaker]
        if utterances:
            words = [(w.start_s, w.end_s, w.text) for u in utterances for w in u.words]
            spoken = [(u.start_s, u.end_s, u.text) for u in utterances]
            tiers.append((label, list(_filled(spoken, end_s))))
            tiers.append((f"{label} words", list(_filled(words, end_s))))
    lines = ['File type = "ooTextFile"', 'Object class = "TextGrid"', ""]
    lines += ["xmin = 0", f"xmax = {end_s:.3f}"]
    lines += ["tiers? <exists>" if tiers else "tiers? <absent>"]
    if tiers:
        lines += [f"size = {len(tiers)}", "item []:"]
    for number, (label, intervals) in enumerate(tiers, start=1):
        lines += _tier_lines(number, label, intervals, end_s)
    return "\n".join(lines) + "\n"


def _tier_lines(number: int, label: str, intervals: list[_Interval], end_s: float) -> list[str]:
    lines = [
        f"    item [{number}]:",
        '        class = "IntervalTier"',
        f'        name = "{_doubled(label)}"',
        "        xmin = 0",
        f"        xmax = {end_s:.3f}",
        f"        intervals: size = {len(intervals)}",
    ]
    for index, (start_s, stop_s, text) in enumerate(intervals, start=1):
        lines += [
            f"        intervals [{index}]:",
            f"            xmin = {start_s:.3f}",
            f"            xmax = {stop_s:.3f}",
            f'            text = "{_doubled(text)}"',
        ]
    return lines


def _filled(intervals: Iterable[_Interval], end_s: float) -> Iterator[_Interval]:
    """Yield intervals that follow each other without gap or overlap from 0 to the end."""
    at_s = 0.0
    for start_s, stop_s, text in sorted(intervals):
        start_s, stop_s = round(max(start_s, at_s), 3), round(min(stop_s, end_s), 3)
        if stop_s <= start_s:
            continue
        if start_s > at_s:
            yield at_s, start_s, ""
        yield start_s, stop_s, text
        at_s = stop_s
    if at_s < round(end_s, 3):
        yield at_s, end_s, ""


def _doubled(text: str) -> str:
    return text.replace('"', '""')


def _clock(seconds: float, mark: str) -> str:
    millis = round(seconds * 1000)
    whole, millis = divmod(millis, 1000)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}{mark}{millis:03d}"


_WRITERS: dict[str, Callable[[ProcessedCall], str]] = {
    "json": _json,
    "srt": _srt,
    "vtt": _vtt,
    "rttm": _rttm,
    "textgrid": _textgrid,
}
EXPORT_FORMATS = tuple(_WRITERS)
