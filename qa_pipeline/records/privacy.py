"""What of a conversation tells who somebody is."""

from typing import Literal

SensitiveKind = Literal["phone", "id", "card", "account", "email", "address", "name"]
"""Kinds that can be redacted.

``phone``: telephone numbers of people. ``id``: identity cards, social security and insurance
numbers, passports. ``card``: bank cards and their security codes. ``account``: account, customer
and policy numbers, PINs and passwords. ``email``, ``address``, ``name``: what they say.
"""
