"""What stands in a text in the place of what was redacted."""

import re
from typing import Final, Literal

Kind = Literal["phone", "id", "card", "account", "email", "address", "name"]
"""As ``records.SensitiveKind``, which says what each of them is."""

PLACEHOLDERS: Final[dict[str, dict[Kind, str]]] = {
    "en": {
        "phone": "[phone]",
        "id": "[id]",
        "card": "[card]",
        "account": "[account]",
        "email": "[email]",
        "address": "[address]",
        "name": "[name]",
    },
    "zh": {
        "phone": "[电话]",
        "id": "[证件号]",
        "card": "[卡号]",
        "account": "[账号]",
        "email": "[邮箱]",
        "address": "[地址]",
        "name": "[姓名]",
    },
}
"""Every other language takes the English ones."""

KIND_OF: Final[dict[str, Kind]] = {
    text: kind for texts in PLACEHOLDERS.values() for kind, text in texts.items()
}
ANY_PLACEHOLDER: Final = "|".join(re.escape(text) for text in KIND_OF)
"""A regular expression for each of them."""


def placeholder(kind: Kind, language: str) -> str:
    """Return what is written in the place of something of that kind."""
    return PLACEHOLDERS.get(language, PLACEHOLDERS["en"])[kind]
