"""How reports say numbers, times and names: the same everywhere."""

from datetime import date, datetime
from decimal import Decimal
from typing import Final

MEASURES: Final[dict[str, tuple[str, str]]] = {
    # name: (words for the reader, unit)
    "talk_s": ("Talk time", "s"),
    "talk_share_pct": ("Share of the talking", "%"),
    "silence_pct": ("Silence", "%"),
    "longest_silence_s": ("Longest silence", "s"),
    "dead_air_s": ("Dead air, not announced", "s"),
    "longest_dead_air_s": ("Longest dead air, not announced", "s"),
    "announced_silence_s": ("Silence that was announced", "s"),
    "longest_gap_s": ("Longest time without speech", "s"),
    "hold_count": ("Holds", "per call"),
    "hold_s": ("Time on hold", "s"),
    "longest_hold_s": ("Longest hold", "s"),
    "response_delay_s": ("Time to respond", "s"),
    "interruptions": ("Interruptions of the other", "per call"),
    "longest_monologue_s": ("Longest monologue", "s"),
    "pace_wpm": ("Pace, English", "words/min"),
    "pace_cpm": ("Pace, Mandarin", "characters/min"),
    "pauses_per_min": ("Pauses", "per min of speaking"),
    "median_pause_s": ("Typical pause", "s"),
    "negative_tone_pct": ("Negative tone", "% of utterances"),
    "positive_tone_pct": ("Positive tone", "% of utterances"),
    "tone_change": ("Change of tone, first to last third", "points"),
    "tone_trend": ("Trend of tone (1 better, -1 worse)", ""),
    "recognition_confidence_pct": ("Certainty of the recogniser", "%"),
    "speech_covered_pct": ("Speech covered by words", "%"),
    "answer_delay_s": ("Time to answer", "s"),
    "noise_level_dbfs": ("Noise level", "dBFS"),
    "snr_db": ("Speech above noise", "dB"),
    "loudness_dbfs": ("Loudness", "dBFS"),
    "loudness_spread_db": ("Unsteadiness of loudness", "dB"),
    "pitch_hz": ("Pitch of the voice", "Hz"),
    "pitch_st": ("Pitch of the voice above 100 Hz", "semitones"),
    "pitch_range_st": ("Movement of the pitch", "semitones"),
    "pitch_vs_habit_st": ("Pitch against own habit", "semitones"),
    "pitch_range_vs_habit_st": ("Movement of the pitch against own habit", "semitones"),
    "loudness_vs_habit_db": ("Loudness against own habit", "dB"),
    "pace_vs_habit_pct": ("Pace against own habit", "%"),
    "voice_vs_habit_z": ("Voice raised above own habit", "spreads"),
}
_UNITS: Final = {
    "s": "s",
    "pct": "%",
    "db": "dB",
    "dbfs": "dBFS",
    "wpm": "words/min",
    "hz": "Hz",
    "st": "semitones",
}
ROLES: Final = {"agent": "agent", "customer": "customer", "ivr": "announcement", "call": "call"}
GROUPS: Final = {
    "team": "Team",
    "site": "Site",
    "queue": "Queue",
    "agent": "Agent",
    "language": "Language",
    "direction": "Direction",
}
LANGUAGES: Final = {"en": "English", "zh": "Mandarin"}
STAGES: Final = {
    "read": "reading the file",
    "decode": "decoding the audio",
    "transcribe": "transcribing",
    "speakers": "telling the speakers apart",
    "conversation": "putting the conversation together",
    "measures": "measuring",
    "score": "scoring",
    "write": "writing the result",
}
VERDICT_NAMES: Final = {
    "met": "met",
    "partly_met": "partly met",
    "not_met": "not met",
    "not_applicable": "not applicable",
    "unscored": "cannot tell",
}
NOTHING: Final = "–"


def clock(seconds: float) -> str:
    """Return a time in a recording as ``mm:ss``, from an hour on as ``h:mm:ss``."""
    whole = int(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes:02d}:{left:02d}"


def span(start_s: float, end_s: float) -> str:
    """Return a stretch of a recording, such as ``00:04–00:09``."""
    start, end = clock(start_s), clock(end_s)
    return start if start == end else f"{start}–{end}"


def hours(seconds: float) -> str:
    """Return a total length in words: ``48 min`` or ``3.2 h``."""
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def number(value: float | Decimal | None, digits: int = 1) -> str:
    """Return a number with up to ``digits`` decimals and no useless zeros; a dash for none."""
    if value is None:
        return NOTHING
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(value: float | Decimal | None, digits: int = 0) -> str:
    """Return a share in per cent; a dash for none."""
    return NOTHING if value is None else f"{number(value, digits)}\N{NO-BREAK SPACE}%"


def day(value: date | datetime | str | None) -> str:
    """Return a day as ``2 Mar 2026``; text that is no ISO date stays."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            return str(value)
    return NOTHING if value is None else f"{value.day} {value:%b %Y}"


def short_day(value: str) -> str:
    """Return the day of an ISO date as ``2 Mar``."""
    return day(value).rpartition(" ")[0]


def measure_name(name: str) -> str:
    """Return what a measure is called in a report; an unknown one keeps its name, spaced."""
    return MEASURES[name][0] if name in MEASURES else name.replace("_", " ")


def measure_unit(name: str) -> str:
    """Return the unit of a measure, from the end of its name where it is not known."""
    return MEASURES[name][1] if name in MEASURES else _UNITS.get(name.rpartition("_")[2], "")


def group_label(by: str, label: str, name: str | None = None) -> str:
    """Return what a group is called; those without the property say so."""
    if not label:
        return f"no {GROUPS.get(by, by).lower()} named"
    if by == "language":
        return LANGUAGES.get(label, label)
    return f"{name} ({label})" if name else label


def language_tag(language: str) -> str:
    """Return the tag that makes a browser pick the right glyphs (simplified for Mandarin)."""
    return "zh-Hans" if language == "zh" else language
