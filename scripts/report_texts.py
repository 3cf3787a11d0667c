"""Keep the catalogues of report texts in step with the templates and names they come from.

Run ``uv run python scripts/report_texts.py`` after changing a text: texts that are new are added
without a translation, those that are gone are taken out. Then translate what is empty in
``qa_pipeline/reports/texts/*.po``. ``--check`` changes nothing and fails where something is left
to do.
"""

import argparse
import sys
from collections.abc import Iterator
from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from qa_pipeline.reports.catalogue import LANGUAGES, TEXTS

REPORTS = TEXTS.parent
METHODS = [("**.py", "python"), ("templates/**.j2", "jinja2")]
OPTIONS = {"templates/**.j2": {"newstyle_gettext": "true", "trimmed": "true", "silent": "false"}}
_HEADS = (
    *("Project-", "Report-Msgid", "POT-Creation-Date", "PO-Revision-Date", "Last-Translator"),
    *("Language-Team", "Generated-By"),
)
KEYWORDS = {"N_": None, "_": None, "gettext": None, "ngettext": (1, 2)}


def used() -> Catalog:
    """Return every text that reports use, each with the files it is used in."""
    catalogue = Catalog(charset="utf-8")
    found = extract_from_dir(REPORTS, METHODS, OPTIONS, keywords=KEYWORDS)
    for file, _, text, _, _ in sorted(found, key=lambda item: (item[0], item[1])):
        catalogue.add(text, locations=[(file, 0)])
    return catalogue


def updated(language: str) -> tuple[bytes, list[str]]:
    """Return the catalogue of a language as it should be, and the texts that lack a translation."""
    path = TEXTS / f"{language}.po"
    catalogue = Catalog(locale=language)
    if path.exists():
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language)
    catalogue.header_comment = "# Texts of reports. How to keep them: scripts/report_texts.py"
    catalogue.fuzzy = False
    catalogue.update(used(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    written = BytesIO()
    write_po(written, catalogue, width=96, omit_header=False, include_lineno=False)
    return _without_dates(written.getvalue()), list(_missing(catalogue))


def _without_dates(content: bytes) -> bytes:
    """Leave out when and by what the file was written: it changes with its texts alone."""
    lines = content.decode().splitlines(keepends=True)
    heads = tuple(f'"{name}' for name in _HEADS)
    return "".join(line for line in lines if not line.startswith(heads)).encode()


def _missing(catalogue: Catalog) -> Iterator[str]:
    for message in catalogue:
        translated = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.id and (message.fuzzy or not all(translated)):
            yield message.id[0] if isinstance(message.id, tuple) else message.id


def main() -> None:
    """Update the catalogues, or say what is to be done."""
    parser = argparse.ArgumentParser(description=__doc__, prog="scripts/report_texts.py")
    parser.add_argument("--check", action="store_true", help="change nothing; fail if not in step")
    check = parser.parse_args().check
    left = []
    for language in (name for name in LANGUAGES if name != "en"):
        path = TEXTS / f"{language}.po"
        content, missing = updated(language)
        left += [f"{path.name}: no translation of {text!r}" for text in missing]
        if check and (not path.exists() or path.read_bytes() != content):
            left.append(f"{path.name} is not in step: run python scripts/report_texts.py")
        elif not check:
            path.write_bytes(content)
    print("\n".join(left) or "every text is translated")
    sys.exit(bool(left) and check)


if __name__ == "__main__":
    main()
