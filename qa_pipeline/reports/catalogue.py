"""The texts of reports in the language of who reads them: English, or a catalogue of ``texts/``.

Catalogues are gettext's (``zh.po``), read by Babel; ``scripts/report_texts.py`` keeps them in step
with the templates and names, and a test sees that nothing is left untranslated.
"""

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, get_args

if TYPE_CHECKING:
    from babel.support import NullTranslations

ReportLanguage = Literal["en", "zh"]
"""Languages in which pages are written, ISO 639-1; Mandarin in simplified characters."""
LANGUAGES: Final[tuple[ReportLanguage, ...]] = get_args(ReportLanguage)
TEXTS: Final = Path(__file__).parent / "texts"


def N_(text: str) -> str:  # noqa: N802 - gettext's own name, which extraction looks for
    """Mark a text that is translated where it is shown, and return it as it is."""
    return text


@cache
def texts_in(language: ReportLanguage) -> "NullTranslations":
    """Return the texts of a language; English ones are those of the templates themselves."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po
    from babel.support import NullTranslations, Translations

    if language == "en":
        return NullTranslations()
    with (TEXTS / f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)
