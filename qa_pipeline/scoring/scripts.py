"""A conversation written as plain text, as examples and tests of a card are.

[answer_delay_s = 4]            a fact from the telephone system
[pace_wpm agent = 150]          a measure, of agent, customer or call
0:02 A: Good morning            what the agent says, at a time or when it is their turn
C: Hello                        what the customer says (I: an announcement)
A (negative): Calm down         with the tone of its wording; without: neutral
A (-20 dbfs, 3 st): Calm down   how loud and how high it is said
[hold 20s]                      nobody speaks (silence) or music plays (hold)
[trust review]                  how far the transcript can be trusted
"""

from dataclasses import dataclass, field
from typing import get_args

from pydantic import ValidationError

from qa_pipeline.errors import ScorecardError
from qa_pipeline.language.normalise import simplified
from qa_pipeline.language.patterns import pattern
from qa_pipeline.records import (
    CallMetadata,
    Conversation,
    Measure,
    MeasureRole,
    Measures,
    Role,
    Silence,
    ToneLabel,
    Trust,
    TrustLevel,
    Turn,
    Utterance,
    UtteranceTone,
    UtteranceVoice,
    Word,
)
from qa_pipeline.scoring.measure_names import MEASURE_NAMES
from qa_pipeline.scoring.parts import nearest

SECONDS_A_WORD = 0.4
SECONDS_A_CHARACTER = 0.25
PAUSE_S = 0.5
USUAL_DBFS = -25.0
"""How loud something is said of which only the pitch is given."""

_SPEECH = pattern(
    r"^(?:(\d+):(\d\d)(?:\.\d+)?\s+)?([ACI])\s*"
    r"(?:[(\x{FF08}]([^)\x{FF09}]*)[)\x{FF09}])?\s*[:\x{FF1A}]\s*(.+)$"
)
_STRETCH = pattern(r"^\[\s*(silence|hold)\s+(\d+(?:\.\d+)?)\s*s\s*\]$")
_VOICED = pattern(r"^(-?\d+(?:\.\d+)?)\s*(dbfs|st)$")
_FACT = pattern(r"^\[\s*(\w+)\s*(agent|customer|call)?\s*=\s*(.+?)\s*\]$")
_TRUST = pattern(r"^\[\s*trust\s+(\w+)\s*\]$")
_UNIT = pattern(r"(?:[A-Za-z][A-Za-z'’-]*|\d+|\p{Han})[^\p{Han}\w\s]*")
_ROLES: dict[str, Role] = {"A": "agent", "C": "customer", "I": "ivr"}


@dataclass(frozen=True)
class Scene:
    """A conversation with what would be known about it."""

    conversation: Conversation
    measures: Measures
    metadata: CallMetadata


@dataclass
class _Reader:
    """The lines read so far."""

    name: str
    language: str
    now_s: float = 0.0
    utterances: list[Utterance] = field(default_factory=list)
    silences: list[Silence] = field(default_factory=list)
    values: list[Measure] = field(default_factory=list)
    tones: list[UtteranceTone] = field(default_factory=list)
    voices: list[UtteranceVoice] = field(default_factory=list)
    facts: dict[str, str | float] = field(default_factory=dict)
    trust: TrustLevel = "ok"

    def line(self, text: str) -> None:
        """Read one line."""
        if stretch := _STRETCH.match(text):
            self._silence(stretch.group(1), float(stretch.group(2)))
        elif trust := _TRUST.match(text):
            self._trust(trust.group(1))
        elif fact := _FACT.match(text):
            self._fact(fact.group(1), fact.group(2), fact.group(3))
        elif speech := _SPEECH.match(text):
            minutes, seconds, who, tone, said = speech.groups()
            if minutes is not None:
                self.now_s = int(minutes) * 60.0 + int(seconds)
            self._speech(_ROLES[who.upper()], tone, said)
        else:
            raise self.error(f"cannot read line {text!r}; a line is 'A: ...', 'C: ...' or '[...]'")

    def error(self, what: str) -> ScorecardError:
        """Return the error that names this conversation."""
        return ScorecardError(f"{self.name}: {what}")

    def _silence(self, kind: str, length_s: float) -> None:
        end_s = round(self.now_s + length_s, 3)
        start_s = round(max(0.0, self.now_s - PAUSE_S), 3)
        kept = "hold" if kind == "hold" else "silence"
        self.silences.append(Silence(kind=kept, start_s=start_s, end_s=end_s))
        self.now_s = end_s

    def _trust(self, level: str) -> None:
        for known in get_args(TrustLevel):
            if level == known:
                self.trust = known
                return
        raise self.error(f"unknown trust {level!r}{nearest(level, get_args(TrustLevel))}")

    def _fact(self, name: str, role: str | None, value: str) -> None:
        number = float(value) if pattern(r"^-?\d+(\.\d+)?$").match(value) else None
        if name in CallMetadata.model_fields and role is None:
            self.facts[name] = value if number is None else number
        elif name in MEASURE_NAMES and number is not None:
            owner: MeasureRole = (
                "agent" if role == "agent" else "customer" if role == "customer" else "call"
            )
            self.values.append(Measure(name=name, role=owner, value=number))
        else:
            known = (*MEASURE_NAMES, *CallMetadata.model_fields)
            raise self.error(f"unknown fact or measure {name!r}{nearest(name, known)}")

    def _speech(self, role: Role, manner: str | None, said: str) -> None:
        words = []
        at_s = self.now_s
        for unit in _UNIT.finditer(said):
            text = unit.group(0)
            length_s = SECONDS_A_WORD if text[0].isascii() else SECONDS_A_CHARACTER
            words.append(
                Word(
                    text=text,
                    start_s=round(at_s, 3),
                    end_s=round(at_s + length_s, 3),
                    probability=1,
                )
            )
            at_s += length_s
        if not words:
            raise self.error(f"nothing is said in line {said!r}")
        number = f"u{len(self.utterances) + 1:04d}"
        self.utterances.append(
            Utterance(
                utterance_id=number,
                role=role,
                speaker=role,
                language=self.language,
                words=tuple(words),
                text=said,
                start_s=words[0].start_s,
                end_s=words[-1].end_s,
            )
        )
        self._manner(number, manner, at_s - words[0].start_s)
        self.now_s = at_s + PAUSE_S

    def _manner(self, number: str, manner: str | None, spoken_s: float) -> None:
        """Note the tone, loudness and pitch of an utterance, as far as they are said."""
        tone: str | None = None
        heard: dict[str, float] = {}
        for item in (
            part.strip() for part in (manner or "").replace("，", ",").split(",") if part.strip()
        ):
            if amount := _VOICED.match(item):
                heard[amount.group(2).lower()] = float(amount.group(1))
            else:
                tone = item
        label = self._label(tone)
        self.tones.append(UtteranceTone(utterance_id=number, label=label, probability=0.9))
        if heard:
            self.voices.append(
                UtteranceVoice(
                    utterance_id=number,
                    voiced_s=spoken_s,
                    loudness_dbfs=heard.get("dbfs", USUAL_DBFS),
                    pitch_st=heard.get("st", 0.0),
                )
            )

    def _label(self, tone: str | None) -> ToneLabel:
        for known in get_args(ToneLabel):
            if tone == known:
                label: ToneLabel = known
                return label
        if tone is not None:
            raise self.error(f"unknown tone {tone!r}{nearest(tone, get_args(ToneLabel))}")
        return "neutral"


def language_of(text: str) -> str:
    """Return the language of a written conversation: Mandarin where anybody says a character."""
    said = pattern(r"[AC]\s*(?:[(\x{FF08}][^)\x{FF09}]*[)\x{FF09}])?\s*[:\x{FF1A}].*\p{Han}")
    return "zh" if said.search(simplified(text)) else "en"


def read_script(
    text: str, name: str = "conversation", facts: dict[str, str | float] | None = None
) -> Scene:
    """Return the conversation written in ``text``; ``facts`` are metadata from elsewhere.

    Raises:
        ScorecardError: a line cannot be read; the message names the conversation and the line.
    """
    reader = _Reader(name=name, language=language_of(text), facts=dict(facts or {}))
    for line in text.splitlines():
        if line.strip():
            reader.line(line.strip())
    longest_s = max((s.end_s - s.start_s for s in reader.silences), default=0.0)
    if all(value.name != "longest_silence_s" for value in reader.values):
        reader.values.append(Measure(name="longest_silence_s", role="call", value=longest_s))
    try:
        metadata = CallMetadata.model_validate(reader.facts)
    except ValidationError as error:
        raise reader.error(f"metadata: {error.errors()[0]['msg']}") from error
    end_s = max([0.0, reader.now_s, *(u.end_s for u in reader.utterances)])
    return Scene(_conversation(reader, end_s), _measures(reader), metadata)


def _conversation(reader: _Reader, end_s: float) -> Conversation:
    ordered = sorted(reader.utterances, key=lambda u: (u.start_s, u.utterance_id))
    turns = tuple(Turn(speaker=u.speaker, start_s=u.start_s, end_s=u.end_s) for u in ordered)
    reasons = () if reader.trust == "ok" else (f"trust {reader.trust} is set by the script",)
    return Conversation(
        call_id=reader.name,
        language=reader.language,
        duration_s=end_s,
        utterances=tuple(ordered),
        turns=turns,
        speaker_roles={"agent": "agent", "customer": "customer"},
        role_confidence=1.0,
        trust=Trust(level=reader.trust, reasons=reasons),
    )


def _measures(reader: _Reader) -> Measures:
    return Measures(
        call_id=reader.name,
        values=tuple(reader.values),
        silences=tuple(reader.silences),
        tones=tuple(reader.tones),
        voices=tuple(reader.voices),
    )
