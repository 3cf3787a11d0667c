"""Number plates of vehicles: 京A12345, 京A幺二三四五, "AB12 CDE", "alpha bravo one two …".

A plate of China is known by its province and a letter, one of Great Britain as given out since
2001 by its form; another only where "registration", "number plate" or 车牌 leads to it.
"""

import re

from qa_pipeline.privacy.letters import Line, Row

_PROVINCES = frozenset("京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤川青藏琼宁")
_BETWEEN = frozenset("·•・.-")
_CHINA = re.compile(r"[A-HJ-Z](?=(?:[A-Z]*\d){2})[A-Z\d]{5,6}")
"""Letter of the authority, then five places, six for electric vehicles, two digits at least."""
_BRITAIN = re.compile(r"[A-Z]{2}\d{2}[A-Z]{3}")
_LED_TO = re.compile(r"(?=.*[A-Z])(?=.*\d)[A-Z\d]{4,8}")
_MOST = 7
_LAST_HAN = frozenset("学警港澳挂")


def is_plate(row: Row, *, led_to: bool) -> bool:
    """Tell whether a row of letters and digits is a number plate."""
    return (_LED_TO if led_to else _BRITAIN).fullmatch(row.text) is not None


def plates_of_china(line: Line) -> list[tuple[int, int]]:
    """Return the first and the last token of each plate with a province in a line."""
    found = (_from_province(line, at) for at in range(len(line.tokens)))
    return [span for span in found if span is not None]


def _from_province(line: Line, at: int) -> tuple[int, int] | None:
    if line.text(at) not in _PROVINCES:
        return None
    said, end = _letters_and_digits(line, at + 1)
    if not _CHINA.fullmatch(said):
        return None
    if line.text(end) in _LAST_HAN and len(said) < _MOST - 1:
        end += 1
    return at, end - 1


def _letters_and_digits(line: Line, at: int) -> tuple[str, int]:
    """Return what is said letter by letter and digit by digit from a token on, and its end."""
    said: list[str] = []
    end = at
    while at < len(line.tokens):
        atom = line.atoms.get(at)
        token = line.tokens[at]
        if atom is not None and atom.style == "digits":
            said.append(atom.digits)
            at = end = atom.last + 1
        elif token.script == "latin" and len(token.text) <= _MOST and token.text.isascii():
            said.append(token.text.upper())
            at = end = at + 1
        elif token.text in _BETWEEN and said:
            at += 1
        else:
            break
    return "".join(said), end
