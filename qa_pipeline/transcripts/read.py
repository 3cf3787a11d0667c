"""Read a finished transcript: SRT, WebVTT, or the JSON that ``calls export`` writes."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from qa_pipeline.errors import TranscriptError
from qa_pipeline.language.failure_reasons import failure_reason
from qa_pipeline.records import Conversation, Role
from qa_pipeline.transcripts.cues import Cue, read_cues
from qa_pipeline.transcripts.export import FORMAT_NAME, FORMAT_VERSION
from qa_pipeline.transcripts.finished import (
    FinishedSegment,
    FinishedTranscript,
    finish,
    interpolated_words,
    language_of,
)
from qa_pipeline.transcripts.speakers import role_of_name, split_name, trusted_names

NOBODY = "unknown"


def read_transcript(path: Path) -> FinishedTranscript:
    """Read a finished transcript with its speakers and times.

    Raises ``TranscriptError`` naming the file, and the line where there is one.
    """
    text = _read_text(path)
    if not text.strip():
        raise TranscriptError(failure_reason("transcript_empty", path=path))
    if path.suffix.lower() == ".json":
        return _from_export(path, text)
    segments = list(_segments(read_cues(path, text)))
    if not segments:
        raise TranscriptError(failure_reason("transcript_no_words", path=path))
    language = language_of(" ".join(segment.text for segment in segments))
    names = {segment.speaker for segment in segments}
    hints: dict[str, Role] = {n: role for n in sorted(names) if (role := role_of_name(n))}
    return finish(segments, language, hints)


def _read_text(path: Path) -> str:
    """Decode by byte order mark, else as UTF-8, GB18030 or Windows-1252."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = failure_reason("unreadable", path=path, problem=error.strerror or error)
        raise TranscriptError(reason) from error
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", errors="replace")
    if b"\0" in raw[:200]:
        little = raw[1:2] == b"\0"
        return raw.decode("utf-16-le" if little else "utf-16-be", errors="replace")
    for encoding in ("utf-8-sig", "gb18030", "cp1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TranscriptError(failure_reason("transcript_encoding", path=path))


def _segments(cues: Sequence[Cue]) -> Iterator[FinishedSegment]:
    """Cut cues at changes of speaker; a cue without a name goes on with the last speaker."""
    names = trusted_names(line.text for cue in cues for line in cue.lines)
    speaker = NOBODY
    for cue in cues:
        parts: list[tuple[str, str]] = []
        for line in cue.lines:
            split = split_name(line.text)
            text = line.text
            if line.voice is not None:
                speaker = line.voice
            elif split is not None and split[0] in names:
                speaker, text = split
            if parts and parts[-1][0] == speaker:
                parts[-1] = (speaker, f"{parts[-1][1]} {text}")
            else:
                parts.append((speaker, text))
        yield from _share_out(cue, [(who, said.strip()) for who, said in parts if said.strip()])


def _share_out(cue: Cue, parts: Sequence[tuple[str, str]]) -> Iterator[FinishedSegment]:
    """Give several voices of one cue their share of its time, by the length of what they say."""
    letters = sum(len(text) for _, text in parts)
    before = 0
    for speaker, text in parts:
        start_s = cue.start_s + (cue.end_s - cue.start_s) * before / letters
        before += len(text)
        end_s = cue.start_s + (cue.end_s - cue.start_s) * before / letters
        words = interpolated_words(text, start_s, end_s)
        if words:
            yield FinishedSegment(speaker, round(start_s, 3), round(end_s, 3), text, words)


def _from_export(path: Path, text: str) -> FinishedTranscript:
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        reason = failure_reason("not_json", path=path, line=error.lineno, problem=error.msg)
        raise TranscriptError(reason) from error
    conversation = _conversation(path, text, content)
    segments = [
        FinishedSegment(u.speaker, u.start_s, u.end_s, u.text, u.words)
        for u in conversation.utterances
    ]
    if not segments:
        raise TranscriptError(failure_reason("export_no_words", path=path))
    hints: dict[str, Role] = {
        s: role for s, role in conversation.speaker_roles.items() if role != "unknown"
    }
    return finish(segments, conversation.language, hints, conversation)


def _conversation(path: Path, text: str, content: Any) -> Conversation:
    if not isinstance(content, dict) or content.get("format") != FORMAT_NAME:
        reason = failure_reason("no_export", path=path, line=1, format=FORMAT_NAME)
        raise TranscriptError(reason)
    if content.get("format_version") != FORMAT_VERSION:
        reason = failure_reason(
            "export_version",
            path=path,
            line=_line_of(text, "format_version"),
            found=content.get("format_version"),
            known=FORMAT_VERSION,
        )
        raise TranscriptError(reason)
    call = content.get("call")
    raw = call.get("conversation") if isinstance(call, dict) else None
    try:
        return Conversation.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in ("call", "conversation", *first["loc"]))
        named = [str(part) for part in first["loc"] if isinstance(part, str)]
        line = _line_of(text, named[-1] if named else "conversation")
        reason = failure_reason(
            "export_field", path=path, line=line, field=field, problem=first["msg"]
        )
        raise TranscriptError(reason) from error


def _line_of(text: str, key: str) -> int:
    at = text.find(f'"{key}"')
    return text.count("\n", 0, at) + 1 if at >= 0 else 1
