"""How reports say numbers, times and names: the same everywhere, in the language of the reader."""

import math
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from qa_pipeline.language import failure_reasons, trust_reasons
from qa_pipeline.reports import columns, names
from qa_pipeline.reports.catalogue import N_, ReportLanguage, texts_in
from qa_pipeline.reports.statistics import half_up

NOTHING: Final = "–"
_WITH_UNIT: Final = N_("%(name)s (%(unit)s)")
_EXACTLY: Final = 1e-9
"""What computing adds or takes is not a difference."""
_DAY: Final = {"en": "d MMM y", "zh": "y年M月d日"}
_SHORT_DAY: Final = {"en": "d MMM", "zh": "M月d日"}
_BEFORE_PERCENT: Final = {"en": "\N{NO-BREAK SPACE}", "zh": ""}
_SPACE: Final = {"en": " ", "zh": ""}
_AFTER_PATH: Final = (":", "：", ",", "，")


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


def number(value: float | Decimal | None, digits: int = 1) -> str:
    """Return a number with up to ``digits`` decimals and no useless zeros; a dash for none."""
    if value is None:
        return NOTHING
    text = f"{half_up(value, digits):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def never_quite(value: float | Decimal | None, digits: int, full: int) -> str:
    """Return a number that says nothing and everything only where that is so.

    Between nothing and ``full`` it has as many more decimals as it takes, up to two, and is cut
    off there: 395 of 396 are 99.7 %, and all but one of a million 99.99 %.
    """
    size = 0.0 if value is None else abs(float(value))
    if value is None or size <= _EXACTLY or full - size <= _EXACTLY:
        return number(value, digits)
    ends = (number(0), number(full), number(-full))
    for more in range(3):
        text = number(value, digits + more)
        if text not in ends:
            return text
    least = 10.0 ** -(digits + 2)
    nearest = full - least if size > full / 2 else least
    return number(math.copysign(nearest, value), digits + 2)


def kappa(value: float | None) -> str:
    """Return a kappa; 1 and 0 are only said of what is exactly that."""
    return never_quite(value, 2, 1)


def language_tag(language: str) -> str:
    """Return the tag that makes a browser pick the right glyphs (simplified for Mandarin)."""
    return "zh-Hans" if language == "zh" else language


class Wording:
    """The same for one language of readers."""

    def __init__(self, language: ReportLanguage) -> None:
        self.language = language
        self._texts = texts_in(language)
        self.space = _SPACE[language]
        """What stands between two sentences, and between a number and its unit in words."""

    def text(self, text: str) -> str:
        """Return a text of the catalogue in the reader's language."""
        # a catalogue answers the empty text with its own head
        return str(self._texts.gettext(text)) if text else ""

    def word(self, value: str) -> str:
        """Return a value of a table in words; what is none of ours stays."""
        return self.text(columns.WORDS[value]) if value in columns.WORDS else value

    def percent(self, value: float | Decimal | None, digits: int = 0) -> str:
        """Return a share in per cent; a dash for none. 100 % and 0 % are said of nothing less."""
        if value is None:
            return NOTHING
        return f"{never_quite(value, digits, 100)}{_BEFORE_PERCENT[self.language]}%"

    def hours(self, seconds: float) -> str:
        """Return a total length in words: ``48 min`` or ``3.2 h``."""
        if seconds < 5400:
            return f"{seconds / 60:.0f}{self.space}{self.text(names.MINUTES)}"
        return f"{seconds / 3600:.1f}{self.space}{self.text(names.HOURS)}"

    def day(self, value: date | datetime | str | None) -> str:
        """Return a day as ``2 Mar 2026``; text that is no ISO date stays."""
        return self._date(value, _DAY[self.language])

    def short_day(self, value: str) -> str:
        """Return the day of an ISO date as ``2 Mar``."""
        return self._date(value, _SHORT_DAY[self.language])

    def moment(self, value: datetime) -> str:
        """Return when something was, in UTC."""
        return f"{self.day(value)}{', ' if self.language == 'en' else ' '}{value:%H:%M} UTC"

    def _date(self, value: date | datetime | str | None, pattern: str) -> str:
        from babel.dates import format_date

        if isinstance(value, str):
            try:
                value = date.fromisoformat(value)
            except ValueError:
                return str(value)
        return NOTHING if value is None else format_date(value, pattern, locale=self.language)

    def measure_name(self, name: str) -> str:
        """Return what a measure is called; an unknown one keeps its name, spaced."""
        known = names.MEASURES.get(name)
        return self.text(known[0]) if known else name.replace("_", " ")

    def measure_heading(self, name: str) -> str:
        """Return what a measure is called, with its unit."""
        unit = self.measure_unit(name)
        if not unit:
            return self.measure_name(name)
        return self.text(_WITH_UNIT) % {"name": self.measure_name(name), "unit": unit}

    def measure_unit(self, name: str) -> str:
        """Return the unit of a measure, from the end of its name where it is not known."""
        known = names.MEASURES.get(name)
        return self.text(known[1] if known else names.UNITS.get(name.rpartition("_")[2], ""))

    def role_name(self, role: str) -> str:
        """Return who somebody in a call is."""
        return self.text(names.ROLES.get(role, names.SPEAKER))

    def verdict_name(self, verdict: str) -> str:
        """Return a verdict in words."""
        return self.text(names.VERDICTS.get(verdict, verdict))

    def stage_name(self, stage: str) -> str:
        """Return what was being done in a stage of processing."""
        return self.text(names.STAGES[stage])

    def group_name(self, by: str) -> str:
        """Return the property by which calls are put side by side."""
        return self.text(names.GROUPS[by])

    def group_label(self, by: str, label: str, name: str | None = None) -> str:
        """Return what a group is called; those without the property say so."""
        if not label:
            return self.text(names.NONE_NAMED[by])
        if by == "language":
            return self.text(names.LANGUAGES.get(label, label))
        if by == "direction":
            return self.text(names.DIRECTIONS.get(label, label))
        return f"{name} ({label})" if name else label

    def reason(self, text: str) -> str:
        """Return a kept reason not to trust a call as the reader is told it."""
        return trust_reasons.in_language(text, self.language)

    def failure(self, text: str, path: str) -> str:
        """Return a kept reason why a file was not processed as the reader is told it.

        ``path``: of that file, which stands beside and is not said again; of a file in the same
        folder, such as its metadata, the name is enough.
        """
        told = failure_reasons.in_language(text, self.language)
        rest = told.removeprefix(path)
        if rest != told and rest.startswith(_AFTER_PATH):
            return rest[1:].lstrip()
        return told.removeprefix(f"{Path(path).parent}/")
